"""Scores compared: with each other, with a target, by segment, and how many responses it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.nps.estimate import (
    NpsEstimate,
    adjusted_share,
    critical_value,
    groups,
    nps,
    valid_scores,
    valid_weights,
)

_TABLE_COLUMNS = (
    "n",
    "promoters",
    "passives",
    "detractors",
    "nps",
    "ci_low",
    "ci_high",
    "suppressed",
)


@dataclass(frozen=True)
class NpsDifference:
    """The difference between two scores, or between a score and a target.

    Attributes
    ----------
    difference : float
        The difference of the plain scores, in score points.
    low, high : float
        Its interval; it always contains `difference`.
    p_value : float
        Two-sided z test of "no difference". Read significance from here: with only a few
        respondents the interval may have been widened to contain the plain difference.
    """

    difference: float
    low: float
    high: float
    p_value: float


def _difference(plain: float, adjusted: float, error: float, confidence: float) -> NpsDifference:
    z = critical_value(confidence)
    return NpsDifference(
        difference=plain,
        low=min(adjusted - z * error, plain),
        high=max(adjusted + z * error, plain),
        # twice the upper tail of the normal distribution, exact where 1 - cdf would round to 0
        p_value=math.erfc(abs(adjusted) / error / math.sqrt(2)),
    )


def _check_columns(responses: pd.DataFrame, needed: list[str]) -> None:
    for column in needed:
        if column not in responses.columns:
            raise FeedbackError(
                f"There is no column {column!r} among the responses: choose one of "
                f"{', '.join(map(repr, responses.columns))}."
            )


def _row(
    scores: pd.Series, weights: pd.Series, confidence: float, smallest: int
) -> tuple[Any, ...]:
    """Return one group's figures in the order of _TABLE_COLUMNS."""
    n = int(scores.notna().sum())
    if n < smallest:
        return (pd.NA,) * 4 + (np.nan,) * 3 + (True,)
    if not weights.any():
        label = groups(scores)
        counts = [int((label == name).sum()) for name in ("promoter", "passive", "detractor")]
        return (n, *counts, np.nan, np.nan, np.nan, False)
    found = nps(scores, weights, confidence)
    return (
        found.n,
        found.promoters,
        found.passives,
        found.detractors,
        found.score,
        found.low,
        found.high,
        False,
    )


def nps_difference(a: NpsEstimate, b: NpsEstimate, confidence: float = 0.95) -> NpsDifference:
    """Compare two independent scores: say how far `a` is above `b`, and whether by chance.

    Parameters
    ----------
    a, b : NpsEstimate
        Scores of different respondents, such as two segments or two months. Not for the same
        respondents asked twice, nor for a segment against a total that contains it.
    confidence : float, default 0.95
        The level of the interval of the difference, between 0 and 1.

    Returns
    -------
    NpsDifference
        `difference` is ``a.score - b.score``.

    Raises
    ------
    FeedbackError
        If `confidence` is not between 0 and 1.

    Notes
    -----
    z is the difference of the two adjusted scores over the root of the sum of their squared
    standard errors, which is the two-sample form of Rocks' (2016) adjusted Wald method (Lewis
    and Sauro, "How to Statistically Compare Two Net Promoter Scores",
    measuringu.com/nps-significance-test).
    Centring on the adjusted scores keeps the nominal level better than centring on the plain
    ones: at 10 respondents a side, three equal groups, 95.5 % against 87.9 %.

    Examples
    --------
    >>> from feedback_nlp.nps import nps_from_counts
    >>> spring = nps_from_counts(promoters=60, passives=25, detractors=15)
    >>> autumn = nps_from_counts(promoters=45, passives=30, detractors=25)
    >>> change = nps_difference(autumn, spring)
    >>> print(f"{change.difference:.0f} ({change.low:.0f} to {change.high:.0f})")
    -25 (-46 to -3)
    >>> round(change.p_value, 3)
    0.025
    """
    return _difference(
        a.score - b.score,
        a.adjusted_score - b.adjusted_score,
        math.hypot(a.standard_error, b.standard_error),
        confidence,
    )


def nps_test(estimate: NpsEstimate, target: float, confidence: float = 0.95) -> NpsDifference:
    """Compare a score with a target: say how far it is off, and whether by chance.

    Parameters
    ----------
    estimate : NpsEstimate
        The score.
    target : float
        A fixed number from -100 to 100, such as a goal. If it was itself estimated from a
        sample, use `nps_difference`.
    confidence : float, default 0.95
        The level of the interval of the difference, between 0 and 1.

    Returns
    -------
    NpsDifference
        `difference` is ``estimate.score - target``; two-sided p-value.

    Raises
    ------
    FeedbackError
        If `target` is not from -100 to 100 or `confidence` is not between 0 and 1.

    Notes
    -----
    A z test with the adjusted score and standard error of Rocks (2016), so that it agrees with
    the interval of the estimate: the p-value is below 0.05 where the unclipped 95 % interval
    leaves the target out.

    Examples
    --------
    >>> from feedback_nlp.nps import nps_from_counts
    >>> result = nps_test(nps_from_counts(60, 25, 15), target=30)
    >>> print(f"{result.difference:.0f} ({result.low:.0f} to {result.high:.0f})")
    15 (-1 to 28)
    """
    if not -100 <= target <= 100:
        raise FeedbackError(f"The target is {target!r}, but an NPS lies between -100 and 100.")
    return _difference(
        estimate.score - target,
        estimate.adjusted_score - target,
        estimate.standard_error,
        confidence,
    )


def nps_by(
    responses: pd.DataFrame,
    by: str,
    weights: str | None = None,
    confidence: float = 0.95,
    smallest: int = 10,
) -> pd.DataFrame:
    """Tabulate the score of each group of respondents, such as a segment or a month.

    Parameters
    ----------
    responses : DataFrame
        One row for each respondent, with the column `score` and those named below.
    by : str
        The column that says which group a respondent is in. Those without one make up a row of
        their own, the last.
    weights : str, optional
        The column of weights; see `nps`.
    confidence : float, default 0.95
        The level of the intervals, between 0 and 1.
    smallest : int, default 10
        Groups with fewer valid scores are suppressed, since a few respondents can be recognised
        from their scores: the row stays, so that it is seen that the group exists, but all its
        figures are missing, `n` included.

    Returns
    -------
    DataFrame
        A row for each group, in the order of `by`: the column `by`, then `n`, `promoters`,
        `passives`, `detractors` (Int64, unweighted), `nps`, `ci_low`, `ci_high` (float) and
        `suppressed` (bool). Where `n` is shown but no score can be had (no valid scores with
        ``smallest=0``, or weights that are all zero) the score and its interval are missing.

    Raises
    ------
    FeedbackError
        If a column is missing or its name is one the table needs itself; if scores, weights or
        `confidence` are not valid.

    Notes
    -----
    Where a single group is suppressed, its figures can be worked out from the total and the
    other rows; whoever publishes the total beside this table should merge that group into
    another one first.

    Examples
    --------
    >>> survey = pd.DataFrame(
    ...     {"shop": ["North"] * 12 + ["South"] * 2, "score": [10] * 8 + [3] * 4 + [9] * 2}
    ... )
    >>> nps_by(survey, "shop")[["shop", "n", "nps", "suppressed"]].round(1)
        shop     n   nps  suppressed
    0  North    12  33.3       False
    1  South  <NA>   NaN        True
    """
    _check_columns(responses, [by, "score", *([weights] if weights is not None else [])])
    if by in _TABLE_COLUMNS:
        raise FeedbackError(
            f"The column {by!r} has the name of a figure in the table of scores: rename it."
        )
    critical_value(confidence)
    scores = pd.Series(valid_scores(responses["score"]))
    given = scores.notna().to_numpy()
    weight = pd.Series(valid_weights(None if weights is None else responses[weights], given))
    members = pd.Series(range(len(responses))).groupby(
        responses[by].reset_index(drop=True), sort=True, dropna=False, observed=True
    )
    labels, rows = [], []
    for label, positions in members:
        labels.append(label)
        rows.append(_row(scores[positions], weight[positions], confidence, smallest))
    table = pd.DataFrame(rows, columns=list(_TABLE_COLUMNS)).astype(
        dict.fromkeys(_TABLE_COLUMNS[:4], "Int64")
        | dict.fromkeys(_TABLE_COLUMNS[4:7], "float64")
        | {"suppressed": "bool"}
    )
    table.insert(0, by, pd.Series(labels, dtype=responses[by].dtype))
    return table


def responses_needed(
    margin: float,
    *,
    promoters: float = 0.5,
    detractors: float = 0.5,
    confidence: float = 0.95,
) -> int:
    """Say how many respondents with a score are needed for an interval of a wanted half-width.

    Parameters
    ----------
    margin : float
        The wanted half-width of the interval in score points, such as 5 for "plus or minus 5".
    promoters, detractors : float, default 0.5
        Their expected shares, each 0 to 1, together at most 1: those of the last survey, if there
        was one. The default, half and half, varies most and so is enough for any survey.
    confidence : float, default 0.95
        The level of the interval, between 0 and 1.

    Returns
    -------
    int
        The smallest sample, at least 1, whose unclipped adjusted Wald interval is at most
        `margin` to each side, if the shares are as expected. Divide by the response rate for the
        number to invite; with weights it is the effective sample size that has to be reached.

    Raises
    ------
    FeedbackError
        If `margin` is not above 0 and at most 100, if the shares are not valid, or if
        `confidence` is not between 0 and 1.

    Notes
    -----
    Solves the interval of `nps` for n. The half-width falls with n whatever the shares, so
    bisection finds the smallest n. With the adjusted variance s^2 held fixed the same equation
    gives n = s^2 z^2 / margin^2 - 3, margin as a share, which is the form of Lewis and Sauro
    ("Sample Sizes for Comparing Net Promoter Scores", measuringu.com/nps-sig-test-sample-size).

    Examples
    --------
    >>> responses_needed(margin=10)
    380
    >>> responses_needed(margin=10, promoters=0.45, detractors=0.2)
    223
    """
    if not 0 < margin <= 100:
        raise FeedbackError(f"The margin is {margin!r}, but it must be above 0 and at most 100.")
    if not (promoters >= 0 and detractors >= 0 and promoters + detractors <= 1 + 1e-12):
        raise FeedbackError(
            f"The shares are {promoters!r} promoters and {detractors!r} detractors, but each must "
            "be from 0 to 1 and both together at most 1."
        )
    z = critical_value(confidence)

    def narrow_enough(n: int) -> bool:
        return 100 * z * adjusted_share(promoters * n, detractors * n, n)[1] <= margin

    enough = 1
    while not narrow_enough(enough):
        enough *= 2
    too_few = enough // 2
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if narrow_enough(middle):
            enough = middle
        else:
            too_few = middle
    return enough
