"""Sentiment beside VADER and TextBlob."""

from __future__ import annotations

from pathlib import Path

from feedback_nlp.evaluation.figures import (
    CROSS_VALIDATED,
    HELD_OUT,
    NEVER_SEEN,
    OURS,
    Figure,
    Section,
)
from feedback_nlp.evaluation.sentiment import challenge_by_kind, evaluate_sentiment

_USES = {
    "never": NEVER_SEEN,
    "held out": HELD_OUT,
    "cross-validated by respondent": CROSS_VALIDATED,
    "cross-validated by review": CROSS_VALIDATED,
}


def sentiment(data: Path, seed: int, draws: int) -> Section:
    """Sentiment of answers, as a whole and as the mean of their mentions."""
    del draws  # the module draws 1,000 times
    figures = []
    for row in evaluate_sentiment(data, seed).to_dict("records"):
        what = row["data"] if row["read"] == "whole" else f"{row['data']}, by mentions"
        use = _USES.get(row["seen"], row["seen"])
        value = (row["value"], row["low"], row["high"])
        figures.append(Figure(what, row["measure"], row["tool"], use, row["n"], *value))
    kinds = challenge_by_kind()
    tools = [name for name in kinds.columns if name not in ("kind", "n", "low", "high")]
    for row in kinds.to_dict("records"):
        for tool in tools:
            interval = (row["low"], row["high"]) if tool == OURS else (None, None)
            figures.append(
                Figure(
                    f"challenge, {row['kind']}", "accuracy", tool, NEVER_SEEN, row["n"], row[tool],
                    *interval,
                )
            )  # fmt: skip
    return Section(
        "Sentiment",
        "Three classes on the NHS answers against the human code; rank correlation with the score "
        "or rating on the telecom and airline answers; three classes on the challenge set, 450 "
        "hard sentences written for it (`data/gold/sentiment_challenge_README.md`). A run reads "
        "answers whole, and in the same reading their mentions; *by mentions* is the mean "
        "of an answer's mentions, weighted by length. The other tools get each mention cut out. "
        "Beside it VADER and TextBlob with the thresholds their authors or custom give.",
        tuple(figures),
        (
            "The model's third stage was trained on the NHS answers and airline reviews: there the "
            "figures are by models that did not see the respondent, and *before stage 3* is the "
            "model that never saw the source.",
            "No sentence of the challenge set was trained on; what some of the training sentences "
            "were to be about was chosen after its totals by kind had been seen.",
            "Intervals are over respondents (Wilson's for the kinds of the challenge set).",
        ),
        "macro-F1",
    )
