"""How much of what ratings say together each of them says: importance of correlated drivers."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

#: Shapley values take all subsets: 2^10 small systems are nothing, 2^20 are not.
MOST_DRIVERS = 10


def relative_weights(correlations: Matrix) -> Matrix:
    """Share the R² of a regression among correlated drivers: Johnson's relative weights.

    Parameters
    ----------
    correlations : ndarray of float, shape (..., drivers + 1, drivers + 1)
        Correlation matrices, what is explained in the last row and column.

    Returns
    -------
    ndarray of float, shape (..., drivers)
        Never below zero; they add up to R².

    References
    ----------
    Johnson (2000), A heuristic method for estimating the relative weight of predictor variables
    in multiple regression, Multivariate Behavioral Research 35(1), 1-19.

    Examples
    --------
    Drivers that do not go together share by their squared correlations:

    >>> relative_weights(np.array([[1, 0, 0.6], [0, 1, 0.3], [0.6, 0.3, 1]])).round(2).tolist()
    [0.36, 0.09]
    """
    among, with_y = correlations[..., :-1, :-1], correlations[..., :-1, -1]
    values, vectors = np.linalg.eigh(among)
    values = np.maximum(values, 1e-12)
    transposed = np.swapaxes(vectors, -1, -2)
    # The orthogonal variables nearest to the drivers; both tables are symmetric.
    nearest = vectors * np.sqrt(values)[..., None, :] @ transposed
    inverse = vectors / np.sqrt(values)[..., None, :] @ transposed
    slopes = (inverse @ with_y[..., None])[..., 0]
    return np.asarray(((nearest**2) @ (slopes**2)[..., None])[..., 0])


def shapley_shares(correlations: Matrix) -> Matrix:
    """Share R² among drivers by the mean gain over all orders of entry (LMG, Shapley value).

    Parameters
    ----------
    correlations : ndarray of float, shape (..., drivers + 1, drivers + 1)
        As in `relative_weights`; at most 10 drivers.

    Returns
    -------
    ndarray of float, shape (..., drivers)
        They add up to R².

    References
    ----------
    Lindeman, Merenda and Gold (1980), Introduction to Bivariate and Multivariate Analysis,
    p. 119 ff. Grömping (2006), Relative importance for linear regression in R, Journal of
    Statistical Software 17(1).

    Examples
    --------
    >>> two_alike = np.array([[1, 0.999, 0.6], [0.999, 1, 0.6], [0.6, 0.6, 1]])
    >>> shapley_shares(two_alike).round(2).tolist()
    [0.18, 0.18]
    """
    k = correlations.shape[-1] - 1
    explained = {0: np.zeros(correlations.shape[:-2])}
    for chosen in range(1, 2**k):
        members = [i for i in range(k) if chosen >> i & 1]
        among = correlations[..., members, :][..., members]
        with_y = correlations[..., members, -1]
        # A hair on the diagonal keeps drivers solvable that say the same.
        among = among + 1e-10 * np.eye(len(members))
        slopes = np.linalg.solve(among, with_y[..., None])[..., 0]
        explained[chosen] = (slopes * with_y).sum(axis=-1)
    shares = np.zeros((*correlations.shape[:-2], k))
    for driver in range(k):
        for chosen, before in explained.items():
            if chosen >> driver & 1:
                continue
            weight = 1 / (k * comb(k - 1, chosen.bit_count()))
            shares[..., driver] += weight * (explained[chosen | 1 << driver] - before)
    return shares


def correlation_matrices(totals: Matrix, k: int) -> Matrix:
    """Correlation matrices from totals of weights, weighted values and weighted products.

    Parameters
    ----------
    totals : ndarray of float, shape (resamples, 1 + k + k (k + 1) / 2)
        Of the columns that `moment_columns` gives.
    k : int

    Returns
    -------
    ndarray of float, shape (resamples, k, k)
    """
    mean = totals[:, 1 : k + 1] / totals[:, [0]]
    upper = np.triu_indices(k)
    second = np.zeros((len(totals), k, k))
    second[:, upper[0], upper[1]] = totals[:, k + 1 :] / totals[:, [0]]
    second[:, upper[1], upper[0]] = second[:, upper[0], upper[1]]
    covariance = second - mean[:, :, None] * mean[:, None, :]
    deviation = np.sqrt(np.maximum(np.diagonal(covariance, axis1=1, axis2=2), 1e-300))
    return np.asarray(covariance / (deviation[:, :, None] * deviation[:, None, :]))


def moment_columns(values: Matrix, weights: Matrix) -> Matrix:
    """The columns whose totals make a correlation matrix.

    Examples
    --------
    >>> values = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 7.0]])
    >>> columns = moment_columns(values, np.ones(3))
    >>> totals = columns.sum(axis=0)[None, :]
    >>> correlation_matrices(totals, 2)[0].round(4).tolist()
    [[1.0, 0.9934], [0.9934, 1.0]]
    """
    first, second = np.triu_indices(values.shape[1])
    weighted = weights[:, None] * values
    return np.column_stack([weights, weighted, weighted[:, first] * values[:, second]])
