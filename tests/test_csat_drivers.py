"""What drives the score: importance of ratings, and models that foretell it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_ratings import measured
from scipy import stats

from feedback_nlp.findings.csat.drivers import (
    csat_drivers,
    csat_models,
    log_loss,
    merged_categories,
    stratified_folds,
)
from feedback_nlp.findings.csat.importance import relative_weights, shapley_shares
from feedback_nlp.findings.csat.predictors import Predictors
from feedback_nlp.findings.proportional_odds import fit_proportional_odds

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
