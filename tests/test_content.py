"""Who gives a reason, and in which tone."""

from __future__ import annotations

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from feedback_nlp import plots
from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.content import content_by_group, sentiment_by, tone_against_score


def test_kinds_add_up_in_every_group_and_small_groups_are_left_out(sample_run):
    table = content_by_group(sample_run.responses)
    assert (table.groupby("group")["n"].sum() == table.groupby("group")["base"].first()).all()
    few = sample_run.responses.query("group == 'promoter'").head(9)
    assert content_by_group(few).empty


def test_the_interval_is_wilsons():
    responses = pd.DataFrame(
        {"group": "promoter", "content_kind": ["reason"] * 81 + ["empty"] * 182}
    )
    row = content_by_group(responses).iloc[0]
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(
        proportion_confint(81, 263, method="wilson")
    )


def test_the_tone_of_a_segment_has_students_interval():
    """Worked by hand: mean 0.3, s = 0.1054, n = 10, t = 2.262 give 0.3 -/+ 0.0754."""
    responses = pd.DataFrame({"stage": ["order"] * 10, "sentiment": [0.2, 0.4] * 5})
    row = sentiment_by(responses, "stage").iloc[0]
    assert row["mean"] == pytest.approx(0.3)
    assert row["ci_high"] - row["mean"] == pytest.approx(0.0754, abs=5e-5)
    assert sentiment_by(responses.head(9), "stage").empty


def test_disagreements_are_those_of_the_wrong_sign_strongest_first(sample_run):
    found = tone_against_score(sample_run.responses)
    assert set(found["group"]) <= {"promoter", "detractor"}
    assert ((found["sentiment"] < 0) == (found["group"] == "promoter")).all()
    assert found["sentiment"].abs().is_monotonic_decreasing


def test_a_missing_column_is_named():
    with pytest.raises(FeedbackError, match="content_kind"):
        content_by_group(pd.DataFrame({"group": ["promoter"]}))


def test_the_pictures_say_what_the_tables_say(sample_run):
    table = content_by_group(sample_run.responses)
    axes = plots.plot_content_by_group(table)
    drawn = " ".join(text.get_text() for text in axes.texts)
    for row in table.query("content_kind == 'reason'").itertuples():
        assert f"({row.n:,} of {row.base:,})" in drawn
    tone = plots.plot_sentiment_by_group(sample_run.responses)
    assert tone.get_xlim() == (-1, 1)
    by_plan = sentiment_by(sample_run.responses, "plan")
    assert f"n = {by_plan['n'].iloc[0]}" in " ".join(
        text.get_text() for text in plots.plot_sentiment_by(by_plan).texts
    )
    with pytest.raises(FeedbackError, match="larger survey"):
        plots.plot_content_by_group(table.head(0))
