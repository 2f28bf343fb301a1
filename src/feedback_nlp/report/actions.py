"""Three things to do, and what each could gain: nothing that the tables do not carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from feedback_nlp import plots
from feedback_nlp.findings.what_if import is_fragile
from feedback_nlp.plots.number_format import count, decimal, percent, signed
from feedback_nlp.plots.style import excludes_zero, quoted
from feedback_nlp.report.telling import Told, rows_of, source, told
from feedback_nlp.report.theme_rows import breakable, mostly_where, strongest_sub_themes
from feedback_nlp.report.wording import LARGEST_Q, PRACTICAL_POINTS

MOST = 3
NOTE = (
    "A gain counts the complaints alone: how far the score would be expected to rise if nobody "
    "complained of the theme, all else as it is. What a theme costs counts its praise too, and "
    "shares each answer’s point among all themes it names; so a theme that is praised as well can "
    "cost little and still have much to gain. A gain is the most there is to win, an association "
    "and not proof of cause; gains do not add up."
)
_UNKNOWN = "What it would gain cannot be told from one survey."


def three_things(
    run: Any, shown: Sequence[Mapping[str, Any]], costs: Sequence[Mapping[str, Any]]
) -> list[Told]:
    """Choose what to do first: the largest gains that are beyond chance, then what is at hand.

    Parameters
    ----------
    run
        A finished run.
    shown, costs : sequence of mapping
        The themes that may be shown, and those of them that may be called costs.

    Returns
    -------
    list of dict
        At most three sentences, each with ``head``, ``gain`` (empty where none can be told),
        ``gain_interval`` and ``detail``.
    """
    gains = _gains(run, shown)
    nets = {str(theme["theme_id"]): theme["contribution"] for theme in shown}
    things: list[Told | None] = [_less_of(run, row, nets[str(row["theme_id"])]) for row in gains]
    gained = {row["theme_id"] for row in gains}
    things += [_call_back(run), _nudge(run)]
    things += [_look_at(theme) for theme in costs if theme["theme_id"] not in gained]
    things += [_keep(shown), _ask(run)]
    return [thing for thing in things if thing is not None][:MOST]


def _gains(run: Any, shown: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    impact = run.nps_impact
    if "what_if" not in impact:
        return []
    impact = impact[impact["theme_id"].isin([theme["theme_id"] for theme in shown])]
    impact = impact[impact["what_if"].notna() & (impact["what_if_q"] < LARGEST_Q)]
    rows = impact.sort_values("what_if", ascending=False, kind="stable").to_dict("records")
    told_of = [
        row
        for row in rows
        if row["what_if"] >= PRACTICAL_POINTS
        and excludes_zero(row["what_if_low"], row["what_if_high"])
    ]
    # A hint never stands before what is firm, however large it looks.
    return sorted(told_of, key=lambda row: is_fragile(row))


def _less_of(run: Any, row: Mapping[str, Any], net: float) -> Told:
    theme_id = str(row["theme_id"])
    label = breakable(plots.theme_labels(run.themes)[theme_id])
    gain = f"+{decimal(row['what_if'])} points"
    interval = f"{decimal(row['what_if_low'])} to {decimal(row['what_if_high'])}"
    head = f"Give fewer customers cause to complain of {quoted(label)}."
    fragile = is_fragile(row)
    detail = f"{count(row['n_negative'])} respondents complain of it"
    detail += ", too few for more than a hint." if fragile else "."
    detail += f" With its praise counted too the theme stands for {signed(net)} points."
    sources = [source("nps_impact", theme_id=theme_id)]
    if above := strongest_sub_themes(run, theme_id, "cost"):
        detail += f" Begin with {quoted(above[0])}."
    if where := mostly_where(run, theme_id):
        detail += f" {where[0]}"
        sources.append(where[1])
    return told(
        f"{head} Without complaints: {gain} ({interval}). {detail}",
        *sources,
        strength="tendency" if fragile else "clear",
        head=head,
        gain=gain,
        gain_interval=interval,
        detail=detail,
    )


def _call_back(run: Any) -> Told | None:
    table = rows_of(run, "follow_up")
    if table is None:
        return None
    first = table[table["priority"] == table["priority"].min()]
    head = f"Contact the {count(len(table))} customers on the follow-up list."
    detail = f"{count(len(first))} of them come first. {_UNKNOWN}"
    priority = int(first["priority"].iloc[0])
    rows = (source("follow_up"), source("follow_up", priority=priority))
    return _without_gain(head, detail, *rows)


def _nudge(run: Any) -> Told | None:
    from feedback_nlp.report.passives import holding_back

    rows = holding_back(run)
    if rows.empty:
        return None
    row = rows.iloc[0]
    label = breakable(plots.theme_labels(run.themes)[str(row["theme_id"])])
    head = f"Take {quoted(label)} out of the passives’ way."
    detail = (
        f"{percent(row['share_passive'])} of passives bring it up, "
        f"{percent(row['share_promoter'])} of promoters. {_UNKNOWN}"
    )
    held = source("passive_themes", theme_id=row["theme_id"], tone=row["tone"])
    return _without_gain(head, detail, held)


def _look_at(theme: Mapping[str, Any]) -> Told:
    head = f"Look first at {quoted(theme['label'])}."
    low, high = sorted(abs(theme[bound]) for bound in ("ci_low", "ci_high"))
    detail = (
        f"It goes with a loss of {decimal(abs(theme['contribution']))} points "
        f"({decimal(low)} to {decimal(high)}). {_UNKNOWN}"
    )
    return _without_gain(head, detail, source("nps_impact", theme_id=theme["theme_id"]))


def _keep(shown: Sequence[Mapping[str, Any]]) -> Told | None:
    earning = [t for t in shown if t["strength"] in ("clear", "tendency") and t["contribution"] > 0]
    if not earning:
        return None
    theme = max(earning, key=lambda theme: theme["contribution"])
    head = f"Keep what promoters come for: {quoted(theme['label'])}."
    detail = (
        f"{decimal(theme['contribution'])} points of the score go with it "
        f"({decimal(theme['ci_low'])} to {decimal(theme['ci_high'])}): to be lost, not to be won."
    )
    return _without_gain(head, detail, source("nps_impact", theme_id=theme["theme_id"]))


def _ask(run: Any) -> Told | None:
    table = rows_of(run, "content_groups")
    if table is None:
        return None
    rows = table[(table["group"] == "detractor") & (table["content_kind"] == "reason")]
    if rows.empty or rows.iloc[0]["n"] == rows.iloc[0]["base"]:
        return None
    row = rows.iloc[0]
    head = "Ask more detractors for their reason."
    detail = f"{count(row['n'])} of {count(row['base'])} gave one. {_UNKNOWN}"
    return _without_gain(
        head, detail, source("content_groups", group="detractor", content_kind="reason")
    )


def _without_gain(head: str, detail: str, *rows: Mapping[str, Any]) -> Told:
    return told(f"{head} {detail}", *rows, head=head, gain="", gain_interval="", detail=detail)
