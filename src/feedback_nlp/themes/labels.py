"""Names for themes that can stand in a slide, in the customers' own words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.encoding import encode
from feedback_nlp.themes.clustering import Labels, unit
from feedback_nlp.themes.phrases import phrases_of, topic_texts

_READ_OF_EACH = 30  # mentions nearest to the centre from which a group is named
_CANDIDATES = 12
_KEYWORDS = 8
_PHRASE_CARRIES = 0.5
_LEAST_SHARE = 0.08  # of the mentions read; a rarer phrase cannot name the group


@dataclass(frozen=True)
class Named:
    """A group's label, the words that mark it and three typical mentions."""

    label: str
    keywords: list[str]
    examples: list[str]


def label_groups(
    texts: Sequence[str],
    groups: Labels,
    closeness: NDArray[np.float64],
    n_groups: int,
    *,
    within: Labels | None = None,
    taken: Sequence[Named] = (),
) -> list[Named]:
    """Name groups of mentions so that no two names are alike.

    Parameters
    ----------
    texts : sequence of str, shape (n,)
    groups : ndarray of int, shape (n,)
        Group of each text, -1 for none.
    closeness : ndarray, shape (n,)
        Cosine of each text to its group's centre.
    n_groups : int
    within : ndarray of int, shape (n_groups,), optional
        Parent of each group; a lone child bears its parent's name.
    taken : sequence of Named
        The parents' names.

    Returns
    -------
    list of Named, length n_groups
        Labels of two to five words: the noun phrase that is frequent in the
        group, rare elsewhere (class-based TF-IDF, Grootendorst 2022, section
        3.3) and closest to the centre.
    """
    read = _most_typical(texts, groups, closeness, n_groups)
    phrases = phrases_of([texts[i] for rows in read for i in rows])
    counts: list[Counter[str]] = []
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    as_name: Counter[str] = Counter()
    cursor = 0
    for rows in read:
        of_group = phrases[cursor : cursor + len(rows)]
        cursor += len(rows)
        counts.append(Counter(p.key for found in of_group for p in found))
        for found in of_group:
            for phrase in found:
                forms[phrase.key][phrase.shown] += 1
                as_name[phrase.key] += phrase.name
    names = {key for key, n in as_name.items() if 2 * n > sum(forms[key].values())}
    counts = [Counter({k: n for k, n in c.items() if k not in names}) for c in counts]
    sizes = [len(rows) for rows in read]
    weights, rarer = _class_tfidf(counts, sizes, _LEAST_SHARE), _class_tfidf(counts, sizes, 0.0)
    used = {_folded(named.label) for named in taken}
    keywords = _keywords(texts, groups, n_groups)
    order = np.argsort([-int((groups == g).sum()) for g in range(n_groups)], kind="stable")
    labels: dict[int, str] = {}
    for group in order:
        lone = within is not None and np.sum(within == within[group]) == 1
        if lone and within is not None and taken:
            labels[group] = taken[int(within[group])].label
            continue
        typical = [texts[i] for i in read[group]]
        label = _choose(_ranked(weights[group], typical), forms, used) or _choose(
            _ranked(rarer[group], typical), forms, used
        )
        if not label:
            label = f"Other remarks {len(labels) + 1}"
        used.add(_folded(label))
        labels[group] = label
    return [Named(labels[g], keywords[g], [texts[i] for i in read[g][:3]]) for g in range(n_groups)]


def slugs(labels: Sequence[str], taken: Sequence[str] = ()) -> list[str]:
    """Stable identifiers from labels, distinct from each other and from those taken.

    Examples
    --------
    >>> slugs(["Engineer visits", "Price rises", "Engineer visits"])
    ['engineer_visits', 'price_rises', 'engineer_visits_2']
    """
    used = set(taken)
    found = []
    for label in labels:
        plain = re.sub(r"\W+", "_", label.casefold()).strip("_") or "theme"
        slug, number = plain, 2
        while slug in used:
            slug, number = f"{plain}_{number}", number + 1
        used.add(slug)
        found.append(slug)
    return found


def _most_typical(
    texts: Sequence[str], groups: Labels, closeness: NDArray[np.float64], n_groups: int
) -> list[list[int]]:
    """Rows of each group nearest to its centre, equal texts once."""
    read = []
    for group in range(n_groups):
        rows = np.flatnonzero(groups == group)
        rows = rows[np.argsort(-closeness[rows], kind="stable")]
        distinct: dict[str, int] = {}
        for row in rows:
            distinct.setdefault(texts[int(row)].casefold(), int(row))
            if len(distinct) == _READ_OF_EACH:
                break
        # Long mentions say more of a thing than the two-word ones at the very centre.
        read.append(list(distinct.values())[:_READ_OF_EACH])
    return read


def _class_tfidf(
    counts: list[Counter[str]], sizes: list[int], least_share: float
) -> list[dict[str, float]]:
    total: Counter[str] = Counter()
    for of_group in counts:
        total.update(of_group)
    average = sum(total.values()) / max(1, len(counts))
    return [
        {
            key: n / max(1, size) * float(np.log1p(average / total[key]))
            for key, n in of_group.items()
            if n >= least_share * size and (n > 1 or least_share == 0.0 or size < 8)
        }
        for of_group, size in zip(counts, sizes, strict=True)
    ]


def _ranked(weights: dict[str, float], typical: list[str]) -> list[tuple[str, float]]:
    """The strongest phrases by weight and by closeness to what the group says."""
    strongest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:_CANDIDATES]
    if not strongest:
        return []
    vectors = encode([key for key, _ in strongest])
    centre = unit(encode(topic_texts(typical)).mean(axis=0, keepdims=True))[0]
    near = np.maximum(vectors @ centre, 0.05)
    scores = [
        (key, float(weight * cosine)) for (key, weight), cosine in zip(strongest, near, strict=True)
    ]
    return sorted(scores, key=lambda item: (-item[1], item[0]))


def _choose(ranked: list[tuple[str, float]], forms: dict[str, Counter[str]], used: set[str]) -> str:
    """The first wording that nothing else bears, from the most telling to the plainest."""
    for label in _wordings(ranked, forms):
        if 2 <= len(label.split()) <= 5 and _folded(label) not in used:
            return label
    return ""


def _wordings(ranked: list[tuple[str, float]], forms: dict[str, Counter[str]]) -> Iterator[str]:
    if not ranked:
        return
    phrases = [(key, score) for key, score in ranked if " " in key]
    words = [(key, score) for key, score in ranked if " " not in key]
    best = words[0][1] if words else 0.0
    # A phrase that carries much of what its best word carries says more than the word.
    for key, score in phrases:
        if score >= _PHRASE_CARRIES * best:
            yield _written(key, forms)
    for first, _ in words[:4]:
        for second, score in words[:6]:
            if score >= 0.35 * best and not _same_stem(first, second):
                yield f"{_written(first, forms)} and {_lower(_written(second, forms))}"
        for key, _ in phrases:
            if not _same_stem(first, key):
                yield f"{_written(first, forms)} and {_lower(_written(key, forms))}"
    for key, _ in phrases:
        yield _written(key, forms)


def _same_stem(first: str, second: str) -> bool:
    return any(a[:4] == b[:4] for a in first.split() for b in second.split())


def _folded(label: str) -> str:
    """Labels that differ in order or number only are alike to a reader."""
    words = [word.rstrip("s") for word in label.casefold().split() if word != "and"]
    return " ".join(sorted(words))


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


def _keywords(texts: Sequence[str], groups: Labels, n_groups: int) -> list[list[str]]:
    """Words that mark each group, by BERTopic's class-based TF-IDF."""
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    joined = [""] * n_groups
    members = defaultdict(list)
    for text, group in zip(texts, groups, strict=True):
        if group >= 0:
            members[int(group)].append(re.sub(r"\[[A-Z]+(?: \d+)?\]", " ", text))
    for group, parts in members.items():
        joined[group] = " ".join(parts)
    vectorizer = CountVectorizer(stop_words="english", token_pattern=r"(?u)\b[^\W\d_]{3,}\b")
    try:
        words = vectorizer.fit_transform(joined)
    except ValueError:  # no word is left
        return [[] for _ in range(n_groups)]
    if words.shape[1] == 1:  # too few for ClassTfidfTransformer
        only = [str(name) for name in vectorizer.get_feature_names_out()]
        return [only if members[group] else [] for group in range(n_groups)]
    weights = ClassTfidfTransformer(reduce_frequent_words=True).fit_transform(words)
    names = vectorizer.get_feature_names_out()
    found = []
    for group in range(n_groups):
        row = weights[[group]].toarray()[0]
        best = np.argsort(-row, kind="stable")[:_KEYWORDS]
        found.append([str(names[i]) for i in best if row[i] > 0])
    return found
