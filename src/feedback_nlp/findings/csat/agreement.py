"""Do recommendation and satisfaction say the same? How closely, and which rating says it most?"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.findings.csat.correlations import (
    dependent_difference,
    midranks,
    spearman,
    weighted_correlation,
)
from feedback_nlp.findings.csat.measures import TEXT_SENTIMENT, Measures, size_of, worth
from feedback_nlp.findings.csat.polychoric import polychoric
from feedback_nlp.findings.proportions import q_values
from feedback_nlp.findings.small_groups import SMALLEST_GROUP

Vector = NDArray[np.float64]

#: Fewer respondents than this carry no polychoric correlation and no kappa.
FEWEST = 30
#: From this many respondents on, the cross-table shows all eleven scores, else the three groups.
ENOUGH_FOR_SCORES = 1000
_GROUPS = ("detractor", "passive", "promoter")


def csat_agreement(
    measures: Measures,
    sentiment: Vector | None = None,
    *,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """How closely does each rating, and what the text expresses, go with the score?

    Parameters
    ----------
    measures : Measures
    sentiment : ndarray of float, shape (respondents,), optional
        What the answers express, -1 to 1, missing where there is no answer: a row of its own.
    confidence : float
    smallest : int
        Nothing is shown for fewer respondents.

    Returns
    -------
    DataFrame, one row a rating, and ``_sentiment``
        ``measure, n`` (respondents with both); ``spearman`` with the score; ``spearman_groups``
        with its three groups (what cutting the score into groups leaves of it); ``polychoric``;
        ``kappa`` (quadratic weights) of the groups promoter, passive, detractor with satisfied
        (best points), between, unhappy (as many worst points); each with ``_low, _high``;
        ``note`` says why a figure is missing.

    Notes
    -----
    Kappa: interval from the large-sample standard error of Fleiss, Cohen and Everitt, on
    effective numbers where there are weights. A kappa depends on how full the groups are: read it
    beside the correlations.

    References
    ----------
    See `spearman` and `polychoric`. Cohen (1968), Psychological Bulletin 70(4). Fleiss, Cohen and
    Everitt (1969), Psychological Bulletin 72(5).

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> from feedback_nlp.reading.scales import Scale
    >>> responses = pd.DataFrame({"score": [10, 8, 2, 9] * 15, "ease": [5.0, 3, 1, 4] * 15})
    >>> table = csat_agreement(measures_of(responses, {"ease": Scale(1, 5)}))
    >>> table[["measure", "n", "spearman", "kappa"]].values.tolist()
    [['ease', 60, 1.0, 1.0]]
    """
    rows = []
    for name in measures.names:
        both = measures.both(name)
        if both.sum() >= max(smallest, 4):
            rows.append({"measure": name, **_agreement(measures, name, both, confidence)})
    if sentiment is not None:
        both = ~np.isnan(sentiment) & ~np.isnan(measures.score) & (measures.weights > 0)
        if both.sum() >= max(smallest, 4):
            found = _ranked(measures, sentiment, both, confidence)
            note = "the text's sentiment has no points, so it has no thresholds and no groups"
            rows.append({"measure": TEXT_SENTIMENT, **found, "note": note})
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"note": "str"})


_COLUMNS = (
    *("measure", "n", "spearman", "spearman_low", "spearman_high"),
    *("spearman_groups", "spearman_groups_low", "spearman_groups_high"),
    *("polychoric", "polychoric_low", "polychoric_high", "kappa", "kappa_low", "kappa_high"),
    "note",
)


def _ranked(
    measures: Measures, other: Vector, both: NDArray[np.bool_], confidence: float
) -> dict[str, Any]:
    weights, score = measures.weights[both], measures.score[both]
    row: dict[str, Any] = {"n": int(both.sum())}
    for key, values in (("spearman", score), ("spearman_groups", worth(score))):
        found = spearman(values, other[both], weights, confidence)
        row |= {key: found.value, f"{key}_low": found.low, f"{key}_high": found.high}
    return row


def _agreement(
    measures: Measures, name: str, both: NDArray[np.bool_], confidence: float
) -> dict[str, Any]:
    ratings, scale = measures.of(name)[both], measures.scales[name]
    row = _ranked(measures, measures.of(name), both, confidence)
    weights, score = measures.weights[both], measures.score[both]
    if len(ratings) < FEWEST:
        return {**row, "note": f"fewer than {FEWEST} respondents: no polychoric, no kappa"}
    counts = _effective_counts(score, ratings, weights)
    latent = polychoric(counts, confidence)
    if latent is None:
        row["note"] = "score and rating go together too closely for a polychoric correlation"
    else:
        row |= {"polychoric": latent.value, "polychoric_low": latent.low}
        row |= {"polychoric_high": latent.high, "note": ""}
    boxes = scale.boxes
    level = np.select(
        [ratings > scale.high - boxes, ratings < scale.low + boxes], [1.0, -1.0], default=0.0
    )
    groups = pd.crosstab(worth(score), level, values=weights, aggfunc="sum", dropna=False)
    groups = groups.reindex(index=[-1.0, 0.0, 1.0], columns=[-1.0, 0.0, 1.0]).fillna(0.0)
    return row | _kappa(groups.to_numpy(float), size_of(weights), confidence)


def _effective_counts(x: Vector, y: Vector, weights: Vector) -> Vector:
    table = pd.crosstab(x, y, values=weights, aggfunc="sum").fillna(0.0).to_numpy(float)
    return np.asarray(table * size_of(weights) / weights.sum())


def _kappa(table: Vector, effective: float, confidence: float) -> dict[str, float]:
    from scipy.stats import norm
    from statsmodels.stats.inter_rater import cohens_kappa

    if (table.sum(axis=0) > 0).sum() < 2 or (table.sum(axis=1) > 0).sum() < 2:
        return {}
    found = cohens_kappa(table * effective / table.sum(), wt="fc")
    half = float(norm.ppf((1 + confidence) / 2)) * float(np.sqrt(found.var_kappa))
    kappa = float(found.kappa)
    return {
        "kappa": kappa,
        "kappa_low": max(-1.0, kappa - half),
        "kappa_high": min(1.0, kappa + half),
    }


def csat_comparisons(measures: Measures, *, confidence: float = 0.95) -> pd.DataFrame:
    """Does one rating go with the score more closely than another, in the same respondents?

    Parameters
    ----------
    measures : Measures
    confidence : float

    Returns
    -------
    DataFrame, one row a pair of ratings
        ``measure, other, n`` (respondents who gave the score and both), ``spearman,
        spearman_other, between`` (of the two ratings), ``difference`` with ``difference_low,
        difference_high``, ``p_value, q_value`` (over all pairs). Pairs that fewer than 30
        respondents rated are left out.

    References
    ----------
    See `dependent_difference`. Benjamini and Hochberg (1995), JRSS B 57(1).

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> from feedback_nlp.reading.scales import Scale
    >>> responses = pd.DataFrame({"score": [10, 8, 2, 9, 5] * 12, "ease": [5.0, 3, 1, 4, 2] * 12,
    ...                           "price": [1.0, 3, 2, 5, 4] * 12})
    >>> scales = {"ease": Scale(1, 5), "price": Scale(1, 5)}
    >>> table = csat_comparisons(measures_of(responses, scales))
    >>> table[["measure", "other", "n"]].values.tolist(), bool(table["q_value"][0] < 0.01)
    ([['ease', 'price', 60]], True)
    """
    rows = []
    for one, other in combinations(measures.names, 2):
        all_three = measures.both(one) & measures.both(other)
        if all_three.sum() < FEWEST:
            continue
        weights = measures.weights[all_three]
        ranks = [
            midranks(values[all_three], weights)
            for values in (measures.score, measures.of(one), measures.of(other))
        ]
        r_one, r_other, between = (
            weighted_correlation(ranks[i], ranks[j], weights) for i, j in ((0, 1), (0, 2), (1, 2))
        )
        if np.isnan([r_one, r_other, between]).any():
            continue
        both = (
            spearman(measures.score[all_three], values[all_three], weights, confidence)
            for values in (measures.of(one), measures.of(other))
        )
        first, second = ((found.low, found.high) for found in both)
        gap = dependent_difference(
            r_one, r_other, between, size_of(weights), confidence, (first, second)
        )
        rows.append(
            {
                "measure": one,
                "other": other,
                "n": int(all_three.sum()),
                "spearman": r_one,
                "spearman_other": r_other,
                "between": between,
                "difference": gap.difference,
                "difference_low": gap.low,
                "difference_high": gap.high,
                "p_value": gap.p_value,
            }
        )
    table = pd.DataFrame(rows, columns=_PAIR_COLUMNS)
    return table.assign(q_value=q_values(table["p_value"].to_numpy(float)))


_PAIR_COLUMNS = (
    *("measure", "other", "n", "spearman", "spearman_other", "between"),
    *("difference", "difference_low", "difference_high", "p_value"),
)


def csat_cross_table(
    measures: Measures, name: str, *, smallest: int = SMALLEST_GROUP
) -> pd.DataFrame:
    """How many gave which rating beside which score?

    Parameters
    ----------
    measures : Measures
    name : str
        The rating.
    smallest : int
        Cells of fewer respondents are blank, and so many others that none can be worked out from
        the sums of a row or a column.

    Returns
    -------
    DataFrame, one row a cell
        ``measure, by`` ("score", or "group" below 1,000 respondents), ``score`` (str: "0" to
        "10", or the group), ``rating`` (higher is better), ``n`` (missing where suppressed),
        ``share`` of the row.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, section 4.2 (secondary suppression).

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> from feedback_nlp.reading.scales import Scale
    >>> responses = pd.DataFrame({"score": [10, 8, 2] * 20, "ease": [5.0, 3, 1] * 20})
    >>> table = csat_cross_table(measures_of(responses, {"ease": Scale(1, 5)}), "ease")
    >>> table.query("n > 0")[["score", "rating", "n"]].values.tolist()
    [['detractor', 1, 20], ['passive', 3, 20], ['promoter', 5, 20]]
    """
    both = measures.both(name)
    score, scale = measures.score[both], measures.scales[name]
    ratings = np.round(measures.of(name)[both]).astype(int)
    by_score = len(score) >= ENOUGH_FOR_SCORES
    if by_score:
        rows: list[str] = [str(n) for n in range(11)]
        row_of = score.astype(int)
    else:
        rows = list(_GROUPS)
        row_of = (worth(score) + 1).astype(int)
    points = list(range(scale.low, scale.high + 1))
    counts = np.zeros((len(rows), len(points)), int)
    np.add.at(counts, (row_of, ratings - scale.low), 1)
    hidden = suppressed_cells(counts, smallest)
    totals = counts.sum(axis=1)
    cells = []
    for i, row in enumerate(rows):
        for j, point in enumerate(points):
            shown = not hidden[i, j]
            share = counts[i, j] / totals[i] if shown and totals[i] else np.nan
            cells.append((name, row, point, counts[i, j] if shown else None, share))
    table = pd.DataFrame(cells, columns=["measure", "score", "rating", "n", "share"])
    table.insert(1, "by", "score" if by_score else "group")
    return table.astype({"n": "Int64", "share": "float64"})


def suppressed_cells(counts: NDArray[Any], smallest: int) -> NDArray[np.bool_]:
    """Say which cells must be blank so that none of a few respondents is shown or follows.

    Parameters
    ----------
    counts : ndarray of int, shape (rows, columns)
    smallest : int

    Returns
    -------
    ndarray of bool, shape (rows, columns)
        In every row and column with a blank cell, the blank cells hold `smallest` respondents or
        more together, or all there are. Empty cells stay.

    Examples
    --------
    >>> suppressed_cells(np.array([[30, 3, 20], [40, 25, 19], [50, 60, 70]]), 10).tolist()
    [[False, True, True], [False, True, True], [False, False, False]]
    """
    hidden = (counts > 0) & (counts < smallest)
    while True:
        before = hidden.copy()
        for axis in (0, 1):
            for line in range(counts.shape[axis]):
                cells = counts.take(line, axis=axis)
                blank = hidden.take(line, axis=axis)
                left = np.flatnonzero(~blank & (cells > 0))
                alone = blank.sum() == 1 or cells[blank].sum() < smallest
                if blank.any() and alone and left.size:
                    chosen = left[np.argmin(cells[left])]
                    hidden[(line, chosen) if axis == 0 else (chosen, line)] = True
        if (hidden == before).all():
            return hidden
