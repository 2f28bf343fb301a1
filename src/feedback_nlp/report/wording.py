"""Sentences of the brief, built from the tables by rules.

What is not distinguishable from zero is never called a cost or an earning;
what rests on a group that is too small is not said. Each number in a sentence
is a value of a table, rounded: points to one decimal, shares to whole percent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from feedback_nlp.nps import NpsEstimate
from feedback_nlp.plots.measure_names import measure_label
from feedback_nlp.plots.number_format import decimal, percent, period, signed
from feedback_nlp.plots.style import excludes_zero, quoted

__all__ = [
    "LARGEST_Q",
    "PRACTICAL_POINTS",
    "listed",
    "period",
    "quoted",
    "rating_label",
    "reason_sentence",
    "score_sentence",
    "shortened",
    "spoken",
    "stands_alone",
    "strength",
    "theme_sentence",
    "unexplained_sentence",
]

#: A theme must move the score by this many points before a sentence is made of
#: it: a smaller one is drawn and listed, but is no news to a leader.
PRACTICAL_POINTS = 1.0
#: False discovery rate below which detractors and promoters are said to differ.
LARGEST_Q = 0.05


def score_sentence(estimate: NpsEstimate) -> str:
    """Say whether there are more detractors or more promoters, beyond chance.

    Examples
    --------
    >>> from feedback_nlp.nps import nps_from_counts
    >>> score_sentence(nps_from_counts(100, 50, 200))
    'Detractors outnumber promoters by more than chance would explain.'
    """
    if estimate.high < 0:
        return "Detractors outnumber promoters by more than chance would explain."
    if estimate.low > 0:
        return "Promoters outnumber detractors by more than chance would explain."
    return "Promoters and detractors are about equally many: the difference may be chance."


def strength(theme: Mapping[str, Any]) -> str:
    """Say how far the tables carry a statement about a theme's contribution.

    Parameters
    ----------
    theme : mapping
        ``contribution``, ``ci_low``, ``ci_high`` (points of NPS), ``q_value``
        and ``odds_ratio`` (detractors against promoters, NaN where untested).

    Returns
    -------
    str
        ``"clear"``: the interval excludes zero, the size is practical, and
        detractors and promoters differ (q < 0.05) in the direction of the
        contribution. ``"tendency"``: whether they differ is not certain.
        ``"mixed"``: they differ in the other direction, so that the theme
        stands with the score that most gave rather than with its reason.
        ``"slight"``: the interval excludes zero, but the size is not
        practical. ``"none"``: the interval includes zero.

    Examples
    --------
    >>> theme = {"contribution": -6.2, "ci_low": -8.0, "ci_high": -4.4}
    >>> strength({**theme, "q_value": 0.001, "odds_ratio": 5.0})
    'clear'
    >>> strength({**theme, "q_value": 0.2, "odds_ratio": 1.3})
    'tendency'
    >>> strength({**theme, "q_value": 0.001, "odds_ratio": 0.4})
    'mixed'
    >>> strength({**theme, "ci_high": 0.1, "q_value": 0.001, "odds_ratio": 5.0})
    'none'
    """
    if not excludes_zero(theme["ci_low"], theme["ci_high"]):
        return "none"
    if abs(theme["contribution"]) < PRACTICAL_POINTS:
        return "slight"
    same_direction = (theme["odds_ratio"] > 1) == (theme["contribution"] < 0)
    if theme["q_value"] < LARGEST_Q and not math.isnan(theme["odds_ratio"]):
        return "clear" if same_direction else "mixed"
    return "tendency"


def theme_sentence(theme: Mapping[str, Any], *, most: bool = False) -> tuple[str, str]:
    r"""Say in one sentence what a theme costs or earns, and in a second who names it.

    Parameters
    ----------
    theme : mapping
        As :func:`strength` takes it, with ``label`` and ``shares`` (group ->
        share, 0 to 1; missing where the group is too small to show).
    most : bool
        No other theme's interval overlaps this one's: it may be said to cost
        (or earn) most.

    Returns
    -------
    tuple of two str

    Examples
    --------
    >>> theme = {"label": "Slow speed", "contribution": -6.2, "ci_low": -8.0, "ci_high": -4.4,
    ...          "q_value": 0.001, "odds_ratio": 5.0,
    ...          "shares": {"detractor": 0.31, "promoter": 0.06}}
    >>> [part.replace("\u200e", "") for part in theme_sentence(theme)]
    ... # doctest: +NORMALIZE_WHITESPACE
    ['“Slow speed” costs 6.2 points of NPS (4.4 to 8.0).',
     '31% of detractors name it, 6% of promoters.']
    """
    low, high = sorted(abs(theme[bound]) for bound in ("ci_low", "ci_high"))
    size, interval = decimal(abs(theme["contribution"])), f"({decimal(low)} to {decimal(high)})"
    cost = theme["contribution"] < 0
    if strength(theme) == "clear":
        verb = ("costs" if cost else "earns") + (" most:" if most else "")
        lead = f"{quoted(theme['label'])} {verb} {size} points of NPS {interval}."
    else:
        what = "a loss" if cost else "a gain"
        lead = f"{quoted(theme['label'])} goes with {what} of {size} points {interval}."
    shares = _shares(theme["shares"], "detractor" if cost else "promoter")
    if strength(theme) == "clear":
        return lead, shares
    return lead, f"{shares} {_why_only_a_tendency(theme)}".strip()


def reason_sentence(theme: Mapping[str, Any]) -> tuple[str, str]:
    """Say what sets detractors apart where no cost can be told: few detractors cost few points.

    Parameters
    ----------
    theme : mapping
        ``label``, ``shares`` and ``share_intervals`` (group -> low and high).

    Examples
    --------
    >>> theme = {"label": "Waits", "shares": {"detractor": 0.36, "promoter": 0.14},
    ...          "share_intervals": {"detractor": [0.32, 0.4]}}
    >>> [part.replace("\u200e", "") for part in reason_sentence(theme)]
    ['“Waits” sets detractors apart: 36% of them name it (32% to 40%), 14% of promoters.', '']
    """
    low, high = theme["share_intervals"]["detractor"]
    return (
        f"{quoted(theme['label'])} sets detractors apart: {percent(theme['shares']['detractor'])} "
        f"of them name it ({percent(low)} to {percent(high)}), "
        f"{percent(theme['shares']['promoter'])} of promoters.",
        "",
    )


def stands_alone(theme: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a theme's interval lies beyond those of all others.

    Examples
    --------
    >>> first = {"contribution": -9.0, "ci_low": -11.0, "ci_high": -7.0}
    >>> stands_alone(first, [{"ci_low": -6.5, "ci_high": -2.0}])
    True
    >>> stands_alone(first, [{"ci_low": -7.5, "ci_high": -2.0}])
    False
    """
    if theme["contribution"] < 0:
        return all(theme["ci_high"] < other["ci_low"] for other in others)
    return all(theme["ci_low"] > other["ci_high"] for other in others)


def unexplained_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say how many points the themes leave unexplained, where that is not zero.

    Parameters
    ----------
    rows : sequence of mapping
        The rows of ``nps_impact`` that name no reason.

    Returns
    -------
    str
        Empty if no such row is both certain and of practical size.

    Examples
    --------
    >>> row = {"theme_id": "_no_theme", "contribution": -3.2, "ci_low": -5.0, "ci_high": -1.5}
    >>> unexplained_sentence([row])
    'Not explained by the themes: answers without a theme stand for −3.2 points (−5.0 to −1.5).'
    """
    names = {
        "general_complaint": "complaints without a reason stand",
        "general_praise": "praise without a reason stands",
        "_no_theme": "answers without a theme stand",
        "_no_answer": "respondents without an answer stand",
        "_too_few": "themes of too few respondents to show stand",
    }
    parts = [
        f"{names[row['theme_id']]} for {signed(row['contribution'])} points "
        f"({signed(row['ci_low'])} to {signed(row['ci_high'])})"
        for row in rows
        if excludes_zero(row["ci_low"], row["ci_high"])
        and abs(row["contribution"]) >= PRACTICAL_POINTS
    ]
    if not parts:
        return ""
    return f"Not explained by the themes: {'; '.join(parts)}."


def shortened(text: str, longest: int = 40) -> str:
    """Cut a level's or a column's name that would fill a line; what it names stays clear.

    Examples
    --------
    >>> shortened("billing"), shortened("a very long name of a level " * 3, 20)
    ('billing', 'a very long name of…')
    """
    whole = " ".join(text.split())
    return whole if len(whole) <= longest else f"{whole[: longest - 1].rstrip()}…"


def listed(names: Sequence[str]) -> str:
    """Write names one after the other, the last after an "and".

    Examples
    --------
    >>> listed(["price", "speed", "3 more"]), listed(["price"])
    ('price, speed and 3 more', 'price')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def spoken(column: str) -> str:
    """Say a column's name as a reader would.

    Examples
    --------
    >>> spoken("SURVEY_SUB_TYPE"), spoken("journey_stage"), spoken("Tarif 2024")
    ('survey sub type', 'journey stage', 'Tarif 2024')
    """
    name = column.replace("_", " ")
    return shortened(name.lower() if column.isupper() and "_" in column else name)


def rating_label(run: Any, name: str) -> str:
    """Call a rating as a reader would, beside the survey's other ratings.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> run = SimpleNamespace(record={"columns": {"csat": ["How do you rate us? - Price"]}})
    >>> rating_label(run, "How do you rate us? - Price")
    'Price'
    """
    return measure_label(name, (run.record.get("columns") or {}).get("csat") or ())


def _shares(shares: Mapping[str, float], first: str) -> str:
    second = "promoter" if first == "detractor" else "detractor"
    known = [group for group in (first, second) if group in shares]
    if not known:
        return ""
    sentence = f"{percent(shares[known[0]])} of {known[0]}s name it"
    if len(known) == 2:
        sentence += f", {percent(shares[known[1]])} of {known[1]}s"
    return sentence + "."


def _why_only_a_tendency(theme: Mapping[str, Any]) -> str:
    cost = theme["contribution"] < 0
    more, less = ("detractors", "promoters") if cost else ("promoters", "detractors")
    for group in (less, more):
        if group[:-1] not in theme["shares"]:
            return f"Too few {group} gave an answer to compare {more} with {less}."
    if theme["shares"][more[:-1]] <= theme["shares"][less[:-1]]:
        return "It does not set the two apart: it is what all speak of."
    return f"That {more} name it more often than {less} is not certain."
