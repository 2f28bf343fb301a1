"""Every sentence of the brief: each number is a value of the rows it names, and none says more."""

from __future__ import annotations

import copy
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from made_up_run import THEMES, make_run

from feedback_nlp.findings.danger import danger_zone
from feedback_nlp.plots.number_format import long_date, written_in
from feedback_nlp.report import wording
from feedback_nlp.report.brief import brief_data
from feedback_nlp.report.changes import against_what, changes
from feedback_nlp.report.passives import holding_back
from feedback_nlp.report.stakes import levels_to_draw
from feedback_nlp.report.telling import (
    rows_behind,
    sentences_of,
    source,
    table_of_sentences,
    told,
)

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
#: Bounds of the zones, which are no finding.
BOUNDS = {"danger_zone": {0, 3, 4, 6}, "danger_themes": {0, 3, 4, 6}}


def numbers_in(text: str) -> set[float]:
    return {float(number.replace(",", "")) for number in NUMBER.findall(text)}


def numbers_of(run, named) -> set[float]:
    """What a sentence may say of the rows it names: their values, as sentences round them."""
    rows = rows_behind(run, named)
    allowed = {float(len(rows))} | {float(n) for n in BOUNDS.get(named["table"], ())}
    for column in rows:
        for value in rows[column].dropna():
            if isinstance(value, pd.Timestamp):
                allowed |= numbers_in(long_date(value.date()))
            elif isinstance(value, str):
                allowed |= numbers_in(value)
                if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                    allowed |= numbers_in(long_date(pd.Timestamp(value).date()))
            elif isinstance(value, int | float | np.number) and np.isfinite(float(value)):
                size = abs(float(value))
                if named["table"].startswith("csat_"):
                    # Correlations and effects are told with two decimals.
                    allowed.add(round(size, 2))
                allowed |= {round(size, 1), float(f"{size:.0f}"), float(f"{100 * size:.0f}")}
    return allowed


def unknown_numbers(run, sentence) -> set[float]:
    text = re.sub("“.*?”", "", sentence["text"])
    for named in sentence["sources"]:
        for value in named["where"].values():
            # A segment may have a number in its name.
            text = text.replace(wording.spoken(str(value)), "")
    known = set().union(*(numbers_of(run, named) for named in sentence["sources"]))
    return numbers_in(text) - known


def assert_every_number_is_in_its_table(run) -> None:
    data = brief_data(run)
    told_of = list(sentences_of(data))
    assert len(told_of) > 5
    for part, sentence in told_of:
        assert sentence["sources"], sentence["text"]
        assert not unknown_numbers(run, sentence), (part, sentence)


def made_up_changes() -> SimpleNamespace:
    """A run with every table of change, as the pipeline would leave them."""
    run = make_run()
    trend = pd.DataFrame(
        {
            "period": ["2024-Q3", "2024-Q4"],
            "n": [90, 96],
            "nps": [-2.5, -31.4],
            "ci_low": [-14.0, -43.1],
            "ci_high": [9.1, -18.8],
            "change": [np.nan, -28.9],
            "change_low": [np.nan, -45.2],
            "change_high": [np.nan, -11.9],
            "q_value": [np.nan, 0.004],
            "since": [None, "2024-Q3"],
        }
    )
    run.nps_trend = trend
    run.against_target = pd.DataFrame(
        [
            {
                "benchmark": "target",
                "target": 5.0,
                "difference": -15.0,
                "ci_low": -24.5,
                "ci_high": -5.3,
                "verdict": "below",
            }
        ]
    )
    run.before_and_after = pd.DataFrame(
        {
            "side": ["before", "after"],
            "n": [150, 170],
            "nps": [1.3, -17.6],
            "event": "2024-07-01",
            "difference": -18.9,
            "difference_low": -33.0,
            "difference_high": -4.1,
        }
    )
    run.change_points = pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-07-03"]),
            "date_low": pd.to_datetime(["2024-06-20"]),
            "date_high": pd.to_datetime(["2024-07-11"]),
            "nps_before": [1.9],
            "nps_after": [-18.4],
            "change": [-20.3],
            "change_low": [-33.8],
            "change_high": [-6.0],
            "p_value": [0.01],
        }
    )
    run.nps_change = pd.DataFrame(
        {
            "before": "2024-Q3",
            "after": "2024-Q4",
            "theme_id": ["slow_speed"],
            "total": [-9.2],
            "total_low": [-15.1],
            "total_high": [-3.4],
            "q_value": [0.01],
        }
    )
    run.tables = [
        *run.tables,
        "against_target",
        "before_and_after",
        "change_points",
        "nps_change",
    ]
    return run


def test_every_number_of_the_sample_s_brief_is_in_the_table_that_its_sentence_names(sample_run):
    assert_every_number_is_in_its_table(sample_run)


@pytest.mark.slow
def test_every_number_of_the_telecom_s_brief_is_in_the_table_that_its_sentence_names(
    shared, tmp_path
):
    import feedback_nlp as fn

    survey = fn.read_survey(shared / "telecom_nps.csv")
    assert_every_number_is_in_its_table(fn.analyse(survey, tmp_path, resamples=200))


@pytest.mark.parametrize("seed", range(3))
def test_every_number_of_a_made_up_brief_is_in_the_table_that_its_sentence_names(seed):
    assert_every_number_is_in_its_table(make_run(n=400, seed=seed))


def test_every_number_on_what_moved_is_in_the_table_that_its_sentence_names():
    run = made_up_changes()
    assert_every_number_is_in_its_table(run)
    said = [one["text"] for one in changes(run)["told"]]
    assert said[0] == (
        "In 2024-Q4 the score was −31.4: −28.9 points since the previous quarter, 2024-Q3 "
        "(−45.2 to −11.9)."
    )
    assert "Around 1 July 2024 the score went from +1.3 to −17.6" in said[-1]
    assert against_what(run)[0]["text"] == (
        "The score is 15.0 points below the target of +5.0 (5.3 to 24.5)."
    )


def test_the_check_finds_a_number_that_no_table_has(sample_run):
    data = brief_data(sample_run)
    wrong = copy.deepcopy(data["findings"][0])
    number = NUMBER.search(re.sub("“.*?”", "", wrong["text"])).group()
    wrong["text"] = wrong["text"].replace(number, "987.6", 1)
    assert unknown_numbers(sample_run, wrong) == {987.6}


def test_what_may_be_chance_is_never_told_as_moved_or_apart():
    run = made_up_changes()
    run.nps_trend = run.nps_trend.assign(q_value=0.2)
    run.nps_change = run.nps_change.assign(q_value=0.2)
    run.before_and_after = run.before_and_after.assign(difference_high=4.0)
    run.against_target = run.against_target.assign(verdict="cannot tell", ci_high=4.0)
    run.segment_nps = run.segment_nps.assign(q_value=0.3)
    run.theme_segments = run.theme_segments.assign(q_value=0.3)
    run.danger_zone = run.danger_zone.assign(q_value=0.3)
    run.danger_themes = run.danger_themes.assign(q_value=0.3)
    run.passive_themes = run.passive_themes.assign(q_value=0.3)
    run.nps_impact = run.nps_impact.assign(what_if_q=0.3)
    data = brief_data(run)
    sections = {section["id"]: section for section in data["sections"]}
    assert [one["strength"] for one in sections["passives"]["told"]] == ["none"]
    assert [one["strength"] for one in sections["places"]["told"]] == ["none", "none"]
    assert "no change" in sections["changes"]["told"][0]["text"]
    assert "cannot be told from the target" in data["compared"][0]["text"]
    assert not any("apart" in one["text"] for one in sections["stakes"]["told"])
    assert not any(action["gain"] for action in data["actions"])


def test_a_gain_is_told_with_its_interval_and_largest_first():
    run = make_run(n=600)
    data = brief_data(run)
    gains = [action for action in data["actions"] if action["gain"]]
    assert gains
    impact = run.nps_impact.set_index("theme_id")
    values = []
    for action in gains:
        row = impact.loc[action["sources"][0]["where"]["theme_id"]]
        assert action["gain"] == f"+{row['what_if']:.1f} points"
        assert action["gain_interval"] == f"{row['what_if_low']:.1f} to {row['what_if_high']:.1f}"
        assert row["what_if_low"] > 0
        values.append(row["what_if"])
    assert values == sorted(values, reverse=True)
    assert "not proof of cause" in data["actions_note"]


def test_themes_that_detractors_name_more_are_told_where_none_costs_points():
    shares = (("waits", "Long waits", (0.6, 0.4, 0.2)), ("staff", "Kind staff", (0.1, 0.3, 0.6)))
    run = make_run(n=900, themes=shares, groups=(0.12, 0.16, 0.72))
    data = brief_data(run)
    assert run.nps_impact.set_index("theme_id").loc["waits", "contribution"] > 0
    assert "“Long waits”\u200e sets detractors apart" in data["findings"][0]["lead"]
    assert [(b["theme_id"], b["kind"]) for b in data["blocks"]] == [
        ("waits", "reason"),
        ("staff", "earning"),
    ]


def test_praise_is_never_said_to_hold_passives_back():
    run = make_run(n=600)
    run.passive_themes = pd.DataFrame(
        {
            "theme_id": ["reliable", "slow_speed", "helpful_staff"],
            "tone": ["any", "any", "positive"],
            "difference": [0.2, 0.1, 0.3],
            "ci_low": 0.05,
            "ci_high": 0.4,
            "p_value": [0.001, 0.002, 0.0001],
            "q_value": 0.01,
        }
    )
    assert holding_back(run)["theme_id"].tolist() == ["slow_speed"]


def test_levels_that_nobody_can_act_on_are_not_told():
    run = make_run(n=600, levels=("(missing)", "in use"))
    run.segment_nps = run.segment_nps.assign(q_value=0.001, difference_low=5.0, difference_high=9.0)
    data = brief_data(run)
    told_of = " ".join(sentence["text"] for _, sentence in sentences_of(data))
    assert "(missing)" not in told_of


def test_the_list_of_sentences_names_part_table_and_rows():
    data = {
        "heading": "Part one",
        "told": [told("It costs 2 points.", source("nps_impact", theme_id="speed"))],
    }
    listed = table_of_sentences(data)
    assert listed.to_dict("records") == [
        {
            "part": "Part one",
            "sentence": "It costs 2 points.",
            "strength": "clear",
            "table": "nps_impact",
            "rows": "theme_id = speed",
        }
    ]


def test_numbers_and_dates_are_written_in_the_language_that_is_asked_for():
    from feedback_nlp.report.branding import Branding

    run = make_run(n=1200, themes=THEMES[:4])
    data = brief_data(run, branding=Branding(language="de"))
    assert re.fullmatch(r"[+−]?\d+,\d", data["score"]["text"])
    assert data["score"]["n_text"] == "1.200"
    assert re.fullmatch(r"\d\. Januar 2024 – \d+\. \w+ 202\d", data["period"])
    assert re.search(
        r"costs( most:)? \d+,\d points of NPS \(\d+,\d to \d+,\d\)", data["findings"][0]["lead"]
    )
    english = brief_data(run)
    assert data["score"]["value"] == english["score"]["value"]
    with pytest.raises(ValueError, match="xx"), written_in("xx"):
        pass


def test_a_gain_that_rests_on_few_is_a_hint_and_stands_behind_what_is_firm():
    run = make_run(n=600)
    firm = brief_data(run)["actions"][0]
    first = firm["sources"][0]["where"]["theme_id"]
    assert firm["strength"] == "clear"
    few = run.nps_impact["theme_id"] == first
    run.nps_impact["n_negative"] = run.nps_impact["n_negative"].mask(few, 12)
    gains = [action for action in brief_data(run)["actions"] if action["gain"]]
    hints = [action for action in gains if action["strength"] == "tendency"]
    assert gains[0]["strength"] == "clear"
    for hint in hints:
        assert hint["detail"].startswith("12 respondents complain of it, too few for more than a")
    run.nps_impact["what_if_q"] = run.nps_impact["what_if_q"].where(few, 0.5)
    only = brief_data(run)["actions"][0]
    assert (only["strength"], only["gain"]) == ("tendency", firm["gain"])


def test_a_gain_stands_beside_the_theme_s_points_and_the_note_says_why_they_differ():
    data = brief_data(make_run(n=600))
    points = {theme["theme_id"]: theme["contribution_text"] for theme in data["themes"]}
    gains = [action for action in data["actions"] if action["gain"]]
    assert gains
    for action in gains:
        net = points[action["sources"][0]["where"]["theme_id"]]
        assert f"With its praise counted too the theme stands for {net} points." in action["detail"]
    assert data["actions_note"].startswith("A gain counts the complaints alone")


def test_within_one_file_nothing_is_said_to_have_moved_since_last_time():
    section = changes(made_up_changes())
    assert section["heading"] == "What moved over time"
    assert "since the previous quarter, 2024-Q3" in section["told"][0]["text"]


@pytest.mark.parametrize(
    ("periods", "said"),
    [
        (["2024-03", "2024-04"], "since the previous month, 2024-03,"),
        (["2024-W08", "2024-W09"], "since the previous week, 2024-W08,"),
        (["2023", "2024"], "since the previous year, 2023,"),
        (["spring", "autumn"], "since the previous period, spring,"),
    ],
)
def test_the_period_before_is_called_by_its_length(periods, said):
    run = made_up_changes()
    run.nps_trend = run.nps_trend.assign(
        period=periods, since=[None, periods[0]], q_value=[np.nan, 0.4]
    )
    assert said in changes(run)["told"][0]["text"]


def test_a_period_further_back_is_not_called_the_previous_one():
    run = made_up_changes()
    first, last = run.nps_trend.to_dict("records")
    between = {**first, "period": "2024-Q3", "nps": np.nan, "since": None}
    trend = [{**first, "period": "2024-Q2"}, between, {**last, "since": "2024-Q2"}]
    run.nps_trend = pd.DataFrame(trend)
    text = changes(run)["told"][0]["text"]
    assert "since 2024-Q2, the last quarter before with enough scores" in text


def test_levels_that_the_danger_zone_leaves_out_are_named_with_the_reason():
    run = make_run(n=900, levels=("a", "b", "c", "d", "e", "f", "g"))
    rare = run.responses.index[:6]
    run.responses.loc[rare, "journey_stage"] = "kiosk"
    run.danger_zone = danger_zone(run.responses, ["journey_stage"])
    below = brief_data(run)["figures"]["danger"]["below"].replace("\u200e", "")
    small, rest = below.split("; ")
    assert re.match("Not shown: “[a-g]” and “kiosk” ", small)  # the next in size goes with it
    assert "too few respondents to be shown alone, fewer than 10" in small
    assert re.fullmatch(r"“[a-g]” \(nearer to the other respondents than those shown\)\.", rest)
    drawn = levels_to_draw(run, 5)["level"]
    assert len(drawn) == 5
    assert not any(f"“{level}”" in below for level in drawn)


def test_nothing_stands_under_the_danger_zone_where_all_levels_are_drawn():
    assert brief_data(make_run())["figures"]["danger"]["below"] == ""
