"""Which of the customers' sentences stand for a theme."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from feedback_nlp.report.quotes import choose_quotes


def test_quotes_are_the_surest_and_reach_down_to_sub_themes():
    responses = pd.DataFrame({"response_id": ["a", "b"], "group": "detractor", "score": [1, 2]})
    texts = [
        "The engineer promised to call and nobody ever did so",
        "My router lost its connection nine times this week",
    ]
    mentions = pd.DataFrame(
        {
            "mention_id": ["m1", "m2"],
            "response_id": ["a", "b"],
            "text": texts,
            "sentiment": -0.6,
            "sentiment_label": "negative",
        }
    )
    links = pd.DataFrame(
        {"mention_id": ["m1", "m2"], "theme_id": ["top", "below"], "confidence": [0.4, 0.9]}
    )
    themes = pd.DataFrame({"theme_id": ["top", "below"], "parent_id": [None, "top"]})
    run = SimpleNamespace(
        responses=responses, mentions=mentions, mention_themes=links, themes=themes
    )
    quotes = choose_quotes(run, "top", group="detractor", sentiment="negative")
    assert [quote["text"] for quote in quotes] == texts[::-1]
    assert choose_quotes(run, "top", group="promoter", sentiment="negative") == []


def one_theme(texts, sentiments, labels, groups=None, scores=None) -> SimpleNamespace:
    """Mentions of one theme, the first the most surely so; each of a respondent of its own."""
    n = len(texts)
    ids = [f"r{i}" for i in range(n)]
    return SimpleNamespace(
        responses=pd.DataFrame(
            {
                "response_id": ids,
                "group": groups or ["detractor"] * n,
                "score": scores or [2] * n,
            }
        ),
        mentions=pd.DataFrame(
            {
                "mention_id": ids,
                "response_id": ids,
                "text": texts,
                "sentiment": sentiments,
                "sentiment_label": labels,
            }
        ),
        mention_themes=pd.DataFrame(
            {"mention_id": ids, "theme_id": "visit", "confidence": [0.9 - i / 99 for i in range(n)]}
        ),
        themes=pd.DataFrame({"theme_id": ["visit"], "parent_id": [None]}),
    )


def test_a_grievance_is_shown_by_what_is_clearly_one():
    texts = [
        "Verry hapy with the engeneer who came and his helpfull explanation",  # a slip of the model
        "The engineer arrived and repaired the router in the hall",
        "Engineer was kind and stayed until the router worked",
        "Nobody turned up and the helpline cut me off three times",
        "The engineer broke the wall and left without a word of apology",
    ]
    run = one_theme(
        texts,
        [-0.19, -0.05, 0.15, -0.61, -0.72],
        ["negative", "neutral", "neutral", "negative", "negative"],
    )
    said = [q["text"] for q in choose_quotes(run, "visit", group="detractor", sentiment="negative")]
    assert said == texts[3:]
    # Where nothing is clear, what leans that way is shown, and what leans the other way is not.
    unclear = one_theme(texts[1:3], [-0.05, 0.15], ["neutral", "neutral"])
    said = choose_quotes(unclear, "visit", group="detractor", sentiment="negative")
    assert [quote["text"] for quote in said] == texts[1:2]


def test_praise_is_shown_by_what_is_clearly_praise():
    texts = [
        "The engineer said he would call again about the router",
        "The engineer explained everything patiently and left the flat spotless",
        "Brilliant young engineer who found the fault within five minutes",
    ]
    run = one_theme(texts, [0.3, 0.7, 0.8], ["positive"] * 3, ["promoter"] * 3, [10] * 3)
    said = [q["text"] for q in choose_quotes(run, "visit", group="promoter", sentiment="positive")]
    assert said == texts[1:]


def test_nobody_is_quoted_whose_words_and_score_disagree():
    texts = [
        "The engineer never came and nobody called us about the router",
        "They repaired the router at once, such a wonderful engineer",
    ]
    run = one_theme(texts, [-0.7, -0.6], ["negative"] * 2)
    run.words_scores = pd.DataFrame({"response_id": ["r0", "r1"], "disagrees": [False, True]})
    said = choose_quotes(run, "visit", group="detractor", sentiment="negative")
    assert [quote["text"] for quote in said] == texts[:1]


def test_near_copies_of_a_quote_stand_once():
    texts = [
        "The engineer never came and nobody called us about it",
        "the engineers never came, and nobody called us about it!",
        "The engineer never came and nobody called us about it. Twice in a row now",
        "Left alone with a dead router for the whole of March",
    ]
    run = one_theme(texts, [-0.7] * 4, ["negative"] * 4)
    said = [q["text"] for q in choose_quotes(run, "visit", group="detractor", sentiment="negative")]
    assert said == [texts[0], texts[3]]
    shown = [{"text": "Left alone with a dead router for the whole of march!", "response_id": "x"}]
    said = choose_quotes(
        run, "visit", group="detractor", sentiment="negative", but_not=shown, most=4
    )
    assert [quote["text"] for quote in said] == [texts[0]]
