"""Every picture: one function each, from a findings table to matplotlib Axes.

The notebooks and the report draw with the same functions, so a theme looks
the same wherever it is met. The groups keep their colours everywhere
(:data:`PALETTE`), labels stand beside what they name, and what was estimated
is drawn with its interval. Sizes are those of print: at ``width`` inches no
text is smaller than 8 points.
"""

from __future__ import annotations

from feedback_nlp.plots.answers import (
    plot_content_by_group,
    plot_sentiment_by,
    plot_sentiment_by_group,
)
from feedback_nlp.plots.findings import (
    plot_danger_zone,
    plot_passive_themes,
    plot_what_if,
)
from feedback_nlp.plots.journeys import plot_journey, plot_trend
from feedback_nlp.plots.measure_names import measure_label
from feedback_nlp.plots.satisfaction import (
    plot_outcomes,
    plot_quadrants,
    plot_theme_gap,
)
from feedback_nlp.plots.scores import plot_nps_by, plot_scores
from feedback_nlp.plots.style import PALETTE
from feedback_nlp.plots.theme_map import plot_theme_map
from feedback_nlp.plots.themes import (
    LEAST_ROW_INCHES,
    SPECIAL_LABELS,
    contributions,
    plot_contributions,
    plot_theme_groups,
    theme_labels,
    top_level,
)
from feedback_nlp.plots.waterfall import plot_waterfall

__all__ = [
    "LEAST_ROW_INCHES",
    "PALETTE",
    "SPECIAL_LABELS",
    "contributions",
    "measure_label",
    "plot_content_by_group",
    "plot_contributions",
    "plot_danger_zone",
    "plot_journey",
    "plot_nps_by",
    "plot_outcomes",
    "plot_passive_themes",
    "plot_quadrants",
    "plot_scores",
    "plot_sentiment_by",
    "plot_sentiment_by_group",
    "plot_theme_gap",
    "plot_theme_groups",
    "plot_theme_map",
    "plot_trend",
    "plot_waterfall",
    "plot_what_if",
    "theme_labels",
    "top_level",
]
