"""Every figure of quality that the project claims, by one command: ``feedback-nlp evaluate``.

Sections are measured one after the other and written down at once, so that a run that was
stopped goes on with the next one; `page` turns what was written into ``docs/evaluation.md``.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from feedback_nlp.errors import FeedbackError
from feedback_nlp.evaluation.answer_sections import answer_kinds, mentions, redaction
from feedback_nlp.evaluation.figures import Section
from feedback_nlp.evaluation.gold import GOLD, data_folder
from feedback_nlp.evaluation.page import write_page
from feedback_nlp.evaluation.quotes import refresh_quotes
from feedback_nlp.evaluation.sample_section import sample
from feedback_nlp.evaluation.sentiment_section import sentiment
from feedback_nlp.evaluation.simulations import (
    BENCHMARKS,
    false_discoveries,
    finding_intervals,
    score_intervals,
)
from feedback_nlp.evaluation.theme_sections import codebook, discovered, stability
from feedback_nlp.near_names import did_you_mean

ROOT = GOLD.parents[1]
RECORD, PAGE = "evaluation.json", "evaluation.md"
#: The sections in the order of the page: (folder of the real files, seed, draws) -> Section.
SECTIONS: dict[str, Callable[[Path, int, int], Section]] = {
    "answer_kinds": answer_kinds,
    "redaction": redaction,
    "mentions": mentions,
    "sentiment": sentiment,
    "discovered": discovered,
    "codebook": codebook,
    "stability": stability,
    "score_intervals": score_intervals,
    "finding_intervals": finding_intervals,
    "false_discoveries": false_discoveries,
    "sample": sample,
}
_DRAWS, _FEW_DRAWS = 1_000, 200


def evaluate(
    out: Path | None = None,
    *,
    only: Sequence[str] | None = None,
    quick: bool = False,
    seed: int = 0,
) -> str:
    """Measure all sections, or some anew, and write the page.

    Parameters
    ----------
    out : Path, optional
        Where ``evaluation.json``, ``evaluation.md`` and the pictures go; ``docs`` by default.
    only : sequence of str, optional
        Sections (see `SECTIONS`) to measure whether or not they are up to date; the others are
        left as they are. By default every section that the code, the gold data or an option has
        changed since is measured.
    quick : bool
        Fewer bootstrap draws and simulated surveys.
    seed : int

    Returns
    -------
    str
        What was measured and what was not, a line each.

    Raises
    ------
    FeedbackError
        There is no such section, or the package is not run from a checkout.
    """
    unknown = sorted(set(only or ()) - set(SECTIONS))
    if unknown:
        instead = did_you_mean(unknown[0], SECTIONS, f"there are {', '.join(SECTIONS)}.")
        raise FeedbackError(f"There is no section {unknown[0]!r}; {instead}")
    if not GOLD.is_dir():
        raise FeedbackError(f"{GOLD} is not there: run this from a checkout of the project.")
    folder = ROOT / "docs" if out is None else out
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / RECORD
    record = read_record(file)
    data = _data()
    said = []
    for name in SECTIONS:
        # Worked out for each section: on a busy tree the code may change while this runs.
        state = _state(quick, seed)
        kept = record["sections"].get(name)
        if only is None and kept is not None and kept["state"] == state:
            said.append(f"{name:<18} is up to date")
            continue
        if only is not None and name not in only:
            continue
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        begun, worked = time.perf_counter(), time.process_time()
        try:
            section = SECTIONS[name](data, seed, _FEW_DRAWS if quick else _DRAWS)
        except FeedbackError as error:
            print("not measured", file=sys.stderr)
            said.append(f"{name:<18} was not measured: {error}")
            continue
        seconds, work = time.perf_counter() - begun, time.process_time() - worked
        print(f"{seconds:.0f} s, {work:.0f} s of them at work", file=sys.stderr)
        # Read anew: another process may have measured other sections meanwhile.
        record = read_record(file)
        record["sections"][name] = _section_record(section, seconds, state, quick, seed)
        _write(file, record)
        said.append(f"{name:<18} {len(section.figures)} figures in {seconds:.0f} s")
    record = read_record(file)
    record["sections"] = {n: record["sections"][n] for n in SECTIONS if n in record["sections"]}
    _write(file, record)
    if record["sections"]:
        write_page(record, folder / PAGE)
        said.append(f"{folder / PAGE}, {file}")
        if out is None:
            said += _refreshed(record)
    return "\n".join(said)


def _refreshed(record: dict[str, Any]) -> list[str]:
    """Bring the figures quoted in README and docs up to date; say where any has changed."""
    said = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if path.is_file():
            text = path.read_text("utf-8")
            try:
                now = refresh_quotes(text, record)
            except FeedbackError as error:
                said.append(f"{path}: left as it is. {error}")
                continue
            if now != text:
                path.write_text(now, "utf-8")
                said.append(f"{path}: figures brought up to date")
    return said


def read_record(file: Path) -> dict[str, Any]:
    """What ``evaluation.json`` holds; without any section where there is none.

    Raises
    ------
    FeedbackError
        It cannot be read.
    """
    if not file.is_file():
        return {"sections": {}}
    try:
        record = json.loads(file.read_text("utf-8"))
        record["sections"].items()
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise FeedbackError(f"{file} cannot be read: remove it and evaluate anew.") from error
    return dict(record)


def _data() -> Path:
    """Where the real files lie: as the rooms look for them, else where they were fetched to."""
    from feedback_nlp import published_files

    folder = data_folder()
    return folder if folder.is_dir() else published_files.data_folder()


def _section_record(
    section: Section, seconds: float, state: str, quick: bool, seed: int
) -> dict[str, Any]:
    return {
        "title": section.title,
        "about": section.about,
        "notes": list(section.notes),
        "pictured": section.pictured,
        "measured": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "commit": _commit(),
        "seconds": round(seconds, 1),
        "quick": quick,
        "seed": seed,
        "state": state,
        "versions": _versions(),
        "figures": [figure.record() for figure in section.figures],
    }


def _write(file: Path, record: dict[str, Any]) -> None:
    part = file.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    part.replace(file)


def _state(quick: bool, seed: int) -> str:
    """Changes when the code, the gold data, the packages or an option do."""
    from feedback_nlp.provenance import code_digest

    digest = hashlib.sha256(f"{code_digest()}{quick}{seed}{_versions()}".encode())
    files = [*Path(__file__).parent.glob("*.py"), *GOLD.glob("*.*"), *BENCHMARKS.glob("*.py")]
    for path in sorted(files):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    from feedback_nlp.provenance import versions

    found = versions()
    for package in ("vadersentiment", "textblob", "umap-learn", "hdbscan"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found | {"machine": platform.machine()}


def _commit() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(ROOT), *words],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        commit = git("rev-parse", "--short", "HEAD")
        changed = commit and git("status", "--porcelain", "--", "src", "data/gold", "benchmarks")
    except OSError:
        return "unknown"
    return (commit or "unknown") + (" with changes" if changed else "")
