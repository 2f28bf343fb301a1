"""The arithmetic behind the figures of sentiment."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.evaluation.sentiment_figures import (
    accuracy,
    choose_thresholds,
    figure_with_interval,
    macro_f1,
    signs,
)


@settings(deadline=None)  # the first call imports scikit-learn
@given(st.lists(st.tuples(*[st.sampled_from([-1, 0, 1])] * 2), min_size=1, max_size=40))
def test_macro_f1_is_that_of_scikit_learn(pairs):
    from sklearn.metrics import f1_score

    truth, found = np.array(pairs).T
    expected = f1_score(truth, found, average="macro", labels=[-1, 0, 1], zero_division=0)
    assert macro_f1(truth, found) == pytest.approx(expected)


def test_thresholds_that_part_the_classes_are_found():
    polarity = np.array([-0.9, -0.6, -0.37, -0.09, 0.0, 0.05, 0.33, 0.5])
    truth = np.array([-1, -1, -1, 0, 0, 0, 1, 1])
    low, high = choose_thresholds([(polarity, truth)])
    assert signs(polarity, low, high).tolist() == truth.tolist()


def test_a_single_text_does_not_move_the_thresholds_far():
    generator = np.random.default_rng(1)
    truth = np.repeat([-1, 0, 1], 150)
    polarity = 0.35 * truth + generator.normal(0, 0.2, len(truth))
    whole = np.array(choose_thresholds([(polarity, truth)]))
    for left_out in range(0, 450, 90):
        kept = np.arange(450) != left_out
        without = np.array(choose_thresholds([(polarity[kept], truth[kept])]))
        assert np.abs(without - whole).max() < 0.05


def test_an_interval_holds_the_figure_and_draws_whole_persons():
    truth = np.tile([-1, 0, 1, 1], 25)
    found = np.tile([-1, 0, 1, -1], 25)
    heading = ("data", "accuracy", "whole", "tool", "never")
    by_row = figure_with_interval(heading, accuracy, truth, found, seed=0)
    *_, n, value, low, high = by_row
    assert (n, value) == (100, 0.75)
    assert 0.6 < low < 0.75 < high < 0.9
    persons = np.repeat(np.arange(25), 4)  # each is right three times of four: no spread
    assert figure_with_interval(heading, accuracy, truth, found, 0, persons)[-2:] == (0.75, 0.75)
