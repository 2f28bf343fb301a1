"""Who mentions what: the respondent-by-theme table that every finding starts from.

Respondents are the unit. A respondent mentions a theme if at least one mention
of the answer is about it or about one of its sub-themes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NO_THEME = "_no_theme"
NO_ANSWER = "_no_answer"


def top_level_of(themes: pd.DataFrame) -> dict[str, str]:
    """The top-level theme of each theme; a top-level theme is its own.

    Parameters
    ----------
    themes : DataFrame
        Columns ``theme_id`` and ``parent_id`` (missing at the top level).

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> themes = pd.DataFrame({"theme_id": ["price", "fees"], "parent_id": [None, "price"]})
    >>> top_level_of(themes)
    {'price': 'price', 'fees': 'price'}
    """
    return {
        theme: theme if pd.isna(parent) else parent
        for theme, parent in zip(themes["theme_id"], themes["parent_id"], strict=True)
    }


def mentioned_themes(
    responses: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    level: str = "top",
) -> pd.DataFrame:
    """Which respondent mentions which theme.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id``.
    mention_themes : DataFrame, one row a theme in a mention
        Needs ``response_id`` and ``theme_id``.
    themes : DataFrame, one row a theme
        Needs ``theme_id`` and ``parent_id``; gives the columns and their order.
    level : {"top", "sub"}
        Top-level themes, or the finest themes: the sub-themes, and the
        top-level themes that have none (or are assigned themselves).

    Returns
    -------
    DataFrame of bool, shape (respondents, themes)
        Index ``response_id`` in the order of `responses`.

    Examples
    --------
    >>> responses = pd.DataFrame({"response_id": ["a", "b"]})
    >>> links = pd.DataFrame({"response_id": ["b", "b"], "theme_id": ["fees", "fees"]})
    >>> themes = pd.DataFrame({"theme_id": ["price", "fees"], "parent_id": [None, "price"]})
    >>> mentioned_themes(responses, links, themes)["price"].tolist()
    [False, True]
    """
    parents = top_level_of(themes)
    if level == "top":
        wanted = [theme for theme, parent in parents.items() if theme == parent]
        links = mention_themes["theme_id"].map(parents)
    else:
        assigned = set(mention_themes["theme_id"])
        has_children = {parent for theme, parent in parents.items() if theme != parent}
        wanted = [t for t in parents if t not in has_children or t in assigned]
        links = mention_themes["theme_id"]
    rows = pd.Index(responses["response_id"], name="response_id")
    table = np.zeros((len(rows), len(wanted)), bool)
    row = rows.get_indexer(pd.Index(mention_themes["response_id"]))
    column = pd.Index(wanted).get_indexer(pd.Index(links))
    known = (row >= 0) & (column >= 0)
    table[row[known], column[known]] = True
    return pd.DataFrame(table, index=rows, columns=pd.Index(wanted, name="theme_id"))


def is_among(ids: pd.Series, others: pd.Series) -> NDArray[np.bool_]:
    """Which ids occur among others; ``isin`` takes half a second for 100,000 of them.

    Examples
    --------
    >>> is_among(pd.Series(["a", "b"]), pd.Series(["b", "b", "c"])).tolist()
    [False, True]
    """
    return np.asarray(pd.Index(others.unique()).get_indexer(pd.Index(ids)) >= 0)
