"""Answers made readable, told apart by kind, and told apart by language."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.cleaning import clean_answers, content_kinds, count_copies, normalise
from feedback_nlp.errors import FeedbackError
from feedback_nlp.evaluation.answer_kinds import evaluate_answer_kinds
from feedback_nlp.evaluation.gold import data_folder
from feedback_nlp.language import detect_languages

# Pieces that break exports, to be put together by hypothesis.
PIECES = [
    *("&amp;", "&lt;b&gt;", "&", "#39;", "<br/>", "<b>", "<", ">", "<3", "</p", "&nbsp;", "amp;"),
    *(
        "â€™",
        "Ã©",
        "Ã",
        "\u200d",
        "\u200c",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\ufe0f",
        "\x00",
        "\x1b[31m",
    ),
    *(
        "\ud83d",
        "\ude00",
        "👩",
        "💻",
        "🏴",
        "\U000e0067",
        "می",
        "خواهم",
        "क्",
        "\r\n",
        "\r",
        "\u2028",
    ),
    *(
        "!!!!",
        "…",
        "....",
        "sooooo",
        "aaa",
        "www",
        "III",
        "Schifffahrt",
        " ",
        "\t",
        "\n",
        "é",
        "e\u0301",
    ),
    *("don", "'", "t", "\ufffd", "s ", "A1AAAA", "ﬁ", "１０"),
]
messy = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=14).map("".join)


@pytest.mark.parametrize(
    ("raw", "readable"),
    [
        ("It\u00e2\u20ac\u2122s fine", "It's fine"),
        ("fish &amp; chips &pound;5", "fish & chips £5"),
        ("&amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt;", "bold"),
        ("I <3 it, <10 Mbps and >5 at night", "I <3 it, <10 Mbps and >5 at night"),
        ("<a lot of problems>", "<a lot of problems>"),
        ('<p class="x">Slow<br>router</p>', "Slow\nrouter"),
        ("one\r\n\r\n  two\u2028three", "one\ntwo\nthree"),
        ("a\x00b\u200bc\u202ed\u00ad", "abcd"),
        ("👩\u200d💻 ok\u200d", "👩\u200d💻 ok"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ud83d\ude00 and \ud83d alone", "😀 and \ufffd alone"),
        ("company\ufffds service", "company's service"),
        ("Sooooo slow!!!!!! why????", "Soo slow!!! why???"),
        (
            "www.example.com, AAA batteries, Henry VIII",
            "www.example.com, AAA batteries, Henry VIII",
        ),
        ("Schifffahrt", "Schifffahrt"),
        ("***** five stars, ref AB0000012", "***** five stars, ref AB0000012"),
        ("😡😡😡😡😡", "😡😡😡😡😡"),
    ],
)
def test_normalise_repairs_and_spares(raw: str, readable: str) -> None:
    assert normalise([raw]) == [readable]


@given(messy)
@settings(max_examples=400, deadline=None)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise([text])
    assert normalise(once) == once
    once[0].encode("utf-8")  # no lone surrogate is left


@given(st.lists(messy, max_size=8), st.integers(0, 8))
@settings(max_examples=50, deadline=None)
def test_slices_give_the_same_rows(texts: list[str], cut: int) -> None:
    raw = pd.Series(texts, index=[f"r{i}" for i in range(len(texts))], dtype=object)
    before = raw.copy()
    whole = clean_answers(raw)
    parts = pd.concat([clean_answers(raw.iloc[:cut]), clean_answers(raw.iloc[cut:])])
    pd.testing.assert_frame_equal(whole, parts, check_dtype=False)
    pd.testing.assert_series_equal(raw, before)
    assert (whole["has_content"] == whole["content_kind"].isin(["verdict_only", "reason"])).all()


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("empty", ["", "  ", "Did not answer", "[no response]", "NULL", "#N/A"]),
        (
            "non_answer",
            [
                "n/a",
                "-",
                "asdf",
                ".",
                "10 out of 10",
                "because I say so",
                "nothing to add",
                "🤷",
                "no one is perfect",
                "see my last email",
                "ns/nc",
                "rien à dire",
                "keine Ahnung",
                "não sei",
                "niente da dichiarare",
                "geen idee",
                "�",
                "why do you ask?",
            ],
        ),
        (
            "verdict_only",
            [
                "great service",
                "terrible!!",
                "Excelent servise",
                "8, rather nice",
                "❤️",
                ":)",
                "nothing, you are marvellous",
                "it could not be bettered",
                "muy mal servicio",
                "rien à redire",
                "alles bestens",
                "péssimo atendimento",
                "tutto bene",
                "erg tevreden",
            ],
        ),
        (
            "reason",
            [
                "pricey",
                "speedy bakery",
                "Parking.",
                "customer service",
                "still waiting",
                "open earlier",
                "not used it yet",
                "nothing works since Monday",
                "caro",
                "zu teuer",
                "trop d'attente",
            ],
        ),
    ],
)
def test_kinds_of_answers(kind: str, answers: list[str]) -> None:
    wrong = {a: k for a, k in zip(answers, content_kinds(answers), strict=True) if k != kind}
    assert wrong == {}


def test_missing_answers_are_empty() -> None:
    cleaned = clean_answers(pd.Series([None, np.nan, pd.NA, "fine"], index=list("abcd")))
    assert cleaned["answer"].tolist() == ["", "", "", "fine"]
    assert cleaned["content_kind"].tolist() == ["empty"] * 3 + ["verdict_only"]


def test_copies_fold_case_space_and_punctuation_but_not_meaning() -> None:
    answers = pd.Series(
        ["Too slow!", "too  slow", "TOO SLOW", "£5", "$5", "", "", "?", "!", "👍", "👎"]
    )
    assert count_copies(answers).tolist() == [3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1]


def test_short_answers_count_as_the_expected_language() -> None:
    texts = ["Satisfactory", "Very easy process", "ok", "super", "Information", "10", "😀"]
    found = detect_languages(texts)["language"].tolist()
    assert found == ["en"] * 5 + ["und"] * 2
    assert detect_languages(["super", "ok"], expected="de")["language"].tolist() == ["de", "de"]


def test_other_languages_are_told() -> None:
    texts = {
        "es": "Llevo tres semanas esperando al técnico y nadie me llama",
        "fr": "parce que c'est mon avis et que le service est nul",
        "de": "Die Hotline ist nie zu erreichen",
        "pl": "Internet działa bardzo wolno, a nikt nie odbiera telefonu",
        "ar": "الخدمة سيئة جدا والسعر مرتفع",
        "en": "The engineer never showed up and nobody called me back",
    }
    table = detect_languages(list(texts.values()))
    assert table["language"].tolist() == list(texts)
    assert table["language_confidence"].between(0, 1).all()


def test_an_unknown_expected_language_is_refused_in_a_sentence() -> None:
    with pytest.raises(FeedbackError, match="'klingon' cannot be told"):
        detect_languages(["x"], expected="klingon")


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        " ",
        "!",
        "!?",
        "<",
        "<b a=",
        "&",
        "&amp;",
        "&am&#112;",
        "<!--",
        "\n ",
        "nothing really ",
        "see ",
        "10/10 ",
        "k.a.",
        "\u200d",
        "�",
        "Ã",
        "â€™",
        "😀",
        "no ",
        "friends and family ",
    ],
)
def test_adversarial_answers_take_linear_time(unit: str) -> None:
    long = unit * (20_000 // len(unit))
    began = time.perf_counter()
    (answer,) = normalise([long])
    content_kinds([answer])
    assert time.perf_counter() - began < 2.0  # 0.1 s here; a backtracking pattern takes minutes


@pytest.mark.skipif(
    not data_folder().is_dir(), reason="the real files of ../shared/data are missing"
)
def test_kinds_agree_with_the_coder_on_answers_not_tuned_on() -> None:
    figures = evaluate_answer_kinds(data_folder()).set_index(["answers", "measure"])
    assert figures.loc[("all", "macro-F1"), "value"] >= 0.90
    assert (figures["low"] <= figures["value"]).all()
    assert (figures["value"] <= figures["high"]).all()
