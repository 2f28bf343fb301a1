"""Which themes explain the gap between recommending and being satisfied?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.findings.bootstrap import percentile_interval, resampled_totals
from feedback_nlp.findings.csat.measures import Measures, worth
from feedback_nlp.findings.csat.quadrants import NEIGHBOURS, quadrant_of
from feedback_nlp.findings.groups import odds_ratios, shares_of_members
from feedback_nlp.findings.mentioned import mentioned_themes
from feedback_nlp.findings.proportions import q_values, share_differences
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.findings.tone import themes_in_tone

Matrix = NDArray[np.float64]

#: Any mention of a theme, complaints about it, praise of it.
GAP_TONES = ("any", "negative", "positive")
#: A finding holds below this false discovery rate.
LARGEST_Q = 0.05
#: Above twice as many respondents, totals of this many random groups are resampled.
_MOST_ROWS = 5_000
#: The four outcomes a theme's effect is measured on, in this order.
_OUTCOMES = ("nps", "csat", "ltr", "top_box")


def csat_quadrant_themes(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    measures: Measures,
    name: str,
    *,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """What do the discordant say more, or less, than their concordant neighbours?

    Satisfied non-promoters are set beside satisfied promoters, dissatisfied promoters beside
    dissatisfied detractors: as satisfied as the others, but recommending otherwise.

    Parameters
    ----------
    responses, mentions, mention_themes, themes : DataFrame
        As in a run. The base is the respondents whose answer has content.
    measures, name
        As in `quadrant_of`.
    confidence : float
    smallest : int
        Quadrants with fewer answers, and themes that fewer of both quadrants name, are left out.

    Returns
    -------
    DataFrame, one row a discordant quadrant, tone and theme
        ``measure, quadrant, neighbour, tone, theme_id, n, base, share, n_neighbour,
        base_neighbour, share_neighbour, odds_ratio, odds_low, odds_high, p_value, q_value``
        (over all rows of the rating). An odds ratio above 1: the discordant name it more.

    References
    ----------
    See `odds_ratios` and `share_differences`. Benjamini and Hochberg (1995), JRSS B 57(1).
    """
    quadrant = quadrant_of(measures, name)
    content = responses["has_content"].to_numpy(bool)
    mentioned = {
        tone: mentioned_themes(responses, _toned(mention_themes, mentions, tone), themes)
        for tone in GAP_TONES
    }
    parts = []
    for discordant, neighbour in NEIGHBOURS.items():
        own, other = (content & (quadrant == which) for which in (discordant, neighbour))
        if min(own.sum(), other.sum()) < max(1, smallest):
            continue
        for tone, table in mentioned.items():
            part = _compared(table, measures.weights, own, other, confidence, smallest)
            part.insert(0, "tone", tone)
            part.insert(0, "neighbour", neighbour)
            part.insert(0, "quadrant", discordant)
            parts.append(part)
    if not parts:
        return pd.DataFrame(columns=["measure", "quadrant", "neighbour", "tone", *_THEME_COLUMNS])
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "measure", name)
    table["q_value"] = q_values(table["p_value"].to_numpy(float))
    return table.sort_values(["quadrant", "p_value"], ascending=[False, True], kind="stable")


_THEME_COLUMNS = (
    *("theme_id", "n", "base", "share", "n_neighbour", "base_neighbour", "share_neighbour"),
    *("odds_ratio", "odds_low", "odds_high", "p_value", "q_value"),
)


def _toned(links: pd.DataFrame, mentions: pd.DataFrame, tone: str) -> pd.DataFrame:
    return links if tone == "any" else themes_in_tone(links, mentions, tone)


def _compared(
    mentioned: pd.DataFrame,
    weights: Matrix,
    own: NDArray[np.bool_],
    other: NDArray[np.bool_],
    confidence: float,
    smallest: int,
) -> pd.DataFrame:
    named = mentioned.loc[:, mentioned.to_numpy()[own | other].sum(axis=0) >= max(1, smallest)]
    first = shares_of_members(named, weights, own, confidence)
    second = shares_of_members(named, weights, other, confidence)
    if first is None or second is None:
        return pd.DataFrame(columns=list(_THEME_COLUMNS))
    sides = [
        ((side["share"] * side["effective_base"]).to_numpy(), side["effective_base"].to_numpy())
        for side in (first, second)
    ]
    (count, size), (count2, size2) = sides
    table = first[["theme_id", "n", "base", "share"]].assign(
        n_neighbour=second["n"], base_neighbour=second["base"], share_neighbour=second["share"]
    )
    ratios = odds_ratios(count, size, count2, size2, confidence)
    tested = share_differences(count, size, count2, size2, confidence)
    return pd.concat([table, ratios], axis=1).assign(p_value=tested["p_value"].to_numpy())


def csat_theme_gap(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    measures: Measures,
    name: str,
    *,
    tones: Sequence[str] = GAP_TONES,
    confidence: float = 0.95,
    resamples: int = 2000,
    smallest: int = SMALLEST_GROUP,
    seed: int = 0,
) -> pd.DataFrame:
    """Which themes cost recommendation but not satisfaction, and the other way round?

    Parameters
    ----------
    responses, mentions, mention_themes, themes : DataFrame
        As in a run. The respondents are those with content, a score and the rating.
    measures, name
        As in `quadrant_of`.
    tones : sequence of {"any", "negative", "positive"}
        Which mentions of a theme count.
    confidence : float
    resamples : int
        Bootstrap resamples of respondents; each gives all effects at once, so that the interval
        of a difference allows for the same people having answered both.
    smallest : int
        Themes that fewer of them name, or do not name, are left out.
    seed : int

    Returns
    -------
    DataFrame, one row a tone and theme
        ``measure, tone, theme_id, n, base``; ``effect_nps`` and ``effect_csat``: how much lower or
        higher those who name the theme stand, in standard deviations of the point a respondent
        adds to the NPS (1, 0, -1) and of the rating; ``difference``, the first less the second;
        ``effect_ltr`` and ``effect_top_box``: the same on the score 0-10 and on being a promoter
        (what the cut into groups does to the effect); ``adjusted_difference``: holding the other
        themes of the same tone fixed. All with ``_low, _high``; ``p_value, q_value`` of the
        difference (over all rows); ``reading``, one clause, said only where q < 0.05.

    Notes
    -----
    An effect is the difference of two means over the standard deviation of all, so that the two
    scales compare. Adjusted: least squares on all themes. Intervals are percentiles of the
    bootstrap, p-values twice the smaller share of resamples beyond zero, one resample added.
    Effects describe what goes together; they do not prove cause.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 13 and 15. Davison and
    Hinkley (1997), Bootstrap Methods and their Application, section 4.2 (the resample added).
    """
    base = responses["has_content"].to_numpy(bool) & measures.both(name)
    parts = []
    for tone in tones:
        mentioned = mentioned_themes(responses, _toned(mention_themes, mentions, tone), themes)
        parts.append(
            _tone_gap(mentioned, measures, name, base, confidence, resamples, smallest, seed)
        )
        parts[-1].insert(0, "tone", tone)
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "measure", name)
    table["q_value"] = q_values(table["p_value"].to_numpy(float))
    table["reading"] = pd.Series(
        [reading_of(dict(row)) for _, row in table.iterrows()], index=table.index, dtype="str"
    )
    return table


def reading_of(row: dict[str, Any]) -> str:
    """Say in a clause which of the two a theme moves more; empty where that is not certain.

    Examples
    --------
    >>> row = {"q_value": 0.01, "difference": -0.3, "effect_nps_low": -0.6, "effect_nps_high": -0.2,
    ...        "effect_csat_low": -0.2, "effect_csat_high": 0.1}
    >>> reading_of(row)
    'costs recommendation, not distinguishably satisfaction'
    >>> reading_of({**row, "effect_csat_high": -0.1})
    'costs recommendation more than satisfaction'
    >>> reading_of({**row, "q_value": 0.3})
    ''
    """
    if not row["q_value"] < LARGEST_Q:
        return ""

    def sense(name: str) -> int:
        return int(row[f"{name}_low"] > 0) - int(row[f"{name}_high"] < 0)

    moved = {"recommendation": sense("effect_nps"), "satisfaction": sense("effect_csat")}
    more, less = "recommendation", "satisfaction"
    costs = row["difference"] < 0
    # A difference below zero: recommendation suffers more, or satisfaction gains more.
    if moved[more] == 0 or (moved[more] < 0) != costs:
        more, less = less, more
    if moved[more] == 0:
        return ""
    verb = "costs" if moved[more] < 0 else "earns"
    if moved[less] == 0:
        return f"{verb} {more}, not distinguishably {less}"
    if moved[less] == moved[more]:
        return f"{verb} {more} more than {less}"
    other = "costs" if moved[less] < 0 else "earns"
    return f"{verb} {more} but {other} {less}"


def _tone_gap(
    mentioned: pd.DataFrame,
    measures: Measures,
    name: str,
    base: NDArray[np.bool_],
    confidence: float,
    resamples: int,
    smallest: int,
    seed: int,
) -> pd.DataFrame:
    members = mentioned.to_numpy(float)[base]
    named = members.sum(axis=0)
    kept = (named >= max(1, smallest)) & (len(members) - named >= max(1, smallest))
    members = members[:, kept]
    score, weights = measures.score[base], measures.weights[base]
    point = worth(score)
    outcomes = np.column_stack([point, measures.of(name)[base], score, point == 1.0])
    k = members.shape[1]
    if not k or not len(members) or (outcomes[:, :2].std(axis=0) == 0).any():
        return pd.DataFrame(columns=list(_GAP_COLUMNS))
    columns = _grouped_sums(members, outcomes, weights, seed)
    value = _effects(columns.sum(axis=0)[None, :], k)[0]
    draws = _effects(resampled_totals(columns, resamples, seed), k)
    low, high = percentile_interval(draws, value, confidence)
    table = pd.DataFrame(
        {
            "theme_id": mentioned.columns[kept].astype("str"),
            "n": named[kept].astype(int),
            "base": len(members),
        }
    )
    for position, figure in enumerate(_FIGURES):
        part = slice(position * k, (position + 1) * k)
        table[figure] = value[part]
        table[f"{figure}_low"], table[f"{figure}_high"] = low[part], high[part]
    gap = draws[:, len(_OUTCOMES) * k : (len(_OUTCOMES) + 1) * k]
    beyond = np.minimum((gap <= 0).sum(axis=0), (gap >= 0).sum(axis=0))
    table["p_value"] = np.minimum(2 * (beyond + 1) / (len(gap) + 1), 1.0)
    return table


_FIGURES = (
    *(f"effect_{outcome}" for outcome in _OUTCOMES),
    *("difference", "adjusted_nps", "adjusted_csat", "adjusted_difference"),
)
_GAP_COLUMNS = (
    *("theme_id", "n", "base"),
    *(f"{figure}{end}" for figure in _FIGURES for end in ("", "_low", "_high")),
    "p_value",
)


def _grouped_sums(members: Matrix, outcomes: Matrix, weights: Matrix, seed: int) -> Matrix:
    """The columns of `_sums`; of many respondents, their totals over random groups of equal size.

    Groups are draws of the same kind as respondents, so resampling them gives the same
    distribution of totals, in memory and time that do not grow with the survey.
    """
    n = len(weights)
    if n <= 2 * _MOST_ROWS:
        return _sums(members, outcomes, weights)
    order = np.random.default_rng(seed).permutation(n)
    order = order[: n - n % _MOST_ROWS] if n % _MOST_ROWS else order
    left = np.setdiff1d(np.arange(n), order)
    groups = [*order.reshape(_MOST_ROWS, -1)]
    # The few that do not fill a group go one to each of the first groups.
    groups[: len(left)] = [np.append(g, one) for g, one in zip(groups, left, strict=False)]
    return np.vstack(
        [_sums(members[own], outcomes[own], weights[own]).sum(axis=0)[None, :] for own in groups]
    )


def _sums(members: Matrix, outcomes: Matrix, weights: Matrix) -> Matrix:
    """Columns of which every effect is made by adding up: weights, moments, products."""
    first, second = np.triu_indices(members.shape[1])
    weighted = weights[:, None] * members
    parts = [weights, weights[:, None] * outcomes, weights[:, None] * outcomes**2]
    parts += [weighted * outcome[:, None] for outcome in outcomes.T]
    return np.column_stack([*parts, weighted[:, first] * members[:, second]])


def _effects(totals: Matrix, k: int) -> Matrix:
    """Every figure of every theme, one row a resample; the columns are `_FIGURES` by theme."""
    m = len(_OUTCOMES)
    weight, at = totals[:, 0], 1
    mean = totals[:, at : at + m] / weight[:, None]
    spread = totals[:, at + m : at + 2 * m] / weight[:, None] - mean**2
    deviation = np.sqrt(np.where(spread > 1e-12, spread, np.nan))
    at += 2 * m
    crossed = totals[:, at : at + m * k].reshape(-1, m, k) / weight[:, None, None]
    second = np.zeros((len(totals), k, k))
    upper = np.triu_indices(k)
    second[:, upper[0], upper[1]] = totals[:, at + m * k :] / weight[:, None]
    second[:, upper[1], upper[0]] = second[:, upper[0], upper[1]]
    share = np.diagonal(second, axis1=1, axis2=2)
    # Mean among those who name it less mean among the others: covariance over p (1 - p).
    covariance = crossed - mean[:, :, None] * share[:, None, :]
    variance = share * (1 - share)
    variance = np.where(variance > 1e-12, variance, np.nan)
    effects = covariance / variance[:, None, :] / deviation[:, :, None]
    among = second - share[:, :, None] * share[:, None, :]
    among = among + 1e-9 * np.eye(k)
    slopes = np.linalg.solve(among, np.swapaxes(covariance[:, :2], 1, 2))
    adjusted = np.swapaxes(slopes, 1, 2) / deviation[:, :2, None]
    rows = [effects[:, position] for position in range(m)]
    rows += [effects[:, 0] - effects[:, 1], adjusted[:, 0], adjusted[:, 1]]
    rows.append(adjusted[:, 0] - adjusted[:, 1])
    return np.concatenate(rows, axis=1)
