"""Would the same themes have been found had other customers answered?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors
from feedback_nlp.themes.clustering import Labels
from feedback_nlp.themes.theme_model import ThemeModel, fit_themes
from feedback_nlp.threads import side_by_side

_SHARE_DRAWN = 0.8
_REFITTED_FROM_AT_MOST = 6_000


def stability_of(
    model: ThemeModel,
    vectors: Vectors,
    polarity: NDArray[np.float64],
    respondents: NDArray[np.object_],
    *,
    resamples: int,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Refit on resampled respondents and see how much of each theme comes back.

    Parameters
    ----------
    model : ThemeModel
        The themes in question.
    vectors : ndarray, shape (n, d)
        Mentions from which they were learnt.
    polarity : ndarray, shape (n,)
    respondents : ndarray of str, shape (n,)
        Whose mention it is; four in five of the respondents are drawn each time without
        replacement, since copies would make dense groups of their own. Of a large survey so many
        that they have about 6,000 mentions.
    resamples : int
    seed : int

    Returns
    -------
    tuple of ndarray
        Stability of the top-level themes, shape (n_top,), and of the
        sub-themes, shape (n_sub,): the mean over refits of the best Jaccard
        index of the theme's members with any refitted theme's. Every refit begins anew, from the
        vectors as they were encoded; it is told the number of top-level themes.

    References
    ----------
    Hennig (2007), Cluster-wise assessment of cluster stability, Computational
    Statistics and Data Analysis 52(1), section 3.
    """
    n_sub, n_top = len(model.parents), int(model.parents.max()) + 1
    if not resamples:
        return np.full(n_top, np.nan), np.full(n_sub, np.nan)
    sub, _ = model.assign(model.space.place(vectors))
    top = np.where(sub >= 0, model.parents[sub], -1)
    ids, of = np.unique(respondents.astype(str), return_inverse=True)
    share = min(_SHARE_DRAWN, _REFITTED_FROM_AT_MOST / len(vectors))
    random = np.random.default_rng([seed, 1])
    n_drawn = max(1, int(share * len(ids)))
    drawn = [random.permutation(len(ids))[:n_drawn] for _ in range(resamples)]

    def found_again(chosen: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        part = np.isin(of, chosen)
        refit = fit_themes(vectors[part], polarity[part], seed, n_top)
        again, _ = refit.assign(refit.space.place(vectors))
        again_top = np.where(again >= 0, refit.parents[again], -1)
        return _best_jaccard(top, n_top, again_top), _best_jaccard(sub, n_sub, again)

    found_top, found_sub = zip(*side_by_side(found_again, drawn), strict=True)
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
