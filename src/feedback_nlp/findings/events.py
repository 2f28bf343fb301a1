"""Did the score change when something happened? Before and after a dated event.

The user names the day of a release or a price change. The difference is an observation, not the
effect of the event: the module gives it together with the reasons for which it may mislead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as calendar_date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.proportions import need_columns, respondent_weights
from feedback_nlp.findings.segments import MOST_LEVELS
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.findings.trends import dates_of
from feedback_nlp.nps import NpsDifference, NpsEstimate, nps, nps_difference

#: Always said: no comparison of before and after can rule this out.
NOT_PROOF = (
    "A difference between before and after is no proof that the event made it: whatever else "
    "changed at the time counts too."
)
_SIGNIFICANT = 0.05
_FEW = 100
# Clustered standard errors are much too small with a handful of clusters.
_LEAST_DAYS = 10


@dataclass(frozen=True)
class EventFinding:
    """The score before and after an event.

    Attributes
    ----------
    event : Timestamp
        Whoever answered on this day counts as after.
    before, after : NpsEstimate
    difference : NpsDifference
        After minus before.
    step, step_low, step_high : float
        The jump on the day of the event beyond straight lines on either side (interrupted time
        series), in points of NPS; missing when a side has answers on too few days.
    trend_before, trend_low, trend_high : float
        The slope before the event in points of NPS per 30 days; missing likewise.
    cautions : tuple of str
        One sentence each; the first is `NOT_PROOF`, the others are found in the data.
    responses_before, responses_after : tuple of str
        The ids of the respondents compared, to split the difference by theme with
        `feedback_nlp.findings.nps_change.nps_change`.
    """

    event: pd.Timestamp
    before: NpsEstimate
    after: NpsEstimate
    difference: NpsDifference
    step: float
    step_low: float
    step_high: float
    trend_before: float
    trend_low: float
    trend_high: float
    cautions: tuple[str, ...]
    responses_before: tuple[str, ...]
    responses_after: tuple[str, ...]


def before_and_after(
    responses: pd.DataFrame,
    date: str,
    event: str | calendar_date | pd.Timestamp,
    *,
    days: int | None = 90,
    segments: Sequence[str] = (),
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> EventFinding:
    """Compare the score before and after an event, with the caution it needs.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id, score, group`` and the dates.
    date : str
        The column of dates.
    event : date
        The day of the event, such as ``"2025-07-01"``.
    days : int or None
        How many days to look at on either side; None for all.
    segments : sequence of str
        Columns whose mix is compared before and after: where it differs, the difference may be
        one of who answered.
    weight : str, optional
        Column of survey weights.
    confidence : float
        Level of the intervals.
    smallest : int
        Either side needs as many scores.

    Returns
    -------
    EventFinding

    Raises
    ------
    FeedbackError
        If the event is no date, the dates cannot be used, or a side has too few scores.

    Notes
    -----
    The step comes from weighted least squares of worth (+100, 0, -100) on the day, the event and
    their product (segmented regression), with standard errors clustered by day. Mixes are compared
    by chi-square.

    References
    ----------
    Wagner, Soumerai, Zhang and Ross-Degnan (2002), Journal of Clinical Pharmacy and Therapeutics
    27, 299-309: segmented regression of interrupted time series.
    Campbell (1969), American Psychologist 24(4), 409-429: what else may explain a difference
    between before and after. Rocks (2016): interval and difference of the NPS.

    Examples
    --------
    >>> responses = pd.DataFrame({"date": pd.date_range("2025-01-01", periods=120)})
    >>> responses["response_id"] = responses.index.astype(str)
    >>> responses["score"] = [9, 7, 3] * 20 + [9, 3, 3] * 20
    >>> responses["group"] = responses["score"].map({9: "promoter", 7: "passive", 3: "detractor"})
    >>> found = before_and_after(responses, "date", "2025-03-02")
    >>> round(found.difference.difference, 1), found.before.n, found.after.n
    (-33.3, 60, 60)
    """
    need_columns(responses, ["response_id", "score", "group", *segments])
    when = dates_of(responses, date).dt.floor("D")
    day_of_event = _day(event)
    distance = (when - day_of_event).dt.days.to_numpy(float, na_value=np.nan)
    weights = respondent_weights(responses, weight)
    usable = responses["score"].notna().to_numpy() & ~np.isnan(distance)
    if days is not None:
        usable &= (distance >= -days) & (distance < days)
    sides = (usable & (distance < 0), usable & (distance >= 0))
    window = "" if days is None else f" within {days} days"
    for side, name in zip(sides, ("before", "after"), strict=True):
        if side.sum() < max(smallest, 1) or not weights[side].any():
            raise FeedbackError(
                f"Only {int((side & (weights > 0)).sum())} respondents with a score answered"
                f"{window} {name} {day_of_event:%Y-%m-%d}, too few to compare: the dates run from "
                f"{when.min():%Y-%m-%d} to {when.max():%Y-%m-%d}."
            )
    before, after = (nps(responses["score"][side], weights[side], confidence) for side in sides)
    lines = _lines(responses, distance, weights, sides, confidence)
    ids = responses["response_id"].astype("str").to_numpy()
    return EventFinding(
        day_of_event,
        before,
        after,
        nps_difference(after, before, confidence),
        **lines,
        cautions=tuple(_cautions(responses, sides, segments, before, after, lines, distance)),
        responses_before=tuple(ids[sides[0]]),
        responses_after=tuple(ids[sides[1]]),
    )


def _day(event: str | calendar_date | pd.Timestamp) -> pd.Timestamp:
    try:
        day = pd.Timestamp(event)
    except (TypeError, ValueError) as error:
        raise FeedbackError(f"The event {event!r} is no date: write it as 2025-07-01.") from error
    if pd.isna(day):
        raise FeedbackError("The event has no date: write it as 2025-07-01.")
    return day.tz_localize(None).floor("D")


def _lines(
    responses: pd.DataFrame,
    distance: NDArray[np.float64],
    weights: NDArray[np.float64],
    sides: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    confidence: float,
) -> dict[str, float]:
    """A straight line on either side of the event: the jump between them, and the first slope."""
    names = ("step", "step_low", "step_high", "trend_before", "trend_low", "trend_high")
    counted = [side & (weights > 0) for side in sides]
    if any(len(np.unique(distance[side])) < _LEAST_DAYS for side in counted):
        return dict.fromkeys(names, float("nan"))
    import statsmodels.api as sm

    among = counted[0] | counted[1]
    group = responses["group"].to_numpy()[among]
    worth = 100.0 * ((group == "promoter").astype(float) - (group == "detractor"))
    t = distance[among]
    later = (t >= 0).astype(float)
    design = np.column_stack([np.ones(len(t)), t / 30, later, later * t / 30])
    fit = sm.WLS(worth, design, weights=weights[among]).fit(
        cov_type="cluster", cov_kwds={"groups": np.unique(t, return_inverse=True)[1]}
    )
    low_high = np.asarray(fit.conf_int(alpha=1 - confidence))
    values = (fit.params[2], *low_high[2], fit.params[1], *low_high[1])
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _cautions(
    responses: pd.DataFrame,
    sides: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    segments: Sequence[str],
    before: NpsEstimate,
    after: NpsEstimate,
    lines: dict[str, float],
    distance: NDArray[np.float64],
) -> list[str]:
    said = [NOT_PROOF]
    fewer = min(before.n, after.n)
    if fewer < _FEW:
        said.append(
            f"One side has only {fewer} scores, so a change of some size could go unnoticed."
        )
    if lines["trend_low"] > 0 or lines["trend_high"] < 0:
        way = "rising" if lines["trend_before"] > 0 else "falling"
        said.append(
            f"The score was {way} before the event already, by {abs(lines['trend_before']):.0f} "
            "points in 30 days: part of the difference may be that trend."
        )
    lengths = [np.ptp(distance[side]) + 1 for side in sides]
    if max(lengths) > 2 * min(lengths):
        said.append(
            f"The answers before span {lengths[0]:.0f} days and those after {lengths[1]:.0f}: a "
            "season or a passing incident weighs more on the shorter side."
        )
    said += [
        f"The mix of {segment!r} is not the same before and after, so part of the difference may "
        "be one of who answered."
        for segment in segments
        if _mix_differs(responses[segment], sides, len(segments))
    ]
    return said


def _mix_differs(
    column: pd.Series, sides: tuple[NDArray[np.bool_], NDArray[np.bool_]], tests: int
) -> bool:
    from scipy.stats import chi2_contingency

    table = pd.DataFrame([column[side].value_counts() for side in sides]).fillna(0)
    counts = table.loc[:, table.sum() > 0].to_numpy(float)
    if counts.shape[1] < 2 or counts.shape[1] > MOST_LEVELS or (counts.sum(axis=1) == 0).any():
        return False
    return bool(chi2_contingency(counts, correction=False).pvalue < _SIGNIFICANT / tests)
