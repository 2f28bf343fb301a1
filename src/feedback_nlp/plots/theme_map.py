"""The data map: every mention a point, every theme named where it lies."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.plots.style import HAIRLINE, INK, MUTED, axes_of, print_style, write_title
from feedback_nlp.plots.themes import SPECIAL_LABELS, theme_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Paul Tol's "muted" scheme (SRON/EPS/TN/09-002, 3.2), without its grey: told apart with every
#: kind of colour vision. Neighbours on the map never share a colour.
COLOURS = (
    "#332288",
    "#88CCEE",
    "#44AA99",
    "#117733",
    "#999933",
    "#DDCC77",
    "#CC6677",
    "#882255",
    "#AA4499",
)
#: The size of a slide's picture, in inches.
SLIDE = (10.0, 6.2)
TENTATIVE_BELOW = 0.5
_POINTS = 11  # of a label; readable from the back of a room when the slide is 10 inches wide
_CHARACTERS = 20


def plot_theme_map(
    points: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    highlight: Sequence[str] | None = None,
    level: str = "top",
    title: str | None = None,
    width: float = SLIDE[0],
    ax: Axes | None = None,
) -> Axes:
    """Draw the map of the mentions, each theme named beside its points.

    Parameters
    ----------
    points : DataFrame, one row a mention
        From `mention_map`: ``x``, ``y``, ``theme_id``, ``sub_theme_id``.
    themes : DataFrame, one row a theme
        ``theme_id``, ``label``; with ``stability`` those below 0.5 are named in italics.
    highlight : sequence of str, optional
        Ids of the themes to colour and name, the map drawn to where they lie; all of them by
        default.
    level : {"top", "sub"}
        Colour and name top-level themes or sub-themes.
    title : str, optional
        A plain one by default.
    width : float
        Inches; the height follows.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        No two labels overlap; one that had to move is tied to its points by a line.

    Raises
    ------
    FeedbackError
        If no mention on the map has a theme.

    Examples
    --------
    >>> points = pd.DataFrame({"x": [0, 0.1, 1], "y": [0, 0.1, 1], "sub_theme_id": "",
    ...                        "theme_id": ["price", "price", "app"]})
    >>> themes = pd.DataFrame({"theme_id": ["price", "app"], "label": ["Price rises", "The app"]})
    >>> axes = plot_theme_map(points, themes)
    >>> sorted(text.get_text() for text in axes.texts if text.get_gid() != "note")
    ['Price rises', 'The app']
    """
    column = "theme_id" if level == "top" else "sub_theme_id"
    named = points[~points[column].isin(["", *SPECIAL_LABELS])]
    sizes = named[column].value_counts()
    shown = [theme for theme in sizes.index if highlight is None or theme in set(highlight)]
    if not shown:
        raise FeedbackError("No mention on the map has a theme, so there is nothing to name.")
    labels = theme_labels(themes)
    tentative = _tentative(themes)
    centres = {theme: _densest(points, points[column] == theme) for theme in shown}
    colours = _neighbours_apart(shown, centres)
    if title is None:
        title = f"What {len(points):,} mentions are about"
    with print_style():
        axes = axes_of(ax, width, width * SLIDE[1] / SLIDE[0])
        grey = points[~points[column].isin(shown)]
        axes.scatter(grey["x"], grey["y"], s=5, color=HAIRLINE, linewidths=0, rasterized=True)
        for theme in shown:
            of = points[points[column] == theme]
            axes.scatter(
                of["x"],
                of["y"],
                s=9,
                color=colours[theme],
                linewidths=0,
                alpha=0.85,
                rasterized=True,
            )
        axes.set_axis_off()
        whole = highlight is None
        _frame(axes, points if whole else points[points[column].isin(shown)], whole)
        note = "Each point is a mention; what is said alike lies close together. Grey: no theme"
        note += " or another one." if highlight is not None else "."
        if set(shown) & tentative:
            note += " Italics: tentative."
        axes.annotate(
            note, (0, 0), xycoords="axes fraction", fontsize=8.5, color=MUTED, va="top"
        ).set_gid("note")
        write_title(axes, title, own_figure=ax is None, width=width)
        _write_labels(axes, shown, labels, centres, tentative)
    return axes


def _frame(axes: Axes, points: pd.DataFrame, whole: bool) -> None:
    """Show where the points lie; a tenth on either side of a detail does not count."""
    few = 0.0 if whole else 0.1
    ends = points[["x", "y"]].quantile([few, 1 - few])
    for name, set_limits in (("x", axes.set_xlim), ("y", axes.set_ylim)):
        low, high = float(ends[name].min()), float(ends[name].max())
        room = (0.06 if whole else 0.25) * max(high - low, 0.1)
        set_limits(low - room, high + room)


def _tentative(themes: pd.DataFrame) -> set[str]:
    if "stability" not in themes:
        return set()
    return set(themes.loc[themes["stability"] < TENTATIVE_BELOW, "theme_id"])


def _densest(points: pd.DataFrame, inside: pd.Series) -> NDArray[np.float64]:
    """Where most of a theme's points lie: the median of the half that has the closest company."""
    plane = points.loc[inside, ["x", "y"]].to_numpy(float)
    if len(plane) < 4:
        return np.median(plane, axis=0)
    apart = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    company = np.sort(apart, axis=1)[:, 1 : 1 + max(2, len(plane) // 3)].mean(axis=1)
    heart = plane[np.argmin(company)]
    nearest = np.argsort(np.linalg.norm(plane - heart, axis=1), kind="stable")
    return np.asarray(np.median(plane[nearest[: len(plane) // 2]], axis=0), float)


def _neighbours_apart(
    themes: Sequence[str], centres: dict[str, NDArray[np.float64]]
) -> dict[str, str]:
    """A colour for each theme: of all colours the one whose bearers are farthest away."""
    chosen: dict[str, str] = {}
    for theme in themes:
        reach = dict.fromkeys(COLOURS, 9.0)
        for other, colour in chosen.items():
            distance = float(np.linalg.norm(centres[theme] - centres[other]))
            reach[colour] = min(reach[colour], distance)
        chosen[theme] = max(COLOURS, key=lambda colour: reach[colour])
    return chosen


def _write_labels(
    axes: Axes,
    shown: Sequence[str],
    labels: dict[str, str],
    centres: dict[str, NDArray[np.float64]],
    tentative: set[str],
) -> None:
    """Set the labels one after the other, each as near to its points as there is room."""
    from matplotlib.patheffects import withStroke

    figure: Any = axes.figure
    figure.canvas.draw()
    to_pixels, frame = axes.transData, axes.get_window_extent()
    taken: list[Any] = []
    for theme in shown:
        text = axes.text(
            float(centres[theme][0]),
            float(centres[theme][1]),
            "\n".join(textwrap.wrap(labels.get(theme, theme), _CHARACTERS)),
            fontsize=_POINTS,
            # The typeface has no bold italics.
            fontweight="normal" if theme in tentative else "bold",
            fontstyle="italic" if theme in tentative else "normal",
            color=INK,
            ha="center",
            va="center",
            linespacing=0.95,
            parse_math=False,
            zorder=5,
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
        anchor = to_pixels.transform(centres[theme])
        box = text.get_window_extent(figure.canvas.get_renderer())
        moved, box = _first_free(box, taken, frame)
        taken.append(box)
        if np.hypot(*moved) > 1:
            text.set_position(tuple(to_pixels.inverted().transform(anchor + moved)))
            axes.plot(
                *zip(centres[theme], text.get_position(), strict=True),
                color=MUTED,
                linewidth=0.7,
                zorder=4,
            )


def _first_free(box: Any, taken: list[Any], frame: Any) -> tuple[NDArray[np.float64], Any]:
    """The nearest shift, on circles around the anchor, at which a label touches no other."""
    step = box.height / 4
    for radius in range(120):
        for turn in np.linspace(0, 2 * np.pi, 1 if radius == 0 else 16, endpoint=False):
            shift = radius * step * np.array([1.6 * np.cos(turn), np.sin(turn)])
            there = box.translated(*shift).padded(3)
            inside = (
                there.x0 >= frame.x0
                and there.x1 <= frame.x1
                and there.y0 >= frame.y0
                and there.y1 <= frame.y1
            )
            if inside and not any(there.overlaps(other) for other in taken):
                return shift, there
    return np.zeros(2), box
