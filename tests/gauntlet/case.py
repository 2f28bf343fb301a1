"""One bad or strange input, what must come of it, and how it is played on the command line."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

HEADER = ("id", "nps", "why")
ANSWERS = (
    "The engineer came on time and was kind",
    "Nobody answered the telephone for an hour",
    "A fair price, but the app is slow",
)
ROWS = (
    ("007", "10", ANSWERS[0]),
    ("008", "2", ANSWERS[1]),
    ("009", "8", ANSWERS[2]),
)
MEGABYTE = 1 << 20
RUNS = "runs and where they are written"
# Python with pandas, pyarrow and openpyxl loaded holds about 250 MB before it has read anything.
MOST_MEMORY = 1200 * MEGABYTE
MOST_ADDRESSES = 8 << 30
LONGEST_SECONDS = 280
_BAR = re.compile(r"\d+/\d+ |\d+%\|")


@dataclass(frozen=True)
class Read:
    """The file is read, and this is found in it."""

    responses: int = 3
    scores: int = 3
    answers: int = 3
    texts: Sequence[str] | None = ANSWERS
    says: str = ""
    ids: Sequence[str] | None = None
    date: str = ""


@dataclass(frozen=True)
class Refused:
    """Exit code 2 and one sentence, in which this is said."""

    says: str


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes
    ----------
    area, name : str
        Where it stands in the table of the docs, and what it is.
    make : callable
        Writes the input into a folder and gives the words of the command line.
    expect : Read or Refused
    apart : bool
        Played in a process of its own with bounded memory.
    slow : bool
        Left out of the short run of the tests.
    within : callable
        Gives, for the folder of the case, a context to play in, such as a full disk.
    """

    area: str
    name: str
    make: Callable[[Path], Sequence[str]]
    expect: Read | Refused
    apart: bool = False
    slow: bool = False
    within: Callable[[Path], contextlib.AbstractContextManager[object]] = contextlib.nullcontext

    @property
    def writes(self) -> bool:
        """Whether the command makes files when it succeeds."""
        return self.area == RUNS

    @property
    def id(self) -> str:
        """What pytest calls it."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.area} {self.name}".lower()).strip("-")


@dataclass
class Outcome:
    """What came of a case."""

    code: int
    out: str
    err: str
    seconds: float
    megabytes: float
    left: list[str] = field(default_factory=list)

    def count(self, name: str) -> int:
        """A number of the counts that `check` prints."""
        found = re.search(rf"^  {name} +([\d,]+)$", self.out, re.M)
        assert found, f"no count of {name} in:\n{self.out}"
        return int(found[1].replace(",", ""))


def check(path: Path | str, *more: str) -> list[str]:
    """The command line that says what would be read."""
    return ["check", str(path), *more]


def file(
    content: str | bytes | Callable[[Path], object], name: str = "survey.csv", *more: str
) -> Callable[[Path], Sequence[str]]:
    """Makes a file with this content, or by this function, and checks it."""

    def make(folder: Path) -> Sequence[str]:
        path = folder / name
        if callable(content):
            content(path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return check(path, *more)

    return make


def csv_text(
    rows: Iterable[Sequence[str]] = ROWS,
    header: Sequence[str] = HEADER,
    delimiter: str = ",",
    end: str = "\n",
) -> str:
    """A plain table; cells with a delimiter, quotation mark or line break are quoted."""
    lines = []
    for row in (header, *rows):
        cells = [
            '"' + cell.replace('"', '""') + '"' if re.search(r'[",\n\r;\t|]', cell) else cell
            for cell in row
        ]
        lines.append(delimiter.join(cells))
    return end.join(lines) + end


def play(case: Case, folder: Path) -> Outcome:
    """Play a case in a folder that is empty."""
    inputs, work = folder / "in", folder / "work"
    inputs.mkdir()
    work.mkdir()
    words = list(case.make(inputs))
    before = _listing(inputs)
    with case.within(folder):
        outcome = (_apart if case.apart else _here)(words, work)
    outcome.left = [
        *(name for name in _listing(work)),
        *(name for name in _listing(inputs) if name not in before),
    ]
    return outcome


def _listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def _here(words: Sequence[str], work: Path) -> Outcome:
    from feedback_nlp.cli import main

    out, err = io.StringIO(), io.StringIO()
    before = psutil.Process().memory_info().rss
    start = time.perf_counter()
    with contextlib.chdir(work), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(words)
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
    seconds = time.perf_counter() - start
    grown = psutil.Process().memory_info().rss - before
    return Outcome(code, out.getvalue(), err.getvalue(), seconds, grown / MEGABYTE)


_CHILD = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MOST_ADDRESSES}, {MOST_ADDRESSES}))
told = int(sys.argv[1])
from feedback_nlp.cli import main
code = main(sys.argv[2:])
sys.stdout.flush()
os.write(told, str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss).encode())
sys.exit(code)
"""


def run_apart(
    words: Sequence[str], work: Path, *, user: int | None = None, environment: str = ""
) -> Outcome:
    """Run the command line in a process of its own, with a bound on its memory."""
    with tempfile.TemporaryFile() as told:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, str(told.fileno()), *words],
            cwd=work,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=LONGEST_SECONDS,
            pass_fds=[told.fileno()],
            user=user,
            env={**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "100"}
            | ({"FEEDBACK_NLP_CACHE": environment} if environment else {}),
            check=False,
        )
        seconds = time.perf_counter() - start
        told.seek(0)
        peak = int(told.read() or 0)
    return Outcome(done.returncode, done.stdout, done.stderr, seconds, peak / 1024)


def _apart(words: Sequence[str], work: Path) -> Outcome:
    return run_apart(words, work)


def one_sentence(err: str) -> str:
    """The sentence on standard error, less the name of the program; asserts that it is just one."""
    assert "Traceback" not in err, err
    # Bars of progress that were begun before the mistake showed are drawn over.
    *bars, last, end = re.split(r"\r?\n|\r|\x1b\[A", err)
    assert end == "", err
    assert not [bar for bar in bars if bar.strip() and not _BAR.search(bar)], err
    err = last
    assert err.startswith("feedback-nlp: "), err
    sentence = err.removeprefix("feedback-nlp: ")
    assert sentence.isprintable(), repr(sentence)
    assert sentence.endswith((".", "?", ">")), sentence
    return sentence
