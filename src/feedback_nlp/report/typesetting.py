"""Typst source and data -> PDF: typefaces, accessibility, whole files or none."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from feedback_nlp.plots.style import FONT_FOLDER


def typeset(
    source: Path | bytes, *, inputs: Mapping[str, str] | None = None, root: Path | None = None
) -> bytes:
    """Compile a Typst document to PDF.

    The typefaces are the bundled ones, then DejaVu Sans as matplotlib brings
    it (Arabic, Hebrew, Cyrillic, Greek), then what the machine has. The PDF is
    tagged and declares PDF/UA-1; where a document cannot meet it (a character
    that no typeface on this machine has) it is tagged all the same, without
    the declaration.

    Parameters
    ----------
    source : Path or bytes
        The document, as a file or as its content.
    inputs : mapping of str to str
        What the document reads as ``sys.inputs``.
    root : Path, optional
        Folder outside which the document can read nothing.

    Returns
    -------
    bytes

    Raises
    ------
    typst.TypstError
        If the document itself is wrong.
    """
    import typst

    def compile_with(standards: list[str]) -> bytes:
        # Its stubs know the standards as literals only.
        pdf: bytes = typst.compile(  # type: ignore[call-overload]
            str(source) if isinstance(source, Path) else source,
            root=str(root) if root else None,
            font_paths=[str(FONT_FOLDER), str(_matplotlib_fonts())],
            format="pdf",
            sys_inputs=dict(inputs or {}),
            pdf_standards=standards,
        )
        return pdf

    try:
        return compile_with(["ua-1"])
    except typst.TypstError:
        return compile_with([])


def typeset_pages(
    source: Path, *, inputs: Mapping[str, str], root: Path, dots: int = 80
) -> list[bytes]:
    """Compile a Typst document to pictures (PNG), one a page.

    Parameters
    ----------
    source, inputs, root
        As :func:`typeset` takes them.
    dots : int
        An inch.

    Returns
    -------
    list of bytes
    """
    import typst

    pages = typst.compile(
        str(source),
        root=str(root),
        font_paths=[str(FONT_FOLDER), str(_matplotlib_fonts())],
        format="png",
        ppi=float(dots),
        sys_inputs=dict(inputs),
    )
    return list(pages) if isinstance(pages, list) else [bytes(pages)]


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file so that a reader sees all of it or none; it is private to the user.

    Parameters
    ----------
    path : Path
        Its folder is made if it is missing.
    content : bytes

    Returns
    -------
    Path
        The same path.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        # Customers' words, if redacted: whoever made the report decides who may read it.
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def printable(text: str) -> bool:
    r"""Whether every character has a shape in a typeface that :func:`typeset` can use.

    Examples
    --------
    >>> printable("Slow 😡"), printable("إنترنت"), printable("\ue123")
    (True, True, False)
    """
    # Joiners, direction marks and variation selectors have no shape of their own.
    needed = {
        ord(c)
        for c in text
        if not c.isspace() and unicodedata.category(c) != "Cf" and not 0xFE00 <= ord(c) <= 0xFE0F
    }
    for path in _font_files():
        if not needed:
            break
        needed -= _characters(path)
    return not needed


@lru_cache(maxsize=1)
def _font_files() -> tuple[str, ...]:
    import typst

    ours = [*sorted(FONT_FOLDER.glob("*.ttf")), _matplotlib_fonts() / "DejaVuSans.ttf"]
    installed = [font.path for font in typst.Fonts().fonts() if font.path]
    return tuple(dict.fromkeys([str(path) for path in [*ours, *installed]]))


@lru_cache(maxsize=1024)
def _characters(path: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path).get_charmap())
    except RuntimeError:
        # An installed font that cannot be read covers nothing.
        return frozenset()


def _matplotlib_fonts() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"
