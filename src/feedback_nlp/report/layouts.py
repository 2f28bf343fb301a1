"""The same data laid out three ways: a brief (A4), a deck (16:9), a web page; no logic here.

What a survey or a company brings arrives in the templates as strings: Typst sets
them as text, and jinja2 escapes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from feedback_nlp.report.branding import Branding
from feedback_nlp.report.typesetting import typeset, typeset_pages

FOLDER = Path(__file__).parent
#: Steps in which ``brief.typ`` draws its pictures smaller.
_TIGHTER = (1, 2, 3)
#: Enough to count pages.
_COUNTING_DOTS = 4


def with_pictures(data: Mapping[str, Any], pictures: Mapping[str, str]) -> dict[str, Any]:
    """Give the data with the pictures' SVG beside their captions."""
    figures = {name: {**data["figures"][name], "svg": svg} for name, svg in pictures.items()}
    return {**data, "figures": figures}


def to_pdf(layout: str, data: Mapping[str, Any], branding: Branding) -> bytes:
    """Typeset the data as the layout ``"brief"`` or ``"deck"``.

    Raises
    ------
    OSError
        There is no such layout.
    """
    if layout == "brief":
        data = _drawn_in(data, branding)
    return typeset(_file(layout), inputs=_inputs(data, branding), root=FOLDER)


def _drawn_in(data: Mapping[str, Any], branding: Branding) -> Mapping[str, Any]:
    """Set the brief closer where its last page would hold nothing but how it was made.

    Where that does not save the page, the table of all themes goes to it too.
    """
    pages, needed = _pages(data, branding), _pages({**data, "method": []}, branding)
    if pages <= needed:
        return data
    for tight in _TIGHTER:
        closer = {**data, "tight": tight}
        if _pages(closer, branding) <= needed:
            return closer
    together = {**data, "together": True}
    return together if _pages(together, branding) <= pages else data


def _pages(data: Mapping[str, Any], branding: Branding) -> int:
    inputs = _inputs(data, branding)
    return len(typeset_pages(_file("brief"), inputs=inputs, root=FOLDER, dots=_COUNTING_DOTS))


def to_png(layout: str, data: Mapping[str, Any], branding: Branding, dots: int) -> list[bytes]:
    """Typeset the data as pictures, one a page; `dots` an inch."""
    return typeset_pages(_file(layout), inputs=_inputs(data, branding), root=FOLDER, dots=dots)


def to_html(data: Mapping[str, Any], branding: Branding) -> str:
    """Lay the data out as one web page that loads nothing."""
    from markupsafe import Markup

    # The only markup that is not escaped is what this project drew itself.
    pictures = {
        name: Markup(_inline(figure["svg"]))  # noqa: S704
        for name, figure in data["figures"].items()
    }
    page: str = _template().render(
        **data,
        pictures=pictures,
        logo=branding.logo_uri(),
        style=Markup((FOLDER / "page.css").read_text("utf-8")),  # noqa: S704
    )
    return page


def _file(layout: str) -> Path:
    template = FOLDER / f"{layout}.typ"
    if not template.is_file():
        raise FileNotFoundError(f"No such file: {template}")
    return template


def _inputs(data: Mapping[str, Any], branding: Branding) -> dict[str, str]:
    return {"data": json.dumps({**data, "logo": _logo(branding)})}


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")


def _inline(svg: str) -> str:
    """The SVG element alone: no XML declaration, no document type."""
    return svg[svg.index("<svg") :]


def _logo(branding: Branding) -> dict[str, Any] | None:
    if branding.logo is None:
        return None
    alt = f"Logo of {branding.company}" if branding.company else "Logo"
    # JSON has no bytes; Typst makes them again of numbers.
    return {"format": branding.logo_format, "bytes": list(branding.logo), "alt": alt}
