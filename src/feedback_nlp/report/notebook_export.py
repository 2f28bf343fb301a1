"""A notebook, run anew with parameters -> HTML and PDF that look made.

HTML by nbconvert, in one file that loads nothing: code folded away, pictures
inside. PDF by pandoc and Typst, which both come from pip: nothing else needs
to be installed. What cells print and what tables hold is escaped on both ways.
Pictures that Markdown links to are shown in the HTML where the address can be
reached; in the PDF their description stands instead.
"""

from __future__ import annotations

import asyncio
import base64
import html
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from feedback_nlp.errors import FeedbackError
from feedback_nlp.report.typesetting import typeset, write_whole

PREAMBLE = Path(__file__).parent / "notebook.typ"
STYLE = Path(__file__).parent / "notebook.css"

_COLOURS = 96
#: Colour codes that programs send to terminals.
_TERMINAL_CODE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FOLDED = """
{%- extends 'basic/index.html.j2' -%}
{% block input_group %}
{%- if cell.source and cell.source.strip() -%}
<details class="code"><summary>Code</summary>{{ super() }}</details>
{%- endif -%}
{% endblock input_group %}
"""


def export_notebook(
    path: Path, out: Path, parameters: Mapping[str, Any], *, seconds: int = 600
) -> dict[str, Path]:
    """Run a notebook with parameters and export it to HTML and PDF.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed. Cells run in its folder.
    out : Path
        Folder to write to; made if it is missing.
    parameters : mapping
        Values for the variables of the cell tagged ``parameters`` (papermill);
        paths are passed as text.
    seconds : int
        The longest a single cell may take.

    Returns
    -------
    dict
        ``notebook`` (as run), ``html`` and ``pdf`` -> the files written.

    Raises
    ------
    FeedbackError
        If the notebook is missing, a cell fails or takes too long (the message
        names the notebook, the cell and the cause), or its pages cannot be
        made. Nothing is written.

    Examples
    --------
    >>> export_notebook(Path("notebooks/01_the_survey.ipynb"), Path("reports/sample"),
    ...                 {"run_dir": "data/processed/sample_survey"})          # doctest: +SKIP
    """
    import nbformat

    path, out = Path(path), Path(out)
    notebook = _run(path, parameters, seconds)
    title = _title(notebook, path)
    try:
        content = {
            "notebook": (f"{path.stem}.ipynb", nbformat.writes(notebook).encode()),
            "html": (f"{path.stem}.html", _to_html(notebook, title).encode()),
            "pdf": (f"{path.stem}.pdf", _to_pdf(notebook, title)),
        }
    except Exception as error:
        # What nbconvert, pandoc and Typst raise is theirs, and no reason to lose the other pages.
        raise FeedbackError(
            f"The notebook {path.name} ran, but cannot be exported because of "
            f"{_cause(error)}; look for what is unusual in its cells or in what they show."
        ) from error
    return {kind: write_whole(out / name, data) for kind, (name, data) in content.items()}


def _run(path: Path, parameters: Mapping[str, Any], seconds: int) -> Any:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    if not path.is_file():
        raise FeedbackError(f"There is no notebook {path}; check its name and folder.")
    plain = {k: str(v) if isinstance(v, Path) else v for k, v in parameters.items()}
    try:
        notebook = load_notebook_node(str(path))
    except Exception as error:
        # papermill and nbformat raise whatever their JSON reader raised.
        raise FeedbackError(
            f"The file {path.name} cannot be read as a notebook; open and save it in JupyterLab."
        ) from error
    notebook = parameterize_notebook(notebook, plain, kernel_name="python3", language="python")
    started: list[Any] = []
    client = NotebookClient(
        notebook,
        on_cell_start=lambda cell, cell_index: started.append(cell),
        km=_kernel_of_this_python(),
        timeout=seconds,
        shutdown_kernel="immediate",  # a polite end of a busy kernel prints tracebacks
        extra_arguments=["--InlineBackend.figure_formats={'retina'}", "--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent.resolve())}},
    )
    try:
        _execute(client)
    except CellTimeoutError as error:
        raise FeedbackError(
            f"The notebook {path.name} stopped at {_named(notebook, started)}, which took longer "
            f"than {seconds} seconds; give it less data or more time."
        ) from error
    except CellExecutionError as error:
        cause = _TERMINAL_CODE.sub("", f"{error.ename}: {error.evalue}").strip().splitlines()[0]
        raise FeedbackError(
            f"The notebook {path.name} stopped at {_named(notebook, started)} because of "
            f"{cause.rstrip('.')}; mend that cell or the run it reads."
        ) from error
    except DeadKernelError as error:
        raise FeedbackError(
            f"The notebook {path.name} stopped at {_named(notebook, started)} because its Python "
            "process died, most often for want of memory; give it less data."
        ) from error
    except RuntimeError as error:
        raise FeedbackError(
            f"The notebook {path.name} could not be started because of {_cause(error)}; try again "
            "when the machine is less busy."
        ) from error
    return notebook


class _LeavesSignals(asyncio.SelectorEventLoop):
    """A loop that lets Ctrl-C be Ctrl-C; nbclient would take it for a kernel that has died."""

    def add_signal_handler(self, *_: Any) -> None:  # type: ignore[override]
        raise RuntimeError("signals are left to Python")


def _execute(client: Any) -> None:
    """Run all cells, and end the kernel whatever happens: its manager is ours, not the client's."""
    from nbclient.exceptions import DeadKernelError

    async def cells() -> None:
        try:
            await client.async_execute(cleanup_kc=True)
        except DeadKernelError:
            # To nbclient whatever cancels a cell is the death of its kernel; Ctrl-C does too.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from None
            raise

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        with asyncio.Runner(loop_factory=_LeavesSignals) as runner:
            runner.run(cells())
    else:
        # In a notebook of the user's own, which has a loop already.
        client.execute(cleanup_kc=True)


def _cause(error: BaseException) -> str:
    """What an error says of itself, on one line."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}".rstrip(".") if said else type(error).__name__


def _kernel_of_this_python() -> Any:
    """A kernel of the running Python, whatever kernels the user has registered."""
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class ThisPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(resource_dir="", **get_kernel_dict())

    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())


def _named(notebook: Any, started: Sequence[Any]) -> str:
    """The cell begun last: its number, counted as in the notebook itself, and first line."""
    if not started:
        return "its first cell"
    own = [c for c in notebook.cells if "injected-parameters" not in c.metadata.get("tags", [])]
    number = next((n for n, cell in enumerate(own, start=1) if cell is started[-1]), 0)
    first_line = next((line for line in started[-1].source.splitlines() if line.strip()), "")
    return f"cell {number} (“{first_line.strip()[:60]}”)"


def _title(notebook: Any, path: Path) -> str:
    for cell in notebook.cells:
        heading = (
            re.search(r"^# +(.+)$", cell.source, re.M) if cell.cell_type == "markdown" else None
        )
        if heading:
            return re.sub(r"[*`]", "", heading.group(1)).strip()
    return path.stem.replace("_", " ")


def _to_html(notebook: Any, title: str) -> str:
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        raw_template=_FOLDED, sanitize_html=True, embed_images=True, exclude_anchor_links=True
    )
    body, _ = exporter.from_notebook_node(_without_parameters(notebook))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{STYLE.read_text()}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _to_pdf(notebook: Any, title: str) -> bytes:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        body = "\n\n".join(_typst_parts(_without_parameters(notebook), root))
        document = root / "notebook.typ"
        document.write_text(PREAMBLE.read_text() + body)
        return typeset(document, inputs={"title": title}, root=root)


def _without_parameters(notebook: Any) -> Any:
    """The notebook without the cells of parameters: paths of this machine interest no reader."""
    import copy

    told = copy.deepcopy(notebook)
    told.cells = [
        cell
        for cell in told.cells
        if not {"parameters", "injected-parameters"} & set(cell.metadata.get("tags", []))
    ]
    return told


def _typst_parts(notebook: Any, folder: Path) -> Iterator[str]:
    heading = ""
    pictures = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            headings = re.findall(r"^#+ +(.+)$", cell.source, re.M)
            heading = headings[-1] if headings else heading
            yield _pandoc(cell.source, "gfm")
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                pictures += 1
                name = f"picture-{pictures}.png"
                (folder / name).write_bytes(_few_colours(base64.b64decode(data["image/png"])))
                alt = cell.metadata.get("alt") or f"Picture {pictures}, under “{heading}”"
                yield f"#image({json.dumps(name)}, alt: {_string(alt)})"
            elif "text/html" in data:
                yield _pandoc(data["text/html"], "html-native_divs-native_spans")
            elif "text/markdown" in data:
                yield _pandoc(data["text/markdown"], "gfm")
            else:
                text = output.get("text") or data.get("text/plain") or ""
                text = _TERMINAL_CODE.sub("", text).strip("\n")
                if text and output.get("name") != "stderr":
                    yield f"#raw(block: true, {_string(text)})"


def _few_colours(png: bytes) -> bytes:
    """The same picture in a palette: a chart has few colours, and its PDF half the size."""
    from PIL import Image

    content = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture.getchannel("A") if "A" in picture.getbands() else None)
        flat.quantize(_COLOURS, dither=Image.Dither.NONE).save(content, "PNG")
    return content.getvalue()


def _pandoc(text: str, source_format: str) -> str:
    import pypandoc

    # In the sandbox pandoc reads no file and no address, whatever the text names.
    document = pypandoc.convert_text(
        text, "json", format=source_format, extra_args=["--sandbox"], verify_format=False
    )
    plain = json.dumps(_without_pictures(json.loads(document)))
    typst = pypandoc.convert_text(
        plain, "typst", format="json", extra_args=["--sandbox"], verify_format=False
    )
    return str(typst).replace("align(center)[#table(", "align(left)[#table(")


def _without_pictures(node: Any) -> Any:
    """A pandoc document with its linked pictures replaced by what they are said to show."""
    if isinstance(node, list):
        return [_without_pictures(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("t") == "Image":
        return {"t": "Emph", "c": _without_pictures(node["c"][1])}
    return {key: _without_pictures(value) for key, value in node.items()}


def _string(text: str) -> str:
    """A Typst string literal: nothing in it is markup or code."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "").replace("\t", "    ") + '"'
