"""Which of a survey's own columns plays which role, and what it is called afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import free_name, visible

CORE = ("response_id", "score", "group", "raw_answer")
# Later steps add these to the responses, or join them to the responses by mention and theme.
RESERVED = frozenset(
    (*CORE, "answer", "has_content", "language", "sentiment", "mention_id", "theme_id")
)
SINGLE_ROLES = ("score", "answer", "response_id", "date", "question", "weight", "value", "consent")
ROLES = (*SINGLE_ROLES[:5], "segments", "csat", "outcomes", *SINGLE_ROLES[5:])


@dataclass(frozen=True)
class Columns:
    """Which of the survey's own columns plays which role; None or () where there is none.

    Attributes
    ----------
    score, answer : str
        The 0-10 score and the free text.
    response_id, date, question, weight, value, consent : str or None
        `question` is a column holding the question each row answers, `value` what the account
        is worth, `consent` whether the respondent may be contacted.
    segments, csat, outcomes : tuple of str
        Columns that divide the respondents, satisfaction ratings, and what became of the
        respondents afterwards (churned, renewed, recommended, revenue).
    why : mapping of str to str
        For every role that is filled, "given" or a clause saying why the column was guessed.
    """

    score: str
    answer: str
    response_id: str | None = None
    date: str | None = None
    question: str | None = None
    segments: tuple[str, ...] = ()
    csat: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    weight: str | None = None
    value: str | None = None
    consent: str | None = None
    why: Mapping[str, str] = field(default_factory=dict)

    def by_role(self) -> dict[str, tuple[str, ...]]:
        """The columns of every role, as a tuple that may be empty."""
        roles: dict[str, tuple[str, ...]] = {}
        for role in ROLES:
            named = getattr(self, role)
            roles[role] = (named,) if isinstance(named, str) else tuple(named or ())
        return roles


def check_roles(table: pd.DataFrame, columns: Columns) -> None:
    """Raise a FeedbackError unless every named column is there and has one role."""
    if not table.columns.is_unique:
        raise FeedbackError("Two columns of the table bear the same name: rename one of them.")
    used: dict[str, str] = {}
    for role, named in columns.by_role().items():
        for name in named:
            if name not in table.columns:
                raise FeedbackError(
                    f"There is no column {visible(name)!r} for the {role} in the table."
                )
            if name in used:
                raise FeedbackError(
                    f"The column {visible(name)!r} is named for both {used[name]} and {role}: "
                    "a column has one role."
                )
            used[name] = role


def own_names(table: pd.DataFrame, columns: Columns, keep_id: bool) -> dict[str, str]:
    """The survey's other columns: name in the file -> name in the responses."""
    core = {columns.score, columns.answer}
    if columns.response_id is not None and not keep_id:
        core.add(columns.response_id)
    names = {name: name for name in table.columns if name not in core}
    taken = set(names) | RESERVED
    for name in [name for name in names if name in RESERVED]:
        names[name] = free_name(f"{name}_original", taken)
        taken.add(names[name])
    return names


def renamed(columns: Columns, names: Mapping[str, str]) -> Columns:
    """The same roles, played by columns under their names in the responses."""

    def one(name: str | None) -> str | None:
        return None if name is None else names.get(name, name)

    return replace(
        columns,
        date=one(columns.date),
        question=one(columns.question),
        weight=one(columns.weight),
        value=one(columns.value),
        consent=one(columns.consent),
        segments=tuple(names.get(name, name) for name in columns.segments),
        csat=tuple(names.get(name, name) for name in columns.csat),
        outcomes=tuple(names.get(name, name) for name in columns.outcomes),
    )
