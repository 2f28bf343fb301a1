"""The contributions one after the other, from zero to the score: they add up, and are seen to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.plots.style import (
    BESIDE,
    HAIRLINE,
    INK,
    MUTED,
    PALETTE,
    PRINT_WIDTH,
    Rows,
    axes_of,
    horizontal_rows,
    print_style,
    rows_height,
    signed,
    write_title,
)
from feedback_nlp.plots.themes import SPECIAL_LABELS, contributions, theme_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_REST = "_other_themes"


def plot_waterfall(
    nps_impact: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    most: int = 8,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    r"""How do the contributions of all themes add up to the score?

    Parameters
    ----------
    nps_impact : DataFrame
        As :func:`feedback_nlp.findings.impact.nps_impact` gives it: all rows add up to the NPS.
    themes : DataFrame, one row a theme
        Columns ``theme_id``, ``label``.
    most : int
        Themes with a bar of their own, those of the largest size; the others share one.
    title : str, optional
        Says what one sees; made from the table when left out, none for ``""``.
    width : float
        Inches in print.
    ax : Axes, optional
        Where to draw; a figure of its own by default.

    Returns
    -------
    Axes
        Each bar begins where the one above it ends; the last is the score.

    Raises
    ------
    FeedbackError
        If the table has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> themes = pd.DataFrame({"theme_id": ["speed"], "label": ["Slow speed"]})
    >>> impact = pd.DataFrame({"theme_id": ["speed", "_no_answer"], "contribution": [-6.2, 1.0],
    ...                        "ci_low": [-8.0, -0.4], "ci_high": [-4.4, 2.2]})
    >>> plot_waterfall(impact, themes).figure.get_suptitle().replace("\u200e", "")
    'From 0 to −5.2: what each theme takes or adds'
    """
    if nps_impact.empty:
        raise FeedbackError(
            "The contributions cannot be added up because the table has no rows; run the survey "
            "again to make it."
        )
    steps = _steps(contributions(nps_impact), most)
    labels = {**theme_labels(themes), **SPECIAL_LABELS, _REST: "All other themes"}
    total = float(steps.sum())
    if title is None:
        title = f"From 0 to {signed(total)}: what each theme takes or adds"
    rows = Rows([*(labels.get(theme, theme) for theme in steps.index), "NPS"], width)
    ends = steps.cumsum()
    starts = ends - steps
    low, high = min(0.0, float(ends.min())), max(0.0, float(ends.max()))
    room = 0.14 * max(high - low, 1e-9)
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width))
        axes.axvline(0, color=MUTED, linewidth=0.8)
        bars = [*zip(steps.index, starts, ends, strict=True), ("NPS", 0.0, total)]
        for place, (theme, start, end) in enumerate(bars):
            centre, size = rows.centres[place], end - start
            colour = PALETTE["promoter" if size > 0 else "detractor"]
            if theme in SPECIAL_LABELS or theme == _REST:
                colour = PALETTE["passive"]
            if theme == "NPS":
                colour = INK
            axes.barh(centre, size, left=start, height=0.15, color=colour)
            if place + 1 < len(bars):
                axes.vlines(end, centre, rows.centres[place + 1], color=HAIRLINE, linewidth=0.8)
            axes.annotate(
                signed(size),
                (end, centre),
                xytext=(4 if size > 0 else -4, 0),
                **{**BESIDE, "ha": "left" if size > 0 else "right"},
                color=INK,
                fontweight="bold" if theme == "NPS" else "normal",
            )
        axes.axhline(rows.edges[-1], color=HAIRLINE, linewidth=0.5)
        axes.set_xlim(low - room, high + room)
        horizontal_rows(axes, rows)
        axes.set_xlabel("Points of NPS, added up from the top")
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def _steps(table: pd.DataFrame, most: int) -> pd.Series[float]:
    """Contribution by row: costs first, then earnings, the rest, and the rows without a theme."""
    points = table.set_index("theme_id")["contribution"].astype(float)
    special = [theme for theme in SPECIAL_LABELS if theme in points.index]
    named = points.drop(index=special)
    largest = named.abs().sort_values(ascending=False, kind="stable").index[:most]
    shown = named.loc[largest].sort_values(kind="stable")
    rest = named.drop(index=largest)
    parts = [shown]
    if len(rest):
        parts.append(pd.Series({_REST: float(rest.sum())}))
    return pd.concat([*parts, points.loc[special]])
