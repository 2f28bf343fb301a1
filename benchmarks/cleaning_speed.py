"""How many answers a second are cleaned, redacted and cut into mentions, and how it grows.

    python benchmarks/cleaning_speed.py [--data FOLDER] [--largest 200000] [--adversarial]

Prints answers a second for each step on ``telecom_nps.csv`` and the share of time it takes, then
the same for larger surveys made from its answers (numbered, so that no two are the same and
nothing is saved by treating a text once), and how long answers built to slow a pattern down take.
Models are loaded before the clock starts; how long that takes is printed too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd

from feedback_nlp.cleaning import content_kinds, normalise
from feedback_nlp.evaluation.gold import data_folder
from feedback_nlp.language import detect_languages
from feedback_nlp.mentions import cut_mentions
from feedback_nlp.privacy import redact

Result = TypeVar("Result")

ADVERSARIAL = {
    "letters": "a",
    "marks": "!?",
    "closers": "!)",
    "tags": "<b a=",
    "entities": "&am&#112;",
    "commas": "a, ",
    "conjunctions": "good and ",
    "run-on": "it was good ",
    "brackets": "(a ",
    "mojibake": "â€™",
    "emoji": "😀",
    "digits": "1. ",
    "e-mails": "a@a.",
}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=data_folder())
    parser.add_argument("--largest", type=int, default=200_000)
    parser.add_argument("--adversarial", action="store_true", help="only the adversarial answers")
    given = parser.parse_args()
    loading = _clock(
        lambda: _steps(["Ask Dr. Jo Smith. We left at 5 p.m. sharp. Sehr gut gemacht"])
    )
    print(f"first call, models loaded: {loading[0]:.1f} s\n")
    if not given.adversarial:
        answers = _answers(given.data)
        _report("telecom_nps.csv", answers)
        size = 2_000
        while size <= given.largest:
            _report(f"{size:,} answers, all different", _grow(answers, size))
            size *= 10
    for name, unit in ADVERSARIAL.items():
        short, long = ((unit * (length // len(unit))) for length in (20_000, 160_000))
        seconds = [_clock(lambda text=text: _steps([text]))[0] for text in (short, long)]
        print(
            f"{name:14} 20,000 characters {seconds[0]:6.2f} s   160,000 {seconds[1]:6.2f} s   "
            f"x{seconds[1] / max(seconds[0], 1e-3):.1f}"
        )


def _answers(data: Path) -> list[str]:
    table = pd.read_csv(data / "telecom_nps.csv", keep_default_na=False, dtype=str)
    return table["text"].tolist()


def _grow(answers: list[str], size: int) -> list[str]:
    return [f"{answers[n % len(answers)]} ({n})" for n in range(size)]


def _report(name: str, answers: list[str]) -> None:
    seconds = _steps(answers)
    core = seconds["normalise and kinds"] + seconds["redact"] + seconds["mentions"]
    print(f"{name}: {len(answers) / core:,.0f} answers/s ({len(answers):,} in {core:.2f} s)")
    for step, took in seconds.items():
        note = "" if step == "languages" else f"{took / core:6.0%}"
        print(f"  {step:20} {len(answers) / took:10,.0f} answers/s {note}")
    print()


def _steps(answers: list[str]) -> dict[str, float]:
    """Seconds of each step; languages are told beside the three steps of the target."""
    seconds: dict[str, float] = {}
    seconds["normalise and kinds"], (clean, kinds) = _clock(lambda: _clean(answers))
    seconds["redact"], redacted = _clock(lambda: redact(clean))
    table = pd.DataFrame(
        {
            "response_id": [str(n) for n in range(len(answers))],
            "answer": redacted,
            "has_content": [kind in {"verdict_only", "reason"} for kind in kinds],
        }
    )
    seconds["mentions"], _ = _clock(lambda: cut_mentions(table))
    seconds["languages"], _ = _clock(lambda: detect_languages(clean))
    return seconds


def _clean(answers: list[str]) -> tuple[list[str], list[str]]:
    clean = normalise(answers)
    return clean, content_kinds(clean).tolist()


def _clock(work: Callable[[], Result]) -> tuple[float, Result]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    main()
