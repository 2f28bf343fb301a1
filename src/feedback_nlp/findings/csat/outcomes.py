"""Which says more of what became of the customer: NPS, satisfaction, or their own words?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.csat.drivers import stratified_folds
from feedback_nlp.findings.csat.measures import SCORE, TEXT_SENTIMENT, Measures, size_of, worth
from feedback_nlp.findings.csat.predictors import Predictors
from feedback_nlp.findings.csat.roc import roc_areas
from feedback_nlp.findings.proportions import q_values
from feedback_nlp.findings.small_groups import SMALLEST_GROUP

Matrix = NDArray[np.float64]

#: The sets of predictors that are no single rating.
SETS = {
    SCORE: "Likelihood to recommend (0-10)",
    "_group": "Promoter, passive or detractor",
    "_ratings": "All ratings",
    TEXT_SENTIMENT: "Sentiment of the text",
    "_themes": "Themes",
    "_words": "Sentiment and themes",
    "_without_score": "Ratings, sentiment and themes",
    "_everything": "Everything, the score included",
}
FOLDS = 10
_FEWEST_EACH = 20


def outcome_of(column: pd.Series) -> tuple[NDArray[np.float64], str]:
    """Turn an outcome into yes (1), no (0) and missing, and say what yes means.

    Parameters
    ----------
    column : Series, shape (respondents,)
        Booleans, or amounts: above the median is yes.

    Returns
    -------
    ndarray of float, shape (respondents,)
    str

    Examples
    --------
    >>> values, event = outcome_of(pd.Series([True, False, None], dtype="boolean"))
    >>> values.tolist(), event
    ([1.0, 0.0, nan], 'yes')
    >>> outcome_of(pd.Series([10.0, 20.0, 90.0]))[1]
    'above 20 (the median)'
    """
    if pd.api.types.is_bool_dtype(column.dtype):
        numbers = column.astype("boolean").astype("Float64").to_numpy(float, na_value=np.nan)
        return np.asarray(numbers, float), "yes"
    amounts = pd.to_numeric(column, errors="coerce").to_numpy(float)
    if len(set(amounts[~np.isnan(amounts)])) <= 2:
        high = np.nanmax(amounts) if (~np.isnan(amounts)).any() else 1.0
        return np.where(np.isnan(amounts), np.nan, (amounts == high).astype(float)), f"{high:g}"
    median = float(np.nanmedian(amounts))
    above = np.where(np.isnan(amounts), np.nan, (amounts > median).astype(float))
    return above, f"above {median:g} (the median)"


def csat_outcomes(
    outcome: pd.Series,
    measures: Measures,
    predictors: Predictors,
    *,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
    seed: int = 0,
) -> pd.DataFrame:
    """How well does each of score, ratings, sentiment and themes tell who has the outcome?

    Parameters
    ----------
    outcome : Series, shape (all respondents,)
        See `outcome_of`.
    measures : Measures
    predictors : Predictors
        Of respondents who have the outcome given, all of them the same for every row.
    confidence : float
    smallest : int
    seed : int
        Of the folds.

    Returns
    -------
    DataFrame, one row a rating and a set of predictors (see `SETS`)
        ``outcome, event`` (what counts as yes), ``predictor, n, n_event, answered`` (share who
        gave the rating), ``predictors`` (how many numbers), ``auc`` with ``auc_low, auc_high``,
        and against the score alone ``difference, difference_low, difference_high, p_value,
        q_value``. An AUC of 0.5 is chance, of 1 never wrong.

    Raises
    ------
    FeedbackError
        If fewer than 20 respondents, or than `smallest`, have or have not the outcome.

    Notes
    -----
    Every prediction is made for a respondent the model has not seen (10 folds): logistic
    regression with an L2 penalty of 1 on standardised numbers, or for a single number the number
    itself, its direction learnt without the fold. A missing rating is replaced by the median of
    the others' and marked. Intervals and comparisons after DeLong, with the predictions as given.

    References
    ----------
    See `roc_areas`. Benjamini and Hochberg (1995), JRSS B 57(1).
    """
    values, event = outcome_of(outcome)
    given = ~np.isnan(values[predictors.rows])
    happened = values[predictors.rows][given] == 1.0
    least = max(_FEWEST_EACH, smallest)
    for number, which in ((happened.sum(), "with"), ((~happened).sum(), "without")):
        if number < least:
            raise FeedbackError(
                f"The outcome {outcome.name!r} cannot be analysed: {int(number)} respondents "
                f"{which} it gave a score and a reason, and {least} are needed."
            )
    weights = measures.weights[predictors.rows][given]
    score = measures.score[predictors.rows][given]
    blocks = _sets(score, predictors, given)
    folds = stratified_folds(happened, FOLDS, seed)
    out_of_fold = np.column_stack(
        [_predicted(block, happened, weights, folds) for block in blocks.values()]
    )
    areas = roc_areas(happened, out_of_fold, weights)
    low, high = areas.interval(confidence)
    rows: list[dict[str, Any]] = []
    for position, (name, block) in enumerate(blocks.items()):
        row = {
            "outcome": str(outcome.name),
            "event": event,
            "predictor": name,
            "n": len(happened),
            "effective_n": size_of(weights),
            "n_event": int(happened.sum()),
            "answered": float((~np.isnan(block)).mean()),
            "predictors": block.shape[1],
            "auc": float(areas.area[position]),
            "auc_low": float(low[position]),
            "auc_high": float(high[position]),
        }
        if position:
            names = ("difference", "difference_low", "difference_high", "p_value")
            row |= dict(zip(names, areas.difference(position, 0, confidence), strict=True))
        rows.append(row)
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return table.assign(q_value=q_values(table["p_value"].to_numpy(float)))


_COLUMNS = (
    *("outcome", "event", "predictor", "n", "effective_n", "n_event", "answered", "predictors"),
    *("auc", "auc_low", "auc_high", "difference", "difference_low", "difference_high", "p_value"),
)


def _sets(score: Matrix, predictors: Predictors, given: NDArray[np.bool_]) -> dict[str, Matrix]:
    ratings = predictors.ratings.to_numpy(float)[given]
    themes = predictors.themes.to_numpy(float)[given]
    sentiment = predictors.sentiment[given]
    blocks: dict[str, Matrix] = {SCORE: score[:, None], "_group": worth(score)[:, None]}
    for position, name in enumerate(predictors.ratings.columns):
        blocks[str(name)] = ratings[:, [position]]
    if ratings.shape[1] > 1:
        blocks["_ratings"] = ratings
    blocks[TEXT_SENTIMENT] = sentiment
    if themes.shape[1]:
        blocks["_themes"] = themes
        blocks["_words"] = np.column_stack([sentiment, themes])
    if ratings.shape[1] or themes.shape[1]:
        blocks["_without_score"] = np.column_stack([ratings, sentiment, themes])
    blocks["_everything"] = np.column_stack([score, worth(score), ratings, sentiment, themes])
    return blocks


def _predicted(
    block: Matrix, happened: NDArray[np.bool_], weights: Matrix, folds: NDArray[np.int64]
) -> Matrix:
    from sklearn.linear_model import LogisticRegression

    predicted = np.empty(len(block))
    for fold in np.unique(folds):
        out = folds == fold
        train, test = _filled(block[~out], block[out])
        if block.shape[1] == 1:
            weighted = weights[~out]
            centred = happened[~out] - np.average(happened[~out], weights=weighted)
            predicted[out] = np.sign(weighted * centred @ train[:, 0]) * test[:, 0]
            continue
        model = LogisticRegression(C=1.0, max_iter=500)
        model.fit(train, happened[~out], sample_weight=weights[~out] / weights.mean())
        predicted[out] = model.decision_function(test)
    return predicted


def _filled(train: Matrix, test: Matrix) -> tuple[Matrix, Matrix]:
    """Both without missing values and, where there are several numbers, on one scale."""
    missing = np.isnan(train).any(axis=0)
    middle = np.array([np.nanmedian(c) if (~np.isnan(c)).any() else 0.0 for c in train.T])
    sides = []
    for side in (train, test):
        filled = np.where(np.isnan(side), middle, side)
        if side.shape[1] > 1:
            filled = np.column_stack([filled, np.isnan(side[:, missing])])
        sides.append(filled)
    if train.shape[1] > 1:
        centre, spread = sides[0].mean(axis=0), sides[0].std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        sides = [(side - centre) / spread for side in sides]
    return sides[0], sides[1]
