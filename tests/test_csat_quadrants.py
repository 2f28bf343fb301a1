"""Satisfied or not, promoter or not: the quadrants, their segments and their cross table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_ratings import FIVE, Planted

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.csat.agreement import csat_cross_table, suppressed_cells
from feedback_nlp.findings.csat.measures import measures_of
from feedback_nlp.findings.csat.quadrants import (
    QUADRANTS,
    csat_quadrants,
    csat_segments,
    csat_sensitivity,
    quadrant_of,
)
from feedback_nlp.findings.csat.scores import csat_scores
from feedback_nlp.findings.small_groups import TOO_FEW
from feedback_nlp.reading.scales import Scale

answers = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 10)),
        st.one_of(st.none(), st.integers(1, 5)),
        st.floats(0.1, 9),
    ),
    min_size=12,
    max_size=120,
)


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted()


def survey_of(people) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "score": pd.array([p[0] for p in people], dtype="Int64"),
            "csat": np.array([np.nan if p[1] is None else p[1] for p in people], float),
            "w": [p[2] for p in people],
        }
    )


@settings(max_examples=60, deadline=None)
@given(answers)
def test_quadrants_add_up_and_show_no_small_group(people):
    responses = survey_of(people)
    measures = measures_of(responses, FIVE, weight="w")
    if measures.main is None:
        return
    table = csat_quadrants(measures, "csat", resamples=100)
    assert set(table["quadrant"]) <= {*QUADRANTS, TOO_FEW}
    assert table["n"].sum() == table["base"].iloc[0] == measures.both("csat").sum()
    assert table["share"].sum() == pytest.approx(1)
    assert (table["n"] >= 10).all()
    assert (table["share_low"] <= table["share"]).all()
    for part in csat_sensitivity(measures, "csat").groupby(["promoter_from", "satisfied_from"]):
        assert (part[1]["n"] >= 10).all()
        assert part[1]["n"].sum() == table["base"].iloc[0]


@settings(max_examples=40, deadline=None)
@given(answers)
def test_a_reversed_scale_gives_the_same_findings(people):
    responses = survey_of(people)
    turned = responses.assign(csat=6 - responses["csat"])
    one = measures_of(responses, FIVE)
    other = measures_of(turned, {"csat": Scale(1, 5, reversed=True)})
    assert (one.main is None) == (other.main is None)
    if one.main is not None:
        drop = ["reversed"]
        pd.testing.assert_frame_equal(
            csat_scores(one).drop(columns=drop), csat_scores(other).drop(columns=drop)
        )
        assert (quadrant_of(one, "csat") == quadrant_of(other, "csat")).all()


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=5))
def test_blank_cells_of_a_cross_table_cannot_be_worked_out(rows):
    counts = np.array(rows)
    hidden = suppressed_cells(counts, 10)
    assert not ((counts > 0) & (counts < 10) & ~hidden).any()
    for cells, blank in [*zip(counts, hidden, strict=True), *zip(counts.T, hidden.T, strict=True)]:
        left = (cells > 0) & ~blank
        if blank.any() and left.any():
            assert blank.sum() > 1
            assert cells[blank].sum() >= 10


def test_thresholds_are_options_and_checked(planted):
    strict = quadrant_of(planted.measures, "csat", satisfied_from=5, promoter_from=10)
    assert (strict == "satisfied_promoter").sum() < (
        quadrant_of(planted.measures, "csat") == "satisfied_promoter"
    ).sum()
    with pytest.raises(FeedbackError, match="its scale, turned so that 5 is best, leaves 2 to 5"):
        quadrant_of(planted.measures, "csat", satisfied_from=6)
    with pytest.raises(FeedbackError, match="choose 8, 9 or 10"):
        quadrant_of(planted.measures, "csat", promoter_from=7)


def test_segments_show_neither_small_levels_nor_what_would_tell_of_them():
    n = 200
    responses = pd.DataFrame(
        {
            "score": [10, 8] * 100,
            "csat": [5.0, 4.0] * 100,
            "plan": ["A"] * 100 + ["B"] * 88 + ["C"] * 12,
        }
    )
    table = csat_segments(responses, measures_of(responses, FIVE), "csat", ["plan"])
    # C has 6 of either quadrant; with A and B both shown they would follow from the sums.
    assert set(table["level"]) == {"A"}
    assert (table["n"] >= 10).all()
    assert n == len(responses)


def test_value_stands_beside_the_quadrants(planted):
    table = csat_quadrants(
        planted.measures, "csat", value=planted.responses["spend"], resamples=200
    )
    assert table["value"].sum() == pytest.approx(planted.responses["spend"].sum())
    assert table["value_share"].sum() == pytest.approx(1)
    assert (table["value_share_low"] < table["value_share"]).all()


def test_weights_count(planted):
    responses = planted.responses.assign(w=np.where(planted.responses["score"] >= 9, 3.0, 1.0))
    weighted = csat_quadrants(measures_of(responses, FIVE, weight="w"), "csat")
    plain = csat_quadrants(planted.measures, "csat")
    at = {name: t.set_index("quadrant") for name, t in (("w", weighted), ("1", plain))}
    assert (at["w"]["n"] == at["1"]["n"]).all()  # heads are counted, never weights
    assert at["w"].loc["satisfied_promoter", "share"] > at["1"].loc["satisfied_promoter", "share"]


def test_cross_table_keeps_small_cells_blank(planted):
    table = csat_cross_table(planted.measures, "csat")
    assert (table["by"] == "score").all()
    assert table["n"].dropna().isin([0]).sum() + (table["n"].dropna() >= 10).sum() == len(
        table["n"].dropna()
    )
    few = csat_cross_table(Planted(300).measures, "csat")
    assert (few["by"] == "group").all()


def test_picture_and_sentences_of_the_half_page_are_of_the_same_rating(sample_run):
    """Whatever stands first in the table: a reader sets the one beside the other."""
    import matplotlib.pyplot as plt

    from feedback_nlp.report.satisfaction import satisfaction_figure, satisfaction_page

    page = satisfaction_page(sample_run)
    main = page["figure"]["measure"]
    gaps = sample_run.csat_theme_gap

    class MainLast:
        csat_theme_gap = gaps.iloc[np.argsort(gaps["measure"] == main, kind="stable")]

        def __getattr__(self, name):
            return getattr(sample_run, name)

    def drawn(run, page):
        axes = satisfaction_figure(run, page)
        texts = [text.get_text() for text in axes.texts]
        plt.close(axes.figure)
        return texts

    other = gaps.loc[gaps["measure"] != main, ["measure", "tone"]].iloc[0].to_dict()
    assert drawn(sample_run, page) == drawn(MainLast(), page)
    assert drawn(sample_run, page) != drawn(sample_run, {"figure": {**page["figure"], **other}})
    assert f"by “{page['rating']}”" in page["sentences"][0]["text"].replace("\u200e", "")
