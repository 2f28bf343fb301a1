"""Text that may hold customers' words or column names, as Markdown that shows it and no more."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_MARKS = re.compile(r"([\\`*_{}\[\]#+!|~$^=])")


def plain(text: str) -> str:
    r"""Escape a text so that Markdown shows it as it stands: no markup, no formula, no link.

    Examples
    --------
    >>> plain("*best* <b>price</b> [here](x) $5")
    '\\*best\\* &lt;b&gt;price&lt;/b&gt; \\[here\\](x) \\$5'
    """
    escaped = _MARKS.sub(r"\\\1", html.escape(" ".join(str(text).split()), quote=False))
    # What looks like an address would become a link of its own.
    return re.sub(r"(?i)\b(https?|www)(?=[:.])", "\\1\u200b", escaped).replace("@", "&#64;")


def bullets(lines: Iterable[str]) -> str:
    """A list, one line a text.

    Examples
    --------
    >>> bullets(["first", "second"])
    '- first\\n- second'
    """
    return "\n".join(f"- {plain(line)}" for line in lines)


def quotations(quotes: Iterable[tuple[str, str]]) -> str:
    """Quotes one below the other, each with what stands under it.

    Examples
    --------
    >>> quotations([("It *never* came", "score 3")])
    '> It \\\\*never\\\\* came\\n>\\n> – score 3'
    """
    return "\n\n".join(f"> {plain(text)}\n>\n> – {plain(by)}" for text, by in quotes)
