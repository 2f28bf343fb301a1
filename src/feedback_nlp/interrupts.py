"""Ctrl-C and the processes of a run."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Let Ctrl-C wait until other processes stand, or are gone: halfway, none could be stopped.

    Whatever is started meanwhile never sees it. A terminal sends it to every process of the run,
    but the others are stopped by the one that has started them, which says how to go on.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    # Started by the first process it would let the signals of that very thread through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
