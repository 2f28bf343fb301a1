"""What could say something about a respondent: ratings, the text's sentiment, its themes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.findings.csat.measures import Measures
from feedback_nlp.findings.mentioned import mentioned_themes
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.findings.tone import themes_in_tone

Matrix = NDArray[np.float64]

#: A rating that fewer of the respondents gave says too little beside the others.
LEAST_ANSWERED = 0.5


@dataclass(frozen=True)
class Predictors:
    """Blocks of numbers about the same respondents, in their order.

    Attributes
    ----------
    rows : ndarray of bool, shape (all respondents,)
        Who they are: those whose answer has content and who gave a score.
    ratings : DataFrame of float, shape (respondents, ratings)
        The ratings that at least half of them gave; missing where one did not.
    sentiment : ndarray of float, shape (respondents, 1)
    themes : DataFrame of float, shape (respondents, themes and tones)
        1 where the respondent complains of the theme, or praises it; those that `smallest`
        respondents name and as many do not.
    left_out : tuple of str
        Ratings that fewer than half of them gave.
    """

    rows: NDArray[np.bool_]
    ratings: pd.DataFrame
    sentiment: Matrix
    themes: pd.DataFrame
    left_out: tuple[str, ...]


def predictors_of(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    measures: Measures,
    *,
    among: NDArray[np.bool_] | None = None,
    smallest: int = SMALLEST_GROUP,
) -> Predictors:
    """Gather what is known of the respondents who gave a score and said something.

    Parameters
    ----------
    responses, mentions, mention_themes, themes : DataFrame
        As in a run.
    measures : Measures
    among : ndarray of bool, shape (respondents,), optional
        Only these.
    smallest : int

    Returns
    -------
    Predictors
    """
    sentiment = pd.to_numeric(responses["sentiment"], errors="coerce").to_numpy(float)
    rows = ~np.isnan(measures.score) & ~np.isnan(sentiment) & (measures.weights > 0)
    rows &= responses["has_content"].to_numpy(bool)
    if among is not None:
        rows &= among
    table = measures.ratings[rows].reset_index(drop=True)
    answered = table.notna().mean() if len(table) else pd.Series(0.0, index=table.columns)
    # A rating that does not vary among them says nothing.
    kept = [n for n in table if answered[n] >= LEAST_ANSWERED and table[n].max() > table[n].min()]
    blocks = {}
    for tone, verb in (("negative", "complains"), ("positive", "praises")):
        named = mentioned_themes(
            responses, themes_in_tone(mention_themes, mentions, tone), themes
        ).to_numpy(float)[rows]
        ids = [str(t) for t in _top_level(themes)]
        for position, theme in enumerate(ids):
            count = named[:, position].sum()
            if min(count, len(named) - count) >= max(1, smallest):
                blocks[f"{verb}: {theme}"] = named[:, position]
    return Predictors(
        rows,
        table[kept],
        sentiment[rows][:, None],
        pd.DataFrame(blocks, index=range(int(rows.sum()))),
        tuple(str(n) for n in table if n not in kept),
    )


def _top_level(themes: pd.DataFrame) -> list[str]:
    return [
        theme
        for theme, parent in zip(themes["theme_id"], themes["parent_id"], strict=True)
        if pd.isna(parent) or theme == parent
    ]
