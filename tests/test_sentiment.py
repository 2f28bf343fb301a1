"""Polarity of real answers, bad input, other models by name, and the figures' own arithmetic."""

from __future__ import annotations

import hashlib
import json
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_nlp.errors import FeedbackError
from feedback_nlp.evaluation.sentiment_figures import (
    accuracy,
    choose_thresholds,
    figure_with_interval,
    macro_f1,
    signs,
    spearman,
)
from feedback_nlp.sentiment import (
    answer_sentiment,
    label_sentiment,
    model_fingerprint,
    reads_language,
    score_sentiment,
)
from feedback_nlp.sentiment_models import label_polarities, shipped_folder, shipped_thresholds
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
    assert spearman(table["NPS_SCORE"].astype(float).to_numpy(), polarity) > 0.70


def test_the_challenge_set_is_read_as_well_as_the_card_says():
    table = pd.read_csv(CHALLENGE, keep_default_na=False)
    questions = [question or None for question in table["question"]]
    found = label_sentiment(score_sentiment(table["text"], questions))
    assert np.mean(found == table["label"].to_numpy()) >= 0.76


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


# --- the shipped files ------------------------------------------------------------------------


def test_the_model_is_small_plain_and_known_by_its_hash():
    files = {file.name: file for file in shipped_folder().iterdir() if file.is_file()}
    assert set(files) == {"model.onnx", "tokenizer.json", "thresholds.json", "card.md"}
    assert sum(file.stat().st_size for file in files.values()) <= 30_000_000
    assert model_fingerprint() == hashlib.sha256(files["model.onnx"].read_bytes()).hexdigest()


def test_the_model_says_that_it_may_be_read_in_batches():
    import onnxruntime

    session = onnxruntime.InferenceSession(shipped_folder() / "model.onnx")
    assert session.get_modelmeta().custom_metadata_map["ranges"] == "fixed"


def test_training_leaves_out_what_stands_in_the_challenge_set(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "training" / "sentiment"))
    import training_data

    challenge = pd.read_csv(CHALLENGE, keep_default_na=False)["text"]
    long = next(text for text in challenge if len(text.split()) >= 6)
    stolen = training_data.Example((long.upper().replace(".", "!"),), 0.5, source="written")
    kept, dropped = training_data.without_challenge([*training_data.written_examples(), stolen])
    assert stolen not in kept
    assert dropped >= 1
    words = {tuple(text.lower().rstrip(".!").split()) for text in challenge}
    assert not any(
        tuple(example.passages[0].lower().rstrip(".!").split()) in words
        for example in kept
        if len(example.passages[0].split()) >= 4
    )
    sys.modules.pop("training_data", None)


# --- other models by name ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder_with_a_model(tmp_path_factory):
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("classifier")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "service"]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, num_labels=3,
        id2label={0: "positive", 1: "neutral", 2: "negative"},
        label2id={"positive": 0, "neutral": 1, "negative": 2},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    model.classifier.weight.data.zero_()
    model.classifier.bias.data.copy_(
        __import__("torch").tensor([0.0, 0.0, np.log(2.0)], dtype=model.classifier.bias.dtype)
    )
    model.save_pretrained(folder)
    return folder


def test_a_local_classifier_gives_the_mean_of_its_labels(folder_with_a_model):
    polarity = score_sentiment(["good service", None], model=str(folder_with_a_model))
    assert polarity[0] == pytest.approx(-0.25, abs=1e-6)  # chances 1/4, 1/4, 1/2
    assert np.isnan(polarity[1])
    assert str(folder_with_a_model) in model_fingerprint(str(folder_with_a_model))


def test_a_model_out_of_reach_is_told_plainly(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(FeedbackError, match=r"could not be loaded.*--sentiment-model"):
        score_sentiment(["fine"], model="no-such-owner/no-such-model")


def test_a_hub_that_does_not_answer_is_told_within_seconds(monkeypatch):
    import transformers  # noqa: F401  (its import is not what is timed)

    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    begun = time.monotonic()
    with pytest.raises(FeedbackError, match="check the name and the network"):
        score_sentiment(["fine"], model="no-such-owner/no-such-model-at-all")
    assert time.monotonic() - begun < 20  # the hub's own client would try for 45 s


@pytest.mark.parametrize(
    ("labels", "values"),
    [
        (["LABEL_0", "LABEL_1", "LABEL_2"], [-1, 0, 1]),
        (["LABEL_0", "LABEL_1"], [-1, 1]),
        (["POSITIVE", "NEGATIVE"], [1, -1]),
        (["5 stars", "4 stars", "3 stars", "2 stars", "1 star"], [1, 0.5, 0, -0.5, -1]),
        (
            ["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"],
            [-1, -0.5, 0, 0.5, 1],
        ),
    ],
)
def test_labels_find_their_place(labels, values):
    assert label_polarities(labels).tolist() == values


@pytest.mark.parametrize("labels", [["joy", "anger", "fear"], ["spam", "ham"], ["LABEL_0"]])
def test_labels_that_say_nothing_of_sentiment_are_an_error(labels):
    with pytest.raises(FeedbackError, match="do not say"):
        label_polarities(labels, "emotions")


# --- the evaluation's own arithmetic ----------------------------------------------------------


@settings(deadline=None)  # the first call imports scikit-learn
@given(st.lists(st.tuples(*[st.sampled_from([-1, 0, 1])] * 2), min_size=1, max_size=40))
def test_macro_f1_is_that_of_scikit_learn(pairs):
    from sklearn.metrics import f1_score

    truth, found = np.array(pairs).T
    expected = f1_score(truth, found, average="macro", labels=[-1, 0, 1], zero_division=0)
    assert macro_f1(truth, found) == pytest.approx(expected)


def test_thresholds_that_part_the_classes_are_found():
    polarity = np.array([-0.9, -0.6, -0.37, -0.09, 0.0, 0.05, 0.33, 0.5])
    truth = np.array([-1, -1, -1, 0, 0, 0, 1, 1])
    low, high = choose_thresholds([(polarity, truth)])
    assert signs(polarity, low, high).tolist() == truth.tolist()


def test_a_single_text_does_not_move_the_thresholds_far():
    generator = np.random.default_rng(1)
    truth = np.repeat([-1, 0, 1], 150)
    polarity = 0.35 * truth + generator.normal(0, 0.2, len(truth))
    whole = np.array(choose_thresholds([(polarity, truth)]))
    for left_out in range(0, 450, 90):
        kept = np.arange(450) != left_out
        without = np.array(choose_thresholds([(polarity[kept], truth[kept])]))
        assert np.abs(without - whole).max() < 0.05


def test_an_interval_holds_the_figure_and_draws_whole_persons():
    truth = np.tile([-1, 0, 1, 1], 25)
    found = np.tile([-1, 0, 1, -1], 25)
    heading = ("data", "accuracy", "whole", "tool", "never")
    by_row = figure_with_interval(heading, accuracy, truth, found, seed=0)
    *_, n, value, low, high = by_row
    assert (n, value) == (100, 0.75)
    assert 0.6 < low < 0.75 < high < 0.9
    persons = np.repeat(np.arange(25), 4)  # each is right three times of four: no spread
    assert figure_with_interval(heading, accuracy, truth, found, 0, persons)[-2:] == (0.75, 0.75)
