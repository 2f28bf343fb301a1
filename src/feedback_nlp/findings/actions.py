"""Whom to contact, why and how: the follow-up list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date as calendar_date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.mentioned import top_level_of
from feedback_nlp.findings.playbook import LEAST_URGENT, Playbook, Rule, read_playbook
from feedback_nlp.findings.proportions import need_columns
from feedback_nlp.findings.reasons import Reasons
from feedback_nlp.findings.trends import dates_of
from feedback_nlp.findings.value import heavy_hitters
from feedback_nlp.names import visible
from feedback_nlp.near_names import did_you_mean
from feedback_nlp.spreadsheets import write_csv, write_excel

__all__ = ["follow_up", "read_playbook", "write_follow_up"]

_COLUMNS = {
    "response_id": "str",
    "priority": "int64",
    "score": "int64",
    "rule": "str",
    "theme": "str",
    "reason": "str",
    "goal": "str",
    "action": "str",
    "avoid": "str",
    "contact_from": "datetime64[s]",
    "contact_by": "datetime64[s]",
    "late": "bool",
    "read_first": "bool",
    "value": "float64",
    "answered": "datetime64[s]",
}


def follow_up(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    playbook: Playbook,
    *,
    today: str | calendar_date | pd.Timestamp,
    consent: str | None = None,
    date: str | None = None,
    value: str | None = None,
    person: str | None = None,
    already_contacted: pd.DataFrame | None = None,
    disagreeing: Collection[str] = (),
) -> pd.DataFrame:
    """List whom to contact, in order of urgency, with the reason in the customer's own words.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id`` and ``score``, and the columns named below.
    mentions, mention_themes, themes : DataFrame
        As in a run; texts are redacted there.
    playbook : Playbook
        From `read_playbook`.
    today : date
        The day the list is for. It is asked for, never read from the clock, so that the same
        input gives the same list.
    consent : str, optional
        The column that says whether the respondent may be contacted (boolean). Without it nobody
        is listed; a missing value is no consent.
    date : str, optional
        The column of dates of the answers. Without it days count from today and nobody is late.
    value : str, optional
        The column of what an account is worth: heavy hitters go one priority up, and within a
        priority the larger account comes first.
    person : str, optional
        A column that is the same for all responses of a person; of several, the most urgent is
        listed.
    already_contacted : DataFrame, optional
        ``response_id`` (and the column `person`, if that is given) of those contacted before, and
        ``contacted_on``, the day; a row without a day is taken as one of late.
    disagreeing : collection of str
        Ids of respondents whose words and score disagree (see
        `feedback_nlp.findings.consistency.words_against_scores`): whoever calls should read the
        whole answer first, as the scale may have been taken the wrong way round.

    Returns
    -------
    DataFrame, one row a respondent to contact
        ``response_id, priority`` (1 the most urgent, to 5), ``score, rule`` (of the playbook),
        ``theme`` (label of what the sharpest mention is about, or empty), ``reason`` (the answer
        in the customer's redacted words; of a long one the sharpest mention), ``goal, action,
        avoid, contact_from, contact_by, late`` (the window has passed: `action` is then what the
        playbook says for that, and `contact_by` lies ahead), ``read_first`` (words and score
        disagree), ``value`` and ``answered`` (missing without such columns). By priority, then the
        larger account,
        then the more recent answer. ``attrs["note"]`` says in a sentence how many are listed and
        who is not, ``attrs["counts"]`` the same as numbers, which add up to the responses.

    Raises
    ------
    FeedbackError
        If a column is missing or a date cannot be read.

    Examples
    --------
    >>> responses = pd.DataFrame({"response_id": ["a", "b"], "score": [2, 10], "ok": [True, True]})
    >>> mentions = pd.DataFrame({"mention_id": ["a#1"], "response_id": ["a"],
    ...     "text": ["Nobody came."], "sentiment": [-0.6]})
    >>> links = pd.DataFrame({"mention_id": [], "response_id": [], "theme_id": []})
    >>> themes = pd.DataFrame({"theme_id": [], "label": [], "parent_id": []})
    >>> table = follow_up(responses, mentions, links, themes, read_playbook(),
    ...                   today="2025-06-02", consent="ok")
    >>> table[["response_id", "priority", "reason"]].to_dict("records")[0]
    {'response_id': 'a', 'priority': 2, 'reason': 'Nobody came.'}
    >>> nobody = follow_up(responses, mentions, links, themes, read_playbook(), today="2025-06-02")
    >>> nobody.attrs["note"]
    'follow_up.xlsx is empty: the survey has no column of consent; name one with --consent.'
    """
    named = [name for name in (consent, value, person) if name is not None]
    need_columns(responses, ["response_id", "score", *named])
    day = _day(today)
    counts = {"responses": len(responses), "listed": 0}
    if consent is None:
        counts["without_consent"] = len(responses)
        return _with_note(_table([]), counts, playbook, has_consent=False)
    facts = _facts(responses, date, value, day)
    heavy = np.zeros(len(facts), bool)
    if playbook.heavy_hitter_share > 0:
        heavy = heavy_hitters(facts["value"], playbook.heavy_hitter_share)
    mentioned = _themes_of(mention_themes, themes)
    left_out: dict[str, list[str]] = {name: [] for name in _LEFT_OUT}
    chosen = []
    recent = _recently_contacted(already_contacted, day, playbook.days_between_contacts, person)
    agreed = responses[consent].astype("boolean").fillna(False).to_numpy(bool)
    people = responses[person if person is not None else "response_id"].astype("str").to_numpy()
    for number, fact in enumerate(map(_fact, facts.to_dict("records"))):
        why_not = _why_not(fact, bool(agreed[number]), people[number] in recent, playbook)
        rule = None if why_not else _rule_for(fact, mentioned, playbook)
        if rule is None:
            left_out[why_not or "no_rule"].append(fact["response_id"])
            continue
        priority = max(1, rule.priority - int(heavy[number]))
        chosen.append(_Chosen(fact, people[number], rule, priority))
    chosen.sort(key=lambda one: one.urgency())
    listed: dict[str, _Chosen] = {}
    for one in chosen:
        if listed.setdefault(one.person, one) is not one:
            left_out["same_person"].append(one.fact["response_id"])
    words = Reasons(responses, mentions, mention_themes, themes)
    table = _table([one.row(day, words, playbook) for one in listed.values()])
    table["read_first"] = table["response_id"].isin([str(name) for name in disagreeing])
    counts["listed"] = len(table)
    counts |= {name: len(ids) for name, ids in left_out.items() if ids}
    noted = _with_note(table, counts, playbook)
    noted.attrs["note"] += _unknown_themes(playbook, themes)
    return noted


def _unknown_themes(playbook: Playbook, themes: pd.DataFrame) -> str:
    """Say which themes of the playbook this run does not have: their rules fit nobody."""
    known = [str(theme) for theme in themes["theme_id"]]
    named = dict.fromkeys(theme for rule in playbook.rules for theme in rule.themes)
    return "".join(
        f" The playbook names the theme {visible(theme)!r}, which this survey does not have; "
        + did_you_mean(theme, known, "see `theme_id` in the table themes.")
        for theme in named
        if theme not in known
    )


def write_follow_up(table: pd.DataFrame, folder: str | Path) -> dict[str, Path]:
    """Write the follow-up list as ``follow_up.csv`` and ``follow_up.xlsx``, safe to open.

    Parameters
    ----------
    table : DataFrame
        From `follow_up`.
    folder : path
        Made if missing.

    Returns
    -------
    dict of str to Path
        ``csv`` and ``xlsx``.

    Raises
    ------
    FeedbackError
        If a file cannot be written.

    Examples
    --------
    >>> write_follow_up(table, "data/processed/sample_survey")             # doctest: +SKIP
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FeedbackError(
            f"The folder {folder} cannot be made ({error.strerror}); choose another with --out."
        ) from error
    return {
        "csv": write_csv(table, folder / "follow_up.csv"),
        "xlsx": write_excel(table, folder / "follow_up.xlsx", sheet="Follow up"),
    }


_EMPTY = "follow_up.xlsx is empty"
_LEFT_OUT = {
    "without_consent": "{n} gave no consent",
    "without_score": "{n} gave no score",
    "recently_contacted": "{n} were contacted in the last {days} days",
    "too_old": "{n} answered more than {old} days ago",
    "no_rule": "{n} fit no rule of the playbook",
    "same_person": "{n} are further answers of somebody listed",
}


def _with_note(
    table: pd.DataFrame, counts: dict[str, int], playbook: Playbook, has_consent: bool = True
) -> pd.DataFrame:
    said = [
        sentence.format(
            n=f"{counts[name]:,}",
            days=playbook.days_between_contacts,
            old=playbook.forget_after_days,
        )
        for name, sentence in _LEFT_OUT.items()
        if counts.get(name)
    ]
    note = f"{counts['listed']:,} of {counts['responses']:,} respondents are listed"
    note += f"; of the others, {', '.join(said)}." if said else "."
    if not has_consent:
        note = f"{_EMPTY}: the survey has no column of consent; name one with --consent."
    elif counts.get("without_consent") == counts["responses"]:
        note = f"{_EMPTY}: nobody of {counts['responses']:,} respondents agreed to be contacted."
    elif not counts["listed"]:
        note = f"{_EMPTY}: of {counts['responses']:,} respondents, {', '.join(said)}."
    table.attrs = {"note": note, "counts": counts}
    return table


def _day(today: str | calendar_date | pd.Timestamp) -> pd.Timestamp:
    try:
        day = pd.Timestamp(today)
    except (TypeError, ValueError) as error:
        raise FeedbackError(f"The day {today!r} is no date: write it as 2025-07-01.") from error
    if pd.isna(day):
        raise FeedbackError("The day the list is for is missing: write it as 2025-07-01.")
    return day.tz_localize(None).normalize()


def _facts(
    responses: pd.DataFrame, date: str | None, value: str | None, today: pd.Timestamp
) -> pd.DataFrame:
    answered = pd.Series(pd.NaT, index=responses.index, dtype="datetime64[s]")
    if date is not None and responses[date].notna().any():
        answered = dates_of(responses, date).dt.floor("D").astype("datetime64[s]")
    worth = pd.Series(np.nan, index=responses.index)
    if value is not None:
        worth = pd.to_numeric(responses[value], errors="coerce").astype("float64")
    return pd.DataFrame(
        {
            "response_id": responses["response_id"].astype("str"),
            "score": responses["score"].astype("Int64"),
            "answered": answered,
            "value": worth,
            # A date in the future is a slip; it counts as today.
            "age": (today - answered).dt.days.clip(lower=0),
        }
    )


def _fact(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _recently_contacted(
    contacted: pd.DataFrame | None, today: pd.Timestamp, days: int, person: str | None
) -> set[str]:
    if contacted is None:
        return set()
    key = person if person is not None else "response_id"
    need_columns(contacted, [key], "contacts")
    recent = pd.Series(True, index=contacted.index)
    if "contacted_on" in contacted:
        on = pd.to_datetime(contacted["contacted_on"], errors="coerce")
        if on.dt.tz is not None:
            on = on.dt.tz_localize(None)
        recent = on.isna() | (on > today - pd.Timedelta(days=days))
    return set(contacted.loc[recent, key].astype("str"))


def _why_not(fact: dict[str, Any], agreed: bool, recent: bool, playbook: Playbook) -> str | None:
    if not agreed:
        return "without_consent"
    if pd.isna(fact["score"]):
        return "without_score"
    if recent:
        return "recently_contacted"
    if not pd.isna(fact["age"]) and fact["age"] > playbook.forget_after_days:
        return "too_old"
    return None


def _rule_for(
    fact: dict[str, Any], mentioned: dict[str, set[str]], playbook: Playbook
) -> Rule | None:
    for rule in playbook.rules:
        low, high = rule.scores
        fits = low <= fact["score"] <= high
        if rule.themes:
            fits &= bool(mentioned.get(fact["response_id"], set()) & set(rule.themes))
        if rule.value_at_least is not None:
            fits &= bool(fact["value"] >= rule.value_at_least)
        if fits:
            return rule
    return None


def _themes_of(mention_themes: pd.DataFrame, themes: pd.DataFrame) -> dict[str, set[str]]:
    """The themes of each respondent, sub-themes and their parents."""
    parents = top_level_of(themes)
    found: dict[str, set[str]] = {}
    links = zip(mention_themes["response_id"], mention_themes["theme_id"], strict=True)
    for response, theme in links:
        found.setdefault(str(response), set()).update((theme, parents.get(theme, theme)))
    return found


@dataclass(frozen=True)
class _Chosen:
    fact: dict[str, Any]
    person: str
    rule: Rule
    priority: int

    def urgency(self) -> tuple[float, float, float, str]:
        worth = 0.0 if pd.isna(self.fact["value"]) else float(self.fact["value"])
        age = float("inf") if pd.isna(self.fact["age"]) else float(self.fact["age"])
        return min(self.priority, LEAST_URGENT), -worth, age, self.fact["response_id"]

    def row(self, today: pd.Timestamp, words: Reasons, playbook: Playbook) -> dict[str, Any]:
        answered = today if pd.isna(self.fact["answered"]) else min(self.fact["answered"], today)
        not_before, within = (answered + pd.Timedelta(days=n) for n in self.rule.contact_days)
        late = bool(within < today)
        if late:
            wait, most = self.rule.contact_days
            not_before, within = today, today + pd.Timedelta(days=most - wait)
        action = self.rule.if_late if late and self.rule.if_late else self.rule.action
        reason, theme = words.of(self.fact["response_id"], int(self.fact["score"]))
        return {
            "response_id": self.fact["response_id"],
            "priority": self.priority,
            "score": int(self.fact["score"]),
            "rule": self.rule.name,
            "theme": theme,
            "reason": reason,
            "goal": self.rule.goal,
            "action": f"{playbook.thanks} {action}",
            "avoid": self.rule.avoid,
            "contact_from": max(not_before, today),
            "contact_by": within,
            "late": late,
            "read_first": False,
            "value": self.fact["value"],
            "answered": self.fact["answered"],
        }


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)
