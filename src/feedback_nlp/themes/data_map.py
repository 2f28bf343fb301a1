"""A map of the mentions: what is said alike lies close together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors
from feedback_nlp.errors import FeedbackError
from feedback_nlp.themes.clustering import learn_space

MOST_MENTIONS = 2_500
_FEWEST = 10
_COMPONENTS = 50
_PERPLEXITY = 30


def mention_map(
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    vectors: Vectors,
    *,
    most: int = MOST_MENTIONS,
    seed: int = 0,
) -> pd.DataFrame:
    """Place mentions on a plane by what they are about.

    The themes take no part in placing: that a theme lies together on the map is evidence for it.

    Parameters
    ----------
    mentions : DataFrame, one row a mention
        ``mention_id``, ``sentiment``; with ``content_kind`` only reasons are placed.
    mention_themes : DataFrame, one row a theme in a mention
        ``mention_id``, ``theme_id``, ``confidence``.
    themes : DataFrame, one row a theme
        ``theme_id``, ``parent_id``.
    vectors : ndarray, shape (mentions, d)
        Unit vectors of the mentions, in the same order.
    most : int
        A larger survey is shown by so many of its mentions, drawn at random.
    seed : int
        The same mentions and seed give the same map.

    Returns
    -------
    DataFrame, one row a mention placed
        ``mention_id, x, y`` (0 to 1), ``theme_id`` (at the top level; of several the surest) and
        ``sub_theme_id``; both "" without a theme. Far apart on the map means little: only what
        lies close together is alike.

    Raises
    ------
    FeedbackError
        If there are fewer than 10 mentions to place.

    References
    ----------
    van der Maaten and Hinton (2008), Visualizing data using t-SNE, JMLR 9; started from the
    principal components as in Kobak and Berens (2019), Nature Communications 10.

    Examples
    --------
    >>> points = mention_map(run.mentions, run.mention_themes, run.themes, vectors)
    ... # doctest: +SKIP
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    if len(vectors) != len(mentions):
        raise FeedbackError(
            f"There are {len(vectors)} vectors for {len(mentions)} mentions; encode their texts."
        )
    shown = np.arange(len(mentions))
    if "content_kind" in mentions:
        shown = shown[(mentions["content_kind"] == "reason").to_numpy()]
    if len(shown) < _FEWEST:
        raise FeedbackError(
            f"Only {len(shown)} mentions give a reason; a map is drawn from {_FEWEST} on."
        )
    if len(shown) > most:
        shown = np.sort(np.random.default_rng(seed).choice(shown, most, replace=False))
    rows = mentions.iloc[shown]
    of_rows = np.asarray(vectors[shown])
    placed = learn_space(of_rows, rows["sentiment"].to_numpy(float)).place(of_rows)
    # On one thread, so that the map does not depend on the number of cores.
    with threadpool_limits(limits=1):
        size = min(_COMPONENTS, len(placed) - 1, placed.shape[1])
        reduced = PCA(size, random_state=seed).fit_transform(placed)
        perplexity = min(_PERPLEXITY, (len(placed) - 1) / 3)
        plane = TSNE(
            2, perplexity=perplexity, init="pca", random_state=seed, n_jobs=1
        ).fit_transform(reduced)
    low, high = plane.min(axis=0), plane.max(axis=0)
    plane = (plane - low) / np.maximum(high - low, 1e-9)
    finest = _surest(rows["mention_id"], mention_themes)
    parents = dict(zip(themes["theme_id"], themes["parent_id"], strict=True))
    top = [str(parents[t]) if isinstance(parents.get(t), str) else t for t in finest]
    return pd.DataFrame(
        {
            "mention_id": rows["mention_id"].to_numpy(),
            "x": plane[:, 0].astype(float),
            "y": plane[:, 1].astype(float),
            "theme_id": top,
            "sub_theme_id": finest,
        }
    ).astype({"mention_id": "str", "theme_id": "str", "sub_theme_id": "str"})


def _surest(ids: pd.Series, mention_themes: pd.DataFrame) -> NDArray[np.object_]:
    """The theme of each mention that is assigned with most confidence, "" for none."""
    first = mention_themes.sort_values("confidence", ascending=False, kind="stable")
    of = first.drop_duplicates("mention_id").set_index("mention_id")["theme_id"]
    return np.asarray(ids.map(of).fillna(""), dtype=object)
