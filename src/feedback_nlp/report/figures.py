"""The pictures of the brief: which there are, their captions and alternative texts, their SVG."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from feedback_nlp import plots
from feedback_nlp.findings.danger import ALL
from feedback_nlp.nps import NpsEstimate
from feedback_nlp.plots.number_format import count
from feedback_nlp.plots.style import PRINT_WIDTH
from feedback_nlp.report.places import themes_to_draw
from feedback_nlp.report.satisfaction import satisfaction_figure
from feedback_nlp.report.stakes import LEVELS_ON_PAPER, LEVELS_ON_SLIDES, levels_to_draw
from feedback_nlp.report.wording import spoken


@dataclass(frozen=True)
class Shape:
    """How wide pictures are (inches) and how many rows they have at most."""

    width: float
    contributions: int
    passive_themes: int
    journey_themes: int
    levels: int
    danger_levels: int
    periods: int


PAPER = Shape(
    PRINT_WIDTH,
    contributions=10,
    passive_themes=6,
    journey_themes=7,
    levels=6,
    danger_levels=LEVELS_ON_PAPER,
    periods=26,
)
SLIDES = Shape(
    4.3,
    contributions=8,
    passive_themes=5,
    journey_themes=6,
    levels=5,
    danger_levels=LEVELS_ON_SLIDES,
    periods=12,
)
_SCORES_WIDTH = 4.15


def captions(
    estimate: NpsEstimate,
    shown: Sequence[Mapping[str, Any]],
    special: Sequence[Mapping[str, Any]],
    sections: Sequence[Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Say which pictures there are, and what each shows to one who cannot see it."""
    figures: dict[str, dict[str, Any]] = {
        "scores": {
            "caption": "How often each score was given",
            "alt": "Bar chart of the eleven scores: "
            f"{count(estimate.detractors)} detractors (0 to 6), "
            f"{count(estimate.passives)} passives (7 and 8), "
            f"{count(estimate.promoters)} promoters (9 and 10).",
        }
    }
    if shown:
        listed = "; ".join(
            f"{row['label']} {row['contribution_text']} ({row['interval_text']})"
            for row in [*shown, *special]
        )
        few = len(shown) <= PAPER.contributions
        figures["contributions"] = {
            "caption": "What each theme takes from the score, or adds to it"
            + ("" if few else ": the largest"),
            "alt": f"Bar chart of points of NPS by theme, with intervals: {listed}.",
        }
    described = {
        "passives": "Themes that set passives apart from promoters",
        "journey": "Share of respondents who name each theme, by {segment}",
        "danger": "Scores of 0 to 3 and of 4 to 6, by segment",
        "trend": "The score by period",
    }
    for section in sections:
        name = section["figure"]
        if name:
            drawn = section.get("drawn") or {}
            caption = drawn.get("caption") or described[name]
            caption = caption.replace("{segment}", spoken(str(section.get("segment") or "")))
            said = " ".join(one["text"] for one in section["told"])
            figures[name] = {
                **(section.get("beside_figure") or {}),
                "caption": caption,
                "alt": drawn.get("alt")
                or f"{caption}, with intervals where they are estimated. {said}",
            }
    return figures


def draw(
    run: Any, data: Mapping[str, Any], smallest: int, *, slides: bool = False
) -> dict[str, str]:
    """Draw the pictures that the data name, as SVG.

    Parameters
    ----------
    run, data, smallest
        As :func:`feedback_nlp.report.brief.brief_data` takes and gives them.
    slides : bool
        Narrower and of fewer rows, so that what is read on paper can be read on a wall.
    """
    shape = SLIDES if slides else PAPER
    drawn: dict[str, Any] = {
        "scores": plots.plot_scores(run.responses, title="", width=_SCORES_WIDTH),
    }
    if data["themes"]:
        visible = [row["theme_id"] for row in [*data["themes"], *data["special"]]]
        hidden = set(run.nps_impact["theme_id"]) - set(visible)
        drawn["contributions"] = plots.plot_contributions(
            run.nps_impact,
            run.themes,
            most=shape.contributions,
            hidden=sorted(hidden),
            title="",
            width=PRINT_WIDTH,
        )
    sections = {section["figure"]: section for section in data["sections"] if section["figure"]}
    for name, section in sections.items():
        drawn[name] = _DRAWN[name](run, section, shape)
    return {name: as_svg(axes, name) for name, axes in drawn.items()}


def _passives(run: Any, _: Mapping[str, Any], shape: Shape) -> Any:
    table = run.passive_themes
    # One row a theme, its surest: in two tones it would look like two themes.
    table = table.sort_values("p_value", kind="stable").drop_duplicates("theme_id")
    return plots.plot_passive_themes(
        table, run.themes, most=shape.passive_themes, title="", width=shape.width
    )


def _journey(run: Any, section: Mapping[str, Any], shape: Shape) -> Any:
    rows = themes_to_draw(run.theme_segments, section["segment"], shape.journey_themes)
    return plots.plot_journey(rows, run.themes, most=shape.levels, title="", width=shape.width)


def _danger(run: Any, _: Mapping[str, Any], shape: Shape) -> Any:
    table = run.danger_zone
    everyone, levels = table[table["segment"] == ALL], levels_to_draw(run, shape.danger_levels)
    levels = levels.assign(segment=[spoken(str(name)) for name in levels["segment"]])
    # Levels of all segments in one order: no lines between them.
    return plots.plot_danger_zone(
        pd.concat([everyone, levels]), title="", by_segment=False, width=shape.width
    )


def _trend(run: Any, _: Mapping[str, Any], shape: Shape) -> Any:
    return plots.plot_trend(run.nps_trend.tail(shape.periods), title="", width=shape.width)


def _satisfaction(run: Any, section: Mapping[str, Any], shape: Shape) -> Any:
    most = shape.passive_themes
    page = {"figure": section["drawn"]}
    return satisfaction_figure(run, page, width=shape.width, most=most)


_DRAWN = {
    "passives": _passives,
    "satisfaction": _satisfaction,
    "journey": _journey,
    "danger": _danger,
    "trend": _trend,
}


def as_svg(axes: Any, name: str) -> str:
    """Give a figure as SVG: the same bytes for the same table, text as outlines.

    Identifiers begin with `name`, so that several pictures can stand in one page; comments,
    in which matplotlib repeats the labels, are left out.
    """
    import matplotlib
    import matplotlib.pyplot as plt

    content = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "feedback-nlp"}):
        axes.figure.savefig(content, format="svg", metadata={"Date": None})
    plt.close(axes.figure)
    svg = re.sub(r"<!--.*?-->\s*", "", content.getvalue(), flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'((?:xlink:)?href)="#', rf'\1="#{name}-', svg)
    return svg.replace("url(#", f"url(#{name}-")
