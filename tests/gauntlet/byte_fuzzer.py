"""Throws changed bytes at the readers and at the codebook parser, guided by coverage (atheris).

A script, not a test: atheris is no part of the project's environment.

    pip install atheris
    python tests/gauntlet/byte_fuzzer.py readers --seconds 300
    python tests/gauntlet/byte_fuzzer.py codebook --seconds 300

Anything but a result or a FeedbackError of one printable line is a finding: the input is left in
the folder of findings and the traceback is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

LONGEST_INPUT = 20_000
SLOWEST_SECONDS = 20
CODEBOOKS = (
    "themes:\n- id: price\n  label: Price\n  examples: [too dear, costs a fortune]\n",
    "# note\nthemes:\n- {id: a, label: A}\n- {id: b, label: B, parent: a, drop: true}\n"
    "- id: c\n  label: 'C: the third'\n  merge_into: a\n  description: >-\n    two\n    lines\n",
)


def seeds(what: str, folder: Path) -> None:
    """Write the small inputs of the gauntlet, from which the fuzzer starts."""
    if what == "codebook":
        for number, text in enumerate(CODEBOOKS):
            (folder / f"{number}.yaml").write_text(text)
        return
    from test_gauntlet import CASES

    for number, case in enumerate(CASES):
        if case.apart or case.area == "paths":
            continue
        with tempfile.TemporaryDirectory() as place:
            case.make(Path(place))
            for path in Path(place).iterdir():
                if path.is_file() and path.stat().st_size <= LONGEST_INPUT:
                    (folder / f"{number}.bin").write_bytes(path.read_bytes())


def main() -> None:
    """Fuzz for a while, then say how many inputs were tried."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["readers", "codebook"])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--findings", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--record", type=Path, help="write the figures to this JSON file")
    given = parser.parse_args()

    import atheris

    with atheris.instrument_imports(include=["feedback_nlp"]):
        from feedback_nlp.errors import FeedbackError
        from feedback_nlp.readers import read_survey
        from feedback_nlp.themes.codebook import read_codebook

    use = read_survey if given.what == "readers" else read_codebook
    given.findings.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp())
    target = place / "input"
    tally = {"tried": 0, "read": 0, "refused": 0, "findings": 0, "slowest_seconds": 0.0}
    known: set[str] = set()
    start = time.monotonic()

    def note(what: str, data: bytes) -> None:
        if what not in known:
            known.add(what)
            tally["findings"] += 1
            (given.findings / f"{given.what}-{len(known)}").write_bytes(data)
            print(f"FINDING {what}", file=sys.stderr, flush=True)

    def one(data: bytes) -> None:
        import traceback

        target.write_bytes(data)
        tally["tried"] += 1
        began = time.monotonic()
        try:
            use(target)
            tally["read"] += 1
        except FeedbackError as error:
            tally["refused"] += 1
            if not str(error).isprintable() or not str(error).strip():
                note(f"a message that cannot be printed: {error!r:.300}", data)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)
            own = [frame for frame in where if "feedback_nlp" in frame.filename][-1]
            note(f"{type(error).__name__} at {Path(own.filename).name}:{own.lineno} {error}", data)
        took = time.monotonic() - began
        tally["slowest_seconds"] = max(tally["slowest_seconds"], round(took, 2))
        if took > SLOWEST_SECONDS:
            note(f"{took:.0f} s for {len(data)} bytes", data)
        if given.record and (tally["tried"] % 50 == 0):
            figures = {**tally, "seconds": round(time.monotonic() - start)}
            given.record.write_text(json.dumps(figures, indent=2) + "\n")

    corpus = place / "corpus"
    corpus.mkdir()
    seeds(given.what, corpus)
    options = [
        f"-max_total_time={given.seconds}",
        f"-max_len={LONGEST_INPUT}",
        "-rss_limit_mb=4096",
        "-timeout=120",
        f"-artifact_prefix={given.findings}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
