"""The language of each answer, with a default for texts too short to tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

_LETTER = re.compile(r"[^\W\d_]")
_SURE = 0.9  # probability at which another language is believed of a short text
_SHORT_LETTERS, _SHORT_WORDS = 12, 2


def detect_languages(texts: Sequence[str], expected: str = "en") -> pd.DataFrame:
    """Language of each text (lingua).

    Parameters
    ----------
    texts : sequence of str, shape (n,)
        Normalised answers.
    expected : str
        ISO 639-1 code of the language most answers are in. Short texts ("ok", "super") count as
        written in it unless the detector is sure of another.

    Returns
    -------
    DataFrame, shape (n, 2)
        ``language`` (ISO 639-1 code, or "und" for texts without letters) and
        ``language_confidence`` (0 to 1).

    Examples
    --------
    >>> detect_languages(["Der Techniker kam drei Stunden zu spät", "10"])["language"].tolist()
    ['de', 'und']
    """
    texts = list(texts)
    unique = list(dict.fromkeys(texts))
    found = dict(zip(unique, _detect(unique, expected), strict=True))
    return pd.DataFrame(
        [found[text] for text in texts], columns=["language", "language_confidence"]
    ).astype({"language": str, "language_confidence": float})


def _detect(texts: list[str], expected: str) -> list[tuple[str, float]]:
    readable = [text for text in texts if _LETTER.search(text)]
    values = _detector().compute_language_confidence_values_in_parallel(readable)
    found = {text: _decide(text, one, expected) for text, one in zip(readable, values, strict=True)}
    return [found.get(text, ("und", 0.0)) for text in texts]


def _decide(text: str, values: list[Any], expected: str) -> tuple[str, float]:
    shares = {one.language.iso_code_639_1.name.lower(): float(one.value) for one in values}
    best = max(shares, key=shares.__getitem__, default="und")
    short = len(_LETTER.findall(text)) <= _SHORT_LETTERS or len(text.split()) <= _SHORT_WORDS
    if short and shares.get(best, 0.0) < _SURE:
        return expected, shares.get(expected, 0.0)
    return best, shares.get(best, 0.0)


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_spoken_languages().with_low_accuracy_mode().build()
