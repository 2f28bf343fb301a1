"""Editing a codebook from Python: the same rules, comments and order as in a text editor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import feedback_nlp as fn
from feedback_nlp.errors import FeedbackError
from feedback_nlp.themes.codebook_examples import codebook_examples
from feedback_nlp.themes.edit_suggestions import similar_themes

BOOK = """\
# kept by Ann
version: 1
themes:
# first of all
- id: "007"   # an id
  label: 007  # James
  examples: [no, 1.10, 2024-01-01, 0x1F, +5, 0o17, '~', yes, "a: b"]
- id: price
  label: Price
  parent: ~
  examples:
  - too dear
  - 'it''s "dear"'   # said by many

  # fees: ask finance
- id: fees
  parent: price
  label: Fees
  examples:
    - a fee
    - another fee
    - third

# visits next
- {id: visits, label: Visits, examples: [came late, never came]}
# the end
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    file = tmp_path / "codebook.yaml"
    file.write_text(BOOK, "utf-8")
    return file


def examples(path: Path) -> dict[str, list[str]]:
    table = fn.read_codebook(path).table
    return dict(zip(table["theme_id"], table["examples"], strict=True))


def comments(text: str) -> list[str]:
    return [line.partition("#")[2].strip() for line in text.splitlines() if "#" in line]


def test_every_edit_leaves_comments_order_and_other_themes_alone(book: Path) -> None:
    before = examples(book)
    fn.rename_theme(book, "visits", "Engineer: visits # at home")
    fn.split_theme(book, "fees", {"Late fees": ["third", "a fee for being late"]})
    fn.split_theme(book, "visits", {"Missed visits": ["never came", "no show", "waited in vain"]})
    fn.merge_themes(book, ["late_fees"], into="price")
    fn.drop_theme(book, "missed_visits")
    codebook = fn.add_theme(
        book, "Contract cancellation", description="leaving: hard", examples=["no", "- a", "=1+1"]
    )
    text = book.read_text("utf-8")
    kept = [note for note in comments(text) if not note.startswith("at home")]
    assert kept == comments(BOOK)
    table = codebook.table.set_index("theme_id")
    assert list(table.index) == [
        "007",
        "price",
        "fees",
        "visits",
        "missed_visits",
        *table.index[5:],
    ]
    assert table.index[5] == "contract_cancellation"
    after = examples(book)
    assert after["007"] == before["007"]
    assert after["price"] == [*before["price"], "third", "a fee for being late"]
    assert after["fees"] == ["a fee", "another fee"]
    assert after["visits"] == before["visits"]
    assert after["contract_cancellation"] == ["no", "- a", "=1+1"]
    assert table.loc["visits", "label"] == "Engineer: visits # at home"
    assert table.loc["missed_visits", "parent_id"] == "visits"
    assert table.loc["missed_visits", "dropped"]
    assert codebook.merged == {"late_fees": "price"}


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda p: fn.rename_theme(p, "prize", "X"), "did you mean 'price'"),
        (lambda p: fn.rename_theme(p, "price", " "), r"line \d+: the theme .price. has no label"),
        (lambda p: fn.merge_themes(p, ["price"], into="price"), "goes round in a circle"),
        (lambda p: fn.merge_themes(p, ["price"], into="nothing"), "there is no theme 'nothing'"),
        (lambda p: fn.split_theme(p, "fees", {"X": ["a fee", "another fee", "third"]}), "leave it"),
        (lambda p: fn.split_theme(p, "price", {"X": []}), "needs examples"),
        (lambda p: fn.add_theme(p, "Y", examples=["q"], parent="fees"), "two levels"),
    ],
)
def test_an_edit_that_breaks_a_rule_leaves_the_file_alone(
    book: Path, edit: Callable[[Path], object], says: str
) -> None:
    with pytest.raises(FeedbackError, match=says):
        edit(book)
    assert book.read_text("utf-8") == BOOK


def test_what_told_two_themes_apart_speaks_for_them_when_they_are_one(tmp_path: Path) -> None:
    file = tmp_path / "codebook.yaml"
    file.write_text(
        "themes:\n- {id: a, label: A, examples: [one], counter_examples: [two, three]}\n"
        "- {id: b, label: B, examples: [two], counter_examples: [one]}\n"
    )
    row = fn.merge_themes(file, ["b"], into="a").table.iloc[0]
    assert row["examples"] == ["one", "two"]
    assert row["counter_examples"] == ["three"]


def crowd(n: int = 60) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Two themes; the first has three ways of saying it, each by as many."""
    random = np.random.default_rng(0)
    axes = np.eye(8, dtype=np.float32)
    ways = [axes[0], axes[0] + 0.7 * axes[1], axes[0] - 0.7 * axes[1], axes[4]]
    of = np.array([0] * (n - 40) + [1] * 20 + [2] * 20 + [3] * 30)
    vectors = np.array([ways[way] for way in of]) + 0.05 * random.normal(size=(len(of), 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    ids = [f"m{number}" for number in range(len(of))]
    mentions = pd.DataFrame(
        {
            "mention_id": ids,
            "text": [f"said in way {way} number {i}" for i, way in enumerate(of)],
            "sentiment": random.normal(size=len(of)),
        }
    )
    links = pd.DataFrame(
        {"mention_id": ids, "theme_id": np.where(of < 3, "price", "app"), "confidence": 0.9}
    )
    themes = pd.DataFrame(
        {
            "theme_id": ["price", "app"],
            "label": ["Price", "App"],
            "parent_id": None,
            "n_responses": [60, 30],
        }
    )
    return themes, mentions, links, vectors


def test_examples_show_every_way_of_saying_it_and_are_the_same_each_time() -> None:
    themes, mentions, links, vectors = crowd()
    chosen = codebook_examples(themes, mentions, links, vectors, n_examples=6)
    of_price = chosen["examples"][0]
    assert len(of_price) == len(set(of_price)) == 6
    text = mentions.set_index("text")["mention_id"]
    assert set(links.set_index("mention_id").loc[text[of_price], "theme_id"]) == {"price"}
    assert len({example.split()[3] for example in of_price}) >= 2
    against = links.set_index("mention_id").loc[text[chosen["counter_examples"][1]], "theme_id"]
    assert set(against) <= {"price"}
    again = codebook_examples(themes, mentions, links, vectors, n_examples=6)
    pd.testing.assert_frame_equal(chosen, again)
    with pytest.raises(FeedbackError, match="vectors for"):
        codebook_examples(themes, mentions, links, vectors[1:])


def test_the_pairs_to_merge_begin_with_the_most_alike() -> None:
    themes, mentions, links, vectors = crowd()
    links = links.assign(
        theme_id=links["theme_id"].mask(mentions["text"].str.contains("way 1"), "value")
    )
    themes = pd.concat(
        [
            themes,
            pd.DataFrame(
                {"theme_id": ["value"], "label": ["Value"], "parent_id": None, "n_responses": [10]}
            ),
        ],
        ignore_index=True,
    )
    pairs = similar_themes(themes, mentions, links, vectors)
    assert pairs.iloc[0][["theme_id", "into"]].tolist() == ["value", "price"]
    assert pairs["likeness"].is_monotonic_decreasing


def test_a_survey_without_themes_or_mentions_breaks_nothing() -> None:
    themes, mentions, links, vectors = crowd()
    none = mentions.iloc[:0], links.iloc[:0], vectors[:0]
    assert codebook_examples(themes, *none)["examples"].tolist() == [[], []]
    for table in (themes, themes.iloc[:0]):
        assert similar_themes(table, *none).empty
    assert similar_themes(themes.iloc[:0], mentions, links, vectors).empty


def test_a_codebook_written_from_a_run_has_examples_counter_examples_and_the_verdicts(
    sample_run, tmp_path: Path
) -> None:
    path = fn.refresh_codebook(sample_run, tmp_path / "codebook.yaml")
    table = fn.read_codebook(path).table.set_index("theme_id")
    assert set(table.index) == set(sample_run.themes["theme_id"])
    plain = table[~table.index.str.startswith("general_")]
    assert plain["examples"].map(len).between(3, 8).all()
    assert plain["counter_examples"].map(len).max() == 3
    said = {" ".join(text.split()) for text in sample_run.mentions["text"]}
    assert {text for texts in table["examples"] for text in texts} <= said
    before = path.read_bytes()
    fn.refresh_codebook(sample_run, path)
    assert path.read_bytes() == before
