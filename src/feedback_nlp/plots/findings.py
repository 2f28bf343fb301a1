"""Pictures of what can be done: gains, passives, the danger zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.danger import ALL
from feedback_nlp.findings.small_groups import TOO_FEW
from feedback_nlp.findings.what_if import FEW_COMPLAINTS, is_fragile
from feedback_nlp.plots.style import (
    BESIDE,
    INK,
    MUTED,
    PALETTE,
    PRINT_WIDTH,
    Rows,
    axes_of,
    count,
    excludes_zero,
    horizontal_rows,
    percent,
    print_style,
    quoted,
    rows_height,
    signed,
    with_room,
    wrapped,
    write_title,
)
from feedback_nlp.plots.themes import LEAST_ROW_INCHES, SPECIAL_LABELS, theme_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A difference is called one where its q-value is below this.
_Q = 0.05
#: Inches that a line of 8 points takes.
_LINE_INCHES = 0.15


def plot_what_if(
    nps_impact: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    most: int | None = None,
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    r"""How many points could be gained had the complaints about a theme not occurred?

    Parameters
    ----------
    nps_impact : DataFrame, one row a top-level theme
        Columns ``theme_id``, ``n_negative``, ``what_if``, ``what_if_low``,
        ``what_if_high`` in points of NPS; rows without a ``what_if`` are left out.
    themes : DataFrame, one row a theme
        Columns ``theme_id``, ``label``.
    most : int, optional
        Draw at most this many themes, those with the largest gain.
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
        One point with its interval a theme, the largest gain first. What may
        be zero is pale, what fewer than 30 respondents complain of is hollow.

    Raises
    ------
    FeedbackError
        If no theme has a ``what_if``.

    Examples
    --------
    >>> import pandas as pd
    >>> themes = pd.DataFrame({"theme_id": ["speed"], "label": ["Slow speed"]})
    >>> impact = pd.DataFrame({"theme_id": ["speed"], "n_negative": [30], "what_if": [5.9],
    ...                        "what_if_low": [3.0], "what_if_high": [8.8]})
    >>> plot_what_if(impact, themes).figure.get_suptitle().replace("\u200e", "")
    'Without complaints about “Slow speed”: +5.9 points of NPS expected (+3.0 to +8.8)'
    """
    # The table's own ci_low and ci_high are those of the contribution.
    table = nps_impact.drop(columns=["ci_low", "ci_high"], errors="ignore")
    table = table.rename(columns={"what_if_low": "ci_low", "what_if_high": "ci_high"})
    table = table.dropna(subset=["what_if"]) if "what_if" in table else table.head(0)
    if table.empty:
        raise FeedbackError(
            "What could be gained cannot be drawn because no theme has an expected gain; "
            "the column what_if_note of nps_impact says why."
        )
    table = table.sort_values("what_if", ascending=False, kind="stable").head(most or len(table))
    labels = theme_labels(themes) | dict(SPECIAL_LABELS)
    if title is None:
        title = _title_of_what_if(table, labels)
    rows = Rows([labels.get(theme, str(theme)) for theme in table["theme_id"]], width)
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width) + _LINE_INCHES)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        for centre, row in zip(rows.centres, table.to_dict("records"), strict=True):
            certain = excludes_zero(row["ci_low"], row["ci_high"])
            _interval(axes, centre, row["ci_low"], row["what_if"], row["ci_high"], INK, certain)
            fragile = is_fragile(row | {"what_if_low": row["ci_low"]})
            if fragile:
                axes.plot(row["what_if"], centre, "o", color=INK, markersize=5, mfc="white")
            axes.annotate(
                f"{signed(row['what_if'])}  (n = {count(row['n_negative'])})",
                (row["ci_high"], centre),
                xytext=(5, 0),
                **BESIDE,
                color=INK if certain and not fragile else MUTED,
            )
        axes.set_xlim(*with_room(table.assign(nps=table["what_if"]), left=0.06, right=0.34))
        horizontal_rows(axes, rows)
        axes.set_xlabel(
            wrapped(
                f"Expected gain in points of NPS ({confidence:.0%} interval; n: who complains, "
                f"hollow: fewer than {FEW_COMPLAINTS}, a hint)\n"
                "An association, not proof of cause; complaints alone, praise not counted",
                width,
            )
        )
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def plot_passive_themes(
    passive_themes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    most: int | None = 12,
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    r"""Which themes set passives apart from promoters?

    Parameters
    ----------
    passive_themes : DataFrame, one row a theme and tone
        As :func:`feedback_nlp.findings.passives.passive_themes` gives it.
    themes : DataFrame, one row a theme
        Columns ``theme_id``, ``label``.
    most : int, optional
        Draw at most this many rows, those with the smallest p-values.
    confidence, title, width, ax
        As in :func:`plot_what_if`.

    Returns
    -------
    Axes
        The difference in shares with its interval; first what passives name
        more. Pale where the q-value is 0.05 or more.

    Raises
    ------
    FeedbackError
        If the table has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> themes = pd.DataFrame({"theme_id": ["team"], "label": ["Friendly team"]})
    >>> table = pd.DataFrame({"theme_id": ["team"], "tone": ["any"], "share_passive": [0.02],
    ...                       "share_promoter": [0.27], "difference": [-0.25], "ci_low": [-0.38],
    ...                       "ci_high": [-0.14], "p_value": [0.0001], "q_value": [0.001]})
    >>> plot_passive_themes(table, themes).figure.get_suptitle().replace("\u200e", "")
    '“Friendly team”: 2% of passives, 27% of promoters'
    """
    if passive_themes.empty:
        raise FeedbackError(
            "What sets passives apart cannot be drawn because no theme has enough respondents "
            "among passives and promoters; collect more answers."
        )
    table = passive_themes.sort_values("p_value", kind="stable")
    table = table.head(most or len(table)).reset_index(drop=True)
    labels = theme_labels(themes) | dict(SPECIAL_LABELS)
    named = [
        labels.get(row["theme_id"], str(row["theme_id"]))
        + ("" if row["tone"] == "any" else f" ({row['tone']})")
        for row in table.to_dict("records")
    ]
    table = table.assign(label=named)
    if title is None:
        title = _title_of_passives(table)
    table = table.sort_values("difference", ascending=False, kind="stable")
    table[["ci_low", "ci_high"]] *= 100
    rows = Rows(table["label"].tolist(), width)
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width) + _LINE_INCHES)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        for centre, row in zip(rows.centres, table.to_dict("records"), strict=True):
            certain = bool(row["q_value"] < _Q)
            difference = 100 * row["difference"]
            colour = PALETTE["passive" if difference > 0 else "promoter"]
            _interval(axes, centre, row["ci_low"], difference, row["ci_high"], colour, certain)
            axes.annotate(
                f"{percent(row['share_passive'])} against {percent(row['share_promoter'])}",
                (row["ci_high"], centre),
                xytext=(5, 0),
                **BESIDE,
                color=INK if certain else MUTED,
            )
        axes.set_xlim(*with_room(table.assign(nps=table["ci_low"]), left=0.06, right=0.34))
        horizontal_rows(axes, rows)
        axes.set_xlabel(
            wrapped(
                f"Passives less promoters, percentage points ({confidence:.0%} interval)\n"
                f"Beside: the share of each who name it; pale: q\u00a0≥\u00a0{_Q:.2f}",
                width,
            )
        )
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def plot_danger_zone(
    danger_zone: pd.DataFrame,
    *,
    by_segment: bool = True,
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    r"""Who scores 0 to 3, and who 4 to 6?

    Parameters
    ----------
    danger_zone : DataFrame, one row a level of a segment
        As :func:`feedback_nlp.findings.danger.danger_zone` gives it; the other
        respondents of a level score 7 to 10.
    by_segment : bool
        Draw a line where another segment begins; without, the rows are one list.
    confidence, title, width, ax
        As in :func:`plot_what_if`.

    Returns
    -------
    Axes
        Two points with intervals a level, its share of scores of 0 to 3 and,
        hollow, of 4 to 6. Bold where the danger zone differs from the rest of
        the respondents (q < 0.05).

    Raises
    ------
    FeedbackError
        If the table has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"segment": ["_all"], "level": ["_all"], "n": [380],
    ...                       "danger_share": [0.25], "danger_low": [0.21], "danger_high": [0.29],
    ...                       "mild_share": [0.12], "mild_low": [0.09], "mild_high": [0.16],
    ...                       "q_value": [None]})
    >>> plot_danger_zone(table).figure.get_suptitle().replace("\u200e", "")
    '25% of respondents score 0 to 3, 12% score 4 to 6'
    """
    if danger_zone.empty:
        raise FeedbackError(
            "The danger zone cannot be drawn because no group has enough respondents; "
            "collect more answers."
        )
    if title is None:
        title = _title_of_danger(danger_zone)
    records = danger_zone.to_dict("records")
    rows = Rows(
        [_level_label(row["segment"], row["level"], row["n"]) for row in records],
        width,
        least_inches=LEAST_ROW_INCHES,
    )
    highest = 100 * float(danger_zone[["danger_high", "mild_high"]].max().max())
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width))
        for position, (centre, row) in enumerate(zip(rows.centres, records, strict=True)):
            if by_segment and position and row["segment"] != records[position - 1]["segment"]:
                axes.axhline(rows.edges[position], color=MUTED, linewidth=0.5)
            differs = bool(pd.notna(row["q_value"]) and row["q_value"] < _Q)
            for lane, (zone, scores) in enumerate((("danger", "0 to 3"), ("mild", "4 to 6"))):
                y = centre + (lane - 0.5) * 0.165
                low, share, high = (100 * row[f"{zone}_{k}"] for k in ("low", "share", "high"))
                axes.hlines(y, low, high, color=PALETTE["detractor"], linewidth=1.4 - 0.5 * lane)
                axes.plot(
                    *(share, y, "o"),
                    color=PALETTE["detractor"],
                    markerfacecolor="white" if lane else PALETTE["detractor"],
                    markersize=4.5,
                    clip_on=False,
                )
                axes.annotate(
                    percent(share / 100) + (f" score {scores}" if position == 0 else ""),
                    (high, y),
                    xytext=(5, 0),
                    **{**BESIDE, "bbox": None},
                    color=MUTED if lane else INK,
                    fontweight="bold" if differs and not lane else "normal",
                )
        axes.set_xlim(0, highest * 1.28)
        horizontal_rows(axes, rows)
        axes.set_xlabel(
            wrapped(
                f"Share of respondents (%, {confidence:.0%} interval; "
                f"bold: q\u00a0<\u00a0{_Q:.2f})",
                width,
            )
        )
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def _interval(
    axes: Axes, y: float, low: float, middle: float, high: float, colour: str, certain: bool
) -> None:
    axes.hlines(y, low, high, color=colour, linewidth=1.4, alpha=1 if certain else 0.4)
    axes.plot(middle, y, "o", color=colour, markersize=5, alpha=1 if certain else 0.4)


def _level_label(segment: str, level: str, n: float) -> str:
    if segment == ALL:
        return f"All (n\u00a0=\u00a0{count(n)})"
    name = "levels of too few" if level == TOO_FEW else level
    return f"{segment}: {name} (n\u00a0=\u00a0{count(n)})"


def _title_of_what_if(table: pd.DataFrame, labels: Mapping[str, str]) -> str:
    sure = [
        excludes_zero(low, high)
        for low, high in zip(table["ci_low"], table["ci_high"], strict=True)
    ]
    if not any(sure) or table[sure].iloc[0]["what_if"] <= 0:
        return "No theme’s expected gain can be told apart from zero"
    row = table[sure].iloc[0]
    return (
        f"Without complaints about {quoted(labels.get(row['theme_id'], row['theme_id']))}: "
        f"{signed(row['what_if'])} points of NPS expected "
        f"({signed(row['ci_low'])} to {signed(row['ci_high'])})"
    )


def _title_of_passives(table: pd.DataFrame) -> str:
    row = table.iloc[0]
    if not row["q_value"] < _Q:
        return "No theme sets passives apart from promoters beyond chance"
    return (
        f"{quoted(row['label'])}: {percent(row['share_passive'])} of passives, "
        f"{percent(row['share_promoter'])} of promoters"
    )


def _title_of_danger(table: pd.DataFrame) -> str:
    everyone = table[table["segment"] == ALL]
    if everyone.empty:
        return "Scores of 0 to 3 and of 4 to 6 by segment"
    row = everyone.iloc[0]
    return (
        f"{percent(row['danger_share'])} of respondents score 0 to 3, "
        f"{percent(row['mild_share'])} score 4 to 6"
    )
