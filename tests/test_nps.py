"""The score, its interval, its comparison and its table, against sources and exact sums."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multinomial, norm

from feedback_nlp.errors import FeedbackError
from feedback_nlp.nps import (
    groups,
    nps,
    nps_by,
    nps_difference,
    nps_from_counts,
    nps_test,
    nps_variance,
    responses_needed,
)

TELECOM = Path(__file__).parents[1].parent / "shared" / "data" / "telecom_nps.csv"

score_lists = st.lists(st.integers(0, 10), min_size=1, max_size=60)
confidences = st.floats(0.05, 0.999)
counts = st.tuples(*[st.integers(0, 400)] * 3).filter(any)


# --- groups -----------------------------------------------------------------------------------


def test_every_score_falls_in_its_group():
    assert groups(range(11)).tolist() == ["detractor"] * 7 + ["passive"] * 2 + ["promoter"] * 2


@pytest.mark.parametrize(
    "scores",
    [
        [9, None, 7, 0],
        (9, float("nan"), 7, 0),
        np.array([9, np.nan, 7, 0]),
        pd.Series([9, pd.NA, 7, 0], dtype="Int64"),
        pd.Series([9, np.nan, 7, 0], index=[4, 4, 1, 0]),
        pd.Series([9, None, 7, 0], dtype="object"),
        pd.array([9, None, 7, 0], dtype="Float64"),
    ],
    ids=["list", "tuple", "numpy", "Int64", "float", "object", "Float64"],
)
def test_scores_may_come_in_any_usual_container(scores):
    assert groups(scores).tolist() == ["promoter", "missing", "passive", "detractor"]


def test_no_scores_have_no_groups():
    assert groups([]).shape == (0,)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ([9, 11], r"position 1 is 11\b.*0 to 10"),
        ([-1], "position 0 is -1"),
        ([8, 7.5, 3.2], r"7\.5.*scores like this: 2"),
        ([float("inf")], "is inf"),
        ([10**400], "numbers"),
        ([9, "very likely"], "position 1 is not a number"),
        ([True, False], "not a number"),
        (np.ones((2, 2)), "one list or column"),
    ],
)
def test_wrong_scores_are_refused_with_their_place(scores, said):
    for function in (groups, nps):
        with pytest.raises(FeedbackError, match=said):
            function(scores)


def test_the_error_does_not_repeat_what_a_customer_wrote():
    with pytest.raises(FeedbackError) as caught:
        nps([9, "call Jane on 0151 496 0000"])
    assert "Jane" not in str(caught.value)


# --- worked examples from the literature --------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "score", "variance", "standard_error"),
    [
        ([0, 7, 7, 9, 9, 9], 1 / 3, 5 / 9, 0.304),
        ([1, 9], 0, 1, 0.707),
        ([7, 9], 1 / 2, 0.25, 0.354),
        ([0, 7, 9], 0, 2 / 3, 0.471),
        ([7], 0, 0, 0),
    ],
)
def test_score_and_variance_of_rocks_own_package(scores, score, variance, standard_error):
    """Expected values of B. Rocks' R package NPS: tests/testthat/test_01_basics.R, v2 on GitHub."""
    estimate = nps(scores)
    found = nps_variance(estimate.promoters / estimate.n, estimate.detractors / estimate.n)
    assert estimate.score == pytest.approx(100 * score)
    assert found == pytest.approx(variance)
    assert math.sqrt(found / estimate.n) == pytest.approx(standard_error, abs=0.0005)


def test_variance_of_the_cross_validated_example():
    """W. Huber, stats.stackexchange.com/a/18609: shares 1/2, 1/3, 1/6 have an NPS of 1/3.

    His variance is the mean squared distance of +1, 0 and -1 from 1/3, another form of the same.
    """
    by_definition = (1 - 1 / 3) ** 2 / 2 + (0 - 1 / 3) ** 2 / 3 + (-1 - 1 / 3) ** 2 / 6
    assert nps_variance(promoters=1 / 2, detractors=1 / 6) == pytest.approx(by_definition)
    assert nps_from_counts(162, 108, 54).score == pytest.approx(100 / 3)


def test_interval_follows_the_published_recipe_step_by_step():
    """Recipe: Lewis and Sauro, measuringu.com/nps-three-confidence-intervals (after Rocks 2016).

    Add 3 to n and 3/4 to promoters and detractors. Worked by hand for 5, 3 and 1 respondents:
    5.75/12 - 1.75/12 = 1/3; variance 7.5/12 - 1/9 = 37/72; standard error sqrt(37/864) = 0.20694;
    with z = 1.95996 the margin is 0.40559.
    """
    estimate = nps_from_counts(promoters=5, passives=3, detractors=1)
    assert estimate.score == pytest.approx(400 / 9)
    assert estimate.adjusted_score == pytest.approx(100 / 3)
    assert estimate.standard_error == pytest.approx(20.694, abs=0.001)
    assert (estimate.low, estimate.high) == pytest.approx((-7.226, 73.893), abs=0.001)


def test_interval_is_that_of_a_mean_of_real_and_pseudo_respondents():
    """Rocks' R package adds 0.75 detractors, 1.5 passives and 0.75 promoters by default."""
    values, heads = np.array([100, 0, -100]), np.array([31 + 0.75, 20 + 1.5, 12 + 0.75])
    mean = np.average(values, weights=heads)
    error = math.sqrt(np.average((values - mean) ** 2, weights=heads) / heads.sum())
    estimate = nps_from_counts(31, 20, 12, confidence=0.9)
    assert (estimate.low, estimate.high) == pytest.approx(norm.interval(0.9, mean, error))


def test_sample_size_agrees_with_the_closed_form():
    """n = s^2 z^2 / d^2 - 3: Lewis and Sauro, measuringu.com/nps-sig-test-sample-size.

    s^2 is the adjusted variance, which at several hundred respondents is nearly the plain one.
    """
    for promoters, detractors in [(0.5, 0.5), (0.45, 0.2), (0.2, 0.6)]:
        closed = nps_variance(promoters, detractors) * norm.ppf(0.975) ** 2 / 0.05**2 - 3
        needed = responses_needed(5, promoters=promoters, detractors=detractors)
        assert needed == pytest.approx(closed, abs=4)


# --- the interval -------------------------------------------------------------------------------


@cache
def all_samples(n):
    """Every (promoters, passives, detractors) of n respondents, and its interval."""
    rows = np.array([(p, n - p - d, d) for p in range(n + 1) for d in range(n + 1 - p)])
    estimates = [nps_from_counts(*row) for row in rows.tolist()]
    return rows, np.array([(e.low, e.high) for e in estimates])


def exact_coverage(n, shares):
    rows, interval = all_samples(n)
    truth = 100 * (shares[0] - shares[2])
    inside = (interval[:, 0] <= truth + 1e-9) & (truth - 1e-9 <= interval[:, 1])
    return multinomial.pmf(rows, n, shares)[inside].sum()


@pytest.mark.parametrize("n", [30, 100, 500])
@pytest.mark.parametrize(
    "shares",
    [
        (1 / 3, 1 / 3, 1 / 3),
        (0.60, 0.25, 0.15),
        (0.80, 0.15, 0.05),
        (0.15, 0.25, 0.60),
        (0.48, 0.04, 0.48),
        (0.15, 0.70, 0.15),
    ],
    ids=["balanced", "promoters", "many promoters", "detractors", "polarised", "passives"],
)
def test_interval_contains_the_truth_as_often_as_it_says(n, shares):
    assert 0.93 <= exact_coverage(n, shares) <= 0.97


def test_coverage_that_the_docstring_owns_up_to():
    assert exact_coverage(10, (0.48, 0.04, 0.48)) == pytest.approx(0.913, abs=0.0005)
    assert exact_coverage(30, (0.05, 0.90, 0.05)) == pytest.approx(0.991, abs=0.0005)
    assert exact_coverage(100, (0.98, 0.01, 0.01)) > 0.97


@given(counts, confidences)
def test_interval_contains_its_score_and_stays_on_the_scale(group_sizes, confidence):
    estimate = nps_from_counts(*group_sizes, confidence=confidence)
    assert -100 <= estimate.low <= estimate.score <= estimate.high <= 100
    promoters, _, detractors = group_sizes
    assert estimate.score == pytest.approx(100 * (promoters - detractors) / sum(group_sizes))
    assert estimate.effective_n == estimate.n == sum(group_sizes)


@pytest.mark.parametrize("n", [1, 3, 40])
def test_interval_reaches_the_score_of_unanimous_respondents(n):
    delighted, furious = nps([10] * n, confidence=0.5), nps([0] * n, confidence=0.5)
    assert delighted.low < delighted.score == delighted.high == 100
    assert furious.high > furious.score == furious.low == -100


def test_widening_is_needed_for_a_single_respondent_only():
    for n in range(1, 31):
        for row in all_samples(n)[0].tolist():
            estimate = nps_from_counts(*row)
            margin = norm.ppf(0.975) * estimate.standard_error
            inside = abs(estimate.score - estimate.adjusted_score) <= margin
            assert inside != (row in ([1, 0, 0], [0, 0, 1]))


@given(counts)
def test_swapping_promoters_and_detractors_mirrors_the_estimate(group_sizes):
    one, mirrored = nps_from_counts(*group_sizes), nps_from_counts(*group_sizes[::-1])
    assert one.score == -mirrored.score
    assert (one.low, one.high) == pytest.approx((-mirrored.high, -mirrored.low))


def test_interval_narrows_with_respondents_and_widens_with_confidence():
    widths = [
        (e := nps_from_counts(5 * k, 3 * k, 2 * k, confidence=level)).high - e.low
        for k, level in [(10, 0.99), (10, 0.95), (10, 0.8), (40, 0.8)]
    ]
    assert widths == sorted(widths, reverse=True)


@given(score_lists, confidences)
def test_counts_and_scores_give_the_same_estimate(scores, confidence):
    group = groups(scores).tolist()
    sizes = [group.count(name) for name in ("promoter", "passive", "detractor")]
    assert nps(scores, confidence=confidence) == nps_from_counts(*sizes, confidence=confidence)


@given(st.lists(st.tuples(st.integers(0, 10), st.floats(0.1, 9)), min_size=1), st.randoms())
def test_order_does_not_change_a_bit(answers, random):
    shuffled = random.sample(answers, len(answers))
    first, second = (
        nps([s for s, _ in rows], weights=[w for _, w in rows]) for rows in (answers, shuffled)
    )
    assert first == second


@given(score_lists)
def test_missing_scores_change_nothing(scores):
    assert nps([None, *scores, float("nan")]) == nps(scores)


@pytest.mark.parametrize("score", range(11))
def test_one_respondent_is_enough(score):
    estimate = nps([score])
    assert estimate.n == 1
    assert estimate.score == {"promoter": 100, "passive": 0, "detractor": -100}[groups([score])[0]]
    assert estimate.high - estimate.low > 90


@pytest.mark.parametrize("scores", [[], [None, float("nan")], pd.Series([pd.NA], dtype="Int64")])
def test_no_valid_scores_are_an_error(scores):
    with pytest.raises(FeedbackError, match="no valid scores"):
        nps(scores)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, float("nan")])
def test_confidence_is_a_share(confidence):
    estimate = nps([9, 3])
    for call in (
        lambda: nps([9, 3], confidence=confidence),
        lambda: nps_difference(estimate, estimate, confidence),
        lambda: nps_test(estimate, 0, confidence),
        lambda: responses_needed(5, confidence=confidence),
        lambda: nps_by(pd.DataFrame({"score": [9], "s": ["a"]}), "s", confidence=confidence),
    ):
        with pytest.raises(FeedbackError, match="confidence level"):
            call()


@pytest.mark.parametrize("wrong", [(-1, 2, 3), (1, 2.5, 3), (1, 2, float("nan"))])
def test_counts_must_be_whole_and_not_negative(wrong):
    with pytest.raises(FeedbackError, match="whole number"):
        nps_from_counts(*wrong)
    with pytest.raises(FeedbackError, match="no valid scores"):
        nps_from_counts(0, 0, 0)


# --- weights ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 5)), min_size=1, max_size=40))
def test_whole_weights_score_like_repeated_respondents(answers):
    scores, weights = zip(*answers, strict=True)
    weighted, repeated = nps(scores, weights), nps(np.repeat(scores, weights))
    assert weighted.score == pytest.approx(repeated.score)
    assert weighted.n == len(answers)
    # weighting adds no respondents, so it must not buy the precision of the repeated survey
    assert weighted.effective_n <= len(answers) * (1 + 1e-12)


def test_effective_sample_size_is_kishs():
    """Kish (1965, 11.7): (1 + 1 + 2 + 4)^2 / (1 + 1 + 4 + 16) = 64/22."""
    estimate = nps([10, 8, 6, 9], weights=[1, 1, 2, 4])
    assert estimate.effective_n == pytest.approx(64 / 22)
    assert estimate.score == pytest.approx(100 * (5 - 2) / 8)
    size = 64 / 22 + 3
    p, d = (5 / 8 * 64 / 22 + 0.75) / size, (2 / 8 * 64 / 22 + 0.75) / size
    error = 100 * math.sqrt((p + d - (p - d) ** 2) / size)
    assert estimate.standard_error == pytest.approx(error)
    assert estimate.low == pytest.approx(100 * (p - d) - norm.ppf(0.975) * error)
    assert (estimate.n, estimate.promoters, estimate.passives, estimate.detractors) == (4, 2, 1, 1)


@given(score_lists, st.sampled_from([1e-200, 0.3, 1.0, 7.0, 1e200]))
def test_equal_weights_change_nothing_whatever_their_scale(scores, weight):
    assert nps(scores, weights=[weight] * len(scores)) == nps(scores)


def test_unequal_weights_widen_the_interval():
    scores = [10, 8, 3, 9] * 10
    even, uneven = nps(scores), nps(scores, weights=[1] * 20 + [5] * 20)
    assert uneven.score == pytest.approx(even.score)
    assert uneven.high - uneven.low > even.high - even.low


def test_weight_zero_counts_the_head_but_moves_nothing():
    estimate = nps([10, 2, 9], weights=[1, 0, 1])
    assert (estimate.score, estimate.n, estimate.effective_n) == (100, 3, 2)


def test_weights_of_missing_scores_do_not_matter():
    assert nps([10, None, 5], weights=[1, None, 1]) == nps([10, 5])


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([1, -2, 1], "position 1 is -2"),
        ([1, None, 1], "position 1 is nan"),
        ([1, float("inf"), 1], "position 1 is inf"),
        ([0, 0, 0], "zero"),
        ([1, 1], "3 scores but 2 weights"),
        ([1, "x", 1], "weight at position 1 is not a number"),
    ],
)
def test_wrong_weights_are_refused(weights, said):
    with pytest.raises(FeedbackError, match=said):
        nps([9, 8, 3], weights)


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


def said_by(call, *given, **named):
    with pytest.raises(FeedbackError) as error:
        call(*given, **named)
    return str(error.value)


def test_every_sentence_says_what_is_wrong_and_what_to_do():
    assert said_by(nps, ["9", "ten"]) == (
        "The score at position 1 is not a number: choose a column of numbers, and leave missing "
        "ones empty (None or NaN)."
    )
    assert said_by(nps, [True, False]).startswith("The score at position 0 is not a number")
    assert said_by(nps, [9, 8], weights=[1, -2]) == (
        "The weight at position 1 is -2, but whoever gave a score needs a weight of zero or more: "
        "correct the weights or leave them out."
    )
    assert said_by(nps, [None, np.nan]) == (
        "There are no valid scores, so there is no NPS: give at least one score from 0 to 10."
    )
    assert said_by(nps, [9, 8], weights=[0, 0]) == (
        "The weights of all who gave a score are zero: give at least one a positive weight."
    )
    assert said_by(nps, [{}, []]).startswith("The score")
    for name in ("promoters", "passives", "detractors"):
        counts = dict.fromkeys(("promoters", "passives", "detractors"), 1)
        for wrong in (-1, 1.5, math.inf, math.nan):
            assert f"The number of {name} is {wrong!r}" in said_by(
                nps_from_counts, **{**counts, name: wrong}
            )


def test_missing_scores_of_any_type_are_missing():
    for scores in (
        pd.Series([9, None, 3], dtype="Int64"),
        pd.Series([9.0, np.nan, 3.0]),
        pd.Series(["9", None, "3"]),
    ):
        assert (nps(scores).n, nps(scores).promoters, nps(scores).detractors) == (2, 1, 1)


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


def test_an_estimate_says_what_it_was_made_of():
    estimate = nps_from_counts(5, 3, 2, confidence=0.9)
    assert (estimate.promoters, estimate.passives, estimate.detractors) == (5, 3, 2)
    assert estimate.confidence == 0.9
    assert said_by(nps_from_counts, 0, 0, 0) == (
        "There are no valid scores, so there is no NPS: at least one group needs a respondent."
    )
    assert said_by(nps, [9], confidence=1.5) == (
        "The confidence level is 1.5, but it must lie between 0 and 1, such as 0.95."
    )
