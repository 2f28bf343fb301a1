"""Which columns are satisfaction ratings, and which say what became of the respondents."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from feedback_nlp.reading.cells import read_yes_no
from feedback_nlp.reading.column_profile import CSAT_WORDS, SCORE_WORDS, Profile, hint, words_of
from feedback_nlp.reading.scale_words import order_of_words
from feedback_nlp.reading.scales import MOST_POINTS

OUTCOME_WORDS = ("churn*", "renew*", "recommend*", "cancel*", "retain*", "repurchas*", "attrit*")
_FEWEST_WORDS = 3


def guess_csat(profiles: Mapping[str, Profile]) -> tuple[tuple[str, ...], str]:
    """The columns that look like satisfaction ratings, and why.

    Examples
    --------
    >>> import pandas as pd
    >>> from feedback_nlp.reading.column_profile import profile_columns
    >>> table = pd.DataFrame({"ease_rating": ["1", "5", "4"], "plan": ["A", "B", "A"]})
    >>> guess_csat(profile_columns(table, {}))
    (('ease_rating',), 'named as ratings; whole numbers within 1 to 5')
    """
    numbered = tuple(name for name, profile in profiles.items() if _is_csat(profile))
    worded = tuple(name for name, profile in profiles.items() if _is_worded(profile))
    reasons = []
    if numbered:
        lowest = min(np.nanmin(profiles[name].numbers) for name in numbered)
        highest = max(np.nanmax(profiles[name].numbers) for name in numbered)
        reasons.append(f"whole numbers within {lowest:g} to {highest:g}")
    if worded:
        reasons.append("words of a scale")
    names = tuple(name for name in profiles if name in numbered + worded)
    return names, f"named as ratings; {'; '.join(reasons)}" if names else ""


def guess_outcomes(profiles: Mapping[str, Profile]) -> tuple[tuple[str, ...], str]:
    """The columns that say yes or no to what became of the respondents, and why.

    Examples
    --------
    >>> import pandas as pd
    >>> from feedback_nlp.reading.column_profile import profile_columns
    >>> table = pd.DataFrame({"churned": ["yes", "no", ""], "nps": ["1", "9", "8"]})
    >>> guess_outcomes(profile_columns(table, {}))
    (('churned',), '"churned" in the name; yes or no throughout')
    """
    names, words = [], []
    for name, profile in profiles.items():
        word = hint(words_of(name), OUTCOME_WORDS)
        if word and profile.filled:
            said = read_yes_no(profile.cells)
            if said.notna().all() and said.nunique() == 2:
                names.append(name)
                words.append(f'"{word}"')
    if not names:
        return (), ""
    return tuple(names), f"{' and '.join(words)} in the name; yes or no throughout"


def _named_as_rating(profile: Profile) -> bool:
    named = hint(words_of(profile.name), (*CSAT_WORDS, "score*"))
    asked = hint(profile.words, ("satisf*", "rate", "easy"))
    return bool(named or asked) and not hint(profile.words, SCORE_WORDS[0])


def _is_csat(profile: Profile) -> bool:
    if not _named_as_rating(profile) or profile.numeric_share < 0.9:
        return False
    numbers = profile.numbers[~np.isnan(profile.numbers)]
    whole = np.mean(numbers == np.round(numbers)) >= 0.9
    varied = len(np.unique(numbers)) >= 2
    return bool(whole and varied and numbers.min() >= 0 and 2 < numbers.max() <= 10)


def _is_worded(profile: Profile) -> bool:
    """A column of a scale's words, three at least: "good" and "bad" may divide anything."""
    if not _named_as_rating(profile) or not profile.filled or profile.numeric_share > 0.1:
        return False
    levels = [str(level) for level in profile.levels.index]
    if len(levels) > 2 * MOST_POINTS or profile.levels.iloc[0] < 2:
        return False
    order = order_of_words(levels)
    return order is not None and _FEWEST_WORDS <= len(order) <= MOST_POINTS
