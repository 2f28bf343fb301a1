"""Scores beside each other: differences, targets, sample sizes and the table by group."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_scores import all_samples, confidences, counts, said_by
from scipy.stats import multinomial, norm

from feedback_nlp.errors import FeedbackError
from feedback_nlp.nps import (
    nps,
    nps_by,
    nps_difference,
    nps_from_counts,
    nps_test,
    nps_variance,
    responses_needed,
)

TELECOM = Path(__file__).parents[1].parent / "shared" / "data" / "telecom_nps.csv"


def test_sample_size_agrees_with_the_closed_form():
    """n = s^2 z^2 / d^2 - 3: Lewis and Sauro, measuringu.com/nps-sig-test-sample-size.

    s^2 is the adjusted variance, which at several hundred respondents is nearly the plain one.
    """
    for promoters, detractors in [(0.5, 0.5), (0.45, 0.2), (0.2, 0.6)]:
        closed = nps_variance(promoters, detractors) * norm.ppf(0.975) ** 2 / 0.05**2 - 3
        needed = responses_needed(5, promoters=promoters, detractors=detractors)
        assert needed == pytest.approx(closed, abs=4)


# --- comparison ---------------------------------------------------------------------------------


def test_difference_step_by_step():
    """Both scores are adjusted and both variances added, worked out here from the counts.

    Lewis and Sauro, "How to Statistically Compare Two Net Promoter Scores",
    measuringu.com/nps-significance-test.
    """
    change = nps_difference(nps_from_counts(45, 30, 25), nps_from_counts(60, 25, 15))
    (p1, d1), (p2, d2) = (45.75 / 103, 25.75 / 103), (60.75 / 103, 15.75 / 103)
    variance = (p1 + d1 - (p1 - d1) ** 2) / 103 + (p2 + d2 - (p2 - d2) ** 2) / 103
    z = ((p1 - d1) - (p2 - d2)) / math.sqrt(variance)
    assert change.difference == pytest.approx(-25)
    assert change.p_value == pytest.approx(2 * norm.sf(abs(z)))
    margin = 100 * norm.ppf(0.975) * math.sqrt(variance)
    assert change.high - change.low == pytest.approx(2 * margin)


@given(counts, counts, confidences)
def test_difference_is_antisymmetric_and_contains_itself(one, other, confidence):
    a, b = nps_from_counts(*one), nps_from_counts(*other)
    forth, back = nps_difference(a, b, confidence), nps_difference(b, a, confidence)
    assert forth.low <= forth.difference <= forth.high
    assert (forth.difference, forth.low, forth.high) == (-back.difference, -back.high, -back.low)
    assert forth.p_value == back.p_value
    assert 0 <= forth.p_value <= 1


def test_difference_interval_reaches_the_plain_difference_of_a_tiny_group():
    tiny, large = nps_from_counts(1, 0, 0), nps_from_counts(999, 0, 1)
    assert nps_difference(tiny, large).high == tiny.score - large.score
    assert nps_difference(large, tiny).low == large.score - tiny.score
    assert nps_test(tiny, 99.0).high == 1.0


@given(counts)
def test_a_score_does_not_differ_from_itself(group_sizes):
    estimate = nps_from_counts(*group_sizes)
    assert nps_difference(estimate, estimate).p_value == 1
    assert nps_difference(estimate, estimate).difference == 0


def test_tiny_p_values_do_not_round_to_zero():
    change = nps_difference(nps_from_counts(800, 100, 100), nps_from_counts(600, 100, 300))
    assert 0 < change.p_value < 1e-12


def test_false_alarms_are_as_rare_as_the_level_says():
    """Two samples of 30 from the same population: p < 0.05 in 5 % of all pairs, exactly summed."""
    rows, _ = all_samples(30)
    estimates = [nps_from_counts(*row) for row in rows.tolist()]
    centre = np.array([e.adjusted_score for e in estimates])
    error = np.array([e.standard_error for e in estimates])
    z = np.subtract.outer(centre, centre) / np.hypot.outer(error, error)
    probability = multinomial.pmf(rows, 30, (0.5, 0.3, 0.2))
    assert probability @ (np.abs(z) > norm.ppf(0.975)) @ probability == pytest.approx(
        0.05, abs=0.01
    )
    pairs = [(3, 400), (60, 61), (100, 300)]
    for i, j in pairs:  # the sum above stands for the function only if both say the same
        p_value = nps_difference(estimates[i], estimates[j]).p_value
        assert p_value == pytest.approx(2 * norm.sf(abs(z[i, j])))


@given(counts, st.floats(-100, 100))
def test_target_outside_the_interval_is_significant(group_sizes, target):
    estimate = nps_from_counts(*group_sizes)
    result = nps_test(estimate, target)
    assert result.low <= result.difference <= result.high
    assert result.difference == estimate.score - target
    if not estimate.low <= target <= estimate.high:
        assert result.p_value <= 0.05 + 1e-9


def test_target_test_by_hand():
    result = nps_test(nps_from_counts(5, 3, 1), target=0)
    assert result.p_value == pytest.approx(2 * norm.sf((1 / 3) / math.sqrt(37 / 864)))
    assert (result.low, result.high) == pytest.approx((-7.226, 73.893), abs=0.001)
    for target in (101, -100.5, float("nan")):
        with pytest.raises(FeedbackError, match="target"):
            nps_test(nps([9]), target)


# --- sample size --------------------------------------------------------------------------------


@given(st.floats(2, 60), st.floats(0, 1), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_needed_is_enough_and_one_fewer_is_not(margin, promoters, rest, confidence):
    detractors = (1 - promoters) * rest

    def half_width(n):
        size = n + 3
        p, d = (n * promoters + 0.75) / size, (n * detractors + 0.75) / size
        return 100 * norm.ppf((1 + confidence) / 2) * math.sqrt((p + d - (p - d) ** 2) / size)

    n = responses_needed(margin, promoters=promoters, detractors=detractors, confidence=confidence)
    assert n >= 1
    assert half_width(n) <= margin + 1e-9
    assert n == 1 or half_width(n - 1) > margin - 1e-9


def test_needed_is_kept_by_the_estimate_itself():
    n = responses_needed(10, promoters=0.5, detractors=0.25)
    n += -n % 4  # the next size that these shares divide
    estimate = nps_from_counts(n // 2, n // 4, n // 4)
    assert (estimate.high - estimate.low) / 2 == pytest.approx(10, abs=0.1)
    assert estimate.high - estimate.low <= 20


@pytest.mark.parametrize("wrong", [{"margin": 0}, {"margin": -5}, {"margin": 101}])
def test_margin_must_be_on_the_scale(wrong):
    with pytest.raises(FeedbackError, match="margin"):
        responses_needed(**wrong)


@pytest.mark.parametrize("shares", [(0.7, 0.4), (-0.1, 0.5), (0.5, float("nan"))])
def test_shares_must_be_shares(shares):
    with pytest.raises(FeedbackError, match="shares"):
        responses_needed(5, promoters=shares[0], detractors=shares[1])


# --- the table ----------------------------------------------------------------------------------


@pytest.fixture
def survey():
    return pd.DataFrame(
        {
            "score": pd.array([10] * 9 + [None, 2] + [9, 8, 3] * 5 + [10] * 4, dtype="Int64"),
            "shop": ["North"] * 11 + ["East"] * 15 + [None] * 4,
            "weight": [1.0] * 11 + [1.0, 2.0, 3.0] * 5 + [1.0] * 4,
        },
        index=range(100, 130),
    )


def test_table_holds_each_groups_own_estimate(survey):
    before = survey.copy()
    table = nps_by(survey, "shop", smallest=1)
    assert " ".join(table.columns) == (
        "shop n promoters passives detractors nps ci_low ci_high suppressed"
    )
    assert table["shop"].tolist()[:2] == ["East", "North"]
    assert pd.isna(table["shop"].iloc[2])
    for (_, row), name in zip(table.iterrows(), ["East", "North", None], strict=True):
        mine = survey["shop"].isna() if name is None else survey["shop"].eq(name)
        expected = nps(survey.loc[mine, "score"])
        for figure in ("n", "promoters", "passives", "detractors"):
            assert row[figure] == getattr(expected, figure)
        assert (row.nps, row.ci_low, row.ci_high) == (expected.score, expected.low, expected.high)
    assert table["n"].sum() == survey["score"].notna().sum()
    pd.testing.assert_frame_equal(survey, before)


def test_small_groups_are_named_but_show_no_figures(survey):
    table = nps_by(survey, "shop", smallest=11).set_index("shop")
    assert table.loc["East", "n"] == 15
    assert not table.loc["East", "suppressed"]
    hidden = table.loc["North"]  # eleven rows, of which ten have a score
    assert hidden["suppressed"]
    assert hidden.drop("suppressed").isna().all()
    assert nps_by(survey, "shop", smallest=10).set_index("shop").loc["North", "n"] == 10


def test_table_uses_weights(survey):
    table = nps_by(survey, "shop", weights="weight").set_index("shop")
    assert table.loc["East", "nps"] == pytest.approx(100 * (1 - 3) / 6)
    assert table.loc["East", "n"] == 15


def test_group_without_scores_or_weight_has_counts_but_no_score():
    responses = pd.DataFrame(
        {"score": [9, 3, None], "month": [1, 1, 2], "w": [0, 0, 1]}, index=[5, 5, 5]
    )
    table = nps_by(responses, "month", weights="w", smallest=0)
    assert table["n"].tolist() == [2, 0]
    assert table["promoters"].tolist() == [1, 0]
    assert table[["nps", "ci_low", "ci_high"]].isna().all(axis=None)
    assert not table["suppressed"].any()


def test_categories_keep_their_order_and_dates_their_type():
    order = ["low", "middle", "high"]
    responses = pd.DataFrame(
        {
            "score": [9, 8, 3],
            "tier": pd.Categorical(["high", "low", "high"], categories=order, ordered=True),
            "day": pd.to_datetime(["2024-02-01", "2024-01-01", "2024-01-01"]),
        }
    )
    assert nps_by(responses, "tier")["tier"].tolist() == ["low", "high"]
    days = nps_by(responses, "day")["day"]
    assert pd.api.types.is_datetime64_any_dtype(days)
    assert days.is_monotonic_increasing


def test_table_of_no_responses_is_empty():
    table = nps_by(pd.DataFrame({"score": [], "shop": []}), "shop")
    assert len(table) == 0
    assert "ci_low" in table.columns


@pytest.mark.parametrize(
    ("by", "weights", "said"),
    [
        ("region", None, "no column 'region'.*'shop'"),
        ("shop", "value", "no column 'value'"),
        ("n", None, "rename"),
    ],
)
def test_table_says_which_column_is_wrong(survey, by, weights, said):
    with pytest.raises(FeedbackError, match=said):
        nps_by(survey.assign(n=1), by, weights=weights)


# --- a real survey ------------------------------------------------------------------------------


@pytest.mark.skipif(not TELECOM.exists(), reason=f"{TELECOM} is not there")
def test_real_survey_by_stage_adds_up_to_the_whole():
    survey = pd.read_csv(TELECOM).rename(columns={"NPS_SCORE": "score"})
    whole = nps(survey["score"])
    assert whole.n == survey["score"].between(0, 10).sum()
    table = nps_by(survey, "SURVEY_SUB_TYPE", smallest=1)
    for name, total in [("n", whole.n), ("promoters", whole.promoters)]:
        assert table[name].sum() == total
    assert np.average(table["nps"], weights=table["n"].astype(float)) == pytest.approx(whole.score)


# --- what mutation showed to be unguarded -------------------------------------------------------


def test_the_table_counts_every_group_also_where_nobody_weighs():
    responses = pd.DataFrame(
        {
            "score": [10] * 5 + [8] * 3 + [2] * 2 + [9] * 9,
            "shop": pd.Categorical(["b"] * 10 + ["a"] * 9, categories=["c", "b", "a"]),
            "weight": [0.0] * 10 + [1.0] * 9,
        }
    )
    table = nps_by(responses, "shop", weights="weight").set_index("shop")
    # In the order of the categories, those that occur, ten or more of them shown.
    assert list(table.index) == ["b", "a"]
    assert table.index.dtype == responses["shop"].dtype
    assert table.loc["b", ["n", "promoters", "passives", "detractors"]].tolist() == [10, 5, 3, 2]
    assert table.loc["b", ["nps", "ci_low", "ci_high"]].isna().all()
    assert table["suppressed"].tolist() == [False, True]
    assert table.loc["a", ["n", "promoters"]].isna().all()
    assert [str(table[name].dtype) for name in ("n", "promoters", "passives", "detractors")] == (
        ["Int64"] * 4
    )
    assert [str(table[name].dtype) for name in ("nps", "ci_low", "ci_high")] == ["float64"] * 3
    assert str(table["suppressed"].dtype) == "bool"


def test_the_table_has_intervals_of_the_level_that_is_asked_for():
    responses = pd.DataFrame({"score": [10, 2] * 10, "shop": ["a"] * 20})
    for level in (0.5, 0.99):
        row = nps_by(responses, "shop", confidence=level).iloc[0]
        estimate = nps(responses["score"], confidence=level)
        assert (row["ci_low"], row["ci_high"]) == (estimate.low, estimate.high)


def test_an_empty_table_has_the_types_of_a_full_one():
    full = nps_by(pd.DataFrame({"score": [9.0], "shop": ["a"]}), "shop")
    empty = nps_by(pd.DataFrame({"score": [9.0], "shop": ["a"]}).iloc[:0], "shop")
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_the_ends_of_what_may_be_asked_are_allowed():
    estimate = nps([10, 2] * 10)
    for target in (-100, 100):
        assert nps_test(estimate, target).p_value < 0.05
    for target in (-100.1, 100.1):
        with pytest.raises(FeedbackError):
            nps_test(estimate, target)
    # The widest margin that can be asked for takes fewer than half a point does.
    assert 1 <= responses_needed(margin=100) < 10 < responses_needed(margin=0.5)
    assert responses_needed(margin=10, promoters=1.0, detractors=0.0) >= 1
    assert isinstance(responses_needed(margin=10), int)
    assert said_by(responses_needed, margin=10, promoters=0.7, detractors=0.4) == (
        "The shares are 0.7 promoters and 0.4 detractors, but each must be from 0 to 1 and both "
        "together at most 1."
    )
    assert "the margin is" in said_by(responses_needed, margin=0).lower()
