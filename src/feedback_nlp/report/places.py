"""Where in the journey, and in which segments: what comes up where, and who scores apart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from feedback_nlp import plots
from feedback_nlp.plots.number_format import count, decimal, percent, signed
from feedback_nlp.plots.style import excludes_zero, quoted
from feedback_nlp.report.telling import Told, named_levels, rows_of, source, told
from feedback_nlp.report.theme_rows import breakable
from feedback_nlp.report.wording import LARGEST_Q, shortened, spoken

HEADING = "Where in the journey, and for whom"
_MOST_LEVELS_TOLD = 3
_MOST_CELLS_TOLD = 3


def places(run: Any) -> dict[str, Any] | None:
    """Say which levels of a segment score apart, and what comes up where."""
    cells = rows_of(run, "theme_segments")
    said = [*_levels(run), *_cells(run, cells)]
    if not said:
        return None
    segment = segment_to_draw(cells)
    return {
        "id": "places",
        "heading": HEADING,
        "told": said,
        "figure": "journey" if segment else None,
        "segment": segment,
        "quotes": [],
        "note": "",
    }


def segment_to_draw(cells: pd.DataFrame | None) -> str | None:
    """Choose the segment in which most themes come up more in one level than elsewhere."""
    if cells is None:
        return None
    levels = cells.groupby("segment", sort=False)["level"].nunique()
    fitting = cells[cells["segment"].isin(levels[levels.between(2, 12)].index)]
    certain = fitting[(fitting["q_value"] < LARGEST_Q) & (fitting["difference"] > 0)]
    if certain.empty:
        return None
    # Themes, not cells: what one level has more of, the others have less of.
    return str(
        certain.groupby("segment", sort=False)["p_value"]
        .agg(["count", "min"])
        .sort_values(["count", "min"], ascending=[False, True], kind="stable")
        .index[0]
    )


def themes_to_draw(cells: pd.DataFrame, segment: str, most: int) -> pd.DataFrame:
    """Give the rows of the themes that differ most between the levels of a segment."""
    own = named_levels(cells[cells["segment"] == segment])
    surest = own.groupby("theme_id", sort=False)["p_value"].min()
    chosen = surest.sort_values(kind="stable").index[:most]
    return own[own["theme_id"].isin(chosen)]


def _levels(run: Any) -> list[Told]:
    table = rows_of(run, "segment_nps")
    if table is None:
        return []
    tested = named_levels(table[table["q_value"].notna()])
    apart = tested[tested["q_value"] < LARGEST_Q].sort_values("p_value", kind="stable")
    rows = [
        row
        for row in apart.to_dict("records")
        if excludes_zero(row["difference_low"], row["difference_high"])
    ]
    if not rows and len(tested):
        return [
            told(
                "No segment’s score can be told from that of the other customers.",
                source("segment_nps"),
                strength="none",
            )
        ]
    said = []
    for row in rows[:_MOST_LEVELS_TOLD]:
        more = "above" if row["difference"] > 0 else "below"
        low, high = sorted(abs(row[bound]) for bound in ("difference_low", "difference_high"))
        said.append(
            told(
                f"{quoted(shortened(str(row['level'])))} ({spoken(str(row['segment']))}, "
                f"{count(row['n'])} respondents) scores {signed(row['nps'])}: "
                f"{decimal(abs(row['difference']))} points {more} the others "
                f"({decimal(low)} to {decimal(high)}).",
                source("segment_nps", segment=row["segment"], level=row["level"]),
            )
        )
    return said


def _cells(run: Any, cells: pd.DataFrame | None) -> list[Told]:
    if cells is None:
        return []
    labels = plots.theme_labels(run.themes)
    named = cells[cells["theme_id"].isin(labels) & ~cells["theme_id"].str.startswith("general_")]
    named = named_levels(named)
    certain = named[(named["q_value"] < LARGEST_Q) & (named["difference"] > 0)]
    certain = certain.sort_values("p_value", kind="stable").drop_duplicates("theme_id")
    said = []
    for row in certain.head(_MOST_CELLS_TOLD).to_dict("records"):
        low, high = (100 * row[bound] for bound in ("difference_low", "difference_high"))
        if not excludes_zero(low, high):
            continue
        said.append(
            told(
                f"{quoted(breakable(labels[row['theme_id']]))} comes up in "
                f"{percent(row['share'])} of the answers of "
                f"{quoted(shortened(str(row['level'])))} ({spoken(str(row['segment']))}), "
                f"{100 * row['difference']:.0f} percentage points more than elsewhere "
                f"({low:.0f} to {high:.0f}).",
                source(
                    "theme_segments",
                    theme_id=row["theme_id"],
                    segment=row["segment"],
                    level=row["level"],
                ),
            )
        )
    if not said:
        said.append(
            told(
                "No theme comes up more in one segment than in the others by more than chance "
                "would explain.",
                source("theme_segments"),
                strength="none",
            )
        )
    return said
