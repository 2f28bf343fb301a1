"""Forgetting a respondent: out of a run's tables, vectors, codebook, sheets and reports.

What is found again in the survey file by a later run is left out there too: the run keeps a
salted hash of the identifier, by which the respondent is known without being named.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import visible
from feedback_nlp.options import Options
from feedback_nlp.run_folder import Run, Steps, load_run, write_json, write_table
from feedback_nlp.survey import Columns, Survey

FORGOTTEN = "forgotten.json"
_REPORT_FILES = ("brief.*", "deck.*", "follow_up.*", "page.*", "*.pdf", "*.html")
_REPORT_FOLDERS = ("figures", "notebooks", "steps")
# Of a run's counts, those that the survey brings along.
_SURVEY_COUNTS = (
    *("rows_read", "rows_blank", "responses", "forgotten", "score_", "duplicate_id"),
    *("answer_given", "answer_empty", "weight_missing"),
)
# Shorter words may be anyone's.
_SHORTEST_QUOTE = 15


@dataclass(frozen=True)
class Forgotten:
    """What was taken away.

    Attributes
    ----------
    responses, mentions : int
        Rows of the respondent.
    did : tuple of str
        What was done beside the tables, a sentence each.
    """

    responses: int
    mentions: int
    did: tuple[str, ...]


def forget(run_dir: str | Path, respondent: str, reports: Sequence[str | Path] = ()) -> Forgotten:
    """Remove one respondent from a run and from what was made of it.

    Rows and vectors of the respondent go; themes and findings are computed anew from the others;
    examples in the codebook that quote nobody else go; a check by hand that has drawn the
    respondent is set aside; reports are removed, to be made again. The survey file itself is the
    user's and stays; a later run of it into the same folder leaves the respondent out.

    Parameters
    ----------
    run_dir : path
        Folder of a finished run.
    respondent : str
        The identifier, as in the run's table ``responses``. Where identifiers of the file were
        repeated, all rows that bear it.
    reports : sequence of path
        Folders of reports on this run.

    Returns
    -------
    Forgotten

    Raises
    ------
    FeedbackError
        There is no finished run, or nobody of that identifier in it.

    Examples
    --------
    >>> from feedback_nlp.forgetting import forget
    >>> forget("data/processed/telecom", "R000017").responses              # doctest: +SKIP
    1
    """
    from feedback_nlp.analysis import Analysis

    run = load_run(run_dir)
    responses, mentions = run.responses, run.mentions
    ids = _ids_of(responses["response_id"], respondent, run.record["counts"])
    if not ids:
        raise FeedbackError(
            f"There is no respondent {visible(respondent)!r} in {run.folder}: give the response_id "
            "as the run's tables have it."
        )
    said = mentions[mentions["response_id"].isin(ids)]
    answers = responses.loc[responses["response_id"].isin(ids), "answer"].tolist()
    steps = Steps(run.folder)
    with steps.alone():
        # First of all: whatever is interrupted below, no later run brings the respondent back.
        _remember(run.folder, ids)
        did = _leave_codebooks(run, said, answers)
        did += _leave_check(run, ids)
        _leave_vectors(run.folder, ~mentions["response_id"].isin(ids).to_numpy())
        left = _leave_tables(run.folder, ids, set(said["mention_id"]))
        _leave_cache(run, said, answers)
    survey = _survey_of(run, left["responses"], len(ids), answers)
    options = Options(
        **{**run.record["options"], "keep_names": tuple(run.record["options"]["keep_names"])}
    )
    analysis = Analysis(survey, run.folder, options, progress=False)
    with steps.alone():
        note = _note_of(steps.note("rows"), left["responses"], left["mentions"], options)
        files = [run.folder / "responses.parquet", run.folder / "mentions.parquet"]
        files += sorted((run.folder / "steps" / "rows").glob("*.npy"))
        steps.finish_files("rows", analysis.keys["rows"], files, note)
    analysis.run()
    for folder in reports:
        did += _leave_report(Path(folder))
    return Forgotten(len(ids), len(said), tuple(did))


def without_forgotten(survey: Survey, run_dir: Path) -> Survey:
    """A survey less the respondents that were forgotten in this run folder.

    Parameters
    ----------
    survey : Survey
    run_dir : Path
        Where its run is, or will be.

    Returns
    -------
    Survey
        With ``forgotten`` among its counts where it lacks anyone: ``rows_read`` is then
        ``rows_blank + forgotten + responses``.
    """
    known = _remembered(run_dir)
    if not known:
        return survey
    from feedback_nlp.analysis import safe_ids

    # As the run names them: identifiers that are personal data themselves were replaced there.
    ids = safe_ids(survey.responses["response_id"])[0].to_numpy()
    gone = np.array([_hashed(name, known["salt"]) in known["respondents"] for name in ids], bool)
    if not gone.any():
        return survey
    rows = survey.responses.assign(response_id=pd.Series(ids, survey.responses.index, dtype="str"))
    counts = dict(survey.counts)
    lost = rows[gone]
    _uncount(counts, lost["score"].notna(), lost["raw_answer"] != "")
    return replace(survey, responses=rows[~gone].reset_index(drop=True), counts=counts)


def _ids_of(ids: pd.Series, respondent: str, counts: Mapping[str, Any]) -> list[str]:
    found = ids == respondent
    if counts.get("duplicate_id"):
        # The reader made repeated identifiers unique by a number at the end.
        found |= ids.str.fullmatch(re.escape(respondent) + r"-\d+")
    return [str(name) for name in ids[found]]


def _hashed(name: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}:{name}".encode("utf-8", "surrogatepass")).hexdigest()


def _remembered(folder: Path) -> dict[str, Any]:
    try:
        known = json.loads((folder / FORGOTTEN).read_text("utf-8"))
        return {"salt": str(known["salt"]), "respondents": set(map(str, known["respondents"]))}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FeedbackError(
            f"The list of forgotten respondents {folder / FORGOTTEN} cannot be read: mend it, or "
            "choose another folder with --out."
        ) from error


def _remember(folder: Path, ids: Sequence[str]) -> None:
    known = _remembered(folder) or {"salt": secrets.token_hex(16), "respondents": set()}
    known["respondents"] |= {_hashed(name, known["salt"]) for name in ids}
    write_json({**known, "respondents": sorted(known["respondents"])}, folder / FORGOTTEN)


def _leave_tables(folder: Path, ids: Sequence[str], mentions: set[Any]) -> dict[str, pd.DataFrame]:
    """Drop the rows from every table that has one row a respondent or mention."""
    left: dict[str, pd.DataFrame] = {}
    for path in sorted(folder.rglob("*.parquet")):
        table = pd.read_parquet(path)
        gone = pd.Series(False, index=table.index)
        if "response_id" in table:
            gone |= table["response_id"].isin(ids)
        if "mention_id" in table:
            gone |= table["mention_id"].isin(mentions)
        kept = table[~gone].reset_index(drop=True)
        if path == folder / "responses.parquet":
            from feedback_nlp.cleaning import count_copies

            kept["n_copies"] = count_copies(kept["answer"]).to_numpy()
        if gone.any():
            write_table(kept, path)
        if path.parent == folder:
            left[path.stem] = kept
    return left


def _leave_vectors(folder: Path, kept: np.ndarray) -> None:
    from feedback_nlp.stored_vectors import save_vectors

    first = 0
    paths = sorted((folder / "steps" / "rows").glob("*.npy"))
    if sum(len(np.load(path, mmap_mode="r", allow_pickle=False)) for path in paths) != len(kept):
        raise FeedbackError(
            f"An earlier `forget` in {folder} was cut off: run the survey into that folder again, "
            "which leaves the respondent out, and all is as it should be."
        )
    for path in paths:
        part = np.load(path, allow_pickle=False)
        here = kept[first : first + len(part)]
        first += len(part)
        if not here.all():
            save_vectors(part[here], path)


def _leave_cache(run: Run, said: pd.DataFrame, answers: Sequence[str]) -> None:
    from feedback_nlp.encoding import DEFAULT_ENCODER, forget_vectors
    from feedback_nlp.themes.phrases import topic_texts

    texts = said["text"].tolist()
    # Themes are named by the default encoder, whichever the survey was read with.
    for encoder in dict.fromkeys([run.record["options"]["encoder"], DEFAULT_ENCODER]):
        forget_vectors([*texts, *topic_texts(texts), *answers], encoder)


def _leave_codebooks(run: Run, said: pd.DataFrame, answers: Sequence[str]) -> list[str]:
    mentions = run.mentions
    others = {_folded(text) for text in mentions["text"][~mentions.index.isin(said.index)]}
    own = {_folded(text) for text in said["text"]} - others
    whole = [_folded(answer) for answer in answers]
    did = []
    named = [run.folder / "codebook.yaml", Path(run.record["options"].get("codebook") or "")]
    for path in dict.fromkeys(path.resolve() for path in named if path.is_file()):
        taken = _take_out_quotes(path, own, whole, others)
        if taken:
            did.append(f"{taken} examples that quoted the respondent are out of {path}.")
    return did


def _take_out_quotes(path: Path, own: set[str], whole: list[str], others: set[str]) -> int:
    from feedback_nlp.themes.codebook import read_codebook, text_of_tree, tree_of, write_whole
    from feedback_nlp.themes.codebook_file import text_of

    read_codebook(path)  # a mistake in it is told before anything is changed
    tree = tree_of(text_of(path))
    taken = 0
    for entry in tree["themes"] or []:
        for key in ("examples", "counter_examples"):
            quotes = entry.get(key)
            for number in reversed(range(len(quotes) if isinstance(quotes, list) else 0)):
                text = _folded(str(quotes[number]))
                part = len(text) >= _SHORTEST_QUOTE and any(text in answer for answer in whole)
                if text in own or (part and text not in others):
                    del quotes[number]
                    taken += 1
            if isinstance(quotes, list) and not quotes:
                del entry[key]
    if taken:
        write_whole(path, text_of_tree(tree))
    return taken


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _leave_check(run: Run, ids: Sequence[str]) -> list[str]:
    """Set aside a hand-coded sample that has drawn the respondent; keep another one valid."""
    from feedback_nlp.provenance import table_digest

    folder = run.folder / "validation"
    try:
        note = json.loads((folder / "drawn.json").read_text("utf-8"))
        drawn = pd.read_parquet(folder / "sheet.parquet")
    except (OSError, ValueError):
        return []
    if not drawn.get("response_id", pd.Series(dtype=str)).isin(ids).any():
        mentions = run.mentions
        kept = mentions[~mentions["response_id"].isin(ids)].reset_index(drop=True)
        note["mentions"] = table_digest(kept[["mention_id", "response_id", "text"]])
        write_json(note, folder / "drawn.json")
        return []
    shutil.rmtree(folder)
    for name in ("validation", "corrected_shares"):
        (run.folder / f"{name}.parquet").unlink(missing_ok=True)
    sheets = [Path(sheet) for sheet in note.get("sheets", [])]
    for sheet in sheets:
        sheet.unlink(missing_ok=True)
    named = ", ".join(visible(str(sheet), 200) for sheet in sheets)
    return [f"The check by hand had drawn the respondent and is removed ({named}): draw it anew."]


def _leave_report(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    for name in _REPORT_FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for pattern in _REPORT_FILES:
        for path in folder.glob(pattern):
            path.unlink()
    left = sorted(path.name for path in folder.iterdir())
    rest = (
        f" Look yourself at what else lies there: {visible(', '.join(left), 200)}." if left else ""
    )
    return [f"The report in {folder} is removed: make it anew with `feedback-nlp report`.{rest}"]


def _uncount(counts: dict[str, Any], scored: pd.Series, answered: pd.Series) -> None:
    counts["responses"] -= len(scored)
    counts["forgotten"] = counts.get("forgotten", 0) + len(scored)
    counts["score_given"] -= int(scored.sum())
    # Why a score was missing is no longer known; it is taken from what is most often the reason.
    missing = int((~scored).sum())
    for reason in ("empty", "not_a_number", "out_of_range", "not_whole"):
        less = min(missing, counts.get(f"score_missing_{reason}", 0))
        counts[f"score_missing_{reason}"] = counts.get(f"score_missing_{reason}", 0) - less
        missing -= less
    counts["answer_given"] -= int(answered.sum())
    counts["answer_empty"] -= int((~answered).sum())


def _survey_of(run: Run, responses: pd.DataFrame, gone: int, answers: Sequence[str]) -> Survey:
    """The survey as a finished run knows it, less the respondent."""
    from feedback_nlp.reading.scales import scale_of_record

    record = run.record
    columns: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in record["columns"].items()
    }
    source = {str(key): str(value) for key, value in record["input"].items() if key != "name"}
    counts = {
        key: value
        for key, value in record["counts"].items()
        if key.startswith(_SURVEY_COUNTS) or key.endswith("_unreadable")
    }
    lost = run.responses[~run.responses["response_id"].isin(responses["response_id"])]
    _uncount(counts, lost["score"].notna(), pd.Series([answer != "" for answer in answers]))
    return Survey(
        name=str(record["input"]["name"]),
        responses=responses,
        columns=Columns(**columns, why=record.get("columns_why", {})),
        question=record.get("question"),
        counts=counts,
        source=source,
        scales={name: scale_of_record(one) for name, one in record.get("scales", {}).items()},
    )


def _note_of(
    before: Mapping[str, Any], responses: pd.DataFrame, mentions: pd.DataFrame, options: Options
) -> dict[str, Any]:
    """What the row-wise steps note of themselves, counted anew."""
    from feedback_nlp.codebook_runs import in_other_language

    def counted(column: pd.Series, prefix: str = "") -> dict[str, int]:
        return {f"{prefix}{value}": int(n) for value, n in sorted(column.value_counts().items())}

    kinds = {key: 0 for key in before["counts"] if key.startswith(("answer_", "mentions_"))}
    counts = {
        **kinds,
        **counted(responses["content_kind"], "answer_"),
        "other_language": int(in_other_language(responses, options.language).sum()),
        "copies": int((responses["n_copies"] > 1).sum()),
        "ids_replaced": before["counts"].get("ids_replaced", 0),
        "mentions": len(mentions),
        "mixed_answers": int(responses["mixed"].sum()),
        **counted(mentions["sentiment_label"], "mentions_"),
    }
    marks = responses["answer"].str.extractall(r"\[([A-Z]+)(?: \d+)?\]")[0]
    return {
        **before,
        "counts": counts,
        "redacted": counted(marks),
        "languages": counted(responses["language"]),
    }
