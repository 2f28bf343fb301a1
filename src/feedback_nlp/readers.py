"""Reading survey files: CSV, Excel, Parquet, SPSS, and the exports of the usual survey tools.

What a file is, its content says; the suffix may lie. Everything is read as text (see `cells`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import slug, visible
from feedback_nlp.reading.cells import as_text
from feedback_nlp.reading.column_profile import CSAT_WORDS, SCORE_WORDS, hint, words_of
from feedback_nlp.reading.columns import find_column, guess_columns
from feedback_nlp.reading.delimited import read_delimited
from feedback_nlp.reading.export_headers import take_headers, unique_names
from feedback_nlp.reading.file_formats import format_of, look_at
from feedback_nlp.reading.workbooks import read_workbook
from feedback_nlp.survey import Survey, blank_rows, make_survey

# A cell takes a fraction of a byte only where a column says the same over and over.
_CELLS_UNASKED, _MOST_CELLS_A_BYTE = 20_000_000, 200


@dataclass(frozen=True)
class _RawTable:
    """A file as read: text under unique names, and the question behind a name where known."""

    table: pd.DataFrame
    labels: dict[str, str] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)


def _from_cells(cells: pd.DataFrame, source: dict[str, str]) -> _RawTable:
    table, labels, header_rows, repeated = take_headers(cells)
    if header_rows > 1:
        source = {**source, "header": f"{header_rows} rows"}
    if repeated:
        source = {**source, "left out": f"{repeated} lines that repeat the header"}
    return _RawTable(table, labels, source)


def _refuse_bomb(path: Path, rows: int, columns: int) -> None:
    """Refuse a small file that stands for more cells than its bytes can have been made of."""
    cells, size = rows * columns, path.stat().st_size
    if cells > _CELLS_UNASKED and cells > _MOST_CELLS_A_BYTE * size:
        raise FeedbackError(
            f"{visible(path.name)} has {size:,} bytes but unpacks to {rows:,} rows of {columns:,} "
            "columns, as no survey does: save the survey anew, or as CSV."
        )


def _read_parquet(path: Path) -> _RawTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        _refuse_bomb(path, file.metadata.num_rows, file.metadata.num_columns)
        columns = file.read()
        names = unique_names(columns.column_names)
        texts = {
            name: as_text(pd.Series(cells.to_pylist(), dtype=object))
            for name, cells in zip(names, columns.columns, strict=True)
            # What pandas keeps of a row index is no column of the survey.
            if not name.startswith("__index_level_")
        }
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        if isinstance(error, FeedbackError):
            raise
        raise FeedbackError(
            f"{visible(path.name)} is damaged or cut off: it cannot be read as Parquet."
        ) from error
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
        _, declared = pyreadstat.read_sav(path, metadataonly=True)
        _refuse_bomb(path, declared.number_rows or 0, declared.number_columns or 0)
        try:
            table, meta = pyreadstat.read_sav(path)
        except UnicodeDecodeError:
            table, meta = pyreadstat.read_sav(path, encoding="WINDOWS-1252")
    except FeedbackError:
        raise
    except Exception as error:
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


def _asked(raw: _RawTable, answer: str, question: str | None, column: str | None) -> str | None:
    """What was asked: as given, else as the export says, else the header where it is a question."""
    if question is not None and column is None:
        return question
    if column is not None:
        return None
    header = answer if answer.rstrip().endswith("?") or answer.count(" ") >= 3 else None
    return raw.labels.get(answer, header)


def _with_scales(
    table: pd.DataFrame, named: list[str] | None
) -> tuple[list[str] | None, dict[str, str]]:
    """Columns named as "ease:1-7", and the scales that follow their names."""
    if named is None:
        return None, {}
    columns: list[str] = []
    scales: dict[str, str] = {}
    for text in named:
        name, colon, scale = text.rpartition(":")
        # A colon may be part of the name.
        whole = not colon or text in table.columns
        columns.append(find_column(table, text if whole else name, "csat"))
        if not whole:
            scales[columns[-1]] = scale
    return columns, scales


def _as_list(names: str | Sequence[str] | None) -> list[str] | None:
    return [names] if isinstance(names, str) else None if names is None else list(names)


def _read_raw(path: Path, sheet: str | None, numbers: Sequence[str]) -> tuple[_RawTable, str, str]:
    """A file's table, the format it is in and its SHA-256."""
    start, digest = look_at(path)
    kind = format_of(path, start)
    if sheet is not None and kind != "excel":
        raise FeedbackError(f"{visible(path.name)} is no Excel workbook, so it has no sheets.")
    if kind == "excel":
        raw = _from_cells(*read_workbook(path, sheet))
    elif kind == "parquet":
        raw = _read_parquet(path)
    elif kind == "spss":
        raw = _read_spss(path, list(numbers))
    else:
        raw = _from_cells(*read_delimited(path))
    if blank_rows(raw.table).all():
        raise FeedbackError(
            f"{visible(path.name)} has no rows: there is nothing to read below its header."
        )
    return raw, kind, digest


def read_rows(path: str | Path) -> pd.DataFrame:
    """Read a table that goes with a survey (who was invited, known margins), as text.

    Parameters
    ----------
    path : str or Path
        In any format that `read_survey` reads.

    Returns
    -------
    DataFrame of str
        Cells without outer white space, missing where empty; rows without any value left out.

    Raises
    ------
    FeedbackError
        When the file cannot be read as a table, with one sentence that says why.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "invited.csv")
    ...     _ = file.write_text("plan;invited\\nBasic;500\\nPlus;250\\n")
    ...     read_rows(file).to_dict("list")
    {'plan': ['Basic', 'Plus'], 'invited': ['500', '250']}
    """
    table = _read_raw(Path(path), None, [])[0].table
    text = pd.DataFrame({name: as_text(table[name]).str.strip() for name in table.columns})
    return text.mask(text == "")[~blank_rows(text)].reset_index(drop=True)


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
    csat_reversed: str | Sequence[str] = (),
    outcomes: str | Sequence[str] | None = None,
    weight: str | None = None,
    value: str | None = None,
    consent: str | None = None,
    score_scale: str | None = None,
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
    segments, csat, outcomes : list of str, optional
        Columns of these roles; guessed where not given, none where the list is empty. The scale
        of a rating may follow its column: "ease:1-7", "ease:5-1" where 1 is best, or
        "ease:hard|fair|easy" for words; scales are found out where they are not declared.
    csat_reversed : list of str
        Ratings in which low numbers are the good ones.
    score_scale : str, optional
        The scale of a score that was not asked from 0 to 10, such as "1-5" (see `make_survey`).
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
    numbers = [score, weight, value, *(name.split(":")[0] for name in _as_list(csat) or [])]
    raw, kind, digest = _read_raw(path, sheet, [name for name in numbers if name is not None])
    csat_columns, scales = _with_scales(raw.table, _as_list(csat))
    given = {
        "score": score,
        "answer": answer,
        "response_id": response_id,
        "question": question if question in raw.table.columns else None,
        "date": date,
        "segments": _as_list(segments),
        "csat": csat_columns,
        "outcomes": _as_list(outcomes),
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
        csat_scales=scales,
        csat_reversed=[find_column(raw.table, n, "csat") for n in _as_list(csat_reversed) or []],
        score_scale=score_scale,
    )
