"""How long theme discovery takes, vectors ready and compiled code at hand.

    python benchmarks/discovery_speed.py [--sizes 2400 25000 100000] [--file FILE --column COLUMN]

Mentions are drawn with replacement from a real survey (the telecom survey of ``../shared/data``
where it is there, else the sample survey); each drawn vector gets a little noise and each text a
running number, so that no mention is a copy of another. A small discovery runs first, which
compiles what has to be compiled. Prints wall and processor seconds, with the ten refits for
stability and without. Floors: 6, 20 and 90 seconds on two cores.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from feedback_nlp.cleaning import clean_answers, content_kinds
from feedback_nlp.encoding import encode
from feedback_nlp.mentions import cut_mentions
from feedback_nlp.sentiment import score_sentiment
from feedback_nlp.themes.clustering import unit
from feedback_nlp.themes.discover import discover_themes
from feedback_nlp.themes.phrases import topic_texts

ROOT = Path(__file__).resolve().parents[1]
TELECOM = ROOT.parent / "shared" / "data" / "telecom_nps.csv"
SAMPLE = ROOT / "data" / "raw" / "sample_survey.csv"
FLOORS = {2_400: 6, 25_000: 20, 100_000: 90}
NOISE = 0.3  # length of the noise beside a vector of length one


def real_mentions(file: Path, column: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Mentions of a survey as discovery gets them, and their vectors."""
    answers = pd.read_csv(file, keep_default_na=False, dtype=str)[column]
    responses = clean_answers(answers)
    responses.insert(0, "response_id", [f"R{row}" for row in range(len(responses))])
    mentions = cut_mentions(responses)
    texts = mentions["text"].tolist()
    mentions["sentiment"] = score_sentiment(texts)
    mentions["content_kind"] = content_kinds(texts)
    return mentions, encode(topic_texts(texts))


def drawn(
    mentions: pd.DataFrame, vectors: np.ndarray, size: int, seed: int = 0
) -> tuple[pd.DataFrame, np.ndarray]:
    """As many mentions as asked for, each a little different from every other."""
    random = np.random.default_rng(seed)
    rows = random.integers(len(mentions), size=size)
    larger = mentions.iloc[rows].reset_index(drop=True)
    larger["mention_id"] = [f"M{row}" for row in range(size)]
    larger["response_id"] = [f"R{row // 2}" for row in range(size)]
    larger["text"] = larger["text"] + [f" {row}.{seed}" for row in range(size)]
    noise = random.normal(0, NOISE / np.sqrt(vectors.shape[1]), (size, vectors.shape[1]))
    return larger, unit(vectors[rows] + noise.astype(np.float32))


def measure(mentions: pd.DataFrame, vectors: np.ndarray, resamples: int) -> tuple[float, float]:
    """Wall and processor seconds of one discovery."""
    wall, processor = time.perf_counter(), time.process_time()
    discover_themes(mentions, vectors, stability_resamples=resamples)
    return time.perf_counter() - wall, time.process_time() - processor


def main(arguments: list[str] | None = None) -> int:
    """Print the table; exit code 1 where a size takes longer than its floor."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(FLOORS))
    parser.add_argument("--file", type=Path, default=TELECOM if TELECOM.exists() else SAMPLE)
    parser.add_argument("--column")
    options = parser.parse_args(arguments)
    column = options.column or ("text" if options.file == TELECOM else "reason")
    mentions, vectors = real_mentions(options.file, column)
    measure(*drawn(mentions, vectors, 600, seed=1), resamples=1)
    print(f"{options.file.name}: {len(mentions)} mentions, resampled")
    print(f"{'mentions':>9} {'refits':>7} {'wall s':>8} {'processor s':>12} {'floor s':>8}")
    late = False
    for size in options.sizes:
        for resamples in (0, 10):
            wall, processor = measure(
                *drawn(mentions, vectors, size, seed=resamples), resamples=resamples
            )
            floor = FLOORS.get(size, 0) if resamples else 0
            late |= bool(floor) and wall > floor
            print(
                f"{size:>9} {resamples:>7} {wall:>8.1f} {processor:>12.1f} {floor or '-':>8}",
                flush=True,
            )
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
