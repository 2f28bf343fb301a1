"""Surveys of any size from real answers: resampled with small edits, so that no two are the same.

    python benchmarks/many_responses.py 100000 /tmp/many.csv [--from ../shared/data/telecom_nps.csv]

Every respondent keeps score, date and segment of the one it was drawn from. In the answer, a word
is dropped, doubled or changes places with the next, and a number is put in: caches and the rule
that equal texts are read once save nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

TELECOM = Path(__file__).parents[2] / "shared/data/telecom_nps.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rows", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--from", dest="source", type=Path, default=TELECOM)
    parser.add_argument("--answer", default="text")
    given = parser.parse_args()
    write_survey(given.source, given.answer, given.rows, given.file)


def write_survey(source: Path, answer: str, rows: int, file: Path, seed: int = 0) -> None:
    """Write a survey of so many rows as CSV, 100,000 rows at a time."""
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    random = np.random.default_rng(seed)
    for first in range(0, rows, 100_000):
        size = min(100_000, rows - first)
        part = table.iloc[random.integers(0, len(table), size)].reset_index(drop=True)
        numbers = np.arange(first, first + size)
        edited = [
            _edited(text, int(number), random)
            for text, number in zip(part[answer], numbers, strict=True)
        ]
        part = part.assign(**{answer: edited})
        if "response_id" in part:
            part["response_id"] = [f"M{number:07d}" for number in numbers]
        part.to_csv(file, mode="w" if first == 0 else "a", header=first == 0, index=False)


def _edited(text: str, number: int, random: np.random.Generator) -> str:
    words = text.split()
    if not words:
        return text
    place = int(random.integers(0, len(words)))
    kind = int(random.integers(0, 3))
    if kind == 0 and len(words) > 3:
        del words[place]
    elif kind == 1:
        words.insert(place, words[place])
    elif place + 1 < len(words):
        words[place], words[place + 1] = words[place + 1], words[place]
    words.insert(int(random.integers(0, len(words) + 1)), f"{number}x")
    return " ".join(words)


if __name__ == "__main__":
    main()
