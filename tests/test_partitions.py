"""A survey in slices gives the same bytes, wherever and however often the work was begun."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

import feedback_nlp as fn
from feedback_nlp import partitions
from feedback_nlp.errors import FeedbackError
from feedback_nlp.options import Options
from feedback_nlp.row_steps import RowPlan, prepare_rows
from feedback_nlp.run_folder import Steps
from feedback_nlp.stored_vectors import StoredVectors

ROWS = 100  # of a slice; the survey makes four of them


@pytest.fixture(scope="module")
def survey(sample_path: Path) -> fn.Survey:
    sample = fn.read_survey(sample_path)
    return replace(sample, responses=sample.responses.head(4 * ROWS))


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "PARTITION_ROWS", ROWS)


def digests(folder: Path) -> dict[str, str]:
    """The bytes of all tables and vectors of a run."""
    files = [*folder.glob("*.parquet"), *folder.glob("steps/rows/*.npy")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def prepared(survey: fn.Survey, folder: Path, **how: str) -> dict[str, str]:
    """The bytes of the slices."""
    folder.mkdir()
    plan = RowPlan.of(survey, Options())
    (folder / "steps").mkdir()
    partitions.prepare_partitions(survey.responses, plan, folder, "key", **how)
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "steps/rows").iterdir())
    }


def test_rows_do_not_depend_on_the_slice_they_are_in(survey: fn.Survey) -> None:
    rows = survey.responses.head(ROWS)
    plan = RowPlan.of(survey, Options())
    whole = prepare_rows(rows, plan)
    cut = [prepare_rows(rows.iloc[start : start + 40], plan) for start in range(0, len(rows), 40)]
    for table in ("responses", "mentions"):
        joined = pd.concat([getattr(part, table) for part in cut], ignore_index=True)
        pd.testing.assert_frame_equal(joined, getattr(whole, table), check_exact=True)
    assert (np.vstack([part.vectors for part in cut]) == whole.vectors).all()


def test_a_killed_run_goes_on_from_the_last_slice_and_ends_with_the_same_bytes(
    survey: fn.Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = fn.analyse(survey, tmp_path / "undisturbed", resamples=100)
    done: list[int] = []
    work = partitions.prepare_partition

    def until_the_last(rows, plan, folder, part, *rest):
        if part.number == 3 and 3 not in done:
            done.append(3)
            raise KeyboardInterrupt
        done.append(part.number)
        work(rows, plan, folder, part, *rest)

    monkeypatch.setattr(partitions, "prepare_partition", until_the_last)
    with pytest.raises(KeyboardInterrupt):
        fn.analyse(survey, tmp_path / "killed", resamples=100)
    assert not (tmp_path / "killed" / "run.json").exists()
    assert not list((tmp_path / "killed").glob("*.parquet"))
    fn.analyse(survey, tmp_path / "killed", resamples=100)
    assert done == [0, 1, 2, 3, 3]
    assert digests(tmp_path / "killed") == digests(undisturbed.folder)
    assert not list((tmp_path / "killed" / "steps/rows").glob("*.parquet"))


def test_a_slice_that_was_damaged_is_done_again(survey: fn.Survey, tmp_path: Path) -> None:
    first = prepared(survey, tmp_path / "run")
    victim = tmp_path / "run/steps/rows/00002.mentions.parquet"
    victim.write_bytes(victim.read_bytes()[:100])
    plan = RowPlan.of(survey, Options())
    _, kept = partitions.prepare_partitions(survey.responses, plan, tmp_path / "run", "key")
    assert kept == 3
    assert hashlib.sha256(victim.read_bytes()).hexdigest() == first[victim.name]


def test_two_runs_into_one_folder_do_not_mix(survey: fn.Survey, tmp_path: Path) -> None:
    with (
        Steps(tmp_path / "run").alone(),
        pytest.raises(FeedbackError, match="Another command is writing to"),
    ):
        fn.analyse(survey, tmp_path / "run", resamples=100)
    with Steps(tmp_path / "run").alone():
        pass  # the one that was refused has not kept the folder


def test_numbered_names_are_numbered_across_the_whole_survey(survey: fn.Survey) -> None:
    plan = RowPlan.of(survey, Options(number_names=True))
    assert len(partitions.partitions_of(len(survey.responses), plan)) == 1


def test_stored_vectors_answer_like_an_array(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    whole = random.normal(size=(23, 4)).astype(np.float16)
    for number, part in enumerate(np.split(whole, [10, 10, 20])):
        np.save(tmp_path / f"{number}.npy", part)
    stored = StoredVectors(sorted(tmp_path.iterdir()))
    assert stored.shape == whole.shape
    for rows in (slice(None), slice(5, 15), np.array([22, 0, 10, 10]), np.arange(23) % 3 == 0):
        assert (stored[rows] == whole[rows].astype(np.float32)).all()
    assert (np.vstack([part for _, part in stored.slices()]) == whole.astype(np.float32)).all()


def test_no_scheduler_is_said_in_one_sentence(survey: fn.Survey, tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="No Dask scheduler answers at tcp://127"):
        prepared(survey, tmp_path / "run", scheduler="tcp://127.0.0.1:1")


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_slices_time_and_nothing_else(
    survey: fn.Survey, tmp_path: Path
) -> None:
    alone = prepared(survey, tmp_path / "alone")
    environment = {**os.environ, "FEEDBACK_NLP_THREADS": "1"}
    scheduler_file = tmp_path / "scheduler.json"

    def start(*words: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    started = [
        start(
            "dask_scheduler",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(scheduler_file),
        )
    ]
    try:
        while not scheduler_file.exists():
            time.sleep(0.2)
        address = pd.read_json(scheduler_file, typ="series")["address"]
        worker = ("dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        started += [start(*worker), start(*worker)]
        from threading import Timer

        rows = tmp_path / "shared/steps/rows"

        def kill_one_in_mid_run() -> None:
            while not list(rows.glob("*.json")):
                time.sleep(0.1)
            os.killpg(started[1].pid, signal.SIGKILL)

        Timer(0.1, kill_one_in_mid_run).start()
        from distributed import Client

        with Client(address) as client:
            client.wait_for_workers(2, timeout=60)
        shared = prepared(survey, tmp_path / "shared", scheduler=address)
        assert started[1].wait(10) == -signal.SIGKILL
        assert shared == alone
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("seconds", [0, 1, 5])  # workers starting, started, in mid-slice
def test_ctrl_c_stops_the_workers_on_this_machine_and_says_how_to_go_on(
    sample_path: Path, tmp_path: Path, seconds: float
) -> None:
    words = ["run", str(sample_path), "--out", str(tmp_path / "run"), "--scheduler", "local"]
    # Where the tests run in the background, their children would be deaf to Ctrl-C.
    hearing = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    process = subprocess.Popen(
        [sys.executable, "-c", hearing + "from feedback_nlp.cli import entry; entry()", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    run = psutil.Process(process.pid)

    def workers() -> list[psutil.Process]:
        return [one for one in run.children(recursive=True) if "spawn_main" in str(one.cmdline())]

    end = time.monotonic() + 120
    while len(workers()) < os.cpu_count():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    time.sleep(seconds)
    started = run.children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the run
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 130
    assert said.count("interrupted; the same command goes on from the last finished step") == 1
    for noise in ("Traceback", "distributed", "Warning", "WARNING"):
        assert noise not in said
    gone, alive = psutil.wait_procs(started, timeout=10)
    assert len(gone) + len(alive) > 2
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
