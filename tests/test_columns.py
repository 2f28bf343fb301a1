"""Guessing which column is which: right on real exports, and asking where it cannot know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from feedback_nlp.errors import FeedbackError
from feedback_nlp.nps import nps
from feedback_nlp.readers import read_survey
from feedback_nlp.reading.columns import guess_columns

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

WORDS = [
    "The courier left my parcel in the rain",
    "Easy to order, and it came a day early",
    "Your app logs me out every single morning",
    "Staff in the shop knew what they were talking about",
    "Too dear for what it is, but it does work",
    "I waited forty minutes on the phone for nothing",
    "Nothing to complain about, nothing to rave about",
    "The refund took six weeks and two letters",
    "Lovely packaging, and the size was right at once",
    "You changed the recipe and it tastes of soap now",
]
SCORES = ["2", "10", "3", "9", "7", "0", "8", "1", "10", "4"]


def table_of(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"nps": SCORES, "comment": WORDS, **columns})


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared data file {name} is not on this machine")
    return path


def test_telecom_is_read_as_its_readme_says() -> None:
    survey = read_survey(shared("telecom_nps.csv"))
    columns = survey.columns
    assert (columns.score, columns.answer) == ("NPS_SCORE", "text")
    assert (columns.response_id, columns.date) == ("response_id", "CUSTOMER_RESPONSE_DATE")
    # NPS_RATING only says again which group the score belongs to.
    assert columns.segments == ("SURVEY_SUB_TYPE",)
    assert columns.csat == ()
    assert "day first, as values" in columns.why["date"]
    assert survey.counts["responses"] == 2385
    assert survey.counts["score_missing_empty"] == 32
    dates = survey.responses["CUSTOMER_RESPONSE_DATE"]
    assert dates.notna().all()
    assert dates[0] == pd.Timestamp("2018-04-11 20:09")
    estimate = nps(survey.responses["score"])
    assert (estimate.promoters, estimate.passives, estimate.detractors) == (690, 392, 1271)
    assert estimate.score == pytest.approx(-24.7, abs=0.05)


@pytest.mark.parametrize(
    ("file", "segments", "ratings", "without_score"),
    [
        ("skytrax_seat.csv", ("cabin_flown", "type_traveller"), 7, 1),
        ("skytrax_lounge.csv", ("lounge_type", "type_traveller"), 7, 5),
    ],
)
def test_skytrax_has_its_ratings_beside_the_score(
    file: str, segments: tuple[str, ...], ratings: int, without_score: int
) -> None:
    survey = read_survey(shared(file))
    columns = survey.columns
    assert (columns.score, columns.answer, columns.date) == ("overall_rating", "content", "date")
    assert columns.segments == segments
    assert len(columns.csat) == ratings
    assert all(name.endswith("_rating") for name in columns.csat)
    assert survey.responses[list(columns.csat)].max().max() == 5
    assert survey.counts["score_missing_empty"] == without_score


def test_the_nhs_file_has_no_score_from_0_to_10() -> None:
    path = shared("nhs_fft_labelled.csv")
    with pytest.raises(FeedbackError, match="--score") as error:
        read_survey(path)
    assert "FFT categorical answer" in str(error.value)
    survey = read_survey(path, score="FFT categorical answer")
    assert survey.columns.answer == "FFT answer"
    assert survey.columns.response_id == "Comment ID"
    assert survey.columns.question == "FFT question"
    assert survey.columns.segments == ("Service type 1",)
    assert survey.columns.consent is None


def test_a_respondent_may_stand_in_several_rows() -> None:
    survey = read_survey(
        shared("nhs_fft_labelled.csv"),
        score="FFT categorical answer",
        response_id="Respondent ID",
    )
    assert survey.counts["duplicate_id"] == 5096 - 2959
    assert survey.responses["response_id"].is_unique
    assert survey.responses["Respondent ID"].nunique() == 2959


@pytest.mark.parametrize(
    "name",
    [
        "NPS",
        "npsScore",
        "LTR",
        "Likelihood to recommend",
        "How likely are you to recommend us to a friend or colleague?",
        "rating",
        "Q1",
    ],
)
def test_the_score_is_found_under_the_names_it_goes_by(name: str) -> None:
    columns = guess_columns(pd.DataFrame({name: SCORES, "comment": WORDS}), {})
    assert columns.score == name


def test_the_name_decides_among_several_scores() -> None:
    table = table_of(overall_rating=SCORES, visits=SCORES)
    assert guess_columns(table, {}).score == "nps"


def test_labelled_scores_are_scores() -> None:
    scores = ["0 - Not at all likely", "10 - Extremely likely", *SCORES[2:]]
    assert guess_columns(pd.DataFrame({"q": scores, "text": WORDS}), {}).score == "q"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("satisfaction", SCORES),
        ("customer effort score", ["7", "6", "1", "2", "3", "4", "5", "6", "7", "1"]),
        ("number of visits", SCORES),
        ("q7", ["7", "6", "1", "2", "3", "4", "5", "6", "7", "1"]),
        ("nps", ["1", "2", "3", "4", "5", "1", "2", "3", "4", "5"]),
        ("nps", ["1", "20", "300", "4", "5", "1", "2", "3", "4", "10"]),
    ],
)
def test_what_is_not_a_likelihood_to_recommend_is_never_taken_for_it(
    name: str, cells: list[str]
) -> None:
    with pytest.raises(FeedbackError, match="--score") as error:
        guess_columns(pd.DataFrame({name: cells, "comment": WORDS}), {})
    assert name in str(error.value)


def test_two_scores_of_the_same_right_are_asked_about() -> None:
    table = table_of(nps_after=SCORES)
    with pytest.raises(FeedbackError, match=r"Two columns could be the score.*--score"):
        guess_columns(table, {})
    assert guess_columns(table, {"score": "nps_after"}).score == "nps_after"


def test_two_answers_of_the_same_right_are_asked_about() -> None:
    table = table_of(reason=WORDS[::-1])
    with pytest.raises(FeedbackError) as error:
        guess_columns(table, {})
    assert str(error.value) == (
        'Two columns could be the answer: "comment", "reason"; name one with --answer.'
    )
    assert guess_columns(table, {"answer": "reason"}).answer == "reason"


def test_a_title_or_a_rare_remark_does_not_contend_with_the_answer() -> None:
    rare = ["", "Ring me", *[""] * 8]
    titles = [f"Review {word[:12]} number {at}" for at, word in enumerate(WORDS)]
    columns = guess_columns(table_of(remarks=rare, title=titles), {})
    assert columns.answer == "comment"


def test_the_longest_text_is_the_answer_where_no_name_says_so() -> None:
    table = pd.DataFrame(
        {"nps": SCORES, "a": [word[:14] for word in WORDS], "b": [word * 4 for word in WORDS]}
    )
    columns = guess_columns(table, {})
    assert columns.answer == "b"
    assert "the longest" in columns.why["answer"]


def test_without_free_text_the_answer_is_asked_for() -> None:
    with pytest.raises(FeedbackError, match="--answer"):
        guess_columns(pd.DataFrame({"nps": SCORES, "region": ["north", "south"] * 5}), {})


def test_the_roles_beside_score_and_answer() -> None:
    table = table_of(
        customer_id=[f"00{number}" for number in range(10)],
        survey_date=[f"{day}.03.2024" for day in range(9, 19)],
        region=["north", "south"] * 5,
        email=[f"person{number}@example.org" for number in range(10)],
        csat=["5", "1", "4", "2", "3", "5", "1", "4", "2", "3"],
        value_for_money=["3", "1", "4", "2", "3", "5", "1", "4", "2", "3"],
        weight=["0.8", "1.2"] * 5,
        annual_revenue=["£1,200", "300", "90.5", "0", "15", "2000", "8", "44", "3", "71"],
        may_we_contact_you=["yes", "no"] * 5,
    )
    table["nps_group"] = pd.cut(
        table["nps"].astype(int), [-1, 6, 8, 10], labels=["unhappy", "neutral", "happy"]
    ).astype(str)
    columns = guess_columns(table, {})
    assert columns.response_id == "customer_id"
    assert columns.date == "survey_date"
    assert columns.segments == ("region",)
    assert columns.csat == ("csat", "value_for_money")
    assert columns.weight == "weight"
    assert columns.value == "annual_revenue"
    assert columns.consent == "may_we_contact_you"
    filled = {role for role, named in columns.by_role().items() if named}
    assert set(columns.why) == filled
    assert all(columns.why.values())


def test_an_id_that_repeats_is_not_the_id_of_a_response() -> None:
    table = table_of(agent_id=["a", "b"] * 5)
    assert guess_columns(table, {}).response_id is None


def test_what_is_given_is_taken_and_an_empty_list_means_none() -> None:
    table = table_of(region=["north", "south"] * 5, shop=["x", "y"] * 5)
    assert guess_columns(table, {"segments": ["shop"]}).segments == ("shop",)
    assert guess_columns(table, {"segments": []}).segments == ()
    columns = guess_columns(table, {"score": "NPS ", "segments": "shop"})
    assert (columns.score, columns.why["score"]) == ("nps", "given")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"score": "npss"}, 'did you mean "nps"'),
        ({"answer": "zzzzz"}, 'there are "nps", "comment"'),
        ({"segments": ["Comments"]}, 'did you mean "comment"'),
        ({"score": "nps", "answer": "nps"}, "both score and answer"),
    ],
)
def test_a_named_column_that_cannot_be_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(FeedbackError, match=says):
        guess_columns(table_of(), given)


def test_a_hostile_column_name_is_shown_not_obeyed() -> None:
    table = pd.DataFrame({"x\x1b]0;title\x07": ["a", "b"], "comment": WORDS[:2]})
    with pytest.raises(FeedbackError) as error:
        guess_columns(table, {})
    assert str(error.value).isprintable()
