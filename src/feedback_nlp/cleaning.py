r"""Raw answers made readable, without touching what a customer meant.

Repairs what exports and keyboards break (mojibake, HTML, invisible characters,
"sooooo"), says what kind of answer each is, and counts copies. Every text is
treated on its own: a slice of a survey gives the same rows as the whole.
All patterns are linear in the length of the text: no two neighbouring parts of
a pattern can match the same characters, or the quantifier is possessive.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedback_nlp.answers.answer_kinds import KINDS, answer_kind

_ROUNDS = 8  # repairs uncover repairs ("&amp;lt;b&amp;gt;"); deeper nesting is defused instead

# A plain ASCII text without any of these needs no repair: nine answers of ten.
_SUSPICIOUS = re.compile(r"[&<\x00-\x1f\x7f]|  |([^\W\d])\1\1|([!-/:-@\[-`{-~])\2\2\2", re.I)

_LINE_TAGS = "p|br|div|li|ul|ol|tr|table|h[1-6]|hr|blockquote"
_OTHER_TAGS = (
    "a|abbr|b|big|body|center|code|em|font|head|html|i|img|input|label|link|meta|o:p|pre|s|"
    "script|small|span|strike|strong|style|sub|sup|tbody|td|tfoot|th|thead|title|tt|u"
)
_ATTRIBUTES = r"""(?:\s++[\w:-]++\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=]++))*+\s*+/?+>"""
_LINE_TAG = re.compile(rf"</?(?:{_LINE_TAGS}){_ATTRIBUTES}", re.I)
_OTHER_TAG = re.compile(rf"</?(?:{_OTHER_TAGS}){_ATTRIBUTES}|<!--[^<>]{{0,500}}+-->", re.I)
_ENTITY = re.compile(r"&(?:amp;)*+(?:(#\d{1,7}+|#x[0-9a-f]{1,6}+|[a-z][a-z0-9]{1,31}+);)?", re.I)

_EMOJI = "\u00a9\u00ae\u2190-\u2bff\ufe0f\u20e3\U0001f000-\U0001fbff"
# Scripts in which a (non-)joiner changes the word: Arabic to Malayalam, Sinhala, Myanmar, Khmer.
_JOINING = "\u0600-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af"
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
    f"|\u200d(?<![{_EMOJI}]\u200d)(?<![{_JOINING}]\u200d)|\u200d(?![{_EMOJI}{_JOINING}])"
    f"|\u200c(?<![{_JOINING}]\u200c)|\u200c(?![{_JOINING}])"
    # Tag characters write flags after a black flag, and hidden messages anywhere else.
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]++"
)
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]++")
_AROUND_BREAK = re.compile(r" ?\n[ \n]*+")
_WORD = re.compile(r"\w++")
_LONG_LETTER = re.compile(r"([^\W\d_])\1{2,}+", re.I)
_LONG_MARK = re.compile(r"""([!?.,;:\-_=~#+"'/\\|\u2026\u00a1\u00bf\u2013\u2014])\1{3,}+""")
_LOST_APOSTROPHE = re.compile("(?<=[^\\W\\d_])\ufffd(?=(?:s|t|re|ve|ll|d|m)\\b)", re.I)
_ROMAN = re.compile(r"[IVXLCDM]++")


def normalise(texts: Sequence[str]) -> list[str]:
    r"""Texts as their writers meant them: readable, on tidy lines, otherwise unchanged.

    Repairs, in this order: lone surrogates and text decoded by the wrong
    encoding (ftfy); HTML entities and known tags; control, zero-width and
    bidirectional control characters (joiners stay inside emoji and in scripts
    that need them); apostrophes lost in an export ("company\ufffds"); line breaks and
    runs of blank space (one ``\n`` stays: it parts mentions); runs of more
    than three equal punctuation marks, and letters drawn out ("sooooo").

    Parameters
    ----------
    texts : sequence of str, shape (n,)
        Raw answers; None and NaN count as empty.

    Returns
    -------
    list of str, shape (n,)
        Applying the function again changes nothing.

    Examples
    --------
    >>> normalise(["It\u00e2\u20ac\u2122s sooooo slow!!!!!!<br>Love it &lt;3", "AAA  <10 Mbps"])
    ["It's soo slow!!!\nLove it <3", 'AAA <10 Mbps']
    """
    return [_normalise(text) for text in texts]


def _normalise(text: object) -> str:
    if not isinstance(text, str):
        if text is None or pd.isna(text):  # type: ignore[call-overload]
            return ""
        text = str(text)
    if text.isascii() and not _SUSPICIOUS.search(text):
        return text.strip()
    for _ in range(_ROUNDS):
        repaired = _repair(text)
        if repaired == text:
            return text
        text = repaired
    return _repair(re.sub(r"&(?=[#a-z])|<(?=[/!a-z])", r"\g<0> ", text, flags=re.I))


def _repair(text: str) -> str:
    if not text.isascii():
        text = _fix_encoding(text)
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "<" in text:
        text = _OTHER_TAG.sub("", _LINE_TAG.sub("\n", text))
    text = _LINE_BREAK.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    if "\ufffd" in text:
        text = _LOST_APOSTROPHE.sub("'", text)
    text = _LONG_MARK.sub(r"\1\1\1", text)
    if _LONG_LETTER.search(text):
        text = _WORD.sub(_shorten_word, text)
    return _AROUND_BREAK.sub("\n", _BLANKS.sub(" ", text)).strip()


def _fix_encoding(text: str) -> str:
    import ftfy

    if any("\ud800" <= character <= "\udfff" for character in text):
        # Halves of a pair find each other; a half alone stands for a lost character.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return ftfy.fix_text(text, unescape_html=False, max_decode_length=100_000)


def _entity(match: re.Match[str]) -> str:
    if match[1] is None:
        return "&"
    entity = f"&{match[1]};"
    character = html.unescape(entity)
    if character == entity:
        character = html.unescape(entity.lower())
    return match[0] if character == entity.lower() else character


def _shorten_word(match: re.Match[str]) -> str:
    word = match[0]
    # Serial numbers, "www", ratings and batteries ("AAA"), and Roman numerals are spelt that way.
    if (
        len(word) < 3
        or (len(word) == 3 and word[0] == word[1] == word[2])
        or any(character.isdigit() for character in word)
        or _ROMAN.fullmatch(word)
    ):
        return word
    return _LONG_LETTER.sub(_shorten_letter, word)


def _shorten_letter(match: re.Match[str]) -> str:
    run = match[0]
    before, after = match.start(), len(match.string) - match.end()
    # "Schifffahrt", "Flusssand": German compounds meet in three consonants.
    if len(run) == 3 and before >= 2 and after >= 2 and run[0].lower() in "flmnpst":
        return run
    return run[:2]


def clean_answers(raw: pd.Series) -> pd.DataFrame:
    """Normalised answers, and what kind of answer each is.

    Parameters
    ----------
    raw : Series of str, shape (n,)
        Raw answers, one a respondent.

    Returns
    -------
    DataFrame, shape (n, 3), with the index of ``raw``
        ``answer`` (str), ``content_kind`` (empty, non_answer, verdict_only, reason) and
        ``has_content`` (bool: verdict_only or reason).

    Examples
    --------
    >>> clean_answers(pd.Series(["n/a", "great  service!", "the bill was wrong"]))
                   answer  content_kind  has_content
    0                 n/a    non_answer        False
    1      great service!  verdict_only         True
    2  the bill was wrong        reason         True
    """
    answers = normalise(list(raw))
    kinds = content_kinds(answers)
    return pd.DataFrame(
        {
            "answer": pd.Series(answers, index=raw.index, dtype=str),
            "content_kind": pd.Series(kinds, index=raw.index, dtype=str),
            "has_content": np.isin(kinds, ["verdict_only", "reason"]),
        },
        index=raw.index,
    )


def content_kinds(texts: Iterable[str]) -> npt.NDArray[np.str_]:
    """What kind of answer each text is: the shares by NPS group are a finding in themselves.

    Parameters
    ----------
    texts : iterable of str, shape (n,)
        Normalised answers.

    Returns
    -------
    ndarray of str, shape (n,)
        ``empty``; ``non_answer`` (something typed, but neither how it was nor why);
        ``verdict_only`` (how, but not why); ``reason`` (names a thing, event or attribute).

    Notes
    -----
    The rules follow ``data/gold/CODING.md``; ``evaluation.answer_kinds`` measures them.

    Examples
    --------
    >>> content_kinds(["", "nothing to add", "rubbish!!", "the router keeps dropping"]).tolist()
    ['empty', 'non_answer', 'verdict_only', 'reason']
    """
    texts = list(texts)
    known = {text: answer_kind(text) for text in dict.fromkeys(texts)}
    return np.array([known[text] for text in texts], dtype=f"<U{max(map(len, KINDS))}")


class _Folding(dict[int, int | None]):
    """Drop punctuation, blank space and control characters; symbols such as emoji and £ stay."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.category(chr(code))[0] in "PZC" else code
        return self[code]


_FOLDING = _Folding()


def count_copies(answers: pd.Series) -> pd.Series:
    """By how many respondents the identical answer was given (forwarded texts, bots, "good").

    Answers are identical when they differ in nothing but case, blank space and punctuation.
    This looks at the whole survey, unlike the rest of this module.

    Parameters
    ----------
    answers : Series of str, shape (n,)
        Normalised answers.

    Returns
    -------
    Series of int, shape (n,), with the index of ``answers``
        At least 1; 1 for empty answers and for those of punctuation alone.

    Examples
    --------
    >>> count_copies(pd.Series(["Too slow!", "too slow", "", "", "cheap"])).tolist()
    [2, 2, 1, 1, 1]
    """
    keys = pd.Series(
        [str(answer).casefold().translate(_FOLDING) for answer in answers],
        index=answers.index,
        dtype=object,
    )
    counts = keys.map(keys.value_counts())
    return counts.where(keys != "", 1).astype("int64").rename("copies")
