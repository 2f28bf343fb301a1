"""How fast redaction is, what it spends its time on, and that no text makes it slow.

    python benchmarks/redaction_speed.py [--file FILE --column COLUMN] [--sizes 2000 20000 200000]

Prints answers per second of processor time (other work on the machine does not count), the share
of answers that need the spaCy model and of time that it takes, how both grow with the number of
answers, and seconds for adversarial texts of two lengths. Exits with 1 where such a text takes
more than ten times as long when it is four times as long.

Larger sizes repeat the file's answers with a running number appended, so that none is a copy.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from feedback_nlp.language_models import read_with
from feedback_nlp.personal_data import identifiers, person_names
from feedback_nlp.privacy import redact

ROOT = Path(__file__).resolve().parents[1]
TELECOM = ROOT.parent / "shared" / "data" / "telecom_nps.csv"
SAMPLE = ROOT / "data" / "raw" / "sample_survey.csv"
ADVERSARIAL = [
    *(
        "a",
        "@",
        "1",
        "1 ",
        "1-",
        "A1",
        ". ",
        "a.",
        "A.",
        "A ",
        "@a",
        "a@b.",
        "www.",
        "http://",
        "(",
    ),
    *("Sam ", "SAM ", "Jhalak ", "to Sam and ", "Mr ", "ms ", "- Sam\n", "O'", "Aa-", "\n", "'"),
    *(
        "GB11 ",
        "GB29 NWBK ",
        "order ",
        "order 123456 and ",
        "account is ",
        "born ",
        "dob 1/",
        "12/",
    ),
    *("1 Park ", "flat 1 ", "Aring ", "calle A ", "zip 1", "card 4", "call 0", "a dot com "),
    *("[NAME] ", "[NAME", "[", "\ue000", "\ud800", "é", "😀", "\x00", "مرحبا "),
]


class Stopwatch:
    """Adds up calls of a function and the processor time in them."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.calls = 0
        self.seconds = 0.0

    def __call__(self, *arguments: Any) -> Any:
        started = time.process_time()
        result = self.function(*arguments)
        self.seconds += time.process_time() - started
        self.calls += 1
        return result


def measure(texts: list[str]) -> dict[str, float]:
    """Redact once and say where the time went."""
    model = Stopwatch(person_names._persons_by_model)
    person_names._persons_by_model = model  # type: ignore[assignment]
    try:
        started = time.process_time()
        redacted = redact(texts)
        seconds = time.process_time() - started
    finally:
        person_names._persons_by_model = model.function
    started = time.process_time()
    for text in texts:
        identifiers.find_identifiers(text)
    forms = time.process_time() - started
    return {
        "answers": len(texts),
        "redacted": sum(a != b for a, b in zip(texts, redacted, strict=True)),
        "seconds": seconds,
        "answers_a_second": len(texts) / seconds,
        "share_of_answers_to_model": model.calls / len(texts),
        "share_of_time_model": model.seconds / seconds,
        "share_of_time_forms": forms / seconds,
    }


def seconds_for(text: str) -> float:
    """Processor seconds, the best of three."""
    times = []
    for _ in range(3):
        started = time.process_time()
        redact([text])
        times.append(time.process_time() - started)
    return min(times)


def adversarial(short: int = 20_000) -> pd.DataFrame:
    """Seconds for texts that repeat one piece, at two lengths."""
    rows = []
    for piece in ADVERSARIAL:
        texts = [(piece * length)[:length] for length in (short, 4 * short)]
        rows.append((repr(piece), *(seconds_for(text) for text in texts)))
    table = pd.DataFrame(rows, columns=["piece", f"s_{short}", f"s_{4 * short}"])
    # Below 20 ms a ratio says nothing.
    table["ratio"] = table.iloc[:, 2] / table.iloc[:, 1].clip(lower=0.02)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", type=Path, default=TELECOM if TELECOM.exists() else SAMPLE)
    parser.add_argument("--column", default=None, help="text or answer where not given")
    parser.add_argument("--sizes", type=int, nargs="*", default=[2_000, 20_000])
    options = parser.parse_args()
    table = pd.read_csv(options.file)
    column = options.column or next(name for name in ("text", "answer") if name in table)
    texts = table[column].dropna().astype(str).tolist()

    started = time.process_time()
    redact(["Sarah rang"])
    list(read_with(["ner"], ["Sarah rang"]))
    print(f"lists and model loaded in {time.process_time() - started:.1f} s")
    rows = [measure(texts)]
    for size in options.sizes:
        repeats = -(-size // len(texts))
        rows.append(measure([f"{t} {n}" for n in range(repeats) for t in texts][:size]))
    print(f"\n{options.file.name}, as it is and then grown:")
    print(pd.DataFrame(rows).round(3).to_string(index=False))

    slow = adversarial()
    print("\nadversarial texts, the five that grow most:")
    print(slow.nlargest(5, "ratio").round(3).to_string(index=False))
    if (slow["ratio"] > 10).any():
        sys.exit("a text takes more than linear time")


if __name__ == "__main__":
    main()
