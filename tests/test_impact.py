"""What themes cost the NPS: contributions add up, leave-out and what-if agree with references."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.impact import nps_impact
from feedback_nlp.findings.proportional_odds import fit_proportional_odds
from feedback_nlp.findings.what_if import is_fragile, what_if
from feedback_nlp.nps import groups, nps

SUBS = {"price": ["fees", "refunds"], "staff": ["manners"], "speed": []}
THEMES = pd.DataFrame(
    {
        "theme_id": [*SUBS, *(s for subs in SUBS.values() for s in subs)],
        "parent_id": [None] * 3 + [p for p, subs in SUBS.items() for _ in subs],
    }
)
FINEST = ["price", "fees", "refunds", "manners", "speed"]

respondents = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 10)),
        st.booleans(),
        st.sets(st.sampled_from(FINEST)),
        st.floats(0.01, 100),
    ),
    min_size=1,
    max_size=80,
)


def tables(
    people: list[tuple[int | None, bool, set[str], float]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    scores = pd.Series([p[0] for p in people], dtype="Int64")
    responses = pd.DataFrame(
        {
            "response_id": [f"r{i}" for i in range(len(people))],
            "score": scores,
            "group": groups(scores),
            "has_content": [p[1] for p in people],
            "w": [p[3] for p in people],
        }
    )
    links = pd.DataFrame(
        [(f"r{i}", t) for i, p in enumerate(people) if p[1] for t in sorted(p[2])],
        columns=["response_id", "theme_id"],
    )
    return responses, links


@settings(max_examples=60, deadline=None)
@given(respondents, st.booleans(), st.integers(1, 15))
def test_contributions_add_up_to_the_nps_and_sub_themes_to_their_parent(
    people: list[tuple[int | None, bool, set[str], float]], weighted: bool, smallest: int
) -> None:
    responses, links = tables(people)
    impact = nps_impact(
        responses,
        links,
        THEMES,
        weight="w" if weighted else None,
        resamples=100,
        smallest=smallest,
    )
    n = int(responses["score"].notna().sum())
    if n < smallest or n == 0:
        assert impact.top.empty
        assert impact.sub.empty
        return
    score = nps(responses["score"], responses["w"] if weighted else None).score
    assert impact.top["contribution"].sum() == pytest.approx(score, abs=1e-9)
    by_parent = impact.sub.groupby("parent_id")["contribution"].sum()
    top = impact.top.set_index("theme_id")["contribution"]
    assert set(by_parent.index) == set(top.index) & set(SUBS)
    assert by_parent.to_numpy() == pytest.approx(top[by_parent.index].to_numpy(), abs=1e-9)
    for table in (impact.top, impact.sub):
        assert ((table["n"] >= smallest) | (table["n"] == 0)).all()
        assert table["contribution"].is_monotonic_increasing
        assert (table["ci_low"] <= table["contribution"] + 1e-9).all()
        assert (table["contribution"] <= table["ci_high"] + 1e-9).all()


def test_leave_out_is_the_nps_without_those_who_mention_the_theme() -> None:
    random = np.random.default_rng(3)
    people = [
        (int(s), True, set(np.array(FINEST)[random.random(5) < 0.3]), float(w))
        for s, w in zip(random.integers(0, 11, 200), random.random(200) + 0.5, strict=True)
    ]
    responses, links = tables(people)
    top = nps_impact(responses, links, THEMES, weight="w", resamples=200).top.set_index("theme_id")
    named = set(links["response_id"][links["theme_id"] == "speed"])
    left = responses[~responses["response_id"].isin(named)]
    expected = nps(responses["score"], responses["w"]).score - nps(left["score"], left["w"]).score
    assert top.loc["speed", "leave_out"] == pytest.approx(expected)
    assert top.loc["speed", "leave_out_low"] < expected < top.loc["speed", "leave_out_high"]
    assert top.loc[["_no_theme", "_no_answer"], "leave_out"].isna().all()


def test_a_theme_that_everyone_mentions_carries_the_whole_nps() -> None:
    responses, links = tables([(s % 11, True, {"speed"}, 1.0) for s in range(60)])
    top = nps_impact(responses, links, THEMES, resamples=200).top.set_index("theme_id")
    assert top.loc["speed", "contribution"] == pytest.approx(nps(responses["score"]).score)
    assert pd.isna(top.loc["speed", "leave_out"])


def test_the_same_score_everywhere_leaves_no_doubt_and_no_what_if() -> None:
    responses, links = tables([(10, True, {"speed"} if i < 20 else set(), 1.0) for i in range(50)])
    mentions = pd.DataFrame(
        {
            "mention_id": links["response_id"],
            "response_id": links["response_id"],
            "sentiment_label": "negative",
        }
    )
    links = links.assign(mention_id=links["response_id"])
    top = nps_impact(responses, links, THEMES, mentions=mentions).top.set_index("theme_id")
    assert top.loc["speed", ["contribution"]].tolist() == pytest.approx([40.0])
    assert pd.isna(top.loc["speed", "what_if"])
    assert top.loc["speed", "what_if_note"] == "all respondents are in the same group"


def test_same_seed_same_table_and_inputs_stay_as_they_are() -> None:
    responses, links = tables([(s % 11, True, {"speed"} if s % 3 else {"fees"}, 1.0)
                               for s in range(90)])  # fmt: skip
    before = responses.copy(), links.copy()
    one = nps_impact(responses, links, THEMES, resamples=300, seed=5)
    two = nps_impact(responses, links, THEMES, resamples=300, seed=5)
    pd.testing.assert_frame_equal(one.top, two.top)
    pd.testing.assert_frame_equal(responses, before[0])
    pd.testing.assert_frame_equal(links, before[1])


def test_weights_that_are_all_zero_are_refused() -> None:
    responses, links = tables([(5, True, {"speed"}, 1.0)] * 20)
    with pytest.raises(FeedbackError, match="zero"):
        nps_impact(responses.assign(w=0.0), links, THEMES, weight="w")


# what if


def complaining(
    n: int, seed: int, pull: tuple[float, ...] = (-2.0, -1.0, 0.0)
) -> dict[str, pd.DataFrame]:
    random = np.random.default_rng(seed)
    names = list(SUBS)
    negative = random.random((n, 3)) < (0.2, 0.15, 0.1)
    region = random.choice(["a", "b", "c"], n)
    tilt = negative @ np.array(pull) + 0.6 * (region == "b") + random.logistic(size=n)
    ids = np.char.add("r", np.arange(n).astype(str))
    who, what = np.nonzero(negative)
    mention_ids = [f"m{i}" for i in range(len(who))]
    return {
        "responses": pd.DataFrame(
            {
                "response_id": ids,
                "group": np.select([tilt > 0, tilt > -1], ["promoter", "passive"], "detractor"),
                "has_content": True,
                "region": region,
            }
        ),
        "mentions": pd.DataFrame(
            {"mention_id": mention_ids, "response_id": ids[who], "sentiment_label": "negative"}
        ),
        "mention_themes": pd.DataFrame(
            {
                "mention_id": mention_ids,
                "response_id": ids[who],
                "theme_id": np.array(names)[what],
            }
        ),
        "themes": THEMES,
    }


def test_what_if_agrees_with_statsmodels_ordered_model() -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    made = complaining(800, seed=1)
    found = what_if(**made, segments=["region"]).set_index("theme_id")["what_if"]
    responses = made["responses"]
    links = made["mention_themes"]
    x = pd.DataFrame(
        {
            t: responses["response_id"].isin(links["response_id"][links["theme_id"] == t])
            for t in SUBS
        }
        | {level: responses["region"] == level for level in ("b", "c")}
    ).astype(float)
    y = responses["group"].map({"detractor": 0, "passive": 1, "promoter": 2}).to_numpy()
    fit = OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=0, gtol=1e-8)
    for theme in SUBS:
        shares = [fit.predict(z).to_numpy().mean(axis=0) for z in (x.assign(**{theme: 0.0}), x)]
        change = 100 * ((shares[0][2] - shares[0][0]) - (shares[1][2] - shares[1][0]))
        assert found[theme] == pytest.approx(change, abs=1e-3)


def test_the_interval_of_what_if_agrees_with_the_bootstrap() -> None:
    made = complaining(400, seed=2)
    row = what_if(**made).set_index("theme_id").loc["price"]
    random = np.random.default_rng(0)
    responses, draws = made["responses"], []
    for _ in range(120):
        chosen = random.integers(len(responses), size=len(responses))
        weight = np.bincount(chosen, minlength=len(responses)).astype(float)
        drawn = what_if(**(made | {"responses": responses.assign(w=weight)}), weight="w")
        draws.append(drawn["what_if"].iloc[0])
    error = (row["what_if_high"] - row["what_if_low"]) / (2 * 1.96)
    assert error == pytest.approx(np.std(draws), rel=0.25)


def test_a_weight_of_two_is_the_same_respondent_twice() -> None:
    made = complaining(300, seed=4)
    random = np.random.default_rng(0)
    responses = made["responses"].assign(w=random.integers(1, 3, 300).astype(float))
    weighted = what_if(**(made | {"responses": responses}), weight="w")["what_if"]
    again = responses[responses["w"] == 2]
    copies = {name: made[name] for name in ("mentions", "mention_themes")}
    for name, table in copies.items():
        more = table[table["response_id"].isin(again["response_id"])]
        more = more.assign(
            response_id=more["response_id"] + "x", mention_id=more["mention_id"] + "x"
        )
        copies[name] = pd.concat([table, more])
    twice = pd.concat([responses, again.assign(response_id=again["response_id"] + "x")])
    found = what_if(**(made | copies | {"responses": twice}))["what_if"]
    assert weighted.to_numpy() == pytest.approx(found.to_numpy(), abs=1e-6)


def test_perfect_separation_is_penalised_and_said() -> None:
    made = complaining(400, seed=5)
    responses = made["responses"]
    links = made["mention_themes"]
    staff = responses["response_id"].isin(links["response_id"][links["theme_id"] == "staff"])
    responses.loc[staff, "group"] = "detractor"
    row = what_if(**made).set_index("theme_id").loc["staff"]
    assert "penalised" in row["what_if_note"]
    assert 0 < row["what_if_low"] < row["what_if"] < row["what_if_high"] < 100


def test_too_few_complaints_and_too_few_without_are_said() -> None:
    made = complaining(200, seed=6)
    links = made["mention_themes"]
    few = links[links["theme_id"] == "speed"].head(4)
    made["mention_themes"] = pd.concat([links[links["theme_id"] != "speed"], few])
    every = pd.DataFrame(
        {"mention_id": made["responses"]["response_id"],
         "response_id": made["responses"]["response_id"]}
    )  # fmt: skip
    made["mentions"] = pd.concat([made["mentions"], every.assign(sentiment_label="negative")])
    made["mention_themes"] = pd.concat([made["mention_themes"], every.assign(theme_id="staff")])
    table = what_if(**made).set_index("theme_id")
    assert table.loc["speed", "what_if_note"] == "fewer than 10 respondents complain about it"
    assert pd.isna(table.loc["speed", "n_negative"])
    assert "do not complain" in table.loc["staff", "what_if_note"]
    assert table.loc[["speed", "staff"], "what_if"].isna().all()


def test_complaints_that_always_come_together_cannot_be_told_apart() -> None:
    made = complaining(300, seed=7)
    links = made["mention_themes"]
    price = links[links["theme_id"] == "price"]
    made["mention_themes"] = pd.concat([price, price.assign(theme_id="staff")])
    table = what_if(**made).set_index("theme_id")
    assert table.loc[["price", "staff"], "what_if"].isna().all()
    assert "cannot be told apart" in table.loc["price", "what_if_note"]


def test_a_segment_of_thousands_of_levels_does_no_harm() -> None:
    made = complaining(1000, seed=8)
    made["responses"]["account"] = [f"a{i % 500}" for i in range(1000)]
    plain = what_if(**made)["what_if"]
    found = what_if(**made, segments=["account"])["what_if"]
    assert found.to_numpy() == pytest.approx(plain.to_numpy())


def test_few_respondents_leave_segments_out_then_everything() -> None:
    made = complaining(90, seed=9)
    table = what_if(**made, segments=["region"], smallest=5)
    assert "segments left out" in table["what_if_note"].iloc[0]
    made = complaining(30, seed=9)
    table = what_if(**made, smallest=2)
    assert table["what_if"].isna().all()
    assert table["what_if_note"].str.contains("too few|fewer than").all()


def test_a_figure_that_rests_on_few_complaints_is_noted_as_a_hint() -> None:
    made = complaining(3000, seed=10)
    links = made["mention_themes"]
    rare = links[links["theme_id"] == "staff"].drop_duplicates("response_id").head(14)
    made["mention_themes"] = pd.concat([links[links["theme_id"] != "staff"], rare])
    table = what_if(**made).set_index("theme_id")
    assert table.loc["staff", "n_negative"] == 14
    assert table.loc["staff", "what_if_note"] == ("a hint only: fewer than 30 respondents complain")
    assert table.loc["price", "what_if_note"] == ""
    assert is_fragile(table.loc["staff"].to_dict())
    assert not is_fragile(table.loc["price"].to_dict())


def test_no_effect_is_within_the_interval_and_an_effect_is_not() -> None:
    table = what_if(**complaining(3000, seed=10), segments=["region"]).set_index("theme_id")
    assert table.loc["price", "what_if_low"] > 5
    assert table.loc["speed", "what_if_low"] < 0 < table.loc["speed", "what_if_high"]
    assert table.loc["price", "what_if_q"] < 1e-6


def test_without_sentiment_the_reason_is_given() -> None:
    made = complaining(100, seed=11)
    top = nps_impact(made["responses"], made["mention_themes"], THEMES, resamples=100).top
    notes = top.set_index("theme_id")["what_if_note"]
    assert notes["price"] == "no mentions with sentiment were given"
    assert notes["_no_theme"] == "not a theme"


def test_the_model_is_that_of_statsmodels_with_many_categories() -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    random = np.random.default_rng(0)
    x = random.normal(size=(400, 3))
    y = np.digitize(x @ [1.0, -0.5, 0.0] + random.logistic(size=400), [-2, -1, 0, 1, 2])
    own = fit_proportional_odds(y, x, np.ones(400))
    reference = OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=0, gtol=1e-8)
    assert own.slopes == pytest.approx(reference.params[:3], abs=1e-4)
    assert np.sqrt(np.diag(own.covariance))[-3:] == pytest.approx(reference.bse[:3], rel=1e-3)


# truth


def findings_truth() -> ModuleType:
    path = Path(__file__).parents[1] / "benchmarks" / "findings_truth.py"
    spec = importlib.util.spec_from_file_location("findings_truth", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up by name
    import sys

    sys.modules["findings_truth"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_intervals_hold_the_truth_and_costs_rank_right() -> None:
    truth = findings_truth()
    found = truth.coverage(truth.PLANTED_WORLD, 60)
    # 60 surveys and ten themes: the wanted 93 to 97 % with room for chance
    for figure in ("contribution", "leave_out", "what_if", "share", "odds_ratio"):
        assert 0.92 <= found.coverage_of(figure) <= 0.98, figure
    assert found.ranked["contribution"] >= 0.85
    assert found.ranked["what_if"] >= 0.85


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_nothing_is_found_where_nothing_is_planted() -> None:
    found = findings_truth().false_discoveries(60)
    # at a true rate of 5 %, eight or more runs of 60 happen once in a hundred times
    assert max(found.values()) <= 7 / 60


def test_a_penalised_gain_does_not_depend_on_the_unit_of_the_weights() -> None:
    """All who complain are detractors: the slope has no estimate without a penalty."""
    random = np.random.default_rng(0)
    group = np.array(["detractor"] * 150 + ["passive"] * 150 + ["promoter"] * 150)
    ids = np.array([f"r{i}" for i in range(len(group))])
    responses = pd.DataFrame({"response_id": ids, "group": group, "has_content": True})
    responses["w"] = random.uniform(0.5, 2, len(ids))
    said = pd.DataFrame({"mention_id": ids[:60], "response_id": ids[:60]})
    mentions = said.assign(sentiment_label="negative")
    themes = pd.DataFrame({"theme_id": ["price"], "parent_id": [None]})
    small, large = (
        what_if(
            responses.assign(w=responses["w"] * unit),
            mentions,
            said.assign(theme_id="price"),
            themes,
            weight="w",
        )
        for unit in (1, 50)
    )
    assert "penalised" in small["what_if_note"].iloc[0]
    pd.testing.assert_frame_equal(small, large, rtol=1e-6)
