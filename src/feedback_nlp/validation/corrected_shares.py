"""A share that a model has counted, corrected by what people have counted in a sample of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.findings.proportions import effective_size


@dataclass(frozen=True)
class CorrectedShare:
    """A corrected share with its interval, and the two rates it is made of.

    Attributes
    ----------
    share, low, high : float
        0 to 1.
    rate_unassigned, rate_assigned : float
        Share of true ones among what the model has not, and what it has, assigned.
    """

    share: float
    low: float
    high: float
    rate_unassigned: float
    rate_assigned: float


def corrected_share(
    truth: NDArray[np.bool_],
    assigned_coded: NDArray[np.bool_],
    assigned_all: NDArray[np.bool_],
    weights: NDArray[np.float64] | None = None,
    confidence: float = 0.95,
    *,
    weights_all: NDArray[np.float64] | None = None,
    fallback: tuple[float, float] = (0.0, 1.0),
) -> CorrectedShare:
    """Share of respondents who mention a theme, whatever mistakes the model makes.

    Parameters
    ----------
    truth : ndarray of bool, shape (n,)
        What people coded, for the respondents of the sample.
    assigned_coded : ndarray of bool, shape (n,)
        What the model says of them.
    assigned_all : ndarray of bool, shape (N,)
        What the model says of all respondents.
    weights : ndarray, shape (n,), optional
        How many respondents each one of the sample stands for; equal by default.
    confidence : float
    weights_all : ndarray, shape (N,), optional
        What each respondent of the survey counts for; equal by default. Those of the sample must
        be in `weights` too.
    fallback : tuple of float
        Rates taken where nobody was coded among the unassigned, or the assigned; the interval
        then allows for every rate from 0 to 1.

    Returns
    -------
    CorrectedShare

    Notes
    -----
    Power-tuned prediction-powered inference estimates a mean by
    ``mean(truth) + lambda (mean(assigned_all) - mean(assigned_coded))`` with the lambda of the
    smallest variance, ``cov(truth, assigned) / var(assigned)``. For yes/no codes that lambda is
    the difference of the two rates of true ones, ``r1`` among the assigned and ``r0`` among the
    rest, and the estimate becomes ``A r1 + (1 - A) r0`` with ``A`` the share assigned of all:
    the same number. Written so, its interval can be made of Wilson's intervals of the two rates
    (MOVER), which hold where the paper's normal one does not: a rare theme in which a small
    sample shows no mistake at all. The variance of the survey's own draw is added.

    References
    ----------
    Angelopoulos, Bates, Fannjiang, Jordan and Zrnic (2023), Prediction-powered inference, Science
    382. Angelopoulos, Duchi and Zrnic (2023), PPI++, arXiv:2311.01453, section 6 (lambda).
    Zou and Donner (2008), Statistics in Medicine 27 (MOVER).

    Examples
    --------
    The model assigns 300 of 1000; of 50 assigned that were coded 40 are right, and of 50 others
    5 bear the theme: 0.3 * 0.8 + 0.7 * 0.1.

    >>> truth = np.repeat([True, False, True, False], [40, 10, 5, 45])
    >>> coded = np.repeat([True, False], 50)
    >>> found = corrected_share(truth, coded, np.arange(1000) < 300)
    >>> round(found.share, 2), round(found.low, 2), round(found.high, 2)
    (0.31, 0.25, 0.4)
    """
    from scipy.stats import norm

    weights = np.ones(len(truth)) if weights is None else np.asarray(weights, float)
    z = float(norm.ppf(0.5 + confidence / 2))
    counts = np.ones(len(assigned_all)) if weights_all is None else np.asarray(weights_all, float)
    total = counts.sum()
    assigned_share = float(counts @ assigned_all / total) if total else 0.0
    share = below = above = spread = 0.0
    rates = []
    for is_assigned, part in ((False, 1 - assigned_share), (True, assigned_share)):
        chosen = assigned_coded == is_assigned
        rate, low, high = _rate(truth[chosen], weights[chosen], confidence, fallback[is_assigned])
        rates.append(rate)
        share += part * rate
        below += (part * (rate - low)) ** 2
        above += (part * (high - rate)) ** 2
    # The survey is itself a draw: who of its respondents is assigned varies.
    spread = sum(
        part * (rate - share) ** 2
        for part, rate in zip((1 - assigned_share, assigned_share), rates, strict=True)
    )
    drawn = z**2 * spread / max(1.0, effective_size(counts))
    return CorrectedShare(
        share,
        max(0.0, share - float(np.sqrt(below + drawn))),
        min(1.0, share + float(np.sqrt(above + drawn))),
        *rates,
    )


def _rate(
    truth: NDArray[np.bool_], weights: NDArray[np.float64], confidence: float, fallback: float
) -> tuple[float, float, float]:
    from statsmodels.stats.proportion import proportion_confint

    if not weights.sum():
        return fallback, 0.0, 1.0
    rate = float(np.average(truth, weights=weights))
    effective = effective_size(weights)
    low, high = proportion_confint(rate * effective, effective, 1 - confidence, method="wilson")
    return rate, float(low), float(high)
