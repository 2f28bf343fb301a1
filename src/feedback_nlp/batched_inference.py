"""Run a small transformer over many texts: those of equal length together, one thread a core.

Where the activations of a model are quantised with ranges fixed beforehand (its file says so) and
nothing is padded, what comes out for a text is the same to the last bit in whatever batch it was.
Any other model reads its texts one by one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_TOKENS_AT_ONCE = 512
_WORKERS = int(os.environ.get("FEEDBACK_NLP_THREADS") or os.cpu_count() or 1)

Floats = npt.NDArray[np.float32]
Row = str | tuple[str, str]


def batched_model(
    weights: Path, tokenizer: Path, longest: int
) -> Callable[[Sequence[Row], Callable[[Floats], Floats], Callable[[int], Any]], Floats]:
    """Load a transformer in ONNX.

    Parameters
    ----------
    weights, tokenizer : Path
        The ONNX file (inputs ``input_ids``, ``attention_mask``; the first axis of its first output
        is the batch) and its ``tokenizer.json``.
    longest : int
        Word pieces after which a text is cut.

    Returns
    -------
    callable
        ``run(rows, reduce, tick)``: `rows` are texts or pairs of texts, `reduce` turns a batch's
        output into one value or vector a row, ``tick`` hears of the rows done.
    """
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the batches are the parallel work
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(weights), options, providers=["CPUExecutionProvider"]
    )
    fixed = session.get_modelmeta().custom_metadata_map.get("ranges") == "fixed"
    pieces = Tokenizer.from_file(str(tokenizer))
    pieces.no_padding()
    pieces.enable_truncation(longest)

    def run(
        rows: Sequence[Row], reduce: Callable[[Floats], Floats], tick: Callable[[int], Any]
    ) -> Floats:
        ids = [encoding.ids for encoding in pieces.encode_batch(list(rows))]
        batches = _equal_lengths([len(one) for one in ids], _TOKENS_AT_ONCE if fixed else 1)

        def read(batch: list[int]) -> Floats:
            tokens = np.array([ids[place] for place in batch], np.int64)
            mask = np.ones_like(tokens)
            output = session.run(None, {"input_ids": tokens, "attention_mask": mask})[0]
            return reduce(np.asarray(output, np.float32))

        found: list[Any] = [None] * len(ids)
        with ThreadPoolExecutor(_WORKERS) as pool:
            for batch, values in zip(batches, pool.map(read, batches), strict=True):
                for place, value in zip(batch, values, strict=True):
                    found[place] = value
                tick(len(batch))
        return np.asarray(found, np.float32)

    return run


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
