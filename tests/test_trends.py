"""Periods, the split of a change, change points and events, against independent sums."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.events import NOT_PROOF, before_and_after
from feedback_nlp.findings.nps_change import nps_change
from feedback_nlp.findings.trends import nps_trend, periods_of, suitable_unit, theme_trend
from feedback_nlp.nps import groups, nps

THEMES = pd.DataFrame({"theme_id": ["price", "speed", "staff"], "parent_id": [None, None, None]})


def survey(n, seed=0, start="2025-01-01", days=180, prefix="r", promoters=0.4):
    random = np.random.default_rng(seed)
    score = random.choice([10, 8, 2], n, p=[promoters, 0.25, 0.75 - promoters])
    return pd.DataFrame(
        {
            "response_id": [f"{prefix}{k}" for k in range(n)],
            "score": pd.array(score, dtype="Int64"),
            "group": groups(score),
            "has_content": random.random(n) < 0.85,
            "date": pd.Timestamp(start) + pd.to_timedelta(random.integers(0, days, n), unit="D"),
            "weight": random.random(n) + 0.2,
        }
    )


def links_of(responses, seed=0):
    random = np.random.default_rng(seed)
    content = responses.loc[responses["has_content"], "response_id"].to_numpy()
    return pd.DataFrame(
        {
            "response_id": random.choice(content, 2 * len(content)),
            "theme_id": random.choice(["price", "speed", "staff"], 2 * len(content)),
        }
    )


# --- periods ------------------------------------------------------------------------------------


def test_periods_are_named_as_people_name_them():
    dates = pd.DataFrame({"d": pd.to_datetime(["2024-12-31 00:00", "2025-07-01 23:59", None])})
    assert periods_of(dates, "d", unit="quarter").tolist()[:2] == ["2024-Q4", "2025-Q3"]
    # ISO 8601: the last of December 2024 is a Tuesday of the first week of 2025
    assert periods_of(dates, "d", unit="week").tolist()[:2] == ["2025-W01", "2025-W27"]
    assert periods_of(dates, "d", unit="year").tolist()[:2] == ["2024", "2025"]
    assert pd.isna(periods_of(dates, "d").iloc[2])


def test_waves_are_in_order_of_their_dates():
    table = pd.DataFrame(
        {
            "wave": ["spring", "autumn", "summer"],
            "d": pd.to_datetime(["2025-04-01", "2025-10-01", "2025-07-01"]),
        }
    )
    ordered = periods_of(table, "d", wave="wave").cat.categories
    assert ordered.tolist() == ["spring", "summer", "autumn"]


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ({"score": [9]}, {}, "no column of dates"),
        ({"score": [9]}, {"date": "when"}, "no column 'when'"),
        ({"score": [9], "d": ["2025"]}, {"date": "d"}, "does not hold dates"),
        ({"score": [9], "d": pd.to_datetime([None])}, {"date": "d"}, "not hold a single date"),
        ({"score": [9], "d": pd.to_datetime(["2025-01-01"])}, {"date": "d", "unit": "day"}, "unit"),
        (
            {"score": [9, 9], "d": pd.to_datetime(["1700-01-01", "2025-01-01"])},
            {"date": "d"},
            "span 3,901 months",
        ),
    ],
)
def test_dates_that_cannot_be_used_are_refused(table, options, message):
    with pytest.raises(FeedbackError, match=message):
        nps_trend(pd.DataFrame(table), **options)


def test_the_unit_depends_on_how_many_answer():
    assert suitable_unit(survey(200), "date") == "quarter"
    assert suitable_unit(survey(600), "date") == "month"
    assert suitable_unit(survey(4000), "date") == "week"


# --- trends -------------------------------------------------------------------------------------


def test_each_months_score_and_the_change_since_the_one_before():
    responses = survey(600)
    table = nps_trend(responses, "date").set_index("period")
    month = responses["date"].dt.strftime("%Y-%m")
    march, april = (nps(responses["score"][month == m]).score for m in ("2025-03", "2025-04"))
    assert table.loc["2025-04", "nps"] == pytest.approx(april)
    assert table.loc["2025-04", "change"] == pytest.approx(april - march)
    assert table["n"].sum() == 600


def test_a_gap_stays_a_gap_and_is_compared_across():
    early, late = survey(40, days=20), survey(40, 1, start="2025-03-01", days=20, prefix="s")
    table = nps_trend(pd.concat([early, late]), "date")
    assert table["suppressed"].tolist() == [False, True, False]
    assert pd.isna(table["n"].iloc[1])
    assert table["since"].iloc[2] == "2025-01"


def test_one_respondent_and_one_period():
    one = nps_trend(survey(1), "date")
    assert one["suppressed"].tolist() == [True]
    single = nps_trend(survey(50, days=20), "date")
    assert single["change"].isna().all()
    assert single["q_value"].isna().all()


def test_weights_of_zero_give_no_score():
    table = nps_trend(survey(50, days=20).assign(w=0.0), "date", weight="w")
    assert table["n"].tolist() == [50]
    assert table["nps"].isna().all()


def test_a_theme_that_comes_up_in_one_month_is_seen_there():
    responses = survey(600).assign(has_content=True)
    march = responses.loc[responses["date"].dt.month == 3, "response_id"]
    links = pd.DataFrame({"response_id": march, "theme_id": "price"})
    table = theme_trend(responses, links, THEMES, "date").set_index("period")
    assert table["theme_id"].unique().tolist() == ["price"]
    assert table.loc["2025-03", "share"] == 1
    assert table.loc["2025-03", "q_value"] < 0.001
    assert (table.loc[["2025-01", "2025-05"], "share"] == 0).all()


# --- the split of a change ----------------------------------------------------------------------


def by_hand(before, after, links):
    """Kitagawa (1955), formula for two components, with loops over respondents."""
    found = {}
    for name, side in (("before", before), ("after", after)):
        side = side[side["score"].notna()]
        voice: dict[str, list[float]] = {}
        for row in side.itertuples():
            named = sorted(set(links.loc[links["response_id"] == row.response_id, "theme_id"]))
            named = named or (["_no_theme"] if row.has_content else ["_no_answer"])
            worth = 100 * ((row.score >= 9) - int(row.score <= 6))
            for theme in named:
                share, points = voice.setdefault(theme, [0.0, 0.0])
                voice[theme] = [share + 1 / len(named), points + worth / len(named)]
        found[name] = {t: (s / len(side), p / s) for t, (s, p) in voice.items()}
    parts = {}
    for theme in found["before"].keys() & found["after"].keys():
        (m0, r0), (m1, r1) = found["before"][theme], found["after"][theme]
        parts[theme] = ((m1 - m0) * (r0 + r1) / 2, (r1 - r0) * (m0 + m1) / 2)
    return parts


def test_the_parts_are_kitagawas():
    before, after = survey(120), survey(150, 1, prefix="s", promoters=0.25)
    links = links_of(pd.concat([before, after]))
    parts = nps_change(before, after, links, THEMES, resamples=50).parts.set_index("theme_id")
    for theme, (composition, rate) in by_hand(before, after, links).items():
        assert parts.loc[theme, "composition"] == pytest.approx(composition)
        assert parts.loc[theme, "rate"] == pytest.approx(rate)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(10, 60),
    st.integers(10, 60),
    st.integers(0, 10_000),
    st.floats(0.0, 0.75),
    st.booleans(),
)
def test_the_parts_add_up_to_the_change(n_before, n_after, seed, promoters, weighted):
    before = survey(n_before, seed)
    after = survey(n_after, seed + 1, prefix="s", promoters=promoters)
    links = links_of(pd.concat([before, after]), seed) if seed % 7 else links_of(before).iloc[:0]
    weight = "weight" if weighted else None
    found = nps_change(before, after, links, THEMES, weight=weight, resamples=20)
    parts = found.parts
    assert parts["total"].sum() == pytest.approx(found.change.difference, abs=1e-8)
    assert (parts["composition"] + parts["rate"]).to_numpy() == pytest.approx(
        parts["total"].to_numpy(), abs=1e-8
    )
    assert parts["voice_before"].sum() == pytest.approx(1)
    assert parts["voice_after"].sum() == pytest.approx(1)
    assert (parts["n_before"] + parts["n_after"] >= 10).all()
    for name in ("composition", "rate", "total"):
        assert (parts[f"{name}_low"] <= parts[name] + 1e-9).all()
        assert (parts[name] <= parts[f"{name}_high"] + 1e-9).all()


def test_a_theme_that_appears_is_all_composition():
    before = survey(40).assign(has_content=True)
    after = survey(40, 1, prefix="s").assign(has_content=True)
    links = pd.DataFrame({"response_id": after["response_id"][:20], "theme_id": "price"})
    parts = nps_change(before, after, links, THEMES, resamples=50).parts.set_index("theme_id")
    assert parts.loc["price", "rate"] == 0
    assert parts.loc["price", "total"] == parts.loc["price", "composition"]
    assert np.isnan(parts.loc["price", "nps_before"])


def test_one_score_before_and_another_after():
    before = survey(30).assign(score=10, group="promoter", has_content=False)
    after = survey(30, 1, prefix="s").assign(score=0, group="detractor", has_content=False)
    found = nps_change(before, after, links_of(survey(5)).iloc[:0], THEMES, resamples=50)
    assert found.change.difference == -200
    assert found.parts["theme_id"].tolist() == ["_no_answer"]
    assert found.parts["rate"].tolist() == [-200.0]


def test_the_same_seed_gives_the_same_intervals():
    before, after = survey(60), survey(60, 1, prefix="s")
    links = links_of(pd.concat([before, after]))
    one, two, other = (
        nps_change(before, after, links, THEMES, resamples=100, seed=seed).parts
        for seed in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(one, two)
    assert not one["total_low"].equals(other["total_low"])


def test_the_bootstrap_is_as_wide_as_theory_says():
    # with nobody saying anything, the change is a difference of two means of +100, 0 and -100
    before = survey(200).assign(has_content=False)
    after = survey(200, 1, prefix="s").assign(has_content=False)
    part = nps_change(before, after, links_of(survey(5)).iloc[:0], THEMES).parts.iloc[0]
    worth = [100.0 * ((s["score"] >= 9) * 1.0 - (s["score"] <= 6) * 1.0) for s in (before, after)]
    error = np.sqrt(sum(w.astype(float).var(ddof=0) / 200 for w in worth))
    width = part["total_high"] - part["total_low"]
    assert width == pytest.approx(2 * 1.96 * error, rel=0.08)


@pytest.mark.parametrize(
    ("before", "after", "weight", "message"),
    [
        (survey(3), survey(30, prefix="s"), None, "earlier set has 3 scores"),
        (survey(30), survey(0, prefix="s"), None, "later set has 0 scores"),
        (survey(30), survey(30), None, "share respondents"),
        (survey(30).assign(w=0.0), survey(30, prefix="s").assign(w=1.0), "w", "weight of zero"),
    ],
)
def test_sets_that_cannot_be_compared_are_refused(before, after, weight, message):
    links = links_of(survey(5)).iloc[:0]
    with pytest.raises(FeedbackError, match=message):
        nps_change(before, after, links, THEMES, weight=weight)


# --- change points ------------------------------------------------------------------------------


def shifted(shift, seed, n=400):
    early = survey(n // 2, seed, days=90)
    late = survey(
        n // 2, seed + 500, start="2025-04-01", days=90, prefix="s", promoters=0.4 - shift
    )
    return pd.concat([early, late], ignore_index=True)


def change_points(*args, **options):
    pytest.importorskip("ruptures", reason="ruptures is not installed")
    from feedback_nlp.findings.change_points import change_points as found

    return found(*args, **options)


def test_a_planted_change_is_found_at_its_date():
    table = change_points(shifted(0.3, 3), "date", resamples=300)
    assert len(table) == 1
    row = table.iloc[0]
    assert row["date_low"] <= pd.Timestamp("2025-04-01") <= row["date_high"]
    assert row["date_low"] <= row["date"] <= row["date_high"]
    assert abs((row["date"] - pd.Timestamp("2025-04-01")).days) <= 14
    assert row["change_high"] < 0
    assert row["n_before"] + row["n_after"] == 400


def test_two_planted_changes_are_both_found():
    middle = survey(300, 1, start="2025-04-01", days=90, prefix="m", promoters=0.05)
    ends = [survey(300, 2, days=90), survey(300, 3, start="2025-07-01", days=90, prefix="e")]
    table = change_points(pd.concat([ends[0], middle, ends[1]]), "date", resamples=200)
    assert len(table) == 2
    assert np.sign(table["change"]).tolist() == [-1, 1]
    assert table["date"].is_monotonic_increasing


def test_without_a_change_hardly_any_is_found():
    found = [len(change_points(survey(200, seed), "date", resamples=100)) for seed in range(20)]
    assert sum(n > 0 for n in found) <= 3


@pytest.mark.slow
def test_false_alarms_and_coverage_are_what_is_promised():
    alarms = sum(len(change_points(survey(400, s), "date", resamples=200)) > 0 for s in range(200))
    assert alarms <= 18  # 5 % of 200, and two standard errors more
    covered = []
    for seed in range(100):
        table = change_points(shifted(0.25, seed), "date", resamples=200)
        if len(table) == 1:
            row = table.iloc[0]
            covered.append(row["date_low"] <= pd.Timestamp("2025-04-01") <= row["date_high"])
    assert len(covered) >= 85
    assert np.mean(covered) >= 0.90


@pytest.mark.parametrize(
    "responses",
    [
        survey(100).assign(score=10, group="promoter"),
        survey(100, days=1),
    ],
    ids=["all the same score", "one day"],
)
def test_nothing_to_find(responses):
    assert change_points(responses, "date", resamples=100).empty


def test_too_few_for_a_change_point():
    with pytest.raises(FeedbackError, match="Only 20 respondents"):
        change_points(survey(20), "date")
    with pytest.raises(FeedbackError, match="Only 0 respondents"):
        change_points(survey(100).assign(w=0.0), "date", weight="w")


# --- events -------------------------------------------------------------------------------------


def test_the_difference_is_that_of_the_two_windows():
    responses = survey(600)
    found = before_and_after(responses, "date", "2025-04-01", days=30)
    day = responses["date"]
    before = responses["score"][(day >= "2025-03-02") & (day < "2025-04-01")]
    after = responses["score"][(day >= "2025-04-01") & (day < "2025-05-01")]
    assert (found.before.n, found.after.n) == (len(before), len(after))
    assert found.difference.difference == pytest.approx(nps(after).score - nps(before).score)
    assert len(found.responses_after) == found.after.n


def test_a_drift_is_not_taken_for_a_step():
    days = np.arange(360)
    random = np.random.default_rng(0)
    promoter = random.random((360, 8)) < (0.15 + 0.7 * days / 360)[:, None]
    score = np.where(promoter, 10, 2).ravel()
    responses = pd.DataFrame(
        {
            "response_id": np.arange(len(score)).astype(str),
            "date": np.repeat(pd.date_range("2025-01-01", periods=360), 8),
            "score": score,
            "group": groups(score),
        }
    )
    found = before_and_after(responses, "date", "2025-06-30", days=None)
    assert found.difference.low > 0
    assert found.step_low < 0 < found.step_high
    assert found.trend_low > 0
    assert any("rising before the event already" in caution for caution in found.cautions)


def test_the_cautions_name_what_is_wrong_with_the_comparison():
    responses = survey(600)
    late = responses["date"] >= "2025-04-01"
    responses["plan"] = np.where(late & (responses.index % 2 == 0), "Plus", "Basic")
    responses["region"] = np.where(responses.index % 2 == 0, "N", "S")
    found = before_and_after(responses, "date", "2025-04-01", segments=["plan", "region"])
    assert found.cautions[0] == NOT_PROOF
    assert any("'plan'" in caution for caution in found.cautions)
    assert not any("'region'" in caution for caution in found.cautions)


@pytest.mark.parametrize(
    ("event", "message"),
    [("2026-01-01", "Only 0 respondents.*2025-01-01 to 2025-06-29"), ("soon", "is no date")],
)
def test_events_that_cannot_be_looked_at(event, message):
    with pytest.raises(FeedbackError, match=message):
        before_and_after(survey(600), "date", event)


def test_all_the_same_score_before_and_after():
    responses = survey(200).assign(score=9, group="promoter")
    found = before_and_after(responses, "date", "2025-04-01")
    assert found.difference.difference == 0
    assert found.difference.p_value > 0.5
    assert found.step == pytest.approx(0, abs=1e-6)


def test_equal_weights_are_counted_out_as_respondents_one_by_one_are() -> None:
    random = np.random.default_rng(5)
    n = 600
    date = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.sort(random.integers(0, 120, n)), "D")
    late = date >= pd.Timestamp("2025-03-01")
    score = np.where(random.random(n) < np.where(late, 0.47, 0.3), 10, 5)
    table = pd.DataFrame(
        {"score": score, "group": np.where(score == 10, "promoter", "detractor"), "date": date}
    )
    table["weight"] = np.where(np.arange(n) == 0, 1 + 1e-9, 1.0)  # not all alike: one by one
    at_once = change_points(table, "date", resamples=4_000, seed=1)
    one_by_one = change_points(table, "date", weight="weight", resamples=4_000, seed=1)
    assert at_once["date"].tolist() == one_by_one["date"].tolist()
    assert len(at_once)
    assert at_once["p_value"][0] == pytest.approx(one_by_one["p_value"][0], abs=0.01)
    for end in ("date_low", "date_high"):
        assert abs(at_once[end][0] - one_by_one[end][0]) <= pd.Timedelta(days=7)
