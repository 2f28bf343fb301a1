"""Who was invited and what is known of all customers: files read, weights made, runs told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import feedback_nlp as fn
from feedback_nlp.errors import FeedbackError
from feedback_nlp.population import read_invitations, read_margins, weight_to_margins
from feedback_nlp.survey import Columns, make_survey


def survey_on_plans(basic: int, plus: int) -> fn.Survey:
    """Basic customers score 2, Plus customers 9."""
    table = pd.DataFrame(
        {
            "nps": ["2"] * basic + ["9"] * plus,
            "why": ["the line drops every evening"] * basic + ["quick and friendly"] * plus,
            "plan": ["Basic"] * basic + ["Plus"] * plus,
        }
    )
    return make_survey(table, Columns("nps", "why", segments=("plan",)), "plans")


def margins_file(folder: Path, text: str) -> Path:
    path = folder / "margins.csv"
    path.write_text("segment,level,population\n" + text)
    return path


def test_weights_bring_the_score_to_that_of_the_customers(tmp_path: Path) -> None:
    survey = survey_on_plans(25, 75)
    weighted = weight_to_margins(survey, margins_file(tmp_path, "plan,Basic,50%\nplan,Plus,50%\n"))
    responses, weight = weighted.responses, weighted.columns.weight
    assert fn.nps(survey.responses["score"]).score == 50.0
    assert fn.nps(responses["score"], responses[weight]).score == pytest.approx(0.0)
    assert "effective n 75 of 100" in weighted.columns.why["weight"]
    assert weighted.source["margins"] == "margins.csv"
    assert "raked_weight" not in survey.responses


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("plan,Basic,many\n", "Row 1"),
        ("plan,Basic,5\nplan,Basic,6\n", "twice"),
        ("colour,Red,5\n", "no column of the survey"),
        ("plan,Basic,5\n", "no known share"),
        ("plan,Basic,5\nplan,Plus,5\nplan,Gold,5\n", "no respondents"),
    ],
)
def test_margins_that_cannot_be_are_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(FeedbackError, match=says):
        weight_to_margins(survey_on_plans(5, 5), margins_file(tmp_path, text))


def test_margins_need_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "margins.csv"
    path.write_text("plan,size\nBasic,5\n")
    with pytest.raises(FeedbackError, match="no column 'segment'"):
        read_margins(path)


def test_invitations_are_persons_or_counted_persons(tmp_path: Path) -> None:
    path = tmp_path / "invited.csv"
    path.write_text("id,plan\n1,Basic\n2,Basic\n3,Plus\n")
    assert read_invitations(path).counted is None
    path.write_text("plan,invited\nBasic,2\nPlus,1\n")
    assert read_invitations(path).counted == "invited"


def test_a_run_says_who_did_not_answer(tmp_path: Path, sample_path: Path) -> None:
    sample = fn.read_survey(sample_path)
    plans = sample.responses["plan"].value_counts()
    invited = tmp_path / "invited.csv"
    pd.DataFrame(
        {
            "plan": plans.index,
            "invited": plans * [10 if p == "Essential" else 2 for p in plans.index],
        }
    ).to_csv(invited, index=False)
    margins = margins_file(
        tmp_path, "".join(f"plan,{plan},{n * 10}\n" for plan, n in plans.items())
    )
    run = fn.analyse(
        sample,
        tmp_path / "run",
        resamples=100,
        invitations=str(invited),
        margins=str(margins),
    )
    rates = run.response_rates.set_index("level")
    assert rates.loc["Essential", "rate"] == pytest.approx(0.1)
    assert rates.loc["Essential", "skewed"]
    assert "'Essential' (plan)" in run.record["findings_notes"]["skew"]
    assert run.record["columns"]["weight"] == "raked_weight"
    assert (run.margins["after"] - run.margins["population"]).abs().max() < 1e-9

    from feedback_nlp.report.method import honesty_line

    said = honesty_line(run, fn.nps(run.responses["score"], run.responses["raked_weight"]))
    assert "invited answered at all" in said
    assert "'Essential' (plan)" in said
