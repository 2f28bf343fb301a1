"""The survey: one row a respondent, every column read by its role, and the rules that hold.

`readers.py` makes surveys from files, `make_survey` from a table that is already in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from feedback_nlp.column_roles import Columns, check_roles, own_names, renamed
from feedback_nlp.errors import FeedbackError
from feedback_nlp.light_imports import import_without
from feedback_nlp.names import slug, visible
from feedback_nlp.nps import groups
from feedback_nlp.reading.cells import (
    SCORE_REASONS,
    as_text,
    is_empty_mark,
    read_amounts,
    read_dates,
    read_outcomes,
    read_yes_no,
)
from feedback_nlp.reading.scale_finding import read_rating_column, scores_on_scale
from feedback_nlp.reading.scales import Scale

__all__ = ["Columns", "Survey", "blank_rows", "make_survey"]


@dataclass(frozen=True, eq=False)
class Survey:
    """A survey as every later step takes it.

    Attributes
    ----------
    name : str
        Safe as the name of a folder.
    responses : DataFrame
        One row a respondent: `response_id` (str, unique), `score` (Int64 0-10, missing
        allowed), `group` (promoter, passive, detractor, missing), `raw_answer` (str, "" where
        there is none), then the survey's other columns under their own names: the date as
        datetime64, CSAT, weight and value as float, consent as boolean, outcomes as boolean or
        float, the rest as text.
        A column that bears a name of the tables themselves stands under `<name>_original`.
    columns : Columns
        For score, answer and id the names in the file (their values are in the four columns
        above); for every other role the names in `responses`.
    question : str or None
        What was asked, when it is known for the survey as a whole.
    counts : mapping of str to int
        rows_read = rows_blank + responses; responses = score_given + the four score_missing_* =
        answer_given + answer_empty; duplicate_id ids were made unique; `<column role>_unreadable`
        cells held something that could not be read as a date, a number or yes/no;
        weight_missing_as_zero respondents have no weight and weigh nothing.
    source : mapping of str to str
        The file's name, SHA-256, format, encoding and the like.
    scales : mapping of str to Scale
        The scale of every CSAT column, declared or found out; under "score" that of the score
        where it was not asked from 0 to 10.
    """

    name: str
    responses: pd.DataFrame
    columns: Columns
    question: str | None
    counts: Mapping[str, int]
    source: Mapping[str, str]
    scales: Mapping[str, Scale] = field(default_factory=dict)

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that play no role: they are kept with the responses, and not looked at."""
        roles = {name for named in self.columns.by_role().values() for name in named}
        return tuple(
            str(name) for name in self.responses if name not in _OWN_COLUMNS and name not in roles
        )

    def describe(self) -> str:
        """The mapping and the counts, as the plain lines that `feedback-nlp check` prints."""
        rows: list[tuple[str, ...]] = []
        for role, named in self.columns.by_role().items():
            # One reason serves all the columns of a role.
            reasons = [self.columns.why.get(role, "")] + [""] * len(named)
            for column, why in zip(named, reasons, strict=False):
                rows.append((role, visible(column), visible(why, longest=120)))
        if self.question:
            rows.append(("asked", visible(self.question), ""))
        counts = [(key.replace("_", " "), f"{number:,}") for key, number in self.counts.items()]
        widest = max(len(number) for _, number in counts)
        parts: dict[str, list[tuple[str, ...]]] = {
            "source": [(key, visible(text)) for key, text in self.source.items()],
            "columns": rows,
            "not used": self._unused_rows(),
            "scales": [(visible(name), scale.describe()) for name, scale in self.scales.items()],
            "counts": [(key, number.rjust(widest)) for key, number in counts],
        }
        lines = [f"survey  {self.name}"]
        for title, part in parts.items():
            if part:
                lines += ["", title, *_aligned(part)]
        for name, scale in self.scales.items():
            said = (visible(warning, longest=600) for warning in scale.warnings)
            lines += [f"\nwarning  {visible(name)}: {warning}." for warning in said]
        return "\n".join(lines)

    def _unused_rows(self) -> list[tuple[str, ...]]:
        named = [visible(name, longest=40) for name in self.unused[:_MOST_UNUSED]]
        more = len(self.unused) - len(named)
        if not named:
            return []
        return [(", ".join(named) + (f" and {more} more" if more else ""),)]


#: So many of the columns that are not used are named.
_MOST_UNUSED = 10
_OWN_COLUMNS = ("response_id", "score", "group", "raw_answer")


def _aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    rows = [tuple(row) for row in rows]
    widths = [max(len(cell) for cell in cells) for cells in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def blank_rows(table: pd.DataFrame) -> pd.Series:
    """Which rows of a table of text hold nothing at all, as booleans."""
    blank = pd.Series(True, index=table.index)
    for name in table.columns:
        if not blank.any():
            break
        blank[blank] = table.loc[blank, name].str.strip() == ""
    return blank


def _made_ids(row_numbers: pd.Series) -> pd.Series:
    return "R" + row_numbers.astype(str).str.zfill(6)


def _unique_ids(given: pd.Series | None, row_numbers: pd.Series) -> tuple[pd.Series, int]:
    """An id for every row, and how many ids of the file had to be changed to be unique."""
    if given is None:
        return _made_ids(row_numbers), 0
    ids = given.str.strip()
    empty = ids.map(is_empty_mark).astype(bool)
    ids = ids.mask(empty, _made_ids(row_numbers))
    repeated = ids.duplicated()
    taken = set(ids)
    occurrence: dict[str, int] = {}
    changed = []
    for name in ids[repeated]:
        number = occurrence.get(name, 1) + 1
        while f"{name}-{number}" in taken:
            number += 1
        occurrence[name] = number
        changed.append(f"{name}-{number}")
        taken.add(changed[-1])
    ids = ids.mask(repeated, pd.Series(changed, index=ids.index[repeated], dtype=str))
    return ids.astype(str), len(changed)


def _converted(cells: pd.Series, role: str | None) -> pd.Series:
    if role == "date":
        return read_dates(cells)[0]
    if role == "outcomes":
        return read_outcomes(cells)
    if role in ("weight", "value"):
        return read_amounts(cells)
    if role == "consent":
        return read_yes_no(cells)
    stripped = cells.str.strip()
    return stripped.mask(stripped == "")


def _check_readable(columns: Columns, role: str, name: str, read: pd.Series) -> None:
    kind = {"date": "a date", "consent": "yes or no", "csat": "a rating"}.get(role, "a number")
    kind = "yes or no, or as a number" if role == "outcomes" else kind
    if read.isna().all():
        raise FeedbackError(
            f"No value of the column {visible(name)!r} reads as {kind}, so it cannot be the {role}."
        )
    if role == "weight" and (read < 0).any():
        raise FeedbackError(
            f"The weight column {visible(name)!r} holds {int((read < 0).sum())} negative values: "
            "weights are zero or more."
        )


def make_survey(
    table: pd.DataFrame,
    columns: Columns,
    name: str,
    question: str | None = None,
    source: Mapping[str, str] | None = None,
    *,
    csat_scales: Mapping[str, str] | None = None,
    csat_reversed: Iterable[str] = (),
    score_scale: str | None = None,
) -> Survey:
    """Turn a table into a survey: values read by role, ids unique, everything counted.

    Parameters
    ----------
    table : DataFrame, shape (rows, columns)
        One row a respondent, as text or typed; it is not changed. Rows without any value are
        left out and counted; a row without a score or without an answer stays.
    columns : Columns
        Which column plays which role.
    name : str
        The survey's name; what is not safe in a folder's name is replaced.
    question : str, optional
        What was asked.
    source : mapping, optional
        Where the table came from, to be kept with it.
    csat_scales : mapping of column to str, optional
        Declared scales (see `declared_scale`); the others are found (see `read_rating_column`).
    csat_reversed : iterable of str
        CSAT columns in which low numbers are the good ones.
    score_scale : str, optional
        The scale of a score not asked from 0 to 10; brought to 0-10 as `rescaled_scores` says.

    Returns
    -------
    Survey

    Raises
    ------
    FeedbackError
        When a named column is missing or has two roles, when there are no rows, when not one
        score can be read, or when no value of a date, rating, weight, value or consent column
        can.

    Examples
    --------
    >>> table = pd.DataFrame({"nps": ["9", "ten"], "why": ["So easy", ""]})
    >>> survey = make_survey(table, Columns(score="nps", answer="why"), "example")
    >>> survey.responses["group"].tolist(), survey.responses["raw_answer"].tolist()
    (['promoter', 'missing'], ['So easy', ''])
    >>> survey.counts["score_missing_not_a_number"]
    1
    """
    check_roles(table, columns)
    text = pd.DataFrame({column: as_text(table[column]) for column in table.columns})
    row_numbers = pd.Series(range(1, len(table) + 1), index=text.index)
    blank = blank_rows(text)
    text = text[~blank].reset_index(drop=True)
    row_numbers = row_numbers[~blank].reset_index(drop=True)
    if text.empty:
        raise FeedbackError("The survey has no rows: there is nothing to read below its header.")

    scores, scales = scores_on_scale(text[columns.score], columns.score, score_scale)
    if not (scores["reason"] == "given").any():
        raise FeedbackError(
            f"No value of the column {visible(columns.score)!r} reads as a whole number from 0 "
            "to 10, so it cannot be the score: name another with --score."
        )
    given_ids = None if columns.response_id is None else text[columns.response_id]
    ids, duplicates = _unique_ids(given_ids, row_numbers)
    answers = text[columns.answer]
    answers = answers.mask(answers.str.strip() == "", "").astype(str)
    counts = {"rows_read": len(table), "rows_blank": int(blank.sum()), "responses": len(text)}
    tally = scores["reason"].value_counts()
    counts["score_given"] = int(tally["given"])
    for reason in SCORE_REASONS[1:]:
        counts[f"score_missing_{reason}"] = int(tally.get(reason, 0))
    counts["duplicate_id"] = duplicates
    counts["answer_given"] = int((answers != "").sum())
    counts["answer_empty"] = int((answers == "").sum())

    made: dict[str, pd.Series] = {
        "response_id": ids,
        "score": scores["score"],
        "group": pd.Series(groups(scores["score"]), dtype=str),
        "raw_answer": answers,
    }
    # With repeated ids the file's own stay too: they tie the rows of a respondent together.
    names = own_names(text, columns, keep_id=duplicates > 0)
    roles = {name: role for role, named in columns.by_role().items() for name in named}
    for column, own_name in names.items():
        role = roles.get(column)
        if role == "csat":
            made[own_name], scales[own_name] = read_rating_column(
                text[column],
                scores["score"],
                declared=(csat_scales or {}).get(column),
                reversed_=column in set(csat_reversed),
            )
        else:
            made[own_name] = _converted(text[column], role)
        if role in ("date", "csat", "outcomes", "weight", "value", "consent"):
            _check_readable(columns, role, column, made[own_name])
            unread = made[own_name].isna() & ~text[column].map(is_empty_mark).astype(bool)
            if unread.any():
                key = f"{role}_unreadable"
                counts[key] = counts.get(key, 0) + int(unread.sum())
        if role == "weight":
            # One rule for all rooms: who has no weight is counted as a head and weighs nothing.
            counts["weight_missing_as_zero"] = int(made[own_name].isna().sum())
            made[own_name] = made[own_name].fillna(0.0)
    responses = pd.DataFrame(made)
    _validate(responses)
    return Survey(
        name=slug(name),
        responses=responses,
        columns=renamed(columns, names),
        question=question,
        counts=counts,
        source=dict(source or {}),
        scales=scales,
    )


def _validate(responses: pd.DataFrame) -> None:
    """Hold the table against the contract; a failure is a mistake of ours, not of the user."""
    # It would load hypothesis, which tests alone need.
    pa = import_without("pandera.pandas", "hypothesis")
    pa.DataFrameSchema(
        {
            "response_id": pa.Column(str, unique=True),
            "score": pa.Column("Int64", pa.Check.in_range(0, 10), nullable=True),
            "group": pa.Column(str, pa.Check.isin(["promoter", "passive", "detractor", "missing"])),
            "raw_answer": pa.Column(str),
        }
    ).validate(responses)
