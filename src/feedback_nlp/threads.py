"""How many threads work side by side, and how the interpreter shares its time among them."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any, Generic, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")
Value = TypeVar("Value")

_OBJECTS = 50_000
_TURN = 0.0005  # seconds; a twentieth of the time is saved against Python's own 0.005
_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
THREADS = max(1, int(os.environ.get("FEEDBACK_NLP_THREADS") or _CORES or 1))


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


class WhileNeeded(Generic[Value]):
    """A setting of the interpreter while anybody needs it.

    The first who needs it saves what was before, the last who leaves puts it back, whatever the
    order in which threads come and go.

    Parameters
    ----------
    read : callable
        Gives the setting as it is.
    write : callable
        Sets it.
    wanted : callable
        From the setting as it was to the one needed.

    Examples
    --------
    >>> set_to = [7]
    >>> larger = WhileNeeded(lambda: set_to[0], lambda n: set_to.append(n), lambda n: n + 1)
    >>> with larger(), larger():
    ...     set_to
    [7, 8]
    >>> set_to
    [7, 8, 7]
    """

    def __init__(
        self,
        read: Callable[[], Value],
        write: Callable[[Value], Any],
        wanted: Callable[[Value], Value],
    ) -> None:
        self._read, self._write, self._wanted = read, write, wanted
        self._inside, self._counting = 0, Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._counting:
            if not self._inside:
                self._before = self._read()
                self._write(self._wanted(self._before))
            self._inside += 1
        try:
            yield
        finally:
            with self._counting:
                self._inside -= 1
                if not self._inside:
                    self._write(self._before)


# Python looks for cycles of dead objects whenever some hundred or thousand more objects live than
# before; reading, loading and counting make millions that do, and hardly a cycle.
fewer_collections: WhileNeeded[tuple[int, int, int]] = WhileNeeded(
    gc.get_threshold,
    lambda before: gc.set_threshold(*before),
    lambda before: (max(_OBJECTS, before[0]), *before[1:]) if before[0] else before,
)

# Python gives way to waiting threads sooner: a core stands idle until a batch is handed on.
short_turns = WhileNeeded(
    sys.getswitchinterval, sys.setswitchinterval, lambda before: min(before, _TURN)
)
