"""Every statistic beside its independent source: published examples, other packages, simulation."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from feedback_nlp.findings.csat.agreement import csat_agreement
from feedback_nlp.findings.csat.correlations import (
    dependent_difference,
    spearman,
    weighted_correlation,
)
from feedback_nlp.findings.csat.drivers import (
    csat_drivers,
    csat_models,
    log_loss,
    merged_categories,
    stratified_folds,
)
from feedback_nlp.findings.csat.importance import relative_weights, shapley_shares
from feedback_nlp.findings.csat.measures import measures_of
from feedback_nlp.findings.csat.polychoric import bivariate_normal, polychoric
from feedback_nlp.findings.csat.predictors import Predictors
from feedback_nlp.findings.csat.roc import roc_areas
from feedback_nlp.findings.csat.score_precision import SCORINGS, efficiency, observed_information
from feedback_nlp.findings.csat.scores import csat_scores, mean_interval
from feedback_nlp.findings.proportional_odds import fit_proportional_odds
from feedback_nlp.nps import nps_from_counts
from feedback_nlp.reading.scales import Scale

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

# Henderson and Velleman (1981), R's mtcars: cyl, disp, hp, wt, and last mpg.
MTCARS = """
6 160 110 2.62 21;6 160 110 2.875 21;4 108 93 2.32 22.8;6 258 110 3.215 21.4;8 360 175 3.44 18.7
6 225 105 3.46 18.1;8 360 245 3.57 14.3;4 146.7 62 3.19 24.4;4 140.8 95 3.15 22.8
6 167.6 123 3.44 19.2;6 167.6 123 3.44 17.8;8 275.8 180 4.07 16.4;8 275.8 180 3.73 17.3
8 275.8 180 3.78 15.2;8 472 205 5.25 10.4;8 460 215 5.424 10.4;8 440 230 5.345 14.7
4 78.7 66 2.2 32.4;4 75.7 52 1.615 30.4;4 71.1 65 1.835 33.9;4 120.1 97 2.465 21.5
8 318 150 3.52 15.5;8 304 150 3.435 15.2;8 350 245 3.84 13.3;8 400 175 3.845 19.2
4 79 66 1.935 27.3;4 120.3 91 2.14 26;4 95.1 113 1.513 30.4;8 351 264 3.17 15.8
6 145 175 2.77 19.7;8 301 335 3.57 15;4 121 109 2.78 21.4
"""


def mtcars() -> np.ndarray:
    return np.array([row.split() for row in MTCARS.replace("\n", ";").strip(";").split(";")], float)


def survey(score, **ratings) -> pd.DataFrame:
    return pd.DataFrame({"score": pd.array(score, dtype="Int64"), **ratings})


def measured(score, weight=None, **ratings):
    responses = survey(score, **{n: np.asarray(r, float) for n, r in ratings.items()})
    if weight is not None:
        responses["w"] = weight
    scales = {name: Scale(1, 5) for name in ratings}
    return measures_of(responses, scales, weight=None if weight is None else "w", smallest=1)


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


# --- importance ---------------------------------------------------------------------------


def test_relative_weights_of_mtcars():
    """R's rwa package documents 0.2096904, 0.1883043, 0.1799590, 0.2706812 for these."""
    found = relative_weights(np.corrcoef(mtcars().T))
    assert found == pytest.approx([0.2096904, 0.1883043, 0.1799590, 0.2706812], abs=5e-8)


def test_shapley_shares_are_the_mean_gain_over_all_orders():
    """By their definition (Lindeman, Merenda and Gold 1980), each R² from scikit-learn."""
    from sklearn.linear_model import LinearRegression

    table = mtcars()
    x, y = table[:, :-1], table[:, -1]

    def r2(columns: list[int]) -> float:
        return LinearRegression().fit(x[:, columns], y).score(x[:, columns], y) if columns else 0.0

    gains = np.zeros(4)
    for order in permutations(range(4)):
        for place, driver in enumerate(order):
            gains[driver] += r2([*order[: place + 1]]) - r2([*order[:place]])
    assert shapley_shares(np.corrcoef(table.T)) == pytest.approx(gains / 24, abs=1e-7)


def correlated_drivers(random: np.random.Generator, n: int) -> list[np.ndarray]:
    ease = random.integers(1, 6, n)
    price = np.clip(ease + random.integers(-2, 3, n), 1, 5)
    return [ease, price, np.clip(ease + price // 2 + random.integers(-1, 2, n), 0, 10)]


def test_importance_adds_up_and_its_interval_covers():
    random = np.random.default_rng(11)
    large = np.corrcoef(np.array(correlated_drivers(random, 400_000), float))
    truth = shapley_shares(large)[0]
    covered = 0
    for seed in range(60):
        ease, price, score = correlated_drivers(random, 300)
        table = csat_drivers(measured(score, ease=ease, price=price), resamples=200, seed=seed)
        table = table.set_index("measure")
        assert table["lmg"].sum() == pytest.approx(table["r2"].iloc[0])
        assert table["relative_weight"].sum() == pytest.approx(table["r2"].iloc[0])
        covered += table.loc["ease", "lmg_low"] <= truth <= table.loc["ease", "lmg_high"]
    assert covered / 60 >= 0.85


# --- models -------------------------------------------------------------------------------


def test_likelihood_agrees_with_statsmodels():
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    random = np.random.default_rng(4)
    x = random.normal(size=(400, 2))
    y = np.digitize(x @ [0.9, -0.4] + random.logistic(size=400), [-1.0, 0.3, 1.2])
    ours = fit_proportional_odds(y.astype(np.int64), x, np.ones(400))
    theirs = OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=False)
    assert -log_loss(ours, y.astype(np.int64), x).sum() == pytest.approx(theirs.llf, abs=1e-4)


def predictors(n: int, **blocks: np.ndarray) -> Predictors:
    return Predictors(
        np.ones(n, bool),
        pd.DataFrame({"ease": blocks["ease"]}),
        blocks["sentiment"][:, None],
        pd.DataFrame({"complains: price": blocks["price"], "praises: staff": blocks["staff"]}),
        (),
    )


def test_models_find_what_themes_add_and_do_not_find_what_they_do_not():
    random = np.random.default_rng(6)
    n = 600
    ease = random.integers(1, 6, n).astype(float)
    price, staff = (random.random((2, n)) < 0.3).astype(float)
    sentiment = random.normal(size=n)
    for effect in (0.0, -2.0):
        latent = 2 * ease + effect * price + random.logistic(scale=1.2, size=n)
        score = np.clip(np.round(latent), 0, 10)
        known = predictors(n, ease=ease, sentiment=sentiment, price=price, staff=staff)
        table = csat_models(measured(score, ease=ease), known).set_index("model")
        row = table.loc["ratings and themes"]
        assert row["df"] == 2
        assert row["p_value"] == pytest.approx(stats.chi2.sf(row["chi2"], 2))
        if effect:
            assert row["p_value"] < 1e-6
            assert row["gain_low"] > 0
        else:
            assert row["p_value"] > 0.01
            assert row["gain_low"] < 0 < row["gain_high"]
        assert table.loc["nothing", "pseudo_r2"] == 0
        assert (table["cv_log_loss"] > 0).all()


@given(st.lists(st.integers(0, 10), min_size=1, max_size=200), st.integers(1, 30))
def test_merged_categories_are_full_and_keep_order(scores, least):
    score = np.array(scores, float)
    category = merged_categories(score, least)
    counts = np.bincount(category)
    assert (counts > 0).all()
    assert len(counts) == 1 or counts.min() >= least
    order = np.argsort(score, kind="stable")
    assert (np.diff(category[order]) >= 0).all()
    folds = stratified_folds(category, 5, seed=0)
    assert np.bincount(folds, minlength=5).max() - np.bincount(folds, minlength=5).min() <= 1


# --- scores and precision -----------------------------------------------------------------


def test_net_satisfaction_is_the_nps_of_its_boxes_and_the_mean_is_students():
    rating = np.repeat([1, 2, 3, 4, 5], [5, 10, 20, 40, 25])
    row = csat_scores(measured(np.tile([9, 3], 50), csat=rating)).iloc[0]
    expected = nps_from_counts(65, 20, 15)
    assert (row["net"], row["net_low"], row["net_high"]) == pytest.approx(
        (expected.score, expected.low, expected.high)
    )
    interval = stats.t.interval(0.95, 99, rating.mean(), stats.sem(rating))
    assert (row["mean_low"], row["mean_high"]) == pytest.approx(interval)
    assert mean_interval(rating.astype(float), np.full(100, 7.0)) == pytest.approx(
        mean_interval(rating.astype(float), np.ones(100))
    )


def test_efficiency_says_how_many_more_responses_nps_needs():
    """Simulated: the variance of an estimated shift, each figure at the sample size it says."""
    random = np.random.default_rng(10)
    cuts = stats.logistic.ppf(np.cumsum([4, 2, 3, 4, 4, 8, 10, 15, 20, 15, 15]) / 100)[:-1]

    def scores(n: int, shift: float) -> np.ndarray:
        return np.searchsorted(cuts, random.logistic(loc=shift, size=n))

    shares = np.bincount(scores(400_000, 0.0), minlength=11).astype(float)
    keeps = {name: float(efficiency(shares, scoring)) for name, scoring in SCORINGS.items()}
    z = {}
    for name, scoring in SCORINGS.items():
        found = []
        for _ in range(600):
            a, b = scoring[scores(300, 0.0)], scoring[scores(300, 0.35)]
            found.append((b.mean() - a.mean()) / np.sqrt(a.var() / 300 + b.var() / 300))
        z[name] = np.mean(found)
    for name in ("nps", "top_box"):
        assert (z["mean"] / z[name]) ** 2 == pytest.approx(keeps["mean"] / keeps[name], rel=0.12)


def test_observed_information_is_the_squared_z_of_two_means():
    random = np.random.default_rng(12)
    a, b = random.integers(0, 11, 80), random.integers(3, 11, 60)
    counts = [np.bincount(side, minlength=11).astype(float) for side in (a, b)]
    z = (a.mean() - b.mean()) / np.sqrt(a.var() / 80 + b.var() / 60)
    assert float(observed_information(*counts, SCORINGS["mean"])) == pytest.approx(z**2)


@given(st.lists(st.integers(0, 50), min_size=11, max_size=11))
def test_no_scoring_beats_ridits_and_ridits_keep_all(counts):
    shares = np.array(counts, float)
    if (shares > 0).sum() < 2:
        return
    p = shares / shares.sum()
    for scoring in SCORINGS.values():
        kept = float(efficiency(shares, scoring))
        assert np.isnan(kept) or kept <= 1 + 1e-9
    assert float(efficiency(shares, np.cumsum(p) - p / 2)) == pytest.approx(1)
