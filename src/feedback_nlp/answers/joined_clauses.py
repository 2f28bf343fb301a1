"""What "and", "but" and their like join: one statement, or two (rules 2 to 4 of the coding)."""

from __future__ import annotations

from feedback_nlp.answers.clause_shapes import (
    evaluates,
    has_clause,
    has_main_verb,
    has_verb,
    is_denial,
    is_elliptic,
    is_evaluated_thing,
    is_fronted,
    phrase,
    states,
    subject,
)
from feedback_nlp.answers.clause_words import (
    ADVERBS,
    COMPLEMENT_VERBS,
    CONJUNCTIONS,
    CONTRACTED,
    CONTRASTS,
    DETERMINERS,
    FUNCTION_WORDS,
    OPENS_PHRASE,
    PREPOSITIONS,
    SUBJECT_OR_VERB,
    SUBORDINATORS,
    VERBS,
    is_adjective,
)


def adds_also(left: list[str], ahead: list[str]) -> bool:
    """Whether "also" opens a new statement."""
    if left[-1] in SUBJECT_OR_VERB:  # "they also offer pasta"
        return len(left) > 1 and left[-2] in PREPOSITIONS and bool(subject(phrase(ahead[1:])))
    return bool(subject(phrase(ahead[1:]))) and states(left)


# "tried to sleep but couldn't": what was wanted and what came are one statement.
_WANTED = frozenset(["tried", "supposed", "meant"])
_DENIED = frozenset(
    "not no nor hasn't hasnt haven't havent isn't isnt wasn't didn't as just".split()
)
_BUT_FOR = frozenset(
    ["nothing", "all", "anything", "anyone", "anybody", "anywhere", "else", "not", "no", "none"]
)


def contrasts(left: list[str], ahead: list[str], marked: bool) -> bool:
    """Whether "but" and its like set a statement against another."""
    word, right = ahead[0], phrase(ahead[1:])
    if not right or not (states(left) or len(left) > 2):
        return False
    if "not only" in " ".join(left) or left[-1] in _BUT_FOR:
        return False
    if (right[0] == "for" and "would" in left) or _shares_one_noun(left, right):
        return False
    if right[0] == "also" and "not" in left:
        return False
    if _WANTED.intersection(left[-8:]) and is_denial(right[1:]):
        return False
    if is_elliptic(right):
        return False
    if word == "yet" and not marked and not _DENIED.intersection(left):
        return has_clause(left) and subject(right) == "noun"
    if word == "otherwise" and not marked:
        return left[-1] not in FUNCTION_WORDS and evaluates(right) and has_verb(left)
    if word in {"while", "whilst", "yet", "except", "otherwise"}:
        return marked and (word == "otherwise" or has_clause(right) or word == "except")
    if word in {"although", "though"}:
        return len(right) > 1
    return True


def _shares_one_noun(left: list[str], right: list[str]) -> bool:
    """Two adjectives before their noun: "a new but typically dull lounge"."""
    if not all(is_adjective(word) or word in ADVERBS or word in DETERMINERS for word in left):
        return False
    rest = [
        word
        for word in right
        if word not in ADVERBS and (not word.endswith("ly") or is_adjective(word))
    ]
    return len(rest) > 1 and is_adjective(rest[0]) and rest[1] not in FUNCTION_WORDS


def adds(left: list[str], ahead: list[str], marked: bool) -> bool:
    """Whether "and" joins a new statement, rather than the rest of the one before."""
    right = phrase(ahead)
    if not right or not states(left) or right[0] in OPENS_PHRASE:
        return False
    if is_fronted(left) or "between" in left[-3:] or _joins_adjectives(left, right):
        return False
    if _waits_for_verb(left):
        return False
    kind = subject(right)
    goes_on = "still" in right[:6] and (kind != "noun" or right[0] == "still")
    if right[0] in {"not", "therefore", "so"} or goes_on:
        return False  # the outcome of what was said
    if kind == "noun":
        return not _joins_nouns(left, right)
    if kind == "pronoun":
        return _new_pronoun_statement(left, right, marked)
    if is_evaluated_thing(right):
        if marked and has_verb(left):
            return True
        return is_evaluated_thing(left) or (has_clause(left) and not _shares_noun(left))
    if not has_clause(left) and is_evaluated_thing(left):
        if right[0] in VERBS or right[0].endswith("ed") or right[0] in {"no", "not"}:
            return True
        if right[0].endswith("ing"):  # "good service and keeping me informed"
            return right[1:2] in (["me"], ["us"], ["my"], ["our"], ["the"])
        rest = [word for word in right if word not in ADVERBS]
        return len(rest) > 2 and is_adjective(rest[0]) and rest[1] in {"to", "with"}
    return False


def _joins_adjectives(left: list[str], right: list[str]) -> bool:
    """Two adjectives of one noun: "a quiet and comfortable flat", "slow and not cheap"."""
    first = next((word for word in right if word not in ADVERBS), "")
    if has_verb(left) and right[0] not in ADVERBS and any(word in VERBS for word in right[1:4]):
        return False  # "clean and new seats were added"
    return (is_adjective(left[-1]) or left[-1].endswith("ing")) and is_adjective(first)


def _waits_for_verb(left: list[str]) -> bool:
    """A subordinate clause whose verb is still to come: "when the early and ..."."""
    opened = [place for place, word in enumerate(left) if word in SUBORDINATORS - PREPOSITIONS]
    rest = left[opened[-1] + 1 :] if opened else []
    return len(rest) > 0 and len(rest) < 6 and not has_verb(rest) and not evaluates(rest)


def _joins_nouns(left: list[str], right: list[str]) -> bool:
    """Two nouns that may be one subject or object: "food and drink is poor"."""
    told = len(left) > 3 and has_main_verb(left) and not COMPLEMENT_VERBS.intersection(left[-5:])
    if told and right[1:2] and right[1] in VERBS and evaluates(right[:6]) and left[-2] != "of":
        return False  # the first noun has its verb: "they flew us home and seats were wide"
    return (
        left[-1] not in FUNCTION_WORDS
        and not is_adjective(left[-1])
        and right[0] not in FUNCTION_WORDS
        and not is_adjective(right[0])
        and len(right) > 1
        and (right[1] in VERBS or not any(word in VERBS for word in right[:4]))
    )


_THIRD = frozenset("they them their he him his she her".split())


def _new_pronoun_statement(left: list[str], right: list[str], marked: bool) -> bool:
    if len(left) < 3 or len(right) < 3 - (right[0] in CONTRACTED):
        return False
    if right[0] in {"i", "we"} and left[-2] in {"my", "our"}:
        return False
    if right[0] in {"it", "it's", "they", "he", "she", "that", "this"}:
        apart = not has_verb(left) or (
            right[0] in {"they", "he", "she"} and not _THIRD.intersection(left)
        )
        return (marked or apart) and evaluates(right)
    first = next((word for word in left if word not in ADVERBS | CONTRASTS | CONJUNCTIONS), "")
    same = first.split("'")[0] == right[0].split("'")[0]
    return not same or marked


def _shares_noun(left: list[str]) -> bool:
    return is_adjective(left[-1]) and not any(w in VERBS for w in left)
