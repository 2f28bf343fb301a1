"""The figures of the sentiment model's card, and its calibration plot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.evaluation.gold import GOLD
from feedback_nlp.sentiment_models import shipped_folder, shipped_thresholds

_BEGIN, _END = "<!-- figures: begin -->", "<!-- figures: end -->"
_PLOT = GOLD.parents[1] / "docs" / "sentiment_calibration.png"
_NHS_POLARITY = {"1": 0.75, "2": 0.5, "3": 0.0, "4": -0.5, "5": -0.75}
_BINS = np.linspace(-1, 1, 11)


def write_card(
    figures: pd.DataFrame, kinds: pd.DataFrame, speed: float, card: Path | None = None
) -> None:
    """Write the figures between the marks in the model's card.

    Parameters
    ----------
    figures : DataFrame
        As ``evaluate_sentiment`` gives it.
    kinds : DataFrame
        As ``challenge_by_kind`` gives it.
    speed : float
        Mentions a second.
    card : Path, optional
        Default: the card of the model that ships.

    Raises
    ------
    FeedbackError
        The marks are missing from the card.
    """
    file = card or shipped_folder() / "card.md"
    text = file.read_text(encoding="utf-8")
    if _BEGIN not in text or _END not in text:
        raise FeedbackError(
            f"{file} has no lines {_BEGIN} and {_END} to write the figures between."
        )
    edges = shipped_thresholds()
    body = "\n\n".join(
        [
            _BEGIN,
            f"Thresholds: negative below {edges.negative_below:g}, positive above "
            f"{edges.positive_above:g}; strong from {edges.strong:g} on.",
            _figures_table(figures),
            "### Challenge set by kind (accuracy)",
            _kinds_table(kinds),
            f"Speed: {speed:,.0f} distinct telecom mentions a second (2 cores, on a machine that "
            "may have been busy).",
            _END,
        ]
    )
    before, after = text.split(_BEGIN)[0], text.split(_END)[1]
    file.write_text(before + body + after, encoding="utf-8")


def _figures_table(figures: pd.DataFrame) -> str:
    lines = ["| data | measure | read | tool | seen in training | n | value | 95 % interval |"]
    lines.append("|---|---|---|---|---|---:|---:|---|")
    lines += [
        f"| {row.data} | {row.measure} | {row.read} | {row.tool} | {row.seen} | {row.n:,} | "
        f"{row.value:.3f} | {row.low:.3f} to {row.high:.3f} |"
        for row in figures.itertuples(index=False)
    ]
    return "\n".join(lines)


def _kinds_table(kinds: pd.DataFrame) -> str:
    tools = [name for name in kinds.columns if name not in ("kind", "n", "low", "high")]
    lines = ["| kind | n | feedback-nlp (95 % Wilson) | " + " | ".join(tools[1:]) + " |"]
    lines.append("|---|---:|---|" + "---:|" * len(tools[1:]))
    for row in kinds.to_dict("records"):
        others = " | ".join(f"{row[name]:.2f}" for name in tools[1:])
        lines.append(
            f"| {row['kind']} | {row['n']} | {row[tools[0]]:.2f} ({row['low']:.2f} to "
            f"{row['high']:.2f}) | {others} |"
        )
    return "\n".join(lines)


def calibration_table(data: Path, out_of_fold: Path) -> pd.DataFrame:
    """Mean human polarity of texts of like predicted polarity, none of them trained on.

    Parameters
    ----------
    data : Path
        Folder of the real files.
    out_of_fold : Path
        Polarities by models that did not see the text.

    Returns
    -------
    DataFrame
        ``source``, ``predicted``, ``human`` (means of a bin of 0.2), ``n``; bins of fewer than
        10 texts are left out.
    """
    kept = pd.read_csv(out_of_fold, dtype={"row": str})
    codes = pd.read_csv(data / "nhs_fft_labelled.csv", dtype=str, keep_default_na=False).set_index(
        "Comment ID"
    )["Comment sentiment"]
    nhs = kept["data"] == "nhs"
    kept.loc[nhs, "human"] = codes[kept.loc[nhs, "row"]].map(_NHS_POLARITY).to_numpy()
    names = {
        "nhs": "NHS answers, coded (cross-validated)",
        "held_out_vader_sentences": "VADER's sentences, rated (held out)",
        "held_out_written": "written sentences (held out)",
    }
    kept = kept[kept["data"].isin(list(names))]
    place = np.digitize(kept["after_whole"], _BINS)
    table = (
        kept.assign(source=kept["data"].map(names), place=place)
        .groupby(["source", "place"])
        .agg(predicted=("after_whole", "mean"), human=("human", "mean"), n=("human", "size"))
        .reset_index()
    )
    return table[table["n"] >= 10].drop(columns="place").reset_index(drop=True)


def write_calibration(data: Path, out_of_fold: Path, target: Path = _PLOT) -> None:
    """Draw predicted against human polarity."""
    import matplotlib.pyplot as plt

    from feedback_nlp.plots.style import INK, PALETTE, print_style

    table = calibration_table(data, out_of_fold)
    with print_style():
        figure, axes = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
        axes.plot([-1, 1], [-1, 1], color=INK, linewidth=0.6, linestyle=":")
        colours = list(PALETTE.values())
        for (source, part), colour, mark in zip(
            table.groupby("source"), colours, "os^", strict=True
        ):
            axes.plot(
                part["predicted"], part["human"], color=colour, marker=mark, markersize=4,
                linewidth=1, label=source,
            )  # fmt: skip
        axes.set(
            xlim=(-1, 1), ylim=(-1, 1), xlabel="polarity predicted", ylabel="polarity by people"
        )
        axes.legend(loc="upper left", frameon=False, fontsize=7.5)
        target.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(target, dpi=110, metadata={"Software": None})
        plt.close(figure)
