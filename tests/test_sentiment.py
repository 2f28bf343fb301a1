"""Polarity of real answers and of bad input, and what labels and answers make of it."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_nlp.errors import FeedbackError
from feedback_nlp.evaluation.sentiment_figures import spearman
from feedback_nlp.sentiment import (
    answer_sentiment,
    label_sentiment,
    reads_language,
    score_sentiment,
)
from feedback_nlp.sentiment_models import shipped_folder, shipped_thresholds
from feedback_nlp.sentiment_text import cut_windows, prepare_question, prepare_text

ROOT = Path(__file__).parents[1]
TELECOM = ROOT.parent / "shared" / "data" / "telecom_nps.csv"
CHALLENGE = ROOT / "data" / "gold" / "sentiment_challenge.csv"

ANSWERS = [
    "The engineer was brilliant and had us back online in ten minutes.",
    "Still no refund after six weeks and nobody rings back.",
    "I have only been with you for a month.",
    "wifi keeps dropping out in the back bedroom",
    "Cheap, cheerful, does the job 👍",
]


# --- what the numbers mean --------------------------------------------------------------------


def test_praise_and_complaints_are_told_apart_and_most_facts_left_in_the_middle():
    praise = ["Fixed on the first visit", "Friendly and quick", "Easy to use", "Great value",
              "Always there when I need them", ANSWERS[0]]  # fmt: skip
    blame = ["Nobody called back", "Still waiting for the parcel", "The bill was wrong twice",
             "Had to explain everything three times", "The app crashes", ANSWERS[1]]  # fmt: skip
    facts = ["I have only been with you for a month.", "My husband deals with the account.",
             "I am a customer of the branch in Leeds.", "It was a routine appointment.",
             "I use it at work."]  # fmt: skip
    assert set(label_sentiment(score_sentiment(praise))) == {"positive"}
    assert set(label_sentiment(score_sentiment(blame))) == {"negative"}
    assert np.mean(label_sentiment(score_sentiment(facts)) == "neutral") > 0.5


def test_polarity_rises_with_the_strength_of_the_words():
    rising = ["Terrible service", "Poor service", "Average service", "Good service"]
    assert np.all(np.diff(score_sentiment(rising)) > 0)


def test_the_question_decides_what_a_bare_noun_means():
    praised, blamed = score_sentiment(
        ["Waiting time"] * 2, ["What was good?", "What could we do better?"]
    )
    assert praised > 0.1
    assert blamed < -0.1


def test_asking_for_the_reason_is_the_same_as_no_question():
    asked = score_sentiment(ANSWERS, "What is the MAIN reason for your score?")
    assert asked.tolist() == score_sentiment(ANSWERS).tolist()
    assert prepare_question("Why did you leave us?") != ""


def test_emoji_speak():
    fond, angry = score_sentiment(["😍", "😡"])
    assert fond > 0.2 > -0.2 > angry


def test_a_typographic_apostrophe_is_an_apostrophe():
    curly, straight = score_sentiment(["It doesn’t work", "It doesn't work"])
    assert curly == straight


@pytest.mark.skipif(not TELECOM.exists(), reason="../shared/data is not here")
def test_real_answers_rank_as_their_scores_do():
    table = pd.read_csv(TELECOM, keep_default_na=False).iloc[::5]
    table = table[(table["NPS_SCORE"] != "") & (table["text"].str.strip() != "")]
    polarity = score_sentiment(table["text"])
    assert spearman(table["NPS_SCORE"].astype(float).to_numpy(), polarity) > 0.74


def test_the_challenge_set_is_read_as_well_as_the_card_says():
    table = pd.read_csv(CHALLENGE, keep_default_na=False)
    questions = [question or None for question in table["question"]]
    found = label_sentiment(score_sentiment(table["text"], questions))
    assert np.mean(found == table["label"].to_numpy()) >= 0.85


# --- one text, one number ---------------------------------------------------------------------


def test_a_polarity_does_not_depend_on_the_slice():
    together = score_sentiment(ANSWERS * 3)
    alone = [score_sentiment([text])[0] for text in ANSWERS]
    assert together.tolist() == alone * 3


def test_texts_read_in_one_batch_do_not_touch_each_other():
    alike = [f"The {noun} was {word}" for noun in ("food", "room", "nurse", "price", "bill")
             for word in ("fine", "awful", "great", "late", "ok")]  # fmt: skip
    mixed = [*alike, *ANSWERS, " ".join(ANSWERS), "👍", "No"]
    forward = score_sentiment(mixed)
    assert forward.tolist() == score_sentiment(mixed[::-1])[::-1].tolist()
    assert forward.tolist() == [float(score_sentiment([text])[0]) for text in mixed]


def test_any_iterable_is_read_once_and_in_order():
    assert score_sentiment(text for text in ANSWERS).tolist() == score_sentiment(ANSWERS).tolist()
    series = pd.Series(ANSWERS, index=[7, 7, 3, 1, 0])
    assert score_sentiment(series).tolist() == score_sentiment(ANSWERS).tolist()


def test_many_texts_take_no_more_memory_than_their_scores():
    score_sentiment(ANSWERS)
    stream = (ANSWERS[number % len(ANSWERS)] for number in range(30_000))
    tracemalloc.start()
    polarity = score_sentiment(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(polarity) == 30_000
    assert peak < 10_000_000


# --- bad input --------------------------------------------------------------------------------


def test_no_texts_no_scores():
    assert score_sentiment([]).shape == (0,)
    assert label_sentiment([]).shape == (0,)


def test_what_is_no_text_has_no_polarity():
    polarity = score_sentiment([None, 5, 3.2, float("nan"), "", " \n ", pd.NA, "fine thanks"])
    assert np.isnan(polarity).tolist() == [True] * 7 + [False]


def test_one_text_in_place_of_a_list_is_an_error():
    with pytest.raises(FeedbackError, match="list"):
        score_sentiment("Great service")


@pytest.mark.parametrize("questions", [["What was good?"], ["a", "b", "c"]])
def test_as_many_questions_as_texts(questions):
    with pytest.raises(FeedbackError, match="as many questions"):
        score_sentiment(ANSWERS[:2], questions)


def test_a_long_text_is_read_to_its_end():
    praise = "The staff were wonderful and helpful. "
    blame = "The delay was a disgrace and nobody apologised. "
    mostly_praise, half, mostly_blame = score_sentiment(
        [praise * 500, praise * 250 + blame * 200, blame * 400]
    )
    assert len(praise * 500) > 18_000
    assert mostly_praise > half + 0.2
    assert half > mostly_blame + 0.2


@given(st.text(max_size=900), st.integers(5, 80))
def test_windows_hold_every_word_and_stay_short(text, longest):
    text = " ".join(text.split())
    windows = cut_windows(text, longest)
    assert "".join("".join(windows).split()) == "".join(text.split())
    assert max(map(len, windows)) <= longest


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=400)), max_size=4))
def test_any_text_at_all_gets_a_polarity_in_range_or_none(texts):
    polarity = score_sentiment(texts)
    assert np.all(np.isnan(polarity) | (np.abs(polarity) <= 1))


def test_half_an_emoji_does_no_harm():
    assert np.isfinite(score_sentiment(["great \ud83d"])[0])


def test_other_languages_are_flagged():
    assert reads_language(["en", "und", "de", "cy"]).tolist() == [True, True, False, False]
    assert reads_language(["de"], model="some/model").tolist() == [True]


# --- preparing --------------------------------------------------------------------------------


def test_emoji_become_words_without_their_skin_tone():
    assert prepare_text("ok 👎🏿") == "ok thumbs down"
    assert prepare_text("£5 at 10:30:15 or :so: ✈️") == "£5 at 10:30:15 or :so: airplane"


def test_preparing_twice_changes_nothing():
    for text in [*ANSWERS, "Sooooo “good” 😂😂", "£££ 5000"]:
        assert prepare_text(prepare_text(text)) == prepare_text(text)


# --- labels and answers -----------------------------------------------------------------------


def test_labels_follow_the_thresholds_of_the_model():
    kept = json.loads((shipped_folder() / "thresholds.json").read_text())
    low, high = kept["negative_below"], kept["positive_above"]
    polarity = [low - 0.01, low, (low + high) / 2, high, high + 0.01, np.nan]
    assert label_sentiment(polarity).tolist() == [
        "negative",
        *["neutral"] * 3,
        "positive",
        "",
    ]


def mentions_of(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["response_id", "text", "sentiment"])


def test_an_answer_is_the_length_weighted_mean_of_its_mentions():
    mentions = mentions_of([("b", "x" * 30, 0.6), ("a", "x", -0.2), ("b", "x" * 10, -0.2)])
    before = mentions.copy()
    answers = answer_sentiment(mentions)
    assert answers["response_id"].tolist() == ["b", "a"]
    assert answers["sentiment"].tolist() == pytest.approx([0.4, -0.2])
    pd.testing.assert_frame_equal(mentions, before)


def test_mixed_needs_strong_mentions_of_both_signs():
    strong = shipped_thresholds().strong
    answers = answer_sentiment(
        mentions_of(
            [
                ("both", "x", strong),
                ("both", "y", -strong),
                ("mild", "x", strong),
                ("mild", "y", 0.01 - strong),
                ("one", "x", 0.9),
            ]
        )
    ).set_index("response_id")
    assert answers["mixed"].to_dict() == {"both": True, "mild": False, "one": False}


def test_a_mention_without_polarity_counts_for_nothing():
    answers = answer_sentiment(
        mentions_of([("a", "x" * 99, np.nan), ("a", "y", 0.5), ("none", "x", np.nan)])
    )
    assert answers["sentiment"].tolist() == pytest.approx([0.5, np.nan], nan_ok=True)
    assert answers["mixed"].tolist() == [False, False]
    assert answer_sentiment(mentions_of([])).empty


def test_mentions_without_sentiment_are_an_error():
    with pytest.raises(FeedbackError, match="'sentiment'"):
        answer_sentiment(pd.DataFrame({"response_id": ["a"], "text": ["b"]}))
