"""The shipped sentiment model's files, and other models by name."""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from feedback_nlp.errors import FeedbackError
from feedback_nlp.sentiment import model_fingerprint, score_sentiment
from feedback_nlp.sentiment_models import label_polarities, shipped_folder

ROOT = Path(__file__).parents[1]
CHALLENGE = ROOT / "data" / "gold" / "sentiment_challenge.csv"


# --- the shipped files ------------------------------------------------------------------------


def test_the_model_is_small_plain_and_known_by_its_hash():
    files = {file.name: file for file in shipped_folder().iterdir() if file.is_file()}
    assert set(files) == {"model.onnx", "tokenizer.json", "thresholds.json", "card.md"}
    assert sum(file.stat().st_size for file in files.values()) <= 30_000_000
    assert model_fingerprint() == hashlib.sha256(files["model.onnx"].read_bytes()).hexdigest()


def test_the_model_says_that_it_may_be_read_in_batches():
    import onnxruntime

    session = onnxruntime.InferenceSession(shipped_folder() / "model.onnx")
    assert session.get_modelmeta().custom_metadata_map["ranges"] == "fixed"


def test_training_leaves_out_what_stands_in_the_challenge_set(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "training" / "sentiment"))
    import training_data

    challenge = pd.read_csv(CHALLENGE, keep_default_na=False)["text"]
    long = next(text for text in challenge if len(text.split()) >= 6)
    stolen = training_data.Example((long.upper().replace(".", "!"),), 0.5, source="written")
    kept, dropped = training_data.without_challenge([*training_data.written_examples(), stolen])
    assert stolen not in kept
    assert dropped >= 1
    words = {tuple(text.lower().rstrip(".!").split()) for text in challenge}
    assert not any(
        tuple(example.passages[0].lower().rstrip(".!").split()) in words
        for example in kept
        if len(example.passages[0].split()) >= 4
    )
    sys.modules.pop("training_data", None)


# --- other models by name ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder_with_a_model(tmp_path_factory):
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("classifier")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "service"]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, num_labels=3,
        id2label={0: "positive", 1: "neutral", 2: "negative"},
        label2id={"positive": 0, "neutral": 1, "negative": 2},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    model.classifier.weight.data.zero_()
    model.classifier.bias.data.copy_(
        __import__("torch").tensor([0.0, 0.0, np.log(2.0)], dtype=model.classifier.bias.dtype)
    )
    model.save_pretrained(folder)
    return folder


def test_a_local_classifier_gives_the_mean_of_its_labels(folder_with_a_model):
    polarity = score_sentiment(["good service", None], model=str(folder_with_a_model))
    assert polarity[0] == pytest.approx(-0.25, abs=1e-6)  # chances 1/4, 1/4, 1/2
    assert np.isnan(polarity[1])
    assert str(folder_with_a_model) in model_fingerprint(str(folder_with_a_model))


def test_a_model_out_of_reach_is_told_plainly(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(FeedbackError, match=r"could not be loaded.*--sentiment-model"):
        score_sentiment(["fine"], model="no-such-owner/no-such-model")


def test_a_hub_that_does_not_answer_is_told_within_seconds(monkeypatch):
    import transformers  # noqa: F401  (its import is not what is timed)

    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    begun = time.monotonic()
    with pytest.raises(FeedbackError, match="check the name and the network"):
        score_sentiment(["fine"], model="no-such-owner/no-such-model-at-all")
    assert time.monotonic() - begun < 20  # the hub's own client would try for 45 s


@pytest.mark.parametrize(
    ("labels", "values"),
    [
        (["LABEL_0", "LABEL_1", "LABEL_2"], [-1, 0, 1]),
        (["LABEL_0", "LABEL_1"], [-1, 1]),
        (["POSITIVE", "NEGATIVE"], [1, -1]),
        (["5 stars", "4 stars", "3 stars", "2 stars", "1 star"], [1, 0.5, 0, -0.5, -1]),
        (
            ["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"],
            [-1, -0.5, 0, 0.5, 1],
        ),
    ],
)
def test_labels_find_their_place(labels, values):
    assert label_polarities(labels).tolist() == values


@pytest.mark.parametrize("labels", [["joy", "anger", "fear"], ["spam", "ham"], ["LABEL_0"]])
def test_labels_that_say_nothing_of_sentiment_are_an_error(labels):
    with pytest.raises(FeedbackError, match="do not say"):
        label_polarities(labels, "emotions")
