"""The satisfaction ratings of a survey, turned so that higher is better, beside its score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.proportions import effective_size, need_columns, respondent_weights
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.nps import PASSIVE_FROM, PROMOTER_FROM
from feedback_nlp.reading.column_profile import words_of
from feedback_nlp.reading.scales import Scale

#: The row of the sentiment that the text itself expresses.
TEXT_SENTIMENT = "_sentiment"
#: The row of the score itself.
SCORE = "_score"

_NAMED = "named as the overall satisfaction"
_OVERALL_WORDS = ("overall", "csat", "satisfaction", "satisfied", "sat", "zufriedenheit")


@dataclass(frozen=True)
class Measures:
    """What the findings on satisfaction start from.

    Attributes
    ----------
    ratings : DataFrame of float, one row a respondent, one column a measure
        Higher is better; missing where not rated or beyond the scale.
    scales : dict of str to Scale
        Of these columns.
    score : ndarray of float, shape (respondents,)
        Likelihood to recommend, 0 to 10.
    weights : ndarray of float, shape (respondents,)
        One without survey weights.
    refused : dict of str to str
        The columns left out, and why.
    main : str or None
        The overall satisfaction; what stands for it where none is named so.
    main_why : str
    """

    ratings: pd.DataFrame
    scales: dict[str, Scale]
    score: NDArray[np.float64]
    weights: NDArray[np.float64]
    refused: dict[str, str]
    main: str | None
    main_why: str

    @property
    def names(self) -> list[str]:
        """The measures, in the order of the survey."""
        return [str(name) for name in self.ratings.columns]

    @property
    def touchpoints(self) -> list[str]:
        """The ratings of single things: all but an overall satisfaction, which sums them up."""
        if len(self.names) > 1 and self.main_why == _NAMED:
            return [name for name in self.names if name != self.main]
        return self.names

    def of(self, name: str) -> NDArray[np.float64]:
        """The ratings of one measure."""
        return self.ratings[name].to_numpy(float)

    def both(self, name: str) -> NDArray[np.bool_]:
        """Who gave a score and this rating, and counts for something."""
        return np.asarray(
            ~np.isnan(self.of(name)) & ~np.isnan(self.score) & (self.weights > 0), bool
        )


def measures_of(
    responses: pd.DataFrame,
    scales: Mapping[str, Scale],
    *,
    weight: str | None = None,
    smallest: int = SMALLEST_GROUP,
) -> Measures:
    """Bring the ratings of a survey into one direction, and say which cannot be used.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``score`` and the columns of `scales`.
    scales : mapping of column to Scale
    weight : str, optional
        Column of survey weights.
    smallest : int
        A rating that fewer respondents gave beside a score is left out.

    Returns
    -------
    Measures

    Raises
    ------
    FeedbackError
        If a column is missing or the weights cannot be used.

    Examples
    --------
    >>> responses = pd.DataFrame({"score": [9, 2, 8] * 5, "effort": [1.0, 5.0, 2.0] * 5})
    >>> measures = measures_of(responses, {"effort": Scale(1, 5, reversed=True)})
    >>> measures.ratings["effort"].tolist()[:3], measures.main
    ([5.0, 1.0, 4.0], 'effort')
    """
    need_columns(responses, ["score", *scales])
    score = np.asarray(
        pd.to_numeric(responses["score"]).astype("Float64").to_numpy(float, na_value=np.nan), float
    )
    weights = respondent_weights(responses, weight)
    kept: dict[str, pd.Series] = {}
    refused: dict[str, str] = {}
    for name, scale in scales.items():
        oriented = scale.oriented(responses[name])
        scored = oriented[~np.isnan(score) & (weights > 0)].dropna()
        if scale.refused:
            refused[name] = f"The rating {name!r} is not used: {scale.refused}."
        elif len(scored) < max(smallest, 2):
            refused[name] = (
                f"The rating {name!r} is not used: {len(scored)} respondents gave it beside a "
                f"score, and nothing is shown for fewer than {max(smallest, 2)}."
            )
        elif scored.nunique() < 2:
            refused[name] = f"The rating {name!r} is not used: every respondent gave the same."
        else:
            kept[name] = oriented
    ratings = pd.DataFrame(kept, index=responses.index)
    main, why = _main(ratings)
    return Measures(ratings, {n: scales[n] for n in kept}, score, weights, refused, main, why)


def _main(ratings: pd.DataFrame) -> tuple[str | None, str]:
    if ratings.columns.empty:
        return None, ""
    named = [n for n in ratings.columns if set(words_of(str(n))) & set(_OVERALL_WORDS)]
    answered = ratings[named or ratings.columns].notna().sum()
    # Not the one that goes best with the score: that choice would favour agreement.
    name = str(answered.idxmax())
    if named:
        return name, _NAMED
    return name, "no rating is named as the overall satisfaction; this one was answered most"


def need_groups(measures: Measures, scales: Mapping[str, Scale]) -> None:
    """Raise a FeedbackError where the score mixes two scales, so that its groups mean nothing.

    Examples
    --------
    >>> responses = pd.DataFrame({"score": [9, 2] * 9, "ease": [4.0, 1.0] * 9})
    >>> need_groups(measures_of(responses, {"ease": Scale(1, 5)}), {})
    """
    scale = scales.get("score")
    for warning in scale.warnings if scale else ():
        if "two scales seem mixed" in warning:
            raise FeedbackError(f"Recommendation and satisfaction are not compared: {warning}.")


def worth(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each score adds to the NPS: 1 for a promoter, -1 for a detractor, else 0.

    Examples
    --------
    >>> worth(np.array([10.0, 8.0, 6.0, np.nan])).tolist()
    [1.0, 0.0, -1.0, nan]
    """
    found = (score >= PROMOTER_FROM).astype(float) - (score < PASSIVE_FROM).astype(float)
    return np.where(np.isnan(score), np.nan, found)


def size_of(weights: NDArray[np.float64]) -> float:
    """Kish's effective number of respondents."""
    return effective_size(weights)


def complete_together(ratings: pd.DataFrame, least: float = 0.5) -> tuple[list[str], list[str]]:
    """Choose ratings that enough of the same respondents gave.

    Parameters
    ----------
    ratings : DataFrame of float, one row a respondent
    least : float
        The least answered ratings are left out until this share of respondents gave all others.

    Returns
    -------
    kept, left_out : list of str

    Examples
    --------
    >>> nan = float("nan")
    >>> ratings = pd.DataFrame({"ease": [1.0, 2, 3, 4], "visit": [nan, nan, nan, 5]})
    >>> complete_together(ratings)
    (['ease'], ['visit'])
    """
    kept = [str(name) for name in ratings.columns]
    left_out: list[str] = []
    while kept and ratings[kept].notna().all(axis=1).mean() < least:
        worst = str(ratings[kept].notna().mean().idxmin())
        kept.remove(worst)
        left_out.append(worst)
    return kept, left_out
