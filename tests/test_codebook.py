"""The codebook: what people may write into it, and what is said where they err."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_nlp.errors import FeedbackError
from feedback_nlp.themes.codebook import read_codebook, themes_table, write_codebook


@pytest.fixture
def themes() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "theme_id": ["price", "fees", "visits"],
            "label": ["Price", "Extra: fees #1", "Engineer visits"],
            "parent_id": [None, "price", None],
            "examples": [
                ['it costs "too much"', "&more every year", "*yawn* dearer again"],
                ["- a fee for: everything", "!!! £5 for a paper bill", "=HYPERLINK(1)"],
                ["nobody came\ton Monday", "007", "no"],
            ],
        }
    )


def written(folder: Path, text: str) -> Path:
    file = folder / "codebook.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_is_written_is_read_back(themes: pd.DataFrame, tmp_path: Path) -> None:
    codebook = read_codebook(write_codebook(themes, tmp_path / "codebook.yaml"))
    assert codebook.table["theme_id"].tolist() == ["price", "fees", "visits"]
    assert codebook.table["label"].tolist() == themes["label"].tolist()
    assert codebook.table["parent_id"].isna().tolist() == [True, False, True]
    assert codebook.table["examples"][1] == themes["examples"][1]
    assert codebook.table["examples"][2] == ["nobody came on Monday", "007", "no"]
    assert codebook.problems == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), max_size=4))
def test_any_text_of_a_customer_survives(texts: list[str]) -> None:
    import tempfile

    table = pd.DataFrame(
        {"theme_id": ["a"], "label": ["A"], "parent_id": [None], "examples": [texts]}
    )
    with tempfile.TemporaryDirectory() as folder:
        file = write_codebook(table, Path(folder) / "codebook.yaml")
        read = read_codebook(file).table["examples"][0]
    plain = [" ".join(text.split()) for text in texts]
    assert read == list(dict.fromkeys(text for text in plain if text))


def test_a_refresh_keeps_edits_comments_and_order(themes: pd.DataFrame, tmp_path: Path) -> None:
    file = write_codebook(themes, tmp_path / "codebook.yaml")
    edited = file.read_text("utf-8").replace("label: Price", "label: Prices  # Ann: plural")
    edited = edited.replace(
        "  - id: visits", "  # ask the field team about this one\n  - id: visits"
    )
    file.write_text(edited, "utf-8")
    more = pd.concat([themes, themes.iloc[[2]].assign(theme_id="app", label="The app")])
    write_codebook(more, file)
    refreshed = file.read_text("utf-8")
    assert "label: Prices  # Ann: plural" in refreshed
    assert refreshed.index("# ask the field team") < refreshed.index("- id: visits")
    assert refreshed.startswith("# The codebook of this survey")
    assert read_codebook(file).table["theme_id"].tolist() == ["price", "fees", "visits", "app"]
    again = refreshed
    write_codebook(more, file)
    assert file.read_text("utf-8") == again


def test_merged_and_dropped_themes_are_not_offered_again(
    themes: pd.DataFrame, tmp_path: Path
) -> None:
    file = write_codebook(themes, tmp_path / "codebook.yaml")
    text = file.read_text("utf-8")
    text = text.replace("label: 'Extra: fees #1'", "label: Fees\n    merge_into: price")
    text = text.replace("label: Engineer visits", "label: Engineer visits\n    drop: true")
    file.write_text(text, "utf-8")
    codebook = read_codebook(write_codebook(themes, file))
    assert codebook.merged == {"fees": "price"}
    assert codebook.table["theme_id"].tolist() == ["price", "visits"]
    assert codebook.themes["theme_id"].tolist() == ["price"]
    assert "- a fee for: everything" in codebook.table["examples"][0]


def test_sub_themes_of_a_merged_theme_move_with_it(tmp_path: Path) -> None:
    text = (
        "themes:\n- {id: a, label: A, examples: [x]}\n- {id: b, label: B, merge_into: a}\n"
        "- {id: c, label: C, parent: b, examples: [y]}\n"
    )
    table = read_codebook(written(tmp_path, text)).table
    assert table.set_index("theme_id")["parent_id"]["c"] == "a"


GOOD = (
    "themes:\n- id: a\n  label: A\n  examples:\n  - one\n- id: b\n  label: B\n  examples: [two]\n"
)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (GOOD.replace("label: B", "lable: B"), 7, "did you mean `label`"),
        (GOOD.replace("id: b", "id: a"), 6, "was used in line 2"),
        (GOOD.replace("  label: B\n", ""), 6, "has no label"),
        (GOOD.replace("- id: b\n  label: B", "- label: B"), 6, "has no id"),
        (GOOD.replace("id: b", "id: ../b"), 6, "letters, digits"),
        (GOOD + "  parent: c\n", 9, "no theme 'c'"),
        (GOOD + "  merge_into: b\n", 9, "circle"),
        (GOOD.replace("label: A", "label: A\n  parent: b") + "  parent: a\n", 10, "circle"),
        (GOOD.replace("[two]", "two"), 8, "must be a list"),
        (GOOD.replace("[two]", "[{two: 2}]"), 8, "quotes"),
        (GOOD.replace("- one", "- one: two"), 5, "quotes"),
        (GOOD.replace("label: B", "label: [B]"), 7, "one text"),
        (GOOD.replace("  label: B", "\tlabel: B"), 7, "tab"),
        (GOOD.replace("label: B", "label: B: C"), 7, "no YAML"),
        (GOOD.replace("label: B", "label: 'B"), 9, "no YAML"),
        (GOOD.replace("label: B", "label: B\n  label: C"), 8, "twice"),
        (GOOD.replace("label: B", "label: &x B"), 7, "anchor"),
        (GOOD.replace("label: B", "label: *x"), 7, "alias"),
        (GOOD.replace("label: B", "label: !!python/name:os.system B"), 7, "tag"),
        (GOOD.replace("label: B", "label: B\n  drop: perhaps"), 8, "true or false"),
        (GOOD + "  counter_examples: [two]\n", 6, "counter-example"),
        (GOOD + "topics: []\n", 9, "unknown key"),
        (GOOD + "---\nthemes: []\n", 9, "second document"),
        (GOOD.replace("label: B", "label: B\x07"), 7, "does not allow"),
        ("- id: a\n  label: A\n", 1, "begins with `themes:`"),
        ("themes:\n  a: b\n", 2, "must hold a list"),
        ("themes: []\n", 1, "is empty"),
        ("themes:\n- price\n", 2, "must be written as"),
        ("themes: " + "[" * 4000, 1, "lists inside lists"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, says: str, tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match=f"codebook.yaml, line {line}: ") as caught:
        read_codebook(written(tmp_path, text))
    assert says in str(caught.value)


def test_a_yaml_bomb_is_refused_at_once(tmp_path: Path) -> None:
    bomb = "a: &a [x,x]\n" + "".join(
        f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a}]\n"
        for a, b in zip("abcdefghij", "bcdefghijk", strict=True)
    )
    with pytest.raises(FeedbackError, match="line 1: an anchor"):
        read_codebook(written(tmp_path, bomb))


def test_files_that_are_no_codebook(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="cannot be read"):
        read_codebook(tmp_path / "missing.yaml")
    with pytest.raises(FeedbackError, match="is empty"):
        read_codebook(written(tmp_path, "# nothing\n"))
    with pytest.raises(FeedbackError, match="at most 5 MB"):
        read_codebook(written(tmp_path, "#" * 5_000_001))
    (tmp_path / "codebook.yaml").write_bytes(b"themes:\n- id: caf\xe9\n")
    with pytest.raises(FeedbackError, match=r"line 2: .*UTF-8"):
        read_codebook(tmp_path / "codebook.yaml")


def test_a_broken_codebook_is_not_overwritten(themes: pd.DataFrame, tmp_path: Path) -> None:
    file = written(tmp_path, GOOD.replace("label: B", "lable: B"))
    before = file.read_bytes()
    with pytest.raises(FeedbackError, match="line 7"):
        write_codebook(themes, file)
    assert file.read_bytes() == before


def test_three_levels_are_refused(tmp_path: Path) -> None:
    text = (
        "themes:\n- {id: a, label: A}\n- {id: b, label: B, parent: a}\n"
        "- {id: c, label: C, parent: b}\n"
    )
    with pytest.raises(FeedbackError, match=r"line 4: .*two levels"):
        read_codebook(written(tmp_path, text))


def test_a_theme_without_examples_is_worth_a_word(tmp_path: Path) -> None:
    codebook = read_codebook(written(tmp_path, GOOD.replace("[two]", "[]")))
    assert codebook.problems == [
        "codebook.yaml, line 6: the theme 'b' has no examples; it is known by its label and "
        "description alone."
    ]


def test_the_table_of_themes_counts_sub_themes_in_their_parent(tmp_path: Path) -> None:
    text = (
        "themes:\n- {id: price, label: Price, examples: [dear]}\n"
        "- {id: fees, label: Fees, parent: price, examples: [a fee]}\n"
        "- {id: app, label: App, examples: [slow app]}\n"
    )
    links = pd.DataFrame(
        {
            "mention_id": ["1#1", "1#2", "2#1"],
            "response_id": ["1", "1", "2"],
            "theme_id": ["fees", "price", "fees"],
        }
    )
    table = themes_table(read_codebook(written(tmp_path, text)), links).set_index("theme_id")
    assert table.loc["price", ["n_mentions", "n_responses"]].tolist() == [3, 2]
    assert table.loc["fees", ["n_mentions", "n_responses"]].tolist() == [2, 2]
    assert table.loc["app", "n_mentions"] == 0
    assert set(table["source"]) == {"codebook"}
