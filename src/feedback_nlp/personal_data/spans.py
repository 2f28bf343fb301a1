"""Where in a text personal data lies."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """Personal data of the kind ``label`` at ``text[start:end]``."""

    start: int
    end: int
    label: str
