"""How ratings are called: the item, not the question that every column of a tool repeats."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from feedback_nlp.plots import measure_label
from feedback_nlp.report.wording import rating_label

QUESTION = "How satisfied are you with the following?"


@pytest.mark.parametrize(
    ("column", "label"),
    [
        (f"{QUESTION} - Waiting time", "Waiting time"),  # SurveyMonkey
        (f"{QUESTION} [Price and value]", "Price and value"),  # Google Forms
        (f"Q5_1 - {QUESTION} - Staff", "Staff"),  # Qualtrics
        ("Please rate our service: the lift", "The lift"),
        ("Wie zufrieden sind Sie mit uns? | Preis", "Preis"),
        (f"  {QUESTION}   –\tcleanliness ", "Cleanliness"),
    ],
)
def test_of_a_question_with_several_items_the_item_is_the_name(column: str, label: str) -> None:
    assert measure_label(column) == label


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("rating_value", "Rating value"),
        ("Overall satisfaction - 2024", "Overall satisfaction - 2024"),
        ("Overall, how satisfied are you?", "Overall, how satisfied are you?"),
        ("rating: value", "Rating: value"),
        ("Satisfaction (1-5)", "Satisfaction (1-5)"),
        ("check-in", "Check-in"),
        ("?", "?"),
        ("[ ]", "[ ]"),
    ],
)
def test_a_name_that_is_no_question_with_items_stays(column: str, label: str) -> None:
    assert measure_label(column) == label


def test_an_item_of_two_questions_keeps_its_question() -> None:
    columns = [f"{QUESTION} - Staff", "How important to you is the following? - Staff"]
    assert measure_label(columns[0], columns) == columns[0]
    run = SimpleNamespace(record={"columns": {"csat": [*columns, f"{QUESTION} - Price"]}})
    assert [rating_label(run, name) for name in run.record["columns"]["csat"]] == [
        *columns,
        "Price",
    ]
