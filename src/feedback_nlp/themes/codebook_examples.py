"""Examples for a codebook, out of what discovery has put into its themes.

The mentions nearest to a theme's centre all say the same thing in the same words. People who read
the codebook, and the classifier that learns from it, need to see how wide a theme is and where it
ends: examples spread over the theme, and counter-examples from just across its border.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors
from feedback_nlp.errors import FeedbackError
from feedback_nlp.themes.clustering import learn_space, unit

EXAMPLES, COUNTER_EXAMPLES = 8, 3
Rows = NDArray[np.intp]
_CONFIDENT = 0.5  # part of a theme's mentions, those nearest to its centre, that may be examples
_CERTAIN_MARGIN = 0.15  # cosine by which a counter-example is nearer to its own theme
_SHORTEST, _LONGEST = 3, 40  # words: shorter ones say too little, longer ones too much
_READ_OF_A_THEME = 2_000  # mentions of a theme looked at, spread evenly


def codebook_examples(
    themes: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    vectors: Vectors,
    *,
    n_examples: int = EXAMPLES,
    n_counter_examples: int = COUNTER_EXAMPLES,
) -> pd.DataFrame:
    """Choose what shall stand in the codebook as examples and counter-examples of each theme.

    Parameters
    ----------
    themes : DataFrame, one row a theme
        ``theme_id``, ``parent_id``.
    mentions : DataFrame, one row a mention
        ``mention_id``, ``text``, ``sentiment``.
    mention_themes : DataFrame, one row a theme in a mention
        ``mention_id``, ``theme_id``, ``confidence``.
    vectors : ndarray, shape (mentions, d)
        Unit vectors of the mentions, in the same order.
    n_examples, n_counter_examples : int
        At most so many of each.

    Returns
    -------
    DataFrame
        `themes` with the columns ``examples`` and ``counter_examples`` (lists of str). Examples:
        the half of the theme's mentions that are nearest to its centre is cut into as many parts
        (k-means), and the mention in the middle of each part is taken. Counter-examples: the
        mentions of other themes (not of its parent or sub-themes) that come nearest to it and
        yet are clearly nearer to their own.

    Raises
    ------
    FeedbackError
        If the vectors are not those of the mentions.

    Notes
    -----
    Chosen on four splits of the NHS answers (seeds 100 to 103): a codebook was written from one
    half of the respondents, applied to all, its themes mapped to human codes on that half and
    scored on the other. Eight examples spread so, with counter-examples, against the three
    nearest to the centre: micro-F1 0.52 against 0.51, macro 0.12 both, answers left without a
    theme 0.20 against 0.26. Counter-examples and the discovered members as weak labels changed
    these by less than 0.01; counter-examples are there for people.

    Examples
    --------
    >>> themes = pd.DataFrame({"theme_id": ["price", "app"], "parent_id": [None, None]})
    >>> said = ["far too dear for me", "prices went up again", "the app keeps crashing",
    ...         "cannot log in there"]
    >>> mentions = pd.DataFrame({"mention_id": list("abcd"), "text": said, "sentiment": -0.5})
    >>> links = pd.DataFrame({"mention_id": list("abcd"), "confidence": 0.9,
    ...                       "theme_id": ["price", "price", "app", "app"]})
    >>> vectors = np.array([[1, 0, 0], [0.9, 0.4, 0], [0, 0, 1], [0, 0.4, 0.9]], np.float32)
    >>> chosen = codebook_examples(themes, mentions, links, vectors)
    >>> sorted(chosen["examples"][0])
    ['far too dear for me', 'prices went up again']
    """
    if len(vectors) != len(mentions):
        raise FeedbackError(
            f"There are {len(vectors)} vectors for {len(mentions)} mentions; encode their texts."
        )
    if mentions.empty:
        none: pd.Series = pd.Series([[] for _ in range(len(themes))], themes.index, dtype="object")
        return themes.assign(examples=none, counter_examples=none)
    members = members_of(themes, mentions, mention_themes)
    placed = learn_space(vectors, mentions["sentiment"].to_numpy(float)).place(vectors)
    texts = mentions["text"].astype(str).map(lambda text: " ".join(text.split())).to_numpy()
    usable = can_be_examples(texts)
    centre_of = {
        theme: unit(placed[rows].mean(axis=0, keepdims=True))[0]
        for theme, rows in members.items()
        if len(rows)
    }
    parents = dict(zip(themes["theme_id"], themes["parent_id"], strict=True))
    finest, own = _own_theme(mentions, mention_themes, placed, centre_of)
    examples, counter_examples = [], []
    for theme in themes["theme_id"]:
        rows = members[theme]
        rows = rows[:: max(1, len(rows) // _READ_OF_A_THEME)]
        chosen = spread(placed, rows, usable, n_examples)
        examples.append([texts[row] for row in chosen])
        across = _across(theme, parents, finest, own, placed, usable, centre_of)
        counter_examples.append(_distinct(texts, across, n_counter_examples))
    return themes.assign(
        examples=pd.Series(examples, index=themes.index, dtype="object"),
        counter_examples=pd.Series(counter_examples, index=themes.index, dtype="object"),
    )


def members_of(
    themes: pd.DataFrame, mentions: pd.DataFrame, mention_themes: pd.DataFrame
) -> dict[str, Rows]:
    """Rows of each theme's mentions, those of its sub-themes too."""
    place = pd.Series(np.arange(len(mentions)), index=mentions["mention_id"])
    links = mention_themes[mention_themes["mention_id"].isin(place.index)]
    parents = dict(zip(themes["theme_id"], themes["parent_id"], strict=True))
    above = links.assign(theme_id=links["theme_id"].map(parents)).dropna(subset="theme_id")
    both = pd.concat([links, above])
    rows = both["mention_id"].map(place).groupby(both["theme_id"]).unique()
    return {
        theme: np.sort(np.asarray(rows.get(theme, []), np.intp)) for theme in themes["theme_id"]
    }


def can_be_examples(texts: NDArray[np.object_]) -> NDArray[np.bool_]:
    """The first of equal texts, of a length that can be an example."""
    folded = pd.Series(texts).str.casefold()
    words = folded.str.count(r"\S+")
    return (~folded.duplicated() & words.between(_SHORTEST, _LONGEST)).to_numpy()


def spread(placed: Vectors, rows: Rows, usable: NDArray[np.bool_], n: int) -> list[int]:
    """Rows that together show how wide a group of mentions is, the most typical first.

    Parameters
    ----------
    placed : ndarray, shape (mentions, d)
        Unit vectors.
    rows : ndarray of int
        The group.
    usable : ndarray of bool, shape (mentions,)
        What may be chosen; where the group has nothing of that, all of it may.
    n : int

    Returns
    -------
    list of int
        At most `n` rows.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    if not len(rows):
        return []
    centre = unit(placed[rows].mean(axis=0, keepdims=True))[0]
    kept = rows[usable[rows]] if usable[rows].any() else rows
    kept = kept[np.argsort(-(placed[kept] @ centre), kind="stable")]
    kept = kept[: max(n, int(np.ceil(_CONFIDENT * len(kept))))]
    if len(kept) <= n:
        return [int(row) for row in kept]
    # On one thread, so that sums do not depend on the number of cores.
    with threadpool_limits(limits=1):
        distances = KMeans(n, random_state=0, n_init=1).fit(placed[kept]).transform(placed[kept])
    return [int(kept[position]) for position in sorted(set(distances.argmin(axis=0)))]


def _own_theme(
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    placed: Vectors,
    centre_of: dict[str, NDArray[np.float32]],
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """The one theme of each mention, "" with none or several, and the cosine to its centre."""
    several = mention_themes["mention_id"].duplicated(keep=False)
    only = mention_themes[~several].set_index("mention_id")["theme_id"]
    named = mentions["mention_id"].map(only)
    finest = named.where(named.isin(list(centre_of))).fillna("").to_numpy(object)
    own = np.full(len(finest), -1.0)
    for theme, centre in centre_of.items():
        rows = np.flatnonzero(finest == theme)
        own[rows] = placed[rows] @ centre
    return finest, own


def _across(
    theme: str,
    parents: dict[str, str | None],
    finest: NDArray[np.object_],
    own: NDArray[np.float64],
    placed: Vectors,
    usable: NDArray[np.bool_],
    centre_of: dict[str, NDArray[np.float32]],
) -> list[int]:
    """Mentions of other themes, the nearest first."""
    if theme not in centre_of:
        return []
    kin = {theme, *(child for child, parent in parents.items() if parent == theme)}
    if isinstance(parents.get(theme), str):
        kin.add(str(parents[theme]))
    near = placed @ centre_of[theme]
    known = (finest != "") & ~np.isin(finest, list(kin)) & usable
    rows = np.flatnonzero(known & (own - near >= _CERTAIN_MARGIN) & (near > 0))
    return [int(row) for row in rows[np.argsort(-near[rows], kind="stable")]]


def _distinct(texts: NDArray[np.object_], rows: list[int], n: int) -> list[str]:
    return [texts[row] for row in rows[:n]]
