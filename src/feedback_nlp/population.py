"""The people behind a survey: who was invited, and what is known of all customers.

A sample is read beside these: response rates say who does not answer, and known margins (so many
customers on each plan) give weights that make the sample look like the whole.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import free_name, visible
from feedback_nlp.survey import Survey

#: A column of this name in an invitation file holds numbers of persons, one row a combination.
INVITED = "invited"
_MARGIN_COLUMNS = ("segment", "level", "population")


@dataclass(frozen=True)
class Invitations:
    """Who was invited.

    Attributes
    ----------
    table : DataFrame
        One row an invited person, or one row a combination of segments with the number of
        persons in the column `INVITED`.
    counted : str or None
        `INVITED` where the rows are counted persons.
    """

    table: pd.DataFrame
    counted: str | None


def read_invitations(path: str | Path) -> Invitations:
    """Read who was invited to the survey.

    Parameters
    ----------
    path : str or Path
        A table with the survey's segment columns under the same names: a row for every invited
        person, or a row for every combination with the number of persons in ``invited``.

    Returns
    -------
    Invitations

    Raises
    ------
    FeedbackError
        When the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "invited.csv")
    ...     _ = file.write_text("plan,invited\\nBasic,500\\nPlus,250\\n")
    ...     read_invitations(file).counted
    'invited'
    """
    from feedback_nlp.readers import read_rows

    table = read_rows(path)
    return Invitations(table, INVITED if INVITED in table else None)


def read_margins(path: str | Path) -> dict[str, dict[str, float]]:
    """Read what is known of all customers: the size of each level of some segments.

    Parameters
    ----------
    path : str or Path
        A table with the columns ``segment``, ``level`` and ``population`` (numbers of persons,
        shares or per cent).

    Returns
    -------
    dict of str to dict of str to float
        For each segment its levels and their sizes, as `feedback_nlp.findings.raking.rake`
        takes them.

    Raises
    ------
    FeedbackError
        When the file cannot be read, a column is missing or a size is no number.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "margins.csv")
    ...     _ = file.write_text("segment,level,population\\nplan,Basic,500\\nplan,Plus,250\\n")
    ...     read_margins(file)
    {'plan': {'Basic': 500.0, 'Plus': 250.0}}
    """
    from feedback_nlp.readers import read_rows

    shown = visible(Path(path).name)
    table = read_rows(path)
    for name in _MARGIN_COLUMNS:
        if name not in table:
            raise FeedbackError(
                f"{shown} has no column {name!r}: known margins need "
                f"{', '.join(_MARGIN_COLUMNS)}, one row a level."
            )
    size = pd.to_numeric(table["population"].str.rstrip("%").str.replace(",", ""), errors="coerce")
    broken = table[size.isna() | table["segment"].isna() | table["level"].isna()]
    if not broken.empty:
        raise FeedbackError(
            f"Row {broken.index[0] + 1} of {shown} lacks a segment, a level or a number as its "
            "population."
        )
    twice = table.duplicated(["segment", "level"])
    if twice.any():
        row = table[twice].iloc[0]
        raise FeedbackError(
            f"{shown} names the level {visible(row['level'])!r} of {visible(row['segment'])!r} "
            "twice: give each level one row."
        )
    margins: dict[str, dict[str, float]] = {}
    for segment, level, number in zip(table["segment"], table["level"], size, strict=True):
        margins.setdefault(str(segment), {})[str(level)] = float(number)
    return margins


def weight_to_margins(survey: Survey, path: str | Path) -> Survey:
    """Give a survey weights that make its respondents look like all customers.

    Parameters
    ----------
    survey : Survey
        The columns named in the margins must be in its responses. Weights it has already are
        what the raking starts from.
    path : str or Path
        Known margins; see `read_margins`.

    Returns
    -------
    Survey
        With the column ``raked_weight`` (mean 1) in the role of the weight; its source names the
        margins' file and its SHA-256.

    Raises
    ------
    FeedbackError
        When the margins cannot be read, or cannot be met by these respondents.

    Examples
    --------
    >>> from feedback_nlp.survey import Columns, make_survey
    >>> table = pd.DataFrame({"nps": ["9", "2", "4"], "why": "", "plan": ["Basic", "Plus", "Plus"]})
    >>> survey = make_survey(table, Columns("nps", "why", segments=("plan",)), "example")
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "margins.csv")
    ...     _ = file.write_text("segment,level,population\\nplan,Basic,50\\nplan,Plus,50\\n")
    ...     weighted = weight_to_margins(survey, file)
    >>> weighted.responses["raked_weight"].tolist()
    [1.5, 0.75, 0.75]
    """
    from feedback_nlp.findings.raking import rake

    margins = read_margins(path)
    for name in margins:
        if name not in survey.responses:
            raise FeedbackError(
                f"The margins name the segment {visible(name)!r}, which is no column of the survey."
            )
    raked = rake(survey.responses, margins, weight=survey.columns.weight)
    name = free_name("raked_weight", set(survey.responses.columns))
    named = ", ".join(visible(one) for one in margins)
    why = (
        f"raked to the known margins of {named}: effective n {raked.effective_n:,.0f} of "
        f"{len(survey.responses):,}"
    )
    return replace(
        survey,
        responses=survey.responses.assign(**{name: raked.weights.to_numpy()}),
        columns=replace(
            survey.columns,
            weight=name,
            # What the weights rest on is kept with the run, so its columns have a role.
            segments=tuple(dict.fromkeys([*survey.columns.segments, *margins])),
            why={**survey.columns.why, "weight": why},
        ),
        source={
            **survey.source,
            "margins": Path(path).name,
            "margins_sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest(),
        },
    )
