"""Why did the score change? The difference between two NPS, split exactly among the themes.

The NPS is a sum over themes of how much of the answers' voice a theme has, times how those who
raise it score. Between two periods (or two segments) either can move: more people speak of prices
(composition), or those who speak of prices score lower than before (rate).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.mentioned import NO_ANSWER, NO_THEME, mentioned_themes
from feedback_nlp.findings.proportions import need_columns, q_values, respondent_weights
from feedback_nlp.findings.small_groups import SMALLEST_GROUP, TOO_FEW, rows_to_pool
from feedback_nlp.nps import NpsDifference, NpsEstimate, nps, nps_difference

_CELLS_AT_ONCE = 20_000_000

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class NpsChange:
    """The change between two scores, and the parts that make it up.

    Attributes
    ----------
    before, after : NpsEstimate
    change : NpsDifference
        After minus before.
    parts : DataFrame, one row a theme
        See `nps_change`.
    """

    before: NpsEstimate
    after: NpsEstimate
    change: NpsDifference
    parts: pd.DataFrame


def nps_change(
    before: pd.DataFrame,
    after: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    weight: str | None = None,
    confidence: float = 0.95,
    resamples: int = 2000,
    smallest: int = SMALLEST_GROUP,
    seed: int = 0,
) -> NpsChange:
    """Split the change of the NPS between two sets of respondents among the themes.

    Parameters
    ----------
    before, after : DataFrame, one row a respondent
        Needs ``response_id, score, group, has_content``. Nobody may be in both. Those without a
        score do not count.
    mention_themes, themes : DataFrame
        As in a run; `mention_themes` of both sets.
    weight : str, optional
        Column of survey weights in both sets.
    confidence : float
        Level of the intervals.
    resamples : int
        Bootstrap resamples of respondents, drawn within each set (percentile intervals).
    smallest : int
        Either set must have as many scores. Rows of fewer respondents in both together are shown
        as one, ``_too_few``; where a row has fewer in one set, its NPS there is not shown.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    NpsChange
        ``parts`` holds a row a top-level theme and the rows ``_no_theme`` and ``_no_answer``:
        ``theme_id, n_before, n_after`` (respondents), ``voice_before, voice_after`` (the theme's
        part of the answers' voice, 0 to 1, adding up to 1), ``nps_before, nps_after`` (the NPS of
        that voice), and in points of NPS, each with ``_low`` and ``_high``: ``composition`` (the
        voice grew or shrank), ``rate`` (the voice scores otherwise than before) and ``total``,
        their sum, which is the change of the theme's contribution to the NPS. All totals add up
        to the change exactly. ``p_value`` and ``q_value`` belong to the total. Largest first.

    Raises
    ------
    FeedbackError
        If a set has too few scores, its weights are all zero, or a respondent is in both.

    Notes
    -----
    A respondent's voice is shared equally among the top-level themes of the answer, or falls to
    ``_no_theme`` or ``_no_answer``, so that shares m_k add up to 1 and NPS = sum of m_k r_k, with
    r_k the weighted mean worth (+100, 0, -100) of the voice on theme k. Kitagawa's two-component
    split is then exact for every k: composition (m_k' - m_k)(r_k + r_k')/2, rate
    (r_k' - r_k)(m_k + m_k')/2. A theme that appears or vanishes has no rate to compare, and its
    change is all composition. The split accounts for the change; it proves no cause.

    References
    ----------
    Kitagawa (1955), JASA 50(272), 1168-1194. Oaxaca (1973), International Economic Review 14(3).
    Blinder (1973), Journal of Human Resources 8(4). Das Gupta (1993), Standardization and
    Decomposition of Rates, chapter 2. Efron and Tibshirani (1993), chapter 13.

    Examples
    --------
    >>> def wave(name, priced, scores):
    ...     ids = [f"{name}{n}" for n in range(20)]
    ...     table = pd.DataFrame({"response_id": ids, "score": scores, "has_content": True})
    ...     table["group"] = ["detractor" if score < 7 else "promoter" for score in scores]
    ...     return table, pd.DataFrame({"response_id": ids[:priced], "theme_id": "price"})
    >>> spring, spring_links = wave("a", 10, [2] * 10 + [9] * 10)
    >>> autumn, autumn_links = wave("b", 15, [2] * 15 + [9] * 5)
    >>> themes = pd.DataFrame({"theme_id": ["price"], "parent_id": [None]})
    >>> found = nps_change(spring, autumn, pd.concat([spring_links, autumn_links]), themes)
    >>> found.change.difference
    -50.0
    >>> found.parts[["theme_id", "composition", "rate"]].to_dict("records")[0]
    {'theme_id': 'price', 'composition': -25.0, 'rate': 0.0}
    """
    sides = [
        _scored(before, "earlier", weight, smallest),
        _scored(after, "later", weight, smallest),
    ]
    if set(sides[0]["response_id"]) & set(sides[1]["response_id"]):
        raise FeedbackError(
            "The two sets share respondents: a change is split between respondents before and "
            "others after."
        )
    weights = [respondent_weights(side, weight) for side in sides]
    estimates = [nps(side["score"], w, confidence) for side, w in zip(sides, weights, strict=True)]
    ids, voices = _voices(sides, mention_themes, themes, smallest)
    samples = [
        _Sample.of(side, w, voice) for side, w, voice in zip(sides, weights, voices, strict=True)
    ]
    parts = _parts_table(ids, samples, voices, confidence, resamples, smallest, seed)
    change = nps_difference(estimates[1], estimates[0], confidence)
    return NpsChange(estimates[0], estimates[1], change, parts)


def _scored(responses: pd.DataFrame, which: str, weight: str | None, smallest: int) -> pd.DataFrame:
    need_columns(responses, ["response_id", "score", "group", "has_content"])
    scored = responses[responses["score"].notna()]
    if len(scored) < max(smallest, 1):
        raise FeedbackError(
            f"The {which} set has {len(scored)} scores, fewer than the {max(smallest, 1)} it takes "
            "to compare: choose a longer period."
        )
    if not respondent_weights(scored, weight).any():
        raise FeedbackError(f"All respondents of the {which} set have a weight of zero.")
    return scored


def _voices(
    sides: list[pd.DataFrame], mention_themes: pd.DataFrame, themes: pd.DataFrame, smallest: int
) -> tuple[list[str], list[Matrix]]:
    """The rows of the table, and how each respondent's voice is shared among them."""
    voices = []
    for side in sides:
        named = mentioned_themes(side, mention_themes, themes, "top")
        shares = named.to_numpy(float)
        shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
        content = side["has_content"].to_numpy(bool)
        unthemed = shares.sum(axis=1) == 0
        voices.append(
            np.column_stack([shares, unthemed & content, unthemed & ~content]).astype(float)
        )
    ids = [*map(str, named.columns), NO_THEME, NO_ANSWER]
    both = np.vstack(voices) > 0
    sizes = both.sum(axis=0)
    pooled = rows_to_pool(sizes, smallest, lambda rows: int(both[:, rows].any(axis=1).sum()))
    kept = (sizes > 0) & ~pooled
    names = [name for name, keep in zip(ids, kept, strict=True) if keep]
    if not pooled.any():
        return names, [voice[:, kept] for voice in voices]
    return [*names, TOO_FEW], [
        np.column_stack([voice[:, kept], voice[:, pooled].sum(axis=1)]) for voice in voices
    ]


@dataclass(frozen=True)
class _Sample:
    """One set of respondents, those alike in weight, worth and voice counted together."""

    counts: NDArray[np.int64]
    weights: Matrix
    worth: Matrix
    voice: Matrix

    @classmethod
    def of(cls, responses: pd.DataFrame, weights: Matrix, voice: Matrix) -> _Sample:
        group = responses["group"].to_numpy()
        worth = 100.0 * ((group == "promoter").astype(float) - (group == "detractor"))
        kinds, counts = np.unique(
            np.column_stack([weights, worth, voice]), axis=0, return_counts=True
        )
        return cls(counts, kinds[:, 0], kinds[:, 1], kinds[:, 2:])

    def voice_and_points(self, times: Matrix) -> tuple[Matrix, Matrix]:
        """Share of the voice, and points of NPS, of each theme, for every row of draws."""
        weighted = self.weights[:, None] * self.voice
        total = times @ self.weights
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (times @ weighted) / total[:, None]
            points = (times @ (self.worth[:, None] * weighted)) / total[:, None]
        return share, points

    def draws(self, random: np.random.Generator, size: int) -> Matrix:
        n = int(self.counts.sum())
        return random.multinomial(n, self.counts / n, size=size).astype(float)


def _split(first: tuple[Matrix, Matrix], second: tuple[Matrix, Matrix]) -> dict[str, Matrix]:
    """Kitagawa's composition and rate, and their sum, theme by theme."""
    (m0, points0), (m1, points1) = first, second
    with np.errstate(invalid="ignore", divide="ignore"):
        r0, r1 = points0 / m0, points1 / m1
    r0, r1 = np.where(m0 > 0, r0, r1), np.where(m1 > 0, r1, r0)
    r0, r1 = np.nan_to_num(r0), np.nan_to_num(r1)
    return {
        "composition": (m1 - m0) * (r0 + r1) / 2,
        "rate": (r1 - r0) * (m0 + m1) / 2,
        "total": points1 - points0,
    }


def _parts_table(
    ids: list[str],
    samples: list[_Sample],
    voices: list[Matrix],
    confidence: float,
    resamples: int,
    smallest: int,
    seed: int,
) -> pd.DataFrame:
    observed = [sample.voice_and_points(sample.counts[None, :].astype(float)) for sample in samples]
    estimate = _split(observed[0], observed[1])
    drawn = _bootstrap(samples, resamples, seed)
    table = pd.DataFrame({"theme_id": pd.Series(ids, dtype="str")})
    for number, when in enumerate(("before", "after")):
        share, points = (values[0] for values in observed[number])
        n = (voices[number] > 0).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = np.where((n >= max(smallest, 1)) & (share > 0), points / share, np.nan)
        table[f"n_{when}"], table[f"voice_{when}"], table[f"nps_{when}"] = n, share, rate
    tail = (1 - confidence) / 2
    for name, value in estimate.items():
        low, high = np.nanquantile(drawn[name], [tail, 1 - tail], axis=0)
        table[name] = np.round(value[0], 12) + 0.0
        table[f"{name}_low"] = np.minimum(low, value[0])
        table[f"{name}_high"] = np.maximum(high, value[0])
    table["p_value"] = _bootstrap_p(drawn["total"])
    table["q_value"] = q_values(table["p_value"])
    order = table["total"].abs().sort_values(ascending=False, kind="stable").index
    first = ["theme_id", "n_before", "n_after", "voice_before", "voice_after"]
    first += ["nps_before", "nps_after"]
    return table.loc[order, [*first, *table.columns.drop(first)]].reset_index(drop=True)


def _bootstrap(samples: list[_Sample], resamples: int, seed: int) -> dict[str, Matrix]:
    random = np.random.default_rng(seed)
    step = max(1, _CELLS_AT_ONCE // max(len(sample.counts) for sample in samples))
    parts = []
    for first in range(0, resamples, step):
        size = min(step, resamples - first)
        parts.append(
            _split(*(sample.voice_and_points(sample.draws(random, size)) for sample in samples))
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _bootstrap_p(draws: Matrix) -> Matrix:
    """Twice the smaller part of the draws on either side of zero (Efron and Tibshirani, 15.4)."""
    size = (~np.isnan(draws)).sum(axis=0) + 1
    below = ((draws <= 0).sum(axis=0) + 1) / size
    above = ((draws >= 0).sum(axis=0) + 1) / size
    return np.asarray(np.minimum(1.0, 2 * np.minimum(below, above)))
