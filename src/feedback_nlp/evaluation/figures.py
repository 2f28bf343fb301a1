"""A figure of quality: what was measured, with which tool, on which data, and how sure it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

OURS = "feedback-nlp"
#: How the data stand to the tool measured on them. A dagger in a table marks the last three.
HELD_OUT = "held out"
NEVER_SEEN = "never seen"
CROSS_VALIDATED = "trained on, cross-validated"
TUNED = "tuned on, flatters"
LOOKED_AT = "looked at while building"
MARKED = (CROSS_VALIDATED, TUNED, LOOKED_AT)


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes
    ----------
    data, measure, tool : str
    use : str
        How the data stand to the tool: `HELD_OUT`, `NEVER_SEEN`, `CROSS_VALIDATED`, `TUNED`, or
        other words.
    n : int
        Of what ``unit`` names.
    value : float
    low, high : float or None
        The 95 % interval, where there is one.
    unit : str
        What was counted and drawn anew in the bootstrap.
    """

    data: str
    measure: str
    tool: str
    use: str
    n: int
    value: float
    low: float | None = None
    high: float | None = None
    unit: str = "answers"

    @property
    def id(self) -> str:
        """A name that stays the same from run to run.

        Examples
        --------
        >>> Figure("NHS", "macro-F1", "VADER", NEVER_SEEN, 10, 0.5).id
        'nhs/macro-f1/vader'
        """
        return "/".join(_slug(part) for part in (self.data, self.measure, self.tool))

    def record(self) -> dict[str, Any]:
        """What JSON can hold, numbers to six places."""
        numbers = {
            name: None if (number := getattr(self, name)) is None else round(float(number), 6)
            for name in ("value", "low", "high")
        }
        return {"id": self.id, **asdict(self), "n": int(self.n), **numbers}


@dataclass(frozen=True)
class Section:
    """The figures of one step of the project.

    Attributes
    ----------
    title : str
    about : str
        What was measured and how, in a paragraph of Markdown.
    figures : tuple of Figure
    notes : tuple of str
        What a reader has to know to read them.
    pictured : str
        The measure that the picture of all sections shows.
    """

    title: str
    about: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    pictured: str = ""


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "_", text.lower().replace("+", "plus")).strip("_")


def bootstrap(
    figure: Callable[[npt.NDArray[np.intp]], float],
    respondents: npt.ArrayLike,
    *,
    draws: int,
    seed: int,
) -> tuple[float, float, float]:
    """A figure and its 95 % percentile interval over respondents.

    Parameters
    ----------
    figure : callable
        From positions of rows to the figure of those rows.
    respondents : array_like, shape (n,)
        Whose row it is: all rows of a respondent are drawn together.
    draws, seed : int

    Returns
    -------
    value, low, high : float

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.

    Examples
    --------
    >>> right = np.array([1.0] * 80 + [0.0] * 20)
    >>> value, low, high = bootstrap(lambda rows: right[rows].mean(), range(100), draws=500, seed=0)
    >>> round(float(value), 2), 0.68 < low < 0.76, 0.84 < high < 0.92
    (0.8, True, True)
    """
    keys = np.unique(np.asarray(respondents).astype(str), return_inverse=True)[1]
    order = np.argsort(keys, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)
    random = np.random.default_rng(seed)
    drawn = [
        figure(np.concatenate([members[place] for place in chosen]))
        for chosen in random.integers(len(members), size=(draws, len(members)))
    ]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(figure(np.arange(len(keys)))), float(low), float(high)


def label_f1(
    truth: Sequence[str] | npt.NDArray, found: Sequence[str] | npt.NDArray, labels: Iterable[str]
) -> float:
    """Mean F1 of the labels that occur (macro-F1).

    Examples
    --------
    >>> label_f1(["a", "a", "b"], ["a", "b", "b"], ["a", "b"]).__round__(3)
    0.667
    """
    truth, found = np.asarray(truth), np.asarray(found)
    scores = []
    for label in labels:
        total = np.sum(truth == label) + np.sum(found == label)
        if total:
            scores.append(2 * np.sum((truth == label) & (found == label)) / total)
    return float(np.mean(scores)) if scores else float("nan")


def f1_of(
    truth: npt.NDArray, found: npt.NDArray, labels: Sequence[str]
) -> Callable[[npt.NDArray[np.intp]], float]:
    """`label_f1` of the rows one asks for, as `bootstrap` takes it."""

    def figure(rows: npt.NDArray[np.intp]) -> float:
        return label_f1(truth[rows], found[rows], labels)

    return figure


def mean_of(values: npt.NDArray) -> Callable[[npt.NDArray[np.intp]], float]:
    """The mean of the rows one asks for, as `bootstrap` takes it."""

    def figure(rows: npt.NDArray[np.intp]) -> float:
        return float(values[rows].mean())

    return figure


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), for simulations."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(successes, n, method="wilson")
    return float(low), float(high)
