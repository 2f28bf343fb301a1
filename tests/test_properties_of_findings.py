"""What holds of every finding with intervals: confidence, weights, labels of rows, columns."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from made_up_ratings import FIVE
from made_up_run import make_run

from feedback_nlp.findings.benchmarks import against_benchmarks
from feedback_nlp.findings.content import content_by_group, sentiment_by
from feedback_nlp.findings.csat.agreement import csat_agreement, csat_comparisons
from feedback_nlp.findings.csat.drivers import csat_drivers
from feedback_nlp.findings.csat.measures import measures_of
from feedback_nlp.findings.csat.quadrants import csat_quadrants, csat_segments, csat_sensitivity
from feedback_nlp.findings.csat.score_precision import score_precision
from feedback_nlp.findings.csat.scores import csat_scores
from feedback_nlp.findings.csat.theme_gap import csat_quadrant_themes, csat_theme_gap
from feedback_nlp.findings.danger import danger_themes, danger_zone
from feedback_nlp.findings.groups import theme_groups, theme_tone_groups
from feedback_nlp.findings.impact import nps_impact
from feedback_nlp.findings.nps_change import nps_change
from feedback_nlp.findings.participation import comment_rates, response_rates
from feedback_nlp.findings.passive_words import passive_words
from feedback_nlp.findings.passives import passive_resemblance, passive_themes
from feedback_nlp.findings.segment_themes import journey, theme_segments
from feedback_nlp.findings.segments import segment_nps
from feedback_nlp.findings.trends import nps_trend, theme_trend
from feedback_nlp.findings.value import value_at_risk, value_zones
from feedback_nlp.findings.what_if import what_if
from feedback_nlp.nps import nps

STAGE, DATE, VALUE = "journey_stage", "answered_on", "annual_value"
FEW = {"resamples": 80, "seed": 1}
INVITED = pd.DataFrame(
    {STAGE: ["first month", "in use", "support", "renewal"], "n": [600, 500, 400, 450]}
)


@pytest.fixture(scope="module")
def run() -> SimpleNamespace:
    """A survey with weights, ratings, words and tones, of which all can be asked."""
    made = make_run(n=1000, seed=2)
    random = np.random.default_rng(0)
    answers = made.responses
    size = len(answers)
    made.mentions["sentiment_label"] = random.choice(["negative", "positive"], len(made.mentions))
    made.texts = (made.mention_themes, made.themes)
    answers["w"] = random.uniform(0.4, 2.5, size)
    answers["content_kind"] = np.where(answers["has_content"], "reason", "empty")
    answers["sentiment"] = random.uniform(-1, 1, size)
    answers["answer"] = np.where(random.random(size) < 0.4, "fine but pricey", "slow at night")
    score = answers["score"].to_numpy(float)
    answers["ease"] = np.clip(np.round(score / 2.5 + random.normal(0, 0.8, size)), 1, 5)
    answers["care"] = np.clip(np.round(score / 3 + random.normal(0, 1.2, size)), 1, 5)
    return made


def measured(r: SimpleNamespace, weight: str | None = None):
    return measures_of(r.responses, {"ease": FIVE["csat"], "care": FIVE["csat"]}, weight=weight)


def halves(r: SimpleNamespace) -> tuple[pd.DataFrame, pd.DataFrame]:
    early = (r.responses[DATE] < "2024-07-01").to_numpy()
    return r.responses[early], r.responses[~early]


Finding = Callable[..., pd.DataFrame]
WEIGHTED: dict[str, Finding] = {
    "theme_groups": lambda r, **o: theme_groups(r.responses, *r.texts, **o),
    "theme_tone_groups": lambda r, **o: theme_tone_groups(r.responses, r.mentions, *r.texts, **o),
    "nps_impact": lambda r, **o: (
        nps_impact(r.responses, *r.texts, mentions=r.mentions, **FEW, **o).top
    ),
    "what_if": lambda r, **o: what_if(r.responses, r.mentions, *r.texts, segments=[STAGE], **o),
    "passive_themes": lambda r, **o: passive_themes(
        r.responses, *r.texts, mentions=r.mentions, **o
    ),
    "passive_resemblance": lambda r, **o: passive_resemblance(r.responses, *r.texts, **o),
    "passive_words": lambda r, **o: passive_words(r.responses, **o),
    "danger_zone": lambda r, **o: danger_zone(r.responses, [STAGE], **o),
    "danger_themes": lambda r, **o: danger_themes(r.responses, *r.texts, **o),
    "segment_nps": lambda r, **o: segment_nps(r.responses, [STAGE], **o),
    "theme_segments": lambda r, **o: theme_segments(r.responses, *r.texts, [STAGE], **o),
    "journey": lambda r, **o: journey(r.responses, *r.texts, STAGE, **o),
    "nps_trend": lambda r, **o: nps_trend(r.responses, DATE, unit="quarter", **o),
    "theme_trend": lambda r, **o: theme_trend(r.responses, *r.texts, DATE, unit="quarter", **o),
    "nps_change": lambda r, **o: nps_change(*halves(r), *r.texts, **FEW, **o).parts,
    "against_benchmarks": lambda r, weight=None, **o: against_benchmarks(
        nps(r.responses["score"], None if weight is None else r.responses[weight]),
        {"target": 5.0, "rival": nps(r.responses["score"].head(300))},
        **o,
    ),
    "csat_agreement": lambda r, weight=None, **o: csat_agreement(measured(r, weight), **o),
    "csat_comparisons": lambda r, weight=None, **o: csat_comparisons(measured(r, weight), **o),
    "csat_scores": lambda r, weight=None, **o: csat_scores(measured(r, weight), **o),
    "csat_quadrants": lambda r, weight=None, **o: csat_quadrants(
        measured(r, weight), "ease", **FEW, **o
    ),
    "csat_sensitivity": lambda r, weight=None, **o: csat_sensitivity(
        measured(r, weight), "ease", **o
    ),
    "csat_segments": lambda r, weight=None, **o: csat_segments(
        r.responses, measured(r, weight), "ease", [STAGE], **o
    ),
    "csat_quadrant_themes": lambda r, weight=None, **o: csat_quadrant_themes(
        r.responses, r.mentions, *r.texts, measured(r, weight), "ease", **o
    ),
    "csat_theme_gap": lambda r, weight=None, **o: csat_theme_gap(
        r.responses, r.mentions, *r.texts, measured(r, weight), "ease", **FEW, **o
    ),
    "csat_drivers": lambda r, weight=None, **o: csat_drivers(measured(r, weight), **FEW, **o),
    "score_precision": lambda r, weight=None, **o: score_precision(measured(r, weight), **FEW, **o),
}
UNWEIGHTED: dict[str, Finding] = {
    "content_by_group": lambda r, **o: content_by_group(r.responses, **o),
    "sentiment_by": lambda r, **o: sentiment_by(r.responses, STAGE, **o),
    "comment_rates": lambda r, **o: comment_rates(r.responses, [STAGE], **o),
    "response_rates": lambda r, **o: response_rates(r.responses, INVITED, STAGE, invited="n", **o),
    "value_at_risk": lambda r, **o: value_at_risk(r.responses, VALUE, **FEW, **o),
    "value_zones": lambda r, **o: value_zones(r.responses, VALUE, **FEW, **o),
}
ALL = WEIGHTED | UNWEIGHTED
#: What the width of an interval shapes.
OF_THE_WIDTH = ("margin", "for_margin", "detectable", "n_needed")
#: Findings that need no table where there is nobody, for they refuse to begin.
REFUSING = ("nps_change", "csat_comparisons", "csat_drivers", "score_precision")


def numbers_of(table: pd.DataFrame) -> pd.DataFrame:
    return table.select_dtypes("number").astype("float64")


def widths_of(table: pd.DataFrame) -> pd.DataFrame:
    lows = [name for name in table if name.endswith("low")]
    return pd.DataFrame(
        {low: table[low.removesuffix("low") + "high"] - table[low] for low in lows}
    ).astype("float64")


@pytest.mark.parametrize("name", ALL)
def test_less_confidence_narrows_every_interval_and_moves_nothing_else(
    run: SimpleNamespace, name: str
) -> None:
    usual, less = ALL[name](run), ALL[name](run, confidence=0.7)
    wide = widths_of(usual).dropna(axis=1, how="all")
    assert set(widths_of(usual)) - set(wide) <= {"value_share_low"}
    if name == "csat_scores":
        wide = wide.drop(columns="low")  # the ends of the scale
    narrow = widths_of(less)[list(wide)]
    assert len(wide.columns)
    assert ((narrow <= wide + 1e-9) | wide.isna()).all(axis=None)
    moved = wide.max() > 0
    assert ((narrow < wide) & (wide > 0)).any()[moved].all()
    same = numbers_of(usual).columns
    same = [one for one in same if not one.endswith(("low", "high")) and one not in OF_THE_WIDTH]
    pd.testing.assert_frame_equal(numbers_of(usual)[same], numbers_of(less)[same])


@pytest.mark.parametrize("name", WEIGHTED)
def test_weights_count_and_their_scale_does_not(run: SimpleNamespace, name: str) -> None:
    plain, weighted = WEIGHTED[name](run), WEIGHTED[name](run, weight="w")
    alike = min(len(plain), len(weighted))
    assert not np.allclose(
        numbers_of(plain).head(alike), numbers_of(weighted).head(alike), equal_nan=True
    )
    larger = SimpleNamespace(**{**vars(run), "responses": run.responses.assign(w10=10)})
    larger.responses["w10"] = 10 * run.responses["w"]
    scaled = WEIGHTED[name](larger, weight="w10")
    pd.testing.assert_frame_equal(weighted, scaled, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ALL)
def test_labels_of_rows_do_not_matter(run: SimpleNamespace, name: str) -> None:
    labels = np.random.default_rng(3).permutation(len(run.responses)) + 5000
    other = SimpleNamespace(**{**vars(run), "responses": run.responses.set_axis(labels)})
    table = ALL[name](run)
    pd.testing.assert_frame_equal(table, ALL[name](other), check_exact=True)
    assert table.index.is_unique
    assert not {"index", "level_0"} & set(table)


@pytest.mark.parametrize("name", [name for name in ALL if name not in REFUSING])
def test_where_all_groups_are_too_small_nothing_but_the_columns_is_left(
    run: SimpleNamespace, name: str
) -> None:
    table, empty = ALL[name](run), ALL[name](run, smallest=10**6)
    assert list(empty) == list(table)
    if name.startswith("csat") or name == "content_by_group":
        assert empty.empty
    else:
        pd.testing.assert_series_equal(empty.dtypes, table.dtypes)
    shown = [one for one in empty if one.endswith(("low", "high")) or "share" in one]
    assert empty[shown].isna().all(axis=None)
