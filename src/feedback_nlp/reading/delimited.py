"""Reading CSV and its kin: encoding, delimiter and damage are found out, never asked for."""

from __future__ import annotations

import codecs
import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import visible

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_BOMS = (
    # UTF-32 first: its little-endian mark begins with the one of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_SAMPLE_CHARACTERS = 1 << 17
_SAMPLE_ROWS = 200
_MOST_COLUMNS = 16_384
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\x00"))


@dataclass(frozen=True)
class _Layout:
    """Where in the file the header is and what parts its cells."""

    delimiter: str
    lines_above: int
    cells: int


class _WithoutNul:
    """A text stream less its NUL characters, at which pandas would end a cell.

    It counts them, and the characters that could not be decoded.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.nul = 0
        self.undecoded = 0

    def _clean(self, text: str) -> str:
        self.nul += text.count("\0")
        self.undecoded += text.count("\ufffd")
        return text.replace("\0", "")

    def read(self, size: int = -1) -> str:
        text = self._stream.read(size)
        clean = self._clean(text)
        # An empty answer would mean the end of the file.
        while text and not clean:
            text = self._stream.read(size)
            clean = self._clean(text)
        return clean

    def __iter__(self) -> Iterator[str]:
        return (self._clean(line) for line in self._stream)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _refuse_binary(path: Path, start: bytes) -> None:
    control = len(start) - len(start.translate(None, _CONTROL))
    nul = start.count(0)
    if control > 0.02 * len(start) or nul > 0.3 * len(start):
        raise FeedbackError(
            f"{visible(path.name)} is not a table of text: it holds binary data, whatever its name."
        )


def _unmarked_utf_16(start: bytes) -> str | None:
    """UTF-16 without its mark: nearly every other byte is NUL, on one side only."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) < 0.3 * len(start) or min(even, odd) > 0.05 * max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _damage_in_utf_8(path: Path) -> tuple[int, int]:
    """How many characters beyond ASCII read as UTF-8, and how many places do not."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    beyond = broken = 0
    for chunk in (*_chunks(path), b""):
        text = decoder.decode(chunk, final=not chunk)
        unread = text.count("\ufffd")
        broken += unread
        beyond += sum(not character.isascii() for character in text) - unread
    return beyond, broken


def _legacy_encoding(path: Path) -> str:
    """The encoding of a file that is not Unicode: Windows-1252 unless that is implausible."""
    high = b"".join(chunk.translate(None, bytes(range(128))) for chunk in _chunks(path))
    undefined = len(high) - len(high.translate(None, b"\x81\x8d\x8f\x90\x9d"))
    # Western text is mostly ASCII; Cyrillic, Greek or Japanese is not.
    if undefined or len(high) > 0.25 * path.stat().st_size:
        import charset_normalizer

        best = charset_normalizer.from_bytes(next(_chunks(path))).best()
        if best is not None:
            return best.encoding
    return "cp1252"


def find_encoding(path: Path) -> str:
    """The encoding of a text file, as Python names it.

    A byte order mark decides; else UTF-8 if the whole file is valid UTF-8, or nearly (an export
    cut in the middle of a character is still UTF-8); else Windows-1252, unless the bytes make
    that implausible and charset-normalizer finds a better one.

    Raises
    ------
    FeedbackError
        When the file is not text.
    """
    with path.open("rb") as file:
        start = file.read(1 << 16)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    utf_16 = _unmarked_utf_16(start)
    if utf_16:
        return utf_16
    _refuse_binary(path, start)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        beyond, broken = _damage_in_utf_8(path)
        return "utf-8" if broken <= 0.2 * beyond else _legacy_encoding(path)
    return "utf-8"


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let csv read cells of any length, and leave its setting as it was found."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _opened(path: Path, encoding: str) -> TextIO:
    return path.open("r", encoding=encoding, errors="replace", newline="")


def _sample(path: Path, encoding: str) -> list[str]:
    with _opened(path, encoding) as stream:
        text = stream.read(_SAMPLE_CHARACTERS)
        whole = not stream.read(1)
    lines = list(io.StringIO(text.replace("\0", ""), newline=""))
    return lines if whole or len(lines) < 2 else lines[:-1]


def _rows_of(lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """The first rows, each with the number of lines that stand above it."""
    reader = csv.reader(lines, delimiter=delimiter)
    rows, above = [], 0
    for row in reader:
        rows.append((above, row))
        above = reader.line_num
        if len(rows) == _SAMPLE_ROWS:
            break
    return rows


def _titles(
    rows: list[tuple[int, list[str]]], wide: list[tuple[int, list[str]]], usual: int
) -> int:
    """How many of the wide rows stand, narrower than the table, before the last empty line."""
    empty = max((above for above, row in rows if not any(cell.strip() for cell in row)), default=-1)
    titles = 0
    while titles < len(wide) and len(wide[titles][1]) < usual and wide[titles][0] < empty:
        titles += 1
    whole = titles < len(wide) and len(wide[titles][1]) == usual and wide[titles][0] > empty
    return titles if whole else 0


def _layout(path: Path, lines: list[str]) -> _Layout:
    best: tuple[tuple[bool, float, int], _Layout] | None = None
    declared = 0
    candidates = list(DELIMITERS)
    # Excel's own way to say what parts the cells.
    if lines and lines[0].lower().startswith("sep=") and lines[0].strip()[4:] in DELIMITERS:
        candidates, declared = [lines[0].strip("\r\n")[4:]], 1
    for delimiter in candidates:
        with _long_cells():
            rows = _rows_of(lines[declared:], delimiter)
        wide = [(above, row) for above, row in rows if len(row) > 1]
        if not wide:
            continue
        usual, times = Counter(len(row) for _, row in wide).most_common(1)[0]
        # A title or an empty line above the header has one cell at most, or an empty line below.
        wide = wide[_titles(rows, wide, usual) :]
        above, header = wide[0]
        filled = sum(bool(row) for _, row in rows)
        titled = any(row for _, row in rows[: rows.index(wide[0])])
        # One column of text with a delimiter here and there is not a table with a title.
        if titled and times < 0.8 * (filled - 1):
            continue
        rank = (len(header) == usual, times / filled, usual)
        if best is None or rank > best[0]:
            best = rank, _Layout(delimiter, above + declared, len(header))
    if best is None:
        raise FeedbackError(
            f"{visible(path.name)} has only one column: a survey needs a score and an answer, in "
            "columns parted by commas, semicolons, tabs or bars."
        )
    return best[1]


def _widest_row(path: Path, encoding: str, layout: _Layout) -> int:
    """The cells of the widest row, when nothing stands in the cells beyond the header.

    Called only after pandas has refused the file, to say where the damage is.
    """
    widest = layout.cells
    with _opened(path, encoding) as stream, _long_cells():
        lines = iter(_WithoutNul(stream))
        for _ in range(layout.lines_above):
            next(lines)
        reader = csv.reader(lines, delimiter=layout.delimiter, strict=False)
        for row in reader:
            if any(cell.strip() for cell in row[layout.cells :]):
                raise FeedbackError(
                    f"Line {layout.lines_above + reader.line_num} of {visible(path.name)} has "
                    f"{len(row)} cells where the header has {layout.cells}: quote the cells that "
                    f"hold a {DELIMITERS[layout.delimiter]}."
                )
            widest = max(widest, len(row))
    return widest


def _line_of_open_quote(path: Path, encoding: str, layout: _Layout) -> int:
    start = 0
    with _opened(path, encoding) as stream, _long_cells():
        lines = iter(_WithoutNul(stream))
        for _ in range(layout.lines_above):
            next(lines)
        reader = csv.reader(lines, delimiter=layout.delimiter)
        before = 0
        for _ in reader:
            start, before = before + 1, reader.line_num
    return layout.lines_above + start


def _refuse_swallowed_rows(path: Path, cells: pd.DataFrame, layout: _Layout) -> None:
    """Refuse a cell that holds rows of the table: a stray quotation mark has hidden them."""
    # In fewer columns, lines of ordinary text may look like rows by chance.
    if layout.cells < 4:
        return
    for name in cells.columns:
        for row, text in enumerate(cells[name].tolist()):
            if text.count("\n") < 4:
                continue
            inside = list(csv.reader(text.splitlines()[1:-1], delimiter=layout.delimiter))
            alike = sum(len(parts) == layout.cells for parts in inside)
            if alike > 0.8 * len(inside):
                raise FeedbackError(
                    f"Row {row} of {visible(path.name)} holds {alike} further rows in one cell: "
                    'a quotation mark (") there is not closed; close it, or export the file again.'
                )


def _parse(
    path: Path, encoding: str, layout: _Layout, widest: int | None = None
) -> tuple[pd.DataFrame, _WithoutNul]:
    with _opened(path, encoding) as stream:
        for _ in range(layout.lines_above):
            stream.readline()
        clean = _WithoutNul(stream)
        cells = pd.read_csv(
            clean,  # type: ignore[call-overload]
            sep=layout.delimiter,
            header=None,
            names=None if widest is None else range(widest),
            index_col=False,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
        )
    return cells, clean


def read_delimited(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read the cells of a CSV file or its kin, all as text.

    Parameters
    ----------
    path : Path

    Returns
    -------
    cells : DataFrame of str
        The header is its first row. Short rows are filled up with "".
    source : dict
        Its `encoding` and `delimiter`, and `removed`, `unreadable` or `skipped` where
        characters were dropped or not decoded, or lines above the header passed over.

    Raises
    ------
    FeedbackError
        When the file is not text, has one column, has a quotation that never closes, or has a
        row with more cells than the header.
    """
    encoding = find_encoding(path)
    lines = _sample(path, encoding)
    if not any(line.strip("\ufeff \t\r\n") for line in lines):
        raise FeedbackError(f"{visible(path.name)} is empty: there is no survey in it.")
    layout = _layout(path, lines)
    if layout.cells > _MOST_COLUMNS:
        raise FeedbackError(
            f"{visible(path.name)} has more than {_MOST_COLUMNS:,} columns, the most that a "
            "spreadsheet can hold: export fewer, or one row a respondent."
        )
    try:
        try:
            cells, stream = _parse(path, encoding, layout)
        except pd.errors.ParserError as error:
            if "Expected" not in str(error):
                raise
            cells, stream = _parse(path, encoding, layout, _widest_row(path, encoding, layout))
    except pd.errors.ParserError as error:
        if "EOF inside string" in str(error):
            line = _line_of_open_quote(path, encoding, layout)
            raise FeedbackError(
                f'A quotation mark (") opened on line {line} of {visible(path.name)} is never '
                "closed: close it, or export the file again."
            ) from error
        raise FeedbackError(
            f"{visible(path.name)} cannot be read as a table: {visible(str(error))}"
        ) from error
    _refuse_swallowed_rows(path, cells, layout)
    source = {"encoding": encoding, "delimiter": DELIMITERS[layout.delimiter]}
    if layout.lines_above:
        source["skipped"] = f"{layout.lines_above} lines above the header"
    if stream.nul:
        source["removed"] = f"{stream.nul:,} NUL characters"
    if stream.undecoded:
        source["unreadable"] = f"{stream.undecoded:,} characters"
    return cells, source
