"""Is the score above or below a target, and how many responses would it take to tell?"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.proportions import q_values
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.nps import (
    PSEUDO_EACH_SIDE,
    PSEUDO_RESPONDENTS,
    NpsEstimate,
    nps_difference,
    nps_test,
    nps_variance,
)

#: The chance of telling a difference that is there, by which samples are planned.
POWER = 0.8
_MOST_RESPONDENTS = 10**9


def against_benchmarks(
    estimate: NpsEstimate,
    benchmarks: Mapping[str, float | NpsEstimate],
    *,
    confidence: float = 0.95,
    power: float = POWER,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """Compare the score with targets and industry figures.

    Parameters
    ----------
    estimate : NpsEstimate
        The score, from `nps` (with weights, if there are any).
    benchmarks : mapping of str to float or NpsEstimate
        A name and a figure from -100 to 100 taken as exact, such as a target; or an estimate
        with its own sampling error, such as a competitor's survey (`nps_from_counts`).
    confidence : float
        Level of the intervals; tests are at 1 - `confidence`.
    power : float
        Wanted chance of telling a difference that is there.
    smallest : int
        With fewer respondents the table is empty.

    Returns
    -------
    DataFrame, one row a benchmark
        ``benchmark, target, n, effective_n, nps, difference`` (score minus target) with
        ``ci_low, ci_high``, ``p_value``, ``q_value``, ``verdict`` ("above", "below" or "cannot
        tell", by the q-value); ``detectable``: the smallest true difference that this many
        respondents would tell with the wanted power; ``n_needed``: respondents needed to tell
        a true difference as large as the one seen (missing where none was seen or no number
        would do). For a benchmark with its own sampling error the last two are missing.

    Raises
    ------
    FeedbackError
        If a target is not from -100 to 100, or `power` or `confidence` not between 0 and 1.

    Notes
    -----
    The tests are those of `nps_test` and `nps_difference` (Rocks 2016). ``n_needed`` takes the
    difference seen for the true one, which it is not: seen differences that cannot be told from
    chance are often too large and then ask for too few respondents. To plan a survey, say which
    difference would matter and ask `responses_to_tell` (Hoenig and Heisey 2001, The Abuse of
    Power, The American Statistician 55(1)).

    Examples
    --------
    >>> from feedback_nlp.nps import nps_from_counts
    >>> table = against_benchmarks(nps_from_counts(60, 25, 15), {"our goal": 30})
    >>> table[["benchmark", "difference", "verdict", "n_needed"]].values.tolist()
    [['our goal', 15.0, 'cannot tell', 206]]
    """
    _check(power, "power")
    n = estimate.effective_n
    if not benchmarks or estimate.n < max(1, smallest):
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _COLUMNS.items()})
    shares = (estimate.promoters / estimate.n, estimate.detractors / estimate.n)
    rows = []
    for name, benchmark in benchmarks.items():
        if isinstance(benchmark, NpsEstimate):
            target = benchmark.score
            found = nps_difference(estimate, benchmark, confidence)
            detectable, needed = math.nan, None
        else:
            target = float(benchmark)
            found = nps_test(estimate, target, confidence)
            detectable = detectable_difference(n, *shares, confidence=confidence, power=power)
            needed = None
            if found.difference and found.difference < 100:
                needed = responses_to_tell(
                    found.difference, *shares, confidence=confidence, power=power
                )
        rows.append(
            {
                "benchmark": str(name),
                "target": target,
                "n": estimate.n,
                "effective_n": n,
                "nps": estimate.score,
                "difference": found.difference,
                "ci_low": found.low,
                "ci_high": found.high,
                "p_value": found.p_value,
                "detectable": detectable,
                "n_needed": needed,
            }
        )
    table = pd.DataFrame(rows)
    table["q_value"] = q_values(table["p_value"])
    side = np.where(table["difference"] > 0, "above", "below")
    told = (table["q_value"] < 1 - confidence).to_numpy()
    table["verdict"] = np.where(told, side, "cannot tell")
    return table[list(_COLUMNS)].astype(_COLUMNS)


def power_to_tell(
    difference: float,
    n: float,
    promoters: float = 0.5,
    detractors: float = 0.25,
    *,
    confidence: float = 0.95,
) -> float:
    """How likely is it that a survey tells a difference between the score and a target?

    Parameters
    ----------
    difference : float
        The true score minus the target, in points.
    n : float
        Respondents with a score (effective number, with weights).
    promoters, detractors : float
        Their true shares, each 0 to 1, together at most 1.
    confidence : float
        The test is at 1 - `confidence`, two-sided.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    FeedbackError
        If a number is out of range.

    Notes
    -----
    `nps_test` rejects where the adjusted score is further from the target than z times its
    standard error. With d the true difference and s the true score as shares, the adjusted score
    is normal around s n / (n + 3) with variance v n / (n + 3)^2, v = p + d - (p - d)^2.

    References
    ----------
    Rocks (2016), The American Statistician 70(4). Cohen (1988), Statistical Power Analysis for
    the Behavioral Sciences, chapter 1.

    Examples
    --------
    >>> round(power_to_tell(10, n=400, promoters=0.5, detractors=0.25), 2)
    0.66
    """
    from scipy.stats import norm

    _check(confidence, "confidence level")
    if not (promoters >= 0 and detractors >= 0 and promoters + detractors <= 1 + 1e-12):
        raise FeedbackError(
            f"The shares are {promoters!r} promoters and {detractors!r} detractors, but each must "
            "be from 0 to 1 and both together at most 1."
        )
    if not (n > 0 and math.isfinite(difference)):
        raise FeedbackError("The power needs a finite difference and at least one respondent.")
    size = n + PSEUDO_RESPONDENTS
    spread = math.sqrt(nps_variance(promoters, detractors) * n) / size
    p, d = ((share * n + PSEUDO_EACH_SIDE) / size for share in (promoters, detractors))
    error = math.sqrt(nps_variance(p, d) / size)
    off = difference / 100 - (promoters - detractors) * PSEUDO_RESPONDENTS / size
    z = norm.ppf((1 + confidence) / 2)
    if spread < 1e-12:
        return float(abs(off) > z * error)
    return float(norm.cdf((-z * error - off) / spread) + norm.sf((z * error - off) / spread))


def responses_to_tell(
    difference: float,
    promoters: float = 0.5,
    detractors: float = 0.25,
    *,
    confidence: float = 0.95,
    power: float = POWER,
) -> int:
    """How many responses are needed to tell a difference between the score and a target?

    Parameters
    ----------
    difference : float
        The true score minus the target that would matter, in points; not zero.
    promoters, detractors : float
        Their expected shares.
    confidence, power : float
        Two-sided test at 1 - `confidence`, wanted chance of telling.

    Returns
    -------
    int
        The smallest number of respondents with a score from which on `power_to_tell` reaches
        `power`.

    Raises
    ------
    FeedbackError
        If the difference is zero or another number out of range.

    Examples
    --------
    >>> responses_to_tell(10, promoters=0.5, detractors=0.25)
    551
    """
    _check(power, "power")
    if not difference:
        raise FeedbackError("No number of responses tells a difference of zero: name another.")

    def enough(n: int) -> bool:
        return power_to_tell(difference, n, promoters, detractors, confidence=confidence) >= power

    upper = 1
    while not (enough(upper) and enough(2 * upper)):
        upper *= 2
        if upper > _MOST_RESPONDENTS:
            raise FeedbackError(
                f"A difference of {difference:g} points would take more than a billion responses "
                "to tell: name a larger one."
            )
    lower = upper // 2
    while upper - lower > 1:
        middle = (lower + upper) // 2
        lower, upper = (lower, middle) if enough(middle) else (middle, upper)
    return upper


def detectable_difference(
    n: float,
    promoters: float = 0.5,
    detractors: float = 0.25,
    *,
    confidence: float = 0.95,
    power: float = POWER,
) -> float:
    """What is the smallest difference from a target that so many responses would tell?

    Parameters
    ----------
    n : float
        Respondents with a score.
    promoters, detractors, confidence, power
        As in `responses_to_tell`.

    Returns
    -------
    float
        In points, above zero; told with the wanted power whether the score is above the target
        or below it.

    Examples
    --------
    >>> round(detectable_difference(551, promoters=0.5, detractors=0.25), 1)
    10.0
    """
    from scipy.optimize import brentq

    _check(power, "power")

    def short_of(size: float) -> float:
        return power - min(
            power_to_tell(sign * size, n, promoters, detractors, confidence=confidence)
            for sign in (-1, 1)
        )

    if short_of(200.0) > 0:
        return math.nan
    return float(brentq(short_of, 1e-9, 200.0)) if short_of(1e-9) > 0 else 0.0


def _check(share: float, what: str) -> None:
    if not 0 < share < 1:
        raise FeedbackError(f"The {what} is {share!r}, but it must lie between 0 and 1.")


_COLUMNS = {
    "benchmark": "str",
    "target": "float64",
    "n": "int64",
    **dict.fromkeys(("effective_n", "nps", "difference", "ci_low", "ci_high"), "float64"),
    **dict.fromkeys(("p_value", "q_value"), "float64"),
    "verdict": "str",
    "detectable": "float64",
    "n_needed": "Int64",
}
