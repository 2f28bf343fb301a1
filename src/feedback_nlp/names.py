"""Names that come from outside, made safe to print, to keep and to use as a folder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable


def visible(text: str, longest: int = 80) -> str:
    r"""Text of a customer's file made safe to print: control characters shown, length bounded.

    Examples
    --------
    >>> print(visible("score\x1b[2J"))
    score\x1b[2J
    """
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "backslashreplace").decode("ascii")
        for character in text
    )


def slug(text: str) -> str:
    """A name that is safe as a folder: lower-case letters, digits and "_"; "survey" if none.

    Examples
    --------
    >>> slug("NPS Export (März 2024)"), slug("../..")
    ('nps_export_marz_2024', 'survey')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:60].rstrip("_")
    # Names of devices on Windows, which cannot be folders there.
    if re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", name):
        return f"survey_{name}"
    return name or "survey"


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name itself, or with _2, _3 … appended until nothing else bears it."""
    taken = taken if isinstance(taken, Container) else set(taken)
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate
