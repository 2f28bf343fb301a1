"""Themes: what is talked about, not how."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from feedback_nlp.encoding import encode
from feedback_nlp.sentiment import score_sentiment
from feedback_nlp.themes.clustering import learn_space
from feedback_nlp.themes.discover import discover_themes
from feedback_nlp.themes.phrases import phrases_of, topic_texts


def mentions_of(texts):
    return pd.DataFrame(
        {
            "mention_id": [f"R{i}#1" for i in range(len(texts))],
            "response_id": [f"R{i}" for i in range(len(texts))],
            "text": texts,
            "sentiment": score_sentiment(texts),
            "content_kind": "reason",
        }
    )


def test_the_tone_is_taken_out_of_what_a_mention_is_about(sample_run):
    """Praise and complaint of the same thing come closer, beside other things."""
    mentions = sample_run.mentions
    vectors = encode(mentions["text"].tolist())
    space = learn_space(vectors, mentions["sentiment"].to_numpy(float))
    pairs = [
        ("the engineer was brilliant", "the engineer was useless"),
        ("excellent value for money", "terrible value for money"),
        ("the router is great", "the router is awful"),
        ("love the app", "hate the app"),
    ]
    praise, complaint = (encode([pair[side] for pair in pairs]) for side in (0, 1))
    before = np.sum(praise * complaint, axis=1) - np.sum(praise * np.roll(complaint, 1, 0), axis=1)
    praise, complaint = space.place(praise), space.place(complaint)
    after = np.sum(praise * complaint, axis=1) - np.sum(praise * np.roll(complaint, 1, 0), axis=1)
    assert after.mean() > before.mean()
    assert (after > 0).all()


def test_themes_are_nested_counted_and_stable_between_zero_and_one(sample_run):
    themes = sample_run.themes
    top = set(themes.loc[themes["parent_id"].isna(), "theme_id"])
    assert set(themes["parent_id"].dropna()) <= top
    assert themes["theme_id"].is_unique
    assert themes["stability"].between(0, 1).all()
    assert set(sample_run.mention_themes["theme_id"]) <= set(themes["theme_id"])
    links = sample_run.mention_themes
    n = links.groupby("theme_id")["response_id"].nunique()
    leaves = themes[themes["theme_id"].isin(n.index)].set_index("theme_id")["n_responses"]
    assert leaves.to_dict() == n.to_dict()


def test_too_few_reasons_are_said_and_verdicts_still_count():
    mentions = mentions_of(["great service", "terrible service", "the bill was wrong"])
    mentions["content_kind"] = ["verdict_only", "verdict_only", "reason"]
    found = discover_themes(mentions, encode(mentions["text"].tolist()))
    assert "50" in found.note
    assert set(found.themes["theme_id"]) == {"general_praise", "general_complaint"}


def test_one_giant_theme_and_identical_answers_do_not_break_it():
    texts = [f"the bill of {month} was wrong" for month in range(60)] + ["same"] * 200
    found = discover_themes(mentions_of(texts), encode(texts), stability_resamples=2)
    assert len(found.mention_themes) <= len(texts)
    assert found.themes["label"].is_unique


def test_the_number_of_themes_can_be_chosen(sample_run):
    mentions = sample_run.mentions
    vectors = encode(topic_texts(mentions["text"].tolist()))
    found = discover_themes(mentions, vectors, n_themes=4, stability_resamples=1)
    general = {"general_praise", "general_complaint"}
    top = found.themes[found.themes["parent_id"].isna()]
    assert len(set(top["theme_id"]) - general) == 4


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("the engineer appointments were a shambles", {"engineer appointment"}),
        ("spoke to [NAME] about my [ACCOUNT] yesterday", set()),
        ("terrible customer service", {"customer"} - {"customer"}),
        ("far too expensive", {"prices"}),
        ("quick service", {"speed of service"}),
    ],
)
def test_phrases_name_things_without_tone_names_or_empty_nouns(text, things):
    keys = {phrase.key for phrase in phrases_of([text])[0]}
    assert things <= keys
    assert not {"name", "account", "shambles", "service", "yesterday"} & keys
