"""Answers cut into mentions."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.cleaning import normalise
from feedback_nlp.evaluation.gold import data_folder
from feedback_nlp.evaluation.mentions import (
    coder_agreement,
    count_boundaries,
    evaluate_mentions,
)
from feedback_nlp.mentions import cut_mentions

WORDS = [
    *"the staff was were kind slow but and although however price, , . ! ? - / : ; ( )".split(),
    *"... no not I it we they never again because which cold cheap 1. 2) a.m. e.g. 😡".split(),
    *"don't Also lots of me today only problem than so \U0001f44d".split(),
    "\n",
]
rambling = st.lists(st.sampled_from([*WORDS, "שירות", "سيئة", "\ufffd", "Dr."]), max_size=30).map(
    " ".join
)


def responses(*answers: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "response_id": [f"r{n}" for n in range(len(answers))],
            "answer": list(answers),
            "has_content": True,
        }
    )


@pytest.mark.parametrize(
    "cut",
    [
        "Slow lift. | Kind porter.",
        "Dr. [NAME] was very kind and listened.",
        "Great care from Dr. [NAME] and the team. | Mrs. [NAME] rang twice.",
        "Dr.Okafor was patient",
        "I waited for the Dr. | The nurse was rude.",
        "It took approx. 40 minutes to get through.",
        "They promised extras, e.g. a free router",
        "To be fair the driver was late",
        "The room was cold. | To be perfectly honest, staff apologised.",
        "In all fairness the app is good",
        "Roomy | but draughty",
        "Although the room was tiny, | the view made up for it",
        "Good gym | although the showers are cold",
        "Price, | parking, | opening hours",
        "Tidy, | quiet | and warm",
        "cheap and tasty",
        "kind coach | and fair fees",
        "good coach and hall",
        "the coach was fair, kind and patient",
        "The hall was packed | and the band started late",
        "I rang and they hung up",
        "the hall was cold, | we left early",
        "THE SOUP WAS COLD | THE WAITER WAS RUDE. | NEVER AGAIN",
        "They said they would, but they didn't",
        "not only cheap but also quick",
        "Nothing but trouble since the upgrade to version 2.1",
        "We waited from 9 a.m. until 4.30 p.m. for a plumber who never showed up.",
        "The 10 - 12 slot suits me.",
        "1. Slow lifts | 2. Dirty carpets | 3. Kind porters",
        "Lovely lounge - | no food though",
        "Great class, | only downside is the noisy road",
        "After an hour in line I got in",
        "The lift broke because nobody serviced it",
        "Kind porter\nslow lift".replace("\n", "\n| "),
        "Helpful team (but slow at first, and they know it) in the end",
        "Because the set-up was hard | and you're expensive",
        "Everyone here deserves a medal | I've had a lot to do with them",
        "I am happy with the deal I got",
        "The colleague I spoke to was patient",
        "She tried to help but couldn't",
        "The bus was late even though it was empty",
        "A new but typically dull lounge",
        "Food was good | unfortunately not much variety",
        "The seats were hard | pitch was limited",
        "Every time I rang the shop, it was shut",
        "Found a nice flat, | had some questions",
        "Very helpful porter | and easy to deal with",
        "Poor service | no one knew what was going on",
    ],
)
def test_cuts_follow_the_coding_rules(cut: str) -> None:
    answer = cut.replace("| ", "")
    found = [answer[m.start : m.end] for m in cut_mentions(responses(answer)).itertuples()]
    wanted = [part.strip(" ,-\n") for part in cut.split("|")]
    assert [part.strip(" ,-") for part in found] == wanted


def test_only_answers_with_content_are_cut_and_nothing_mutates() -> None:
    table = responses("Slow lift. Kind porter.", "n/a", "Cold soup")
    table["has_content"] = [True, False, True]
    before = table.copy()
    mentions = cut_mentions(table)
    pd.testing.assert_frame_equal(table, before)
    assert mentions["mention_id"].tolist() == ["r0#1", "r0#2", "r2#1"]
    assert mentions["response_id"].tolist() == ["r0", "r0", "r2"]


def test_no_answers_give_an_empty_table_with_its_columns() -> None:
    mentions = cut_mentions(responses().astype({"has_content": bool}))
    assert mentions.empty
    assert list(mentions) == ["mention_id", "response_id", "text", "start", "end"]


@given(st.lists(st.one_of(rambling, st.text(max_size=40)), max_size=5), st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_offsets_are_exact_and_slices_agree(texts: list[str], cut: int) -> None:
    table = responses(*normalise(texts))
    mentions = cut_mentions(table)
    answers = dict(zip(table["response_id"], table["answer"], strict=True))
    ends: dict[str, int] = {}
    for m in mentions.itertuples():
        assert answers[m.response_id][m.start : m.end] == m.text == m.text.strip() != ""
        assert m.start >= ends.get(m.response_id, 0)  # in order, none overlaps
        ends[m.response_id] = m.end
    for response_id, answer in answers.items():
        assert (response_id in ends) == bool(answer)
        cut_out = set("".join(mentions.loc[mentions["response_id"] == response_id, "text"]))
        assert {c for c in answer if c.isalnum()} <= cut_out  # no word is lost
    parts = [cut_mentions(part) for part in (table.iloc[:cut], table.iloc[cut:])]
    pd.testing.assert_frame_equal(mentions, pd.concat(parts, ignore_index=True), check_dtype=False)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "!?",
        "!)",
        "a, ",
        "it was good ",
        "good and ",
        "but ",
        " - ",
        "no ",
        "(a ",
        "1. ",
        "😀",
        "&",
        "never give ",
        "so ",
        "the ",
        "a sorted ",
        "'",
        ". ",
    ],
)
def test_adversarial_answers_take_linear_time(unit: str) -> None:
    cut_mentions(responses("Dr. No came. We left at 5 p.m. sharp."))  # loads the model
    long = (unit * (20_000 // len(unit))).strip()
    began = time.perf_counter()
    mentions = cut_mentions(responses(long))
    assert time.perf_counter() - began < 5.0  # 0.4 s here; quadratic time would take minutes
    assert all(long[m.start : m.end] == m.text for m in mentions.itertuples())


def test_boundaries_match_once_and_across_connectives() -> None:
    text = "the hall was packed, and then the band started late"
    assert count_boundaries(text, [21], [30]) == (1, 1, 1)  # "and then" lies between
    assert count_boundaries(text, [21], [21, 25]) == (1, 2, 1)
    assert count_boundaries(text, [21], [9]) == (0, 1, 1)


@pytest.mark.skipif(
    not data_folder().is_dir(), reason="the real files of ../shared/data are missing"
)
def test_evaluation_reports_every_source_with_intervals() -> None:
    figures = evaluate_mentions(data_folder())
    assert set(figures["answers"]) >= {"all", "telecom_nps.csv", "nhs_fft_labelled.csv", "written"}
    assert figures["value"].between(figures["low"], figures["high"]).all()
    spacy = figures["measure"] == "boundary F1 of spaCy's sentences"
    assert (
        figures.loc[spacy, "value"].iloc[0]
        < figures.loc[figures["measure"] == "boundary F1", "value"].iloc[0]
    )


@pytest.mark.skipif(
    not data_folder().is_dir(), reason="the real files of ../shared/data are missing"
)
def test_two_codings_agree_better_than_chance_but_not_wholly() -> None:
    agreement = coder_agreement(data_folder())
    assert agreement["n"].iloc[0] == 60
    assert 0.5 < agreement["value"].iloc[0] < 1
