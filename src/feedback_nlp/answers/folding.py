"""Words as they are compared: lower case, without accents and apostrophes."""

from __future__ import annotations

import re
import unicodedata

# English runs its clitics on ("dont"); French and Italian elide before a word ("c est").
_CLITIC = re.compile("(?<=[^\\W\\d_])['\u2019\u2018`\u00b4\ufffd](?=(?:s|t|re|ve|ll|d|m)\\b)")
_WORD = re.compile(r"[^\W_]+(?:\+(?!\w))?")
_ACCENTS = dict.fromkeys(range(768, 880))


def fold(text: str) -> str:
    """Text in lower case, without accents and without the apostrophe of "don't".

    Examples
    --------
    >>> fold("Ça n'était PAS terrible, don't you know?")
    "ca n'etait pas terrible, dont you know?"
    """
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded).translate(_ACCENTS)
    return _CLITIC.sub("", folded)


def fold_words(text: str) -> list[str]:
    """Folded words of a text.

    Examples
    --------
    >>> fold_words("Don't know, c'est 10/10?")
    ['dont', 'know', 'c', 'est', '10', '10']
    """
    return _WORD.findall(fold(text))
