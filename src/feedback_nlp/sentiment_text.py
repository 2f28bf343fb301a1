"""A text as the sentiment model reads it: the same steps in training and in scoring."""

from __future__ import annotations

import re
from functools import lru_cache

WINDOW = 350  # characters; with a question at its longest still within the model's 512 word pieces
_LONGEST_QUESTION = 150
_QUOTES = str.maketrans({"‘": "'", "’": "'", "´": "'", "`": "'", "“": '"', "”": '"'})
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SKIN_TONE = re.compile(r"_(?:medium-)?(?:light|medium|dark)_skin_tone")
_SENTENCE_END = re.compile(r"[.!?…;\n]\s+")
# "What is the main reason for your score?" is what an answer without a question is taken to answer.
_ASKS_FOR_THE_REASON = re.compile(
    r"^(?=.*\b(?:reasons?|why)\b)(?=.*\b(?:scores?|ratings?|rated?|marks?|answers?|responses?)\b)|"
    r"^\W*(?:fft\s+)?why\W*$",
    re.I | re.S,
)


def prepare_text(text: str) -> str:
    """Put a text into words the tokenizer knows.

    Emoji become their Unicode names (the tokenizer would make one unknown token of all of
    them), letters stretched for emphasis shrink to two, quotes become plain, blanks single.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> prepare_text("Sooooo  good 👍🏽")
    'Soo good thumbs up'
    """
    if not text.isascii():
        whole = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair: "?"
        text = _emoji_to_words(whole.translate(_QUOTES))
    return " ".join(_STRETCHED.sub(r"\1\1", text).split())


@lru_cache(maxsize=4096)
def prepare_question(question: str | None) -> str:
    """Put a question into the form the model was trained on; "" is the reason for the score.

    Examples
    --------
    >>> prepare_question("What could we do  better?")
    'What could we do better?'
    >>> prepare_question("What is the main reason for your score?")
    ''
    """
    if question is None or _ASKS_FOR_THE_REASON.match(question):
        return ""
    return prepare_text(question)[:_LONGEST_QUESTION]


def cut_windows(text: str, longest: int = WINDOW) -> list[str]:
    """Cut a text into stretches the model can read whole, at sentence ends where there are any.

    Parameters
    ----------
    text : str
        A prepared text.
    longest : int
        Characters in a window at most.

    Returns
    -------
    list of str
        At least one window; together they hold every word of the text, in order.

    Examples
    --------
    >>> cut_windows("The crew was kind. The seat was not.", longest=20)
    ['The crew was kind.', 'The seat was not.']
    """
    windows = []
    while len(text) > longest:
        ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, longest + 1)]
        blank = text.rfind(" ", 1, longest + 1)
        cut = ends[-1] if ends else (blank if blank > 0 else longest)
        windows.append(text[:cut].strip())
        text = text[cut:].lstrip()
    return [*windows, text] if text or not windows else windows


def _emoji_to_words(text: str) -> str:
    import emoji

    return emoji.replace_emoji(text, lambda found, data: f" {_emoji_name(data.get('en', found))} ")


def _emoji_name(name: str) -> str:
    return _SKIN_TONE.sub("", name.strip(":")).replace("_", " ")
