"""The tables on satisfaction as a paper prints them: an estimate and its interval in one cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from feedback_nlp.plots.number_format import count, decimal, percent, signed
from feedback_nlp.plots.satisfaction import QUADRANT_LABELS
from feedback_nlp.plots.themes import SPECIAL_LABELS, theme_labels
from feedback_nlp.reading.scales import scale_of_record
from feedback_nlp.report.wording import rating_label

Row = Mapping[str, Any]
_FIGURES = {"mean": "Mean score", "nps": "NPS", "top_box": "Share of 9 and 10"}
_TONES = {"any": "any mention", "negative": "complaint", "positive": "praise"}


def with_interval(row: Row, name: str, places: int = 2) -> str:
    """An estimate with its interval, as one cell; empty where there is none.

    Examples
    --------
    >>> with_interval({"kappa": 0.712, "kappa_low": 0.68, "kappa_high": 0.75}, "kappa")
    '0.71 (0.68 to 0.75)'
    """
    if pd.isna(row[name]):
        return ""
    write = _signed if float(row[name]) < 0 or float(row[f"{name}_low"]) < 0 else decimal
    value, low, high = (write(row[f"{name}{end}"], places) for end in ("", "_low", "_high"))
    return f"{value} ({low} to {high})"


def _signed(value: float, places: int) -> str:
    text = decimal(abs(round(float(value), places)), places)
    return f"−{text}" if round(float(value), places) < 0 else text


def _share(row: Row, name: str) -> str:
    if pd.isna(row[name]):
        return ""
    return f"{percent(row[name])} ({percent(row[f'{name}_low'])} to {percent(row[f'{name}_high'])})"


def _points(row: Row, name: str) -> str:
    if pd.isna(row[name]):
        return ""
    value, low, high = (signed(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    return f"{value} ({low} to {high})"


def _p(value: Any) -> str:
    if pd.isna(value):
        return ""
    return "< 0.001" if value < 0.001 else decimal(value, 3)


def _made(
    table: pd.DataFrame, columns: Mapping[str, Callable[[Row], Any]], most: int | None = None
) -> pd.DataFrame:
    rows = table.head(most or len(table)).to_dict("records")
    made = [{name: make(row) for name, make in columns.items()} for row in rows]  # type: ignore[arg-type]
    return _printed(made, list(columns))


def _printed(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """A table without row numbers, which say nothing on paper."""
    return pd.DataFrame(rows, columns=columns, index=[""] * len(rows))


def scales_table(run: Any) -> pd.DataFrame:
    """Each rating's scale, and how it is known."""
    scales = {n: scale_of_record(s) for n, s in (run.record.get("scales") or {}).items()}
    rows = [
        {
            "measure": "Score" if name == "score" else rating_label(run, name),
            "scale": scale.describe().split(" (")[0],
            "known": scale.ends
            if scale.ends == scale.direction
            else f"ends {scale.ends}; direction: {scale.direction}",
        }
        for name, scale in scales.items()
        if not scale.refused
    ]
    return _printed(rows, ["measure", "scale", "known"])


def scores_table(run: Any) -> pd.DataFrame:
    """Response, top box, net satisfaction and mean of each rating, and the NPS beside it."""
    return _made(
        run.csat_scores,
        {
            "measure": lambda r: rating_label(run, r["measure"]),
            "n": lambda r: count(r["n"]),
            "response": lambda r: percent(r["response"]),
            "satisfied": lambda r: _share(r, "top_box"),
            "net satisfaction": lambda r: _points(r, "net"),
            "mean": lambda r: with_interval(r, "mean"),
            "NPS of the same": lambda r: f"{_points(r, 'nps')} n = {count(r['n_both'])}".strip(),
        },
    )


def agreement_table(run: Any) -> pd.DataFrame:
    """How closely each rating goes with the score."""
    return _made(
        run.csat_agreement,
        {
            "measure": lambda r: rating_label(run, r["measure"]),
            "n": lambda r: count(r["n"]),
            "Spearman": lambda r: with_interval(r, "spearman"),
            "… with three groups": lambda r: with_interval(r, "spearman_groups"),
            "polychoric": lambda r: with_interval(r, "polychoric"),
            "weighted kappa": lambda r: with_interval(r, "kappa"),
        },
    )


def comparisons_table(run: Any, most: int = 8) -> pd.DataFrame:
    """Which ratings go with the score more closely than which others, the clearest first."""
    table = run.csat_comparisons.sort_values("p_value", kind="stable")
    return _made(
        table,
        {
            "measure": lambda r: rating_label(run, r["measure"]),
            "other": lambda r: rating_label(run, r["other"]),
            "n": lambda r: count(r["n"]),
            "correlations": lambda r: (
                f"{decimal(r['spearman'], 2)} and {decimal(r['spearman_other'], 2)}"
            ),
            "difference": lambda r: with_interval(r, "difference"),
            "q": lambda r: _p(r["q_value"]),
        },
        most,
    )


def quadrants_table(run: Any, *, main_only: bool = True) -> pd.DataFrame:
    """How many are in each quadrant, and what their accounts are worth."""
    table = run.csat_quadrants
    if main_only:
        table = table[table["measure"] == table["measure"].iloc[0]]
    columns: dict[str, Callable[[Row], Any]] = {
        "measure": lambda r: rating_label(run, r["measure"]),
        "quadrant": lambda r: QUADRANT_LABELS.get(r["quadrant"], r["quadrant"]),
        "n": lambda r: f"{count(r['n'])} of {count(r['base'])}",
        "share": lambda r: _share(r, "share"),
    }
    if main_only:
        columns.pop("measure")
    if table["value_share"].notna().any():
        columns["share of account value"] = lambda r: _share(r, "value_share")
    return _made(table, columns)


def sensitivity_table(run: Any) -> pd.DataFrame:
    """The discordant quadrants at other thresholds."""
    table = run.csat_sensitivity
    keys = ["satisfied_from", "promoter_from", "base"]
    found = []
    for (satisfied, promoter, base), part in table.groupby(keys, sort=True):
        row = {
            "satisfied from": decimal(satisfied, 0),
            "promoters from": decimal(promoter, 0),
            "n": count(base),
        }
        own = part.set_index("quadrant")
        for quadrant in ("satisfied_non_promoter", "dissatisfied_promoter"):
            shown = quadrant in own.index
            row[QUADRANT_LABELS[quadrant]] = (
                _share(own.loc[quadrant].to_dict(), "share") if shown else "nobody"
            )
        found.append(row)
    return _printed(found, list(found[0]) if found else [])


def segments_table(run: Any, most: int = 8) -> pd.DataFrame:
    """Where a discordant quadrant is larger or smaller than elsewhere, the clearest first."""
    table = run.csat_segments
    table = table[table["quadrant"].isin(["satisfied_non_promoter", "dissatisfied_promoter"])]
    return _made(
        table.sort_values("p_value", kind="stable"),
        {
            "quadrant": lambda r: QUADRANT_LABELS[r["quadrant"]],
            "segment": lambda r: f"{str(r['segment']).replace('_', ' ')}: {r['level']}",
            "n": lambda r: f"{count(r['n'])} of {count(r['base'])}",
            "share": lambda r: _share(r, "share"),
            "elsewhere": lambda r: percent(r["share"] - r["difference"]),
            "q": lambda r: _p(r["q_value"]),
        },
        most,
    )


def quadrant_themes_table(run: Any, most: int = 8) -> pd.DataFrame:
    """What the discordant say more, or less, than their neighbours, the clearest first."""
    labels = theme_labels(run.themes) | dict(SPECIAL_LABELS)
    table = run.csat_quadrant_themes.sort_values("p_value", kind="stable")
    return _made(
        table,
        {
            "quadrant": lambda r: QUADRANT_LABELS[r["quadrant"]],
            "theme": lambda r: (
                f"{labels.get(r['theme_id'], r['theme_id'])} ({_TONES[str(r['tone'])]})"
            ),
            "they": lambda r: f"{percent(r['share'])} of {count(r['base'])}",
            "neighbours": lambda r: (
                f"{percent(r['share_neighbour'])} of {count(r['base_neighbour'])}"
            ),
            "odds ratio": lambda r: (
                f"{decimal(r['odds_ratio'])} ({decimal(r['odds_low'])} to "
                f"{decimal(r['odds_high'])})"
            ),
            "q": lambda r: _p(r["q_value"]),
        },
        most,
    )


def theme_gap_table(run: Any, most: int = 10) -> pd.DataFrame:
    """Themes that move recommendation and satisfaction apart, the clearest first."""
    labels = theme_labels(run.themes) | dict(SPECIAL_LABELS)
    table = run.csat_theme_gap
    table = table[table["measure"] == table["measure"].iloc[0]]
    return _made(
        table.sort_values("p_value", kind="stable"),
        {
            "theme": lambda r: (
                f"{labels.get(r['theme_id'], r['theme_id'])} ({_TONES[str(r['tone'])]})"
            ),
            "n": lambda r: count(r["n"]),
            "on NPS": lambda r: _signed(r["effect_nps"], 2),
            "on rating": lambda r: _signed(r["effect_csat"], 2),
            "difference": lambda r: with_interval(r, "difference"),
            "adjusted": lambda r: with_interval(r, "adjusted_difference"),
            "q": lambda r: _p(r["q_value"]),
        },
        most,
    )


def models_table(run: Any) -> pd.DataFrame:
    """How well ratings, themes and sentiment say the score."""
    return _made(
        run.csat_models,
        {
            "model": lambda r: r["model"],
            "parameters": lambda r: count(r["parameters"]),
            "log loss, cross-validated": lambda r: decimal(r["cv_log_loss"], 3),
            "pseudo-R²": lambda r: decimal(r["pseudo_r2"], 2),
            "… cross-validated": lambda r: _signed(r["cv_pseudo_r2"], 2),
            "against": lambda r: "" if pd.isna(r["beside"]) else r["beside"],
            "χ² (df), p": lambda r: (
                ""
                if pd.isna(r["chi2"])
                else f"{decimal(r['chi2'])} ({count(r['df'])}), {_p(r['p_value'])}"
            ),
            "gain a respondent": lambda r: with_interval(r, "gain", 3),
        },
    )


def drivers_table(run: Any) -> pd.DataFrame:
    """How much of what the ratings say of the score each of them says."""
    return _made(
        run.csat_drivers,
        {
            "rating": lambda r: rating_label(run, r["measure"]),
            "n": lambda r: count(r["n"]),
            "correlation": lambda r: with_interval(r, "correlation"),
            "Shapley share of R²": lambda r: with_interval(r, "lmg"),
            "relative weight": lambda r: with_interval(r, "relative_weight"),
            "R² of all": lambda r: decimal(r["r2"], 2),
        },
    )


def outcomes_table(run: Any) -> pd.DataFrame:
    """What tells the outcome, the best first."""
    table = run.csat_outcomes.sort_values(
        ["outcome", "auc"], ascending=[True, False], kind="stable"
    )
    columns: dict[str, Callable[[Row], Any]] = {
        "outcome": lambda r: f"{str(r['outcome']).replace('_', ' ')}: {r['event']}",
        "told by": lambda r: rating_label(run, r["predictor"]),
        "n (with it)": lambda r: f"{count(r['n'])} ({count(r['n_event'])})",
        "rated": lambda r: percent(r["answered"]),
        "AUC": lambda r: with_interval(r, "auc"),
        "less that of the score": lambda r: with_interval(r, "difference"),
        "q": lambda r: _p(r["q_value"]),
    }
    if len(set(table["outcome"])) == 1:
        columns.pop("outcome")
    return _made(table, columns)


def precision_table(run: Any) -> pd.DataFrame:
    """What the mean, the NPS and the share of promoters need for the same precision."""
    table = run.score_precision
    columns: dict[str, Callable[[Row], Any]] = {
        "figure": lambda r: _FIGURES[str(r["figure"])],
        "value": lambda r: _value(r),
        "half-width, of its scale": lambda r: f"{decimal(100 * r['margin'])}%",
        "information kept": lambda r: with_interval(r, "efficiency"),
        "responses, by model": lambda r: with_interval(r, "responses"),
    }
    if "responses_observed" in table:
        columns["responses, as observed"] = lambda r: with_interval(r, "responses_observed")
    return _made(table, columns)


def _value(row: Row) -> str:
    write = {"nps": signed, "top_box": percent}.get(str(row["figure"]), decimal)
    return f"{write(row['value'])} ({write(row['low'])} to {write(row['high'])})"


def scale_use_table(run: Any) -> pd.DataFrame:
    """How the scales are used: their ends, their middle, their points."""
    return _made(
        run.scale_use,
        {
            "measure": lambda r: rating_label(run, r["measure"]),
            "n": lambda r: count(r["n"]),
            "at the best": lambda r: _share(r, "best"),
            "at the worst": lambda r: _share(r, "worst"),
            "in the middle": lambda r: "" if pd.isna(r["middle"]) else percent(r["middle"]),
            "points used": lambda r: f"{r['points_used']} of {r['points']}",
            "effect": lambda r: (
                ", ".join(word for word in ("ceiling", "floor") if r[word]) or "none"
            ),
        },
    )
