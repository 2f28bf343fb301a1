"""Which themes do detractors bring up, and which do promoters?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.findings.mentioned import mentioned_themes

GROUPS = ("detractor", "passive", "promoter")
SMALLEST_GROUP = 10


def theme_groups(
    responses: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """Share of each theme among detractors, passives and promoters.

    The base is the respondents of a group whose answer has content. Detractors
    are compared with promoters by Fisher's exact test; the q-value controls
    the false discovery rate over all themes of a level (Benjamini-Hochberg).

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id``, ``group`` and ``has_content``.
    mention_themes, themes : DataFrame
        As in a run.
    confidence : float
        Level of the intervals.
    smallest : int
        Nothing is given for a group with fewer respondents with content, nor
        for a theme mentioned by fewer respondents in all.

    Returns
    -------
    DataFrame, one row a theme and group
        ``theme_id, group, n, base, share, ci_low, ci_high`` with shares from 0
        to 1 and Wilson intervals; the comparison of detractors with promoters,
        ``odds_ratio, odds_low, odds_high, p_value, q_value``, stands in the
        rows of detractors. An odds ratio above 1: detractors mention it more.

    References
    ----------
    Wilson (1927), JASA 22(158). Agresti (2013), Categorical Data Analysis,
    sections 2.4 (odds ratio, its conditional estimate) and 3.5 (Fisher).
    Benjamini and Hochberg (1995), JRSS B 57(1).

    Examples
    --------
    >>> responses = pd.DataFrame({
    ...     "response_id": list("abcdefgh"), "has_content": True,
    ...     "group": ["detractor"] * 4 + ["promoter"] * 4})
    >>> links = pd.DataFrame({"response_id": list("abc"), "theme_id": "price"})
    >>> themes = pd.DataFrame({"theme_id": ["price"], "parent_id": [None]})
    >>> table = theme_groups(responses, links, themes, smallest=1)
    >>> table[["theme_id", "group", "n", "base", "share"]].to_dict("records")[0]
    {'theme_id': 'price', 'group': 'detractor', 'n': 3, 'base': 4, 'share': 0.75}
    """
    answering = responses[responses["has_content"].astype(bool)]
    group = answering["group"].to_numpy()
    tables = [
        _level(
            mentioned_themes(answering, mention_themes, themes, level), group, confidence, smallest
        )
        for level in ("top", "sub")
    ]
    # A theme without sub-themes stands in both levels; the top level's row is the one kept.
    both = pd.concat(tables, ignore_index=True)
    return both.drop_duplicates(["theme_id", "group"]).reset_index(drop=True)


def _level(
    mentioned: pd.DataFrame, group: NDArray[np.object_], confidence: float, smallest: int
) -> pd.DataFrame:
    mentioned = mentioned.loc[:, mentioned.sum(axis=0) >= smallest]
    parts = []
    for name in GROUPS:
        members = group == name
        base = int(members.sum())
        if base < smallest:
            continue
        n = mentioned.to_numpy()[members].sum(axis=0)
        low, high = wilson_interval(n, base, confidence)
        parts.append(
            pd.DataFrame(
                {
                    "theme_id": mentioned.columns.astype(str),
                    "group": name,
                    "n": n.astype(np.int64),
                    "base": base,
                    "share": n / base,
                    "ci_low": low,
                    "ci_high": high,
                }
            )
        )
    table = pd.concat(parts, ignore_index=True) if parts else _no_rows()
    compared = _detractors_against_promoters(table, confidence)
    return table.merge(compared, on=["theme_id", "group"], how="left").astype({"n": "int64"})


def wilson_interval(
    n: NDArray[np.int64], base: int, confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's score interval of a proportion (statsmodels)."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(n, base, alpha=1 - confidence, method="wilson")
    return np.asarray(low, float), np.asarray(high, float)


def _detractors_against_promoters(table: pd.DataFrame, confidence: float) -> pd.DataFrame:
    from scipy.stats import fisher_exact
    from scipy.stats.contingency import odds_ratio
    from statsmodels.stats.multitest import multipletests

    columns = ["theme_id", "group", "odds_ratio", "odds_low", "odds_high", "p_value"]
    rows = []
    by_group = {name: part.set_index("theme_id") for name, part in table.groupby("group")}
    if {"detractor", "promoter"} <= by_group.keys():
        detractors, promoters = by_group["detractor"], by_group["promoter"]
        for theme in detractors.index:
            d, p = detractors.loc[theme], promoters.loc[theme]
            cells = np.array([[d.n, d.base - d.n], [p.n, p.base - p.n]], dtype=np.int64)
            odds = odds_ratio(cells)
            interval = odds.confidence_interval(confidence)
            p_value = float(fisher_exact(cells).pvalue)
            rows.append((theme, "detractor", odds.statistic, interval.low, interval.high, p_value))
    compared = pd.DataFrame(rows, columns=columns).astype(
        dict.fromkeys(columns[2:], "float64") | dict.fromkeys(columns[:2], "str")
    )
    p_values = compared["p_value"].to_numpy()
    q_values = multipletests(p_values, method="fdr_bh")[1] if len(p_values) else p_values
    return compared.assign(q_value=q_values)


def _no_rows() -> pd.DataFrame:
    types = {
        "theme_id": "str",
        "group": "str",
        "n": "int64",
        "base": "int64",
        "share": "float64",
        "ci_low": "float64",
        "ci_high": "float64",
    }
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})
