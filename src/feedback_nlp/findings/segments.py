"""Which segments score higher or lower than the rest?

A segment is a column that divides the respondents (plan, region, journey stage); a level is one of
its values. Each level is compared with the rest, the respondents of all other levels, since two
samples that share respondents cannot be compared as if they were independent. Whoever has no level
is in no comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.proportions import (
    need_columns,
    q_values,
    respondent_weights,
)
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.nps import nps, nps_difference

MOST_LEVELS = 50


def refused_segments(
    responses: pd.DataFrame, segments: Sequence[str], most_levels: int = MOST_LEVELS
) -> dict[str, str]:
    """Say which columns cannot serve as segments, and why.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
    segments : sequence of str
        Columns of `responses`.
    most_levels : int
        A column with more values than this tells respondents apart, not segments.

    Returns
    -------
    dict of str to str
        The column, and one sentence; empty when all can be used.

    Examples
    --------
    >>> responses = pd.DataFrame({"postcode": [f"LF{n}" for n in range(99)], "plan": "Basic"})
    >>> refused_segments(responses, ["postcode"])
    {'postcode': "The segment 'postcode' has 99 levels, more than 50: group them into fewer first."}
    """
    need_columns(responses, segments)
    refused = {}
    for segment in segments:
        levels = int(responses[segment].nunique())
        if levels > most_levels:
            refused[segment] = (
                f"The segment {segment!r} has {levels:,} levels, more than {most_levels}: "
                "group them into fewer first."
            )
        elif levels == 0:
            refused[segment] = f"The segment {segment!r} has no values at all."
    return refused


def segment_nps(
    responses: pd.DataFrame,
    segments: str | Sequence[str],
    *,
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
    most_levels: int = MOST_LEVELS,
) -> pd.DataFrame:
    """Which segments score higher or lower than the rest?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``score`` and the segments.
    segments : str or sequence of str
        Columns to divide by, one after the other.
    weight : str, optional
        Column of survey weights.
    confidence : float
        Level of the intervals.
    smallest : int
        Levels with fewer scores are suppressed: their row stays, without any figure. Nor is a
        level compared with a rest that is smaller.
    most_levels : int
        See `refused_segments`.

    Returns
    -------
    DataFrame, one row a level of a segment
        ``segment, level, n, promoters, passives, detractors`` (unweighted), ``nps, ci_low,
        ci_high`` and the comparison with the rest, ``difference, difference_low,
        difference_high`` in points of NPS, ``p_value, q_value`` (over all levels of all segments
        given), ``suppressed``. With two levels one comparison stands in both rows, and counts
        once for the q-values.

    Raises
    ------
    FeedbackError
        If a column is missing or a segment has more than `most_levels` levels.

    Notes
    -----
    Where a single level is suppressed, its figures follow from the total and the other rows;
    whoever publishes both should merge that level with another first.

    References
    ----------
    Rocks (2016), The American Statistician 70(4): interval and difference (see `nps`).
    Benjamini and Hochberg (1995), JRSS B 57(1): q-values.

    Examples
    --------
    >>> responses = pd.DataFrame({
    ...     "plan": ["Basic"] * 20 + ["Plus"] * 20, "score": [3] * 15 + [9] * 5 + [10] * 20})
    >>> table = segment_nps(responses, "plan")
    >>> table[["level", "n", "nps", "difference"]].to_dict("records")[0]
    {'level': 'Basic', 'n': 20, 'nps': -50.0, 'difference': -150.0}
    """
    names = usable_segments(responses, segments, most_levels)
    need_columns(responses, ["score"])
    weights = respondent_weights(responses, weight)
    scores = np.asarray(
        responses["score"].astype("Float64").to_numpy(float, na_value=np.nan), float
    )
    rows = []
    for segment in names:
        levels = Levels.of(responses[segment])
        for level, members, others in levels.each(~np.isnan(scores)):
            compare = not (levels.only_two and level != levels.names[0])
            found = _level_nps(scores, weights, members, others, confidence, smallest)
            rows.append({"segment": segment, "level": level, **found, "_test": compare})
    table = pd.DataFrame(rows, columns=[*_NPS_COLUMNS[:-2], "suppressed", "_test"])
    table = table.astype(
        dict.fromkeys(("segment", "level"), "str")
        | dict.fromkeys(_NPS_COLUMNS[2:6], "Int64")
        | dict.fromkeys(_NPS_COLUMNS[6:-2], "float64")
        | {"suppressed": "bool", "_test": "bool"}
    )
    table["q_value"] = q_values_counted_once(table)
    return table[list(_NPS_COLUMNS)]


_NPS_COLUMNS = (
    *("segment", "level", "n", "promoters", "passives", "detractors"),
    *("nps", "ci_low", "ci_high", "difference", "difference_low", "difference_high", "p_value"),
    *("q_value", "suppressed"),
)


def usable_segments(
    responses: pd.DataFrame, segments: str | Sequence[str], most_levels: int
) -> list[str]:
    names = [segments] if isinstance(segments, str) else list(dict.fromkeys(segments))
    for reason in refused_segments(responses, names, most_levels).values():
        raise FeedbackError(reason)
    return names


@dataclass(frozen=True)
class Levels:
    """The levels of a segment, in the order of its categories or of the alphabet."""

    names: list[str]
    codes: NDArray[np.intp]

    @classmethod
    def of(cls, column: pd.Series) -> Levels:
        if isinstance(column.dtype, pd.CategoricalDtype):
            values = column.cat.remove_unused_categories()
        else:
            values = column.astype("category")
        return cls(
            [str(name) for name in values.cat.categories], np.asarray(values.cat.codes, np.intp)
        )

    @property
    def only_two(self) -> bool:
        return len(self.names) == 2

    def members(self, name: str) -> NDArray[np.bool_]:
        return np.asarray(self.codes == self.names.index(name))

    def each(
        self, among: NDArray[np.bool_]
    ) -> list[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
        """Each level with its members and the rest, both among the respondents given."""
        return [
            (name, among & (self.codes == code), among & (self.codes != code) & (self.codes >= 0))
            for code, name in enumerate(self.names)
        ]


def _level_nps(
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
    members: NDArray[np.bool_],
    others: NDArray[np.bool_],
    confidence: float,
    smallest: int,
) -> dict[str, Any]:
    if members.sum() < max(smallest, 1):
        return {"suppressed": True}
    if not weights[members].any():
        return {"n": int(members.sum()), "suppressed": False}
    here = nps(scores[members], weights[members], confidence)
    row: dict[str, Any] = {
        **{name: getattr(here, name) for name in _NPS_COLUMNS[2:6]},
        "nps": here.score,
        "ci_low": here.low,
        "ci_high": here.high,
        "suppressed": False,
    }
    if others.sum() >= max(smallest, 1) and weights[others].any():
        gap = nps_difference(here, nps(scores[others], weights[others], confidence), confidence)
        row |= {"difference": gap.difference, "difference_low": gap.low}
        row |= {"difference_high": gap.high, "p_value": gap.p_value}
    return row


def q_values_counted_once(table: pd.DataFrame) -> NDArray[np.float64]:
    """q-values where a comparison of two levels counts once and is shown in both rows."""
    q = q_values(table["p_value"].where(table["_test"]).to_numpy(float))
    keys = ["segment", "theme_id"] if "theme_id" in table else ["segment"]
    shown = pd.Series(q, index=table.index).groupby([table[key] for key in keys]).transform("first")
    return np.where(table["_test"] | table["p_value"].isna(), q, shown.to_numpy(float))
