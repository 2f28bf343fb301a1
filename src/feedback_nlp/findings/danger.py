"""The danger zone: scores of 0 to 3, which are another matter than a 5 or a 6.

Who is in it, by segment; what the accounts in it are worth; and whether the largest accounts, the
heavy hitters, fare worse than the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.findings.groups import odds_ratios, shares_of_members
from feedback_nlp.findings.mentioned import mentioned_themes
from feedback_nlp.findings.proportions import (
    need_columns,
    q_values,
    respondent_weights,
    share_differences,
    share_interval,
)
from feedback_nlp.findings.small_groups import SMALLEST_GROUP, TOO_FEW, rows_to_pool

#: The highest score of the danger zone, and of detractors.
DANGER_TO = 3
DETRACTOR_TO = 6
ALL = "_all"

ZONES = ("danger zone", "other detractor", "passive", "promoter")

_NEEDS = (
    ("segments", "Which customers are in the danger zone most?", "--segment"),
    ("value", "How much revenue is in the danger zone, and do the largest accounts fare worse?",
     "--value"),
    ("date", "Is the danger zone growing?", "--date"),
    ("consent", "Who in the danger zone may be called?", "--consent"),
)  # fmt: skip


def zones(scores: pd.Series) -> pd.Series:
    """Say in which zone each score is.

    Parameters
    ----------
    scores : Series of Int64
        0 to 10, missing allowed.

    Returns
    -------
    Series of str
        "danger zone" (0-3), "other detractor" (4-6), "passive", "promoter" or "missing".

    Examples
    --------
    >>> zones(pd.Series([0, 3, 4, 7, 10, None], dtype="Int64")).tolist()
    ['danger zone', 'danger zone', 'other detractor', 'passive', 'promoter', 'missing']
    """
    from feedback_nlp.nps import groups

    group = groups(scores)
    in_danger = pd.to_numeric(scores).le(DANGER_TO).fillna(False).to_numpy(bool)
    zone = np.where(group == "detractor", "other detractor", group)
    return pd.Series(np.where(in_danger, "danger zone", zone), index=scores.index, dtype="str")


def danger_zone(
    responses: pd.DataFrame,
    segments: Sequence[str] = (),
    *,
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """How many respondents are in the danger zone, in all and by segment?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``score`` and the columns named below.
    segments : sequence of str
        Columns that divide the respondents.
    weight : str, optional
        Column of survey weights; shares are weighted, intervals and tests take Kish's effective
        numbers (see `theme_groups`).
    confidence : float
        Level of the intervals.
    smallest : int
        Levels with fewer respondents are shown as one, ``_too_few``, if need be with the next
        smallest level.

    Returns
    -------
    DataFrame, one row a level of a segment, first ``_all``
        ``segment, level, n`` (respondents with a score), ``n_danger, danger_share, danger_low,
        danger_high`` (scores 0-3), ``n_mild, mild_share, mild_low, mild_high`` (4-6), and the
        danger share of the level against the rest of the column: ``difference,
        difference_low, difference_high, p_value, q_value``. The q-values count all levels of a
        column as one family. Shares from 0 to 1, Wilson intervals, highest danger share first.

    Raises
    ------
    FeedbackError
        If a column is missing or the weights cannot be used.

    Examples
    --------
    >>> responses = pd.DataFrame({"score": [0] * 10 + [9] * 30,
    ...                           "shop": ["North"] * 20 + ["South"] * 20})
    >>> danger_zone(responses, ["shop"])[["level", "n", "n_danger"]].values.tolist()
    [['_all', 40, 10], ['North', 20, 10], ['South', 20, 0]]
    """
    need_columns(responses, ["score", *segments])
    scored = responses[responses["score"].notna()]
    weights = respondent_weights(scored, weight)
    zone = zones(scored["score"]).to_numpy()
    everyone = pd.Series(ALL, index=scored.index, dtype="str")
    tables = [_zone_shares(everyone, ALL, zone, weights, confidence, smallest)]
    for segment in segments:
        levels = scored[segment].astype("str").where(scored[segment].notna(), "(missing)")
        tables.append(_zone_shares(levels, segment, zone, weights, confidence, smallest))
    return pd.concat(tables, ignore_index=True)


def danger_themes(
    responses: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """What do those who score 0 to 3 speak of that those who score 4 to 6 do not?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id``, ``score`` and ``has_content``.
    mention_themes, themes, weight, confidence
        As in `theme_groups`.
    smallest : int
        Both zones must have as many respondents with an answer, and a theme must be mentioned
        by as many of them together.

    Returns
    -------
    DataFrame, one row a top-level theme
        ``theme_id, n_danger, base_danger, share_danger, n_mild, base_mild, share_mild,
        difference, ci_low, ci_high, odds_ratio, odds_low, odds_high, p_value, q_value``;
        Newcombe's interval, the surest difference first. Empty where a zone is too small.

    Examples
    --------
    >>> ids = [f"r{i}" for i in range(40)]
    >>> responses = pd.DataFrame({"response_id": ids, "score": [1] * 20 + [5] * 20,
    ...                           "has_content": True})
    >>> links = pd.DataFrame({"response_id": ids[:15], "theme_id": "rudeness"})
    >>> themes = pd.DataFrame({"theme_id": ["rudeness"], "parent_id": [None]})
    >>> danger_themes(responses, links, themes)[["share_danger", "share_mild"]].values.tolist()
    [[0.75, 0.0]]
    """
    need_columns(responses, ["response_id", "score", "has_content"])
    zone = zones(responses["score"])
    kept = responses["has_content"].astype(bool) & zone.isin(ZONES[:2])
    answering, zone = responses[kept], zone[kept]
    weights = respondent_weights(answering, weight)
    mentioned = mentioned_themes(answering, mention_themes, themes, "top")
    mentioned = mentioned.loc[:, mentioned.sum(axis=0) >= max(1, smallest)]
    masks = [(zone == name).to_numpy() for name in ZONES[:2]]
    sides = [shares_of_members(mentioned, weights, mask, confidence) for mask in masks]
    one, other = sides
    if one is None or other is None or min(int(m.sum()) for m in masks) < max(1, smallest):
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _THEMES.items()})
    count, other_count = ((s["share"] * s["effective_base"]).to_numpy() for s in (one, other))
    size, other_size = (side["effective_base"].to_numpy() for side in (one, other))
    found = share_differences(count, size, other_count, other_size, confidence)
    table = one[["theme_id"]].copy()
    for name, side in (("danger", one), ("mild", other)):
        for figure in ("n", "base", "share"):
            table[f"{figure}_{name}"] = side[figure]
    found = found.rename(columns={"difference_low": "ci_low", "difference_high": "ci_high"})
    odds = odds_ratios(count, size, other_count, other_size, confidence)
    table = pd.concat([table, found, odds], axis=1)
    table["q_value"] = q_values(table["p_value"])
    table = table.sort_values(["p_value", "theme_id"], kind="stable", ignore_index=True)
    return table[list(_THEMES)].astype(_THEMES)


def unanswered(filled: Sequence[str]) -> pd.DataFrame:
    """Say which questions about the danger zone the survey has no column for.

    Parameters
    ----------
    filled : sequence of str
        Roles the survey has a column for: "segments", "value", "date", "consent", …

    Returns
    -------
    DataFrame
        ``question``, ``needs`` (the role of the missing column) and ``option`` (how to name it
        on the command line). Empty where nothing is missing.

    Examples
    --------
    >>> unanswered(["segments", "date", "consent"])["needs"].tolist()
    ['value']
    """
    missing = [(question, role, option) for role, question, option in _NEEDS if role not in filled]
    return pd.DataFrame(missing, columns=["question", "needs", "option"]).astype("str")


def _zone_shares(
    levels: pd.Series,
    segment: str,
    zone: NDArray[np.str_],
    weights: NDArray[np.float64],
    confidence: float,
    smallest: int,
) -> pd.DataFrame:
    sizes = levels.value_counts().sort_index()
    pooled = sizes.index[rows_to_pool(sizes.to_numpy(), smallest)]
    code, names = pd.factorize(levels.mask(levels.isin(pooled), TOO_FEW), sort=True)

    def total(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(code, weights=amounts, minlength=len(names)), float)

    weight, square = total(weights), total(weights**2)
    table = pd.DataFrame({"level": names.astype("str"), "n": np.bincount(code)})
    effective = _kish(weight, square)
    others = _kish(weight.sum() - weight, square.sum() - square)
    for name, place in (("danger", 0), ("mild", 1)):
        members = (zone == ZONES[place]).astype(float)
        inside = total(weights * members)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = inside / weight
            rest = (inside.sum() - inside) / (weight.sum() - weight)
        low, high = share_interval(share * effective, effective, confidence)
        table[f"n_{name}"] = total(members)
        table[[f"{name}_share", f"{name}_low", f"{name}_high"]] = np.column_stack(
            [share, low, high]
        )
        if name == "danger":
            compared = share_differences(
                np.nan_to_num(share) * effective,
                effective,
                np.nan_to_num(rest) * others,
                others,
                confidence,
            )
    table = pd.concat([table, compared], axis=1)
    table = table[(table["n"] >= max(1, smallest)) & (effective > 0)]
    table = table.assign(segment=segment, q_value=q_values(table["p_value"]))
    table = table[list(_ZONE)].astype(_ZONE)
    return table.sort_values(["danger_share", "level"], ascending=[False, True], kind="stable")


def _kish(weight: NDArray[np.float64], square: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kish's effective size from sums of weights and of their squares; zero where there are none.

    Rounding can leave a trace of a sum taken from itself.
    """
    some = weight > 1e-9 * max(1e-300, float(np.abs(weight).max(initial=0)))
    return np.where(some, weight**2 / np.where(some, np.maximum(square, 1e-300), 1.0), 0.0)


_ZONE = {
    **dict.fromkeys(("segment", "level"), "str"),
    "n": "int64",
    "n_danger": "int64",
    **dict.fromkeys(("danger_share", "danger_low", "danger_high"), "float64"),
    "n_mild": "int64",
    **dict.fromkeys(("mild_share", "mild_low", "mild_high"), "float64"),
    **dict.fromkeys(("difference", "difference_low", "difference_high"), "float64"),
    **dict.fromkeys(("p_value", "q_value"), "float64"),
}
_THEMES = {
    "theme_id": "str",
    **{
        f"{figure}_{zone}": kind
        for zone in ("danger", "mild")
        for figure, kind in (("n", "int64"), ("base", "int64"), ("share", "float64"))
    },
    **dict.fromkeys(("difference", "ci_low", "ci_high"), "float64"),
    **dict.fromkeys(("odds_ratio", "odds_low", "odds_high", "p_value", "q_value"), "float64"),
}
