"""What one column of a survey looks like: the words of its name and what its cells hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from feedback_nlp.reading.cells import as_text, is_empty_mark, read_dates, read_ratings

# Guesses look at this many rows, spread evenly over the table; a million would say the same.
SAMPLE_ROWS = 50_000

# Words of a column's name; one that ends in "*" stands for every word that begins so.
SCORE_WORDS = (
    ("nps*", "ltr", "recommend*", "promoter*"),
    ("likel*",),
    ("overall",),
    ("score*", "rating*"),
)
# fmt: off
ANSWER_WORDS = (
    "text*",
    "answer*",
    "reason*",
    "comment*",
    "why",
    "content*",
    "verbatim*",
    "feedback",
    "review*",
    "remark*",
    "explain*",
    "improve*",
    "suggestion*",
    "openended",
)
CSAT_WORDS = (
    "sat",
    "csat",
    "satisf*",
    "rating*",
    "rate",
    "rated",
    "ease",
    "easy",
    "effort",
    "ces",
    "quality",
    "value",
    "stars",
    "experience*",
    "comfort*",
    "clean*",
    "helpful*",
    "happy",
)
# An unnamed column of numbers 0-10 with one of these in its name counts something else.
COUNT_WORDS = (
    "id",
    "number",
    "count*",
    "visits",
    "age",
    "month*",
    "year*",
    "day*",
    "week*",
    "hour*",
    "quantity",
    "qty",
    "tenure",
    "duration*",
    "children",
    "progress",
    "index",
    "rank",
    "row",
)
# fmt: on
NOT_ANSWER_WORDS = ("id", "ids", "email*", "url*", "phone*", "date", "timestamp", "ip")
ID_WORDS = ("id", "uuid", "guid", "responseid", "respondentid", "recordid")
DATE_WORDS = (
    ("recorded*", "submitted", "submit", "completed", "response*"),
    ("end*",),
    ("date*", "timestamp*", "datetime*"),
    ("time", "day", "created*", "start*", "when"),
)
VALUE_WORDS = ("value", "revenue*", "arr", "mrr", "acv", "ltv", "spend*", "turnover")
CONSENT_WORDS = ("consent*", "permission*", "contact*", "gdpr", "opt", "optin")
QUESTION_WORDS = ("question*",)
# What Qualtrics notes about the recording itself, which divides no customers.
TOOL_COLUMNS = frozenset({"status", "finished", "progress", "distributionchannel", "ipaddress"})


def words_of(name: str) -> list[str]:
    """The words of a column's name, in small letters, whichever way they are joined.

    Examples
    --------
    >>> words_of("NPS_SCORE"), words_of("ResponseId")
    (['nps', 'score'], ['response', 'id'])
    """
    parts = re.findall(r"[^\W\d_a-z]+(?![a-z])|[^\W\d_a-z]?[a-z]+|[^\W\d_]+|\d+", name)
    return [part.lower() for part in parts]


def hint(words: Iterable[str], hints: Sequence[str]) -> str | None:
    """The first word that one of the hints stands for."""
    for word in words:
        for stem in hints:
            if word == stem or (stem.endswith("*") and word.startswith(stem[:-1])):
                return word
    return None


def rank(words: Sequence[str], ranks: Sequence[Sequence[str]]) -> tuple[int, str]:
    """How strongly a name hints, 0 for not at all, and the word that does."""
    for strength, hints in zip(range(len(ranks), 0, -1), ranks, strict=True):
        word = hint(words, hints)
        if word:
            return strength, word
    return 0, ""


@dataclass(frozen=True)
class Profile:
    """What one column holds, worked out when asked for."""

    name: str
    words: list[str]
    cells: pd.Series  # the cells of the sample that are not empty, stripped
    rows: int  # in the sample, empty cells included

    @property
    def filled(self) -> int:
        return len(self.cells)

    @cached_property
    def numbers(self) -> np.ndarray:
        return read_ratings(self.cells).to_numpy(dtype=float)

    @cached_property
    def numeric_share(self) -> float:
        return float(np.mean(~np.isnan(self.numbers))) if self.filled else 0.0

    @cached_property
    def levels(self) -> pd.Series:
        return self.cells.value_counts()

    @cached_property
    def volume(self) -> int:
        return int(self.cells.str.len().sum())

    @cached_property
    def words_a_cell(self) -> float:
        return float(self.cells.str.count(r"\s+").mean()) + 1 if self.filled else 0.0

    @cached_property
    def distinct_share(self) -> float:
        return len(self.levels) / self.filled if self.filled else 0.0

    @cached_property
    def dates_share(self) -> float:
        return float(read_dates(self.cells)[0].notna().mean()) if self.filled else 0.0


def profile_columns(table: pd.DataFrame, labels: Mapping[str, str]) -> dict[str, Profile]:
    """The profile of every column, its label's words taken as words of its name."""
    step = max(1, -(-len(table) // SAMPLE_ROWS))
    made = {}
    for name in table.columns:
        cells = as_text(table[name].iloc[::step]).str.strip()
        empty = cells.map({text: is_empty_mark(text) for text in cells.unique()}).astype(bool)
        words = words_of(name) + words_of(labels.get(name, ""))
        made[name] = Profile(name, words, cells[~empty], len(cells))
    return made
