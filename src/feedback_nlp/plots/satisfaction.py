"""Pictures of satisfaction beside recommendation: the gap, the quadrants, what says more."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.plots.measure_names import measure_label
from feedback_nlp.plots.number_format import count, decimal, percent
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
    quoted,
    rows_height,
    wrapped,
    write_title,
)
from feedback_nlp.plots.themes import LEAST_ROW_INCHES, SPECIAL_LABELS, theme_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Satisfaction, beside the ink of recommendation; its marks are hollow squares besides.
SATISFACTION = "#7A3E9D"
QUADRANT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "satisfied_promoter": "Satisfied, and would recommend",
        "satisfied_non_promoter": "Satisfied, but would not recommend",
        "dissatisfied_promoter": "Not satisfied, but would recommend",
        "dissatisfied_passive": "Not satisfied, lukewarm (7–8)",
        "dissatisfied_detractor": "Not satisfied, and would not recommend",
        "_too_few": "Groups of too few respondents",
    }
)
_DISCORDANT = ("satisfied_non_promoter", "dissatisfied_promoter")
_Q = 0.05
_LANE = 0.165


def plot_theme_gap(
    csat_theme_gap: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    measure: str | None = None,
    tone: str = "any",
    most: int | None = 12,
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    r"""Which themes cost recommendation but not satisfaction, and the other way round?

    Parameters
    ----------
    csat_theme_gap : DataFrame, one row a theme
        As :func:`feedback_nlp.findings.csat.theme_gap.csat_theme_gap` gives it.
    themes : DataFrame, one row a theme
        Columns ``theme_id``, ``label``.
    measure : str, optional
        The rating; the table's first by default.
    tone : {"any", "negative", "positive"}
        Which mentions: all, complaints, praise.
    most : int, optional
        Draw at most this many themes, those with the smallest p-values.
    confidence : float
        Level of the table's intervals, for the axis label.
    title : str, optional
        Says what one sees; made from the table when left out.
    width : float
        Inches in print.
    ax : Axes, optional
        Where to draw; a figure of its own by default.

    Returns
    -------
    Axes
        Two points with intervals a theme, the effect on the NPS above that on satisfaction; first
        what costs recommendation most beyond satisfaction. Beside: the difference.

    Raises
    ------
    FeedbackError
        If there is nothing to draw.

    Examples
    --------
    >>> themes = pd.DataFrame({"theme_id": ["price"], "label": ["Price rise"]})
    >>> table = pd.DataFrame({"measure": ["csat"], "tone": ["any"], "theme_id": ["price"],
    ...     "n": [40], "effect_nps": [-0.6], "effect_nps_low": [-0.8], "effect_nps_high": [-0.4],
    ...     "effect_csat": [-0.1], "effect_csat_low": [-0.3], "effect_csat_high": [0.1],
    ...     "difference": [-0.5], "p_value": [0.001], "q_value": [0.004],
    ...     "reading": ["costs recommendation, not distinguishably satisfaction"]})
    >>> plot_theme_gap(table, themes).figure.get_suptitle().replace("\u200e", "")
    '“Price rise” costs recommendation, not distinguishably satisfaction'
    """
    table = csat_theme_gap[csat_theme_gap["tone"] == tone]
    chosen = measure or (str(table["measure"].iloc[0]) if len(table) else "")
    table = table[table["measure"] == chosen]
    if table.empty:
        raise FeedbackError(
            "The gap between recommendation and satisfaction cannot be drawn because no theme is "
            "named by enough respondents with a score and a rating; collect more answers."
        )
    table = table.sort_values(["p_value", "n"], ascending=[True, False], kind="stable")
    table = table.head(most or len(table))
    labels = theme_labels(themes) | dict(SPECIAL_LABELS)
    if title is None:
        title = _title_of_gap(table, labels)
    table = table.sort_values("difference", kind="stable")
    records = table.to_dict("records")
    rows = Rows(
        [labels.get(r["theme_id"], str(r["theme_id"])) for r in records],
        width,
        least_inches=LEAST_ROW_INCHES,
    )
    lows, highs = (table[[f"effect_{m}_{end}" for m in ("nps", "csat")]] for end in ("low", "high"))
    low, high = min(0.0, float(lows.min().min())), max(0.0, float(highs.max().max()))
    span = max(high - low, 1e-9)
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width) + 0.32)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        for position, (centre, row) in enumerate(zip(rows.centres, records, strict=True)):
            if position:
                axes.axhline(rows.edges[position], color=HAIRLINE, linewidth=0.5)
            _two_effects(axes, centre, row, (low, high), named=position == 0)
        axes.set_xlim(low - 0.04 * span, high + 0.30 * span)
        horizontal_rows(axes, rows)
        verb = {"any": "name", "negative": "complain of", "positive": "praise"}[tone]
        axes.set_xlabel(
            wrapped(
                f"Those who {verb} it less all others, in standard deviations\n"
                f"{confidence:.0%} interval; beside: recommendation − satisfaction (bold: "
                f"q\u00a0<\u00a0{decimal(_Q, 2)})\nAn association, not proof of cause",
                width,
            )
        )
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def _two_effects(
    axes: Axes, centre: float, row: Mapping[Any, Any], ends: tuple[float, float], *, named: bool
) -> None:
    span = max(ends[1] - ends[0], 1e-9)
    for lane, (effect, colour) in enumerate((("nps", INK), ("csat", SATISFACTION))):
        y = centre + (lane - 0.5) * _LANE
        low, value, high = (row[f"effect_{effect}{end}"] for end in ("_low", "", "_high"))
        axes.hlines(y, low, high, color=colour, linewidth=1.4)
        axes.plot(
            *(value, y, "s" if lane else "o"),
            color=colour,
            markerfacecolor="white" if lane else colour,
            markersize=4.5,
            clip_on=False,
        )
        if named:
            name = "satisfaction" if lane else "recommendation"
            # Where the interval reaches far to the right the name stands to its left.
            right = high < ends[1] - 0.3 * span
            style = {**BESIDE, "bbox": None, "fontweight": "bold"}
            style |= {"ha": "left" if right else "right", "color": colour}
            axes.annotate(
                name, (high if right else low, y), xytext=(5 if right else -5, 0), **style
            )
    certain = bool(row["q_value"] < _Q)
    sign = "+" if row["difference"] > 0 else "−"
    axes.annotate(
        f"{sign}{decimal(abs(row['difference']), 2)}  (n = {count(row['n'])})",
        (ends[1] + 0.05 * span, centre),
        xytext=(5, 0),
        **BESIDE,
        color=INK if certain else MUTED,
        fontweight="bold" if certain else "normal",
    )


def plot_quadrants(
    csat_quadrants: pd.DataFrame,
    *,
    measure: str | None = None,
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    """How many are satisfied but would not recommend, and the other way round?

    Parameters
    ----------
    csat_quadrants : DataFrame, one row a quadrant
        As :func:`feedback_nlp.findings.csat.quadrants.csat_quadrants` gives it.
    measure : str, optional
        The rating; the table's first by default.
    confidence, title, width, ax
        As in :func:`plot_theme_gap`.

    Returns
    -------
    Axes
        A bar with its interval a quadrant; those where the two disagree are dark.

    Raises
    ------
    FeedbackError
        If the table has no rows.

    Examples
    --------
    >>> table = pd.DataFrame({"measure": "csat", "quadrant": ["satisfied_promoter",
    ...     "satisfied_non_promoter"], "n": [60, 40], "share": [0.6, 0.4],
    ...     "share_low": [0.5, 0.31], "share_high": [0.69, 0.5]})
    >>> plot_quadrants(table).figure.get_suptitle()
    '\u200e40% are satisfied but would not recommend'
    """
    if csat_quadrants.empty:
        raise FeedbackError(
            "The quadrants cannot be drawn because too few respondents gave both a score and a "
            "rating; collect more answers."
        )
    chosen = measure or csat_quadrants["measure"].iloc[0]
    measures = csat_quadrants["measure"].unique()
    table = csat_quadrants[csat_quadrants["measure"] == chosen]
    if title is None:
        own = table[table["quadrant"] == "satisfied_non_promoter"]
        title = "Satisfied or not, recommending or not"
        if len(own):
            title = f"{percent(own['share'].iloc[0])} are satisfied but would not recommend"
    records = table.to_dict("records")
    rows = Rows([QUADRANT_LABELS.get(r["quadrant"], r["quadrant"]) for r in records], width)
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width))
        for centre, row in zip(rows.centres, records, strict=True):
            dark = row["quadrant"] in _DISCORDANT
            colour = SATISFACTION if dark else PALETTE["passive"]
            axes.barh(centre, 100 * row["share"], height=0.14, color=colour)
            axes.hlines(
                centre, 100 * row["share_low"], 100 * row["share_high"], color=INK, linewidth=0.9
            )
            axes.annotate(
                f"{percent(row['share'])}  (n = {count(row['n'])})",
                (100 * row["share_high"], centre),
                xytext=(5, 0),
                **BESIDE,
                color=INK if dark else MUTED,
                fontweight="bold" if dark else "normal",
            )
        axes.set_xlim(0, 125 * float(table["share_high"].max()))
        horizontal_rows(axes, rows)
        axes.set_xlabel(
            wrapped(
                f"Share of respondents with a score and “{measure_label(chosen, measures)}” "
                f"(%, {confidence:.0%} interval)",
                width,
            )
        )
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def plot_outcomes(
    csat_outcomes: pd.DataFrame,
    *,
    outcome: str | None = None,
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    r"""What tells best what became of the customer?

    Parameters
    ----------
    csat_outcomes : DataFrame, one row a rating or set of predictors
        As :func:`feedback_nlp.findings.csat.outcomes.csat_outcomes` gives it.
    outcome : str, optional
        The outcome; the table's first by default.
    confidence, title, width, ax
        As in :func:`plot_theme_gap`.

    Returns
    -------
    Axes
        The area under the curve with its interval, best first; the line is the score's. Bold
        where a predictor differs from the score (q < 0.05).

    Raises
    ------
    FeedbackError
        If the table has no rows.

    Examples
    --------
    >>> table = pd.DataFrame({"outcome": "churned", "predictor": ["_score", "_themes"],
    ...     "n": [500, 500], "auc": [0.8, 0.7], "auc_low": [0.75, 0.65],
    ...     "auc_high": [0.85, 0.75], "difference": [None, -0.1], "q_value": [None, 0.01]})
    >>> plot_outcomes(table).figure.get_suptitle().replace("\u200e", "")
    'Nothing tells “churned” better than the score alone (AUC 0.80) beyond chance'
    """
    if csat_outcomes.empty:
        raise FeedbackError("What tells the outcome cannot be drawn because the table is empty.")
    chosen = outcome or csat_outcomes["outcome"].iloc[0]
    table = csat_outcomes[csat_outcomes["outcome"] == chosen]
    table = table.sort_values("auc", ascending=False, kind="stable")
    records = table.to_dict("records")
    if title is None:
        title = _title_of_outcome(table, str(chosen))
    predictors = [str(row["predictor"]) for row in records]
    rows = Rows([measure_label(name, predictors) for name in predictors], width)
    score = table.loc[table["predictor"] == "_score", "auc"]
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width) + 0.15)
        if len(score):
            axes.axvline(float(score.iloc[0]), color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
        for centre, row in zip(rows.centres, records, strict=True):
            differs = bool(pd.notna(row["q_value"]) and row["q_value"] < _Q)
            axes.hlines(centre, row["auc_low"], row["auc_high"], color=INK, linewidth=1.4)
            axes.plot(row["auc"], centre, "o", color=INK, markersize=4.5, clip_on=False)
            axes.annotate(
                f"{decimal(row['auc'], 2)}",
                (row["auc_high"], centre),
                xytext=(5, 0),
                **BESIDE,
                color=INK if differs or row["predictor"] == "_score" else MUTED,
                fontweight="bold" if differs else "normal",
            )
        lowest = min(0.5, float(table["auc_low"].min()))
        axes.set_xlim(lowest - 0.01, max(1.0, float(table["auc_high"].max())) + 0.06)
        horizontal_rows(axes, rows)
        axes.set_xlabel(
            wrapped(
                f"Area under the curve, cross-validated ({confidence:.0%} interval; 0.5: chance)\n"
                f"Dashed: the score alone; bold: differs from it (q < {decimal(_Q, 2)})",
                width,
            )
        )
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def _title_of_outcome(table: pd.DataFrame, outcome: str) -> str:
    name = quoted(outcome.replace("_", " "))
    score = table[table["predictor"] == "_score"]
    if score.empty:
        return f"What tells {name}"
    alone = decimal(score["auc"].iloc[0], 2)
    better = table[(table["q_value"] < _Q) & (table["difference"] > 0)]
    single = better[~better["predictor"].isin(["_everything", "_without_score"])]
    if better.empty:
        return f"Nothing tells {name} better than the score alone (AUC {alone}) beyond chance"
    row = (single if len(single) else better).iloc[0]
    label = measure_label(row["predictor"])
    return (
        f"{name} is told better by {label[0].lower()}{label[1:]} than by the score alone "
        f"(AUC {decimal(row['auc'], 2)} against {alone})"
    )


def _title_of_gap(table: pd.DataFrame, labels: Mapping[str, str]) -> str:
    said = table[table["reading"] != ""]
    if said.empty:
        return "No theme moves recommendation and satisfaction apart beyond chance"
    # What costs recommendation is what the picture is for; else the clearest difference.
    costs = said[said["reading"].str.startswith("costs recommendation")]
    row = (costs if len(costs) else said).iloc[0]
    return f"{quoted(labels.get(row['theme_id'], row['theme_id']))} {row['reading']}"
