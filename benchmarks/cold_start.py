"""How long the first word takes: ``--help`` and ``check``, each in a fresh process.

    python benchmarks/cold_start.py [--times 5]

Prints the median wall time of each, with the fastest and the slowest, and writes them to
``benchmarks/results/cold_start.json``. The files were read before, so disks are warm.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from many_responses import TELECOM

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "data" / "raw" / "sample_survey.csv"
COMMAND = Path(sys.executable).with_name("feedback-nlp")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    commands = {
        "--help": ["--help"],
        "check, 1,200 responses with six ratings": ["check", str(SAMPLE)],
        "check, 2,385 responses": ["check", str(TELECOM)],
    }
    found = {}
    for name, words in commands.items():
        if words[-1].endswith(".csv") and not Path(words[-1]).exists():
            print(f"{name:<42} left out: {words[-1]} is not on this machine")
            continue
        took = sorted(seconds([str(COMMAND), *words]) for _ in range(given.times + 1))[:-1]
        found[name] = {"median": round(median(took), 2), "from": took[0], "to": took[-1]}
        print(f"{name:<42}{median(took):>6.2f} s  ({took[0]:.2f} to {took[-1]:.2f})")
    (HERE / "results" / "cold_start.json").write_text(json.dumps(found, indent=2) + "\n")


def seconds(words: list[str]) -> float:
    """Wall time of a process from start to end."""
    begun = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return round(time.perf_counter() - begun, 2)


if __name__ == "__main__":
    main()
