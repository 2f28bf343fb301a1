"""The pictures: what they show, that labels stay whole, colours that all can tell apart."""

from __future__ import annotations

from itertools import combinations, pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from feedback_nlp import plots
from feedback_nlp.errors import FeedbackError
from feedback_nlp.nps import nps_by
from feedback_nlp.plots.style import INK, MUTED, Rows

GROUPS = ("detractor", "passive", "promoter")
LONG = (
    "Waiting at home for an engineer who had confirmed the appointment twice and then did not come"
)
# Machado, Oliveira and Fernandes (2009), IEEE TVCG 15(6), severity 1.0, in linear RGB.
COLOUR_BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def themes(labels: list[str]) -> pd.DataFrame:
    ids = [f"theme_{i}" for i in range(len(labels))]
    return pd.DataFrame({"theme_id": ids, "label": labels, "parent_id": None})


def shares(labels: list[str], n: int = 20) -> pd.DataFrame:
    rows = [
        (f"theme_{i}", group, n, 0.3 - 0.1 * lane, 0.25 - 0.1 * lane, 0.35 - 0.1 * lane)
        for i in range(len(labels))
        for lane, group in enumerate(GROUPS)
    ]
    return pd.DataFrame(rows, columns=["theme_id", "group", "n", "share", "ci_low", "ci_high"])


def impact(values: list[float], half_width: float = 1.0) -> pd.DataFrame:
    ids = [f"theme_{i}" for i in range(len(values))] + ["_no_theme", "_no_answer"]
    table = pd.DataFrame({"theme_id": ids, "contribution": [*values, -0.5, 0.4]})
    return table.assign(
        ci_low=table["contribution"] - half_width, ci_high=table["contribution"] + half_width
    )


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def row_labels(ax) -> list[str]:
    return [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


def linear(colour: str) -> np.ndarray:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear sRGB, white point D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", COLOUR_BLINDNESS)
def test_groups_can_be_told_apart_with_every_kind_of_colour_vision(kind):
    seen = {g: lab(COLOUR_BLINDNESS[kind] @ linear(c)) for g, c in plots.PALETTE.items()}
    for one, other in combinations(seen, 2):
        # A difference of 2.3 is just noticeable (CIE 1976); marks need far more.
        assert np.linalg.norm(seen[one] - seen[other]) > 20, (one, other)


@pytest.mark.parametrize("colour", [*plots.PALETTE.values(), INK, MUTED])
def test_every_colour_of_text_has_the_contrast_of_wcag_on_white(colour):
    luminance = float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour))
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_scores_show_each_count_and_the_share_of_each_group():
    scores = pd.Series([0] * 5 + [6] * 3 + [8] * 2 + [10] * 10 + [None], dtype="Int64")
    ax = plots.plot_scores(pd.DataFrame({"score": scores}))
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(
        [25, 0, 0, 0, 0, 0, 15, 0, 10, 0, 50]
    )
    assert [w for w in words(ax) if w.isdigit()] == [
        "5", "0", "0", "0", "0", "0", "3", "0", "2", "0", "10"
    ]  # fmt: skip
    assert [w for w in words(ax) if "%" in w] == [
        "Detractors\n40%",
        "Passives\n10%",
        "Promoters\n50%",
    ]
    colours = {mpl.colors.to_hex(ax.patches[s].get_facecolor()).upper() for s in range(7)}
    assert colours == {plots.PALETTE["detractor"]}


def test_scores_without_any_score_are_an_error_a_user_understands():
    with pytest.raises(FeedbackError, match="no respondent has a score"):
        plots.plot_scores(pd.DataFrame({"score": pd.Series([None, None], dtype="Int64")}))


def test_nps_by_draws_the_table_of_the_nps_module_and_names_small_segments():
    responses = pd.DataFrame(
        {
            "score": [10] * 30 + [3] * 20 + [9] * 12 + [1] * 4,
            "plan": ["Basic"] * 50 + ["Plus"] * 12 + ["Tiny"] * 4,
        }
    )
    ax = plots.plot_nps_by(nps_by(responses, "plan"))
    said = dict(zip(row_labels(ax), words(ax), strict=True))
    assert said["Basic"] == "+20.0  (n = 50)"
    assert said["Plus"] == "+100.0  (n = 12)"
    assert said["Tiny"] == "too few respondents to show"


def test_contributions_run_from_cost_to_earning_and_special_rows_come_last():
    table = impact([-6.0, 4.0, 0.2, -3.0])
    ax = plots.plot_contributions(table, themes(["a", "b", "c", "d"]))
    assert row_labels(ax) == ["a", "d", "c", "b", "Answer, but no theme", "No answer"]
    assert words(ax) == ["−6.0", "−3.0", "+0.2", "+4.0", "−0.5", "+0.4"]
    pale = [bar.get_alpha() < 1 for bar in ax.patches]
    assert pale == [False, False, True, False, True, True]


def test_contributions_leave_out_what_is_hidden_and_keep_the_largest():
    table = impact([-6.0, 4.0, 0.2, -3.0])
    ax = plots.plot_contributions(table, themes(list("abcd")), most=2, hidden=["theme_0"])
    assert row_labels(ax)[:-2] == ["d", "b"]


def test_contributions_read_the_interval_under_either_name():
    table = impact([-6.0]).rename(
        columns={"ci_low": "contribution_low", "ci_high": "contribution_high"}
    )
    ax = plots.plot_contributions(table, themes(["a"]))
    assert "(−7.0 to −5.0)" in ax.figure.get_suptitle()


def test_the_title_calls_nothing_a_cost_whose_interval_includes_zero():
    ax = plots.plot_contributions(impact([-6.0, 2.0], half_width=7.0), themes(["a", "b"]))
    assert "costs" not in ax.figure.get_suptitle()
    assert "told apart from zero" in ax.figure.get_suptitle()


def test_theme_groups_hide_themes_of_few_respondents():
    labels = ["a", "b"]
    table = shares(labels)
    table.loc[table["theme_id"] == "theme_1", "n"] = 3
    assert row_labels(plots.plot_theme_groups(table, themes(labels))) == ["a"]
    with pytest.raises(FeedbackError, match="10 respondents or more"):
        plots.plot_theme_groups(shares(["a"], n=3), themes(["a"]))


def test_theme_groups_show_top_level_themes_alone():
    labels = ["parent", "child"]
    table = themes(labels)
    table["parent_id"] = [None, "theme_0"]
    assert row_labels(plots.plot_theme_groups(shares(labels), table)) == ["parent"]


@pytest.mark.parametrize(
    ("count", "label", "width"),
    [
        (3, "Slow", 6.69),
        (25, "Slow", 6.69),
        (3, LONG, 6.69),
        (25, LONG, 4.15),
        (3, "Donaudampfschifffahrt" * 4, 4.15),
        (25, "אינטרנט איטי 😀 $x$", 6.69),
    ],
)
def test_labels_stay_whole_inside_the_picture_and_apart(count, label, width):
    labels = [f"{label} {i}" for i in range(count)]
    values = np.linspace(-8, 6, count).tolist()
    drawn = [
        plots.plot_contributions(impact(values), themes(labels), width=width),
        plots.plot_theme_groups(shares(labels), themes(labels), width=width),
    ]
    for ax in drawn:
        figure = ax.figure
        figure.canvas.draw()
        frame = figure.bbox
        boxes = [text.get_window_extent() for text in [*ax.get_yticklabels(), *ax.texts]]
        for box in boxes:
            assert box.x0 >= frame.x0 - 1
            assert box.x1 <= frame.x1 + 1
        rows = sorted(
            (label.get_window_extent() for label in ax.get_yticklabels()), key=lambda b: -b.y1
        )
        assert all(upper.y0 >= lower.y1 - 1 for upper, lower in pairwise(rows))
        for text in [*ax.get_yticklabels(), *ax.get_xticklabels(), *ax.texts, ax.xaxis.label]:
            assert text.get_fontsize() >= 8


def test_a_wrapped_label_loses_no_word():
    assert Rows([LONG], 6.69).labels[0].split() == LONG.split()


def test_global_settings_and_inputs_are_left_as_they_were():
    before = dict(mpl.rcParams)
    table, labels = impact([-6.0, 4.0]), themes(["a", "b"])
    copies = table.copy(), labels.copy()
    plots.plot_contributions(table, labels)
    plots.plot_scores(pd.DataFrame({"score": [1, 9, 10]}))
    assert dict(mpl.rcParams) == before
    pd.testing.assert_frame_equal(table, copies[0])
    pd.testing.assert_frame_equal(labels, copies[1])


def test_a_picture_goes_where_it_is_told():
    _, (left, right) = plt.subplots(1, 2)
    assert plots.plot_scores(pd.DataFrame({"score": [1, 9, 10]}), ax=right) is right
    assert right.get_title(loc="left").lstrip("\u200e").startswith("67% of 3 respondents")
    assert not left.patches
