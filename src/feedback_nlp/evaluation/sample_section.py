"""The bundled sample survey: does everything work where no other data are at hand?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from feedback_nlp.evaluation.figures import (
    NEVER_SEEN,
    OURS,
    Figure,
    Section,
    bootstrap,
    f1_of,
    mean_of,
)
from feedback_nlp.evaluation.gold import GOLD
from feedback_nlp.evaluation.theme_sections import few_shot_figures
from feedback_nlp.evaluation.themes import CodedAnswers

SAMPLE = GOLD.parents[0] / "raw" / "sample_survey.csv"
_SIGNS = ("negative", "neutral", "positive")
_USE = "fiction, written by the project"


def sample(data: Path, seed: int, draws: int) -> Section:
    """Languages, kinds, sentiment and themes on the bundled, fictional survey."""
    del data
    answers = _rows(SAMPLE).set_index("response_id")["reason"].str.strip()
    figures = [
        *_kinds_and_languages(answers, seed, draws),
        *_sentiment(answers, seed, draws),
        *few_shot_figures(_coded(answers), "sample", _USE, seed, 3, draws),
    ]
    return Section(
        "The bundled sample survey",
        "The fictional broadband company of `data/raw`, against its gold codes in `data/gold`. One "
        "writer who knew the project wrote both, so **these figures are no evidence of quality**: "
        "they let anyone see, without a download, that the steps do what they say.",
        tuple(figures),
        (
            "Neutral mentions are rare and hard here; VADER gets the same stretches, cut out.",
            "That mentions are read within their answers was decided on these and on NHS answers.",
        ),
        "macro-F1 of mentions",
    )


def _rows(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _kinds_and_languages(answers: pd.Series, seed: int, draws: int) -> list[Figure]:
    from feedback_nlp.cleaning import content_kinds, normalise
    from feedback_nlp.language import detect_languages

    gold = _rows(GOLD / "sample_kinds.csv").set_index("response_id")
    texts = normalise(answers[gold.index].tolist())
    marks = gold["kinds"].str.split("|")
    true = np.select(
        [marks.map(lambda mine: "non_answer" in mine), marks.map(lambda mine: "verdict" in mine)],
        ["non_answer", "verdict_only"],
        "reason",
    )
    found = content_kinds(texts)
    kinds = ("reason", "verdict_only", "non_answer")
    language = detect_languages(texts)["language"].to_numpy(str)
    spoken = gold["language"].to_numpy(str)
    measured = {
        "macro-F1 of answer kinds": f1_of(true, found, kinds),
        "share of languages right": mean_of(language == spoken),
    }
    return [
        Figure(
            "sample", measure, OURS, _USE, len(gold),
            *bootstrap(figure, gold.index, draws=draws, seed=seed),
        )
        for measure, figure in measured.items()
    ]  # fmt: skip


def _sentiment(answers: pd.Series, seed: int, draws: int) -> list[Figure]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from feedback_nlp.sentiment import label_sentiment
    from feedback_nlp.sentiment_in_answers import score_in_answers

    gold = _rows(GOLD / "sample_mentions.csv").astype({"start": int, "end": int})
    spans = {
        response_id: list(zip(own["start"], own["end"], strict=True))
        for response_id, own in gold.groupby("response_id", sort=False)
    }
    _, within = score_in_answers([answers[response_id] for response_id in spans], [*spans.values()])
    texts = [
        answers[response_id][start:end] for response_id, own in spans.items() for start, end in own
    ]
    # As the mentions were read: answer by answer.
    gold = gold.set_index("response_id").loc[[*spans]].reset_index()
    true = gold["sentiment"].to_numpy(str)
    analyzer = SentimentIntensityAnalyzer()
    compound = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    found = {
        OURS: (label_sentiment(np.concatenate(within)), _USE),
        "VADER": (
            np.select([compound > 0.05, compound < -0.05], _SIGNS[::-2], "neutral"),
            NEVER_SEEN,
        ),
    }
    return [
        Figure(
            "sample", "macro-F1 of mentions", tool, use, len(gold),
            *bootstrap(
                f1_of(true, np.asarray(labels), _SIGNS),
                gold["response_id"], draws=draws, seed=seed,
            ),
            "mentions",
        )
        for tool, (labels, use) in found.items()
    ]  # fmt: skip


def _coded(answers: pd.Series) -> CodedAnswers:
    from feedback_nlp.cleaning import clean_answers

    gold = _rows(GOLD / "sample_themes.csv").set_index("response_id")
    codes = gold["codes"].str.get_dummies("|").drop(columns="", errors="ignore").astype(bool)
    cleaned = clean_answers(answers[gold.index])["answer"].astype(str)
    return CodedAnswers(cleaned.tolist(), gold.index.to_numpy(str), codes)
