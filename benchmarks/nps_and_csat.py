"""NPS beside CSAT on real surveys: what the README's figures on it are.

    feedback-nlp run ../shared/data/skytrax_seat.csv --score-scale 1-10
    feedback-nlp run ../shared/data/skytrax_lounge.csv --score-scale 1-5 \
        --csat comfort_rating:1-5 --csat cleanliness_rating:1-5 …
    feedback-nlp run ../shared/data/nhs_fft_labelled.csv --score "FFT categorical answer" \
        --score-scale 5-1 --answer "FFT answer"
    python benchmarks/nps_and_csat.py data/processed/skytrax_seat data/processed/skytrax_lounge
    python benchmarks/nps_and_csat.py --nhs ../shared/data/nhs_fft_labelled.csv \
        data/processed/nhs_fft_labelled

For each run: how far score, ratings and sentiment agree, and what tells the outcome. For the NHS
file besides: the rating against the sentiment that a human coder gave the same texts, and against
the themes that the coder assigned, in place of those that were found.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from feedback_nlp.findings.csat.agreement import csat_agreement
from feedback_nlp.findings.csat.drivers import csat_models
from feedback_nlp.findings.csat.measures import measures_of
from feedback_nlp.findings.csat.predictors import predictors_of
from feedback_nlp.findings.csat.theme_gap import csat_theme_gap
from feedback_nlp.reading.scales import Scale
from feedback_nlp.report import satisfaction_tables as tables
from feedback_nlp.run_folder import Run, load_run

#: Columns of the file that are codes but no themes.
NOT_THEMES = ("Not assigned", "Labelling not possible")
FIRST_CODE = "Organisation & efficiency"
LAST_CODE = "Positive experience & gratitude"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path, help="folders of finished runs")
    parser.add_argument("--nhs", type=Path, help="the coded NHS file; the last run is its run")
    given = parser.parse_args()
    with pd.option_context("display.width", 200, "display.max_columns", 30):
        for folder in given.runs:
            told(load_run(folder))
        if given.nhs:
            coded(load_run(given.runs[-1]), given.nhs)


def told(run: Run) -> None:
    print(f"\n{run.folder.name}: {len(run.responses):,} respondents")
    for name, why in run.record["findings_notes"].items():
        if name in ("stand_in", "score_scale", "main_measure") or name.startswith("scale "):
            print(f"  {why}")
    for name, table in (
        ("csat_agreement", tables.agreement_table),
        ("csat_models", tables.models_table),
        ("csat_outcomes", tables.outcomes_table),
        ("score_precision", tables.precision_table),
    ):
        if name in run.tables:
            print(f"\n{table(run).to_string(index=False)}")


def coded(run: Run, path: Path) -> None:
    """The NHS rating against human codes: sentiment and themes."""
    file = pd.read_csv(path, low_memory=False).set_index("Comment ID")
    responses = run.responses
    own = file.loc[responses["response_id"]].reset_index(drop=True)
    codes = [c for c in file.loc[:, FIRST_CODE:LAST_CODE].columns if c not in NOT_THEMES]
    rows, columns = np.nonzero(own[codes].eq(1).to_numpy())
    who = responses["response_id"].to_numpy()[rows]
    themes = pd.DataFrame({"theme_id": codes, "label": codes, "parent_id": None})
    mention_themes = pd.DataFrame(
        {
            "mention_id": [f"{one}#1" for one in who],
            "response_id": who,
            "theme_id": np.array(codes)[columns],
        }
    )
    # The coder judged whole answers: one mention an answer, in the tone of its code.
    tone = own["Comment sentiment"].map(
        {1: "positive", 2: "positive", 3: "neutral", 4: "negative", 5: "negative"}
    )
    mentions = pd.DataFrame(
        {
            "mention_id": responses["response_id"] + "#1",
            "response_id": responses["response_id"],
            "sentiment_label": tone.fillna("neutral").to_numpy(),
        }
    )
    responses = responses.assign(coded_sentiment=own["Comment sentiment"].to_numpy(float))
    measures = measures_of(responses, {"coded_sentiment": Scale(1, 5, reversed=True)})
    sentiment = responses["sentiment"].to_numpy(float)
    print("\nNHS: the rating against the coder's sentiment and the sentiment model's")
    print(csat_agreement(measures, sentiment).drop(columns="note").round(3).to_string(index=False))
    texts = (responses, mentions, mention_themes, themes)
    alone = measures_of(responses, {})
    print("\nNHS: the rating on the human-coded themes (complained of, praised) and the sentiment")
    models = csat_models(alone, predictors_of(*texts, alone))
    print(models.drop(columns=["ratings", "beside"]).round(3).to_string(index=False))
    gap = csat_theme_gap(*texts, measures, "coded_sentiment", tones=("any",))
    print("\nNHS: effect of human-coded themes on the rating and on the coder's sentiment")
    names = ["theme_id", "n", "effect_ltr", "effect_csat", "difference", "q_value", "reading"]
    print(gap.sort_values("p_value")[names].head(12).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
