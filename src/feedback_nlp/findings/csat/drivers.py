"""What does the likelihood to recommend depend on: the ratings, and the themes beyond them?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.bootstrap import percentile_interval, resampled_totals
from feedback_nlp.findings.csat.importance import (
    MOST_DRIVERS,
    correlation_matrices,
    moment_columns,
    relative_weights,
    shapley_shares,
)
from feedback_nlp.findings.csat.measures import Measures, complete_together, size_of
from feedback_nlp.findings.csat.predictors import Predictors
from feedback_nlp.findings.proportional_odds import ProportionalOdds, fit_proportional_odds
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.findings.what_if import RESPONDENTS_A_PARAMETER

Matrix = NDArray[np.float64]

#: Fewer respondents carry no model.
FEWEST = 100
FOLDS = 5


def csat_models(
    measures: Measures,
    predictors: Predictors,
    *,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
    seed: int = 0,
) -> pd.DataFrame:
    """How well do the ratings say the score, and what do the themes add?

    Parameters
    ----------
    measures : Measures
    predictors : Predictors
        Of the same survey.
    confidence : float
    smallest : int
        Scores that fewer respondents gave are joined with their neighbour.
    seed : int
        Of the folds.

    Returns
    -------
    DataFrame, one row a model
        ``model`` ("nothing", "ratings", "themes", "sentiment", "themes and sentiment", "ratings
        and themes", "all three"), ``n, effective_n, categories, parameters, log_likelihood``;
        ``pseudo_r2`` (McFadden's, in the sample) and ``cv_pseudo_r2`` (from 5-fold
        cross-validated log loss);
        ``cv_log_loss`` a respondent, in nats; against the smaller model ``beside``: ``chi2, df,
        p_value`` (likelihood ratio) and ``gain``, by how much the cross-validated log loss falls,
        with ``gain_low, gain_high``.

    Raises
    ------
    FeedbackError
        If fewer than 100 respondents gave score, answer and ratings.

    Notes
    -----
    Proportional-odds models; ratings enter in standard deviations, themes as complains or praises
    (the commonest, up to one parameter for 10 respondents of Harrell's limiting sample size).
    The ratings are those of single touchpoints where there is an overall one beside them; ratings
    that few gave are left out (see `complete_together`), then respondents who lack one; the column
    ``ratings`` names those used. With weights, likelihoods are those of Kish's effective number.
    The intervals of gains take respondents as independent and the models as given.

    References
    ----------
    McCullagh (1980), JRSS B 42(2). McFadden (1974), Conditional logit analysis of qualitative
    choice behavior. Harrell (2015), Regression Modeling Strategies, sections 4.4 and 13.3.
    """
    ratings, _ = complete_together(
        predictors.ratings[[n for n in predictors.ratings if n in measures.touchpoints]]
    )
    complete = predictors.ratings[ratings].notna().all(axis=1).to_numpy(bool)
    score = measures.score[predictors.rows][complete]
    if len(score) < FEWEST:
        raise FeedbackError(
            f"Models of the score need {FEWEST} respondents with score, answer and ratings; "
            f"there are {len(score)}."
        )
    weights = measures.weights[predictors.rows][complete]
    weights = weights * size_of(weights) / weights.sum()
    category = merged_categories(score, max(smallest, 2 * FOLDS))
    if category.max() == 0:
        raise FeedbackError("Models of the score need two scores that enough respondents gave.")
    blocks = _blocks(predictors, ratings, complete, category, weights)
    folds = stratified_folds(category, FOLDS, seed)
    rows: dict[str, dict[str, Any]] = {}
    losses: dict[str, Matrix] = {}
    for model, parts in _MODELS.items():
        if any(not blocks[part].shape[1] for part in parts):
            continue
        x = np.column_stack([np.empty((len(score), 0)), *(blocks[part] for part in parts)])
        fitted = fit_proportional_odds(category, x, weights)
        losses[model] = _cross_validated(category, x, weights, folds)
        rows[model] = {
            "model": model,
            "ratings": ", ".join(ratings) if "ratings" in parts else "",
            "n": len(score),
            "effective_n": float(weights.sum()),
            "categories": int(category.max()) + 1,
            "parameters": int(fitted.estimable.sum()),
            "log_likelihood": float(-weights @ log_loss(fitted, category, x)),
            "cv_log_loss": float(np.average(losses[model], weights=weights)),
        }
    for model, row in rows.items():
        row["pseudo_r2"] = 1 - row["log_likelihood"] / rows["nothing"]["log_likelihood"]
        row["cv_pseudo_r2"] = 1 - row["cv_log_loss"] / rows["nothing"]["cv_log_loss"]
        beside = next((m for m in _BESIDE.get(model, ()) if m in rows), None)
        if beside is not None:
            row |= {"beside": beside, **_nested(row, rows[beside])}
            row |= _gain(losses[beside] - losses[model], weights, confidence)
    return pd.DataFrame(list(rows.values()), columns=_MODEL_COLUMNS)


_MODELS: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "ratings": ("ratings",),
    "themes": ("themes",),
    "sentiment": ("sentiment",),
    "themes and sentiment": ("themes", "sentiment"),
    "ratings and themes": ("ratings", "themes"),
    "all three": ("ratings", "themes", "sentiment"),
}
_BESIDE = {
    **dict.fromkeys(("ratings", "themes", "sentiment"), ("nothing",)),
    "themes and sentiment": ("sentiment",),
    "ratings and themes": ("ratings",),
    "all three": ("ratings and themes",),
}
_MODEL_COLUMNS = (
    *(
        "model",
        "ratings",
        "n",
        "effective_n",
        "categories",
        "parameters",
        "log_likelihood",
        "pseudo_r2",
    ),
    *("cv_log_loss", "cv_pseudo_r2", "beside", "chi2", "df", "p_value"),
    *("gain", "gain_low", "gain_high"),
)


def merged_categories(score: Matrix, least: int) -> NDArray[np.int64]:
    """Number the scores from 0 up, joining each that few gave with the next higher one.

    Examples
    --------
    >>> merged_categories(np.array([0.0] * 3 + [1.0] * 20 + [9.0] * 20 + [10.0] * 2), 10).tolist()[
    ...     ::15]
    [0, 0, 1]
    """
    values, counts = np.unique(score, return_counts=True)
    groups, current, held = [], 0, 0
    for count in counts:
        groups.append(current)
        held += count
        if held >= least:
            current, held = current + 1, 0
    # What is left at the top and too small goes with the one below.
    last = current - 1 if held and current else current
    groups = [min(group, last) if held else group for group in groups]
    return np.asarray(np.array(groups)[np.searchsorted(values, score)], np.int64)


def stratified_folds(category: NDArray[Any], folds: int, seed: int) -> NDArray[np.int64]:
    """Deal the respondents of every category evenly to the folds, in an order by chance.

    Examples
    --------
    >>> np.bincount(stratified_folds(np.array([0] * 10 + [1] * 5), 5, seed=0)).tolist()
    [3, 3, 3, 3, 3]
    """
    random = np.random.default_rng(seed)
    fold = np.zeros(len(category), np.int64)
    shift = 0
    for value in np.unique(category):
        members = random.permutation(np.flatnonzero(category == value))
        fold[members] = (np.arange(len(members)) + shift) % folds
        shift += len(members)
    return fold


def _blocks(
    predictors: Predictors,
    ratings: list[str],
    complete: NDArray[np.bool_],
    category: NDArray[Any],
    weights: Matrix,
) -> dict[str, Matrix]:
    blocks = {
        "ratings": predictors.ratings[ratings].to_numpy(float)[complete],
        "sentiment": predictors.sentiment[complete],
    }
    for name, block in blocks.items():
        centred = block - np.average(block, axis=0, weights=weights) if block.shape[1] else block
        spread = np.sqrt(np.average(centred**2, axis=0, weights=weights)) if block.size else 1.0
        blocks[name] = centred / np.where(spread > 0, spread, 1.0)
    counts = np.bincount(category, weights=weights)
    n = counts.sum()
    # Harrell's limiting sample size of an ordinal outcome.
    limiting = n - (counts**3).sum() / n**2
    room = int(limiting / RESPONDENTS_A_PARAMETER) - blocks["ratings"].shape[1] - 1
    themes = predictors.themes.to_numpy(float)[complete]
    commonest = np.argsort(-themes.sum(axis=0), kind="stable")[: max(room, 0)]
    blocks["themes"] = themes[:, np.sort(commonest)]
    return blocks


def log_loss(model: ProportionalOdds, category: NDArray[np.int64], x: Matrix) -> Matrix:
    """Minus the log of the probability the model gives to each respondent's category.

    Examples
    --------
    >>> category = np.repeat([0, 1], 10)
    >>> model = fit_proportional_odds(category, np.zeros((20, 0)), np.ones(20))
    >>> log_loss(model, category, np.zeros((20, 0)))[0].round(3) == np.log(2).round(3)
    np.True_
    """
    edges = np.concatenate([[-np.inf], model.thresholds, [np.inf]])
    tilt = x @ model.slopes
    p = expit(edges[category + 1] - tilt) - expit(edges[category] - tilt)
    return np.asarray(-np.log(np.maximum(p, 1e-12)))


def _cross_validated(
    category: NDArray[np.int64], x: Matrix, weights: Matrix, folds: NDArray[np.int64]
) -> Matrix:
    losses = np.empty(len(category))
    for fold in np.unique(folds):
        out = folds == fold
        model = fit_proportional_odds(category[~out], x[~out], weights[~out])
        losses[out] = log_loss(model, category[out], x[out])
    return losses


def _nested(larger: dict[str, Any], smaller: dict[str, Any]) -> dict[str, float]:
    from scipy.stats import chi2

    statistic = 2 * (larger["log_likelihood"] - smaller["log_likelihood"])
    df = larger["parameters"] - smaller["parameters"]
    return {"chi2": statistic, "df": df, "p_value": float(chi2.sf(max(statistic, 0.0), df))}


def _gain(differences: Matrix, weights: Matrix, confidence: float) -> dict[str, float]:
    from scipy.stats import norm

    mean = float(np.average(differences, weights=weights))
    variance = float(np.average((differences - mean) ** 2, weights=weights))
    half = float(norm.ppf((1 + confidence) / 2)) * np.sqrt(variance / size_of(weights))
    return {"gain": mean, "gain_low": mean - float(half), "gain_high": mean + float(half)}


def csat_drivers(
    measures: Measures,
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """How much of what the ratings say of the score does each of them say?

    Parameters
    ----------
    measures : Measures
    confidence, resamples, seed
        Of the intervals: bootstrap over respondents.

    Returns
    -------
    DataFrame, one row a rating, the most important first
        ``measure, n`` (respondents with a score and all the ratings), ``r2`` (of a linear
        regression of the score on all), ``correlation`` (Pearson, with the score), ``lmg`` and
        ``relative_weight``: its part of R² by either method; both add up to R². All but ``n``
        with ``_low, _high``.

    Raises
    ------
    FeedbackError
        If fewer than two ratings can be used, or fewer than 30 respondents gave them all.

    Notes
    -----
    Touchpoints only, where there is an overall rating beside them. Ratings that few gave are left
    out (see `complete_together`); of more than 10 the 10 most answered are kept. The score is
    taken as a number here. Importance says how a correlated set shares what it explains; it is no
    effect of changing one of them.

    References
    ----------
    See `shapley_shares` and `relative_weights`. Tonidandel and LeBreton (2011), Journal of
    Business and Psychology 26(1), on both side by side.

    Examples
    --------
    >>> from feedback_nlp.findings.csat.measures import measures_of
    >>> from feedback_nlp.reading.scales import Scale
    >>> random = np.random.default_rng(0)
    >>> ease, price = random.integers(1, 6, (2, 200)).astype(float)
    >>> responses = pd.DataFrame({"score": ease + price, "ease": ease, "price": price})
    >>> measures = measures_of(responses, {"ease": Scale(1, 5), "price": Scale(1, 5)})
    >>> table = csat_drivers(measures, resamples=100)
    >>> round(float(table["lmg"].sum()), 6), round(float(table["relative_weight"].sum()), 6)
    (1.0, 1.0)
    """
    scored = ~np.isnan(measures.score) & (measures.weights > 0)
    rated = measures.ratings.loc[scored, measures.touchpoints]
    most = set(rated.notna().mean().nlargest(MOST_DRIVERS).index)
    names, _ = complete_together(rated[[name for name in rated if name in most]])
    if len(names) < 2:
        raise FeedbackError(
            "The importance of ratings is a matter of two or more touchpoints that half of the "
            f"respondents rated; there are {len(names)}."
        )
    complete = scored & measures.ratings[names].notna().all(axis=1).to_numpy(bool)
    values = np.column_stack([measures.ratings[names].to_numpy(float), measures.score])[complete]
    varies = values.std(axis=0) > 0 if complete.sum() >= 30 else np.zeros(values.shape[1], bool)
    if not varies.all():
        raise FeedbackError(
            "The importance of ratings needs 30 respondents who gave a score and all of "
            f"{', '.join(names)}, not all the same; there are {int(complete.sum())}."
        )
    k = len(names)
    columns = moment_columns(values - values.mean(axis=0), measures.weights[complete])
    totals = np.vstack([columns.sum(axis=0), resampled_totals(columns, resamples, seed)])
    matrices = correlation_matrices(totals, k + 1)
    parts = {
        "correlation": matrices[:, :-1, -1],
        "lmg": shapley_shares(matrices),
        "relative_weight": relative_weights(matrices),
    }
    table = pd.DataFrame({"measure": names, "n": int(complete.sum())})
    r2 = parts["lmg"].sum(axis=1, keepdims=True)
    for figure, found in {"r2": np.repeat(r2, k, axis=1), **parts}.items():
        low, high = percentile_interval(found[1:], found[0], confidence)
        table[figure], table[f"{figure}_low"], table[f"{figure}_high"] = found[0], low, high
    return table.sort_values("lmg", ascending=False, kind="stable").reset_index(drop=True)
