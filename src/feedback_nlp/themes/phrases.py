"""The things customers name: noun phrases of a mention, without the praise or blame in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# A theme of adjectives or verbs is still about something; this is what it is called.
THING_MEANT = {
    word: thing
    for thing, words in {
        "ease of use": "easy easily easier simple simply straightforward difficult complicated",
        "prices": "expensive cheap cheaper pricey overpriced affordable dear",
        "speed of service": "quick quickly quicker prompt promptly fast faster slow slowly slower",
        "waiting times": "wait",
        "staff helpfulness": "helpful unhelpful helpfulness",
        "staff friendliness": "friendly unfriendly polite courteous pleasant",
        "staff kindness": "kind caring compassionate",
        "staff manners": "rude abrupt impolite",
        "staff professionalism": "professional unprofessional",
        "staff knowledge": "knowledgeable competent incompetent",
        "efficient service": "efficient efficiently inefficient",
        "reliability": "reliable unreliable",
        "delays": "late delay delayed",
        "punctuality": "punctual punctually",
        "cleanliness": "clean dirty filthy cleanliness",
        "comfort": "comfortable uncomfortable comfort comfy",
        "communication": "communicate uncommunicative",
        "clear explanations": "explain explanation",
        "information given": "inform informed informative",
        "being listened to": "listen",
        "cancellations": "cancel cancelled",
        "installation": "install installed",
        "connection": "connect connected",
        "activation": "activate activated",
        "delivery": "deliver delivered",
        "payments": "pay paid",
        "crowding": "crowded busy overcrowded",
        "space": "spacious cramped roomy",
    }.items()
    for word in words.split()
}
# Nouns that name nothing by themselves, and the calendar.
EMPTY_NOUNS = frozenset(
    """
    thing way lot bit reason time day week month year hour minute second people person one someone
    anyone everyone something anything nothing everything part point fact case kind sort example
    number company customer other today tomorrow yesterday morning afternoon evening night
    issue problem experience score rating mark star review comment feedback survey question answer
    guy man men lady girl woman women gentleman thank thanks please end start beginning name place
    side etc service services word amount couple half rest matter sense while life world god hell
    idea hand side chance doubt sure none need use choice term lack level plenty bunch load loads
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
    saturday sunday christmas weekend new year old first last next great good bad poor past date
    stuff trip disgrace joke shambles nightmare farce mess pain rubbish crap
    """.split()
)
# Words with a tone that are things all the same.
_THINGS_WITH_TONE = frozenset(
    """
    complaint delay cancellation promise reward care help support security debit payment value
    charge fee cost debt mistake error fault failure pain death infection loss problem treat
    treatment play share join party gift prize credit trust safety comfort
    """.split()
)
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
    """

    key: str
    shown: str
    words: int
    name: bool = False


@lru_cache(maxsize=1)
def _tagger() -> Any:
    from feedback_nlp.language_models import load_spacy

    return load_spacy(exclude=("parser", "ner", "senter"))


@lru_cache(maxsize=1)
def _tone_words() -> frozenset[str]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return frozenset(SentimentIntensityAnalyzer().lexicon)


_found: dict[str, tuple[Phrase, ...]] = {}


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
    """
    missing = [text for text in dict.fromkeys(texts) if text not in _found]
    if len(_found) > 50_000:
        _found.clear()
        missing = list(dict.fromkeys(texts))
    for text, parsed in zip(missing, _tagger().pipe(missing, batch_size=128), strict=True):
        _found[text] = tuple(dict.fromkeys(_phrases(parsed)))
    return [_found[text] for text in texts]


def _phrases(parsed: Any) -> list[Phrase]:
    found: list[Phrase] = []
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
        and token.is_alpha
        and len(word) > 2
        and not token.is_stop
        and not (token.pos_ == "ADJ" and word in _tone_words())
    )


def _meant(token: Any) -> list[Phrase]:
    meant = THING_MEANT.get(token.lower_) or THING_MEANT.get(token.lemma_.lower())
    return [Phrase(meant, meant, len(meant.split()))] if meant else []


def _names_something(token: Any) -> bool:
    word, lemma = token.lower_, token.lemma_.lower()
    return (
        token.pos_ != "ADJ"
        and not {word, lemma} & EMPTY_NOUNS
        and not (lemma in _tone_words() and lemma not in _THINGS_WITH_TONE)
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
            key = " ".join([*words[:-1], head.lemma_.lower()])
            found.append(Phrase(key, " ".join(words), end - first, _is_name(head)))
    return sorted(found, key=lambda phrase: phrase.words)


def _is_name(token: Any) -> bool:
    # The first word has a capital anyway; there the tagger decides.
    inside = token.i > 0 or token.pos_ == "PROPN"
    return inside and token.text[0].isupper() and not token.doc.text.isupper()
