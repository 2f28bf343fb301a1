"""The things customers name: noun phrases of a mention, without the praise or blame in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from feedback_nlp.language_models import tagged
from feedback_nlp.second_process import ahead, second_process
from feedback_nlp.themes.label_words import (
    EMPTY_NOUNS,
    THING_MEANT,
    THING_SAID,
    THINGS_WITH_TONE,
    VAGUE_ADJECTIVES,
)

_SAID = [(re.compile(pattern, re.IGNORECASE), thing) for pattern, thing in THING_SAID.items()]
_HYPHENATED = re.compile(r"\b(?:[a-z]{1,2}-[a-z]{2,}|[a-z]{2,}-(?:in|on|up|off|out|by))\b", re.I)
_WORD_CLASSES = frozenset({"NOUN", "PROPN", "ADJ"})

_LEAD_IN = re.compile(
    r"(?:(?:because|becuase|becouse|cos|coz|cause|'cause|as|since|and|but|also|however|so|then|plus"
    r"|although|though|overall|basically|just|i think|i feel|i felt|i find|i found|it was that"
    r"|the fact that|due to the fact that)[\s,:]+)+",
    re.IGNORECASE,
)


def topic_texts(texts: Sequence[str]) -> list[str]:
    """Mentions without the words that lead in ("Because ...", "but I think ..."): what to encode.

    Parameters
    ----------
    texts : sequence of str, shape (n,)

    Returns
    -------
    list of str, length n

    Examples
    --------
    >>> topic_texts(["Because the price went up", "but I feel the app is slow", "Because"])
    ['the price went up', 'the app is slow', 'Because']
    """
    stripped = []
    for text in texts:
        match = _LEAD_IN.match(text)
        stripped.append(text[match.end() :] or text if match else text)
    return stripped


@dataclass(frozen=True)
class Phrase:
    """A noun phrase of a mention.

    Attributes
    ----------
    key : str
        Joins the forms: lower case, head in the singular.
    shown : str
        As it was written, lower case.
    words : int
    name : bool
        The head is written with a capital inside a sentence: a place, a brand, a code.
    inside : bool
        The head is not the first word, so that a capital says something.
    """

    key: str
    shown: str
    words: int
    name: bool = False
    inside: bool = False


@lru_cache(maxsize=1)
def _tone_words() -> frozenset[str]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return frozenset(SentimentIntensityAnalyzer().lexicon)


_found: dict[str, tuple[Phrase, ...]] = {}
_coming: list[Future[dict[str, tuple[Phrase, ...]]]] = []


def phrases_of(texts: Sequence[str]) -> list[tuple[Phrase, ...]]:
    """Noun phrases of up to three words in each text, and what its adjectives are about.

    Parameters
    ----------
    texts : sequence of str, shape (n,)

    Returns
    -------
    list of tuple of Phrase, length n
        Lower case, without tone ("terrible engineer visit" gives "engineer
        visit"), names, placeholders such as ``[NAME]`` and empty nouns.

    Examples
    --------
    >>> [p.key for p in phrases_of(["The engineer appointments were a shambles"])[0]]
    ['engineer', 'appointment', 'engineer appointment']
    >>> [p.key for p in phrases_of(["Long queue at check-in, then the x-rays were lost"])[0]]
    ['waiting times', 'check-in', 'x-ray']
    """
    while _coming:
        with suppress(CancelledError):
            _found.update(_coming.pop().result())
    if len(_found) > 50_000:
        _found.clear()
    missing = [text for text in dict.fromkeys(texts) if text not in _found]
    if missing:
        with ahead() as other:
            _found.update(other.submit(_read, missing).result())
    return [_found[text] for text in texts]


def read_ahead(texts: Sequence[str]) -> None:
    """Begin to read the texts of a survey whose phrases will be asked for; nothing waits.

    Parameters
    ----------
    texts : sequence of str

    Notes
    -----
    What was read before is forgotten: a network's sums differ in the last bits with the texts
    that it reads at once, and a survey's words are to be the same in any process.
    """
    _coming.clear()
    _found.clear()
    beside = second_process() or ThreadPoolExecutor(1)
    _coming.append(beside.submit(_read, list(dict.fromkeys(texts))))
    if isinstance(beside, ThreadPoolExecutor):
        beside.shutdown(wait=False)


def _read(texts: list[str]) -> dict[str, tuple[Phrase, ...]]:
    found = {}
    for text, parsed in zip(texts, tagged(texts), strict=True):
        _join_hyphens(parsed)
        found[text] = tuple(dict.fromkeys(_phrases(parsed)))
    return found


def _join_hyphens(parsed: Any) -> None:
    """Make "x-ray" and "check-in" one word each; "ray" and "check" say something else."""
    spans = [parsed.char_span(*match.span()) for match in _HYPHENATED.finditer(parsed.text)]
    with parsed.retokenize() as retokenizer:
        for span in spans:
            if span is not None and len(span) > 1:
                lemma = span.text[: -len(span[-1].text)] + span[-1].lemma_
                pos = "NOUN" if span[-1].pos_ in ("ADP", "ADV", "PART") else span[-1].pos_
                retokenizer.merge(span, attrs={"LEMMA": lemma.lower(), "POS": pos})


def _phrases(parsed: Any) -> list[Phrase]:
    text = parsed.text
    found = [
        Phrase(thing, thing, len(thing.split())) for pattern, thing in _SAID if pattern.search(text)
    ]
    run: list[Any] = []
    inside_mark = False
    for token in parsed:
        inside_mark = token.text == "[" or (inside_mark and token.text != "]")
        if inside_mark:
            continue
        if _may_stand(token):
            run.append(token)
            continue
        found += _of_run(run)
        run = []
        found += _meant(token)
    return found + _of_run(run)


def _may_stand(token: Any) -> bool:
    word = token.lower_
    return (
        token.pos_ in _WORD_CLASSES
        and (token.is_alpha or _HYPHENATED.fullmatch(token.text) is not None)
        and len(word) > 2
        and not token.is_stop
        and not (token.pos_ == "ADJ" and (word in _tone_words() or word in VAGUE_ADJECTIVES))
    )


def _meant(token: Any) -> list[Phrase]:
    meant = THING_MEANT.get(token.lower_) or THING_MEANT.get(token.lemma_.lower())
    return [Phrase(meant, meant, len(meant.split()))] if meant else []


def _names_something(token: Any) -> bool:
    word, lemma = token.lower_, token.lemma_.lower()
    return (
        token.pos_ != "ADJ"
        and not {word, lemma} & (EMPTY_NOUNS | VAGUE_ADJECTIVES)
        and not (lemma in _tone_words() and lemma not in THINGS_WITH_TONE)
    )


def _of_run(run: list[Any]) -> list[Phrase]:
    """Every stretch of one to three words that ends in a noun that names something."""
    found: list[Phrase] = []
    for end, head in enumerate(run, 1):
        if not _names_something(head):
            # "quick service": the noun is empty, the adjective says what it is about.
            if end == len(run):
                for token in run:
                    found += _meant(token)
            continue
        for first in range(max(0, end - 3), end):
            words = [token.lower_ for token in run[first:end]]
            if words[0] in EMPTY_NOUNS or len(set(words)) < len(words):
                continue
            meant = _meant(head)
            if len(words) == 1 and meant:
                # "wait", "waiting" and "waited" are one thing.
                found += meant
                continue
            key = " ".join([*words[:-1], head.lemma_.lower()])
            found.append(
                Phrase(key, " ".join(words), end - first, _is_name(head), _is_inside(head))
            )
    return sorted(found, key=lambda phrase: phrase.words)


def _is_name(token: Any) -> bool:
    return _is_inside(token) and token.text[0].isupper()


def _is_inside(token: Any) -> bool:
    # The first word has a capital anyway; there the tagger decides. Codes ("LHR - BKK") are names
    # also where nothing else stands.
    code = token.text.isupper() and token.pos_ == "PROPN"
    return (token.i > 0 and (code or not token.doc.text.isupper())) or token.pos_ == "PROPN"
