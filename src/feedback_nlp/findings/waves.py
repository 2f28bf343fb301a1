"""What has changed since the last wave: themes grown, shrunk, new and gone."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.mentioned import mentioned_themes

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
        the same where their ids are, so the later run needs the earlier one's codebook.
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
        same ``_after``; ``difference`` of the shares (after less before, -1 to 1) with
        ``ci_low, ci_high``, ``p_value`` and ``q_value``. ``change`` is "grown", "shrunk",
        "steady" (no change that could not be chance), "new" (nobody mentioned it before, or it
        was not known) or "gone".

    Raises
    ------
    FeedbackError
        If a wave has no answers with content, or the waves have no theme in common.

    Notes
    -----
    p-values are Fisher's exact test's; q-values control the false discovery rate over the themes
    of a level.

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17, method 10. Benjamini and Hochberg (1995), JRSS B 57(1).

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
        n_before, base_before = _counts(before, themes, level, shown)
        n_after, base_after = _counts(after, themes, level, shown)
        table = rows.assign(
            n_before=n_before,
            base_before=base_before,
            share_before=n_before / base_before,
            n_after=n_after,
            base_after=base_after,
            share_after=n_after / base_after,
        )
        table = table[(table["n_before"] + table["n_after"]) >= max(1, smallest)]
        tables.append(_tested(table, confidence, max_q))
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


def _counts(
    wave: Wave, themes: pd.DataFrame, level: str, shown: list[str]
) -> tuple[np.ndarray, int]:
    responses = wave.responses
    answering = responses[responses["has_content"].astype(bool)]
    if answering.empty:
        raise FeedbackError("One of the two waves has no answers with content to compare.")
    mentioned = mentioned_themes(answering, wave.mention_themes, themes, level)
    counts = mentioned.sum(axis=0).reindex(shown).fillna(0)
    return counts.to_numpy(np.int64), len(answering)


def _tested(table: pd.DataFrame, confidence: float, max_q: float) -> pd.DataFrame:
    from scipy.stats import fisher_exact
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import confint_proportions_2indep

    p_values, lows, highs = [], [], []
    names = ["n_after", "base_after", "n_before", "base_before"]
    for n_after, base_after, n_before, base_before in table[names].to_numpy(int):
        low, high = confint_proportions_2indep(
            n_after,
            base_after,
            n_before,
            base_before,
            compare="diff",
            method="newcomb",
            alpha=1 - confidence,
        )
        lows.append(float(low))
        highs.append(float(high))
        cells = np.array([[n_after, base_after - n_after], [n_before, base_before - n_before]])
        p_values.append(float(fisher_exact(cells).pvalue))
    q_values = multipletests(p_values, method="fdr_bh")[1] if p_values else np.array([])
    tested = table.assign(
        difference=table["share_after"] - table["share_before"],
        ci_low=np.array(lows, float),
        ci_high=np.array(highs, float),
        p_value=np.array(p_values, float),
        q_value=q_values,
    )
    significant = tested["q_value"] <= max_q
    change = np.where(
        tested["n_before"] == 0,
        "new",
        np.where(
            tested["n_after"] == 0,
            "gone",
            np.where(significant, np.where(tested["difference"] > 0, "grown", "shrunk"), "steady"),
        ),
    )
    order = np.lexsort((tested["theme_id"].to_numpy(str), -tested["difference"].abs()))
    return tested.assign(change=change).iloc[order]
