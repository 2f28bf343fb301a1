"""From the things a group of mentions names to a label of two to five words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.encoding import encode
from feedback_nlp.themes.clustering import unit
from feedback_nlp.themes.label_words import (
    BESIDE_THINGS,
    MEANINGS,
    MODERN_WORDS,
    NEVER_ALONE,
    PERSONS,
    compound,
)
from feedback_nlp.themes.phrases import Phrase, phrases_of, topic_texts

_CANDIDATES = 14
_TYPICAL = 5
_LEAST_SHARE = 0.08  # of the mentions read; a rarer thing names the group only in need
_LEAST_IN_NEED = 0.04
_MARKED = 3.0  # times as frequent as elsewhere: what a rare thing must be
_LEAST_OFTEN = 3
_PHRASE_CARRIES = 0.25  # of the share of its head: "phone calls" rather than "calls"
_TOGETHER = 0.1
_SECOND_CARRIES, _SECOND_OF_BROAD = 0.4, 0.25
_ALIKE = 0.75  # cosine from which on two words say the same
_COMMON_IN_SURVEY = 5


@dataclass(frozen=True)
class Things:
    """What the groups of a survey name, and how it is written.

    Attributes
    ----------
    shares : list of dict of str to float
        Share of each group's mentions that name a thing.
    together : list of dict
        Share that name both of two things.
    forms : dict of str to Counter
        How each thing is written.
    weights : list of dict of str to float
        What each group names before all, the strongest first, with how strongly.
    vectors : dict of str to ndarray
        Of all these things and of the groups' most typical mentions.
    centres : list of ndarray
        Unit mean vector of each group's most typical mentions.
    """

    shares: list[dict[str, float]]
    together: list[dict[tuple[str, str], float]]
    forms: dict[str, Counter[str]]
    weights: list[dict[str, float]]
    vectors: dict[str, NDArray[np.float32]]
    centres: list[NDArray[np.float32]]


def things_named(texts: Sequence[str], read: Sequence[Sequence[int]]) -> Things:
    """Count what each group's mentions name; names, rare words and misspellings are left out.

    Parameters
    ----------
    texts : sequence of str
    read : sequence of sequence of int
        Positions of the mentions of each group, nearest to its centre first.
    """
    phrases = phrases_of([texts[i] for rows in read for i in rows])
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    names: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    for found in phrases:
        for phrase in found:
            forms[phrase.key][phrase.shown] += 1
            names[phrase.shown] += phrase.name
            inside[phrase.shown] += phrase.inside
    often = {key: sum(shown.values()) for key, shown in forms.items()}
    foreign = _foreign(often)
    kept = {
        key
        for key in often
        if key in MEANINGS
        or (
            2 * sum(names[form] for form in forms[key]) <= sum(inside[form] for form in forms[key])
            and (foreign or _can_be_read(key, often, names, inside))
        )
    }
    shares, together = [], []
    cursor = 0
    for rows in read:
        of_group = phrases[cursor : cursor + len(rows)]
        cursor += len(rows)
        shares.append(_shares(of_group, kept))
        together.append(_together(of_group, shares[-1]))
    weights = [_strongest(shares, group) for group in range(len(read))]
    typical = [topic_texts([texts[i] for i in rows[:_TYPICAL]]) for rows in read]
    # All in one go: a call of the encoder for each group takes ten times as long.
    wanted = list(dict.fromkeys(text for texts in (*weights, *typical) for text in texts))
    # The survey's own vectors may be another encoder's.
    vectors = dict(zip(wanted, encode(wanted), strict=True))
    centres = [
        unit(np.mean([vectors[text] for text in texts], axis=0, keepdims=True))[0]
        if texts
        else np.zeros(0, np.float32)
        for texts in typical
    ]
    return Things(shares, together, forms, weights, vectors, centres)


def labels_for(things: Things, group: int, *, broad: bool = False) -> Iterator[str]:
    """Labels for a group, the most telling first.

    Parameters
    ----------
    things : Things
    group : int
    broad : bool
        The group is a large theme: two things name it better than one thing in detail.
    """
    ranked = _ranked(things, group)
    shares = things.shares[group]
    frequent = [key for key in ranked if shares[key] >= _LEAST_SHARE]
    yield from _wordings(frequent, things, group, broad)
    marked = [k for k in ranked if shares[k] >= _MARKED * _elsewhere(things.shares, k)]
    if len(set(marked) | set(frequent)) > len(frequent):
        yield from _wordings(marked, things, group, broad)


def _wordings(ranked: Sequence[str], things: Things, group: int, broad: bool) -> Iterator[str]:
    heads = [
        key for key in ranked if (" " not in key or key in MEANINGS) and key not in NEVER_ALONE
    ]
    phrases = [key for key in ranked if " " in key and key not in MEANINGS]
    for head in heads[:6]:
        steps = [
            _phrases_on(head, phrases, things, group),
            _compounds(head, heads, things, group),
            _pairs(head, heads, things, group, broad),
        ]
        for step in reversed(steps) if broad else steps:
            yield from step
        yield _alone(head, things)
    for phrase in phrases:
        yield _written(phrase, things.forms)


def _phrases_on(head: str, phrases: Sequence[str], things: Things, group: int) -> Iterator[str]:
    shares = things.shares[group]
    for phrase in phrases:
        if head in phrase.split() and shares[phrase] >= _PHRASE_CARRIES * shares[head]:
            yield _written(phrase, things.forms)


def _pairs(
    head: str, heads: Sequence[str], things: Things, group: int, broad: bool
) -> Iterator[str]:
    shares = things.shares[group]
    carries = _SECOND_OF_BROAD if broad else _SECOND_CARRIES
    for other in heads:
        one_meaning = (head in MEANINGS) != (other in MEANINGS)
        meaning = head if head in MEANINGS else other
        if (
            other != head
            and shares[other] >= carries * shares[head]
            and not (
                one_meaning and meaning not in BESIDE_THINGS and not (broad and _staff(meaning))
            )
            and not _say_the_same(head, other, things)
        ):
            first, second = _written(head, things.forms), _written(other, things.forms)
            if _staff(head) and _staff(other):
                second = other.removeprefix("staff ")
            yield f"{first} and {_lower(second)}"


def _alone(head: str, things: Things) -> str:
    written = _written(head, things.forms)
    if " " in head:
        return written
    if head in PERSONS:
        many = head if head in ("staff", "crew", "team") else f"{head}s"
        return f"Contact with {many}"
    return f"{written} in general"


_LINKS = frozenset(("and", "in", "general", "contact", "with"))


def folded(label: str) -> str:
    """Labels that differ in order or number only are alike to a reader."""
    words = [word.rstrip("s") for word in label.casefold().split()]
    return " ".join(sorted(word for word in words if word not in _LINKS))


def _compounds(head: str, heads: Sequence[str], things: Things, group: int) -> Iterator[str]:
    together = things.together[group]
    pairs = sorted(
        (other for other in heads if other != head and not _same_stem(head, other)),
        key=lambda other: -together.get(_pair(head, other), 0.0),
    )
    for other in pairs:
        if together.get(_pair(head, other), 0.0) < _TOGETHER:
            break
        thing, meaning = (head, other) if other in MEANINGS else (other, head)
        label = compound(thing, meaning)
        if label:
            yield label[0].upper() + label[1:]


def _shares(found: Sequence[Sequence[Phrase]], kept: set[str]) -> dict[str, float]:
    counts = Counter(p.key for phrases in found for p in phrases if p.key in kept)
    least = max(min(_LEAST_OFTEN, len(found) // 4), _LEAST_IN_NEED * len(found), 1)
    return {key: n / len(found) for key, n in counts.items() if n >= least}


def _together(
    found: Sequence[Sequence[Phrase]], shares: dict[str, float]
) -> dict[tuple[str, str], float]:
    pairs: Counter[tuple[str, str]] = Counter()
    for phrases in found:
        keys = sorted({phrase.key for phrase in phrases} & set(shares))
        pairs.update((a, b) for i, a in enumerate(keys) for b in keys[i + 1 :])
    return {pair: n / len(found) for pair, n in pairs.items()}


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _strongest(shares: Sequence[dict[str, float]], group: int) -> dict[str, float]:
    """What marks a group, by share in it and how much more than elsewhere.

    Share times log lift is the thing's part in the Kullback-Leibler divergence between the group
    and the survey.
    """
    weights = {
        key: share * float(np.log1p(share / (_elsewhere(shares, key) + 0.01)))
        for key, share in shares[group].items()
    }
    return dict(sorted(weights.items(), key=lambda one: (-one[1], one[0]))[:_CANDIDATES])


def _ranked(things: Things, group: int) -> list[str]:
    """What marks a group and is near to what is said in it, the best first."""
    scores = {
        key: weight * max(float(things.vectors[key] @ things.centres[group]), 0.05)
        for key, weight in things.weights[group].items()
    }
    return sorted(scores, key=lambda key: (-scores[key], key))


def _elsewhere(shares: Sequence[dict[str, float]], key: str) -> float:
    return sum(other.get(key, 0.0) for other in shares) / len(shares)


def _foreign(often: dict[str, int]) -> bool:
    """Most of what is named is no English: the word lists say nothing then."""
    from feedback_nlp.personal_data.name_words import name_lists

    words = name_lists().words
    known = sum(n for key, n in often.items() if all(w in words for w in key.split()))
    return 2 * known < sum(often.values())


def _can_be_read(
    key: str, often: dict[str, int], names: Counter[str], inside: Counter[str]
) -> bool:
    """Every word is English, or so common in the survey, in small letters, that it is a word."""
    from feedback_nlp.personal_data.name_words import name_lists

    lists = name_lists()
    for word in key.split():
        parts = [part for part in word.split("-") if len(part) > 1]
        if word in MODERN_WORDS or all(
            part in lists.words or part.rstrip("s") in lists.words for part in parts
        ):
            continue
        known_name = word in lists.places or word in lists.proper
        written_as_name = 4 * names[word] > inside[word]
        if known_name or written_as_name or often.get(word, 0) < _COMMON_IN_SURVEY:
            return False
    return True


def _say_the_same(one: str, other: str, things: Things) -> bool:
    return _same_stem(one, other) or bool(things.vectors[one] @ things.vectors[other] >= _ALIKE)


def _staff(meaning: str) -> bool:
    return meaning.startswith("staff ")


def _same_stem(one: str, other: str) -> bool:
    both_staff = _staff(one) and _staff(other)
    return any(
        a[:4] == b[:4]
        for a in one.split()
        for b in other.split()
        if not (both_staff and a == b == "staff")
    )


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _written(key: str, forms: dict[str, Counter[str]]) -> str:
    """The form customers write most; the plural where it is common."""
    shown = forms.get(key, Counter({key: 1}))
    most = shown.most_common(1)[0][0]
    plural = [form for form in shown if form != key and form.startswith(key[:-1])]
    if plural and shown[plural[0]] * 3 >= shown[most]:
        most = plural[0]
    return most[0].upper() + most[1:]
