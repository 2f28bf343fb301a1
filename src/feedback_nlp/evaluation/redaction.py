"""How much personal data redaction finds, and how much else it takes with it.

    python -m feedback_nlp.evaluation.redaction            figures of both halves
    python -m feedback_nlp.evaluation.redaction --errors   misses and false alarms of dev

Scored as ``data/gold/redaction_README.md`` says. ``dev`` is what the redactor was developed on,
so that its figures flatter; the figures to report are those of ``test``, whose single errors this
module does not print.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.privacy import LABELS, Found, find_personal_data

GOLD = Path(__file__).resolve().parents[3] / "data" / "gold" / "redaction.jsonl"

Redactor = Callable[[Sequence[str]], list[list[Found]]]


@dataclass(frozen=True)
class LabelledAnswer:
    """An answer and the personal data in it."""

    id: str
    text: str
    split: str
    entities: tuple[Found, ...]


def read_labelled(file: Path = GOLD) -> list[LabelledAnswer]:
    """Read the labelled redaction set.

    Parameters
    ----------
    file : Path
        One answer a line, as ``benchmarks/make_redaction_set.py`` writes it.

    Returns
    -------
    list of LabelledAnswer

    Raises
    ------
    FeedbackError
        The file is not there.
    """
    if not file.exists():
        raise FeedbackError(
            f"The labelled set {file} is not there; run this from a checkout of the project, "
            "or name the file with --gold."
        )
    rows = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    return [
        LabelledAnswer(
            row["id"],
            row["text"],
            row["split"],
            tuple(Found(e["start"], e["end"], e["label"]) for e in row["entities"]),
        )
        for row in rows
    ]


def count_hits(answers: Sequence[LabelledAnswer], found: Sequence[Sequence[Found]]) -> pd.DataFrame:
    """Count, answer by answer, what was found and what was taken by mistake.

    Parameters
    ----------
    answers : sequence of LabelledAnswer, shape (n,)
    found : sequence of sequence of Found, shape (n,)
        What a redactor says is personal in each.

    Returns
    -------
    pandas.DataFrame, shape (n, …)
        For each label the true entities (``NAME_true``) and those found (``NAME_found``):
        every letter and digit of it lies inside a redaction, whatever the redaction's label.
        ``redactions``, ``right`` (those that overlap a true entity), ``untouched`` (nothing was
        redacted) and ``extra`` (letters and digits removed outside true entities).

    Examples
    --------
    >>> answer = LabelledAnswer("NAME-1", "Ask Jo Smith", "dev", (Found(4, 12, "NAME"),))
    >>> hits = count_hits([answer], [[Found(4, 6, "NAME")]])
    >>> hits[["NAME_true", "NAME_found", "redactions", "right"]].iloc[0].tolist()
    [1, 0, 1, 1]
    """
    rows = []
    for answer, redactions in zip(answers, found, strict=True):
        row = dict.fromkeys((f"{label}_{what}" for label in LABELS for what in _COUNTS), 0)
        hidden = {place for start, end, _ in redactions for place in range(start, end)}
        true: set[int] = set()
        for entity in answer.entities:
            letters = _letters(answer.text, entity)
            true |= letters
            row[f"{entity.label}_true"] += 1
            row[f"{entity.label}_found"] += letters <= hidden
        row["redactions"] = len(redactions)
        row["right"] = sum(_touches(redaction, answer.entities) for redaction in redactions)
        row["untouched"] = int(not redactions)
        row["extra"] = sum(answer.text[place].isalnum() for place in hidden - true)
        rows.append(row)
    return pd.DataFrame(rows)


_COUNTS = ("true", "found")


def _letters(text: str, span: Found) -> set[int]:
    return {place for place in range(span.start, span.end) if text[place].isalnum()}


def _touches(redaction: Found, entities: Sequence[Found]) -> bool:
    return any(e.start < redaction.end and redaction.start < e.end for e in entities)


def summarise(
    hits: pd.DataFrame, n_draws: int = 2000, confidence: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Recall by kind and precision, with intervals from resampling answers.

    Parameters
    ----------
    hits : pandas.DataFrame
        From `count_hits`.
    n_draws : int
        Bootstrap samples (percentile interval: Efron & Tibshirani 1993, chapter 13).
    confidence : float
    seed : int

    Returns
    -------
    pandas.DataFrame
        Index: ``recall NAME``, ``recall structured`` (all other kinds pooled), ``recall EMAIL`` …,
        ``precision``. Columns ``n`` (entities, or redactions), ``value``, ``low``, ``high``. An
        interval at exactly 1 says only that no error was seen.
    """
    structured = [label for label in LABELS if label != "NAME"]
    wanted = {"recall NAME": ["NAME"], "recall structured": structured}
    wanted |= {f"recall {label}": [label] for label in structured}
    ratios = {
        name: (
            hits[[f"{label}_found" for label in labels]].sum(axis=1),
            hits[[f"{label}_true" for label in labels]].sum(axis=1),
        )
        for name, labels in wanted.items()
    }
    ratios["precision"] = (hits["right"], hits["redactions"])
    draws = np.random.default_rng(seed).integers(0, len(hits), (n_draws, len(hits)))
    tail = 100 * (1 - confidence) / 2
    rows = {}
    for name, (part, whole) in ratios.items():
        low, high = np.percentile(_ratio(part, whole, draws), [tail, 100 - tail])
        rows[name] = (int(whole.sum()), part.sum() / max(whole.sum(), 1), low, high)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["n", "value", "low", "high"])


def _ratio(
    part: pd.Series[int], whole: pd.Series[int], draws: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    sums = part.to_numpy()[draws].sum(axis=1), whole.to_numpy()[draws].sum(axis=1)
    return np.asarray(sums[0] / np.maximum(sums[1], 1))


def confuse_labels(
    answers: Sequence[LabelledAnswer], found: Sequence[Sequence[Found]]
) -> pd.DataFrame:
    """Cross true labels with those given, over the entities that were found.

    Parameters
    ----------
    answers : sequence of LabelledAnswer, shape (n,)
    found : sequence of sequence of Found, shape (n,)

    Returns
    -------
    pandas.DataFrame
        Rows true labels, columns the label of the redaction that hides most of the entity.
    """
    pairs = []
    for answer, redactions in zip(answers, found, strict=True):
        hidden = {place for start, end, _ in redactions for place in range(start, end)}
        for entity in answer.entities:
            letters = _letters(answer.text, entity)
            if letters <= hidden:
                most = max(redactions, key=lambda r: len(letters & set(range(r.start, r.end))))
                pairs.append((entity.label, most.label))
    table = pd.DataFrame(pairs, columns=["true", "given"])
    return pd.crosstab(table["true"], table["given"])


def describe_errors(answer: LabelledAnswer, found: Sequence[Found]) -> list[str]:
    """Say what was missed and what was taken by mistake in one answer."""
    hidden = {place for start, end, _ in found for place in range(start, end)}
    lines = [
        f"missed {e.label} {answer.text[e.start : e.end]!r}"
        for e in answer.entities
        if not _letters(answer.text, e) <= hidden
    ]
    lines += [
        f"wrongly {r.label} {answer.text[r.start : r.end]!r}"
        for r in found
        if not _touches(r, answer.entities)
    ]
    return [f"{answer.id}: {line} in {answer.text!r}" for line in lines]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m feedback_nlp.evaluation.redaction")
    parser.add_argument("--gold", type=Path, default=GOLD, help="the labelled set")
    parser.add_argument("--errors", action="store_true", help="list the errors of dev, only dev")
    options = parser.parse_args(arguments)
    labelled = read_labelled(options.gold)
    for split, note in (("dev", "developed on: flatters"), ("test", "the figures to report")):
        answers = [answer for answer in labelled if answer.split == split]
        found = find_personal_data([answer.text for answer in answers])
        if options.errors:
            if split == "dev":
                for answer, redactions in zip(answers, found, strict=True):
                    print(
                        "".join(f"{line}\n" for line in describe_errors(answer, redactions)), end=""
                    )
            continue
        hits = count_hits(answers, found)
        traps = hits[[not answer.entities for answer in answers]]
        print(f"\n{split} ({note}): {len(answers)} answers, 95 % bootstrap over answers")
        print(summarise(hits).round(3).to_string())
        print(f"traps left untouched: {traps['untouched'].sum()} of {len(traps)}")
        print(f"letters and digits taken beside personal data: {hits['extra'].sum()}")
        print(confuse_labels(answers, found).to_string())


if __name__ == "__main__":
    main()
