"""Correlations of ordered answers, their intervals, and whether two of them differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.findings.proportions import effective_size

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Correlation:
    """A correlation with its interval; `n` counts respondents, `effective_n` their weight."""

    value: float
    low: float
    high: float
    n: int
    effective_n: float


@dataclass(frozen=True)
class CorrelationDifference:
    """How far one correlation is above another that shares a variable with it."""

    difference: float
    low: float
    high: float
    t: float
    p_value: float


def midranks(values: Vector, weights: Vector) -> Vector:
    """Give the weighted midrank of each value: the weight below it and half the weight beside it.

    Examples
    --------
    >>> midranks(np.array([3.0, 1.0, 3.0]), np.ones(3)).tolist()
    [2.0, 0.5, 2.0]
    """
    _, position = np.unique(values, return_inverse=True)
    beside = np.bincount(position, weights=weights)
    return np.asarray((np.cumsum(beside) - beside / 2)[position])


def weighted_correlation(x: Vector, y: Vector, weights: Vector) -> float:
    """Give Pearson's correlation of weighted pairs; NaN where one side does not vary.

    Examples
    --------
    >>> weighted_correlation(np.array([0.0, 1, 1]), np.array([0.0, 1, 5]), np.array([1.0, 1, 0]))
    1.0
    """
    dx, dy = x - np.average(x, weights=weights), y - np.average(y, weights=weights)
    spread = float(weights @ (dx * dx)) * float(weights @ (dy * dy))
    if not spread > 0:
        return float("nan")
    return float(np.clip(weights @ (dx * dy) / np.sqrt(spread), -1.0, 1.0))


def spearman(x: Vector, y: Vector, weights: Vector, confidence: float = 0.95) -> Correlation:
    """Estimate Spearman's correlation and its interval.

    Parameters
    ----------
    x, y, weights : ndarray of float, shape (n,)
        Without missing values; weights above zero.
    confidence : float

    Returns
    -------
    Correlation

    Notes
    -----
    Pearson's correlation of midranks. Interval: Fisher's transformation with the standard error
    sqrt((1 + r^2 / 2) / (n - 3)) of Bonett and Wright, n being Kish's effective size where there
    are weights. It allows for unequal weights, not for clusters.

    References
    ----------
    Bonett and Wright (2000), Sample size requirements for estimating Pearson, Kendall and
    Spearman correlations, Psychometrika 65(1), 23-28.

    Examples
    --------
    >>> x = np.arange(20.0)
    >>> found = spearman(x, x**2 % 17, np.ones(20))
    >>> round(found.value, 3), round(found.low, 2), round(found.high, 2)
    (-0.117, -0.53, 0.34)
    """
    value = weighted_correlation(midranks(x, weights), midranks(y, weights), weights)
    effective = effective_size(weights)
    if np.isnan(value) or effective <= 3:
        return Correlation(value, float("nan"), float("nan"), len(x), effective)
    low, high = fisher_interval(value, np.sqrt((1 + value**2 / 2) / (effective - 3)), confidence)
    return Correlation(value, low, high, len(x), effective)


def fisher_interval(value: float, error: float, confidence: float) -> tuple[float, float]:
    """Give the interval of a correlation whose transform atanh(r) has this standard error.

    Examples
    --------
    >>> tuple(round(bound, 3) for bound in fisher_interval(0.5, 0.1, 0.95))
    (0.339, 0.632)
    """
    from scipy.stats import norm

    half = float(norm.ppf((1 + confidence) / 2)) * error
    z = np.arctanh(np.clip(value, -1 + 1e-12, 1 - 1e-12))
    return min(float(np.tanh(z - half)), value), max(float(np.tanh(z + half)), value)


def dependent_difference(
    with_one: float,
    with_other: float,
    between: float,
    n: float,
    confidence: float = 0.95,
    intervals: tuple[tuple[float, float], tuple[float, float]] | None = None,
) -> CorrelationDifference:
    """Compare the correlations of one variable with two others, in the same respondents.

    Parameters
    ----------
    with_one, with_other : float
        The two correlations that are compared.
    between : float
        The correlation of the two others.
    n : float
        Respondents who answered all three (effective number with weights).
    confidence : float
    intervals : pair of pairs, optional
        Intervals of the two correlations; Fisher's by default.

    Returns
    -------
    CorrelationDifference

    Notes
    -----
    Test: Williams' t with n - 3 degrees of freedom, which Steiger recommends. Interval: Zou's,
    from the intervals of the two correlations and the correlation between them. For Spearman's
    correlations both are approximations that hold well (Myers and Sirois 2006).

    References
    ----------
    Williams (1959), JRSS B 21, 396-399. Steiger (1980), Tests for comparing elements of a
    correlation matrix, Psychological Bulletin 87(2), 245-251, equation 7. Zou (2007), Toward
    using confidence intervals to compare correlations, Psychological Methods 12(4), 399-413.
    Myers and Sirois (2006), Encyclopedia of Statistical Sciences, Spearman correlation
    coefficients, differences between.

    Examples
    --------
    Steiger's (1980) example, 103 respondents:

    >>> found = dependent_difference(0.4, 0.5, 0.1, 103)
    >>> round(found.t, 2), round(found.p_value, 2)
    (-0.89, 0.37)
    """
    from scipy.stats import t as t_distribution

    difference = with_one - with_other
    determinant = max(
        1 - with_one**2 - with_other**2 - between**2 + 2 * with_one * with_other * between, 0.0
    )
    mean = (with_one + with_other) / 2
    spread = 2 * (n - 1) / (n - 3) * determinant + mean**2 * (1 - between) ** 3
    t = difference * np.sqrt((n - 1) * (1 + between) / spread) if spread > 0 else 0.0
    one, other = intervals or (
        fisher_interval(with_one, 1 / np.sqrt(n - 3), confidence),
        fisher_interval(with_other, 1 / np.sqrt(n - 3), confidence),
    )
    scale = (1 - with_one**2) * (1 - with_other**2)
    together = (
        (between - with_one * with_other / 2) * (1 - with_one**2 - with_other**2 - between**2)
        + between**3
    ) / scale if scale > 0 else 0.0  # fmt: skip
    lower = _combined(with_one - one[0], other[1] - with_other, together)
    upper = _combined(one[1] - with_one, with_other - other[0], together)
    return CorrelationDifference(
        difference,
        difference - lower,
        difference + upper,
        float(t),
        float(2 * t_distribution.sf(abs(t), n - 3)),
    )


def _combined(one: float, other: float, correlation: float) -> float:
    return float(np.sqrt(max(one**2 + other**2 - 2 * correlation * one * other, 0.0)))
