"""What moved: against the target, since the last period, since the last wave, around an event."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from feedback_nlp import plots
from feedback_nlp.plots.number_format import decimal, long_date, signed
from feedback_nlp.plots.style import excludes_zero, quoted
from feedback_nlp.report.telling import Told, rows_of, source, told
from feedback_nlp.report.theme_rows import breakable
from feedback_nlp.report.wave_wording import since_last_time
from feedback_nlp.report.wording import LARGEST_Q

#: With an earlier wave to compare with, and within one survey file.
HEADING_OF_WAVES = "What moved since the last wave"
HEADING = "What moved over time"
#: How a period is called, by how it is written (see `feedback_nlp.findings.trends`).
_UNITS = {
    "week": re.compile(r"\d{4}-W\d\d"),
    "month": re.compile(r"\d{4}-\d\d"),
    "quarter": re.compile(r"\d{4}-Q\d"),
    "year": re.compile(r"\d{4}"),
}
_MOST_TOLD = 2


def against_what(run: Any) -> list[Told]:
    """Set the score beside its target and its last period, for page one."""
    said = [*_wave_score(run), *_against_target(run)]
    return [*said, *([] if _wave_score(run) else _last_period(run))]


def changes(run: Any) -> dict[str, Any] | None:
    """Say what moved, in which themes, and when; nothing for a survey without a second time."""
    waves = since_last_time(run)
    said = [
        told(text, source("wave_changes"), source("run.json", part="previous")) for text in waves
    ]
    said += [*_last_period(run), *_themes(run), *_levels_of_days(run), *_event(run)]
    if not said:
        return None
    trend = rows_of(run, "nps_trend")
    drawn = trend is not None and trend["nps"].notna().sum() > 1
    return {
        "id": "changes",
        "heading": HEADING_OF_WAVES if waves else HEADING,
        "told": said,
        "figure": "trend" if drawn else None,
        "quotes": [],
        "note": "",
    }


def _wave_score(run: Any) -> list[Told]:
    from feedback_nlp.report.wave_wording import score_sentence

    previous = run.record.get("previous") or {}
    text = score_sentence(previous) if rows_of(run, "wave_changes") is not None else ""
    return [told(text, source("run.json", part="previous"))] if text else []


def _against_target(run: Any) -> list[Told]:
    table = rows_of(run, "against_target")
    if table is None:
        return []
    row = table.iloc[0]
    rows = source("against_target")
    low, high = sorted(abs(row[bound]) for bound in ("ci_low", "ci_high"))
    goal = f"the target of {signed(row['target'])}"
    if row["verdict"] == "cannot tell":
        interval = f"{signed(row['ci_low'])} to {signed(row['ci_high'])}"
        text = f"The score cannot be told from {goal}"
        text += f": {signed(row['difference'])} points ({interval})."
        return [told(text, rows, strength="none")]
    points = decimal(abs(row["difference"]))
    interval = f"{decimal(low)} to {decimal(high)}"
    return [told(f"The score is {points} points {row['verdict']} {goal} ({interval}).", rows)]


def _last_period(run: Any) -> list[Told]:
    trend = rows_of(run, "nps_trend")
    if trend is None:
        return []
    shown = trend[trend["change"].notna()]
    if shown.empty:
        return []
    row = shown.iloc[-1]
    rows = source("nps_trend", period=row["period"])
    start = f"In {row['period']} the score was {signed(row['nps'])}"
    interval = f"{signed(row['change_low'])} to {signed(row['change_high'])}"
    certain = row["q_value"] < LARGEST_Q and excludes_zero(row["change_low"], row["change_high"])
    since = _since(trend, row)
    if certain:
        moved = f"{signed(row['change'])} points since {since} ({interval})"
        return [told(f"{start}: {moved}.", rows)]
    return [
        told(
            f"{start}: no change since {since}, that is beyond chance "
            f"({signed(row['change'])} points, {interval}).",
            rows,
            strength="none",
        )
    ]


def _since(trend: pd.DataFrame, row: pd.Series) -> str:
    """Name the period that a change counts from; it may lie further back than the previous one."""
    period, since = str(row["period"]), str(row["since"])
    unit = next((name for name, form in _UNITS.items() if form.fullmatch(since)), "period")
    periods = trend["period"].astype(str).tolist()
    if periods.index(period) - periods.index(since) == 1:
        return f"the previous {unit}, {since}"
    return f"{since}, the last {unit} before with enough scores"


def _themes(run: Any) -> list[Told]:
    table = rows_of(run, "nps_change")
    if table is None:
        return []
    labels = plots.theme_labels(run.themes)
    table = table[table["theme_id"].isin(labels) & (table["q_value"] < LARGEST_Q)]
    return [
        told(
            f"{quoted(breakable(labels[row['theme_id']]))} moved the score by "
            f"{signed(row['total'])} points from {row['before']} to {row['after']} "
            f"({signed(row['total_low'])} to {signed(row['total_high'])}).",
            source("nps_change", theme_id=row["theme_id"]),
        )
        for row in table.head(_MOST_TOLD).to_dict("records")
        if excludes_zero(row["total_low"], row["total_high"])
    ]


def _levels_of_days(run: Any) -> list[Told]:
    table = rows_of(run, "change_points")
    if table is None:
        return []
    table = table.sort_values("p_value", kind="stable").head(_MOST_TOLD).sort_values("date")
    said = []
    for row in table.to_dict("records"):
        if not excludes_zero(row["change_low"], row["change_high"]):
            continue
        first, last = (pd.Timestamp(row[end]).date() for end in ("date_low", "date_high"))
        said.append(
            told(
                f"From about {long_date(pd.Timestamp(row['date']).date())} (between "
                f"{long_date(first)} and {long_date(last)}) the score stayed at another level: "
                f"{signed(row['nps_after'])} after {signed(row['nps_before'])}, "
                f"{signed(row['change'])} points "
                f"({signed(row['change_low'])} to {signed(row['change_high'])}).",
                source("change_points", date=row["date"]),
            )
        )
    return said


def _event(run: Any) -> list[Told]:
    table = rows_of(run, "before_and_after")
    if table is None:
        return []
    before, after = (table[table["side"] == side].iloc[0] for side in ("before", "after"))
    day = long_date(pd.Timestamp(after["event"]).date())
    interval = f"{signed(after['difference_low'])} to {signed(after['difference_high'])}"
    start = f"Around {day} the score went from {signed(before['nps'])} to {signed(after['nps'])}"
    certain = excludes_zero(after["difference_low"], after["difference_high"])
    text = (
        f"{start}: {signed(after['difference'])} points ({interval}), whatever else changed then."
        if certain
        else f"{start}: no change beyond chance ({signed(after['difference'])} points, {interval})."
    )
    return [told(text, source("before_and_after"), strength="clear" if certain else "none")]
