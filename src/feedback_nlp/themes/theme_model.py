"""Themes as learnt: large and small ones, and where a mention belongs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors
from feedback_nlp.themes.bagging import bagged_centres, dense_groups, how_many
from feedback_nlp.themes.clustering import (
    NEAR_ENOUGH,
    Labels,
    Space,
    centres,
    learn_space,
    merged,
    principal_components,
    unit,
)

_WEIGHT_OF_THEME = 0.5
_AT_ONCE = 20_000


@dataclass(frozen=True)
class ThemeModel:
    """Two layers of themes.

    Attributes
    ----------
    space : Space
    components : ndarray, shape (d, at most 50)
        Principal components in which groups are looked for and the large themes told apart.
    sub_centres : ndarray, shape (n_sub, d)
    top_centres : ndarray, shape (n_top, at most 50)
    parents : ndarray of int, shape (n_sub,)
        Large theme of each small one; every large theme has a small one.
    """

    space: Space
    components: NDArray[np.float32]
    sub_centres: Vectors
    top_centres: Vectors
    parents: Labels

    def assign(
        self, placed: Vectors, near_enough: float = NEAR_ENOUGH
    ) -> tuple[Labels, NDArray[np.float64]]:
        """Small theme of each mention, -1 where none is near, and the cosine to its centre.

        Parameters
        ----------
        placed : ndarray, shape (n, d)
            Mentions in theme space (``space.place``).
        near_enough : float
            Least cosine to the centre of a small theme.

        Notes
        -----
        Among the small themes that are near enough, nearness to the large theme counts half:
        it is what settles a mention between two neighbours under different large themes.
        """
        best = np.full(len(placed), -1, np.int64)
        cosine = np.zeros(len(placed))
        for first in range(0, len(placed), _AT_ONCE):
            part = placed[first : first + _AT_ONCE]
            own = part @ self.sub_centres.T
            large = unit(part @ self.components) @ self.top_centres.T
            score = np.where(own >= near_enough, own + _WEIGHT_OF_THEME * large[:, self.parents], 0)
            chosen = score.argmax(axis=1)
            rows = np.arange(len(part))
            near = own[rows, chosen] >= near_enough
            best[first : first + _AT_ONCE] = np.where(near, chosen, -1)
            cosine[first : first + _AT_ONCE] = np.clip(own[rows, chosen], 0.0, 1.0)
        return best, cosine

    def restricted(self, kept: NDArray[np.bool_], alone: NDArray[np.bool_]) -> ThemeModel:
        """The same themes less some small ones.

        Parameters
        ----------
        kept : ndarray of bool, shape (n_sub,)
        alone : ndarray of bool, shape (n_sub,)
            Which of those kept stand as large themes of their own from now on.
        """
        tops, parents = np.unique(self.parents[kept & ~alone], return_inverse=True)
        own = unit(self.sub_centres[kept & alone] @ self.components)
        numbers = np.empty(len(kept), np.int64)
        numbers[kept & ~alone] = parents
        numbers[kept & alone] = len(tops) + np.arange(len(own))
        return ThemeModel(
            self.space,
            self.components,
            self.sub_centres[kept],
            np.vstack([self.top_centres[tops], own]).astype(np.float32),
            numbers[kept],
        )


def fit_themes(
    vectors: Vectors,
    polarity: NDArray[np.float64],
    seed: int,
    n_themes: int | None = None,
    *,
    hear_groups: Callable[[Labels, NDArray[np.float32]], Any] = lambda groups, cosine: None,
) -> ThemeModel:
    """Learn large and small themes.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
        Unit vectors of distinct mentions.
    polarity : ndarray, shape (n,)
    seed : int
    n_themes : int, optional
        Number of large themes; chosen by `how_many` where it is not given.
    hear_groups : callable
        Hears early on which small group each mention is nearest to, shape (n,), and how near:
        about what the small themes will hold.

    Returns
    -------
    ThemeModel
        A large theme that holds no small one is left out.
    """
    from threadpoolctl import threadpool_limits

    # Hundreds of small products: threads wait for each other longer than they work.
    with threadpool_limits(limits=1):
        return _fitted(vectors, polarity, seed, n_themes, hear_groups)


def _fitted(
    vectors: Vectors,
    polarity: NDArray[np.float64],
    seed: int,
    n_themes: int | None,
    hear_groups: Callable[[Labels, NDArray[np.float32]], Any],
) -> ThemeModel:
    space = learn_space(vectors, polarity)
    placed = space.place(vectors)
    components = principal_components(placed)
    reduced = unit(placed @ components)
    groups = merged(placed, dense_groups(reduced, seed))
    if groups.max() < 0:
        groups = np.zeros(len(placed), np.int64)
    sub_centres = centres(placed, groups, int(groups.max()) + 1)
    nearness = placed @ sub_centres.T
    hear_groups(nearness.argmax(axis=1), nearness.max(axis=1))
    n_top = n_themes or how_many(reduced, seed)
    top_centres = bagged_centres(reduced, min(n_top, len(sub_centres)), seed)
    parents = _parents(reduced, groups, len(sub_centres), top_centres)
    model = ThemeModel(space, components, sub_centres, top_centres, parents)
    # The centres are taken from the dense groups; then every mention near enough joins.
    used = np.unique(model.assign(placed)[0])
    used = used[used >= 0] if (used >= 0).any() else np.arange(len(sub_centres))
    tops, renumbered = np.unique(parents[used], return_inverse=True)
    return ThemeModel(
        space, components, sub_centres[used], top_centres[tops], renumbered.astype(np.int64)
    )


def _parents(reduced: Vectors, groups: Labels, n_sub: int, top_centres: Vectors) -> Labels:
    """The large theme to which most of a small theme's mentions are nearest."""
    inside = np.flatnonzero(groups >= 0)
    votes = np.zeros((n_sub, len(top_centres)))
    np.add.at(votes, (groups[inside], (reduced[inside] @ top_centres.T).argmax(axis=1)), 1.0)
    parents = votes.argmax(axis=1)
    # A large theme that no small one prefers takes the one that gives it most of its mentions.
    for top in range(len(top_centres)):
        if not (parents == top).any():
            spare = np.bincount(parents, minlength=len(top_centres))[parents] > 1
            if spare.any() and votes[spare, top].max() > 0:
                share = votes[:, top] / np.maximum(votes.sum(axis=1), 1)
                parents[int(np.argmax(np.where(spare, share, -1.0)))] = top
    return parents.astype(np.int64)
