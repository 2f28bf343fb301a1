"""What does each segment speak of, and at which stage of the journey does a theme arise?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.mentioned import mentioned_themes
from feedback_nlp.findings.proportions import (
    effective_size,
    need_columns,
    respondent_weights,
    share_differences,
    share_interval,
)
from feedback_nlp.findings.segments import (
    MOST_LEVELS,
    Levels,
    q_values_counted_once,
    usable_segments,
)
from feedback_nlp.findings.small_groups import SMALLEST_GROUP


def theme_segments(
    responses: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    segments: str | Sequence[str],
    *,
    level: str = "top",
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
    most_levels: int = MOST_LEVELS,
) -> pd.DataFrame:
    """Which themes does each segment speak of, and which more than the rest do?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id, has_content`` and the segments; with ``group`` the table tells the
        points of NPS too.
    mention_themes, themes : DataFrame
        As in a run.
    segments : str or sequence of str
        Columns to divide by, one after the other.
    level : {"top", "sub"}
        Top-level themes or the finest.
    weight, confidence, smallest, most_levels
        As in `segment_nps`. Levels with fewer than `smallest` respondents with content are left
        out, and so are themes named by fewer respondents in all.

    Returns
    -------
    DataFrame, one row a level of a segment and theme
        ``segment, level, theme_id, n`` (respondents of the level who name the theme), ``base``
        (those with content), ``share, ci_low, ci_high`` (0 to 1), ``difference,
        difference_low, difference_high`` to the share among the rest, ``p_value, q_value`` (over
        all themes and levels of all segments given), and ``contribution``: the points of the
        whole survey's NPS that come from this top-level theme at this level, each answer's point
        shared equally among its themes. Over the levels of a segment they add up to the theme's
        contribution to the NPS, but for what is left out: cells in which fewer than `smallest`
        name the theme have none.

    Raises
    ------
    FeedbackError
        As in `segment_nps`.

    Notes
    -----
    With weights, shares are weighted and intervals and tests use Kish's effective sample size.

    References
    ----------
    Wilson (1927), JASA 22(158); Newcombe (1998), Statistics in Medicine 17; Benjamini and
    Hochberg (1995), JRSS B 57(1).

    Examples
    --------
    >>> responses = pd.DataFrame({"response_id": range(40), "has_content": True,
    ...     "stage": ["order"] * 20 + ["repair"] * 20})
    >>> links = pd.DataFrame({"response_id": range(18), "theme_id": "price"})
    >>> themes = pd.DataFrame({"theme_id": ["price"], "parent_id": [None]})
    >>> table = theme_segments(responses, links, themes, "stage")
    >>> table[["level", "n", "base", "share"]].to_dict("records")[0]
    {'level': 'order', 'n': 18, 'base': 20, 'share': 0.9}
    """
    names = usable_segments(responses, segments, most_levels)
    need_columns(responses, ["response_id", "has_content"])
    with_content = responses["has_content"].to_numpy(bool)
    mentioned = mentioned_themes(responses, mention_themes, themes, level)
    weights = respondent_weights(responses, weight)
    named = mentioned.to_numpy(bool)
    points = np.full(named.shape, np.nan)
    if level == "top" and "group" in responses:
        points = _points(responses, named, weights)
    shown = named[with_content].sum(axis=0) >= smallest
    theme_ids, named, points = (
        mentioned.columns[shown].astype("str"),
        named[:, shown],
        points[:, shown],
    )
    parts = []
    for segment in names:
        levels = Levels.of(responses[segment])
        for name, members, others in levels.each(with_content):
            if members.sum() < smallest:
                continue
            part = _level_shares(named, weights, members, others, confidence, smallest)
            n = named[members].sum(axis=0)
            contribution = points[levels.members(name)].sum(axis=0)
            part.insert(0, "n", n)
            part["contribution"] = np.where(n >= smallest, contribution, np.nan)
            part.insert(0, "theme_id", theme_ids)
            part.insert(0, "level", name)
            part.insert(0, "segment", segment)
            part["_test"] = not (levels.only_two and name != levels.names[0])
            parts.append(part)
    table = pd.concat(parts, ignore_index=True) if parts else _no_shares()
    table = table.astype({"segment": "str", "level": "str", "theme_id": "str"})
    table["q_value"] = q_values_counted_once(table)
    return table[list(_COLUMNS)]


_COLUMNS = (
    *("segment", "level", "theme_id", "n", "base", "share", "ci_low", "ci_high"),
    *("difference", "difference_low", "difference_high", "p_value", "q_value", "contribution"),
)


def journey(
    responses: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    stage: str,
    *,
    order: Sequence[str] | None = None,
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """Which theme arises at which stage of the journey, and what does it cost there?

    Parameters
    ----------
    responses, mention_themes, themes
        As in `theme_segments`.
    stage : str
        The column that says at which stage a respondent was asked.
    order : sequence of str, optional
        The stages from first to last; stages that are not named follow in alphabetical order.
    weight, confidence, smallest
        As in `theme_segments`.

    Returns
    -------
    DataFrame, one row a theme and stage
        Themes from the most to the least named, the stages of each in order: ``theme_id, stage,
        n, base, share, ci_low, ci_high, difference, difference_low, difference_high, p_value,
        q_value, contribution`` as in `theme_segments`. ``table.pivot(index="theme_id",
        columns="stage", values="share")`` is the heat map, and the same of ``n`` its numbers.

    Raises
    ------
    FeedbackError
        If the column is missing or unfit, or `order` names a stage that nobody is at.

    Examples
    --------
    >>> responses = pd.DataFrame({"response_id": range(40), "has_content": True,
    ...     "stage": ["repair"] * 20 + ["order"] * 20})
    >>> links = pd.DataFrame({"response_id": range(18), "theme_id": "price"})
    >>> themes = pd.DataFrame({"theme_id": ["price"], "parent_id": [None]})
    >>> journey(responses, links, themes, "stage", order=["order", "repair"])["n"].tolist()
    [0, 18]
    """
    table = theme_segments(
        responses,
        mention_themes,
        themes,
        stage,
        weight=weight,
        confidence=confidence,
        smallest=smallest,
    )
    known = Levels.of(responses[stage]).names
    unknown = [name for name in order or () if name not in known]
    if unknown:
        raise FeedbackError(
            f"The stage {unknown[0]!r} does not occur in the column {stage!r}: its stages are "
            f"{', '.join(map(repr, known))}."
        )
    stages = [*(order or ()), *(name for name in known if name not in (order or ()))]
    named_by = table.groupby("theme_id")["n"].transform("sum")
    position = table["level"].map({name: number for number, name in enumerate(stages)})
    return (
        table.assign(_named_by=-named_by, _position=position)
        .sort_values(["_named_by", "theme_id", "_position"], kind="stable")
        .drop(columns=["segment", "_named_by", "_position"])
        .rename(columns={"level": "stage"})[["theme_id", "stage", *table.columns[3:]]]
        .reset_index(drop=True)
    )


def _level_shares(
    named: NDArray[np.bool_],
    weights: NDArray[np.float64],
    members: NDArray[np.bool_],
    others: NDArray[np.bool_],
    confidence: float,
    smallest: int,
) -> pd.DataFrame:
    share, size = _weighted_share(named, weights, members)
    rest, rest_size = _weighted_share(named, weights, others)
    if others.sum() < smallest:
        rest_size = 0.0
    low, high = share_interval(share * size, size, confidence)
    themes = len(share)
    compared = share_differences(
        share * size,
        np.full(themes, size),
        rest * rest_size,
        np.full(themes, rest_size),
        confidence,
    )
    levels = pd.DataFrame(
        {"base": int(members.sum()), "share": share, "ci_low": low, "ci_high": high},
        index=range(themes),
    )
    return pd.concat([levels, compared], axis=1)


def _weighted_share(
    named: NDArray[np.bool_], weights: NDArray[np.float64], members: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    own = weights[members]
    size = effective_size(own)
    if size == 0:
        return np.full(named.shape[1], np.nan), 0.0
    return own @ named[members] / own.sum(), size


def _points(
    responses: pd.DataFrame, named: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Each respondent's points of NPS, shared equally among the top-level themes named."""
    group = responses["group"].to_numpy()
    worth = (group == "promoter").astype(float) - (group == "detractor")
    counted = np.where(np.isin(group, ["promoter", "passive", "detractor"]), weights, 0.0)
    shares = named / np.maximum(named.sum(axis=1, keepdims=True), 1)
    total = counted.sum()
    return np.asarray(
        (100 * worth * counted / total)[:, None] * shares if total else shares * np.nan
    )


def _no_shares() -> pd.DataFrame:
    types = dict.fromkeys(("segment", "level", "theme_id"), "str")
    types |= dict.fromkeys(("n", "base"), "int64")
    names = ("share", "ci_low", "ci_high", "difference", "difference_low", "difference_high")
    types |= dict.fromkeys((*names, "p_value", "contribution"), "float64") | {"_test": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})
