"""A second process beside the first: it does what it is told, and nothing is lost without it."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import time
from concurrent.futures import CancelledError
from pathlib import Path

import psutil
import pytest

import feedback_nlp as fn
from feedback_nlp import second_process
from feedback_nlp.errors import FeedbackError
from feedback_nlp.second_process import (
    SecondProcess,
    ahead,
    close_second_process,
    with_second_process,
)


def nothing() -> None:
    """Nothing needs to be loaded."""


def cannot_be_loaded() -> None:
    raise ImportError("a package is missing")


def refused() -> None:
    raise FeedbackError("The file is locked; close it.")


def slow(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


@pytest.fixture(scope="module")
def other() -> SecondProcess:
    process = SecondProcess(nothing)
    yield process
    process.close()


def test_work_is_done_elsewhere_and_in_order(other: SecondProcess) -> None:
    assert other.submit(os.getpid).result() not in (os.getpid(), None)
    started = [other.submit(math.comb, n, 2) for n in range(5)]
    assert [one.result() for one in started] == [0, 0, 1, 3, 6]
    assert other.submit(sorted, [2, 1], reverse=True).result() == [2, 1]


def test_what_goes_wrong_there_is_raised_here_with_where_it_happened(other: SecondProcess) -> None:
    with pytest.raises(FeedbackError) as raised:
        other.submit(refused).result()
    assert str(raised.value) == "The file is locked; close it."
    assert "in refused" in "".join(raised.value.__notes__)
    with pytest.raises(RuntimeError, match="UnicodeDecodeError: 'utf-8' codec can't decode"):
        other.submit(bytes.decode, b"\xff").result()
    assert other.submit(math.comb, 4, 2).result() == 6


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_it_is_deaf_to_ctrl_c_which_a_terminal_sends_to_all(other: SecondProcess) -> None:
    pid = other.submit(os.getpid).result()
    working = other.submit(slow, 0.5)
    os.kill(pid, signal.SIGINT)
    assert working.result() == pid


def test_where_it_cannot_get_ready_the_work_itself_says_so() -> None:
    process = SecondProcess(cannot_be_loaded)
    try:
        assert process.submit(os.getpid).result() != os.getpid()
    finally:
        process.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_if_it_is_killed_this_process_does_the_work(capfd: pytest.CaptureFixture[str]) -> None:
    process = SecondProcess(nothing)
    try:
        pid = process.submit(os.getpid).result()
        works = [process.submit(slow, 1.0), process.submit(os.getpid)]
        os.kill(pid, signal.SIGKILL)
        assert [work.result() for work in works] == [os.getpid()] * 2
    finally:
        process.close()
    assert capfd.readouterr().err == ""


def test_closing_stops_it_in_the_midst_of_work_and_nobody_does_the_rest() -> None:
    process = SecondProcess(nothing)
    pid = process.submit(os.getpid).result()
    works = [process.submit(slow, 60.0) for _ in range(2)]
    while not works[0].running():
        time.sleep(0.01)
    begun = time.monotonic()
    process.close()
    for work in works:
        with pytest.raises(CancelledError):
            work.result(10)
    assert time.monotonic() - begun < 10
    assert not psutil.pid_exists(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_work_begun_by_work_that_fell_back_does_not_wait_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def begins_more() -> int:
        with ahead() as worker:
            return worker.submit(os.getpid).result(30)

    monkeypatch.setattr(second_process, "THREADS", 2)
    with with_second_process(nothing):
        beside = second_process.second_process()
        assert beside is not None
        os.kill(beside.submit(os.getpid).result(), signal.SIGKILL)
        assert beside.submit(os.getpid).result() == os.getpid()
        assert begins_more() == os.getpid()


def test_where_no_process_may_be_started_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*given: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(second_process, "THREADS", 2)
    monkeypatch.setattr(second_process, "SecondProcess", refused)
    with with_second_process(nothing), ahead() as worker:
        assert worker.submit(os.getpid).result() == os.getpid()


def test_work_ahead_is_done_by_it_where_there_is_one_else_by_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def who() -> int:
        with ahead() as worker:
            return worker.submit(os.getpid).result()

    assert who() == os.getpid()
    monkeypatch.setattr(second_process, "THREADS", 2)
    with with_second_process(nothing):
        assert who() != os.getpid()
        close_second_process()
        assert who() == os.getpid()
    monkeypatch.setattr(second_process, "THREADS", 1)
    with with_second_process(nothing):
        assert who() == os.getpid()


def few_rows(sample_path: Path, folder: Path) -> Path:
    path = folder / "few.csv"
    lines = sample_path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:121]), encoding="utf-8")
    return path


def command(survey: Path, folder: Path) -> psutil.Popen:
    # Where the tests run in the background, their children would be deaf to Ctrl-C.
    hearing = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code = hearing + "from feedback_nlp.cli import entry; entry()"
    words = [sys.executable, "-c", code, "run", str(survey), "--out", str(folder)]
    environment = {**os.environ, "FEEDBACK_NLP_THREADS": "2"}
    return psutil.Popen(words, env=environment, stdout=-3, stderr=-1, start_new_session=True)


def helper_of(run: psutil.Popen) -> psutil.Process:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for child in run.children():
            if "spawn_main" in str(child.cmdline()):
                return child
        time.sleep(0.02)
    raise AssertionError("no second process was started")


def tables(folder: Path) -> dict[str, bytes]:
    found = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.parquet")}
    record = json.loads((folder / "run.json").read_text())
    return {**found, "counts": json.dumps([record["counts"], record["findings_notes"]]).encode()}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_the_command_starts_one_and_its_tables_are_those_of_the_library_also_if_it_is_killed(
    sample_path: Path, tmp_path: Path
) -> None:
    survey = few_rows(sample_path, tmp_path)
    alone = tables(fn.analyse(fn.read_survey(survey), tmp_path / "library").folder)
    for name, seconds in (("whole", None), ("killed", 1.0)):
        run = command(survey, tmp_path / name)
        helper = helper_of(run)
        if seconds is not None:
            time.sleep(seconds)
            helper.kill()
        said = run.communicate(timeout=120)[1].decode()
        assert run.returncode == 0, said
        assert "Traceback" not in said
        assert "resource_tracker" not in said
        assert tables(tmp_path / name) == alone
        psutil.wait_procs([helper], timeout=10)
        assert not helper.is_running() or helper.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_it_leaves_in_the_midst_of_work_when_the_first_process_is_killed() -> None:
    code = (
        "import sys, time; from feedback_nlp.second_process import SecondProcess;"
        "other = SecondProcess(time.time); print(other.submit(__import__('os').getpid).result());"
        "other.submit(time.sleep, 60); sys.stdout.flush(); time.sleep(60)"
    )
    first = psutil.Popen([sys.executable, "-c", code], stdout=-1)
    helper = psutil.Process(int(first.stdout.readline()))
    time.sleep(0.2)
    first.kill()
    first.communicate()
    psutil.wait_procs([helper], timeout=10)
    assert not helper.is_running() or helper.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("seconds", [0.0, 1.5])
def test_a_killed_run_leaves_no_second_process(
    sample_path: Path, tmp_path: Path, seconds: float
) -> None:
    run = command(few_rows(sample_path, tmp_path), tmp_path / "run")
    helper = helper_of(run)
    time.sleep(seconds)
    run.kill()
    run.wait()
    run.stderr.close()
    psutil.wait_procs([helper], timeout=30)
    assert not helper.is_running() or helper.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("seconds", [0.05, 0.3])  # while libraries are loaded for later steps
def test_ctrl_c_while_answers_are_read_ends_in_a_sentence(
    sample_path: Path, tmp_path: Path, seconds: float
) -> None:
    run = command(few_rows(sample_path, tmp_path), tmp_path / "run")
    helper = helper_of(run)
    while not (tmp_path / "run/steps/rows").exists():
        assert run.poll() is None
        time.sleep(0.01)
    time.sleep(seconds)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to every process of the run
    said = run.communicate(timeout=60)[1].decode()
    assert run.returncode == 130
    assert "interrupted; the same command goes on" in said
    for noise in ("Traceback", "Error", "Warning"):
        assert noise not in said
    psutil.wait_procs([helper], timeout=10)
    assert not helper.is_running() or helper.status() == psutil.STATUS_ZOMBIE
