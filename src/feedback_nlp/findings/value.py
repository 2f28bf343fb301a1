"""What the accounts in each zone are worth, and whether the largest accounts fare worse."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.bootstrap import resampled_totals
from feedback_nlp.findings.danger import ZONES, zones
from feedback_nlp.findings.proportions import need_columns, share_differences, share_interval
from feedback_nlp.findings.small_groups import SMALLEST_GROUP, TOO_FEW, rows_to_pool
from feedback_nlp.nps import nps

Matrix = NDArray[np.float64]

#: The share of accounts that are called heavy hitters.
LARGEST = 0.2


def value_at_risk(
    responses: pd.DataFrame,
    value: str,
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    smallest: int = SMALLEST_GROUP,
    seed: int = 0,
) -> pd.DataFrame:
    """How much account value is in the danger zone, and in each other zone?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``score`` and the column `value`.
    value : str
        Column of what each account is worth. Respondents without a value or a score are left
        out; accounts worth less than zero count as zero.
    confidence : float
        Level of the intervals.
    resamples : int
        Bootstrap resamples of respondents.
    smallest : int
        Zones with fewer respondents are shown as one, ``_too_few``; with fewer in all the
        table is empty.
    seed : int

    Returns
    -------
    DataFrame, one row a zone and ``_all``
        ``zone, n`` (respondents with a score and a value), ``n_without_value`` (with a score
        only), ``value, value_low, value_high`` (their sum, in the column's own unit) and
        ``value_share, share_low, share_high`` (of the value of all, 0 to 1).

    Raises
    ------
    FeedbackError
        If a column is missing.

    Notes
    -----
    These are the accounts that answered; nothing is said of those that did not, and survey
    weights are not used. The interval says how far the sum could differ in another sample of as
    many respondents: the bias-corrected and accelerated bootstrap, since a few large accounts
    make sums lopsided. Where single accounts carry much of the value it is still too short.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 14.3.

    Examples
    --------
    >>> responses = pd.DataFrame({"score": [1] * 10 + [9] * 30, "revenue": [50.0] * 40})
    >>> table = value_at_risk(responses, "revenue")
    >>> table[["zone", "n", "value", "value_share"]].values.tolist()[:2]
    [['danger zone', 10, 500.0, 0.25], ['promoter', 30, 1500.0, 0.75]]
    """
    scored, worth = _valued(responses, value)
    valued = ~np.isnan(worth)
    zone = zones(scored["score"]).to_numpy()
    sizes = np.array([int((valued & (zone == name)).sum()) for name in ZONES])
    pooled = rows_to_pool(sizes, smallest)
    if valued.sum() < max(1, smallest):
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _AT_RISK.items()})
    shown = {name: zone == name for name, out, n in zip(ZONES, pooled, sizes, strict=True)
             if not out and n}  # fmt: skip
    if pooled.any():
        shown[TOO_FEW] = np.isin(zone, np.array(ZONES)[pooled])
    shown["_all"] = np.ones(len(zone), bool)
    amounts = np.nan_to_num(worth)[valued]
    members = np.column_stack(list(shown.values())).astype(float)[valued]
    columns = np.column_stack([amounts, amounts[:, None] * members])
    totals = columns.sum(axis=0)
    draws = resampled_totals(columns, resamples, seed)
    mean = members * amounts[:, None] - totals[1:] / len(amounts)
    low, high = _accelerated(draws[:, 1:], totals[1:], mean, confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = totals[1:] / totals[0]
        spread = amounts[:, None] * (members - share)
        share_low, share_high = _accelerated(draws[:, 1:] / draws[:, :1], share, spread, confidence)
    return pd.DataFrame(
        {
            "zone": list(shown),
            "n": [int((valued & own).sum()) for own in shown.values()],
            "n_without_value": [int((~valued & own).sum()) for own in shown.values()],
            "value": totals[1:],
            "value_low": low,
            "value_high": high,
            "value_share": share,
            "share_low": share_low,
            "share_high": share_high,
        }
    ).astype(_AT_RISK)


def heavy_hitters(values: ArrayLike, largest: float = LARGEST) -> NDArray[np.bool_]:
    """Say which accounts are heavy hitters: those in the top fifth of the distribution of value.

    Parameters
    ----------
    values : array-like of float, shape (n,)
        What each account is worth; missing allowed.
    largest : float
        The share of the accounts with a value above zero, above 0 and below 1.

    Returns
    -------
    ndarray of bool, shape (n,)
        The ``ceil(largest * accounts)`` largest, and those worth as much as the smallest of
        them. If that makes them more than half of the accounts, value does not set any apart
        and nobody is one.

    Raises
    ------
    FeedbackError
        If `largest` is out of range.

    Notes
    -----
    "The accounts that make the top 20 % of value" can also be read as the fewest accounts that
    together hold 20 % of all value: with a few giants that is a handful, too few for any share.
    The top fifth of accounts is the reading taken here, and `value_zones` says beside it how much
    of all value they hold.

    Examples
    --------
    >>> heavy_hitters([10, 20, 30, 40, 500, None]).tolist()
    [False, False, False, False, True, False]
    """
    if not 0 < largest < 1:
        raise FeedbackError(
            f"The share of heavy hitters is {largest!r}: choose one between 0 and 1."
        )
    worth = np.asarray(pd.to_numeric(pd.Series(values)).to_numpy(float, na_value=np.nan))
    worth = np.where(worth > 0, worth, np.nan)
    accounts = np.sort(worth[~np.isnan(worth)])
    if not accounts.size:
        return np.zeros(len(worth), bool)
    smallest = accounts[-math.ceil(largest * accounts.size)]
    chosen = worth >= smallest
    return chosen if 2 * chosen.sum() <= accounts.size else np.zeros(len(worth), bool)


def value_zones(
    responses: pd.DataFrame,
    value: str,
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    smallest: int = SMALLEST_GROUP,
    seed: int = 0,
) -> pd.DataFrame:
    """Do the largest accounts fare worse, and what is the NPS if every account counts by value?

    Parameters
    ----------
    responses, value, confidence, resamples, seed
        As in `value_at_risk`.
    smallest : int
        Nothing is given for fewer respondents.

    Returns
    -------
    DataFrame, one row each for "heavy hitters", "others", "every account counts the same" and
    "every account counts by its value"
        ``accounts, n, value, value_share`` (0 to 1), ``nps, nps_low, nps_high``, ``n_danger,
        danger_share, danger_low, danger_high``, and the row against its counterpart (heavy
        hitters minus others; by value minus the same), in points of NPS, ``nps_difference,
        nps_difference_low, nps_difference_high``, and for heavy hitters ``danger_p``, the test
        of the two danger shares. Rows that are too small are left out.

    Raises
    ------
    FeedbackError
        If a column is missing.

    Notes
    -----
    The value-weighted NPS takes value as weight; its interval and that of its difference from
    the plain one are percentile bootstrap over respondents, since the same accounts are in both.
    All rows are about respondents with a score and a value.

    Examples
    --------
    >>> responses = pd.DataFrame({"score": [2] * 10 + [9] * 40,
    ...                           "revenue": [500.0] * 10 + [100.0 + i for i in range(40)]})
    >>> table = value_zones(responses, "revenue").set_index("accounts")
    >>> table["nps"].round(1).to_dict()
    {'heavy hitters': -100.0, 'others': 100.0, 'every account counts the same': 60.0, \
'every account counts by its value': -2.2}
    """
    from feedback_nlp.nps import nps_difference

    scored, worth = _valued(responses, value)
    scored, worth = scored[~np.isnan(worth)], worth[~np.isnan(worth)]
    if len(scored) < max(1, smallest) or not worth.any():
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _ACCOUNTS.items()})
    heavy = heavy_hitters(worth)
    danger = (zones(scored["score"]) == ZONES[0]).to_numpy()
    rows = []
    sizes = [int(heavy.sum()), int((~heavy).sum())]
    if min(sizes) >= max(1, smallest):
        for name, members in (("heavy hitters", heavy), ("others", ~heavy)):
            rows.append(_accounts(name, scored["score"], worth, danger, members, confidence))
        one, other = (nps(scored["score"][m], confidence=confidence) for m in (heavy, ~heavy))
        gap = nps_difference(one, other, confidence)
        in_danger = [int(danger[heavy].sum()), int(danger[~heavy].sum())]
        test = share_differences(in_danger[0], sizes[0], in_danger[1], sizes[1], confidence)
        rows[0] |= {
            "nps_difference": gap.difference,
            "nps_difference_low": gap.low,
            "nps_difference_high": gap.high,
            "danger_p": float(test["p_value"].iloc[0]),
        }
    everyone = np.ones(len(scored), bool)
    plain = _accounts(
        "every account counts the same", scored["score"], worth, danger, everyone, confidence
    )
    by_value = _by_value(scored["score"], worth, plain["nps"], confidence, resamples, seed)
    rows += [plain, {**plain, **by_value, "accounts": "every account counts by its value"}]
    for figure in ("danger_share", "danger_low", "danger_high"):
        rows[-1][figure] = np.nan
    return pd.DataFrame(rows, columns=list(_ACCOUNTS)).astype(_ACCOUNTS)


def _valued(responses: pd.DataFrame, value: str) -> tuple[pd.DataFrame, Matrix]:
    need_columns(responses, ["score", value])
    scored = responses[responses["score"].notna()]
    worth = pd.to_numeric(scored[value], errors="coerce").to_numpy(float, na_value=np.nan)
    return scored, np.where(np.isinf(worth), np.nan, np.maximum(worth, 0.0))


def _accounts(
    name: str,
    scores: pd.Series,
    worth: Matrix,
    danger: NDArray[np.bool_],
    members: NDArray[np.bool_],
    confidence: float,
) -> dict[str, object]:
    found = nps(scores[members], confidence=confidence)
    n_danger = int(danger[members].sum())
    low, high = share_interval([n_danger], [found.n], confidence)
    return {
        "accounts": name,
        "n": found.n,
        "value": float(worth[members].sum()),
        "value_share": float(worth[members].sum() / worth.sum()),
        "nps": found.score,
        "nps_low": found.low,
        "nps_high": found.high,
        "n_danger": n_danger,
        "danger_share": n_danger / found.n,
        "danger_low": low[0],
        "danger_high": high[0],
    }


def _by_value(
    scores: pd.Series, worth: Matrix, plain: object, confidence: float, resamples: int, seed: int
) -> dict[str, float]:
    from feedback_nlp.findings.bootstrap import percentile_interval
    from feedback_nlp.nps import groups

    group = groups(scores)
    points = 100.0 * ((group == "promoter").astype(float) - (group == "detractor"))
    columns = np.column_stack([np.ones(len(worth)), points, worth, worth * points])

    def figures(totals: Matrix) -> Matrix:
        by_value = totals[:, 3] / totals[:, 2]
        return np.column_stack([by_value, by_value - totals[:, 1] / totals[:, 0]])

    value = figures(columns.sum(axis=0)[None, :])[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        draws = figures(resampled_totals(columns, resamples, seed))
    low, high = percentile_interval(draws, value, confidence)
    names = ("nps", "nps_difference")
    return {
        f"{name}{end}": float(figure[place])
        for end, figure in (("", value), ("_low", low), ("_high", high))
        for place, name in enumerate(names)
    }


def _accelerated(
    draws: Matrix, estimate: Matrix, influence: Matrix, confidence: float
) -> tuple[Matrix, Matrix]:
    """The BCa interval of each column; `influence` is each respondent's, up to a factor."""
    from scipy.stats import norm

    z = norm.ppf((1 + confidence) / 2)
    low, high = np.array(estimate, float), np.array(estimate, float)
    for column, value in enumerate(estimate):
        own = draws[:, column][~np.isnan(draws[:, column])]
        squares = float((influence[:, column] ** 2).sum())
        if not own.size or not squares > 0 or own.min() == own.max():
            continue
        acceleration = float((influence[:, column] ** 3).sum()) / (6 * squares**1.5)
        below = (np.mean(own < value) + np.mean(own <= value)) / 2
        bias = norm.ppf(np.clip(below, 1 / len(own), 1 - 1 / len(own)))
        ends = [bias + (bias + s) / (1 - acceleration * (bias + s)) for s in (-z, z)]
        low[column], high[column] = np.quantile(own, norm.cdf(ends))
    return np.minimum(low, estimate), np.maximum(high, estimate)


_AT_RISK = {
    "zone": "str",
    **dict.fromkeys(("n", "n_without_value"), "int64"),
    **dict.fromkeys(("value", "value_low", "value_high"), "float64"),
    **dict.fromkeys(("value_share", "share_low", "share_high"), "float64"),
}
_ACCOUNTS = {
    "accounts": "str",
    "n": "int64",
    **dict.fromkeys(("value", "value_share", "nps", "nps_low", "nps_high"), "float64"),
    "n_danger": "int64",
    **dict.fromkeys(("danger_share", "danger_low", "danger_high"), "float64"),
    **dict.fromkeys(("nps_difference", "nps_difference_low", "nps_difference_high"), "float64"),
    "danger_p": "float64",
}
