"""How many threads work side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

THREADS = max(1, int(os.environ.get("FEEDBACK_NLP_THREADS") or os.cpu_count() or 1))


def side_by_side(work: Callable[[Given], Made], given: Iterable[Given]) -> list[Made]:
    """What `work` makes of each thing given, in their order, by one thread a core.

    Parameters
    ----------
    work : callable
        Worth it where most of its time goes to libraries that let other threads run.
    given : iterable

    Returns
    -------
    list

    Examples
    --------
    >>> side_by_side(abs, [-1, 2])
    [1, 2]
    """
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, given))
