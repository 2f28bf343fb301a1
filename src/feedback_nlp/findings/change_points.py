"""When did the score change, if it did? Change points with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.proportions import need_columns, respondent_weights
from feedback_nlp.findings.trends import dates_of
from feedback_nlp.nps import nps, nps_difference

#: More days than this are taken week by week, which keeps the search below some seconds.
_MOST_STEPS = 800
_CELLS_AT_ONCE = 5_000_000
# PELT looks at blocks of a third of the least respondents, and keeps changes three apart.
_BLOCKS_APART = 3

Vector = NDArray[np.float64]


def change_points(
    responses: pd.DataFrame,
    date: str,
    *,
    weight: str | None = None,
    confidence: float = 0.95,
    resamples: int = 1000,
    smallest: int = 30,
    seed: int = 0,
) -> pd.DataFrame:
    """Find the dates at which the level of the NPS changed, with an interval for each date.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``score, group`` and the dates; those without either are left out.
    date : str
        The column of dates. Days are the steps; weeks where there are very many days.
    weight : str, optional
        Column of survey weights.
    confidence : float
        Level of the intervals; 1 - `confidence` is how often a survey whose score never changed
        is said to have changed.
    resamples : int
        Permutations behind the decision, and bootstrap resamples behind each date's interval.
    smallest : int
        Respondents that a stretch must have on either side of a change.
    seed : int
        Seed of permutations and bootstrap.

    Returns
    -------
    DataFrame, one row a change point, in order of time
        ``date`` (the first day of the new level), ``date_low, date_high``, ``n_before, n_after``
        (respondents in the stretches on either side, up to the neighbouring change or the end),
        ``nps_before, nps_after, change, change_low, change_high`` and ``p_value``. Without any
        row, no change stands out from chance.

    Raises
    ------
    FeedbackError
        If the dates cannot be used or fewer than twice `smallest` respondents have date and score.

    Notes
    -----
    The worth of respondents (+100, 0, -100) is cut into stretches of constant mean by PELT (in
    `ruptures`), which minimises the weighted squared error plus a penalty for every change. The
    penalty is taken from the survey itself: respondents are shuffled over the dates, and it is
    the error that the best single cut saves in all but 5 % of the shuffles. PELT sees blocks of
    days; each cut is then moved to the best day between its neighbours. The date's interval
    comes from the bootstrap: respondents are drawn anew within the stretch on either side and the
    best single cut between the neighbouring changes is sought again. The p-value is that of the
    best single cut between the neighbours, by shuffling. As the date was chosen by the size of
    the change, the interval of the change itself is somewhat too narrow and its size too large.
    The model knows sudden changes only: a slow drift is cut into steps.

    References
    ----------
    Killick, Fearnhead and Eckley (2012), JASA 107(500), 1590-1598: PELT.
    Truong, Oudre and Vayatis (2020), Signal Processing 167: ruptures.
    Bai (1997), Econometric Theory 13(3), 315-352: each change between its neighbours.
    Hušková and Kirch (2008), J. Time Series Analysis 29(6), 947-972: bootstrap of the date.

    Examples
    --------
    >>> days = pd.date_range("2025-01-01", periods=200)
    >>> responses = pd.DataFrame({"date": days, "score": [9, 5, 9, 10] * 25 + [3, 2, 9, 6] * 25})
    >>> responses["group"] = ["promoter" if s > 8 else "detractor" for s in responses["score"]]
    >>> found = change_points(responses, "date", resamples=200)
    >>> found["date"].dt.strftime("%d %B").tolist(), found["change"].tolist()
    (['11 April'], [-100.0])
    """
    need_columns(responses, ["score", "group"])
    series = _Series.of(responses, dates_of(responses, date), weight, smallest)
    random = np.random.default_rng(seed)
    cuts: list[int] = []
    if series.steps > 1 and np.ptp(series.worth) > 0:
        by_chance = series.gains_by_chance(random, resamples)
        if np.isfinite(by_chance).all():
            cuts = _refined(series, _pelt(series, float(np.quantile(by_chance, confidence))))
    bounds = [0, *cuts, series.steps]
    rows = []
    for first, cut, last in zip(bounds, cuts, bounds[2:], strict=False):
        stretch = series.between(first, last)
        rows.append(_row(stretch, cut - first, responses, confidence, resamples, random))
    columns = ["date", "date_low", "date_high", "n_before", "n_after", "nps_before", "nps_after"]
    table = pd.DataFrame(rows, columns=[*columns, "change", "change_low", "change_high", "p_value"])
    return table.astype(
        dict.fromkeys(columns[:3], "datetime64[us]")
        | dict.fromkeys(columns[3:5], "int64")
        | dict.fromkeys([*columns[5:], *table.columns[7:]], "float64")
    )


@dataclass(frozen=True)
class _Series:
    """Respondents in order of time; `step` is each one's day or week, from 0 without gaps."""

    rows: NDArray[np.intp]
    worth: Vector
    weights: Vector
    step: NDArray[np.intp]
    days: pd.DatetimeIndex
    smallest: int

    @classmethod
    def of(
        cls, responses: pd.DataFrame, dates: pd.Series, weight: str | None, smallest: int
    ) -> _Series:
        weights = respondent_weights(responses, weight)
        usable = dates.notna().to_numpy() & responses["score"].notna().to_numpy() & (weights > 0)
        if usable.sum() < 2 * max(smallest, 1):
            raise FeedbackError(
                f"Only {int(usable.sum())} respondents have a date and a score, but it takes "
                f"{2 * max(smallest, 1)} to look for a change: collect more answers."
            )
        days = dates.dt.floor("D")
        if days[usable].nunique() > _MOST_STEPS:
            days = days - pd.to_timedelta(days.dt.dayofweek, unit="D")
        rows = np.flatnonzero(usable)[np.argsort(days[usable].to_numpy(), kind="stable")]
        unique, step = np.unique(days.to_numpy()[rows], return_inverse=True)
        group = responses["group"].to_numpy()[rows]
        worth = 100.0 * ((group == "promoter").astype(float) - (group == "detractor"))
        return cls(
            rows, worth, weights[rows], step.astype(np.intp), pd.DatetimeIndex(unique), smallest
        )

    @property
    def steps(self) -> int:
        return len(self.days)

    def between(self, first: int, last: int) -> _Series:
        """The stretch of the steps from `first` up to, not including, `last`."""
        inside = (self.step >= first) & (self.step < last)
        return _Series(
            self.rows[inside],
            self.worth[inside],
            self.weights[inside],
            self.step[inside] - first,
            self.days[first:last],
            self.smallest,
        )

    def observed(self) -> Vector:
        """What one cut before each step but the first saves, shape (steps - 1,)."""
        weights, sums = (
            np.bincount(self.step, values, self.steps).astype(float)[None, :]
            for values in (self.weights, self.weights * self.worth)
        )
        return self._gains(weights, sums)[0]

    def gains_by_chance(self, random: np.random.Generator, draws: int) -> Vector:
        """The largest gain in each of many shuffles of the respondents over the dates."""
        if self._alike:
            sums = self._shuffled(random, draws, self.step, self.worth)
            gains = self._gains(np.broadcast_to(self._heads, sums.shape), sums)
            return np.asarray(gains.max(axis=1, initial=-np.inf))
        largest = []
        for size in _chunks(draws, len(self.worth)):
            order = random.permuted(np.tile(np.arange(len(self.worth)), (size, 1)), axis=1)
            largest.append(self._gains(*self._sums(order)).max(axis=1, initial=-np.inf))
        return np.concatenate(largest)

    def cuts_by_resampling(
        self, random: np.random.Generator, cut: int, draws: int
    ) -> NDArray[np.intp]:
        """The best cut in each of many resamples within the stretches before and after `cut`."""
        before = int(np.searchsorted(self.step, cut))
        if self._alike:
            sums = np.zeros((draws, self.steps))
            for side in (slice(None, before), slice(before, None)):
                sums += self._redrawn(random, draws, self.step[side], self.worth[side])
            heads = np.broadcast_to(self._heads, sums.shape)
            return 1 + self._gains(heads, sums).argmax(axis=1)
        after = len(self.worth) - before
        found = []
        for size in _chunks(draws, len(self.worth)):
            order = np.column_stack(
                [
                    random.integers(0, before, (size, before)),
                    before + random.integers(0, after, (size, after)),
                ]
            )
            found.append(1 + self._gains(*self._sums(order)).argmax(axis=1))
        return np.concatenate(found)

    @property
    def _alike(self) -> bool:
        """All weigh the same: then only how many of each group a step has matters."""
        return bool(np.ptp(self.weights) == 0)

    @property
    def _heads(self) -> Vector:
        return np.bincount(self.step, minlength=self.steps).astype(float)

    def _gains(self, weights: Vector, sums: Vector) -> Vector:
        """Squared error saved by each cut, from each step's weight and its sum; rows are draws."""
        heads = np.cumsum(self._heads)[:-1]
        w, s = np.cumsum(weights, axis=1), np.cumsum(sums, axis=1)
        left_w, left_s = w[:, :-1], s[:, :-1]
        right_w, right_s = w[:, [-1]] - left_w, s[:, [-1]] - left_s
        gap = left_s / left_w - right_s / right_w
        gain = left_w * right_w / w[:, [-1]] * gap**2
        wide = (heads >= self.smallest) & (len(self.worth) - heads >= self.smallest)
        return np.where(wide[None, :], gain, -np.inf)

    def _sums(self, order: NDArray[np.intp]) -> tuple[Vector, Vector]:
        """Weight and sum of each step with the respondents in other orders."""
        first = np.searchsorted(self.step, np.arange(self.steps))
        weights = self.weights[order]
        return (
            np.add.reduceat(weights, first, axis=1),
            np.add.reduceat(weights * self.worth[order], first, axis=1),
        )

    def _shuffled(
        self, random: np.random.Generator, draws: int, step: NDArray[np.intp], worth: Vector
    ) -> Vector:
        """Sums of the steps, each group dealt out over them without replacement."""
        left = np.tile(np.bincount(step, minlength=self.steps), (draws, 1))
        sums = np.zeros((draws, self.steps))
        for value in np.unique(worth):
            n = int((worth == value).sum())
            dealt = np.array([random.multivariate_hypergeometric(one, n) for one in left])
            sums, left = sums + value * dealt, left - dealt
        return sums

    def _redrawn(
        self, random: np.random.Generator, draws: int, step: NDArray[np.intp], worth: Vector
    ) -> Vector:
        """Sums of the steps, each respondent drawn anew from all of them."""
        values, counts = np.unique(worth, return_counts=True)
        heads = np.bincount(step, minlength=self.steps)
        return np.asarray(
            random.multinomial(heads, counts / len(worth), (draws, self.steps)) @ values
        )


def _chunks(draws: int, n: int) -> list[int]:
    most = max(1, _CELLS_AT_ONCE // max(n, 1))
    return [min(most, draws - first) for first in range(0, draws, most)]


def _pelt(series: _Series, penalty: float) -> list[int]:
    """The steps before which the level changes, to the nearest block of some respondents."""
    import ruptures

    # Blocks instead of days, so that PELT's least number of steps is one of respondents.
    block = _blocks(series, max(1, -(-series.smallest // _BLOCKS_APART)))
    blocks = int(block.max()) + 1
    if blocks < 2 * _BLOCKS_APART:
        return []
    weight, total, square = (
        np.concatenate([[0.0], np.cumsum(np.bincount(block, values, blocks))])
        for values in (
            series.weights,
            series.weights * series.worth,
            series.weights * series.worth**2,
        )
    )

    class WeightedError(ruptures.base.BaseCost):  # type: ignore[misc]
        """Weighted squared error around the mean of a stretch."""

        model = "weighted_error"
        min_size = 1

        def fit(self, signal: Any) -> WeightedError:
            self.signal = signal
            return self

        def error(self, start: int, end: int) -> float:
            w, s, q = (sums[end] - sums[start] for sums in (weight, total, square))
            return float(q - s * s / w)

    search = ruptures.Pelt(custom_cost=WeightedError(), min_size=_BLOCKS_APART, jump=1)
    ends = search.fit(np.zeros((blocks, 1))).predict(pen=penalty * (1 + 1e-9))[:-1]
    return [int(series.step[np.searchsorted(block, end)]) for end in ends]


def _blocks(series: _Series, least: int) -> NDArray[np.intp]:
    """Each respondent's block: consecutive steps that together hold at least so many."""
    heads = np.bincount(series.step, minlength=series.steps)
    block_of_step = np.zeros(series.steps, np.intp)
    block, held = 0, 0
    for step, n in enumerate(heads):
        if held >= least:
            block, held = block + 1, 0
        block_of_step[step] = block
        held += int(n)
    if held < least and block > 0:
        block_of_step[block_of_step == block] = block - 1
    return block_of_step[series.step]


def _refined(series: _Series, cuts: list[int]) -> list[int]:
    """Each cut moved to the best step between its neighbours."""
    bounds = [0, *cuts, series.steps]
    for number in range(1, len(bounds) - 1):
        first, last = bounds[number - 1], bounds[number + 1]
        stretch = series.between(first, last)
        gains = stretch.observed()
        if np.isfinite(gains).any():
            bounds[number] = first + 1 + int(gains.argmax())
    return bounds[1:-1]


def _row(
    stretch: _Series,
    cut: int,
    responses: pd.DataFrame,
    confidence: float,
    resamples: int,
    random: np.random.Generator,
) -> dict[str, Any]:
    drawn = stretch.cuts_by_resampling(random, cut, resamples)
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf")
    observed = stretch.observed()[cut - 1]
    by_chance = stretch.gains_by_chance(random, resamples)
    before = stretch.step < cut
    scores = responses["score"].to_numpy()[stretch.rows]
    levels = [nps(scores[side], stretch.weights[side], confidence) for side in (before, ~before)]
    change = nps_difference(levels[1], levels[0], confidence)
    return {
        "date": stretch.days[cut],
        "date_low": stretch.days[min(int(low), cut)],
        "date_high": stretch.days[max(int(high), cut)],
        "n_before": levels[0].n,
        "n_after": levels[1].n,
        "nps_before": levels[0].score,
        "nps_after": levels[1].score,
        "change": change.difference,
        "change_low": change.low,
        "change_high": change.high,
        "p_value": float((1 + (by_chance >= observed).sum()) / (1 + len(by_chance))),
    }
