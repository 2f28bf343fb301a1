"""Answers cut into mentions: the sentence or clause that bears one sentiment and one theme.

Sentences first, then contrasts, lists and run-ons inside them (``clauses``). Most full stops
need no model; spaCy's sentence recogniser is loaded, and asked, only for texts in which one may
belong to an abbreviation, a name or a number.
"""

from __future__ import annotations

import re
from itertools import pairwise

import pandas as pd

from feedback_nlp.answers.clause_words import FUNCTION_WORDS
from feedback_nlp.answers.clauses import clause_starts
from feedback_nlp.language_models import longest_text, read_with

_BATCH = 256
_STOPS = ".!?\u2026\u3002\uff01\uff1f"
# The end of a sentence: marks and blank space (none before a capital: "late.The"), or a line.
_END = re.compile(
    rf"""(?<![{_STOPS}])[{_STOPS}]++["')\]]*+(?:\s++|(?<=[a-z)][.!?])(?=[A-Z][a-z ']))|\n"""
)
# A full stop after one of these may be no end.
_DOUBTFUL = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|st|prof|etc|approx|no|nr|vs|inc|ltd|co|dept|ext|tel|min|max|hrs?|mins?|"
    r"jan|feb|mar|apr|aug|sept?|oct|nov|dec|e\.g|i\.e|a\.m|p\.m|z\.b|ca|bzw|usw|[a-z])|\d)\.\s",
    re.I,
)
# What is before a name; redaction leaves "[NAME]" of it.
_TITLE = re.compile(r"\b(?:mr|mrs|ms|mx|dr|prof|rev|sgt|capt|st|sr|fr)\.\s*$", re.I)
_BEFORE_A_TITLE = re.compile(r"\b(?:the|a|an|my|our|your|his|her|their|high|main)\s*$", re.I)
# These always go on: "e.g. a router", "approx. 40 minutes".
_GOES_ON = re.compile(r"\b(?:e\.g|i\.e|approx|esp|incl|viz|vs|z\.b|bzw)\.\s*$", re.I)
_CAPITALISED = re.compile(r"[A-Z][\w'’-]*")
_ITEM = re.compile(r"(?<!\S)\(?([1-9])[.)]\s*+(?=[^\W\d_])")
_NUMBER = re.compile(r"(?<!\S)\(?[1-9]$")
_EMOJI = "\u2600-\u27bf\U0001f300-\U0001faff\ufe0f\u200d"
_PICTURE = re.compile(f"(?<![{_EMOJI}])[{_EMOJI}]++\\s*+(?=\\w)")
_OUTER = " \t\n\r,;:-\u2013\u2014/|\u2022*~"


def cut_mentions(responses: pd.DataFrame) -> pd.DataFrame:
    """Mentions of all answers with content.

    Parameters
    ----------
    responses : DataFrame
        With ``response_id``, ``answer`` (str, normalised) and ``has_content`` (bool); answers
        without content have no mentions.

    Returns
    -------
    DataFrame
        One row a mention, in the order of the answers: ``mention_id`` (the response's id, "#" and
        a number from 1), ``response_id``, ``text``, ``start``, ``end``, with
        ``answer[start:end] == text``. An answer with content has at least one mention.

    Notes
    -----
    The rules follow ``data/gold/CODING.md``; ``feedback_nlp.evaluation.mentions`` measures them.
    They know English; of other languages, sentences and the commonest contrasts are cut.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"response_id": ["7"], "answer": ["Kind porter, but slow lift."], "has_content": [True]}
    ... )
    >>> cut_mentions(table)["text"].tolist()
    ['Kind porter', 'but slow lift.']
    """
    kept = responses[responses["has_content"].astype(bool)]
    answers = kept["answer"].astype(str).tolist()
    spans = cut_answers(answers)
    rows = [
        (f"{response_id}#{number}", response_id, answer[start:end], start, end)
        for response_id, answer in zip(kept["response_id"], answers, strict=True)
        for number, (start, end) in enumerate(spans[answer], 1)
    ]
    columns = ["mention_id", "response_id", "text", "start", "end"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"mention_id": str, "response_id": str, "text": str, "start": "int64", "end": "int64"}
    )


def cut_answers(answers: list[str]) -> dict[str, list[tuple[int, int]]]:
    """Spans of the mentions of each distinct answer; an answer seen twice is cut once."""
    distinct = list(dict.fromkeys(answers))
    doubtful = [answer for answer in distinct if _DOUBTFUL.search(answer)]
    judged = dict(zip(doubtful, _model_sentence_starts(doubtful), strict=True))
    return {answer: _spans(answer, judged.get(answer)) for answer in distinct}


def _spans(answer: str, judged: frozenset[int] | None) -> list[tuple[int, int]]:
    sentences = _sentence_starts(answer, judged)
    starts = list(sentences)
    for start, end in pairwise([*sentences, len(answer)]):
        starts += clause_starts(answer, start, end)
    spans = [_strip(answer, start, end) for start, end in pairwise([*sorted(starts), len(answer)])]
    spans = [(a, b) for a, b in spans if any(character.isalnum() for character in answer[a:b])]
    if spans or not answer.strip():
        return spans
    start = len(answer) - len(answer.lstrip())  # an answer of emoji alone is one mention
    return [(start, len(answer.rstrip()))]


def _strip(answer: str, start: int, end: int) -> tuple[int, int]:
    part = answer[start:end]
    left, right = len(part) - len(part.lstrip(_OUTER)), len(part.rstrip(_OUTER))
    return start + left, start + max(left, right)


def _sentence_starts(answer: str, judged: frozenset[int] | None) -> list[int]:
    starts = [0]
    for match in _END.finditer(answer):
        doubtful = judged is not None and _DOUBTFUL.search(
            answer, max(starts[-1], match.start() - 12), match.end()
        )
        if doubtful and match.end() not in (judged or ()):
            continue
        if "." in match[0] and _abbreviates(answer, match.start(), match.end()):
            continue
        if match[0] != "\n" and _only_opens(answer[starts[-1] : match.start()], match[0]):
            continue
        if not _NUMBER.search(answer[max(0, match.start() - 3) : match.start()]):
            starts.append(match.end())
    starts += _enumerators(answer)
    starts += [match.end() for match in _PICTURE.finditer(answer) if match.start() > 0]
    return sorted({start for start in starts if start < len(answer)})


def _abbreviates(answer: str, stop: int, following: int) -> bool:
    """Whether a full stop belongs to an abbreviation that what follows completes."""
    begin = max(0, stop - 8)
    before = answer[begin:following]
    if _GOES_ON.search(before):
        return True
    title = _TITLE.search(before)
    if title is None:
        return False
    if answer.startswith("[NAME", following):
        return True
    name = _CAPITALISED.match(answer, following)
    if name is None or name[0].lower() in FUNCTION_WORDS:
        return False  # "I waited for the Dr. The nurse ..."
    # Behind "the" a title stands for the person: "ask the Dr. Nurses know nothing".
    place = begin + title.start()
    return not _BEFORE_A_TITLE.search(answer[max(0, place - 8) : place])


def _only_opens(before: str, mark: str) -> bool:
    """An exclamation that opens the next sentence: "Just once! it rained in"."""
    words = before.split()
    return (
        "!" in mark and 0 < len(words) <= 2 and words[0].lower() in {"only", "just", "once", "oh"}
    )


def _enumerators(answer: str) -> list[int]:
    """Starts of numbered items, where they count up from 1 (or 2 follows 1)."""
    found: list[int] = []
    for match in _ITEM.finditer(answer):
        if int(match[1]) == len(found) + 1:
            found.append(match.start())
    return found if len(found) > 1 else []


def _model_sentence_starts(answers: list[str]) -> list[frozenset[int]]:
    if not answers:
        return []
    longest = longest_text()
    texts = (answer if len(answer) <= longest else answer[:longest] for answer in answers)
    return [
        frozenset(sentence.start_char for sentence in document.sents)
        for document in read_with(["senter"], texts, batch_size=_BATCH)
    ]
