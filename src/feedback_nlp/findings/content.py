"""Who says something, and in which tone? What stands behind every share of a theme."""

from __future__ import annotations

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.proportions import need_columns, share_interval

KINDS = ("reason", "verdict_only", "non_answer", "empty")
_GROUPS = ("detractor", "passive", "promoter")


def content_by_group(
    responses: pd.DataFrame, *, confidence: float = 0.95, smallest: int = 10
) -> pd.DataFrame:
    """Share of each kind of answer among detractors, passives and promoters.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``group`` and ``content_kind``.
    confidence : float
        Level of the intervals.
    smallest : int
        Groups with fewer respondents are left out.

    Returns
    -------
    DataFrame, one row a group and kind
        ``group, content_kind, n, base, share, ci_low, ci_high``; Wilson intervals.

    Raises
    ------
    FeedbackError
        If a column is missing.

    Examples
    --------
    >>> responses = pd.DataFrame({"group": ["promoter"] * 20,
    ...                           "content_kind": ["reason"] * 15 + ["empty"] * 5})
    >>> content_by_group(responses)[["content_kind", "n", "share"]].to_dict("records")[0]
    {'content_kind': 'reason', 'n': 15, 'share': 0.75}
    """
    need_columns(responses, ["group", "content_kind"])
    rows = []
    for group in _GROUPS:
        kinds = responses.loc[responses["group"] == group, "content_kind"]
        if len(kinds) >= smallest:
            rows += [(group, kind, int((kinds == kind).sum()), len(kinds)) for kind in KINDS]
    table = pd.DataFrame(rows, columns=["group", "content_kind", "n", "base"])
    low, high = share_interval(table["n"], table["base"], confidence)
    return table.assign(share=table["n"] / table["base"], ci_low=low, ci_high=high)


def sentiment_by(
    responses: pd.DataFrame, segment: str, *, confidence: float = 0.95, smallest: int = 10
) -> pd.DataFrame:
    """Mean sentiment of the answers at each level of a segment.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``sentiment`` and the segment's column.
    segment : str
    confidence : float
        Level of the intervals (Student's t).
    smallest : int
        Levels with fewer answers are left out.

    Returns
    -------
    DataFrame, one row a level
        The segment's own column, then ``n, mean, ci_low, ci_high``; coolest first.

    Raises
    ------
    FeedbackError
        If a column is missing.

    Examples
    --------
    >>> responses = pd.DataFrame({"stage": ["order"] * 10, "sentiment": [0.2, 0.4] * 5})
    >>> sentiment_by(responses, "stage")[["stage", "n"]].to_dict("records")
    [{'stage': 'order', 'n': 10}]
    """
    from scipy.stats import t

    need_columns(responses, ["sentiment", segment])
    if segment == "sentiment":
        raise FeedbackError("The sentiment is no segment; choose another column.")
    known = responses.dropna(subset=["sentiment", segment])
    table = known.groupby(segment, observed=True)["sentiment"].agg(["size", "mean", "std"])
    table = table[table["size"] >= max(2, smallest)].rename(columns={"size": "n"}).reset_index()
    error = table["std"] / np.sqrt(table["n"]) * t.ppf((1 + confidence) / 2, table["n"] - 1)
    table = table.assign(ci_low=table["mean"] - error, ci_high=table["mean"] + error)
    return table.drop(columns="std").sort_values("mean", kind="stable").reset_index(drop=True)


def tone_against_score(responses: pd.DataFrame) -> pd.DataFrame:
    """Promoters who complain and detractors who praise, the strongest first.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id``, ``group``, ``score``, ``sentiment`` and ``answer``.

    Returns
    -------
    DataFrame
        The rows of promoters with a negative and of detractors with a positive
        sentiment.

    Examples
    --------
    >>> responses = pd.DataFrame({"response_id": ["a", "b"], "group": ["promoter", "detractor"],
    ...     "score": [10, 0], "sentiment": [-0.6, -0.9], "answer": ["slow", "slow"]})
    >>> tone_against_score(responses)["response_id"].tolist()
    ['a']
    """
    needed = ["response_id", "group", "score", "sentiment", "answer"]
    need_columns(responses, needed)
    tone = responses["sentiment"].fillna(0.0)
    promoter, detractor = (responses["group"] == name for name in ("promoter", "detractor"))
    chosen = responses[(promoter & (tone < 0)) | (detractor & (tone > 0))]
    order = chosen["sentiment"].abs().sort_values(ascending=False, kind="stable").index
    return chosen.loc[order, needed].reset_index(drop=True)
