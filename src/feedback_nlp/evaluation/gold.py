"""The hand-coded answers of ``data/gold``, with the texts that only their ids stand for."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedback_nlp.errors import FeedbackError

_ROOT = Path(__file__).resolve().parents[3]
GOLD = _ROOT / "data" / "gold"
# file -> column of ids (None: number of the data row), column of texts
_SOURCES: dict[str, tuple[str | None, str]] = {
    "telecom_nps.csv": ("response_id", "text"),
    "nhs_fft_labelled.csv": ("Comment ID", "FFT answer"),
    "skytrax_seat.csv": (None, "content"),
    "skytrax_lounge.csv": (None, "content"),
}


def data_folder() -> Path:
    """Folder of the real files: FEEDBACK_NLP_DATA, or ../shared/data beside the repository."""
    return Path(os.environ.get("FEEDBACK_NLP_DATA") or _ROOT.parent / "shared" / "data")


def read_gold(name: str, data: Path, split: str, gold: Path = GOLD) -> pd.DataFrame:
    """One split of a gold table, with the raw answers filled in.

    Parameters
    ----------
    name : str
        File in ``gold``, with columns ``source``, ``id``, ``text``, ``split``.
    data : Path
        Folder of the real files.
    split : str
        ``dev`` (to tune on) or ``test`` (to report).

    Returns
    -------
    DataFrame
        The rows of the split; ``text`` is the raw answer without outer white space.

    Raises
    ------
    FeedbackError
        A file is missing.
    """
    table = _read(gold / name)
    table = table[table["split"] == split].reset_index(drop=True)
    for source, (key, column) in _SOURCES.items():
        mine = table["source"] == source
        if mine.any():
            texts = _read(data / source)
            texts.index = texts.index.astype(str) if key is None else texts[key]
            table.loc[mine, "text"] = texts.loc[table.loc[mine, "id"], column].to_numpy()
    return table.assign(text=table["text"].str.strip())


def _read(file: Path) -> pd.DataFrame:
    if not file.is_file():
        raise FeedbackError(
            f"{file.name} is not in {file.parent}; name the folder of the real files by the "
            "variable FEEDBACK_NLP_DATA, and run from a checkout of the project."
        )
    return pd.read_csv(file, keep_default_na=False, dtype=str)


def resample(strata: npt.NDArray[np.str_], draws: int, seed: int) -> list[npt.NDArray[np.intp]]:
    """Bootstrap draws of answers, stratified as the sample was.

    Parameters
    ----------
    strata : ndarray of str, shape (n,)
    draws : int
    seed : int

    Returns
    -------
    list of ndarray of int, each of shape (n,)
        Positions, drawn with replacement within each stratum.
    """
    generator = np.random.default_rng(seed)
    members = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    return [
        np.concatenate([generator.choice(part, len(part)) for part in members])
        for _ in range(draws)
    ]
