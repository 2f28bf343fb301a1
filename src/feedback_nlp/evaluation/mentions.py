"""How well mentions agree with answers cut by hand.

    python -m feedback_nlp.evaluation.mentions [--split test2]

Coded and scored as ``data/gold/CODING.md`` says. The rules were tuned on ``dev``, so that its
figures flatter. ``test`` was printed several times while rules were written, ``test2`` was drawn
later and not measured before the rules were done: its figures are the ones to report. Beside
them stands what spaCy's sentences alone would give, and at the end how well two codings of the
same answers agree, which no cutter can be expected to exceed by much.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedback_nlp.cleaning import normalise
from feedback_nlp.evaluation.gold import GOLD, data_folder, read_gold, resample
from feedback_nlp.language_models import load_spacy
from feedback_nlp.mentions import cut_mentions

_DRAWS = 2_000
_SPLITS = ["dev", "test", "test2"]
_NEAR = 3  # characters
_BETWEEN = re.compile(
    r"(?:[\W_]|\b(?:and|but|however|although|though|yet|while|whereas|so|then|also)\b)*+", re.I
)


def count_boundaries(text: str, gold: Sequence[int], found: Sequence[int]) -> tuple[int, int, int]:
    """Boundaries right, found and true in one answer.

    Parameters
    ----------
    text : str
        The raw answer.
    gold, found : sequence of int
        Offsets at which mentions begin, without the first.

    Returns
    -------
    right, found, true : int
        A boundary is right if a true one lies within 3 characters, or if nothing but white space,
        punctuation and connectives lie between them. Each is matched once.

    Examples
    --------
    >>> count_boundaries("Roomy, but draughty", [7], [11])
    (1, 1, 1)
    """
    free = list(gold)
    for boundary in found:
        match = next((true for true in free if _same(text, boundary, true)), None)
        if match is not None:
            free.remove(match)
    return len(gold) - len(free), len(found), len(gold)


def _same(text: str, one: int, other: int) -> bool:
    low, high = sorted((one, other))
    return high - low <= _NEAR or _BETWEEN.fullmatch(text, low, high) is not None


def evaluate_mentions(
    data: Path, seed: int = 0, split: str = "test", gold: Path = GOLD
) -> pd.DataFrame:
    """Boundary precision, recall and F1, with 95 % percentile bootstrap intervals over answers.

    Parameters
    ----------
    data : Path
        Folder of the real files, whose rows the gold table names by id.
    seed : int
    split : str
        ``test2`` or ``test``; ``dev`` while tuning.
    gold : Path
        Folder with ``mention_cuts.csv``.

    Returns
    -------
    DataFrame
        ``answers`` (which), ``measure``, ``n`` (answers), ``boundaries`` (true ones), ``value``,
        ``low``, ``high``. Counts are summed over answers first (micro). Draws are stratified by
        file, as the gold set was. A fourth measure is the F1 of spaCy's sentences alone.
    """
    table = cut_gold(data, split, gold)
    table["sentences"] = pd.Series(spacy_boundaries(table["text"].tolist()), index=table.index)
    rows = _rows(table, "found", ("precision", "recall", "F1"), seed)
    rows += _rows(table, "sentences", ("", "", "F1 of spaCy's sentences"), seed)
    columns = ["answers", "measure", "n", "boundaries", "value", "low", "high"]
    figures = pd.DataFrame(rows, columns=columns)
    order = {name: n for n, name in enumerate(dict.fromkeys(figures["answers"]))}
    return figures.sort_values("answers", key=lambda some: some.map(order), kind="stable")


def _rows(
    table: pd.DataFrame, cutter: str, measures: Sequence[str], seed: int
) -> list[tuple[str, str, int, int, float, float, float]]:
    answers = zip(table["text"], table["gold"], table[cutter], strict=True)
    counts = np.array([count_boundaries(text, true, found) for text, true, found in answers])
    source = table["source"].to_numpy(str)
    rows = []
    for name in ["all", *dict.fromkeys(source)]:
        mine = counts[(source == name) | (name == "all")]
        draws = resample(source[(source == name) | (name == "all")], _DRAWS, seed)
        drawn = np.array([_scores(mine[rows_drawn]) for rows_drawn in draws])
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        for place, measure in enumerate(measures):
            if not measure:
                continue
            rows.append(
                (
                    name,
                    f"boundary {measure}",
                    len(mine),
                    int(mine[:, 2].sum()),
                    _scores(mine)[place],
                    low[place],
                    high[place],
                )
            )
    return rows


def spacy_boundaries(texts: Sequence[str]) -> list[list[int]]:
    """Where the sentences of the usual tool begin, but the first: the baseline.

    Parameters
    ----------
    texts : sequence of str
        Raw answers.

    Returns
    -------
    list of list of int

    Examples
    --------
    >>> spacy_boundaries(["Slow lift. The porter was kind."])
    [[11]]
    """
    pipeline = load_spacy(exclude=["ner", "lemmatizer"])
    return [
        [sentence.start_char for sentence in document.sents][1:]
        for document in pipeline.pipe(texts, batch_size=256)
    ]


def coder_agreement(data: Path, seed: int = 0, gold: Path = GOLD) -> pd.DataFrame:
    """How well a second coding of some ``test`` answers agrees with the first.

    Parameters
    ----------
    data, seed, gold
        As in ``evaluate_mentions``; the second coding is ``mention_recuts.csv``.

    Returns
    -------
    DataFrame
        The F1 rows of ``evaluate_mentions``, the second coding taking the cutter's place.
    """
    first = read_gold("mention_cuts.csv", data, "test", gold).set_index(["source", "id"])
    second = pd.read_csv(gold / "mention_recuts.csv", keep_default_na=False, dtype=str)
    table = first.loc[list(zip(second["source"], second["id"], strict=True))].reset_index()
    table["gold"] = table["starts"].map(_boundaries)
    table["again"] = second["starts"].map(_boundaries)
    rows = _rows(table, "again", ("", "", "F1 of two codings"), seed)
    columns = ["answers", "measure", "n", "boundaries", "value", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _boundaries(starts: str) -> list[int]:
    return [int(offset) for offset in re.findall(r"\d+", starts)][1:]


def cut_gold(data: Path, split: str, gold: Path = GOLD) -> pd.DataFrame:
    """The hand-cut answers with the boundaries found in them.

    Parameters
    ----------
    data, split, gold
        As in ``evaluate_mentions``.

    Returns
    -------
    DataFrame
        ``source``, ``id``, ``text`` (raw), ``gold`` and ``found`` (lists of offsets in it).
    """
    table = read_gold("mention_cuts.csv", data, split, gold)
    normalised = normalise(table["text"].tolist())
    responses = pd.DataFrame(
        {"response_id": range(len(table)), "answer": normalised, "has_content": True}
    ).astype({"response_id": str})
    mentions = cut_mentions(responses)
    starts = mentions.groupby("response_id")["start"].apply(lambda some: sorted(some)[1:])
    found = [
        _in_raw_text(raw, clean, starts.get(str(row), []))
        for row, (raw, clean) in enumerate(zip(table["text"], normalised, strict=True))
    ]
    true = table["starts"].map(_boundaries)
    return table[["source", "id", "text"]].assign(
        gold=true, found=pd.Series(found, index=table.index)
    )


def _in_raw_text(raw: str, clean: str, offsets: Sequence[int]) -> list[int]:
    """Offsets into the normalised answer, carried over to the raw one the coder read."""
    if raw == clean:
        return list(offsets)
    blocks = SequenceMatcher(None, clean, raw, autojunk=False).get_matching_blocks()
    carried = []
    for offset in offsets:
        block = next((b for b in blocks if offset < b.a + b.size), blocks[-1])
        carried.append(block.b + max(0, offset - block.a))
    return carried


def _scores(counts: npt.NDArray[np.int_]) -> tuple[float, float, float]:
    right, found, true = counts.sum(axis=0)
    return (
        float(right / max(found, 1)),
        float(right / max(true, 1)),
        float(2 * right / max(found + true, 1)),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--split", choices=_SPLITS, help="one split instead of all")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    for split in [given.split] if given.split else _SPLITS:
        figures = evaluate_mentions(data_folder(), given.seed, split)
        print(f"mentions against data/gold/mention_cuts.csv, split {split}")
        print(figures.round(3).to_string(index=False), "\n")
    print("60 answers of test, coded twice")
    print(coder_agreement(data_folder(), given.seed).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
