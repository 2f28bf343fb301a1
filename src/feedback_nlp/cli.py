"""The command line: parse, call the pipeline, print."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from feedback_nlp.command_line import argument_parser
from feedback_nlp.errors import FeedbackError
from feedback_nlp.light_imports import import_without
from feedback_nlp.second_process import with_second_process
from feedback_nlp.threads import fewer_collections


def main(arguments: Sequence[str] | None = None, *, second_process: bool = False) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``feedback-nlp``; those of the process by default.
    second_process : bool
        Share the work of a run with a second process. It imports this process's main module
        anew, so not from a script.

    Returns
    -------
    int
        0 when it went well, 2 when the input or an option cannot be used, 130
        when it was interrupted.
    """
    try:
        given = argument_parser().parse_args(arguments)
        given.second_process = second_process
        _COMMANDS[given.command](given)
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
            + _one_line(f"The machine refused{place}: {error.strerror or error}; mend that, then")
            + " the same command goes on from the last finished step.",
            file=sys.stderr,
        )
        return 2
    return 0


def entry() -> None:
    """Console script."""
    code = main(second_process=True)
    # Python would search all that is about to go for cycles: half a second for nothing.
    gc.freeze()
    sys.exit(code)


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
    written = {"run": run.folder, **written}
    longest = max(len(what) for what in written)
    for what, path in written.items():
        print(f"{what + ':':<{longest + 2}}{path}")


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
        f"Forgotten: rows {done.responses}, mentions {done.mentions}; themes and findings are "
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


_COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "check": _check,
    "run": _run,
    "report": _report,
    "themes": _themes,
    "forget": _forget,
    "validate": _validate,
    "datasets": _datasets,
    "evaluate": _evaluate,
}


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
    # Dask's workers are processes of their own.
    wanted = given.second_process and not given.scheduler
    with with_second_process(_get_ready) if wanted else nullcontext():
        return _read_and_analysed(given, out)


def _get_ready() -> None:
    from threadpoolctl import threadpool_limits

    from feedback_nlp.language_models import leave_out_commands
    from feedback_nlp.row_steps import get_ready

    leave_out_commands()
    get_ready()
    threadpool_limits(1)  # the first process needs the other cores


def _read_and_analysed(given: argparse.Namespace, out: str | None) -> Any:
    with fewer_collections():  # modules are many objects
        # Tables are checked without what only makes up examples of them.
        import_without("pandera.pandas", "hypothesis")
        import_without("pandera.backends.pandas.builtin_checks", "hypothesis")
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
        f"{counts['with_content']:,} answers, {counts['with_theme']:,} of them in "
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
