"""The models behind sentiment scores: the one that ships, or any other by name.

A model is a function from (text, question) pairs to polarities in [-1, 1]. Each pair is read on
its own, so that a polarity depends on nothing but its text and its question. The model that ships
can also tell the polarity of each part of a text, read within the whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from feedback_nlp.batched_inference import BatchedModel, Floats, Row
from feedback_nlp.errors import FeedbackError
from feedback_nlp.hub import from_folder_or_hub

_LONGEST = 512  # word pieces; the windows of sentiment_text stay below it
Pair = tuple[str, str]
Parts = tuple[Sequence[str], str]


@dataclass(frozen=True)
class SentimentModel:
    """A loaded sentiment model.

    Attributes
    ----------
    name : str
    fingerprint : str
        Changes whenever a polarity may change.
    score : callable
        Polarities of prepared ``(text, question)`` pairs, shape (n,).
    score_parts : callable or None
        Polarities of the parts of rows ``(parts, question)``, and last of each row as a whole; the
        parts are prepared and follow each other. None where a model cannot tell them.
    """

    name: str
    fingerprint: str
    score: Callable[[Sequence[Pair]], npt.NDArray[np.float64]]
    score_parts: Callable[[Sequence[Parts]], list[npt.NDArray[np.float64]]] | None = None


@dataclass(frozen=True)
class Thresholds:
    """Where polarity turns from negative to neutral to positive, and what counts as strong."""

    negative_below: float
    positive_above: float
    strong: float


def shipped_folder() -> Path:
    """The folder of the model that ships with the package."""
    return Path(str(files("feedback_nlp"))) / "models" / "sentiment"


@lru_cache(maxsize=1)
def shipped_thresholds() -> Thresholds:
    """The thresholds chosen on development data; how is told in the model's card."""
    kept = json.loads((shipped_folder() / "thresholds.json").read_text(encoding="utf-8"))
    return Thresholds(kept["negative_below"], kept["positive_above"], kept["strong"])


@lru_cache(maxsize=2)
def load_sentiment_model(name: str | None = None) -> SentimentModel:
    """Load a model once per process.

    Parameters
    ----------
    name : str or None
        None for the model that ships. Otherwise the name of a sequence classifier on the
        Hugging Face hub, a folder that holds one, or a folder that training/sentiment/train.py
        wrote.

    Raises
    ------
    FeedbackError
        It cannot be found or fetched, or its labels do not say which are negative.
    """
    if name is None:
        return _own_model(shipped_folder())
    return _own_model(Path(name)) if (Path(name) / "model.onnx").exists() else _named_model(name)


def _own_model(folder: Path) -> SentimentModel:
    weights = folder / "model.onnx"
    if not weights.exists():
        raise FeedbackError(
            f"The sentiment model is missing from {folder}; install feedback-nlp again, or train "
            "it with `python training/sentiment/train.py`."
        )
    model = BatchedModel(weights, folder / "tokenizer.json", _LONGEST)

    def score(pairs: Sequence[Pair]) -> npt.NDArray[np.float64]:
        rows: list[Row] = [(question, text) if question else text for text, question in pairs]
        means = model.run(model.tokens(rows), lambda tokens: tokens.mean(axis=1))
        return np.tanh(np.array(means, np.float64))

    def score_parts(rows: Sequence[Parts]) -> list[npt.NDArray[np.float64]]:
        joined = joined_rows(model.pieces, rows, model.longest)
        read = model.run([tokens for tokens, _ in joined], lambda tokens: tokens)
        return [
            np.tanh(_means(tokens, [*ends, (0, len(tokens))]))
            for tokens, (_, ends) in zip(read, joined, strict=True)
        ]

    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return SentimentModel("feedback-nlp", digest, score, score_parts)


def _means(tokens: Floats, stretches: list[tuple[int, int]]) -> npt.NDArray[np.float64]:
    return np.array([tokens[first:end].mean() for first, end in stretches], np.float64)


def joined_rows(
    pieces: Any, rows: Sequence[Parts], longest: int
) -> list[tuple[list[int], list[tuple[int, int]]]]:
    """Word pieces of the parts of texts, those of a text in one row after its question.

    Parameters
    ----------
    pieces : tokenizers.Tokenizer
    rows : sequence of (sequence of str, str)
        Prepared parts that follow each other, and their question, "" for none.
    longest : int
        Word pieces in a row at most; what passes them is cut.

    Returns
    -------
    list of (list of int, list of (int, int))
        Of each row its word pieces, and of each part the place of its first piece and the place
        after its last. A part without pieces, or past the end, has those of the whole row.
    """
    frames = {
        question: pieces.encode(question, "").ids if question else pieces.encode("").ids
        for question in {question for _, question in rows}
    }
    every = [part for parts, _ in rows for part in parts]
    encoded = iter(pieces.encode_batch(every, add_special_tokens=False))
    joined = []
    for parts, question in rows:
        row, ends = frames[question][:-1], []
        for _ in parts:
            first = len(row)
            row = (row + next(encoded).ids)[: longest - 1]
            ends.append((first, len(row)))
        row = [*row, frames[question][-1]]
        joined.append(
            (row, [stretch if stretch[1] > stretch[0] else (0, len(row)) for stretch in ends])
        )
    return joined


def _named_model(name: str) -> SentimentModel:
    import torch

    try:
        tokenizer, model = _fetch_classifier(name)
    except Exception as error:
        raise FeedbackError(
            f"The sentiment model {name!r} could not be loaded: it is neither a folder with a "
            "text classifier nor could it be fetched from the hub; check the name and the "
            "network, or leave out --sentiment-model to use the model that ships."
        ) from error
    labels = [str(model.config.id2label[i]) for i in range(model.config.num_labels)]
    values = label_polarities(labels, name)
    longest = min(int(getattr(tokenizer, "model_max_length", _LONGEST)), _LONGEST)

    def score(pairs: Sequence[Pair]) -> npt.NDArray[np.float64]:
        polarities = np.empty(len(pairs))
        for number, (text, _question) in enumerate(pairs):
            row = tokenizer(text, return_tensors="pt", truncation=True, max_length=longest)
            with torch.inference_mode():
                chances = model(**row).logits[0].float().softmax(-1).numpy()
            polarities[number] = float(chances @ values)
        return polarities

    digest = hashlib.sha256(json.dumps(labels).encode())
    for parameter in model.state_dict().values():
        digest.update(parameter.detach().cpu().contiguous().view(-1)[:64].float().numpy().tobytes())
    return SentimentModel(name, f"{name}-{digest.hexdigest()[:16]}", score)


def _fetch_classifier(name: str) -> tuple[Any, Any]:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    def load(here: bool) -> tuple[Any, Any]:
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=here)
        model = AutoModelForSequenceClassification.from_pretrained(name, local_files_only=here)
        return tokenizer, model.eval()

    return from_folder_or_hub(name, load)


def label_polarities(labels: Sequence[str], name: str = "the model") -> npt.NDArray[np.float64]:
    """Give each label of a classifier its place between -1 and 1.

    Parameters
    ----------
    labels : sequence of str, shape (k,)
        In the model's order: names with "negative", "neutral", "positive" (and "very …"),
        stars, or ``LABEL_0`` upwards, which are taken to rise from negative to positive.
    name : str
        The model's name, for the error.

    Returns
    -------
    numpy.ndarray of float, shape (k,)

    Raises
    ------
    FeedbackError
        The labels name something else.

    Examples
    --------
    >>> label_polarities(["NEG", "NEU", "POS"]).tolist()
    [-1.0, 0.0, 1.0]
    >>> label_polarities(["1 star", "2 stars", "3 stars", "4 stars", "5 stars"]).tolist()
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    """
    lowered = [label.lower() for label in labels]
    rising = np.linspace(-1.0, 1.0, len(labels)) if len(labels) > 1 else np.zeros(1)
    if len(labels) in (2, 3, 5):
        if lowered == [f"label_{place}" for place in range(len(labels))]:
            return rising
        if len(labels) == 5 and all("star" in label or label.isdigit() for label in lowered):
            order = np.argsort([int("".join(filter(str.isdigit, label))) for label in lowered])
            placed = np.empty(5)
            placed[order] = rising
            return placed
        signs = np.array([_sign(label) for label in lowered])
        if {-1.0, 1.0} <= set(signs.tolist()):
            finer = any("very" in label for label in lowered)
            weak = np.array([finer and "very" not in label for label in lowered])
            return np.where(weak, signs / 2, signs)
    raise FeedbackError(
        f"The labels of {name!r} ({', '.join(labels[:6])}) do not say which are negative and "
        "which positive; choose a sentiment model with negative, neutral and positive or 1 to 5 "
        "stars."
    )


def _sign(label: str) -> float:
    for word, sign in (("neg", -1.0), ("neu", 0.0), ("mixed", 0.0), ("pos", 1.0)):
        if word in label:
            return sign
    return float("nan")
