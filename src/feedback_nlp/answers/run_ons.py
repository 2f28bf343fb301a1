"""New statements that begin without any mark: capitals, lost commas, no punctuation at all."""

from __future__ import annotations

from itertools import takewhile

from feedback_nlp.answers.clause_shapes import (
    ends_in_thing,
    ends_statement,
    has_clause,
    has_main_verb,
    has_verb,
    is_evaluated_thing,
    is_fronted,
    is_predicate,
    states,
)
from feedback_nlp.answers.clause_words import (
    ADVERBS,
    AUXILIARIES,
    BASE_VERBS,
    COMPLEMENT_VERBS,
    CONTRACTED,
    DETERMINERS,
    FINITE,
    FRONTING,
    FUNCTION_WORDS,
    NO_END,
    PREPOSITIONS,
    SUBJECT_OR_VERB,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    TIME_WORDS,
    VERBS,
    is_adjective,
)


def runs_on(left: list[str], right: list[str]) -> bool:
    """A new statement without any mark before it."""
    if not states(left) or is_fronted(left):
        return False
    if right[:2] == ["never", "again"]:
        return True
    if right[0] == "still" and right[1:2] and right[1] in {"not", "no", "nothing", "waiting"}:
        return left[-1] not in SUBJECT_OR_VERB and has_verb(left)
    if _repeats_thing(left, right) or _repeats_predicate(left, right):
        return True
    if right[1:2] == ["to"] and is_adjective(right[0]) and ends_in_thing(left):
        return not has_verb(left) and is_evaluated_thing(left)
    if _has_new_subject(left, right) or _says_i(left, right) or right[:3] == _APART:
        return True
    if right[0] in _TURNS_WORSE and len(right) > 2 and len(left) > 1 and is_adjective(left[-1]):
        return is_predicate(left)
    if (
        right[:2] in _NEW_TURNS
        and len(right) > 3
        and has_main_verb(left)
        and left[-1] not in NO_END
    ):
        return True
    if right[:2] == ["no", "one"] and right[2:3] and right[2] in VERBS and not has_verb(left):
        return True
    if ends_in_thing(left):
        return len(right) > 1 and _starts_new_thing(left, right)
    if not ends_statement(left) or len(right) < 3:
        return False
    if left[-1] in TIME_WORDS and right[:2] in (["did", "not"], ["was", "told"], ["still", "not"]):
        return True
    if right[0] in CONTRACTED:
        return True
    if right[0] in {"nobody", "noone", "everybody", "everyone"}:
        return right[1].endswith(("s", "ed")) or right[1] in VERBS
    if right[0] in SUBJECT_PRONOUNS - {"that", "all", "both", "who", "most", "none"}:
        return (
            right[1] in VERBS
            or right[1] in {"also", "really", "still", "never", "always"}
            or (right[1].endswith("ed") and len(right[1]) > 4 and right[0] not in DETERMINERS)
        )
    if right[0] in {"the", "my", "your", "our"}:
        verbs = [w for w in right[2:5] if w in VERBS or (w.endswith("ed") and len(w) > 4)]
        return bool(verbs) and right[1] not in FUNCTION_WORDS and not FRONTING.intersection(left)
    return right[0] in {"won't", "wont", "didn't", "don't", "haven't"} and len(left) > 2


_NEW_TURNS = (["was", "told"], ["next", "day"], ["this", "time"])
_TURNS_WORSE = frozenset(["unfortunately", "sadly"])
_APART = ["apart", "from", "that"]
_OBJECT_STARTS = (DETERMINERS | ADVERBS | {"been", "being", "me", "us", "him", "them"}) - {"no"}


def _says_i(left: list[str], right: list[str]) -> bool:
    """A pronoun, its verb and an object: "for NHS | I've had a lot", not "the deal I got"."""
    if len(left) < 2 or len(right) < 4 or left[-1] in NO_END or left[-1] in SUBJECT_OR_VERB:
        return False
    if right[0] not in _PERSONS and right[0] not in CONTRACTED:
        return False
    tail = left[-8:]
    if any(word in COMPLEMENT_VERBS or word in SUBORDINATORS - PREPOSITIONS for word in tail):
        return False
    if {"as", "considering", "with", "every", "each"}.intersection(tail[-5:]):
        return False
    if not (has_main_verb(left) or is_evaluated_thing(left)):
        return False
    if right[0] in CONTRACTED:
        verb = 0
    elif right[1] in VERBS or right[1] in BASE_VERBS:
        verb = 1
    else:
        return False
    after = right[verb + 1]
    if after in VERBS and verb + 2 < len(right):
        after = right[verb + 2]
    elif after == "to" and right[verb] in {"have", "had"}:
        return True
    return after in _OBJECT_STARTS or is_adjective(after)


_PERSONS = frozenset(["i", "we", "they", "he", "she", "you"])


_DATES = frozenset(["time", "date", "week", "month"])
_SINGULARS = frozenset("it this there she he nobody everyone everybody".split())


def _has_new_subject(left: list[str], right: list[str]) -> bool:
    """A second finite verb that nothing joins to the first: "sent a man | nobody was in"."""
    if len(left) < 3 or len(right) < 3 or left[-1] in NO_END or left[-1] in _DATES:
        return False
    tail = left[-8:]
    if left[0] in {"although", "though"}:  # its main clause is cut off from it
        tail = left[1:][-8:]
    if any(word in COMPLEMENT_VERBS or word in SUBORDINATORS - PREPOSITIONS for word in tail):
        return False
    if not has_main_verb(left) or (is_adjective(left[-1]) and not is_predicate(left)):
        return False
    if right[0] in _SINGULARS and len(right) > 3 and right[1] in FINITE:
        return True
    if right[0] not in {"the", "my", "your", "our", "this"} or right[1] in FUNCTION_WORDS | VERBS:
        return False
    rest = [word for word in right[2:5] if word not in ADVERBS]
    return bool(rest) and rest[0] in FINITE


def _repeats_thing(left: list[str], right: list[str]) -> bool:
    """Next pair of a list that lost its commas: "staff lovely | food lovely | beds hard"."""
    if not is_adjective(left[-1]) or is_adjective(left[0]) or left[0] in FUNCTION_WORDS:
        return False
    if has_verb(left) or len(right) < 2 or right[0] in FUNCTION_WORDS or is_adjective(right[0]):
        return False
    after = [word for word in right[1:4] if word not in ADVERBS]
    return bool(after) and is_adjective(after[0])


def _repeats_predicate(left: list[str], right: list[str]) -> bool:
    """A clause of the same make: "staff were lovely | food was hot"."""
    if len(left) < 2 or not is_adjective(left[-1]) or not is_predicate(left):
        return False
    if not has_verb(left) and (is_adjective(left[0]) or left[0] in FUNCTION_WORDS):
        return False
    if right[0] in FUNCTION_WORDS or is_adjective(right[0]):
        return False
    return any(word in _BE for word in right[1:3]) and len(right) > 2


_BE = frozenset(["is", "are", "was", "were"])


def _starts_new_thing(left: list[str], right: list[str]) -> bool:
    """Next item of a list that lost its commas: "good gym | bad music", "no heat | no light"."""
    if right[0] == "no" and left[-2:-1] and left[-2] in AUXILIARIES:
        return False
    if right[0] == "no":
        return right[1] not in FUNCTION_WORDS and not is_adjective(right[1])
    if right[0] in {"lots", "plenty"}:
        return right[1] == "of" and not has_verb(left)
    item = list(takewhile(lambda word: word[0].isalnum(), right))
    adjective = next((word for word in item if word not in ADVERBS), "")
    return (
        is_adjective(adjective)
        and is_evaluated_thing(item)
        and (
            (not has_verb(left) and is_evaluated_thing(left))
            or (right[0] in _LOUD and has_clause(left))
        )
    )


_LOUD = frozenset("very great excellent lovely terrible appalling awful such".split())
