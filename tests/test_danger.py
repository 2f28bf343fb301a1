"""The danger zone: scores 0 to 3, the value in it, and the largest accounts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap
from statsmodels.stats.proportion import proportion_confint

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.danger import danger_themes, danger_zone, unanswered, zones
from feedback_nlp.findings.value import heavy_hitters, value_at_risk, value_zones
from feedback_nlp.nps import nps


def scored(scores: list[int | None], **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"score": pd.array(scores, dtype="Int64"), **columns})


# the zone


def test_the_danger_zone_ends_at_three() -> None:
    expected = ["danger zone"] * 4 + ["other detractor"] * 3 + ["passive"] * 2 + ["promoter"] * 2
    assert zones(pd.Series(range(11), dtype="Int64")).tolist() == expected


def test_shares_of_a_level_and_the_rest() -> None:
    responses = scored([0] * 30 + [5] * 10 + [9] * 60, shop=["North"] * 50 + ["South"] * 50)
    table = danger_zone(responses, ["shop"]).set_index("level")
    north = table.loc["North"]
    assert north[["n", "n_danger", "n_mild"]].tolist() == [50, 30, 10]
    expected = proportion_confint(30, 50, method="wilson")
    assert (north["danger_low"], north["danger_high"]) == pytest.approx(expected)
    assert north["difference"] == pytest.approx(0.6)
    assert north["q_value"] < 1e-6
    assert table.loc["_all", ["n", "n_danger"]].tolist() == [100, 30]
    assert pd.isna(table.loc["_all", "p_value"])


def test_missing_scores_do_not_count_and_missing_levels_are_a_level() -> None:
    responses = scored(
        [0] * 20 + [None] * 20 + [9] * 20, shop=[None] * 20 + ["a"] * 20 + ["b"] * 20
    )
    table = danger_zone(responses, ["shop"])
    assert table["level"].tolist() == ["_all", "(missing)", "b"]
    assert table["n"].tolist() == [40, 20, 20]


def test_thousands_of_small_levels_are_one_row() -> None:
    random = np.random.default_rng(0)
    responses = scored(
        random.integers(0, 11, 10_000).tolist(), account=[f"a{i % 5000}" for i in range(10_000)]
    )
    table = danger_zone(responses, ["account"])
    assert table["level"].tolist() == ["_all", "_too_few"]
    assert table["n"].tolist() == [10_000, 10_000]


def test_a_single_small_level_takes_the_next_one_with_it() -> None:
    # shown alone, the three of C would be the total less A and B
    responses = scored([0] * 63, shop=["A"] * 40 + ["B"] * 20 + ["C"] * 3)
    table = danger_zone(responses, ["shop"])
    assert dict(zip(table["level"], table["n"], strict=True)) == {
        "_all": 63,
        "A": 40,
        "_too_few": 23,
    }


def test_weights_move_shares_and_all_zero_levels_vanish() -> None:
    responses = scored([0] * 20 + [9] * 20 + [9] * 20, shop=["a"] * 40 + ["b"] * 20)
    responses["w"] = [3.0] * 20 + [1.0] * 20 + [0.0] * 20
    table = danger_zone(responses, ["shop"], weight="w").set_index("level")
    assert table.loc["a", "danger_share"] == pytest.approx(0.75)
    assert table.loc["a", "n"] == 40
    assert "b" not in table.index


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(0, 10)), st.sampled_from("abcdef")), max_size=80
    ),
    st.integers(1, 15),
)
def test_levels_add_up_to_all_and_none_is_small(
    people: list[tuple[int | None, str]], smallest: int
) -> None:
    responses = scored([s for s, _ in people], shop=pd.Series([v for _, v in people], dtype="str"))
    table = danger_zone(responses, ["shop"], smallest=smallest)
    assert (table["n"] >= smallest).all()
    total = table[table["segment"] == "_all"][["n", "n_danger", "n_mild"]].sum()
    levels = table[table["segment"] == "shop"][["n", "n_danger", "n_mild"]].sum()
    assert total.tolist() == levels.tolist()


def test_themes_of_the_danger_zone() -> None:
    responses = scored([1] * 50 + [5] * 50, response_id=[f"r{i}" for i in range(100)],
                       has_content=True)  # fmt: skip
    links = pd.DataFrame({"response_id": [f"r{i}" for i in [*range(30), 50, 51]],
                          "theme_id": "manners"})  # fmt: skip
    themes = pd.DataFrame({"theme_id": ["manners"], "parent_id": [None]})
    row = danger_themes(responses, links, themes).iloc[0]
    assert row[["n_danger", "base_danger", "n_mild", "base_mild"]].tolist() == [30, 50, 2, 50]
    assert row["odds_low"] > 1
    assert danger_themes(responses.head(55), links, themes).empty


def test_a_missing_column_is_named_with_those_there_are() -> None:
    with pytest.raises(FeedbackError, match=r"'shop'.*'score'"):
        danger_zone(scored([1, 2]), ["shop"])


def test_questions_without_a_column_are_said() -> None:
    assert unanswered([])["needs"].tolist() == ["segments", "value", "date", "consent"]
    assert unanswered(["segments", "value", "date", "consent"]).empty


# value


def test_value_at_risk_is_the_sum_with_a_bca_interval() -> None:
    random = np.random.default_rng(4)
    worth = random.lognormal(5, 1, 300)
    scores = random.integers(0, 11, 300)
    table = value_at_risk(scored(scores.tolist(), value=worth), "value", resamples=4000)
    row = table.set_index("zone").loc["danger zone"]
    inside = worth * (scores <= 3)
    assert row["value"] == pytest.approx(inside.sum())
    assert row["value_share"] == pytest.approx(inside.sum() / worth.sum())
    reference = bootstrap(
        (inside,), np.sum, vectorized=True, method="BCa", n_resamples=4000, rng=random
    ).confidence_interval
    width = reference.high - reference.low
    assert row["value_low"] == pytest.approx(reference.low, abs=0.06 * width)
    assert row["value_high"] == pytest.approx(reference.high, abs=0.06 * width)


def test_zones_add_up_and_small_ones_are_one_row() -> None:
    responses = scored([0] * 3 + [5] * 30 + [8] * 30 + [10] * 30, value=[10.0] * 93)
    table = value_at_risk(responses, "value").set_index("zone")
    assert "danger zone" not in table.index
    assert table.loc["_too_few", "n"] == 33
    assert table.drop("_all")["value"].sum() == table.loc["_all", "value"] == 930
    assert table["n"].min() >= 10


def test_accounts_without_a_value_are_counted_not_guessed() -> None:
    responses = scored([1] * 30 + [9] * 30, value=[100.0] * 20 + [None] * 10 + [-5.0] * 30)
    table = value_at_risk(responses, "value").set_index("zone")
    assert table.loc["danger zone", ["n", "n_without_value", "value"]].tolist() == [20, 10, 2000]
    assert table.loc["promoter", "value"] == 0
    assert table.loc["danger zone", "share_high"] == 1


@pytest.mark.parametrize("n", [0, 1, 9])
def test_too_few_accounts_give_empty_tables(n: int) -> None:
    responses = scored([1] * n, value=[5.0] * n)
    assert value_at_risk(responses, "value").empty
    assert value_zones(responses, "value").empty


def test_heavy_hitters_are_the_top_fifth_with_ties() -> None:
    assert heavy_hitters(np.arange(1, 101)).sum() == 20
    assert heavy_hitters([1, 2, 3, 4, 5, 6, 7, 9, 9, 9]).sum() == 3
    assert not heavy_hitters([7.0] * 50).any()
    assert not heavy_hitters([None, 0, -3]).any()
    assert not heavy_hitters([]).any()
    with pytest.raises(FeedbackError, match="heavy hitters"):
        heavy_hitters([1, 2], largest=1.5)


def test_value_weighs_the_score() -> None:
    random = np.random.default_rng(2)
    worth = random.lognormal(5, 1, 400)
    scores = np.where(heavy_hitters(worth), 2, random.integers(7, 11, 400))
    table = value_zones(scored(scores.tolist(), value=worth), "value").set_index("accounts")
    heavy, by_value = table.loc["heavy hitters"], table.loc["every account counts by its value"]
    assert heavy[["n", "nps", "n_danger"]].tolist() == [80, -100, 80]
    assert heavy["nps_difference_high"] < 0
    assert heavy["danger_p"] < 1e-6
    assert heavy["value_share"] == pytest.approx(worth[heavy_hitters(worth)].sum() / worth.sum())
    assert by_value["nps"] == pytest.approx(nps(scores, worth).score)
    plain = table.loc["every account counts the same", "nps"]
    assert by_value["nps_difference"] == pytest.approx(by_value["nps"] - plain)
    assert by_value["nps_difference_high"] < 0


def test_accounts_worth_the_same_weigh_as_the_plain_score() -> None:
    table = value_zones(scored([2] * 20 + [9] * 30, value=[7.0] * 50), "value")
    assert table["accounts"].tolist() == [
        "every account counts the same",
        "every account counts by its value",
    ]
    assert table["nps"].tolist() == pytest.approx([20, 20])
    assert table.loc[1, ["nps_difference_low", "nps_difference_high"]].tolist() == pytest.approx(
        [0, 0]
    )
