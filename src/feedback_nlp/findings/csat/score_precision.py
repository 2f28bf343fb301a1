"""What does cutting 0-10 into three groups cost in precision?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.bootstrap import percentile_interval, resampled_totals
from feedback_nlp.findings.csat.measures import Measures, size_of
from feedback_nlp.findings.csat.scores import mean_interval
from feedback_nlp.findings.proportions import share_interval
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.nps import PASSIVE_FROM, PROMOTER_FROM, nps

Matrix = NDArray[np.float64]

#: Satisfied, and others, that a difference between them needs.
FEWEST_A_SIDE = 30
_SCORES = np.arange(11.0)
#: How each figure scores the eleven answers.
SCORINGS = {
    "mean": _SCORES,
    "nps": (_SCORES >= PROMOTER_FROM).astype(float) - (_SCORES < PASSIVE_FROM),
    "top_box": (_SCORES >= PROMOTER_FROM).astype(float),
}
_LENGTH = {"mean": 10.0, "nps": 200.0, "top_box": 1.0}


def efficiency(shares: Matrix, scoring: Matrix) -> Matrix:
    """How much of the information about a small shift of opinions a scoring of the answers keeps.

    Parameters
    ----------
    shares : ndarray of float, shape (..., answers)
        How often each answer is given, from low to high.
    scoring : ndarray of float, shape (answers,)

    Returns
    -------
    ndarray of float, shape (...)
        0 to 1: the squared correlation of the scoring with ridits, which lose nothing where
        opinions behind the answers are logistic and shift (the proportional-odds model; the
        Wilcoxon test is the efficient one there). One over it is how many times as many
        respondents give the same power. Missing where the scoring does not vary.

    References
    ----------
    McCullagh (1980), JRSS B 42(2), section 2.3. Whitehead (1993), Sample size calculations for
    ordered categorical data, Statistics in Medicine 12, 2257-2271. Armstrong and Sloan (1989),
    American Journal of Epidemiology 129(1), on what joining categories loses.

    Examples
    --------
    >>> float(efficiency(np.full(4, 0.25), np.arange(4.0)))
    1.0
    >>> round(float(efficiency(np.full(4, 0.25), np.array([0.0, 0, 1, 1]))), 3)
    0.8
    """
    total = shares.sum(axis=-1, keepdims=True)
    p = shares / total
    ridit = np.cumsum(p, axis=-1) - p / 2
    away = ridit - (p * ridit).sum(axis=-1, keepdims=True)
    scored = scoring - (p * scoring).sum(axis=-1, keepdims=True)
    spread = (p * away**2).sum(axis=-1) * (p * scored**2).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(
            (p * away * scored).sum(axis=-1) ** 2 / np.where(spread > 0, spread, np.nan)
        )


def observed_information(yes: Matrix, no: Matrix, scoring: Matrix) -> Matrix:
    """How clearly a scoring tells two groups of respondents apart: its squared z.

    Parameters
    ----------
    yes, no : ndarray of float, shape (..., answers)
        How many of either group gave each answer.
    scoring : ndarray of float, shape (answers,)

    Returns
    -------
    ndarray of float, shape (...)
        The difference of the means over its standard error, squared; of two scorings of the same
        answers, the ratio says how many times as many respondents the one with less needs.
        Missing where nothing varies.

    Examples
    --------
    >>> yes, no = np.array([0.0, 10, 30]), np.array([20.0, 15, 5])
    >>> round(float(observed_information(yes, no, np.arange(3.0))), 1)
    75.3
    """
    moments = []
    for counts in (yes, no):
        n = counts.sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = counts @ scoring / n
            moments.append((mean, (counts @ scoring**2 / n - mean**2) / n))
    (one, error), (other, other_error) = moments
    spread = error + other_error
    return np.asarray((one - other) ** 2 / np.where(spread > 1e-15, spread, np.nan))


def score_precision(
    measures: Measures,
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    smallest: int = SMALLEST_GROUP,
    seed: int = 0,
) -> pd.DataFrame:
    """How many more responses do NPS and top box need for what the mean score tells?

    Parameters
    ----------
    measures : Measures
    confidence, resamples, seed
        Of the intervals; those of efficiencies by bootstrap over respondents.
    smallest : int

    Returns
    -------
    DataFrame, one row a figure ("mean", "nps", "top_box")
        ``figure, n, value, low, high`` in its own unit (0 to 10, -100 to 100, 0 to 1);
        ``margin``, half its interval as a share of the length of its scale; ``efficiency`` (see
        `efficiency`); ``responses``, how many times as many respondents as the mean needs to
        show the same small shift of opinions; ``responses_observed``, the same for the difference
        that there is between the satisfied and the others by the main rating (missing without
        one); all with ``_low, _high``; ``for_margin``, the same for a margin that is the same
        share of its scale.

    Raises
    ------
    FeedbackError
        If fewer than `smallest` gave a score, or all gave the same.

    Notes
    -----
    ``responses`` and ``responses_observed`` ask what a figure sees, the one by a model (opinions
    behind the answers shift on a logistic scale), the other in the survey at hand.
    ``for_margin`` only compares the widths of intervals, and a figure that spreads the same
    answers wider looks less precise by it.

    References
    ----------
    See `efficiency`. Rocks (2016), The American Statistician 70(4): interval of the NPS.

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> responses = pd.DataFrame({"score": [0, 3, 5, 6, 7, 8, 8, 9, 9, 10] * 20})
    >>> table = score_precision(measures_of(responses, {}), resamples=200)
    >>> table[["figure", "value", "responses"]].round(2).values.tolist()
    [['mean', 6.5, 1.0], ['nps', -10.0, 1.0], ['top_box', 0.3, 1.39]]
    """
    given = ~np.isnan(measures.score) & (measures.weights > 0)
    score, weights = measures.score[given], measures.weights[given]
    if len(score) < max(smallest, 2) or len(np.unique(score)) < 2:
        raise FeedbackError(
            f"What the groups of the score lose cannot be told from {len(score)} scores"
            + (" that are all the same." if len(score) >= max(smallest, 2) else ".")
        )
    columns = weights[:, None] * (score[:, None] == _SCORES)
    totals = np.vstack([columns.sum(axis=0), resampled_totals(columns, resamples, seed)])
    seen = _observed(measures, score, weights, given, resamples, seed)
    kept = {name: efficiency(totals, scoring) for name, scoring in SCORINGS.items()}
    estimate = nps(score, weights, confidence)
    top = float(weights[score >= PROMOTER_FROM].sum() / weights.sum())
    effective = size_of(weights)
    low, high = share_interval(top * effective, effective, confidence)
    found = {
        "mean": mean_interval(score, weights, confidence),
        "nps": (estimate.score, estimate.low, estimate.high),
        "top_box": (top, float(low), float(high)),
    }
    rows = []
    for name, (value, below, above) in found.items():
        row = {"figure": name, "n": len(score), "value": value, "low": below, "high": above}
        row["margin"] = (above - below) / 2 / _LENGTH[name]
        with np.errstate(invalid="ignore", divide="ignore"):
            figures = {"efficiency": kept[name], "responses": kept["mean"] / kept[name]}
            if seen:
                figures["responses_observed"] = seen["mean"] / seen[name]
        for figure, draws in figures.items():
            at, to = percentile_interval(draws[1:, None], draws[:1], confidence)
            row |= {figure: draws[0], f"{figure}_low": at[0], f"{figure}_high": to[0]}
        rows.append(row)
    table = pd.DataFrame(rows)
    return table.assign(for_margin=(table["margin"] / table["margin"].iloc[0]) ** 2)


def _observed(
    measures: Measures,
    score: Matrix,
    weights: Matrix,
    given: NDArray[np.bool_],
    resamples: int,
    seed: int,
) -> dict[str, Matrix]:
    """Squared t between the satisfied and the others, of every scoring; first as observed."""
    if measures.main is None:
        return {}
    scale, ratings = measures.scales[measures.main], measures.of(measures.main)[given]
    rated = ~np.isnan(ratings)
    satisfied = ratings > scale.high - scale.boxes
    sides = [rated & satisfied, rated & ~satisfied]
    if min(int(side.sum()) for side in sides) < FEWEST_A_SIDE:
        return {}
    counts = weights[:, None] * (score[:, None] == _SCORES)
    columns = np.column_stack([counts * side[:, None] for side in sides])
    totals = np.vstack([columns.sum(axis=0), resampled_totals(columns, resamples, seed)])
    yes, no = totals[:, : len(_SCORES)], totals[:, len(_SCORES) :]
    return {name: observed_information(yes, no, scoring) for name, scoring in SCORINGS.items()}
