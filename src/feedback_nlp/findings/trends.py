"""How do the score and the themes move over time?

Periods are calendar weeks, months, quarters or years of a date column, or the waves of a survey
that was held in waves. Respondents without a date belong to no period and are left out.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.proportions import need_columns, q_values, respondent_weights
from feedback_nlp.findings.segment_themes import theme_segments
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.nps import NpsEstimate, nps, nps_difference

UNITS = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}
#: A period should hold about so many scores: the interval is then some 25 points to each side.
_ENOUGH_A_PERIOD = 50
_MOST_PERIODS = 2000


def periods_of(
    responses: pd.DataFrame,
    date: str | None = None,
    *,
    unit: str = "month",
    wave: str | None = None,
) -> pd.Series:
    """Say in which period each respondent answered.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
    date : str, optional
        The column of dates (datetime64).
    unit : {"week", "month", "quarter", "year"}
        Length of a period. Weeks begin on Monday and bear the year and number of ISO 8601.
    wave : str, optional
        A column of waves instead of calendar periods; with `date` too, waves are in the order of
        their median date, otherwise in that of the alphabet or of the column's categories.

    Returns
    -------
    Series of ordered categories, with the index of `responses`
        Such as ``2025-07``, ``2025-Q3``, ``2025-W27``, ``2025``. The categories are all periods
        from the first to the last, also those in which nobody answered.

    Raises
    ------
    FeedbackError
        If there is neither a date nor a wave, the column is missing, is not of dates, or has no
        values, or the unit is not known.

    Examples
    --------
    >>> responses = pd.DataFrame({"date": pd.to_datetime(["2025-01-31", "2025-03-01", None])})
    >>> periods = periods_of(responses, "date")
    >>> periods.tolist(), periods.cat.categories.tolist()
    (['2025-01', '2025-03', nan], ['2025-01', '2025-02', '2025-03'])
    """
    if wave is not None:
        return _waves(responses, wave, date)
    dates = dates_of(responses, date)
    if unit not in UNITS:
        raise FeedbackError(f"There is no unit {unit!r}; choose one of {', '.join(UNITS)}.")
    calendar = dates.dt.to_period(UNITS[unit])
    every = pd.period_range(calendar.min(), calendar.max(), freq=UNITS[unit])
    if len(every) > _MOST_PERIODS:
        raise FeedbackError(
            f"The dates of {date!r} span {len(every):,} {unit}s, from {calendar.min()} to "
            f"{calendar.max()}: correct the dates, or choose a longer unit."
        )
    labels = dict(zip(every, (_label(period, unit) for period in every), strict=True))
    named = pd.Categorical(calendar.map(labels), categories=list(labels.values()), ordered=True)
    return pd.Series(named, index=responses.index, name="period")


def suitable_unit(responses: pd.DataFrame, date: str) -> str:
    """Choose the shortest unit whose typical period holds enough scores to be worth drawing.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``score`` and the dates.
    date : str
        The column of dates.

    Returns
    -------
    str
        ``"week"``, ``"month"`` or ``"quarter"``: the first of them whose periods with scores have
        a median of at least 50; a quarter where none has.

    Examples
    --------
    >>> dates = pd.date_range("2025-01-01", periods=360)
    >>> suitable_unit(pd.DataFrame({"date": dates, "score": 9}), "date")
    'quarter'
    """
    scored = responses[responses["score"].notna()]
    for unit in ("week", "month"):
        counts = periods_of(scored, date, unit=unit).value_counts()
        if counts[counts > 0].median() >= _ENOUGH_A_PERIOD:
            return unit
    return "quarter"


def nps_trend(
    responses: pd.DataFrame,
    date: str | None = None,
    *,
    unit: str = "month",
    wave: str | None = None,
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """How did the score move, period by period?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``score``.
    date, unit, wave
        As in `periods_of`.
    weight : str, optional
        Column of survey weights.
    confidence : float
        Level of the intervals.
    smallest : int
        Periods with fewer scores are suppressed: their row stays, without any figure.

    Returns
    -------
    DataFrame, one row a period, in order
        ``period``, ``n, promoters, passives, detractors`` (unweighted), ``nps, ci_low, ci_high``,
        then ``change, change_low, change_high, p_value, q_value`` against the last period before
        it that is shown, named in ``since``, and ``suppressed``.

    Raises
    ------
    FeedbackError
        As in `periods_of`.

    References
    ----------
    Rocks (2016), The American Statistician 70(4); Benjamini and Hochberg (1995), JRSS B 57(1).

    Examples
    --------
    >>> responses = pd.DataFrame({"wave": ["1"] * 20 + ["2"] * 20, "score": [9] * 30 + [2] * 10})
    >>> table = nps_trend(responses, wave="wave")
    >>> table[["period", "nps", "change"]].to_dict("records")[1]
    {'period': '2', 'nps': 0.0, 'change': -100.0}
    """
    need_columns(responses, ["score"])
    periods = periods_of(responses, date, unit=unit, wave=wave)
    weights = respondent_weights(responses, weight)
    given = responses["score"].notna().to_numpy()
    rows: list[dict[str, Any]] = []
    last: tuple[str, NpsEstimate] | None = None
    for code, name in enumerate(periods.cat.categories):
        members = given & (periods.cat.codes.to_numpy() == code)
        row: dict[str, Any] = {"period": str(name), "suppressed": True}
        if members.sum() >= max(smallest, 1):
            row |= {"suppressed": False, "n": int(members.sum())}
            if weights[members].any():
                here = nps(responses["score"][members], weights[members], confidence)
                row |= _figures(here)
                if last is not None:
                    gap = nps_difference(here, last[1], confidence)
                    row |= {"since": last[0], "change": gap.difference, "p_value": gap.p_value}
                    row |= {"change_low": gap.low, "change_high": gap.high}
                last = (str(name), here)
        rows.append(row)
    table = pd.DataFrame(rows, columns=list(_TREND_COLUMNS)).astype(_TREND_COLUMNS)
    return table.assign(q_value=q_values(table["p_value"]))


_TREND_COLUMNS = (
    {"period": "str"}
    | dict.fromkeys(("n", "promoters", "passives", "detractors"), "Int64")
    | dict.fromkeys(("nps", "ci_low", "ci_high", "change", "change_low", "change_high"), "float64")
    | {"p_value": "float64", "q_value": "float64", "since": "str", "suppressed": "bool"}
)


def theme_trend(
    responses: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    date: str | None = None,
    *,
    unit: str = "month",
    wave: str | None = None,
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """When was each theme spoken of more, or less, than at other times?

    Parameters
    ----------
    responses, mention_themes, themes
        As in `feedback_nlp.findings.segment_themes.theme_segments`.
    date, unit, wave
        As in `periods_of`.
    weight, confidence, smallest
        As in `theme_segments`.

    Returns
    -------
    DataFrame, one row a theme and period
        ``theme_id, period, n, base, share, ci_low, ci_high``; ``difference, difference_low,
        difference_high`` to the share in all other periods, ``p_value, q_value``, and
        ``contribution`` in points of the NPS of the whole time. Periods with fewer than
        `smallest` answers with content are left out.

    Raises
    ------
    FeedbackError
        As in `periods_of`.

    Examples
    --------
    >>> responses = pd.DataFrame({"response_id": range(40), "has_content": True,
    ...     "wave": ["spring"] * 20 + ["summer"] * 20})
    >>> links = pd.DataFrame({"response_id": range(18), "theme_id": "price"})
    >>> themes = pd.DataFrame({"theme_id": ["price"], "parent_id": [None]})
    >>> theme_trend(responses, links, themes, wave="wave")["share"].tolist()
    [0.9, 0.0]
    """
    table = theme_segments(
        responses.assign(period=periods_of(responses, date, unit=unit, wave=wave)),
        mention_themes,
        themes,
        "period",
        weight=weight,
        confidence=confidence,
        smallest=smallest,
        most_levels=_MOST_PERIODS,
    )
    table = table.rename(columns={"level": "period"})
    themes_first = ["theme_id", "period", *table.columns[3:]]
    order = {theme: number for number, theme in enumerate(themes["theme_id"])}
    sorted_by_theme = table.sort_values("theme_id", key=lambda ids: ids.map(order), kind="stable")
    return sorted_by_theme[themes_first].reset_index(drop=True)


def dates_of(responses: pd.DataFrame, date: str | None) -> pd.Series:
    """Give the column of dates, without zone.

    Raises
    ------
    FeedbackError
        If it is not named, missing, not of dates, or without a single date.

    Examples
    --------
    >>> dates_of(pd.DataFrame({"on": pd.to_datetime(["2025-01-31"])}), "on").dt.day.tolist()
    [31]
    """
    if date is None:
        raise FeedbackError(
            "Nothing can be said about time because the survey has no column of dates: name one "
            "with --date."
        )
    need_columns(responses, [date])
    dates = responses[date]
    if not pd.api.types.is_datetime64_any_dtype(dates.dtype):
        raise FeedbackError(f"The column {date!r} does not hold dates: name one that does.")
    if not dates.notna().any():
        raise FeedbackError(f"The column {date!r} does not hold a single date.")
    return dates.dt.tz_localize(None) if dates.dt.tz is not None else dates


def _waves(responses: pd.DataFrame, wave: str, date: str | None) -> pd.Series:
    need_columns(responses, [wave])
    column = responses[wave]
    if not column.notna().any():
        raise FeedbackError(f"The column of waves, {wave!r}, has no values.")
    if isinstance(column.dtype, pd.CategoricalDtype):
        names = [str(name) for name in column.cat.remove_unused_categories().cat.categories]
    else:
        names = [str(name) for name in column.astype("category").cat.categories]
    text = column.astype("str").where(column.notna())
    if date is not None:
        middle = dates_of(responses, date).groupby(text).median()
        names.sort(key=lambda name: (pd.isna(middle[name]), middle[name]))
    named = pd.Categorical(text, categories=names, ordered=True)
    return pd.Series(named, index=responses.index, name="period")


def _label(period: pd.Period, unit: str) -> str:
    if unit == "week":
        year, week, _ = period.start_time.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{period.year}-Q{period.quarter}" if unit == "quarter" else str(period)


def _figures(estimate: NpsEstimate) -> dict[str, Any]:
    return {
        "promoters": estimate.promoters,
        "passives": estimate.passives,
        "detractors": estimate.detractors,
        "nps": estimate.score,
        "ci_low": estimate.low,
        "ci_high": estimate.high,
    }
