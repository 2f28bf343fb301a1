"""How well a number tells who has an outcome, and whether another number tells it better.

scikit-learn gives the area under the curve but neither its error nor a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.findings.csat.correlations import midranks

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class RocAreas:
    """Areas under several curves of the same respondents, and how they vary together.

    Attributes
    ----------
    area : ndarray, shape (predictors,)
    covariance : ndarray, shape (predictors, predictors)
    """

    area: Matrix
    covariance: Matrix

    def interval(self, confidence: float = 0.95) -> tuple[Matrix, Matrix]:
        """Intervals of the areas, on the logit scale so that they stay within 0 to 1."""
        from scipy.stats import norm

        z = float(norm.ppf((1 + confidence) / 2))
        inside = np.clip(self.area, 1e-9, 1 - 1e-9)
        error = np.sqrt(np.maximum(np.diag(self.covariance), 0)) / (inside * (1 - inside))
        logit = np.log(inside / (1 - inside))
        low, high = (1 / (1 + np.exp(-(logit + sign * z * error))) for sign in (-1, 1))
        return np.minimum(low, self.area), np.maximum(high, self.area)

    def difference(
        self, one: int, other: int, confidence: float = 0.95
    ) -> tuple[float, float, float, float]:
        """How far the area of one predictor is above another's, its interval and p-value."""
        from scipy.stats import norm

        gap = float(self.area[one] - self.area[other])
        c = self.covariance
        error = float(np.sqrt(max(c[one, one] + c[other, other] - 2 * c[one, other], 0.0)))
        z = float(norm.ppf((1 + confidence) / 2))
        p = float(2 * norm.sf(abs(gap) / error)) if error > 0 else 1.0
        return gap, gap - z * error, gap + z * error, p


def roc_areas(outcome: NDArray[np.bool_], predictors: Matrix, weights: Matrix) -> RocAreas:
    """Estimate the areas under the curves of several predictors of one outcome.

    Parameters
    ----------
    outcome : ndarray of bool, shape (n,)
        At least two with and two without.
    predictors : ndarray of float, shape (n, predictors)
        Higher: the outcome is likelier.
    weights : ndarray of float, shape (n,)

    Returns
    -------
    RocAreas
        Respondents as drawn independently; with weights the components are weighted means.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson (1988), Comparing the areas under two or more correlated
    receiver operating characteristic curves, Biometrics 44(3), 837-845. Sun and Xu (2014), IEEE
    Signal Processing Letters 21(11): the components from midranks.

    Examples
    --------
    >>> outcome = np.array([True, True, False, False])
    >>> areas = roc_areas(outcome, np.array([[3.0], [2.0], [2.0], [1.0]]), np.ones(4))
    >>> float(areas.area[0])
    0.875
    """
    yes, no = weights[outcome], weights[~outcome]
    parts_yes, parts_no = [], []
    for column in predictors.T:
        among_all = midranks(column, weights)
        above = among_all[outcome] - midranks(column[outcome], yes)
        beneath = among_all[~outcome] - midranks(column[~outcome], no)
        parts_yes.append(above / no.sum())
        parts_no.append(1 - beneath / yes.sum())
    one, other = np.array(parts_yes), np.array(parts_no)
    area = one @ yes / yes.sum()
    return RocAreas(area, _covariance(one, area, yes) + _covariance(other, area, no))


def _covariance(parts: Matrix, mean: Matrix, weights: Matrix) -> Matrix:
    """Of a weighted mean of independent rows; n / (n - 1) makes it DeLong's where all are 1."""
    n = len(weights)
    away = (parts - mean[:, None]) * (weights / weights.sum())
    return np.asarray(away @ away.T * n / max(n - 1, 1))
