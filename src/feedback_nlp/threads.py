"""How many threads work side by side, and how often the process stops to collect garbage."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

_OBJECTS = 50_000
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


@contextmanager
def fewer_collections() -> Iterator[None]:
    """Look for cycles of dead objects seldom while word lists and models are being loaded.

    Python looks after every 700 new objects that stay, and we load millions that do.

    Examples
    --------
    >>> before = gc.get_threshold()
    >>> with fewer_collections():
    ...     gc.get_threshold() > before
    True
    >>> gc.get_threshold() == before
    True
    """
    before = gc.get_threshold()
    if before[0]:  # 0: switched off
        gc.set_threshold(max(_OBJECTS, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
