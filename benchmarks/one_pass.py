"""Could sentiment and themes share one pass of the encoder?

    python benchmarks/one_pass.py [--data FOLDER]

The vectors that themes need are there anyway; a head on them would make the sentiment model's own
pass needless. Fits two heads (ridge; a hidden layer of 256) to the vectors of the sentences written
for training, and prints the rank correlation with the score of `telecom_nps.csv` and with the
rating of `skytrax_seat.csv`, beside the shipped model, and what either costs a text. Neither head
nor the stage of the shipped model that is not cross-validated here saw the telecom answers; the
shipped model saw airline reviews, so its second figure is flattered.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from scipy.stats import spearmanr
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPRegressor

from feedback_nlp.cleaning import clean_answers
from feedback_nlp.encoding import encode, load_encoder
from feedback_nlp.evaluation.gold import data_folder
from feedback_nlp.sentiment import score_sentiment

WRITTEN = Path(__file__).parents[1] / "training" / "sentiment"
SURVEYS = (
    ("telecom_nps.csv", "text", "NPS_SCORE"),
    ("skytrax_seat.csv", "content", "overall_rating"),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=data_folder())
    given = parser.parse_args()
    sentences = pd.concat(
        pd.read_csv(path, keep_default_na=False) for path in sorted(WRITTEN.glob("*sentences.csv"))
    )
    sentences = sentences[sentences["question"] == ""]
    vectors = encode(sentences["text"].tolist())
    heads: dict[str, Any] = {
        "ridge on the vectors": Ridge(alpha=1.0),
        "hidden layer on the vectors": MLPRegressor(
            hidden_layer_sizes=(256,), early_stopping=True, random_state=0
        ),
    }
    scorers: dict[str, Callable[[list[str]], Any]] = {"shipped model": score_sentiment}
    for name, head in heads.items():
        head.fit(vectors, sentences["polarity"].to_numpy(float))
        scorers[name] = lambda texts, head=head: head.predict(encode(texts))
    for file, text, outcome in SURVEYS:
        table = pd.read_csv(given.data / file)
        table = table[table[text].notna() & table[outcome].notna()]
        answers = clean_answers(table[text])["answer"].astype(str).tolist()
        print(f"\n{file}: {len(answers):,} answers, read whole")
        begun = time.perf_counter()
        load_encoder().encode(answers)
        print(f"  encoding for themes                       {_each(begun, answers)}")
        for name, score in scorers.items():
            begun = time.perf_counter()
            rank = spearmanr(score(answers), table[outcome].to_numpy(float)).statistic
            took = (
                f"   {_each(begun, answers)}" if name == "shipped model" else "   none of its own"
            )
            print(f"  {name:28} Spearman {rank:.3f}{took}")


def _each(begun: float, answers: list[str]) -> str:
    return f"{1000 * (time.perf_counter() - begun) / len(answers):.2f} ms an answer"


if __name__ == "__main__":
    main()
