"""A survey in slices: each is prepared on its own, here or on other machines, and saved.

A slice that is finished is never done again: a run that was killed goes on from there. Slices
are cut by number of rows alone, so the tables are the same bytes wherever the work was done.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from feedback_nlp.errors import FeedbackError
from feedback_nlp.interrupts import interrupts_wait
from feedback_nlp.provenance import code_digest, versions
from feedback_nlp.row_steps import RowPlan, prepare_rows
from feedback_nlp.run_folder import Steps, key_of, read_table, write_table
from feedback_nlp.stored_vectors import save_vectors

PARTITION_ROWS = 10_000
_IN_FLIGHT = 2  # slices a worker has at hand; more would only fill the scheduler's memory
_FOLDER = "steps/rows"


@dataclass(frozen=True)
class Partition:
    """A slice of a survey.

    Attributes
    ----------
    number : int
    start, stop : int
        Its rows.
    """

    number: int
    start: int
    stop: int

    @property
    def step(self) -> str:
        """Its name among the finished steps."""
        return f"rows/{self.number:05d}"

    def table(self, name: str) -> str:
        """One of its tables."""
        return f"{_FOLDER}/{self.number:05d}.{name}"

    def vectors(self, folder: Path) -> Path:
        """The file of its vectors."""
        return folder / f"{_FOLDER}/{self.number:05d}.vectors.npy"


def partitions_of(rows: int, plan: RowPlan) -> list[Partition]:
    """Cut a survey of so many rows.

    Examples
    --------
    >>> from feedback_nlp.options import Options
    >>> plan = RowPlan(Options(), (), (), "", None)
    >>> [(one.start, one.stop) for one in partitions_of(25_000, plan)]
    [(0, 10000), (10000, 20000), (20000, 25000)]
    """
    # Persons are numbered across the whole survey, so that praise of one stays countable.
    size = rows if plan.options.number_names else PARTITION_ROWS
    starts = range(0, max(rows, 1), max(size, 1))
    return [
        Partition(number, start, min(start + size, rows)) for number, start in enumerate(starts)
    ]


def prepare_partitions(
    responses: pd.DataFrame,
    plan: RowPlan,
    folder: Path,
    key: str,
    *,
    scheduler: str | None = None,
    progress: bool = False,
) -> tuple[list[Partition], int]:
    """Take every slice of a survey through the row-wise steps; each is saved when it is done.

    Parameters
    ----------
    responses : DataFrame
        The survey's.
    plan : RowPlan
    folder : Path
        The run's; on several machines a folder that all of them see under this name.
    key : str
        Stands for everything that shapes the tables; slices finished under it are kept.
    scheduler : str, optional
        The address of a Dask scheduler (``tcp://…``), or "local" for workers on this machine;
        without it the slices are done one by one in this process.
    progress : bool

    Returns
    -------
    partitions : list of Partition
    reused : int
        How many of them were finished before.

    Raises
    ------
    FeedbackError
        The scheduler cannot be reached, or a worker runs other software than this process.
    """
    steps = Steps(folder)
    (folder / _FOLDER).mkdir(exist_ok=True, mode=0o700)
    parts = partitions_of(len(responses), plan)
    keys = {part: key_of(key, part.start, part.stop) for part in parts}
    todo = [part for part in parts if steps.finished(part.step, keys[part]) is None]
    with tqdm(
        total=len(responses),
        initial=len(responses) - sum(part.stop - part.start for part in todo),
        desc="Reading answers",
        unit=" responses",
        leave=False,
        disable=not progress,
    ) as bar:
        if scheduler is None:
            for part in todo:
                rows = _rows_of(responses, part, plan)
                prepare_partition(rows, plan, folder, part, keys[part], bar.update)
        else:
            with closing(_on_workers(responses, plan, folder, todo, keys, scheduler)) as done:
                for part in done:
                    bar.update(part.stop - part.start)
    return parts, len(parts) - len(todo)


def prepare_partition(
    rows: pd.DataFrame,
    plan: RowPlan,
    folder: Path,
    part: Partition,
    key: str,
    tick: Callable[[int], Any] = lambda n: None,
) -> None:
    """Prepare one slice and save it: its tables, its vectors, then the note that it is done."""
    done = prepare_rows(rows, plan, tick)
    paths = [folder / f"{part.table(name)}.parquet" for name in ("responses", "mentions")]
    write_table(done.responses, paths[0])
    write_table(done.mentions, paths[1])
    save_vectors(done.vectors, part.vectors(folder))
    note = {"redacted": dict(done.redacted)}
    Steps(folder).finish_files(part.step, key, [*paths, part.vectors(folder)], note)


def joined(folder: Path, parts: Sequence[Partition], table: str) -> pd.DataFrame:
    """A table of the whole survey from those of its slices."""
    tables = [read_table(folder, part.table(table)) for part in parts]
    return pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]


def redacted_in(folder: Path, parts: Sequence[Partition]) -> dict[str, int]:
    """How much of each kind of personal data was replaced in all slices together."""
    notes = [Steps(folder).note(part.step)["redacted"] for part in parts]
    kinds = sorted({kind for note in notes for kind in note})
    return {kind: sum(note.get(kind, 0) for note in notes) for kind in kinds}


def clear_tables(folder: Path, parts: Sequence[Partition]) -> None:
    """Remove slices that the whole tables now hold, and what is left of earlier runs."""
    kept = {part.vectors(folder).name for part in parts}
    for path in (folder / _FOLDER).iterdir():
        if path.name not in kept:
            path.unlink()


def software() -> str:
    """One key for the code and the packages: what must be alike on all machines."""
    return key_of(code_digest(), versions())


def _rows_of(responses: pd.DataFrame, part: Partition, plan: RowPlan) -> pd.DataFrame:
    return responses.iloc[part.start : part.stop][plan.needed()]


def _on_workers(
    responses: pd.DataFrame,
    plan: RowPlan,
    folder: Path,
    todo: Sequence[Partition],
    keys: dict[Partition, str],
    scheduler: str,
) -> Generator[Partition]:
    """Send slices to Dask workers, a few at a time, and give each that is done."""
    from distributed import as_completed

    waiting = iter(todo)
    with _client(scheduler) as client:
        at_once = max(1, _IN_FLIGHT * len(client.scheduler_info(n_workers=-1)["workers"]))
        sent: dict[Any, Partition] = {}

        def send() -> Any:
            part = next(waiting, None)
            if part is None:
                return None
            future = client.submit(
                _prepare_elsewhere,
                _rows_of(responses, part, plan),
                plan,
                str(folder.resolve()),
                part,
                keys[part],
                software(),
                pure=False,
                retries=2,
            )
            sent[future] = part
            return future

        first = [future for future in (send() for _ in range(at_once)) if future is not None]
        done = as_completed(first)
        for future in done:
            future.result()
            yield sent.pop(future)
            following = send()
            if following is not None:
                done.add(following)


def _prepare_elsewhere(
    rows: pd.DataFrame, plan: RowPlan, folder: str, part: Partition, key: str, expected: str
) -> None:
    # No bar is shown here; the lock it would share with other processes outlives a killed worker.
    tqdm.set_lock(RLock())
    if software() != expected:
        raise FeedbackError(
            "A worker runs another version of feedback-nlp or of its packages than this process; "
            "install the same ones on all machines (requirements.lock)."
        )
    if not Path(folder).is_dir():
        raise FeedbackError(
            f"A worker does not see the folder {folder}; put the run on storage that all "
            "machines share, under the same path."
        )
    prepare_partition(rows, plan, Path(folder), part, key)


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    """A client of the scheduler; "local" starts one worker a core and stops them at the end."""
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise FeedbackError(
            "Work on several machines needs the package distributed; install it with "
            "`pip install distributed`."
        ) from error
    if scheduler == "local":
        import logging
        import os

        opened = ExitStack()
        try:
            with interrupts_wait():
                cluster = LocalCluster(
                    n_workers=os.cpu_count(),
                    threads_per_worker=1,
                    dashboard_address=None,
                    env={"FEEDBACK_NLP_THREADS": "1"},
                    # A worker that is stopped in the midst of a slice warns of it.
                    silence_logs=logging.ERROR,
                )
                client = Client(opened.enter_context(cluster))
                opened.enter_context(client)
            yield client
        finally:
            with interrupts_wait(), _without_log():
                opened.close()
        return
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError, TimeoutError) as error:
        raise FeedbackError(
            f"No Dask scheduler answers at {scheduler}; start one with `dask scheduler`, or use "
            "--scheduler local."
        ) from error
    with client:
        yield client


@contextmanager
def _without_log() -> Iterator[None]:
    """Nothing is logged: Dask reports every worker that it stops in the midst of a slice."""
    import logging

    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
