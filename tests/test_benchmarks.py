"""The score against a target, and how many responses would tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.benchmarks import (
    against_benchmarks,
    detectable_difference,
    power_to_tell,
    responses_to_tell,
)
from feedback_nlp.nps import nps, nps_difference, nps_from_counts, nps_test


def simulated_power(n: int, shares: tuple[float, float, float], difference: float) -> float:
    random = np.random.default_rng(n)
    target = 100 * (shares[0] - shares[2]) - difference
    draws, times = np.unique(random.multinomial(n, shares, 4000), axis=0, return_counts=True)
    told = [nps_test(nps_from_counts(*map(int, row)), target).p_value < 0.05 for row in draws]
    return float(times @ np.array(told)) / 4000


@pytest.mark.parametrize(
    ("n", "shares", "difference"),
    [
        (100, (0.5, 0.25, 0.25), 15.0),
        (400, (0.5, 0.25, 0.25), 10.0),
        (400, (0.2, 0.3, 0.5), -8.0),
        (1000, (0.6, 0.3, 0.1), 3.0),
    ],
)
def test_power_is_what_simulation_shows(
    n: int, shares: tuple[float, float, float], difference: float
) -> None:
    computed = power_to_tell(difference, n, shares[0], shares[2])
    # standard error of the simulation: at most 0.8 points
    assert computed == pytest.approx(simulated_power(n, shares, difference), abs=0.03)


def test_no_difference_is_found_in_one_of_twenty() -> None:
    assert power_to_tell(0, 500, 0.4, 0.4) == pytest.approx(0.05, abs=0.005)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.5, 60),
    st.booleans(),
    st.floats(0.05, 0.6),
    st.floats(0.05, 0.39),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_so_many_responses_tell_and_one_fewer_do_not(
    size: float, below: bool, promoters: float, detractors: float, power: float
) -> None:
    difference = -size if below else size
    n = responses_to_tell(difference, promoters, detractors, power=power)
    assert power_to_tell(difference, n, promoters, detractors) >= power
    assert n == 1 or power_to_tell(difference, n - 1, promoters, detractors) < power


def test_the_detectable_difference_is_detected() -> None:
    smallest = detectable_difference(300, 0.4, 0.3)
    told = [power_to_tell(sign * smallest, 300, 0.4, 0.3) for sign in (-1, 1)]
    assert min(told) == pytest.approx(0.8, abs=1e-6)


def test_the_table_says_above_below_or_cannot_tell() -> None:
    estimate = nps_from_counts(300, 100, 100)
    table = against_benchmarks(estimate, {"goal": 55, "industry": 38, "last year": 20})
    assert table["verdict"].tolist() == ["below", "cannot tell", "above"]
    assert table["difference"].tolist() == pytest.approx([-15, 2, 20])
    row = table.iloc[0]
    expected = nps_test(estimate, 55)
    assert (row["ci_low"], row["ci_high"], row["p_value"]) == pytest.approx(
        (expected.low, expected.high, expected.p_value)
    )
    # what was told needs no more than there are, what could not be told more
    assert table["n_needed"].iloc[0] < 500 < table["n_needed"].iloc[1]
    assert (table["q_value"] >= table["p_value"]).all()


def test_a_competitors_survey_brings_its_own_error() -> None:
    own, other = nps_from_counts(300, 100, 100), nps_from_counts(12, 10, 8)
    row = against_benchmarks(own, {"competitor": other}).iloc[0]
    expected = nps_difference(own, other)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((expected.low, expected.high))
    assert row["verdict"] == "cannot tell"


def test_weights_count_by_their_effective_number() -> None:
    scores, weights = [10] * 60 + [3] * 40, [1.0, 5.0] * 50
    row = against_benchmarks(nps(scores, weights), {"goal": 0}).iloc[0]
    plain = against_benchmarks(nps(scores), {"goal": 0}).iloc[0]
    assert row["n"] == plain["n"] == 100
    assert row["effective_n"] == pytest.approx(6**2 * 50**2 / (26 * 50))
    assert row["detectable"] > plain["detectable"]


def test_no_difference_seen_asks_for_no_number() -> None:
    row = against_benchmarks(nps_from_counts(30, 40, 30), {"goal": 0}).iloc[0]
    assert row["difference"] == 0
    assert row.isna()["n_needed"]


def test_all_the_same_score_and_too_few_respondents() -> None:
    row = against_benchmarks(nps_from_counts(50, 0, 0), {"goal": 40}).iloc[0]
    assert row["verdict"] == "above"
    assert against_benchmarks(nps_from_counts(5, 3, 1), {"goal": 40}).empty
    assert against_benchmarks(nps_from_counts(50, 3, 1), {}).empty


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(FeedbackError, match="between -100 and 100"):
        against_benchmarks(nps_from_counts(50, 0, 0), {"goal": 140})
    with pytest.raises(FeedbackError, match="zero"):
        responses_to_tell(0)
    with pytest.raises(FeedbackError, match="billion"):
        responses_to_tell(1e-4)
    with pytest.raises(FeedbackError, match="power"):
        responses_to_tell(5, power=1.0)
    with pytest.raises(FeedbackError, match="shares"):
        power_to_tell(5, 100, 0.8, 0.4)
