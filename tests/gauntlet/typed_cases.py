"""Parquet and SPSS, and files that are something else."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
from case import ANSWERS, ROWS, Case, Read, Refused, file

IDS, SCORES = [row[0] for row in ROWS], [int(row[1]) for row in ROWS]


def parquet(**more: object) -> Callable[[Path], None]:
    """Writes the three rows with further columns."""

    def write(path: Path) -> None:
        pq.write_table(pa.table({"id": IDS, "nps": SCORES, "why": ANSWERS, **more}), path)

    return write


def _cut(write: Callable[[Path], object], keep: float) -> Callable[[Path], None]:
    def write_part(path: Path) -> None:
        write(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * keep)])

    return write_part


def _spoilt(path: Path) -> None:
    parquet()(path)
    content = bytearray(path.read_bytes())
    content[-60:-40] = b"\xff" * 20
    path.write_bytes(bytes(content))


def _bomb(path: Path) -> None:
    """A few kilobytes that stand for 40 million rows."""
    part = pa.table(
        {
            "nps": pa.DictionaryArray.from_arrays(pa.array(np.zeros(1_000_000, np.int32)), ["9"]),
            "why": pa.DictionaryArray.from_arrays(
                pa.array(np.zeros(1_000_000, np.int32)), ["slow"]
            ),
        }
    )
    with pq.ParquetWriter(path, part.schema, compression="zstd") as writer:
        for _ in range(40):
            writer.write_table(part)


def _same_names(path: Path) -> None:
    columns = [
        pa.array(IDS),
        pa.array(SCORES),
        pa.array(ANSWERS),
        pa.array(["a", "b", "a"]),
        pa.array(["x", "y", "x"]),
    ]
    pq.write_table(
        pa.Table.from_arrays(columns, names=["id", "nps", "why", "region", "region"]), path
    )


def _broken_text(path: Path) -> None:
    raw = pa.array([b"Tr\xc3s cher", b"ok \xff\xfe", b"fine"], pa.binary())
    text = pa.Array.from_buffers(pa.string(), 3, raw.buffers())
    pq.write_table(pa.table({"id": IDS, "nps": SCORES, "why": text}), path)


def _numbered_names(path: Path) -> None:
    pd.DataFrame({0: IDS, 1: SCORES, 2: ANSWERS}).rename(columns=str).to_parquet(path)


def _kept_index(path: Path) -> None:
    table = pd.DataFrame({"id": IDS, "nps": SCORES, "why": ANSWERS}, index=[7, 8, 9])
    table.to_parquet(path)


def _parquet() -> list[Case]:
    area = "Parquet"
    when = pa.array([datetime.datetime(2024, 5, 3, 9, 15)] * 3, pa.timestamp("ns", "Europe/Berlin"))
    return [
        Case(area, "plain", file(parquet(), "s.parquet"), Read(ids=IDS)),
        Case(area, "called .csv", file(parquet(), "s.csv"), Read()),
        Case(area, "with a row index of pandas", file(_kept_index, "s.parquet"), Read()),
        Case(
            area,
            "lists, structs, decimals, bytes and durations beside the survey",
            file(
                parquet(
                    tags=[["a"], [], None],
                    place=[{"x": 1}, {"x": 2}, None],
                    price=[Decimal("1.50"), None, Decimal("2.00")],
                    blob=[b"\x00\xff", b"", None],
                    took=pa.array([1, 2, None], pa.duration("s")),
                    nothing=pa.nulls(3),
                ),
                "s.parquet",
            ),
            Read(),
        ),
        Case(
            area,
            "times with a zone",
            file(parquet(date=when), "s.parquet"),
            Read(date="2024-05-03"),
        ),
        Case(area, "two columns of one name", file(_same_names, "s.parquet"), Read()),
        Case(
            area,
            "columns called 0, 1, 2",
            file(_numbered_names, "s.parquet", "--score", "1", "--answer", "2"),
            Read(),
        ),
        Case(
            area, "text that is no valid UTF-8", file(_broken_text, "s.parquet"), Refused("damaged")
        ),
        Case(
            area,
            "no rows",
            file(
                lambda path: pq.write_table(
                    pa.table({"nps": pa.array([], pa.int64()), "why": pa.array([], pa.string())}),
                    path,
                ),
                "s.parquet",
            ),
            Refused("no rows"),
        ),
        Case(
            area,
            "no columns",
            file(lambda path: pq.write_table(pa.table({}), path), "s.parquet"),
            Refused("no rows|no columns"),
        ),
        Case(area, "cut off at half", file(_cut(parquet(), 0.5), "s.parquet"), Refused("cut off")),
        Case(
            area,
            "cut off by its last byte",
            file(_cut(parquet(), 0.9999), "s.parquet"),
            Refused("cut off"),
        ),
        Case(area, "its table of contents spoilt", file(_spoilt, "s.parquet"), Refused("damaged")),
        Case(area, "just its first four letters", file(b"PAR1", "s.parquet"), Refused("damaged")),
        Case(
            area,
            "a bomb: a small file of 40 million rows",
            file(_bomb, "s.parquet"),
            Refused("unpacks to"),
            apart=True,
        ),
    ]


def spss(**more: object) -> Callable[[Path], None]:
    """Writes the three rows as SPSS does, with labels."""

    def write(path: Path) -> None:
        pyreadstat.write_sav(
            pd.DataFrame({"Q1": [10.0, 2.0, 8.0], "Q2": ANSWERS, "REG": [1.0, 2.0, 1.0]}),
            path,
            column_labels=[
                "How likely are you to recommend us?",
                "What is the reason for your score?",
                "Region",
            ],
            variable_value_labels={
                "Q1": {0: "Not at all likely", 10: "Extremely likely"},
                "REG": {1: "North\x1b[31m", 2: "<b>South</b>"},
            },
            **more,  # type: ignore[arg-type]
        )

    return write


def _spss() -> list[Case]:
    area = "SPSS"
    return [
        Case(area, "numbers with labels", file(spss(), "s.sav"), Read(says="What is the reason")),
        Case(area, "compressed (.zsav)", file(spss(compress=True), "s.zsav"), Read()),
        Case(area, "called .xlsx", file(spss(), "s.xlsx"), Read()),
        Case(
            area,
            "cut off at half",
            file(_cut(spss(), 0.5), "s.sav"),
            Refused("damaged|no rows|No column"),
        ),
        Case(
            area,
            "just its first words",
            file(b"$FL2@(#) SPSS DATA FILE", "s.sav"),
            Refused("damaged"),
        ),
        Case(
            area,
            "noise after its first words",
            file(b"$FL2@(#) SPSS DATA FILE" + bytes(range(256)) * 40, "s.sav"),
            Refused("damaged"),
        ),
    ]


def _others() -> list[Case]:
    area = "files that are something else"
    return [
        Case(
            area,
            "a PNG picture called .csv",
            file(b"\x89PNG\r\n\x1a\n" + bytes(400)),
            Refused("a PNG picture"),
        ),
        Case(
            area,
            "a JPEG picture",
            file(b"\xff\xd8\xff\xe0" + bytes(400)),
            Refused("a JPEG picture"),
        ),
        Case(area, "a PDF document", file(b"%PDF-1.7\n1 0 obj"), Refused("a PDF document")),
        Case(
            area,
            "a file packed by gzip",
            file(b"\x1f\x8b\x08" + bytes(90)),
            Refused("unpack it first"),
        ),
        Case(
            area, "an SQLite database", file(b"SQLite format 3\0" + bytes(400)), Refused("SQLite")
        ),
        Case(
            area,
            "JSON",
            file(
                '[{"id": 1, "nps": 9, "why": "Good, and quick"},\n'
                ' {"id": 2, "nps": 3, "why": "Slow, and dear"}]\n'
            ),
            Refused("JSON"),
        ),
        Case(
            area,
            "JSON lines",
            file(
                '{"id": 1, "nps": 9, "why": "Good, and quick"}\n'
                '{"id": 2, "nps": 3, "why": "Slow, and dear"}\n'
            ),
            Refused("JSON"),
        ),
        Case(
            area,
            "a web page",
            file(
                "<!DOCTYPE html>\n<html><head><title>Sign in, please</title></head>\n"
                "<body>Sign in, then go on</body></html>\n"
            ),
            Refused("web page"),
        ),
        Case(
            area,
            "a letter",
            file(
                "Dear all,\n\nthe survey is attached, I think.\n\nKind regards,\nAnn\n",
                "letter.csv",
            ),
            Refused("."),
        ),
        Case(
            area,
            "Stata and other binary tables",
            file(b"<stata_dta><header><release>118</release>" + bytes(range(256)) * 8, "s.dta"),
            Refused("binary data|web page|XML"),
        ),
    ]


def cases() -> list[Case]:
    return [*_parquet(), *_spss(), *_others()]
