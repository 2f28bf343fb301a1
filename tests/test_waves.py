"""Waves compared: what counts as grown, shrunk, new and gone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.waves import compare_waves


def wave(counts: dict[str, int], n: int = 100, parents: dict[str, str] | None = None):
    people = [str(number) for number in range(n)]
    links = [(people[i], theme) for theme, count in counts.items() for i in range(count)]
    return SimpleNamespace(
        responses=pd.DataFrame({"response_id": [*people, "silent"]}).assign(
            has_content=lambda table: table["response_id"] != "silent"
        ),
        mention_themes=pd.DataFrame(links, columns=["response_id", "theme_id"]),
        themes=pd.DataFrame(
            {
                "theme_id": list(counts),
                "label": [theme.title() for theme in counts],
                "parent_id": [(parents or {}).get(theme) for theme in counts],
            }
        ),
    )


def test_interval_is_newcombes() -> None:
    """Newcombe (1998), Statistics in Medicine 17, table II: 56/70 against 48/80, method 10."""
    before = wave({"price": 48, "app": 5}, 80)
    after = wave({"price": 56, "app": 5}, 70)
    row = compare_waves(before, after).set_index("theme_id").loc["price"]
    assert row["difference"] == pytest.approx(0.2)
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx([0.0524, 0.3339], abs=5e-5)


def test_every_kind_of_change() -> None:
    before = wave({"price": 20, "app": 40, "shop": 30, "post": 15, "wifi": 0})
    after = wave({"price": 60, "app": 10, "shop": 31, "post": 0, "wifi": 25, "chat": 12})
    table = compare_waves(before, after).set_index("theme_id")
    assert table["change"].to_dict() == {
        "price": "grown",
        "app": "shrunk",
        "shop": "steady",
        "post": "gone",
        "wifi": "new",
        "chat": "new",
    }
    assert table.index[0] == "price"
    assert (table["q_value"] >= table["p_value"]).all()
    assert (table["base_before"] == 100).all()


def test_only_what_can_be_shown_is_shown_and_tested() -> None:
    before = wave({"price": 20, "rare": 4})
    after = wave({"price": 30, "rare": 5})
    assert compare_waves(before, after)["theme_id"].tolist() == ["price"]
    assert len(compare_waves(before, after, smallest=1)) == 2


def test_a_parent_counts_the_respondents_of_its_sub_themes() -> None:
    parents = {"fees": "price"}
    before = wave({"price": 0, "fees": 20}, parents=parents)
    after = wave({"price": 0, "fees": 50}, parents=parents)
    table = compare_waves(before, after).set_index("theme_id")
    assert table.loc["price", ["n_before", "n_after"]].tolist() == [20, 50]
    assert table.index.tolist() == ["price", "fees"]


def test_waves_of_the_same_customers_rarely_differ() -> None:
    """Under no change the false discovery rate keeps 'grown' and 'shrunk' rare."""
    random = np.random.default_rng(0)
    shares = np.linspace(0.02, 0.5, 20)
    found = 0
    for _ in range(15):
        waves = [
            wave({f"t{i}": int(random.binomial(300, p)) for i, p in enumerate(shares)}, 300)
            for _ in range(2)
        ]
        found += compare_waves(*waves)["change"].isin(["grown", "shrunk"]).any()
    assert found <= 3


def test_nothing_is_called_gone_that_few_answers_could_hide() -> None:
    table = compare_waves(wave({"price": 12, "app": 20}, 100), wave({"price": 0, "app": 1}, 5))
    assert set(table["change"]) == {"steady"}


def test_weights_count_and_widen_the_interval() -> None:
    before, after = wave({"price": 30}, 100), wave({"price": 30}, 100)
    after.responses["w"] = np.where(after.responses["response_id"].isin(map(str, range(30))), 4, 1)
    plain = compare_waves(before, after).iloc[0]
    row = compare_waves(before, after, weights=(None, "w")).iloc[0]
    assert plain["difference"] == pytest.approx(0)
    assert row["n_after"] == 30
    assert row["share_after"] == pytest.approx(120 / 190)
    assert row["ci_high"] - row["ci_low"] > plain["ci_high"] - plain["ci_low"]


def test_waves_without_a_common_theme_or_without_answers() -> None:
    with pytest.raises(FeedbackError, match="no theme in common"):
        compare_waves(wave({"price": 20}), wave({"app": 20}))
    empty = wave({"price": 0}, 0)
    with pytest.raises(FeedbackError, match="no answers with content"):
        compare_waves(wave({"price": 20}), empty)
