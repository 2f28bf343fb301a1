"""The command line: parse, call the pipeline, print."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from feedback_nlp.errors import FeedbackError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``feedback-nlp``; those of the process by default.

    Returns
    -------
    int
        0 when it went well, 2 when the input or an option cannot be used, 130
        when it was interrupted.
    """
    try:
        given = _parser().parse_args(arguments)
        given.command(given)
    except FeedbackError as error:
        print(f"feedback-nlp: {_one_line(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "\nfeedback-nlp: interrupted; the same command goes on from the last finished step.",
            file=sys.stderr,
        )
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except MemoryError:
        print(
            "feedback-nlp: The survey does not fit into this machine's memory; read fewer columns "
            "or rows, or take a larger machine.",
            file=sys.stderr,
        )
        return 2
    except OSError as error:
        # A full disk or a lost network drive may strike anywhere.
        place = f" at {error.filename}" if error.filename else ""
        print(
            "feedback-nlp: "
            + _one_line(f"The machine refused{place}: {error.strerror or error}; mend that, then ")
            + "the same command goes on from the last finished step.",
            file=sys.stderr,
        )
        return 2
    return 0


def entry() -> None:
    """Console script."""
    sys.exit(main())


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong with a command line."""

    def error(self, message: str) -> NoReturn:
        raise FeedbackError(f"{message[:1].upper()}{message[1:]}; see `{self.prog} --help`.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="feedback-nlp",
        description="Why did you give us that score? Themes behind Net Promoter Scores.",
        epilog="Columns are guessed when they are not named; `feedback-nlp check FILE` shows how.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    check = commands.add_parser(
        "check", help="what would be read: mapping, counts, problems; writes nothing"
    )
    check.set_defaults(command=_check)
    _add_survey(check)

    run = commands.add_parser("run", help="from a survey file to the tables of a run")
    run.set_defaults(command=_run)
    _add_survey(run)
    _add_options(run)
    run.add_argument("--out", metavar="DIR", help="the run's folder (data/processed/<survey>)")

    report = commands.add_parser(
        "report", help="the brief as PDF, deck and web page; notebooks as HTML and PDF; figures"
    )
    report.set_defaults(command=_report)
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
    themes.set_defaults(command=_themes)
    themes.add_argument("run", metavar="RUN_DIR", help="folder of a finished run")
    themes.add_argument("--out", metavar="FILE", help="the codebook (RUN_DIR/codebook.yaml)")

    _add_forget(commands)

    validate = commands.add_parser(
        "validate", help="draw mentions for a person to code; then say how right the themes are"
    )
    validate.set_defaults(command=_validate)
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

    datasets = commands.add_parser("datasets", help="public surveys to try things on; loads none")
    datasets.set_defaults(command=_datasets)

    evaluate = commands.add_parser(
        "evaluate", help="measure every quality figure the project claims; writes docs/evaluation"
    )
    evaluate.set_defaults(command=_evaluate)
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
    forget.set_defaults(command=_forget)
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


def _check(given: argparse.Namespace) -> None:
    print(_read(given).describe())


def _run(given: argparse.Namespace) -> None:
    run = _analysed(given, given.out)
    _print_outcome(run)
    print(f"Tables and run.json: {run.folder}")


def _report(given: argparse.Namespace) -> None:
    from feedback_nlp.pipeline import write_report
    from feedback_nlp.run_folder import RECORD, load_run

    source = Path(given.file)
    run = load_run(source) if (source / RECORD).is_file() else _analysed(given, None)
    out = Path(given.out) if given.out else None
    written = write_report(
        run, out, notebooks=not given.brief_only, branding=given.branding, progress=True
    )
    _print_outcome(run)
    for what, path in written.items():
        print(f"{what + ':':<12}{path}")


def _themes(given: argparse.Namespace) -> None:
    from feedback_nlp.pipeline import refresh_codebook
    from feedback_nlp.run_folder import load_run

    path = refresh_codebook(load_run(given.run), given.out)
    print(f"Edit {path}, then: feedback-nlp run FILE --codebook {path}")


def _validate(given: argparse.Namespace) -> None:
    from feedback_nlp.pipeline import validate
    from feedback_nlp.run_folder import load_run
    from feedback_nlp.validation.described import described

    check = validate(load_run(given.run), given.sheet, n=given.n, coders=given.coders)
    if check.report is not None:
        print(described(check.report))
        print(f"\nTables validation and corrected_shares: {given.run}")
        return
    *sheets, key = check.written
    print(f"{check.n_mentions:,} mentions of {check.n_drawn:,} respondents to code:")
    for coder, sheet in enumerate(sheets, start=1):
        print(f"  {sheet}" + (f"  (for coder {coder}, blind to the other)" if sheets[1:] else ""))
    print(
        f"In each row write the numbers of all its themes from {key.name}, with ; between them, "
        "or none. Any first part will do. Then call the same command again."
    )


def _forget(given: argparse.Namespace) -> None:
    from feedback_nlp.forgetting import forget
    from feedback_nlp.pipeline import REPORTS
    from feedback_nlp.run_folder import load_run

    usual = REPORTS / str(load_run(given.run).record["input"]["name"])
    done = forget(given.run, given.respondent, given.report or [usual])
    print(
        f"Forgotten: {done.responses} rows and {done.mentions} mentions; themes and findings are "
        f"computed anew from the others: {given.run}"
    )
    for sentence in done.did:
        print(_one_line(sentence))
    print(
        "The survey file itself still holds the respondent: delete the row there too. Until then "
        "a run into the same folder leaves it out."
    )


def _datasets(given: argparse.Namespace) -> None:
    from feedback_nlp.datasets import describe_data_sets

    print(describe_data_sets())


def _evaluate(given: argparse.Namespace) -> None:
    from feedback_nlp.evaluation.everything import evaluate

    out = Path(given.out) if given.out else None
    print(evaluate(out, only=given.only, quick=given.quick, seed=given.seed))


def _read(given: argparse.Namespace) -> Any:
    from feedback_nlp.readers import read_survey

    return read_survey(
        given.file,
        response_id=given.id,
        score=given.score,
        answer=given.answer,
        question=given.question,
        date=given.date,
        segments=given.segment,
        csat=given.csat,
        csat_reversed=given.csat_reversed,
        outcomes=given.outcome,
        score_scale=given.score_scale,
        weight=given.weight,
        value=given.value,
        consent=given.consent,
        sheet=given.sheet,
    )


def _analysed(given: argparse.Namespace, out: str | None) -> Any:
    from feedback_nlp.forgetting import without_forgotten
    from feedback_nlp.pipeline import PROCESSED, analyse

    survey = _read(given)
    survey = without_forgotten(survey, Path(out) if out else PROCESSED / survey.name)
    print(survey.describe() + "\n", flush=True)
    chosen: dict[str, Any] = {
        "seed": given.seed,
        "n_themes": given.themes,
        "language": given.language,
        "sentiment_model": given.sentiment_model,
        "keep_names": tuple(given.keep_name),
        "number_names": given.number_names,
        "codebook": given.codebook,
        "previous": given.previous,
        "playbook": given.playbook,
        "today": given.today,
        "target": given.target,
        "event": given.event,
        "invitations": given.invitations,
        "margins": given.margins,
    }
    if given.encoder:
        chosen["encoder"] = given.encoder
    return analyse(survey, out, progress=True, scheduler=given.scheduler, **chosen)


def _print_outcome(run: Any) -> None:
    from feedback_nlp.nps import nps

    counts = run.record["counts"]
    responses = run.responses
    if not responses["score"].notna().any():
        print("No respondent gave a score.")
        return
    weight = run.record["columns"].get("weight")
    estimate = nps(responses["score"], None if weight is None else responses[weight])
    print(
        f"NPS {estimate.score:+.1f} ({estimate.low:+.1f} to {estimate.high:+.1f}), "
        f"{estimate.n:,} respondents: {estimate.promoters:,} promoters, "
        f"{estimate.passives:,} passives, {estimate.detractors:,} detractors"
    )
    print(
        f"{counts['with_content']:,} answers with content, {counts['with_theme']:,} of them in "
        f"{counts['themes']} themes ({counts['sub_themes']} sub-themes)"
    )
    if "wave_changes" in run.tables:
        from feedback_nlp.report.wave_wording import since_last_time

        for sentence in since_last_time(run):
            print(_one_line(sentence.replace("\u200e", "")))
    notes = run.record["findings_notes"]
    asked = [
        notes.get(name)
        for name in ("against_target", "before_and_after", "response_rates", "skew", "follow_up")
    ]
    for note in [run.record["themes_note"], *asked]:
        if note:
            print(_one_line(note))


def _one_line(message: str) -> str:
    from feedback_nlp.names import visible

    return visible(" ".join(message.split()), longest=600)


if __name__ == "__main__":
    entry()
