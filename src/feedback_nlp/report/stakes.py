"""Who is in the danger zone, and what is at stake."""

from __future__ import annotations

from typing import Any

import pandas as pd

from feedback_nlp import plots
from feedback_nlp.findings.danger import ALL
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.plots.number_format import count, percent, signed
from feedback_nlp.plots.style import excludes_zero, quoted
from feedback_nlp.report.telling import Told, named_levels, rows_of, source, told
from feedback_nlp.report.theme_rows import breakable
from feedback_nlp.report.wording import LARGEST_Q, listed, shortened, spoken

HEADING = "Who is in the danger zone, and what is at stake"
#: Levels drawn, beside all respondents.
LEVELS_ON_PAPER, LEVELS_ON_SLIDES = 5, 4
_MOST_TOLD = 2
#: Levels that are not drawn are named, so many of them.
_MOST_NAMED = 4


def stakes(run: Any) -> dict[str, Any] | None:
    """Say who scores 0 to 3, of what these speak, and what their accounts are worth."""
    table = rows_of(run, "danger_zone")
    everyone = None if table is None else table[table["segment"] == ALL]
    if everyone is None or everyone.empty:
        return None
    row = everyone.iloc[0]
    said = [
        told(
            f"{percent(row['danger_share'])} of respondents score 0 to 3 "
            f"({percent(row['danger_low'])} to {percent(row['danger_high'])}); "
            f"{percent(row['mild_share'])} score 4 to 6, which is another matter.",
            source("danger_zone", segment=ALL, level=ALL),
        )
    ]
    said += [*_levels(run), *_themes(run), *_value(run)]
    return {
        "id": "stakes",
        "heading": HEADING,
        "told": said,
        "figure": "danger" if len(table if table is not None else []) > 1 else None,
        "beside_figure": {
            "below": levels_not_drawn(run, LEVELS_ON_PAPER),
            "below_slide": levels_not_drawn(run, LEVELS_ON_SLIDES),
        },
        "quotes": [],
        "note": " ".join(said for said in (_no_value(run), _no_follow_up(run)) if said),
    }


def levels_to_draw(run: Any, most: int) -> pd.DataFrame:
    """Give the rows of the levels that differ most from the rest, the highest share first."""
    table = named_levels(run.danger_zone)
    levels = table[table["segment"] != ALL].sort_values("p_value", kind="stable").head(most)
    return levels.sort_values("danger_share", ascending=False, kind="stable")


def levels_not_drawn(run: Any, most: int) -> str:
    """Say which levels of a segment are not drawn, and why; empty where all are."""
    table = named_levels(run.danger_zone)
    table = table[table["segment"] != ALL]
    drawn = levels_to_draw(run, most)
    said = []
    if small := _too_small(run):
        smallest = int((run.record.get("options") or {}).get("smallest_group", SMALLEST_GROUP))
        names = [quoted(shortened(name)) for name in small[:_MOST_NAMED]]
        names += [f"{len(small) - len(names)} more"] if len(small) > len(names) else []
        said.append(
            f"{listed(names)} (too few respondents to be shown alone, fewer than {smallest})"
        )
    if rest := [str(level) for level in table["level"].drop(drawn.index)]:
        names = [quoted(shortened(name)) for name in rest]
        few = len(rest) <= _MOST_NAMED
        named = listed(names) if few else f"{len(rest)} {'more ' if small else ''}levels"
        said.append(f"{named} (nearer to the other respondents than those shown)")
    return f"Not shown: {'; '.join(said)}." if said else ""


def _too_small(run: Any) -> list[str]:
    """The levels that the table shows as one, for being too small to be shown alone."""
    columns = (run.record.get("columns") or {}).get("segments") or []
    scored = run.responses.dropna(subset=["score"])
    found = []
    for segment in columns:
        own = run.danger_zone[run.danger_zone["segment"] == segment]
        known = set(own["level"])
        levels = scored[segment].dropna().astype("str") if segment in scored else pd.Series()
        found += [level for level in levels.value_counts().index if level not in known]
    return found


def _no_follow_up(run: Any) -> str:
    """Say why nobody is to be contacted, where the list is empty."""
    note = str((run.record.get("findings_notes") or {}).get("follow_up") or "")
    listed_some = rows_of(run, "follow_up") is not None
    return "" if listed_some else note


def _no_value(run: Any) -> str:
    if rows_of(run, "value_at_risk") is not None:
        return ""
    if ((run.record.get("columns") or {}).get("value")) is None:
        return "What is at stake cannot be told: the survey names no account value (--value)."
    return ""


def _levels(run: Any) -> list[Told]:
    table = named_levels(run.danger_zone)
    table = table[(table["q_value"] < LARGEST_Q) & (table["difference"] > 0)]
    return [
        told(
            f"In {quoted(shortened(str(row['level'])))} ({spoken(str(row['segment']))}) "
            f"{percent(row['danger_share'])} score 0 to 3, more than elsewhere "
            f"({percent(row['danger_low'])} to {percent(row['danger_high'])}).",
            source("danger_zone", segment=row["segment"], level=row["level"]),
        )
        for row in table.sort_values("p_value", kind="stable").head(_MOST_TOLD).to_dict("records")
    ]


def _themes(run: Any) -> list[Told]:
    table = rows_of(run, "danger_themes")
    if table is None:
        return []
    labels = plots.theme_labels(run.themes)
    table = table[table["theme_id"].isin(labels) & ~table["theme_id"].str.startswith("general_")]
    table = table[(table["q_value"] < LARGEST_Q) & (table["difference"] > 0)]
    return [
        told(
            f"{quoted(breakable(labels[row['theme_id']]))} sets the danger zone apart: "
            f"{percent(row['share_danger'])} of those who score 0 to 3 name it, "
            f"{percent(row['share_mild'])} of those who score 4 to 6.",
            source("danger_themes", theme_id=row["theme_id"]),
        )
        for row in table.sort_values("p_value", kind="stable").head(_MOST_TOLD).to_dict("records")
    ]


def _value(run: Any) -> list[Told]:
    table = rows_of(run, "value_at_risk")
    if table is None:
        return []
    row = table[table["zone"] == "danger zone"]
    said = []
    if len(row):
        danger = row.iloc[0]
        column = spoken(str((run.record.get("columns") or {}).get("value") or "account value"))
        said.append(
            told(
                f"At stake: {percent(danger['value_share'])} of the account value that answered "
                f"({percent(danger['share_low'])} to {percent(danger['share_high'])}) lies in the "
                f"danger zone, {count(danger['value'])} in the unit of {quoted(column)}.",
                source("value_at_risk", zone="danger zone"),
            )
        )
    zones = rows_of(run, "value_zones")
    heavy = None if zones is None else zones[zones["accounts"] == "heavy hitters"]
    if heavy is None or heavy.empty:
        return said
    largest = heavy.iloc[0]
    rows = source("value_zones", accounts="heavy hitters")
    start = (
        f"The {count(largest['n'])} largest accounts hold {percent(largest['value_share'])} of "
        f"the value and score {signed(largest['nps'])}"
    )
    if excludes_zero(largest["nps_difference_low"], largest["nps_difference_high"]):
        beside = (
            f"{signed(largest['nps_difference'])} points against the others "
            f"({signed(largest['nps_difference_low'])} to "
            f"{signed(largest['nps_difference_high'])})"
        )
        said.append(told(f"{start}: {beside}.", rows))
    else:
        said.append(
            told(f"{start}: not told from the others by more than chance.", rows, strength="none")
        )
    return said
