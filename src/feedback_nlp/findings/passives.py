"""What sets passives apart from promoters, and are passives mild detractors at all?

A passive is a point or two from being a promoter, so what promoters say and passives do not, or
the other way round, shows the shortest way to a better score.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.findings.groups import answering_with_score, odds_ratios, shares_of_members
from feedback_nlp.findings.mentioned import mentioned_themes
from feedback_nlp.findings.proportions import q_values, respondent_weights, share_differences
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.findings.tone import TONES, themes_in_tone

Matrix = NDArray[np.float64]

#: A verdict on resemblance needs both tests to be told at this false discovery rate.
LARGEST_Q = 0.05


def passive_themes(
    responses: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    mentions: pd.DataFrame | None = None,
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """Which themes, and which complaints, do passives bring up more or less than promoters?

    Parameters
    ----------
    responses, mention_themes, themes
        As in `theme_groups`.
    mentions : DataFrame, optional
        As in a run; with it there are rows by tone too.
    weight : str, optional
        Column of survey weights; see `theme_groups`.
    confidence : float
        Level of the intervals.
    smallest : int
        Passives and promoters with an answer must be at least as many each, and a theme must be
        mentioned (in that tone) by at least as many of them together.

    Returns
    -------
    DataFrame, one row a top-level theme and tone
        ``theme_id``, ``tone`` (any, negative, neutral, positive), ``n_passive, base_passive,
        share_passive, n_promoter, base_promoter, share_promoter``, ``difference`` (passives
        minus promoters, -1 to 1) with Newcombe's interval ``ci_low, ci_high``, ``odds_ratio,
        odds_low, odds_high, p_value, q_value``; the surest difference first. The q-values count
        all rows as one family. Empty where a group is too small.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10; see `theme_groups`.

    Examples
    --------
    >>> responses = pd.DataFrame({"response_id": list("abcd"), "has_content": True,
    ...     "group": ["passive", "passive", "promoter", "promoter"]})
    >>> links = pd.DataFrame({"response_id": ["a"], "theme_id": ["price"]})
    >>> themes = pd.DataFrame({"theme_id": ["price"], "parent_id": [None]})
    >>> passive_themes(responses, links, themes, smallest=1)["difference"].tolist()
    [0.5]
    """
    answering = answering_with_score(responses)
    answering = answering[answering["group"].isin(["passive", "promoter"])]
    tones = {"any": mention_themes}
    if mentions is not None:
        tones |= {tone: themes_in_tone(mention_themes, mentions, tone) for tone in TONES}
    parts = []
    for tone, links in tones.items():
        sides = _sides(answering, links, themes, ("passive", "promoter"), weight, smallest)
        if sides is not None:
            parts.append(_difference(sides[0], sides[1], confidence).assign(tone=tone))
    if not parts:
        return _empty(_THEME_COLUMNS)
    table = pd.concat(parts, ignore_index=True).astype({"theme_id": "str", "tone": "str"})
    table["q_value"] = q_values(table["p_value"])
    table = table.sort_values(["p_value", "theme_id", "tone"], kind="stable", ignore_index=True)
    return table[list(_THEME_COLUMNS)]


def passive_resemblance(
    responses: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """Whom do passives resemble, theme by theme: detractors, promoters or neither?

    Two hypotheses are set against each other: passives mention the theme as often as promoters
    do, or as often as detractors do.

    Parameters
    ----------
    responses, mention_themes, themes, weight, confidence
        As in `theme_groups`.
    smallest : int
        All three groups must have as many respondents with an answer, and a theme must be
        mentioned by as many in all.

    Returns
    -------
    DataFrame, one row a top-level theme
        ``theme_id``; ``n_`` (who mention it), ``base_`` (of how many) and ``share_`` of detractor,
        passive and promoter; ``from_promoters`` and ``from_detractors``: the passives' share
        minus that of the other group, each with ``_low``, ``_high`` (Newcombe), ``_p`` and
        ``_q`` (both tests of all themes are one family); ``log_likelihood_ratio``: above zero
        the data speak for promoters, by that many natural logs; ``resembles``:

        - "promoters" or "detractors": told apart from the other group only (q < 0.05);
        - "between": told apart from both, with a share between theirs;
        - "neither": told apart from both, with a share outside theirs;
        - "cannot tell": told apart from neither group.

        Ordered by the log-likelihood ratio, nearest to promoters first. Empty where a group is
        too small.

    Notes
    -----
    The log-likelihood ratio compares the maximised binomial likelihood of "passives and promoters
    share one rate, detractors have theirs" with that of "passives and detractors share one rate,
    promoters have theirs". Both have two parameters, so that nothing needs to be charged for
    them. With weights, effective counts are used (Rao and Scott 1992).

    References
    ----------
    Royall (1997), Statistical Evidence: A Likelihood Paradigm, chapter 1 (a ratio of 8, log 2.1,
    is fairly strong evidence, 32, log 3.5, strong). Newcombe (1998), Statistics in Medicine 17.

    Examples
    --------
    >>> group = ["detractor"] * 40 + ["passive"] * 40 + ["promoter"] * 40
    >>> responses = pd.DataFrame({"response_id": [f"r{i}" for i in range(120)],
    ...                           "group": group, "has_content": True})
    >>> links = pd.DataFrame({"response_id": [f"r{i}" for i in [*range(30), 40, 41, 80, 81]],
    ...                       "theme_id": "price"})
    >>> themes = pd.DataFrame({"theme_id": ["price"], "parent_id": [None]})
    >>> table = passive_resemblance(responses, links, themes)
    >>> table[["theme_id", "resembles"]].values.tolist()
    [['price', 'promoters']]
    """
    groups = ("detractor", "passive", "promoter")
    sides = _sides(
        answering_with_score(responses), mention_themes, themes, groups, weight, smallest
    )
    if sides is None:
        return _empty(_RESEMBLANCE_COLUMNS)
    table = sides[0][["theme_id"]].copy()
    for name, side in zip(groups, sides, strict=True):
        for figure in ("n", "base", "share"):
            table[f"{figure}_{name}"] = side[figure]
    counts = [(side["share"] * side["effective_base"]).to_numpy() for side in sides]
    sizes = [side["effective_base"].to_numpy() for side in sides]
    for name, other in (("promoters", 2), ("detractors", 0)):
        found = share_differences(counts[1], sizes[1], counts[other], sizes[other], confidence)
        table[f"from_{name}"] = found["difference"].to_numpy()
        table[f"from_{name}_low"] = found["difference_low"].to_numpy()
        table[f"from_{name}_high"] = found["difference_high"].to_numpy()
        table[f"from_{name}_p"] = found["p_value"].to_numpy()
    # Either test alone can make a verdict, so both are one family.
    tested = ["from_promoters_p", "from_detractors_p"]
    adjusted = q_values(table[tested].to_numpy().ravel()).reshape(-1, 2)
    table[["from_promoters_q", "from_detractors_q"]] = adjusted
    as_promoters = _log_likelihood(counts[1] + counts[2], sizes[1] + sizes[2])
    as_promoters += _log_likelihood(counts[0], sizes[0])
    as_detractors = _log_likelihood(counts[0] + counts[1], sizes[0] + sizes[1])
    as_detractors += _log_likelihood(counts[2], sizes[2])
    table["log_likelihood_ratio"] = as_promoters - as_detractors
    table["resembles"] = pd.Series(_verdicts(table), index=table.index, dtype="str")
    table = table.sort_values(
        ["log_likelihood_ratio", "theme_id"], ascending=[False, True], kind="stable"
    )
    return table[list(_RESEMBLANCE_COLUMNS)].reset_index(drop=True)


def _sides(
    answering: pd.DataFrame,
    links: pd.DataFrame,
    themes: pd.DataFrame,
    groups: tuple[str, ...],
    weight: str | None,
    smallest: int,
) -> list[pd.DataFrame] | None:
    """The shares of each group, themes in the same order; None where a group is too small."""
    weights = respondent_weights(answering, weight)
    mentioned = mentioned_themes(answering, links, themes, "top")
    mentioned = mentioned.loc[:, mentioned.sum(axis=0) >= max(1, smallest)]
    sides = []
    for name in groups:
        members = (answering["group"] == name).to_numpy()
        shares = shares_of_members(mentioned, weights, members)
        if shares is None or members.sum() < max(1, smallest):
            return None
        sides.append(shares)
    return sides


def _difference(one: pd.DataFrame, other: pd.DataFrame, confidence: float) -> pd.DataFrame:
    count, other_count = ((s["share"] * s["effective_base"]).to_numpy() for s in (one, other))
    size, other_size = (side["effective_base"].to_numpy() for side in (one, other))
    found = share_differences(count, size, other_count, other_size, confidence)
    found = found.rename(columns={"difference_low": "ci_low", "difference_high": "ci_high"})
    odds = odds_ratios(count, size, other_count, other_size, confidence)
    table = one[["theme_id"]].copy()
    for name, side in (("passive", one), ("promoter", other)):
        for figure in ("n", "base", "share"):
            table[f"{figure}_{name}"] = side[figure]
    return pd.concat([table, found, odds], axis=1)


def _log_likelihood(count: Matrix, size: Matrix) -> Matrix:
    """The binomial log-likelihood at its maximum, but for a constant."""
    from scipy.special import xlogy

    share = count / size
    return np.asarray(xlogy(count, share) + xlogy(size - count, 1 - share))


def _verdicts(table: pd.DataFrame) -> list[str]:
    verdicts = []
    for row in table.to_dict("records"):
        not_promoters = row["from_promoters_q"] < LARGEST_Q
        not_detractors = row["from_detractors_q"] < LARGEST_Q
        outside = row["from_promoters"] * row["from_detractors"] > 0
        if not_promoters and not_detractors:
            verdicts.append("neither" if outside else "between")
        elif not_detractors:
            verdicts.append("promoters")
        elif not_promoters:
            verdicts.append("detractors")
        else:
            verdicts.append("cannot tell")
    return verdicts


def _counts_of(*names: str) -> dict[str, str]:
    kinds = {"n": "int64", "base": "int64", "share": "float64"}
    return {f"{figure}_{name}": kind for name in names for figure, kind in kinds.items()}


_THEME_COLUMNS = {
    "theme_id": "str",
    "tone": "str",
    **_counts_of("passive", "promoter"),
    **dict.fromkeys(("difference", "ci_low", "ci_high"), "float64"),
    **dict.fromkeys(("odds_ratio", "odds_low", "odds_high", "p_value", "q_value"), "float64"),
}
_RESEMBLANCE_COLUMNS = {
    "theme_id": "str",
    **_counts_of("detractor", "passive", "promoter"),
    **{
        f"from_{name}{end}": "float64"
        for name in ("promoters", "detractors")
        for end in ("", "_low", "_high", "_p", "_q")
    },
    "log_likelihood_ratio": "float64",
    "resembles": "str",
}


def _empty(columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
