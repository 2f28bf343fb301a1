"""The bundled sample survey and its gold codes, as the tests of both read them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[1] / "data"

COLUMNS = [
    "response_id",
    "score",
    "reason",
    "satisfaction",
    "rating_reliability",
    "rating_support",
    "rating_value",
    "rating_engineer_visit",
    "effort",
    "date",
    "plan",
    "region",
    "channel",
    "journey_stage",
    "tenure_months",
    "annual_value",
    "churned_within_6_months",
    "contact_consent",
    "survey_type",
]
RATINGS = [name for name in COLUMNS if name.startswith("rating_")]
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


@cache
def sample_survey() -> pd.DataFrame:
    table = read_as_written(DATA / "raw" / "sample_survey.csv")
    whole = ["score", "satisfaction", *RATINGS, "effort", "tenure_months", "annual_value"]
    return table.assign(
        **{name: pd.to_numeric(table[name]).astype("Int64") for name in whole},
        date=pd.to_datetime(table["date"], format="%Y-%m-%d"),
    )


@cache
def sample_mentions() -> pd.DataFrame:
    table = read_as_written(DATA / "gold" / "sample_mentions.csv")
    return table.assign(start=table["start"].astype(int), end=table["end"].astype(int))


@cache
def coded_answers() -> pd.DataFrame:
    """The answers with a text, their gold codes and kinds as sets, and their quarter."""
    themes = read_as_written(DATA / "gold" / "sample_themes.csv")
    kinds = read_as_written(DATA / "gold" / "sample_kinds.csv")
    table = sample_survey().merge(themes, on="response_id", validate="one_to_one")
    table = table.merge(kinds, on="response_id", validate="one_to_one")
    return table.assign(
        tones=[
            dict(zip(codes.split("|"), tones.split("|"), strict=True)) if codes else {}
            for codes, tones in zip(table["codes"], table["sentiments"], strict=True)
        ],
        codes=table["codes"].map(split_cell),
        kinds=table["kinds"].map(split_cell),
        quarter=table["date"].dt.quarter,
    )


def with_code(coded: pd.DataFrame, code: str) -> pd.Series:
    return pd.Series([code in codes for codes in coded["codes"]], index=coded.index)


def with_kind(coded: pd.DataFrame, kind: str) -> pd.DataFrame:
    return coded[[kind in kinds for kinds in coded["kinds"]]]


def net_promoter_score(scores: pd.Series) -> float:
    scores = scores.dropna()
    return float(100 * ((scores >= 9).mean() - (scores <= 6).mean()))
