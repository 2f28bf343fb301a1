"""The vectors of a run on disk, read by the rows that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from feedback_nlp.encoding import Vectors

#: Up to so many vectors are simply held in memory (0.4 GB).
HELD_AT_MOST = 250_000
_SLICE = 50_000


class StoredVectors:
    """Vectors of many mentions in several files, as one array of which slices are read.

    Parameters
    ----------
    paths : sequence of Path
        Files of `numpy.save`, float16, shape (mentions of the part, d), in order.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in "ab":
    ...         np.save(Path(folder, name), np.full((2, 3), ord(name), np.float16))
    ...     stored = StoredVectors(sorted(Path(folder).iterdir()))
    ...     stored[np.array([3, 0])][:, 0].tolist(), stored.shape
    ([98.0, 97.0], (4, 3))
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        lengths, widths = zip(*(_opened(path).shape for path in paths), strict=True)
        self._paths = list(paths)
        self._ends = np.cumsum(lengths)
        self._width = int(widths[0])

    @property
    def shape(self) -> tuple[int, int]:
        return len(self), self._width

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, rows: Any) -> Vectors:
        """The vectors of some rows (a slice, a mask or numbers) in float32."""
        wanted = np.arange(len(self))[rows]
        part = np.searchsorted(self._ends, wanted, side="right")
        found = np.empty((len(wanted), self.shape[1]), np.float32)
        for number in np.unique(part):
            here = part == number
            # Opened anew each time: what has been read of an open file counts as memory in use.
            stored = _opened(self._paths[number])
            found[here] = stored[wanted[here] - (self._ends[number] - len(stored))]
        return found

    def slices(self) -> Iterator[tuple[slice, Vectors]]:
        """All vectors, a bounded number at a time."""
        for first in range(0, len(self), _SLICE):
            rows = slice(first, min(first + _SLICE, len(self)))
            yield rows, self[rows]


def _opened(path: Path) -> npt.NDArray[np.float16]:
    opened: npt.NDArray[np.float16] = np.load(path, mmap_mode="r", allow_pickle=False)
    return opened


def open_vectors(paths: Sequence[Path]) -> Vectors | StoredVectors:
    """The vectors in some files: an array where they fit, else read as they are needed."""
    stored = StoredVectors(paths)
    return stored[:] if len(stored) <= HELD_AT_MOST else stored


def save_vectors(vectors: npt.NDArray[np.float16], path: Path) -> None:
    """Write vectors: whole or not at all."""
    from feedback_nlp.run_folder import write_whole

    def write(scratch: Path) -> None:
        with scratch.open("wb") as file:
            np.save(file, vectors, allow_pickle=False)

    write_whole(path, write)
