"""Excel workbooks: sheets, formulas, dates, damage and bombs."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import xlsxwriter
from case import ANSWERS, HEADER, ROWS, Case, Read, Refused, csv_text, file

TABLE: list[list[object]] = [list(HEADER), *([row[0], int(row[1]), row[2]] for row in ROWS)]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"
_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(
    *sheets: tuple[str, Sequence[Sequence[object]]],
    then: Callable[[openpyxl.Workbook], object] = lambda made: None,
) -> Callable[[Path], None]:
    """Writes a workbook with these sheets, and does something more to it."""

    def write(path: Path) -> None:
        made = openpyxl.Workbook()
        made.remove(made.worksheets[0])
        for title, rows in sheets or (("Data", TABLE),):
            page = made.create_sheet(title)
            for row in rows:
                page.append(list(row))
        then(made)
        made.save(path)

    return write


def with_part(name: str, change: Callable[[bytes], bytes | None]) -> Callable[[Path], None]:
    """Writes a plain workbook in which one part is changed, or left out."""

    def write(path: Path) -> None:
        whole = path.with_name("whole.tmp")
        book()(whole)
        with (
            zipfile.ZipFile(whole) as source,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for member in source.namelist():
                content: bytes | None = source.read(member)
                if member == name:
                    content = change(content or b"")
                if content is not None:
                    target.writestr(member, content)
        whole.unlink()

    return write


def sheet_of(rows: str) -> Callable[[Path], None]:
    """Writes a workbook whose sheet has these rows, as XML."""
    xml = worksheet(rows)
    return with_part(SHEET, lambda _: xml.encode())


def worksheet(rows: str, declared: str = "") -> str:
    """The XML of a sheet with these rows."""
    return (
        f'<?xml version="1.0"?>{declared}<worksheet xmlns="{_SPACE}">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def xml_row(number: int, *cells: object) -> str:
    """A row of texts, as XML."""
    parts = [
        f'<c r="{chr(ord("A") + at)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for at, cell in enumerate(cells)
    ]
    return f'<row r="{number}">{"".join(parts)}</row>'


XML_ROWS = "".join(xml_row(n, *row) for n, row in enumerate((HEADER, *ROWS), 1))


def _with_results(path: Path) -> None:
    made = xlsxwriter.Workbook(str(path))
    page = made.add_worksheet()
    page.write_row(0, 0, HEADER)
    for at, row in enumerate(ROWS, 1):
        page.write_string(at, 0, row[0])
        page.write_formula(at, 1, "=1+1", None, int(row[1]))
        page.write_formula(at, 2, '="a"&"b"', None, row[2])
    made.close()


def _uncomputed(made: openpyxl.Workbook) -> None:
    for at in range(2, 5):
        made.worksheets[0][f"B{at}"] = "=4+5"


def _merged(made: openpyxl.Workbook) -> None:
    page = made.worksheets[0]
    page.insert_rows(1)
    page["A1"] = "Customer survey"
    page.merge_cells("A1:C1")
    page["D2"] = "region"
    page["D3"] = "north"
    page.merge_cells("D3:D5")


def _hidden_first(state: str) -> Callable[[openpyxl.Workbook], None]:
    def hide(made: openpyxl.Workbook) -> None:
        made.worksheets[0].sheet_state = state
        made.active = 1

    return hide


def _all_hidden(made: openpyxl.Workbook) -> None:
    made.create_sheet("Empty")
    made.worksheets[0].sheet_state = "hidden"
    made.active = 1


def _chart_only(path: Path) -> None:
    made = xlsxwriter.Workbook(str(path))
    page = made.add_worksheet("Numbers")
    page.hide()
    chart = made.add_chart({"type": "column"})
    chart.add_series({"values": "=Numbers!$A$1:$A$3"})
    sheet = made.add_chartsheet("Chart")
    sheet.set_chart(chart)
    sheet.activate()
    made.close()


def _sheets() -> list[Case]:
    area = "Excel: sheets and cells"
    when = datetime.datetime(2024, 5, 3, 9, 15)
    with_dates = [[*TABLE[0], "date"], *([*row, when] for row in TABLE[1:])]
    as_numbers = [[*TABLE[0], "date"], *([*row, 45415.385] for row in TABLE[1:])]
    errors: list[list[object]] = [
        [*HEADER, "region"],
        ["007", 9, ANSWERS[0], "#N/A"],
        ["008", "#REF!", ANSWERS[1], "#DIV/0!"],
        ["009", True, ANSWERS[2], None],
    ]
    secret = "_hidden_ lookup"
    lookup = [["code", "nps", "why"], *([n, n, f"lookup answer {n}"] for n in range(9))]
    return [
        Case(area, "a plain workbook", file(book(), "s.xlsx"), Read(ids=["007", "008", "009"])),
        Case(area, "a workbook called .csv", file(book(), "s.csv"), Read()),
        Case(area, "a CSV file called .xlsx", file(csv_text(), "s.xlsx"), Read()),
        Case(
            area,
            "merged cells in title and column",
            file(book(then=_merged), "s.xlsx"),
            Read(says="1 lines above"),
        ),
        Case(area, "formulas with saved results", file(_with_results, "s.xlsx"), Read()),
        Case(
            area,
            "formulas never computed",
            file(book(then=_uncomputed), "s.xlsx", "--score", "nps"),
            Refused("formulas|whole number"),
        ),
        Case(
            area,
            "text that looks like formulas",
            file(
                book(
                    (
                        "Data",
                        [
                            TABLE[0],
                            ["1", 9, "'=HYPERLINK(1)"],
                            ["2", 3, "@SUM"],
                            ["3", 8, "+1 for you"],
                        ],
                    )
                ),
                "s.xlsx",
            ),
            Read(texts=("'=HYPERLINK(1)", "@SUM", "+1 for you")),
        ),
        Case(
            area,
            "a hidden sheet before the survey",
            file(book((secret, lookup), ("Data", TABLE), then=_hidden_first("hidden")), "s.xlsx"),
            Read(says="Data"),
        ),
        Case(
            area,
            "a very hidden sheet before the survey",
            file(
                book((secret, lookup), ("Data", TABLE), then=_hidden_first("veryHidden")), "s.xlsx"
            ),
            Read(says="Data"),
        ),
        Case(
            area,
            "the survey on a hidden sheet, nothing else",
            file(book(then=_all_hidden), "s.xlsx"),
            Read(says="Data"),
        ),
        Case(
            area,
            "notes on the first sheet",
            file(book(("Notes", [["Read me"]]), ("Data", TABLE)), "s.xlsx"),
            Read(says="the first of 2 sheets"),
        ),
        Case(
            area,
            "a sheet named by --sheet",
            file(book(("A", lookup), ("Survey é", TABLE)), "s.xlsx", "--sheet", "survey É"),
            Read(),
        ),
        Case(
            area,
            "a sheet that is missing",
            file(book(("A", lookup), ("B", TABLE)), "s.xlsx", "--sheet", "C"),
            Refused('no sheet "C": its sheets are "A", "B"'),
        ),
        Case(
            area,
            "dates as dates",
            file(book(("Data", with_dates)), "s.xlsx"),
            Read(date="2024-05-03"),
        ),
        Case(
            area,
            "dates as numbers",
            file(book(("Data", as_numbers)), "s.xlsx"),
            Read(date="2024-05-03"),
        ),
        Case(
            area,
            "dates counted from 1904",
            file(
                book(
                    ("Data", with_dates),
                    then=lambda made: setattr(made, "epoch", datetime.datetime(1904, 1, 1)),
                ),
                "s.xlsx",
            ),
            Read(date="2024-05-03"),
        ),
        Case(
            area,
            "errors and truth values in cells",
            file(book(("Data", errors)), "s.xlsx", "--score", "nps"),
            Read(3, 1, 3),
        ),
        Case(
            area,
            "a stray cell in the last corner",
            file(
                sheet_of(
                    XML_ROWS
                    + '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
                ),
                "s.xlsx",
            ),
            Read(4, 3, 3, texts=None),
            apart=True,
        ),
        Case(
            area,
            "cells scattered along the diagonal of a sheet",
            file(_diagonal, "s.xlsx"),
            Refused("scattered"),
            apart=True,
            slow=True,
        ),
        Case(
            area,
            "an empty workbook",
            file(book(("Data", [])), "s.xlsx"),
            Refused("holds a table|no table"),
        ),
        Case(area, "a chart and no table", file(_chart_only, "s.xlsx"), Refused("table")),
        Case(
            area,
            "a header and no row",
            file(book(("Data", TABLE[:1])), "s.xlsx"),
            Refused("no rows"),
        ),
    ]


def _diagonal(path: Path) -> None:
    def letters(number: int) -> str:
        name = ""
        while number:
            number, rest = divmod(number - 1, 26)
            name = chr(65 + rest) + name
        return name

    cells = (
        f'<row r="{n}"><c r="{letters(n)}{n}" t="inlineStr"><is><t>x</t></is></c></row>'
        for n in range(5, 16_385)
    )
    sheet_of(XML_ROWS + "".join(cells))(path)


def cases() -> list[Case]:
    return _sheets()
