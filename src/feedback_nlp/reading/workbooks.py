"""Reading Excel workbooks: which sheet, which rows, and what is no workbook to be opened.

A workbook is a packed file that a stranger has made: before it is opened, it is asked how large it
unpacks, and while it is read, how far its cells are scattered.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import visible
from feedback_nlp.reading.cells import as_text

_HEADER_ROWS = 50
_MOST_ROWS = 1_048_576
# Sheets of a million rows unpack to about a gigabyte, and to 20 times their packed size.
_MOST_UNPACKED, _UNPACKED_UNASKED, _MOST_TIMES = 4 << 30, 1 << 28, 100
_CELLS_UNASKED, _FEWEST_FILLED = 20_000_000, 0.01


def read_workbook(path: Path, sheet: str | None) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read the cells of one sheet, all as text.

    Parameters
    ----------
    path : Path
        An .xlsx workbook. Formulas count as their saved results.
    sheet : str, optional
        The sheet, whatever its case; else the first visible one that holds a table, or a hidden
        one where no visible one does.

    Returns
    -------
    cells : DataFrame of str
        The header is its first row.
    source : dict
        The `sheet`, and `skipped` where lines stand above the header.

    Raises
    ------
    FeedbackError
        When the workbook is damaged, unpacks to a size that no survey has, has no such sheet, or
        holds no table.
    """
    import openpyxl

    _refuse_bomb(path)
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            pages = {page.title: page for page in book.worksheets}
            title = _chosen_sheet(path, pages, sheet)
            pages[title].reset_dimensions()
            rows, used = _table_rows(path, title, pages[title])
    except FeedbackError:
        raise
    except Exception as error:
        # What a stranger's bytes do to a parser is anyone's guess: RuntimeError, zlib.error, ...
        raise FeedbackError(
            f"{visible(path.name)} is damaged: it cannot be opened as an Excel workbook."
        ) from error
    first = next((at for at, row in enumerate(rows) if _filled(row) > 1), None)
    if first is None:
        raise FeedbackError(
            f'The sheet "{visible(title)}" of {visible(path.name)} holds no table with more than '
            "one column: name another with --sheet."
        )
    source = {"sheet": title}
    if len(pages) > 1 and sheet is None:
        source["sheet"] = f"{title}, the first of {len(pages)} sheets that holds a table"
    if first:
        source["skipped"] = f"{first} lines above the header"
    return _columns(rows[first:], used), source


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        # What a part unpacks to beyond the size it declares is not read.
        unpacked = sum(part.file_size for part in archive.infolist())
    times = unpacked / path.stat().st_size
    if unpacked > _MOST_UNPACKED or (unpacked > _UNPACKED_UNASKED and times > _MOST_TIMES):
        raise FeedbackError(
            f"{visible(path.name)} unpacks to {unpacked / (1 << 20):,.0f} MB, {times:,.0f} times "
            "its size, as no survey does: save the survey anew, or as CSV."
        )


def _rows(path: Path, page: Any) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(page.iter_rows(values_only=True), start=1):
        if number > _MOST_ROWS:
            raise FeedbackError(
                f"{visible(path.name)} is damaged: a row lies beyond the {_MOST_ROWS:,} that a "
                "sheet can hold."
            )
        yield row


def _table_rows(path: Path, title: str, page: Any) -> tuple[list[Sequence[Any]], set[int]]:
    """The rows, each as far as its last filled cell, and the places where any row has one."""
    rows: list[Sequence[Any]] = []
    used: set[int] = set()
    spanned = filled = 0
    for row in _rows(path, page):
        places = [at for at, cell in enumerate(row) if cell is not None and cell != ""]
        rows.append(row[: places[-1] + 1] if places else ())
        used.update(places)
        spanned, filled = spanned + len(rows[-1]), filled + len(places)
        _refuse_scattered(path, title, spanned, filled)
    _refuse_scattered(path, title, len(rows) * len(used), filled)
    return rows, used


def _refuse_scattered(path: Path, title: str, spanned: int, filled: int) -> None:
    if spanned > _CELLS_UNASKED and filled < _FEWEST_FILLED * spanned:
        raise FeedbackError(
            f'The sheet "{visible(title)}" of {visible(path.name)} has {filled:,} cells scattered '
            f"over {spanned:,} places: delete what lies beside the table."
        )


def _filled(row: Sequence[Any]) -> int:
    return sum(cell is not None and str(cell).strip() != "" for cell in row)


def _columns(rows: list[Sequence[Any]], used: set[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            number: as_text(
                pd.Series([row[at] if at < len(row) else None for row in rows], dtype=object)
            )
            for number, at in enumerate(sorted(used))
        }
    )


def _chosen_sheet(path: Path, pages: dict[str, Any], wanted: str | None) -> str:
    titles = ", ".join(f'"{visible(title)}"' for title in pages)
    if wanted is not None:
        for title in pages:
            if title.casefold().strip() == wanted.casefold().strip():
                return title
        raise FeedbackError(
            f'{visible(path.name)} has no sheet "{visible(wanted)}": its sheets are {titles}.'
        )
    if not pages:
        raise FeedbackError(
            f"{visible(path.name)} is damaged, or has charts alone: there is no sheet of cells."
        )
    # What was hidden is a list of codes more often than the survey.
    hidden = [title for title, page in pages.items() if page.sheet_state != "visible"]
    for title in [*(title for title in pages if title not in hidden), *hidden]:
        pages[title].reset_dimensions()
        for at, row in enumerate(_rows(path, pages[title])):
            if _filled(row) > 1:
                return title
            if at == _HEADER_ROWS:
                break
    raise FeedbackError(
        f"No sheet of {visible(path.name)} holds a table with more than one column: "
        f"its sheets are {titles}."
    )
