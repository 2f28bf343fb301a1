"""The words of an answer, and which of them can be a name: the lists behind `person_names`."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from feedback_nlp.personal_data import name_cues as cues

COMMON = 20  # sources that know a common first name
FIRST_OF_ALL_A_NAME = 25  # Will, Grace, Rose, rather than Ace or King
KNOWN_ENOUGH = 16  # fewer, and a word that is also a name is just a word

_UNFOLDED = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "đ": "d", "’": "'"})


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """A word in lower case without accents, as the lists keep it.

    Examples
    --------
    >>> fold("Żółtek")
    'zoltek'
    """
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.translate(_UNFOLDED))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


_LONGEST_NAME = 40  # characters; what is longer is kept out of the lists and the caches


class NameLists(NamedTuple):
    first_names: dict[str, int]
    surnames: frozenset[str]
    words: frozenset[str]
    proper: frozenset[str]
    places: frozenset[str]


@lru_cache(maxsize=1)
def name_lists() -> NameLists:
    folder = resources.files("feedback_nlp") / "personal_data" / "data"
    english = json.loads((folder / "english_words.json").read_text("utf-8"))
    return NameLists(
        json.loads((folder / "first_names.json").read_text("utf-8")),
        frozenset(json.loads((folder / "surnames.json").read_text("utf-8"))),
        frozenset(english["words"]),
        frozenset(english["proper"]),
        frozenset(english["places"]),
    )


# --- words -----------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+(?:[-'’.](?=[^\W\d_])[^\W\d_]+)*")
TIMES = frozenset(
    """
        january february march april may june july august september october november
        december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday
        thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun easter
        christmas xmas noel ramadan eid diwali hanukkah
    """.split()
)
_SENTENCE_END = frozenset(".!?\n:;•*")

# What a word can be. A name that is a word or a place as well needs more to be a person.
NAME, RARE_NAME, ALSO_WORD, UNKNOWN, KNOWN = "name", "rare name", "also a word", "unknown", "known"
STARTS_A_NAME = frozenset({NAME, RARE_NAME, ALSO_WORD, UNKNOWN})


class Word(NamedTuple):
    start: int
    end: int  # without a possessive 's
    key: str  # folded, without a possessive 's
    kind: str
    capital: bool  # begins with a capital, and that says something
    first: bool  # of a sentence
    acronym: bool  # up to four capitals in a text that is not all capitals


def read_words(text: str, lists: NameLists) -> list[Word]:
    found = [(match.start(), match.group()) for match in _WORD.finditer(text)]
    longer = [word for _, word in found if len(word) > 1]
    capitals = sum(word[0].isupper() for word in longer)
    all_capitals = all(word.isupper() for word in longer)
    # In "GREAT SERVICE FROM SAM" and "Great Service From Sam Today" a capital says nothing.
    telling = (
        len(longer) < 3 or capitals <= 0.6 * len(longer) or (len(longer) < 6 and not all_capitals)
    )
    words = []
    for start, word in found:
        key = fold(word) if len(word) <= _LONGEST_NAME else word
        if key.endswith(("'s", "s'")) and len(key) > 3:
            cut = 2 if key.endswith("'s") else 1
            word, key = word[:-cut], key[:-cut]
        shout = len(word) > 1 and word.isupper()
        capital = telling and word[0].isupper() and not shout
        kind = _kind_of(key) if len(key) <= _LONGEST_NAME else KNOWN
        acronym = shout and len(word) <= 4 and not all_capitals
        first = _is_first(text, start)
        words.append(Word(start, start + len(word), key, kind, capital, first, acronym))
    return words


def _is_first(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \"'“‘(-–—\t")
    if not before:
        return True
    initial = before[-1] == "." and before[-2:-1].isupper() and not before[-3:-2].isalnum()
    return before[-1] in _SENTENCE_END and not initial


@lru_cache(maxsize=65536)
def _kind_of(key: str) -> str:
    return _kind(key, name_lists())


def _kind(key: str, lists: NameLists) -> str:
    sources = lists.first_names.get(key)
    if sources is None and "-" in key:  # Anne-Marie
        parts = key.split("-")
        if all(len(part) > 1 and part in lists.first_names for part in parts):
            sources = min(lists.first_names[part] for part in parts)
            if any(part in lists.words for part in parts):
                return KNOWN
    if len(key) < 2 or key in cues.TITLES:
        return KNOWN
    if key in cues.WORDS_BEFORE_NAMES:
        return KNOWN
    if sources is not None and key in cues.NAMES_BEFORE_WORDS:
        return NAME
    if sources is not None:
        if key in cues.BRANDS:
            return ALSO_WORD if sources >= FIRST_OF_ALL_A_NAME else KNOWN
        if key in lists.words or key in lists.places or key in TIMES:
            return ALSO_WORD if sources >= KNOWN_ENOUGH else KNOWN
        return NAME if sources >= COMMON else RARE_NAME
    known = (
        key in lists.words
        or key in lists.proper
        or key in lists.places
        or key in cues.BRANDS
        or ("'" in key and key.split("'")[0] in lists.words)
    )
    if not known and "-" in key:
        parts = key.split("-")
        known = any(part in lists.words or part in lists.places for part in parts)
        if len(parts) == 2 and all("'" in p or p in lists.surnames for p in parts):
            known = False  # O'Malley-Hart
    return KNOWN if known else UNKNOWN
