"""What speaks for a word being a person's name: itself and the words around it, in points.

The points were set by hand, on examples and on the half of the labelled set that is for
development. `ENOUGH` of them make a person.
"""

from __future__ import annotations

from feedback_nlp.personal_data import name_cues as cues
from feedback_nlp.personal_data.name_words import (
    ALSO_WORD,
    FIRST_OF_ALL_A_NAME,
    KNOWN,
    NAME,
    RARE_NAME,
    TIMES,
    UNKNOWN,
    NameLists,
    Word,
    fold,
    name_lists,
)

ENOUGH = 3

PARTICLES = frozenset(
    """
    de da do dos das di du del della la le van von der den al el bin ibn bint o mac st
""".split()
)
_PLACE_PREFIXES = frozenset(
    "san santa santo sao st saint new los las port fort mount lake ho el".split()
)


_NAMES_OF_PEOPLE = frozenset(["surname", "surnames", "forename", "lastname"])
_SENTENCE_END = frozenset(".!?\n")


def evidence_for(
    text: str, words: list[Word], first: int, last: int, lists: NameLists, titled: bool
) -> int:
    """What speaks for a person, in points; three are enough."""
    word = words[first]
    whole = " ".join(w.key for w in words[first : last + 1])
    if (whole in lists.places and first != last) or _in_fixed_phrase(words, first, last):
        return -9
    if first > 0 and _is_named_place(text, words, first, whole, lists):
        return -9
    if titled:
        return ENOUGH
    points = _own_weight(text, words, first, last, lists)
    points += _before(text, words, first, lists)
    after = _after(text, words, first, last)
    points += after
    if after >= 2 and word.first and word.kind == ALSO_WORD and word.key not in lists.places:
        points += lists.first_names[word.key] >= FIRST_OF_ALL_A_NAME  # "Faith on reception is"
    if word.key in TIMES and last == first:
        points -= 2
    return points


def _is_named_place(text: str, words: list[Word], first: int, whole: str, lists: NameLists) -> bool:
    """``South Africa``, ``San Francisco``, ``St. Thomas``."""
    one = words[first - 1]
    if f"{one.key} {whole}" in lists.places:
        return True
    gap = text[one.end : words[first].start]
    return one.key in _PLACE_PREFIXES and gap in (" ", ". ", "-")


def _own_weight(text: str, words: list[Word], first: int, last: int, lists: NameLists) -> int:
    word = words[first]
    if word.end - word.start <= 3 and is_initial(text, words, first):
        return ENOUGH
    if word.capital:
        points = {NAME: 3, RARE_NAME: 2, ALSO_WORD: 1, UNKNOWN: 0}.get(word.kind, 0)
        if word.kind == ALSO_WORD and not word.first and word.key not in lists.places:
            points += lists.first_names[word.key] >= FIRST_OF_ALL_A_NAME
        if word.first and word.kind != NAME:
            points -= 1  # here every word has a capital
        if word.end - word.start <= 2:
            points -= 1
        if last > first:
            surname = words[last].key in lists.surnames or words[last].kind != KNOWN
            points += 1 + (word.kind in (ALSO_WORD, UNKNOWN) and surname)
        return points
    points = {NAME: 2, RARE_NAME: 1, ALSO_WORD: 0, UNKNOWN: -1}.get(word.kind, 0)
    if word.end - word.start <= 3:
        points -= 1
    if word.acronym:
        points -= 2
    if last > first:
        points += 1
    return points


def _may_be_place(word: Word, lists: NameLists) -> bool:
    return word.kind == UNKNOWN or word.key in lists.places


def _before(text: str, words: list[Word], first: int, lists: NameLists) -> int:
    if first == 0:
        return 2 * (text.lstrip()[:1] in "-–—~")  # nothing but a signature
    word, one = words[first], words[first - 1]
    two = words[first - 2].key if first > 1 else ""
    three = words[first - 3].key if first > 2 else ""
    gap = text[one.end : word.start]
    if word.capital and word.kind in (NAME, UNKNOWN) and _speaks_of_a_name(text, words, first):
        return ENOUGH
    if _is_signature(text, words, first):
        return 3 if one.key in cues.SIGNS_OFF else 2
    if one.key in cues.ROLES and len(gap) <= 4 and "." not in gap and "\n" not in gap:
        return 3 if word.capital or word.kind != ALSO_WORD else 1  # "the engineer will"
    if len(gap) > 3 or any(mark in ".!?\n;/" or mark.isdigit() for mark in gap):
        return 0
    if tells_name(words, first):
        if word.kind != UNKNOWN:
            return 3
        return 4 if tells_name(words, first, cues.SURELY_TELLS_NAME) else int(word.capital)
    if one.key in cues.CALLS_FOR_NAME:
        return 3 if word.kind == UNKNOWN and word.capital else 2
    points = 0
    if one.key in cues.JOINS:
        points = int(not (one.key in cues.WAYS and _may_be_place(word, lists)))
        if one.key in cues.LINKS and (two in cues.DEALINGS or three in cues.DEALINGS):
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


def _speaks_of_a_name(text: str, words: list[Word], first: int) -> bool:
    """``cannot enter my surname (it has an apostrophe), O'Malley-Hart``."""
    near = [word for word in words[max(0, first - 7) : first] if word.key in _NAMES_OF_PEOPLE]
    return bool(near) and not _SENTENCE_END & set(text[near[-1].end : words[first].start])


def _after(text: str, words: list[Word], first: int, last: int) -> int:
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
    if one.key in ("and", "&"):
        return int(len(words) > last + 2 and words[last + 2].kind == NAME)
    if one.key in ("is", "was", "were", "are", "has", "being"):
        return 2 if any(key in cues.HUMAN_NATURE for key in following[1:]) else 1
    if one.key in ("from", "in", "at", "on", "of", "behind"):
        return 2 if any(key in cues.DEPARTMENTS for key in following[1:5]) else 0
    if one.key in cues.HUMAN_ACTS:
        return 1 if one.key in cues.ANYONE_ACTS else 2
    return 0


def _is_signature(text: str, words: list[Word], first: int) -> bool:
    """Whether a name stands alone at the end: ``- Sam``, ``Regards, Sam Cole``."""
    word = words[first]
    if len(words) - first > 3 or len(text) - word.start > 40:
        return False
    one = words[first - 1]
    gap = text[one.end : word.start]
    closes = (
        one.key in cues.SIGNS_OFF or "\n" in gap or gap.strip() in ("-", "–", "—", "~", ". -", ".-")
    )
    return closes and all(w.capital or not word.capital for w in words[first:])


def tells_name(words: list[Word], first: int, phrases: frozenset[str] = cues.TELLS_NAME) -> bool:
    """``my name is``, ``I'm``, ``signed``."""
    if first == 0:
        return False
    one = words[first - 1].key
    two = f"{words[first - 2].key} {one}" if first > 1 else ""
    return two in phrases or one in phrases


def is_dealt_with(words: list[Word], first: int) -> bool:
    """An unknown word in lower case counts only where a person must stand: ``spoke to …``."""
    if first < 2 or words[first - 1].key not in ("to", "with", "by"):
        return False
    return words[first - 2].key in cues.TALKS or words[first - 2].key == "with"


def is_listed_with(text: str, words: list[Word], first: int, last_person: int) -> bool:
    """``Imran and Girik``, ``Imran, Girik``: in a list with a person."""
    if last_person == first - 1:
        return text[words[last_person].end : words[first].start].strip() in (",", "&", "/", "+")
    return last_person == first - 2 and words[first - 1].key in ("and", "or", "to", "then")


def _in_fixed_phrase(words: list[Word], first: int, last: int) -> bool:
    """Whether the name is part of a brand or a saying, ``John Lewis``, ``mark my words``."""
    for start in range(max(0, first - 3), first + 1):
        for end in range(last, min(len(words), last + 4)):
            if end - start <= 4 and " ".join(w.key for w in words[start : end + 1]) in _FIXED:
                return True
    return False


_FIXED = frozenset(
    fold(phrase).replace("'s", "").replace("&", "").replace("  ", " ").replace("s'", "s")
    for phrase in cues.NOT_A_PERSON
) | frozenset(cues.NOT_A_PERSON)


def is_initial(text: str, words: list[Word], index: int) -> bool:
    """``J. Smith``: a letter with a surname behind it."""
    word = words[index]
    if word.end - word.start > 3 or not text[word.start].isupper() or index + 1 >= len(words):
        return False
    letters = text[word.start : word.end].replace(".", "")
    following = words[index + 1]
    return (
        len(letters) <= 2
        and word.key
        not in ("i", "a", "u", "ok", "tv", "it", "uk", "us", "bt", "ee", "id", "pc", "hr")
        and letters.isupper()
        and len(letters) == 1 + text[word.start : word.end].count(".")
        and following.capital
        and (following.kind != KNOWN or following.key in name_lists().surnames)
        and text[word.end : following.start] in (" ", ". ", ".")
    )
