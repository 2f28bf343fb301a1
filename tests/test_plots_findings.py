"""The pictures of what can be done: drawn as the tables say, labels whole, nothing cut."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.text import Text

from feedback_nlp import plots
from feedback_nlp.errors import FeedbackError

LONG = (
    "Waiting at home for an engineer who had confirmed the appointment twice and then did not come"
)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def themes(count: int, label: str = "Theme") -> pd.DataFrame:
    ids = [f"theme_{i}" for i in range(count)]
    return pd.DataFrame(
        {"theme_id": ids, "label": [f"{label} {i}" for i in range(count)], "parent_id": None}
    )


def impact(gains: list[float | None], half_width: float = 2.0) -> pd.DataFrame:
    """As a run holds it: beside the gains stand the contributions with their own interval."""
    gain = pd.Series(gains, dtype=float)
    return pd.DataFrame(
        {
            "theme_id": [f"theme_{i}" for i in range(len(gains))],
            "contribution": -9.0,
            "ci_low": -10.0,
            "ci_high": -8.0,
            "n_negative": pd.array([30 if g == g else None for g in gain], dtype="Int64"),
            "what_if": gain,
            "what_if_low": gain - half_width,
            "what_if_high": gain + half_width,
        }
    )


def passives(differences: list[float], q_value: float = 0.01) -> pd.DataFrame:
    difference = pd.Series(differences)
    return pd.DataFrame(
        {
            "theme_id": [f"theme_{i}" for i in range(len(differences))],
            "tone": "any",
            "share_passive": 0.4 + difference,
            "share_promoter": 0.4,
            "difference": difference,
            "ci_low": difference - 0.1,
            "ci_high": difference + 0.1,
            "p_value": [0.001 * (i + 1) for i in range(len(differences))],
            "q_value": q_value,
        }
    )


def danger(levels: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "segment": ["_all", *["plan"] * len(levels)],
            "level": ["_all", *levels],
            "n": 1200,
            "danger_share": 0.25,
            "danger_low": 0.2,
            "danger_high": 0.3,
            "mild_share": 0.12,
            "mild_low": 0.1,
            "mild_high": 0.15,
            "q_value": [None, *[0.01] * len(levels)],
        }
    )


def trend(scores: list[float | None], q_value: float = 0.5) -> pd.DataFrame:
    nps = pd.Series(scores, dtype=float)
    return pd.DataFrame(
        {
            "period": [f"2025-{i + 1:02d}" for i in range(len(scores))],
            "n": pd.array([90 if s == s else None for s in nps], dtype="Int64"),
            "nps": nps,
            "ci_low": nps - 15,
            "ci_high": nps + 15,
            "change": nps.diff(),
            "q_value": q_value,
            "since": [None, *[f"2025-{i:02d}" for i in range(1, len(scores))]],
        }
    )


def journey(levels: list[str], count: int = 3) -> pd.DataFrame:
    rows = [
        ("stage", level, f"theme_{i}", 10 - i, 40, (10 - i + j) / 40, 0.1 * (j - 1), 0.2)
        for j, level in enumerate(levels)
        for i in range(count)
    ]
    names = ["segment", "level", "theme_id", "n", "base", "share", "difference", "q_value"]
    return pd.DataFrame(rows, columns=names)


def title(ax) -> str:
    return ax.figure.get_suptitle().replace("\u200e", "").replace("\n", " ")


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def row_labels(ax) -> list[str]:
    return [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


def intervals(ax) -> list[tuple[float, float]]:
    """Ends of every interval that lies in a row."""
    return [
        (float(segment[0][0]), float(segment[1][0]))
        for lines in ax.collections
        for segment in lines.get_segments()
    ]


def test_what_if_draws_the_gains_with_their_own_intervals_largest_first():
    ax = plots.plot_what_if(impact([1.5, None, 6.0]), themes(3))
    assert row_labels(ax) == ["Theme 2", "Theme 0"]
    assert intervals(ax) == [(4.0, 8.0), (-0.5, 3.5)]
    assert words(ax) == ["+6.0  (n = 30)", "+1.5  (n = 30)"]
    assert "An association, not proof of cause" in ax.get_xlabel()


def test_what_if_promises_nothing_that_may_be_zero():
    assert title(plots.plot_what_if(impact([1.5]), themes(1))) == (
        "No theme’s expected gain can be told apart from zero"
    )


def test_passive_themes_run_from_what_holds_back_to_what_is_not_experienced():
    ax = plots.plot_passive_themes(passives([-0.2, 0.3]), themes(2))
    assert row_labels(ax) == ["Theme 1", "Theme 0"]
    assert intervals(ax) == [pytest.approx((20.0, 40.0)), pytest.approx((-30.0, -10.0))]
    assert title(ax) == "“Theme 0”: 20% of passives, 40% of promoters"
    assert "beyond chance" in title(plots.plot_passive_themes(passives([0.3], 0.2), themes(1)))


def test_danger_zone_shows_both_shares_of_every_level():
    ax = plots.plot_danger_zone(danger(["Fast", "_too_few"]))
    assert [label.replace("\xa0", " ") for label in row_labels(ax)] == [
        "All (n = 1,200)",
        "plan: Fast (n = 1,200)",
        "plan: levels of too few (n = 1,200)",
    ]
    assert words(ax) == ["25% score 0 to 3", "12% score 4 to 6", *["25%", "12%"] * 2]
    assert intervals(ax) == [pytest.approx((20, 30)), pytest.approx((10, 15))] * 3
    assert [text.get_fontweight() for text in ax.texts[:3]] == ["normal", "normal", "bold"]


def test_trend_keeps_the_place_of_a_period_of_too_few_and_draws_nothing_there():
    ax = plots.plot_trend(trend([10.0, None, -20.0]))
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "2025-01\nn = 90",
        "2025-02\ntoo few",
        "2025-03\nn = 90",
    ]
    assert words(ax) == ["+10.0", "−20.0"]
    drawn = [s for lines in ax.collections for s in lines.get_segments()]
    assert [(s[0][0], s[0][1], s[1][1]) for s in drawn] == [(0, -5, 25), (2, -35, -5)]


def test_trend_names_the_largest_change_that_holds_and_no_other():
    assert "beyond chance" in title(plots.plot_trend(trend([10.0, -20.0])))
    found = plots.plot_trend(trend([10.0, 15.0, -20.0], q_value=0.01))
    assert title(found) == "2025-03: −35.0 points of NPS since 2025-02"


def test_a_long_trend_thins_its_labels_and_keeps_its_points():
    ax = plots.plot_trend(trend([float(i % 7) for i in range(90)]))
    assert len(ax.collections) == 90
    assert len(ax.get_xticklabels()) == 30


def test_journey_shows_every_share_and_leaves_suppressed_cells_blank():
    table = journey(["billing", "in use"], count=2)
    table.loc[0, "share"] = None
    table.loc[1, "q_value"] = 0.001
    ax = plots.plot_journey(table, themes(2))
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "billing\nn = 40",
        "in use\nn = 40",
    ]
    assert words(ax) == ["28%", "22%", "25%"]
    assert [text.get_fontweight() for text in ax.texts] == ["normal", "bold", "normal"]


def test_journey_says_how_many_levels_it_leaves_out():
    ax = plots.plot_journey(journey([f"level {i}" for i in range(20)]), themes(3), most=5)
    assert len(ax.get_xticklabels()) == 5
    assert "the 5 largest of 20" in ax.get_xlabel()


def test_journey_takes_one_segment_at_a_time():
    two = pd.concat([journey(["a"]), journey(["b"]).assign(segment="plan")])
    with pytest.raises(FeedbackError, match="one segment at a time"):
        plots.plot_journey(two, themes(3))


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.plot_what_if(impact([None, None]), themes(2)),
        lambda: plots.plot_what_if(impact([1.0]).drop(columns="what_if"), themes(1)),
        lambda: plots.plot_passive_themes(passives([0.1]).head(0), themes(1)),
        lambda: plots.plot_danger_zone(danger([]).head(0)),
        lambda: plots.plot_trend(trend([None, None])),
        lambda: plots.plot_trend(pd.DataFrame()),
        lambda: plots.plot_journey(journey(["a"]).head(0), themes(3)),
    ],
)
def test_a_table_without_figures_is_an_error_a_user_understands(draw):
    with pytest.raises(FeedbackError, match="cannot be drawn because"):
        draw()


@pytest.mark.parametrize(
    ("label", "width"),
    [(LONG, 6.69), (LONG, 4.15), ("Donaudampfschifffahrt" * 4, 6.69), ("אינטרנט 😀 $x$", 6.69)],
)
def test_labels_stay_whole_inside_the_picture(label, width):
    named = themes(3, label)
    levels = [f"{label} {i}" for i in range(9)]
    drawn = [
        plots.plot_what_if(impact([9.0, 1.5, -4.0]), named, width=width),
        plots.plot_passive_themes(passives([-0.2, 0.3, 0.1]), named, width=width),
        plots.plot_danger_zone(danger(levels), width=width),
        plots.plot_trend(trend([5.0] * 30), width=width),
        plots.plot_journey(journey(levels), named, width=width),
        plots.plot_journey(journey(levels[:3]), named, width=width),
    ]
    for ax in drawn:
        ax.figure.canvas.draw()
        frame = ax.figure.bbox
        # A locator also makes labels beyond the limits; they are not drawn.
        seen = [
            *(t for t in ax.get_xticklabels() if _within(t.get_position()[0], ax.get_xlim())),
            *(t for t in ax.get_yticklabels() if _within(t.get_position()[1], ax.get_ylim())),
        ]
        texts = [*seen, *ax.texts]
        for text in filter(Text.get_text, [*texts, ax.xaxis.label, ax.yaxis.label]):
            box = text.get_window_extent()
            assert box.x0 >= frame.x0 - 1, text.get_text()
            assert box.x1 <= frame.x1 + 1, text.get_text()
            assert box.y0 >= frame.y0 - 1, text.get_text()
            assert box.y1 <= frame.y1 + 1, text.get_text()
            assert text.get_fontsize() >= 8


def _within(place: float, limits: tuple[float, float]) -> bool:
    return min(limits) <= place <= max(limits)


def test_tables_are_left_as_they_were():
    table, named, rows = impact([6.0, 1.0]), themes(2), passives([0.1, 0.2])
    copies = [t.copy() for t in (table, named, rows)]
    plots.plot_what_if(table, named)
    plots.plot_passive_themes(rows, named)
    for one, copy in zip((table, named, rows), copies, strict=True):
        pd.testing.assert_frame_equal(one, copy)
