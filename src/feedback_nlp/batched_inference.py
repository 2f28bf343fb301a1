"""Run a small transformer over many texts: those of equal length together, one thread a core.

Where the activations of a model are quantised with ranges fixed beforehand (its file says so) and
nothing is padded, what comes out for a text is the same to the last bit in whatever batch it was.
Any other model reads its texts one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from feedback_nlp.threads import THREADS

_TOKENS_AT_ONCE = 512

Floats = npt.NDArray[np.float32]
Row = str | tuple[str, str]


class BatchedModel:
    """A transformer in ONNX with its tokenizer.

    Parameters
    ----------
    weights, tokenizer : Path
        The ONNX file (input ``input_ids``; the first axis of its first output is the batch) and
        its ``tokenizer.json``.
    longest : int
        Word pieces after which a row is cut.

    Attributes
    ----------
    pieces : tokenizers.Tokenizer
    longest : int
    """

    def __init__(self, weights: Path, tokenizer: Path, longest: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the batches are the parallel work
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # ten times slower than what it replaces
        )  # fmt: skip
        known = self._session.get_modelmeta().custom_metadata_map
        self._at_once = _TOKENS_AT_ONCE if known.get("ranges") == "fixed" else 1
        self.longest = longest
        self.pieces = Tokenizer.from_file(str(tokenizer))
        self.pieces.no_padding()
        self.pieces.enable_truncation(longest)

    def tokens(self, rows: Sequence[Row]) -> list[list[int]]:
        """Word pieces of texts, or of pairs of texts."""
        return [encoding.ids for encoding in self.pieces.encode_batch(list(rows))]

    def run(
        self,
        rows: Sequence[list[int]],
        reduce: Callable[[Floats], Iterable[Any]],
        tick: Callable[[int], Any] = lambda n: None,
    ) -> list[Any]:
        """Read rows of tokens.

        Parameters
        ----------
        rows : sequence of list of int, shape (n,)
        reduce : callable
            From the output for a batch of rows of equal length to something for each row.
        tick : callable
            Hears of the rows done.

        Returns
        -------
        list, length n
        """
        batches = _equal_lengths([len(row) for row in rows], self._at_once)

        def read(batch: list[int]) -> Iterable[Any]:
            tokens = np.array([rows[place] for place in batch], np.int64)
            return reduce(np.asarray(self._session.run(None, {"input_ids": tokens})[0], np.float32))

        found: list[Any] = [None] * len(rows)
        with ThreadPoolExecutor(THREADS) as pool:
            for batch, values in zip(batches, pool.map(read, batches), strict=True):
                for place, value in zip(batch, values, strict=True):
                    found[place] = value
                tick(len(batch))
        return found


def _equal_lengths(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Places of rows of equal length, together at most so many tokens, or one row."""
    by_length: dict[int, list[int]] = {}
    for place, length in enumerate(lengths):
        by_length.setdefault(length, []).append(place)
    batches = []
    for length, places in by_length.items():
        most = max(1, tokens // max(1, length))
        batches += [places[first : first + most] for first in range(0, len(places), most)]
    return batches
