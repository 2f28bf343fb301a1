"""Who is satisfied but does not recommend, and who recommends without being satisfied?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.bootstrap import percentile_interval, resampled_totals
from feedback_nlp.findings.csat.measures import Measures, size_of
from feedback_nlp.findings.proportions import (
    need_columns,
    q_values,
    share_differences,
    share_interval,
)
from feedback_nlp.findings.segments import Levels
from feedback_nlp.findings.small_groups import SMALLEST_GROUP, TOO_FEW, rows_to_pool
from feedback_nlp.nps import PASSIVE_FROM, PROMOTER_FROM

#: The quadrants; the dissatisfied who do not recommend stand apart by group. All add up.
QUADRANTS = (
    "satisfied_promoter",
    "satisfied_non_promoter",
    "dissatisfied_promoter",
    "dissatisfied_passive",
    "dissatisfied_detractor",
)
#: Each discordant quadrant with its concordant neighbour: as satisfied, recommending otherwise.
NEIGHBOURS = {
    "satisfied_non_promoter": "satisfied_promoter",
    "dissatisfied_promoter": "dissatisfied_detractor",
}


def quadrant_of(
    measures: Measures,
    name: str,
    *,
    promoter_from: float = PROMOTER_FROM,
    satisfied_from: float | None = None,
) -> NDArray[Any]:
    """Which quadrant each respondent is in.

    Parameters
    ----------
    measures : Measures
    name : str
        The rating.
    promoter_from : float
        The lowest score of a promoter, above 7.
    satisfied_from : float, optional
        The lowest rating of the satisfied, higher being better; the two best points by default
        (the best one on scales of two or three points). Everyone else counts as dissatisfied, the
        neutral middle included.

    Returns
    -------
    ndarray of str, shape (respondents,)
        One of `QUADRANTS`; "" without a score or a rating.

    Raises
    ------
    FeedbackError
        If a threshold is off its scale.

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> from feedback_nlp.reading.scales import Scale
    >>> responses = pd.DataFrame({"score": [10, 8, 9, 2] * 5, "ease": [5.0, 4, 3, 1] * 5})
    >>> quadrant_of(measures_of(responses, {"ease": Scale(1, 5)}), "ease")[:3].tolist()
    ['satisfied_promoter', 'satisfied_non_promoter', 'dissatisfied_promoter']
    """
    scale, score = measures.scales[name], measures.score
    lowest = scale.high - scale.boxes + 1 if satisfied_from is None else satisfied_from
    if not scale.low < lowest <= scale.high:
        raise FeedbackError(
            f"The satisfied of {name!r} cannot begin at {lowest:g}: its scale, turned so that "
            f"{scale.high} is best, leaves {scale.low + 1} to {scale.high}."
        )
    if not PASSIVE_FROM < promoter_from <= 10:
        raise FeedbackError(f"Promoters cannot begin at {promoter_from:g}: choose 8, 9 or 10.")
    satisfied, promoter = measures.of(name) >= lowest, score >= promoter_from
    return np.where(
        measures.both(name),
        np.select(
            [
                satisfied & promoter,
                satisfied,
                promoter,
                score >= PASSIVE_FROM,
            ],
            QUADRANTS[:4],
            QUADRANTS[4],
        ),
        "",
    )


def csat_quadrants(
    measures: Measures,
    name: str,
    *,
    value: pd.Series | None = None,
    promoter_from: float = PROMOTER_FROM,
    satisfied_from: float | None = None,
    confidence: float = 0.95,
    resamples: int = 2000,
    smallest: int = SMALLEST_GROUP,
    seed: int = 0,
) -> pd.DataFrame:
    """How many are in each quadrant, and what are their accounts worth?

    Parameters
    ----------
    measures, name, promoter_from, satisfied_from
        As in `quadrant_of`.
    value : Series of float, shape (respondents,), optional
        What each account is worth; below zero counts as zero. Weights are not used for it.
    confidence, resamples, seed
        Of the intervals; the value's share by bootstrap over respondents.
    smallest : int
        Smaller quadrants stand together as ``_too_few``, if need be with the next smallest.

    Returns
    -------
    DataFrame, one row a quadrant
        ``measure, quadrant, satisfied_from, promoter_from, n, base`` (respondents with both),
        ``share`` with ``share_low, share_high`` (weighted; Wilson with the effective number),
        ``n_valued, value, value_share`` with ``value_share_low, value_share_high`` (missing
        without values, or where fewer than `smallest` accounts have one).

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> from feedback_nlp.reading.scales import Scale
    >>> responses = pd.DataFrame({"score": [10, 8, 9, 2] * 15, "ease": [5.0, 4, 3, 1] * 15})
    >>> table = csat_quadrants(measures_of(responses, {"ease": Scale(1, 5)}), "ease")
    >>> table[["quadrant", "n", "share"]].values.tolist()[:2]
    [['satisfied_promoter', 15, 0.25], ['satisfied_non_promoter', 15, 0.25]]
    """
    scale = measures.scales[name]
    found = quadrant_of(measures, name, promoter_from=promoter_from, satisfied_from=satisfied_from)
    shown = _shown(found, smallest)
    base = found != ""
    effective = size_of(measures.weights[base])
    rows = []
    for quadrant, members in shown.items():
        share = float(measures.weights[members].sum() / measures.weights[base].sum())
        low, high = share_interval(share * effective, effective, confidence)
        rows.append(
            {
                "measure": name,
                "quadrant": quadrant,
                "satisfied_from": float(
                    scale.high - scale.boxes + 1 if satisfied_from is None else satisfied_from
                ),
                "promoter_from": float(promoter_from),
                "n": int(members.sum()),
                "base": int(base.sum()),
                "share": share,
                "share_low": float(low),
                "share_high": float(high),
            }
        )
    table = pd.DataFrame(rows, columns=_COLUMNS)
    if value is None or not rows:
        return table.astype({"n_valued": "Int64"})
    worth = pd.to_numeric(value, errors="coerce").clip(lower=0.0).to_numpy(float)
    return _with_value(table, list(shown.values()), worth, confidence, resamples, smallest, seed)


_COLUMNS = (
    *("measure", "quadrant", "satisfied_from", "promoter_from", "n", "base"),
    *("share", "share_low", "share_high", "n_valued", "value"),
    *("value_share", "value_share_low", "value_share_high"),
)


def _shown(found: NDArray[Any], smallest: int) -> dict[str, NDArray[np.bool_]]:
    members = {name: found == name for name in QUADRANTS}
    sizes = np.array([int(own.sum()) for own in members.values()])
    if sizes.sum() < max(1, smallest):
        return {}
    pooled = rows_to_pool(sizes, smallest)
    shown = {
        name: own
        for (name, own), out, n in zip(members.items(), pooled, sizes, strict=True)
        if not out and n
    }
    if pooled.any():
        shown[TOO_FEW] = np.isin(found, np.array(QUADRANTS)[pooled])
    return shown


def _with_value(
    table: pd.DataFrame,
    members: Sequence[NDArray[np.bool_]],
    worth: NDArray[np.float64],
    confidence: float,
    resamples: int,
    smallest: int,
    seed: int,
) -> pd.DataFrame:
    valued = ~np.isnan(worth)
    counts = np.array([int((own & valued).sum()) for own in members])
    if counts.sum() == 0 or ((counts > 0) & (counts < smallest)).any():
        return table.astype({"n_valued": "Int64"})
    among = valued & np.any(members, axis=0)
    columns = np.column_stack(members).astype(float)[among] * worth[among, None]
    totals = columns.sum(axis=0)
    if not totals.sum() > 0:
        return table.astype({"n_valued": "Int64"})
    draws = resampled_totals(columns, resamples, seed)
    with np.errstate(invalid="ignore"):
        shares = draws / draws.sum(axis=1, keepdims=True)
    low, high = percentile_interval(shares, totals / totals.sum(), confidence)
    return table.assign(
        n_valued=pd.array(counts, dtype="Int64"),
        value=totals,
        value_share=totals / totals.sum(),
        value_share_low=low,
        value_share_high=high,
    )


def csat_sensitivity(
    measures: Measures,
    name: str,
    *,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """How do the quadrants change with the thresholds?

    Parameters
    ----------
    measures, name, confidence, smallest
        As in `csat_quadrants`.

    Returns
    -------
    DataFrame, one row a pair of thresholds and a quadrant
        The columns of `csat_quadrants` without values: promoters from 8, 9 or 10, the satisfied
        from each of the best points of the upper half of the scale. Pairs of thresholds that
        leave a quadrant smaller than `smallest` are left out whole, for their differences to the
        other rows would tell of a few.

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> from feedback_nlp.reading.scales import Scale
    >>> responses = pd.DataFrame({"score": [10, 8, 9, 2] * 15, "ease": [5.0, 4, 3, 1] * 15})
    >>> table = csat_sensitivity(measures_of(responses, {"ease": Scale(1, 5)}), "ease")
    >>> table.query("quadrant == 'satisfied_non_promoter'")[
    ...     ["promoter_from", "satisfied_from", "n"]].values.tolist()
    [[9.0, 4.0, 15.0], [10.0, 4.0, 15.0]]
    """
    scale = measures.scales[name]
    upper = int(np.floor((scale.low + scale.high) / 2)) + 1
    lowest = max(upper, scale.high - 2, scale.low + 1)
    parts = []
    for promoter_from in (8, 9, 10):
        for satisfied_from in range(lowest, scale.high + 1):
            table = csat_quadrants(
                measures,
                name,
                promoter_from=promoter_from,
                satisfied_from=satisfied_from,
                confidence=confidence,
                smallest=smallest,
            )
            if len(table) and not (table["quadrant"] == TOO_FEW).any():
                parts.append(table[list(_COLUMNS[:9])])
    if not parts:
        return pd.DataFrame(columns=list(_COLUMNS[:9]))
    return pd.concat(parts, ignore_index=True)


def csat_segments(
    responses: pd.DataFrame,
    measures: Measures,
    name: str,
    segments: Sequence[str],
    *,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """In which segments is a quadrant larger than in the others?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs the segments.
    measures, name, confidence
        As in `quadrant_of`, at the default thresholds.
    segments : sequence of str
        Columns that divide the respondents.
    smallest : int
        Levels with fewer respondents, or with fewer of them in the quadrant or outside it but
        some, are left out, and with them the next smallest where the sums would tell of a few.

    Returns
    -------
    DataFrame, one row a level and quadrant
        ``measure, quadrant, segment, level, n, base, share`` with ``share_low, share_high``, and
        against all other levels ``difference, difference_low, difference_high, p_value,
        q_value`` (over all rows).

    References
    ----------
    See `share_differences`. Rao and Scott (1992), Biometrics 48(2), for the weights.

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> from feedback_nlp.reading.scales import Scale
    >>> responses = pd.DataFrame({"score": [10, 8] * 30, "ease": [5.0, 4] * 30,
    ...                           "plan": ["Fast", "Basic"] * 30})
    >>> measures = measures_of(responses, {"ease": Scale(1, 5)})
    >>> table = csat_segments(responses, measures, "ease", ["plan"])
    >>> table[["quadrant", "level", "share"]].values.tolist()[1]
    ['satisfied_promoter', 'Fast', 1.0]
    """
    need_columns(responses, segments)
    found = quadrant_of(measures, name)
    rows = []
    for quadrant in QUADRANTS:
        members = found == quadrant
        if members.sum() < max(1, smallest):
            continue
        for segment in segments:
            levels = Levels.of(responses[segment]).each(found != "")
            for level, own, rest in _tellable(levels, members, found != "", smallest):
                row = _level(measures, members, own, rest)
                rows.append((name, quadrant, segment, level, *row))
    table = pd.DataFrame(rows, columns=[*_SEGMENT_COLUMNS, "other", "other_effective", "effective"])
    count, other = table["share"] * table["effective"], table["other"] * table["other_effective"]
    low, high = share_interval(count, table["effective"], confidence)
    compared = share_differences(
        count, table["effective"], other, table["other_effective"], confidence
    )
    table = table[list(_SEGMENT_COLUMNS)].assign(share_low=low, share_high=high)
    table = pd.concat([table, compared], axis=1)
    return table.assign(q_value=q_values(table["p_value"]))


_SEGMENT_COLUMNS = ("measure", "quadrant", "segment", "level", "n", "base", "share")


def _tellable(
    levels: Sequence[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]],
    members: NDArray[np.bool_],
    base: NDArray[np.bool_],
    smallest: int,
) -> list[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """The levels that may be shown: neither they nor what is left of all tells of a few."""

    def tells_of_few(side: NDArray[np.bool_]) -> bool:
        whole, part = int(side.sum()), int((side & members).sum())
        return whole < max(1, smallest) or 0 < part < smallest or 0 < whole - part < smallest

    shown = [one for one in levels if not tells_of_few(one[1]) and not tells_of_few(one[2])]
    shown = sorted(shown, key=lambda one: -int(one[1].sum()))
    while shown:
        left = base & ~np.any([own for _, own, _ in shown], axis=0)
        if not left.any() or not tells_of_few(left):
            break
        shown.pop()
    return shown


def _level(
    measures: Measures,
    members: NDArray[np.bool_],
    own: NDArray[np.bool_],
    rest: NDArray[np.bool_],
) -> tuple[Any, ...]:
    within, base = int((own & members).sum()), int(own.sum())
    shares = []
    for side in (own, rest):
        weights = measures.weights[side]
        shares.append((float(weights[members[side]].sum() / weights.sum()), size_of(weights)))
    (share, effective), (other_share, other_effective) = shares
    return within, base, share, other_share, other_effective, effective
