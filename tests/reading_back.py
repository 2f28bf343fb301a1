"""Everything that a command has written, as text that can be searched."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd


def texts_written(folder: Path) -> Iterator[tuple[str, str]]:
    """The name and the text of every file below a folder: as it stands there, and unpacked."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = str(path.relative_to(folder))
        raw = path.read_bytes()
        yield name, name
        yield name, raw.decode("utf-8", "replace")
        yield name, raw.decode("utf-16-le", "replace")
        yield from ((name, text) for text in _unpacked(path, raw))


def _unpacked(path: Path, raw: bytes) -> Iterator[str]:
    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
        yield "\n".join([*map(str, table.columns), *(str(row) for row in table.to_dict("records"))])
    elif path.suffix in (".xlsx", ".zip"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for member in archive.namelist():
                yield archive.read(member).decode("utf-8", "replace")
    elif path.suffix == ".pdf":
        import pypdf

        document = pypdf.PdfReader(io.BytesIO(raw))
        yield "\n".join(page.extract_text() for page in document.pages)
        yield str(document.metadata)
    elif path.suffix == ".sqlite":
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            yield "\n".join(
                str(row)
                for (table,) in connection.execute("SELECT name FROM sqlite_master").fetchall()
                for row in connection.execute(f"SELECT * FROM {table}")
            )
    elif path.suffix in (".json", ".ipynb"):
        yield str(json.loads(raw))


def found_in(folder: Path, wanted: list[str]) -> list[str]:
    """Where any of the wanted texts stands, whatever its case."""
    folded = [text.casefold() for text in wanted]
    return sorted(
        {
            f"{name}: {text}"
            for name, content in texts_written(folder)
            for text in folded
            if text in content.casefold()
        }
    )
