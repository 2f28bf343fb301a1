"""What has changed since the last wave: themes grown, shrunk, new and gone."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.mentioned import mentioned_themes
from feedback_nlp.findings.proportions import (
    effective_size,
    q_values,
    respondent_weights,
    share_differences,
)

SMALLEST_GROUP = 10
_COLUMNS = {
    "theme_id": "str",
    "label": "str",
    "parent_id": "str",
    "change": "str",
    "n_before": "int64",
    "base_before": "int64",
    "share_before": "float64",
    "n_after": "int64",
    "base_after": "int64",
    "share_after": "float64",
    "difference": "float64",
    "ci_low": "float64",
    "ci_high": "float64",
    "p_value": "float64",
    "q_value": "float64",
}


class Wave(Protocol):
    """The tables of one wave; a `Run` has them."""

    @property
    def responses(self) -> pd.DataFrame:
        """A row a respondent: ``response_id``, ``has_content``."""

    @property
    def mention_themes(self) -> pd.DataFrame:
        """A row a theme in a mention: ``response_id``, ``theme_id``."""

    @property
    def themes(self) -> pd.DataFrame:
        """A row a theme: ``theme_id``, ``label``, ``parent_id``."""


def compare_waves(
    before: Wave,
    after: Wave,
    *,
    weights: tuple[str | None, str | None] = (None, None),
    confidence: float = 0.95,
    max_q: float = 0.05,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """Compare how many respondents mention each theme in two waves of a survey.

    The base is the respondents whose answer has content. The waves are taken as independent
    samples; respondents who answered both make the intervals too wide, never too narrow, as long
    as they tend to say the same again.

    Parameters
    ----------
    before, after : Wave
        Two runs, or anything with ``responses``, ``mention_themes`` and ``themes``. Themes are
        the same where their ids are, and shares compare only where one way of assigning made
        both: `analyse` with ``codebook`` and ``previous`` sees to it.
    weights : tuple of str or None
        The columns of the earlier and the later wave's weights.
    confidence : float
        Level of the intervals.
    max_q : float
        A theme has grown or shrunk if its q-value is not above this.
    smallest : int
        A theme mentioned by fewer respondents in both waves together is left out.

    Returns
    -------
    DataFrame, one row a theme, the largest changes first, top-level themes before sub-themes
        ``theme_id, label, parent_id, change``; ``n_before, base_before, share_before`` and the
        same ``_after`` (heads, but weighted shares); ``difference`` of the shares (after less
        before, -1 to 1) with ``ci_low, ci_high``, ``p_value`` and ``q_value``. ``change`` is
        "grown", "shrunk", "new" (nobody mentioned it before), "gone", or "steady": no change
        beyond chance. A theme that one wave's table does not know is new or gone whatever the
        test says.

    Raises
    ------
    FeedbackError
        If a wave has no answers with content, or the waves have no theme in common.

    Notes
    -----
    p-values are those of the chi-square test, or Fisher's exact test where few are expected;
    q-values control the false discovery rate over the themes of a level. With weights, counts and
    sizes are divided by Kish's design effect (Rao and Scott 1992).

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17, method 10. Rao and Scott (1992), Biometrics 48(2).
    Benjamini and Hochberg (1995), JRSS B 57(1).

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> def wave(n_price):
    ...     people = [str(number) for number in range(100)]
    ...     return SimpleNamespace(
    ...         responses=pd.DataFrame({"response_id": people, "has_content": True}),
    ...         mention_themes=pd.DataFrame({"response_id": people[:n_price], "theme_id": "price"}),
    ...         themes=pd.DataFrame({"theme_id": ["price"], "label": "Price", "parent_id": None}))
    >>> row = compare_waves(wave(20), wave(45)).iloc[0]
    >>> row["change"], float(round(row["difference"], 2)), float(round(row["ci_low"], 2))
    ('grown', 0.25, 0.12)
    """
    known_before, known_after = (set(wave.themes["theme_id"]) for wave in (before, after))
    if not known_before & known_after:
        raise FeedbackError(
            "The two waves have no theme in common; run the later one with the earlier one's "
            "codebook (--codebook), so that the themes bear the same ids."
        )
    themes = _all_themes(before.themes, after.themes)
    top = themes["parent_id"].isna()
    tables = []
    for level, rows in (("top", themes[top]), ("sub", themes[~top])):
        if rows.empty:
            continue
        shown = rows["theme_id"].tolist()
        table = rows
        for name, wave, weight in zip(("before", "after"), (before, after), weights, strict=True):
            table = pd.concat([table, _shares(wave, themes, level, shown, name, weight)], axis=1)
        table = table[(table["n_before"] + table["n_after"]) >= max(1, smallest)]
        tables.append(_tested(table, confidence, max_q, known_before, known_after))
    compared = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    return compared.reindex(columns=list(_COLUMNS)).astype(_COLUMNS)


def _all_themes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Every theme of either wave, as the later wave names it."""
    columns = ["theme_id", "label", "parent_id"]
    both = pd.concat([after[columns], before[columns]]).drop_duplicates("theme_id")
    # A parent that only one wave knows would leave its sub-themes hanging.
    return both.assign(
        parent_id=both["parent_id"].where(both["parent_id"].isin(set(both["theme_id"])))
    ).reset_index(drop=True)


def _shares(
    wave: Wave,
    themes: pd.DataFrame,
    level: str,
    shown: list[str],
    name: str,
    weight: str | None,
) -> pd.DataFrame:
    responses = wave.responses
    answering = responses[responses["has_content"].astype(bool)]
    if answering.empty:
        raise FeedbackError("One of the two waves has no answers with content to compare.")
    mentioned = mentioned_themes(answering, wave.mention_themes, themes, level)
    mentioned = mentioned.reindex(columns=shown, fill_value=False)
    counts = respondent_weights(answering, weight)
    total = counts.sum()
    if not total:
        raise FeedbackError("One of the two waves has no answers with content and a weight.")
    position = themes.index[themes["theme_id"].isin(shown)]
    return pd.DataFrame(
        {
            f"n_{name}": mentioned.to_numpy().sum(axis=0),
            f"base_{name}": len(answering),
            f"share_{name}": counts @ mentioned.to_numpy() / total,
            f"effective_{name}": effective_size(counts),
        },
        index=position,
    )


def _tested(
    table: pd.DataFrame,
    confidence: float,
    max_q: float,
    known_before: set[str],
    known_after: set[str],
) -> pd.DataFrame:
    sizes = {name: table[f"effective_{name}"] for name in ("before", "after")}
    compared = share_differences(
        table["share_after"] * sizes["after"],
        sizes["after"],
        table["share_before"] * sizes["before"],
        sizes["before"],
        confidence,
    ).set_index(table.index)
    compared = compared.rename(columns={"difference_low": "ci_low", "difference_high": "ci_high"})
    tested = table.join(compared).assign(q_value=q_values(compared["p_value"]))
    moved = tested["q_value"] <= max_q
    change = np.select(
        [
            ~tested["theme_id"].isin(known_before) | (moved & (tested["n_before"] == 0)),
            ~tested["theme_id"].isin(known_after) | (moved & (tested["n_after"] == 0)),
            moved & (tested["difference"] > 0),
            moved,
        ],
        ["new", "gone", "grown", "shrunk"],
        "steady",
    )
    order = np.lexsort((tested["theme_id"].to_numpy(str), -tested["difference"].abs()))
    return tested.assign(change=change).iloc[order]
