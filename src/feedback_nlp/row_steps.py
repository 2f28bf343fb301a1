"""The steps that look at one row at a time: they give the same rows on any slice of a survey.

Cleaning, redacting, telling languages, cutting mentions, sentiment and vectors. Here nothing
knows how large the survey is, so that a million rows pass in bounded memory and the same code
runs on several machines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedback_nlp.options import Options
from feedback_nlp.survey import Survey

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


def prepare_rows(rows: pd.DataFrame, plan: RowPlan, progress: bool = False) -> PreparedRows:
    """Take a slice of a survey's responses through all row-wise steps.

    Parameters
    ----------
    rows : DataFrame
        Some of a survey's responses; see `RowPlan.needed`.
    plan : RowPlan
    progress : bool
        Show progress bars on standard error.

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

    responses = cleaned_responses(rows, plan)
    responses, mentions = scored_mentions(responses, plan.options.sentiment_model, progress)
    topics = topic_texts(mentions["text"].tolist())
    vectors = encode(topics, plan.options.encoder, progress=progress).astype(np.float16)
    marks = responses["answer"].str.extractall(_PLACEHOLDER)[0].value_counts()
    redacted = {str(label): int(n) for label, n in sorted(marks.items())}
    return PreparedRows(responses, mentions, vectors, redacted)


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
    responses: pd.DataFrame, model: str | None, progress: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cut answers into mentions, and score the sentiment of both.

    Parameters
    ----------
    responses : DataFrame
        From `cleaned_responses`.
    model : str or None
        See `score_sentiment`.
    progress : bool

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
    from feedback_nlp.mentions import cut_mentions
    from feedback_nlp.sentiment import answer_sentiment, label_sentiment, score_sentiment

    mentions = cut_mentions(responses)
    asked = responses["question"].replace("", None)
    asked_of = pd.Series(asked.to_numpy(object), index=responses["response_id"])
    whole = responses["answer"].astype(object).where(responses["has_content"], None)
    # One call: an answer of one mention is read once.
    scores = score_sentiment(
        [*mentions["text"], *whole],
        [*mentions["response_id"].map(asked_of), *asked],
        model=model,
        progress=progress,
    )
    mentions["sentiment"] = scores[: len(mentions)]
    labels = label_sentiment(mentions["sentiment"])
    mentions["sentiment_label"] = pd.Series(labels, index=mentions.index, dtype="str")
    kinds = content_kinds(mentions["text"].tolist())
    mentions["content_kind"] = pd.Series(kinds, index=mentions.index, dtype="str")
    mixed = answer_sentiment(mentions).set_index("response_id")["mixed"]
    whole_scores = pd.Series(scores[len(mentions) :], index=responses.index, dtype="float64")
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
