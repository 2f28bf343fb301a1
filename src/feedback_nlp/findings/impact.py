"""What does each theme cost the Net Promoter Score, or earn it?

Three readings, side by side. The *contribution* shares every respondent's point
among the themes of the answer, so that all rows add up to the NPS. *Leave one
out* asks what the NPS would be without those who mention the theme; its
numbers do not add up, and commercial tools call them impact. *What if* asks
what the NPS would be expected to be without the complaints (`what_if.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.bootstrap import percentile_interval, resampled_totals
from feedback_nlp.findings.mentioned import (
    NO_ANSWER,
    NO_THEME,
    mentioned_themes,
    top_level_of,
)
from feedback_nlp.findings.proportions import respondent_weights
from feedback_nlp.findings.small_groups import SMALLEST_GROUP, TOO_FEW, rows_to_pool
from feedback_nlp.findings.what_if import no_what_if, what_if

Matrix = NDArray[np.float64]

_SPECIAL = (NO_THEME, NO_ANSWER, TOO_FEW)


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
    mentions: pd.DataFrame | None = None,
    segments: Sequence[str] = (),
    weight: str | None = None,
    confidence: float = 0.95,
    resamples: int = 2000,
    smallest: int = SMALLEST_GROUP,
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
    mentions : DataFrame, optional
        As in a run; without it there is no sentiment and so no ``what_if``.
    segments : sequence of str
        Columns of `responses` that the what-if holds fixed.
    weight : str, optional
        Column of survey weights.
    confidence : float
        Level of the intervals.
    resamples : int
        Bootstrap resamples of respondents (percentile intervals).
    smallest : int
        Rows with fewer respondents are shown as one, ``_too_few``, if need be
        with the next smallest row, so that the rows still add up and none can
        be worked out by subtraction. With fewer respondents in all the tables
        are empty.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    ImpactTables
        Both with ``theme_id, n, contribution, ci_low, ci_high,
        distinguishable`` in points of NPS, costliest first. ``n`` counts
        respondents with a score who mention the theme; ``distinguishable`` is
        true where the interval of the contribution leaves out zero. At the top
        level also ``leave_out, leave_out_low, leave_out_high`` (missing where
        fewer than `smallest` respondents would be left) and the columns of
        `what_if`. A theme that no respondent with a score mentions has no row.
        In `sub`, ``parent_id`` and ``theme_id`` together name a row.

    Raises
    ------
    FeedbackError
        If a column is missing, if the weights cannot be used or are all zero.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    Shapley (1953): the shares are the Shapley value of the game in which an answer's point
    falls to whichever of its themes comes first: symmetric, and they add up.

    Examples
    --------
    >>> responses = pd.DataFrame({"response_id": list("abcd"), "has_content": True,
    ...     "group": ["detractor", "detractor", "promoter", "passive"]})
    >>> links = pd.DataFrame({"response_id": ["a", "a", "b"],
    ...     "theme_id": ["price", "speed", "price"]})
    >>> themes = pd.DataFrame({"theme_id": ["price", "speed"], "parent_id": [None, None]})
    >>> table = nps_impact(responses, links, themes, smallest=1).top.set_index("theme_id")
    >>> table["contribution"].to_dict()
    {'price': -37.5, 'speed': -12.5, '_no_answer': 0.0, '_no_theme': 25.0}
    """
    scored = responses[responses["group"].isin(["promoter", "passive", "detractor"])]
    bootstrap = _Bootstrap(scored, weight, resamples, confidence, seed)
    top = mentioned_themes(scored, mention_themes, themes, "top").astype(float)
    sub = mentioned_themes(scored, mention_themes, themes, "sub").astype(float)
    parents = top_level_of(themes)
    shares = _equal_shares(top)
    shown = _pooled(_with_rest(shares, scored["has_content"]), smallest)
    shown_sub = _sub_rows(sub, shares, parents, shown.columns, smallest)
    del sub, shares  # of a million respondents half a gigabyte each
    top_table = bootstrap.table(shown).merge(
        bootstrap.leave_out(top[[name for name in top.columns if name in shown]], smallest),
        on="theme_id",
        how="left",
    )
    if mentions is None:
        found = no_what_if(top.columns, len(scored), "no mentions with sentiment were given")
    else:
        found = what_if(
            responses,
            mentions,
            mention_themes,
            themes,
            segments=segments,
            weight=weight,
            confidence=confidence,
            smallest=smallest,
        )
    top_table = top_table.merge(found.drop(columns="n"), on="theme_id", how="left")
    top_table["what_if_note"] = top_table["what_if_note"].fillna("not a theme")
    del top, shown
    sub_table = bootstrap.table(shown_sub.droplevel(0, axis=1))
    sub_table.insert(1, "parent_id", shown_sub.columns.get_level_values(0).astype("str"))
    return ImpactTables(_costliest_first(top_table), _costliest_first(sub_table))


def _equal_shares(mentioned: pd.DataFrame) -> pd.DataFrame:
    """Each row with a theme sums to one."""
    return mentioned.div(mentioned.sum(axis=1).clip(lower=1.0), axis=0)


def _with_rest(shares: pd.DataFrame, has_content: pd.Series) -> pd.DataFrame:
    content = has_content.to_numpy(bool)
    unthemed = (shares.sum(axis=1) == 0).to_numpy()
    rest = {NO_THEME: unthemed & content, NO_ANSWER: unthemed & ~content}
    return shares.assign(**{name: rows.astype(float) for name, rows in rest.items()})


def _sub_rows(
    sub: pd.DataFrame,
    top_shares: pd.DataFrame,
    parents: dict[str, str],
    shown: pd.Index,
    smallest: int,
) -> pd.DataFrame:
    """A theme's share of an answer, shared among its sub-themes there; columns (parent, child)."""
    rows = {}
    for parent in shown.drop([*_SPECIAL], errors="ignore"):
        children = [name for name in sub.columns if parents[str(name)] == parent]
        within = _equal_shares(sub[children]).mul(top_shares[parent], axis=0)
        rows[str(parent)] = _pooled(within, smallest)
    if not rows:
        columns = pd.MultiIndex.from_arrays([[], []])
        return pd.DataFrame(index=sub.index, columns=columns, dtype=float)
    return pd.concat(rows, axis=1)


def _pooled(shares: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Columns of too few respondents as one; columns of nobody only where they are special."""
    held = shares.to_numpy() > 0
    pooled = rows_to_pool(
        held.sum(axis=0), smallest, lambda mask: int(held[:, mask].any(axis=1).sum())
    )
    together = shares.loc[:, pooled]
    n_together = int(held[:, pooled].any(axis=1).sum())
    kept = ~pooled & (held.any(axis=0) | shares.columns.isin(_SPECIAL))
    if 0 < n_together < smallest or not len(shares):
        return shares.iloc[:, :0]
    shown = shares.loc[:, kept]
    return shown.assign(**{TOO_FEW: together.sum(axis=1)}) if n_together else shown


class _Bootstrap:
    """Totals over respondents, and how they vary over resamples of respondents."""

    def __init__(
        self,
        scored: pd.DataFrame,
        weight: str | None,
        resamples: int,
        confidence: float,
        seed: int,
    ) -> None:
        self.weights = respondent_weights(scored, weight)
        if len(scored) and not self.weights.any():
            raise FeedbackError(
                "The weights of all who gave a score are zero: give at least one a positive weight."
            )
        group = scored["group"]
        worth: Matrix = (group == "promoter").to_numpy(float) - (group == "detractor").to_numpy(
            float
        )
        self.points = 100 * self.weights * worth
        self.resamples, self.confidence, self.seed = resamples, confidence, seed

    def table(self, shares: pd.DataFrame) -> pd.DataFrame:
        """The contribution of every column, which holds the respondents' shares."""

        def contribution(totals: Matrix) -> Matrix:
            return totals[:, 1:] / totals[:, [0]]

        held = shares.to_numpy(float)
        parts = np.empty((len(held), 1 + held.shape[1]))
        parts[:, 0] = self.weights
        np.multiply(self.points[:, None], held, out=parts[:, 1:])
        value, low, high = self._interval(parts, contribution)
        del parts
        return pd.DataFrame(
            {
                "theme_id": shares.columns.astype("str"),
                "n": (held > 0).sum(axis=0),
                "contribution": value,
                "ci_low": low,
                "ci_high": high,
                "distinguishable": (low > 0) | (high < 0),
            }
        )

    def leave_out(self, mentioned: pd.DataFrame, smallest: int) -> pd.DataFrame:
        """The NPS of all minus that of those who do not mention the theme of a column."""
        k = mentioned.shape[1]

        def difference(totals: Matrix) -> Matrix:
            weight, points = totals[:, [0]], totals[:, [1]]
            with np.errstate(invalid="ignore", divide="ignore"):
                without = (points - totals[:, 2 + k :]) / (weight - totals[:, 2 : 2 + k])
            return points / weight - np.where(np.isfinite(without), without, np.nan)

        members = mentioned.to_numpy(float)
        columns = [self.weights, self.points]
        columns += [self.weights[:, None] * members, self.points[:, None] * members]
        value, low, high = self._interval(np.column_stack(columns), difference)
        left = len(members) - members.sum(axis=0)
        figures = np.where(left < max(1, smallest), np.nan, [value, low, high])
        names = ["leave_out", "leave_out_low", "leave_out_high"]
        table = pd.DataFrame(dict(zip(names, figures, strict=True)))
        table.insert(0, "theme_id", mentioned.columns.astype("str"))
        return table

    def _interval(
        self, columns: Matrix, statistic: Callable[[Matrix], Matrix]
    ) -> tuple[Matrix, Matrix, Matrix]:
        if not len(columns):
            nothing = np.full(statistic(np.ones((1, columns.shape[1]))).shape[1], np.nan)
            return nothing, nothing, nothing
        value = statistic(columns.sum(axis=0)[None, :])[0]
        with np.errstate(invalid="ignore", divide="ignore"):
            draws = statistic(resampled_totals(columns, self.resamples, self.seed))
        low, high = percentile_interval(draws, value, self.confidence)
        return np.round(value, 12) + 0.0, low, high


def _costliest_first(table: pd.DataFrame) -> pd.DataFrame:
    keys = ["contribution", *(["parent_id"] if "parent_id" in table else []), "theme_id"]
    return table.sort_values(keys, kind="stable").reset_index(drop=True)
