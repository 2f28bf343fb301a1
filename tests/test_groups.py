"""Themes by group: shares, intervals, comparisons, weights, tones, and what is not shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.multitest import multipletests

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.groups import theme_groups, theme_tone_groups

GROUPS = ("detractor", "passive", "promoter")


def survey(**members: tuple[int, int]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Respondents by group, (how many, how many of them mention "price")."""
    groups = [name for name, (size, _) in members.items() for _ in range(size)]
    named = [i < n for size, n in members.values() for i in range(size)]
    ids = [f"r{i}" for i in range(len(groups))]
    responses = pd.DataFrame({"response_id": ids, "group": groups, "has_content": True})
    own = [i for i, yes in zip(ids, named, strict=True) if yes]
    links = pd.DataFrame({"mention_id": own, "response_id": own, "theme_id": "price"})
    themes = pd.DataFrame({"theme_id": ["price"], "parent_id": [None]})
    return responses, links.astype("str"), themes


def test_shares_bear_wilsons_interval() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I: 81 of 263, method 3.
    table = theme_groups(*survey(detractor=(263, 81), promoter=(100, 20)))
    row = table.iloc[0]
    assert (row["n"], row["base"]) == (81, 263)
    assert round(row["ci_low"], 4) == 0.2553
    assert round(row["ci_high"], 4) == 0.3662


def test_odds_ratio_is_that_of_cells_with_half_a_respondent_added() -> None:
    row = theme_groups(*survey(detractor=(200, 60), promoter=(300, 20))).iloc[0]
    reference = Table2x2(np.array([[60.5, 140.5], [20.5, 280.5]]))
    assert row["odds_ratio"] == pytest.approx(reference.oddsratio)
    assert (row["odds_low"], row["odds_high"]) == pytest.approx(reference.oddsratio_confint())
    assert row["p_value"] < 1e-10


def test_a_theme_that_separates_the_groups_has_a_finite_odds_ratio() -> None:
    row = theme_groups(*survey(detractor=(40, 40), promoter=(40, 0))).iloc[0]
    assert row["share"] == 1.0
    assert np.isfinite([row["odds_ratio"], row["odds_high"]]).all()
    assert row["odds_low"] > 1


def test_a_theme_that_everyone_mentions_sets_nobody_apart() -> None:
    row = theme_groups(*survey(detractor=(40, 40), promoter=(60, 60))).iloc[0]
    assert row["p_value"] == 1.0
    assert row["odds_low"] < 1 < row["odds_high"]


def test_respondents_count_once_however_often_they_say_it() -> None:
    responses, links, themes = survey(detractor=(30, 12), promoter=(30, 3))
    often = pd.concat([links, links, links.head(5)])
    pd.testing.assert_frame_equal(
        theme_groups(responses, links, themes), theme_groups(responses, often, themes)
    )


def test_answers_without_content_or_score_are_no_base() -> None:
    responses, links, themes = survey(detractor=(40, 22), promoter=(30, 3), missing=(50, 50))
    responses.loc[:9, "has_content"] = False
    table = theme_groups(responses, links, themes).set_index("group")
    assert table.loc["detractor", ["n", "base"]].tolist() == [12, 30]
    assert "missing" not in table.index


def test_equal_weights_change_nothing_whatever_their_scale() -> None:
    responses, links, themes = survey(detractor=(80, 30), passive=(50, 9), promoter=(90, 11))
    plain = theme_groups(responses, links, themes)
    weighted = theme_groups(responses.assign(w=37.5), links, themes, weight="w")
    pd.testing.assert_frame_equal(plain, weighted)


def test_weights_move_the_share_and_widen_the_interval() -> None:
    responses, links, themes = survey(detractor=(100, 50), promoter=(100, 50))
    responses["w"] = np.where(responses["response_id"].isin(links["response_id"]), 3.0, 1.0)
    plain = theme_groups(responses, links, themes).iloc[0]
    row = theme_groups(responses, links, themes, weight="w").iloc[0]
    assert row["share"] == pytest.approx(0.75)
    assert (row["n"], row["base"]) == (50, 100)
    # Kish: (50 * 3 + 50)^2 / (50 * 9 + 50)
    assert row["effective_base"] == pytest.approx(80)
    assert row["odds_high"] - row["odds_low"] > plain["odds_high"] - plain["odds_low"]


def test_a_group_of_weight_zero_is_left_out() -> None:
    responses, links, themes = survey(detractor=(30, 12), promoter=(30, 3))
    responses["w"] = (responses["group"] == "detractor").astype(float)
    table = theme_groups(responses, links, themes, weight="w")
    assert table["group"].tolist() == ["detractor"]
    assert table["p_value"].isna().all()


def test_negative_weights_are_refused() -> None:
    responses, links, themes = survey(detractor=(30, 12), promoter=(30, 3))
    with pytest.raises(FeedbackError, match="weight"):
        theme_groups(responses.assign(w=-1.0), links, themes, weight="w")


def test_q_values_count_the_themes_of_a_level_together() -> None:
    random = np.random.default_rng(1)
    responses = survey(detractor=(60, 0), promoter=(60, 0))[0]
    names = [f"t{i}" for i in range(6)]
    rows = [
        (r, t)
        for i, t in enumerate(names)
        for r in responses["response_id"][random.random(120) < 0.3 + 0.02 * i]
    ]
    links = pd.DataFrame(rows, columns=["response_id", "theme_id"])
    themes = pd.DataFrame({"theme_id": names, "parent_id": None})
    tested = theme_groups(responses, links, themes).dropna(subset="p_value")
    expected = multipletests(tested["p_value"], method="fdr_bh")[1]
    assert tested["q_value"].to_numpy() == pytest.approx(expected)


@pytest.mark.parametrize("members", [{}, {"detractor": (1, 1)}, {"passive": (40, 9)}])
def test_too_few_respondents_give_an_empty_or_shorter_table(
    members: dict[str, tuple[int, int]],
) -> None:
    table = theme_groups(*survey(**members))
    assert list(table.columns) == [
        *("theme_id", "group", "n", "base", "effective_base", "share", "ci_low", "ci_high"),
        *("odds_ratio", "odds_low", "odds_high", "p_value", "q_value"),
    ]
    assert table["q_value"].isna().all()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(GROUPS), st.sets(st.integers(0, 4))), max_size=60),
    st.integers(1, 12),
)
def test_no_cell_rests_on_fewer_than_the_smallest_group(
    people: list[tuple[str, set[int]]], smallest: int
) -> None:
    responses = pd.DataFrame(
        {
            "response_id": [f"r{i}" for i in range(len(people))],
            "group": pd.Series([g for g, _ in people], dtype="str"),
            "has_content": True,
        }
    )
    links = pd.DataFrame(
        [(f"r{i}", f"t{t}") for i, (_, themes) in enumerate(people) for t in sorted(themes)],
        columns=["response_id", "theme_id"],
    )
    themes = pd.DataFrame({"theme_id": [f"t{t}" for t in range(5)], "parent_id": None})
    table = theme_groups(responses, links, themes, smallest=smallest)
    assert (table["base"] >= smallest).all()
    named = links["theme_id"].value_counts()
    assert (named.reindex(table["theme_id"]) >= smallest).all()
    assert table["share"].between(table["ci_low"], table["ci_high"]).all()


def test_complaints_are_told_from_praise() -> None:
    responses, links, themes = survey(detractor=(50, 40), promoter=(50, 40))
    tone = dict(zip(responses["response_id"], responses["group"], strict=True))
    mentions = pd.DataFrame(
        {
            "mention_id": links["mention_id"],
            "sentiment_label": [
                "negative" if tone[i] == "detractor" else "positive" for i in links["response_id"]
            ],
        }
    )
    assert theme_groups(responses, links, themes)["p_value"].iloc[0] == 1.0
    table = theme_tone_groups(responses, mentions, links, themes)
    tested = table[table["group"] == "detractor"].set_index("tone")
    assert tested["n"].to_dict() == {"negative": 40, "positive": 0}
    assert tested.loc["negative", "odds_low"] > 1 > tested.loc["positive", "odds_high"]
    assert (tested["q_value"] < 1e-6).all()


def test_the_same_person_may_complain_and_praise() -> None:
    responses, links, themes = survey(detractor=(20, 15), promoter=(20, 2))
    mentions = pd.DataFrame(
        {
            "mention_id": [f"{i}#{n}" for i in links["response_id"] for n in (1, 2)],
            "sentiment_label": ["negative", "positive"] * len(links),
        }
    )
    both = pd.DataFrame(
        {
            "mention_id": mentions["mention_id"],
            "response_id": [i.split("#")[0] for i in mentions["mention_id"]],
            "theme_id": "price",
        }
    )
    table = theme_tone_groups(responses, mentions, both, themes)
    assert table[table["group"] == "detractor"]["n"].tolist() == [15, 15]


def test_tones_need_the_sentiment_of_mentions() -> None:
    responses, links, themes = survey(detractor=(20, 15), promoter=(20, 2))
    with pytest.raises(FeedbackError, match="sentiment_label"):
        theme_tone_groups(responses, links[["mention_id"]], links, themes)
