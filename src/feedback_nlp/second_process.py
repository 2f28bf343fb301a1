"""A second Python beside this one, for work that would wait for the first one's lock.

Cleaning and reading words is Python, and so is most of what else a run does; threads would take
turns. The command line starts one more process while the survey is still being read. Without it
(called as a library, on one core, as a worker of many) this process does the same work: scripts
need no ``if __name__ == "__main__"``, and the tables are the same bytes.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import RLock, Thread
from typing import Any, ParamSpec, TypeVar

from feedback_nlp.errors import FeedbackError
from feedback_nlp.interrupts import interrupts_wait
from feedback_nlp.threads import THREADS, fewer_collections

Given = ParamSpec("Given")
Made = TypeVar("Made")


class SecondProcess:
    """One more process, which does one thing after the other.

    Parameters
    ----------
    prepare : callable
        What it does first, unasked: loading what it will need.
    """

    def __init__(self, prepare: Callable[[], Any]) -> None:
        from multiprocessing import get_context

        # A copy of this process would inherit locks that nobody gives back.
        context = get_context("spawn")
        self._line, far_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(far_end, prepare), daemon=True)
        with interrupts_wait():
            self._process.start()
        far_end.close()
        self._talking = ThreadPoolExecutor(1, "second process")
        self._closed = False

    def submit(
        self, work: Callable[Given, Made], *given: Given.args, **options: Given.kwargs
    ) -> Future[Made]:
        """Have it do something.

        Parameters
        ----------
        work : callable
            A function of a module.
        *given, **options
            For `work`; they are copied.

        Returns
        -------
        Future
            Holds what `work` returns, or raises: a `FeedbackError`, `MemoryError` or `OSError` as
            it is, any other as a `RuntimeError` that names it, `CancelledError` after `close`. If
            the process has died, this one does the work.
        """
        return self._talking.submit(self._asked, work, given, options)

    def close(self) -> None:
        """Stop it, whatever it does."""
        self._closed = True
        self._talking.shutdown(wait=False, cancel_futures=True)
        self._process.terminate()
        self._process.join()

    def _asked(
        self, work: Callable[..., Made], given: tuple[Any, ...], options: dict[str, Any]
    ) -> Made:
        answer = self._answer(work, given, options)
        if answer is None:  # it was killed, for its memory or by a person
            if self._closed:
                raise CancelledError
            if self in _beside:
                _beside.remove(self)
            return work(*given, **options)
        made, error = answer
        if error is not None:
            raise error
        result: Made = made
        return result

    def _answer(self, *question: Any) -> tuple[Any, Exception | None] | None:
        from multiprocessing.connection import wait

        try:
            self._line.send(question)
            if self._line not in wait([self._line, self._process.sentinel]):
                return None
            answer: tuple[Any, Exception | None] = self._line.recv()
        except (EOFError, OSError):
            return None
        return answer


def _serve(line: Any, prepare: Callable[[], Any]) -> None:
    """Do what is asked for until the process that asks has gone."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: it was not started deaf to Ctrl-C
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()
    from tqdm.auto import tqdm

    # No bar is shown here; the lock it would share with other processes outlives a killed one.
    tqdm.set_lock(RLock())
    with fewer_collections():
        with suppress(Exception):  # the work that needs what is missing will say so
            prepare()
        while True:
            try:
                line.send(_done(*line.recv()))
            except (EOFError, OSError):
                return


def _leave_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # in the midst of work, which nobody waits for


def _done(
    work: Callable[..., Any], given: tuple[Any, ...], options: dict[str, Any]
) -> tuple[Any, Exception | None]:
    try:
        return work(*given, **options), None
    except Exception as error:
        # Libraries' own errors often cannot be sent, or not be made anew where they come to.
        told = (
            error
            if isinstance(error, FeedbackError | MemoryError | OSError)
            else RuntimeError(f"{type(error).__name__}: {error}")
        )
        told.add_note(f"In the second process:\n{traceback.format_exc()}")
        return None, told


_beside: list[SecondProcess] = []


def second_process() -> SecondProcess | None:
    """The process that stands ready, if there is one."""
    return _beside[-1] if _beside else None


def close_second_process() -> None:
    """Give its memory back before the work that needs most."""
    while _beside:
        _beside.pop().close()


@contextmanager
def with_second_process(prepare: Callable[[], Any]) -> Iterator[None]:
    """Keep a second process ready, where there is more than one core and it can be started.

    Parameters
    ----------
    prepare : callable
        What it does first.
    """
    if THREADS > 1:
        with suppress(OSError):  # no more processes are allowed here
            _beside.append(SecondProcess(prepare))
    try:
        yield
    finally:
        close_second_process()


@contextmanager
def ahead() -> Iterator[SecondProcess | ThreadPoolExecutor]:
    """Who works ahead while this thread is busy: the second process, else a thread.

    Examples
    --------
    >>> with ahead() as other:
    ...     other.submit(abs, -1).result()
    1
    """
    beside = second_process()
    if beside is not None:
        yield beside
        return
    with ThreadPoolExecutor(1) as thread:
        yield thread
