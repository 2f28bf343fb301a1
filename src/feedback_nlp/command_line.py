"""The words of the command line: its commands and their options."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn

from feedback_nlp.errors import FeedbackError
from feedback_nlp.near_names import did_you_mean

# How argparse says that a command or an option is not known.
_NO_COMMAND = re.compile(
    r"argument COMMAND: invalid choice: '(?P<given>.*)' \(choose from (?P<choices>.*)\)", re.DOTALL
)
_NO_OPTION = re.compile(r"unrecognized arguments:.*?(?P<given>--[^\s=]+)", re.I | re.DOTALL)


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong with a command line."""

    def error(self, message: str) -> NoReturn:
        see = f"see `{self.prog} --help`"
        if wrong := _NO_COMMAND.match(message):
            # Newer versions of Python give the names without quotes.
            known = [name.strip(" '") for name in wrong["choices"].split(",")]
            instead = did_you_mean(wrong["given"], known, f"there are {', '.join(known)}; {see}.")
            raise FeedbackError(f"There is no command {wrong['given']!r}: {instead}")
        message = f"{message[:1].upper()}{message[1:]}"
        raise FeedbackError(f"{message}; {self._meant(message) or f'{see}.'}")

    def _meant(self, message: str) -> str:
        """Ask whether another option was meant, where one is not known."""
        unknown = _NO_OPTION.match(message)
        return did_you_mean(unknown["given"], self.all_options()) if unknown else ""

    def all_options(self) -> list[str]:
        """The options of this command and of those below it."""
        options = [name for action in self._actions for name in action.option_strings]
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                for command in action.choices.values():
                    options += command.all_options()
        return list(dict.fromkeys(name for name in options if name.startswith("--")))


def argument_parser() -> argparse.ArgumentParser:
    """Reads the words after ``feedback-nlp``; ``command`` is the name of the command."""
    parser = _Parser(
        prog="feedback-nlp",
        description="Why did you give us that score? Themes behind Net Promoter Scores.",
        epilog="Columns are guessed when they are not named; `feedback-nlp check FILE` shows how.",
    )
    commands = parser.add_subparsers(
        title="commands", required=True, dest="command", metavar="COMMAND"
    )

    check = commands.add_parser(
        "check", help="what would be read: mapping, counts, problems; writes nothing"
    )
    _add_survey(check)

    run = commands.add_parser("run", help="from a survey file to the tables of a run")
    _add_survey(run)
    _add_options(run)
    run.add_argument("--out", metavar="DIR", help="the run's folder (data/processed/<survey>)")

    report = commands.add_parser(
        "report", help="the brief as PDF, deck and web page; notebooks as HTML and PDF; figures"
    )
    _add_survey(report, metavar="FILE|RUN_DIR")
    _add_options(report)
    report.add_argument("--out", metavar="DIR", help="the report's folder (reports/<survey>)")
    report.add_argument(
        "--branding",
        metavar="FILE",
        help="title, logo, accent colour, language of numbers (report.yaml beside the run or here)",
    )
    report.add_argument("--brief-only", action="store_true", help="leave the notebooks out")

    themes = commands.add_parser("themes", help="write or refresh a run's editable codebook")
    themes.add_argument("run", metavar="RUN_DIR", help="folder of a finished run")
    themes.add_argument("--out", metavar="FILE", help="the codebook (RUN_DIR/codebook.yaml)")

    _add_forget(commands)

    validate = commands.add_parser(
        "validate", help="draw mentions for a person to code; then say how right the themes are"
    )
    validate.add_argument("run", metavar="RUN_DIR", help="folder of a finished run")
    validate.add_argument(
        "--n", type=int, default=200, metavar="N", help="respondents to draw (200)"
    )
    validate.add_argument(
        "--coders", type=int, choices=(1, 2), default=1, help="a sheet for each of them (1)"
    )
    validate.add_argument(
        "--sheet",
        metavar="FILE",
        help="the sheet, .xlsx or .csv (RUN_DIR/validation.xlsx); read where it is there already",
    )

    commands.add_parser("datasets", help="public surveys to try things on; loads none")

    evaluate = commands.add_parser(
        "evaluate", help="measure every quality figure the project claims; writes docs/evaluation"
    )
    evaluate.add_argument(
        "--quick", action="store_true", help="fewer resamples and simulations; for a first look"
    )
    evaluate.add_argument(
        "--only",
        metavar="SECTION",
        action="append",
        help="measure this section anew and keep the others' figures; may be repeated",
    )
    evaluate.add_argument("--seed", type=int, default=0, metavar="N", help="default 0")
    evaluate.add_argument("--out", metavar="DIR", help="where evaluation.md and .json go (docs)")
    return parser


def _add_forget(commands: Any) -> None:
    forget = commands.add_parser(
        "forget", help="remove one respondent from a run and what was made of it"
    )
    forget.add_argument("run", metavar="RUN_DIR", help="folder of a finished run")
    forget.add_argument(
        "--respondent", metavar="ID", required=True, help="response_id, as the run's tables have it"
    )
    forget.add_argument(
        "--report",
        metavar="DIR",
        action="append",
        help="a folder of reports on the run (reports/<survey>); may be repeated",
    )


def _add_survey(parser: argparse.ArgumentParser, metavar: str = "FILE") -> None:
    parser.add_argument(
        "file", metavar=metavar, help="survey: CSV, Excel (.xlsx), Parquet or SPSS (.sav)"
    )
    columns = parser.add_argument_group("columns (each is guessed when left out)")
    columns.add_argument("--id", metavar="COL", help="identifies the respondent")
    columns.add_argument("--score", metavar="COL", help="likelihood to recommend, 0 to 10")
    columns.add_argument("--answer", metavar="COL", help="the reason in the respondent's words")
    columns.add_argument(
        "--question", metavar="TEXT", help="what was asked, or the column that holds it"
    )
    columns.add_argument("--date", metavar="COL", help="when the respondent answered")
    columns.add_argument(
        "--segment", metavar="COL", action="append", help="a segment; may be repeated"
    )
    columns.add_argument(
        "--csat",
        metavar="COL[:SCALE]",
        action="append",
        help="a satisfaction rating, such as ease or ease:1-7; may be repeated",
    )
    columns.add_argument(
        "--csat-reversed",
        metavar="COL",
        action="append",
        default=[],
        help="a rating in which low numbers are good; may be repeated",
    )
    columns.add_argument(
        "--score-scale", metavar="SCALE", help="scale of a score not asked from 0 to 10: 1-5"
    )
    columns.add_argument(
        "--outcome",
        metavar="COL",
        action="append",
        help="what came afterwards: churned, renewed, revenue; may be repeated",
    )
    columns.add_argument("--weight", metavar="COL", help="survey weight")
    columns.add_argument("--value", metavar="COL", help="what the account is worth")
    columns.add_argument("--consent", metavar="COL", help="may the respondent be contacted?")
    columns.add_argument("--sheet", metavar="NAME", help="sheet of an Excel file")


def _add_options(parser: argparse.ArgumentParser) -> None:
    options = parser.add_argument_group("options")
    options.add_argument("--seed", type=int, default=0, metavar="N", help="default 0")
    options.add_argument(
        "--themes", type=int, metavar="N", help="number of themes (8 to 25, from the data)"
    )
    options.add_argument(
        "--language", default="en", metavar="CODE", help="language of the survey (en)"
    )
    options.add_argument(
        "--encoder", metavar="NAME", help="another sentence-transformers model, by name or folder"
    )
    options.add_argument(
        "--sentiment-model", metavar="NAME", help="another sentiment model, by name or folder"
    )
    options.add_argument(
        "--keep-name",
        metavar="NAME",
        action="append",
        default=[],
        help="a company or product name that redaction leaves alone; may be repeated",
    )
    options.add_argument(
        "--codebook", metavar="FILE", help="assign themes from this codebook (YAML)"
    )
    options.add_argument(
        "--previous",
        metavar="RUN_DIR",
        help="run of the last wave: what has grown, shrunk, come and gone since (with --codebook)",
    )
    options.add_argument(
        "--target", type=float, metavar="NPS", help="a score to test the survey's against"
    )
    options.add_argument(
        "--event", metavar="DAY", help="a release or price change: the score before and after"
    )
    options.add_argument(
        "--invitations", metavar="FILE", help="a table of those invited: who answers, and who not"
    )
    options.add_argument(
        "--margins",
        metavar="FILE",
        help="known sizes of segments (segment, level, population) to weight respondents to",
    )
    options.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="share the work: a Dask scheduler (tcp://…), or `local` for one worker a core",
    )
    options.add_argument("--playbook", metavar="FILE", help="rules of the follow-up list (YAML)")
    options.add_argument(
        "--today", metavar="DAY", help="day the follow-up starts from (the survey's last date)"
    )
    options.add_argument(
        "--number-names", action="store_true", help="keep persons apart as [NAME 1], [NAME 2]"
    )
