"""How customers feel about what they mention: polarity in [-1, 1], knowing the question.

The model that ships is a small transformer fine-tuned for this project; its data, figures and
limits stand in ``models/sentiment/card.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from tqdm.auto import tqdm

from feedback_nlp.errors import FeedbackError
from feedback_nlp.sentiment_models import (
    Pair,
    SentimentModel,
    load_sentiment_model,
    shipped_thresholds,
)
from feedback_nlp.sentiment_text import cut_windows, prepare_question, prepare_text

_SLICE = 4096  # texts taken at a time, so that a million of them need no more memory than these
_REMEMBERED = 100_000  # scores kept for texts that come again, such as "good"
_READ_LANGUAGES = ("en", "und")


def score_sentiment(
    texts: Iterable[Any],
    questions: str | Iterable[str | None] | None = None,
    *,
    model: str | None = None,
    progress: bool = False,
) -> npt.NDArray[np.float64]:
    """How positive or negative each text is, as an answer to its question.

    Parameters
    ----------
    texts : iterable of str, shape (n,)
        Mentions or whole answers. Long ones are read in windows of 350 characters and averaged
        by length; nothing is cut off.
    questions : str, iterable of (str or None), or None
        The question that was answered: one for all texts, or one a text. None stands for
        "What is the main reason for your score?".
    model : str or None
        None for the model that ships; else a sentiment classifier by its name on the Hugging
        Face hub, or a folder that holds one. Such models do not look at the question.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    numpy.ndarray of float, shape (n,)
        Polarity from -1 (very negative) to 1 (very positive). Missing (nan) where there is no
        text: None, numbers, blanks. A text's polarity does not depend on the other texts.

    Raises
    ------
    FeedbackError
        The model cannot be loaded, or there are not as many questions as texts.

    Notes
    -----
    The scale is that of VADER's raters (Hutto & Gilbert 2014, "VADER: A Parsimonious Rule-based
    Model for Sentiment Analysis of Social Media Text", ICWSM), divided by 4. It was learnt from
    English texts: see :func:`reads_language`.

    Examples
    --------
    >>> lovely, awful, missing = score_sentiment(["Lovely staff", "Nobody called back", None])
    >>> bool(lovely > 0.3), bool(awful < -0.3), bool(np.isnan(missing))
    (True, True, True)
    >>> good, bad = score_sentiment(
    ...     ["Waiting time", "Waiting time"], ["What was good?", "How could we improve?"])
    >>> bool(good > bad)
    True
    """
    if isinstance(texts, str):
        raise FeedbackError("score_sentiment was given one text; give a list of texts.")
    loaded = load_sentiment_model(model)
    remembered: dict[Pair, float] = {}
    slices = [
        _score_slice(part, loaded, remembered)
        for part in _slices(_pair_with_questions(texts, questions), _length(texts), progress)
    ]
    return np.concatenate(slices) if slices else np.zeros(0)


def label_sentiment(polarity: npt.ArrayLike) -> npt.NDArray[np.str_]:
    """Name each polarity "negative", "neutral" or "positive".

    Parameters
    ----------
    polarity : array_like of float, shape (n,)
        Polarities as :func:`score_sentiment` gives them.

    Returns
    -------
    numpy.ndarray of str, shape (n,)
        "" where the polarity is missing. The thresholds were chosen on development data and
        stand in ``models/sentiment/thresholds.json``.

    Examples
    --------
    >>> label_sentiment([-0.7, 0.0, 0.7, float("nan")]).tolist()
    ['negative', 'neutral', 'positive', '']
    """
    values = np.atleast_1d(np.asarray(polarity, dtype=float))
    edges = shipped_thresholds()
    labels = np.full(values.shape, "neutral", dtype="<U8")
    labels[values < edges.negative_below] = "negative"
    labels[values > edges.positive_above] = "positive"
    labels[np.isnan(values)] = ""
    return labels


def answer_sentiment(mentions: pd.DataFrame) -> pd.DataFrame:
    """Sentiment of each answer from that of its mentions.

    Parameters
    ----------
    mentions : DataFrame
        ``response_id``, ``text`` and ``sentiment`` (-1..1, missing allowed), one row a mention.

    Returns
    -------
    DataFrame
        One row an answer, in order of first mention: ``response_id``, ``sentiment`` (mean of its
        mentions weighted by their length in characters, missing where none has one) and
        ``mixed`` (bool: strong mentions of both signs stand side by side).

    Raises
    ------
    FeedbackError
        A column is missing.

    Examples
    --------
    >>> answer_sentiment(pd.DataFrame({
    ...     "response_id": ["a", "a", "b"], "text": ["Lovely crew.", "Awful seat.", "Fine."],
    ...     "sentiment": [0.8, -0.7, 0.3]})).round(3).to_dict("records") # doctest: +ELLIPSIS
    [{'response_id': 'a', 'sentiment': 0.083, 'mixed': True}, {'response_id': 'b', ...
    """
    missing = [name for name in ("response_id", "text", "sentiment") if name not in mentions]
    if missing:
        raise FeedbackError(
            f"The mentions have no column {missing[0]!r}; score them with score_sentiment first."
        )
    sentiment = mentions["sentiment"].astype(float)
    length = mentions["text"].astype(str).str.len().clip(lower=1).where(sentiment.notna(), 0)
    by_answer = pd.DataFrame(
        {
            "response_id": mentions["response_id"],
            "length": length,
            "weighted": sentiment.fillna(0.0) * length,
            "lowest": sentiment,
            "highest": sentiment,
        }
    ).groupby("response_id", sort=False)
    sums = by_answer[["length", "weighted"]].sum()
    strong = shipped_thresholds().strong
    mixed = (by_answer["lowest"].min() <= -strong) & (by_answer["highest"].max() >= strong)
    return pd.DataFrame(
        {"sentiment": sums["weighted"] / sums["length"].where(sums["length"] > 0), "mixed": mixed}
    ).reset_index()


def reads_language(languages: Sequence[str], model: str | None = None) -> npt.NDArray[np.bool_]:
    """Whether the model was trained on a text's language; where not, confidence is low.

    Parameters
    ----------
    languages : sequence of str, shape (n,)
        ISO 639-1 codes, "und" for a text without letters (an emoji is read all the same).
    model : str or None
        As in :func:`score_sentiment`. What another model reads is for its user to know: all True.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)

    Examples
    --------
    >>> reads_language(["en", "de"]).tolist()
    [True, False]
    """
    if model is not None:
        return np.ones(len(languages), dtype=bool)
    return np.array([language in _READ_LANGUAGES for language in languages], dtype=bool)


def model_fingerprint(model: str | None = None) -> str:
    """What identifies the model in the record of a run.

    Parameters
    ----------
    model : str or None
        As in :func:`score_sentiment`.

    Returns
    -------
    str
        SHA-256 of the model's file; for a model by name, the name and a hash of its weights.

    Examples
    --------
    >>> len(model_fingerprint())
    64
    """
    return load_sentiment_model(model).fingerprint


def _pair_with_questions(
    texts: Iterable[Any], questions: str | Iterable[str | None] | None
) -> Iterator[tuple[Any, str | None]]:
    if questions is None or isinstance(questions, str):
        for text in texts:
            yield text, questions
        return
    try:
        yield from zip(texts, questions, strict=True)
    except ValueError as error:
        raise FeedbackError(
            "There are not as many questions as texts; give one question a text, "
            "or a single question for all."
        ) from error


def _slices(
    pairs: Iterator[tuple[Any, str | None]], total: int | None, progress: bool
) -> Iterator[list[tuple[Any, str | None]]]:
    with tqdm(
        total=total, desc="Sentiment", unit=" texts", disable=not progress, leave=False
    ) as bar:
        while part := list(islice(pairs, _SLICE)):
            yield part
            bar.update(len(part))


def _length(texts: Iterable[Any]) -> int | None:
    return len(texts) if isinstance(texts, Sized) else None


def _score_slice(
    part: list[tuple[Any, str | None]], model: SentimentModel, remembered: dict[Pair, float]
) -> npt.NDArray[np.float64]:
    prepared: list[Pair | None] = [
        (prepare_text(text), prepare_question(question if isinstance(question, str) else None))
        if isinstance(text, str)
        else None
        for text, question in part
    ]
    if len(remembered) > _REMEMBERED:
        remembered.clear()
    fresh = [
        pair for pair in dict.fromkeys(prepared) if pair and pair[0] and pair not in remembered
    ]
    remembered.update(zip(fresh, _score_windows(fresh, model), strict=True))
    return np.array(
        [remembered[pair] if pair and pair[0] else np.nan for pair in prepared], dtype=float
    )


def _score_windows(pairs: list[Pair], model: SentimentModel) -> list[float]:
    """Scores of whole texts: the mean of their windows, weighted by length."""
    windows = [(cut_windows(text), question) for text, question in pairs]
    polarities = iter(model.score([(one, question) for cut, question in windows for one in cut]))
    return [
        float(
            np.clip(np.average([next(polarities) for _ in cut], weights=list(map(len, cut))), -1, 1)
        )
        for cut, _question in windows
    ]
