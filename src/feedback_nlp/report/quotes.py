"""What customers say about a theme: which of their sentences to show."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from feedback_nlp.report.typesetting import printable

#: Words that judge without a reason; a quote needs others beside them.
_VERDICT_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        amazing appalling atrocious awful bad best better brilliant complete company
        customer dire disappointed disappointing disgraceful disgusting excellent experience
        fantastic fine good great happy hate horrendous horrible joke like love lovely nice
        ok okay outstanding perfect pathetic pleased poor recommend rubbish satisfied
        service shocking terrible unhappy useless waste worse worst wonderful would
        """,
    )
)
#: Polarity from which a mention is clearly of its sentiment: about the middle of what is labelled
#: so. Nearer to neutral stand slips of the model, such as praise with a typing error.
CLEARLY = {"negative": 0.4, "positive": 0.5}
#: With so many clear quotes, none that is less clear is added.
_ENOUGH = 2
#: `difflib.SequenceMatcher.ratio` from which two quotes read as one.
_ALIKE = 0.8
_FEWEST_WORDS_WITH_A_REASON = 3
#: A link of this length would run out of the column.
_LONGEST_UNBROKEN = 40
_LONGEST_WORD = 20


def choose_quotes(
    run: Any,
    theme_id: str,
    *,
    group: str,
    sentiment: str,
    most: int = 3,
    shortest: int = 40,
    longest: int = 220,
    but_not: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    """Choose what customers of one group say about a theme, in their own words.

    Parameters
    ----------
    run
        A run's tables ``responses``, ``mentions``, ``mention_themes`` and
        ``themes``; the mentions are redacted there already.
    theme_id : str
        A top-level theme; mentions of its sub-themes count.
    group : str
        ``"detractor"``, ``"passive"`` or ``"promoter"``.
    sentiment : str
        The ``sentiment_label`` that is sought. What is clearly so comes first; neutral
        mentions that do not lean the other way fill up, since much of what detractors
        complain of is told as plain fact.
    most : int
        How many quotes at most, each of another respondent.
    shortest, longest : int
        Characters.
    but_not : sequence of mapping
        Quotes shown already: neither their words, or nearly, nor their respondents again.

    Returns
    -------
    list of dict
        ``text``, ``response_id``, ``score``, ``direction`` (``ltr`` or
        ``rtl``); the clearest in the sentiment sought first, then the surest assignment;
        what no typeface at hand can print comes last. Verdicts without a reason
        ("Terrible service, would not recommend") are left out, and so is what
        another respondent said in nearly the same words. Nobody is quoted whose words and
        score disagree (``words_scores``): praise under a score of 0 is no grievance.
    """
    family = theme_family(run.themes, theme_id)
    assigned = run.mention_themes[run.mention_themes["theme_id"].isin(family)]
    sureness = assigned.groupby("mention_id", sort=False)["confidence"].max()
    mentions = run.mentions[run.mentions["sentiment_label"].isin([sentiment, "neutral"])]
    if "content_kind" in mentions:
        mentions = mentions[mentions["content_kind"] == "reason"]
    mentions = mentions.assign(confidence=mentions["mention_id"].map(sureness))
    mentions = mentions.dropna(subset=["confidence"])
    respondents = run.responses.drop_duplicates("response_id").set_index("response_id")
    mentions = mentions[mentions["response_id"].map(respondents["group"]) == group]
    mentions = mentions[~mentions["response_id"].isin(_contradictory(run))]
    sign = -1.0 if sentiment == "negative" else 1.0
    leaning = sign * mentions["sentiment"].fillna(0.0)
    mentions = mentions.assign(clear=leaning >= CLEARLY[sentiment])
    mentions = mentions[(mentions["sentiment_label"] == sentiment) | (leaning >= 0)]
    mentions = mentions.assign(text=[" ".join(str(t).split()) for t in mentions["text"]])
    telling = [
        shortest <= len(text) <= longest and gives_a_reason(text) for text in mentions["text"]
    ]
    mentions = mentions[np.array(telling, dtype=bool)]
    if mentions.empty:
        return []
    mentions = mentions[
        ~mentions["response_id"].astype(str).isin([quote["response_id"] for quote in but_not])
    ]
    mentions = mentions.assign(printable=[printable(text) for text in mentions["text"]])
    mentions = mentions.assign(sought=mentions["sentiment_label"] == sentiment)
    # What begins with a placeholder reads badly, and is sometimes no name at all.
    mentions = mentions.assign(whole=~mentions["text"].str.startswith("["))
    mentions = mentions.sort_values(
        ["printable", "sought", "clear", "whole", "confidence", "mention_id"],
        ascending=[False, False, False, False, False, True],
    )
    mentions = mentions.drop_duplicates("response_id")
    shown = [quote["text"] for quote in but_not]
    rows = _different(mentions.to_dict("records"), shown, most)
    if sum(row["clear"] for row in rows) >= _ENOUGH:
        rows = [row for row in rows if row["clear"]]
    return [
        {
            "text": row["text"],
            "response_id": str(row["response_id"]),
            "score": int(respondents.loc[row["response_id"], "score"]),
            "direction": direction(row["text"]),
        }
        for row in rows
    ]


def _contradictory(run: Any) -> set[str]:
    """Respondents whose words and score disagree, as far as the run has looked for them."""
    compared = getattr(run, "words_scores", None)
    if compared is None or compared.empty:
        return set()
    return set(compared.loc[compared["disagrees"].astype(bool), "response_id"])


def _different(
    rows: Sequence[Mapping[Any, Any]], shown: Sequence[str], most: int
) -> list[Mapping[Any, Any]]:
    """The first rows whose words are not nearly those of a row before, or of a quote shown."""
    texts = list(shown)
    chosen: list[Mapping[Any, Any]] = []
    for row in rows:
        if len(chosen) == most:
            break
        if not any(nearly_same(row["text"], text) for text in texts):
            chosen.append(row)
            texts.append(row["text"])
    return chosen


def nearly_same(one: str, other: str) -> bool:
    """Whether two quotes would read as the same: but for a word or two, or one within the other.

    Examples
    --------
    >>> nearly_same("The engineer never came.", "the engineers never came!")
    True
    >>> nearly_same("The engineer never came.", "The parcel came twice.")
    False
    """
    first, second = (" ".join(re.findall(r"\w+", text.casefold())) for text in (one, other))
    # Texts without words, such as emoji, are compared as they stand.
    if not first or not second:
        return one == other
    if f" {first} " in f" {second} " or f" {second} " in f" {first} ":
        return True
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def theme_family(themes: pd.DataFrame, theme_id: str) -> set[str]:
    """Name a theme and all themes below it.

    Examples
    --------
    >>> themes = pd.DataFrame({"theme_id": ["speed", "evening", "price"],
    ...                        "parent_id": [None, "speed", None]})
    >>> sorted(theme_family(themes, "speed"))
    ['evening', 'speed']
    """
    family = {theme_id}
    if "parent_id" not in themes:
        return family
    while True:
        children = set(themes.loc[themes["parent_id"].isin(family), "theme_id"]) - family
        if not children:
            return family
        family |= children


def gives_a_reason(text: str) -> bool:
    """Whether a sentence holds more than a verdict, and can be set in print.

    Examples
    --------
    >>> gives_a_reason("Terrible company, the worst service, would not recommend!")
    False
    >>> gives_a_reason("The engineer never turned up and nobody called")
    True
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    if re.search(rf"[!-~]{{{_LONGEST_UNBROKEN}}}", text):
        return False
    if len(text) > _LONGEST_WORD * len(text.split()):
        # A script written without spaces: the length alone has to do.
        return True
    words = re.findall(r"[^\W\d_]+", text.casefold())
    telling = {w for w in words if w not in ENGLISH_STOP_WORDS and w not in _VERDICT_WORDS}
    return len(telling) >= _FEWEST_WORDS_WITH_A_REASON


def direction(text: str) -> str:
    """Say in which direction a text runs, by its first letter that has one.

    This is rule P2 of the Unicode bidirectional algorithm (UAX 9).

    Examples
    --------
    >>> direction("slow"), direction("איטי"), direction("123")
    ('ltr', 'rtl', 'ltr')
    """
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
