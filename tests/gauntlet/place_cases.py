"""Paths: names, links, folders, pipes and what is no file at all."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from case import Case, Read, Refused, check, csv_text, file

PLAIN = csv_text()


def _link(to: str) -> Callable[[Path], Sequence[str]]:
    def make(folder: Path) -> Sequence[str]:
        (folder / "real.csv").write_text(PLAIN)
        (folder / "survey.csv").symlink_to(to)
        return check(folder / "survey.csv")

    return make


def _folder(folder: Path) -> Sequence[str]:
    (folder / "survey.csv").mkdir()
    return check(folder / "survey.csv")


def _fifo(folder: Path) -> Sequence[str]:
    os.mkfifo(folder / "survey.csv")
    return check(folder / "survey.csv")


def _socket(folder: Path) -> Sequence[str]:
    # The address of a socket is short; the folder of the case may be long.
    with socket.socket(socket.AF_UNIX) as made:
        place = os.open(folder, os.O_RDONLY)
        made.bind(f"/proc/self/fd/{place}/survey.csv")
        os.close(place)
    return check(folder / "survey.csv")


def _bytes(folder: Path) -> Sequence[str]:
    path = os.fsdecode(os.fsencode(folder) + b"/caf\xe9 \xff.csv")
    Path(path).write_text(PLAIN)
    return check(path)


def _after_dashes(folder: Path) -> Sequence[str]:
    path = folder.parent / "work" / ".." / "in" / "-score.csv"
    path.write_text(PLAIN)
    return ["check", "--", os.path.relpath(path, folder.parent / "work")]


def _dashes_alone(folder: Path) -> Sequence[str]:
    return ["check", "-survey.csv"]


def _given(*words: str) -> Callable[[Path], Sequence[str]]:
    return lambda folder: list(words)


def cases() -> list[Case]:
    area = "paths"
    names = [
        ("blanks", "my survey  of may .csv"),
        ("quotation marks", 'it\'s "the" `survey`.csv'),
        ("emoji and accents", "Umfrage 😀 März.csv"),
        ("a line break and a tab", "two\nlines\t.csv"),
        ("terminal escapes", "\x1b[2Jsurvey\x07.csv"),
        ("shell and format marks", "$(touch owned);{0}%s%n&*?.csv"),
        ("markup", "<img src=x onerror=alert(1)>#{read}.csv".replace("/", "")),
        ("dots alone before the suffix", "....csv"),
        ("a name that Windows keeps for a device", "con.csv"),
        ("no suffix", "survey"),
        ("255 bytes", "x" * 251 + ".csv"),
    ]
    return [
        *(
            Case(
                area,
                f"a name with {name}" if name[0] != "2" else f"a name of {name}",
                file(PLAIN, of),
                Read(),
            )
            for name, of in names
        ),
        Case(area, "a name that is no valid UTF-8", _bytes, Read()),
        Case(area, "a leading dash, after --", _after_dashes, Read()),
        Case(area, "a leading dash, taken for an option", _dashes_alone, Refused("FILE|--")),
        Case(area, "a symbolic link", _link("real.csv"), Read()),
        Case(area, "a link to nothing", _link("nowhere.csv"), Refused("no file")),
        Case(area, "a link to itself", _link("survey.csv"), Refused("no file|cannot be read")),
        Case(
            area,
            "a link to a device without end",
            _link("/dev/zero"),
            Refused("not an ordinary file"),
        ),
        Case(area, "a folder", _folder, Refused("is a folder")),
        Case(area, "a pipe (FIFO)", _fifo, Refused("not an ordinary file"), apart=True),
        Case(area, "a socket", _socket, Refused("not an ordinary file")),
        Case(
            area, "memory of the process as a file", _given("check", "/proc/self/mem"), Refused(".")
        ),
        Case(
            area,
            "a file that is not there",
            _given("check", "absent.csv"),
            Refused("no file absent.csv"),
        ),
        Case(area, "an empty path", _given("check", ""), Refused("folder|no file")),
        Case(
            area,
            "a path of 5,000 letters",
            _given("check", "x" * 5000),
            Refused("no file|cannot be read"),
        ),
        Case(
            area,
            "a path with NUL in it",
            _given("check", "sur\0vey.csv"),
            Refused("no file|cannot be read"),
        ),
        Case(
            area,
            "an address on the web",
            _given("check", "https://example.com/survey.csv"),
            Refused("no file"),
        ),
        Case(
            area,
            "a file below a file",
            _given("check", "/etc/passwd/survey.csv"),
            Refused("no file|cannot be read"),
        ),
        Case(area, "no file named", _given("check"), Refused("FILE")),
        Case(area, "no command", _given(), Refused("COMMAND")),
        Case(area, "an unknown command", _given("chekc", "survey.csv"), Refused("chekc")),
        Case(
            area,
            "an unknown option",
            _given("check", "survey.csv", "--socre", "x"),
            Refused("--socre"),
        ),
        Case(
            area,
            "an option without its word",
            _given("check", "survey.csv", "--score"),
            Refused("--score"),
        ),
    ]
