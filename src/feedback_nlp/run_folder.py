"""A survey's run on disk: whole tables or none, and which steps are done with what.

A step's key is made of everything that shapes its tables: the input, the
options, the code, the versions and models, and the steps before it. A finished
step is used again only if its key is the same and its files are the bytes that
were written.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.near_names import near_paths

TABLES = (
    "responses",
    "mentions",
    "mention_themes",
    "themes",
    "theme_groups",
    "nps_impact",
    "nps_impact_sub",
    "content_groups",
    "theme_tone_groups",
    "new_themes",
    "wave_changes",
    "passive_themes",
    "passive_resemblance",
    "passive_words",
    "danger_zone",
    "danger_themes",
    "value_at_risk",
    "value_zones",
    "segment_nps",
    "theme_segments",
    "comment_rates",
    "response_rates",
    "margins",
    "unanswered",
    "nps_trend",
    "theme_trend",
    "change_points",
    "before_and_after",
    "against_target",
    "nps_change",
    "words_scores",
    "words_accuracy",
    "nps_versions",
    "csat_scores",
    "scale_use",
    "csat_agreement",
    "csat_comparisons",
    "csat_cross_table",
    "csat_quadrants",
    "csat_sensitivity",
    "csat_segments",
    "csat_quadrant_themes",
    "csat_theme_gap",
    "csat_models",
    "csat_drivers",
    "csat_outcomes",
    "score_precision",
    "follow_up",
    "validation",
    "corrected_shares",
)
ALWAYS = TABLES[: TABLES.index("theme_tone_groups") + 1]
RECORD = "run.json"
_STEPS = "steps"
#: Files that were being written when a process was killed: `write_whole`'s and the report's.
_UNFINISHED = re.compile(r"\.(.+\.(parquet|json|npy|csv|xlsx|yaml)\.[a-z0-9_]{8}|.+\.\d+\.tmp)")


class Run:
    """A finished run: every table as a DataFrame attribute, and the record of how it was made.

    Attributes
    ----------
    folder : Path
    record : dict
        The content of ``run.json``.
    tables : list of str
        The tables that this survey's columns allowed; each is an attribute too
        (``run.themes``), a DataFrame read when first asked for.

    Examples
    --------
    >>> run = load_run("data/processed/sample_survey")     # doctest: +SKIP
    >>> run.nps_impact.head()                              # doctest: +SKIP
    """

    def __init__(self, folder: Path, record: Mapping[str, Any]) -> None:
        self.folder = folder
        self.record = dict(record)
        self._tables: dict[str, pd.DataFrame] = {}

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in TABLES:
            raise AttributeError(f"a run has no table {name!r}; it has {', '.join(TABLES)}")
        if name not in self.tables:
            why = self.record.get("findings_notes", {}).get(name, "a column it needs is missing")
            raise AttributeError(f"this run has no table {name!r}: {why}")
        if name not in self._tables:
            self._tables[name] = read_table(self.folder, name)
        return self._tables[name].copy()

    @property
    def tables(self) -> list[str]:
        """The tables of this run, in the order of the README."""
        return [name for name in TABLES if (self.folder / f"{name}.parquet").is_file()]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.tables]

    def __repr__(self) -> str:
        counts = self.record.get("counts", {})
        return f"<Run of {self.folder.name}: {counts.get('responses', 0):,} responses>"


def load_run(folder: str | Path) -> Run:
    """Open a finished run.

    Raises
    ------
    FeedbackError
        The folder holds no finished run.
    """
    folder = Path(folder)
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        near = near_paths(folder, RECORD, also_in=[Path("data/processed")])
        near = [name for name in near if Path(name).resolve() != folder.resolve()]
        there = (
            f"did you mean {' or '.join(near)}?"
            if near
            else "make one with `feedback-nlp run FILE`."
        )
        raise FeedbackError(
            f"{folder} holds no finished run ({RECORD} is missing or broken); {there}"
        ) from error
    if not _whole_record(record) or not all(
        (folder / f"{name}.parquet").is_file() for name in ALWAYS[:4]
    ):
        raise FeedbackError(
            f"The run in {folder} is not whole, or another version of feedback-nlp has made it; "
            "make it anew with `feedback-nlp run FILE`."
        )
    return Run(folder, record)


def _whole_record(record: Any) -> bool:
    parts = ("input", "columns", "options", "counts")
    return (
        isinstance(record, dict)
        and all(isinstance(record.get(part), dict) for part in parts)
        and {"encoder", "smallest_group"} <= record["options"].keys()
    )


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """One table of a run.

    Raises
    ------
    FeedbackError
        It is missing or broken.
    """
    path = folder / f"{name}.parquet"
    try:
        return pd.read_parquet(path, page_checksum_verification=True)
    except Exception as error:
        raise FeedbackError(
            f"The table {path} is missing or broken; run the survey again to make it anew."
        ) from error


class Steps:
    """The finished steps of a run folder.

    Parameters
    ----------
    folder : Path
        Made if missing, private to the user.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / _STEPS).mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise FeedbackError(
                f"The folder {folder} cannot be made ({error.strerror}); choose another with --out."
            ) from error

    def finished(self, step: str, key: str) -> dict[str, Any] | None:
        """What the step noted, if it was finished with this key and its files are whole."""
        done = self._done(step)
        if done is None or done["key"] != key or self._damaged(done["files"]):
            return None
        return dict(done["note"])

    def damaged(self) -> list[str]:
        """Tables that are not the bytes a finished step has written, or are gone."""
        steps = sorted(path.stem for path in (self.folder / _STEPS).glob("*.json"))
        noted = [done["files"] for done in map(self._done, steps) if done is not None]
        names = [name for files in noted for name in self._damaged(files)]
        return [name for name in names if name.endswith(".parquet")]

    def remove_strays(self, steps: Sequence[str]) -> None:
        """Remove tables that none of these steps has noted: a killed run of other options' own."""
        noted = {name for done in map(self._done, steps) if done for name in done["files"]}
        for name in TABLES:
            if f"{name}.parquet" not in noted:
                (self.folder / f"{name}.parquet").unlink(missing_ok=True)

    def _done(self, step: str) -> dict[str, Any] | None:
        """What stands on disk of a step, if it is what was written."""
        try:
            done = json.loads((self.folder / _STEPS / f"{step}.json").read_text("utf-8"))
            return dict(done) if done.pop("check") == key_of(done) else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _damaged(self, files: Mapping[str, str]) -> list[str]:
        def whole(name: str) -> bool:
            try:
                return file_sha256(self.folder / name) == files[name]
            except OSError:
                return False

        return [name for name in files if not whole(name)]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes into the folder meanwhile; what a killed process left is removed.

        Raises
        ------
        FeedbackError
            Another process is at work there.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / _STEPS / ".lock", timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout as error:
            raise FeedbackError(
                f"Another command is writing to {self.folder}; wait until it is done, or give a "
                "run another folder with --out."
            ) from error
        try:
            # Nobody else is at work: a half-written file is a dead process's, and may hold
            # answers that are to be forgotten.
            for path in [*self.folder.iterdir(), *self.folder.glob("*/*"), *self._slices()]:
                if _UNFINISHED.fullmatch(path.name):
                    path.unlink(missing_ok=True)
            yield
        finally:
            lock.release()

    def _slices(self) -> list[Path]:
        return list((self.folder / _STEPS).glob("*/*"))

    def note(self, step: str) -> dict[str, Any]:
        """What a finished step noted.

        Raises
        ------
        FeedbackError
            The note is missing or broken.
        """
        done = self._done(step)
        if done is None:
            path = self.folder / _STEPS / f"{step}.json"
            raise FeedbackError(
                f"The note {path} is missing or broken; run the survey again to make it anew."
            )
        return dict(done["note"])

    def finish(
        self,
        step: str,
        key: str,
        tables: Mapping[str, pd.DataFrame],
        note: Mapping[str, Any],
        beside: Sequence[Path] = (),
    ) -> None:
        """Save a step's tables, then the note that says it is done; files beside are whole."""
        self._clear(step, keep=set(tables))
        paths = [*beside]
        for name, table in tables.items():
            paths.append(self.folder / f"{name}.parquet")
            write_table(table, paths[-1])
        self.finish_files(step, key, paths, note)

    def _clear(self, step: str, keep: set[str]) -> None:
        """Tables of an earlier run of the step that this one does not have must not stay."""
        done = self._done(step)
        for name in done["files"] if done else ():
            path = self.folder / name
            if path.suffix == ".parquet" and name.removesuffix(".parquet") not in keep:
                path.unlink(missing_ok=True)

    def finish_files(
        self, step: str, key: str, paths: Sequence[Path], note: Mapping[str, Any] | None = None
    ) -> None:
        """Note that a step is done and which files, already whole, it has written."""
        files = {str(path.relative_to(self.folder)): file_sha256(path) for path in paths}
        done = json.loads(
            json.dumps({"key": key, "files": files, "note": dict(note or {})}, default=str)
        )
        write_json({**done, "check": key_of(done)}, self.folder / _STEPS / f"{step}.json")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet: whole or not at all, the same bytes for the same table."""
    write_whole(
        path,
        lambda scratch: table.to_parquet(
            scratch, index=False, compression="zstd", write_page_checksum=True
        ),
    )


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write JSON: whole or not at all."""
    text = json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n"
    write_whole(path, lambda scratch: scratch.write_text(text, encoding="utf-8"))


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let a file be written under a scratch name; it appears when it is complete.

    Raises
    ------
    FeedbackError
        It cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    scratch = Path(name)
    try:
        write(scratch)
        os.replace(scratch, path)
    except OSError as error:
        raise FeedbackError(
            f"{path} cannot be written ({error.strerror or error}); "
            "make room or choose another folder with --out."
        ) from error
    finally:
        scratch.unlink(missing_ok=True)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tables_digest(folder: Path, names: Sequence[str]) -> str:
    """One key for the bytes of some tables of a run.

    Raises
    ------
    FeedbackError
        One is missing.
    """
    try:
        return key_of(*(file_sha256(folder / f"{name}.parquet") for name in names))
    except OSError as error:
        raise FeedbackError(
            f"The tables in {folder} are not whole; run the survey again to make them anew."
        ) from error


def key_of(*parts: Any) -> str:
    """One key for everything given; parts are compared by their JSON."""
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
