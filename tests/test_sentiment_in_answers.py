"""Polarity of mentions read within their answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import feedback_nlp as fn
from feedback_nlp.errors import FeedbackError
from feedback_nlp.mentions import cut_answers
from feedback_nlp.sentiment import score_sentiment
from feedback_nlp.sentiment_in_answers import score_in_answers

ANSWERS = [
    "Lovely staff but the lift is always broken.",
    "Cheap, fast and nobody ever answers the phone",
    "Good",
    "The engineer came on time. He left mud on the carpet, though 😡",
    "¿Por qué? No funciona nada",
]


def spans_of(answers: list[str]) -> list[list[tuple[int, int]]]:
    cut = cut_answers(answers)
    return [cut[answer] for answer in answers]


def test_praise_and_blame_in_one_answer_are_told_apart() -> None:
    text = "The nurses were wonderful but the parking is a nightmare."
    cut = text.index("but")
    _, (within,) = score_in_answers([text], [[(0, cut - 1), (cut, len(text))]])
    assert within[0] > 0.3
    assert within[1] < -0.3


def test_what_a_mention_means_depends_on_its_answer() -> None:
    answers = ["It used to be slow. Not any more.", "It used to be reliable. Not any more."]
    _, (better, worse) = score_in_answers(answers, spans_of(answers))
    alone = score_sentiment(["Not any more."])[0]
    assert better[-1] != worse[-1]
    assert {better[-1], worse[-1]} != {alone}


def test_an_answer_of_one_mention_is_read_as_a_whole() -> None:
    whole, within = score_in_answers(["Good", "Never again"], [[(0, 4)], [(0, 11)]])
    assert whole.tolist() == [one[0] for one in within]
    assert whole.tolist() == score_sentiment(["Good", "Never again"]).tolist()


def test_nothing_depends_on_the_company_of_other_answers() -> None:
    together = score_in_answers(ANSWERS * 2, spans_of(ANSWERS) * 2)
    for number, answer in enumerate(ANSWERS * 2):
        whole, (within,) = score_in_answers([answer], spans_of([answer]))
        assert whole[0] == together[0][number]
        assert within.tolist() == together[1][number].tolist()


def test_the_question_is_known() -> None:
    _, (good, bad) = score_in_answers(
        ["Waiting time"] * 2, [[(0, 12)]] * 2, ["What was good?", "What could we do better?"]
    )
    assert good[0] > bad[0]


def test_an_answer_too_long_for_one_reading_is_read_to_its_end() -> None:
    first, last = (
        "The cabin was clean and the crew was kind. " * 60,
        "Then my bag was lost for good.",
    )
    text = first + last
    spans = spans_of([text])[0]
    whole, (within,) = score_in_answers([text], [spans])
    assert len(within) == len(spans)
    assert within[0] > 0.2 > -0.2 > within[-1]
    assert whole[0] < score_in_answers([first], spans_of([first]))[0][0]


def test_one_mention_of_20000_characters() -> None:
    text = "the screen is dark " * 1_050
    whole, (within,) = score_in_answers([text], [[(0, len(text))]])
    assert -1 <= whole[0] < 0
    assert within[0] == pytest.approx(whole[0], abs=0.05)


def test_empty_answers_and_answers_without_mentions() -> None:
    whole, within = score_in_answers(["", "  ", "Good"], [[], [], []])
    assert np.isnan(whole[:2]).all()
    assert whole[2] > 0
    assert [len(one) for one in within] == [0, 0, 0]
    assert score_in_answers([], [])[1] == []


def test_as_many_spans_and_questions_as_answers_are_needed() -> None:
    with pytest.raises(FeedbackError, match="span"):
        score_in_answers(["Good", "Bad"], [[(0, 4)]])
    with pytest.raises(FeedbackError, match="question"):
        score_in_answers(["Good", "Bad"], [[(0, 4)], [(0, 3)]], ["Why?"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4))
def test_every_mention_of_any_text_gets_a_polarity(answers: list[str]) -> None:
    spans = spans_of(answers)
    whole, within = score_in_answers(answers, spans)
    assert len(whole) == len(within) == len(answers)
    for own, polarity in zip(spans, within, strict=True):
        assert len(own) == len(polarity)
        assert ((polarity >= -1) & (polarity <= 1) | np.isnan(polarity)).all()


def test_a_run_reads_mentions_within_their_answers(sample_run: fn.Run) -> None:
    responses = sample_run.responses.set_index("response_id")
    mentions = sample_run.mentions
    several = mentions.groupby("response_id").filter(lambda own: len(own) > 1)
    response_id = several["response_id"].iloc[0]
    own = several[several["response_id"] == response_id]
    answer = responses.loc[response_id]
    whole, (within,) = score_in_answers(
        [answer["answer"]],
        [list(zip(own["start"], own["end"], strict=True))],
        [answer["question"]],
    )
    assert within.tolist() == own["sentiment"].tolist()
    assert whole[0] == answer["sentiment"]
    assert pd.notna(responses.loc[responses["has_content"], "sentiment"]).all()
