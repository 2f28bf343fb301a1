"""The extra header rows of survey tools are recognised and never read as respondents."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from feedback_nlp.readers import read_survey

QUALTRICS = [
    ["StartDate", "Status", "ResponseId", "Q1", "Q2"],
    [
        "Start Date",
        "Response Type",
        "Response ID",
        "How likely are you to recommend us to a friend?",
        "What is the main\nreason for your score?",
    ],
    [
        json.dumps({"ImportId": name})
        for name in ("startDate", "status", "_recordId", "QID1", "QID2_TEXT")
    ],
    ["2024-05-02 09:00:00", "IP Address", "R_1a", "9", "The app just works"],
    ["2024-05-03 10:00:00", "Survey Preview", "R_2b", "3", "Two weeks for a reply"],
    ["2024-05-03 10:00:00", "IP Address", "R_3c", "1", "Never again, sadly"],
    ["2024-05-03 10:00:00", "Survey Preview", "R_4d", "10", "Best bank I ever had"],
]


def exported(folder: Path, rows: Iterable[Iterable[str]]) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path = folder / "export.csv"
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return path


def test_qualtrics_with_three_header_rows(tmp_path: Path) -> None:
    survey = read_survey(exported(tmp_path, QUALTRICS))
    assert survey.source["header"] == "3 rows"
    assert (survey.columns.score, survey.columns.answer) == ("Q1", "Q2")
    # Names such as Q1 say nothing; the questions behind them do.
    assert survey.columns.why["score"].startswith('"recommend" in its name')
    assert survey.columns.segments == ()
    assert survey.question == "What is the main reason for your score?"
    assert survey.responses["response_id"].tolist() == ["R_1a", "R_2b", "R_3c", "R_4d"]


def test_older_qualtrics_with_two_header_rows(tmp_path: Path) -> None:
    survey = read_survey(exported(tmp_path, QUALTRICS[:2] + QUALTRICS[3:]))
    assert survey.source["header"] == "2 rows"
    assert survey.question == "What is the main reason for your score?"
    assert survey.counts["rows_read"] == 4


def test_qualtrics_cleaned_down_to_one_header_row(tmp_path: Path) -> None:
    survey = read_survey(exported(tmp_path, QUALTRICS[:1] + QUALTRICS[3:]))
    assert "header" not in survey.source
    assert survey.counts["rows_read"] == 4


def test_surveymonkey_with_two_header_rows(tmp_path: Path) -> None:
    likely = "How likely is it that you would recommend us?"
    rows = [
        ["Respondent ID", "Start Date", likely, "Why?", "Rate us", ""],
        ["", "", "Response", "Open-Ended Response", "Price", "Speed"],
        ["11", "05/28/2024", "9", "Quick and friendly", "4", "5"],
        ["12", "05/29/2024", "2", "My order came in pieces", "1", "2"],
    ]
    survey = read_survey(exported(tmp_path, rows))
    assert survey.counts["rows_read"] == 2
    assert survey.question == "Why?"
    assert survey.columns.csat == ("Rate us - Price", "Rate us - Speed")
    assert survey.columns.response_id == "Respondent ID"


def test_a_network_is_no_respondent_and_a_group_no_segment() -> None:
    exports = Path(__file__).parent / "exports"
    typeform = read_survey(exports / "typeform.csv")
    assert typeform.columns.response_id == "#"
    qualtrics = read_survey(exports / "qualtrics.csv")
    assert "Q1_NPS_GROUP" not in qualtrics.columns.segments


def test_dates_may_name_their_time_zone(tmp_path: Path) -> None:
    rows = [
        ["ID", "Score", "Comment", "Created At"],
        ["a", "9", "Quick and friendly", "2024-05-28 09:30:00 UTC"],
        ["b", "2", "My order came in pieces", "2024-05-29 22:01:10 UTC"],
    ]
    survey = read_survey(exported(tmp_path, rows))
    assert survey.columns.date == "Created At"
    assert str(survey.responses["Created At"].iloc[1]) == "2024-05-29 22:01:10"
