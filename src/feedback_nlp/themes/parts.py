"""Several themes in a mention: "quick response and very caring" speaks of two things.

A mention is one vector, which lies between the two. Its parts have no vectors of their own, and
encoding them again would cost as much as the mentions; but what a word adds to a vector can be
learnt from the mentions at hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors
from feedback_nlp.themes.clustering import unit

PART_NEAR_ENOUGH = 0.5
FEWEST_TO_LEARN_FROM = 1_000
_SEAMS = re.compile(r"\s*(?:[,;&+]|\band\b|\bbut\b| - )\s*", re.IGNORECASE)
_SHORTEST = 4  # characters
_WORDS_AT_MOST = 4_000
WORDS_LEARNT_FROM_AT_MOST = 20_000


def parts_of(texts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    """Parts of the texts that list several things, and the position of each part's text.

    Examples
    --------
    >>> parts_of(["Quick response and very caring", "the bill was wrong"])
    (['Quick response', 'very caring'], array([0, 0]))
    """
    parts: list[str] = []
    of: list[int] = []
    for position, text in enumerate(texts):
        found = [part for part in _SEAMS.split(text) if len(part) >= _SHORTEST]
        if len(found) > 1:
            parts += found
            of += [position] * len(found)
    return parts, np.array(of, np.intp)


class WordVectors:
    """What each word contributes to the vector of a mention, learnt by ridge regression.

    Examples
    --------
    >>> texts = ["red door", "red gate", "blue door", "blue gate"] * 2
    >>> vectors = np.repeat(np.eye(2), 2, axis=0)[[0, 0, 2, 2] * 2]
    >>> int(WordVectors().fit(texts, vectors).transform(["blue"]).argmax())
    1
    """

    def fit(self, texts: Sequence[str], vectors: Vectors) -> WordVectors:
        """Learn from whole mentions and their vectors, shape (n, d)."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._words = TfidfVectorizer(
            min_df=2, max_features=_WORDS_AT_MOST, token_pattern=r"(?u)\b\w+\b"
        )
        table = self._words.fit_transform(texts)
        square = (table.T @ table).toarray()
        square[np.diag_indices_from(square)] += 0.5
        self._vectors = np.linalg.solve(square, table.T @ vectors.astype(np.float64))
        return self

    def transform(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, shape (n, d); zeros where no word is known."""
        return unit(np.asarray(self._words.transform(texts) @ self._vectors))
