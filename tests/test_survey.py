"""What a survey promises: values read by role, ids unique, every row and cell accounted for."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import slug
from feedback_nlp.reading.cells import read_amounts, read_dates, read_scores, read_yes_no
from feedback_nlp.survey import Columns, Survey, make_survey

ANSWERS = [
    "The engineer came on the day you said and fixed the line in ten minutes.",
    "Three calls, three different stories, still no broadband.",
    "Price went up twice this year and nobody told me why.",
    "Fine so far, ask me again after the first bill.",
]


def survey_of(scores: list[str], answers: list[str], **others: list[object]) -> Survey:
    table = pd.DataFrame({"nps": scores, "why": answers, **others})
    return make_survey(table, Columns(score="nps", answer="why"), "example")


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ("10 - Extremely likely", 10),
        ("0 = not at all likely", 0),
        ("Extremely likely (10)", 10),
        ("Not at all likely - 0", 0),
        ("9.0", 9),
        ("9,0", 9),
        (" 7 ", 7),
        ("\xa08\xa0", 8),
        ("8/10", 8),
        ("9 out of 10", 9),
        (6.0, 6),
        (0, 0),
    ],
)
def test_a_score_is_read_however_it_is_written(cell: object, score: int) -> None:
    assert read_scores(pd.Series([cell], dtype=object))["score"].tolist() == [score]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("11", "out_of_range"),
        ("-1", "out_of_range"),
        ("\u22121", "out_of_range"),
        ("1,000", "out_of_range"),
        ("99 - Don't know", "out_of_range"),
        ("7.5", "not_whole"),
        ("7,5", "not_whole"),
        ("ten", "not_a_number"),
        ("7 or 8", "not_a_number"),
        ("7-8", "not_a_number"),
        ("7/100", "not_a_number"),
        ("2018-04-03", "not_a_number"),
        ("inf", "not_a_number"),
        ("", "empty"),
        ("   ", "empty"),
        ("N/A", "empty"),
        (None, "empty"),
        (float("nan"), "empty"),
    ],
)
def test_what_is_no_score_is_missing_for_a_reason(cell: object, reason: str) -> None:
    read = read_scores(pd.Series([cell], dtype=object))
    assert read["score"].isna().all()
    assert read["reason"].tolist() == [reason]


def test_the_counts_say_why_scores_are_missing_and_keep_the_respondents() -> None:
    survey = survey_of(
        ["10 - Extremely likely", "11", "7.5", "", "ten", "-1"], [*ANSWERS, "", "  "]
    )
    assert survey.counts == {
        "rows_read": 6,
        "rows_blank": 0,
        "responses": 6,
        "score_given": 1,
        "score_missing_empty": 1,
        "score_missing_out_of_range": 2,
        "score_missing_not_whole": 1,
        "score_missing_not_a_number": 1,
        "duplicate_id": 0,
        "answer_given": 4,
        "answer_empty": 2,
    }
    assert survey.responses["group"].tolist() == ["promoter"] + ["missing"] * 5
    assert survey.responses["raw_answer"].tolist() == [*ANSWERS, "", ""]


def test_rows_without_any_value_are_left_out_and_counted() -> None:
    survey = survey_of(
        ["9", "", "3", " "], [ANSWERS[0], "", ANSWERS[1], ""], shop=["", "", "x", ""]
    )
    assert survey.counts["rows_blank"] == 2
    # A made id keeps the number of its row, so that the respondent is found in the file again.
    assert survey.responses["response_id"].tolist() == ["R000001", "R000003"]


def test_repeated_and_missing_ids_are_made_unique_and_the_files_own_stay() -> None:
    table = pd.DataFrame(
        {
            "nps": ["9"] * 6,
            "why": [*ANSWERS, "Good", "Bad"],
            "Respondent ID": ["007", "007", "007-2", "", "007", "8"],
        }
    )
    columns = Columns(score="nps", answer="why", response_id="Respondent ID")
    survey = make_survey(table, columns, "example")
    ids = survey.responses["response_id"].tolist()
    assert ids == ["007", "007-3", "007-2", "R000004", "007-4", "8"]
    assert survey.counts["duplicate_id"] == 2
    assert survey.responses["Respondent ID"].tolist()[1] == "007"


def test_a_column_with_a_name_of_ours_keeps_its_values_under_another() -> None:
    survey = make_survey(
        pd.DataFrame(
            {
                "score": ["9", "2"],
                "answer": ANSWERS[:2],
                "group": ["north", "south"],
                "sentiment": ["x", "y"],
                "group_original": ["p", "q"],
            }
        ),
        Columns(score="score", answer="answer", segments=("group",)),
        "example",
    )
    assert survey.columns.segments == ("group_original_2",)
    assert survey.responses["group_original_2"].tolist() == ["north", "south"]
    assert survey.responses["group_original"].tolist() == ["p", "q"]
    assert survey.responses["sentiment_original"].tolist() == ["x", "y"]
    assert survey.responses["group"].tolist() == ["promoter", "detractor"]


def test_the_other_columns_are_read_by_their_roles() -> None:
    table = pd.DataFrame(
        {
            "nps": ["9", "2", "5"],
            "why": ANSWERS[:3],
            "when": ["28/02/2024 09:30", "01/03/2024", "soon"],
            "ease": ["5 - Very easy", "1", ""],
            "spend": ["£1,200.50", "80", "n/a"],
            "contact": ["Yes", "no", ""],
            "shop": ["007", " Leeds ", ""],
        }
    )
    columns = Columns("nps", "why", date="when", csat=("ease",), value="spend", consent="contact")
    survey = make_survey(table, columns, "example")
    responses = survey.responses
    assert responses["when"].tolist()[:2] == [
        pd.Timestamp("2024-02-28 09:30"),
        pd.Timestamp("2024-03-01"),
    ]
    assert responses["ease"].tolist()[:2] == [5.0, 1.0]
    assert responses["spend"].tolist()[:2] == [1200.5, 80.0]
    assert responses["contact"].tolist() == [True, False, pd.NA]
    assert responses["shop"].tolist()[:2] == ["007", "Leeds"]
    assert responses["shop"].isna().tolist() == [False, False, True]
    # "n/a" and "" are empty; "soon" is a date that could not be read.
    assert {key for key in survey.counts if key.endswith("_unreadable")} == {"date_unreadable"}


def test_the_table_given_is_not_changed() -> None:
    table = pd.DataFrame({"nps": [9.0, None], "why": [" spaced ", None], "shop": ["", "x"]})
    before = table.copy(deep=True)
    make_survey(table, Columns("nps", "why"), "example")
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (Columns("absent", "why"), "no column 'absent'"),
        (Columns("why", "nps"), "cannot be the score"),
        (Columns("nps", "nps"), "both score and answer"),
        (Columns("nps", "why", weight="loss"), "negative"),
        (Columns("nps", "why", date="loss"), "reads as a date"),
        (Columns("nps", "why", consent="loss"), "reads as yes or no"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_in_one_sentence(columns: Columns, says: str) -> None:
    table = pd.DataFrame({"nps": ["9", "2"], "why": ANSWERS[:2], "loss": ["-1", "4"]})
    with pytest.raises(FeedbackError, match=says) as error:
        make_survey(table, columns, "example")
    assert "\n" not in str(error.value)


def test_a_survey_of_blank_rows_has_no_rows() -> None:
    with pytest.raises(FeedbackError, match="no rows"):
        survey_of(["", " "], ["", ""])


def test_the_order_of_day_and_month_is_decided_once_for_the_column() -> None:
    dates, note = read_dates(pd.Series(["03/04/2018", "28/04/2018"]))
    assert (dates[0].month, note) == (4, "day first, as values such as 13/01 show")
    dates, note = read_dates(pd.Series(["03/04/2018", "04/28/2018 11:05 PM"]))
    assert (dates[0].month, dates[1].hour) == (3, 23)
    assert note.startswith("month first")
    assert read_dates(pd.Series(["03/04/2018"]))[1] == "day first assumed, as no value tells"


def test_a_date_that_contradicts_the_order_is_missing_rather_than_turned_round() -> None:
    dates, note = read_dates(pd.Series(["30/09/2021", "17/10/2021", "5/31/2022", "31/02/2022"]))
    assert dates.isna().tolist() == [False, False, True, True]
    assert note.startswith("both orders occur")


def test_iso_dates_are_never_turned_round_and_offsets_become_utc() -> None:
    dates, _ = read_dates(pd.Series(["2018-04-03", "2018-04-03T10:00:00+02:00", "20180403"]))
    assert dates.tolist() == [
        pd.Timestamp("2018-04-03"),
        pd.Timestamp("2018-04-03 08:00"),
        pd.Timestamp("2018-04-03"),
    ]


def test_amounts_and_consent() -> None:
    amounts = read_amounts(pd.Series(["1 200", "$3,000", "1.200,50 EUR", "12 people", "1.2.3"]))
    assert amounts.tolist()[:3] == [1200.0, 3000.0, 1200.5]
    assert amounts.isna().tolist()[3:] == [True, True]
    assert read_yes_no(pd.Series(["TRUE", "n", "1.0", "later"])).tolist() == [
        True,
        False,
        True,
        pd.NA,
    ]


@pytest.mark.parametrize("name", ["../../etc/passwd", "CON", "a/b\\c", "…", "x" * 300, "\x1b[2J"])
def test_the_name_of_a_survey_is_safe_as_a_folder(name: str) -> None:
    safe = slug(name)
    assert safe
    assert safe.replace("_", "").isalnum()
    assert len(safe) <= 60
    assert safe != "con"


def test_the_description_aligns_and_shows_control_characters() -> None:
    nasty = "nps\x1b[31m\u202e"
    table = pd.DataFrame({nasty: ["9"] * 1200, "why": ["Good\x1b[2J"] * 1200})
    survey = make_survey(table, Columns(nasty, "why", why={"score": "given"}), "example")
    text = survey.describe()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"nps\x1b[31m\u202e" in text
    lines = [line for line in text.splitlines() if line.startswith(("  rows", "  score given"))]
    assert lines[0].endswith("1,200")
    assert len({len(line) for line in lines}) == 1


cells = st.one_of(
    st.sampled_from(["", " ", "0", "10", "9 - Very likely", "7.5", "11", "-3", "ten", "NA", "1e9"]),
    st.text(max_size=12),
)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=25))
def test_the_counts_add_up_to_the_rows_read(rows: list[tuple[str, str, str]]) -> None:
    table = pd.DataFrame([("9", "Good", "a"), *rows], columns=["nps", "why", "id"], dtype=str)
    survey = make_survey(table, Columns("nps", "why", response_id="id"), "example")
    counts, responses = survey.counts, survey.responses
    missing = sum(number for key, number in counts.items() if key.startswith("score_missing_"))
    assert counts["rows_read"] == len(table) == counts["rows_blank"] + counts["responses"]
    assert counts["responses"] == len(responses) == counts["score_given"] + missing
    assert counts["responses"] == counts["answer_given"] + counts["answer_empty"]
    assert responses["score"].notna().sum() == counts["score_given"]
    assert (responses["group"] == "missing").sum() == missing
    assert responses["response_id"].is_unique
    assert (responses["raw_answer"].str.strip() != "").sum() == counts["answer_given"]


def test_columns_that_are_not_used_are_named_and_many_of_them_counted() -> None:
    told = survey_of(["9", "2"], ANSWERS[:2], agent=["x", "y"], queue=["1", "2"])
    assert told.unused == ("agent", "queue")
    assert "not used\n  agent, queue\n" in told.describe()
    many = survey_of(["9", "2"], ANSWERS[:2], **{f"extra {n}": ["x", "y"] for n in range(14)})
    line = many.describe().split("not used\n")[1].splitlines()[0]
    assert line.strip().startswith("extra 0, extra 1, ")
    assert line.endswith("extra 9 and 4 more")


def test_a_column_with_a_role_is_not_called_unused() -> None:
    table = pd.DataFrame({"nps": ["9", "2"], "why": ANSWERS[:2], "plan": ["a", "b"]})
    survey = make_survey(table, Columns(score="nps", answer="why", segments=("plan",)), "example")
    assert survey.unused == ()
    assert "not used" not in survey.describe()
