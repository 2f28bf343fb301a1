"""From a survey to a run, and from a run to what people read: where the rooms are wired."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from tqdm.auto import tqdm

from feedback_nlp.analysis import STEPS_BAR, Analysis
from feedback_nlp.codebook_runs import mention_vectors
from feedback_nlp.errors import FeedbackError
from feedback_nlp.options import checked_options
from feedback_nlp.provenance import code_digest
from feedback_nlp.run_folder import (
    Run,
    Steps,
    key_of,
)
from feedback_nlp.survey import Survey

if TYPE_CHECKING:
    from feedback_nlp.report.branding import Branding
    from feedback_nlp.validation.saved import HandCheck

PROCESSED = Path("data/processed")
REPORTS = Path("reports")
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def analyse(
    survey: Survey,
    out: str | Path | None = None,
    *,
    progress: bool = False,
    scheduler: str | None = None,
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
    scheduler : str, optional
        Address of a Dask scheduler (``tcp://…``) whose workers see `out` under the same name, or
        "local" for one worker a core; the tables are the same bytes as without.
    **options
        See `Options`: ``seed``, ``n_themes``, ``language``, ``encoder``,
        ``sentiment_model``, ``keep_names``, ``number_names``, ``resamples``,
        ``smallest_group``, ``codebook``, ``playbook``, ``today``,
        ``target``, ``event``, ``invitations``, ``margins``.

    Returns
    -------
    Run
        Its tables are saved in `out` beside ``run.json``. Respondents that were forgotten in
        `out` are left out. Steps that were
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
    from feedback_nlp.forgetting import without_forgotten

    chosen = checked_options(options)
    folder = Path(out) if out is not None else PROCESSED / survey.name
    survey = without_forgotten(survey, folder)
    if chosen.margins:
        from feedback_nlp.population import weight_to_margins

        survey = weight_to_margins(survey, chosen.margins)
    return Analysis(survey, folder, chosen, progress, scheduler).run()


def write_report(
    run: Run,
    out: str | Path | None = None,
    *,
    notebooks: bool = True,
    branding: str | Path | None = None,
    progress: bool = False,
) -> dict[str, Path]:
    """Write what people read: the brief, the deck, the web page, the notebooks, the call list.

    Parameters
    ----------
    run : Run
        A finished run.
    out : path, optional
        Folder; ``reports/<survey name>`` by default.
    notebooks : bool
        Run and export the notebooks too. Those that ran on this very run
        before, unchanged, are left as they are.
    branding : path, optional
        A ``report.yaml`` with the company's title, logo, accent colour and language of
        numbers; one beside the run or in the working folder by default.
    progress : bool
        Show on standard error what is being done.

    Returns
    -------
    dict of str to Path
        What was written, and where.

    Raises
    ------
    FeedbackError
        Too few scores, a damaged table, a mistake in the branding, a notebook cell that fails (the
        rest is written all the same), or a folder that cannot be written.
    """
    from feedback_nlp.report.branding import find_branding

    folder = Path(out) if out is not None else REPORTS / str(run.record["input"]["name"])
    paths = sorted(NOTEBOOKS.glob("[0-9]*.ipynb")) if notebooks else []
    look = find_branding(run.folder, branding)
    damaged = Steps(run.folder).damaged()
    if damaged:
        raise FeedbackError(
            f"No longer what the run in {run.folder} has written (damaged, or changed since): "
            f"{', '.join(damaged)}; run the survey again to make that anew."
        )
    steps = Steps(folder)
    with steps.alone():
        return _write_report(run, folder, steps, paths, look, progress)


def _write_report(
    run: Run, folder: Path, steps: Steps, paths: Sequence[Path], look: Branding, progress: bool
) -> dict[str, Path]:
    from feedback_nlp.report.brief import write_layouts
    from feedback_nlp.report.notebook_export import export_notebook

    written: dict[str, Path] = {}
    failed: list[str] = []
    with tqdm(total=1 + len(paths), disable=not progress, bar_format=STEPS_BAR) as bar:
        bar.set_description("Typesetting the brief")
        written |= write_layouts(
            run, folder, smallest=run.record["options"]["smallest_group"], branding=look
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
                    bar.update()
                    continue
                steps.finish_files(path.stem, key, list(exported.values()))
            written[path.stem] = folder / "notebooks" / f"{path.stem}.pdf"
            bar.update()
        bar.set_description("Done")
    if failed:
        raise FeedbackError(
            f"The rest of the report is written to {folder}, but {len(failed)} of {len(paths)} "
            f"notebooks failed: {' '.join(failed)}"
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
    from feedback_nlp.themes.codebook_examples import codebook_examples

    path = Path(path) if path is not None else run.folder / "codebook.yaml"
    options = run.record["options"]
    source = options.get("codebook")
    if source and not path.exists() and Path(source).is_file():
        # The people's own words, comments and order, not what the run has kept of them.
        write_codebook(run.themes.iloc[:0], path, like=source)
    if run.themes.empty:
        raise FeedbackError(
            "This run has no themes to write; a codebook can be written by hand too: `themes:`, "
            "and below it for each theme `- id: …` with its label and three examples."
        )
    mentions = run.mentions
    themes = codebook_examples(
        run.themes, mentions, run.mention_themes, mention_vectors(mentions, options["encoder"])
    )
    if "new_themes" in run.tables:
        themes = pd.concat([themes, run.new_themes], ignore_index=True)
    return write_codebook(themes, path)


def validate(
    run: Run, sheet: str | Path | None = None, *, n: int = 200, coders: int = 1
) -> HandCheck:
    """Let people check a run's themes: draw mentions to code, or read what they have coded.

    Parameters
    ----------
    run : Run
        A finished run.
    sheet : path, optional
        The sheet, .xlsx or .csv; ``validation.xlsx`` in the run's folder by default. It is
        written where it is missing, and read where it is there.
    n : int
        Respondents to draw.
    coders : int
        1, or 2 with a sheet each.

    Returns
    -------
    HandCheck
        ``report`` is None as long as the sheet waits for its coder. Afterwards the run has the
        tables ``validation`` (precision, recall, kappa of each theme) and ``corrected_shares``.

    Raises
    ------
    FeedbackError
        A mistake in the sheet, with its row.

    Examples
    --------
    >>> import feedback_nlp as fn                                     # doctest: +SKIP
    >>> fn.validate(run, "coding.xlsx", n=200)                        # doctest: +SKIP
    >>> fn.validate(run, "coding.xlsx").report.accuracy               # doctest: +SKIP
    """
    from feedback_nlp.validation.saved import hand_check

    return hand_check(run, sheet, n=n, coders=coders)
