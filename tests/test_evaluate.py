"""`feedback-nlp evaluate`: sections on their own, resumed, written down, quoted."""

from __future__ import annotations

import json

import pytest

import feedback_nlp as fn
from feedback_nlp.cli import main
from feedback_nlp.evaluation import everything
from feedback_nlp.evaluation.figures import HELD_OUT, OURS, TUNED, Figure, Section
from feedback_nlp.evaluation.page import write_page
from feedback_nlp.evaluation.quotes import refresh_quotes


@pytest.fixture
def two_sections(monkeypatch):
    """Two quick sections in place of the real ones, and how often each was measured."""
    measured: list[str] = []

    def section(name: str, value: float):
        def measure(data, seed, draws):
            measured.append(name)
            return Section(
                name.title(),
                f"About {name}.",
                (
                    Figure("test", "F1", OURS, HELD_OUT, 80, value, value - 0.1, value + 0.1),
                    Figure("dev", "F1", OURS, TUNED, 80, 0.99),
                ),
                pictured="F1",
            )

        return measure

    sections = {"first": section("first", 0.5), "second": section("second", 0.75)}
    monkeypatch.setattr(everything, "SECTIONS", sections)
    return measured


def test_what_is_up_to_date_is_not_measured_again(two_sections, tmp_path, capsys):
    assert main(["evaluate", "--only", "first", "--out", str(tmp_path)]) == 0
    assert main(["evaluate", "--out", str(tmp_path)]) == 0
    assert two_sections == ["first", "second"]
    assert "first              is up to date" in capsys.readouterr().out
    main(["evaluate", "--only", "first", "--out", str(tmp_path)])
    assert two_sections == ["first", "second", "first"]
    # Another seed or fewer draws are other figures.
    main(["evaluate", "--quick", "--out", str(tmp_path)])
    assert two_sections[3:] == ["first", "second"]


def test_a_run_that_is_stopped_keeps_what_it_has(two_sections, tmp_path, monkeypatch):
    def interrupted(data, seed, draws):
        raise KeyboardInterrupt

    monkeypatch.setitem(everything.SECTIONS, "second", interrupted)
    assert main(["evaluate", "--out", str(tmp_path)]) == 130
    record = json.loads((tmp_path / "evaluation.json").read_text())
    assert list(record["sections"]) == ["first"]


def test_a_section_whose_data_are_missing_is_named_and_the_others_are_measured(
    two_sections, tmp_path, monkeypatch, capsys
):
    def missing(data, seed, draws):
        raise fn.FeedbackError("telecom_nps.csv is not in the folder.")

    monkeypatch.setitem(everything.SECTIONS, "first", missing)
    assert main(["evaluate", "--out", str(tmp_path)]) == 0
    assert "first              was not measured: telecom_nps.csv is" in capsys.readouterr().out
    assert two_sections == ["second"]


def test_every_table_marks_what_was_tuned_on_and_says_where_it_comes_from(two_sections, tmp_path):
    main(["evaluate", "--out", str(tmp_path)])
    page = (tmp_path / "evaluation.md").read_text()
    assert (
        "| test | F1 | **feedback-nlp** | held out | 80 answers | 0.500 | 0.400 to 0.600 |" in page
    )
    assert "| dev | F1 | **feedback-nlp** | † tuned on, flatters | 80 answers | 0.990 |  |" in page
    assert "commit" in page
    assert "numpy " in page
    record = json.loads((tmp_path / "evaluation.json").read_text())
    assert record["sections"]["first"]["figures"][0]["id"] == "test/f1/feedback-nlp"


def test_an_unknown_section_is_named(tmp_path, capsys):
    assert main(["evaluate", "--only", "speed", "--out", str(tmp_path)]) == 2
    assert "answer_kinds" in capsys.readouterr().err


def test_the_exact_section_is_measured_and_drawn(tmp_path):
    assert main(["evaluate", "--quick", "--only", "score_intervals", "--out", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "evaluation.json").read_text())
    figures = record["sections"]["score_intervals"]["figures"]
    ours = [row["value"] for row in figures if row["tool"] == OURS and row["n"] == 100]
    assert min(ours) > 0.93
    write_page(record, tmp_path / "again.md")
    assert (tmp_path / "again.md").read_text() == (tmp_path / "evaluation.md").read_text()
    assert (tmp_path / "evaluation/coverage.png").read_bytes().startswith(b"\x89PNG")


RECORD = {
    "sections": {
        "kinds": {
            "figures": [
                {"id": "test/f1/ours", "value": 0.8349, "low": 0.79, "high": 0.8851},
                {"id": "null/found/ours", "value": 0.048, "low": None, "high": None},
            ]
        }
    }
}


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("F1 0.9<!-- kinds: test/f1/ours -->.", "F1 0.8<!-- kinds: test/f1/ours -->."),
        (
            "| 0.99 (0.98–1.00)<!-- kinds: test/f1/ours --> |",
            "| 0.83 (0.79–0.89)<!-- kinds: test/f1/ours --> |",
        ),
        ("in 3.0 %<!-- kinds: null/found/ours -->", "in 4.8 %<!-- kinds: null/found/ours -->"),
        ("see <!-- a comment --> 0.5", "see <!-- a comment --> 0.5"),
    ],
)
def test_quotes_are_brought_up_to_date(text, now):
    assert refresh_quotes(text, RECORD) == now


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0.5<!-- kinds: dev/f1/ours -->", "has none of that name"),
        ("about half<!-- kinds: test/f1/ours -->", "no number before"),
    ],
)
def test_a_quote_of_nothing_is_refused(text, says):
    with pytest.raises(fn.FeedbackError, match=says):
        refresh_quotes(text, RECORD)
