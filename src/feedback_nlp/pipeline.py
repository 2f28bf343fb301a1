"""From a survey to a run, and from a run to what people read: where the rooms are wired."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from feedback_nlp.analysis import STEPS_BAR, Analysis
from feedback_nlp.errors import FeedbackError
from feedback_nlp.options import checked_options
from feedback_nlp.provenance import code_digest
from feedback_nlp.run_folder import (
    Run,
    Steps,
    key_of,
)
from feedback_nlp.survey import Survey

PROCESSED = Path("data/processed")
REPORTS = Path("reports")
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def analyse(
    survey: Survey,
    out: str | Path | None = None,
    *,
    progress: bool = False,
    **options: Any,
) -> Run:
    """Run a survey the whole way: answers, mentions, sentiment, themes, findings.

    Parameters
    ----------
    survey : Survey
        From `read_survey` or `make_survey`.
    out : path, optional
        The run's folder; ``data/processed/<survey name>`` by default.
    progress : bool
        Show on standard error what is being done.
    **options
        See `Options`: ``seed``, ``n_themes``, ``language``, ``encoder``,
        ``sentiment_model``, ``keep_names``, ``number_names``, ``resamples``,
        ``smallest_group``, ``codebook``, ``playbook``, ``today``,
        ``target``, ``event``, ``invitations``, ``margins``.

    Returns
    -------
    Run
        Its tables are saved in `out` beside ``run.json``. Steps that were
        finished before with the same input, options and versions are used
        again; ``run.record["reused"]`` names them.

    Raises
    ------
    FeedbackError
        The survey or an option cannot be used, or `out` cannot be written.

    Examples
    --------
    >>> import feedback_nlp as fn                                     # doctest: +SKIP
    >>> survey = fn.read_survey("data/raw/sample_survey.csv")         # doctest: +SKIP
    >>> run = fn.analyse(survey, seed=0)                              # doctest: +SKIP
    """
    chosen = checked_options(options)
    if chosen.margins:
        from feedback_nlp.population import weight_to_margins

        survey = weight_to_margins(survey, chosen.margins)
    folder = Path(out) if out is not None else PROCESSED / survey.name
    return Analysis(survey, folder, chosen, progress).run()


def write_report(
    run: Run,
    out: str | Path | None = None,
    *,
    notebooks: bool = True,
    progress: bool = False,
) -> dict[str, Path]:
    """Write what people read: the brief as PDF, and the notebooks as HTML and PDF.

    Parameters
    ----------
    run : Run
        A finished run.
    out : path, optional
        Folder; ``reports/<survey name>`` by default.
    notebooks : bool
        Run and export the notebooks too. Those that ran on this very run
        before, unchanged, are left as they are.
    progress : bool
        Show on standard error what is being done.

    Returns
    -------
    dict of str to Path
        What was written, and where.

    Raises
    ------
    FeedbackError
        Too few scores, a notebook cell that fails, or a folder that cannot be written.
    """
    from feedback_nlp.report.brief import write_brief
    from feedback_nlp.report.notebook_export import export_notebook

    folder = Path(out) if out is not None else REPORTS / str(run.record["input"]["name"])
    paths = sorted(NOTEBOOKS.glob("[0-9]*.ipynb")) if notebooks else []
    steps = Steps(folder)
    written: dict[str, Path] = {}
    failed: list[str] = []
    with tqdm(total=1 + len(paths), disable=not progress, bar_format=STEPS_BAR) as bar:
        bar.set_description("Typesetting the brief")
        written["brief"] = write_brief(
            run, folder, smallest=run.record["options"]["smallest_group"]
        )
        if "follow_up" in run.tables:
            from feedback_nlp.findings.actions import write_follow_up

            written["follow-up"] = write_follow_up(run.follow_up, folder)["xlsx"]
        bar.update()
        for path in paths:
            bar.set_description(f"Running notebook {path.stem}")
            key = key_of(run.record["key"], str(run.folder), path.read_text("utf-8"), code_digest())
            if steps.finished(path.stem, key) is None:
                parameters = {"run_dir": str(run.folder.resolve())}
                try:
                    exported = export_notebook(path, folder / "notebooks", parameters)
                except FeedbackError as error:
                    failed.append(str(error))
                    continue
                steps.finish_files(path.stem, key, list(exported.values()))
            written[path.stem] = folder / "notebooks" / f"{path.stem}.pdf"
            bar.update()
        bar.set_description("Done")
    if failed:
        raise FeedbackError(
            f"The brief is written, but {len(failed)} of {len(paths)} notebooks failed: "
            + " ".join(failed)
        )
    return written


def refresh_codebook(run: Run, path: str | Path | None = None) -> Path:
    """Write the run's themes as a codebook that people edit, or add new ones to it.

    Parameters
    ----------
    run : Run
        A finished run.
    path : path, optional
        The file; ``codebook.yaml`` in the run's folder by default. What was
        edited in it stays: only themes it does not know are added.

    Returns
    -------
    Path

    Raises
    ------
    FeedbackError
        The file has a mistake in it (it is left alone), or cannot be written.
    """
    from feedback_nlp.themes.codebook import write_codebook

    themes = run.themes
    if "new_themes" in run.tables:
        themes = pd.concat([themes, run.new_themes], ignore_index=True)
    themes = themes[~themes["theme_id"].str.startswith("general_")]
    return write_codebook(themes, path or run.folder / "codebook.yaml")
