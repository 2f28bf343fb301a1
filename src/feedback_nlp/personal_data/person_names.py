"""Names of people in answers: a list of first names, the words around them, and a model last.

A capitalised word is judged in three steps. A first name that is no English word and no
place ("Megan") is a person unless the words around it make something else of it ("John Lewis").
A first name that is a word as well ("Will", "Grace", "Austin") is a person where the words
around say so ("Grace upgraded us"). A capitalised word that no list knows ("Jhalak") is a
person where the words around say so, or where spaCy's model does. In answers typed without
capitals, or in nothing but capitals, the lists and the words around are all there is.
"""

from __future__ import annotations

import re

from feedback_nlp.language_models import read_with
from feedback_nlp.personal_data import name_cues as cues
from feedback_nlp.personal_data.name_evidence import (
    ENOUGH,
    PARTICLES,
    evidence_for,
    is_dealt_with,
    is_initial,
    is_listed_with,
    tells_name,
)
from feedback_nlp.personal_data.name_words import (
    ALSO_WORD,
    FIRST_OF_ALL_A_NAME,
    KNOWN,
    NAME,
    RARE_NAME,
    STARTS_A_NAME,
    TIMES,
    UNKNOWN,
    NameLists,
    Word,
    name_lists,
    read_words,
)


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
    lists = name_lists()
    words = read_words(text, lists)
    if not any(
        word.kind in STARTS_A_NAME
        or word.key in cues.TITLES
        or (word.capital and len(word.key) == 1)
        for word in words
    ):
        return []
    candidates = _candidates(text, words, lists)
    undecided = [
        candidate
        for candidate in candidates
        if candidate.cased and ENOUGH - candidate.model_weight <= candidate.evidence < ENOUGH
    ]
    if undecided:  # the model takes longer than everything else: one answer in a hundred needs it
        persons = _persons_by_model(text)
        for candidate in undecided:
            if any(start < candidate.end and candidate.start < end for start, end in persons):
                candidate.evidence += candidate.model_weight
    return [(c.start, c.end) for c in candidates if c.evidence >= ENOUGH]


_NO_INITIALS = frozenset("iuxn")  # "thnk u", "Sam x"
_AFTER_SURNAME = frozenset(["and", "from", "in", "at", "on", "who", "for", "&", "or", "is", "was"])


class _Candidate:
    """One or more words that may be a person's name, and what speaks for it."""

    def __init__(self, words: list[Word], first: int, last: int) -> None:
        self.start = words[first].start
        self.end = words[last].end
        self.cased = words[first].capital
        self.evidence = 0
        # "Bill was wrong": at the start of a sentence the model takes a word for a person too soon.
        doubtful = (
            words[first].first and words[first].kind in (ALSO_WORD, RARE_NAME) and first == last
        )
        self.model_weight = 1 if doubtful else 2


def _candidates(text: str, words: list[Word], lists: NameLists) -> list[_Candidate]:
    candidates = []
    index = 0
    accepted_before = -9  # where the last likely person ended
    while index < len(words):
        titled = index > 0 and _is_titled(text, words, index)
        listed = words[index].kind in STARTS_A_NAME and is_listed_with(
            text, words, index, accepted_before
        )
        if not (titled or listed or _may_start(text, words, index)):
            index += 1
            continue
        last = _last_word(text, words, index, lists)
        candidate = _Candidate(words, index, last)
        candidate.evidence = evidence_for(text, words, index, last, lists, titled)
        if listed and (
            words[index].kind != UNKNOWN or words[index].capital or index - accepted_before > 1
        ):
            candidate.evidence += 2 + 2 * (words[index].kind == UNKNOWN)
        if candidate.evidence >= ENOUGH:
            accepted_before = last
        candidates.append(candidate)
        index = last + 1
    return candidates


def _may_start(text: str, words: list[Word], index: int) -> bool:
    word = words[index]
    if word.kind in (NAME, RARE_NAME):
        return True
    if word.kind == ALSO_WORD:
        return word.capital or name_lists().first_names[word.key] >= FIRST_OF_ALL_A_NAME
    if word.kind != UNKNOWN:
        return is_initial(text, words, index)
    return word.capital or tells_name(words, index) or is_dealt_with(words, index)


def _is_titled(text: str, words: list[Word], index: int) -> bool:
    word, title = words[index], words[index - 1]
    gap = text[title.end : word.start]
    if title.key not in cues.TITLES or gap not in (" ", ". ", "."):
        return False
    if gap != " " and (
        title.key not in cues.ABBREVIATED or (word.kind == KNOWN and not title.capital)
    ):
        return False  # "... saw the nurse. Palpitations ...", "... off a dr. However ..."
    if _stands_for_a_person(words, index - 1) and word.kind == KNOWN and not _is_surname(word):
        return False  # "Rang the Dr. Seen the same day", "ask your Dr Nobody knows"
    if f"{title.key} {word.key}" in cues.NOT_A_PERSON or word.key in cues.TITLES:
        return False
    if word.key in ("and", "or", "&"):
        return False
    if not title.capital and text[max(0, title.start - 2) : title.start].rstrip()[-1:].isdigit():
        return False  # "48 ms ping"
    if word.capital:
        return (
            title.key in cues.SURE_TITLES
            or word.kind != KNOWN
            or (title.capital and not title.first)
        )
    if title.key in cues.SURE_TITLES:
        return word.kind != KNOWN or word.key in name_lists().surnames
    return word.kind in (NAME, RARE_NAME)


def _stands_for_a_person(words: list[Word], title: int) -> bool:
    """Whether a title has an article or "my" before it, so that no name need follow."""
    return title > 0 and words[title - 1].key in cues.BEFORE_A_TITLE_ALONE


def _is_surname(word: Word) -> bool:
    return word.key.replace("'", "") in name_lists().surnames


def _last_word(text: str, words: list[Word], first: int, lists: NameLists) -> int:
    """The index of the last word of the name that begins at ``first``."""
    last = first
    at = first + 1
    while at < len(words) and at - first <= 4:
        gap = text[words[at - 1].end : words[at].start]
        one_letter = words[at - 1].end - words[at - 1].start == 1
        if gap != " " and not (one_letter and gap in (". ", ".")):
            break
        word = words[at]
        if word.key in PARTICLES or (len(word.key) == 1 and word.key not in _NO_INITIALS):
            at += 1
            continue
        if not _continues(text, words, first, at, lists):
            break
        last = at
        at += 1
    return last


def _continues(text: str, words: list[Word], first: int, at: int, lists: NameLists) -> bool:
    word = words[at]
    is_surname = word.key.replace("'", "") in lists.surnames or _is_double(text, word, lists)
    if word.key in cues.TITLES or word.key in cues.BRANDS or (word.key in TIMES and not is_surname):
        return False
    if word.capital:
        if not words[first].capital:
            return False
        return word.kind != KNOWN or (is_surname and word.key not in cues.THING_AFTER)
    if words[first].capital:
        return is_surname and word.kind != KNOWN and word.key not in lists.words  # "Megan powell"
    if word.kind == words[first].kind == UNKNOWN:
        return True
    if word.kind in (NAME, RARE_NAME) or (
        word.key in lists.surnames and word.key not in lists.words
    ):
        return True
    ends = at + 1 == len(words) or not text[word.end : words[at + 1].start].isspace()
    phrase_ends = ends or words[at + 1].key in _AFTER_SURNAME
    return phrase_ends and words[first].kind != UNKNOWN and (word.kind == UNKNOWN or is_surname)


def _is_double(text: str, word: Word, lists: NameLists) -> bool:
    """Two surnames in one: "Owusu-Hart". Of two words ("Check-In") it would be none."""
    parts = [part.replace("'", "") for part in word.key.split("-")]
    written = text[word.start : word.end].split("-")
    return (
        len(parts) == 2
        and all(part[:1].isupper() for part in written)
        and all(part in lists.surnames or part not in lists.words for part in parts)
        and any(part in lists.surnames for part in parts)
    )


# --- the model -------------------------------------------------------------------------------


_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a character, which spaCy cannot encode
_SEEN_BY_MODEL = 2000  # characters; beyond, the lists decide alone


def _persons_by_model(text: str) -> list[tuple[int, int]]:
    seen = _LONE_SURROGATE.sub("?", text[:_SEEN_BY_MODEL])
    [document] = read_with(["ner"], [seen])
    return [(e.start_char, e.end_char) for e in document.ents if e.label_ == "PERSON"]
