"""The things customers name: noun phrases of a mention, without the praise or blame in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# A theme of adjectives or verbs is still about something; this is what it is called.
THING_MEANT = {
    "easy": "ease of use",
    "easily": "ease of use",
    "simple": "ease of use",
    "straightforward": "ease of use",
    "difficult": "ease of use",
    "complicated": "ease of use",
    "expensive": "price level",
    "cheap": "price level",
    "pricey": "price level",
    "overpriced": "price level",
    "affordable": "price level",
    "overcharge": "billing errors",
    "quick": "speed of service",
    "quickly": "speed of service",
    "prompt": "speed of service",
    "fast": "speed of service",
    "slow": "speed of service",
    "slowly": "speed of service",
    "wait": "waiting time",
    "helpful": "staff helpfulness",
    "unhelpful": "staff helpfulness",
    "friendly": "staff friendliness",
    "polite": "staff politeness",
    "courteous": "staff politeness",
    "kind": "staff kindness",
    "caring": "staff kindness",
    "rude": "staff manners",
    "professional": "staff professionalism",
    "knowledgeable": "staff knowledge",
    "efficient": "efficiency of service",
    "reliable": "reliability of service",
    "unreliable": "reliability of service",
    "late": "delays and lateness",
    "delay": "delays and lateness",
    "punctual": "punctuality of service",
    "clean": "cleanliness of premises",
    "dirty": "cleanliness of premises",
    "comfortable": "comfort level",
    "uncomfortable": "comfort level",
    "communicate": "communication with customers",
    "explain": "clear explanations",
    "inform": "information given",
    "listen": "being listened to",
    "cancel": "cancelled orders",
    "install": "installation work",
    "connect": "connection problems",
    "recommend": "willingness to recommend",
}
# Nouns that name nothing by themselves.
EMPTY_NOUNS = frozenset(
    """
        thing way lot bit reason time day week month year hour minute people person one
        someone anyone everyone something anything nothing everything part point fact case
        kind sort example number company customer other today tomorrow yesterday morning
        afternoon evening night issue problem experience score rating mark star review
        comment feedback survey question answer guy man lady girl thank thanks please end
        start beginning job name place side place etc company service word amount couple
        half rest matter sense while life world god hell
    """.split()
)
_WORD_CLASSES = frozenset({"NOUN", "PROPN", "ADJ"})


@dataclass(frozen=True)
class Phrase:
    """A noun phrase; `key` joins its forms (singular, plural), `shown` is how it was written."""

    key: str
    shown: str
    words: int


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
    ['engineer', 'appointment', 'engineer appointment', 'shambles']
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
        if not inside_mark and _may_stand(token):
            run.append(token)
            continue
        found += _runs(run)
        run = []
        if not inside_mark and (meant := THING_MEANT.get(token.lemma_.lower())):
            found.append(Phrase(meant, meant, len(meant.split())))
    return found + _runs(run)


def _may_stand(token: Any) -> bool:
    word = token.lower_
    return (
        token.pos_ in _WORD_CLASSES
        and token.is_alpha
        and len(word) > 2
        and token.ent_type_ != "PERSON"
        and not (token.pos_ == "ADJ" and (word in _tone_words() or word in THING_MEANT))
        and not token.is_stop
    )


def _runs(run: list[Any]) -> list[Phrase]:
    """Every stretch of one to three words that ends in a noun that names something."""
    found = []
    for end in range(1, len(run) + 1):
        head = run[end - 1]
        lemma = head.lemma_.lower()
        if head.pos_ == "ADJ" or lemma in EMPTY_NOUNS or head.lower_ in EMPTY_NOUNS:
            continue
        if (head.lower_ in _tone_words() or lemma in _tone_words()) and end == 1:
            continue
        for first in range(max(0, end - 3), end):
            words = [token.lower_ for token in run[first:end]]
            if words[0] in EMPTY_NOUNS or len(set(words)) < len(words):
                continue
            key = " ".join([*words[:-1], lemma])
            found.append(Phrase(key, " ".join(words), len(words)))
    found += [
        Phrase(meant, meant, len(meant.split()))
        for token in run
        if (meant := THING_MEANT.get(token.lemma_.lower()))
    ]
    return sorted(found, key=lambda phrase: phrase.words)
