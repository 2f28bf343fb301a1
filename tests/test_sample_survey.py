"""The bundled sample survey: its shape, the variety of its texts, and its gold codes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sample_tables import (
    CODES,
    COLUMNS,
    DATA,
    RATINGS,
    coded_answers,
    net_promoter_score,
    read_as_written,
    sample_mentions,
    sample_survey,
    with_kind,
)


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    return sample_survey()


@pytest.fixture(scope="module")
def mentions() -> pd.DataFrame:
    return sample_mentions()


@pytest.fixture(scope="module")
def coded() -> pd.DataFrame:
    return coded_answers()


def most_alike(texts: list[str]) -> tuple[float, str, str]:
    """The highest cosine of two texts' character 3- to 5-grams within words, by TF-IDF."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(texts)
    similarity = (vectors @ vectors.T).toarray()
    np.fill_diagonal(similarity, 0)
    first, second = np.unravel_index(similarity.argmax(), similarity.shape)
    return float(similarity.max()), texts[first], texts[second]


def test_columns_and_allowed_values(survey: pd.DataFrame) -> None:
    assert list(survey.columns) == COLUMNS
    assert list(survey["response_id"]) == [f"LB-{i:04d}" for i in range(1, 1201)]
    assert survey["score"].dropna().between(0, 10).all()
    for name in ["satisfaction", *RATINGS]:
        assert set(survey[name].dropna()) == {1, 2, 3, 4, 5}
    assert set(survey["effort"].dropna()) == set(range(1, 8))
    assert set(survey["date"].dt.year) == {2025}
    assert set(survey["plan"]) == {"Essential", "Fast", "Ultra", "Business"}
    assert survey["region"].nunique() == 6
    assert set(survey["channel"]) == {"phone", "chat", "shop", "web"}
    assert set(survey["journey_stage"]) == {
        "first month",
        "in use",
        "billing",
        "support contact",
        "renewal",
    }
    assert set(survey["survey_type"]) == {"relationship", "transactional"}
    assert set(survey["contact_consent"]) == {"yes", "no"}
    assert set(survey["churned_within_6_months"]) == {"yes", "no"}
    new = survey["journey_stage"] == "first month"
    assert survey.loc[new, "tenure_months"].max() <= 1
    assert survey.loc[~new, "tenure_months"].min() >= 2


def test_missing_values_and_shares(survey: pd.DataFrame) -> None:
    assert 3 <= survey["score"].isna().sum() <= 12
    assert 5 <= survey["satisfaction"].isna().sum() <= 30
    assert (survey["reason"] != "").sum() >= 660
    assert 0.22 <= (survey["reason"] == "").mean() <= 0.36
    assert -10 < net_promoter_score(survey["score"]) < 5


def test_questions_are_put_to_those_they_concern(survey: pd.DataFrame) -> None:
    answered = survey[[*RATINGS, "effort"]].notna()
    stage = survey["journey_stage"]
    assert answered[["rating_reliability", "rating_value"]].mean().min() > 0.9
    assert answered.loc[stage == "support contact", "rating_support"].mean() > 0.9
    assert answered.loc[stage != "support contact", "rating_support"].mean() < 0.5
    assert answered.loc[stage == "first month", "rating_engineer_visit"].mean() > 0.8
    assert answered.loc[stage == "in use", "rating_engineer_visit"].mean() < 0.1
    transactional = survey["survey_type"] == "transactional"
    assert answered.loc[transactional, "effort"].mean() > 0.9
    assert 0.3 < answered.loc[~transactional, "effort"].mean() < 0.7


def test_ratings_correlate_as_ratings_do(survey: pd.DataFrame) -> None:
    table = survey[["satisfaction", *RATINGS, "effort"]].astype(float).corr().to_numpy()
    pairs = table[np.triu_indices_from(table, 1)]
    assert pairs.min() > 0.4
    assert pairs.max() < 0.75


def test_ratings_agree_with_the_text(coded: pd.DataFrame) -> None:
    for rating, code in [
        ("rating_engineer_visit", "engineer_visit"),
        ("rating_value", "price_rise"),
        ("rating_reliability", "reliability"),
        ("rating_support", "support_staff"),
    ]:
        tones = pd.Series([tones.get(code) for tones in coded["tones"]], index=coded.index)
        means = coded[rating].groupby(tones).mean()
        assert means["negative"] < 2.6, rating
        assert "positive" not in means or means["positive"] > 3.8, rating


def test_every_quarter_has_enough_answers(survey: pd.DataFrame) -> None:
    assert survey.groupby(survey["date"].dt.quarter).size().min() >= 250


def test_annual_value_is_skewed_by_a_few_business_accounts(
    survey: pd.DataFrame,
) -> None:
    heavy = survey[survey["annual_value"] > 1400]
    assert survey["annual_value"].min() >= 288
    assert 8 <= len(heavy) <= 20
    assert set(heavy["plan"]) == {"Business"}
    values = survey["annual_value"].to_numpy(dtype=float)
    assert values.mean() > 1.2 * np.median(values)


def test_texts_differ_from_each_other(coded: pd.DataFrame) -> None:
    short = coded["reason"].str.count(r"\S+") <= 3
    exempt = [
        "non_answer" in kinds or ("verdict" in kinds and few)
        for kinds, few in zip(coded["kinds"], short, strict=True)
    ]
    texts = coded.loc[~np.array(exempt), "reason"]
    assert not texts.str.lower().duplicated().any()
    highest, *pair = most_alike([text for text in texts if len(text) > 20])
    assert highest < 0.57, pair


def test_texts_do_not_open_alike(survey: pd.DataFrame) -> None:
    texts = survey.loc[survey["reason"].str.count(r"\S+") >= 5, "reason"]
    openings = texts.str.lower().str.split().str[:3].str.join(" ").value_counts()
    assert openings.iloc[0] <= 2, openings.head()


def test_lengths_run_from_one_word_to_a_paragraph(survey: pd.DataFrame) -> None:
    words = survey.loc[survey["reason"] != "", "reason"].str.count(r"\S+")
    assert words.min() == 1
    assert (words >= 80).sum() >= 10
    assert 10 <= words.median() <= 18


def test_gold_codes_cover_every_text_and_only_texts(coded: pd.DataFrame) -> None:
    themes = read_as_written(DATA / "gold" / "sample_themes.csv")
    assert len(themes) == len(coded) == (coded["reason"] != "").sum()
    assert set().union(*coded["codes"]) == CODES
    assert max(map(len, coded["codes"])) <= 5
    uncoded = coded[coded["codes"].map(len) == 0]
    about_nothing = [bool(kinds & {"non_answer", "verdict"}) for kinds in uncoded["kinds"]]
    assert all(about_nothing)


def test_gold_mentions_tile_each_text(coded: pd.DataFrame, mentions: pd.DataFrame) -> None:
    texts = coded.set_index("response_id")["reason"].str.strip()
    assert set(mentions["response_id"]) == set(texts.index)
    assert set(mentions["sentiment"]) == {"negative", "neutral", "positive"}
    for response_id, rows in mentions.groupby("response_id"):
        text, starts, ends = texts[response_id], list(rows["start"]), list(rows["end"])
        assert starts[0] == 0
        assert ends[-1] == len(text)
        gaps = [text[end:start] for end, start in zip(ends, starts[1:], strict=False)]
        assert all(not gap.strip() for gap in gaps), response_id
        assert all(start < end for start, end in zip(starts, ends, strict=True)), response_id
        assert list(rows["mention"]) == [str(i) for i in range(1, len(rows) + 1)]


def test_gold_themes_sum_up_the_gold_mentions(coded: pd.DataFrame, mentions: pd.DataFrame) -> None:
    split = mentions.assign(code=mentions["codes"].str.split("|")).explode("code")
    by_answer = split[split["code"] != ""].groupby(["response_id", "code"])["sentiment"].agg(set)
    for row in coded.itertuples():
        tones = {}
        for code in by_answer.loc[row.response_id].index if row.codes else []:
            said = by_answer[row.response_id, code]
            decided = said - {"neutral"} or said
            tones[code] = "mixed" if len(decided) == 2 else next(iter(decided))
        assert tones == row.tones, row.response_id
    tones_of = mentions.groupby("response_id")["sentiment"].agg(set)
    mixed = {answer for answer, tones in tones_of.items() if {"negative", "positive"} <= tones}
    assert set(with_kind(coded, "mixed")["response_id"]) == mixed


def test_every_code_and_count_stands_in_the_codebook(coded: pd.DataFrame) -> None:
    explained = (DATA / "gold" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|$", explained, re.MULTILINE)
    stated = {name: int(count) for name, count in rows}
    codes = coded["codes"].explode().value_counts().to_dict()
    kinds = coded["kinds"].explode().value_counts().to_dict()
    assert stated == codes | kinds


def test_each_code_has_enough_answers(coded: pd.DataFrame) -> None:
    counts = coded["codes"].explode().value_counts()
    assert 12 <= len(counts) <= 18
    assert counts.min() >= 25


def test_kinds_of_answers(coded: pd.DataFrame) -> None:
    counts = coded["kinds"].explode().value_counts()
    assert counts["mixed"] >= 140
    assert counts["sarcasm"] >= 20
    assert counts["non_answer"] >= 40
    assert counts["verdict"] >= 55
    assert counts["personal_data"] >= 30
    assert counts["inverted_scale"] == 2
    assert counts["markup_or_formula"] == 3


def test_inverted_scales_praise_at_zero(coded: pd.DataFrame) -> None:
    inverted = with_kind(coded, "inverted_scale")
    assert (inverted["score"] == 0).all()
    assert (inverted["satisfaction"] == 5).all()


def test_hostile_texts_are_there(coded: pd.DataFrame) -> None:
    texts = " ".join(with_kind(coded, "markup_or_formula")["reason"])
    assert coded["reason"].str.startswith("=SUM(").sum() == 1
    assert all(mark in texts for mark in ("<script>", "#include", "$x$"))


def test_personal_data_cannot_belong_to_anyone(coded: pd.DataFrame) -> None:
    from stdnum import luhn

    emails = coded["reason"].str.extractall(r"(\S+@[\w.-]*\w)")[0]
    assert len(emails) >= 8
    assert emails.str.contains(r"@(?:\w+\.)?example\.(?:com|co\.uk)$").all()
    phones = coded["reason"].str.extractall(r"\b(0\d{4} ?\d{3} ?\d{3})\b")[0].str.replace(" ", "")
    assert len(phones) >= 8
    assert phones.str.match(r"07700900\d{3}$|01632960\d{3}$").all()
    cards = coded["reason"].str.extractall(r"((?:\d{4} ){3}\d{4})")[0]
    assert set(cards) == {"4111 1111 1111 1111", "5555 5555 5555 4444"}  # issuers' test numbers
    assert all(luhn.is_valid(card.replace(" ", "")) for card in cards)
    postcodes = coded["reason"].str.extractall(r"\b([A-Z]{2})\d{1,2} \d[A-Z]{2}\b")[0]
    assert len(postcodes) >= 5
    assert set(postcodes) == {"LF"}


def test_languages_as_coded_and_as_detected(coded: pd.DataFrame) -> None:
    from lingua import Language, LanguageDetectorBuilder

    counts = coded["language"].value_counts()
    assert set(counts.index) == {"en", "es", "fr", "pl"}
    assert all(15 <= counts[language] <= 20 for language in ("es", "fr", "pl"))

    detector = LanguageDetectorBuilder.from_languages(
        Language.ENGLISH, Language.SPANISH, Language.FRENCH, Language.POLISH
    ).build()
    long_enough = coded[coded["reason"].str.count(r"\S+") >= 6]
    detected = detector.detect_languages_in_parallel_of(list(long_enough["reason"]))
    names = pd.Series([found.iso_code_639_1.name.lower() if found else "" for found in detected])
    assert (names.to_numpy() == long_enough["language"].to_numpy()).mean() > 0.98


def test_everybody_who_answered_was_invited(survey: pd.DataFrame) -> None:
    invited = read_as_written(DATA / "raw" / "sample_invitations.csv")
    assert 3_800 <= len(invited) <= 4_200
    assert invited["invitation_id"].is_unique
    answered = invited[invited["response_id"] != ""]
    same = ["response_id", "plan", "region", "journey_stage", "survey_type"]
    pd.testing.assert_frame_equal(
        answered[same].sort_values("response_id", ignore_index=True),
        survey[same].sort_values("response_id", ignore_index=True),
    )


def test_the_drawn_columns_come_out_again(tmp_path: Path) -> None:
    names = ["raw/make_columns.py", "raw/sample_written.csv", "gold/sample_mentions.csv"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(DATA / name, tmp_path / name)
    subprocess.run([sys.executable, str(tmp_path / names[0])], check=True)
    for name in ("sample_survey.csv", "sample_invitations.csv"):
        assert (tmp_path / "raw" / name).read_bytes() == (DATA / "raw" / name).read_bytes()
