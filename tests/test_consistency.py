"""Words against scores: the model beside statsmodels', planted slips, and real answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.consistency import stated_scores, words_against_scores
from feedback_nlp.findings.inverted_scales import (
    fit_score_model,
    inversion_test,
    probably_inverted,
)
from feedback_nlp.nps import nps

EDGES = np.array([-3.0, -2.2, -1.6, -1.1, -0.6, 0.0, 0.5, 1.2, 1.9, 2.7])


def scores_from(latent, random, slope=2.5):
    up_to = expit(EDGES[None, :] - slope * latent[:, None])
    return (random.random(len(latent))[:, None] > up_to).sum(axis=1)


def survey(n=400, seed=0, turned=0, dimensions=12, follow=True):
    """Answers of two mentions whose vectors and sentiment tell how pleased their author is."""
    random = np.random.default_rng(seed)
    pleased = random.normal(size=n)
    score = scores_from(pleased if follow else random.normal(size=n), random, slope=4.0)
    delighted = np.argsort(-pleased)[:turned]
    score[delighted] = 0
    responses = pd.DataFrame(
        {
            "response_id": [f"r{k:04d}" for k in range(n)],
            "score": pd.array(score, dtype="Int64"),
            "has_content": True,
            "answer": "as it says",
        }
    )
    mentions = pd.DataFrame(
        {
            "response_id": responses["response_id"].repeat(2).to_numpy(),
            "sentiment": np.tanh(pleased + random.normal(size=n) * 0.5).repeat(2),
        }
    )
    vectors = random.normal(size=(2 * n, dimensions)) * 0.3
    vectors[:, 0] += pleased.repeat(2)
    return responses, mentions, vectors, set(responses["response_id"].iloc[delighted])


# --- the model of scores ------------------------------------------------------------------------


def test_the_model_is_that_of_statsmodels():
    random = np.random.default_rng(0)
    latent = np.round(random.normal(size=600) * 20) / 20  # so that bins hold equal values
    score = scores_from(latent, random)
    levels = np.unique(score)
    z = (latent - latent.mean()) / latent.std()
    fit = OrderedModel(np.searchsorted(levels, score), z[:, None], distr="logit").fit(
        method="bfgs", disp=0, maxiter=500
    )
    expected = np.asarray(OrderedModel.predict(fit.model, fit.params, z[:, None]))
    found = fit_score_model(latent, score)
    assert found.slope == pytest.approx(fit.params[0], rel=0.01)
    assert found.log_likelihood == pytest.approx(fit.llf, abs=0.6)
    assert found.probabilities(latent)[:, levels] == pytest.approx(expected, abs=0.01)


def test_scores_that_do_not_occur_have_no_probability():
    latent = np.linspace(-1, 1, 100)
    score = np.where(latent > 0, 9, 3)
    p = fit_score_model(latent, score).probabilities(latent)
    assert p.sum(axis=1) == pytest.approx(np.ones(100))
    assert p[:, [0, 1, 2, 4, 5, 6, 7, 8, 10]].sum() == 0


def test_one_score_only():
    model = fit_score_model(np.arange(50.0), np.full(50, 7))
    assert model.probabilities(np.array([3.0]))[0, 7] == 1


def test_turned_scales_are_estimated_and_found():
    random = np.random.default_rng(1)
    latent = random.normal(size=1500)
    score = scores_from(latent, random, slope=4.0)
    turned = random.random(1500) < 0.08
    test, model = inversion_test(latent, np.where(turned, 10 - score, score))
    assert test.low <= 0.08 <= test.high
    assert test.p_value < 0.001
    assert test.evidence > 2
    sure = probably_inverted(model, latent, np.where(turned, 10 - score, score)) > 0.8
    assert sure.sum() > 20
    assert turned[sure].mean() > 0.8


def test_nobody_is_accused_when_nobody_turned_the_scale():
    random = np.random.default_rng(2)
    rejected = 0
    for _ in range(20):
        latent = random.normal(size=300)
        test, _ = inversion_test(latent, scores_from(latent, random))
        assert test.low <= test.share <= test.high
        rejected += test.p_value < 0.05
    assert rejected <= 4


def test_scores_that_have_nothing_to_do_with_words_are_told_from_turned_ones():
    random = np.random.default_rng(3)
    latent = random.normal(size=1500)
    score = scores_from(latent, random, slope=4.0)
    drawn = random.random(1500) < 0.15
    score[drawn] = random.permutation(score[drawn])
    test, _ = inversion_test(latent, score)
    assert test.evidence < -2
    assert test.unrelated > 0.05


# --- words against scores -----------------------------------------------------------------------


def test_planted_slips_are_the_rarest():
    responses, mentions, vectors, planted = survey(turned=5)
    found = words_against_scores(responses, mentions, vectors)
    assert set(found.answers["response_id"].head(5)) == planted
    assert found.answers["disagrees"].head(5).all()
    assert (found.answers["difference"].head(5) < -6).all()


def test_the_accuracy_is_stated_beside_what_is_had_without_reading():
    responses, mentions, vectors, _ = survey()
    table = words_against_scores(responses, mentions, vectors).accuracy.set_index("measure")
    assert table.loc["rank correlation", "value"] > 0.8
    assert (
        table.loc["rank correlation, low", "value"]
        < table.loc["rank correlation", "value"]
        < table.loc["rank correlation, high", "value"]
    )
    assert table.loc["mean absolute error", "value"] < table.loc["mean absolute error", "baseline"]
    assert table.loc["log loss", "value"] < table.loc["log loss", "baseline"]
    assert (table["n"] == 400).all()


def test_words_that_say_nothing_of_the_score_accuse_nobody():
    responses, mentions, vectors, _ = survey(follow=False, seed=5)
    found = words_against_scores(responses, mentions, vectors)
    assert not found.answers["disagrees"].any()
    assert not found.answers["likely_inverted"].any()
    assert abs(found.accuracy["value"].iloc[0]) < 0.2


def test_an_answers_own_score_does_not_shape_what_its_words_imply():
    responses, mentions, vectors, _ = survey(n=150)
    before = words_against_scores(responses, mentions, vectors).answers.set_index("response_id")
    changed = responses.copy()
    changed.loc[0, "score"] = 10 - changed.loc[0, "score"]
    after = words_against_scores(changed, mentions, vectors).answers.set_index("response_id")
    # only the thresholds that all answers share may move, and one answer in 150 moves them little
    assert after.loc["r0000", "implied"] == pytest.approx(before.loc["r0000", "implied"], abs=0.35)


def test_a_score_named_in_the_words_tells_a_turned_scale():
    responses, mentions, vectors, _ = survey()
    responses.loc[3, ["score", "answer"]] = [0, "Would give 10/10 again"]
    found = words_against_scores(responses, mentions, vectors)
    row = found.answers.set_index("response_id").loc["r0003"]
    assert row["stated"] == 10
    assert row["likely_inverted"]


def test_the_versions_of_the_nps():
    responses, mentions, vectors, _ = survey(turned=40, n=600, seed=4)
    extra = pd.DataFrame({"response_id": ["silent"], "score": [10], "has_content": [False]})
    responses = pd.concat([responses, extra.astype({"score": "Int64"})], ignore_index=True)
    found = words_against_scores(responses, mentions, vectors)
    out = found.answers.loc[found.answers["likely_inverted"], "response_id"]
    assert len(out) > 10
    scores = found.scores
    kept = responses[~responses["response_id"].isin(out)]
    assert scores["nps"].iloc[0] == pytest.approx(nps(responses["score"]).score)
    assert scores["nps"].iloc[1] == pytest.approx(nps(kept["score"]).score)
    assert scores["n"].tolist()[:3] == [601, 601 - len(out), 601]
    assert scores["nps"].iloc[2] > scores["nps"].iloc[1] > scores["nps"].iloc[0]


def test_the_same_input_gives_the_same_tables():
    responses, mentions, vectors, _ = survey(n=150)
    one, two = (words_against_scores(responses, mentions, vectors) for _ in range(2))
    pd.testing.assert_frame_equal(one.answers, two.answers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r, m, v: (r.head(20), m, v), "20 scored answers"),
        (lambda r, m, v: (r.assign(score=9), m, v), "1 different scores"),
        (lambda r, m, v: (r, m, v[:-1]), "799 vectors but 800 mentions"),
        (lambda r, m, v: (r, m.drop(columns="sentiment"), v), "no column 'sentiment'"),
    ],
)
def test_what_cannot_be_compared_is_refused(change, message):
    responses, mentions, vectors, _ = survey()
    with pytest.raises(FeedbackError, match=message):
        words_against_scores(*change(responses, mentions, vectors))


def test_scores_stated_in_words():
    answers = ["10/10", "a solid 7 out of 10", "9/10 or 8/10", "10/10/2025", "1/100", "110/10", ""]
    assert stated_scores(answers).tolist() == [10, 7, *[pd.NA] * 5]
