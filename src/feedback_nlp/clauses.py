"""Where a sentence of an answer goes on to a new statement (English; contrasts of six more).

The rules of ``data/gold/CODING.md``, one function each. A sentence is read once from left to
right, as the mention so far and what would follow a cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from feedback_nlp.clause_words import (
    ADJECTIVES,
    ADVERBS,
    AUXILIARIES,
    BASE_VERBS,
    CONJUNCTIONS,
    CONTRACTED,
    CONTRASTS,
    DETERMINERS,
    FUNCTION_WORDS,
    OPENS_COMPLEMENT,
    POSTPOSED,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    TIME_WORDS,
    VERBS,
)

_TOKEN = re.compile(
    "[^\\W_]+(?:['\u2019\u2018\ufffd.-][^\\W_]+)*|\\.{2,}|[^\\w\\s]"
)
_LOOK_AHEAD = 40  # tokens of what follows that are read; keeps long sentences linear
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_DASHES = frozenset("-\u2013\u2014/\u2022*|~")
_MARKS = frozenset(",;") | _DASHES | {"..", "...", "\u2026", ":"}
_LIMITING = re.compile(
    r"(?:the |my |our |1 |one )?(?:only|one|main|biggest|single) (?:real |small |minor |slight |other |)?"
    r"(?:downside|problem|issue|thing|complaint|negative|criticism|gripe|drawback|bad|reason|"
    r"concern|niggle|moan|disappointment|downfall|improvement|fault)\b"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark, and where it stands."""

    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it is a word rather than a mark."""
        return self.text[0].isalnum()


def tokenise(text: str, start: int, end: int) -> list[Token]:
    """Words and marks of ``text[start:end]``, in lower case, with straight apostrophes."""
    return [
        Token(
            re.sub("['\u2019\u2018\ufffd]", "'", match[0]).lower(), match.start(), match.end()
        )
        for match in _TOKEN.finditer(text, start, end)
    ]


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
    tokens = tokenise(text, start, end)
    if len(tokens) < 3:
        return []
    items = _list_items(tokens)
    if items:
        return items
    cuts: list[int] = []
    begin = depth = 0
    for place, token in enumerate(tokens):
        depth = max(0, depth + (token.text in _OPENING) - (token.text in _CLOSING))
        if depth or place <= begin or place + 1 >= len(tokens):
            continue
        cut = _cut_at(tokens, begin, place)
        if cut is not None and cut > begin:
            cuts.append(tokens[cut].start)
            begin = cut
    return cuts


def _cut_at(tokens: list[Token], begin: int, place: int) -> int | None:
    """Token with which a new mention begins at this place, or None."""
    word = tokens[place].text
    left = _words(tokens[max(begin, place - 2 * _LOOK_AHEAD) : place])
    if not left or place <= begin:
        return None
    marked = tokens[place - 1].text in _MARKS and place - 1 > begin
    if word in _MARKS:
        return None
    ahead = tokens[place : place + _LOOK_AHEAD]
    if word in CONTRASTS or word == "otherwise":
        return place if _contrasts(left, ahead, marked) else None
    if word in {"and", "&", "plus", "also", "+"} and not (marked and word == "also"):
        return place if _adds(left, ahead[1:], marked) else None
    if tokens[place - 1].text in {"and", "&", "but", "plus"} or word in CONJUNCTIONS:
        return None
    mark = tokens[place - 1].text if marked else ""
    if _LIMITING.match(" ".join(token.text for token in ahead[:6])) and _states(left):
        return place if mark or _ends_statement(left) else None
    if mark == ":":
        return None
    if mark in _DASHES:
        return place if _spaced(tokens, place - 1) and _follows(left, ahead, dash=True) else None
    if mark:
        return place if _follows(left, ahead) else None
    return place if _runs_on(left, ahead) else None


def _words(tokens: list[Token]) -> list[str]:
    return [token.text for token in tokens if token.is_word or token.text == "&"]


def _spaced(tokens: list[Token], dash: int) -> bool:
    before, after = tokens[dash - 1], tokens[dash + 1]
    # ranges ("10 - 12") and compounds ("pick-up") are no new statement
    spaced = before.end < tokens[dash].start or tokens[dash].end < after.start
    return spaced and not (before.text[-1].isdigit() and after.text[0].isdigit())


def _contrasts(left: list[str], ahead: list[Token], marked: bool) -> bool:
    word, right = ahead[0].text, _phrase(ahead[1:])
    if not right or not (_states(left) or len(left) > 2):
        return False
    if "not only" in " ".join(left) or left[-1] in {"nothing", "all", "anything", "not", "no"}:
        return False
    if _is_elliptic(right):
        return False
    if word in {"while", "whilst", "yet", "except", "otherwise"}:
        return marked and (word == "otherwise" or _has_clause(right) or word == "except")
    if word in {"although", "though"}:
        return len(right) > 1
    return True


def _is_elliptic(words: list[str]) -> bool:
    """A right side that lives on the left one: "but they didn't", "but not sure"."""
    words = [word for word in words if word not in {"i", "i'm", "im", "we", "they", "it", "he", "she", "you"}]
    return not words or (len(words) == 1 and words[0] in AUXILIARIES) or words[:2] == ["not", "sure"]


def _adds(left: list[str], ahead: list[Token], marked: bool) -> bool:
    right = _phrase(ahead)
    if not right or not _states(left) or right[0] in SUBORDINATORS | PREPOSITIONS:
        return False
    if _is_fronted(left) or "between" in left[-3:] or _joins_adjectives(left, right):
        return False
    kind = _subject(right)
    if kind == "noun":
        return not _joins_nouns(left, right)
    if kind == "pronoun":
        return _new_pronoun_statement(left, right, marked)
    if _is_evaluated_thing(right):
        return _is_evaluated_thing(left) or (_has_clause(left) and not _shares_noun(left))
    if not _has_clause(left) and _is_evaluated_thing(left):
        return right[0] in VERBS or right[0].endswith("ed") or right[0] in {"no", "not"}
    return False


def _joins_adjectives(left: list[str], right: list[str]) -> bool:
    """Two adjectives of one noun or subject: "a quiet and comfortable flat", "slow and not cheap"."""
    first = next((word for word in right if word not in ADVERBS), "")
    if _has_verb(left) and _subject(right) == "noun":
        return False
    return (left[-1] in ADJECTIVES or left[-1].endswith("ing")) and first in ADJECTIVES


def _joins_nouns(left: list[str], right: list[str]) -> bool:
    """Two nouns that may be one subject or object: "food and drink is poor"."""
    return (
        left[-1] not in ADJECTIVES | FUNCTION_WORDS
        and right[0] not in FUNCTION_WORDS | ADJECTIVES
        and len(right) > 1
        and right[1] in VERBS
    )


def _new_pronoun_statement(left: list[str], right: list[str], marked: bool) -> bool:
    if len(left) < 3 or len(right) < 3:
        return False
    if right[0] in {"it", "it's", "they", "he", "she", "that", "this"}:
        return marked and _evaluates(right)
    first = next((word for word in left if word not in ADVERBS | CONTRASTS | CONJUNCTIONS), "")
    same = first.split("'")[0] == right[0].split("'")[0]
    return not same or marked


def _follows(left: list[str], ahead: list[Token], dash: bool = False) -> bool:
    """Whether what stands after a comma or a dash is a statement of its own."""
    right = _phrase(ahead)
    if not right or right[0] in SUBORDINATORS - {"that", "so"} or not _states(left) or _is_fronted(left):
        return False
    if right[0] == "so":
        return right[:2] == ["so", "far"]
    if right[0] in {"thank", "thanks"}:
        return False
    kind = _subject(right)
    if kind:
        return not (kind == "pronoun" and right[-1:] in (["think"], ["guess"], ["suppose"]) and len(right) < 3)
    if _is_evaluated_thing(right) or _is_denial(right):
        return True
    if right[0] in AUXILIARIES and _has_clause(left):
        return left[0] not in {"i", "we", "i've", "we've", "i'm"}
    if dash:
        return len(right) > 1 and right[0] not in PREPOSITIONS
    return not _has_clause(left) and _is_evaluated_thing(left) and _is_told(right)


def _runs_on(left: list[str], ahead: list[Token]) -> bool:
    """A new statement without any mark before it."""
    if not _states(left) or _is_fronted(left):
        return False
    right = [token.text for token in ahead]
    if right[:2] == ["never", "again"]:
        return True
    if _ends_in_thing(left):
        return len(right) > 1 and _starts_new_thing(left, right)
    if not _ends_statement(left) or len(right) < 3:
        return False
    if left[-1] in TIME_WORDS and right[:2] in (["did", "not"], ["was", "told"], ["still", "not"]):
        return True
    if right[0] in CONTRACTED:
        return True
    if right[0] in SUBJECT_PRONOUNS - {"that", "all", "both", "who", "most", "none"}:
        return right[1] in VERBS or right[1] in {"also", "really", "still", "never", "always"}
    if right[0] in {"the", "my", "your", "our"}:
        return _subject(_phrase(ahead)) == "noun" and any(w in VERBS for w in right[2:5])
    return right[0] in {"won't", "wont", "didn't", "don't", "haven't"} and len(left) > 2


def _ends_in_thing(left: list[str]) -> bool:
    last = left[-1]
    return not (
        last in FUNCTION_WORDS
        or last in ADJECTIVES
        or last in VERBS
        or last in BASE_VERBS
        or last in TIME_WORDS
        or last.endswith(("ed", "ing", "ly"))
    )


def _starts_new_thing(left: list[str], right: list[str]) -> bool:
    """Next item of a list that lost its commas: "good gym | bad music", "no heating | no light"."""
    if right[0] == "no":
        return right[1] not in FUNCTION_WORDS and right[1] not in ADJECTIVES
    if right[0] in {"lots", "plenty"}:
        return right[1] == "of"
    phrase = []
    for word in right:
        if not word[0].isalnum():
            break
        phrase.append(word)
    adjective = next((word for word in phrase if word not in ADVERBS), "")
    return (
        adjective in ADJECTIVES
        and not _has_verb(left)
        and _is_evaluated_thing(left)
        and _is_evaluated_thing(phrase)
    )


def _ends_statement(left: list[str]) -> bool:
    last = left[-1]
    if last in OPENS_COMPLEMENT or last in SUBORDINATORS or last in PREPOSITIONS or last in DETERMINERS:
        return False
    return last in ADJECTIVES or last in TIME_WORDS or last in _LAST_WORDS


_LAST_WORDS = frozenset(["me", "us", "him", "them", "too", "quickly", "yet", "well", "through", "done"])


def _phrase(tokens: list[Token]) -> list[str]:
    """Words up to the next mark or coordinator: what would be the new mention."""
    words: list[str] = []
    for token in tokens:
        if not token.is_word:
            if token.text in _MARKS - _DASHES or token.text in ".!?\u2026":
                if words:
                    break
                continue
            if token.text != "&":
                continue
        if token.text in {"but", "however", "although", "whereas"} and words:
            break
        words.append(token.text)
    return words


_DENYING = frozenset({"no", "not", "still", "never"})


def _states(left: list[str]) -> bool:
    """Whether the mention so far says something that can stand alone."""
    return _has_verb(left) or _evaluates(left) or any(word in _DENYING for word in left)


def _evaluates(words: list[str]) -> bool:
    return any(word in ADJECTIVES for word in words)


def _has_verb(words: list[str]) -> bool:
    return any(
        word in VERBS or word in CONTRACTED or (word.endswith("ed") and len(word) > 4)
        for word in words
    ) or any(a in SUBJECT_PRONOUNS and b in BASE_VERBS for a, b in pairwise(words))


def _has_clause(words: list[str]) -> bool:
    return _subject(words) != ""


def _is_fronted(left: list[str]) -> bool:
    """A subordinate clause or a phrase that waits for its main clause."""
    first = left[0]
    if first in {"although", "though", "while", "whilst"} or left[:2] == ["so", "far"]:
        return False
    if first in {"and", "but"} and len(left) > 1:
        first = left[1]
    if first in {"because", "cos", "cause", "coz", "that", "who"}:  # an answer to "why?"
        return False
    if first in SUBORDINATORS:
        return True
    return (first in PREPOSITIONS or first in ADVERBS) and not _has_verb(left) and not _evaluates(left)


_BEFORE_SUBJECT = (ADVERBS | CONTRASTS | CONJUNCTIONS) - SUBJECT_PRONOUNS


def _subject(words: list[str]) -> str:
    """What the clause has for a subject: "pronoun", "noun", or "" where it is no clause."""
    place = 0
    while place < len(words) - 1 and words[place] in _BEFORE_SUBJECT:
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
    for spot in range(1, len(rest)):
        word, before = rest[spot], rest[spot - 1]
        if word in {"which", "that", "because", "when", "if", "so"}:
            return ""
        if before in CONJUNCTIONS and (word in FUNCTION_WORDS or word in VERBS):
            return ""
        if before in PREPOSITIONS or before in DETERMINERS or before in ADVERBS - {"also", "still", "now", "never", "always", "just", "all", "both", "really"}:
            continue
        if word in VERBS and not (before in SUBJECT_PRONOUNS and spot > 1):
            return "noun"
        if word.endswith("ed") and spot + 1 < len(rest) and rest[spot + 1] not in {"by", "from"}:
            if word not in ADJECTIVES | POSTPOSED and before not in ADJECTIVES:
                return "noun"
    return ""


def _is_evaluated_thing(words: list[str]) -> bool:
    """A noun with an adjective of its own and no verb: "kind coach", "staff very friendly"."""
    if not words or len(words) > 14 or words[0] in PREPOSITIONS or words[0] in VERBS:
        return False
    if words[0].endswith("ing") and words[0] not in ADJECTIVES:
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
    trailing = len(words) <= 8 and words[-1] in ADJECTIVES and words[0] not in ADJECTIVES
    return trailing or any(word in ADJECTIVES for word in head)


def _things(words: list[str]) -> list[str]:
    return [w for w in words if w not in FUNCTION_WORDS and w not in ADJECTIVES and len(w) > 1]


def _shares_noun(left: list[str]) -> bool:
    return left[-1] in ADJECTIVES and not any(w in VERBS for w in left)


def _is_denial(words: list[str]) -> bool:
    return len(words) > 1 and (
        words[0] in {"no", "not", "never", "still", "zero", "lack"} or "not" in words[1:3]
    )


def _is_told(words: list[str]) -> bool:
    """A clause without its subject: "told to shut up", "charged twice"."""
    return len(words) > 2 and (words[0] in VERBS or words[0].endswith("ed"))


_NO_ITEM = frozenset(["your", "who", "which", "from", "after", "before"])


def _list_items(tokens: list[Token]) -> list[int]:
    """Starts of the items of a list without a verb, but the first."""
    words = _words(tokens)
    if len(words) > 30 or any(w in VERBS or w in CONTRACTED or w in SUBJECT_PRONOUNS for w in words):
        return []
    if any(token.text in _OPENING or token.text == ":" for token in tokens):
        return []
    starts = [0]
    commas = 0
    for place, token in enumerate(tokens[:-1]):
        if token.text in {",", ";", "/"}:
            commas += 1
            starts.append(place + 1)
        elif token.text in {"and", "&"} and starts[-1] != place:
            starts.append(place)
    if not commas or any(word in _NO_ITEM for word in words):
        return []
    ends = [*starts[1:], len(tokens)]
    items = [_words(tokens[a:b]) for a, b in zip(starts, ends, strict=True)]
    items = [[w for w in item if w not in {"and", "&"}] for item in items]
    if any(not item or len(item) > 5 or item[0] in SUBORDINATORS | PREPOSITIONS for item in items):
        return []
    bare = [all(w in ADJECTIVES or w in ADVERBS for w in item) for item in items]
    if all(bare):
        return [tokens[start].start for start in starts[1:]] if len(items) >= 3 else []
    if any(bare):
        return []
    return [tokens[start].start for start in starts[1:]]
