"""Kill runs at random moments and let them go on: does every one end with the same bytes?

    python benchmarks/kill_anywhere.py [--kills 30] [--interrupts 10] [--seed 0] [--write]

Each time a survey of 80 rows goes the whole way to the PDF, in a process, a folder and a cache of
its own. Half of the kills (SIGKILL) come at a moment drawn evenly from the time an undisturbed
run takes, half at a file drawn evenly from all that such a run opens for writing, renames or
removes: little time is spent there, and most can go wrong. Interrupts (Ctrl-C, SIGINT) come at
moments drawn from the time. Then the same command is given again, undisturbed. Every file of run
and report is compared with that of an undisturbed run, byte by byte; of `run.json` all but the
seconds and the list of what was used again, and the lock, which is empty.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data/raw/sample_survey.csv"
FIGURES = ROOT / "docs/reliability.json"
ROWS = 80
STEPS = ("rows", "themes", "findings", "satisfaction")
WHAT = "Runs killed at random moments (a survey of 80 rows to the PDF), then started again"
_WRITES = ("open", "os.rename", "os.remove", "tempfile.mkstemp")
# Loaded once and inherited by every run: what is imported changes nothing on disk.
_LOADED = ["feedback_nlp.pipeline", "feedback_nlp.readers", "spacy", "sklearn.cluster"]
_LOADED += ["sklearn.linear_model", "scipy.stats", "onnxruntime", "pyarrow.parquet"]
_LOADED += ["statsmodels.api", "matplotlib.pyplot", "bertopic", "pandera", "lingua", "ftfy"]


@dataclass(frozen=True)
class Disturbed:
    """What came of one disturbed run.

    Attributes
    ----------
    how : str
        "killed at a moment", "killed at a file" or "interrupted".
    where : str
        The step that was not finished.
    unfinished : int
        Half-written files that lay there afterwards.
    differs : tuple of str
        Files that are not the undisturbed run's after going on; empty if all are.
    """

    how: str
    where: str
    unfinished: int
    differs: tuple[str, ...]


def run_whole(folder: Path, compiled: Path, fatal: int | None, count: Any) -> None:
    """The command, in this process; it kills itself before its `fatal`-th write."""
    (folder / "cache").mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        (folder / "cache/compiled").symlink_to(compiled)
    os.environ["FEEDBACK_NLP_CACHE"] = str(folder / "cache")
    os.chdir(folder)
    # A shell starts what runs in its background deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (folder / "said.txt").open("a") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)

    def before_writing(event: str, given: tuple[Any, ...]) -> None:
        if event not in _WRITES or (event == "open" and not _writes(given, folder)):
            return
        count.value += 1
        if count.value == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(before_writing)
    from feedback_nlp.cli import main as command

    sys.exit(command(["report", str(folder.parent / "tiny.csv"), "--brief-only"]))


def _writes(given: tuple[Any, ...], folder: Path) -> bool:
    path, _, flags = given
    return bool(flags & (os.O_WRONLY | os.O_RDWR)) and str(path).startswith((str(folder), "."))


def started(folder: Path, compiled: Path, fatal: int | None = None) -> tuple[Any, Any]:
    """A process at work, and the number of its writes so far."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    count = context.Value("q", 0, lock=False)
    process = context.Process(target=run_whole, args=(folder, compiled, fatal, count))
    process.start()
    return process, count


def undisturbed(folder: Path, compiled: Path) -> tuple[float, int]:
    """Run to the end; seconds and number of writes."""
    begun = time.perf_counter()
    process, count = started(folder, compiled)
    process.join()
    if process.exitcode != 0:
        raise SystemExit((folder / "said.txt").read_text())
    return time.perf_counter() - begun, count.value


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of run and report; of the record all but what is of its own time."""
    found = {}
    for path in sorted(folder.glob("*/tiny/**/*")) + sorted(folder.glob("*/*/tiny/**/*")):
        if path.is_file() and path.name != ".lock":
            content = path.read_bytes()
            if path.name == "run.json":
                record = json.loads(content)
                del record["seconds"], record["reused"]
                content = json.dumps(record).encode()
            found[str(path.relative_to(folder))] = content
    return found


def where_it_stands(folder: Path) -> str:
    """The first thing of a run that is not done."""
    run = folder / "data/processed/tiny"
    if not (run / "steps").is_dir():
        return "before the first step"
    for step in STEPS:
        if not (run / f"steps/{step}.json").exists():
            return step
    if not (run / "run.json").exists():
        return "the record"
    done = (folder / "reports/tiny/follow_up.xlsx").exists()
    return "after the end" if done else "the report"


def disturb(
    how: str, folder: Path, compiled: Path, expected: dict[str, bytes], seconds: float, fatal: int
) -> Disturbed:
    """Start a run, kill or interrupt it, let it go on, compare."""
    folder.mkdir()
    process, _ = started(folder, compiled, fatal if how == "killed at a file" else None)
    if how == "killed at a file":
        process.join()
    else:
        process.join(seconds)
        if process.is_alive():
            killing = how == "killed at a moment"
            os.kill(process.pid, signal.SIGKILL if killing else signal.SIGINT)
        process.join()
    where = where_it_stands(folder)
    left = sum(
        path.name.startswith(".") and path.name != ".lock"
        for path in [*folder.glob("data/**/*"), *folder.glob("reports/**/*")]
    )
    differs: list[str] = []
    if process.exitcode not in (0, -signal.SIGKILL):
        said = (folder / "said.txt").read_text()
        if process.exitcode != 130 or "Traceback" in said or "the same command goes on" not in said:
            differs.append(f"exit code {process.exitcode}: {said.splitlines()[-1:]}")
    undisturbed(folder, compiled)
    found = tree(folder)
    differs += sorted(n for n in found.keys() | expected.keys() if found.get(n) != expected.get(n))
    return Disturbed(how, where, left, tuple(differs))


def summary(all_of: list[Disturbed], print_line: Callable[[str], None] = print) -> str:
    """Print a table, and say it in a sentence."""
    hows = list(dict.fromkeys(one.how for one in all_of))
    places = ["before the first step", *STEPS, "the record", "the report", "after the end"]
    counts = Counter((one.where, one.how) for one in all_of)
    print_line(f"{'unfinished':<24}" + "".join(f"{how:>20}" for how in hows))
    for place in places:
        print_line(f"{place:<24}" + "".join(f"{counts[place, how]:>20}" for how in hows))
    same = sum(not one.differs for one in all_of)
    print_line(f"{same} of {len(all_of)} ended with the same bytes")
    steps = Counter(one.where for one in all_of)
    left = sum(one.unfinished > 0 for one in all_of)
    kinds = ", ".join(f"{n} {how}" for how, n in Counter(one.how for one in all_of).items())
    at = ", ".join(f"{place} {steps[place]}" for place in places if steps[place])
    return (
        f"{len(all_of)} runs ({kinds}; not finished: {at}): {same} ended with the same bytes as "
        f"an undisturbed run, every table, PDF and page; {left} had left half-written files, "
        f"which were removed"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--interrupts", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="into docs/reliability.json")
    given = parser.parse_args()
    random = np.random.default_rng(given.seed)
    from feedback_nlp.encoding import cache_folder, load_encoder

    load_encoder()  # compiled once, not by every run
    hows = ["killed at a moment"] * (given.kills // 2)
    hows += ["killed at a file"] * (given.kills - len(hows)) + ["interrupted"] * given.interrupts
    with tempfile.TemporaryDirectory() as place:
        base, compiled = Path(place), cache_folder() / "compiled"
        lines = SAMPLE.read_text("utf-8").splitlines(keepends=True)
        (base / "tiny.csv").write_text("".join(lines[: ROWS + 1]), encoding="utf-8")
        lasted = []
        for name in ("warming", "undisturbed"):
            (base / name).mkdir()
            seconds, writes = undisturbed(base / name, compiled)
            lasted.append(seconds)
        expected = tree(base / "undisturbed")
        if expected != tree(base / "warming"):
            raise SystemExit("Two undisturbed runs differ: there is nothing to compare with.")
        shortest = min(lasted)
        print(f"An undisturbed run: {shortest:.1f} s, {writes} writes, {len(expected)} files")
        done: list[Disturbed] = []
        for number, how in enumerate(hows):
            seconds, fatal = random.uniform(0, shortest), int(random.integers(1, writes + 1))
            folder = base / str(number)
            done.append(disturb(how, folder, compiled, expected, seconds, fatal))
            one = done[-1]
            moment = f"write {fatal}" if how == "killed at a file" else f"{seconds:.2f} s"
            verdict = f"DIFFERS: {one.differs}" if one.differs else "same bytes"
            print(f"{number:>3} {how:<20}{moment:<10} {one.where:<24}{verdict}", flush=True)
    result = summary(done)
    print(result)
    if given.write:
        figures = [one for one in json.loads(FIGURES.read_text("utf-8")) if one["what"] != WHAT]
        command = f"python benchmarks/kill_anywhere.py --kills {given.kills} "
        command += f"--interrupts {given.interrupts} --seed {given.seed}"
        when = date.today().isoformat()
        figures.append({"what": WHAT, "command": command, "result": result, "when": when})
        text = json.dumps(figures, indent=2, ensure_ascii=False) + "\n"
        FIGURES.write_text(text, encoding="utf-8")
    sys.exit(any(one.differs for one in done))


if __name__ == "__main__":
    main()
