"""Every picture at print size: text that can be read, colours that can be told apart."""

from __future__ import annotations

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from feedback_nlp import plots
from feedback_nlp.report.branding import contrast_on_white
from feedback_nlp.report.gallery import pictures, write_gallery


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_the_gallery_has_every_picture_once(sample_run):
    assert set(pictures(sample_run)) == {n for n in plots.__all__ if n.startswith("plot_")}


@pytest.mark.parametrize("name", sorted(n for n in plots.__all__ if n.startswith("plot_")))
def test_no_text_is_smaller_than_eight_points_or_too_pale_to_read(name, sample_run):
    axes = pictures(sample_run)[name]()
    texts = [t for t in axes.figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    assert texts
    for text in texts:
        assert text.get_fontsize() >= 8, text.get_text()
        if text.get_color() != "white":
            assert contrast_on_white(to_hex(text.get_color())) >= 4.5, text.get_text()


def test_the_gallery_page_links_every_picture_that_it_draws(sample_run, tmp_path, monkeypatch):
    few = ("plot_scores", "plot_contributions", "plot_trend")
    drawn = {name: draw for name, draw in pictures(sample_run).items() if name in few}
    drawn["plot_outcomes"] = lambda: sample_run.no_such_table
    monkeypatch.setattr("feedback_nlp.report.gallery.pictures", lambda run: drawn)
    page = write_gallery(sample_run, tmp_path).read_text("utf-8")
    linked = re.findall(r"!\[.+?\]\((gallery/\w+\.png)\)", page)
    assert linked == [f"gallery/{name}.png" for name in few]
    assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in linked)
    assert "Not drawn: a run has no table 'no_such_table'" in page


def test_a_waterfall_begins_each_bar_where_the_last_one_ends_and_ends_at_the_score(sample_run):
    from feedback_nlp.report.telling import score_of

    axes = plots.plot_waterfall(sample_run.nps_impact, sample_run.themes, most=5)
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    *steps, total = bars
    assert steps[0][0] == 0
    assert len(steps) > 6
    for (_, end), (start, _) in pairwise(steps):
        assert start == pytest.approx(end)
    assert total == pytest.approx((0, steps[-1][1]))
    assert total[1] == pytest.approx(score_of(sample_run).score)
