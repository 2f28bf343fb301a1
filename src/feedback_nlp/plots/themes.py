"""Pictures of themes: who names them, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.mentioned import NO_ANSWER, NO_THEME
from feedback_nlp.findings.small_groups import TOO_FEW
from feedback_nlp.plots.style import (
    BESIDE,
    HAIRLINE,
    INK,
    MUTED,
    PALETTE,
    PRINT_WIDTH,
    Rows,
    axes_of,
    excludes_zero,
    horizontal_rows,
    percent,
    print_style,
    quoted,
    rows_height,
    signed,
    with_room,
    write_title,
)
from feedback_nlp.themes.discover import GENERAL_COMPLAINT, GENERAL_PRAISE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Rows of ``nps_impact`` that name no reason; drawn in grey after the themes.
SPECIAL_LABELS: Mapping[str, str] = MappingProxyType(
    {
        GENERAL_COMPLAINT: "Complaint without a reason",
        GENERAL_PRAISE: "Praise without a reason",
        NO_THEME: "Answer, but no theme",
        NO_ANSWER: "No answer",
        TOO_FEW: "Themes of too few respondents",
    }
)

#: Height of a row with three points, one a group.
LEAST_ROW_INCHES = 0.375
_GROUPS = ("detractor", "passive", "promoter")


def plot_theme_groups(
    theme_groups: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    most: int | None = None,
    smallest: int = 10,
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    r"""Which themes do detractors, passives and promoters speak of?

    Parameters
    ----------
    theme_groups : DataFrame, one row a theme and group
        Columns ``theme_id``, ``group``, ``n``, ``share`` (0 to 1),
        ``ci_low``, ``ci_high``.
    themes : DataFrame, one row a theme
        Columns ``theme_id``, ``label``, ``parent_id``; only themes without a
        parent are drawn.
    most : int, optional
        Draw at most this many themes, those that most respondents name.
    smallest : int
        Themes named by fewer respondents are not shown.
    confidence : float
        Level of the table's intervals, for the axis label.
    title, width, ax
        As in :func:`plot_scores`.

    Returns
    -------
    Axes
        Three points with intervals a theme; first the theme that detractors
        name most beyond promoters.

    Raises
    ------
    FeedbackError
        If no theme has enough respondents.

    Examples
    --------
    >>> import pandas as pd
    >>> themes = pd.DataFrame({"theme_id": ["speed"], "label": ["Slow speed"], "parent_id": [None]})
    >>> shares = pd.DataFrame({"theme_id": "speed", "group": ["detractor", "passive", "promoter"],
    ...                        "n": [40, 10, 5], "share": [0.4, 0.2, 0.05],
    ...                        "ci_low": [0.31, 0.1, 0.02], "ci_high": [0.5, 0.33, 0.11]})
    >>> plot_theme_groups(shares, themes).figure.get_suptitle().replace("\u200e", "")
    '“Slow speed”: 40% of detractors, 5% of promoters'
    """
    table = theme_groups[theme_groups["theme_id"].isin(top_level(themes))]
    named_by = table.groupby("theme_id", sort=False)["n"].sum()
    shown = named_by[named_by >= smallest].sort_values(ascending=False, kind="stable").index[:most]
    if shown.empty:
        raise FeedbackError(
            f"The themes by group cannot be drawn because no theme is named by {smallest} "
            "respondents or more; collect more answers or lower the smallest group to show."
        )
    share = table.pivot_table(index="theme_id", columns="group", values="share", observed=True)
    share = share.reindex(index=shown, columns=list(_GROUPS))
    gap = share["detractor"].fillna(0) - share["promoter"].fillna(0)
    order = gap.sort_values(ascending=False, kind="stable").index
    labels = theme_labels(themes)
    if title is None:
        title = _title_of_groups(str(order[0]), share, labels)
    rows = Rows(
        [labels.get(theme, str(theme)) for theme in order], width, least_inches=LEAST_ROW_INCHES
    )
    by_key = table.set_index(["theme_id", "group"])
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width))
        for position, (theme, centre) in enumerate(zip(order, rows.centres, strict=True)):
            if position:
                axes.axhline(rows.edges[position], color=HAIRLINE, linewidth=0.5)
            for lane, group in enumerate(_GROUPS):
                if (theme, group) not in by_key.index or pd.isna(share.loc[theme, group]):
                    continue
                row = by_key.loc[(theme, group)]
                y = centre + (lane - 1) * 0.118
                colour = PALETTE[group]
                low, high = 100 * row["ci_low"], 100 * row["ci_high"]
                axes.hlines(y, low, high, color=colour, linewidth=1.4)
                axes.plot(100 * row["share"], y, "o", color=colour, markersize=4, clip_on=False)
                if position == 0:
                    name = f"{group.capitalize()}s"
                    style = {**BESIDE, "fontweight": "bold", "bbox": None}
                    axes.annotate(name, (high, y), xytext=(5, 0), **style, color=colour)
        highest = 100 * float(table[table["theme_id"].isin(order)]["ci_high"].max())
        axes.set_xlim(0, highest * 1.18)
        horizontal_rows(axes, rows)
        axes.set_xlabel(f"Share of the group that names the theme (%, {confidence:.0%} interval)")
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def plot_contributions(
    nps_impact: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    most: int | None = None,
    hidden: Sequence[str] = (),
    confidence: float = 0.95,
    title: str | None = None,
    width: float = PRINT_WIDTH,
    ax: Axes | None = None,
) -> Axes:
    r"""How many points does each theme take from, or add to, the NPS?

    Parameters
    ----------
    nps_impact : DataFrame, one row a top-level theme
        Columns ``theme_id``, ``contribution``, ``ci_low``, ``ci_high`` (or as
        :func:`contributions` reads them) in points of NPS; the rows of
        :data:`SPECIAL_LABELS` come last.
    themes : DataFrame, one row a theme
        Columns ``theme_id``, ``label``.
    most : int, optional
        Draw at most this many themes: the largest contributions of either sign.
    hidden : sequence of str
        Rows that have too few respondents to be shown.
    confidence : float
        Level of the table's intervals, for the axis label.
    title, width, ax
        As in :func:`plot_scores`.

    Returns
    -------
    Axes
        Bars from zero with their intervals, costs first. A bar whose interval
        includes zero is pale.

    Raises
    ------
    FeedbackError
        If the table has no rows to show.

    Examples
    --------
    >>> import pandas as pd
    >>> themes = pd.DataFrame({"theme_id": ["speed"], "label": ["Slow speed"]})
    >>> impact = pd.DataFrame({"theme_id": ["speed", "_no_answer"], "contribution": [-6.2, 1.0],
    ...                        "ci_low": [-8.0, -0.4], "ci_high": [-4.4, 2.2]})
    >>> plot_contributions(impact, themes).figure.get_suptitle().replace("\u200e", "")
    '“Slow speed” costs most: −6.2 points of NPS (−8.0 to −4.4)'
    """
    table = contributions(nps_impact)
    table = table[~table["theme_id"].isin(list(hidden))]
    special = table[table["theme_id"].isin(SPECIAL_LABELS)]
    special = special.sort_values(
        "theme_id", key=lambda ids: ids.map(list(SPECIAL_LABELS).index), kind="stable"
    )
    named = table.drop(index=special.index)
    if table.empty:
        raise FeedbackError(
            "The contributions cannot be drawn because no theme has enough respondents to be "
            "shown; collect more answers or lower the smallest group to show."
        )
    largest = named["contribution"].abs().sort_values(ascending=False, kind="stable").index[:most]
    named = named.loc[largest].sort_values("contribution", kind="stable")
    table = pd.concat([named, special])
    labels = {**theme_labels(themes), **SPECIAL_LABELS}
    if title is None:
        title = _title_of_contributions(named, labels)
    rows = Rows([labels.get(theme, str(theme)) for theme in table["theme_id"]], width)
    with print_style():
        axes = axes_of(ax, width, rows_height(rows, title, width))
        for centre, row in zip(rows.centres, table.to_dict("records"), strict=True):
            value, low, high = row["contribution"], row["ci_low"], row["ci_high"]
            certain = excludes_zero(low, high)
            colour = PALETTE["promoter" if value > 0 else "detractor"]
            if row["theme_id"] in SPECIAL_LABELS:
                colour = PALETTE["passive"]
            axes.barh(centre, value, height=0.14, color=colour, alpha=1 if certain else 0.35)
            axes.hlines(centre, low, high, color=INK, linewidth=0.9, zorder=3)
            axes.annotate(
                signed(value),
                (high if value > 0 else low, centre),
                xytext=(4 if value > 0 else -4, 0),
                **{**BESIDE, "ha": "left" if value > 0 else "right"},
                color=INK if certain else MUTED,
                fontweight="bold" if certain else "normal",
            )
        if len(special) and len(named):
            axes.axhline(rows.edges[len(named)], color=HAIRLINE, linewidth=0.5)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        axes.set_xlim(*with_room(table.assign(nps=table["contribution"]), left=0.13, right=0.13))
        horizontal_rows(axes, rows)
        axes.set_xlabel(f"Points of NPS ({confidence:.0%} interval; pale: it includes zero)")
        write_title(axes, title, own_figure=ax is None, width=width)
    return axes


def contributions(nps_impact: pd.DataFrame) -> pd.DataFrame:
    """Give the contributions with their interval as ``ci_low`` and ``ci_high``.

    ``nps_impact`` holds several readings, each with an interval; that of the
    contribution may be called ``contribution_low`` and ``contribution_high``.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"contribution": [-6.2], "contribution_low": [-8.0],
    ...                       "contribution_high": [-4.4]})
    >>> list(contributions(table))
    ['contribution', 'ci_low', 'ci_high']
    """
    return nps_impact.rename(columns={"contribution_low": "ci_low", "contribution_high": "ci_high"})


def theme_labels(themes: pd.DataFrame) -> dict[str, str]:
    """Give the label of each theme by its id.

    Examples
    --------
    >>> import pandas as pd
    >>> theme_labels(pd.DataFrame({"theme_id": ["speed"], "label": ["Slow speed"]}))
    {'speed': 'Slow speed'}
    """
    return {
        str(t): str(label) for t, label in zip(themes["theme_id"], themes["label"], strict=True)
    }


def top_level(themes: pd.DataFrame) -> list[str]:
    """Name the themes that have no parent.

    Examples
    --------
    >>> import pandas as pd
    >>> top_level(pd.DataFrame({"theme_id": ["speed", "evening"], "parent_id": [None, "speed"]}))
    ['speed']
    """
    if "parent_id" not in themes:
        return [str(t) for t in themes["theme_id"]]
    no_parent = themes["parent_id"].isna() | themes["parent_id"].isin([""])
    return [str(t) for t in themes.loc[no_parent, "theme_id"]]


def _title_of_groups(theme: str, share: pd.DataFrame, labels: Mapping[str, str]) -> str:
    row = share.loc[[theme]]
    detractors, promoters = float(row["detractor"].iloc[0]), float(row["promoter"].iloc[0])
    if not detractors > promoters:
        return "Share of each group that names a theme"
    return (
        f"{quoted(labels.get(theme, theme))}: {percent(detractors)} of detractors, "
        f"{percent(promoters)} of promoters"
    )


def _title_of_contributions(named: pd.DataFrame, labels: Mapping[str, str]) -> str:
    certain = named[
        [
            excludes_zero(low, high)
            for low, high in zip(named["ci_low"], named["ci_high"], strict=True)
        ]
    ]
    if certain.empty:
        return "No theme’s contribution to the NPS can be told apart from zero"
    costs = bool((certain["contribution"] < 0).any())
    points = certain["contribution"]
    row = certain.iloc[int(points.argmin() if costs else points.argmax())]
    label = labels.get(row["theme_id"], row["theme_id"])
    return (
        f"{quoted(label)} {'costs' if costs else 'earns'} most: "
        f"{signed(row['contribution'])} points of NPS "
        f"({signed(row['ci_low'])} to {signed(row['ci_high'])})"
    )
