"""The bundled sample survey: its shape, the variety of its texts, and what was planted in it.

The planted findings are checked with the gold codes, so that a module that fails to find one of
them cannot blame the data.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).resolve().parents[1] / "data"

COLUMNS = [
    "response_id",
    "score",
    "reason",
    "satisfaction",
    "date",
    "plan",
    "region",
    "channel",
    "journey_stage",
    "annual_value",
    "contact_consent",
]
CODES = {
    "account_app",
    "billing",
    "communication",
    "engineer_visit",
    "installation",
    "joining",
    "leaving",
    "moving_house",
    "not_recommending",
    "price_rise",
    "reliability",
    "speed",
    "support_staff",
    "tv_phone",
    "value_for_money",
    "waiting_time",
    "wifi_router",
}


def read_as_written(path: Path) -> pd.DataFrame:
    """Read a table without turning answers such as "n/a" into missing values."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def split_cell(cell: str) -> set[str]:
    return set(filter(None, cell.split("|")))


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    table = read_as_written(DATA / "raw" / "sample_survey.csv")
    return table.assign(
        score=pd.to_numeric(table["score"]).astype("Int64"),
        satisfaction=pd.to_numeric(table["satisfaction"]).astype("Int64"),
        date=pd.to_datetime(table["date"], format="%Y-%m-%d"),
        annual_value=pd.to_numeric(table["annual_value"]),
    )


@pytest.fixture(scope="module")
def coded(survey: pd.DataFrame) -> pd.DataFrame:
    """The answers with a text, their gold codes and kinds as sets, and their quarter."""
    themes = read_as_written(DATA / "gold" / "sample_themes.csv")
    kinds = read_as_written(DATA / "gold" / "sample_kinds.csv")
    table = survey.merge(themes, on="response_id", validate="one_to_one")
    table = table.merge(kinds, on="response_id", validate="one_to_one")
    return table.assign(
        codes=table["codes"].map(split_cell),
        kinds=table["kinds"].map(split_cell),
        quarter=table["date"].dt.quarter,
    )


def with_code(coded: pd.DataFrame, code: str) -> pd.Series:
    return pd.Series([code in codes for codes in coded["codes"]], index=coded.index)


def with_kind(coded: pd.DataFrame, kind: str) -> pd.DataFrame:
    return coded[[kind in kinds for kinds in coded["kinds"]]]


def test_columns_and_allowed_values(survey: pd.DataFrame) -> None:
    assert list(survey.columns) == COLUMNS
    assert list(survey["response_id"]) == [f"LB-{i:04d}" for i in range(1, 388)]
    assert survey["score"].dropna().between(0, 10).all()
    assert survey["satisfaction"].dropna().between(1, 5).all()
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
    assert set(survey["contact_consent"]) == {"yes", "no"}


def test_missing_values_and_shares(survey: pd.DataFrame) -> None:
    assert 3 <= survey["score"].isna().sum() <= 5
    assert 5 <= survey["satisfaction"].isna().sum() <= 20
    assert (survey["reason"] != "").sum() >= 245
    assert 0.25 <= (survey["reason"] == "").mean() <= 0.36
    scores = survey["score"].dropna()
    assert (scores >= 9).mean() == pytest.approx(0.38, abs=0.02)
    assert (scores <= 6).mean() == pytest.approx(0.38, abs=0.02)


def test_every_quarter_has_enough_answers(survey: pd.DataFrame) -> None:
    assert survey.groupby(survey["date"].dt.quarter).size().min() >= 70


def test_annual_value_is_skewed_by_a_few_business_accounts(
    survey: pd.DataFrame,
) -> None:
    heavy = survey[survey["annual_value"] > 1400]
    assert survey["annual_value"].min() >= 288
    assert 3 <= len(heavy) <= 10
    assert set(heavy["plan"]) == {"Business"}
    values = survey["annual_value"].to_numpy(dtype=float)
    assert values.mean() > 1.2 * np.median(values)


def test_texts_differ_from_each_other(survey: pd.DataFrame) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [text for text in survey["reason"] if len(text) > 20]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(texts)
    similarity = (vectors @ vectors.T).toarray()
    np.fill_diagonal(similarity, 0)
    first, second = np.unravel_index(similarity.argmax(), similarity.shape)
    assert similarity.max() < 0.6, (texts[first], texts[second])


def test_texts_do_not_open_alike(survey: pd.DataFrame) -> None:
    texts = survey.loc[survey["reason"].str.count(r"\S+") >= 5, "reason"]
    openings = texts.str.lower().str.split().str[:3].str.join(" ").value_counts()
    assert openings.iloc[0] <= 3, openings.head()


def test_lengths_run_from_one_word_to_a_paragraph(survey: pd.DataFrame) -> None:
    words = survey.loc[survey["reason"] != "", "reason"].str.count(r"\S+")
    assert words.min() == 1
    assert (words >= 80).sum() >= 4
    assert 10 <= words.median() <= 18


def test_gold_codes_cover_every_text_and_only_texts(coded: pd.DataFrame) -> None:
    themes = read_as_written(DATA / "gold" / "sample_themes.csv")
    assert len(themes) == len(coded) == (coded["reason"] != "").sum()
    assert set().union(*coded["codes"]) == CODES
    assert max(map(len, coded["codes"])) <= 4
    uncoded = coded[coded["codes"].map(len) == 0]
    about_nothing = [bool(kinds & {"non_answer", "verdict"}) for kinds in uncoded["kinds"]]
    assert all(about_nothing)


def test_every_code_is_explained(coded: pd.DataFrame) -> None:
    explained = (DATA / "gold" / "README.md").read_text(encoding="utf-8")
    assert not [code for code in CODES if f"`{code}`" not in explained]


def test_each_code_has_enough_answers(coded: pd.DataFrame) -> None:
    counts = coded["codes"].explode().value_counts()
    assert counts.min() >= 7


def test_kinds_of_answers(coded: pd.DataFrame) -> None:
    counts = coded["kinds"].explode().value_counts()
    assert counts["mixed"] >= 60
    assert counts["sarcasm"] >= 10
    assert counts["non_answer"] == 15
    assert counts["verdict"] >= 15
    assert counts["personal_data"] == 14
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
    assert len(emails) >= 4
    assert emails.str.contains(r"@(?:\w+\.)?example\.(?:com|co\.uk)$").all()
    phones = coded["reason"].str.extractall(r"\b(0\d{4} ?\d{3} ?\d{3})\b")[0].str.replace(" ", "")
    assert len(phones) >= 4
    assert phones.str.match(r"07700900\d{3}$|01632960\d{3}$").all()
    cards = coded["reason"].str.extractall(r"((?:\d{4} ){3}\d{4})")[0]
    assert list(cards) == ["4111 1111 1111 1111"]
    assert luhn.is_valid(cards.iloc[0].replace(" ", ""))


def test_languages_as_coded_and_as_detected(coded: pd.DataFrame) -> None:
    from lingua import Language, LanguageDetectorBuilder

    counts = coded["language"].value_counts()
    assert set(counts.index) == {"en", "es", "fr", "pl"}
    assert all(4 <= counts[language] <= 5 for language in ("es", "fr", "pl"))

    detector = LanguageDetectorBuilder.from_languages(
        Language.ENGLISH, Language.SPANISH, Language.FRENCH, Language.POLISH
    ).build()
    long_enough = coded[coded["reason"].str.count(r"\S+") >= 6]
    detected = detector.detect_languages_in_parallel_of(list(long_enough["reason"]))
    names = pd.Series([found.iso_code_639_1.name.lower() if found else "" for found in detected])
    assert (names.to_numpy() == long_enough["language"].to_numpy()).mean() > 0.98


def test_planted_price_complaints_gather_in_the_third_quarter(
    coded: pd.DataFrame,
) -> None:
    share = with_code(coded, "price_rise").groupby(coded["quarter"]).mean()
    assert share[3] > 0.3
    assert share.drop(3).max() < 0.1
    others = coded[~with_code(coded, "price_rise")]
    assert coded.loc[with_code(coded, "price_rise"), "score"].mean() < others["score"].mean() - 2


def test_planted_third_quarter_scores_are_lowest(survey: pd.DataFrame) -> None:
    mean = survey.groupby(survey["date"].dt.quarter)["score"].mean()
    assert mean.idxmin() == 3


def test_planted_missed_appointments_hit_new_detractors(coded: pd.DataFrame) -> None:
    detractor = coded["score"] <= 6
    new = coded["journey_stage"] == "first month"
    missed = with_code(coded, "engineer_visit")
    assert (missed & detractor & new).sum() >= 15
    assert missed[detractor & new].mean() > 0.5
    assert missed[detractor & ~new].mean() < 0.05
    assert missed[~detractor & new].mean() < 0.4


def test_planted_harbour_team_is_praised_on_the_phone(coded: pd.DataFrame) -> None:
    praised = coded[coded["reason"].str.contains("harbour", case=False)]
    assert len(praised) >= 15
    assert (praised["score"] >= 9).mean() > 0.9
    assert (praised["channel"] == "phone").all()
    assert with_code(praised, "support_staff").all()


def test_planted_satisfied_customers_who_do_not_recommend(
    survey: pd.DataFrame, coded: pd.DataFrame
) -> None:
    segment = (survey["plan"] == "Essential") & (survey["region"] == "Midlands")
    content = (survey["satisfaction"] >= 4) & survey["score"].between(6, 8)
    assert segment.sum() >= 30
    assert content[segment].mean() > 0.6
    assert content[~segment].mean() < 0.25
    why = coded[with_code(coded, "not_recommending")]
    assert len(why) >= 10
    assert ((why["plan"] == "Essential") & (why["region"] == "Midlands")).all()
