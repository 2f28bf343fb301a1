"""Do the words agree with the score? The score an answer implies, set beside the one given.

A model learns from the survey itself how people who write like this score, and never sees the
answer it judges (cross-validation). Where the given score is rare among such answers, either the
words are read wrongly (irony), or the respondent slipped, or took the scale the wrong way round
("0 - brilliant service").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.inverted_scales import (
    SCORES,
    InversionTest,
    fit_score_model,
    inversion_test,
    probably_inverted,
)
from feedback_nlp.findings.mentioned import is_among
from feedback_nlp.findings.proportions import need_columns
from feedback_nlp.nps import HIGHEST_SCORE, groups, nps

#: Fewer scored answers do not teach a model anything worth telling.
LEAST_ANSWERS = 100
_COMPONENTS = 100
_ALPHAS = np.logspace(-1, 3, 9)
_STATED = re.compile(r"(?<![\d.,/])(10|\d)\s*(?:/|out of)\s*10(?![\d/])", re.IGNORECASE)

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class WordsAgainstScores:
    """What the words imply, and how far to believe it.

    Attributes
    ----------
    answers : DataFrame, one row a scored answer with content
        ``response_id, score, implied`` (the score expected of such words, 0 to 10), ``group,
        implied_group`` (the most probable), ``difference`` (score minus implied), ``rarity`` (how
        probable a score at least as far out is, in the direction it lies, from 0 to 1; doubled,
        at most 1), ``disagrees`` (rarity below the limit), ``stated`` (a score out of ten that the
        words themselves name, or missing), ``p_inverted`` (0 to 1) and ``likely_inverted``. The
        rarest first.
    accuracy : DataFrame, one row a measure
        ``measure, value, baseline`` and ``n``: what the model achieves on answers it has not
        seen, beside what is achieved without reading them.
    inversion : InversionTest
        Whether there are respondents who took the scale the wrong way round.
    scores : DataFrame, one row a version of the NPS
        ``respondents, left_out, n, nps, ci_low, ci_high``: of all, without those who likely took
        the scale the wrong way round, with them turned round, and without all whose words and
        score disagree. ``left_out`` counts those left out, or turned.
    """

    answers: pd.DataFrame
    accuracy: pd.DataFrame
    inversion: InversionTest
    scores: pd.DataFrame


def words_against_scores(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    vectors: NDArray[np.floating],
    *,
    weight: str | None = None,
    rare: float = 0.02,
    folds: int = 5,
    confidence: float = 0.95,
    seed: int = 0,
) -> WordsAgainstScores:
    """Find the answers whose words and score disagree, and scales taken the wrong way round.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id, score, has_content``; with ``answer`` the scores that the words
        themselves name ("10/10") are read too.
    mentions : DataFrame, one row a mention
        Needs ``response_id`` and ``sentiment`` (-1 to 1).
    vectors : ndarray of float, shape (mentions, dimensions)
        The encoded mentions, in the order of `mentions`.
    weight : str, optional
        Column of survey weights, for the NPS only.
    rare : float
        Words and score disagree where `rarity` is below this. About this part of the answers is
        so by chance alone; `rarity` tells whom to read first, not who is wrong.
    folds : int
        Parts of the cross-validation.
    confidence : float
        Level of the intervals; 1 - `confidence` is that of the test for inverted scales.
    seed : int
        Seed of the folds.

    Returns
    -------
    WordsAgainstScores

    Raises
    ------
    FeedbackError
        If a column is missing, the vectors are not those of the mentions, there are fewer than
        `LEAST_ANSWERS` scored answers with content, or all have the same score.

    Notes
    -----
    An answer is the mean of its mentions' vectors, reduced to 100 principal components, beside
    the mean, lowest and highest of their sentiment. Ridge regression reads from it a latent
    score, and a proportional-odds model the probability of each score (McCullagh 1980); the
    latter learns from latent scores of answers that the former has not seen, so that its
    probabilities are those of new answers. What is called rare is so among respondents whose
    score follows their words: the final model allows for some whose score is inverted and is not
    bent by them. A respondent likely took the scale the wrong way round if the test says that
    some did and this one more likely than not, or if the words name the score that the given one
    is turned round ("10/10" with a 0). Where the plain model does no better than the distribution
    of scores, no answer is said to disagree.

    References
    ----------
    Hoerl and Kennard (1970), Technometrics 12(1). McCullagh (1980), JRSS B 42(2), 109-142.
    Niculescu-Mizil and Caruana (2005), ICML: probabilities need scores of unseen answers.
    Bonett and Wright (2000), Psychometrika 65(1): interval of the rank correlation.

    Examples
    --------
    >>> found = words_against_scores(responses, mentions, vectors)     # doctest: +SKIP
    >>> found.answers.query("disagrees").head()                        # doctest: +SKIP
    """
    from threadpoolctl import threadpool_limits

    need_columns(responses, ["response_id", "score", "has_content"])
    need_columns(mentions, ["response_id", "sentiment"], "mentions")
    if len(vectors) != len(mentions):
        raise FeedbackError(
            f"There are {len(vectors)} vectors but {len(mentions)} mentions: give one for each."
        )
    with threadpool_limits(1):
        # One thread: the same figures whatever the number of cores, and these matrices are small.
        return _compared(responses, mentions, vectors, weight, rare, folds, confidence, seed)


def _compared(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    vectors: NDArray[np.floating],
    weight: str | None,
    rare: float,
    folds: int,
    confidence: float,
    seed: int,
) -> WordsAgainstScores:
    answering, features = _features(responses, mentions, np.asarray(vectors, float))
    score = answering["score"].to_numpy(np.int64)
    if len(score) < LEAST_ANSWERS or len(np.unique(score)) < 2:
        raise FeedbackError(
            f"Words and scores cannot be compared because there are {len(score)} scored answers "
            f"with content and {len(np.unique(score))} different scores: it takes "
            f"{LEAST_ANSWERS} answers and 2 scores."
        )
    latent, probabilities = _cross_validated(features, score, folds, seed)
    accuracy, useful = _accuracy(probabilities, score, confidence)
    inversion, model = inversion_test(latent, score, confidence)
    answers = _answers(answering, model.probabilities(latent), score, rare if useful else 0.0)
    answers["p_inverted"] = probably_inverted(model, latent, score)
    named_inverted = (answers["stated"] == 10 - answers["score"]) & (answers["score"] != 5)
    answers["likely_inverted"] = named_inverted.fillna(False).astype(bool) | (
        (answers["p_inverted"] >= 0.5) & (inversion.p_value < 1 - confidence) & useful
    )
    order = answers.sort_values(["rarity", "response_id"], kind="stable")
    return WordsAgainstScores(
        answers=order.reset_index(drop=True),
        accuracy=accuracy,
        inversion=inversion,
        scores=_versions(responses, answers, weight, confidence),
    )


def stated_scores(answers: Sequence[str]) -> pd.Series:
    """Read the score out of ten that an answer names itself, such as "10/10" or "3 out of 10".

    Parameters
    ----------
    answers : sequence of str, shape (n,)

    Returns
    -------
    Series of Int64, shape (n,)
        Missing where none is named, or different ones are.

    Examples
    --------
    >>> stated_scores(["10/10 would recommend", "2 out of 10", "24/10/2025", "fine"]).tolist()
    [10, 2, <NA>, <NA>]
    """
    found = [set(_STATED.findall(answer)) for answer in answers]
    named = [int(next(iter(scores))) if len(scores) == 1 else None for scores in found]
    return pd.Series(named, dtype="Int64")


def _features(
    responses: pd.DataFrame, mentions: pd.DataFrame, vectors: Matrix
) -> tuple[pd.DataFrame, Matrix]:
    scored = responses["score"].notna() & responses["has_content"].astype(bool)
    scored &= is_among(responses["response_id"], mentions["response_id"])
    answering = responses[scored].reset_index(drop=True)
    row_of = pd.Series(answering.index, index=answering["response_id"])
    row = mentions["response_id"].map(row_of)
    known = row.notna().to_numpy()
    row_number = row[known].to_numpy(np.int64)
    sums = np.zeros((len(answering), vectors.shape[1]))
    np.add.at(sums, row_number, vectors[known])
    count = np.bincount(row_number, minlength=len(answering))
    tone = mentions.loc[known, "sentiment"].fillna(0.0).groupby(row_number)
    tones = tone.agg(["mean", "min", "max"]).reindex(answering.index).to_numpy(float)
    means = sums / np.maximum(count, 1)[:, None]
    return answering, np.column_stack([_reduced(means), tones])


def _reduced(vectors: Matrix) -> Matrix:
    """The first principal components, which make the ridge regressions ten times as fast."""
    from sklearn.decomposition import PCA

    kept = min(_COMPONENTS, *vectors.shape)
    # One answer has no components; that it is too few to compare is said later.
    if kept == vectors.shape[1] or len(vectors) < 2:
        return vectors
    return np.asarray(PCA(kept, svd_solver="covariance_eigh").fit_transform(vectors), float)


def _cross_validated(
    features: Matrix, score: NDArray[np.int64], folds: int, seed: int
) -> tuple[Matrix, Matrix]:
    """How favourable the words are, and the probability of every score, by models that have not
    seen the answer."""
    from sklearn.linear_model import Ridge, RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict

    parts = KFold(folds, shuffle=True, random_state=seed)
    latent, probabilities = np.zeros(len(score)), np.zeros((len(score), SCORES))
    for learn, judge in parts.split(features):
        ridge = RidgeCV(alphas=_ALPHAS).fit(features[learn], score[learn])
        plain = Ridge(alpha=ridge.alpha_)
        unseen = cross_val_predict(plain, features[learn], score[learn], cv=parts)
        latent[judge] = ridge.predict(features[judge])
        model = fit_score_model(np.asarray(unseen, float), score[learn])
        probabilities[judge] = model.probabilities(latent[judge])
    return latent, probabilities


def _accuracy(
    probabilities: Matrix, score: NDArray[np.int64], confidence: float
) -> tuple[pd.DataFrame, bool]:
    """The measures, and whether reading the words helps at all."""
    from scipy.stats import norm, spearmanr

    n = len(score)
    implied = probabilities @ np.arange(SCORES)
    base = np.bincount(score, minlength=SCORES) / n
    middle = (np.cumsum(probabilities, axis=1) >= 0.5).argmax(axis=1)
    group, implied_group = groups(score), _implied_groups(probabilities)
    most = max(np.mean(group == name) for name in ("promoter", "passive", "detractor"))
    rho = float(spearmanr(implied, score).statistic) if np.ptp(implied) > 0 else 0.0
    error = np.sqrt((1 + rho**2 / 2) / max(n - 3, 1)) * norm.ppf((1 + confidence) / 2)
    own = np.maximum(probabilities[np.arange(n), score], 1e-12)
    loss, base_loss = float(-np.log(own).mean()), float(-np.log(base[score]).mean())
    rows = [
        ("rank correlation", rho, 0.0),
        ("rank correlation, low", float(np.tanh(np.arctanh(min(rho, 1 - 1e-12)) - error)), np.nan),
        ("rank correlation, high", float(np.tanh(np.arctanh(min(rho, 1 - 1e-12)) + error)), np.nan),
        (
            "mean absolute error",
            np.abs(middle - score).mean(),
            np.abs(np.median(score) - score).mean(),
        ),
        ("share of groups right", np.mean(group == implied_group), most),
        ("log loss", loss, base_loss),
    ]
    table = pd.DataFrame(rows, columns=["measure", "value", "baseline"]).assign(n=n)
    table = table.astype({"measure": "str", "value": "float64", "baseline": "float64"})
    return table, loss < base_loss and float(table["value"].iloc[1]) > 0


def _implied_groups(probabilities: Matrix) -> NDArray[np.str_]:
    names = groups(range(SCORES))
    order = ("detractor", "passive", "promoter")
    mass = np.column_stack([probabilities[:, names == name].sum(axis=1) for name in order])
    return np.array(order)[mass.argmax(axis=1)]


def _answers(
    answering: pd.DataFrame, probabilities: Matrix, score: NDArray[np.int64], rare: float
) -> pd.DataFrame:
    rows = np.arange(len(score))
    up_to = np.cumsum(probabilities, axis=1)[rows, score]
    from_on = 1 - up_to + probabilities[rows, score]
    rarity = np.clip(2 * np.minimum(up_to, from_on), 0, 1)
    implied = probabilities @ np.arange(SCORES)
    texts = answering["answer"].fillna("") if "answer" in answering else [""] * len(answering)
    return pd.DataFrame(
        {
            "response_id": answering["response_id"].astype("str"),
            "score": score,
            "implied": implied,
            "group": pd.Series(groups(score), dtype="str"),
            "implied_group": pd.Series(_implied_groups(probabilities), dtype="str"),
            "difference": score - implied,
            "rarity": rarity,
            "disagrees": rarity < rare,
            "stated": stated_scores(list(map(str, texts))),
        }
    )


def _versions(
    responses: pd.DataFrame, answers: pd.DataFrame, weight: str | None, confidence: float
) -> pd.DataFrame:
    scored = responses[responses["score"].notna()]
    ids = scored["response_id"].astype("str")
    inverted = is_among(ids, answers.loc[answers["likely_inverted"], "response_id"])
    disagreeing = is_among(ids, answers.loc[answers["disagrees"], "response_id"]) | inverted
    score = scored["score"].to_numpy(np.int64)
    everyone = np.ones(len(score), bool)
    versions = [
        ("all", score, everyone, 0),
        (
            "without those who likely took the scale the wrong way round",
            score,
            ~inverted,
            inverted.sum(),
        ),
        (
            "with those who likely took the scale the wrong way round turned round",
            np.where(inverted, HIGHEST_SCORE - score, score),
            everyone,
            inverted.sum(),
        ),
        ("without those whose words and score disagree", score, ~disagreeing, disagreeing.sum()),
    ]
    weights = None if weight is None else scored[weight].fillna(0.0).to_numpy(float)
    rows = []
    for name, values, kept, left_out in versions:
        own = None if weights is None else weights[kept]
        usable = kept.any() and (own is None or own.any())
        found = nps(values[kept], own, confidence) if usable else None
        figures = (found.n, found.score, found.low, found.high) if found else (0, *[np.nan] * 3)
        rows.append((name, int(left_out), *figures))
    columns = ["respondents", "left_out", "n", "nps", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=columns)
