"""Shares, their differences and their adjusted tests, against the examples of their sources."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, fisher_exact

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.proportions import (
    effective_size,
    need_columns,
    q_values,
    respondent_weights,
    share_differences,
    share_interval,
)


@pytest.mark.parametrize(
    ("count", "size", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval(count: int, size: int, low: float, high: float) -> None:
    assert np.round(share_interval(count, size), 4).tolist() == [low, high]


def test_an_interval_of_all_or_none_ends_at_the_share_itself() -> None:
    sizes = np.arange(1, 400)
    assert (share_interval(0, sizes)[0] == 0).all()
    assert (share_interval(sizes, sizes)[1] == 1).all()


def test_shares_come_pair_by_pair_and_one_size_serves_all() -> None:
    low, high = share_interval([1, 5], 10)
    for place, count in enumerate([1, 5]):
        assert (low[place], high[place]) == share_interval(count, 10)


def test_more_confidence_makes_a_wider_interval() -> None:
    # Wilson with z = 1.6449 for 3 of 10: centre (3 + z²/2) / (10 + z²).
    z = 1.6448536269514722
    half = z * np.sqrt(10 * 0.3 * 0.7 + z**2 / 4) / (10 + z**2)
    centre = (3 + z**2 / 2) / (10 + z**2)
    found = share_interval(3, 10, confidence=0.90)
    assert np.array(found) == pytest.approx([centre - half, centre + half])
    wider = share_interval(3, 10)
    assert wider[0] < found[0] < found[1] < wider[1]


def test_nobody_has_no_share_and_half_a_person_has_one() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, high = share_interval([0, 0.25, 1], [0, 0.5, 1])
    assert np.isnan([low[0], high[0]]).all()
    assert 0 < low[1] < 0.5 < high[1] < 1
    assert high[2] == 1


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10.
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_interval_of_a_difference(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    row = share_differences([first[0]], [first[1]], [second[0]], [second[1]]).iloc[0]
    assert row["difference"] == pytest.approx(first[0] / first[1] - second[0] / second[1])
    assert (round(row["difference_low"], 4), round(row["difference_high"], 4)) == (low, high)
    turned = share_differences([second[0]], [second[1]], [first[0]], [first[1]]).iloc[0]
    assert turned["difference"] == pytest.approx(-row["difference"])
    assert turned["difference_low"] == pytest.approx(-row["difference_high"])
    assert turned["p_value"] == pytest.approx(row["p_value"])


def test_the_interval_of_a_difference_has_the_confidence_asked_for() -> None:
    # Newcombe's method 10 is made of the two Wilson intervals of the same confidence.
    (l1,), (u1,) = share_interval([30], [50], 0.8)
    (l2,), (u2,) = share_interval([20], [60], 0.8)
    d = 30 / 50 - 20 / 60
    row = share_differences([30], [50], [20], [60], confidence=0.8).iloc[0]
    assert row["difference_low"] == pytest.approx(d - np.hypot(0.6 - l1, u2 - 20 / 60))
    assert row["difference_high"] == pytest.approx(d + np.hypot(u1 - 0.6, 20 / 60 - l2))


@pytest.mark.parametrize(
    ("first", "second"),
    # The last: of 20 respondents half say it, so that exactly 5 are expected on either side.
    [((56, 70), (48, 80)), ((200, 400), (150, 420)), ((8, 10), (2, 10))],
)
def test_large_tables_are_tested_by_chi_square(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    table = [[a, m - a] for a, m in (first, second)]
    row = share_differences([first[0]], [first[1]], [second[0]], [second[1]]).iloc[0]
    expected = chi2_contingency(table, correction=False).pvalue
    assert row["p_value"] == pytest.approx(expected)
    assert row["p_value"] != pytest.approx(fisher_exact(table).pvalue)


@pytest.mark.parametrize(
    ("first", "second"),
    # The first is Fisher's lady tasting tea; in the others one of four expected counts is below 5.
    [((3, 4), (1, 4)), ((7, 9), (2, 9)), ((2, 12), (40, 200)), ((11, 12), (130, 200))],
)
def test_small_tables_are_tested_by_fishers_exact_test(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    table = [[a, m - a] for a, m in (first, second)]
    row = share_differences([first[0]], [first[1]], [second[0]], [second[1]]).iloc[0]
    assert row["p_value"] == pytest.approx(fisher_exact(table).pvalue)
    assert row["p_value"] != pytest.approx(chi2_contingency(table, correction=False).pvalue)


def test_the_lady_tasting_tea() -> None:
    assert share_differences([3], [4], [1], [4])["p_value"].round(4).tolist() == [0.4857]


def test_weighted_counts_are_rounded_to_persons_for_the_exact_test() -> None:
    found = share_differences([2.6, 0.0], [6.4, 5.5], [0.7, 0.4], [7.6, 5.5])["p_value"]
    assert found[0] == pytest.approx(fisher_exact([[3, 3], [1, 7]]).pvalue)
    assert found[1] == pytest.approx(1.0)


def test_pairs_without_anybody_are_missing_and_leave_the_others_alone() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = share_differences([0, 56, 5, 1], [0, 70, 9, 1], [48, 48, 0, 0], [80, 80, 0, 1])
    assert table.loc[[0, 2]].isna().all(axis=None)
    assert table.loc[1].tolist() == share_differences([56], [70], [48], [80]).loc[0].tolist()
    assert table.loc[3].notna().all()
    assert list(table) == ["difference", "difference_low", "difference_high", "p_value"]


def test_where_all_agree_nothing_differs() -> None:
    for everyone in (0, 50):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            row = share_differences([everyone], [50], [everyone], [50]).iloc[0]
        assert row["difference"] == 0
        assert row["p_value"] == 1


def test_the_fifteen_tests_of_benjamini_and_hochberg() -> None:
    # JRSS B 57(1), section 3: at 0.05 the four smallest are significant.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    q = q_values(p[::-1])[::-1]
    assert (q < 0.05).sum() == 4
    assert q[3] == pytest.approx(0.0095 * 15 / 4)
    assert q[4] == pytest.approx(0.0201 * 15 / 5)
    assert q[5] == q[6] == pytest.approx(0.0298 * 15 / 7)
    assert q[14] == 1


def test_missing_tests_do_not_count_among_those_looked_at() -> None:
    assert q_values([np.nan, 0.04, np.nan]).tolist()[1] == pytest.approx(0.04)
    assert np.isnan(q_values([np.nan, np.nan])).all()
    assert q_values([]).shape == (0,)
    given = np.array([0.02, 0.01])
    q_values(given)
    assert given.tolist() == [0.02, 0.01]


def test_weights_are_those_of_the_column_or_one() -> None:
    responses = pd.DataFrame({"w": ["0.5", "0", "12"]})
    assert respondent_weights(responses, "w").tolist() == [0.5, 0.0, 12.0]
    assert respondent_weights(responses, None).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("wrong", [-0.1, np.nan, np.inf, -np.inf, "many"])
def test_a_weight_that_cannot_be_used_is_refused(wrong: object) -> None:
    with pytest.raises(FeedbackError) as refused:
        respondent_weights(pd.DataFrame({"w": pd.Series([1.0, wrong], dtype=object)}), "w")
    assert str(refused.value) == (
        "The weight column 'w' holds missing, negative or infinite values: every respondent needs "
        "a weight of zero or more."
    )


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    table = pd.DataFrame({"score": [9], "why": ["fast"]})
    need_columns(table, ["score", "why"])
    with pytest.raises(FeedbackError) as refused:
        need_columns(table, ["why", "region"])
    assert str(refused.value) == (
        "There is no column 'region' among the responses: choose one of 'score', 'why'."
    )
    with pytest.raises(FeedbackError, match="'region' among the invitations"):
        need_columns(table, ["region"], "invitations")
    with pytest.raises(FeedbackError, match="no column 'w' among the responses"):
        respondent_weights(table, "w")


def test_kishs_effective_size() -> None:
    # Kish (1965), 11.7: the square of the sum over the sum of squares.
    assert effective_size(np.array([1.0, 2.0, 3.0])) == pytest.approx(36 / 14)
    assert effective_size(np.full(7, 0.1)) == pytest.approx(7)
    assert effective_size(np.zeros(3)) == 0
