"""Reading survey files: CSV, Excel, Parquet, SPSS, and the exports of the usual survey tools.

What a file is, its content says; the suffix may lie. Everything is read as text (see `cells`).
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import slug, visible
from feedback_nlp.reading.cells import as_text
from feedback_nlp.reading.column_profile import CSAT_WORDS, SCORE_WORDS, hint, words_of
from feedback_nlp.reading.columns import guess_columns
from feedback_nlp.reading.delimited import read_delimited
from feedback_nlp.reading.export_headers import take_headers, unique_names
from feedback_nlp.survey import Survey, blank_rows, make_survey

_FOREIGN = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "compressed with gzip, so unpack it first"),
    (b"BZh", "compressed with bzip2, so unpack it first"),
    (b"\xfd7zXZ", "compressed with xz, so unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive, so unpack it first"),
    (b"SQLite format 3", "an SQLite database, so export the table as CSV"),
    (b"{\\rtf", "a rich text document"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_ROWS = 50


@dataclass(frozen=True)
class _RawTable:
    """A file as read: text under unique names, and the question behind a name where known."""

    table: pd.DataFrame
    labels: dict[str, str] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)


def _from_cells(cells: pd.DataFrame, source: dict[str, str]) -> _RawTable:
    table, labels, header_rows = take_headers(cells)
    if header_rows > 1:
        source = {**source, "header": f"{header_rows} rows"}
    return _RawTable(table, labels, source)


def _read_excel(path: Path, sheet: str | None) -> _RawTable:
    import openpyxl

    damaged = (KeyError, ValueError, TypeError, OSError, EOFError, SyntaxError, zipfile.BadZipFile)
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            pages = {page.title: page for page in book.worksheets}
            title = _chosen_sheet(path, pages, sheet)
            pages[title].reset_dimensions()
            rows = [["" if cell is None else cell for cell in row] for row in _rows(pages[title])]
    except FeedbackError:
        raise
    except damaged as error:
        raise FeedbackError(
            f"{visible(path.name)} is damaged: it cannot be opened as an Excel workbook."
        ) from error
    width = max((len(row) for row in rows), default=0)
    first = next((at for at, row in enumerate(rows) if _filled(row) > 1), None)
    if first is None:
        raise FeedbackError(
            f'The sheet "{visible(title)}" of {visible(path.name)} holds no table with more than '
            "one column: name another with --sheet."
        )
    padded = [row + [""] * (width - len(row)) for row in rows[first:]]
    cells = pd.DataFrame(
        {
            at: as_text(pd.Series(column, dtype=object))
            for at, column in enumerate(zip(*padded, strict=True))
        }
    )
    source = {"sheet": title}
    if len(pages) > 1 and sheet is None:
        source["sheet"] = f"{title}, the first of {len(pages)} sheets that holds a table"
    if first:
        source["skipped"] = f"{first} lines above the header"
    return _from_cells(cells, source)


def _rows(page: Any) -> Iterable[tuple[Any, ...]]:
    return page.iter_rows(values_only=True)


def _filled(row: Sequence[Any]) -> int:
    return sum(cell is not None and str(cell).strip() != "" for cell in row)


def _chosen_sheet(path: Path, pages: dict[str, Any], wanted: str | None) -> str:
    titles = ", ".join(f'"{visible(title)}"' for title in pages)
    if wanted is not None:
        for title in pages:
            if title.casefold().strip() == wanted.casefold().strip():
                return title
        raise FeedbackError(
            f'{visible(path.name)} has no sheet "{visible(wanted)}": its sheets are {titles}.'
        )
    for title, page in pages.items():
        page.reset_dimensions()
        for at, row in enumerate(_rows(page)):
            if _filled(row) > 1:
                return title
            if at == _HEADER_ROWS:
                break
    raise FeedbackError(
        f"No sheet of {visible(path.name)} holds a table with more than one column: "
        f"its sheets are {titles}."
    )


def _read_parquet(path: Path) -> _RawTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        columns = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise FeedbackError(
            f"{visible(path.name)} is damaged or cut off: it cannot be read as Parquet."
        ) from error
    names = unique_names(columns.column_names)
    texts = {
        name: as_text(pd.Series(cells.to_pylist(), dtype=object))
        for name, cells in zip(names, columns.columns, strict=True)
        # What pandas keeps of a row index is no column of the survey.
        if not name.startswith("__index_level_")
    }
    return _RawTable(pd.DataFrame(texts))


def _spss_scale(values: pd.Series, labels: dict[float, str], rated: bool) -> bool:
    """Whether the numbers of a labelled SPSS variable mean more than their labels.

    They do on a scale: labelled only in part or at its two ends, or five and more steps in a row
    that are named or declared as a rating. Codes of regions are better read by their labels.
    """
    steps = sorted(labels)
    if not set(values.dropna().unique()) <= set(steps):
        return True
    if len(steps) == 2:
        return steps[1] - steps[0] >= 3
    in_a_row = steps == [steps[0] + step for step in range(len(steps))] and steps[0] in (0, 1)
    return in_a_row and len(steps) >= 5 and rated


def _read_spss(path: Path, as_numbers: Iterable[str]) -> _RawTable:
    import pyreadstat

    try:
        try:
            table, meta = pyreadstat.read_sav(path)
        except UnicodeDecodeError:
            table, meta = pyreadstat.read_sav(path, encoding="WINDOWS-1252")
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError) as error:
        raise FeedbackError(
            f"{visible(path.name)} is damaged or cut off: it cannot be read as an SPSS file."
        ) from error
    names = unique_names(table.columns)
    questions = [label or "" for label in meta.column_labels]
    wanted = {name.casefold() for name in as_numbers}
    texts = {}
    for name, column, question in zip(names, table.columns, questions, strict=True):
        values = table[column]
        labels = meta.variable_value_labels.get(column, {})
        measure = meta.variable_measure.get(column, "unknown")
        said = hint(words_of(f"{name} {question}"), (*CSAT_WORDS, *sum(SCORE_WORDS, ())))
        rated = said is not None or measure in ("ordinal", "scale")
        if labels and name.casefold() not in wanted and not _spss_scale(values, labels, rated):
            values = values.map(labels)
        texts[name] = as_text(values)
    asked = zip(names, questions, strict=True)
    return _RawTable(pd.DataFrame(texts), {name: text for name, text in asked if text})


def _format_of(path: Path, start: bytes) -> str:
    """The format, by content; what is no survey is refused by its true name."""
    for magic, what in _FOREIGN:
        if start.startswith(magic):
            raise FeedbackError(f"{visible(path.name)} is not a table but {what}.")
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith((b"$FL2", b"$FL3")):
        return "spss"
    if start.startswith(_OLE):
        raise FeedbackError(_about_ole(path))
    if start.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(path) as archive:
                members = set(archive.namelist())
        except (zipfile.BadZipFile, OSError) as error:
            raise FeedbackError(
                f"{visible(path.name)} is damaged or cut off: it cannot be opened as an Excel "
                "workbook."
            ) from error
        if "xl/workbook.xml" in members:
            return "excel"
        raise FeedbackError(
            f"{visible(path.name)} is a packed file but no .xlsx workbook: unpack it, or save it "
            "as .xlsx or CSV."
        )
    return "csv"


def _about_ole(path: Path) -> str:
    # A workbook with a password is wrapped in the old format, with this name in its directory.
    encrypted = "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
    if encrypted:
        return f"{visible(path.name)} is protected by a password: save it without one."
    return f"{visible(path.name)} is in an old Office format (.xls): save it as .xlsx or CSV."


def _look_at(path: Path) -> tuple[bytes, str]:
    """The first bytes of a file and its SHA-256; every reason it cannot be read is an error."""
    shown = visible(str(path))
    try:
        if path.is_dir():
            raise FeedbackError(f"{shown} is a folder: name the survey file in it.")
        if not path.exists():
            raise FeedbackError(f"There is no file {shown}.")
        if not path.is_file():
            raise FeedbackError(f"{shown} is not an ordinary file: save the survey in one first.")
        digest = hashlib.sha256()
        with path.open("rb") as file:
            start = file.read(64)
            file.seek(0)
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except PermissionError as error:
        raise FeedbackError(f"There is no permission to read {shown}.") from error
    except FeedbackError:
        raise
    except (OSError, ValueError) as error:
        raise FeedbackError(f"{shown} cannot be read: {visible(str(error))}.") from error
    if not start:
        raise FeedbackError(f"{shown} is empty: there is no survey in it.")
    return start, digest.hexdigest()


def _asked(raw: _RawTable, answer: str, question: str | None, column: str | None) -> str | None:
    """What was asked: as given, else as the export says, else the header where it is a question."""
    if question is not None and column is None:
        return question
    if column is not None:
        return None
    header = answer if answer.rstrip().endswith("?") or answer.count(" ") >= 3 else None
    return raw.labels.get(answer, header)


def _as_list(names: str | Sequence[str] | None) -> list[str] | None:
    return [names] if isinstance(names, str) else None if names is None else list(names)


def read_survey(
    path: str | Path,
    *,
    score: str | None = None,
    answer: str | None = None,
    response_id: str | None = None,
    question: str | None = None,
    date: str | None = None,
    segments: str | Sequence[str] | None = None,
    csat: str | Sequence[str] | None = None,
    weight: str | None = None,
    value: str | None = None,
    consent: str | None = None,
    sheet: str | None = None,
    name: str | None = None,
) -> Survey:
    """Read a survey from a file.

    Parameters
    ----------
    path : str or Path
        CSV (comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252), Excel .xlsx, Parquet
        or SPSS .sav, as its content says. The extra header rows of Qualtrics and SurveyMonkey
        are recognised.
    score, answer, response_id, date, weight, value, consent : str, optional
        The columns of these roles (see `Columns`); guessed where not given.
    question : str, optional
        The question that was asked, or the name of the column that holds each row's question.
    segments, csat : list of str, optional
        Columns of these roles; guessed where not given, none where the list is empty.
    sheet : str, optional
        The sheet of a workbook; else the first that holds a table.
    name : str, optional
        The survey's name; else made from the file's.

    Returns
    -------
    Survey

    Raises
    ------
    FeedbackError
        When the file cannot be read as a survey, with one sentence that says why.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "Spring wave.csv")
    ...     _ = file.write_text("nps;why\\n9;So easy to use\\n2;It never came\\n")
    ...     survey = read_survey(file)
    >>> survey.name, survey.source["delimiter"], survey.responses["group"].tolist()
    ('spring_wave', 'semicolon', ['promoter', 'detractor'])
    """
    path = Path(path)
    start, digest = _look_at(path)
    kind = _format_of(path, start)
    if sheet is not None and kind != "excel":
        raise FeedbackError(f"{visible(path.name)} is no Excel workbook, so it has no sheets.")
    if kind == "excel":
        raw = _read_excel(path, sheet)
    elif kind == "parquet":
        raw = _read_parquet(path)
    elif kind == "spss":
        numbers = [score, weight, value, *(_as_list(csat) or [])]
        raw = _read_spss(path, [name for name in numbers if name is not None])
    else:
        raw = _from_cells(*read_delimited(path))
    if blank_rows(raw.table).all():
        raise FeedbackError(
            f"{visible(path.name)} has no rows: there is nothing to read below its header."
        )
    given = {
        "score": score,
        "answer": answer,
        "response_id": response_id,
        "question": question if question in raw.table.columns else None,
        "date": date,
        "segments": _as_list(segments),
        "csat": _as_list(csat),
        "weight": weight,
        "value": value,
        "consent": consent,
    }
    if question is not None and given["question"] is None:
        given["question"] = []
    columns = guess_columns(raw.table, given, raw.labels)
    source = {"path": path.name, "sha256": digest, "format": kind, **raw.source}
    return make_survey(
        raw.table,
        columns,
        name=slug(path.stem) if name is None else name,
        question=_asked(raw, columns.answer, question, columns.question),
        source=source,
    )
