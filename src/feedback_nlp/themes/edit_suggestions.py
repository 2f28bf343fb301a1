"""Where a codebook may want a hand: themes that might be one, and a theme that might be two."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors
from feedback_nlp.errors import FeedbackError
from feedback_nlp.near_names import did_you_mean
from feedback_nlp.themes.clustering import learn_space, unit
from feedback_nlp.themes.codebook_examples import EXAMPLES, can_be_examples, members_of, spread

_FEWEST_TO_SPLIT = 8


def similar_themes(
    themes: pd.DataFrame, mentions: pd.DataFrame, mention_themes: pd.DataFrame, vectors: Vectors
) -> pd.DataFrame:
    """Which top-level themes are most alike, and might be merged?

    Parameters
    ----------
    themes, mentions, mention_themes : DataFrame
        As in a run; general praise and complaint are left out.
    vectors : ndarray, shape (mentions, d)
        Unit vectors of the mentions, in the same order.

    Returns
    -------
    DataFrame, one row a pair of themes, the most alike first
        ``theme_id, label`` (the smaller one), ``into, into_label`` (the larger one) and
        ``likeness``: the cosine of the two centres, tone taken out; -1 to 1.

    Examples
    --------
    >>> themes = pd.DataFrame({"theme_id": list("abc"), "label": ["Price", "Bills", "App"],
    ...                        "parent_id": None, "n_responses": [3, 1, 2]})
    >>> mentions = pd.DataFrame({"mention_id": list("123"), "sentiment": 0.0})
    >>> links = pd.DataFrame({"mention_id": list("123"), "theme_id": list("abc")})
    >>> vectors = np.array([[1, 0.1], [1, 0.2], [-1, 0.1]], np.float32)
    >>> pair = similar_themes(themes, mentions, links, vectors).iloc[0]
    >>> pair["label"], pair["into_label"]
    ('Bills', 'Price')
    """
    members = members_of(themes, mentions, mention_themes)
    top = themes[themes["parent_id"].isna() & ~themes["theme_id"].str.startswith("general_")]
    top = top[np.array([len(members[theme]) > 0 for theme in top["theme_id"]], bool)]
    top = top.sort_values("n_responses", ascending=False, kind="stable").reset_index(drop=True)
    rows = []
    if len(top):
        placed = learn_space(vectors, mentions["sentiment"].to_numpy(float)).place(vectors)
        centres = unit(np.array([placed[members[theme]].mean(axis=0) for theme in top["theme_id"]]))
        cosine = centres @ centres.T
        for smaller, larger in zip(*np.tril_indices(len(top), -1), strict=True):
            one, other = top.iloc[smaller], top.iloc[larger]
            rows.append(
                {
                    "theme_id": one["theme_id"],
                    "label": one["label"],
                    "into": other["theme_id"],
                    "into_label": other["label"],
                    "likeness": float(cosine[smaller, larger]),
                }
            )
    columns = ["theme_id", "label", "into", "into_label", "likeness"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("likeness", ascending=False, kind="stable").reset_index(drop=True)


def suggested_parts(
    theme: str,
    themes: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    vectors: Vectors,
    *,
    n_parts: int = 2,
    seed: int = 0,
) -> dict[str, list[str]]:
    """Into which parts could a theme be split?

    Parameters
    ----------
    theme : str
        Id of the theme.
    themes, mentions, mention_themes, vectors
        As in `similar_themes`.
    n_parts : int
    seed : int

    Returns
    -------
    dict of str to list of str
        Label of each part -> examples spread over it; what `split_theme` takes. They come from
        k-means on the theme's mentions: a suggestion to read, not a finding.

    Raises
    ------
    FeedbackError
        There is no such theme, or it has too few mentions.

    Examples
    --------
    >>> suggested_parts("price", run.themes, run.mentions, run.mention_themes, vectors)
    ... # doctest: +SKIP
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    from feedback_nlp.themes.labels import label_groups

    members = members_of(themes, mentions, mention_themes)
    if theme not in members:
        instead = did_you_mean(theme, map(str, members), "use its id.")
        raise FeedbackError(f"There is no theme {theme[:60]!r} in this run; {instead}")
    texts = mentions["text"].astype(str).map(lambda text: " ".join(text.split())).to_numpy(object)
    rows = members[theme]
    usable = can_be_examples(texts)
    if usable[rows].sum() < _FEWEST_TO_SPLIT * n_parts:
        raise FeedbackError(
            f"The theme {theme!r} has {int(usable[rows].sum())} different mentions; "
            f"{_FEWEST_TO_SPLIT * n_parts} are needed to split it in {n_parts}."
        )
    placed = learn_space(vectors, mentions["sentiment"].to_numpy(float)).place(vectors)
    with threadpool_limits(limits=1):
        parts = KMeans(n_parts, random_state=seed, n_init=10).fit(placed[rows])
    groups: NDArray[np.int64] = np.asarray(parts.labels_, np.int64)
    closeness = np.einsum("ij,ij->i", placed[rows], unit(parts.cluster_centers_)[groups])
    named = label_groups(list(texts[rows]), groups, closeness, n_parts)
    return {
        name.label: [texts[row] for row in spread(placed, rows[groups == part], usable, EXAMPLES)]
        for part, name in enumerate(named)
    }
