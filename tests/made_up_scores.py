"""Every sample of groups, scores and groups drawn at random, and what is said of wrong ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import strategies as st

from feedback_nlp.errors import FeedbackError
from feedback_nlp.nps import nps_from_counts

score_lists = st.lists(st.integers(0, 10), min_size=1, max_size=60)
confidences = st.floats(0.05, 0.999)
counts = st.tuples(*[st.integers(0, 400)] * 3).filter(any)


def said_by(call, *given, **named):
    with pytest.raises(FeedbackError) as error:
        call(*given, **named)
    return str(error.value)


@cache
def all_samples(n):
    """Every (promoters, passives, detractors) of n respondents, and its interval."""
    rows = np.array([(p, n - p - d, d) for p in range(n + 1) for d in range(n + 1 - p)])
    estimates = [nps_from_counts(*row) for row in rows.tolist()]
    return rows, np.array([(e.low, e.high) for e in estimates])
