"""How well sentiment agrees with people, beside VADER and TextBlob, in one run.

    python -m feedback_nlp.evaluation.sentiment [--write-card]

Texts of a source the model was trained on are scored by models that did not see that respondent;
``training/sentiment/train.py`` keeps their polarities in ``out_of_fold.csv``. The column ``seen``
says which is which.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.evaluation.gold import GOLD, data_folder
from feedback_nlp.evaluation.sentiment_card import write_calibration, write_card
from feedback_nlp.evaluation.sentiment_figures import (
    Floats,
    Signs,
    accuracy,
    choose_thresholds,
    figure_with_interval,
    macro_f1,
    signs,
    spearman,
)
from feedback_nlp.mentions import cut_mentions
from feedback_nlp.sentiment import answer_sentiment, label_sentiment, score_sentiment
from feedback_nlp.sentiment_in_answers import score_in_answers

OUT_OF_FOLD = GOLD.parents[1] / "training" / "sentiment" / "out_of_fold.csv"
# VADER's authors name 0.05; TextBlob names none, 0 is the custom.
_EDGE = {"VADER": 0.05, "TextBlob": 0.0}

Scorer = Callable[[Sequence[str], Sequence[str | None]], Floats]


@dataclass(frozen=True)
class Read:
    """Polarities of answers, shape (n,).

    Attributes
    ----------
    whole : ndarray
        Of the answer at once.
    mentions : ndarray
        The length-weighted mean of its mentions.
    """

    whole: Floats
    mentions: Floats


Reader = Callable[[Sequence[str], Sequence[str | None]], Read]


def read_as_a_run(
    texts: Sequence[str], questions: Sequence[str | None], model: str | None = None
) -> Read:
    """Polarities of answers, and of their mentions read within them."""
    mentions = _mentions(texts)
    spans: list[list[tuple[int, int]]] = [[] for _ in texts]
    for number, start, end in mentions[["response_id", "start", "end"]].itertuples(index=False):
        spans[int(number)].append((start, end))
    whole, within = score_in_answers(texts, spans, questions, model=model)
    mentions["sentiment"] = np.concatenate([np.zeros(0), *within])
    return Read(whole, _mean_of_mentions(mentions, len(texts)))


def _read_apart(score: Scorer) -> Reader:
    """A tool that reads an answer, and each of its mentions as a text of its own."""

    def read(texts: Sequence[str], questions: Sequence[str | None]) -> Read:
        mentions = _mentions(texts)
        asked = [questions[int(number)] for number in mentions["response_id"]]
        mentions["sentiment"] = score(mentions["text"].tolist(), asked)
        return Read(score(texts, questions), _mean_of_mentions(mentions, len(texts)))

    return read


def _mean_of_mentions(mentions: pd.DataFrame, n: int) -> Floats:
    answers = answer_sentiment(mentions).set_index("response_id")["sentiment"]
    every = [str(number) for number in range(n)]
    return answers.reindex(every).fillna(0.0).to_numpy(dtype=float)


def _mentions(texts: Sequence[str]) -> pd.DataFrame:
    """Mentions of the texts; ``response_id`` is a text's place."""
    every = [str(number) for number in range(len(texts))]
    return cut_mentions(
        pd.DataFrame({"response_id": every, "answer": list(texts), "has_content": True})
    )


def readers() -> dict[str, Reader]:
    """The tools compared, each from (texts, questions) to polarities."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    tools: dict[str, Reader] = {
        "feedback-nlp": read_as_a_run,
        "VADER": _read_apart(
            lambda texts, _: np.array(
                [analyzer.polarity_scores(text)["compound"] for text in texts]
            )
        ),
    }
    try:
        from textblob import TextBlob
    except ImportError:
        print("TextBlob is not installed (pip install textblob): left out", file=sys.stderr)
    else:
        tools["TextBlob"] = _read_apart(
            lambda texts, _: np.array([TextBlob(text).sentiment.polarity for text in texts])
        )
    return tools


def evaluate_sentiment(data: Path, seed: int = 0, out_of_fold: Path = OUT_OF_FOLD) -> pd.DataFrame:
    """All figures side by side, with 95 % percentile bootstrap intervals.

    Parameters
    ----------
    data : Path
        Folder of the real files.
    seed : int
        Of the bootstrap.
    out_of_fold : Path
        Polarities by models that did not see the respondent.

    Returns
    -------
    DataFrame
        ``data``, ``measure``, ``read`` (whole answer or mean of its mentions), ``tool``, ``seen``
        (what the model had seen of the source), ``n``, ``value``, ``low``, ``high``. Draws of NHS
        answers are draws of respondents.

    Raises
    ------
    FeedbackError
        A file is missing.
    """
    for file in (data / "nhs_fft_labelled.csv", data / "telecom_nps.csv", out_of_fold):
        if not file.is_file():
            raise FeedbackError(
                f"{file.name} is not in {file.parent}; name the folder of the real files by the "
                "variable FEEDBACK_NLP_DATA, and run from a checkout of the project."
            )
    kept = pd.read_csv(out_of_fold, dtype={"row": str})
    tools = readers()
    rows = [
        *_challenge_rows(tools, seed),
        *_nhs_rows(data, kept, tools, seed),
        *_telecom_rows(data, tools, seed),
        *_skytrax_rows(data, kept, tools, seed),
        *_held_out_rows(kept, seed),
    ]
    columns = ["data", "measure", "read", "tool", "seen", "n", "value", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def challenge_by_kind(gold: Path = GOLD) -> pd.DataFrame:
    """Accuracy on the challenge set by kind of language.

    Returns
    -------
    DataFrame
        ``kind``, ``n``, the accuracy of each tool, and ``low``, ``high``: the Wilson interval of
        the first.
    """
    from statsmodels.stats.proportion import proportion_confint

    table = _challenge(gold)
    truth = table["sign"].to_numpy()
    questions = [question or None for question in table["question"]]
    right = pd.DataFrame({"kind": table["kind"]})
    for name, read in readers().items():
        right[name] = _labels(name, read(table["text"].tolist(), questions).whole) == truth
    by_kind = right.groupby("kind", sort=False)
    shares = by_kind.mean()
    counts = by_kind["feedback-nlp"].agg(["sum", "size"])
    low, high = proportion_confint(counts["sum"], counts["size"], method="wilson")
    return shares.assign(low=low, high=high, n=counts["size"]).reset_index()


def measure_speed(texts: Sequence[str]) -> float:
    """Distinct mentions scored a second, on this machine, after the model is loaded."""
    score_sentiment(texts[:50])
    distinct = list(dict.fromkeys(texts))
    begun = time.perf_counter()
    score_sentiment(distinct)
    return len(distinct) / (time.perf_counter() - begun)


def telecom_mentions(data: Path) -> list[str]:
    """The mentions of the telecom answers."""
    return _mentions(_telecom(data)["text"].tolist())["text"].tolist()


def _labels(tool: str, polarity: Floats) -> Signs:
    if tool in _EDGE:
        return signs(polarity, -_EDGE[tool], _EDGE[tool])
    names = {"negative": -1, "neutral": 0, "positive": 1, "": 0}
    return np.array([names[label] for label in label_sentiment(polarity)])


def _challenge(gold: Path) -> pd.DataFrame:
    table = pd.read_csv(gold / "sentiment_challenge.csv", keep_default_na=False)
    return table.assign(sign=table["label"].map({"negative": -1, "neutral": 0, "positive": 1}))


def _challenge_rows(tools: dict[str, Reader], seed: int) -> list[tuple]:
    table = _challenge(GOLD)
    truth = table["sign"].to_numpy()
    questions = [question or None for question in table["question"]]
    rows = []
    for name, read in tools.items():
        found = _labels(name, read(table["text"].tolist(), questions).whole)
        for measure, figure in (("accuracy", accuracy), ("macro-F1", macro_f1)):
            rows.append(
                figure_with_interval(
                    ("challenge", measure, "whole", name, "never"), figure, truth, found, seed
                )
            )
    return rows


def _nhs_rows(data: Path, kept: pd.DataFrame, tools: dict[str, Reader], seed: int) -> list[tuple]:
    codes = pd.read_csv(data / "nhs_fft_labelled.csv", dtype=str, keep_default_na=False).set_index(
        "Comment ID"
    )
    mine = kept[kept["data"] == "nhs"]
    table = codes.loc[mine["row"]]
    truth = np.sign(3 - table["Comment sentiment"].astype(int).to_numpy())
    people = table["Respondent ID"].to_numpy()
    texts, questions = table["FFT answer"].tolist(), table["FFT question"].tolist()
    written = kept[kept["data"] == "held_out_written"]
    written_truth = np.sign(written["human"]).to_numpy(dtype=int)
    folds = mine["fold"].to_numpy()
    others_read = {name: read(texts, questions) for name, read in _others(tools)}
    rows = []
    for read in ("whole", "mentions"):
        second = mine[f"after_{read}"].fillna(0.0).to_numpy()
        found = np.zeros(len(mine), dtype=int)
        for fold in np.unique(folds):  # the thresholds, too, from other respondents
            others = folds != fold
            edges = choose_thresholds(
                [
                    (second[others], truth[others]),
                    (written["after_whole"].to_numpy(), written_truth),
                ]
            )
            found[~others] = signs(second[~others], *edges)
        rows.append(
            figure_with_interval(
                ("NHS", "macro-F1", read, "feedback-nlp", "cross-validated by respondent"),
                macro_f1,
                truth,
                found,
                seed,
                people,
            )
        )
        first = mine[f"before_{read}"].fillna(0.0).to_numpy()
        edges = choose_thresholds([(written["before_whole"].to_numpy(), written_truth)])
        rows.append(
            figure_with_interval(
                ("NHS", "macro-F1", read, "feedback-nlp, before stage 3", "never"),
                macro_f1,
                truth,
                signs(first, *edges),
                seed,
                people,
            )
        )
        for name, polarities in others_read.items():
            rows.append(
                figure_with_interval(
                    ("NHS", "macro-F1", read, name, "never"),
                    macro_f1,
                    truth,
                    _labels(name, getattr(polarities, read)),
                    seed,
                    people,
                )
            )
    return rows


def _telecom(data: Path) -> pd.DataFrame:
    table = pd.read_csv(data / "telecom_nps.csv", keep_default_na=False, dtype=str)
    table["score"] = pd.to_numeric(table["NPS_SCORE"], errors="coerce")
    return table[table["score"].notna() & (table["text"].str.strip() != "")]


def _telecom_rows(data: Path, tools: dict[str, Reader], seed: int) -> list[tuple]:
    table = _telecom(data)
    return _rating_rows(
        "telecom", table["text"].tolist(), table["score"].to_numpy(), tools.items(), "never", seed
    )


def _skytrax_rows(
    data: Path, kept: pd.DataFrame, tools: dict[str, Reader], seed: int
) -> list[tuple]:
    rows = []
    for part in ("seat", "lounge"):
        name = f"Skytrax {part}"
        mine = kept[kept["data"] == f"skytrax_{part}"]
        table = pd.read_csv(data / f"skytrax_{part}.csv").loc[mine["row"].astype(int)]
        rating = table["overall_rating"].to_numpy(dtype=float)
        use = rating <= (10 if part == "seat" else 5)  # a few lounge ratings are on another scale
        for read in ("whole", "mentions"):
            for tool, column, seen in (
                ("feedback-nlp", "after", "cross-validated by review"),
                ("feedback-nlp, before stage 3", "before", "never"),
            ):
                found = mine[f"{column}_{read}"].fillna(0.0).to_numpy()
                rows.append(
                    figure_with_interval(
                        (name, "Spearman with rating", read, tool, seen),
                        spearman,
                        rating[use],
                        found[use],
                        seed,
                    )
                )
        texts = table["content"][use].tolist()
        rows += _rating_rows(name, texts, rating[use], _others(tools), "never", seed)
    return rows


def _rating_rows(
    data: str,
    texts: list[str],
    rating: Floats,
    tools: Iterable[tuple[str, Reader]],
    seen: str,
    seed: int,
) -> list[tuple]:
    measure = "Spearman with score" if data == "telecom" else "Spearman with rating"
    none: list[str | None] = [None] * len(texts)
    rows = []
    for name, reader in tools:
        polarities = reader(texts, none)
        for read, found in (("whole", polarities.whole), ("mentions", polarities.mentions)):
            rows.append(
                figure_with_interval(
                    (data, measure, read, name, seen), spearman, rating, np.nan_to_num(found), seed
                )
            )
    return rows


def _held_out_rows(kept: pd.DataFrame, seed: int) -> list[tuple]:
    rows = []
    for source, name in (
        ("held_out_written", "written sentences"),
        ("held_out_vader_sentences", "VADER's rated sentences"),
        ("held_out_vader_words", "VADER's rated words"),
    ):
        mine = kept[kept["data"] == source]
        rows.append(
            figure_with_interval(
                (name, "Spearman with human", "whole", "feedback-nlp", "held out"),
                spearman,
                mine["human"].to_numpy(),
                mine["after_whole"].to_numpy(),
                seed,
            )
        )
    return rows


def _others(tools: dict[str, Reader]) -> list[tuple[str, Reader]]:
    return [(name, read) for name, read in tools.items() if name != "feedback-nlp"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures; with ``--write-card`` write them into the model's card as well."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0] if __doc__ else None, prog="evaluation.sentiment"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write-card", action="store_true", help="update card.md and the plot")
    given = parser.parse_args(arguments)
    data = data_folder()
    figures = evaluate_sentiment(data, given.seed)
    kinds = challenge_by_kind()
    speed = measure_speed(telecom_mentions(data))
    print(figures.round(3).to_string(index=False))
    print(kinds.round(2).to_string(index=False))
    print(f"{speed:.0f} mentions a second (telecom, distinct)")
    if given.write_card:
        write_card(figures, kinds, speed)
        write_calibration(data, OUT_OF_FOLD)


if __name__ == "__main__":
    main()
