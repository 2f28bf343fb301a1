"""What does each satisfaction rating say, and what does the NPS say of the same respondents?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.findings.csat.measures import SCORE, Measures, size_of
from feedback_nlp.findings.proportions import share_interval
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.nps import nps
from feedback_nlp.reading.scales import Scale

Vector = NDArray[np.float64]

#: From this share of answers in one end of a scale, floor or ceiling effects are spoken of.
CEILING = 0.15
#: A score as a scale, for the diagnostics it shares with the ratings.
SCORE_SCALE = Scale(0, 10)


def csat_scores(
    measures: Measures, *, confidence: float = 0.95, smallest: int = SMALLEST_GROUP
) -> pd.DataFrame:
    """Top box, mean and net satisfaction of each rating, with the NPS of the same respondents.

    Parameters
    ----------
    measures : Measures
    confidence : float
    smallest : int
        Ratings that fewer respondents gave are left out.

    Returns
    -------
    DataFrame, one row a rating
        ``measure, low, high, reversed, main``; ``n`` respondents who rated, ``missing`` who did
        not, or whose number is no point of the scale, ``response`` (share who rated); ``boxes``
        (how many best points count as satisfied) and ``top_box`` (their share, 0 to 1), ``net``
        (satisfied minus as many worst points, in points from -100 to 100), ``mean`` (higher is
        better, on the survey's own numbers, turned round where reversed); ``n_both`` respondents
        with a score and a rating and their ``nps``. Each figure with ``_low`` and ``_high``.

    Notes
    -----
    Shares: Wilson's interval. Net satisfaction: the adjusted Wald interval of the NPS, which is
    the same difference of two shares of a trinomial (Rocks 2016). Mean: Student's t. With weights
    the respondents are Kish's effective number.

    References
    ----------
    Wilson (1927), JASA 22(158). Rocks (2016), The American Statistician 70(4). Kish (1965).

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> responses = pd.DataFrame({"score": [9, 3] * 10, "ease": [5.0, 2, 4, 1] * 5})
    >>> table = csat_scores(measures_of(responses, {"ease": Scale(1, 5)}))
    >>> table[["measure", "n", "boxes", "top_box", "net", "mean", "nps"]].values.tolist()
    [['ease', 20, 2, 0.5, 0.0, 3.0, 0.0]]
    """
    rows = []
    for name in measures.names:
        ratings, scale = measures.of(name), measures.scales[name]
        given = ~np.isnan(ratings) & (measures.weights > 0)
        if given.sum() < max(smallest, 1):
            continue
        both = measures.both(name)
        beside = nps(measures.score[both], measures.weights[both], confidence)
        rows.append(
            {
                "measure": name,
                "low": scale.low,
                "high": scale.high,
                "reversed": scale.reversed,
                "main": name == measures.main,
                **_response(given, measures.weights, confidence),
                "boxes": scale.boxes,
                **_rated(ratings[given], measures.weights[given], scale, confidence),
                "n_both": int(both.sum()),
                "nps": beside.score,
                "nps_low": beside.low,
                "nps_high": beside.high,
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = (
    *("measure", "low", "high", "reversed", "main", "n", "missing"),
    *("response", "response_low", "response_high", "boxes"),
    *("top_box", "top_box_low", "top_box_high", "net", "net_low", "net_high"),
    *("mean", "mean_low", "mean_high", "n_both", "nps", "nps_low", "nps_high"),
)


def _response(given: NDArray[np.bool_], weights: Vector, confidence: float) -> dict[str, Any]:
    asked = weights[weights > 0]
    share = float(weights[given].sum() / asked.sum())
    effective = size_of(asked)
    low, high = share_interval(share * effective, effective, confidence)
    return {
        "n": int(given.sum()),
        "missing": int((~given & (weights > 0)).sum()),
        "response": share,
        "response_low": float(low),
        "response_high": float(high),
    }


def _rated(ratings: Vector, weights: Vector, scale: Scale, confidence: float) -> dict[str, float]:
    effective = size_of(weights)
    satisfied = ratings > scale.high - scale.boxes
    unhappy = ratings < scale.low + scale.boxes
    top = float(weights[satisfied].sum() / weights.sum())
    low, high = share_interval(top * effective, effective, confidence)
    # Satisfied as promoters, unhappy as detractors: the same trinomial.
    net = nps(np.select([satisfied, unhappy], [10, 0], 8), weights, confidence)
    mean, mean_low, mean_high = mean_interval(ratings, weights, confidence)
    return {
        "top_box": top,
        "top_box_low": float(low),
        "top_box_high": float(high),
        "net": net.score,
        "net_low": net.low,
        "net_high": net.high,
        "mean": mean,
        "mean_low": mean_low,
        "mean_high": mean_high,
    }


def mean_interval(
    values: Vector, weights: Vector, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Give a weighted mean and Student's interval with Kish's effective size.

    Examples
    --------
    >>> tuple(round(v, 2) for v in mean_interval(np.array([1.0, 2, 3, 4, 5]), np.ones(5)))
    (3.0, 1.04, 4.96)
    """
    from scipy.stats import t

    mean = float(np.average(values, weights=weights))
    n = size_of(weights)
    if n <= 1:
        return mean, float("nan"), float("nan")
    variance = float(np.average((values - mean) ** 2, weights=weights)) * n / (n - 1)
    half = float(t.ppf((1 + confidence) / 2, n - 1) * np.sqrt(variance / n))
    return mean, mean - half, mean + half


def scale_use(
    measures: Measures, *, confidence: float = 0.95, smallest: int = SMALLEST_GROUP
) -> pd.DataFrame:
    """How are the scales used: heaped at an end, in the middle, or all along?

    Parameters
    ----------
    measures, confidence, smallest
        As in `csat_scores`.

    Returns
    -------
    DataFrame, one row for the score (``_score``) and one a rating
        ``measure, n, points, points_used``; ``best``, ``worst`` and ``middle``, the shares at the
        two ends and in the middle (missing on scales without a middle), the first two with
        ``_low, _high``; ``skewness``; ``ceiling`` and ``floor``: at least 15 % at that end, by
        the whole of the interval.

    References
    ----------
    McHorney and Tarlov (1995), Quality of Life Research 4(4), and Terwee et al. (2007), Journal
    of Clinical Epidemiology 60(1): more than 15 % at an end as the mark of a floor or ceiling.

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> responses = pd.DataFrame({"score": [10, 10, 10, 5] * 10, "ease": [5.0, 2, 4, 1] * 10})
    >>> table = scale_use(measures_of(responses, {"ease": Scale(1, 5)}))
    >>> table[["measure", "best", "ceiling", "points_used"]].values.tolist()
    [['_score', 0.75, True, 2], ['ease', 0.25, False, 4]]
    """
    columns = {SCORE: (measures.score, SCORE_SCALE)}
    columns |= {name: (measures.of(name), measures.scales[name]) for name in measures.names}
    rows = []
    for name, (values, scale) in columns.items():
        given = ~np.isnan(values) & (measures.weights > 0)
        if given.sum() >= max(smallest, 2):
            rows.append(
                {"measure": name, **_use(values[given], measures.weights[given], scale, confidence)}
            )
    return pd.DataFrame(rows, columns=_USE_COLUMNS)


_USE_COLUMNS = (
    *("measure", "n", "points", "points_used", "best", "best_low", "best_high"),
    *("worst", "worst_low", "worst_high", "middle", "skewness", "ceiling", "floor"),
)


def _use(values: Vector, weights: Vector, scale: Scale, confidence: float) -> dict[str, Any]:
    effective = size_of(weights)

    def share(chosen: NDArray[np.bool_]) -> tuple[float, float, float]:
        found = float(weights[chosen].sum() / weights.sum())
        low, high = share_interval(found * effective, effective, confidence)
        return found, float(low), float(high)

    best, worst = share(values >= scale.high), share(values <= scale.low)
    away = values - np.average(values, weights=weights)
    spread = float(np.average(away**2, weights=weights))
    cube = float(np.average(away**3, weights=weights))
    middle = (scale.low + scale.high) / 2
    return {
        "n": len(values),
        "points": scale.points,
        "points_used": len(np.unique(values)),
        **dict(zip(("best", "best_low", "best_high"), best, strict=True)),
        **dict(zip(("worst", "worst_low", "worst_high"), worst, strict=True)),
        "middle": share(values == middle)[0] if scale.points % 2 else float("nan"),
        "skewness": cube / spread**1.5 if spread > 0 else float("nan"),
        "ceiling": best[1] > CEILING,
        "floor": worst[1] > CEILING,
    }


def straight_lining(measures: Measures, smallest: int = SMALLEST_GROUP) -> str:
    """Say how many gave the same number to every rating; empty where that says nothing.

    Respondents who rated at least three things on scales of one length count. The same number
    throughout may be an honest verdict as well as haste.

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> rated = {name: [5.0, 4, 2, 1] * 10 for name in ("ease", "price")}
    >>> rated["staff"] = [5.0, 4, 2, 5] * 10
    >>> responses = pd.DataFrame({"score": [9, 8, 2, 1] * 10, **rated})
    >>> measures = measures_of(responses, dict.fromkeys(rated, Scale(1, 5)))
    >>> straight_lining(measures)
    '30 of 40 respondents who rated 3 things or more gave all the same number.'
    """
    points = pd.Series({name: scale.points for name, scale in measures.scales.items()})
    if len(points) < 3:
        return ""
    names = points[points == points.mode().iloc[0]].index
    table = measures.ratings[names]
    rated = table[table.notna().sum(axis=1) >= 3]
    same = int((rated.max(axis=1) == rated.min(axis=1)).sum())
    if len(rated) < smallest or same < smallest or len(rated) - same < smallest:
        return ""
    return (
        f"{same:,} of {len(rated):,} respondents who rated 3 things or more gave all the same "
        "number."
    )
