"""A rating's own score, and how many responses each figure needs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_ratings import measured
from scipy import stats

from feedback_nlp.findings.csat.score_precision import SCORINGS, efficiency, observed_information
from feedback_nlp.findings.csat.scores import csat_scores, mean_interval
from feedback_nlp.nps import nps_from_counts


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
