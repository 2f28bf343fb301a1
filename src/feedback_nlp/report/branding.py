"""``report.yaml``: title, company, logo, accent colour and the language of numbers and dates."""

from __future__ import annotations

import base64
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import visible
from feedback_nlp.plots.number_format import LANGUAGES
from feedback_nlp.plots.style import PALETTE

#: Looked for beside the run and in the working folder.
NAME = "report.yaml"
KEYS = ("title", "company", "logo", "accent", "language")
#: Contrast on white that text needs (WCAG 2.1, 1.4.3).
LEAST_CONTRAST = 4.5
LARGEST_FILE = 20_000  # bytes
LARGEST_LOGO = 500_000  # bytes
_LONGEST = {"title": 90, "company": 60}
_PNG = b"\x89PNG\r\n\x1a\n"
#: An SVG that runs, loads or grows is no logo.
_NOT_IN_SVG = re.compile(
    rb"<!DOCTYPE|<!ENTITY|<script|<foreignObject|\son\w+\s*=|"
    rb"(?:href|src)\s*=\s*[\"']\s*(?!#|data:image/)|url\(\s*[\"']?\s*(?!#|[\"']?#|data:image/)|@import",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Branding:
    """How a company's reports look.

    Attributes
    ----------
    title : str or None
        Title of the report; a plain one by default.
    company : str or None
        Name of the company, for the running head and the logo's description.
    logo : bytes or None
        Content of a PNG or SVG file.
    logo_format : str
        ``"png"`` or ``"svg"``.
    accent : str
        Colour as ``#RRGGBB``.
    language : str
        Language of dates and numbers (ISO 639-1).
    """

    title: str | None = None
    company: str | None = None
    logo: bytes | None = None
    logo_format: str = ""
    accent: str = PALETTE["promoter"]
    language: str = "en"

    def logo_uri(self) -> str:
        """The logo as a ``data:`` address; empty without one."""
        if self.logo is None:
            return ""
        kind = "svg+xml" if self.logo_format == "svg" else self.logo_format
        return f"data:image/{kind};base64,{base64.b64encode(self.logo).decode()}"


def find_branding(run_folder: Path | None, given: str | Path | None = None) -> Branding:
    """Read the file that is given, or that lies beside the run or in the working folder.

    Raises
    ------
    FeedbackError
        As :func:`read_branding`.
    """
    if given is not None:
        return read_branding(Path(given))
    for folder in (run_folder, Path.cwd()):
        if folder is not None and (Path(folder) / NAME).is_file():
            return read_branding(Path(folder) / NAME)
    return Branding()


def read_branding(path: Path) -> Branding:
    """Read how a company's reports look.

    Parameters
    ----------
    path : Path
        A YAML file with some of the keys ``title``, ``company``, ``logo`` (a PNG or SVG file,
        from the folder of this file), ``accent`` (``"#RRGGBB"``) and ``language``.

    Returns
    -------
    Branding

    Raises
    ------
    FeedbackError
        In one sentence, with the line: what is wrong and what to write instead.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "report.yaml").write_text("title: Voice of the customer\\nlanguage: de\\n")
    >>> read_branding(folder / "report.yaml").title
    'Voice of the customer'
    """
    texts = _texts(path)
    for key, longest in _LONGEST.items():
        if key in texts and len(texts[key][0]) > longest:
            line = texts[key][1]
            raise FeedbackError(
                f"{path.name}, line {line}: the {key} has {len(texts[key][0])} characters; "
                f"{longest} fit on the page."
            )
    logo, kind = _logo(path, *texts["logo"]) if "logo" in texts else (None, "")
    return Branding(
        title=texts["title"][0] if "title" in texts else None,
        company=texts["company"][0] if "company" in texts else None,
        logo=logo,
        logo_format=kind,
        accent=_accent(path, *texts["accent"]) if "accent" in texts else PALETTE["promoter"],
        language=_language(path, *texts["language"]) if "language" in texts else "en",
    )


def contrast_on_white(colour: str) -> float:
    """Contrast of a colour with white (WCAG 2.1, relative luminance), 1 to 21.

    Examples
    --------
    >>> contrast_on_white("#000000"), round(contrast_on_white("#FFCC00"), 2)
    (21.0, 1.51)
    """
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def _texts(path: Path) -> dict[str, tuple[str, int]]:
    """Each key's text and its line."""
    root = _root(path)
    if root is None:
        return {}
    if root.id != "mapping":
        raise FeedbackError(
            f"{path.name}, line {_line(root)}: write a key and a value a line, such as "
            "`title: Voice of the customer`."
        )
    texts: dict[str, tuple[str, int]] = {}
    for key, value in root.value:
        word = visible(str(key.value)) if key.id == "scalar" else ""
        if word not in KEYS:
            near = difflib.get_close_matches(word, KEYS, 1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(KEYS)}."
            raise FeedbackError(
                f"{path.name}, line {_line(key)}: unknown key {word[:40]!r}; {hint}"
            )
        if word in texts:
            raise FeedbackError(f"{path.name}, line {_line(key)}: `{word}` stands there twice.")
        if value.id != "scalar":
            raise FeedbackError(
                f"{path.name}, line {_line(value)}: `{word}` must be one text; put it in quotes "
                "if it has brackets or a colon."
            )
        text = " ".join(str(value.value).split())
        if not text and word == "accent" and value.style is None:
            raise FeedbackError(
                f"{path.name}, line {_line(key)}: the accent is empty; a colour begins with #, "
                'so put it in quotes: "#1F5FA8".'
            )
        if text:
            texts[word] = (text, _line(value))
    return texts


def _root(path: Path) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.events import AliasEvent

    text = _read(path)
    try:
        for event in YAML(typ="rt", pure=True).parse(StringIO(text)):
            anchored = isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None
            if anchored or getattr(event, "tag", None) is not None:
                raise FeedbackError(
                    f"{path.name}, line {event.start_mark.line + 1}: an anchor, alias or tag "
                    "(&, * or !); put the text in quotes if it begins with one."
                )
        return YAML(typ="rt", pure=True).compose(StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise FeedbackError(
            f"{path.name}, line {line}: this is no YAML; put texts with : # [ {{ ' or \" in quotes."
        ) from error
    except YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0) or 0) + 1
        raise FeedbackError(
            f"{path.name}, line {line}: a character that YAML does not allow; delete it."
        ) from error


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FeedbackError(
            f"The file {path} cannot be read ({error.strerror or error}); --branding takes a "
            "report.yaml."
        ) from error
    if len(raw) > LARGEST_FILE:
        raise FeedbackError(
            f"{path.name} has {len(raw) // 1000} kB; a report.yaml has a few lines: is it the "
            "right file?"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FeedbackError(
            f"{path.name}, line {line}: a character that is not UTF-8; save the file as UTF-8."
        ) from error


def _accent(path: Path, text: str, line: int) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", text):
        raise FeedbackError(
            f"{path.name}, line {line}: the accent {visible(text)[:40]!r} is no colour; write it "
            'as "#RRGGBB", such as "#1F5FA8".'
        )
    contrast = contrast_on_white(text)
    if contrast < LEAST_CONTRAST:
        raise FeedbackError(
            f"{path.name}, line {line}: the accent {text} has a contrast of {contrast:.1f} on "
            f"white, and text needs {LEAST_CONTRAST}; choose a darker one."
        )
    return text.upper()


def _language(path: Path, text: str, line: int) -> str:
    if text not in LANGUAGES:
        raise FeedbackError(
            f"{path.name}, line {line}: numbers and dates cannot be written in "
            f"{visible(text)[:40]!r}; there are {', '.join(LANGUAGES)}."
        )
    return text


def _logo(path: Path, text: str, line: int) -> tuple[bytes, str]:
    where = f"{path.name}, line {line}"
    shown = visible(text)[:80]
    file = path.parent / text
    try:
        if file.stat().st_size > LARGEST_LOGO:
            raise FeedbackError(
                f"{where}: the logo {shown} has {file.stat().st_size // 1000} kB; "
                f"make it smaller than {LARGEST_LOGO // 1000} kB."
            )
        content = file.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise FeedbackError(
            f"{where}: the logo {shown} cannot be read ({why}); its path starts from the folder "
            f"of {path.name}."
        ) from error
    if content.startswith(_PNG):
        _check_png(content, f"{where}: the logo {shown}")
        return content, "png"
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not re.match(rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg[\s>]", head, re.DOTALL):
        raise FeedbackError(f"{where}: the logo {shown} is neither a PNG nor an SVG picture.")
    if _NOT_IN_SVG.search(content):
        raise FeedbackError(
            f"{where}: the logo {shown} loads or runs something (a script, a link, an entity); "
            "save it as a plain SVG."
        )
    _check_svg(content, f"{where}: the logo {shown}")
    return content, "svg"


def _check_png(content: bytes, named: str) -> None:
    from io import BytesIO

    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=["PNG"]) as picture:
            picture.verify()
    except Exception as error:
        # Pillow raises what its decoders raise: SyntaxError, OSError, struct.error.
        raise FeedbackError(f"{named} is broken; save it again as PNG.") from error


def _check_svg(content: bytes, named: str) -> None:
    from xml.etree import ElementTree

    try:
        # No document type and no entity is in it (see _NOT_IN_SVG): nothing can grow.
        root = ElementTree.fromstring(content)  # noqa: S314
    except ElementTree.ParseError as error:
        raise FeedbackError(f"{named} is broken; save it again as SVG.") from error
    sized: Mapping[str, str] = root.attrib
    if "viewBox" not in sized and not {"width", "height"} <= set(sized):
        raise FeedbackError(f"{named} does not say its size (viewBox); save it again as SVG.")


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
