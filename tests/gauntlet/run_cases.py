"""Runs: options that cannot be used, and folders that cannot be written."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from case import ROWS, RUNS, Case, Read, Refused, csv_text

PLAIN = csv_text()
_NOBODY = 65534


def run(
    *more: str, out: str = "out", rows: Sequence[Sequence[str]] = ROWS
) -> Callable[[Path], Sequence[str]]:
    """A run of the plain rows."""

    def make(folder: Path) -> Sequence[str]:
        (folder / "survey.csv").write_text(csv_text(rows))
        return ["run", str(folder / "survey.csv"), f"--out={out}", *more]

    return make


def with_file(name: str, content: str | bytes, option: str) -> Callable[[Path], Sequence[str]]:
    """A run with an option that names a file."""

    def make(folder: Path) -> Sequence[str]:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return [*run()(folder), option, str(folder / name)]

    return make


def _to_file(folder: Path) -> Sequence[str]:
    (folder / "out").write_text("mine")
    return [*run()(folder)[:2], "--out", str(folder / "out")]


def _below_file(folder: Path) -> Sequence[str]:
    (folder / "note").write_text("mine")
    return [*run()(folder)[:2], "--out", str(folder / "note" / "out")]


def _to_disk(folder: Path) -> Sequence[str]:
    return [*run()(folder)[:2], "--out", str(folder.parent / "disk" / "out")]


def _kept_run(record: str | None) -> Callable[[Path], Sequence[str]]:
    def make(folder: Path) -> Sequence[str]:
        made = folder / "run"
        made.mkdir()
        if record is not None:
            (made / "run.json").write_text(record)
        return ["report", str(made), "--brief-only"]

    return make


def _mounted(options: str) -> Callable[[Path], contextlib.AbstractContextManager[object]]:
    """A small file system in memory; where it cannot be mounted, the case is skipped."""

    @contextlib.contextmanager
    def within(folder: Path) -> Iterator[None]:
        disk = folder / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
        try:
            mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        except OSError:
            mounted = False
        if not mounted:
            pytest.skip("a small file system cannot be mounted here: that takes an administrator")
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)

    return within


def _cache(disk: str, options: str) -> Callable[[Path], contextlib.AbstractContextManager[object]]:
    """The cache lies on a small file system."""

    @contextlib.contextmanager
    def within(folder: Path) -> Iterator[None]:
        before = os.environ.get("FEEDBACK_NLP_CACHE")
        with _mounted(options)(folder):
            os.environ["FEEDBACK_NLP_CACHE"] = str(folder / disk)
            try:
                yield
            finally:
                os.environ.pop("FEEDBACK_NLP_CACHE")
                if before is not None:
                    os.environ["FEEDBACK_NLP_CACHE"] = before

    return within


@contextlib.contextmanager
def _as_nobody(folder: Path) -> Iterator[None]:
    """Without the rights of an administrator, to whom no file is closed."""
    if os.geteuid():
        yield
        return
    for place in (folder, *folder.parents[:2]):
        place.chmod(0o755)
    (folder / "work").chmod(0o555)
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        (folder / "work").chmod(0o755)


def _closed_file(folder: Path) -> Sequence[str]:
    (folder / "survey.csv").write_text(PLAIN)
    (folder / "survey.csv").chmod(0)
    return ["check", str(folder / "survey.csv")]


def _in_closed_folder(folder: Path) -> Sequence[str]:
    (folder / "closed").mkdir()
    (folder / "closed" / "survey.csv").write_text(PLAIN)
    (folder / "closed").chmod(0)
    return ["check", str(folder / "closed" / "survey.csv")]


def cases() -> list[Case]:
    area = RUNS
    yaml = "codebook.yaml"
    return [
        Case(
            "paths",
            "a file without permission to read",
            _closed_file,
            Refused("no permission"),
            within=_as_nobody,
        ),
        Case(
            "paths",
            "a file in a folder without permission",
            _in_closed_folder,
            Refused("no permission|no file"),
            within=_as_nobody,
        ),
        Case(
            area,
            "a run of three rows into a folder with a strange name",
            run(out="-ré 😀 'q\" $(x) {0}%s\n/out"),
            Read(),
        ),
        Case(
            area,
            "a run of one row",
            run(rows=ROWS[:1]),
            Read(1, 1, 1),
        ),
        Case(
            area,
            "a run of three rows while the cache has no room",
            run(),
            Read(),
            within=_cache("disk", "size=16k"),
        ),
        Case(
            area,
            "a file where the folder should be",
            _to_file,
            Refused("cannot be made|not a folder"),
        ),
        Case(area, "a folder below a file", _below_file, Refused("cannot be made")),
        Case(
            area,
            "a folder without permission to write",
            run(),
            Refused("cannot be"),
            within=_as_nobody,
        ),
        Case(
            area,
            "a disk that is full from the start",
            _to_disk,
            Refused("cannot be|refused"),
            within=_mounted("size=4k,nr_inodes=3"),
        ),
        Case(
            area,
            "a disk that fills during the run",
            _to_disk,
            Refused("cannot be|refused"),
            within=_mounted("size=24k"),
        ),
        Case(
            area,
            "a disk that may only be read",
            _to_disk,
            Refused("cannot be"),
            within=_mounted("ro"),
        ),
        Case(
            area,
            "no codebook where one is named",
            run("--codebook", "absent.yaml"),
            Refused("codebook.*cannot be read"),
        ),
        Case(
            area,
            "a codebook that is no YAML",
            with_file(yaml, "themes: [}", "--codebook"),
            Refused("line 1"),
        ),
        Case(
            area,
            "a codebook that is a picture",
            with_file(yaml, b"\x89PNG\r\n\x1a\n\xff\xfe", "--codebook"),
            Refused(yaml),
        ),
        Case(
            area,
            "a codebook that would run code",
            with_file(
                yaml, "themes: !!python/object/apply:os.system ['touch owned']\n", "--codebook"
            ),
            Refused(yaml),
        ),
        Case(
            area,
            "a codebook whose aliases grow without end",
            with_file(yaml, "a: &a [x,x]\nb: &b [*a,*a]\nthemes: [*b,*b]\n", "--codebook"),
            Refused(yaml),
        ),
        Case(
            area,
            "a playbook that is no YAML",
            with_file("playbook.yaml", "rules: [}", "--playbook"),
            Refused("playbook"),
        ),
        Case(
            area,
            "margins that are a picture",
            with_file("margins.csv", b"\x89PNG\r\n\x1a\n" + bytes(90), "--margins"),
            Refused("PNG"),
        ),
        Case(
            area,
            "invitations that are not there",
            run("--invitations", "absent.csv"),
            Refused("absent.csv"),
        ),
        Case(area, "a day that is none", run("--today", "31/02/2024"), Refused("31/02/2024|day")),
        Case(area, "an event that is no day", run("--event", "release"), Refused("release|day")),
        Case(area, "a seed that is no number", run("--seed", "x"), Refused("--seed")),
        Case(area, "a negative number of themes", run("--themes", "-3"), Refused("theme")),
        Case(area, "a language that is none", run("--language", "../../etc"), Refused("language")),
        Case(
            area,
            "an encoder that is nowhere",
            run("--encoder", "/nowhere/model"),
            Refused("encoder"),
            slow=True,
        ),
        Case(
            area,
            "an earlier run without its record",
            _kept_run(None),
            Refused("finished run|ordinary|folder"),
        ),
        Case(
            area,
            "an earlier run with half a record",
            _kept_run('{"counts": {'),
            Refused("finished run"),
        ),
        Case(
            area,
            "an earlier run whose record is something else",
            _kept_run("[1, 2]"),
            Refused("not whole"),
        ),
        Case(
            area,
            "an earlier run without its tables",
            _kept_run('{"input": {"name": "x"}, "options": {}, "counts": {}}'),
            Refused("not whole"),
        ),
    ]
