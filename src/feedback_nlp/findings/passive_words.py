"""Which words set passives apart from promoters?"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.groups import answering_with_score
from feedback_nlp.findings.proportions import (
    effective_size,
    need_columns,
    q_values,
    respondent_weights,
)
from feedback_nlp.findings.small_groups import SMALLEST_GROUP

#: How many words the prior is worth (Monroe, Colaresi and Quinn 2008, section 3.5.1).
PRIOR_WORDS = 500.0

_BREAK = re.compile(r"[^\w\s'-]+|\s-+\s")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_REDACTED = re.compile(r"\[[A-Z]+(?: \d+)?\]")
_COLUMNS = {
    "word": "str",
    **dict.fromkeys(("n", "n_passive", "base_passive", "n_promoter", "base_promoter"), "int64"),
    **dict.fromkeys(("log_odds", "ci_low", "ci_high", "z", "p_value", "q_value"), "float64"),
    "said_more_by": "str",
}


def passive_words(
    responses: pd.DataFrame,
    *,
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
    longest: int = 2,
) -> pd.DataFrame:
    """Which words and phrases do passives use more, or less, than promoters?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``group``, ``has_content`` and ``answer`` (redacted).
    weight : str, optional
        Column of survey weights. Counts are weighted and scaled to Kish's effective number of
        respondents of the group.
    confidence : float
        Level of the intervals.
    smallest : int
        Words used by fewer passives and promoters together are not shown, nor is anything where
        either group is smaller.
    longest : int
        Words in the longest phrase.

    Returns
    -------
    DataFrame, one row a word or phrase
        ``word, n, n_passive, base_passive, n_promoter, base_promoter`` (respondents who use it;
        of how many), ``log_odds`` (of passives against promoters, natural logarithm) with its
        interval ``ci_low, ci_high``, ``z``, ``p_value``, ``q_value`` (Benjamini-Hochberg over
        all words shown) and ``said_more_by`` (passives, promoters). The surest first.

    Raises
    ------
    FeedbackError
        If a column is missing or the weights cannot be used.

    Notes
    -----
    See `log_odds_with_prior`. The counts are of respondents, not of words: whoever says "slow"
    five times says it once. The prior is made of the answers of all who gave a score, so that
    words that everybody uses need no stop list. Words are compared in lower case; what
    redaction put in place of personal data is no word.

    Examples
    --------
    >>> responses = pd.DataFrame({
    ...     "group": ["passive"] * 20 + ["promoter"] * 20, "has_content": True,
    ...     "answer": ["Bit slow"] * 20 + ["So easy"] * 20})
    >>> passive_words(responses, longest=1)[["word", "said_more_by"]].values.tolist()[:2]
    [['bit', 'passives'], ['easy', 'promoters']]
    """
    from scipy.stats import norm

    need_columns(responses, ["group", "has_content", "answer"])
    answering = answering_with_score(responses)
    weights = respondent_weights(answering, weight)
    groups = answering["group"].to_numpy()
    members = [(groups == name) & (weights > 0) for name in ("passive", "promoter")]
    if min(int(group.sum()) for group in members) < max(1, smallest):
        return _no_words()
    used, words = _words_used(answering["answer"], longest, smallest)
    if not len(words):
        return _no_words()
    n = [np.asarray(used[group].sum(axis=0)).ravel() for group in members]
    counts = [
        np.asarray(weights[group] @ used[group]).ravel()
        * (effective_size(weights[group]) / weights[group].sum())
        for group in members
    ]
    log_odds, error = log_odds_with_prior(
        counts[0], counts[1], np.asarray(used.sum(axis=0)).ravel(), PRIOR_WORDS
    )
    shown = n[0] + n[1] >= max(1, smallest)
    z = log_odds / error
    half = norm.ppf((1 + confidence) / 2) * error
    table = pd.DataFrame(
        {
            "word": words,
            "n": n[0] + n[1],
            "n_passive": n[0],
            "base_passive": int(members[0].sum()),
            "n_promoter": n[1],
            "base_promoter": int(members[1].sum()),
            "log_odds": log_odds,
            "ci_low": log_odds - half,
            "ci_high": log_odds + half,
            "z": z,
            "p_value": 2 * norm.sf(np.abs(z)),
            "said_more_by": np.where(z > 0, "passives", "promoters"),
        }
    )[shown]
    table["q_value"] = q_values(table["p_value"])
    table = table.sort_values(["p_value", "word"], kind="stable", ignore_index=True)
    return table[list(_COLUMNS)].astype(_COLUMNS)


def log_odds_with_prior(
    counts: ArrayLike, other_counts: ArrayLike, background: ArrayLike, prior_words: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compare how often two groups use each word: log-odds ratio with a Dirichlet prior.

    Parameters
    ----------
    counts, other_counts : array-like of float, shape (words,)
        How often each group uses each word.
    background : array-like of float, shape (words,)
        How often each word is used in general, above zero; only the proportions matter.
    prior_words : float
        How many words the prior is worth: the more, the nearer all figures are to zero.

    Returns
    -------
    log_odds : ndarray of float, shape (words,)
        Above zero: the first group uses it more.
    error : ndarray of float, shape (words,)
        Its standard error.

    Raises
    ------
    FeedbackError
        If a word's background or `prior_words` is not above zero.

    References
    ----------
    Monroe, Colaresi and Quinn (2008), Fightin' Words: Lexical Feature Selection and Evaluation
    for Identifying the Content of Political Conflict, Political Analysis 16(4), 372-403,
    sections 3.3.1 (estimate, variance) and 3.5.1 (informative prior).

    Examples
    --------
    The first group uses the first of two words 8 times in 10, the other 2 times in 10; the prior
    adds one use of each: log(9/3) - log(3/9), and 1/9 + 1/3 for the variance.

    >>> log_odds, error = log_odds_with_prior([8, 2], [2, 8], [1, 1], prior_words=2)
    >>> round(float(log_odds[0]), 4), round(float(error[0]) ** 2, 4)
    (2.1972, 0.4444)
    """
    one, other, general = (
        np.asarray(values, float) for values in (counts, other_counts, background)
    )
    if not (prior_words > 0 and (general > 0).all()):
        raise FeedbackError(
            "The prior needs every word to occur in the background, and to be worth more than "
            "no words: count the background over all answers."
        )
    prior = prior_words * general / general.sum()
    seen, other_seen = one + prior, other + prior
    total, other_total = one.sum() + prior_words, other.sum() + prior_words
    with np.errstate(divide="ignore", invalid="ignore"):
        log_odds = np.log(seen / (total - seen)) - np.log(other_seen / (other_total - other_seen))
    # With a single word in the vocabulary there is nothing to be compared with.
    return np.nan_to_num(log_odds, posinf=0.0, neginf=0.0), np.sqrt(1 / seen + 1 / other_seen)


def _words_used(answers: pd.Series, longest: int, smallest: int) -> tuple[Any, list[str]]:
    """Who uses which word or phrase (sparse, 0 or 1), of those that enough respondents use."""
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(
        binary=True,
        analyzer=lambda answer: _phrases(answer, longest),
        min_df=max(1, smallest),
    )
    try:
        used = vectorizer.fit_transform(answers.astype("str"))
    except ValueError:  # scikit-learn's way to say that no word is used often enough
        return np.zeros((len(answers), 0)), []
    return used.astype(float), list(vectorizer.get_feature_names_out())


def _phrases(answer: str, longest: int) -> list[str]:
    """The words of an answer and the phrases of neighbours, none across a comma or full stop."""
    found = []
    for piece in _BREAK.split(_REDACTED.sub(".", answer).lower().replace("’", "'")):
        words = _WORD.findall(piece)
        for size in range(1, longest + 1):
            for first in range(len(words) - size + 1):
                phrase = words[first : first + size]
                if size > 1 or len(phrase[0]) > 1:
                    found.append(" ".join(phrase))
    return found


def _no_words() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _COLUMNS.items()})
