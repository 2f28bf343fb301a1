"""The gallery: every picture once, of a finished run, as ``docs/gallery.md``."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from feedback_nlp import plots
from feedback_nlp.errors import FeedbackError
from feedback_nlp.report.places import segment_to_draw
from feedback_nlp.report.typesetting import write_whole

#: Dots an inch: sharp on a screen, small in a repository.
DOTS = 110


def pictures(run: Any) -> dict[str, Callable[[], Any]]:
    """Say for each picture function how it is called on a run.

    Parameters
    ----------
    run
        A finished run.

    Returns
    -------
    dict of str to callable
        The name of every ``plot_`` function of :mod:`feedback_nlp.plots`, and what draws it.
    """
    columns = run.record["columns"]
    segment = columns["segments"][0] if columns["segments"] else "group"
    return {
        "plot_scores": lambda: plots.plot_scores(run.responses),
        "plot_nps_by": lambda: plots.plot_nps_by(_nps_by(run, segment)),
        "plot_content_by_group": lambda: plots.plot_content_by_group(run.content_groups),
        "plot_sentiment_by_group": lambda: plots.plot_sentiment_by_group(run.responses),
        "plot_sentiment_by": lambda: plots.plot_sentiment_by(_tone_by(run, segment)),
        "plot_theme_groups": lambda: plots.plot_theme_groups(run.theme_groups, run.themes, most=8),
        "plot_contributions": lambda: plots.plot_contributions(run.nps_impact, run.themes, most=10),
        "plot_waterfall": lambda: plots.plot_waterfall(run.nps_impact, run.themes),
        "plot_what_if": lambda: plots.plot_what_if(run.nps_impact, run.themes, most=8),
        "plot_passive_themes": lambda: plots.plot_passive_themes(
            run.passive_themes, run.themes, most=8
        ),
        "plot_journey": lambda: plots.plot_journey(_journey(run), run.themes),
        "plot_danger_zone": lambda: plots.plot_danger_zone(run.danger_zone.head(8)),
        "plot_trend": lambda: plots.plot_trend(run.nps_trend),
        "plot_theme_gap": lambda: plots.plot_theme_gap(run.csat_theme_gap, run.themes, most=8),
        "plot_quadrants": lambda: plots.plot_quadrants(run.csat_quadrants),
        "plot_outcomes": lambda: plots.plot_outcomes(run.csat_outcomes),
        "plot_theme_map": lambda: plots.plot_theme_map(_map(run), run.themes),
    }


def write_gallery(run: Any, folder: Path) -> Path:
    """Draw every picture of a run and list them on one page.

    Parameters
    ----------
    run
        A finished run.
    folder : Path
        ``gallery.md`` and ``gallery/*.png`` are written here.

    Returns
    -------
    Path
        The page. A picture that the run has no table for is named with the reason.
    """
    parts = [
        "# Gallery\n\n"
        "One picture a function of `feedback_nlp.plots`, drawn from the run of the bundled sample "
        f"survey (`{run.record['input'].get('path') or run.record['input']['name']}`). Each takes "
        "a findings table and returns matplotlib `Axes`; "
        "`python -m feedback_nlp.report.showcase` draws them anew.\n"
    ]
    for name, draw in pictures(run).items():
        question = (getattr(plots, name).__doc__ or "").strip().splitlines()[0]
        try:
            axes = draw()
        except (FeedbackError, AttributeError) as error:
            parts.append(f"## `{name}`\n\n{question}\n\nNot drawn: {error}\n")
            continue
        write_whole(folder / "gallery" / f"{name}.png", _png(axes))
        parts.append(f"## `{name}`\n\n{question}\n\n![{question}](gallery/{name}.png)\n")
    return write_whole(folder / "gallery.md", "\n".join(parts).encode())


def _png(axes: Any) -> bytes:
    import matplotlib.pyplot as plt

    content = io.BytesIO()
    axes.figure.savefig(content, format="png", dpi=DOTS, metadata={"Software": None})
    plt.close(axes.figure)
    return content.getvalue()


def _nps_by(run: Any, segment: str) -> Any:
    from feedback_nlp.nps import nps_by

    return nps_by(run.responses, segment, weights=run.record["columns"].get("weight"))


def _tone_by(run: Any, segment: str) -> Any:
    from feedback_nlp.findings.content import sentiment_by

    return sentiment_by(run.responses, segment)


def _journey(run: Any) -> Any:
    cells = run.theme_segments
    return cells[cells["segment"] == (segment_to_draw(cells) or cells["segment"].iloc[0])]


def _map(run: Any) -> Any:
    from feedback_nlp.codebook_runs import mention_vectors
    from feedback_nlp.themes.data_map import mention_map

    vectors = mention_vectors(run.mentions, run.record["options"]["encoder"])
    seed = run.record["seed"]
    return mention_map(run.mentions, run.mention_themes, run.themes, vectors, seed=seed)
