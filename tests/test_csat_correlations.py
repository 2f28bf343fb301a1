"""How a rating goes with the score: correlations, kappa and areas under the curve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_ratings import measured
from scipy import stats

from feedback_nlp.findings.csat.agreement import csat_agreement
from feedback_nlp.findings.csat.correlations import (
    dependent_difference,
    spearman,
    weighted_correlation,
)
from feedback_nlp.findings.csat.polychoric import bivariate_normal, polychoric
from feedback_nlp.findings.csat.roc import roc_areas

OLSSON = np.array([[13.0, 6, 0], [69, 113, 22], [41, 132, 104]])

# DeLong, DeLong and Clarke-Pearson (1988): albumin, total protein, 10 - K-G score, benefit.
OVARIAN = """
3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0
1.6 5.6 5 1  3.8 5.7 5 1  3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1
4.3 7.0 4 1  3.6 6.7 4 0  2.3 4.4 6 1  4.2 7.6 4 0  4.0 6.6 6 0  3.5 5.8 6 1  3.8 6.8 7 1
3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1  3.1 6.6 6 1  4.1 8.2 6 1  4.3 7.0 5 1  4.3 6.5 4 1
3.2 5.1 5 1  2.6 4.7 6 1  3.3 6.8 6 0  1.7 4.0 7 0  3.7 6.1 5 1  3.3 6.3 7 1  4.2 7.7 6 1
3.5 6.2 5 1  2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1  3.3 5.7 6 1  3.7 6.9 5 1
3.6 6.6 5 1
"""


# --- polychoric correlation ---------------------------------------------------------------


def test_polychoric_of_olssons_example():
    """Olsson (1979) reports rho 0.49, thresholds -1.77, -0.14 and -0.69, 0.67."""
    found = polychoric(OLSSON)
    assert found is not None
    assert round(found.value, 2) == 0.49
    assert found.row_thresholds.round(2).tolist() == [-1.77, -0.14]
    assert found.column_thresholds.round(2).tolist() == [-0.69, 0.67]


@pytest.mark.parametrize(
    ("margin", "joint", "rho"),
    [
        (0.5, 1 / 3, 0.5),
        (0.5, 0.1150267, -0.75),
        (0.5, 0.397584, 0.8),
        (0.158655254, 0.145003, 0.99),
    ],
)
def test_tetrachoric_of_kirks_tables(margin: float, joint: float, rho: float):
    """Kirk (1973), Psychometrika 38(2): joint probabilities of known correlations."""
    table = 1e6 * np.array([[joint, margin - joint], [margin - joint, 1 - 2 * margin + joint]])
    found = polychoric(table)
    assert found is not None
    assert found.value == pytest.approx(rho, abs=2e-5)


@pytest.mark.parametrize("rho", [-0.97, -0.5, 0.0, 0.3, 0.9, 0.99])
def test_bivariate_normal_agrees_with_scipy(rho: float):
    points = np.array([[-1.2, 0.4], [0.0, 0.0], [2.1, -0.7], [0.8, 1.9]])
    covariance = [[1, rho], [rho, 1]]
    expected = [
        stats.multivariate_normal.cdf(p, cov=covariance, abseps=1e-10, releps=1e-10) for p in points
    ]
    found = bivariate_normal(points[:, 0], points[:, 1], rho)
    assert found == pytest.approx(expected, abs=1e-7)


def test_polychoric_interval_covers_and_its_error_is_right():
    random = np.random.default_rng(3)
    rho, covered, errors, values = 0.6, 0, [], []
    for _ in range(150):
        x, y = random.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=250).T
        rows, columns = np.digitize(x, [-1.2, -0.3, 0.4, 1.2]), np.digitize(y, [-0.8, 0.1, 0.9])
        table = np.zeros((5, 4))
        np.add.at(table, (rows, columns), 1)
        found = polychoric(table)
        assert found is not None
        covered += found.low <= rho <= found.high
        errors.append(found.error)
        values.append(found.value)
    assert 0.90 <= covered / 150 <= 0.99
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.15)
    assert np.mean(values) == pytest.approx(rho, abs=0.02)


@pytest.mark.parametrize(
    "table", [np.eye(3) * 50, np.array([[10.0, 5.0]]), np.array([[10.0, 0], [5.0, 0]])]
)
def test_polychoric_refuses_what_has_no_maximum(table):
    assert polychoric(table) is None


# --- correlations -------------------------------------------------------------------------


def test_steigers_example_of_two_dependent_correlations():
    """Steiger (1980), as R's psych::r.test gives it: t = -0.89, p = 0.37 at n = 103."""
    found = dependent_difference(0.4, 0.5, 0.1, 103)
    assert round(found.t, 2) == -0.89
    assert round(found.p_value, 2) == 0.37


def test_interval_of_a_difference_agrees_with_simulation():
    """Zou's interval covers, and Williams' test keeps its level, where the truth is known."""
    random = np.random.default_rng(1)
    truth = np.array([[1, 0.5, 0.5], [0.5, 1, 0.4], [0.5, 0.4, 1]])
    covered = rejected = 0
    for _ in range(600):
        r = np.corrcoef(random.multivariate_normal(np.zeros(3), truth, size=80).T)
        found = dependent_difference(r[0, 1], r[0, 2], r[1, 2], 80)
        covered += found.low <= 0 <= found.high
        rejected += found.p_value < 0.05
    assert 0.93 <= covered / 600 <= 0.97
    assert 0.03 <= rejected / 600 <= 0.07


def test_spearman_agrees_with_scipy_and_its_interval_covers():
    random = np.random.default_rng(2)
    x, y = random.integers(0, 11, 300).astype(float), random.integers(1, 6, 300).astype(float)
    assert spearman(x, y, np.ones(300)).value == pytest.approx(stats.spearmanr(x, y).statistic)
    rho, covered = 0.6, 0
    true = 6 / np.pi * np.arcsin(rho / 2)  # of a bivariate normal (Pearson 1907)
    for _ in range(400):
        a, b = random.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=60).T
        found = spearman(a, b, np.ones(60))
        covered += found.low <= true <= found.high
    assert 0.93 <= covered / 400 <= 0.975


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 5)), min_size=6, max_size=40))
def test_whole_weights_are_the_same_as_repeated_respondents(pairs):
    x, y = np.array(pairs, float).T
    weights = 1.0 + np.arange(len(x)) % 3
    times = weights.astype(int)
    once = spearman(x, y, weights).value
    again = spearman(np.repeat(x, times), np.repeat(y, times), np.ones(times.sum())).value
    assert once == pytest.approx(again, nan_ok=True)
    assert weighted_correlation(x, y, weights) == pytest.approx(
        weighted_correlation(y, x, weights), nan_ok=True
    )


def test_kappa_agrees_with_scikit_learn():
    from sklearn.metrics import cohen_kappa_score

    random = np.random.default_rng(5)
    score = random.integers(0, 11, 400)
    rating = np.clip(score // 2 + random.integers(-1, 2, 400), 1, 5)
    table = csat_agreement(measured(score, csat=rating))
    groups = np.select([score >= 9, score < 7], [2, 0], 1)
    levels = np.select([rating >= 4, rating <= 2], [2, 0], 1)
    expected = cohen_kappa_score(groups, levels, weights="quadratic")
    assert table["kappa"][0] == pytest.approx(expected)
    assert table["kappa_low"][0] < expected < table["kappa_high"][0]


# --- areas under the curve ----------------------------------------------------------------


def ovarian() -> tuple[np.ndarray, np.ndarray]:
    table = np.array(OVARIAN.split(), float).reshape(-1, 4)
    return table[:, 3] == 1, np.column_stack([table[:, 0], table[:, 1], 10 - table[:, 2]])


def test_areas_of_delongs_data_agree_with_scikit_learn_and_the_definition():
    """Their covariance by the double sums of DeLong et al. (1988), equations 3 to 6."""
    from sklearn.metrics import roc_auc_score

    outcome, tests = ovarian()
    found = roc_areas(outcome, tests, np.ones(len(outcome)))
    assert found.area == pytest.approx([roc_auc_score(outcome, t) for t in tests.T])
    m, n = int(outcome.sum()), int((~outcome).sum())
    wins = np.array(
        [[[(x > y) + 0.5 * (x == y) for y in t[~outcome]] for x in t[outcome]] for t in tests.T]
    )
    expected = np.cov(wins.mean(axis=2)) / m + np.cov(wins.mean(axis=1)) / n
    assert found.covariance == pytest.approx(expected)


def test_delong_interval_and_comparison_agree_with_simulation():
    random = np.random.default_rng(8)
    covered = rejected = 0
    for _ in range(400):
        outcome = np.repeat([True, False], [40, 60])
        common = random.normal(size=100) + 1.0 * outcome
        two = common[:, None] + random.normal(size=(100, 2))
        found = roc_areas(outcome, two, np.ones(100))
        low, high = found.interval()
        true = stats.norm.cdf(1 / 2)  # shift 1, variance 2 on either side
        covered += low[0] <= true <= high[0]
        rejected += found.difference(0, 1)[3] < 0.05
    assert 0.92 <= covered / 400 <= 0.98
    assert 0.025 <= rejected / 400 <= 0.085


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=6, max_size=30))
def test_area_of_the_opposite_is_its_complement(pairs):
    outcome = np.array([True, True, False, False, *(p[0] for p in pairs)])
    values = np.array([1.0, 0, 0, 1, *(p[1] for p in pairs)])[:, None]
    weights = np.ones(len(outcome))
    one, other = roc_areas(outcome, values, weights), roc_areas(outcome, -values, weights)
    assert one.area[0] == pytest.approx(1 - other.area[0])
    assert one.covariance == pytest.approx(other.covariance)
