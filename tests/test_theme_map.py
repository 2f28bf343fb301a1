"""The data map: the same each time, alike close together, labels apart."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from feedback_nlp.errors import FeedbackError
from feedback_nlp.plots import plot_theme_map
from feedback_nlp.themes.data_map import mention_map


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def survey(n_themes: int = 6, each: int = 30) -> tuple[pd.DataFrame, ...]:
    random = np.random.default_rng(1)
    of = np.repeat(np.arange(n_themes), each)
    vectors = 2 * np.eye(32)[of] + 0.3 * random.normal(size=(len(of), 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    ids = [f"m{n}" for n in range(len(of))]
    mentions = pd.DataFrame(
        {
            "mention_id": ids,
            "sentiment": random.normal(size=len(of)),
            "content_kind": ["verdict_only", *["reason"] * (len(of) - 1)],
        }
    )
    links = pd.DataFrame(
        {"mention_id": ids, "theme_id": [f"t{n}" for n in of], "confidence": 0.8}
    ).iloc[:-3]
    themes = pd.DataFrame(
        {
            "theme_id": [f"t{n}" for n in range(n_themes)],
            "label": [f"A long name of theme number {n}" for n in range(n_themes)],
            "parent_id": [None, "t0", *[None] * (n_themes - 2)],
            "stability": [0.9, 0.3, *[0.4] * (n_themes - 2)],
        }
    )
    return mentions, links, themes, vectors


def test_alike_lies_close_and_the_map_is_the_same_each_time() -> None:
    mentions, links, themes, vectors = survey()
    points = mention_map(mentions, links, themes, vectors, seed=3)
    assert len(points) == len(mentions) - 1, "verdicts are not placed"
    assert points[["x", "y"]].to_numpy().min() == 0
    assert points[["x", "y"]].to_numpy().max() == 1
    assert set(points.loc[points["sub_theme_id"] == "t1", "theme_id"]) == {"t0"}
    assert (points["theme_id"] == "").sum() == 3
    pd.testing.assert_frame_equal(points, mention_map(mentions, links, themes, vectors, seed=3))
    plane = points[["x", "y"]].to_numpy()
    apart = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = points["sub_theme_id"].to_numpy()[apart.argmin(axis=1)]
    known = (points["sub_theme_id"] != "").to_numpy()
    assert (nearest == points["sub_theme_id"])[known].mean() > 0.9


def test_a_large_survey_is_shown_by_a_part_of_it() -> None:
    mentions, links, themes, vectors = survey()
    assert len(mention_map(mentions, links, themes, vectors, most=50)) == 50
    with pytest.raises(FeedbackError, match="a map is drawn from 10 on"):
        mention_map(mentions.head(5), links, themes, vectors[:5])


@pytest.mark.parametrize("n_themes", [3, 24])
def test_labels_do_not_overlap_and_stay_inside(n_themes: int) -> None:
    random = np.random.default_rng(0)
    themes = survey(n_themes)[2].assign(parent_id=None)
    points = pd.DataFrame(random.random((n_themes * 12, 2)), columns=["x", "y"]).assign(
        theme_id=np.repeat(themes["theme_id"], 12).to_numpy(), sub_theme_id=""
    )
    axes = plot_theme_map(points, themes)
    figure = axes.figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    labels = [text for text in axes.texts if text.get_gid() != "note"]
    assert len(labels) == n_themes
    boxes = [text.get_window_extent(renderer) for text in labels]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    assert all(figure.bbox.x0 <= b.x0 and b.x1 <= figure.bbox.x1 for b in boxes)
    tentative = {
        text.get_text().replace("\n", " ") for text in labels if text.get_style() == "italic"
    }
    assert tentative == set(themes.loc[themes["stability"] < 0.5, "label"])


def test_what_is_highlighted_alone_is_named() -> None:
    mentions, links, themes, vectors = survey()
    points = mention_map(mentions, links, themes, vectors)
    axes = plot_theme_map(points, themes, highlight=["t2", "t3"])
    named = {text.get_text().replace("\n", " ")[-1] for text in axes.texts if not text.get_gid()}
    assert named == {"2", "3"}
    with pytest.raises(FeedbackError, match="nothing to name"):
        plot_theme_map(points.assign(theme_id=""), themes)
