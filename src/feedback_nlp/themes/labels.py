"""Names for themes that can stand in a slide, in the customers' own words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback_nlp.light_imports import import_apart
from feedback_nlp.themes.clustering import Labels
from feedback_nlp.themes.wording import folded, labels_for, things_named

# For groups in which nothing is named often.
STOPGAPS = tuple(
    f"{which} remarks"
    for which in ("Other", "Further", "More", "Additional", "Various", "Diverse", "Remaining")
)
_READ_OF_EACH = 30  # mentions nearest to the centre from which a group is named
_KEYWORDS = 8


@dataclass(frozen=True)
class Named:
    """A group's label, the words that mark it and three typical mentions.

    `nameless`: no thing is named often enough in it; its label is a stopgap.
    """

    label: str
    keywords: list[str]
    examples: list[str]
    nameless: bool = False


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
        Labels of two to five words: what many mentions of the group name and few others do,
        weighed by closeness to the centre, in the customers' wording (`labels_for`). Keywords
        are by class-based TF-IDF (Grootendorst 2022, section 3.3).
    """
    read = most_typical(texts, groups, closeness, n_groups)
    things = things_named(texts, read)
    used = {folded(named.label) for named in taken}
    keywords = _keywords(texts, groups, n_groups)
    order = np.argsort([-int((groups == g).sum()) for g in range(n_groups)], kind="stable")
    labels: dict[int, str] = {}
    nameless = set()
    broad = within is None
    for group in order:
        lone = within is not None and np.sum(within == within[group]) == 1
        if lone and within is not None and taken:
            labels[group] = taken[int(within[group])].label
            continue
        label = next(
            (
                label
                for label in (labels_for(things, group, broad=broad) if read[group] else ())
                if 2 <= len(label.split()) <= 5 and folded(label) not in used
            ),
            "",
        )
        if not label:
            nameless.add(group)
            free = (name for name in STOPGAPS if folded(name) not in used)
            label = next(free, f"Remarks on {' '.join(keywords[group][:2]) or 'this'}")
        used.add(folded(label))
        labels[group] = label
    return [
        Named(labels[g], keywords[g], [texts[i] for i in read[g][:3]], g in nameless)
        for g in range(n_groups)
    ]


def get_ready() -> None:
    """Load what keywords are found with, some time before it is needed."""
    import sklearn.feature_extraction.text  # noqa: F401

    _class_tf_idf()


def most_typical(
    texts: Sequence[str], groups: Labels, closeness: NDArray[np.floating[Any]], n_groups: int
) -> list[list[int]]:
    """The mentions from which each group is named.

    Parameters
    ----------
    texts, groups, closeness, n_groups
        As in `label_groups`.

    Returns
    -------
    list of list of int, length n_groups
        Up to thirty rows of each group, the nearest to its centre first, equal texts once.

    Examples
    --------
    >>> most_typical(["Slow", "slow", "Late"], np.zeros(3, int), np.array([0.7, 0.9, 0.8]), 1)
    [[1, 2]]
    """
    read = []
    for group in range(n_groups):
        rows = np.flatnonzero(groups == group)
        rows = rows[np.argsort(-closeness[rows], kind="stable")]
        distinct: dict[str, int] = {}
        for row in rows:
            distinct.setdefault(texts[int(row)].casefold(), int(row))
            if len(distinct) == _READ_OF_EACH:
                break
        read.append(list(distinct.values())[:_READ_OF_EACH])
    return read


def is_rest(label: str) -> bool:
    """Whether a discovered theme is what was left over of its parent.

    Examples
    --------
    >>> is_rest("Other waiting times"), is_rest("Further remarks"), is_rest("Waiting times")
    (True, True, False)
    """
    return label.startswith("Other ") or label in STOPGAPS


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


def _keywords(texts: Sequence[str], groups: Labels, n_groups: int) -> list[list[str]]:
    """Words that mark each group, by BERTopic's class-based TF-IDF."""
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
    weights = _class_tf_idf()(reduce_frequent_words=True).fit_transform(words)
    names = vectorizer.get_feature_names_out()
    found = []
    for group in range(n_groups):
        row = weights[[group]].toarray()[0]
        best = np.argsort(-row, kind="stable")[:_KEYWORDS]
        found.append([str(names[i]) for i in best if row[i] > 0])
    return found


@lru_cache(maxsize=1)
def _class_tf_idf() -> Any:
    # What BERTopic needs of it; it asks for torch while it is imported.
    import sklearn.cluster
    import sklearn.decomposition
    import sklearn.metrics.pairwise  # noqa: F401

    unused = (
        "torch",
        "transformers",
        "sentence_transformers",
        "umap",
        "hdbscan",
        "plotly",
        "spacy",
    )
    return import_apart("bertopic.vectorizers", *unused, "huggingface_hub").ClassTfidfTransformer
