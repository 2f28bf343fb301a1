"""How well ``content_kind`` agrees with hand-coded answers.

    python -m feedback_nlp.evaluation.answer_kinds [--split dev]

Coded as ``data/gold/CODING.md`` says. The rules were tuned on ``dev``, so that its figures
flatter; the figures to report are those of ``test``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedback_nlp.answers.answer_kinds import KINDS
from feedback_nlp.cleaning import content_kinds, normalise
from feedback_nlp.evaluation.gold import GOLD, data_folder, read_gold, resample

_DRAWS = 2_000


def evaluate_answer_kinds(
    data: Path, seed: int = 0, split: str = "test", gold: Path = GOLD
) -> pd.DataFrame:
    """F1 of the kinds of answer, with 95 % percentile bootstrap intervals over answers.

    Parameters
    ----------
    data : Path
        Folder of the real files, whose rows the gold table names by id.
    seed : int
    split : str
        ``test``, or ``dev`` while tuning.
    gold : Path
        Folder with ``answer_kinds.csv``.

    Returns
    -------
    DataFrame
        ``answers`` (which), ``measure``, ``n``, ``value``, ``low``, ``high``. Macro-F1 is the
        mean over the kinds that occur in the gold codes. Draws are stratified by file and kind,
        as the gold set was.
    """
    table = read_gold("answer_kinds.csv", data, split, gold)
    true = table["kind"].to_numpy(str)
    found = content_kinds(normalise(table["text"].tolist()))
    source = table["source"].to_numpy(str)
    everyone, typed = np.ones(len(table), bool), true != "empty"
    english = source != "written"
    groups = {
        "all": everyone,
        "all but empty": typed,
        "English files": english,
        "English files but empty": english & typed,
        "written (seven languages)": ~english,
        "written but empty": ~english & typed,
        "telecom_nps.csv": source == "telecom_nps.csv",
        "nhs_fft_labelled.csv": source == "nhs_fft_labelled.csv",
    }
    rows = []
    for name, mine in groups.items():
        strata = np.char.add(source[mine], true[mine])
        draws = resample(strata, _DRAWS, seed)
        rows.append((name, "macro-F1", *_interval(true[mine], found[mine], None, draws)))
        if name == "all":
            rows += [
                (name, f"F1 {kind}", *_interval(true[mine], found[mine], kind, draws))
                for kind in KINDS
            ]
            figures = _interval(_content(true), _content(found), "content", draws)
            rows.append((name, "F1 has_content", *figures))
    return pd.DataFrame(rows, columns=["answers", "measure", "n", "value", "low", "high"])


def _content(kinds: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    return np.where(np.isin(kinds, ["verdict_only", "reason"]), "content", "none")


def _interval(
    true: npt.NDArray[np.str_],
    found: npt.NDArray[np.str_],
    kind: str | None,
    draws: Sequence[npt.NDArray[np.intp]],
) -> tuple[int, float, float, float]:
    kinds = np.unique(true)
    wanted = slice(None) if kind is None else np.flatnonzero(kinds == kind)
    # found kinds that never occur in the gold codes share one code: they can only be wrong
    codes = np.searchsorted(kinds, true)
    guesses = np.where(np.isin(found, kinds), np.searchsorted(kinds, found), len(kinds))

    def score(rows: npt.NDArray[np.intp] | slice) -> float:
        size = len(kinds) + 1
        right = np.bincount(codes[rows][codes[rows] == guesses[rows]], minlength=size)
        total = np.bincount(codes[rows], minlength=size) + np.bincount(
            guesses[rows], minlength=size
        )
        f1 = 2 * right[:-1] / np.maximum(total[:-1], 1)
        return float(np.mean(f1[wanted]))

    low, high = np.quantile([score(rows) for rows in draws], [0.025, 0.975])
    return len(true), score(slice(None)), float(low), float(high)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--split", choices=["test", "dev"], default="test")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    figures = evaluate_answer_kinds(data_folder(), given.seed, given.split)
    print(f"content_kind against data/gold/answer_kinds.csv, split {given.split}")
    print(figures.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
