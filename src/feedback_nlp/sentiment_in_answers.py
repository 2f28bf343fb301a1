"""How customers feel about each thing they mention, read within the answer it stands in.

A mention that was cut out has lost what explains it, and reading it again costs as much as the
answer did. The model that ships gives every word piece a value; the mean over a mention's pieces is
its polarity, the mean over all pieces that of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from feedback_nlp.errors import FeedbackError
from feedback_nlp.sentiment import score_sentiment
from feedback_nlp.sentiment_models import Parts, SentimentModel, load_sentiment_model
from feedback_nlp.sentiment_text import WINDOW, cut_windows, prepare_question, prepare_text

Floats = npt.NDArray[np.float64]
Spans = Sequence[tuple[int, int]]
_Answer = tuple[str, tuple[tuple[int, int], ...], str]
_SLICE = 4096
_BETWEEN = -1  # stands for what is in no mention: a comma, a dash


def score_in_answers(
    answers: Sequence[str],
    spans: Sequence[Spans],
    questions: str | Iterable[str | None] | None = None,
    *,
    model: str | None = None,
) -> tuple[Floats, list[Floats]]:
    """How positive or negative each answer is, and each of its mentions within it.

    Parameters
    ----------
    answers : sequence of str, shape (n,)
        Long ones are read in windows of about 350 characters, which end between mentions.
    spans : sequence of (sequence of (int, int)), shape (n,)
        Start and end of each answer's mentions, in characters, in order and without overlap.
    questions, model
        As in `score_sentiment`. A model by name reads answers and mentions apart.

    Returns
    -------
    whole : ndarray of float, shape (n,)
        Polarity of each answer, -1 to 1; missing (nan) where there is no text.
    within : list of ndarray of float, length n
        Polarity of each answer's mentions.

    Raises
    ------
    FeedbackError
        The model cannot be loaded, or there are not as many spans or questions as answers.

    Notes
    -----
    The values of the word pieces are those of a transformer's last layer, each of which has seen
    the whole window; taking the mean over a stretch of them is known from retrieval as late
    chunking (Guenther et al. 2024, arXiv 2409.04701). An answer of one mention is read as a whole.

    Examples
    --------
    >>> text = "Lovely staff but the lift is always broken."
    >>> whole, within = score_in_answers([text], [[(0, 12), (13, len(text))]])
    >>> bool(within[0][0] > 0.3), bool(within[0][1] < -0.3)
    (True, True)
    """
    asked = [questions] * len(answers) if isinstance(questions, str | None) else list(questions)
    for given, what in ((spans, "spans of mentions"), (asked, "questions")):
        if len(given) != len(answers):
            raise FeedbackError(
                f"There are not as many {what} ({len(given)}) as answers ({len(answers)}); give "
                "those of each answer, in the order of the answers."
            )
    loaded = load_sentiment_model(model)
    if loaded.score_parts is None:
        return _apart(answers, spans, asked, model)
    prepared = [
        (answer, tuple((int(a), int(b)) for a, b in stretches), prepare_question(question or None))
        for answer, stretches, question in zip(answers, spans, asked, strict=True)
    ]
    distinct = iter(dict.fromkeys(prepared))
    read: dict[_Answer, Floats] = {}
    while part := list(islice(distinct, _SLICE)):
        read.update(zip(part, _read(part, loaded), strict=True))
    whole = np.array([read[one][-1] for one in prepared], float)
    return whole, [read[one][:-1] for one in prepared]


def _apart(
    answers: Sequence[str], spans: Sequence[Spans], asked: list[str | None], model: str | None
) -> tuple[Floats, list[Floats]]:
    cut = [answer[a:b] for answer, own in zip(answers, spans, strict=True) for a, b in own]
    of_cut = [question for question, own in zip(asked, spans, strict=True) for _ in own]
    scores = score_sentiment([*answers, *cut], [*asked, *of_cut], model=model)
    ends = np.cumsum([len(answers), *map(len, spans)])
    return scores[: len(answers)], np.split(scores[len(answers) :], ends[1:-1] - len(answers))


def _read(answers: list[_Answer], model: SentimentModel) -> list[Floats]:
    """Polarities of each answer's mentions, and last its own."""
    assert model.score_parts is not None
    windows = [list(_windows(_pieces(text, spans))) for text, spans, _ in answers]
    rows: list[Parts] = [
        ([text for _, text in window], question)
        for (_, _, question), cut in zip(answers, windows, strict=True)
        for window in cut
    ]
    polarities = iter(model.score_parts(rows))
    return [
        _gathered([(window, next(polarities)) for window in cut], len(spans))
        for (_, spans, _), cut in zip(answers, windows, strict=True)
    ]


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """What the answer is made of: mentions by their number, what is between them, prepared."""
    position = 0
    for number, (start, end) in enumerate([*spans, (len(text), len(text))]):
        for owner, stretch in ((_BETWEEN, text[position:start]), (number, text[start:end])):
            ready = prepare_text(stretch)
            if ready:
                yield from ((owner, window) for window in cut_windows(ready))
        position = end


def _windows(pieces: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Pieces together as long as the model can read them at once."""
    window: list[tuple[int, str]] = []
    for piece in pieces:
        if window and sum(len(text) + 1 for _, text in window) + len(piece[1]) > WINDOW:
            yield window
            window = []
        window.append(piece)
    if window:
        yield window


def _gathered(windows: list[tuple[list[tuple[int, str]], Floats]], n: int) -> Floats:
    """Means over windows, weighted by length: of each mention, and of the whole."""
    sums, lengths = np.zeros(n + 1), np.zeros(n + 1)
    for pieces, polarity in windows:
        alone = len({owner for owner, _ in pieces} - {_BETWEEN}) == 1
        for (owner, text), value in zip(pieces, polarity[:-1], strict=True):
            if owner != _BETWEEN:
                sums[owner] += len(text) * (polarity[-1] if alone else value)
                lengths[owner] += len(text)
        size = sum(len(text) for _, text in pieces)
        sums[n] += size * polarity[-1]
        lengths[n] += size
    with np.errstate(invalid="ignore"):
        return np.clip(sums / lengths, -1.0, 1.0)
