"""The polychoric correlation: how two opinions go together behind their coarse scales.

No kept Python package estimates it with a standard error (semopy's has none and stops at
|rho| = 0.99), so it stands here; the tests hold it against Olsson's published example.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from feedback_nlp.findings.csat.correlations import fisher_interval

Matrix = NDArray[np.float64]

_STEPS = 100
_LARGEST = 0.9995
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(96)


@dataclass(frozen=True)
class Polychoric:
    """A polychoric correlation, its standard error and interval, and the thresholds behind it."""

    value: float
    error: float
    low: float
    high: float
    row_thresholds: Matrix
    column_thresholds: Matrix


def bivariate_normal(x: Matrix, y: Matrix, rho: float) -> Matrix:
    """Give P(X <= x, Y <= y) of two standard normals with correlation rho.

    Parameters
    ----------
    x, y : ndarray of float, same shape
        May be infinite.
    rho : float, between -1 and 1

    Returns
    -------
    ndarray of float

    References
    ----------
    Drezner and Wesolowsky (1990), Journal of Statistical Computation and Simulation 35,
    101-107, with 96 nodes: to 1e-9 for |rho| up to 0.99.

    Examples
    --------
    >>> float(bivariate_normal(np.zeros(1), np.zeros(1), 0.5).round(6)[0])  # 1/4 + asin(1/2)/2pi
    0.333333
    """
    a, b = np.clip(x, -40, 40)[..., None], np.clip(y, -40, 40)[..., None]
    angle = np.arcsin(rho) * (_NODES + 1) / 2
    sine, cosine2 = np.sin(angle), np.cos(angle) ** 2
    inner = np.exp(-(a * a + b * b - 2 * a * b * sine) / (2 * cosine2))
    integral = inner @ _NODE_WEIGHTS * np.arcsin(rho) / 2
    return np.asarray(ndtr(a[..., 0]) * ndtr(b[..., 0]) + integral / (2 * np.pi))


def polychoric(counts: Matrix, confidence: float = 0.95) -> Polychoric | None:
    """Estimate the polychoric correlation of a cross-table by maximum likelihood.

    Parameters
    ----------
    counts : ndarray of float, shape (rows, columns)
        Respondents in each cell, rows and columns from low to high; effective numbers where
        there are weights. Empty rows and columns are left out.
    confidence : float
        Level of the interval.

    Returns
    -------
    Polychoric or None
        None where fewer than two rows or columns are used, or where the answers go together so
        closely that no likelihood has its maximum inside (-1, 1).

    Notes
    -----
    Correlation and thresholds are estimated together by Fisher scoring from the two-step values;
    the standard error comes from the expected information, the interval from Fisher's transform.
    It rests on two normal opinions behind the scales: where these are far from normal it
    misleads, and Spearman's correlation beside it does not.

    References
    ----------
    Olsson (1979), Maximum likelihood estimation of the polychoric correlation coefficient,
    Psychometrika 44(4), 443-460. Drasgow (1986), Polychoric and polyserial correlations,
    Encyclopedia of Statistical Sciences 7, 68-74.

    Examples
    --------
    Olsson's (1979) example: rho = 0.49.

    >>> found = polychoric(np.array([[13.0, 6, 0], [69, 113, 22], [41, 132, 104]]))
    >>> round(found.value, 2), found.row_thresholds.round(2).tolist()
    (0.49, [-1.77, -0.14])
    """
    table = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return None
    rows, columns = _cuts(table.sum(axis=1)), _cuts(table.sum(axis=0))
    point = np.concatenate([[_start(table)], rows, columns])
    split = 1 + len(rows)
    height = _log_likelihood(point, table, split)
    for _ in range(_STEPS):
        gradient, information = _score_and_information(point, table, split)
        step = np.linalg.lstsq(information, gradient, rcond=1e-12)[0]
        if float(gradient @ step) < 1e-10:
            break
        for _ in range(40):
            higher = _log_likelihood(point + step, table, split)
            if higher > height:
                break
            step = step / 2
        else:
            break
        point, height = point + step, higher
    if abs(point[0]) > 0.995:
        return None
    information = _score_and_information(point, table, split)[1]
    error = float(np.sqrt(np.linalg.pinv(information, hermitian=True)[0, 0]))
    low, high = fisher_interval(float(point[0]), error / (1 - point[0] ** 2), confidence)
    return Polychoric(float(point[0]), error, low, high, point[1:split], point[split:])


def _cuts(totals: Matrix) -> Matrix:
    return np.asarray(ndtri(np.cumsum(totals)[:-1] / totals.sum()))


def _start(table: Matrix) -> float:
    """Pearson's correlation of normal scores, a little towards the middle."""
    scores = []
    for totals in (table.sum(axis=1), table.sum(axis=0)):
        share = totals / totals.sum()
        scores.append(ndtri(np.cumsum(share) - share / 2))
    weight = table / table.sum()
    x, y = (
        s - m @ s for s, m in zip(scores, (weight.sum(axis=1), weight.sum(axis=0)), strict=True)
    )
    spread = (weight.sum(axis=1) @ x**2) * (weight.sum(axis=0) @ y**2)
    return float(np.clip(x @ weight @ y / np.sqrt(spread), -0.95, 0.95))


def _edges(cuts: Matrix) -> Matrix:
    return np.concatenate([[-np.inf], cuts, [np.inf]])


def _cells(point: Matrix, split: int) -> Matrix:
    a, b = np.meshgrid(_edges(point[1:split]), _edges(point[split:]), indexing="ij")
    below = bivariate_normal(a, b, float(point[0]))
    return np.asarray(np.maximum(np.diff(np.diff(below, axis=0), axis=1), 1e-14))


def _log_likelihood(point: Matrix, table: Matrix, split: int) -> float:
    rows, columns = point[1:split], point[split:]
    if abs(point[0]) > _LARGEST or (np.diff(rows) <= 0).any() or (np.diff(columns) <= 0).any():
        return -np.inf
    return float((table * np.log(_cells(point, split))).sum())


def _score_and_information(point: Matrix, table: Matrix, split: int) -> tuple[Matrix, Matrix]:
    rho = float(point[0])
    a, b = _edges(point[1:split]), _edges(point[split:])
    root = np.sqrt(1 - rho**2)
    cells = _cells(point, split)
    grid_a, grid_b = np.meshgrid(np.clip(a, -40, 40), np.clip(b, -40, 40), indexing="ij")
    density = np.exp(-(grid_a**2 + grid_b**2 - 2 * rho * grid_a * grid_b) / (2 * root**2))
    derivatives = [np.diff(np.diff(density / (2 * np.pi * root), axis=0), axis=1)]
    for cuts, others, rows in ((a, b, True), (b, a, False)):
        for position, cut in enumerate(cuts[1:-1]):
            along = np.diff(ndtr((np.clip(others, -40, 40) - rho * cut) / root))
            along = along * np.exp(-(cut**2) / 2) / np.sqrt(2 * np.pi)
            moved = np.zeros_like(cells)
            if rows:
                moved[position], moved[position + 1] = along, -along
            else:
                moved[:, position], moved[:, position + 1] = along, -along
            derivatives.append(moved)
    flat = np.array([d.ravel() for d in derivatives])
    p = cells.ravel()
    gradient = flat @ (table.ravel() / p)
    information = table.sum() * (flat / p) @ flat.T
    return gradient, information
