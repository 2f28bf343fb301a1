"""Excel workbooks that are damaged, locked, something else, or made to do harm."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from case import ANSWERS, MEGABYTE, Case, Refused, file
from workbook_cases import (
    OLE,
    SHEET,
    TABLE,
    XML_ROWS,
    book,
    sheet_of,
    with_part,
    worksheet,
    xml_row,
)

_END = "</sheetData></worksheet>"


def _encrypted(path: Path) -> None:
    path.write_bytes(OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(400))


def _bomb(path: Path) -> None:
    """A megabyte that unfolds to a gigabyte of XML."""
    head = worksheet(XML_ROWS).removesuffix(_END)
    block = (" " * MEGABYTE).encode()
    whole = path.with_name("whole.tmp")
    book()(whole)
    with (
        zipfile.ZipFile(whole) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for member in source.namelist():
            if member != SHEET:
                target.writestr(member, source.read(member))
        with target.open(SHEET, "w", force_zip64=True) as sheet:
            sheet.write(head.encode() + b'<row r="9"><c r="C9" t="inlineStr"><is><t>')
            for _ in range(1 << 10):
                sheet.write(block)
            sheet.write(b"x</t></is></c></row></sheetData></worksheet>")
    whole.unlink()


def _lying_bomb(path: Path) -> None:
    """Says of its largest part that it is small."""
    head = worksheet(XML_ROWS).removesuffix(_END).encode()
    with_part(SHEET, lambda _: head + b" " * (64 * MEGABYTE) + _END.encode())(path)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        told = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    path.write_bytes(content.replace(told, (5000).to_bytes(4, "little")))


_NAMES = "abcdefghij"
_LAUGHS = (
    '<!DOCTYPE w [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(_NAMES))
    + "]>"
)


def _entities(declared: str, used: str) -> Callable[[Path], None]:
    rows = XML_ROWS.replace(ANSWERS[0], used)
    xml = worksheet(rows, declared)
    return with_part(SHEET, lambda _: xml.encode())


def _spoilt(path: Path) -> None:
    """The compressed bytes of the sheet are not what they were."""
    book(("Data", [*TABLE, *([n, 5, f"Answer {n}"] for n in range(2000))]))(path)
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo(SHEET)
    content = bytearray(path.read_bytes())
    start = part.header_offset + 30 + len(part.filename) + 200
    content[start : start + 400] = b"\xff" * 400
    path.write_bytes(bytes(content))


def _flagged(bit: int, offset: int) -> Callable[[Path], None]:
    """The sheet is marked as encrypted, or as packed in an unknown way."""

    def write(path: Path) -> None:
        book()(path)
        content = bytearray(path.read_bytes())
        for mark, at in ((b"PK\x03\x04", offset), (b"PK\x01\x02", offset + 2)):
            start = 0
            while (start := content.find(mark, start)) >= 0:
                content[start + at] = bit
                start += 4
        path.write_bytes(bytes(content))

    return write


def cases() -> list[Case]:
    area = "Excel: damage and bombs"

    def cut(path: Path) -> None:
        book()(path)
        path.write_bytes(path.read_bytes()[:-500])

    def other(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("word/document.xml", "<w/>")

    def sheet(xml: str) -> Callable[[Path], None]:
        return with_part(SHEET, lambda _: xml.encode())

    bad_reference = XML_ROWS.replace(
        f't="inlineStr"><is><t>{ANSWERS[0]}</t></is>', 't="s"><v>999999</v>'
    )
    return [
        Case(
            area,
            "protected by a password",
            file(_encrypted, "s.xlsx"),
            Refused("protected by a password"),
        ),
        Case(
            area,
            "marked as encrypted inside",
            file(_flagged(1, 6), "s.xlsx"),
            Refused("damaged|password"),
        ),
        Case(
            area,
            "packed by a version that is still to come",
            file(_flagged(115, 4), "s.xlsx"),
            Refused("damaged"),
        ),
        Case(area, "packed in an unknown way", file(_flagged(99, 8), "s.xlsx"), Refused("damaged")),
        Case(
            area,
            "an .xls of before 2007",
            file(OLE + bytes(2000), "s.xls"),
            Refused("old Office format"),
        ),
        Case(
            area,
            "an .xls renamed .xlsx",
            file(OLE + bytes(2000), "s.xlsx"),
            Refused("old Office format"),
        ),
        Case(
            area,
            "a web page called .xls, as many tools export",
            file(
                "<html><body><table><tr><td>nps</td><td>why</td></tr><tr><td>9</td><td>Good</td></tr></table></body></html>",
                "s.xls",
            ),
            Refused("web page"),
        ),
        Case(
            area,
            "an XML spreadsheet of 2003",
            file(
                '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
                '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>\n',
                "s.xls",
            ),
            Refused("XML"),
        ),
        Case(
            area,
            "a Word document called .xlsx",
            file(other, "s.xlsx"),
            Refused("no .xlsx workbook"),
        ),
        Case(area, "cut off", file(cut, "s.xlsx"), Refused("damaged or cut off")),
        Case(
            area, "bytes changed in the packed sheet", file(_spoilt, "s.xlsx"), Refused("damaged")
        ),
        Case(
            area,
            "without its sheet",
            file(with_part(SHEET, lambda _: None), "s.xlsx"),
            Refused("damaged"),
        ),
        Case(
            area, "a sheet that is no XML", file(sheet("nonsense <"), "s.xlsx"), Refused("damaged")
        ),
        Case(
            area,
            "a text that is in no list of texts",
            file(sheet_of(bad_reference), "s.xlsx"),
            Refused("damaged"),
        ),
        Case(
            area,
            "a row number beyond Excel's",
            file(
                sheet_of(XML_ROWS + xml_row(99_999_999, "x", "5", "y").replace("A99999999", "A9")),
                "s.xlsx",
            ),
            Refused("damaged|beyond"),
            apart=True,
            slow=True,
        ),
        Case(
            area,
            "a zip bomb: 1 MB that unfolds to 1 GB",
            file(_bomb, "s.xlsx"),
            Refused("unpacks to"),
            apart=True,
        ),
        Case(
            area,
            "a zip bomb that lies about its size",
            file(_lying_bomb, "s.xlsx"),
            Refused("damaged"),
            apart=True,
            slow=True,
        ),
        Case(
            area,
            "a billion laughs: XML entities of entities",
            file(_entities(_LAUGHS, "&j;"), "s.xlsx"),
            Refused("damaged"),
            apart=True,
        ),
        Case(
            area,
            "an XML entity that names a file of this machine",
            file(
                _entities('<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"), "s.xlsx"
            ),
            Refused("damaged"),
        ),
    ]
