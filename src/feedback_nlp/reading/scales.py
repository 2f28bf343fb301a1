"""The scale of a rating: where it begins and ends, and which end is the good one.

A scale is declared by the user or found out from the cells, and it is always said which of the
two. Two scales in one column are told apart, never averaged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import visible

#: A rating has this many points; more is a slider, fewer is no choice.
FEWEST_POINTS, MOST_POINTS = 2, 11
_ENDS = re.compile(r"\s*(-?\d+)\s*(?:-|–|to|\.\.)\s*(-?\d+)\s*")


@dataclass(frozen=True)
class Scale:
    """The scale of one rating.

    Attributes
    ----------
    low, high : int
        Its ends as the survey has them; numbers beyond are no ratings.
    reversed : bool
        Low numbers are the good ones.
    labels : tuple of str
        Where the survey has words: the words of 1, 2, … from worst to best.
    ends : str
        How the ends are known: "declared", or what was found.
    direction : str
        How the direction is known.
    warnings : tuple of str
        What a reader has to know before using the column.
    refused : str
        Why the column cannot be analysed as a rating; empty where it can.
    """

    low: int
    high: int
    reversed: bool = False
    labels: tuple[str, ...] = ()
    ends: str = "declared"
    direction: str = "declared"
    warnings: tuple[str, ...] = field(default=())
    refused: str = ""

    @property
    def points(self) -> int:
        """How many points it has."""
        return self.high - self.low + 1

    @property
    def boxes(self) -> int:
        """How many of its best points count as satisfied: two, or one where it has two or three."""
        return 1 if self.points <= 3 else 2

    def oriented(self, ratings: pd.Series) -> pd.Series:
        """The ratings as floats, higher is better; missing where beyond the scale.

        Examples
        --------
        >>> Scale(1, 5, reversed=True).oriented(pd.Series([1.0, 5.0, 7.0, None])).tolist()
        [5.0, 1.0, nan, nan]
        """
        numbers = pd.to_numeric(ratings, errors="coerce").astype(float)
        numbers = numbers.where((numbers >= self.low) & (numbers <= self.high))
        return self.low + self.high - numbers if self.reversed else numbers

    def describe(self) -> str:
        """One line: the ends, the direction, and how both are known.

        Examples
        --------
        >>> Scale(1, 5).describe()
        '1 to 5, 5 is best (declared)'
        """
        if self.refused:
            return f"not used: {self.refused}"
        best, _ = (self.low, self.high) if self.reversed else (self.high, self.low)
        known = self.ends if self.ends == self.direction else f"{self.ends}; {self.direction}"
        words = f", {visible(self.labels[0])} … {visible(self.labels[-1])}" if self.labels else ""
        return f"{self.low} to {self.high}, {best} is best{words} ({known})"

    def record(self) -> dict[str, Any]:
        """What JSON can hold; `scale_of_record` reads it back."""
        return asdict(self)


def scale_of_record(record: Mapping[str, Any]) -> Scale:
    """A scale as ``run.json`` holds it.

    Examples
    --------
    >>> scale_of_record(Scale(1, 5).record()) == Scale(1, 5)
    True
    """
    known = {name: record[name] for name in Scale.__dataclass_fields__ if name in record}
    for name in ("labels", "warnings"):
        known[name] = tuple(known.get(name, ()))
    return Scale(**known)


def declared_scale(text: str, what: str) -> Scale:
    """A scale as the user writes it: "1-5", "5-1" (1 is best) or its words from worst to best.

    Parameters
    ----------
    text : str
        Two whole numbers, the end that is worst first, or two to eleven words joined by ``|``.
    what : str
        The column, for the error.

    Raises
    ------
    FeedbackError
        It is neither, or has fewer than 2 or more than 11 points.

    Examples
    --------
    >>> declared_scale("5-1", "ease").reversed
    True
    >>> declared_scale("schlecht|gut", "ease").labels
    ('schlecht', 'gut')
    """
    if "|" in text:
        labels = tuple(label.strip() for label in text.split("|"))
        made = Scale(1, len(labels), labels=labels)
        if not all(labels) or len({label.casefold() for label in labels}) < len(labels):
            raise FeedbackError(
                f"The words of the scale of {visible(what)!r} must differ and none may be empty."
            )
    else:
        ends = _ENDS.fullmatch(text)
        if ends is None:
            raise FeedbackError(
                f"The scale {visible(text)!r} of {visible(what)!r} cannot be read: write its ends, "
                "the worst first, such as 1-5 or 5-1, or its words joined by |."
            )
        first, last = int(ends[1]), int(ends[2])
        made = Scale(min(first, last), max(first, last), reversed=last < first)
    if not FEWEST_POINTS <= made.points <= MOST_POINTS:
        raise FeedbackError(
            f"The scale {visible(text)!r} of {visible(what)!r} has {made.points} points: "
            f"a rating has {FEWEST_POINTS} to {MOST_POINTS}."
        )
    return made


def rescaled_scores(numbers: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    """Bring scores given on another scale to whole numbers from 0 to 10.

    Parameters
    ----------
    numbers : ndarray of float, shape (n,)
        Missing where there is none.
    scale : Scale

    Returns
    -------
    ndarray of float, shape (n,)
        Worst 0, best 10, the others in proportion and rounded (halves up); missing where beyond
        the scale. On 1-10 the groups stay those of the raw numbers (9 and 10 promoters, 7 and 8
        passives); on 1-5 only 5 is a promoter and only 4 a passive.

    References
    ----------
    Preston and Colman (2000), Acta Psychologica 104(1), and Dawes (2008), International Journal
    of Market Research 50(1): ratings on scales of different length agree well once brought to
    one length in proportion.

    Examples
    --------
    >>> rescaled_scores(np.array([1.0, 2, 3, 4, 5, 6]), Scale(1, 5)).tolist()
    [0.0, 3.0, 5.0, 8.0, 10.0, nan]
    >>> rescaled_scores(np.arange(6.0, 11.0), Scale(1, 10)).tolist()
    [6.0, 7.0, 8.0, 9.0, 10.0]
    """
    oriented = scale.oriented(pd.Series(numbers)).to_numpy(float)
    return np.floor(10 * (oriented - scale.low) / (scale.high - scale.low) + 0.5)


def changed(scale: Scale, **changes: Any) -> Scale:
    """A copy with some attributes changed.

    Examples
    --------
    >>> changed(Scale(1, 5), low=0).points
    6
    """
    return replace(scale, **changes)


def warned(scale: Scale, warning: str) -> Scale:
    """A copy with one more warning.

    Examples
    --------
    >>> warned(Scale(1, 5), "few ratings").warnings
    ('few ratings',)
    """
    return replace(scale, warnings=(*scale.warnings, warning))
