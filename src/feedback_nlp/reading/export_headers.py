"""The header rows of survey exports: one, two or three, depending on the tool."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from feedback_nlp.names import free_name
from feedback_nlp.reading.cells import read_dates


def unique_names(names: Iterable[str]) -> list[str]:
    """Names that are neither empty nor repeated.

    Examples
    --------
    >>> unique_names(["score", "", " score "])
    ['score', 'column_2', 'score_2']
    """
    taken: dict[str, None] = {}
    for position, name in enumerate(names, start=1):
        taken[free_name(name.strip() or f"column_{position}", taken)] = None
    return list(taken)


def _import_ids(row: Sequence[str]) -> bool:
    """Whether a row is the one with which Qualtrics names its columns once more."""
    filled = [cell for cell in row if cell.strip()]
    marked = sum(re.match(r"\s*\{\s*[\"']ImportId[\"']", cell) is not None for cell in filled)
    return bool(filled) and marked > len(filled) / 2


def _asks_again(names: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row below the names of an older Qualtrics export holds the questions."""
    by_name = dict(zip((name.strip().lower() for name in names), row, strict=True))
    started = by_name.get("startdate", "")
    known = "startdate" in by_name and {"enddate", "responseid", "response id"} & set(by_name)
    if not known or not started.strip():
        return False
    return bool(read_dates(pd.Series([started]))[0].isna().all())


def _second_header(names: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row is SurveyMonkey's second header, which says how each question was answered."""
    marks = {"response", "open-ended response"}
    return (
        names[0].strip().lower() == "respondent id"
        and not row[0].strip()
        and any(cell.strip().lower() in marks for cell in row)
    )


def _joined_headers(names: Sequence[str], row: Sequence[str]) -> list[str]:
    """SurveyMonkey's two headers as one: the question, and where it has several, the part."""
    joined, question = [], ""
    for name, part in zip(names, row, strict=True):
        question = name.strip() or question
        plain = part.strip().lower() in ("", "response", "open-ended response")
        joined.append(question if plain or not question else f"{question} - {part.strip()}")
    return joined


def _repeats(cells: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Which rows below are the header once more, as where two exports were joined."""
    # An export may bring its own byte order mark into the middle of the file.
    wanted = [name.strip("\ufeff \t") for name in names]
    same = cells.iloc[:, 0].str.strip("\ufeff \t") == wanted[0]
    same.iloc[0] = False
    for row in same.index[same]:
        same[row] = [cell.strip("\ufeff \t") for cell in cells.loc[row]] == wanted
    return same


def take_headers(cells: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str], int, int]:
    """Take the header rows off a table of cells.

    Parameters
    ----------
    cells : DataFrame of str
        The first row is the header. Below it, Qualtrics writes the questions and its own names
        of the columns, SurveyMonkey how each question was answered.

    Returns
    -------
    table : DataFrame of str
        The rows below, under unique names.
    labels : dict of str to str
        The question behind a name, where the export has it.
    header_rows : int
        How many rows were taken off.
    repeated : int
        How many rows further down were the header once more, and are left out.
    """
    names = list(cells.iloc[0])
    again = _repeats(cells, names)
    cells = cells[~again]
    below = [list(cells.iloc[row]) for row in range(1, min(3, len(cells)))]
    labels: list[str] = [""] * len(names)
    header_rows = 1
    for position, row in enumerate(below, start=1):
        if _import_ids(row):
            header_rows = position + 1
            labels = below[0] if position == 2 else labels
    if header_rows == 1 and below and _asks_again(names, below[0]):
        header_rows, labels = 2, below[0]
    elif header_rows == 1 and below and _second_header(names, below[0]):
        header_rows, names = 2, _joined_headers(names, below[0])
    table = cells.iloc[header_rows:].reset_index(drop=True)
    nameless = [not name.strip() for name in names]
    table.columns = pd.Index(unique_names(names))
    # What spreadsheets leave to the right of a table: no name, no value.
    empty = [
        name
        for name, without in zip(table.columns, nameless, strict=True)
        if without and not table[name].str.strip().any()
    ]
    known = {
        name: " ".join(label.split())
        for name, label in zip(table.columns, labels, strict=True)
        if label.strip()
    }
    return table.drop(columns=empty), known, header_rows, int(again.sum())
