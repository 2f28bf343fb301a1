"""All findings of a survey at once: which are made of which columns, and why one is not there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up_run import make_run

from feedback_nlp.findings import survey_findings as wiring
from feedback_nlp.findings.actions import follow_up
from feedback_nlp.findings.benchmarks import against_benchmarks
from feedback_nlp.findings.change_points import change_points
from feedback_nlp.findings.danger import danger_zone
from feedback_nlp.findings.events import before_and_after
from feedback_nlp.findings.groups import theme_groups, theme_tone_groups
from feedback_nlp.findings.impact import nps_impact
from feedback_nlp.findings.nps_change import nps_change
from feedback_nlp.findings.participation import comment_rates, response_rates, skew_sentences
from feedback_nlp.findings.passive_words import passive_words
from feedback_nlp.findings.passives import passive_resemblance, passive_themes
from feedback_nlp.findings.playbook import read_playbook
from feedback_nlp.findings.segment_themes import theme_segments
from feedback_nlp.findings.segments import segment_nps
from feedback_nlp.findings.survey_findings import (
    FindingRoles,
    SurveyFindings,
    respondents_drawn,
    survey_findings,
)
from feedback_nlp.findings.trends import nps_trend, periods_of, theme_trend
from feedback_nlp.findings.value import value_at_risk, value_zones
from feedback_nlp.nps import nps

STAGE, DATE, VALUE, WEIGHT = "journey_stage", "answered_on", "annual_value", "weight"
ROLES = FindingRoles((STAGE,), DATE, WEIGHT, VALUE, None)
CHOSEN = {"resamples": 60, "seed": 3}
EVENT = "2024-07-01"


@pytest.fixture(scope="module")
def run():
    made = make_run(n=900, seed=1)
    random = np.random.default_rng(0)
    made.responses[WEIGHT] = random.uniform(0.5, 2, len(made.responses))
    made.responses["content_kind"] = np.where(made.responses["has_content"], "reason", "empty")
    made.responses["sentiment"] = random.uniform(-1, 1, len(made.responses))
    made.vectors = random.normal(size=(len(made.mentions), 8)).astype(np.float32)
    return made


def found(run, roles: FindingRoles = ROLES, **more: object) -> SurveyFindings:
    tables = (run.responses, run.mentions, run.mention_themes, run.themes, run.vectors)
    return survey_findings(*tables, roles, read_playbook(), **{**CHOSEN, **more})


@pytest.fixture(scope="module")
def everything(run) -> SurveyFindings:
    invited = pd.DataFrame({STAGE: ["first month", "in use", "support", "renewal"], "n": 400})
    return found(run, target=10.0, event=EVENT, invitations=invited, invited="n", smallest=12)


def test_each_table_is_the_answer_of_its_own_finding(run, everything: SurveyFindings) -> None:
    """With the survey's weight, its smallest group, and the seed: none is forgotten on the way."""
    answers, links, themes = run.responses, run.mention_themes, run.themes
    given = {"weight": WEIGHT, "smallest": 12}
    impact = nps_impact(
        answers, links, themes, mentions=run.mentions, segments=[STAGE], **CHOSEN, **given
    )
    estimate = nps(answers["score"], answers[WEIGHT])
    worth = {"smallest": 12, **CHOSEN}
    expected = {
        "theme_groups": theme_groups(answers, links, themes, **given),
        "theme_tone_groups": theme_tone_groups(answers, run.mentions, links, themes, **given),
        "nps_impact": impact.top,
        "nps_impact_sub": impact.sub,
        "passive_themes": passive_themes(answers, links, themes, mentions=run.mentions, **given),
        "passive_resemblance": passive_resemblance(answers, links, themes, **given),
        "danger_zone": danger_zone(answers, [STAGE], **given),
        "against_target": against_benchmarks(estimate, {"target": 10.0}, smallest=12),
        "segment_nps": segment_nps(answers, [STAGE], **given),
        "theme_segments": theme_segments(answers, links, themes, [STAGE], **given),
        "comment_rates": comment_rates(answers, [STAGE], smallest=12),
        "nps_trend": nps_trend(answers, DATE, unit="month", **given),
        "theme_trend": theme_trend(answers, links, themes, DATE, unit="month", **given),
        "change_points": change_points(answers, DATE, weight=WEIGHT, seed=3),
        "value_at_risk": value_at_risk(answers, VALUE, **worth),
        "value_zones": value_zones(answers, VALUE, **worth),
    }
    for name, table in expected.items():
        pd.testing.assert_frame_equal(everything.tables[name], table, check_exact=True)


def test_words_of_passives_are_sought_with_the_surveys_weight(run) -> None:
    told = run.responses.assign(
        answer=np.where(run.responses["group"] == "passive", "fine but the price is high", "great")
    )
    given = {"weight": WEIGHT, "smallest": 10}
    tables = (told, run.mentions, run.mention_themes, run.themes, run.vectors)
    made = survey_findings(*tables, ROLES, read_playbook(), **CHOSEN).tables["passive_words"]
    pd.testing.assert_frame_equal(made, passive_words(told, **given))


def test_the_last_two_periods_that_can_be_shown_are_compared(
    run, everything: SurveyFindings
) -> None:
    period = periods_of(run.responses, DATE, unit="month")
    shown = nps_trend(run.responses, DATE, unit="month", weight=WEIGHT, smallest=12).dropna(
        subset="nps"
    )
    before, after = shown["period"].tolist()[-2:]
    table = everything.tables["nps_change"]
    assert set(table["before"]) == {str(before)}
    assert set(table["after"]) == {str(after)}
    assert list(table)[:2] == ["before", "after"]
    change = nps_change(
        run.responses[period == before],
        run.responses[period == after],
        run.mention_themes,
        run.themes,
        weight=WEIGHT,
        smallest=12,
        **CHOSEN,
    )
    pd.testing.assert_frame_equal(table.drop(columns=["before", "after"]), change.parts)


def test_the_event_stands_in_the_table_with_both_sides(run, everything: SurveyFindings) -> None:
    whole = before_and_after(
        run.responses, DATE, EVENT, segments=[STAGE], weight=WEIGHT, smallest=12
    )
    table = everything.tables["before_and_after"].set_index("side")
    assert set(table["event"]) == {"2024-07-01"}
    for side in ("before", "after"):
        estimate = getattr(whole, side)
        expected = [estimate.n, estimate.score, estimate.low, estimate.high]
        assert table.loc[side, ["n", "nps", "ci_low", "ci_high"]].tolist() == expected
        change = whole.difference
        moved = [change.difference, change.low, change.high, change.p_value]
        names = ["difference", "difference_low", "difference_high", "p_value"]
        assert table.loc[side, names].tolist() == moved
        steps = [whole.step, whole.step_low, whole.step_high]
        assert table.loc[side, ["step", "step_low", "step_high"]].tolist() == steps
    assert everything.notes["event"] == " ".join(whole.cautions)


def test_response_rates_take_the_segments_that_both_tables_have(
    run, everything: SurveyFindings
) -> None:
    invited = pd.DataFrame({STAGE: ["first month", "in use", "support", "renewal"], "n": 400})
    table = response_rates(run.responses, invited, [STAGE], invited="n", smallest=12)
    pd.testing.assert_frame_equal(everything.tables["response_rates"], table)
    assert everything.notes["skew"] == " ".join(skew_sentences(table, most=2))
    without = found(run, invitations=invited.rename(columns={STAGE: "stage"}), invited="n")
    assert "response_rates" not in without.tables
    assert without.notes["response_rates"] == (
        "The invitations have none of the survey's segments (journey_stage), so response rates "
        "cannot be given: name their columns alike."
    )


def test_what_a_survey_has_no_column_for_is_said(run) -> None:
    bare = found(run, FindingRoles())
    assert set(bare.tables) >= {
        *("theme_groups", "theme_tone_groups", "nps_impact", "nps_impact_sub"),
        *("content_groups", "unanswered", "danger_zone", "passive_themes"),
    }
    columns = {"segment_nps", "nps_trend", "value_at_risk", "against_target", "follow_up"}
    assert not columns & set(bare.tables)
    assert bare.notes["segments"] == "The survey has no segment column; name one with --segment."
    assert bare.notes["trends"] == "The survey has no date column; name one with --date."
    assert bare.notes["value"] == ("The survey has no account value; name its column with --value.")
    assert bare.notes["follow_up"] == (
        "Without a date column the follow-up needs to know the day; give --today."
    )


def test_what_is_there_has_no_note_and_what_is_not_has_one(everything: SurveyFindings) -> None:
    assert not {"segments", "trends", "value"} & set(everything.notes)
    optional = {"danger_themes", "passive_words", "words_scores", "response_rates"}
    for name in optional:
        assert (name in everything.tables) != (name in everything.notes)


def test_the_roles_that_are_filled_are_those_with_a_column() -> None:
    assert FindingRoles().filled() == []
    assert FindingRoles(("a",), value="v").filled() == ["segments", "value"]


def test_a_segment_of_too_many_levels_is_left_out_and_named(run) -> None:
    copy = run.responses.assign(account=[f"account {i}" for i in range(len(run.responses))])
    tables = (copy, run.mentions, run.mention_themes, run.themes, run.vectors)
    roles = FindingRoles((STAGE, "account"))
    made = survey_findings(*tables, roles, read_playbook(), **CHOSEN)
    assert set(made.tables["segment_nps"]["segment"]) == {STAGE}
    assert "account" in made.notes["segment account"]


@pytest.mark.parametrize("today", [None, "2025-03-01"])
def test_people_are_followed_up_from_the_last_day_or_the_one_given(run, today: str | None) -> None:
    made = found(run, today=today)
    last = str(run.responses[DATE].max().date())
    wrong: list[str] = []
    if "words_scores" in made.tables:
        words = made.tables["words_scores"]
        wrong = words.loc[words["disagrees"] | words["likely_inverted"], "response_id"].tolist()
    expected = follow_up(
        run.responses,
        run.mentions,
        run.mention_themes,
        run.themes,
        read_playbook(),
        today=today or last,
        date=DATE,
        value=VALUE,
        consent=None,
        disagreeing=wrong,
    )
    pd.testing.assert_frame_equal(made.tables["follow_up"], expected)
    assert made.tables["follow_up"].attrs == {}


def test_nothing_said_is_nothing_to_set_against_scores(run) -> None:
    empty = (run.responses, run.mentions.iloc[:0], run.mention_themes.iloc[:0], run.themes)
    made = survey_findings(*empty, run.vectors[:0], ROLES, read_playbook(), **CHOSEN)
    assert "words_scores" not in made.tables
    assert made.notes["words_scores"] == (
        "No answer says anything, so words cannot be set against scores."
    )


def test_of_very_many_respondents_some_are_drawn_for_words_and_scores(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = found(run).tables["words_scores"]
    monkeypatch.setattr(wiring, "MOST_COMPARED", 600)
    made = found(run)
    assert made.notes["words_scores"] == (
        "Words were set against scores for 600 respondents drawn at random."
    )
    drawn = respondents_drawn(run.responses, 600, seed=3)
    compared = set(made.tables["words_scores"]["response_id"])
    assert compared == drawn & set(whole["response_id"])


def test_respondents_are_drawn_alike_from_each_group() -> None:
    groups = np.repeat(["detractor", "passive", "promoter"], [400, 100, 500])
    table = pd.DataFrame({"response_id": [f"r{i}" for i in range(1000)], "group": groups})
    drawn = respondents_drawn(table, 100, seed=0)
    counts = table.loc[table["response_id"].isin(drawn), "group"].value_counts()
    assert counts.to_dict() == {"promoter": 50, "detractor": 40, "passive": 10}
    assert drawn == respondents_drawn(table, 100, seed=0)
    assert drawn != respondents_drawn(table, 100, seed=1)
    assert respondents_drawn(table, 1000, seed=0) is None
    assert len(respondents_drawn(table, 990, seed=0)) == 990
