"""What a file is, by its content (a suffix may lie), and why it cannot be a survey."""

from __future__ import annotations

import codecs
import hashlib
import re
import zipfile
from pathlib import Path

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import visible
from feedback_nlp.near_names import near_paths

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
_MARKUP = (
    (
        re.compile(rb"<!doctype\s+html|<html|<head|<body|<table|<meta", re.IGNORECASE),
        "a web page, as some tools export for Excel: open it there and save it as .xlsx or CSV",
    ),
    (
        re.compile(rb"<\?xml|<[a-z_]+[\s>:]", re.IGNORECASE),
        "XML: open it in a spreadsheet program and save it as .xlsx or CSV",
    ),
    (
        re.compile(rb"\[?\s*\{\s*[\"}]|\[\s*\[\s*[\"\d]"),
        "JSON: export the survey as CSV or .xlsx",
    ),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def format_of(path: Path, start: bytes) -> str:
    """The format, by content; what is no survey is refused by its true name."""
    for magic, what in _FOREIGN:
        if start.startswith(magic):
            raise FeedbackError(f"{visible(path.name)} is not a table but {what}.")
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    for opening, what in _MARKUP:
        if opening.match(text):
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
        except Exception as error:
            # BadZipFile for most, but NotImplementedError for a version that is still to come.
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


def look_at(path: Path) -> tuple[bytes, str]:
    """The first bytes of a file and its SHA-256; every reason it cannot be read is an error."""
    shown = visible(str(path))
    try:
        if path.is_dir():
            raise FeedbackError(f"{shown} is a folder: name the survey file in it.")
        if not path.exists():
            near = [visible(name) for name in near_paths(path) or near_paths(path, "run.json")]
            hint = f": did you mean {' or '.join(near)}?" if near else "."
            raise FeedbackError(f"There is no file {shown}{hint}")
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
