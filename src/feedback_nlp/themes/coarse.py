"""The few large themes: bagged clustering, and how many of them come back.

Dense groups are good small themes, but joined to larger ones they fall out differently with every
sample of customers. The large ones are therefore learnt from the mentions directly, as the mean
of many fits.
"""

from __future__ import annotations

import numpy as np

from feedback_nlp.encoding import Vectors
from feedback_nlp.themes.clustering import centres, unit

FEWEST_THEMES, MOST_THEMES = 8, 25
_FITS = 12
_FITS_TO_COMPARE = 6
_STEPS = 10
_TRIED = (8, 10, 12, 15, 20, 25)
_READ_AT_MOST = 4_000
_COMPARED_ON_AT_MOST = 2_000
_SPLITS = 4
_MENTIONS_A_THEME = 40


def bagged_centres(points: Vectors, k: int, seed: int, n_fits: int = _FITS) -> Vectors:
    """Centres of `k` groups that do not hang on a few of the points.

    Spherical k-means is fitted to subsamples, with twice as many groups as wanted; Ward's method
    joins the centres of all fits, and the mean of each bundle becomes a centre.

    Parameters
    ----------
    points : ndarray, shape (n, d)
        Unit vectors.
    k : int
    seed : int
    n_fits : int
        Subsamples.

    Returns
    -------
    ndarray, shape (at most k, d)
        Unit vectors.

    References
    ----------
    Leisch (1999), Bagged clustering, Working Paper 51, SFB Adaptive Information Systems, WU Wien.

    Examples
    --------
    >>> from feedback_nlp.themes.clustering import unit
    >>> points = unit(np.repeat(np.eye(3), 20, axis=0) + 0.01)
    >>> found = bagged_centres(points, 3, seed=0)
    >>> sorted(np.bincount((points @ found.T).argmax(axis=1)).tolist())
    [20, 20, 20]
    """
    from sklearn.cluster import AgglomerativeClustering

    random = np.random.default_rng([seed, 3])
    each = min(_READ_AT_MOST, max(2, 4 * len(points) // 5))
    pool = np.vstack(
        [
            _spherical_k_means(
                points[np.sort(random.choice(len(points), each, replace=False))],
                min(2 * k, max(2, each // 5)),
                random,
            )
            for _ in range(n_fits)
        ]
    )
    k = min(k, len(np.unique(pool, axis=0)))
    if k < 2:
        return unit(points.mean(axis=0, keepdims=True))
    bundles = AgglomerativeClustering(k, linkage="ward").fit_predict(pool)
    found = centres(pool, np.asarray(bundles, np.int64), k)
    for _ in range(3):
        labels = (points @ found.T).argmax(axis=1)
        found = centres(points, labels, k)[np.bincount(labels, minlength=k) > 0]
        k = len(found)
    return found


def how_many(points: Vectors, seed: int) -> int:
    """Number of large themes that two halves of the mentions agree on best.

    Returns
    -------
    int
        Between 8 and 25: where the adjusted Rand index of the two halves' themes, over all
        mentions and four ways to halve them, is best. Never so many that a theme would have
        fewer than 40 mentions on average, but at least 8.

    References
    ----------
    Tibshirani and Walther (2005), Cluster validation by prediction strength, Journal of
    Computational and Graphical Statistics 14(3).
    """
    from sklearn.metrics import adjusted_rand_score

    random = np.random.default_rng([seed, 4])
    read = points
    if len(points) > _COMPARED_ON_AT_MOST:
        read = points[np.sort(random.choice(len(points), _COMPARED_ON_AT_MOST, replace=False))]
    tried = [k for k in _TRIED if k == FEWEST_THEMES or _MENTIONS_A_THEME * k <= len(read)]
    agreement = np.zeros(len(tried))
    for _ in range(_SPLITS):
        half = random.permutation(len(read)) < len(read) // 2
        for place, k in enumerate(tried):
            one, other = (
                (read @ bagged_centres(read[side], k, seed, _FITS_TO_COMPARE).T).argmax(axis=1)
                for side in (half, ~half)
            )
            agreement[place] += adjusted_rand_score(one, other)
    return tried[int(agreement.argmax())]


def _spherical_k_means(points: Vectors, k: int, random: np.random.Generator) -> Vectors:
    """Lloyd's algorithm by cosine; a group that runs empty is dropped."""
    found = points[random.choice(len(points), k, replace=False)]
    for _ in range(_STEPS):
        labels = (points @ found.T).argmax(axis=1)
        found = centres(points, labels, len(found))
        found = found[np.bincount(labels, minlength=len(found)) > 0]
    return found
