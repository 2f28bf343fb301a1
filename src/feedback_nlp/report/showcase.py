"""What the documentation shows: the gallery, and brief, deck, page and notebooks as examples.

``python -m feedback_nlp.report.showcase [RUN_DIR [DOCS]]`` makes all of it anew from a finished
run of the bundled sample survey.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from feedback_nlp.errors import FeedbackError
from feedback_nlp.report.brief import page_one, write_layouts
from feedback_nlp.report.gallery import write_gallery
from feedback_nlp.report.notebook_export import export_notebook
from feedback_nlp.report.typesetting import write_whole

RUN = Path("data/processed/sample_survey")
DOCS = Path("docs")
NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
#: Dots an inch of the picture of page one.
DOTS = 80


def write_showcase(run: Any, docs: Path, notebooks: Path = NOTEBOOKS) -> list[Path]:
    """Write gallery, examples and the picture of page one.

    Parameters
    ----------
    run
        A finished run of the sample survey.
    docs : Path
        ``gallery.md``, ``gallery/``, ``examples/`` and ``images/`` are written here.
    notebooks : Path
        The folder of the notebooks.

    Returns
    -------
    list of Path
    """
    with TemporaryDirectory() as scratch:
        made = write_layouts(run, Path(scratch))
        written = [
            write_whole(docs / "examples" / path.name, path.read_bytes()) for path in made.values()
        ]
        for path in sorted(notebooks.glob("[0-9]*.ipynb")):
            parameters = {"run_dir": str(Path(run.folder).resolve())}
            pdf = export_notebook(path, Path(scratch), parameters)["pdf"]
            written.append(write_whole(docs / "examples" / pdf.name, pdf.read_bytes()))
    picture = docs / "images" / "brief_page_one.png"
    written.append(write_whole(picture, page_one(run, dots=DOTS)))
    return [*written, write_gallery(run, docs)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    from feedback_nlp.run_folder import load_run

    given = list(sys.argv[1:] if arguments is None else arguments)
    run = load_run(given[0] if given else RUN)
    try:
        written = write_showcase(run, Path(given[1]) if len(given) > 1 else DOCS)
    except FeedbackError as error:
        print(error, file=sys.stderr)
        return 2
    for path in written:
        print(f"{path}  {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
