"""What does each theme cost the Net Promoter Score, or earn it?

Two readings, side by side. The *contribution* shares every respondent's point
among the themes of the answer, so that all rows add up to the NPS. *Leave one
out* asks what the NPS would be without those who mention the theme; its
numbers do not add up, and commercial tools call them impact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.findings.mentioned import (
    NO_ANSWER,
    NO_THEME,
    mentioned_themes,
    top_level_of,
)

Matrix = NDArray[np.float64]
_CELLS_AT_ONCE = 20_000_000


@dataclass(frozen=True)
class ImpactTables:
    """`top`: a row a top-level theme and the rows without theme; `sub`: a row a sub-theme."""

    top: pd.DataFrame
    sub: pd.DataFrame


def nps_impact(
    responses: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    weight: str | None = None,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> ImpactTables:
    """How many points of NPS each theme contributes, with intervals.

    Respondent i is worth ``100 w_i (promoter_i - detractor_i) / sum(w)``. It is
    shared equally among the top-level themes of the answer, a theme's share
    equally among its sub-themes there. Answers with content but no theme stand
    in ``_no_theme``, respondents without content in ``_no_answer``; all rows
    add up to the NPS.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id``, ``group`` and ``has_content``. Respondents
        without a score do not count.
    mention_themes, themes : DataFrame
        As in a run.
    weight : str, optional
        Column of survey weights.
    confidence : float
        Level of the intervals.
    resamples : int
        Bootstrap resamples of respondents (percentile intervals).
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    ImpactTables
        Both with ``theme_id, n, contribution, ci_low, ci_high`` and, at the top
        level, ``leave_out, leave_out_low, leave_out_high``; points of NPS,
        costliest first; ``n`` respondents with a score. ``distinguishable`` is
        true where the interval of the contribution leaves out zero.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    The shares are the Shapley value of the game in which an answer's point
    falls to whichever of its themes comes first: symmetric, and they add up.

    Examples
    --------
    >>> responses = pd.DataFrame({"response_id": list("abcd"), "has_content": True,
    ...     "group": ["detractor", "detractor", "promoter", "passive"]})
    >>> links = pd.DataFrame({"response_id": ["a", "a", "b"],
    ...     "theme_id": ["price", "speed", "price"]})
    >>> themes = pd.DataFrame({"theme_id": ["price", "speed"], "parent_id": [None, None]})
    >>> table = nps_impact(responses, links, themes).top.set_index("theme_id")
    >>> table["contribution"].to_dict()
    {'price': -37.5, 'speed': -12.5, '_no_answer': 0.0, '_no_theme': 25.0}
    """
    scored = responses[responses["group"].isin(["promoter", "passive", "detractor"])]
    top = mentioned_themes(scored, mention_themes, themes, "top")
    sub = mentioned_themes(scored, mention_themes, themes, "sub")
    worth: Matrix = (scored["group"] == "promoter").to_numpy(float) - (
        scored["group"] == "detractor"
    ).to_numpy(float)
    weights = np.ones(len(scored)) if weight is None else scored[weight].fillna(0.0).to_numpy(float)
    top_shares = _with_rest(_equal_shares(top.to_numpy(float)), scored["has_content"])
    parents = top_level_of(themes)
    sub_shares = _shares_within(sub, top, top_shares, parents)
    names = [*map(str, top.columns), NO_THEME, NO_ANSWER]
    membership = np.column_stack([top.to_numpy(float), np.zeros((len(scored), 2))])
    bootstrap = _Bootstrap(weights, worth, resamples, confidence, seed)
    top_table = bootstrap.table(names, top_shares, membership)
    sub_table = bootstrap.table([str(c) for c in sub.columns], sub_shares, None)
    sub_table.insert(1, "parent_id", sub_table["theme_id"].map(parents).astype("str"))
    return ImpactTables(_costliest_first(top_table), _costliest_first(sub_table))


def _equal_shares(mentioned: Matrix) -> Matrix:
    """Each row with a theme sums to one."""
    return np.asarray(mentioned / np.maximum(mentioned.sum(axis=1, keepdims=True), 1.0))


def _with_rest(shares: Matrix, has_content: pd.Series) -> Matrix:
    content = has_content.to_numpy(bool)
    unthemed = shares.sum(axis=1) == 0
    return np.column_stack([shares, unthemed & content, unthemed & ~content]).astype(float)


def _shares_within(
    sub: pd.DataFrame, top: pd.DataFrame, top_shares: Matrix, parents: dict[str, str]
) -> Matrix:
    """A theme's share of an answer, shared among its sub-themes in that answer."""
    shares = np.zeros(sub.shape)
    parent_of = np.array([parents[str(column)] for column in sub.columns], dtype=object)
    for number, parent in enumerate(top.columns):
        children = np.flatnonzero(parent_of == parent)
        within = _equal_shares(sub.to_numpy(float)[:, children])
        shares[:, children] = within * top_shares[:, [number]]
    return shares


class _Bootstrap:
    """Sums over respondents, and how they vary over resamples of respondents.

    Respondents with the same group, weight and themes are interchangeable, so
    a resample is drawn as one multinomial over the distinct kinds: the same
    distribution as drawing respondents one by one, at a fraction of the work.
    """

    def __init__(
        self, weights: Matrix, worth: Matrix, resamples: int, confidence: float, seed: int
    ) -> None:
        self.weights, self.worth = weights, worth
        self.resamples, self.confidence, self.seed = resamples, confidence, seed

    def table(self, names: list[str], shares: Matrix, membership: Matrix | None) -> pd.DataFrame:
        kinds = [self.weights, self.worth, shares]
        kinds += [] if membership is None else [membership]
        distinct, counts = np.unique(np.column_stack(kinds), axis=0, return_counts=True)
        weights, worth = distinct[:, 0], distinct[:, 1]
        shares = distinct[:, 2 : 2 + len(names)]
        members = None if membership is None else distinct[:, 2 + len(names) :]
        points = 100 * (weights * worth)

        def statistics(times: Matrix) -> dict[str, Matrix]:
            # times: (resamples, kinds), how often each kind of respondent was drawn
            total = times @ weights
            nps = times @ points
            found = {"contribution": (times @ (points[:, None] * shares)) / total[:, None]}
            if members is not None:
                left = total[:, None] - times @ (weights[:, None] * members)
                without = nps[:, None] - times @ (points[:, None] * members)
                with np.errstate(invalid="ignore", divide="ignore"):
                    found["leave_out"] = nps[:, None] / total[:, None] - without / left
            return found

        estimate = statistics(counts[None, :].astype(float))
        draws = self._draws(counts, statistics)
        table: dict[str, object] = {"theme_id": names}
        table["n"] = (counts @ (shares > 0)).astype(np.int64)
        tail = (1 - self.confidence) / 2
        for name, value in estimate.items():
            low, high = np.nanquantile(draws[name], [tail, 1 - tail], axis=0)
            table[name] = np.round(value[0], 12) + 0.0
            prefix = "ci" if name == "contribution" else name
            table[f"{prefix}_low"] = np.minimum(low, value[0])
            table[f"{prefix}_high"] = np.maximum(high, value[0])
        result = pd.DataFrame(table)
        low, high = result["ci_low"], result["ci_high"]
        if members is not None:
            special = result["theme_id"].isin([NO_THEME, NO_ANSWER])
            result.loc[special, ["leave_out", "leave_out_low", "leave_out_high"]] = np.nan
        return result.assign(distinguishable=(low > 0) | (high < 0))

    def _draws(
        self, counts: NDArray[np.int64], statistics: Callable[[Matrix], dict[str, Matrix]]
    ) -> dict[str, Matrix]:
        random = np.random.default_rng(self.seed)
        n = int(counts.sum())
        step = max(1, _CELLS_AT_ONCE // max(1, len(counts)))
        parts = []
        for first in range(0, self.resamples, step):
            size = min(step, self.resamples - first)
            parts.append(statistics(random.multinomial(n, counts / n, size=size).astype(float)))
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _costliest_first(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(["contribution", "theme_id"], kind="stable").reset_index(drop=True)
