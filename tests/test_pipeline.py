"""A survey goes the whole way, the same way twice, and picks up where it stopped."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest

import feedback_nlp as fn
from feedback_nlp.run_folder import ALWAYS

DESIGN = {
    "responses": {
        "response_id", "score", "group", "answer", "has_content", "language", "sentiment",
    },
    "mentions": {
        "mention_id", "response_id", "text", "start", "end", "sentiment", "sentiment_label",
    },
    "mention_themes": {"mention_id", "response_id", "theme_id", "confidence"},
    "themes": {
        "theme_id", "label", "parent_id", "keywords", "n_mentions", "n_responses", "stability",
        "source",
    },
    "theme_groups": {
        "theme_id", "group", "n", "share", "ci_low", "ci_high", "odds_ratio", "p_value", "q_value",
    },
    "nps_impact": {"theme_id", "contribution", "ci_low", "ci_high", "leave_out"},
}  # fmt: skip


def test_every_table_of_the_design_is_there_with_its_columns(sample_run):
    for name, columns in DESIGN.items():
        assert columns <= set(getattr(sample_run, name).columns), name


def test_the_counts_of_the_record_add_up_to_the_rows_read(sample_run):
    counts = sample_run.record["counts"]
    assert counts["rows_read"] == counts["rows_blank"] + counts["responses"]
    kinds = ("empty", "non_answer", "verdict_only", "reason")
    assert counts["responses"] == sum(counts.get(f"answer_{kind}", 0) for kind in kinds)
    assert counts["responses"] == counts["score_given"] + sum(
        n for name, n in counts.items() if name.startswith("score_missing")
    )
    assert counts["with_content"] == counts["answer_reason"] + counts["answer_verdict_only"]
    assert counts["with_content"] == counts["with_theme"] + counts["without_theme"]
    assert counts["mentions"] == len(sample_run.mentions)
    assert counts["mentions"] == sum(
        counts.get(f"mentions_{tone}", 0) for tone in ("negative", "neutral", "positive", "")
    )


def test_contributions_add_up_to_the_score(sample_run):
    responses = sample_run.responses
    total = sample_run.nps_impact["contribution"].sum()
    assert total == pytest.approx(fn.nps(responses["score"]).score, abs=1e-9)


def test_mentions_stand_where_they_say(sample_run):
    answers = sample_run.responses.set_index("response_id")["answer"]
    for row in sample_run.mentions.itertuples():
        assert answers[row.response_id][row.start : row.end] == row.text


def test_planted_personal_data_is_nowhere_in_the_run(sample_run):
    planted = [b"4111 1111 1111 1111", b"@example", b"07700 900", b"01632 960"]
    for path in sample_run.folder.rglob("*"):
        if path.is_file() and path.suffix == ".parquet":
            table = pd.read_parquet(path)
            text = "\n".join(map(str, table.to_numpy().ravel())).encode()
            assert not [mark for mark in planted if mark in text], path.name


def test_what_a_theme_is_called_can_stand_in_a_slide(sample_run):
    labels = sample_run.themes["label"]
    assert labels.str.casefold().is_unique
    assert labels.str.split().str.len().between(2, 5).all()
    assert not labels.str.contains(r"[\[\]\d_<>=@]").any()


def digest(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*.parquet")}


def test_a_second_run_uses_what_is_finished_and_a_broken_table_is_made_anew(
    sample_run, sample_path, tmp_path
):
    folder = tmp_path / "again"
    shutil.copytree(sample_run.folder, folder)
    before = digest(folder)
    survey = fn.read_survey(sample_path)
    again = fn.analyse(survey, folder, seed=0, resamples=300)
    assert again.record["reused"] == ["rows", "themes", "findings", "satisfaction"]
    (folder / "themes.parquet").write_bytes(before["themes.parquet"][:100])
    mended = fn.analyse(survey, folder, seed=0, resamples=300)
    assert "themes" not in mended.record["reused"]
    assert digest(folder) == before


def test_two_runs_in_fresh_folders_give_the_same_bytes(sample_run, sample_path, tmp_path):
    """The second runs in a process of its own, so that nothing is remembered."""
    import subprocess
    import sys

    code = (
        "import sys, feedback_nlp as fn; "
        "fn.analyse(fn.read_survey(sys.argv[1]), sys.argv[2], seed=0, resamples=300)"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(sample_path), str(tmp_path / "other")], check=True
    )
    assert digest(tmp_path / "other") == digest(sample_run.folder)


def test_an_option_makes_anew_what_it_shapes_and_nothing_else(sample_run, sample_path, tmp_path):
    folder = tmp_path / "other"
    shutil.copytree(sample_run.folder, folder)
    survey = fn.read_survey(sample_path)
    run = fn.analyse(survey, folder, seed=0, resamples=200)
    assert run.record["reused"] == ["rows", "themes"]
    run = fn.analyse(survey, folder, seed=0, resamples=200, keep_names=["Larkfield"])
    assert run.record["reused"] == []


def survey_of(scores, answers):
    table = pd.DataFrame({"score": scores, "reason": answers})
    return fn.make_survey(table.astype("str"), fn.Columns(score="score", answer="reason"), "tiny")


@pytest.mark.parametrize(
    ("scores", "answers"),
    [
        ([7], ["the router keeps dropping"]),
        ([0, 10] * 20, ["n/a"] * 40),
        ([3] * 60, ["same words from everybody about the bill"] * 60),
        ([9, 10, 8], ["", "", ""]),
        ([0, 5, 10], ["😡" * 50, "שירות גרוע מאוד", "x" * 20_000]),
    ],
    ids=["one respondent", "non-answers", "copies", "no text", "strange text"],
)
def test_thin_surveys_still_give_a_run_that_adds_up(scores, answers, tmp_path):
    run = fn.analyse(survey_of(scores, answers), tmp_path / "run", resamples=100)
    if len(scores) >= 10:
        total = run.nps_impact["contribution"].sum()
        assert total == pytest.approx(fn.nps(scores).score, abs=1e-9)
    else:  # nothing is said of fewer than ten respondents
        assert run.nps_impact.empty
    assert len(run.responses) == len(scores)
    assert run.record["themes_note"]


def test_telecom_is_the_survey_it_should_be(shared, tmp_path):
    survey = fn.read_survey(shared / "telecom_nps.csv")
    estimate = fn.nps(survey.responses["score"])
    assert round(estimate.score, 1) == -24.7
    assert (estimate.promoters, estimate.passives, estimate.detractors) == (690, 392, 1271)
    assert survey.counts["score_missing_empty"] == 32


def test_unknown_options_and_impossible_values_are_refused(sample_path, tmp_path):
    survey = fn.read_survey(sample_path)
    with pytest.raises(fn.FeedbackError, match="no option 'themes'"):
        fn.analyse(survey, tmp_path / "a", themes=9)
    with pytest.raises(fn.FeedbackError, match="choose 2 or more"):
        fn.analyse(survey, tmp_path / "b", n_themes=1)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(fn.FeedbackError, match="no finished run"):
        fn.load_run(tmp_path)


def test_the_record_names_what_shaped_the_numbers(sample_run):
    record = json.loads((sample_run.folder / "run.json").read_text())
    assert len(record["input"]["sha256"]) == 64
    assert {"python", "numpy", "spacy", "scikit-learn", "onnxruntime"} <= set(record["versions"])
    assert record["columns"]["score"] == "score"
    assert record["seed"] == 0
    assert all(np.isfinite(list(record["seconds"].values())))
    assert set(ALWAYS) <= {path.stem for path in sample_run.folder.glob("*.parquet")}


def test_a_target_and_an_event_are_tested_with_their_interval(sample_path, tmp_path):
    survey = fn.read_survey(sample_path)
    run = fn.analyse(survey, tmp_path / "run", resamples=100, target=30, event="2025-07-01")
    (row,) = run.against_target.to_dict("records")
    score = fn.nps(run.responses["score"]).score
    assert row["nps"] == pytest.approx(score)
    assert row["difference"] < 0
    assert row["ci_low"] < row["difference"] < row["ci_high"]
    sides = run.before_and_after
    assert sides["side"].tolist() == ["before", "after"]
    # The price rise of July is planted in the sample.
    assert sides["nps"].iloc[0] > sides["nps"].iloc[1]
    assert "event" in run.record["findings_notes"]


def test_an_impossible_event_is_noted_and_the_rest_is_there(sample_path, tmp_path):
    survey = fn.read_survey(sample_path)
    run = fn.analyse(survey, tmp_path / "run", resamples=100, event="1999-01-01")
    assert "before_and_after" not in run.tables
    assert run.record["findings_notes"]["before_and_after"]
    assert len(run.nps_impact)
    with pytest.raises(AttributeError, match="before_and_after"):
        _ = run.before_and_after
