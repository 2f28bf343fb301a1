"""Segments, the journey, who answers, and weights, against sources and independent sums."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import chi2_contingency, fisher_exact

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.mentioned import mentioned_themes
from feedback_nlp.findings.participation import comment_rates, response_rates, skew_sentences
from feedback_nlp.findings.proportions import q_values, share_differences, share_interval
from feedback_nlp.findings.raking import rake
from feedback_nlp.findings.segment_themes import journey, theme_segments
from feedback_nlp.findings.segments import refused_segments, segment_nps
from feedback_nlp.nps import groups, nps

THEMES = pd.DataFrame({"theme_id": ["price", "speed"], "parent_id": [None, None]})


def survey(n: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    scores = random.integers(0, 11, n)
    responses = pd.DataFrame(
        {
            "response_id": [f"r{k}" for k in range(n)],
            "score": pd.array(scores, dtype="Int64"),
            "group": groups(scores),
            "has_content": random.random(n) < 0.8,
            "plan": random.choice(["Basic", "Plus", "Ultra"], n),
            "weight": random.random(n) + 0.5,
        }
    )
    content = responses.loc[responses["has_content"], "response_id"].to_numpy()
    links = pd.DataFrame(
        {
            "response_id": random.choice(content, n),
            "theme_id": random.choice(["price", "speed"], n),
        }
    )
    return responses, links


# --- shares -------------------------------------------------------------------------------------


def test_newcombes_own_examples():
    # Newcombe (1998), Statistics in Medicine 17, table II, method 10, contrasts (a), (b), (e), (g)
    table = share_differences([56, 9, 5, 10], [70, 10, 56, 10], [48, 3, 0, 0], [80, 10, 29, 10])
    assert table["difference_low"].round(4).tolist() == [0.0524, 0.1705, -0.0381, 0.6075]
    assert table["difference_high"].round(4).tolist() == [0.3339, 0.8090, 0.1926, 1.0]


def test_p_values_are_chi_square_or_fisher():
    large = share_differences([56], [70], [48], [80])["p_value"].iloc[0]
    assert large == pytest.approx(
        chi2_contingency([[56, 14], [48, 32]], correction=False).pvalue, rel=1e-9
    )
    small = share_differences([3], [10], [1], [60])["p_value"].iloc[0]
    assert small == pytest.approx(fisher_exact([[3, 7], [1, 59]]).pvalue)


def test_an_empty_side_has_no_comparison():
    table = share_differences([3, 0], [10, 0], [1, 5], [0, 10])
    assert table.isna().all().all()
    low, high = share_interval([0], [0])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_benjamini_and_hochbergs_example():
    # Benjamini and Hochberg (1995), section 4: of these 15 p-values the four smallest at 5 %
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert int((q_values(p) <= 0.05).sum()) == 4


# --- the score by segment -----------------------------------------------------------------------


def test_each_level_is_compared_with_the_others_alone():
    responses, _ = survey(300)
    table = segment_nps(responses, "plan").set_index("level")
    plus = responses["plan"] == "Plus"
    expected = nps(responses["score"][plus]).score - nps(responses["score"][~plus]).score
    assert table.loc["Plus", "difference"] == pytest.approx(expected)
    assert table["n"].sum() == 300


def test_weights_move_the_score_but_not_the_count():
    responses, _ = survey(200)
    table = segment_nps(responses, "plan", weight="weight").set_index("level")
    basic = responses[responses["plan"] == "Basic"]
    assert table.loc["Basic", "nps"] == pytest.approx(nps(basic["score"], basic["weight"]).score)
    assert table.loc["Basic", "n"] == len(basic)


def test_a_small_level_shows_nothing_and_is_no_rest():
    responses = pd.DataFrame({"score": [9] * 30 + [2] * 4, "plan": ["Basic"] * 30 + ["Plus"] * 4})
    table = segment_nps(responses, "plan").set_index("level")
    assert table.loc["Plus", "suppressed"]
    assert table.loc["Plus"].drop(["segment", "suppressed"]).isna().all()
    assert np.isnan(table.loc["Basic", "difference"])


def test_two_levels_are_one_test():
    responses = pd.DataFrame({"score": [9] * 20 + [2] * 20, "a": ["x"] * 20 + ["y"] * 20})
    responses["b"] = responses["a"]
    table = segment_nps(responses, ["a", "b"])
    # two tests with equal p-values: the q-value is the p-value, not twice of it
    assert table["q_value"].to_numpy() == pytest.approx(table["p_value"].to_numpy())
    assert table["difference"].tolist()[:2] == [200.0, -200.0]


@pytest.mark.parametrize("scores", [[7], [None]], ids=["one respondent", "no score"])
def test_hardly_any_respondent(scores):
    responses = pd.DataFrame({"score": pd.array(scores, dtype="Int64"), "plan": ["Basic"]})
    assert segment_nps(responses, "plan")["suppressed"].tolist() == [True]


def test_all_the_same_score_and_weights_of_zero():
    responses = pd.DataFrame({"score": [10] * 40, "plan": ["Basic"] * 20 + ["Plus"] * 20})
    assert (segment_nps(responses, "plan")["p_value"] > 0.9).all()
    none = segment_nps(responses.assign(w=0.0), "plan", weight="w")
    assert none["n"].tolist() == [20, 20]
    assert none["nps"].isna().all()


def test_a_segment_of_5000_levels_is_refused_with_the_reason():
    responses, links = survey(5000)
    responses["postcode"] = [f"LF{n}" for n in range(5000)]
    with pytest.raises(FeedbackError, match="5,000 levels, more than 50"):
        segment_nps(responses, ["plan", "postcode"])
    with pytest.raises(FeedbackError, match="5,000 levels"):
        theme_segments(responses, links, THEMES, "postcode")
    assert list(refused_segments(responses, ["plan", "postcode"])) == ["postcode"]


def test_a_missing_column_is_named_with_those_there_are():
    with pytest.raises(FeedbackError, match=r"no column 'plan'.*'score'"):
        segment_nps(pd.DataFrame({"score": [9]}), "plan")


# --- themes by segment --------------------------------------------------------------------------


def test_shares_and_contributions_against_a_plain_count():
    responses, links = survey(400)
    table = theme_segments(responses, links, THEMES, "plan", smallest=1)
    cell = table.set_index(["level", "theme_id"]).loc[("Plus", "price")]
    named = set(links.loc[links["theme_id"] == "price", "response_id"])
    plus = responses[(responses["plan"] == "Plus") & responses["has_content"]]
    assert cell["n"] == plus["response_id"].isin(named).sum()
    assert cell["share"] == pytest.approx(cell["n"] / len(plus))
    assert cell["base"] == len(plus)


def test_contributions_over_levels_add_up_to_the_themes_contribution():
    responses, links = survey(400)
    table = theme_segments(responses, links, THEMES, "plan", smallest=1)
    mentioned = mentioned_themes(responses, links, THEMES).to_numpy(float)
    shares = mentioned / np.maximum(mentioned.sum(axis=1, keepdims=True), 1)
    worth = (responses["score"] >= 9).to_numpy(int) - (responses["score"] <= 6).to_numpy(int)
    expected = 100 * worth @ shares / len(responses)
    found = table.groupby("theme_id")["contribution"].sum()
    assert found[["price", "speed"]].to_numpy() == pytest.approx(expected)


def test_weighted_shares():
    responses, links = survey(300)
    table = theme_segments(responses, links, THEMES, "plan", weight="weight")
    cell = table.set_index(["level", "theme_id"]).loc[("Basic", "speed")]
    basic = responses[(responses["plan"] == "Basic") & responses["has_content"]]
    named = basic["response_id"].isin(links.loc[links["theme_id"] == "speed", "response_id"])
    assert cell["share"] == pytest.approx(np.average(named, weights=basic["weight"]))
    plain = theme_segments(responses, links, THEMES, "plan")
    wider = table["ci_high"] - table["ci_low"] > plain["ci_high"] - plain["ci_low"]
    assert wider.all()


def test_small_cells_and_small_levels_stay_out():
    responses, links = survey(100)
    responses.loc[:7, "plan"] = "Rare"
    table = theme_segments(responses, links, THEMES, "plan")
    assert "Rare" not in set(table["level"])
    assert (table["base"] >= 10).all()
    assert table.loc[table["n"] < 10, "contribution"].isna().all()


def test_nobody_says_anything():
    responses, links = survey(50)
    responses["has_content"] = False
    table = theme_segments(responses, links.iloc[:0], THEMES, "plan")
    assert table.empty
    assert "q_value" in table


def test_the_journey_is_in_the_order_given():
    responses, links = survey(400)
    table = journey(responses, links, THEMES, "plan", order=["Ultra", "Basic"])
    assert table["stage"].tolist()[:3] == ["Ultra", "Basic", "Plus"]
    with pytest.raises(FeedbackError, match="'Gold' does not occur"):
        journey(responses, links, THEMES, "plan", order=["Gold"])


# --- who answers --------------------------------------------------------------------------------


def test_response_rates_from_persons_and_from_numbers_agree():
    responses, _ = survey(90)
    persons = pd.DataFrame({"plan": ["Basic"] * 300 + ["Plus"] * 100 + ["Ultra"] * 100})
    numbers = pd.DataFrame({"plan": ["Basic", "Plus", "Ultra"], "people": [300, 100, 100]})
    by_person = response_rates(responses, persons, "plan")
    pd.testing.assert_frame_equal(
        by_person, response_rates(responses, numbers, "plan", invited="people")
    )
    assert by_person["invited_share"].tolist() == [0.6, 0.2, 0.2]
    assert by_person["sample_share"].sum() == pytest.approx(1)


def test_a_skewed_sample_is_said_out_loud_and_a_fair_one_is_not():
    invited = pd.DataFrame({"plan": ["Basic", "Plus"], "people": [1000, 1000]})
    skewed = pd.DataFrame({"plan": ["Basic"] * 100 + ["Plus"] * 200})
    table = response_rates(skewed, invited, "plan", invited="people")
    assert table["skewed"].all()
    assert "50% of those invited but 33% of those who answered" in skew_sentences(table)[0]
    fair = pd.DataFrame({"plan": ["Basic"] * 148 + ["Plus"] * 152})
    assert skew_sentences(response_rates(fair, invited, "plan", invited="people")) == []


def test_more_responses_than_invitations_is_an_error():
    invited = pd.DataFrame({"plan": ["basic"], "people": [500]})
    responses = pd.DataFrame({"plan": ["Basic"] * 20})
    with pytest.raises(FeedbackError, match="only 0 were invited"):
        response_rates(responses, invited, "plan", invited="people")


def test_a_level_from_which_nobody_answered_is_shown():
    invited = pd.DataFrame({"plan": ["Basic", "Plus"], "people": [100, 100]})
    responses = pd.DataFrame({"plan": ["Basic"] * 30})
    table = response_rates(responses, invited, "plan", invited="people").set_index("level")
    assert table.loc["Plus", "rate"] == 0
    assert table.loc["Plus", "skewed"]


def test_comment_rates_count_content_by_group_and_segment():
    responses, _ = survey(300)
    table = comment_rates(responses, "plan").set_index(["segment", "level"])
    basic = responses[responses["plan"] == "Basic"]
    assert table.loc[("plan", "Basic"), "n"] == basic["has_content"].sum()
    assert ("group", "promoter") in table.index
    assert ("group", "missing") not in table.index


# --- raking -------------------------------------------------------------------------------------


def closest_weights(responses, margins):
    """Minimise the Kullback-Leibler distance under the margins directly, by its dual."""
    indicators, targets = [], []
    for name, shares in margins.items():
        for level, share in shares.items():
            indicators.append((responses[name] == level).to_numpy(float))
            targets.append(share / sum(shares.values()))
    design, target = np.column_stack(indicators), np.array(targets)

    def dual(multipliers):
        return np.log(np.exp(design @ multipliers).mean()) - target @ multipliers

    found = minimize(dual, np.zeros(len(target)), method="BFGS", options={"gtol": 1e-10})
    weights = np.exp(design @ found.x)
    return weights / weights.mean()


def test_raked_weights_are_the_closest_to_equal_ones():
    # Ireland and Kullback (1968): iterative proportional fitting minimises that distance
    responses, _ = survey(400)
    responses["region"] = np.random.default_rng(1).choice(["N", "S"], 400)
    margins = {"plan": {"Basic": 50, "Plus": 30, "Ultra": 20}, "region": {"N": 0.7, "S": 0.3}}
    raked = rake(responses, margins)
    assert raked.weights.to_numpy() == pytest.approx(closest_weights(responses, margins), abs=1e-4)
    assert raked.margins["after"].to_numpy() == pytest.approx(raked.margins["population"], abs=1e-8)
    assert raked.weights.mean() == pytest.approx(1)


def test_one_margin_is_plain_post_stratification():
    responses = pd.DataFrame({"plan": ["Basic"] * 25 + ["Plus"] * 75})
    raked = rake(responses, {"plan": {"Basic": 0.5, "Plus": 0.5}})
    assert raked.weights.unique() == pytest.approx([2, 2 / 3])
    # Kish: (sum w)^2 / sum w^2 = 100^2 / (25 * 4 + 75 * 4/9)
    assert raked.effective_n == pytest.approx(10_000 / (100 + 100 / 3))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 1000),
    st.tuples(*[st.floats(0.1, 1.0)] * 3),
    st.tuples(*[st.floats(0.1, 1.0)] * 2),
)
def test_all_margins_are_met_whatever_they_are(seed, plans, regions):
    responses, _ = survey(120, seed)
    responses["region"] = np.random.default_rng(seed).choice(["N", "S"], 120)
    margins = {
        "plan": dict(zip(["Basic", "Plus", "Ultra"], plans, strict=True)),
        "region": dict(zip(["N", "S"], regions, strict=True)),
    }
    raked = rake(responses, margins)
    assert raked.margins["after"].to_numpy() == pytest.approx(raked.margins["population"], abs=1e-6)
    assert (raked.weights > 0).all()
    assert raked.design_effect >= 1 - 1e-9


def test_those_without_a_level_keep_their_share():
    responses = pd.DataFrame({"plan": ["Basic"] * 30 + ["Plus"] * 50 + [None] * 20})
    raked = rake(responses, {"plan": {"Basic": 1, "Plus": 1}})
    assert raked.weights[80:].sum() == pytest.approx(20)


def test_large_weights_can_be_cut():
    responses = pd.DataFrame({"plan": ["Basic"] * 2 + ["Plus"] * 98})
    raked = rake(responses, {"plan": {"Basic": 0.5, "Plus": 0.5}}, largest=3)
    assert raked.weights.max() == pytest.approx(3)
    assert raked.weights.mean() == pytest.approx(1)
    assert raked.margins["after"].iloc[0] < 0.5


@pytest.mark.parametrize(
    ("margins", "message"),
    [
        ({"plan": {"Basic": 1, "Plus": 1, "Gold": 1}}, r"'Gold'.*no respondents"),
        ({"plan": {"Basic": 1}}, r"'Plus'.*no known share"),
        ({"plan": {"Basic": -1, "Plus": 2}}, "zero or more"),
        ({"region": {"N": 1}}, "no column 'region'"),
        (
            {"plan": {"Basic": 1, "Plus": 1}, "copy": {"Basic": 9, "Plus": 1}},
            "cannot be met together",
        ),
    ],
)
def test_margins_that_cannot_be_met_are_refused(margins, message):
    responses = pd.DataFrame({"plan": ["Basic"] * 30 + ["Plus"] * 30})
    responses["copy"] = responses["plan"]
    with pytest.raises(FeedbackError, match=message):
        rake(responses, margins)


def test_nothing_is_changed_that_was_given():
    responses, links = survey(100)
    before = responses.copy()
    segment_nps(responses, "plan")
    journey(responses, links, THEMES, "plan")
    comment_rates(responses, "plan")
    rake(responses, {"plan": {"Basic": 1, "Plus": 1, "Ultra": 1}})
    pd.testing.assert_frame_equal(responses, before)
