"""Who answers at all? Response and comment rates by segment, and whether the sample is skewed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.proportions import (
    need_columns,
    share_differences,
    share_interval,
)
from feedback_nlp.findings.segments import (
    MOST_LEVELS,
    q_values_counted_once,
    usable_segments,
)
from feedback_nlp.findings.small_groups import SMALLEST_GROUP

#: A share this far from where it should be is worth a sentence, in percentage points.
PRACTICAL_POINTS = 5.0
_SIGNIFICANT = 0.05


def response_rates(
    responses: pd.DataFrame,
    invitations: pd.DataFrame,
    segments: str | Sequence[str],
    *,
    invited: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
    most_levels: int = MOST_LEVELS,
) -> pd.DataFrame:
    """Which segments answer the invitation less than others, so that the sample is skewed?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs the segments.
    invitations : DataFrame, one row an invited person
        Needs the segments, written as in `responses`; or one row a combination of segments, with
        the number of persons in the column `invited`.
    segments : str or sequence of str
        Columns that stand in both tables.
    invited : str, optional
        The column of `invitations` that holds numbers of persons.
    confidence : float
        Level of the intervals.
    smallest : int
        Levels with fewer invited are left out; the number of respondents and the rate are shown
        for smaller numbers of respondents, since that few answered is the finding.
    most_levels : int
        See `feedback_nlp.findings.segments.refused_segments`.

    Returns
    -------
    DataFrame, one row a level of a segment
        ``segment, level, invited, n`` (who responded), ``rate, ci_low, ci_high`` (0 to 1),
        ``difference, difference_low, difference_high`` to the rate of the rest, ``p_value,
        q_value``, ``invited_share, sample_share`` (what part of the invited and of the
        respondents with a level the level makes up) and ``skewed``: the two shares lie at least
        `PRACTICAL_POINTS` apart and q < 0.05.

    Raises
    ------
    FeedbackError
        If a column is missing, a number of invited cannot be used, or more responded than were
        invited.

    References
    ----------
    Wilson (1927); Newcombe (1998); Benjamini and Hochberg (1995). The rate is the AAPOR's RR1
    where every invitation is one eligible person (AAPOR, Standard Definitions, 2023).

    Examples
    --------
    >>> invitations = pd.DataFrame({"plan": ["Basic", "Plus"], "people": [500, 500]})
    >>> responses = pd.DataFrame({"plan": ["Basic"] * 50 + ["Plus"] * 150})
    >>> table = response_rates(responses, invitations, "plan", invited="people")
    >>> table[["level", "rate", "sample_share", "skewed"]].to_dict("records")[0]
    {'level': 'Basic', 'rate': 0.1, 'sample_share': 0.25, 'skewed': True}
    """
    names = usable_segments(responses, segments, most_levels)
    need_columns(invitations, [*names, *([invited] if invited else [])], "invitations")
    people = _people(invitations, invited)
    parts = []
    for name in names:
        asked = people.groupby(invitations[name].astype("str")[invitations[name].notna()]).sum()
        answered = responses[name].dropna().astype("str").value_counts()
        asked = asked.astype("int64").sort_index()
        answered = answered.reindex(asked.index.union(answered.index), fill_value=0)
        unasked = [str(level) for level, n in answered.items() if n > asked.get(level, 0)]
        if unasked:
            raise FeedbackError(
                f"In the segment {name!r}, {answered[unasked[0]]:,} respondents are of the level "
                f"{unasked[0]!r}, but only {asked.get(unasked[0], 0):,} were invited: check that "
                "both tables write the level alike and that no response is doubled."
            )
        part = _rates(answered.to_numpy(), asked.to_numpy(), confidence)
        part.insert(0, "level", asked.index.astype("str"))
        part.insert(0, "segment", name)
        part["invited_share"] = asked.to_numpy() / max(asked.sum(), 1)
        part["sample_share"] = answered.to_numpy() / max(answered.sum(), 1)
        parts.append(part[part["of"] >= smallest])
    table = pd.concat(parts, ignore_index=True).rename(columns={"of": "invited"})
    off = 100 * (table["sample_share"] - table["invited_share"]).abs()
    return _with_flag(table, off)


def comment_rates(
    responses: pd.DataFrame,
    segments: str | Sequence[str],
    *,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
    most_levels: int = MOST_LEVELS,
) -> pd.DataFrame:
    """Who gives a reason with the score, and who leaves none?

    What the words say is said by those who wrote any; where one segment, or one group of scores,
    writes more than another, themes lean towards it.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``group, has_content`` and the segments.
    segments : str or sequence of str
        Columns to divide by; may be empty. The groups (promoter, passive, detractor) are always
        a segment of their own, called ``group``.
    confidence, smallest, most_levels
        As in `response_rates`; levels with fewer respondents than `smallest` are left out.

    Returns
    -------
    DataFrame, one row a level of a segment
        ``segment, level, respondents, n`` (whose answer has content), ``rate, ci_low, ci_high,
        difference, difference_low, difference_high, p_value, q_value`` as in `response_rates`,
        and ``skewed``: the rate is at least `PRACTICAL_POINTS` from that of the rest, q < 0.05.

    Raises
    ------
    FeedbackError
        If a column is missing or a segment cannot be used.

    Examples
    --------
    >>> responses = pd.DataFrame({"group": ["promoter"] * 50 + ["detractor"] * 50,
    ...     "has_content": [True] * 20 + [False] * 30 + [True] * 45 + [False] * 5})
    >>> table = comment_rates(responses, [])
    >>> table[["level", "respondents", "n", "rate", "skewed"]].to_dict("records")[0]
    {'level': 'detractor', 'respondents': 50, 'n': 45, 'rate': 0.9, 'skewed': True}
    """
    need_columns(responses, ["group", "has_content"])
    names = usable_segments(responses, segments, most_levels)
    parts = []
    for name in ["group", *names]:
        levels = responses[name].astype("str").where(responses[name].notna())
        levels = levels.mask(levels == "missing") if name == "group" else levels
        tally = responses["has_content"].astype(bool).groupby(levels).agg(["sum", "size"])
        part = _rates(tally["sum"].to_numpy(), tally["size"].to_numpy(), confidence)
        part.insert(0, "level", tally.index.astype("str"))
        part.insert(0, "segment", name)
        parts.append(part[part["of"] >= smallest])
    table = pd.concat(parts, ignore_index=True).rename(columns={"of": "respondents"})
    return _with_flag(table, 100 * table["difference"].abs())


def skew_sentences(rates: pd.DataFrame, most: int = 5) -> list[str]:
    """Say in plain words how the sample differs from those invited, worst first.

    Parameters
    ----------
    rates : DataFrame
        From `response_rates` or `comment_rates`.
    most : int
        At most so many sentences.

    Returns
    -------
    list of str
        Empty when nothing is flagged.

    Examples
    --------
    >>> rates = pd.DataFrame({"segment": ["plan"], "level": ["Basic"], "invited_share": [0.5],
    ...     "sample_share": [0.25], "skewed": [True], "rate": [0.1], "difference": [-0.2]})
    >>> skew_sentences(rates)
    ["'Basic' (plan) makes up 50% of those invited but 25% of those who answered."]
    """
    flagged = rates[rates["skewed"].astype(bool)]
    if "invited_share" in rates:
        off = (flagged["sample_share"] - flagged["invited_share"]).abs()
    else:
        off = flagged["difference"].abs()
    sentences = []
    for position in np.argsort(-off.to_numpy(), kind="stable")[:most]:
        row = flagged.iloc[int(position)]
        who = f"{row['level']!r} ({row['segment']})"
        if row["segment"] == "group":
            who = f"{row['level']}s"
        if "invited_share" in rates:
            sentences.append(
                f"{who} makes up {row['invited_share']:.0%} of those invited but "
                f"{row['sample_share']:.0%} of those who answered."
            )
        else:
            sentences.append(
                f"{row['rate']:.0%} of {who} left a comment, against "
                f"{row['rate'] - row['difference']:.0%} of the others."
            )
    return sentences


def _people(invitations: pd.DataFrame, invited: str | None) -> pd.Series:
    if invited is None:
        return pd.Series(1, index=invitations.index)
    people = pd.to_numeric(invitations[invited], errors="coerce")
    if people.isna().any() or (people < 0).any() or (people % 1 != 0).any():
        raise FeedbackError(
            f"The column {invited!r} of the invitations holds something that is no number of "
            "persons: give whole numbers of zero or more."
        )
    return people.astype("int64")


def _rates(
    answered: NDArray[Any],
    asked: NDArray[Any],
    confidence: float,
) -> pd.DataFrame:
    low, high = share_interval(answered, asked, confidence)
    rest = share_differences(
        answered, asked, answered.sum() - answered, asked.sum() - asked, confidence
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = answered / asked
    own = pd.DataFrame({"of": asked, "n": answered, "rate": rate, "ci_low": low, "ci_high": high})
    # Two levels are one comparison: it is tested once and shown twice.
    rest["_test"] = np.arange(len(rest)) != 1 if len(rest) == 2 else True
    return pd.concat([own, rest], axis=1)


def _with_flag(table: pd.DataFrame, points_off: pd.Series) -> pd.DataFrame:
    where = list(table.columns).index("p_value") + 1
    table.insert(where, "q_value", q_values_counted_once(table))
    table["skewed"] = (points_off >= PRACTICAL_POINTS) & (table["q_value"] < _SIGNIFICANT)
    return table.drop(columns="_test")
