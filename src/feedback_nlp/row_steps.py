"""The steps that look at one row at a time: they give the same rows on any slice of a survey.

Cleaning, redacting, telling languages, cutting mentions, sentiment and vectors. Here nothing
knows how large the survey is, so that a million rows pass in bounded memory and the same code
runs on several machines.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from feedback_nlp.options import Options
from feedback_nlp.second_process import ahead
from feedback_nlp.survey import Survey
from feedback_nlp.threads import short_turns

_BLOCK = 1_000  # responses cleaned while the models read those before
_PLACEHOLDER = re.compile(r"\[([A-Z]+)(?: \d+)?\]")


@dataclass(frozen=True)
class RowPlan:
    """What the row-wise steps need to know beside the rows.

    Attributes
    ----------
    options : Options
    kept : tuple of str
        The survey's own columns that are saved: those with a role; what else a file holds may
        be personal.
    segments : tuple of str
        Columns whose levels are shown, and so redacted.
    question : str
        What was asked, where it is known for the survey as a whole.
    question_column : str or None
    """

    options: Options
    kept: tuple[str, ...]
    segments: tuple[str, ...]
    question: str
    question_column: str | None

    @classmethod
    def of(cls, survey: Survey, options: Options) -> RowPlan:
        columns = survey.columns
        named = [
            columns.date,
            *columns.segments,
            *columns.csat,
            *columns.outcomes,
            columns.weight,
            columns.value,
            columns.consent,
        ]
        kept = tuple(name for name in dict.fromkeys(named) if name is not None)
        return cls(options, kept, tuple(columns.segments), survey.question or "", columns.question)

    def needed(self) -> list[str]:
        """The columns of the survey's responses that the steps read."""
        own = [*self.kept, *([self.question_column] if self.question_column else [])]
        return list(dict.fromkeys(["response_id", "score", "group", "raw_answer", *own]))


@dataclass(frozen=True)
class PreparedRows:
    """A slice of a survey, ready for themes.

    Attributes
    ----------
    responses, mentions : DataFrame
        As in a run, but without what only the whole survey tells (``n_copies``).
    vectors : ndarray of float16, shape (mentions, d)
        What each mention is about.
    redacted : dict of str to int
        How much of each kind of personal data was replaced.
    """

    responses: pd.DataFrame
    mentions: pd.DataFrame
    vectors: npt.NDArray[np.float16]
    redacted: Mapping[str, int]


def prepare_rows(
    rows: pd.DataFrame, plan: RowPlan, tick: Callable[[int], Any] = lambda n: None
) -> PreparedRows:
    """Take a slice of a survey's responses through all row-wise steps.

    Parameters
    ----------
    rows : DataFrame
        Some of a survey's responses; see `RowPlan.needed`.
    plan : RowPlan
    tick : callable
        Hears of the responses done.

    Returns
    -------
    PreparedRows

    Examples
    --------
    >>> from feedback_nlp.survey import Columns, make_survey
    >>> table = pd.DataFrame({"nps": ["9"], "why": ["Kind porter, but slow lift. Ask Sarah."]})
    >>> survey = make_survey(table, Columns("nps", "why"), "example")
    >>> plan = RowPlan.of(survey, Options())
    >>> prepare_rows(survey.responses, plan).mentions["text"].tolist()
    ['Kind porter', 'but slow lift.', 'Ask [NAME].']
    """
    from feedback_nlp.encoding import encode
    from feedback_nlp.themes.phrases import topic_texts

    # Persons are numbered across all rows; all else looks at one row.
    ends = [len(rows)] if plan.options.number_names else _block_ends(len(rows))
    blocks = [rows.iloc[first:end] for first, end in pairwise([0, *ends])]
    done: list[tuple[pd.DataFrame, pd.DataFrame]] = []
    vectors = []
    # While the models read a block on all cores but for moments, the next one is cleaned.
    # Sums, and so answers at the edge of a rule, do not depend on the number of cores.
    # One large block is not worth sending: nothing is done meanwhile.
    worker = ahead() if len(blocks[-1]) <= _BLOCK else ThreadPoolExecutor(1)
    with worker as other, short_turns(), threadpool_limits(1, user_api="blas"):
        begun = [(block, other.submit(_cleaned_and_cut, block, plan)) for block in blocks]
        for block, work in begun:
            done.append(scored_mentions(*work.result(), plan.options.sentiment_model))
            topics = topic_texts(done[-1][1]["text"].tolist())
            vectors.append(encode(topics, plan.options.encoder).astype(np.float16))
            tick(len(block))
    responses, mentions = (pd.concat(parts, ignore_index=True) for parts in zip(*done, strict=True))
    marks = responses["answer"].str.extractall(_PLACEHOLDER)[0].value_counts()
    redacted = {str(label): int(n) for label, n in sorted(marks.items())}
    return PreparedRows(responses, mentions, np.concatenate(vectors), redacted)


def get_ready() -> None:
    """Load what cleaning needs, so that the first answers need not wait for it."""
    from feedback_nlp.language_models import longest_text

    longest_text()
    _cleaned_and_cut(
        pd.DataFrame(
            {
                "response_id": ["1"],
                "score": pd.array([9], dtype="Int64"),
                "group": ["promoter"],
                "raw_answer": ["Kind porter, but slow lift. Ask Sarah."],
            }
        ),
        RowPlan(Options(), (), (), "", None),
    )


def _cleaned_and_cut(block: pd.DataFrame, plan: RowPlan) -> tuple[pd.DataFrame, pd.DataFrame]:
    from feedback_nlp.mentions import cut_mentions

    responses = cleaned_responses(block, plan)
    return responses, cut_mentions(responses)


def _block_ends(n: int) -> list[int]:
    """Where blocks end: the first are small, as nothing else is at work while they are cleaned."""
    ends = np.unique(np.minimum([_BLOCK // 8, _BLOCK // 2, *range(_BLOCK, n + _BLOCK, _BLOCK)], n))
    return [int(end) for end in ends]


def cleaned_responses(rows: pd.DataFrame, plan: RowPlan) -> pd.DataFrame:
    """Answers normalised, told by kind, redacted, with their language; levels redacted.

    Parameters
    ----------
    rows : DataFrame
        As in `prepare_rows`.
    plan : RowPlan

    Returns
    -------
    DataFrame
        ``response_id, score, group, answer, content_kind, has_content, language,
        language_confidence``, the survey's own columns and ``question``.
    """
    from feedback_nlp.cleaning import clean_answers
    from feedback_nlp.language import detect_languages
    from feedback_nlp.privacy import redact

    rows = rows.reset_index(drop=True)
    options = plan.options
    cleaned = clean_answers(rows["raw_answer"])
    cleaned["answer"] = redact(
        cleaned["answer"].tolist(), keep=options.keep_names, number_names=options.number_names
    )
    found = detect_languages(cleaned["answer"].tolist(), options.language)
    cleaned[["language", "language_confidence"]] = found.to_numpy()
    cleaned = cleaned.astype({"language": "str", "language_confidence": "float64"})
    own = rows[list(plan.kept)].copy()
    for column in plan.segments:
        own[column] = _redacted_levels(own[column])
    responses = pd.concat(
        [
            rows["response_id"].astype("str"),
            rows[["score", "group"]],
            cleaned,
            own.drop(columns=["question"], errors="ignore"),
        ],
        axis=1,
    )
    asked = plan.question_column
    responses["question"] = (
        _redacted_questions(rows[asked], options.keep_names) if asked else plan.question
    )
    return responses.astype({"question": "str", "answer": "str", "content_kind": "str"})


def scored_mentions(
    responses: pd.DataFrame, mentions: pd.DataFrame, model: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score the sentiment of answers and of their mentions.

    Parameters
    ----------
    responses : DataFrame
        From `cleaned_responses`.
    mentions : DataFrame
        From `cut_mentions`.
    model : str or None
        See `score_sentiment`.

    Returns
    -------
    responses : DataFrame
        With ``mixed`` and ``sentiment``.
    mentions : DataFrame
        As in a run, with ``content_kind``.

    Notes
    -----
    Read whole, an answer's sentiment follows the score more closely than the mean of its mentions
    (the model's card gives both); its mentions say whether it is mixed.
    """
    from feedback_nlp.cleaning import content_kinds
    from feedback_nlp.sentiment import answer_sentiment, label_sentiment
    from feedback_nlp.sentiment_in_answers import score_in_answers

    mentions = mentions.copy()
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for response_id, *span in mentions[["response_id", "start", "end"]].itertuples(index=False):
        spans[response_id].append((span[0], span[1]))
    with_content = responses[responses["has_content"]]
    whole, within = score_in_answers(
        with_content["answer"].tolist(),
        [spans[response_id] for response_id in with_content["response_id"]],
        [question or None for question in with_content["question"]],
        model=model,
    )
    mentions["sentiment"] = np.concatenate([np.zeros(0), *within])
    labels = label_sentiment(mentions["sentiment"])
    mentions["sentiment_label"] = pd.Series(labels, index=mentions.index, dtype="str")
    kinds = content_kinds(mentions["text"].tolist())
    mentions["content_kind"] = pd.Series(kinds, index=mentions.index, dtype="str")
    mixed = answer_sentiment(mentions).set_index("response_id")["mixed"]
    whole_scores = pd.Series(whole, index=with_content.index).reindex(responses.index)
    responses = responses.copy()
    where = list(responses.columns).index("language_confidence") + 1
    responses.insert(where, "mixed", responses["response_id"].map(mixed).eq(True))
    responses.insert(where + 1, "sentiment", whole_scores)
    return responses, mentions


def _redacted_questions(column: pd.Series, keep: tuple[str, ...]) -> pd.Series:
    """Questions may greet the respondent by name."""
    from feedback_nlp.privacy import redact

    asked = column.astype("str")
    distinct = [str(text) for text in asked.unique()]
    return asked.map(dict(zip(distinct, redact(distinct, keep=keep), strict=True))).astype("str")


def _redacted_levels(column: pd.Series) -> pd.Series:
    from feedback_nlp.personal_data.identifiers import find_identifiers
    from feedback_nlp.privacy import redact

    levels = [level for level in column.dropna().unique() if find_identifiers(str(level))]
    return column.replace(dict(zip(levels, redact([str(level) for level in levels]), strict=True)))
