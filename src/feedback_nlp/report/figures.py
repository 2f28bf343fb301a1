"""The pictures of the brief: how many rows fit a page, their captions, their SVG."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from feedback_nlp import plots
from feedback_nlp.nps import NpsEstimate
from feedback_nlp.plots.style import PRINT_WIDTH, Rows

#: Themes with a block of their own: sentence, shares and quotes.
BLOCKS = 3
#: Themes drawn by group at most; the table after them has all.
MOST_BY_GROUP = 8
_GROUPS = ("detractor", "passive", "promoter")
_SCORES_WIDTH = 4.15


def captions(
    estimate: NpsEstimate,
    shown: Sequence[dict[str, Any]],
    special: Sequence[dict[str, Any]],
    most: int,
) -> dict[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = {
        "scores": {
            "caption": "How often each score was given",
            "alt": f"Bar chart of the eleven scores: {estimate.detractors} detractors (0 to 6), "
            f"{estimate.passives} passives (7 and 8), {estimate.promoters} promoters (9 and 10).",
        }
    }
    if shown:
        listed = "; ".join(
            f"{row['label']} {row['contribution_text']} ({row['interval_text']})"
            for row in [*shown, *special]
        )
        some = f": the {most} themes named most" if len(shown) > most else ""
        figures["contributions"] = {
            "caption": "What each theme takes from the score, or adds to it",
            "alt": f"Bar chart of points of NPS by theme, with intervals: {listed}.",
        }
    if len(shown) > BLOCKS:
        # With fewer themes the blocks and the table say it all.
        figures["theme_groups"] = {
            "caption": f"Who names which theme{some}",
            "most": most,
            "alt": "Chart of the share of detractors, passives and promoters that name each "
            "theme, with intervals; the table after it gives the same shares.",
        }
    return figures


def draw(run: Any, data: Mapping[str, Any], smallest: int) -> dict[str, str]:
    pictures = {
        "scores": plots.plot_scores(run.responses, title="", width=_SCORES_WIDTH),
    }
    if data["themes"]:
        visible = [row["theme_id"] for row in data["themes"]]
        visible += [row["theme_id"] for row in data["special"]]
        hidden = set(run.nps_impact["theme_id"]) - set(visible)
        pictures["contributions"] = plots.plot_contributions(
            run.nps_impact,
            run.themes,
            most=_most_on_page_one(data),
            hidden=sorted(hidden),
            title="",
        )
    if "theme_groups" in data["figures"]:
        group_size = run.responses["group"].value_counts()
        shares = run.theme_groups
        shares = shares[shares["theme_id"].isin([row["theme_id"] for row in data["themes"]])]
        large = [g for g in _GROUPS if group_size.get(g, 0) >= smallest]
        pictures["theme_groups"] = plots.plot_theme_groups(
            shares[shares["group"].isin(large)],
            run.themes,
            most=data["figures"]["theme_groups"]["most"],
            smallest=smallest,
            title="",
        )
    return {name: _svg(axes) for name, axes in pictures.items()}


def _most_on_page_one(data: Mapping[str, Any]) -> int:
    """How many themes fit on page one: fewer where labels or findings are long."""
    texts = [f"{finding['lead']} {finding['detail']}" for finding in data["findings"]]
    texts += [text for text in (data["no_finding"], data["unexplained"]) if text]
    # Inches: what the page leaves below the score, less headings and closing
    # lines, less about 105 characters a line of the findings.
    room = 4.55 - sum(0.17 * -(-len(text) // 105) + 0.05 for text in texts)
    room -= 0.2 if data["not_shown"] else 0.0
    special = [row["label"] for row in data["special"]]
    ordered = sorted(data["themes"], key=lambda theme: -abs(theme["contribution"]))
    for most in range(min(10, len(ordered)), 3, -1):
        labels = [*(theme["label"] for theme in ordered[:most]), *special]
        if Rows(labels, PRINT_WIDTH).height <= room:
            return most
    return 3


def most_by_group(themes: Sequence[Mapping[str, Any]], blocks: Sequence[Mapping[str, Any]]) -> int:
    """How many themes can be drawn by group below the blocks, on the page that these begin."""
    used = 0.0
    for block in blocks:
        # Inches: a column of 54 mm with label, points and shares; a column of quotes.
        left = 1.2 + 0.17 * -(-len(block["label"]) // 26)
        right = sum(0.39 + 0.16 * (len(quote["text"]) // 84) for quote in block["quotes"])
        used += max(left, right) + 0.3
    room = 9.1 - used
    ordered = sorted(themes, key=lambda theme: -theme["n"])
    for most in range(min(MOST_BY_GROUP, len(ordered)), 3, -1):
        labels = [theme["label"] for theme in ordered[:most]]
        if Rows(labels, PRINT_WIDTH, plots.LEAST_ROW_INCHES).height <= room:
            return most
    return MOST_BY_GROUP


def _svg(axes: Any) -> str:
    """The figure as SVG, the same bytes for the same table; text as outlines."""
    import matplotlib
    import matplotlib.pyplot as plt

    content = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "feedback-nlp"}):
        axes.figure.savefig(content, format="svg", metadata={"Date": None})
    plt.close(axes.figure)
    return content.getvalue()
