"""The labelled texts the sentiment model learns from, each with its licence, none of the test.

Polarity is on one scale, -1 to 1: the mean rating of VADER's raters divided by 4.
"""

from __future__ import annotations

import hashlib
import io
import random
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pandas as pd

from feedback_nlp.sentiment_text import cut_windows, prepare_question, prepare_text

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
VADER_SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
# Ordinary strong praise ("Excellent", "very helpful") is coded 1 by the NHS coder; VADER's
# raters put it near 3 of 4. So the outer codes are 0.75 and not 1.
NHS_POLARITY = {"1": 0.75, "2": 0.5, "3": 0.0, "4": -0.5, "5": -0.75}
RATING_SPAN = 0.7  # polarity of a passage from a review with the best or worst rating
WRITTEN = (
    "sentences",
    "everyday_sentences",
    "contrast_sentences",
    "change_sentences",
    "turning_sentences",
    "implied_sentences",
    "hasty_sentences",
    "travel_sentences",
    "public_sentences",
    "event_sentences",
    "misleading_sentences",
    "wish_sentences",
    "comparison_sentences",
    "short_sentences",
    "improve_questions",
    "praise_questions",
    "asked_sentences",
    "comparing_sentences",
    "conditional_sentences",
    "misspelt_sentences",
    "typed_sentences",
    "irony_sentences",
    "time_sentences",
    "mixed_sentences",
    "negation_sentences",
    "trap_sentences",
    "plain_sentences",
    "reasons_sentences",
)
_JOINED_AT_MOST = 140  # characters
_FEWEST_TO_JOIN = 20
_JOINTS = (".", ".", ".", "", ",", "and", "-", "also")
_JOINTS_OF_UNLIKE = (".", ".", "but", "but", ", but", "however", "though", "-", "")
PASSAGE = 200  # characters of a review read at a time


@dataclass(frozen=True)
class Example:
    """A labelled text: its passages' mean polarity is ``polarity``.

    Where there are ``parts``, the passages follow each other in one answer, and each has a polarity
    of its own.
    """

    passages: tuple[str, ...]
    polarity: float
    question: str = ""
    source: str = ""
    weight: float = 1.0
    fold: int = -1
    row: str = ""
    parts: tuple[float, ...] = ()
    extra: dict[str, str] = field(default_factory=dict, compare=False)


def vader_archive(kept: Path) -> bytes:
    """VADER's human ratings, from its own source distribution on the package index (MIT)."""
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:",
                 "--no-deps", "--dest", folder, "vaderSentiment==3.3.2"],
                check=True,
            )  # fmt: skip
            kept.parent.mkdir(parents=True, exist_ok=True)
            next(Path(folder).glob("*.tar.gz")).rename(kept)
    data = kept.read_bytes()
    if hashlib.sha256(data).hexdigest() != VADER_SHA256:
        raise SystemExit(f"{kept} is not the source distribution of vaderSentiment 3.3.2")
    with tarfile.open(fileobj=io.BytesIO(data)) as outer:
        inner = outer.extractfile(
            "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
        )
        assert inner is not None
        return inner.read()


def vader_examples(archive: bytes) -> list[Example]:
    """Sentences of tweets, films, products and editorials, and the single words of the lexicon."""
    examples = []
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in sorted(files.getnames()):
            name = Path(member).name
            if name.startswith("._") or not name.endswith(
                ("_GroundTruth.txt", "vader_sentiment_lexicon.txt")
            ):
                continue
            handle = files.extractfile(member)
            assert handle is not None
            lines = handle.read().decode("utf-8", "replace").splitlines()
            for number, line in enumerate(lines):
                cells = line.split("\t")
                lexicon = name.startswith("vader")
                text, rating = (cells[0], cells[1]) if lexicon else (cells[2], cells[1])
                if lexicon and not re.fullmatch(r"[a-z]{3,}", text):
                    continue
                text = prepare_text(text.replace("&amp;", "&").replace("&lt;", "<"))
                source = "vader_words" if lexicon else "vader_sentences"
                examples.append(
                    Example((text,), float(rating) / 4, "", source, row=f"{name}:{number}")
                )
    return examples


def written_examples() -> list[Example]:
    """The sentences written for the project, in files by their author and time of writing."""
    return [
        Example(
            (prepare_text(text),), float(polarity), prepare_question(question), "written",
            row=f"{name}:{row}", extra={"kind": kind},
        )
        for name in WRITTEN
        for row, (text, question, polarity, kind) in enumerate(
            pd.read_csv(Path(__file__).with_name(f"{name}.csv"), keep_default_na=False)[
                ["text", "question", "polarity", "kind"]
            ].itertuples(index=False)
        )
    ]  # fmt: skip


def nhs_table() -> pd.DataFrame:
    """The NHS answers with a text and a human sentiment code (MIT)."""
    table = pd.read_csv(SHARED / "nhs_fft_labelled.csv", dtype=str, keep_default_na=False)
    answered = ~table["FFT answer"].isin(["", "Did not answer"])
    return table[answered & table["Comment sentiment"].isin(list(NHS_POLARITY))]


def nhs_examples(folds: int) -> list[Example]:
    """NHS answers under their question, folded by respondent."""
    table = nhs_table()
    return [
        Example(
            (cut_windows(prepare_text(text))[0],), NHS_POLARITY[code], prepare_question(question),
            "nhs", fold=fold_of(respondent, folds), row=comment,
        )
        for comment, respondent, question, text, code in table[
            ["Comment ID", "Respondent ID", "FFT question", "FFT answer", "Comment sentiment"]
        ].itertuples(index=False)
    ]  # fmt: skip


def skytrax_table(part: str) -> pd.DataFrame:
    """Airline reviews of one part ("seat" or "lounge") with a rating (CC0)."""
    table = pd.read_csv(SHARED / f"skytrax_{part}.csv")
    return table[table["overall_rating"].notna() & table["content"].notna()]


def skytrax_examples(folds: int, weight: float) -> list[Example]:
    """Reviews cut into passages; the rating is a weak label of each."""
    examples = []
    for part in ("seat", "lounge"):
        table = skytrax_table(part)
        if part == "lounge":  # ratings above 5 there are on another scale
            table = table[table["overall_rating"] <= 5]
        middle, half = (5.5, 4.5) if part == "seat" else (3.0, 2.0)
        for row, text, rating in zip(
            table.index, table["content"], table["overall_rating"], strict=True
        ):
            text = prepare_text(text)
            examples.append(
                Example(
                    tuple(cut_windows(text, PASSAGE)), RATING_SPAN * (rating - middle) / half, "",
                    f"skytrax_{part}", weight, fold_of(text, folds), str(row),
                )
            )  # fmt: skip
    return examples


def joined_examples(examples: list[Example], number: int, seed: int) -> list[Example]:
    """Answers of two or three sentences of unlike customers, each with its own polarity.

    From these the model learns to read a mention within its answer: what stands beside it explains
    it, but does not colour it.
    """
    random_ = random.Random(seed)
    alike: dict[str, list[Example]] = {}
    for example in examples:
        if len(example.passages[0]) <= _JOINED_AT_MOST:
            alike.setdefault(example.question, []).append(example)
    alike = {question: pool for question, pool in alike.items() if len(pool) >= _FEWEST_TO_JOIN}
    weights = [len(pool) for pool in alike.values()]
    joined = []
    for number_ in range(number):
        question = random_.choices(list(alike), weights)[0]
        chosen = random_.sample(alike[question], random_.choices((2, 3), (3, 1))[0])
        # Half of the second ones are drawn to contradict: what is to be learnt.
        unlike = [one for one in random_.sample(alike[question], 8) if _contradict(chosen[0], one)]
        if unlike and random_.random() < 0.5:
            chosen[1] = unlike[0]
        passages = [chosen[0].passages[0]]
        for before, after in pairwise(chosen):
            text = after.passages[0]
            joints = _JOINTS_OF_UNLIKE if _contradict(before, after) else _JOINTS
            joint = random_.choice(joints)
            if joint not in (".", "!"):
                passages[-1] = passages[-1].rstrip(".!")
                if joint and text[:2].istitle():
                    text = text[0].lower() + text[1:]
                text = f"{joint} {text}"
            passages.append(text)
        joined.append(
            Example(
                tuple(passages), 0.0, question, "joined", row=f"joined:{seed}:{number_}",
                parts=tuple(example.polarity for example in chosen),
            )
        )  # fmt: skip
    return joined


def _contradict(one: Example, other: Example) -> bool:
    return one.polarity * other.polarity < 0


def fold_of(key: str, folds: int) -> int:
    """The fold of a respondent or text: the same whoever asks."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % folds


def is_development(example: Example) -> bool:
    """Whether a text of VADER or a written sentence is held out of all stages."""
    key = re.sub(r"\W+", " ", example.passages[0].lower()).strip()
    return fold_of("dev:" + key, 100) < (12 if example.source == "written" else 4)


def without_challenge(examples: list[Example]) -> tuple[list[Example], int]:
    """Drop every text of four words or more that also stands in the challenge set."""
    challenge = pd.read_csv(
        ROOT / "data" / "gold" / "sentiment_challenge.csv", keep_default_na=False
    )
    banned = {_words(prepare_text(text)) for text in challenge["text"]}
    banned = {words for words in banned if len(words) >= 4}
    kept = [
        example
        for example in examples
        if not any(_words(passage) in banned for passage in example.passages)
        and _words(" ".join(example.passages)) not in banned
    ]
    return kept, len(examples) - len(kept)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower()))
