"""Kinds of answer, redaction and mentions, each beside what a notebook would use."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedback_nlp.answers.answer_kinds import KINDS
from feedback_nlp.evaluation.answer_kinds import evaluate_answer_kinds
from feedback_nlp.evaluation.figures import (
    HELD_OUT,
    NEVER_SEEN,
    OURS,
    TUNED,
    Figure,
    Section,
    bootstrap,
    f1_of,
)
from feedback_nlp.evaluation.gold import GOLD, read_gold
from feedback_nlp.evaluation.mentions import count_boundaries, cut_gold
from feedback_nlp.evaluation.redaction import count_hits, read_labelled, summarise
from feedback_nlp.privacy import Found, find_personal_data

_SEEN = (
    "The total of `test` was seen several times while the rules were still changing, so read it "
    "as a little kind."
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_TELEPHONE = re.compile(r"\+?\d[\d ()-]{7,}\d")


def answer_kinds(data: Path, seed: int, draws: int) -> Section:
    """Reason, verdict, non-answer or empty."""
    figures = []
    for split, use in (("test", HELD_OUT), ("dev", TUNED)):
        ours = evaluate_answer_kinds(data, seed, split)
        reported = ours[ours["answers"].isin(["all", "all but empty"])]
        for row in reported.to_dict("records"):
            what = f"{split}, {row['answers']}"
            interval = (row["value"], row["low"], row["high"])
            figures.append(Figure(what, row["measure"], OURS, use, row["n"], *interval))
        table = read_gold("answer_kinds.csv", data, split)
        true = table["kind"].to_numpy(str)
        words = np.array([len(text.split()) for text in table["text"]])
        found = np.where(words == 0, "empty", np.where(words < 3, "non_answer", "reason"))
        value = bootstrap(
            f1_of(true, found, KINDS),
            range(len(table)),
            draws=draws,
            seed=seed,
        )
        tool = "shorter than three words"
        figures.append(Figure(f"{split}, all", "macro-F1", tool, NEVER_SEEN, len(table), *value))
    return Section(
        "Kinds of answer",
        "Reason, verdict without a reason, non-answer or empty, against "
        "`data/gold/answer_kinds.csv` (coded by hand as `data/gold/CODING.md` says; half of the "
        "answers to tune on, half to report). Beside it the rule of many notebooks: what has "
        "fewer than three words is dropped.",
        tuple(figures),
        (
            "Short answers were drawn more often than they occur, so that rare kinds are in the "
            "set; `all but empty` leaves out the easiest kind.",
        ),
        "macro-F1",
    )


def redaction(data: Path, seed: int, draws: int) -> Section:
    """Names, addresses and numbers that are replaced."""
    del data  # the set is bundled
    labelled = read_labelled()
    figures, notes = [], []
    for split, use in (("test", HELD_OUT), ("dev", TUNED)):
        answers = [answer for answer in labelled if answer.split == split]
        texts = [answer.text for answer in answers]
        tools = {OURS: (find_personal_data(texts), use)}
        tools["spaCy names + two patterns"] = (_notebook_redaction(texts), NEVER_SEEN)
        for tool, (found, seen) in tools.items():
            hits = count_hits(answers, found)
            table = summarise(hits, n_draws=draws, seed=seed)
            wanted = ["recall NAME", "recall structured", "precision"]
            if tool == OURS and split == "test":
                wanted = [str(name) for name in table.index]
            for measure in wanted:
                row = table.loc[[measure], ["n", "value", "low", "high"]].to_numpy(dtype=float)[0]
                n, value, low, high = row.tolist()
                unit = "redactions" if measure == "precision" else "entities"
                figures.append(Figure(split, measure, tool, seen, int(n), value, low, high, unit))
            traps = hits[[not answer.entities for answer in answers]]
            notes.append(
                f"{split}, {tool}: {int(traps['untouched'].sum())} of {len(traps)} answers full of "
                "traps are left untouched."
            )
    return Section(
        "Redaction of personal data",
        "Against `data/gold/redaction.jsonl`: answers written by hand, with made-up names, "
        "telephone numbers and so on filled in. An entity counts as found when every letter and "
        "digit of it is gone. *Structured* pools e-mail, telephone, card, address and so on. "
        "Beside it spaCy's small English model for names with a pattern each for e-mail and "
        "telephone.",
        tuple(figures),
        (
            *notes,
            _SEEN,
            "Two answers in three hold personal data here, far more than in a real survey, so "
            "precision does not carry over.",
        ),
        "recall NAME",
    )


def _notebook_redaction(texts: Sequence[str]) -> list[list[Found]]:
    from feedback_nlp.language_models import load_spacy

    pipeline = load_spacy(exclude=("parser", "lemmatizer"))
    found = []
    for document in pipeline.pipe(texts):
        mine = [
            Found(e.start_char, e.end_char, "NAME") for e in document.ents if e.label_ == "PERSON"
        ]
        for label, pattern in (("EMAIL", _EMAIL), ("PHONE", _TELEPHONE)):
            mine += [Found(*match.span(), label) for match in pattern.finditer(document.text)]
        found.append(mine)
    return found


def mentions(data: Path, seed: int, draws: int) -> Section:
    """Where answers are cut."""
    splits = pd.read_csv(GOLD / "mention_cuts.csv", dtype=str, keep_default_na=False)["split"]
    figures = []
    for split in sorted(splits.unique(), key=lambda name: (name == "dev", name)):
        table = cut_gold(data, split)
        tools = {
            OURS: (table["found"].tolist(), TUNED if split == "dev" else HELD_OUT),
            "spaCy sentences": (_sentence_starts(table["text"].tolist()), NEVER_SEEN),
            "full stops": (
                [
                    [m.end() for m in re.finditer(r"[.!?]+\s+(?=\S)", text)]
                    for text in table["text"]
                ],
                NEVER_SEEN,
            ),
        }
        for tool, (starts, use) in tools.items():
            rows = zip(table["text"], table["gold"], starts, strict=True)
            counts = np.array([count_boundaries(text, true, found) for text, true, found in rows])
            for place, measure in enumerate(["precision", "recall", "F1"]):
                value = bootstrap(
                    _score_of(counts, place),
                    range(len(counts)),
                    draws=draws,
                    seed=seed,
                )
                figures.append(Figure(split, f"boundary {measure}", tool, use, len(counts), *value))
    return Section(
        "Cutting answers into mentions",
        "Boundaries against `data/gold/mention_cuts.csv`, cut by hand by the rules in "
        "`data/gold/CODING.md`; counts are summed over answers (micro). Beside it the sentences of "
        "spaCy's small English model, and cutting behind every full stop.",
        tuple(figures),
        ("By the coder's estimate about one cut in ten could be argued the other way.", _SEEN),
        "boundary F1",
    )


def _score_of(counts: npt.NDArray[np.int_], place: int) -> Callable[[npt.NDArray[np.intp]], float]:
    def figure(rows: npt.NDArray[np.intp]) -> float:
        return float(_scores(counts[rows])[place])

    return figure


def _scores(counts: np.ndarray) -> tuple[float, float, float]:
    right, found, true = counts.sum(axis=0)
    return right / max(found, 1), right / max(true, 1), 2 * right / max(found + true, 1)


def _sentence_starts(texts: Sequence[str]) -> list[list[int]]:
    from feedback_nlp.language_models import load_spacy

    pipeline = load_spacy(exclude=("ner", "lemmatizer"))
    return [
        [sentence.start_char for sentence in document.sents][1:]
        for document in pipeline.pipe(texts)
    ]
