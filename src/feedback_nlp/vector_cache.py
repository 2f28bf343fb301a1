"""Vectors kept on disk between runs, by the hash of their text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

_CACHED_VECTORS_AT_MOST = 2_000_000  # 1.7 GB on disk
# What sqlite3 raises on a damaged file: its own errors, or Python's over what it has read there.
_DAMAGED = (sqlite3.DatabaseError, UnicodeDecodeError, TypeError)


class VectorCache:
    """Vectors on disk, by the hash of their text; the texts themselves are not kept.

    Parameters
    ----------
    path : Path
        The file; made if missing, private to the user.

    Notes
    -----
    SQLite in write-ahead mode serves several processes at once. It is only a cache: a file that
    cannot be read is begun anew, and where there is no room for one the work goes on without.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection: sqlite3.Connection | None = None

    def __enter__(self) -> VectorCache:
        try:
            self._open()
        except (*_DAMAGED, OSError):
            self._begin_anew()
        return self

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.touch(mode=0o600)
        self.connection = sqlite3.connect(self.path, timeout=60)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=OFF")
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors "
            "(key BLOB PRIMARY KEY, vector BLOB NOT NULL, check_sum INTEGER NOT NULL) WITHOUT ROWID"
        )
        self.connection.commit()

    def _begin_anew(self) -> None:
        self._close()
        try:
            for end in ("", "-wal", "-shm"):
                Path(f"{self.path}{end}").unlink(missing_ok=True)
            self._open()
        except (*_DAMAGED, OSError):
            self._close()

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def __exit__(self, *exception: object) -> None:
        self._close()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, npt.NDArray[np.float16]]:
        """Those of the wanted vectors that are kept and whole."""
        found: dict[bytes, npt.NDArray[np.float16]] = {}
        if self.connection is None:
            return found
        try:
            for first in range(0, len(keys), 900):
                part = keys[first : first + 900]
                marks = ",".join("?" * len(part))
                rows = self.connection.execute(
                    f"SELECT key, vector, check_sum FROM vectors WHERE key IN ({marks})", part
                )
                for key, vector, check_sum in rows:
                    if _check_sum(vector) == check_sum:
                        found[key] = np.frombuffer(vector, np.float16)
        except _DAMAGED:
            self._begin_anew()
        return found

    def forget(self, keys: Sequence[bytes]) -> None:
        """Take vectors out, and overwrite where they stood."""
        if self.connection is None:
            return
        try:
            self.connection.execute("PRAGMA secure_delete=ON")
            self.connection.executemany("DELETE FROM vectors WHERE key = ?", ((k,) for k in keys))
            self.connection.commit()
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except _DAMAGED:
            # What cannot be written may hold them still: better no cache than theirs.
            self._begin_anew()

    def put(self, keys: Sequence[bytes], vectors: Iterable[npt.NDArray[np.float16]]) -> None:
        """Keep vectors; when the cache is full it is emptied first."""
        if self.connection is None:
            return
        try:
            (kept,) = self.connection.execute("SELECT COUNT(*) FROM vectors").fetchone()
            if kept + len(keys) > _CACHED_VECTORS_AT_MOST:
                self.connection.execute("DELETE FROM vectors")
            self.connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                (
                    (key, data, _check_sum(data))
                    for key, data in zip(keys, (v.tobytes() for v in vectors), strict=True)
                ),
            )
            self.connection.commit()
        except _DAMAGED:
            self._begin_anew()


def _check_sum(data: bytes) -> int:
    import zlib

    return zlib.crc32(data)
