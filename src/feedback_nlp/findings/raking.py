"""Weights that make a sample look like the population it was drawn from (post-stratification).

When it is known how many customers are on each plan and in each region, respondents are weighted
so that the weighted sample has these shares: by raking, which fits one margin after the other
until all fit. It mends what the known margins explain, and nothing else: if within a plan the
unhappy answer more, no weight made from plans can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.proportions import effective_size, need_columns, respondent_weights

_CLOSE_ENOUGH = 1e-9


@dataclass(frozen=True)
class RakedWeights:
    """What raking gave.

    Attributes
    ----------
    weights : Series of float
        One weight a respondent, in the order and with the index of the responses; mean 1.
    margins : DataFrame
        ``segment, level, n, population, before, after``: the known shares and those of the
        sample before and after weighting, 0 to 1.
    effective_n : float
        Kish's effective sample size: what the unequal weights leave of the sample.
    design_effect : float
        By how much they raise the variance, respondents over `effective_n`.
    rounds : int
        How often all margins were fitted in turn.
    """

    weights: pd.Series
    margins: pd.DataFrame
    effective_n: float
    design_effect: float
    rounds: int


def rake(
    responses: pd.DataFrame,
    margins: Mapping[str, Mapping[str, float]],
    *,
    weight: str | None = None,
    largest: float | None = None,
    rounds: int = 1000,
) -> RakedWeights:
    """Weight respondents so that each segment has the shares known of the population.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs the columns named in `margins`.
    margins : mapping of str to mapping of str to float
        For each column what its levels make up of the population, as numbers of persons, shares
        or per cent; each is divided by its sum. Every level that respondents have must be named.
        Respondents without a level keep, together, the share they have in the sample.
    weight : str, optional
        Column of weights to start from, such as those of the sampling design.
    largest : float, optional
        No weight is larger than this many times the mean: larger ones are cut and the margins
        fitted again. With it the margins may be met only nearly; see `margins` of the result.
    rounds : int
        Give up after so many.

    Returns
    -------
    RakedWeights

    Raises
    ------
    FeedbackError
        If a column is missing, a level has no respondents or no known share, a share is
        negative, or the margins cannot be met together.

    Notes
    -----
    Iterative proportional fitting: each weight is multiplied by known over present share, margin
    after margin. It converges to the weights closest, in Kullback-Leibler distance, to those
    started from (Ireland and Kullback 1968). PyPI's `balance` 0.23 wants numpy below 2, and
    `ipfn` 1.4.4 fits tables, not respondents; hence these lines of our own, tested against a
    direct minimisation of that distance.

    References
    ----------
    Deming and Stephan (1940), Annals of Mathematical Statistics 11(4), 427-444.
    Ireland and Kullback (1968), Biometrika 55(1), 179-188.
    Kish (1965), Survey Sampling, section 11.7: effective sample size.

    Examples
    --------
    >>> responses = pd.DataFrame({"plan": ["Basic"] * 25 + ["Plus"] * 75})
    >>> raked = rake(responses, {"plan": {"Basic": 50, "Plus": 50}})
    >>> raked.weights.iloc[[0, -1]].round(3).tolist()
    [2.0, 0.667]
    >>> round(raked.effective_n)
    75
    """
    need_columns(responses, list(margins))
    if largest is not None and largest <= 1:
        raise FeedbackError(f"The largest weight is {largest!r} times the mean; it must exceed 1.")
    start = respondent_weights(responses, weight)
    if not start.any():
        raise FeedbackError("No respondent has a weight above zero, so there is nothing to rake.")
    start = start / start.mean()
    known = {name: _Margin.of(responses[name], shares, start) for name, shares in margins.items()}
    raked, done, settled = start.copy(), 0, False
    while done < rounds and not settled:
        done += 1
        before = raked.copy()
        for margin in known.values():
            raked = raked * margin.factors(raked)
        if largest is not None:
            raked = _cut(raked, largest)
        settled = bool(np.abs(raked - before).max() < _CLOSE_ENOUGH)
    off = max((margin.off(raked) for margin in known.values()), default=0.0)
    if largest is None and off > 1e-6:
        raise FeedbackError(
            f"The margins of {', '.join(map(repr, margins))} cannot be met together "
            f"(off by {100 * off:.2g} percentage points after {done} rounds): merge levels, or "
            "leave one of the columns out."
        )
    size = effective_size(raked)
    counted = int((start > 0).sum())
    return RakedWeights(
        weights=pd.Series(raked, index=responses.index, name="weight"),
        margins=_compared(known, start, raked),
        effective_n=size,
        design_effect=counted / size,
        rounds=done,
    )


def margin_shares(
    responses: pd.DataFrame, margins: Mapping[str, Mapping[str, float]], weight: str
) -> pd.DataFrame:
    """Set the known shares beside those of the sample, plain and weighted.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
    margins : mapping of str to mapping of str to float
        As in `rake`.
    weight : str
        The column of raked weights.

    Returns
    -------
    DataFrame
        ``segment, level, n, population, before, after``, as in `RakedWeights`.

    Raises
    ------
    FeedbackError
        As in `rake`.

    Examples
    --------
    >>> responses = pd.DataFrame({"plan": ["Basic", "Plus", "Plus"], "w": [1.5, 0.75, 0.75]})
    >>> table = margin_shares(responses, {"plan": {"Basic": 50, "Plus": 50}}, "w")
    >>> table["after"].tolist()
    [0.5, 0.5]
    """
    need_columns(responses, list(margins))
    plain, raked = respondent_weights(responses, None), respondent_weights(responses, weight)
    known = {name: _Margin.of(responses[name], shares, plain) for name, shares in margins.items()}
    return _compared(known, plain, raked)


@dataclass(frozen=True)
class _Margin:
    """A known margin; the last code stands for respondents without a level."""

    levels: list[str]
    codes: NDArray[np.intp]
    population: NDArray[np.float64]
    target: NDArray[np.float64]

    @classmethod
    def of(
        cls, column: pd.Series, shares: Mapping[str, float], start: NDArray[np.float64]
    ) -> _Margin:
        name = column.name
        given = {str(level): float(share) for level, share in shares.items()}
        population = np.array(list(given.values()))
        if not (np.isfinite(population) & (population >= 0)).all() or not population.any():
            raise FeedbackError(
                f"The known shares of {name!r} must be numbers of zero or more, not all zero."
            )
        population = population / population.sum()
        levels = list(given)
        text = column.astype("str").where(column.notna())
        codes = pd.Index([*levels]).get_indexer(pd.Index(text))
        strange = sorted(set(text[(codes < 0) & text.notna().to_numpy()]))
        if strange:
            raise FeedbackError(
                f"The level {strange[0]!r} of {name!r} has respondents but no known share: name "
                "the share of every level."
            )
        codes = np.where(codes < 0, len(levels), codes)
        present = np.bincount(codes, start, minlength=len(levels) + 1)
        empty = [
            level
            for level, share, n in zip(levels, population, present, strict=False)
            if share > 0 and n == 0
        ]
        if empty:
            raise FeedbackError(
                f"The level {empty[0]!r} of {name!r} has a known share but no respondents, and "
                "nobody can be weighted up to stand for it: merge it with a similar level."
            )
        without = present[-1] / present.sum()
        target = np.append(population * (1 - without), without)
        return cls(levels, codes.astype(np.intp), population, target)

    def shares(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        present = np.bincount(self.codes, weights, minlength=len(self.target))
        return np.asarray(present / present.sum(), float)

    def factors(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        present = self.shares(weights)
        ratio = np.divide(self.target, present, out=np.zeros_like(present), where=present > 0)
        return ratio[self.codes]

    def off(self, weights: NDArray[np.float64]) -> float:
        return float(np.abs(self.shares(weights) - self.target).max())


def _cut(weights: NDArray[np.float64], largest: float) -> NDArray[np.float64]:
    """Weights of mean 1 of which none exceeds `largest`; what is cut goes to all the others."""
    weights = weights / weights.mean()
    over = np.zeros(len(weights), bool)
    while (weights > largest * (1 + 1e-12)).any():
        over |= weights > largest
        rest = weights[~over].sum()
        if rest <= 0:
            break
        weights = np.where(over, largest, weights * (len(weights) - largest * over.sum()) / rest)
    return weights


def _compared(
    known: Mapping[str, _Margin], start: NDArray[np.float64], raked: NDArray[np.float64]
) -> pd.DataFrame:
    rows = []
    for name, margin in known.items():
        heads = np.bincount(margin.codes, minlength=len(margin.target))[:-1]
        before, after = (margin.shares(w)[:-1] for w in (start, raked))
        with_level = [max(float(shares.sum()), 1e-300) for shares in (before, after)]
        for number, level in enumerate(margin.levels):
            rows.append(
                {
                    "segment": name,
                    "level": level,
                    "n": int(heads[number]),
                    "population": float(margin.population[number]),
                    "before": float(before[number]) / with_level[0],
                    "after": float(after[number]) / with_level[1],
                }
            )
    return pd.DataFrame(rows, columns=["segment", "level", "n", "population", "before", "after"])
