"""Where a sentence of an answer goes on to a new statement (English; contrasts of six more).

The rules of ``data/gold/CODING.md``, one function each. A sentence is read once from left to
right, as the mention so far and what would follow a cut.
"""

from __future__ import annotations

import re
from itertools import accumulate, pairwise

from feedback_nlp.answers.clause_shapes import (
    evaluates,
    has_clause,
    has_verb,
    is_denial,
    is_evaluated_thing,
    is_fronted,
    is_predicate,
    is_told,
    is_word,
    phrase,
    states,
    subject,
)
from feedback_nlp.answers.clause_words import (
    ADJECTIVES,
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    CONTRACTED,
    CONTRASTS,
    CUSTOMER_ACTS,
    DASHES,
    DETERMINERS,
    FUNCTION_WORDS,
    JOINERS,
    MARKS,
    NEVER_LAST,
    NO_END,
    OPENS_COMPLEMENT,
    OPENS_PHRASE,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    VERBS,
    is_adjective,
)
from feedback_nlp.answers.joined_clauses import adds, adds_also, contrasts
from feedback_nlp.answers.run_ons import runs_on

_TOKEN = re.compile("[^\\W_]+(?:['\u2019\u2018\ufffd.-][^\\W_]+)*|\\.{2,}|[^\\w\\s]")
# Tokens read on either side of a place; they keep the work on long sentences linear.
_LOOK_AHEAD, _LOOK_BACK = 40, 80
_LONGEST = 50_000  # characters without any full stop: a file pasted into a cell, not a sentence
_APOSTROPHE = re.compile("['\u2019\u2018\ufffd]")
_OPENING = frozenset("([{")
_ANSWERS_WHY = frozenset(["because", "cos", "cause", "coz", "becuase", "cuz"])
_CLOSING = frozenset(")]}")
_LIMITING = re.compile(
    r"(?:the |my |our |1 |one )?(?:only|one|main|biggest|single) (?:real |small |minor |slight |"
    r"other |)?"
    r"(?:downside|problem|issue|thing|complaint|negative|criticism|gripe|drawback|bad|reason|"
    r"concern|niggle|moan|disappointment|downfall|improvement|fault)\b"
)


class Sentence:
    """Words and marks of a sentence in lower case, and where they stand."""

    def __init__(self, text: str, start: int, end: int) -> None:
        matches = list(_TOKEN.finditer(text, start, end))
        self.tokens = [_APOSTROPHE.sub("'", match[0]).lower() for match in matches]
        self.opens = [match[0].istitle() for match in matches]
        self.starts = [match.start() for match in matches]
        self.ends = [match.end() for match in matches]
        self.words = [token for token in self.tokens if is_word(token)]
        self.word_at = list(accumulate(map(is_word, self.tokens), initial=0))

    def left(self, begin: int, place: int) -> list[str]:
        """The last words of the mention that began at one token and ends before another."""
        first, last = self.word_at[begin], self.word_at[place]
        return self.words[max(first, last - _LOOK_BACK) : last]

    def ahead(self, place: int) -> list[str]:
        """The next tokens, enough of them to know a clause."""
        return self.tokens[place : place + _LOOK_AHEAD]


def clause_starts(text: str, start: int, end: int) -> list[int]:
    """Offsets at which new mentions begin inside one sentence.

    Parameters
    ----------
    text : str
        The answer.
    start, end : int
        The sentence in it.

    Returns
    -------
    list of int
        Increasing offsets, ``start`` not among them.

    Examples
    --------
    >>> clause_starts("Roomy but draughty", 0, 18)
    [6]
    """
    if end - start > _LONGEST:
        return []
    sentence = Sentence(text, start, end)
    tokens = sentence.tokens
    if len(sentence.words) < 2 or len(tokens) < 3:
        return []
    items = _list_items(sentence)
    if items:
        return items
    cuts: list[int] = []
    begin = depth = 0
    for place, token in enumerate(tokens[:-1]):
        depth = max(0, depth + (token in _OPENING) - (token in _CLOSING))
        if depth or place <= begin or not is_word(token):
            continue
        before = tokens[place - 1]
        if before in JOINERS or not (
            token in _STARTERS
            or before in MARKS
            or is_adjective(before)
            or (sentence.opens[place] and _is_common(token) and not sentence.opens[place + 1])
        ):
            continue
        if _cuts(sentence, begin, place):
            cuts.append(sentence.starts[place])
            begin = place
    return cuts


def _cuts(sentence: Sentence, begin: int, place: int) -> bool:
    """Whether a new mention begins at this token."""
    left = sentence.left(begin, place)
    if len(left) > 1 and left[0] in _ANSWERS_WHY:
        left = left[1:]
    if not left or left[-1] in NEVER_LAST:
        return False
    tokens, word = sentence.tokens, sentence.tokens[place]
    ahead = sentence.ahead(place)
    mark = tokens[place - 1] if tokens[place - 1] in MARKS else ""
    if word == "even" and ahead[1] in {"though", "tho", "if"}:
        return False
    if word in CONTRASTS or word == "otherwise":
        return left[-1] not in {"even", "as", "that"} and contrasts(left, ahead, bool(mark))
    if word == "also":
        return adds_also(left, ahead)
    if word == "plus" and not subject(phrase(ahead[1:])):
        return False
    if word in {"and", "&", "plus"}:
        return adds(left, ahead[1:], bool(mark))
    if word in CONJUNCTIONS:
        return False
    if _LIMITING.match(" ".join(ahead[:6])) and states(left):
        return bool(mark) or left[-1] not in NO_END
    if mark == ":":
        return False
    if mark in DASHES:
        if _closes_remark(tokens[begin : place - 1]):
            return False
        return _spaced(sentence, place - 1) and _follows(left, ahead, dash=True)
    if mark in {"..", "...", "\u2026"} and word not in SUBORDINATORS and has_clause(phrase(ahead)):
        return states(left)
    if mark:
        return _follows(left, ahead)
    return _opens_in_capitals(sentence, place, left) or runs_on(left, ahead)


def _opens_in_capitals(sentence: Sentence, place: int, left: list[str]) -> bool:
    """A capital where no name can be: "poor service The engineer ...", a line break once."""
    return (
        sentence.opens[place]
        and not sentence.opens[place - 1]
        and len(sentence.tokens[place]) > 1
        and len(left) > 1
        and left[-1] not in FUNCTION_WORDS
        and left[-1] not in OPENS_COMPLEMENT
        and (not is_adjective(left[-1]) or is_predicate(left))  # "the new Airbus"
        and states(left)
    )


def _is_common(word: str) -> bool:
    """Whether a capital is no name's: "... to start Incorrect information given"."""
    return word in VERBS or is_adjective(word) or word.endswith(("ing", "ed"))


def _closes_remark(tokens: list[str]) -> bool:
    """Whether the next dash ends an inserted remark: "my daughter - who is six - loved it"."""
    opened = [place for place, token in enumerate(tokens[:-1]) if token in DASHES]
    return bool(opened) and tokens[opened[-1] + 1] in SUBORDINATORS


def _spaced(sentence: Sentence, dash: int) -> bool:
    """A dash between statements, not in a range ("10 - 12") or a compound ("pick-up")."""
    before, after = sentence.tokens[dash - 1], sentence.tokens[dash + 1]
    spaced = (
        sentence.ends[dash - 1] < sentence.starts[dash]
        or sentence.ends[dash] < sentence.starts[dash + 1]
    )
    return spaced and not (before[-1].isdigit() and after[0].isdigit())


def _follows(left: list[str], ahead: list[str], dash: bool = False) -> bool:
    """Whether what stands after a comma or a dash is a statement of its own."""
    right = phrase(ahead)
    if (
        not right
        or right[0] in SUBORDINATORS - {"that", "so"}
        or not states(left)
        or is_fronted(left)
    ):
        return False
    if right[0] == "so":
        return right[:2] == ["so", "far"]
    if right[0] in {"like", "love", "liked", "loved", "just"} and _has_object(right):
        return True
    if right[0] in {"thank", "thanks"} or (
        right[0] == "that" and right[1:2] not in (["is"], ["was"])
    ):
        return False
    if dash and right[0].split("'")[0] in {"it", "he", "she", "they", "you"}:
        return False  # it says more of the same
    kind = subject(right)
    if kind:
        return not (
            kind == "pronoun"
            and right[-1:] in (["think"], ["guess"], ["suppose"])
            and len(right) < 3
        )
    if is_evaluated_thing(right):
        # "polite, helpful staff": the adjectives share the noun
        return not all(is_adjective(word) or word in ADVERBS for word in left)
    if "or" in right[:4] and not has_verb(right):
        return False
    if right[0] == "no" and len(right) > 1 and not has_clause(left):
        return True
    if is_denial(right):
        return right[0] != "still" or evaluates(left)
    if right[0] in CUSTOMER_ACTS and left[0] in VERBS:  # both without their "I"
        return True
    if right[:2] in (["was", "told"], ["was", "on"]) and "i" in left:
        return True
    if right[0] in AUXILIARIES | CUSTOMER_ACTS and has_clause(left):
        same = left[0].split("'")[0] in {"i", "we", "they", "he", "she"}
        return not same and right[0] not in {"is", "are", "was", "were", "has", "does"}
    if dash:
        return len(right) > 1 and right[0] not in PREPOSITIONS and not right[0][0].isdigit()
    return not has_clause(left) and is_evaluated_thing(left) and is_told(right)


def _has_object(words: list[str]) -> bool:
    """Whether "like" or "just" opens a statement: "love the app", "just too dear"."""
    if words[0] == "just":
        return evaluates(words)
    return len(words) > 1 and words[1] in DETERMINERS and not has_verb(words[2:])


def _list_items(sentence: Sentence) -> list[int]:
    """Starts of the items of a list without a verb, but the first."""
    tokens, words = sentence.tokens, sentence.words
    if len(words) > 30 or not _LIST_MARKS.intersection(tokens):
        return []
    if _NO_LIST.intersection(tokens) or any(_bears_verb(word) for word in words):
        return []
    starts = [0]
    for place, token in enumerate(tokens[:-1]):
        if token in _LIST_MARKS:
            starts.append(place + 1)
        elif token in {"and", "&"} and starts[-1] != place:
            starts.append(place)
    items = [
        [word for word in sentence.left(first, last) if word not in {"and", "&"}]
        for first, last in pairwise([*starts, len(tokens)])
    ]
    if any(not item or len(item) > 5 or item[0] in OPENS_PHRASE for item in items):
        return []
    bare = [all(is_adjective(word) or word in ADVERBS for word in item) for item in items]
    if any(bare) and not (all(bare) and len(items) >= 3):
        return []
    return [sentence.starts[start] for start in starts[1:]]


def _bears_verb(word: str) -> bool:
    return word in VERBS or word in CONTRACTED or word in SUBJECT_PRONOUNS


_LIST_MARKS = frozenset(",;/")
_NO_LIST = _OPENING | frozenset(": but however although your who which from after before".split())
_STARTERS = (
    CONTRASTS
    | CONTRACTED
    | SUBJECT_PRONOUNS
    | ADJECTIVES
    | ADVERBS
    | DETERMINERS
    | frozenset(
        """and & plus even otherwise only did was main biggest won't wont didn't don't
        haven't""".split()
    )
)
