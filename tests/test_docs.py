"""Docs and README: examples run, commands exist, exports are read, quoted figures are measured."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import feedback_nlp as fn
from feedback_nlp.cli import main
from feedback_nlp.command_line import argument_parser
from feedback_nlp.evaluation.quotes import refresh_quotes

ROOT = Path(__file__).parents[1]
EXPORTS = Path(__file__).parent / "exports"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"(<!-- skip: [^>]*-->\n)?^```(\w+)\n(.*?)^```", re.M | re.S)


def blocks(page: Path, language: str) -> list[str]:
    """The code of a page in a language, but for what is marked as not to be run."""
    found = _FENCE.findall(page.read_text("utf-8"))
    return [code for skip, name, code in found if name == language and not skip]


def commands(page: Path) -> list[str]:
    lines = "".join(blocks(page, "bash")).replace("\\\n", " ").splitlines()
    plain = [line.strip().removeprefix(".venv/bin/") for line in lines]
    return [line for line in plain if line.startswith("feedback-nlp ")]


def named(pages: list[Path], wanted) -> list:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages if wanted(page)]


@pytest.mark.parametrize("page", named(PAGES, commands))
def test_every_command_is_one_the_program_takes(page):
    for line in commands(page):
        argument_parser().parse_args(shlex.split(line, comments=True)[1:])


def test_every_option_named_in_the_docs_exists():
    (choices,) = (
        action.choices
        for action in argument_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    known = {option for parser in choices.values() for option in parser._option_string_actions}
    unknown = []
    for page in PAGES:
        for code in re.findall(r"`([^`\n]+)`", page.read_text("utf-8")):
            if not re.match(r"(srun|dask|pip|python|make) ", code):
                unknown += [
                    f"{page.name}: {option}"
                    for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", code)
                    if option not in known
                ]
    assert not unknown


@pytest.fixture
def at_home(sample_run, tmp_path, monkeypatch):
    """A working folder as the docs take it: the sample survey and a finished run of it."""
    (tmp_path / "data/processed").mkdir(parents=True)
    (tmp_path / "data/raw").symlink_to(ROOT / "data/raw")
    shutil.copytree(sample_run.folder, tmp_path / "data/processed/sample_survey")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "page", named(PAGES[1:], lambda page: "import" in "".join(blocks(page, "python")))
)
def test_the_python_examples_of_the_docs_run(page, at_home):
    for code in blocks(page, "python"):
        exec(compile(code, page.name, "exec"), {"__name__": "docs"})


@pytest.mark.slow
def test_the_python_examples_of_the_readme_run(at_home):
    space: dict = {"__name__": "readme"}
    for code in blocks(PAGES[0], "python"):
        exec(compile(code, "README.md", "exec"), space)


def test_figures_quoted_are_those_last_measured():
    record = json.loads((ROOT / "docs/evaluation.json").read_text("utf-8"))
    for page in PAGES:
        text = page.read_text("utf-8")
        assert refresh_quotes(text, record) == text, f"{page.name}: call `feedback-nlp evaluate`"


def test_the_page_of_figures_is_the_one_made_from_the_record(tmp_path):
    from feedback_nlp.evaluation.page import write_page

    record = json.loads((ROOT / "docs/evaluation.json").read_text("utf-8"))
    write_page(record, tmp_path / "evaluation.md")
    made = (tmp_path / "evaluation.md").read_text("utf-8")
    assert made == (ROOT / "docs/evaluation.md").read_text("utf-8")


def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "getting-started/index.html").read_text("utf-8")
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"?https?://", page)
    assert "read_survey" in (tmp_path / "reference/index.html").read_text("utf-8")


# ------------------------------------------------------------------- the exports of survey tools


@pytest.fixture
def exported(tmp_path):
    """The made file of a tool; Microsoft's is a workbook, made here."""

    def file(tool: str) -> Path:
        if tool != "microsoft_forms":
            return EXPORTS / f"{tool}.csv"
        import openpyxl

        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Form1"
        for row in MICROSOFT:
            sheet.append(row)
        book.save(tmp_path / "microsoft_forms.xlsx")
        return tmp_path / "microsoft_forms.xlsx"

    return file


def _at(day: int, hour: int, minute: int) -> datetime.datetime:
    return datetime.datetime(2025, 9, day, hour, minute)


# No-break spaces stand where Microsoft Forms puts them.
MICROSOFT = [
    [
        "ID",
        "Start time",
        "Completion time",
        "Email",
        "Name",
        "How likely are you to recommend the\xa0IT help desk to a colleague?",
        "Why did you give this score?\xa0",
        "How satisfied are you with the waiting time?",
        "Department",
    ],
    [1, _at(1, 8, 1), _at(1, 8, 2), "anonymous", None, 9, "Laptop swapped in ten minutes, files "
     "and all", 5, "Finance"],
    [2, _at(1, 9, 30), _at(1, 9, 31), "anonymous", None, 3, "Ticket closed without anybody calling",
     2, "Warehouse"],
    [3, _at(2, 13, 12), _at(2, 13, 13), "anonymous", None, 7, None, 3, "Finance"],
    [4, _at(3, 10, 0), _at(3, 10, 4), "anonymous", None, 10, "They explained it instead of just "
     "clicking", 5, "Sales"],
    [5, _at(4, 16, 45), _at(4, 16, 46), "anonymous", None, 5, "The chat robot sends me in circles",
     1, "Warehouse"],
]  # fmt: skip
TOOLS = {
    # tool: what the recipe says to name; scores; date column; ratings; segments
    "qualtrics": (
        {"segments": ["Plan"]}, [8, 10, 3, 7, 9, 0], "RecordedDate", ("Q3_1",), ("Plan",),
    ),
    "surveymonkey": (
        {"segments": ["Which service did you use?"]}, [10, 6, 0, 8, 9, 3], "End Date",
        ("How satisfied were you with the following? - Price",
         "How satisfied were you with the following? - Speed"),
        ("Which service did you use?",),
    ),
    "typeform": (
        {"response_id": "#", "segments": ["box_size"]}, [9, 2, 7, 10, 5], "Submit Date (UTC)",
        ("How would you rate the *taste*?",), ("box_size",),
    ),
    "delighted": (
        {"segments": ["Country", "Purchase Experience"]}, [10, 4, 8, 0, 9], "Created At", (),
        ("Country", "Purchase Experience"),
    ),
    "google_forms": (
        {}, [10, 6, 8, 2, 9, 7], "Timestamp", ("How satisfied are you with the opening hours?",),
        ("Which branch do you visit most?",),
    ),
    "microsoft_forms": (
        {"segments": ["Department"]}, [9, 3, 7, 10, 5], "Start time",
        ("How satisfied are you with the waiting time?",), ("Department",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("tool", TOOLS)
def test_the_export_of_a_tool_is_read_as_its_recipe_says(tool, exported):
    named, scores, date, ratings, segments = TOOLS[tool]
    survey = fn.read_survey(exported(tool), **named)
    assert survey.responses["score"].tolist() == scores
    assert survey.counts["answer_given"] == len(scores) - 1  # one left the reason empty in each
    assert survey.columns.date == date
    assert survey.columns.csat == ratings
    assert survey.columns.segments == segments
    assert survey.responses["response_id"].is_unique
    assert survey.counts["duplicate_id"] == 0


def test_the_header_rows_of_an_export_are_no_respondents(exported):
    assert fn.read_survey(exported("qualtrics")).source["header"] == "3 rows"
    monkey = fn.read_survey(exported("surveymonkey"))
    assert monkey.source["header"] == "2 rows"
    assert monkey.responses["group"].tolist()[:3] == ["promoter", "detractor", "detractor"]


def test_the_traps_named_for_qualtrics_are_real(exported):
    survey = fn.read_survey(exported("qualtrics"))
    # A preview is a row like any other: the recipe says to filter it out before exporting.
    assert "testing testing" in set(survey.responses["raw_answer"])
    assert survey.question == "What is the main reason for the score you gave?"


def test_day_and_month_are_told_apart_by_the_whole_column(exported):
    dates = fn.read_survey(exported("google_forms")).responses["Timestamp"]
    assert dates.dt.month.tolist() == [5] * 6


def test_a_question_with_no_break_spaces_is_found_by_its_name_typed_plainly(exported):
    survey = fn.read_survey(
        exported("microsoft_forms"),
        score="How likely are you to recommend the IT help desk to a colleague?",
        answer="Why did you give this score?",
    )
    assert survey.responses["score"].tolist() == [9, 3, 7, 10, 5]


def test_check_on_an_export_writes_nothing(exported, tmp_path, monkeypatch, capsys):
    file = exported("typeform")
    monkeypatch.chdir(tmp_path)
    assert main(["check", str(file)]) == 0
    assert "Fennel" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
