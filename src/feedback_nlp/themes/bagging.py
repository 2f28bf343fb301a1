"""Groups of mentions that do not hang on who happened to answer: the mean of many fits.

Density finds good small groups and k-means good large ones, but either falls out differently with
every sample of customers. Both layers are therefore learnt from many subsamples: the large themes
as bundles of centres, the small groups as those bundles to which nearly every fit contributes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors
from feedback_nlp.themes.clustering import NEAR_ENOUGH, Labels, centres, unit

FEWEST_THEMES, MOST_THEMES = 8, 25
MOST_SUB_THEMES = 90
_FITS = 12
_FITS_TO_COMPARE = 6
_STEPS = 10
_TRIED = (8, 10, 12, 15, 20, 25)
_READ_AT_MOST = 4_000
_COMPARED_ON_AT_MOST = 2_000
_SPLITS = 8
_MENTIONS_A_THEME = 40
_GROUPS_A_ROOT = 1.6  # small groups begun with, times the square root of the mentions
_COMES_BACK = 0.8  # mean cosine of a group's centre to the nearest centre of each fit
_LEAST_MENTIONS = 5


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
    return _bagged(points, k, seed, n_fits, finer=2)[0]


def dense_groups(points: Vectors, seed: int) -> Labels:
    """Find small groups of mentions that come back in subsamples, as fine as can be read.

    Parameters
    ----------
    points : ndarray, shape (n, d)
        Unit vectors, best of `principal_components`: the thresholds were set there.
    seed : int

    Returns
    -------
    ndarray of int, shape (n,)
        Number of the group, -1 for none. At most 90 groups of at least five mentions; of bundles
        of centres only those are kept to which the fits come near, on average a cosine of 0.8.

    Examples
    --------
    >>> points = unit(np.repeat(np.eye(3), 20, axis=0) + 0.01)
    >>> sorted(np.bincount(dense_groups(points, seed=0)).tolist())
    [20, 20, 20]
    """
    wanted = round(_GROUPS_A_ROOT * np.sqrt(len(points)))
    found, fits = _bagged(points, int(np.clip(wanted, 2, MOST_SUB_THEMES)), seed, _FITS, finer=1)
    sizes = np.bincount((points @ found.T).argmax(axis=1), minlength=len(found))
    comes_back = np.mean([(found @ fit.T).max(axis=1) for fit in fits], axis=0)
    kept = (comes_back >= _COMES_BACK) & (sizes >= _LEAST_MENTIONS)
    if kept.sum() < 2:
        kept = np.isin(np.arange(len(found)), np.argsort(-comes_back, kind="stable")[:2])
    cosine = points @ found[kept].T
    return np.where(cosine.max(axis=1) >= NEAR_ENOUGH, cosine.argmax(axis=1), -1).astype(np.int64)


def how_many(points: Vectors, seed: int) -> int:
    """Number of large themes on which two halves of the mentions agree best.

    Returns
    -------
    int
        Between 8 and 25: for each of eight ways to halve the mentions, the number for which the
        themes of the two halves agree best on all mentions (adjusted Rand index); of these eight
        the median, since the agreement often differs little between numbers. Never so many that a
        theme would have fewer than 40 mentions on average, but at least 8.

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
    halves = [random.permutation(len(read)) < len(read) // 2 for _ in range(_SPLITS)]

    def agreement(half: NDArray[np.bool_], k: int) -> float:
        one, other = (
            (read @ bagged_centres(read[side], k, seed, _FITS_TO_COMPARE).T).argmax(axis=1)
            for side in (half, ~half)
        )
        return float(adjusted_rand_score(one, other))

    # One after the other: products this small are not worth a thread each.
    found = np.array([[agreement(half, k) for k in tried] for half in halves])
    preferred = found.argmax(axis=1)
    return tried[int(np.quantile(preferred, 0.5, method="higher"))]


def _bagged(
    points: Vectors, k: int, seed: int, n_fits: int, finer: int
) -> tuple[Vectors, list[Vectors]]:
    """Centres of at most `k` groups, and the centres of every fit they are the mean of."""
    from sklearn.cluster import AgglomerativeClustering

    random = np.random.default_rng([seed, 3])
    each = min(_READ_AT_MOST, max(2, 4 * len(points) // 5))
    fits = [
        _spherical_k_means(
            points[np.sort(random.choice(len(points), each, replace=False))],
            min(finer * k, max(2, each // 5)),
            random,
        )
        for _ in range(n_fits)
    ]
    pool = np.vstack(fits)
    k = min(k, len(np.unique(pool, axis=0)))
    if k < 2:
        return unit(points.mean(axis=0, keepdims=True)), fits
    bundles = AgglomerativeClustering(k, linkage="ward").fit_predict(pool)
    found = centres(pool, np.asarray(bundles, np.int64), k)
    for _ in range(3):
        labels = (points @ found.T).argmax(axis=1)
        found = centres(points, labels, k)[np.bincount(labels, minlength=k) > 0]
        k = len(found)
    return found, fits


def _spherical_k_means(points: Vectors, k: int, random: np.random.Generator) -> Vectors:
    """Lloyd's algorithm by cosine; a group that runs empty is dropped."""
    from scipy import sparse

    n = len(points)
    found = points[random.choice(n, k, replace=False)]
    before = np.full(n, -1)
    # Members of groups as `centres` has them; made once, since making it takes as long as a step.
    members = sparse.csc_array((np.ones(n, np.float32), before, np.arange(n + 1)), (k, n))
    for _ in range(_STEPS):
        labels = (points @ found.T).argmax(axis=1)
        if (labels == before).all():
            break
        before = members.indices = labels
        sums = (members @ points)[: len(found)]
        found = unit(sums)[np.bincount(labels, minlength=len(found)) > 0]
    return found
