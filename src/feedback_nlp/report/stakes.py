"""Who is in the danger zone, and what is at stake."""

from __future__ import annotations

from typing import Any

from feedback_nlp import plots
from feedback_nlp.findings.danger import ALL
from feedback_nlp.plots.number_format import count, percent, signed
from feedback_nlp.plots.style import excludes_zero, quoted
from feedback_nlp.report.telling import Told, named_levels, rows_of, source, told
from feedback_nlp.report.theme_rows import breakable
from feedback_nlp.report.wording import LARGEST_Q, shortened, spoken

HEADING = "Who is in the danger zone, and what is at stake"
_MOST_TOLD = 2


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
        "quotes": [],
        "note": "" if rows_of(run, "value_at_risk") is not None else _no_value(run),
    }


def _no_value(run: Any) -> str:
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
