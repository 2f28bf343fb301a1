"""Make the labelled redaction set: hand-written answers, slots filled with invented values.

The sentences of ``data/gold/redaction_contexts.csv`` are written by hand; this script puts
Faker values into their slots and writes ``data/gold/redaction.jsonl``, one labelled answer a
line. How the set is meant to be scored stands in ``data/gold/redaction_README.md``.

    python benchmarks/make_redaction_set.py              write redaction.jsonl
    python benchmarks/make_redaction_set.py --check      fail if the file is not what would be made
    python benchmarks/make_redaction_set.py --draw-splits    draw dev/test anew into the contexts

A slot is a kind of value in braces, with ``_LOWER`` or ``_CAPS`` behind it where the customer
types that way: ``{FIRST_NAME}``, ``{EMAIL}``, ``{FULL_NAME_CAPS}``. An answer's main slot is
the part of its ``id`` before the dash.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import re
import sys
from pathlib import Path
from typing import TypedDict

from redaction_values import Filler, make_fakers

SEED = 20260301
GOLD = Path(__file__).resolve().parents[1] / "data" / "gold"
CONTEXTS = GOLD / "redaction_contexts.csv"
LABELLED = GOLD / "redaction.jsonl"

SLOT = re.compile(r"\{([A-Z_]+)\}")


class Context(TypedDict):
    """One hand-written answer with its slots still open."""

    id: str
    context: str
    split: str


class Entity(TypedDict):
    """One piece of personal data: ``text[start:end]``."""

    start: int
    end: int
    label: str


class Answer(TypedDict):
    """One answer with its slots filled and labelled."""

    id: str
    text: str
    split: str
    entities: list[Entity]


def read_contexts(path: Path = CONTEXTS) -> list[Context]:
    """Read the hand-written answers in file order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            Context(id=row["id"], context=row["context"], split=row["split"])
            for row in csv.DictReader(file)
        ]
    assert len({row["id"] for row in rows}) == len(rows), "an id occurs twice"
    assert len({row["context"] for row in rows}) == len(rows), "a context occurs twice"
    return rows


def main_slot(answer_id: str) -> str:
    """Return what an answer was written for: ``name``, ``email`` … or ``trap``."""
    return answer_id.split("-")[0]


def draw_splits(contexts: list[Context], seed: int = SEED) -> list[Context]:
    """Halve the answers of every main slot at random into dev and test."""
    chooser = random.Random(seed)
    split_of: dict[str, str] = {}
    for slot in sorted({main_slot(row["id"]) for row in contexts}):
        ids = [row["id"] for row in contexts if main_slot(row["id"]) == slot]
        chooser.shuffle(ids)
        half = len(ids) // 2
        split_of |= dict.fromkeys(ids[:half], "dev") | dict.fromkeys(ids[half:], "test")
    return [Context(id=r["id"], context=r["context"], split=split_of[r["id"]]) for r in contexts]


def as_csv(contexts: list[Context]) -> str:
    """Write contexts as the CSV they were read from."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ["id", "context", "split"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(contexts)
    return out.getvalue()


def label_answer(context: Context, filler: Filler) -> Answer:
    """Fill an answer's slots from left to right and note where each value landed."""
    text, entities, read_to = "", [], 0
    for slot in SLOT.finditer(context["context"]):
        text += context["context"][read_to : slot.start()]
        value, label = filler.fill(slot[1])
        entities.append(Entity(start=len(text), end=len(text) + len(value), label=label))
        text += value
        read_to = slot.end()
        assert text[entities[-1]["start"] : entities[-1]["end"]] == value
    text += context["context"][read_to:]
    return Answer(id=context["id"], text=text, split=context["split"], entities=entities)


def check_answer(answer: Answer) -> None:
    """Stop where an answer is not what its id says, or a span is not exact."""
    text, entities = answer["text"], answer["entities"]
    assert "{" not in text and "}" not in text, f"{answer['id']}: a slot is left open"
    assert answer["split"] in ("dev", "test"), f"{answer['id']}: no split"
    wanted = main_slot(answer["id"]).upper()
    assert bool(entities) == (wanted != "TRAP"), f"{answer['id']}: entities do not fit its id"
    assert not entities or wanted in {e["label"] for e in entities}, f"{answer['id']}: no {wanted}"
    end_before = 0
    for entity in entities:
        value = text[entity["start"] : entity["end"]]
        assert end_before <= entity["start"], f"{answer['id']}: spans overlap"
        assert value and value == value.strip(), f"{answer['id']}: span {value!r} has loose ends"
        end_before = entity["end"]


def make_answers(contexts: list[Context], seed: int = SEED) -> list[Answer]:
    """Fill and label every context.

    Parameters
    ----------
    contexts : list of Context
        Hand-written answers with open slots.
    seed : int
        Same seed, contexts and Faker version: the same answers.

    Returns
    -------
    list of Answer
        In the order of the contexts, with exact spans.
    """
    fakers = make_fakers()
    answers = []
    for context in contexts:
        answer = label_answer(context, Filler(fakers, f"{seed}:{context['id']}"))
        check_answer(answer)
        answers.append(answer)
    return answers


def as_jsonl(answers: list[Answer]) -> str:
    """Write one answer a line."""
    return "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers)


def main() -> int:
    """Run from the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Make the labelled redaction set.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=LABELLED)
    parser.add_argument("--check", action="store_true", help="compare with the file, write nothing")
    parser.add_argument("--draw-splits", action="store_true", help="draw dev/test anew first")
    options = parser.parse_args()

    contexts = read_contexts()
    if options.draw_splits:
        contexts = draw_splits(contexts, options.seed)
        CONTEXTS.write_text(as_csv(contexts), encoding="utf-8", newline="\n")
    made = as_jsonl(make_answers(contexts, options.seed))
    if options.check:
        same = options.out.read_text(encoding="utf-8") == made
        print(f"{options.out.name} {'is what would be made' if same else 'differs'}")
        return 0 if same else 1
    options.out.write_text(made, encoding="utf-8", newline="\n")
    print(f"{len(contexts)} answers written to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
