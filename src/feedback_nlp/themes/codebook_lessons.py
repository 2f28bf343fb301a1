"""What a codebook teaches: its examples, its labels and what discovery put under its themes.

Marks say which text bears which theme (shape (texts, themes)); weights how much that counts, 0
where nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from feedback_nlp.themes.codebook import Codebook
from feedback_nlp.themes.evidence import Answers, Bools, Floats, Positions

_WEAK_OF_A_THEME, _WEAK_IN_ALL = 40, 600


@dataclass(frozen=True)
class ThemeTree:
    """The themes by position, and the position of the theme above each; -1 where there is none."""

    place: dict[str, int]
    parent: Positions

    @classmethod
    def of(cls, table: pd.DataFrame) -> ThemeTree:
        """From a codebook's table."""
        place = {theme: number for number, theme in enumerate(table["theme_id"])}
        above = [place.get(parent, -1) for parent in table["parent_id"].fillna("")]
        return cls(place, np.array(above, np.intp))

    def with_parents(self, marks: Bools) -> Bools:
        """Marks in which whoever mentions a sub-theme mentions the theme above it."""
        marks = marks.copy()
        for child, parent in enumerate(self.parent):
            if parent >= 0:
                marks[:, parent] |= marks[:, child]
        return marks

    def kin(self, marks: Bools) -> Bools:
        """Sub-themes of a marked theme: whether these are meant too is not known."""
        kin = np.zeros_like(marks)
        for child, parent in enumerate(self.parent):
            if parent >= 0:
                kin[:, child] = marks[:, parent] & ~marks[:, child]
        # A child that is marked says that its parent's other children are not.
        for child, parent in enumerate(self.parent):
            if parent >= 0:
                siblings = np.flatnonzero(self.parent == parent)
                kin[:, child] &= ~marks[:, siblings].any(axis=1)
        return kin


def coded_examples(
    table: pd.DataFrame, tree: ThemeTree, encoder: str
) -> tuple[Answers, Bools, Floats]:
    """Examples and counter-examples, cut into mentions, and what they say of which theme."""
    columns = [table["examples"], table["counter_examples"]]
    texts = list(dict.fromkeys(text for column in columns for of in column for text in of))
    place = {text: number for number, text in enumerate(texts)}
    yes, no = (np.zeros((len(texts), len(table)), bool) for _ in columns)
    for marked, column in zip((yes, no), columns, strict=True):
        for theme, listed in enumerate(column):
            marked[[place[text] for text in listed], theme] = True
    counter_only = ~yes.any(axis=1, keepdims=True)
    yes = tree.with_parents(yes)
    # What stands under other themes alone speaks against a theme, but a counter-example says
    # nothing of the themes it is not listed under.
    weights = np.where(tree.kin(yes) | (counter_only & ~no), 0.0, 1.0)
    return Answers.of_texts(texts, encoder), yes, weights


def labels_as_examples(
    table: pd.DataFrame, tree: ThemeTree, encoder: str, weight: float
) -> tuple[Answers, Bools, Floats]:
    """Label and description of each theme, which together count as `weight` examples."""
    texts = [
        f"{label}. {description}" if description else label
        for label, description in zip(table["label"], table["description"], strict=True)
    ]
    marks = tree.with_parents(np.eye(len(texts), dtype=bool))
    weights = np.where(tree.kin(marks), 0.0, weight)
    return Answers.of_texts(texts, encoder, cut=False), marks, weights


def discovered_members(
    mentions: pd.DataFrame,
    weak: pd.DataFrame | None,
    codebook: Codebook,
    tree: ThemeTree,
    seed: int,
) -> tuple[Positions, Bools]:
    """Positions of mentions drawn from what discovery found, and which themes they bear."""
    place = tree.place
    if weak is None or weak.empty:
        return np.array([], np.intp), np.zeros((0, len(place)), bool)
    row = pd.Series(np.arange(len(mentions)), index=mentions["mention_id"])
    themes = weak["theme_id"].replace(codebook.merged)
    usable = themes.isin(place) & weak["mention_id"].isin(row.index)
    links = pd.DataFrame(
        {
            "row": row.loc[weak["mention_id"][usable]].to_numpy(),
            "theme": themes[usable].map(place).to_numpy(),
        }
    ).drop_duplicates()
    most = max(3, min(_WEAK_OF_A_THEME, _WEAK_IN_ALL // len(place)))
    random = np.random.default_rng([seed, 4])
    drawn = links.iloc[random.permutation(len(links))].groupby("theme").head(most)
    rows = np.unique(drawn["row"].to_numpy())
    marks = np.zeros((len(rows), len(place)), bool)
    inside = links[links["row"].isin(rows)]
    marks[np.searchsorted(rows, inside["row"]), inside["theme"]] = True
    return rows, tree.with_parents(marks)
