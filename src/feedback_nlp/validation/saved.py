"""The hand-coded sample of a run on disk: what was drawn, and what the codes say.

What was drawn stays in ``validation/`` of the run's folder. Running the survey again does not
touch it: codes are what people have read in the mentions, whatever the model makes of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.provenance import table_digest
from feedback_nlp.run_folder import Run, Steps, load_run, tables_digest, write_json, write_table
from feedback_nlp.themes.discover import GENERAL_COMPLAINT, GENERAL_PRAISE
from feedback_nlp.validation.report import ValidationReport, validation_report
from feedback_nlp.validation.sheet import (
    CODERS,
    ValidationSample,
    draw_validation_sample,
    read_validation_sheet,
    write_validation_sheet,
)

SHEET = "validation.xlsx"
STEP = "validation"
#: The tables that the report speaks of: where they change, it no longer holds.
JUDGED = ("responses", "mentions", "mention_themes", "themes")
_FOLDER = "validation"
_DRAWN = "drawn.json"
_PARTS = ("sheet", "key", "design")


@dataclass(frozen=True)
class HandCheck:
    """Where a run's check by hand stands.

    Attributes
    ----------
    report : ValidationReport or None
        None as long as the sheets wait for their coders.
    written : tuple of Path
        The sheets and the list of themes, where this call has written them.
    n_drawn : int
        Respondents in the sample.
    n_mentions : int
        Mentions in the sample.
    """

    report: ValidationReport | None
    written: tuple[Path, ...]
    n_drawn: int
    n_mentions: int


def hand_check(
    run: Run, sheet: str | Path | None = None, *, n: int = 200, coders: int = 1
) -> HandCheck:
    """Draw a sample for people to code, or read back what they have coded.

    Parameters
    ----------
    run : Run
        A finished run.
    sheet : path, optional
        The sheet (.xlsx or .csv); ``validation.xlsx`` in the run's folder by default. Where it is
        not there yet the sample is drawn and written to it; where it is there it is read.
    n : int
        Respondents to draw.
    coders : int
        1, or 2: the second coder gets a sheet of the same mentions, so as not to see the codes
        of the first.

    Returns
    -------
    HandCheck
        With a report, the run has the tables ``validation`` and ``corrected_shares``.

    Raises
    ------
    FeedbackError
        A mistake in the sheet, with its row; a sheet of another run; a sample that was drawn
        already and waits for its coders elsewhere; a run that is just being written.
    """
    if coders not in (1, 2):
        raise FeedbackError(f"There are {coders} coders; one or two can be compared.")
    path = Path(sheet) if sheet is not None else run.folder / SHEET
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise FeedbackError(f"{path.name} must end in .csv or .xlsx.")
    with Steps(run.folder).alone():
        # What lies there now: another process may have written since the run was opened.
        run = load_run(run.folder)
        return _read(run, path) if path.exists() else _drawn(run, path, n, coders)


def forget_stale(folder: Path) -> bool:
    """Take away a report on tables that have changed since; say whether there was one.

    Whoever calls has the folder to itself (`Steps.alone`).
    """
    steps = Steps(folder)
    there = [folder / f"{name}.parquet" for name in ("validation", "corrected_shares")]
    if not any(path.exists() for path in there):
        return False
    if steps.finished(STEP, tables_digest(folder, JUDGED)) is not None:
        return False
    for path in there:
        path.unlink(missing_ok=True)
    return True


def _drawn(run: Run, path: Path, n: int, coders: int) -> HandCheck:
    if not set(run.themes["theme_id"]) - {GENERAL_PRAISE, GENERAL_COMPLAINT}:
        raise FeedbackError(
            "This run has no themes to check by hand; give it some with --codebook, or analyse a "
            "larger survey."
        )
    seed = int(run.record["options"].get("seed", 0))
    sample = draw_validation_sample(
        run.responses, run.mentions, run.mention_themes, run.themes, n=n, seed=seed
    )
    folder = run.folder / _FOLDER
    _keep_waiting(run, sample)
    folder.mkdir(exist_ok=True, mode=0o700)
    written = write_validation_sheet(sample, path, coders=coders)
    for part in _PARTS:
        write_table(getattr(sample, part), folder / f"{part}.parquet")
    note = {
        "n": n,
        "seed": seed,
        "mentions": _said(run),
        "sheets": [str(one.resolve()) for one in written[:-1]],
    }
    write_json(note, folder / _DRAWN)
    return HandCheck(None, written, len(sample.design), len(sample.sheet))


def _read(run: Run, path: Path) -> HandCheck:
    sample = _saved_sample(run, path)
    codes = read_validation_sheet(path, sample)
    report = validation_report(
        codes,
        sample,
        run.responses,
        run.mentions,
        run.mention_themes,
        run.themes,
        weight=run.record["columns"].get("weight"),
        smallest=int(run.record["options"].get("smallest_group", 10)),
    )
    coded = {f"n_{coder}": int(codes[coder].notna().sum()) for coder in CODERS}
    tables = {
        "validation": report.accuracy.assign(
            n_mentions=report.n_mentions, n_respondents=report.n_respondents
        ),
        "corrected_shares": report.shares,
    }
    Steps(run.folder).finish(STEP, tables_digest(run.folder, JUDGED), tables, coded)
    return HandCheck(report, (), len(sample.design), len(sample.sheet))


def _keep_waiting(run: Run, sample: ValidationSample) -> None:
    """A sheet that people may be coding must stay readable: its design is not written over."""
    earlier = _note(run)
    waiting = [name for name in (earlier or {}).get("sheets", []) if Path(name).is_file()]
    if not waiting:
        return
    for part in _PARTS:
        saved = run.folder / _FOLDER / f"{part}.parquet"
        if not saved.is_file() or not pd.read_parquet(saved).equals(getattr(sample, part)):
            raise FeedbackError(
                f"Another sample was drawn already and lies in {waiting[0]}; code that one, or "
                "move it away to draw anew."
            )


def _note(run: Run) -> dict[str, Any] | None:
    try:
        return dict(json.loads((run.folder / _FOLDER / _DRAWN).read_text("utf-8")))
    except (OSError, ValueError):
        return None


def _said(run: Run) -> str:
    """What was said, whatever else has been computed of it: codes of it stay true."""
    return table_digest(run.mentions[["mention_id", "response_id", "text"]])


def _saved_sample(run: Run, path: Path) -> ValidationSample:
    note = _note(run)
    if note is None:
        raise FeedbackError(
            f"{path.name} is there, but no sample was drawn from this run; move it away and call "
            "again to draw one."
        )
    try:
        parts = [pd.read_parquet(run.folder / _FOLDER / f"{part}.parquet") for part in _PARTS]
    except Exception as error:
        raise FeedbackError(
            f"What was drawn for {path.name} is missing or broken ({run.folder / _FOLDER}); move "
            "the sheet away and draw again."
        ) from error
    sample = ValidationSample(*parts)
    if note["mentions"] != _said(run):
        raise FeedbackError(
            f"{path.name} was drawn from other mentions than this run has now (another file or "
            "other options); move it away and draw again."
        )
    top = run.themes.loc[run.themes["parent_id"].isna(), "theme_id"]
    if set(sample.key["theme_id"]) != set(top):
        raise FeedbackError(
            f"The run's themes are no longer those of {path.name}: its coders chose from "
            f"{len(sample.key)} themes, of which {len(set(sample.key['theme_id']) & set(top))} are "
            "left; move it away and draw again."
        )
    return sample
