"""Findings against other libraries' answers, and at the edges of what they take and show."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up_ratings import FIVE, Planted, measured
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.benchmarks import (
    against_benchmarks,
    detectable_difference,
    responses_to_tell,
)
from feedback_nlp.findings.bootstrap import distinct_rows, percentile_interval
from feedback_nlp.findings.consistency import words_against_scores
from feedback_nlp.findings.content import tone_against_score
from feedback_nlp.findings.csat.agreement import csat_comparisons
from feedback_nlp.findings.csat.csat_findings import csat_findings
from feedback_nlp.findings.csat.drivers import csat_drivers
from feedback_nlp.findings.csat.measures import measures_of
from feedback_nlp.findings.csat.outcomes import outcome_of
from feedback_nlp.findings.csat.roc import roc_areas
from feedback_nlp.findings.csat.score_precision import score_precision
from feedback_nlp.findings.csat.scores import scale_use
from feedback_nlp.findings.danger import danger_zone, zones
from feedback_nlp.findings.events import before_and_after
from feedback_nlp.findings.inverted_scales import fit_score_model, inversion_test
from feedback_nlp.findings.mentioned import mentioned_themes
from feedback_nlp.findings.participation import comment_rates, response_rates
from feedback_nlp.findings.playbook import read_playbook
from feedback_nlp.findings.proportional_odds import fit_proportional_odds
from feedback_nlp.findings.proportions import effective_size, share_interval
from feedback_nlp.findings.raking import rake
from feedback_nlp.findings.segment_themes import journey, theme_segments
from feedback_nlp.findings.survey_findings import FindingRoles
from feedback_nlp.findings.trends import nps_trend, periods_of
from feedback_nlp.nps import groups, nps_from_counts
from feedback_nlp.reading.scales import Scale


def test_errors_of_the_proportional_odds_model_are_those_of_statsmodels() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=(800, 3)) * [1.0, 0.5, 2.0]
    latent = x @ [0.8, -1.2, 0.3] + random.logistic(size=800)
    category = np.digitize(latent, [-0.7, 0.9])
    ours = fit_proportional_odds(category, x, np.ones(800))
    theirs = OrderedModel(category, x, distr="logit").fit(method="newton", disp=False)
    assert ours.slopes == pytest.approx(theirs.params[:3], rel=1e-4)
    errors = np.sqrt(np.diag(ours.covariance))
    assert errors[2:] == pytest.approx(theirs.bse[:3], rel=1e-3)
    thresholds = theirs.model.transform_threshold_params(theirs.params)[1:-1]
    assert ours.thresholds == pytest.approx(thresholds, rel=1e-4)
    # The scores of the rows add up to zero at the maximum, and vary as the information says.
    assert np.abs(ours.scores.sum(axis=0)).max() < 1e-4
    assert ours.covariance @ (ours.scores.T @ ours.scores) == pytest.approx(np.eye(5), abs=0.4)


def test_respondents_alike_are_fitted_as_if_each_stood_alone(monkeypatch) -> None:
    random = np.random.default_rng(5)
    x = random.integers(0, 2, (900, 3)).astype(float)
    category = np.digitize(x @ [0.8, -1.2, 0.3] + random.logistic(size=900), [-0.7, 0.9])
    weights = random.uniform(0.5, 2.0, 900)
    together = fit_proportional_odds(category, x, weights)
    assert len(together.kind_scores) <= 24
    # Told apart by a hair's breadth no two are alike, and seven at a time are many blocks.
    monkeypatch.setattr("feedback_nlp.findings.proportional_odds._ROWS_AT_ONCE", 7)
    apart = fit_proportional_odds(category, x + random.normal(0, 1e-9, x.shape), weights)
    assert len(apart.kind_scores) == 900
    assert together.slopes == pytest.approx(apart.slopes, abs=1e-6)
    assert together.covariance == pytest.approx(apart.covariance, abs=1e-6)
    assert together.scores == pytest.approx(apart.scores, abs=1e-6)


def test_rows_are_told_apart_as_by_pandas(monkeypatch) -> None:
    monkeypatch.setattr("feedback_nlp.findings.bootstrap._HASHED_AT_ONCE", 50)
    rows = np.random.default_rng(6).choice([0.0, -0.0, 1.0, 0.5], (400, 4))
    distinct, kind, counts = distinct_rows(rows)
    frame = pd.DataFrame(rows)
    by_pandas = frame.groupby(list(frame.columns), sort=False).ngroup()
    assert kind.tolist() == by_pandas.tolist()
    assert counts.tolist() == by_pandas.value_counts().sort_index().tolist()
    assert (distinct[kind] == rows).all()


def test_correlations_of_two_ratings_with_the_score_are_scipys() -> None:
    random = np.random.default_rng(5)
    score = random.integers(0, 11, 400)
    ease = np.clip(np.round(score / 2.5 + random.normal(0, 1, 400)), 1, 5)
    care = np.clip(np.round(score / 4 + ease / 2 + random.normal(0, 1, 400)), 1, 5)
    row = csat_comparisons(measured(score, ease=ease, care=care)).iloc[0]
    ratings = {"ease": ease, "care": care}
    expected = {
        "spearman": stats.spearmanr(score, ratings[row["measure"]])[0],
        "spearman_other": stats.spearmanr(score, ratings[row["other"]])[0],
        "between": stats.spearmanr(ease, care)[0],
    }
    for name, value in expected.items():
        assert row[name] == pytest.approx(value)
    assert row["n"] == 400
    assert row["difference"] == pytest.approx(row["spearman"] - row["spearman_other"])
    assert row["q_value"] == row["p_value"]


def test_use_of_a_scale_is_counted_and_its_skewness_is_scipys() -> None:
    ratings = np.array([1] * 10 + [2] * 5 + [3] * 15 + [4] * 20 + [5] * 50)
    row = scale_use(measured(np.full(100, 7), ease=ratings)).set_index("measure").loc["ease"]
    assert row["skewness"] == pytest.approx(stats.skew(ratings))
    assert (row["best"], row["worst"], row["middle"]) == (0.5, 0.1, 0.15)
    for end, count in (("best", 50), ("worst", 10)):
        low, high = share_interval(count, 100)
        assert (row[f"{end}_low"], row[f"{end}_high"]) == pytest.approx((low, high))


def test_an_inverted_scale_is_tested_on_the_edge_of_what_can_be() -> None:
    # Self and Liang (1987), case 5: half the chi-square's tail.
    random = np.random.default_rng(0)
    latent = random.normal(size=500)
    score = np.clip(np.round(6 + 2.5 * latent + random.normal(size=500)), 0, 10).astype(np.int64)
    score[:15] = 10 - score[:15]
    test, model = inversion_test(latent, score)
    ratio = 2 * (model.log_likelihood - fit_score_model(latent, score).log_likelihood)
    assert ratio > 0
    assert test.p_value == pytest.approx(stats.chi2.sf(ratio, 1) / 2)


def test_power_is_asked_for_at_the_confidence_of_the_test() -> None:
    estimate = nps_from_counts(promoters=120, passives=90, detractors=90)
    chosen = {"confidence": 0.8, "power": 0.7}
    row = against_benchmarks(estimate, {"goal": 4.0}, **chosen).iloc[0]
    shares = (120 / 300, 90 / 300)
    assert row["detectable"] == detectable_difference(300, *shares, **chosen)
    assert row["n_needed"] == responses_to_tell(row["difference"], *shares, **chosen)
    assert row["n_needed"] < responses_to_tell(row["difference"], *shares, power=0.7)


def test_only_words_that_contradict_the_score_are_listed_the_strongest_first() -> None:
    responses = pd.DataFrame(
        {
            "response_id": list("abcdefgh"),
            "group": ["promoter"] * 4 + ["detractor"] * 4,
            "score": [9, 9, 10, 10, 0, 1, 2, 3],
            "sentiment": [-0.2, 0.0, 0.7, -0.9, 0.5, 0.0, -0.8, None],
            "answer": "…",
        },
        index=range(8, 0, -1),
    )
    assert tone_against_score(responses)["response_id"].tolist() == ["d", "e", "a"]


def test_zones_keep_the_labels_of_the_rows() -> None:
    found = zones(pd.Series([0, 3, 4, 6, 7, 9], index=list("fedcba"), dtype="Int64"))
    assert found.index.tolist() == list("fedcba")
    assert found.tolist() == ["danger zone"] * 2 + ["other detractor"] * 2 + ["passive", "promoter"]


def test_weighted_shares_of_the_danger_zone_have_the_interval_of_their_effective_size() -> None:
    random = np.random.default_rng(6)
    score = pd.array(random.integers(0, 11, 300), dtype="Int64")
    responses = pd.DataFrame(
        {"score": score, "group": groups(score), "plan": ["a", "b", "b"] * 100}
    )
    responses["w"] = random.uniform(0.2, 3, 300)
    table = danger_zone(responses, ["plan"], weight="w").set_index(["segment", "level"])
    part = responses[responses["plan"] == "b"]
    inside = part["score"].le(3).to_numpy(bool)
    share = part["w"][inside].sum() / part["w"].sum()
    size = effective_size(part["w"].to_numpy())
    row = table.loc[("plan", "b")]
    assert row["danger_share"] == pytest.approx(share)
    assert (row["danger_low"], row["danger_high"]) == pytest.approx(
        share_interval(share * size, size)
    )


def test_answers_without_a_date_or_a_score_are_no_part_of_before_and_after() -> None:
    random = np.random.default_rng(7)
    score = pd.array(random.integers(0, 11, 200), dtype="Int64")
    days = pd.Timestamp("2024-05-01") + pd.to_timedelta(np.arange(200) % 100, unit="D")
    ids = [f"r{i}" for i in range(200)]
    responses = pd.DataFrame(
        {"response_id": ids, "score": score, "group": groups(score), "day": days}
    )
    undated = responses.head(30).assign(day=pd.NaT)
    silent = responses.tail(30).assign(score=pd.NA, group="missing")
    more = pd.concat([responses, undated, silent], ignore_index=True)
    more = more.astype({"score": "Int64"}).assign(response_id=[f"r{i}" for i in range(260)])
    both = [before_and_after(one, "day", "2024-06-15") for one in (responses, more)]
    assert both[0].before == both[1].before
    assert both[0].after == both[1].after
    assert both[0].step == both[1].step


def test_saying_everything_twice_implies_the_same_score() -> None:
    random = np.random.default_rng(8)
    score = random.integers(0, 11, 300)
    ids = [f"r{i}" for i in range(300)]
    responses = pd.DataFrame(
        {
            "response_id": ids,
            "score": pd.array(score, dtype="Int64"),
            "group": groups(score),
            "has_content": True,
        }
    )
    vectors = np.column_stack([score + random.normal(0, 2, 300), random.normal(size=300)])
    tone = pd.Series(np.tanh((score - 5) / 5 + random.normal(0, 0.5, 300)))
    once = pd.DataFrame({"mention_id": ids, "response_id": ids, "sentiment": tone})
    half = once.head(150).assign(mention_id=[f"{i}+" for i in ids[:150]])
    more = pd.concat([once, half], ignore_index=True)
    single = words_against_scores(responses, once, vectors)
    double = words_against_scores(responses, more, np.vstack([vectors, vectors[:150]]))
    pd.testing.assert_frame_equal(single.answers, double.answers, rtol=1e-6)


def test_weights_count_where_words_are_set_against_scores() -> None:
    random = np.random.default_rng(9)
    score = random.integers(0, 11, 300)
    ids = [f"r{i}" for i in range(300)]
    responses = pd.DataFrame(
        {
            "response_id": ids,
            "score": pd.array(score, dtype="Int64"),
            "group": groups(score),
            "has_content": True,
            "w": np.where(score > 8, 3.0, 1.0),
        }
    )
    vectors = np.column_stack([score + random.normal(0, 2, 300), random.normal(size=300)])
    mentions = pd.DataFrame(
        {"mention_id": ids, "response_id": ids, "sentiment": np.tanh((score - 5) / 5)}
    )
    plain = words_against_scores(responses, mentions, vectors).scores
    weighted = words_against_scores(responses, mentions, vectors, weight="w").scores
    assert (weighted["nps"] > plain["nps"]).all()


@pytest.mark.parametrize(
    ("column", "expected", "event"),
    [
        (pd.Series([0.0, 1.0, None, 1.0]), [0, 1, np.nan, 1], "1"),
        (pd.Series([2, 1, 2, 2]), [1, 0, 1, 1], "2"),
        (pd.Series([1.0, 5.0, 9.0, None]), [0, 0, 1, np.nan], "above 5 (the median)"),
    ],
)
def test_an_outcome_is_the_larger_number_or_what_is_above_the_median(
    column: pd.Series, expected: list[float], event: str
) -> None:
    values, said = outcome_of(column)
    np.testing.assert_array_equal(values, expected)
    assert said == event


def test_a_parent_with_sub_themes_is_no_finest_theme_unless_it_is_assigned_itself() -> None:
    responses = pd.DataFrame({"response_id": ["a", "b", "c"]})
    themes = pd.DataFrame(
        {"theme_id": ["price", "fees", "speed"], "parent_id": [None, "price", None]}
    )
    links = pd.DataFrame({"response_id": ["a", "b", "x"], "theme_id": ["fees", "speed", "speed"]})
    finest = mentioned_themes(responses, links, themes, "sub")
    assert list(finest) == ["fees", "speed"]
    assert finest.to_numpy().tolist() == [[True, False], [False, True], [False, False]]
    top = mentioned_themes(responses, links, themes)
    assert list(top) == ["price", "speed"]
    direct = pd.DataFrame({"response_id": ["c"], "theme_id": ["price"]})
    assert list(mentioned_themes(responses, direct, themes, "sub")) == ["price", "fees", "speed"]


def test_who_gave_no_score_is_no_group_that_comments() -> None:
    responses = pd.DataFrame(
        {"group": ["promoter"] * 30 + ["missing"] * 30, "has_content": [True, False] * 30}
    )
    responses["plan"] = ["missing", "basic"] * 30
    table = comment_rates(responses, ["plan"])
    assert table.loc[table["segment"] == "group", "level"].tolist() == ["promoter"]
    assert set(table.loc[table["segment"] == "plan", "level"]) == {"missing", "basic"}


def test_a_column_that_the_invitations_lack_is_said_to_be_missing_there() -> None:
    responses = pd.DataFrame({"plan": ["a"] * 20})
    with pytest.raises(FeedbackError, match="'sent' among the invitations"):
        response_rates(responses, pd.DataFrame({"plan": ["a"]}), "plan", invited="sent")


def test_raking_counts_those_with_a_weight_and_refuses_a_bound_of_one() -> None:
    responses = pd.DataFrame({"plan": ["basic"] * 30 + ["plus"] * 70, "w": [1.0] * 90 + [0.0] * 10})
    raked = rake(responses, {"plan": {"basic": 50, "plus": 50}}, weight="w")
    assert raked.design_effect == pytest.approx(90 / raked.effective_n)
    assert raked.weights.tail(10).eq(0).all()
    with pytest.raises(FeedbackError) as refused:
        rake(responses, {"plan": {"basic": 50, "plus": 50}}, largest=1)
    assert str(refused.value) == "The largest weight is 1 times the mean; it must exceed 1."


def talk(plans: dict[str, tuple[int, int, int]]) -> tuple[pd.DataFrame, ...]:
    """Levels, each of so many respondents who talk of price and of speed."""
    rows, links = [], []
    for plan, (size, price, speed) in plans.items():
        for number in range(size):
            name = f"{plan}{number}"
            rows.append((name, "promoter", True, plan))
            links += [(name, "price")] * (number < price) + [(name, "speed")] * (number < speed)
    responses = pd.DataFrame(rows, columns=["response_id", "group", "has_content", "plan"])
    themes = pd.DataFrame({"theme_id": ["price", "speed"], "parent_id": None})
    return responses, pd.DataFrame(links, columns=["response_id", "theme_id"]), themes


def test_a_level_of_just_enough_respondents_is_shown_and_one_fewer_is_not() -> None:
    told = talk({"basic": (40, 15, 5), "plus": (12, 6, 6), "pro": (11, 6, 6)})
    table = theme_segments(*told, ["plan"], smallest=12)
    assert {"basic", "plus"} <= set(table["level"])
    assert "pro" not in set(table["level"])


def test_the_journey_begins_with_the_theme_most_talked_of_in_the_order_of_the_stages() -> None:
    told = talk({"order": (40, 12, 20), "use": (50, 11, 30)})
    table = journey(*told, "plan", order=["use", "order"])
    assert table["theme_id"].tolist() == ["speed", "speed", "price", "price"]
    assert table["stage"].tolist() == ["use", "order"] * 2
    assert table["n"].tolist() == [30, 20, 11, 12]
    with pytest.raises(FeedbackError) as refused:
        journey(*told, "plan", order=["use", "repair"])
    assert str(refused.value) == (
        "The stage 'repair' does not occur in the column 'plan': its stages are 'order', 'use'."
    )


def test_periods_bear_their_name_and_those_without_answers_stay_in_the_trend() -> None:
    days = pd.to_datetime(["2024-01-31"] * 12 + ["2024-02-01", None] + ["2024-04-30"] * 12)
    responses = pd.DataFrame({"day": days, "score": 9, "group": "promoter"})
    period = periods_of(responses, "day", unit="month")
    assert period.name == "period"
    assert period.isna().sum() == 1
    table = nps_trend(responses.astype({"score": "Int64"}), "day", unit="month")
    assert table["n"].tolist()[0] == 12
    assert table["nps"].notna().tolist() == [True, False, False, True]


def test_of_two_ratings_it_is_said_which_goes_with_the_score_more_closely() -> None:
    planted = Planted(400)
    random = np.random.default_rng(1)
    responses = planted.responses.assign(care=random.integers(1, 6, 400))
    scales = {"csat": FIVE["csat"], "care": FIVE["csat"]}
    texts = (responses, *planted.texts[1:])
    found = csat_findings(*texts, scales, FindingRoles(), resamples=100)
    expected = csat_comparisons(measures_of(responses, scales))
    pd.testing.assert_frame_equal(found.tables["csat_comparisons"], expected)


def test_a_figure_that_no_resample_has_leaves_the_others_their_interval() -> None:
    draws = np.column_stack([np.full(101, np.nan), np.arange(101.0), np.arange(101.0) * 2])
    draws[:50, 2] = np.nan
    low, high = percentile_interval(draws, np.array([3.0, 50.0, 150.0]), 0.9)
    assert (low[0], high[0]) == (3.0, 3.0)
    assert (low[1], high[1]) == pytest.approx((5, 95))
    assert (low[2], high[2]) == pytest.approx((105, 195))


def test_a_weighted_area_under_the_curve_is_that_of_as_many_respondents() -> None:
    random = np.random.default_rng(3)
    outcome = random.random(80) < 0.4
    told = np.round(outcome + random.normal(0, 1, 80), 1)[:, None]
    times = random.integers(1, 5, 80)
    weighted = roc_areas(outcome, told, times.astype(float)).area
    repeated = roc_areas(
        np.repeat(outcome, times), np.repeat(told, times, axis=0), np.ones(times.sum())
    ).area
    assert weighted == pytest.approx(repeated)
    yes, no = (np.repeat(told[side, 0], times[side]) for side in (outcome, ~outcome))
    wins = stats.mannwhitneyu(yes, no).statistic
    assert weighted[0] == pytest.approx(wins / (len(yes) * len(no)))


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        (Scale(0, 10), ""),
        (
            Scale(1, 5),
            "The score was asked from 1 (worst) to 5 and brought to 0-10 in proportion.",
        ),
        (
            Scale(1, 7, reversed=True),
            "The score was asked from 7 (worst) to 1 and brought to 0-10 in proportion.",
        ),
    ],
)
def test_a_score_on_another_scale_is_said_to_be_brought_to_ten(scale: Scale, said: str) -> None:
    planted = Planted(300)
    notes = planted.findings({**FIVE, "score": scale}, resamples=50).notes
    assert notes["score_scale"] == said


def test_unlike_spans_before_and_after_an_event_are_warned_of() -> None:
    days = pd.Timestamp("2024-06-01") + pd.to_timedelta(np.arange(-80, 20), unit="D")
    score = pd.array(np.tile([3, 8, 9, 10], 25), dtype="Int64")
    responses = pd.DataFrame({"score": score, "group": groups(score), "day": days})
    responses["response_id"] = [f"r{i}" for i in range(100)]
    (said,) = [
        one for one in before_and_after(responses, "day", "2024-06-01").cautions if "span" in one
    ]
    assert said.startswith("The answers before span 80 days and those after 20: a season")


def test_numbers_that_a_playbook_does_not_give_are_the_usual_ones(tmp_path) -> None:
    path = tmp_path / "playbook.yaml"
    rule = (
        "rules:\n- {name: all, scores: [0, 10], priority: 1, goal: keep them, action: call, "
        "contact_days: [1, 2]}\n"
    )
    path.write_text("thanks: Thank you\n" + rule, encoding="utf-8")
    book = read_playbook(path)
    assert (book.days_between_contacts, book.forget_after_days) == (90, 120)
    assert book.heavy_hitter_share == 0.2


def test_too_few_ratings_and_scores_are_refused_with_their_number() -> None:
    score = np.arange(29) % 11
    few = measured(score, ease=score % 5 + 1, care=score % 4 + 1)
    with pytest.raises(FeedbackError, match="The importance of ratings needs 30 respondents who"):
        csat_drivers(few, resamples=50)
    alike = measured(np.full(40, 8), ease=np.arange(40) % 5 + 1)
    with pytest.raises(FeedbackError) as refused:
        score_precision(alike, resamples=50)
    assert str(refused.value) == (
        "What the groups of the score lose cannot be told from 40 scores that are all the same."
    )
