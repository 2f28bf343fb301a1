"""Tables for people: CSV and Excel files in which no customer's text can run as a formula.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is read as a formula
by spreadsheet programs; whoever answers a survey could so make the reader's computer do things.
Every such text, and every such column name, gets a leading apostrophe. Numbers stay numbers.
Files appear whole or not at all, and the same table gives the same bytes.

References
----------
OWASP, "CSV Injection", owasp.org/www-community/attacks/CSV_Injection.
"""

from __future__ import annotations

import math
import os
import string
import tempfile
from collections.abc import Callable
from datetime import datetime
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError

# The wide forms are turned into the plain ones by spreadsheets in some languages.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# White space, and marks without width, which some programs skip before they look for a formula.
_UNSEEN = (
    string.whitespace
    + "".join(map(chr, (0x85, 0xA0, 0xAD, 0x1680, 0x180E)))
    + "".join(
        map(
            chr,
            (
                *range(0x2000, 0x2010),
                *range(0x2028, 0x2030),
                *range(0x205F, 0x2070),
                0x3000,
                0xFEFF,
            ),
        )
    )
)
_LONGEST_EXCEL_CELL = 32_767
_MOST_EXCEL_ROWS = 1_048_575
_WIDEST_COLUMN = 70


def formula_safe(table: pd.DataFrame) -> pd.DataFrame:
    """Give a table in which no text and no column name can be taken for a formula.

    Parameters
    ----------
    table : DataFrame
        Any columns; it is not changed.

    Returns
    -------
    DataFrame
        The same shape. Texts that begin like a formula, also after blanks, have an apostrophe in
        front; carriage returns become line feeds; lists are joined by ``"; "`` first; times lose
        their zone, which spreadsheets do not know.

    Examples
    --------
    >>> formula_safe(pd.DataFrame({"answer": ["=1+1", "fine", None], "n": [-1, 2, 3]}))
      answer  n
    0  '=1+1 -1
    1   fine  2
    2    NaN  3
    """
    columns = [_safe_column(table.iloc[:, number]) for number in range(table.shape[1])]
    safe = pd.concat(columns, axis=1) if columns else table.copy()
    return safe.set_axis([_safe_cell(str(name)) for name in table.columns], axis=1)


def write_csv(table: pd.DataFrame, path: str | Path) -> Path:
    """Write a table as CSV that spreadsheets open rightly and cannot be tricked by.

    Parameters
    ----------
    table : DataFrame
        Its index is not written.
    path : path
        Its folder must exist. UTF-8 with a byte order mark, without which Excel garbles accents.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    FeedbackError
        If the file cannot be written.

    Examples
    --------
    >>> write_csv(table, "reports/follow_up.csv")                          # doctest: +SKIP
    """
    safe = formula_safe(table)
    return _write_whole(
        Path(path),
        lambda scratch: safe.to_csv(
            scratch, index=False, encoding="utf-8-sig", lineterminator="\n"
        ),
    )


def write_excel(table: pd.DataFrame, path: str | Path, sheet: str = "Sheet1") -> Path:
    """Write a table as an Excel sheet with a frozen header; text stays text.

    Parameters
    ----------
    table : DataFrame
        Its index is not written. Text beyond 32,767 characters, the most that a cell can hold,
        is cut off with an ellipsis.
    path : path
        Its folder must exist.
    sheet : str
        The sheet's name, at most 31 characters.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    FeedbackError
        If the table has more rows than a sheet can hold, or the file cannot be written.

    Examples
    --------
    >>> write_excel(table, "reports/follow_up.xlsx", sheet="Follow up")    # doctest: +SKIP
    """
    if len(table) > _MOST_EXCEL_ROWS:
        raise FeedbackError(
            f"The table for {Path(path).name} has {len(table):,} rows, but an Excel sheet holds "
            f"{_MOST_EXCEL_ROWS:,}: use the CSV file, or list fewer."
        )
    safe = formula_safe(table)
    return _write_whole(Path(path), lambda scratch: _fill_workbook(safe, scratch, sheet))


def _safe_column(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_localize(None)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("object")
    if pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype):
        return pd.Series([_safe_cell(cell) for cell in column], column.index, dtype="object")
    return column


def _safe_cell(cell: Any) -> Any:
    if isinstance(cell, list | tuple):
        cell = "; ".join(map(str, cell))
    if not isinstance(cell, str):
        return cell
    dangerous = cell.startswith(_FORMULA_STARTS) or cell.lstrip(_UNSEEN).startswith(_FORMULA_STARTS)
    # A bare carriage return would end a row of CSV, and what follows it could start a formula.
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return "'" + text if dangerous else text


def _fill_workbook(table: pd.DataFrame, path: Path, sheet: str) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        # Without this the time of writing would make every file different.
        book.set_properties({"created": datetime(2000, 1, 1)})
        header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        cell_format = book.add_format({"text_wrap": True, "valign": "top"})
        date_format = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        page = book.add_worksheet(sheet[:31])
        for number, name in enumerate(table.columns):
            column = table.iloc[:, number]
            page.write_string(0, number, str(name), header)
            page.set_column(number, number, _width(str(name), column))
            for row, cell in enumerate(column, start=1):
                _write_cell(page, row, number, cell, cell_format, date_format)
        page.freeze_panes(1, 0)
        if len(table):
            page.autofilter(0, 0, len(table), table.shape[1] - 1)


def _write_cell(
    page: Any, row: int, column: int, cell: Any, cell_format: Any, date_format: Any
) -> None:
    if pd.isna(cell):
        return
    if pd.api.types.is_bool(cell):
        page.write_boolean(row, column, bool(cell), cell_format)
    elif isinstance(cell, Real) and math.isfinite(cell):
        page.write_number(row, column, float(cell), cell_format)
    elif hasattr(cell, "isoformat"):
        page.write_datetime(row, column, pd.Timestamp(cell).to_pydatetime(), date_format)
    else:
        text = str(cell)
        if len(text) > _LONGEST_EXCEL_CELL:
            text = text[: _LONGEST_EXCEL_CELL - 1] + "…"
        page.write_string(row, column, text, cell_format)


def _width(name: str, column: pd.Series) -> float:
    longest = max([len(name), *(len(str(cell)) for cell in column.head(200))])
    return float(min(longest + 2, _WIDEST_COLUMN))


def _write_whole(path: Path, write: Callable[[Path], object]) -> Path:
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        scratch = Path(name)
        try:
            write(scratch)
            os.replace(scratch, path)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise FeedbackError(
            f"{path} cannot be written ({error.strerror or error}); close it if it is open in "
            "another program, or choose another folder with --out."
        ) from error
    return path
