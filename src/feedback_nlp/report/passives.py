"""What would nudge the passives: what holds them back, and what they have not met with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from feedback_nlp import plots
from feedback_nlp.plots.number_format import count, percent
from feedback_nlp.plots.style import excludes_zero, quoted
from feedback_nlp.report.quotes import choose_quotes
from feedback_nlp.report.telling import Told, rows_of, source, told
from feedback_nlp.report.theme_rows import breakable
from feedback_nlp.report.wording import LARGEST_Q

HEADING = "What would nudge the passives"
_MOST_EACH_WAY = 2
_MOST_WORDS = 4
_SAID = {
    "any": "bring up",
    "negative": "complain of",
    "neutral": "mention",
    "positive": "praise",
}


def passives(run: Any) -> dict[str, Any] | None:
    """Say what sets passives apart from promoters; nothing where the run cannot tell at all."""
    table = rows_of(run, "passive_themes")
    if table is None:
        return None
    held, missed = holding_back(run), not_met_with(run)
    labels = plots.theme_labels(run.themes) | dict(plots.SPECIAL_LABELS)
    said = [_theme(row, labels) for row in held.head(_MOST_EACH_WAY).to_dict("records")]
    said += [_theme(row, labels) for row in missed.head(_MOST_EACH_WAY).to_dict("records")]
    if not said:
        row = table.iloc[0]
        said = [
            told(
                "No theme sets passives apart from promoters by more than chance would explain: "
                f"{count(row['base_passive'])} passives and {count(row['base_promoter'])} "
                "promoters with an answer are too few to tell.",
                source("passive_themes", theme_id=row["theme_id"], tone=row["tone"]),
                strength="none",
            )
        ]
    said += _words(run)
    quotes = []
    if len(held):
        quotes = choose_quotes(
            run, str(held.iloc[0]["theme_id"]), group="passive", sentiment="negative", most=2
        )
    return {
        "id": "passives",
        "heading": HEADING,
        "told": said,
        "figure": "passives",
        "quotes": quotes,
        "note": "",
    }


def holding_back(run: Any) -> pd.DataFrame:
    """Rows of ``passive_themes`` that passives bring up more than promoters, beyond chance."""
    rows = _certain(run)
    if rows.empty:
        return rows
    # Praise that passives give and promoters do not holds nobody back, and neither does plain
    # talk of a theme that goes with higher scores.
    impact = plots.contributions(run.nps_impact).set_index("theme_id")["contribution"]
    costs = rows["theme_id"].map(impact).lt(0)
    in_the_way = (rows["tone"] == "negative") | ((rows["tone"] != "positive") & costs)
    return rows[(rows["difference"] > 0) & in_the_way]


def not_met_with(run: Any) -> pd.DataFrame:
    """Rows of ``passive_themes`` that promoters bring up more than passives, beyond chance."""
    rows = _certain(run)
    if rows.empty:
        return rows
    return rows[(rows["difference"] < 0) & (rows["tone"] != "negative")]


def _certain(run: Any) -> pd.DataFrame:
    table = rows_of(run, "passive_themes")
    if table is None:
        return pd.DataFrame()
    table = table[(table["q_value"] < LARGEST_Q) & ~table["theme_id"].str.startswith("general_")]
    beyond = [
        excludes_zero(100 * low, 100 * high)
        for low, high in zip(table["ci_low"], table["ci_high"], strict=True)
    ]
    # The surest row of a theme stands for it: told twice, it would look like two findings.
    table = table[np.array(beyond, dtype=bool)].sort_values("p_value", kind="stable")
    return table.drop_duplicates("theme_id")


def _theme(row: Mapping[Any, Any], labels: dict[str, str]) -> Told:
    label = quoted(breakable(labels.get(str(row["theme_id"]), str(row["theme_id"]))))
    passive, promoter = percent(row["share_passive"]), percent(row["share_promoter"])
    verb = _SAID[row["tone"]]
    who = "More" if row["difference"] > 0 else "Fewer"
    text = f"{who} passives than promoters {verb} {label}: {passive} against {promoter}."
    return told(text, source("passive_themes", theme_id=row["theme_id"], tone=row["tone"]))


def _words(run: Any) -> list[Told]:
    table = rows_of(run, "passive_words")
    if table is None:
        return []
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    table = table[table["q_value"] < LARGEST_Q].sort_values("p_value", kind="stable")
    # "but" and "and" differ too, and tell nobody what to do.
    telling = [not set(str(word).split()) <= ENGLISH_STOP_WORDS for word in table["word"]]
    table = table[np.array(telling, dtype=bool)]
    parts = []
    chosen: list[str] = []
    for who in ("passives", "promoters"):
        words = table.loc[table["said_more_by"] == who, "word"].astype(str).head(_MOST_WORDS)
        if len(words):
            parts.append(f"{who} say more often {', '.join(quoted(word) for word in words)}")
            chosen += list(words)
    if not parts:
        return []
    text = "; ".join(parts) + "."
    return [told(f"In single words: {text}", source("passive_words", word=chosen))]
