"""Satisfied, but would they recommend us: the half page of the satisfaction room as a section."""

from __future__ import annotations

from typing import Any

from feedback_nlp.report.satisfaction import satisfaction_page
from feedback_nlp.report.telling import rows_of, source, told
from feedback_nlp.report.theme_rows import breakable

#: The tables that the half page speaks of.
TABLES = (
    "csat_quadrants",
    "csat_segments",
    "csat_theme_gap",
    "csat_quadrant_themes",
    "csat_agreement",
    "csat_outcomes",
)
#: Half a page has room for these, the picture and two quotes.
MOST_TOLD = 6
_STRENGTH = {"plain": "clear"}


def recommending(run: Any) -> dict[str, Any] | None:
    """Say who is satisfied and would not recommend; nothing where nobody was asked both."""
    page = satisfaction_page(run)
    if page is None:
        return None
    rows = [source(table) for table in TABLES if rows_of(run, table) is not None]
    return {
        "id": "recommending",
        "heading": page["title"],
        "told": [
            told(one["text"], *rows, strength=_STRENGTH.get(one["strength"], one["strength"]))
            for one in page["sentences"][:MOST_TOLD]
        ],
        "figure": "satisfaction" if page["figure"] else None,
        "drawn": page["figure"],
        "quotes": [{**quote, "theme": breakable(quote["theme"])} for quote in page["quotes"]],
        "note": page["note"],
    }
