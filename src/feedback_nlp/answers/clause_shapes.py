"""What a stretch of words is: a clause, a fronted phrase, a thing with its evaluation, a denial.

Every function takes words in lower case, as ``clauses.Sentence`` gives them.
"""

from __future__ import annotations

from itertools import pairwise

from feedback_nlp.answers.clause_words import (
    ADVERBS,
    AUXILIARIES,
    BASE_VERBS,
    BEFORE_SUBJECT,
    CANDID,
    CANDID_DEGREES,
    CANDID_NOUNS,
    CONJUNCTIONS,
    CONTRACTED,
    DASHES,
    DENYING,
    DETERMINERS,
    ENDS_NO_SUBJECT,
    ENDS_STATEMENT,
    FAULT_NOUNS,
    FRONTING,
    FUNCTION_WORDS,
    JOINERS,
    MARKS,
    OPENS_COMPLEMENT,
    OPENS_PHRASE,
    POSTPOSED,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    TELLING,
    TIME_WORDS,
    VERBS,
    is_adjective,
)


def is_word(text: str) -> bool:
    """Whether a token is a word ("&" counts) rather than a mark."""
    return text[0].isalnum() or text == "&"


def is_elliptic(words: list[str]) -> bool:
    """A right side that lives on the left one: "but they didn't", "but not sure"."""
    words = [
        word
        for word in words
        if word not in {"i", "i'm", "im", "we", "they", "it", "he", "she", "you"}
    ]
    if not words or words[:2] == ["not", "sure"]:
        return True
    if len(words) == 1:
        return words[0] in AUXILIARIES
    denied = words[0].endswith("n't") or (words[0] in AUXILIARIES and words[1] == "not")
    return denied and len(words) < 5 and not evaluates(words) and "fault" not in words


def is_predicate(left: list[str]) -> bool:
    """Whether the last word, an adjective, follows its verb: "(the soup) was cold"."""
    return left[-2] in VERBS or left[-2] in ADVERBS


def has_main_verb(words: list[str]) -> bool:
    """A finite verb outside a clause such as "(the man) I spoke to"."""
    for place, word in enumerate(words):
        if place == 0 and word in SUBJECT_PRONOUNS and len(words) > 3:
            return True
        if word in VERBS or word in CONTRACTED or (word.endswith("ed") and len(word) > 4):
            before = words[max(0, place - 3) : place]
            relative = any(
                w in SUBJECT_PRONOUNS
                and place - len(before) + spot > 0
                and words[place - len(before) + spot - 1]
                not in SUBORDINATORS | CONJUNCTIONS | ADVERBS
                for spot, w in enumerate(before)
            )
            if not relative:
                return True
    return False


def ends_in_thing(left: list[str]) -> bool:
    """Whether the last word is likely to be a noun."""
    last = left[-1]
    return not (
        last in FUNCTION_WORDS
        or is_adjective(last)
        or last in VERBS
        or last in BASE_VERBS
        or last in TIME_WORDS
        or last.endswith(("ed", "ing", "ly"))
    )


def ends_statement(left: list[str]) -> bool:
    """Whether a statement may end with the last word: "... was poor", "... two weeks"."""
    last = left[-1]
    if last in OPENS_COMPLEMENT or last in OPENS_PHRASE or last in DETERMINERS:
        return False
    if last in {"me", "us", "him", "them"} and len(left) > 1 and left[-2] in TELLING:
        return False
    if FRONTING.intersection(left[-8:]):  # "when I ordered online they ..."
        return False
    if any(word in {"so", "such", "too"} for word in left[-3:-1]):  # "so efficient you never ..."
        return False
    return is_adjective(last) or last in ENDS_STATEMENT


_PHRASE_ENDS = (MARKS - DASHES) | frozenset(".!?\u2026")


def phrase(tokens: list[str]) -> list[str]:
    """Words up to the next mark or contrast: what would be the new mention."""
    words: list[str] = []
    for text in tokens:
        if is_word(text):
            if words and text in {"but", "however", "although", "whereas"}:
                break
            words.append(text)
        elif words and text in _PHRASE_ENDS:
            break
    return words


def states(left: list[str]) -> bool:
    """Whether the mention so far says something that can stand alone."""
    return (
        has_verb(left)
        or evaluates(left)
        or any(word in DENYING or word in FAULT_NOUNS for word in left)
    )


def evaluates(words: list[str]) -> bool:
    """Whether an adjective stands among the words."""
    return any(is_adjective(word) for word in words)


def has_verb(words: list[str]) -> bool:
    """Whether a finite verb, or what looks like one, stands among the words."""
    return any(
        word in VERBS or word in CONTRACTED or (word.endswith("ed") and len(word) > 4)
        for word in words
    ) or any(a in SUBJECT_PRONOUNS and b in BASE_VERBS for a, b in pairwise(words))


def has_clause(words: list[str]) -> bool:
    """Whether the words open with a subject and its finite verb."""
    return subject(words) != ""


def is_aside(left: list[str]) -> bool:
    """Words by which a speaker only says how they speak: "to be fair", "in all honesty".

    Such a disjunct judges nothing itself (Quirk et al. 1985, section 8.124).
    """
    words = [word for word in left if word not in ADVERBS and word not in CANDID_DEGREES]
    if not words:
        return False
    if words[:2] in (["to", "be"], ["if", "i'm"], ["i'm", "being"]) or words[0] == "being":
        return len(words) <= 3 and words[-1] in CANDID
    if words[0] in {"in", "with"}:
        return len(words) == 2 and words[1] in CANDID_NOUNS
    return words in (["that", "said"], ["having", "said", "that"], ["that", "being", "said"])


def is_fronted(left: list[str]) -> bool:
    """A subordinate clause or a phrase that waits for its main clause."""
    if is_aside(left):
        return True
    first = left[0]
    if left[:2] == ["even", "if"]:
        return True
    if first in {"although", "though", "while", "whilst", "whereas", "even", *DENYING}:
        return False
    if left[:2] == ["so", "far"]:
        return False
    if "time" in left[1:3] and first in {"every", "each", "the"}:  # "Every time I rang, ..."
        return True
    if first in {"and", "but"} and len(left) > 1:
        first = left[1]
    if first in {"because", "cos", "cause", "coz", "that", "who"}:  # an answer to "why?"
        return False
    if first in SUBORDINATORS:
        return True
    if first in {"due", "during", "despite"}:
        return not has_verb(left)
    return (
        (first in PREPOSITIONS or first in ADVERBS) and not has_verb(left) and not evaluates(left)
    )


def subject(words: list[str]) -> str:
    """What the clause has for a subject: "pronoun", "noun", or "" where it is no clause."""
    place = 0
    while place < len(words) - 1 and words[place] in BEFORE_SUBJECT:
        place += 1
    rest = words[place : place + 14]
    if not rest:
        return ""
    if rest[0] in CONTRACTED:
        return "pronoun"
    if rest[0] in SUBJECT_PRONOUNS and len(rest) > 1:
        after = next((w for w in rest[1:5] if w not in ADVERBS), "")
        if after in VERBS or after in BASE_VERBS or after.endswith("ed"):
            return "pronoun"
        if rest[0] not in DETERMINERS:
            return ""
    if rest[0] in PREPOSITIONS or rest[0] in SUBORDINATORS or rest[0] in VERBS:
        return ""
    if len(rest) > 1 and is_adjective(rest[0]) and rest[1] in OPENS_PHRASE:
        return ""
    if len(rest) > 1 and rest[0].endswith("ing") and rest[1] in ADVERBS:
        return ""
    for spot in range(1, len(rest)):
        word, before = rest[spot], rest[spot - 1]
        if word in {"which", "that", "because", "when", "if", "so"}:
            return ""
        if before in CONJUNCTIONS and (
            word in FUNCTION_WORDS or word in VERBS or word.endswith("ed")
        ):
            return ""
        if before in ENDS_NO_SUBJECT:
            continue
        if word in VERBS and not (before in SUBJECT_PRONOUNS and spot > 1):
            return "noun"
        followed = spot + 1 < len(rest) and rest[spot + 1] not in {"by", "from"}
        if followed and _is_past(word) and not is_adjective(before) and before not in _BE:
            return "noun"
    return ""


_BE = frozenset(["been", "being"])


def _is_past(word: str) -> bool:
    return word.endswith("ed") and word not in POSTPOSED and not is_adjective(word)


def is_evaluated_thing(words: list[str]) -> bool:
    """A noun with an adjective of its own and no verb: "kind coach", "staff very friendly"."""
    if not words or len(words) > 14 or words[0] in PREPOSITIONS or words[0] in VERBS:
        return False
    if words[0].endswith("ing") and not is_adjective(words[0]):
        return False
    if words[0].endswith("ly") and not is_adjective(words[0]):
        words = words[1:]
    if _is_verb_with_object(words):
        return False
    head: list[str] = []
    for word in words:
        if word in PREPOSITIONS or word in SUBORDINATORS or word in {"and", "&", "or"}:
            break
        head.append(word)
    if any(word in VERBS or word in CONTRACTED for word in head):
        return False
    if not _things(head):
        return False
    trailing = (
        len(words) <= 8
        and is_adjective(words[-1])
        and not is_adjective(words[0])
        and not JOINERS.intersection(words)
    )
    return trailing or any(is_adjective(word) for word in head)


_OBJECT_STARTS = (DETERMINERS - {"all", "both"}) | {"me", "us", "him", "them"}


def _is_verb_with_object(words: list[str]) -> bool:
    """An unknown word before an article can only be a verb: "carry a small bag"."""
    return (
        len(words) > 1
        and words[0] not in FUNCTION_WORDS
        and not is_adjective(words[0])
        and words[1] in _OBJECT_STARTS
    )


def _things(words: list[str]) -> list[str]:
    return [w for w in words if w not in FUNCTION_WORDS and not is_adjective(w) and len(w) > 1]


def is_denial(words: list[str]) -> bool:
    if words[:1] == ["not"] and words[1:2] and words[1] in PREPOSITIONS:
        return False
    return len(words) > 1 and (
        words[0] in {"no", "not", "never", "still", "zero", "lack"} or "not" in words[1:3]
    )


def is_told(words: list[str]) -> bool:
    """A clause without its subject: "told to shut up", "charged twice"."""
    return len(words) > 2 and (words[0] in VERBS or words[0].endswith("ed"))
