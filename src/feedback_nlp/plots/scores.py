"""Pictures of the score: its eleven values, and segments side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.nps import groups as nps_groups
from feedback_nlp.plots.style import (
    BESIDE,
    HAIRLINE,
    INK,
    MUTED,
    PALETTE,
    PRINT_WIDTH,
    Rows,
    axes_of,
    count,
    horizontal_rows,
    percent,
    print_style,
    rows_height,
    signed,
    with_room,
    write_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEAST_ROW_INCHES = 0.375
_GROUPS = ("detractor", "passive", "promoter")


def plot_scores(
    responses: pd.DataFrame,
    *,
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    """How often was each of the eleven scores given?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Column ``score``: 0 to 10, missing allowed (left out).
    confidence : float
        Level of the whiskers: Wilson's interval of each share (Wilson 1927,
        *JASA* 22, 209-212).
    title : str, optional
        Says what one sees; made from the table when left out, none for ``""``.
    width : float
        Width of a new figure, in inches.
    ax : Axes, optional
        Where to draw; a new figure when left out.

    Returns
    -------
    Axes
        Bars are shares in percent; the numbers above them are counts.

    Raises
    ------
    FeedbackError
        If nobody gave a score.

    Examples
    --------
    >>> import pandas as pd
    >>> ax = plot_scores(pd.DataFrame({"score": [0, 6, 7, 9, 10, 10]}))
    >>> len(ax.patches)
    11
    """
    from statsmodels.stats.proportion import proportion_confint

    scores = responses["score"].dropna().astype(int)
    if scores.empty:
        raise FeedbackError(
            "The distribution of scores cannot be drawn because no respondent has a score; "
            "check which column holds the scores."
        )
    group_of_score = nps_groups(list(range(11)))
    counts = scores.value_counts().reindex(range(11), fill_value=0).to_numpy()
    n = int(counts.sum())
    share = 100 * counts / n
    low, high = (
        100 * bound for bound in proportion_confint(counts, n, 1 - confidence, method="wilson")
    )
    group_counts = {
        group: int(sum(counts[s] for s in range(11) if group_of_score[s] == group))
        for group in _GROUPS
    }
    if title is None:
        biggest = max(_GROUPS, key=lambda group: group_counts[group])
        title = (
            f"{percent(group_counts[biggest] / n)} of {count(n)} respondents are {biggest}s "
            f"({_score_range(biggest)})"
        )
    with print_style():
        axes = axes_of(ax, width, 2.2)
        axes.bar(range(11), share, width=0.74, color=[PALETTE[g] for g in group_of_score])
        seen = counts > 0
        axes.vlines(
            np.arange(11)[seen],
            low[seen],
            high[seen],
            color=INK,
            linewidth=0.8,
            zorder=3,
        )
        top = float(high.max())
        for score, given in enumerate(counts):
            axes.annotate(
                count(int(given)),
                (score, high[score] if given else 0),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                color=INK,
            )
        for group in _GROUPS:
            inside = [s for s in range(11) if group_of_score[s] == group]
            y = top * 1.26
            axes.hlines(
                y,
                inside[0] - 0.37,
                inside[-1] + 0.37,
                color=PALETTE[group],
                linewidth=1.6,
            )
            axes.annotate(
                f"{group.capitalize()}s\n{percent(group_counts[group] / n)}",
                (float(np.mean(inside)), y),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                va="bottom",
                color=PALETTE[group],
                fontweight="bold",
                linespacing=1.15,
            )
        axes.set_ylim(0, top * 1.26)
        axes.set_xlim(-0.6, 10.6)
        axes.set_xticks(range(11))
        axes.set_xlabel("Score given, 0 to 10 (numbers on the bars: respondents)")
        axes.set_ylabel("Respondents (%)")
        axes.tick_params(length=0)
        axes.spines["bottom"].set_color(HAIRLINE)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="y", color=HAIRLINE, linewidth=0.5)
        axes.set_axisbelow(True)
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def plot_nps_by(
    table: pd.DataFrame,
    *,
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    """How does the NPS differ between segments?

    Parameters
    ----------
    table : DataFrame, one row a segment
        As :func:`feedback_nlp.nps.nps_by` gives it: the segment in the first
        column, then ``n``, ``nps``, ``ci_low``, ``ci_high`` (-100 to 100).
        Rows without an ``nps`` (too few respondents) are named, not drawn.
    confidence : float
        Level of the table's intervals, for the axis label.
    title, width, ax
        As in :func:`plot_scores`.

    Returns
    -------
    Axes
        One point with its interval a segment, in the order of the table.

    Raises
    ------
    FeedbackError
        If the table has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"plan": ["Basic", "Plus"], "n": [80, 60], "nps": [-31.0, 12.0],
    ...                       "ci_low": [-48.0, -9.0], "ci_high": [-13.0, 32.0]})
    >>> plot_nps_by(table).get_xlabel()
    'NPS (95% interval)'
    """
    if table.empty:
        raise FeedbackError(
            "The NPS by segment cannot be drawn because the table has no rows; "
            "choose a segment column that has values."
        )
    segment = str(table.columns[0])
    with_nps = table.dropna(subset=["nps"])
    if title is None:
        title = _title_of_segments(with_nps, segment)
    rows = Rows([str(v) for v in table.iloc[:, 0]], width)
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width))
        axes.axvline(0, color=MUTED, linewidth=0.8)
        for centre, row in zip(rows.centres, table.to_dict("records"), strict=True):
            if pd.isna(row["nps"]):
                axes.annotate(
                    "too few respondents to show",
                    (0, centre),
                    xytext=(4, 0),
                    **BESIDE,
                    color=MUTED,
                )
                continue
            axes.hlines(centre, row["ci_low"], row["ci_high"], color=INK, linewidth=1.4)
            axes.plot(row["nps"], centre, "o", color=INK, markersize=5)
            axes.annotate(
                f"{signed(row['nps'])}  (n = {count(row['n'])})",
                (row["ci_high"], centre),
                xytext=(5, 0),
                **BESIDE,
                color=INK,
            )
        axes.set_xlim(*with_room(with_nps, left=0.06, right=0.34))
        horizontal_rows(axes, rows)
        axes.set_xlabel(f"NPS ({confidence:.0%} interval)")
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def _title_of_segments(table: pd.DataFrame, segment: str) -> str:
    if len(table) < 2:
        return f"NPS by {segment}"
    # The two intervals that lie furthest apart, if any do.
    best = table.iloc[int(table["ci_low"].argmax())]
    worst = table.iloc[int(table["ci_high"].argmin())]
    names = [str(row.iloc[0]) for row in (best, worst)]
    if best["ci_low"] > worst["ci_high"]:
        return (
            f"NPS by {segment}: {names[0]} at {signed(best['nps'])}, "
            f"{names[1]} at {signed(worst['nps'])}"
        )
    return f"NPS by {segment}: the intervals of all overlap"


def _score_range(group: str) -> str:
    return {"detractor": "0 to 6", "passive": "7 or 8", "promoter": "9 or 10"}[group]
