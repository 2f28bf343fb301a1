"""Pictures of where and when: the trend of the score, and themes along the journey."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.plots.style import (
    BESIDE,
    HAIRLINE,
    INK,
    MUTED,
    PRINT_WIDTH,
    Rows,
    axes_of,
    count,
    horizontal_rows,
    percent,
    print_style,
    quoted,
    rows_height,
    signed,
    wrapped,
    write_title,
)
from feedback_nlp.plots.themes import SPECIAL_LABELS, theme_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A difference is called one where its q-value is below this.
_Q = 0.05
#: Inches that a character of 8 points takes, and a line of them.
_CHARACTER_INCHES = 0.066
_LINE_INCHES = 0.15
_LEVEL_CHARACTERS = 22
#: Under text of the colour INK it leaves a contrast above 4.5 (WCAG 2.1, 1.4.3).
_DARKEST = "#9AA5B1"


def plot_trend(
    nps_trend: pd.DataFrame,
    *,
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    r"""How did the score move from period to period?

    Parameters
    ----------
    nps_trend : DataFrame, one row a period
        As :func:`feedback_nlp.findings.trends.nps_trend` gives it.
    confidence, title, width, ax
        As in :func:`plot_what_if`.

    Returns
    -------
    Axes
        One point with its interval a period. Periods of too few respondents
        keep their place and show no figure.

    Raises
    ------
    FeedbackError
        If no period has a score.

    Examples
    --------
    >>> import pandas as pd
    >>> trend = pd.DataFrame({"period": ["2025-Q1", "2025-Q2"], "n": [90, 96], "nps": [13.1, -14.6],
    ...                       "ci_low": [-4.7, -31.1], "ci_high": [30.2, 2.8],
    ...                       "change": [None, -27.7], "q_value": [None, 0.03],
    ...                       "since": [None, "2025-Q1"]})
    >>> plot_trend(trend).figure.get_suptitle().replace("\u200e", "")
    '2025-Q2: −27.7 points of NPS since 2025-Q1'
    """
    known = nps_trend["nps"].notna() if "nps" in nps_trend else pd.Series(dtype=bool)
    if not known.any():
        raise FeedbackError(
            "The trend cannot be drawn because no period has enough respondents; "
            "choose longer periods."
        )
    if title is None:
        title = _title_of_trend(nps_trend)
    upright = len(nps_trend) <= 7
    # An upright period and its n take two lines; a lying one takes a line of the axis.
    every = 1 if upright else -(-len(nps_trend) // int(5.6 * width / PRINT_WIDTH / 0.16))
    between = "\n" if upright else "  "
    names = [
        f"{row['period']}{between}"
        + ("too few" if pd.isna(row["nps"]) else f"n = {count(row['n'])}")
        for row in nps_trend.to_dict("records")
    ]
    below = 0.35 if upright else _CHARACTER_INCHES * max(len(name) for name in names)
    with print_style():
        axes = axes_of(ax, width, 2.0 + below)
        axes.axhline(0, color=MUTED, linewidth=0.8)
        places = pd.Series(range(len(nps_trend)), index=nps_trend.index)
        axes.plot(places, nps_trend["nps"].astype(float), color=HAIRLINE, linewidth=1.2, zorder=1)
        for place, row in zip(places, nps_trend.to_dict("records"), strict=True):
            if pd.isna(row["nps"]):
                continue
            axes.vlines(place, row["ci_low"], row["ci_high"], color=INK, linewidth=1.4)
            axes.plot(place, row["nps"], "o", color=INK, markersize=5)
            if upright:
                axes.annotate(
                    signed(row["nps"]), (place, row["nps"]), xytext=(6, 0), **BESIDE, color=INK
                )
        axes.set_xlim(-0.5, len(nps_trend) - 0.3)
        axes.set_xticks(
            places[::every], labels=names[::every], rotation=0 if upright else 90, color=INK
        )
        axes.tick_params(length=0)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.grid(axis="y", color=HAIRLINE, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}".replace("-", "−"))
        axes.set_ylabel(f"NPS ({confidence:.0%} interval)")
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def plot_journey(
    theme_segments: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    most: int | None = 12,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    r"""Where in the journey, or in which segment, does each theme come up?

    Parameters
    ----------
    theme_segments : DataFrame, one row a theme and level
        The rows of one segment of what
        :func:`feedback_nlp.findings.segment_themes.theme_segments` gives.
    themes : DataFrame, one row a theme
        Columns ``theme_id``, ``label``.
    most : int, optional
        Draw at most this many levels, those with most respondents.
    title, width, ax
        As in :func:`plot_what_if`.

    Returns
    -------
    Axes
        A theme a row, a level a column, and the share of the level's
        respondents in each cell: bold where it differs from the other levels
        (q < 0.05), blank where it is suppressed.

    Raises
    ------
    FeedbackError
        If the table has no rows, or those of several segments.

    Examples
    --------
    >>> import pandas as pd
    >>> themes = pd.DataFrame({"theme_id": ["visit"], "label": ["Engineer visits"]})
    >>> table = pd.DataFrame({"segment": "stage", "level": ["first month", "in use"],
    ...                       "theme_id": "visit", "n": [10, 1], "base": [28, 109],
    ...                       "share": [0.357, 0.009], "difference": [0.35, -0.35],
    ...                       "q_value": [0.001, 0.001]})
    >>> plot_journey(table, themes).figure.get_suptitle().replace("\u200e", "")
    'stage: “Engineer visits” comes up more in first month than elsewhere (36%)'
    """
    if theme_segments.empty:
        raise FeedbackError(
            "The themes by segment cannot be drawn because the table has no rows; "
            "choose a segment that has values."
        )
    segments = theme_segments["segment"].unique().tolist()
    if len(segments) > 1:
        raise FeedbackError(
            f"The themes by segment show one segment at a time, not {len(segments)}; "
            f"keep the rows of one, such as segment == {str(segments[0])!r}."
        )
    sizes = theme_segments.groupby("level", sort=False)["base"].max()
    chosen = sizes.sort_values(ascending=False, kind="stable").index[:most]
    levels = [level for level in sizes.index if level in chosen]
    table = theme_segments[theme_segments["level"].isin(levels)]
    order = table.groupby("theme_id", sort=False)["n"].sum()
    order = order.sort_values(ascending=False, kind="stable")
    labels = theme_labels(themes) | dict(SPECIAL_LABELS)
    if title is None:
        title = _title_of_journey(table, str(segments[0]), labels)
    rows = Rows([labels.get(str(theme), str(theme)) for theme in order.index], width)
    heads, rotation, above = _column_heads(levels, sizes, width)
    cells = table.set_index(["theme_id", "level"])
    darkest = max(float(table["share"].max()), 1e-9)
    with print_style():
        from matplotlib.colors import LinearSegmentedColormap

        shade = LinearSegmentedColormap.from_list("share", ["white", _DARKEST])
        axes = axes_of(ax, width, rows_height(rows, title, width) + above)
        edges = [*rows.edges, rows.height]
        for row, (theme, centre) in enumerate(zip(order.index, rows.centres, strict=True)):
            for column, level in enumerate(levels):
                if (theme, level) not in cells.index or pd.isna(cells.loc[(theme, level), "share"]):
                    continue
                cell = cells.loc[(theme, level)]
                depth = float(cell["share"]) / darkest
                axes.fill_between(
                    [column - 0.49, column + 0.49],
                    *(edges[row] + 0.01, edges[row + 1] - 0.01),
                    color=shade(depth),
                    linewidth=0,
                )
                differs = bool(pd.notna(cell["q_value"]) and cell["q_value"] < _Q)
                axes.text(
                    *(column, centre, percent(cell["share"])),
                    ha="center",
                    va="center",
                    fontsize=8,
                    fontweight="bold" if differs else "normal",
                    color=INK,
                )
        horizontal_rows(axes, rows)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_xlim(-0.5, len(levels) - 0.5)
        axes.set_xticks(range(len(levels)), labels=heads, rotation=rotation, color=INK)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        for label in axes.get_xticklabels():
            label.set_parse_math(False)
        left_out = (
            f"; the {len(levels)} largest of {len(sizes)}" if len(sizes) > len(levels) else ""
        )
        axes.set_xlabel(
            wrapped(
                f"Share of respondents who name it (bold: q\u00a0<\u00a0{_Q:.2f}{left_out})", width
            )
        )
        axes.xaxis.set_label_position("bottom")
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def _column_heads(
    levels: list[str], sizes: pd.Series[Any], width: float
) -> tuple[list[str], float, float]:
    """Labels of columns, how far they are turned, and the inches they need."""
    column = 0.62 * width / len(levels)
    characters = int(column / _CHARACTER_INCHES)
    longest = max(len(word) for level in levels for word in [*str(level).split(), "n = 000"])
    lying = longest > characters
    wrapped = [
        "\n".join(
            [
                *textwrap.wrap(str(level), _LEVEL_CHARACTERS if lying else characters),
                f"n = {count(sizes[level])}",
            ]
        )
        for level in levels
    ]
    if lying:
        longest = max(len(line) for label in wrapped for line in label.split("\n"))
        return wrapped, 90, _CHARACTER_INCHES * longest
    return wrapped, 0, _LINE_INCHES * max(label.count("\n") + 1 for label in wrapped)


def _title_of_trend(table: pd.DataFrame) -> str:
    sure = table[table["q_value"].astype(float) < _Q]
    if sure.empty:
        return "NPS by period: no step from one to the next is beyond chance"
    row = sure.iloc[int(sure["change"].astype(float).abs().argmax())]
    return f"{row['period']}: {signed(row['change'])} points of NPS since {row['since']}"


def _title_of_journey(table: pd.DataFrame, segment: str, labels: Mapping[str, str]) -> str:
    more = table[(table["q_value"].astype(float) < _Q) & (table["difference"] > 0)]
    if more.empty:
        return f"{segment}: no theme comes up more in one level than in the others"
    row = more.iloc[int(more["difference"].astype(float).argmax())]
    return (
        f"{segment}: {quoted(labels.get(row['theme_id'], row['theme_id']))} comes up more in "
        f"{row['level']} than elsewhere ({percent(row['share'])})"
    )
