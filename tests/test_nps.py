"""The score and its interval, against sources and exact sums."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_scores import all_samples, confidences, counts, said_by, score_lists
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


# --- the interval -------------------------------------------------------------------------------


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


# --- what mutation showed to be unguarded -------------------------------------------------------


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
