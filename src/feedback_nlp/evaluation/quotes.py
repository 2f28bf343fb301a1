"""Figures quoted in README and docs, tied to ``evaluation.json`` by a comment behind each.

``0.94 (0.91–0.96)<!-- answer_kinds: test_all/macro-f1/feedback-nlp -->`` quotes a figure with its
interval; ``4.8 %<!-- … -->`` quotes it in per cent. The comment is not shown.
"""

from __future__ import annotations

import re
from typing import Any

from feedback_nlp.errors import FeedbackError

_QUOTE = re.compile(
    r"(?P<value>\d+\.?\d*)(?P<percent>[  ]%)?"
    r"(?P<interval> \((?P<low>\d+\.?\d*)–(?P<high>\d+\.?\d*)\))?"
    r"<!-- (?P<section>\w+): (?P<id>[^\s>]+) -->"
)
_MARK = re.compile(r"<!-- \w+: [^\s>]+/[^\s>]+ -->")


def refresh_quotes(text: str, record: dict[str, Any]) -> str:
    """Bring every quoted figure up to date, with as many decimals as it has.

    Parameters
    ----------
    text : str
        Markdown.
    record : dict
        As ``evaluation.json`` holds it.

    Returns
    -------
    str

    Raises
    ------
    FeedbackError
        A quoted figure was never measured, or a comment has no number before it.

    Examples
    --------
    >>> figure = {"id": "test/f1/ours", "value": 0.937, "low": 0.912, "high": 0.96}
    >>> record = {"sections": {"kinds": {"figures": [figure]}}}
    >>> refresh_quotes("F1 0.90 (0.8–0.9)<!-- kinds: test/f1/ours -->", record)
    'F1 0.94 (0.9–1.0)<!-- kinds: test/f1/ours -->'
    """
    known = {
        (section, figure["id"]): figure
        for section, kept in record["sections"].items()
        for figure in kept["figures"]
    }
    marks, quotes = len(_MARK.findall(text)), list(_QUOTE.finditer(text))
    if marks != len(quotes):
        raise FeedbackError(
            f"{marks - len(quotes)} comments that name a figure have no number before them."
        )

    def measured(match: re.Match[str]) -> str:
        key = (match["section"], match["id"])
        if key not in known:
            raise FeedbackError(
                f"The figure {': '.join(key)} is quoted, but docs/evaluation.json has none of that "
                "name."
            )
        figure, times = known[key], 100 if match["percent"] else 1
        said = _like(match["value"], times * figure["value"]) + (match["percent"] or "")
        if match["interval"]:
            low = _like(match["low"], times * figure["low"])
            said += f" ({low}–{_like(match['high'], times * figure['high'])})"
        return said + match[0][match[0].index("<!--") :]

    return _QUOTE.sub(measured, text)


def _like(quoted: str, value: float) -> str:
    """A number with as many decimals as the one quoted."""
    return f"{value:.{len(quoted.partition('.')[2])}f}"
