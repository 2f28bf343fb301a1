"""Would the same themes have been found had other customers answered?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors
from feedback_nlp.themes.clustering import Labels, centres, dense_groups, nearest, parents_of


def stability_of(
    placed: Vectors,
    respondents: NDArray[np.object_],
    *,
    sub_labels: Labels,
    parents: Labels,
    resamples: int,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Refit on resampled respondents and see how much of each theme comes back.

    Parameters
    ----------
    placed : ndarray, shape (n, d)
        Mentions in theme space.
    respondents : ndarray of str, shape (n,)
        Whose mention it is; half of the respondents are drawn each time without
        replacement, since copies would make dense groups of their own.
    sub_labels : ndarray of int, shape (n,)
        Sub-theme of each mention, -1 for none.
    parents : ndarray of int, shape (n_sub,)
        Theme of each sub-theme.
    resamples : int
    seed : int

    Returns
    -------
    tuple of ndarray
        Stability of the top-level themes, shape (n_top,), and of the
        sub-themes, shape (n_sub,): the mean over refits of the best Jaccard
        index of the theme's members with any refitted theme's.

    References
    ----------
    Hennig (2007), Cluster-wise assessment of cluster stability, Computational
    Statistics and Data Analysis 52(1), section 3.
    """
    n_top = int(parents.max()) + 1
    top_labels = np.where(sub_labels >= 0, parents[sub_labels], -1)
    found_top, found_sub = [], []
    ids, of = np.unique(respondents.astype(str), return_inverse=True)
    random = np.random.default_rng([seed, 1])
    for resample in range(resamples):
        drawn = np.zeros(len(ids), bool)
        drawn[random.permutation(len(ids))[: max(1, (4 * len(ids)) // 5)]] = True
        part = placed[drawn[of]]
        groups = dense_groups(part, seed + resample + 1)
        group_centres = centres(part, groups, int(groups.max()) + 1)
        labels, _ = nearest(placed, group_centres)
        part_labels, _ = nearest(part, group_centres)
        joined = parents_of(part, part_labels, group_centres, n_top)
        found_sub.append(_best_jaccard(sub_labels, len(parents), labels))
        joined_labels = np.where(labels >= 0, joined[labels], -1)
        found_top.append(_best_jaccard(top_labels, n_top, joined_labels))
    if not resamples:
        return np.full(n_top, np.nan), np.full(len(parents), np.nan)
    return np.mean(found_top, axis=0), np.mean(found_sub, axis=0)


def _best_jaccard(labels: Labels, n_groups: int, others: Labels) -> NDArray[np.float64]:
    """Jaccard index of each group with the most alike of the other grouping."""
    n_others = int(others.max()) + 1 if len(others) else 0
    if n_others <= 0:
        return np.zeros(n_groups)
    both = (labels >= 0) & (others >= 0)
    shared = np.zeros((n_groups, n_others))
    np.add.at(shared, (labels[both], others[both]), 1.0)
    sizes = np.bincount(labels[labels >= 0], minlength=n_groups)[:, None]
    other_sizes = np.bincount(others[others >= 0], minlength=n_others)[None, :]
    return np.asarray((shared / np.maximum(sizes + other_sizes - shared, 1)).max(axis=1))
