"""The figures by which sentiment is judged: agreement, rank, thresholds and their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

SIGNS = np.array([-1, 0, 1])
_DRAWS = 1_000
_GRID = np.round(np.arange(-0.40, 0.405, 0.02), 2)
_NEAR = 0.061  # three steps of the grid

Floats = npt.NDArray[np.float64]
Signs = npt.NDArray[np.int_]


def macro_f1(truth: Signs, found: Signs) -> float:
    """Mean of the F1 of negative, neutral and positive (-1, 0, 1).

    Examples
    --------
    >>> macro_f1(np.array([-1, 0, 1, 1]), np.array([-1, 0, 1, 0])).__round__(3)
    0.778
    """
    scores = []
    for sign in SIGNS:
        right = np.sum((truth == sign) & (found == sign))
        total = np.sum(truth == sign) + np.sum(found == sign)
        scores.append(2 * right / total if total else 0.0)
    return float(np.mean(scores))


def accuracy(truth: Signs, found: Signs) -> float:
    """Share of labels that are right."""
    return float(np.mean(truth == found))


def spearman(truth: Floats, found: Floats) -> float:
    """Spearman's rank correlation."""
    from scipy.stats import spearmanr

    return float(spearmanr(truth, found).statistic)


def signs(polarity: npt.ArrayLike, low: float, high: float) -> Signs:
    """-1 below ``low``, 1 above ``high``, else 0; a missing polarity is neutral."""
    values = np.nan_to_num(np.asarray(polarity, dtype=float))
    return (values > high).astype(int) - (values < low).astype(int)


def choose_thresholds(developments: Iterable[tuple[Floats, Signs]]) -> tuple[float, float]:
    """The pair of thresholds that suits every development set nearly as well as its own best.

    Parameters
    ----------
    developments : iterable of (polarity, truth)
        Polarities and true signs (-1, 0, 1) of texts the model was not trained on.

    Returns
    -------
    negative_below, positive_above : float
        On a grid of 0.02 from -0.4 to 0.4: the pair whose largest loss of macro-F1 on any set,
        against the best that set could have, is smallest (Savage 1951, minimax regret). Coders
        differ in what they call neutral; no set shall pay alone for the others. A pair's macro-F1
        is the mean over pairs that lie within 0.06 of it: the hills are flat, and a chance peak
        shall not move the thresholds. Of equals, the pair nearest to zero.
    """
    sets = list(developments)
    pairs = np.array([(low, high) for low in _GRID for high in _GRID if low < high])
    quality = np.array(
        [[macro_f1(truth, signs(found, *pair)) for found, truth in sets] for pair in pairs]
    )
    near = np.abs(pairs[:, None] - pairs[None]).max(axis=2) < _NEAR
    quality = near @ quality / near.sum(axis=1, keepdims=True)
    regret = (quality.max(axis=0) - quality).max(axis=1).round(6)
    best = np.lexsort((np.abs(pairs).sum(axis=1), regret))[0]
    return float(pairs[best][0]), float(pairs[best][1])


def figure_with_interval(
    heading: tuple[str, str, str, str, str],
    figure: Callable[..., float],
    truth: npt.NDArray,
    found: npt.NDArray,
    seed: int,
    clusters: npt.NDArray | None = None,
) -> tuple:
    """A row of the evaluation's table.

    Parameters
    ----------
    heading : tuple of str
        ``data``, ``measure``, ``read``, ``tool``, ``seen``.
    figure : callable
        Of (truth, found), such as :func:`macro_f1`.
    truth, found : array, shape (n,)
        What people say and what the tool says.
    seed : int
        Of the bootstrap.
    clusters : array, shape (n,), optional
        Whom each row comes from; then whole persons are drawn, not rows.

    Returns
    -------
    tuple
        The heading, n, the figure, and its 95 % percentile bootstrap interval of 1,000 draws
        (Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13).

    Examples
    --------
    >>> truth = np.array([-1, 0, 1, 1])
    >>> figure_with_interval(("a", "accuracy", "whole", "tool", "never"), accuracy, truth, truth, 0)
    ('a', 'accuracy', 'whole', 'tool', 'never', 4, 1.0, 1.0, 1.0)
    """
    generator = np.random.default_rng(seed)
    keys = (
        np.arange(len(truth)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    )
    order = np.argsort(keys, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)
    drawn = []
    for _ in range(_DRAWS):
        chosen = generator.integers(len(members), size=len(members))
        rows = chosen if clusters is None else np.concatenate([members[place] for place in chosen])
        drawn.append(figure(truth[rows], found[rows]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return (*heading, len(truth), figure(truth, found), float(low), float(high))
