"""Names of groups: from what mentions name to labels no two of which are alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.themes import wording
from feedback_nlp.themes.bagging import bagged_centres
from feedback_nlp.themes.clustering import centres, unit
from feedback_nlp.themes.labels import label_groups
from feedback_nlp.themes.wording import things_named

MENTIONS = [
    "The engineer never came",
    "engineer appointment was cancelled",
    "Two engineers, two stories",
    "engineer did not ring",
    "The bill is wrong every month",
    "bill went up again",
    "could not read the bill",
    "wrong bill, twice",
]


def test_a_group_is_named_by_what_its_mentions_name() -> None:
    groups = np.repeat([0, 1], 4)
    engineer, bill = label_groups(MENTIONS, groups, np.ones(8), 2)
    assert "engineer" in engineer.label.lower()
    assert "bill" in bill.label.lower()
    assert not engineer.nameless


def test_a_group_without_mentions_gets_a_stopgap_and_disturbs_no_other() -> None:
    groups = np.repeat([0, 2], 4)
    with_empty = label_groups(MENTIONS, groups, np.ones(8), 3)
    assert with_empty[1].nameless
    assert with_empty[1].examples == []
    assert "engineer" in with_empty[0].label.lower()


def test_nothing_to_read_names_nothing() -> None:
    assert things_named([], []).shares == []
    assert things_named(MENTIONS, [[], []]).shares == [{}, {}]


def test_all_groups_are_encoded_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(texts, *rest):
        calls.append(len(texts))
        return encode(texts, *rest)

    encode = wording.encode
    monkeypatch.setattr(wording, "encode", counted)
    label_groups(MENTIONS, np.repeat([0, 1], 4), np.ones(8), 2)
    assert len(calls) == 1


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(4, 60),
    k=st.integers(1, 9),
    distinct=st.integers(1, 60),
    seed=st.integers(0, 2**16),
)
def test_every_bagged_group_has_members_and_is_their_mean(
    n: int, k: int, distinct: int, seed: int
) -> None:
    """Also where groups run empty: few distinct points, many groups."""
    random = np.random.default_rng(seed)
    points = unit(random.normal(size=(min(distinct, n), 6)))
    points = points[random.integers(len(points), size=n)]
    found = bagged_centres(points, k, seed=seed)
    assert 1 <= len(found) <= k
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)
    labels = (points @ found.T).argmax(axis=1)
    again = centres(points, labels, len(found))[np.bincount(labels, minlength=len(found)) > 0]
    assert (again @ found.T).max(axis=1).min() > 0.9
