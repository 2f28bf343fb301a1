"""Surveys made at random, through every room that needs no whole survey of real people.

The tests of the suite try a few; ``FUZZ_EXAMPLES=2000 pytest tests/test_fuzz.py`` tries more
(`make fuzz`).
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_nlp.cleaning import clean_answers
from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.playbook import read_playbook
from feedback_nlp.findings.survey_findings import FindingRoles, survey_findings
from feedback_nlp.mentions import cut_mentions
from feedback_nlp.nps import nps
from feedback_nlp.options import Options
from feedback_nlp.privacy import find_personal_data, redact
from feedback_nlp.readers import read_survey
from feedback_nlp.row_steps import RowPlan, cleaned_responses
from feedback_nlp.survey import Survey

MANY = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def effort(few: int) -> settings:
    return settings(
        max_examples=MANY or few,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


SCORES = st.one_of(
    st.integers(0, 10).map(str),
    st.sampled_from(["", " 9 ", "10 - Extremely likely", "7/10", "8.0", "n/a"]),
    st.sampled_from(["ten", "11", "-1", "7.5", "1e1", "٩", "=9", "9" * 30, "nan", "9;8", "0x9"]),
)
PHRASES = st.sampled_from(
    """
    the bill was wrong | the engineer never came | nobody called back | great price | n/a | ok
    Nothing. | My name is Sarah Okafor | ring 07700 900123 | ann@example.com | no. | Yes!!! | :-(
    I was born on 3 May 1980 | but the app is slow | because it crashes | 10/10 | a.b.c | £1,200.50
    e.g. on Monday at 9.30 | [NAME] was kind | [EMAIL 3] | <b>bold</b> | =1+1 | #1 reason | “quoted”
    it's 5 o'clock... | 👍🏽 | Dr. Smith, of St. Mary's | très cher | долго | 対応が遅い
    www.example.com/x
    """.replace("\n", "|").split("|")
)
ANSWERS = st.one_of(
    st.lists(PHRASES, max_size=6).map(lambda parts: " ".join(part.strip() for part in parts)),
    st.lists(PHRASES, max_size=4).map(lambda parts: "\n".join(parts)),
    st.text(max_size=60),
    st.text(alphabet=" .,;:!?-–'\"()[]@#/\\0123456789aAbB\n\t", max_size=60),
)
ROWS = st.lists(
    st.tuples(
        SCORES,
        ANSWERS,
        st.sampled_from(["north", "south", "=east", "", "<i>west</i>"]),
        st.sampled_from(["2024-05-01", "2024-06-30 10:00", "31/12/2024", "", "soon"]),
        st.sampled_from(["1", "3", "5", "", "don't know"]),
    ),
    min_size=1,
    max_size=40,
)


def written(folder: Path, rows: list[tuple[str, ...]], encoding: str, delimiter: str) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(("id", "nps", "why", "region", "date", "ease_rating"))
    writer.writerows([(f"{number:03d}", *row) for number, row in enumerate(rows)])
    path = folder / "fuzz.csv"
    path.write_bytes(text.getvalue().encode(encoding, "replace"))
    return path


def read_or_refused(path: Path) -> Survey | None:
    try:
        return read_survey(path, score="nps", answer="why", response_id="id")
    except FeedbackError as error:
        refused = str(error)
    assert refused.isprintable()
    return None


def counts_add_up(survey: Survey) -> None:
    counts, responses = survey.counts, survey.responses
    assert counts["rows_read"] == counts["rows_blank"] + counts["responses"]
    missing = sum(n for name, n in counts.items() if name.startswith("score_missing_"))
    assert counts["responses"] == counts["score_given"] + missing == len(responses)
    assert counts["responses"] == counts["answer_given"] + counts["answer_empty"]
    assert counts["score_given"] == responses["score"].notna().sum()
    assert responses["response_id"].is_unique
    assert responses["score"].dropna().between(0, 10).all()
    assert (responses["group"] == "missing").eq(responses["score"].isna()).all()


@effort(30)
@given(
    rows=ROWS,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    mark=st.sampled_from(",;\t|"),
)
def test_a_survey_is_read_whole_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], encoding: str, mark: str
) -> None:
    survey = read_or_refused(written(tmp_path_factory.getbasetemp(), rows, encoding, mark))
    if survey is None:
        return
    counts_add_up(survey)
    assert survey.counts["rows_read"] == len(rows)
    assert survey.describe()


@effort(30)
@given(rows=ROWS)
def test_answers_are_cleaned_redacted_and_cut_exactly(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any]
) -> None:
    survey = read_or_refused(written(tmp_path_factory.getbasetemp(), rows, "utf-8", ","))
    if survey is None:
        return
    responses = cleaned_responses(survey.responses, RowPlan.of(survey, Options()))
    assert responses["response_id"].tolist() == survey.responses["response_id"].tolist()
    once = responses["answer"].tolist()
    assert redact(once) == once
    assert find_personal_data(once) == [[]] * len(once)
    again = clean_answers(pd.Series(once))["answer"].tolist()
    assert clean_answers(pd.Series(again))["answer"].tolist() == again
    mentions = cut_mentions(responses)
    answers = responses.set_index("response_id")["answer"]
    ends: dict[str, int] = {}
    for row in mentions.itertuples():
        whole = answers[row.response_id]
        assert whole[row.start : row.end] == row.text
        assert row.text.strip()
        assert row.start >= ends.get(row.response_id, 0)
        ends[row.response_id] = row.end
    with_content = set(responses.loc[responses["has_content"], "response_id"])
    assert set(mentions["response_id"]) <= with_content
    assert mentions["mention_id"].is_unique


@st.composite
def prepared(draw: st.DrawFn) -> tuple[pd.DataFrame, ...]:
    """The tables of a survey that has been read and coded, of any size and shape."""
    n = draw(st.integers(1, 80))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    scores = rng.choice(11, n, p=rng.dirichlet(np.full(11, draw(st.sampled_from([0.1, 1, 10])))))
    score = pd.Series(scores, dtype="Int64").mask(rng.random(n) < draw(st.sampled_from([0, 0.3])))
    from feedback_nlp.nps import groups

    ids = [f"r{k}" for k in range(n)]
    content = rng.random(n) < draw(st.sampled_from([0.2, 0.9, 1]))
    words = rng.choice(["the bill was wrong", "kind engineer", "the app is slow", "dear"], n)
    responses = pd.DataFrame(
        {
            "response_id": ids,
            "score": score,
            "group": pd.Series(groups(score), dtype="str"),
            "answer": np.where(content, words, ""),
            "content_kind": np.where(content, "reason", "empty"),
            "has_content": content,
            "n_copies": 1,
            "language": np.where(content, "en", "und"),
            "language_confidence": 1.0,
            "mixed": False,
            "sentiment": np.where(content, rng.uniform(-1, 1, n), np.nan),
            "region": rng.choice(["north", "south", "<b>"], n),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 200, n), "D"),
            "weight": rng.choice([0.0, 0.5, 1.0, 4.0], n),
            "value": rng.choice([np.nan, 0.0, 10.0, 1e6], n),
            "consent": pd.array(rng.choice([True, False], n), dtype="boolean"),
            "question": "Why?",
        }
    )
    said = [(k, part) for k in range(n) if content[k] for part in range(1 + rng.integers(3))]
    mentions = pd.DataFrame(
        {
            "mention_id": [f"r{k}-{part}" for k, part in said],
            "response_id": [ids[k] for k, _ in said],
            "text": [str(words[k]) for k, _ in said],
            "start": 0,
            "end": [len(words[k]) for k, _ in said],
            "sentiment": rng.uniform(-1, 1, len(said)),
        }
    ).astype({"mention_id": "str", "response_id": "str", "text": "str"})
    bad, good = mentions["sentiment"] < -0.2, mentions["sentiment"] > 0.2
    mentions["sentiment_label"] = np.select([bad, good], ["negative", "positive"], "neutral")
    mentions["content_kind"] = "reason"
    mentions = mentions.astype({"sentiment_label": "str", "content_kind": "str"})
    names = [("a", None), ("b", None), ("c", None), ("a1", "a"), ("a2", "a")]
    themes = pd.DataFrame(names, columns=["theme_id", "parent_id"]).assign(
        label=["=A", "{B} %s", "$C$", "<a1>", "a2"], keywords=[["x"]] * 5, source="discovered"
    )
    themes[["n_mentions", "n_responses", "stability"]] = 1, 1, 0.9
    linked = mentions[rng.random(len(mentions)) < draw(st.sampled_from([0.3, 0.9]))]
    links = pd.DataFrame(
        {
            "mention_id": linked["mention_id"],
            "response_id": linked["response_id"],
            "theme_id": rng.choice(["b", "c", "a1", "a2"], len(linked)),
            "confidence": 0.5,
        }
    ).astype({"theme_id": "str"})
    return responses, mentions, links, themes


@effort(4)
@given(
    tables=prepared(),
    roles=st.sampled_from([(), ("region",)]),
    dated=st.booleans(),
    weighted=st.booleans(),
)
def test_findings_keep_their_promises(
    tables: tuple[pd.DataFrame, ...], roles: tuple[str, ...], dated: bool, weighted: bool
) -> None:
    responses, mentions, links, themes = tables
    if weighted and not responses.loc[responses["score"].notna(), "weight"].sum():
        weighted = False
    before = [table.copy() for table in tables]
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(len(mentions), 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    weight = "weight" if weighted else None
    found = survey_findings(
        responses,
        mentions,
        links,
        themes,
        vectors,
        FindingRoles(roles, "date" if dated else None, weight, "value", "consent"),
        read_playbook(None),
        resamples=100,
    )
    for table, was in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, was)
    for name, table in found.tables.items():
        for low, high in (("ci_low", "ci_high"), ("low", "high")):
            if low in table and high in table:
                both = table[[low, high]].dropna()
                assert (both[low] <= both[high] + 1e-9).all(), name
        for share in ("share", "p_value", "q_value"):
            if share in table:
                told = pd.to_numeric(table[share]).dropna()
                assert told.between(-1e-9, 1 + 1e-9).all(), (name, share)
    if "nps_impact" in found.tables and responses["score"].notna().any():
        impact = found.tables["nps_impact"]
        assert impact[["contribution", "ci_low", "ci_high"]].notna().all(axis=None)
        estimate = nps(responses["score"], responses["weight"] if weighted else None)
        # Where just a few respondents stand behind all rows, none is shown.
        if len(impact):
            assert impact["contribution"].sum() == pytest.approx(estimate.score, abs=1e-6)
        sub = found.tables["nps_impact_sub"]
        for parent, rows in sub.groupby("parent_id"):
            whole = impact.loc[impact["theme_id"] == parent, "contribution"].sum()
            assert rows["contribution"].sum() == pytest.approx(whole, abs=1e-6)
    if "follow_up" in found.tables:
        assert set(found.tables["follow_up"]["response_id"]) <= set(responses["response_id"])
