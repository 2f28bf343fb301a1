"""Assignment from a codebook, on real answers of telecom customers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from feedback_nlp.encoding import encode
from feedback_nlp.errors import FeedbackError
from feedback_nlp.evaluation.gold import data_folder
from feedback_nlp.themes.assign import Assignment, EarlierWave, assign_themes
from feedback_nlp.themes.codebook import Codebook, read_codebook, themes_table
from feedback_nlp.themes.theme_classifier import ThemeClassifier

CODEBOOK = """
themes:
- id: price
  label: Price
  description: what it costs, price rises, value for money
  examples: [far too expensive these days, the price went up again, good value for what I pay]
- id: engineer
  label: Engineer visits
  examples: [the engineer never turned up, engineer was friendly and fixed it, missed appointment]
- id: speed
  label: Internet speed
  examples: [the broadband is slow in the evening, fast internet, wifi keeps dropping out]
- id: agents
  label: Call centre staff
  examples: [the lady on the phone was so helpful, rude advisor, on hold for an hour]
"""

SAID = [
    ("1", "The technician did not come on Tuesday", "reason"),
    ("2", "My bill has gone up by five pounds", "reason"),
    ("3", "Slow internet and much too expensive", "reason"),
    ("4", "Slow connection every night", "reason"),
    ("4", "but the man I spoke to on the phone was lovely", "reason"),
    ("5", "Great", "verdict_only"),
    ("6", "My grandmother's recipe for plum cake needs six eggs", "reason"),
]


def codebook(text: str, folder: Path) -> Codebook:
    file = folder / "codebook.yaml"
    file.write_text(text, "utf-8")
    return read_codebook(file)


def mentions(said: list[tuple[str, str, str]]) -> pd.DataFrame:
    table = pd.DataFrame(said, columns=["response_id", "text", "content_kind"])
    number = table.groupby("response_id").cumcount() + 1
    ids = table["response_id"] + "#" + number.astype(str)
    return table.assign(mention_id=ids, sentiment=0.5)


def assigned(text: str, folder: Path, said: list[tuple[str, str, str]] = SAID) -> Assignment:
    table = mentions(said)
    return assign_themes(table, encode(table["text"].tolist()), codebook(text, folder))


def themes_of(result: Assignment) -> dict[str, set[str]]:
    return result.mention_themes.groupby("mention_id")["theme_id"].agg(set).to_dict()


def test_mentions_get_the_themes_they_speak_of(tmp_path: Path) -> None:
    result = assigned(CODEBOOK, tmp_path)
    found = themes_of(result)
    assert found["1#1"] == {"engineer"}
    assert found["2#1"] == {"price"}
    assert "speed" in found["3#1"]
    assert "speed" in found["4#1"]
    assert found["4#2"] == {"agents"}
    assert "6#1" not in found
    links = result.mention_themes
    assert links["confidence"].between(0.5, 1).all()
    assert list(links) == ["mention_id", "response_id", "theme_id", "confidence"]
    counts = result.counts
    assert counts["explained"] + counts["dropped"] + counts["unexplained"] == counts["mentions"]


def test_examples_of_two_themes_teach_that_a_mention_may_have_two(tmp_path: Path) -> None:
    both = CODEBOOK.replace("[far too", "[fast broadband at a good price, far too")
    both = both.replace(
        "[the broadband is slow", "[fast broadband at a good price, the broadband is slow"
    )
    assert themes_of(assigned(both, tmp_path))["3#1"] == {"speed", "price"}


def test_editing_the_codebook_changes_the_assignment(tmp_path: Path) -> None:
    merged = CODEBOOK.replace("label: Internet speed", "label: Speed\n  merge_into: engineer")
    assert themes_of(assigned(merged, tmp_path))["4#1"] >= {"engineer"}
    dropped = assigned(CODEBOOK.replace("label: Price", "label: Price\n  drop: true"), tmp_path)
    assert "2#1" not in themes_of(dropped)
    assert dropped.counts["dropped"] >= 1
    added = CODEBOOK + (
        "- id: cake\n  label: Baking at home\n  examples:\n"
        "  - I bake a cake every Sunday\n  - flour and sugar in the oven\n  - a recipe with eggs\n"
    )
    assert themes_of(assigned(added, tmp_path))["6#1"] == {"cake"}


def test_a_sub_theme_stands_for_its_parent(tmp_path: Path) -> None:
    split = CODEBOOK + (
        "- id: missed\n  label: Missed appointments\n  parent: engineer\n  examples:\n"
        "  - nobody came on the day\n  - he did not show up\n  - waited in all day for nothing\n"
    )
    found = themes_of(assigned(split, tmp_path))["1#1"]
    assert found == {"missed"}


def test_a_counter_example_keeps_its_like_away(tmp_path: Path) -> None:
    said = [*SAID, ("7", "I had to pay a call out charge for the engineer", "reason")]
    against = CODEBOOK.replace(
        "  label: Engineer visits\n",
        "  label: Engineer visits\n  counter_examples: [charged for an engineer call out, "
        "I paid a charge for the engineer, engineer call out fee]\n",
    )
    table = mentions(said)
    vectors = encode(table["text"].tolist())

    def odds(text: str) -> float:
        classifier = ThemeClassifier(nearness=-1).fit(codebook(text, tmp_path), table, vectors)
        column = classifier.theme_ids_.index("engineer")
        return float(classifier.decision_function(table, vectors)[-1, column])

    assert odds(against) < odds(CODEBOOK)


def test_verdicts_follow_their_tone_as_in_discovery(tmp_path: Path) -> None:
    general = CODEBOOK + "- {id: general_praise, label: General praise, examples: [excellent]}\n"
    found = themes_of(assigned(general, tmp_path))
    assert found["5#1"] == {"general_praise"}
    assert not any("general_praise" in themes for id_, themes in found.items() if id_ != "5#1")


def test_a_codebook_of_another_survey_is_noticed(tmp_path: Path) -> None:
    other = """
themes:
- {id: orbit, label: Orbital mechanics, examples: [the apogee burn of the satellite]}
- {id: dough, label: Sourdough, examples: [my starter needs rye flour overnight]}
"""
    said = [row for row in SAID if row[0] in "124"]
    result = assigned(other, tmp_path, said)
    assert result.mention_themes.empty
    assert "codebook of another survey" in result.note


def test_empty_themes_are_named(tmp_path: Path) -> None:
    more = (
        CODEBOOK + "- {id: orbit, label: Orbital mechanics, examples: [the satellite's apogee]}\n"
    )
    assert assigned(more, tmp_path).note == (
        "Nobody mentions these themes of the codebook: Orbital mechanics."
    )


def test_labels_and_descriptions_alone_will_do(tmp_path: Path) -> None:
    bare = """
themes:
- {id: price, label: Price and bills, description: what it costs}
- {id: speed, label: Internet connection speed}
"""
    found = themes_of(assigned(bare, tmp_path))
    assert found["2#1"] == {"price"}
    assert found["4#1"] == {"speed"}


def test_nothing_to_assign(tmp_path: Path) -> None:
    nothing = assigned(CODEBOOK, tmp_path, [("1", "n/a", "non_answer")])
    assert nothing.mention_themes.empty
    assert "anything to say" in nothing.note
    with pytest.raises(FeedbackError, match="1 vectors for 2 mentions"):
        assign_themes(
            mentions(SAID[:2]), np.zeros((1, 384), np.float32), codebook(CODEBOOK, tmp_path)
        )


@pytest.fixture(scope="module")
def telecom() -> tuple[pd.DataFrame, np.ndarray]:
    file = data_folder() / "telecom_nps.csv"
    if not file.is_file():
        pytest.skip("../shared/data/telecom_nps.csv is not there")
    from feedback_nlp.cleaning import clean_answers, content_kinds
    from feedback_nlp.mentions import cut_mentions

    raw = pd.read_csv(file, dtype=str, keep_default_na=False)["text"].head(500)
    cleaned = clean_answers(raw).assign(response_id=[str(number) for number in range(500)])
    table = cut_mentions(cleaned)
    table["content_kind"] = content_kinds(table["text"].tolist())
    return table, encode(table["text"].tolist())


def test_predictions_do_not_depend_on_the_slice(
    telecom: tuple[pd.DataFrame, np.ndarray], tmp_path: Path
) -> None:
    table, vectors = telecom
    classifier = ThemeClassifier().fit(codebook(CODEBOOK, tmp_path), table, vectors)
    whole = classifier.predict(table, vectors)
    cut = int(np.flatnonzero(table["response_id"] == "250")[0])
    parts = [
        classifier.predict(table.iloc[rows], vectors[rows])
        for rows in (slice(0, cut), slice(cut, None))
    ]
    pd.testing.assert_frame_equal(whole, pd.concat(parts, ignore_index=True), rtol=1e-5)


def test_a_large_survey_teaches_by_a_sample_and_is_assigned_in_blocks(
    telecom: tuple[pd.DataFrame, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, vectors = telecom
    book = codebook(CODEBOOK, tmp_path)
    whole = assign_themes(table, vectors, book, offer_new=False)
    monkeypatch.setattr("feedback_nlp.themes.assign._ANSWERS_AT_ONCE", 37)
    blocks = assign_themes(table, vectors, book, offer_new=False)
    pd.testing.assert_frame_equal(whole.mention_themes, blocks.mention_themes, rtol=1e-5)
    monkeypatch.setattr("feedback_nlp.themes.assign.LEARNT_FROM_AT_MOST", 300)
    sampled = assign_themes(table, vectors, book, offer_new=False)
    assert "learnt from" in sampled.note
    same = whole.mention_themes.merge(sampled.mention_themes, on=["mention_id", "theme_id"])
    assert len(same) > 0.75 * len(whole.mention_themes)


def test_one_theme_alone_does_not_swallow_everything(
    telecom: tuple[pd.DataFrame, np.ndarray], tmp_path: Path
) -> None:
    table, vectors = telecom
    only = codebook(CODEBOOK.split("- id: engineer")[0], tmp_path)
    links = assign_themes(table, vectors, only, offer_new=False).mention_themes
    priced = table["mention_id"].isin(set(links["mention_id"])).to_numpy()
    named = table["text"].str.contains(r"\bpric|expensive|\bcost", case=False).to_numpy()
    assert priced[named].mean() > 0.4
    assert priced[~named].mean() < 0.1


def test_what_no_theme_explains_is_offered_as_new(
    telecom: tuple[pd.DataFrame, np.ndarray], tmp_path: Path
) -> None:
    table, vectors = telecom
    bread = [f"the cafe bread was {how} on {day}" for how in BREAD for day in DAYS]
    more = mentions([(f"b{number}", text, "reason") for number, text in enumerate(bread)])
    both = pd.concat([table, more], ignore_index=True)
    result = assign_themes(both, np.vstack([vectors, encode(bread)]), codebook(CODEBOOK, tmp_path))
    new = result.new_themes
    assert len(new) >= 1
    texts = " ".join(text for examples in new["examples"] for text in examples)
    assert "bread" in texts
    assert not set(new["theme_id"]) & {"price", "engineer", "speed", "agents"}
    assert (new["n_responses"] >= 10).all()


def test_a_new_theme_never_bears_the_label_of_a_known_one(
    telecom: tuple[pd.DataFrame, np.ndarray], tmp_path: Path
) -> None:
    table, vectors = telecom
    book = codebook(CODEBOOK, tmp_path)
    new = assign_themes(table, vectors, book).new_themes
    assert not set(new["label"].str.casefold()) & set(book.table["label"].str.casefold())


def test_both_waves_are_assigned_by_one_classifier(tmp_path: Path) -> None:
    """The same answers in both waves get the same themes, whatever their numbers."""
    table = mentions(SAID)
    vectors = encode(table["text"].tolist())
    book = codebook(CODEBOOK, tmp_path)
    result = assign_themes(table, vectors, book, before=EarlierWave(table, vectors))
    assert result.before is not None
    pd.testing.assert_frame_equal(result.before, result.mention_themes)
    assert len(result.before)


def test_verdicts_have_a_place_where_the_codebook_knows_none(tmp_path: Path) -> None:
    result = assigned(CODEBOOK, tmp_path)
    assert themes_of(result)["5#1"] == {"general_praise"}
    table = themes_table(codebook(CODEBOOK, tmp_path), result.mention_themes)
    shown = table.set_index("theme_id")
    assert shown.loc["general_praise", ["label", "n_mentions"]].tolist() == ["General praise", 1]
    own = CODEBOOK + "- {id: praise, label: Great, examples: [Great, great, great service]}\n"
    assert themes_of(assigned(own, tmp_path))["5#1"] == {"praise"}


BREAD = ["stale", "fresh and warm", "mouldy", "burnt black", "hard as stone", "soft", "delicious"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "a holiday"]


def test_discovered_members_teach_too(
    telecom: tuple[pd.DataFrame, np.ndarray], tmp_path: Path
) -> None:
    """A theme known by a label that says nothing is found by what discovery put into it."""
    table, vectors = telecom
    vague = CODEBOOK + "- {id: t17, label: Sundries}\n"
    about = table["text"].str.contains(r"\bapp\b|website|online", case=False).to_numpy()
    weak = pd.DataFrame({"mention_id": table["mention_id"][about][::2], "theme_id": "t17"})
    book = codebook(vague, tmp_path)
    with_weak = assign_themes(table, vectors, book, weak=weak, offer_new=False).mention_themes
    found = set(with_weak.loc[with_weak["theme_id"] == "t17", "mention_id"])
    unseen = set(table["mention_id"][about][1::2])
    assert len(unseen & found) >= 0.5 * len(unseen)


def test_two_processes_assign_the_same(tmp_path: Path) -> None:
    codebook(CODEBOOK, tmp_path)
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path\nimport test_assign as t\n"
        f"r = t.assigned(t.CODEBOOK, Path({str(tmp_path)!r})).mention_themes\n"
        "print(r.to_csv(float_format='%.17g'))\n"
    )
    root = Path(__file__).parents[1]
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert "engineer" in runs[0]
