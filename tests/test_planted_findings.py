"""What was planted in the bundled sample survey is there.

Checked with the gold codes, so that a module that fails to find one of them cannot blame the data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sample_tables import (
    DATA,
    coded_answers,
    net_promoter_score,
    read_as_written,
    sample_survey,
    with_code,
)


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    return sample_survey()


@pytest.fixture(scope="module")
def coded() -> pd.DataFrame:
    return coded_answers()


def test_planted_price_complaints_gather_in_the_third_quarter(
    coded: pd.DataFrame,
) -> None:
    price = with_code(coded, "price_rise")
    share = price.groupby(coded["quarter"]).mean()
    assert share[3] > 0.25
    assert share.drop(3).max() < 0.05
    assert coded.loc[price, "score"].mean() < coded.loc[~price, "score"].mean() - 2
    # Without these answers the third quarter is like the others.
    rest = coded[~price].groupby("quarter")["score"].mean()
    assert rest.max() - rest.min() < 0.5


def test_planted_third_quarter_scores_are_lowest(survey: pd.DataFrame) -> None:
    quarter = survey["date"].dt.quarter
    scores = survey.groupby(quarter)["score"].agg(net_promoter_score)
    assert scores[3] < scores.drop(3).min() - 15
    value = survey.groupby(quarter)["rating_value"].mean()
    assert value[3] < value.drop(3).min() - 0.4


def test_planted_missed_appointments_hit_new_detractors(coded: pd.DataFrame) -> None:
    detractor = coded["score"] <= 6
    new = coded["journey_stage"] == "first month"
    visit = with_code(coded, "engineer_visit")
    assert (visit & detractor & new).sum() >= 50
    assert visit[detractor & new].mean() > 0.65
    assert visit[detractor & ~new].mean() < 0.02
    complained = pd.Series(
        [tones.get("engineer_visit") in {"negative", "mixed"} for tones in coded["tones"]]
    )
    assert complained[(~detractor & new).to_numpy()].mean() < 0.05
    rated = coded["rating_engineer_visit"]
    assert rated[detractor & new].mean() < 2.2
    assert rated[~detractor & new].mean() > 3.8


def test_planted_harbour_team_is_praised_on_the_phone(coded: pd.DataFrame) -> None:
    harbour = coded["reason"].str.contains("harbour", case=False)
    praised = coded[harbour]
    assert len(praised) >= 45
    assert (praised["score"] >= 9).mean() > 0.9
    assert (praised["channel"] == "phone").all()
    assert with_code(praised, "support_staff").all()
    others = coded[~harbour & with_code(coded, "support_staff")]
    assert others["score"].mean() < praised["score"].mean() - 3
    assert others["rating_support"].mean() < praised["rating_support"].mean() - 1


def test_planted_satisfied_customers_who_do_not_recommend(
    survey: pd.DataFrame, coded: pd.DataFrame
) -> None:
    segment = (survey["plan"] == "Essential") & (survey["region"] == "Midlands")
    content = (survey["satisfaction"] >= 4) & survey["score"].between(6, 8)
    assert segment.sum() >= 65
    assert content[segment].mean() > 0.7
    assert content[~segment].mean() < 0.15
    satisfied = survey["satisfaction"].dropna() >= 4
    assert satisfied[segment].mean() > satisfied[~segment].mean() + 0.3
    scores = survey["score"]
    assert net_promoter_score(scores[segment]) < net_promoter_score(scores[~segment]) - 10
    why = coded[with_code(coded, "not_recommending")]
    assert len(why) >= 35
    assert ((why["plan"] == "Essential") & (why["region"] == "Midlands")).all()


def test_planted_churn_follows_satisfaction_and_tenure_more_than_the_score(
    survey: pd.DataFrame,
) -> None:
    from sklearn.linear_model import LogisticRegression

    asked = survey.dropna(subset=["score", "satisfaction"])
    left = asked["churned_within_6_months"] == "yes"
    assert 0.1 < left.mean() < 0.2
    told = pd.DataFrame(
        {
            "score": asked["score"].astype(float),
            "satisfaction": asked["satisfaction"].astype(float),
            "tenure": np.log(asked["tenure_months"].astype(float) + 3),
        }
    )
    model = LogisticRegression(C=1e6).fit((told - told.mean()) / told.std(), left)
    score, satisfaction, tenure = model.coef_[0]
    assert satisfaction < 2 * score < 0
    assert tenure < score
    detractor, content = asked["score"] <= 6, asked["satisfaction"] >= 4
    assert left[detractor & content].mean() < 0.1
    assert left[detractor & ~content].mean() > 0.25


def test_planted_response_rates_are_skewed() -> None:
    invited = read_as_written(DATA / "raw" / "sample_invitations.csv")
    answered = invited["response_id"] != ""
    assert answered.mean() == pytest.approx(0.3, abs=0.02)
    by_stage = answered.groupby(invited["journey_stage"]).mean()
    assert by_stage.idxmin() == "first month"
    assert by_stage["first month"] < 0.22 < 0.38 < by_stage["support contact"]
    by_plan = answered.groupby(invited["plan"]).mean()
    assert by_plan["Ultra"] < 0.27 < 0.34 < by_plan["Essential"]
