"""Satisfaction beside recommendation: the findings on tables whose truth is known."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from made_up_ratings import FIVE, THEMES, Planted

from feedback_nlp import plots
from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.csat.csat_findings import TABLES
from feedback_nlp.findings.csat.measures import measures_of
from feedback_nlp.findings.csat.outcomes import csat_outcomes, outcome_of
from feedback_nlp.findings.csat.predictors import predictors_of
from feedback_nlp.findings.csat.quadrants import QUADRANTS, quadrant_of
from feedback_nlp.findings.csat.score_precision import score_precision
from feedback_nlp.findings.csat.scores import scale_use
from feedback_nlp.findings.csat.theme_gap import csat_quadrant_themes, csat_theme_gap
from feedback_nlp.findings.small_groups import TOO_FEW
from feedback_nlp.reading.scales import Scale
from feedback_nlp.report.satisfaction import satisfaction_figure, satisfaction_page


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted()


# --- themes that explain the gap ----------------------------------------------------------


def test_what_costs_the_one_but_not_the_other_is_found(planted):
    table = csat_theme_gap(*planted.texts, planted.measures, "csat", resamples=500)
    said = table[table["tone"] == "any"].set_index("theme_id")["reading"]
    assert said["price"] == "costs recommendation, not distinguishably satisfaction"
    assert said["waiting"] == "costs satisfaction, not distinguishably recommendation"
    assert said["staff"] == ""  # lifts both alike
    assert said["nothing"] == ""
    assert set(table["tone"]) == {"any", "negative", "positive"}


def test_effects_are_differences_of_means_in_standard_deviations(planted):
    table = csat_theme_gap(*planted.texts, planted.measures, "csat", resamples=100).set_index(
        ["tone", "theme_id"]
    )
    price = planted.named[:, 0]
    rating, score = planted.responses["csat"].to_numpy(), planted.responses["score"].to_numpy(float)
    worth = np.sign(score - 7.5) * ((score >= 9) | (score < 7))
    row = table.loc["any", "price"]
    for values, effect in ((worth, "effect_nps"), (rating, "effect_csat"), (score, "effect_ltr")):
        expected = (values[price].mean() - values[~price].mean()) / values.std()
        assert row[effect] == pytest.approx(expected)
        assert row[f"{effect}_low"] <= row[effect] <= row[f"{effect}_high"]
    assert row["difference"] == pytest.approx(row["effect_nps"] - row["effect_csat"])
    # Adjusted effects are the slopes of least squares on all themes.
    x = np.column_stack([np.ones(len(score)), planted.named])
    slopes = np.linalg.lstsq(x, worth, rcond=None)[0]
    assert row["adjusted_nps"] == pytest.approx(slopes[1] / worth.std(), rel=1e-5)


def test_the_joint_interval_of_a_difference_covers_and_chance_finds_nothing():
    truth, covered, found = [], [], 0
    big = Planted(60_000, seed=99)
    known = csat_theme_gap(*big.texts, big.measures, "csat", tones=("any",), resamples=100)
    truth = known.set_index("theme_id")["difference"]
    for seed in range(25):
        one = Planted(500, seed=seed)
        table = csat_theme_gap(
            *one.texts, one.measures, "csat", tones=("any",), resamples=300, seed=seed
        ).set_index("theme_id")
        inside = (table["difference_low"] <= truth) & (truth <= table["difference_high"])
        covered += inside.tolist()
        found += int(table.loc["nothing", "p_value"] < 0.05)
    assert np.mean(covered) >= 0.88
    assert found <= 4


def test_two_thousand_resamples_of_2400_respondents_and_20_themes_take_seconds():
    random = np.random.default_rng(0)
    n, k = 2400, 20
    responses = pd.DataFrame(
        {
            "response_id": [f"r{i}" for i in range(n)],
            "score": random.integers(0, 11, n),
            "csat": random.integers(1, 6, n).astype(float),
            "has_content": True,
        }
    )
    rows, columns = np.nonzero(random.random((n, k)) < 0.1)
    links = pd.DataFrame(
        {"response_id": [f"r{i}" for i in rows], "theme_id": [f"t{j}" for j in columns]}
    )
    themes = pd.DataFrame({"theme_id": [f"t{j}" for j in range(k)], "parent_id": None})
    started = time.perf_counter()
    table = csat_theme_gap(
        responses, links, links, themes, measures_of(responses, FIVE), "csat", tones=("any",)
    )
    assert len(table) == k
    assert time.perf_counter() - started < 15  # 0.7 s on a free core


def test_many_respondents_are_resampled_in_groups_with_the_same_interval():
    large = Planted(12_000, seed=3)
    table = csat_theme_gap(*large.texts, large.measures, "csat", tones=("any",), resamples=400)
    width = (table["difference_high"] - table["difference_low"]).to_numpy()
    alone = Planted(9_000, seed=3)
    other = csat_theme_gap(*alone.texts, alone.measures, "csat", tones=("any",), resamples=400)
    expected = (other["difference_high"] - other["difference_low"]).to_numpy()
    assert width == pytest.approx(expected * np.sqrt(9 / 12), rel=0.2)


def test_quadrant_themes_compare_with_the_neighbour(planted):
    table = csat_quadrant_themes(*planted.texts, planted.measures, "csat")
    row = table.query(
        "quadrant == 'satisfied_non_promoter' and tone == 'negative' and theme_id == 'price'"
    ).iloc[0]
    quadrant = quadrant_of(planted.measures, "csat")
    own, other = quadrant == "satisfied_non_promoter", quadrant == "satisfied_promoter"
    price = planted.named[:, 0]
    assert (row["n"], row["base"]) == ((price & own).sum(), own.sum())
    a, b = (price & own).sum() + 0.5, (~price & own).sum() + 0.5
    c, d = (price & other).sum() + 0.5, (~price & other).sum() + 0.5
    assert row["odds_ratio"] == pytest.approx(a * d / (b * c))
    assert row["q_value"] < 0.01


# --- outcomes and precision ---------------------------------------------------------------


def test_the_outcome_is_told_by_what_made_it(planted):
    known = predictors_of(*planted.texts, planted.measures)
    table = csat_outcomes(planted.responses["churned"], planted.measures, known)
    at = table.set_index("predictor")
    assert at.loc["_score", "auc"] == at["auc"].drop("_everything").max()
    assert at.loc["_group", "difference"] < 0
    assert at.loc["_group", "q_value"] < 0.01
    assert ((at["auc_low"] <= at["auc"]) & (at["auc"] <= at["auc_high"])).all()
    assert (at["n"] == len(planted.responses)).all()


def test_an_outcome_of_pure_chance_is_not_told():
    aucs = []
    for seed in range(8):
        one = Planted(300, seed=seed)
        random = np.random.default_rng(seed)
        outcome = pd.Series(pd.array(random.random(300) < 0.4, dtype="boolean"), name="moved")
        known = predictors_of(*one.texts, one.measures)
        table = csat_outcomes(outcome, one.measures, known)
        aucs.append(table.set_index("predictor").loc[["_everything", "_themes"], "auc"].mean())
    assert np.mean(aucs) == pytest.approx(0.5, abs=0.04)


def test_amounts_are_cut_at_the_median_and_too_few_are_refused(planted):
    values, event = outcome_of(planted.responses["spend"])
    assert np.nanmean(values) == pytest.approx(0.5, abs=0.01)
    assert event.startswith("above")
    known = predictors_of(*planted.texts, planted.measures)
    rare = pd.Series(pd.array([True] * 5 + [False] * 1495, dtype="boolean"), name="left")
    with pytest.raises(FeedbackError, match="5 respondents with it"):
        csat_outcomes(rare, planted.measures, known)


def test_the_nps_needs_more_responses_than_the_mean(planted):
    table = score_precision(planted.measures, resamples=200).set_index("figure")
    assert table.loc["mean", "responses"] == 1
    assert table.loc["nps", "responses_low"] > 1
    assert table.loc["top_box", "responses"] > table.loc["nps", "responses"]
    assert (table["efficiency"] <= 1).all()


def test_ceilings_are_said():
    responses = pd.DataFrame({"score": [10] * 60 + [0] * 5 + [6] * 35, "csat": [5.0, 3.0] * 50})
    table = scale_use(measures_of(responses, FIVE)).set_index("measure")
    assert table.loc["_score", "ceiling"]
    assert not table.loc["_score", "floor"]
    assert table.loc["csat", "points_used"] == 2


# --- the whole, and what cannot be answered -----------------------------------------------


def test_every_table_of_a_full_survey_and_nothing_missing_silently(planted):
    found = planted.findings()
    assert set(TABLES) - set(found.tables) == {"csat_comparisons", "csat_drivers"}  # one rating
    again = planted.findings()
    for name, table in found.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])
        counts = [c for c in table.columns if c == "n" or c.startswith(("n_", "base"))]
        assert counts or name == "csat_comparisons", f"{name} does not say how many respondents"


@pytest.mark.parametrize(
    ("scale", "ratings", "why"),
    [
        (Scale(1, 5), [4.0] * 300, "every respondent gave the same"),
        (Scale(1, 5), [np.nan] * 294 + [1.0, 5, 3, 2, 4, 5], "6 respondents gave it"),
        (Scale(1, 5, refused="it holds no ratings"), [np.nan] * 300, "it holds no ratings"),
    ],
)
def test_a_rating_that_says_nothing_is_refused_with_a_reason(scale, ratings, why):
    one = Planted(300)
    one.responses["csat"] = ratings
    found = one.findings({"csat": scale})
    assert why in found.notes["rating csat"]
    assert "name one with --csat" in found.notes["csat"]
    assert set(found.tables) <= {
        *("scale_use", "csat_models", "csat_agreement", "csat_outcomes", "score_precision")
    }


def test_95_percent_missing_is_analysed_where_it_can_be():
    one = Planted(1500)
    one.responses.loc[75:, "csat"] = np.nan
    found = one.findings()
    assert found.tables["csat_scores"]["response"].iloc[0] == pytest.approx(0.05)
    assert found.tables["csat_scores"]["n_both"].iloc[0] == 75
    # Too few have it for a model: the others go on without it.
    assert "ratings" not in set(found.tables["csat_models"]["model"])


def test_two_levels():
    one = Planted(600)
    one.responses["csat"] = (one.responses["csat"] >= 4).astype(float)
    found = one.findings({"csat": Scale(0, 1)})
    scores = found.tables["csat_scores"].iloc[0]
    assert scores["boxes"] == 1
    assert scores["top_box"] == pytest.approx(one.responses["csat"].mean())
    assert found.tables["csat_agreement"]["polychoric"].iloc[0] > 0.5
    assert set(found.tables["csat_quadrants"]["quadrant"]) <= {*QUADRANTS, TOO_FEW}


def test_twelve_respondents_get_what_twelve_can_carry():
    one = Planted(12, seed=2)
    one.responses["csat"] = [1.0, 5, 4, 2, 3, 5, 4, 4, 1, 2, 5, 3]
    found = one.findings()
    for name in ("csat_models", "csat_outcomes", "csat_theme_gap"):
        assert name in found.notes, name
    row = found.tables["csat_agreement"].iloc[0]
    assert row["n"] == 12
    assert np.isnan(row["polychoric"])
    assert "fewer than 30" in row["note"]
    for table in found.tables.values():
        if "n" in table:
            assert ((table["n"].dropna() >= 10) | (table["n"].dropna() == 0)).all()


def test_a_score_of_two_scales_is_not_cut_into_groups(planted):
    mixed = Scale(0, 10, warnings=("67 scores lie beyond: two scales seem mixed in the column",))
    found = planted.findings({**FIVE, "score": mixed})
    assert set(found.tables) == {"csat_scores", "scale_use", "csat_outcomes"}
    assert "two scales seem mixed" in found.notes["csat_quadrants"]
    assert found.tables["csat_scores"]["nps"].isna().all()
    assert "_group" not in set(found.tables["csat_outcomes"]["predictor"])


def test_a_stand_in_for_the_score_is_named(planted):
    found = planted.findings(score_column="overall_rating")
    assert "stands in for the likelihood to recommend" in found.notes["stand_in"]
    assert "stand_in" not in planted.findings(score_column="NPS_SCORE").notes


# --- what readers see ---------------------------------------------------------------------


def run_of(planted: Planted) -> SimpleNamespace:
    found = planted.findings()
    return SimpleNamespace(
        responses=planted.responses,
        mentions=planted.mentions,
        mention_themes=planted.links,
        themes=THEMES,
        tables=[*found.tables],
        record={"scales": {"csat": FIVE["csat"].record()}, "findings_notes": found.notes},
        **found.tables,
    )


def test_the_half_page_says_what_the_tables_say(planted):
    run = run_of(planted)
    page = satisfaction_page(run)
    assert page is not None
    json.dumps(page)
    said = " ".join(sentence["text"] for sentence in page["sentences"]).replace("\u200e", "")
    row = run.csat_quadrants.set_index("quadrant").loc["satisfied_non_promoter"]
    assert f"{100 * row['share']:.0f}% are satisfied but would not recommend us" in said
    assert "Complaining of “Price rise” costs recommendation" in said
    assert all(quote["theme"] == "Price rise" for quote in page["quotes"])
    assert len(page["quotes"]) == 1  # all mentions say the same words
    axes = satisfaction_figure(run, page)
    assert axes.get_xlabel().startswith("Those who complain of it")


def test_the_half_page_claims_nothing_where_nothing_was_found():
    one = Planted(400, seed=6)
    random = np.random.default_rng(6)
    one.links["theme_id"] = random.permutation(one.links["theme_id"].to_numpy())
    one.links["response_id"] = random.permutation(one.links["response_id"].to_numpy())
    page = satisfaction_page(run_of(one))
    assert page is not None
    strengths = {s["text"]: s["strength"] for s in page["sentences"]}
    told = [text for text, strength in strengths.items() if strength == "clear"]
    assert not [text for text in told if "costs" in text or "earns" in text]
    assert page["quotes"] == []


def test_without_a_rating_there_is_no_half_page():
    assert satisfaction_page(SimpleNamespace(tables=[])) is None


def test_pictures_draw_every_row_and_name_their_marks(planted):
    found = planted.findings()
    gap = plots.plot_theme_gap(found.tables["csat_theme_gap"], THEMES)
    labels = [label.get_text() for label in gap.get_yticklabels()]
    assert sorted(labels) == sorted(THEMES["label"])
    words = {text.get_text() for text in gap.texts}
    assert {"recommendation", "satisfaction"} <= words
    quadrants = plots.plot_quadrants(found.tables["csat_quadrants"])
    assert len(quadrants.patches) == len(found.tables["csat_quadrants"])
    outcomes = plots.plot_outcomes(found.tables["csat_outcomes"])
    assert "than the score alone" in outcomes.figure.get_suptitle()
    with pytest.raises(FeedbackError):
        plots.plot_theme_gap(found.tables["csat_theme_gap"].head(0), THEMES)
    with pytest.raises(FeedbackError):
        plots.plot_quadrants(found.tables["csat_quadrants"].head(0))
