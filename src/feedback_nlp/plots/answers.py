"""Pictures of the answers: who gives a reason, and in which tone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.plots.style import (
    BESIDE,
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
    with_room,
    write_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GROUPS = ("detractor", "passive", "promoter")
_NAMED = {"detractor": "Detractors", "passive": "Passives", "promoter": "Promoters"}


def plot_content_by_group(
    table: pd.DataFrame,
    *,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    """Who gives a reason, and who stays silent?

    Parameters
    ----------
    table : DataFrame
        As :func:`feedback_nlp.findings.content.content_by_group` gives it.
    title : str, optional
        Says what one sees; made from the table when left out.
    width : float
        Inches in print.
    ax : Axes, optional
        Where to draw; a figure of its own by default.

    Returns
    -------
    Axes
        The share of each group's respondents who give a reason, with interval.

    Raises
    ------
    FeedbackError
        If no group is large enough to show.
    """
    reasons = table[table["content_kind"] == "reason"]
    if reasons.empty:
        raise FeedbackError(
            "Who gives a reason cannot be drawn because no group has enough respondents; "
            "use a larger survey."
        )
    groups = [group for group in _GROUPS if group in set(reasons["group"])]
    reasons = reasons.set_index("group").loc[groups]
    if title is None:
        share = {str(group): float(value) for group, value in reasons["share"].items()}
        least, most = min(share, key=share.__getitem__), max(share, key=share.__getitem__)
        title = (
            f"{percent(share[most])} of {_NAMED[most].lower()} give a reason, "
            f"{percent(share[least])} of {_NAMED[least].lower()}"
        )
    rows = Rows([_NAMED[group] for group in groups], width)
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width))
        for centre, (group, row) in zip(rows.centres, reasons.iterrows(), strict=True):
            colour = PALETTE[str(group)]
            low, middle, high = (100 * row[name] for name in ("ci_low", "share", "ci_high"))
            axes.hlines(centre, low, high, color=colour, linewidth=1.6)
            axes.plot(middle, centre, "o", color=colour, markersize=5)
            axes.annotate(
                f"{percent(row['share'])}  ({count(row['n'])} of {count(row['base'])})",
                (high, centre),
                xytext=(5, 0),
                **BESIDE,
                color=INK,
            )
        axes.set_xlim(0, 130)
        horizontal_rows(axes, rows)
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.set_xlabel("Respondents who give a reason (% of the group, 95% interval)")
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def plot_sentiment_by_group(
    responses: pd.DataFrame,
    *,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    """In which tone does each group write?

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``group`` and ``sentiment`` (-1 to 1, missing allowed).
    title, width, ax
        As in :func:`plot_content_by_group`.

    Returns
    -------
    Axes
        The distribution of sentiment in each group, a row a group; the dot is
        the median.

    Raises
    ------
    FeedbackError
        If no group has ten answers with a sentiment.
    """
    known = responses.dropna(subset=["sentiment"])
    values = {g: known.loc[known["group"] == g, "sentiment"].to_numpy(float) for g in _GROUPS}
    values = {group: tone for group, tone in values.items() if len(tone) >= 10}
    if not values:
        raise FeedbackError(
            "The tone of the groups cannot be drawn because no group has ten answers; "
            "use a larger survey."
        )
    if title is None:
        medians = ", ".join(
            f"{_NAMED[group].lower()} {np.median(tone):+z.2f}".replace("-", "\u2212")
            for group, tone in values.items()
        )
        title = f"Median tone of the answers: {medians}"
    rows = Rows([f"{_NAMED[g]} (n = {count(len(tone))})" for g, tone in values.items()], width)
    edges = np.linspace(-1, 1, 41)
    with print_style():
        axes = axes_of(ax, width, 1.6 * rows_height(rows, title, width))
        horizontal_rows(axes, rows)
        # A row's height in the axis' own units, upwards on the page.
        apart = abs(float(np.diff(rows.centres).mean())) if len(values) > 1 else 1.0
        up = apart if axes.get_ylim()[0] < axes.get_ylim()[1] else -apart
        for centre, (group, tone) in zip(rows.centres, values.items(), strict=True):
            share = np.histogram(tone, edges)[0] / len(tone)
            floor = centre - 0.4 * up
            axes.bar(
                edges[:-1],
                0.8 * up * share / max(share.max(), 1e-9),
                bottom=floor,
                width=np.diff(edges),
                align="edge",
                color=PALETTE[group],
                alpha=0.75,
                linewidth=0,
            )
            axes.plot(np.median(tone), floor, "o", color=INK, markersize=4, zorder=3)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        axes.set_xlim(-1, 1)
        axes.set_xlabel("Sentiment of the answer (\u22121 negative to +1 positive; dot: median)")
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def plot_sentiment_by(
    table: pd.DataFrame,
    *,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    """How does the tone differ between the levels of a segment?

    Parameters
    ----------
    table : DataFrame
        As :func:`feedback_nlp.findings.content.sentiment_by` gives it: the
        segment in the first column, then ``n, mean, ci_low, ci_high``.
    title, width, ax
        As in :func:`plot_content_by_group`.

    Returns
    -------
    Axes
        One point with its interval a level.

    Raises
    ------
    FeedbackError
        If the table has no rows.
    """
    if table.empty:
        raise FeedbackError(
            "The tone by segment cannot be drawn because no level has enough answers; "
            "choose another segment."
        )
    segment = str(table.columns[0])
    if title is None:
        best = table.iloc[int(table["mean"].argmax())]
        worst = table.iloc[int(table["mean"].argmin())]
        apart = best["ci_low"] > worst["ci_high"]
        title = (
            f"Tone by {segment}: warmest {best.iloc[0]}, coolest {worst.iloc[0]}"
            if apart
            else f"Tone by {segment}: the intervals overlap"
        )
    rows = Rows([str(level) for level in table.iloc[:, 0]], width)
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width))
        axes.axvline(0, color=MUTED, linewidth=0.8)
        for centre, row in zip(rows.centres, table.to_dict("records"), strict=True):
            axes.hlines(centre, row["ci_low"], row["ci_high"], color=INK, linewidth=1.4)
            axes.plot(row["mean"], centre, "o", color=INK, markersize=5)
            axes.annotate(
                f"{row['mean']:+z.2f}  (n = {count(row['n'])})".replace("-", "\u2212"),
                (row["ci_high"], centre),
                xytext=(5, 0),
                **BESIDE,
                color=INK,
            )
        axes.set_xlim(*with_room(table.assign(nps=table["mean"]), left=0.06, right=0.34))
        horizontal_rows(axes, rows)
        axes.set_xlabel("Mean sentiment (\u22121 to +1, 95% interval)")
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes
