"""How every picture looks: colours, typefaces, sizes, labels that wrap.

What the functions of :mod:`feedback_nlp.plots` share; nothing here draws data.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from feedback_nlp.plots.number_format import count, decimal, percent, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Colours of the groups. Told apart with red-green and blue-yellow colour
#: blindness (tests/test_plots.py simulates them) and dark enough on white for
#: text (contrast >= 4.5, WCAG 2.1, 1.4.3).
PALETTE: Mapping[str, str] = MappingProxyType(
    {"promoter": "#1F5FA8", "passive": "#70767E", "detractor": "#C2410C"}
)
INK = "#1F2933"
MUTED = "#5B6470"
HAIRLINE = "#D5DAE0"

#: Text width of an A4 page with margins of 20 mm, in inches.
PRINT_WIDTH = 6.69

#: Typefaces bundled with the project, in order; DejaVu Sans (it comes with
#: matplotlib) has the scripts that the others lack, Arabic and Hebrew too.
TYPEFACES = ("IBM Plex Sans", "DejaVu Sans", "Noto Emoji")
FONT_FOLDER = Path(__file__).parents[1] / "report" / "fonts"

_LINE_INCHES = 0.163
_ROW_PADDING_INCHES = 0.092


def excludes_zero(low: float, high: float) -> bool:
    """Whether an interval leaves out zero, as printed with one decimal.

    An interval from 0.04 to 4.3 is printed as 0.0 to 4.3 and counts as one
    that may be zero, so that no sentence contradicts the number beside it.

    Examples
    --------
    >>> excludes_zero(0.04, 4.3), excludes_zero(-8.0, -4.4)
    (False, True)
    """
    return bool(round(float(low), 1) > 0 or round(float(high), 1) < 0)


def quoted(label: str) -> str:
    r"""Put a label in quotation marks that stay around it in any script.

    The mark after it (U+200E) keeps the numbers that follow on the right of a
    label in Arabic or Hebrew.

    Examples
    --------
    >>> quoted("Slow speed").replace("\u200e", "")
    '“Slow speed”'
    """
    return f"“{label}”\u200e"


__all__ = [
    "BESIDE",
    "FONT_FOLDER",
    "HAIRLINE",
    "INK",
    "MUTED",
    "PALETTE",
    "PRINT_WIDTH",
    "TYPEFACES",
    "Rows",
    "axes_of",
    "count",
    "decimal",
    "excludes_zero",
    "horizontal_rows",
    "percent",
    "print_style",
    "quoted",
    "rows_height",
    "signed",
    "with_room",
    "wrapped",
    "write_title",
]

BESIDE: dict[str, Any] = {
    "textcoords": "offset points",
    "ha": "left",
    "va": "center",
    # Grid lines must not run through numbers.
    "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.6},
}


class Rows:
    """Labels one below the other: wrapped, each row as tall as its label needs.

    ``centres`` and ``edges`` (the upper edge of each row) are inches from the
    top, so the same table looks the same with 3 rows and with 25.
    """

    def __init__(self, labels: Sequence[str], width: float, least_inches: float = 0.0) -> None:
        # 30 characters of 8.5 points take a third of the width of the page.
        characters = max(14, int(30 * width / PRINT_WIDTH))
        self.labels = ["\n".join(textwrap.wrap(label, characters) or [""]) for label in labels]
        heights = [
            max(
                least_inches,
                (label.count("\n") + 1) * _LINE_INCHES + _ROW_PADDING_INCHES,
            )
            for label in self.labels
        ]
        self.edges = [0.0, *np.cumsum(heights)[:-1].tolist()]
        self.height = float(sum(heights))
        self.centres = [e + h / 2 for e, h in zip(self.edges, heights, strict=True)]


def horizontal_rows(axes: Axes, rows: Rows) -> None:
    """Lay the rows out on the y axis, their labels to the left."""
    from matplotlib.ticker import MaxNLocator

    axes.set_ylim(rows.height, 0)
    axes.set_yticks(rows.centres, labels=rows.labels)
    for label in axes.get_yticklabels():
        # Labels may be made from what customers wrote; "$" in them is no formula.
        label.set_parse_math(False)
        label.set_linespacing(1.05)
        label.set_verticalalignment("center")
    axes.tick_params(length=0)
    axes.tick_params(axis="x", colors=MUTED)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(HAIRLINE)
    axes.grid(axis="x", color=HAIRLINE, linewidth=0.5)
    axes.set_axisbelow(True)


def with_room(table: pd.DataFrame, left: float, right: float) -> tuple[float, float]:
    """Limits of the x axis that leave room for the numbers beside the intervals."""
    low = float(min(0.0, table["ci_low"].min(), table["nps"].min())) if len(table) else -1.0
    high = float(max(0.0, table["ci_high"].max(), table["nps"].max())) if len(table) else 1.0
    span = max(high - low, 1e-9)
    return low - left * span, high + right * span


@contextmanager
def print_style() -> Iterator[None]:
    import matplotlib
    import seaborn

    _add_typefaces()
    with matplotlib.rc_context(
        {
            **seaborn.axes_style("ticks"),
            "axes.edgecolor": HAIRLINE,
            "axes.labelcolor": MUTED,
            "axes.labelsize": 8,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "font.family": list(TYPEFACES),
            "font.size": 8.5,
            "figure.dpi": 144,
            "figure.facecolor": "white",
            "text.color": INK,
            "text.parse_math": False,
            "xtick.color": MUTED,
            "xtick.labelsize": 8,
            "ytick.color": INK,
            "ytick.labelsize": 8.5,
        }
    ):
        yield


@lru_cache(maxsize=1)
def _add_typefaces() -> None:
    from matplotlib import font_manager

    manager = font_manager.fontManager
    for path in sorted(FONT_FOLDER.glob("*.ttf")):
        manager.addfont(path)
    for family in TYPEFACES:
        faces = [f for f in manager.ttflist if f.name == family and f.style == "normal"]
        heaviest = max(faces, key=_weight)
        # Bold is the heaviest face at hand; else matplotlib logs a warning a text.
        manager.ttflist.append(replace(heaviest, weight=700))


def _weight(face: Any) -> int:
    from matplotlib.font_manager import weight_dict

    weight = face.weight
    return int(weight_dict.get(weight, 400) if isinstance(weight, str) else weight)


def axes_of(ax: Axes | None, width: float, height: float) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def rows_height(rows: Rows, title: str, width: float) -> float:
    """Height of a figure, in inches, whose rows keep theirs beside title and x axis."""
    lines = len(_title_lines(title, width))
    return rows.height + 0.62 + 0.18 * lines


def write_title(axes: Axes, title: str, *, own_figure: bool, width: float) -> None:
    if not title:
        return
    # Left to right as a whole (U+200E), whatever script a label in it begins with.
    text = "\u200e" + "\n".join(_title_lines(title, width))
    style = {"fontsize": 10, "fontweight": "bold", "color": INK}
    if own_figure:
        # From the left edge of the figure, not of the axes: labels may be wide.
        axes.figure.suptitle(text, x=0.006, ha="left", **style)  # type: ignore[union-attr, arg-type]
    else:
        axes.set_title(text, loc="left", **style)  # type: ignore[arg-type]


def _title_lines(title: str, width: float) -> list[str]:
    return textwrap.wrap(title, int(92 * width / PRINT_WIDTH))


def wrapped(text: str, width: float) -> str:
    """Text broken into lines that fit a picture of this width."""
    characters = int(70 * width / PRINT_WIDTH)
    return "\n".join(part for line in text.split("\n") for part in textwrap.wrap(line, characters))
