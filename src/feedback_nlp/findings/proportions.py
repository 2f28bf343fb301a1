"""Shares, and whether two shares differ: the arithmetic that several findings rest on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from feedback_nlp.errors import FeedbackError

# The chi-square approximation is trusted from this expected count on (Cochran 1954).
_ENOUGH_EXPECTED = 5


def share_interval(
    count: ArrayLike, size: ArrayLike, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give Wilson's interval of a share.

    Parameters
    ----------
    count, size : array-like of float, broadcastable
        How many of how many; with weights, the weighted share times the effective size, and the
        effective size. A size of zero gives missing values.
    confidence : float
        Level of the interval.

    Returns
    -------
    low, high : ndarray of float
        From 0 to 1; they always contain the share.

    References
    ----------
    Wilson (1927), JASA 22(158), 209-212.

    Examples
    --------
    >>> low, high = share_interval([3], [10])
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.108, 0.603)
    """
    from statsmodels.stats.proportion import proportion_confint

    number, of = np.broadcast_arrays(np.asarray(count, float), np.asarray(size, float))
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = proportion_confint(
            number, np.where(of > 0, of, np.nan), alpha=1 - confidence, method="wilson"
        )
        share = number / of
    return np.minimum(low, share), np.maximum(high, share)


def share_differences(
    count: ArrayLike,
    size: ArrayLike,
    other_count: ArrayLike,
    other_size: ArrayLike,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Compare two independent shares, pair by pair.

    Parameters
    ----------
    count, size, other_count, other_size : array-like of float, shape (pairs,)
        How many of how many, on either side; effective numbers where there are weights.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame, one row a pair
        ``difference`` (the first share minus the other, -1 to 1) with Newcombe's hybrid score
        interval ``difference_low, difference_high``, and ``p_value``: chi-square without
        correction, or Fisher's exact test where an expected count is below 5. All are missing
        where a side is empty.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    Cochran (1954), Biometrics 10, 417-451: when chi-square may be used.

    Examples
    --------
    >>> share_differences([56], [70], [48], [80]).round(4).iloc[0].to_dict()
    {'difference': 0.2, 'difference_low': 0.0524, 'difference_high': 0.3339, 'p_value': 0.008}
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    a, m, b, n = (
        np.atleast_1d(np.asarray(v, float)) for v in (count, size, other_count, other_size)
    )
    a, m, b, n = (np.array(v) for v in np.broadcast_arrays(a, m, b, n))
    usable = (m > 0) & (n > 0)
    found = np.full((4, len(a)), np.nan)
    if usable.any():
        a, m, b, n = a[usable], m[usable], b[usable], n[usable]
        difference = a / m - b / n
        low, high = confint_proportions_2indep(
            a, m, b, n, method="newcomb", compare="diff", alpha=1 - confidence
        )
        found[:, usable] = [
            difference,
            np.minimum(low, difference),
            np.maximum(high, difference),
            _p_values(a, m, b, n),
        ]
    names = ["difference", "difference_low", "difference_high", "p_value"]
    return pd.DataFrame(dict(zip(names, found, strict=True)))


def _p_values(
    a: NDArray[np.float64],
    m: NDArray[np.float64],
    b: NDArray[np.float64],
    n: NDArray[np.float64],
) -> NDArray[np.float64]:
    from scipy.stats import fisher_exact, norm

    pooled = (a + b) / (m + n)
    error = np.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.where(error > 0, 2 * norm.sf(np.abs(a / m - b / n) / error), 1.0)
    expected = np.minimum(m, n) * np.minimum(pooled, 1 - pooled)
    for pair in np.flatnonzero(expected < _ENOUGH_EXPECTED):
        first, second = round(a[pair]), round(b[pair])
        cells = [[first, round(m[pair]) - first], [second, round(n[pair]) - second]]
        p[pair] = fisher_exact(np.maximum(cells, 0)).pvalue
    return np.asarray(p, float)


def q_values(p_values: ArrayLike) -> NDArray[np.float64]:
    """Adjust p-values so that findings below 0.05 hold but for one in twenty.

    Parameters
    ----------
    p_values : array-like of float, shape (n,)
        All tests that were looked at together; missing ones stay missing and do not count.

    Returns
    -------
    ndarray of float, shape (n,)

    References
    ----------
    Benjamini and Hochberg (1995), JRSS B 57(1), 289-300.

    Examples
    --------
    >>> q_values([0.01, 0.04, float("nan"), 0.03]).round(3).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    from scipy.stats import false_discovery_control

    p = np.array(p_values, float)
    given = ~np.isnan(p)
    if given.any():
        p[given] = false_discovery_control(p[given])
    return p


def respondent_weights(responses: pd.DataFrame, weight: str | None) -> NDArray[np.float64]:
    """Give what each respondent counts for: the weight, or 1 where there are none.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
    weight : str, optional
        The column of weights, zero or more.

    Returns
    -------
    ndarray of float, shape (respondents,)

    Raises
    ------
    FeedbackError
        If the column is missing, or a weight is missing, negative or infinite. In a survey that
        was read, a missing weight is 0 already, and the survey's problems say so.

    Examples
    --------
    >>> respondent_weights(pd.DataFrame({"w": [2.0, 0.0]}), "w").tolist()
    [2.0, 0.0]
    """
    if weight is None:
        return np.ones(len(responses))
    need_columns(responses, [weight])
    weights = pd.to_numeric(responses[weight], errors="coerce").to_numpy(float)
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise FeedbackError(
            f"The weight column {weight!r} holds missing, negative or infinite values: every "
            "respondent needs a weight of zero or more."
        )
    return weights


def effective_size(weights: NDArray[np.float64]) -> float:
    """Give Kish's effective sample size of some weights; zero where all are zero.

    References
    ----------
    Kish (1965), Survey Sampling, section 11.7.

    Examples
    --------
    >>> effective_size(np.array([1.0, 1.0])), effective_size(np.array([3.0, 0.0]))
    (2.0, 1.0)
    """
    squares = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def need_columns(table: pd.DataFrame, columns: Sequence[str], what: str = "responses") -> None:
    """Raise a FeedbackError that names a missing column and those there are.

    Examples
    --------
    >>> need_columns(pd.DataFrame({"score": [9]}), ["score"])
    """
    for column in columns:
        if column not in table.columns:
            raise FeedbackError(
                f"There is no column {column!r} among the {what}: choose one of "
                f"{', '.join(map(repr, table.columns))}."
            )
