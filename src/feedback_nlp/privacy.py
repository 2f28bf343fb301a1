"""Personal data in answers: found, and replaced by what kind of data it was.

Nothing is saved or shown before it has been here. An answer is looked at on its own, so that the
result does not depend on which other answers stand beside it, and redacting what is redacted
changes nothing: placeholders are opaque, and an answer is searched until nothing more is found.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Sequence

from tqdm.auto import tqdm

from feedback_nlp.personal_data.identifiers import find_identifiers
from feedback_nlp.personal_data.name_words import fold
from feedback_nlp.personal_data.person_names import find_names
from feedback_nlp.personal_data.spans import Found

__all__ = ["LABELS", "Found", "find_personal_data", "redact"]

LABELS = (
    "NAME",
    "EMAIL",
    "PHONE",
    "URL",
    "HANDLE",
    "POSTCODE",
    "ADDRESS",
    "CARD",
    "IBAN",
    "ACCOUNT",
    "DOB",
)
_PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(LABELS)})(?: \d{{1,9}})?\]")
_HOLE = "\ue000"  # stands for a placeholder while the rest is searched; no letter, no digit
_ROUNDS = 6  # what one round hides can bring out more; three are the most seen


def redact(
    texts: Sequence[str],
    *,
    keep: Sequence[str] = (),
    number_names: bool = False,
    progress: bool = False,
) -> list[str]:
    """Replace personal data by placeholders such as ``[NAME]``.

    Parameters
    ----------
    texts : sequence of str, shape (n,)
        Answers. Equal ones are searched once.
    keep : sequence of str
        Names of the company, its products or its places that stay, whatever their case.
    number_names : bool
        Give each person a number, ``[NAME 1]``, ``[NAME 2]`` …, so that praise of one person
        can be counted. Persons are numbered in the order in which this call meets them, and are
        the same person where they are written the same but for case, accents and title. The
        numbers belong to the call: to number a whole survey, redact it in one call. Without
        numbers the result for an answer depends on that answer alone.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    list of str, shape (n,)
        Redacted answers. Redacting them again changes nothing.

    Examples
    --------
    >>> redact(["Sarah was great, ring me on 07700 900123", "Virgin were fine in May"])
    ['[NAME] was great, ring me on [PHONE]', 'Virgin were fine in May']
    >>> redact(["Ask Sarah", "Sarah and Imran helped"], number_names=True)
    ['Ask [NAME 1]', '[NAME 1] and [NAME 2] helped']
    """
    numbers: dict[str, int] = {}
    if number_names:
        taken = [int(n) for text in texts for n in _NUMBERED.findall(text)]
        first = max(taken, default=0) + 1
    redacted: list[str] = []
    for text, found in zip(texts, find_personal_data(texts, keep, progress=progress), strict=True):
        pieces: list[str] = []
        end = 0
        for start, stop, label in found:
            if label == "NAME" and number_names:
                number = numbers.setdefault(_person(text[start:stop]), first + len(numbers))
                label = f"NAME {number}"
            pieces += (text[end:start], f"[{label}]")
            end = stop
        redacted.append("".join((*pieces, text[end:])) if found else text)
    return redacted


_NUMBERED = re.compile(r"\[NAME (\d{1,9})\]")


def find_personal_data(
    texts: Sequence[str], keep: Sequence[str] = (), progress: bool = False
) -> list[list[Found]]:
    """Find personal data in answers.

    Parameters
    ----------
    texts : sequence of str, shape (n,)
    keep : sequence of str
        Names that stay, whatever their case.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    list of list of Found, shape (n,)
        What is found in each text, in the order of the text, without overlaps.

    Examples
    --------
    >>> find_personal_data(["Mr Okafor, order 4482-2291"])
    [[Found(start=3, end=9, label='NAME'), Found(start=17, end=26, label='ACCOUNT')]]
    """
    kept = _keep_pattern(keep)
    known: dict[str, list[Found]] = {}
    for text in tqdm(
        dict.fromkeys(texts), desc="Redacting", unit=" texts", disable=not progress, leave=False
    ):
        known[text] = _find(text, kept)
    return [list(known[text]) for text in texts]


def _keep_pattern(keep: Sequence[str]) -> re.Pattern[str] | None:
    words = [re.escape(word.strip()) for word in keep if word.strip()]
    if not words:
        return None
    words.sort(key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def _find(text: str, kept: re.Pattern[str] | None) -> list[Found]:
    found: list[Found] = []
    holes = [match.span() for match in _PLACEHOLDER.finditer(text)]
    for _ in range(_ROUNDS):
        view, origin = _with_holes(text, holes)
        fresh = [
            Found(origin(start), origin(end - 1) + 1, label)
            for start, end, label in _search(view, kept)
        ]
        if not fresh:
            break
        found += fresh
        holes = sorted(holes + [(start, end) for start, end, _ in fresh])
    return sorted(found)


class _Origin:
    """Where a place in the text with holes was in the text without."""

    def __init__(self, places: list[int], shifts: list[int]) -> None:
        self._places = places
        self._shifts = shifts

    def __call__(self, place: int) -> int:
        return place + self._shifts[bisect_right(self._places, place) - 1]


def _with_holes(text: str, holes: list[tuple[int, int]]) -> tuple[str, _Origin]:
    pieces: list[str] = []
    places, shifts = [0], [0]
    end = 0
    for start, stop in holes:
        pieces += (text[end:start], _HOLE)
        places.append(start - shifts[-1] + 1)
        shifts.append(stop - places[-1])
        end = stop
    return "".join((*pieces, text[end:])), _Origin(places, shifts)


def _search(view: str, kept: re.Pattern[str] | None) -> list[Found]:
    """One round: everything found in a text whose placeholders are holes, without overlaps."""
    spans = find_identifiers(view)
    spans += (Found(start, end, "NAME") for start, end in find_names(view))
    if not spans:
        return []
    if kept is not None:
        stays = [match.span() for match in kept.finditer(view)]
        spans = [span for span in spans if not _stays(span, stays)] if stays else spans
    if _HOLE in view:
        spans = [part for span in spans for part in _around_holes(view, span)]
    return _merge(spans)


def _stays(span: Found, stays: list[tuple[int, int]]) -> bool:
    """Whether a kept name covers the span, or, for a person's name, touches it."""
    nearest = (
        bisect_right(stays, (span.end - 1, sys.maxsize)) - 1
    )  # the last to begin before its end
    if nearest < 0:
        return False
    start, end = stays[nearest]
    if span.label == "NAME":
        return span.start < end
    return start <= span.start and span.end <= end


def _around_holes(view: str, span: Found) -> list[Found]:
    parts = []
    for part in re.finditer(rf"[^{_HOLE}]+", view[span.start : span.end]):
        if any(character.isalnum() for character in part.group()):
            parts.append(Found(span.start + part.start(), span.start + part.end(), span.label))
    return parts


def _merge(spans: list[Found]) -> list[Found]:
    """Join spans that overlap; the first named kind, which is the surest, gives the label."""
    order = sorted(range(len(spans)), key=lambda i: spans[i].start)
    merged: list[tuple[Found, int]] = []
    for index in order:
        span = spans[index]
        if merged and span.start < merged[-1][0].end:
            last, rank = merged[-1]
            label = last.label if rank < index else span.label
            joined = Found(last.start, max(last.end, span.end), label)
            merged[-1] = (joined, min(rank, index))
        else:
            merged.append((span, index))
    return [span for span, _ in merged]


_TITLE = re.compile(r"^(?:mr|mrs|ms|miss|mx|dr|prof|sir|madam)\.? ")


def _person(name: str) -> str:
    """What makes two written names the same person."""
    words = re.findall(r"[^\W\d_]+", _TITLE.sub("", fold(name)))
    return " ".join(words)
