"""The language of each answer, with a default for texts too short to tell.

An answer most of whose words are common words of the expected language, and of no other more, is
in it: that settles nine of ten answers, and saves them from a detector that takes "Satisfactory"
for Tsonga. lingua judges the others, and must be the surer the shorter the text is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from feedback_nlp.answers.answer_words import (
    DUTCH,
    ENGLISH,
    FRENCH,
    GERMAN,
    ITALIAN,
    PORTUGUESE,
    SPANISH,
)
from feedback_nlp.answers.folding import fold_words
from feedback_nlp.errors import FeedbackError

_WORDS = {
    "en": ENGLISH,
    "es": SPANISH,
    "fr": FRENCH,
    "de": GERMAN,
    "pt": PORTUGUESE,
    "it": ITALIAN,
    "nl": DUTCH,
}
# The larger written languages; each one more makes the short texts of all others less certain.
_CANDIDATES = (
    "en es fr de pt it nl pl da sv nb fi cs sk hu ro ca hr sr sl tr el ru uk bg ar fa he hi ur bn "
    "pa ta te zh ja ko th vi id cy et lv lt sq"
).split()
_LETTER = re.compile(r"[^\W\d_]")
_READ = 2_000  # characters; more do not make a language clearer
_ENOUGH_WORDS = 0.45  # share of words that must be common words of the expected language
_CLEARLY_OTHER = 0.5  # by so much of the text must another language's share be larger
_SURE, _VERY_SURE = 0.75, 0.95
# A language whose common words the text holds, more of them than of the expected one's.
_BACKED, _SURE_IF_BACKED = 0.15, 0.3
_SHORT_LETTERS, _SHORT_WORDS = 30, 3


def detect_languages(texts: Sequence[str], expected: str = "en") -> pd.DataFrame:
    """Language of each text.

    Parameters
    ----------
    texts : sequence of str, shape (n,)
        Normalised answers.
    expected : str
        ISO 639-1 code of the language most answers are in. Texts count as written in it unless
        the detector is sure of another: at 0.75; at 0.95 where there are no more than three
        words or thirty letters; at 0.3 where common words of that other language bear it out.

    Returns
    -------
    DataFrame, shape (n, 2)
        ``language`` (ISO 639-1 code, or "und" for texts without letters) and
        ``language_confidence`` (0 to 1: the probability of that language according to lingua, or
        the share of its common words in the text where that settled it).

    Raises
    ------
    FeedbackError
        ``expected`` is not a language that can be told.

    Examples
    --------
    >>> detect_languages(["Der Techniker kam drei Stunden zu spät", "10"])["language"].tolist()
    ['de', 'und']
    """
    expected = expected.casefold()
    if expected not in _CANDIDATES:
        raise FeedbackError(
            f"The language {expected!r} cannot be told; give one of these codes: "
            f"{', '.join(sorted(_CANDIDATES))}."
        )
    texts = list(texts)
    unique = list(dict.fromkeys(texts))
    found = dict(zip(unique, _detect([text[:_READ] for text in unique], expected), strict=True))
    table = pd.DataFrame(
        [found[text] for text in texts], columns=["language", "language_confidence"]
    ).astype({"language": str, "language_confidence": float})
    # The detector's last digits differ from process to process.
    return table.round({"language_confidence": 4})


def _detect(texts: list[str], expected: str) -> list[tuple[str, float]]:
    found: list[tuple[str, float] | None] = [
        _by_words(text, expected) if _LETTER.search(text) else ("und", 0.0) for text in texts
    ]
    open_places = [place for place, one in enumerate(found) if one is None]
    if open_places:
        unclear = [texts[place] for place in open_places]
        judged = _detector().compute_language_confidence_values_in_parallel(unclear)
        for place, values in zip(open_places, judged, strict=True):
            found[place] = _decide(texts[place], values, expected)
    return [one if one is not None else ("und", 0.0) for one in found]


def _by_words(text: str, expected: str) -> tuple[str, float] | None:
    if expected not in _WORDS:
        return None
    shares = _common_word_shares(text)
    share = shares.pop(expected)
    if share >= _ENOUGH_WORDS and share >= max(shares.values()):
        return expected, share
    second, best = sorted(shares, key=shares.__getitem__)[-2:]
    clear = shares[best] > shares[second] and shares[best] - share >= _CLEARLY_OTHER
    if clear and shares[best] >= _ENOUGH_WORDS and len(text.split()) >= _SHORT_WORDS:
        return best, shares[best]
    return None


def _common_word_shares(text: str) -> dict[str, float]:
    words = [word for word in fold_words(text) if not word.isnumeric()]
    return {
        code: sum(
            word in lists.neutral or word in lists.evaluation or word in lists.generic
            for word in words
        )
        / max(len(words), 1)
        for code, lists in _WORDS.items()
    }


def _decide(text: str, values: list[Any], expected: str) -> tuple[str, float]:
    shares = {one.language.iso_code_639_1.name.lower(): float(one.value) for one in values}
    best = max(shares, key=shares.__getitem__, default=expected)
    short = len(_LETTER.findall(text)) <= _SHORT_LETTERS or len(text.split()) <= _SHORT_WORDS
    common = _common_word_shares(text)
    backed = common.get(best, 0.0) - common.get(expected, 0.0) >= _BACKED
    wanted = _SURE_IF_BACKED if backed else _VERY_SURE if short else _SURE
    if shares.get(best, 0.0) < wanted:
        return expected, shares.get(expected, 0.0)
    return best, shares[best]


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in _CANDIDATES]
    # The full models take a gigabyte and judge 250 answers a second; these, 0.2 GB and 1,200.
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()
