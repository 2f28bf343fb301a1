"""What speaks for a theme: meaning and wording of a mention and of the answer around it.

A sentence vector knows that "hung up on me" and "cut off" are alike; words and parts of words know
the survey's own vocabulary. A few examples teach most where both stand side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors, encode
from feedback_nlp.mentions import cut_answers
from feedback_nlp.themes.clustering import unit
from feedback_nlp.themes.phrases import topic_texts

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Positions = NDArray[np.intp]

_LEARNT_FROM_AT_MOST = 20_000


class Wording:
    """Texts as vectors of their words and parts of words, learnt from the survey itself.

    Parameters
    ----------
    n_components : int
        Dimensions of each of the two parts (latent semantic analysis of TF-IDF).
    seed : int

    Attributes
    ----------
    dimension_ : int

    References
    ----------
    Deerwester et al. (1990), Indexing by latent semantic analysis, JASIS 41(6).

    Examples
    --------
    >>> texts = ["waited two hours", "waiting for hours", "kind driver", "the driver was kind"]
    >>> placed = Wording(n_components=3).fit(texts).transform(texts)
    >>> bool(placed[2] @ placed[3] > placed[2] @ placed[0])
    True
    """

    def __init__(self, n_components: int = 150, seed: int = 0) -> None:
        self.n_components = n_components
        self.seed = seed

    def fit(self, texts: Sequence[str]) -> Wording:
        """Learn which words go together; `texts` are whole answers."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        distinct = list(dict.fromkeys(texts))
        if len(distinct) > _LEARNT_FROM_AT_MOST:
            random = np.random.default_rng([self.seed, 2])
            chosen = np.sort(random.choice(len(distinct), _LEARNT_FROM_AT_MOST, replace=False))
            distinct = [distinct[i] for i in chosen]
        rare = 3 if len(distinct) >= 300 else 1
        self.parts_: list[tuple[Any, Any]] = []
        for how in (
            {"analyzer": "word", "ngram_range": (1, 2)},
            {"analyzer": "char_wb", "ngram_range": (3, 5)},
        ):
            words = TfidfVectorizer(sublinear_tf=True, min_df=rare, **how)
            try:
                table = words.fit_transform(distinct)
            except ValueError:  # no word is left
                continue
            size = min(self.n_components, min(table.shape) - 1)
            if size >= 1:
                reduced = TruncatedSVD(size, random_state=self.seed).fit(table)
                self.parts_.append((words, reduced))
        self.dimension_ = sum(reduced.n_components for _, reduced in self.parts_)
        return self

    def transform(self, texts: Sequence[str]) -> Vectors:
        """Place texts; shape (n, dimension_), each part of unit length."""
        placed = np.zeros((len(texts), self.dimension_), np.float32)
        for first in range(0, len(texts), 20_000):
            rows = slice(first, first + 20_000)
            at = 0
            for words, reduced in self.parts_:
                part = unit(reduced.transform(words.transform(texts[rows])))
                placed[rows, at : at + part.shape[1]] = part
                at += part.shape[1]
        return placed


def mean_by(groups: NDArray[np.intp], rows: Vectors, n_groups: int) -> Vectors:
    """Unit mean of the rows of each group; shape (n_groups, d)."""
    sums = np.zeros((n_groups, rows.shape[1]), np.float64)
    np.add.at(sums, groups, rows)
    return unit(sums)


def best_by(groups: NDArray[np.intp], rows: Floats, n_groups: int) -> Floats:
    """Largest value of each group and column; shape (n_groups, columns)."""
    best = np.full((n_groups, rows.shape[1]), -np.inf)
    np.maximum.at(best, groups, rows)
    return best


@dataclass(frozen=True)
class Answers:
    """Answers and their mentions: ``of`` is the answer's position of each mention."""

    texts: list[str]
    mentions: list[str]
    vectors: Vectors
    of: Positions

    @classmethod
    def of_mentions(cls, mentions: pd.DataFrame, vectors: Vectors, alone: bool = False) -> Answers:
        """From a table of mentions; `alone`: each mention counts as an answer of its own."""
        texts = mentions["text"].astype(str).tolist()
        if alone:
            return cls(texts, texts, vectors, np.arange(len(texts)))
        codes, respondents = pd.factorize(mentions["response_id"])
        joined: list[list[str]] = [[] for _ in range(len(respondents))]
        for code, text in zip(codes, texts, strict=True):
            joined[code].append(text)
        return cls([" ".join(parts) for parts in joined], texts, vectors, codes)

    @classmethod
    def of_texts(cls, texts: list[str], encoder: str, cut: bool = True) -> Answers:
        """From whole texts, encoded here."""
        spans = cut_answers(texts) if cut else {}
        mentions, of = [], []
        for number, text in enumerate(texts):
            parts = [text[start:end] for start, end in spans.get(text, [])] or [text]
            mentions += parts
            of += [number] * len(parts)
        return cls(texts, mentions, encode(topic_texts(mentions), encoder), np.array(of, np.intp))

    def only(self, chosen: Positions) -> Answers:
        """Some of the answers."""
        rows, of = _rows_of(self.of, chosen, len(self.texts))
        return Answers(
            [self.texts[i] for i in chosen],
            [self.mentions[i] for i in rows],
            self.vectors[rows],
            of,
        )


@dataclass(frozen=True)
class Lesson:
    """Answers to learn from: features, which themes they bear, and how much that counts."""

    whole: Vectors  # (answers, d)
    single: Vectors  # (mentions, d)
    vectors: Vectors  # (mentions, d of the encoder)
    of: Positions  # (mentions,)
    marks: Bools  # (answers, themes)
    weights: Floats  # (answers, themes)

    @property
    def size(self) -> NDArray[np.int64]:
        """Mentions of each answer."""
        return np.bincount(self.of, minlength=len(self.marks))

    @classmethod
    def joined(cls, parts: list[Lesson]) -> Lesson:
        """Several lessons as one."""
        starts = np.cumsum([0, *(len(part.marks) for part in parts)])
        return cls(
            np.vstack([part.whole for part in parts]),
            np.vstack([part.single for part in parts]),
            np.vstack([part.vectors for part in parts]),
            np.concatenate([part.of + start for part, start in zip(parts, starts, strict=False)]),
            np.vstack([part.marks for part in parts]),
            np.vstack([part.weights for part in parts]),
        )

    def only(self, chosen: Positions) -> Lesson:
        """Some of the answers."""
        rows, of = _rows_of(self.of, chosen, len(self.marks))
        return Lesson(
            self.whole[chosen],
            self.single[rows],
            self.vectors[rows],
            of,
            self.marks[chosen],
            self.weights[chosen],
        )

    def for_themes(self, themes: Positions) -> Lesson:
        """Some of the themes."""
        return Lesson(
            self.whole,
            self.single,
            self.vectors,
            self.of,
            self.marks[:, themes],
            self.weights[:, themes],
        )


def _rows_of(of: Positions, chosen: Positions, n: int) -> tuple[Positions, Positions]:
    """Mentions of the chosen answers, and the new position of each one's answer."""
    place = np.full(n, -1, np.intp)
    place[chosen] = np.arange(len(chosen))
    rows = np.flatnonzero(place[of] >= 0)
    return rows, place[of[rows]]
