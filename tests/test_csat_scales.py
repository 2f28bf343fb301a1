"""The scale of a rating is found out or declared, said, and never mixed up silently."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp import read_survey
from feedback_nlp.errors import FeedbackError
from feedback_nlp.reading.scale_finding import mixed_scale_warning, read_rating_column
from feedback_nlp.reading.scale_words import order_of_words, says_nothing
from feedback_nlp.reading.scales import (
    Scale,
    declared_scale,
    rescaled_scores,
    scale_of_record,
)
from feedback_nlp.survey import Columns, make_survey

WORSE_TO_BETTER = {
    "English": "very dissatisfied|dissatisfied|neither satisfied nor dissatisfied|satisfied|"
    "very satisfied",
    "unipolar": "Not at all satisfied|Slightly satisfied|Moderately satisfied|Very satisfied|"
    "Extremely satisfied",
    "agreement": "strongly disagree|disagree|neither agree nor disagree|agree|strongly agree",
    "ease": "very difficult|difficult|neither easy nor difficult|easy|very easy",
    "verdicts": "poor|fair|good|very good|excellent",
    "German": "sehr unzufrieden|eher unzufrieden|teils/teils|eher zufrieden|sehr zufrieden",
    "German agreement": "stimme gar nicht zu|stimme eher nicht zu|teils teils|stimme eher zu|"
    "stimme voll zu",
    "French": "pas du tout satisfait|plutôt pas satisfait|ni satisfait ni insatisfait|"
    "plutôt satisfait|très satisfait",
    "Spanish": "muy insatisfecho|insatisfecho|ni satisfecho ni insatisfecho|satisfecho|"
    "muy satisfecho",
    "Italian": "molto insoddisfatto|insoddisfatto|né soddisfatto né insoddisfatto|soddisfatto|"
    "molto soddisfatto",
    "Portuguese": "muito insatisfeito|insatisfeito|neutro|satisfeito|muito satisfeito",
    "Dutch": "zeer ontevreden|ontevreden|neutraal|tevreden|zeer tevreden",
    "Polish": "bardzo niezadowolony|niezadowolony|ani zadowolony, ani niezadowolony|zadowolony|"
    "bardzo zadowolony",
    "Swedish": "mycket missnöjd|missnöjd|varken nöjd eller missnöjd|nöjd|mycket nöjd",
    "two": "Dissatisfied|Satisfied",
    "stars": "★☆☆☆☆|★★☆☆☆|★★★☆☆|★★★★☆|★★★★★",
}


@pytest.mark.parametrize("language", WORSE_TO_BETTER)
def test_words_of_a_scale_are_ordered(language: str):
    labels = WORSE_TO_BETTER[language].split("|")
    assert order_of_words(labels[::-1]) == labels


@pytest.mark.parametrize("label", ["Don't know", "keine Angabe", "ne sais pas", "NS/NC", "n/a"])
def test_no_opinion_is_no_point_of_the_scale(label: str):
    assert says_nothing(label)
    assert order_of_words([label, "unzufrieden", "zufrieden"]) == ["unzufrieden", "zufrieden"]


def test_words_become_numbers_and_keep_their_words():
    cells = pd.Series(["Zufrieden", "sehr zufrieden", "Unzufrieden", "weiß nicht", ""] * 3)
    ratings, scale = read_rating_column(cells)
    assert ratings.tolist()[:3] == [2.0, 3.0, 1.0]
    assert ratings.isna().sum() == 6
    assert scale.labels == ("Unzufrieden", "Zufrieden", "sehr zufrieden")
    assert "Unzufrieden … sehr zufrieden" in scale.describe()


def test_unknown_words_are_refused_until_they_are_declared():
    cells = pd.Series(["rød", "gul", "grøn"] * 5, name="lys")
    with pytest.raises(FeedbackError, match="declare them from worst to best"):
        read_rating_column(cells)
    ratings, scale = read_rating_column(cells, declared="rød|gul|grøn")
    assert ratings.tolist()[:3] == [1.0, 2.0, 3.0]
    assert (scale.low, scale.high, scale.points) == (1, 3, 3)


def test_labelled_numbers_tell_the_direction():
    cells = pd.Series(["1 - very good", "2 - good", "4 - poor", "5 - very poor"] * 4)
    ratings, scale = read_rating_column(cells)
    assert scale.reversed
    assert scale.direction == "its words"
    assert scale.oriented(ratings).tolist()[:4] == [5.0, 4.0, 2.0, 1.0]


@pytest.mark.parametrize("falls", [True, False])
def test_direction_is_found_from_the_score(falls: bool):
    score = pd.Series(np.tile(np.arange(11), 6))
    cells = ((10 - score if falls else score) // 2.5 + 1).astype(int).astype(str)
    _, scale = read_rating_column(cells, score)
    assert scale.reversed is falls
    assert ("falls" if falls else "rises") in scale.direction


def test_a_direction_that_cannot_be_told_is_assumed_and_warned_of():
    _, scale = read_rating_column(pd.Series(["1", "5", "3", "4"]))
    assert not scale.reversed
    assert "which end is good cannot be told" in scale.warnings[0]


def test_a_declared_direction_that_the_scores_contradict_is_kept_and_warned_of():
    score = pd.Series(np.tile(np.arange(11), 6))
    cells = ((10 - score) // 2.5 + 1).astype(int).astype(str)
    _, scale = read_rating_column(cells, score, declared="1-5")
    assert not scale.reversed
    assert "declare 5-1" in " ".join(scale.warnings)
    assert read_rating_column(cells, score, declared="5-1")[1].reversed
    assert read_rating_column(cells, score, reversed_=True)[1].reversed
    assert read_rating_column(cells, score, declared="5-1", reversed_=True)[1].reversed


def test_two_scales_in_one_column_are_told_apart():
    cells = pd.Series([str(n) for n in [1, 2, 3, 4, 5] * 40 + [8, 9, 10]])
    ratings, scale = read_rating_column(cells)
    assert (scale.low, scale.high) == (1, 5)
    assert "3 of 203 ratings lie beyond 1 to 5" in scale.warnings[0]
    assert scale.oriented(ratings).isna().sum() == 3
    assert ratings.isna().sum() == 0  # the survey's own numbers stay


def test_a_low_survey_on_one_scale_is_not_taken_for_two():
    unhappy = pd.Series([1] * 50 + [2] * 25 + [3] * 14 + [4] * 9 + [5] * 6 + [6] * 4 + [7] * 2)
    assert mixed_scale_warning(unhappy) == ""


def test_a_rare_zero_of_contented_people_is_no_rating():
    random = np.random.default_rng(0)
    rating = random.integers(1, 6, 400)
    score = np.clip(rating * 2 + random.integers(-1, 2, 400), 0, 10)
    rating[:20], score[:20] = 0, 7
    _, scale = read_rating_column(pd.Series(rating.astype(str)), pd.Series(score))
    assert (scale.low, scale.high) == (1, 5)
    assert "0 is taken for “not rated”" in " ".join(scale.warnings)
    _, kept = read_rating_column(pd.Series(rating.astype(str)), pd.Series(score), declared="0-5")
    assert kept.low == 0


@pytest.mark.parametrize(
    ("numbers", "ends"),
    [
        ([0, 1], (0, 1)),
        ([1, 2], (1, 2)),
        ([1, 2, 3], (1, 3)),
        ([2, 3, 4, 5], (1, 5)),
        ([1, 4, 7], (1, 7)),
        ([1, 5, 9], (1, 10)),
        ([0, 3, 10], (0, 10)),
        ([-2, 0, 1, 2], (-2, 2)),
    ],
)
def test_ends_are_found(numbers: list[int], ends: tuple[int, int]):
    _, scale = read_rating_column(pd.Series([str(n) for n in numbers * 5]))
    assert (scale.low, scale.high) == ends
    assert not scale.refused


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["4"] * 20, "every rating is 4"),
        ([str(n) for n in range(0, 101, 5)], "more than 11 points"),
        (["", "n/a"] * 10, "holds no ratings"),
    ],
)
def test_what_is_no_rating_is_refused_with_a_reason(cells: list[str], why: str):
    assert why in read_rating_column(pd.Series(cells))[1].refused


@pytest.mark.parametrize("text", ["1to", "5", "a-b", "1-1", "0-100", "one|", "yes|Yes"])
def test_a_bad_declaration_is_one_clear_sentence(text: str):
    with pytest.raises(FeedbackError, match="ease"):
        declared_scale(text, "ease")


@given(
    st.integers(-5, 5),
    st.integers(1, 10),
    st.booleans(),
    st.lists(st.integers(-20, 20), max_size=9),
)
def test_turning_a_scale_twice_changes_nothing(low, length, turned, numbers):
    scale = Scale(low, low + length, reversed=turned)
    once = scale.oriented(pd.Series(numbers, dtype=float))
    assert ((once >= scale.low) & (once <= scale.high) | once.isna()).all()
    twice = scale.oriented(once)
    inside = pd.Series(numbers, dtype=float).where(lambda n: n.between(scale.low, scale.high))
    pd.testing.assert_series_equal(twice, inside)
    assert scale_of_record(scale.record()) == scale


@given(st.integers(0, 1), st.integers(2, 10))
def test_rescaled_scores_keep_order_and_ends(low, high):
    points = np.arange(low, high + 1.0)
    found = rescaled_scores(points, Scale(low, high))
    assert found[0] == 0
    assert found[-1] == 10
    assert (np.diff(found) > 0).all()
    backwards = rescaled_scores(points, Scale(low, high, reversed=True))
    assert (np.abs(backwards[::-1] - found) <= 0).all()


def test_a_survey_says_its_scales_and_its_warnings():
    table = pd.DataFrame(
        {
            "nps": [str(n) for n in range(11)] * 10,
            "why": ["so easy to use and quick"] * 110,
            "ease": ["1", "2", "3", "4", "5", "5", "4", "3", "2", "1", "9"] * 10,
        }
    )
    survey = make_survey(table, Columns("nps", "why", csat=("ease",)), "example")
    assert survey.responses["ease"].max() == 9.0
    said = survey.describe()
    assert "ease  1 to 5" in said
    assert "warning  ease: 10 of 110 ratings lie beyond 1 to 5" in said


def test_a_mixed_score_is_warned_of_and_mended_by_declaring_it():
    score = [str(n) for n in [1, 2, 3, 4, 5] * 40 + [7, 9, 10]]
    table = pd.DataFrame({"overall": score, "why": ["it was fine, thank you"] * len(score)})
    columns = Columns("overall", "why")
    mixed = make_survey(table, columns, "mixed")
    assert "declare the scale of most with --score-scale 1-5" in mixed.describe()
    mended = make_survey(table, columns, "mended", score_scale="1-5")
    assert mended.responses["score"].dropna().unique().tolist() == [0, 3, 5, 8, 10]
    assert mended.counts["score_missing_out_of_range"] == 3
    assert mended.counts["responses"] == sum(
        n for key, n in mended.counts.items() if key.startswith("score_")
    )


def test_real_lounge_file_warns_and_nhs_codes_beyond_the_scale_are_left_out(shared):
    lounge = read_survey(shared / "skytrax_lounge.csv")
    assert "67 of 2,259 scores lie beyond 1 to 5" in lounge.describe()
    assert lounge.columns.outcomes == ("recommended",)
    assert lounge.responses["recommended"].dtype == "boolean"
    nhs = read_survey(
        shared / "nhs_fft_labelled.csv",
        score="FFT categorical answer",
        answer="FFT answer",
        score_scale="5-1",
    )
    groups = nhs.responses["group"].value_counts()
    assert groups["promoter"] == 3568  # 1 = very good
    assert groups["missing"] == 24 + 54  # 6 and 7: don't know, blank


def test_scales_follow_the_columns_they_are_declared_for(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text(
        "nps,why,Rate us: ease,help,churned\n"
        + "9,so easy to use,1,good,yes\n3,never came back to me,5,bad,no\n" * 10
    )
    survey = read_survey(path, answer="why", csat=["Rate us: ease:5-1", "help:bad|fair|good"])
    assert survey.columns.csat == ("Rate us: ease", "help")
    assert survey.scales["Rate us: ease"].reversed
    assert survey.scales["help"].points == 3
    assert survey.columns.outcomes == ("churned",)
    turned = read_survey(path, answer="why", csat_reversed="Rate us: ease", csat=["Rate us: ease"])
    assert turned.scales["Rate us: ease"].reversed
    with pytest.raises(FeedbackError, match="no column"):
        read_survey(path, answer="why", csat=["nothing:1-5"])


def test_worded_ratings_are_found_without_being_named(tmp_path):
    path = tmp_path / "survey.csv"
    labels = ["muy insatisfecho", "insatisfecho", "satisfecho", "muy satisfecho"]
    rows = [f"{2 * n + 3},porque si y nada mas,{labels[n]}" for n in range(4)] * 10
    path.write_text("nps,motivo,satisfaccion csat\n" + "\n".join(rows))
    survey = read_survey(path, answer="motivo")
    assert survey.columns.csat == ("satisfaccion csat",)
    assert survey.scales["satisfaccion csat"].labels == tuple(labels)
