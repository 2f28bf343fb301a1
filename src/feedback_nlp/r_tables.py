"""Data frames from R's ``save()`` files (``.rda``), as text.

Only what a data frame of numbers, texts and factors needs: R Internals, section 1.8
("Serialization Formats"), versions 2 and 3, binary (XDR). Nothing in such a file is run.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
from typing import Any

import numpy as np
import pandas as pd

_SYMBOL, _PAIRS, _CHARS, _LOGICAL, _INTEGER, _REAL, _STRINGS, _LIST = 1, 2, 9, 10, 13, 14, 16, 19
_COMPACT, _NIL, _REFERENCE = 238, 254, 255
_MISSING_INTEGER = -(2**31)


def read_r_tables(content: bytes) -> dict[str, pd.DataFrame]:
    """The data frames of an ``.rda`` file.

    Parameters
    ----------
    content : bytes
        The file, compressed by gzip, bzip2 or xz, or not at all.

    Returns
    -------
    dict of str to DataFrame of str
        By their names in R. Missing values are empty; numbers as pandas writes them; bytes that
        are no UTF-8 become U+FFFD.

    Raises
    ------
    ValueError
        It is not such a file, ends early, or holds something else than plain data frames.

    Examples
    --------
    >>> read_r_tables(b"a,b")
    Traceback (most recent call last):
    ValueError: not an R data file
    """
    plain = _decompressed(content)
    if plain[:5] not in (b"RDX2\n", b"RDX3\n") or plain[5:7] != b"X\n":
        raise ValueError("not an R data file")
    reader = _Reader(plain, 7)
    version, *_ = reader.integers(3)
    if version == 3:
        reader.take(reader.integers(1)[0])  # name of the session's encoding
    try:
        saved = reader.item()
    except (struct.error, RecursionError) as error:
        raise ValueError("damaged or cut off") from error
    if not isinstance(saved, dict):
        raise ValueError("holds no named objects")
    return {name: _data_frame(value) for name, value in saved.items()}


def _decompressed(content: bytes) -> bytes:
    try:
        if content[:2] == b"\x1f\x8b":
            return gzip.decompress(content)
        if content[:3] == b"BZh":
            return bz2.decompress(content)
        if content[:6] == b"\xfd7zXZ\x00":
            return lzma.decompress(content)
    except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
        raise ValueError("damaged or cut off") from error
    return content


class _Vector:
    """A vector of R and its attributes."""

    def __init__(self, cells: Any, attributes: dict[str, Any]) -> None:
        self.cells, self.attributes = cells, attributes


class _Reader:
    def __init__(self, content: bytes, place: int) -> None:
        self.content, self.place = content, place
        self.symbols: list[str] = []

    def take(self, size: int) -> bytes:
        part = self.content[self.place : self.place + size]
        if size < 0 or len(part) < size:
            raise ValueError("damaged or cut off")
        self.place += size
        return part

    def integers(self, number: int) -> tuple[int, ...]:
        return struct.unpack(f">{number}i", self.take(4 * number))

    def numbers(self, kind: str) -> Any:
        size = self.integers(1)[0]
        return np.frombuffer(self.take(size * int(kind[-1])), kind).astype(kind[1:])

    def item(self) -> Any:
        flags = self.integers(1)[0]
        kind, has_attributes, has_tag = flags & 0xFF, bool(flags & 0x200), bool(flags & 0x400)
        if kind == _NIL:
            return None
        if kind == _REFERENCE:
            return self.symbols[(flags >> 8 or self.integers(1)[0]) - 1]
        if kind == _SYMBOL:
            self.symbols.append(self.item())
            return self.symbols[-1]
        if kind == _PAIRS:
            return self._pairs(has_attributes, has_tag)
        if kind == _CHARS:
            size = self.integers(1)[0]
            return None if size == -1 else self.take(size).decode("utf-8", "replace")
        if kind == _COMPACT:
            return self._compact()
        values: Any
        if kind in (_LOGICAL, _INTEGER):
            values = self.numbers(">i4")
        elif kind == _REAL:
            values = self.numbers(">f8")
        elif kind in (_STRINGS, _LIST):
            values = [self.item() for _ in range(self.integers(1)[0])]
        else:
            raise ValueError(f"holds an R object of type {kind}, not a plain data frame")
        return _Vector(values, (self.item() or {}) if has_attributes else {})

    def _compact(self) -> _Vector:
        """What newer versions of R write in place of a vector (ALTREP)."""
        description, state, attributes = self.item(), self.item(), self.item() or {}
        name = str(description[0])
        if name in ("compact_intseq", "compact_realseq"):
            size, first, step = state.cells
            return _Vector(first + step * np.arange(int(size)), attributes)
        if name.startswith("wrap_"):
            wrapped = state.cells[0] if isinstance(state, _Vector) else state[0]
            return _Vector(wrapped.cells, {**wrapped.attributes, **attributes})
        raise ValueError(f"holds an R object of kind {name}, not a plain data frame")

    def _pairs(self, has_attributes: bool, has_tag: bool) -> dict[Any, Any]:
        """A list of pairs, by name, or by place where it has none."""
        found: dict[Any, Any] = {}
        while True:
            if has_attributes:
                self.item()
            name = self.item() if has_tag else len(found)
            found[name] = self.item()
            flags = self.integers(1)[0]
            if flags & 0xFF == _NIL:
                return found
            if flags & 0xFF != _PAIRS:
                raise ValueError("damaged or cut off")
            has_attributes, has_tag = bool(flags & 0x200), bool(flags & 0x400)


def _data_frame(value: Any) -> pd.DataFrame:
    if not isinstance(value, _Vector) or "names" not in value.attributes:
        raise ValueError("holds something else than data frames")
    names = value.attributes["names"].cells
    return pd.DataFrame(
        {name: _texts(column) for name, column in zip(names, value.cells, strict=True)}
    )


def _texts(column: _Vector) -> pd.Series:
    levels = column.attributes.get("levels")
    if levels is not None:
        known = ["", *levels.cells]
        return pd.Series([known[max(0, code)] for code in column.cells], dtype=str)
    if isinstance(column.cells, list):
        return pd.Series(["" if text is None else text for text in column.cells], dtype=str)
    numbers = pd.Series(column.cells)
    if numbers.dtype.kind == "i":
        missing = numbers == _MISSING_INTEGER
        numbers = numbers.mask(missing) if missing.any() else numbers
    return numbers.map(lambda number: "" if pd.isna(number) else str(number)).astype(str)
