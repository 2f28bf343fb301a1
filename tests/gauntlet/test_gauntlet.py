"""Every bad or strange input: a right result, or one sentence and exit code 2."""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("files, links and limits of Unix", allow_module_level=True)

import damaged_workbook_cases
import place_cases
import run_cases
import table_cases
import text_cases
import typed_cases
import value_cases
import workbook_cases
from case import MOST_MEMORY, Case, Read, one_sentence, play

CASES = [
    *text_cases.cases(),
    *table_cases.cases(),
    *value_cases.cases(),
    *workbook_cases.cases(),
    *damaged_workbook_cases.cases(),
    *typed_cases.cases(),
    *place_cases.cases(),
    *run_cases.cases(),
]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.id, marks=[pytest.mark.slow] if case.slow else [])
        for case in CASES
    ],
)
def test_a_right_result_or_one_sentence(case: Case, tmp_path: Path) -> None:
    outcome = play(case, tmp_path)
    assert outcome.left == [] or (case.writes and isinstance(case.expect, Read))
    assert outcome.megabytes * (1 << 20) < MOST_MEMORY
    if not isinstance(case.expect, Read):
        assert outcome.code == 2, outcome.out + outcome.err
        assert re.search(case.expect.says, one_sentence(outcome.err)), outcome.err
        assert outcome.out == "" or case.writes
        return
    expected = case.expect
    assert outcome.code == 0, outcome.err
    assert outcome.err == "" or case.writes
    assert "\x1b" not in outcome.out
    assert outcome.count("responses") == expected.responses
    assert outcome.count("score given") == expected.scores
    assert outcome.count("answer given") == expected.answers
    assert expected.says in outcome.out
    if case.writes:
        assert "Tables and run.json" in outcome.out
    elif expected.texts is not None or expected.ids is not None or expected.date:
        survey = _read_again(case, tmp_path)
        responses = survey.responses
        if expected.texts is not None:
            assert responses["raw_answer"].tolist()[: len(expected.texts)] == list(expected.texts)
        if expected.ids is not None:
            assert responses["response_id"].tolist() == list(expected.ids)
        if expected.date:
            assert str(responses[survey.columns.date].iloc[0]).startswith(expected.date)


def _read_again(case: Case, folder: Path):
    """The survey that the command line has read, with the same words."""
    from feedback_nlp.cli import _read
    from feedback_nlp.command_line import argument_parser

    again = folder / "again"
    (again / "in").mkdir(parents=True)
    (again / "work").mkdir()
    with contextlib.chdir(again / "work"):
        return _read(argument_parser().parse_args(list(case.make(again / "in"))))


def test_there_are_enough_cases_and_no_two_alike() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 120


def test_the_docs_have_every_case() -> None:
    page = Path(__file__).parents[2] / "docs/reliability.md"
    table = page.read_text("utf-8").replace("\\", "")
    missing = [
        case.name for case in CASES if f"| {case.area} | {case.name}".replace("\\", "") not in table
    ]
    assert missing == [], "run `python tests/gauntlet/report.py`"
