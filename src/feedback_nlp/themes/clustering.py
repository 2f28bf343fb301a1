"""From vectors to groups of mentions: what is talked about, not how.

The geometry of discovery: take the tone out of the vectors, find the centres of groups, and make
groups that say nearly the same one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors

Labels = NDArray[np.int64]

_DIMENSIONS = 50
NEAR_DUPLICATE = 0.75  # cosine between centres
NEAR_ENOUGH = 0.30  # cosine to the centre of a theme, tone taken out


@dataclass(frozen=True)
class Space:
    """The room in which themes are told apart: centred, without the direction of tone.

    Attributes
    ----------
    centre : ndarray, shape (d,)
    tone : ndarray, shape (d,)
        Unit vector along which praise and complaint of the same thing differ most.
    """

    centre: NDArray[np.float32]
    tone: NDArray[np.float32]

    def place(self, vectors: Vectors) -> Vectors:
        """Vectors of unit length in this space; shape (n, d)."""
        centred = vectors - self.centre
        return unit(centred - np.outer(centred @ self.tone, self.tone))


def unit(vectors: NDArray) -> Vectors:
    """Rows scaled to length one; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def centres(placed: Vectors, labels: Labels, n_groups: int) -> Vectors:
    """Unit mean vector of each group, shape (n_groups, d)."""
    from scipy import sparse

    inside = labels >= 0
    # A column a mention with its group in it: made without sorting, which is most of the work.
    first = np.concatenate([[0], np.cumsum(inside)])
    members = sparse.csc_array(
        (np.ones(first[-1], np.float32), labels[inside], first), (n_groups, len(placed))
    )
    return unit(np.asarray(members @ placed))


def learn_space(vectors: Vectors, polarity: NDArray[np.float64]) -> Space:
    """Find the centre of the mentions and the direction in which their tone runs.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
    polarity : ndarray, shape (n,)
        Sentiment of each mention, -1 to 1; missing counts as neutral.

    Returns
    -------
    Space
        Its ``tone`` is the ridge regression (penalty 1) of polarity on the vectors. Taking
        it out keeps "cheap" and "expensive" in one theme.
    """
    centre = vectors.mean(axis=0)
    centred = vectors - centre
    known = np.nan_to_num(polarity).astype(np.float32)
    # Two lines of algebra; scikit-learn's linear models take a second to import.
    square = centred.T @ centred + np.eye(centred.shape[1], dtype=np.float32)
    direction = np.linalg.solve(square, centred.T @ (known - known.mean()))
    length = float(np.linalg.norm(direction))
    tone = direction / length if length > 1e-9 else np.zeros_like(direction)
    return Space(centre.astype(np.float32), tone.astype(np.float32))


def principal_components(placed: Vectors) -> NDArray[np.float32]:
    """Directions in which mentions differ most, shape (d, at most 50).

    Groups are found in them as well as in all directions, and several times as fast. Order and
    signs do not depend on the machine's luck.
    """
    exact = placed.astype(np.float64)
    values, directions = np.linalg.eigh(exact.T @ exact)
    kept = directions[:, np.argsort(-values, kind="stable")[:_DIMENSIONS]]
    return np.asarray(kept, np.float32)


def merged(placed: Vectors, labels: Labels) -> Labels:
    """Groups that say nearly the same made one: centres closer than `NEAR_DUPLICATE`.

    Returns
    -------
    ndarray of int, shape (n,)
        Labels numbered anew.
    """
    from sklearn.cluster import AgglomerativeClustering

    n_groups = int(labels.max()) + 1
    if n_groups < 3:
        return labels
    joined = AgglomerativeClustering(
        None, metric="cosine", linkage="complete", distance_threshold=1 - NEAR_DUPLICATE
    ).fit_predict(centres(placed, labels, n_groups))
    return np.where(labels >= 0, np.asarray(joined, np.int64)[labels], -1)
