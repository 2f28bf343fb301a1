"""Passives against promoters: themes, words, and whom passives resemble."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binom

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.passive_words import log_odds_with_prior, passive_words
from feedback_nlp.findings.passives import passive_resemblance, passive_themes

THEMES = pd.DataFrame({"theme_id": ["price", "staff"], "parent_id": [None, None]})


def survey(
    detractor: tuple[int, int], passive: tuple[int, int], promoter: tuple[int, int]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(respondents of the group, those of them who mention price)."""
    sizes = {"detractor": detractor, "passive": passive, "promoter": promoter}
    groups = [name for name, (size, _) in sizes.items() for _ in range(size)]
    ids = [f"r{i}" for i in range(len(groups))]
    named = [i < n for size, n in sizes.values() for i in range(size)]
    own = [i for i, yes in zip(ids, named, strict=True) if yes]
    responses = pd.DataFrame({"response_id": ids, "group": groups, "has_content": True})
    links = pd.DataFrame({"mention_id": own, "response_id": own, "theme_id": "price"})
    return responses, links.astype("str"), THEMES


# themes


def test_the_difference_bears_newcombes_interval() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, row a: 56/70 less 48/80.
    row = passive_themes(*survey((20, 5), (70, 56), (80, 48))).iloc[0]
    assert row["difference"] == pytest.approx(0.2)
    assert round(row["ci_low"], 4) == 0.0524
    assert round(row["ci_high"], 4) == 0.3339
    assert row[["n_passive", "base_passive", "n_promoter", "base_promoter"]].tolist() == [
        *(56, 70, 48, 80)
    ]


def test_tones_are_rows_of_their_own_and_tested_together() -> None:
    responses, links, themes = survey((20, 5), (70, 40), (80, 48))
    group = dict(zip(responses["response_id"], responses["group"], strict=True))
    label = ["negative" if group[i] == "passive" else "positive" for i in links["response_id"]]
    mentions = links[["mention_id"]].assign(sentiment_label=label)
    table = passive_themes(responses, links, themes, mentions=mentions).set_index("tone")
    assert set(table.index) == {"any", "negative", "positive"}
    assert table.loc["negative", ["n_passive", "n_promoter"]].tolist() == [40, 0]
    assert table.loc["any", "q_value"] >= table.loc["any", "p_value"] > 0.05
    assert table.loc["positive", "ci_high"] < 0 < table.loc["negative", "ci_low"]


@pytest.mark.parametrize("passive", [(0, 0), (9, 5)])
def test_too_few_passives_give_empty_tables(passive: tuple[int, int]) -> None:
    made = survey((50, 20), passive, (50, 20))
    assert passive_themes(*made).empty
    assert passive_resemblance(*made).empty
    assert passive_words(made[0].assign(answer="slow")).empty


# whom passives resemble


@pytest.mark.parametrize(
    ("detractor", "passive", "promoter", "verdict"),
    [
        (120, 25, 24, "promoters"),
        (120, 118, 24, "detractors"),
        (160, 100, 40, "between"),
        (60, 150, 50, "neither"),
        (50, 50, 50, "cannot tell"),
        (0, 200, 200, "promoters"),
    ],
)
def test_verdicts(detractor: int, passive: int, promoter: int, verdict: str) -> None:
    row = passive_resemblance(*survey((200, detractor), (200, passive), (200, promoter))).iloc[0]
    assert row["resembles"] == verdict


def test_the_likelihood_ratio_is_that_of_maximised_binomials() -> None:
    row = passive_resemblance(*survey((90, 60), (70, 21), (120, 25))).iloc[0]

    def highest(pairs: list[tuple[int, int]]) -> float:
        def lost(p: float) -> float:
            return -sum(binom.logpmf(k, n, p) for k, n in pairs)

        return -minimize_scalar(lost, bounds=(1e-9, 1 - 1e-9), method="bounded",
                                options={"xatol": 1e-12}).fun  # fmt: skip

    as_promoters = highest([(21, 70), (25, 120)]) + highest([(60, 90)])
    as_detractors = highest([(21, 70), (60, 90)]) + highest([(25, 120)])
    assert row["log_likelihood_ratio"] == pytest.approx(as_promoters - as_detractors, abs=1e-6)


def test_equal_weights_change_nothing() -> None:
    responses, links, themes = survey((90, 60), (70, 21), (120, 25))
    weighted = responses.assign(w=4.0)
    for table in (passive_themes, passive_resemblance):
        pd.testing.assert_frame_equal(
            table(responses, links, themes), table(weighted, links, themes, weight="w")
        )
    words = responses.assign(answer=np.where(responses.index % 3, "so slow", "so quick"))
    pd.testing.assert_frame_equal(
        passive_words(words), passive_words(words.assign(w=0.25), weight="w")
    )


# words


def test_log_odds_are_those_of_another_implementation() -> None:
    """The example in the README of the package fightin_words, whose code is not this one's.

    "the quick brown fox jumps over the lazy pig" against "the lazy purple pig jumps over the
    lazier donkey", a prior of 0.05 for each of the eleven words.
    """
    words = ["the", "quick", "brown", "fox", "jumps", "over", "lazy", "pig", "purple", "lazier",
             "donkey"]  # fmt: skip
    first = [2, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]
    second = [2, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]
    log_odds, error = log_odds_with_prior(first, second, np.ones(11), prior_words=0.05 * 11)
    z = dict(zip(words, log_odds / error, strict=True))
    assert z["donkey"] == pytest.approx(-0.6894227886807968)
    assert z["quick"] == pytest.approx(0.6894227886807968)
    assert z["jumps"] == pytest.approx(0)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(0, 50)] * 2, st.integers(1, 99)), min_size=2, max_size=20),
    st.floats(0.1, 1000),
)
def test_log_odds_turn_round_with_the_groups(
    rows: list[tuple[int, int, int]], prior: float
) -> None:
    one, other, background = np.array(rows, float).T
    there, error = log_odds_with_prior(one, other, background, prior)
    back, same_error = log_odds_with_prior(other, one, background, prior)
    assert there == pytest.approx(-back)
    assert error == pytest.approx(same_error)
    assert np.isfinite(there).all()


def test_a_stronger_prior_shrinks_what_rests_on_few_words_most() -> None:
    counts, other, background = [3, 40, 57], [0, 20, 80], [3, 60, 137]
    weak, strong = (log_odds_with_prior(counts, other, background, prior)[0] for prior in (1, 1000))
    assert (np.abs(strong) < np.abs(weak)).all()
    assert np.abs(strong / weak)[0] < np.abs(strong / weak)[1]


def test_a_word_nobody_uses_is_no_background() -> None:
    with pytest.raises(FeedbackError, match="background"):
        log_odds_with_prior([1, 2], [2, 1], [0, 3], 10)


ANSWERS = {
    "detractor": "Three visits by [NAME 1] and it's still broken",
    "passive": "Good but a bit pricey, pricey for students",
    "promoter": "Good and friendly staff. Thanks, [NAME]!",
}


def spoken() -> pd.DataFrame:
    groups = [name for name in ANSWERS for _ in range(30)]
    return pd.DataFrame(
        {"group": groups, "has_content": True, "answer": [ANSWERS[name] for name in groups]}
    )


def test_words_count_respondents_and_know_no_placeholders() -> None:
    table = passive_words(spoken()).set_index("word")
    assert table.loc["pricey", ["n_passive", "base_passive", "n_promoter"]].tolist() == [30, 30, 0]
    assert table.loc["pricey", "said_more_by"] == "passives"
    assert table.loc["friendly staff", "said_more_by"] == "promoters"
    assert table.loc["pricey", "q_value"] < 0.05 < table.loc["good", "q_value"]
    # what redaction left, and phrases across a full stop or a comma, are nobody's words
    assert not {"name", "staff thanks", "pricey pricey", "by and", "name and"} & set(table.index)
    # what only detractors say does not tell passives from promoters
    assert not {"broken", "it's"} & set(table.index)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["passive", "promoter"]),
            st.lists(st.sampled_from(["slow", "easy", "$x$", "=SUM(A1)", "it's", "%s"])),
        ),
        max_size=50,
    ),
    st.integers(1, 12),
)
def test_no_word_of_a_few_is_shown(people: list[tuple[str, list[str]]], smallest: int) -> None:
    responses = pd.DataFrame(
        {
            "group": pd.Series([group for group, _ in people], dtype="str"),
            "has_content": True,
            "answer": pd.Series([" ".join(words) for _, words in people], dtype="str"),
        }
    )
    table = passive_words(responses, smallest=smallest)
    assert (table["n"] >= smallest).all()
    assert (table[["base_passive", "base_promoter"]] >= smallest).all().all()
    assert np.isfinite(table[["log_odds", "z", "q_value"]]).all().all()
