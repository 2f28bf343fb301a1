"""Half a page of the brief: satisfied, but would they recommend us?

Sentences are made by rules from the tables of `csat_findings`; what cannot be told apart from
chance is not said, or said to be so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.csat.measures import measures_of
from feedback_nlp.findings.csat.quadrants import quadrant_of
from feedback_nlp.plots.number_format import count, decimal, percent
from feedback_nlp.plots.satisfaction import (
    QUADRANT_LABELS,
    plot_theme_gap,
)
from feedback_nlp.plots.style import quoted
from feedback_nlp.plots.themes import SPECIAL_LABELS, theme_labels
from feedback_nlp.reading.scales import Scale, scale_of_record
from feedback_nlp.report.quotes import choose_quotes
from feedback_nlp.report.wording import rating_label

TITLE = "Satisfied, but would they recommend us?"
#: A difference of effects smaller than this many standard deviations is no news to a leader: the
#: size that Cohen (1988, Statistical Power Analysis, section 2.2) calls small.
PRACTICAL = 0.2
_Q = 0.05


def satisfaction_page(run: Any, *, most_quotes: int = 2) -> dict[str, Any] | None:
    """Say everything the half page shows, as data that JSON can hold.

    Parameters
    ----------
    run
        A finished run.
    most_quotes : int
        Quotes at most.

    Returns
    -------
    dict or None
        ``title``; ``sentences``, each with ``text`` and ``strength`` ("clear", "plain" for a
        description, "none" for what could not be told); ``quadrants`` with label, n, share and
        their printed forms; ``quotes`` of the satisfied who do not recommend, with ``theme``;
        ``figure`` with ``caption, alt, measure, tone`` (see `satisfaction_figure`), or None;
        ``rating`` and ``note``. None where the run has no rating to set beside the score.

    Examples
    --------
    >>> page = satisfaction_page(run)                                     # doctest: +SKIP
    >>> page["sentences"][0]["text"]                                      # doctest: +SKIP
    '20% are satisfied but would not recommend us (18% to 22%, 233 respondents).'
    """
    if "csat_quadrants" not in run.tables or run.csat_quadrants.empty:
        return None
    notes = run.record.get("findings_notes") or {}
    table = run.csat_quadrants
    main = str(table["measure"].iloc[0])
    table = table[table["measure"] == main]
    labels = theme_labels(run.themes) | dict(SPECIAL_LABELS)
    first, *others = [*_of_quadrants(table, _by(run, main)), None]
    sentences = [one for one in (first, *_of_segments(run), *others) if one]
    sentences += _of_gap(run, main, labels)
    discordant = _discordant_theme(run)
    sentences += _of_themes(discordant, labels)
    sentences += _of_agreement(run, main) + _of_outcome(run)
    return {
        "title": TITLE,
        "rating": rating_label(run, main),
        "sentences": sentences,
        "quadrants": [
            {
                "quadrant": row["quadrant"],
                "label": QUADRANT_LABELS.get(row["quadrant"], row["quadrant"]),
                "n": int(row["n"]),
                "n_text": count(row["n"]),
                "share": float(row["share"]),
                "share_text": percent(row["share"]),
                "low": float(row["share_low"]),
                "high": float(row["share_high"]),
                "interval_text": f"{percent(row['share_low'])} to {percent(row['share_high'])}",
            }
            for row in table.to_dict("records")
        ],
        "quotes": _quotes(run, main, discordant, labels, most_quotes),
        "figure": _figure(run, main, labels),
        "note": _note(table, rating_label(run, main), notes),
    }


def satisfaction_figure(run: Any, page: Mapping[str, Any], **drawing: Any) -> Any:
    """Draw the picture of the half page: which themes move the one and not the other.

    Parameters
    ----------
    run
        A finished run.
    page : mapping
        From `satisfaction_page`.
    **drawing
        ``width``, ``most``, ``ax`` as `plot_theme_gap` takes them.

    Returns
    -------
    Axes or None
        None where the page has no figure.
    """
    if page.get("figure") is None:
        return None
    options = {"most": 8, "title": "", **drawing}
    return plot_theme_gap(
        run.csat_theme_gap,
        run.themes,
        measure=page["figure"]["measure"],
        tone=page["figure"]["tone"],
        **options,
    )


def scales_of_run(run: Any) -> dict[str, Scale]:
    """The scales of a run's ratings, as its record holds them."""
    return {name: scale_of_record(scale) for name, scale in run.record.get("scales", {}).items()}


def _said(text: str, strength: str) -> dict[str, str]:
    return {"text": text, "strength": strength}


def _by(run: Any, main: str) -> str:
    """Which rating says so, where it is not the only one."""
    several = bool((run.csat_quadrants["measure"] != main).any())
    return f" by {quoted(rating_label(run, main))}" if several else ""


def _of_quadrants(table: pd.DataFrame, by: str) -> list[dict[str, str]]:
    by_name = {row["quadrant"]: row for row in table.to_dict("records")}
    said = []
    row = by_name.get("satisfied_non_promoter")
    if row:
        text = (
            f"{percent(row['share'])} are satisfied{by} but would not recommend us "
            f"({percent(row['share_low'])} to {percent(row['share_high'])}, "
            f"{count(row['n'])} respondents)"
        )
        if pd.notna(row["value_share"]):
            text += f"; they hold {percent(row['value_share'])} of the account value"
        said.append(_said(f"{text}.", "plain"))
    other = by_name.get("dissatisfied_promoter")
    if other:
        text = f"{percent(other['share'])} would recommend us without being satisfied{by}."
        said.append(_said(text, "plain"))
    return said


def _of_segments(run: Any) -> list[dict[str, str]]:
    if "csat_segments" not in run.tables:
        return []
    table = run.csat_segments
    own = table[(table["quadrant"] == "satisfied_non_promoter") & (table["q_value"] < _Q)]
    own = own[own["difference"] > 0].sort_values("difference", ascending=False, kind="stable")
    if own.empty:
        return []
    row = own.iloc[0]
    level = f"{str(row['segment']).replace('_', ' ')} {quoted(str(row['level']))}"
    text = (
        f"They are most frequent in {level}: {percent(row['share'])} there, "
        f"{percent(row['share'] - row['difference'])} elsewhere."
    )
    return [_said(text, "clear")]


def _of_gap(run: Any, main: str, labels: Mapping[str, str]) -> list[dict[str, str]]:
    if "csat_theme_gap" not in run.tables:
        return []
    table = run.csat_theme_gap
    table = table[(table["measure"] == main) & (table["tone"] == _tone_of(table, main))]
    told = table[(table["reading"] != "") & (table["difference"].abs() >= PRACTICAL)]
    if told.empty:
        text = "No theme can be said to move recommendation and satisfaction apart."
        return [_said(text, "none")]
    said = []
    for start in ("costs recommendation", "costs satisfaction", "earns recommendation"):
        rows = told[told["reading"].str.startswith(start)].sort_values("p_value", kind="stable")
        if len(rows):
            said.append(_said(gap_sentence(rows.iloc[0].to_dict(), labels), "clear"))
    return said[:2] or [_said(gap_sentence(told.iloc[0].to_dict(), labels), "clear")]


def gap_sentence(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    r"""Say of one theme how far it moves recommendation, and how far satisfaction.

    Examples
    --------
    >>> row = {"theme_id": "price", "tone": "negative", "effect_nps": -0.62, "effect_csat": -0.1,
    ...        "reading": "costs recommendation, not distinguishably satisfaction"}
    >>> gap_sentence(row, {"price": "Price rise"}).replace("\u200e", "")
    ... # doctest: +NORMALIZE_WHITESPACE
    'Complaining of “Price rise” costs recommendation, not distinguishably satisfaction (−0.62 and
     −0.10 standard deviations).'
    """
    verb = {"negative": "Complaining of ", "positive": "Praising "}.get(str(row["tone"]), "")
    first, second = row["effect_nps"], row["effect_csat"]
    if str(row["reading"]).split(" ")[1].startswith("satisfaction"):
        first, second = second, first
    return (
        f"{verb}{quoted(labels.get(row['theme_id'], str(row['theme_id'])))} {row['reading']} "
        f"({_effect(first)} and {_effect(second)} standard deviations)."
    )


def _effect(value: float) -> str:
    rounded = round(float(value), 2)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{decimal(abs(rounded), 2)}"


def _tone_of(table: pd.DataFrame, main: str) -> str:
    """Complaints where they carry a finding, else any mention."""
    own = table[(table["measure"] == main) & (table["reading"] != "")]
    return "negative" if (own["tone"] == "negative").any() else "any"


def _discordant_theme(run: Any) -> pd.Series | None:
    """The theme that the satisfied who do not recommend name more, beyond chance."""
    if "csat_quadrant_themes" not in run.tables:
        return None
    table = run.csat_quadrant_themes
    more = table[(table["quadrant"] == "satisfied_non_promoter") & (table["odds_ratio"] > 1)]
    more = more[(more["q_value"] < _Q) & ~more["theme_id"].isin(list(SPECIAL_LABELS))]
    return None if more.empty else more.sort_values("p_value", kind="stable").iloc[0]


def _of_themes(row: pd.Series | None, labels: Mapping[str, str]) -> list[dict[str, str]]:
    if row is None:
        return []
    verb = {"negative": "complain of", "positive": "praise"}.get(str(row["tone"]), "speak of")
    text = (
        f"The satisfied who would not recommend us {verb} "
        f"{quoted(labels.get(row['theme_id'], row['theme_id']))} more often than those who would: "
        f"{percent(row['share'])} against {percent(row['share_neighbour'])}."
    )
    return [_said(text, "clear")]


def _of_agreement(run: Any, main: str) -> list[dict[str, str]]:
    if "csat_agreement" not in run.tables:
        return []
    table = run.csat_agreement
    own = table[table["measure"] == main]
    if own.empty:
        return []
    row = own.iloc[0]
    text = (
        f"Score and satisfaction{_by(run, main)} go together with a rank correlation of "
        f"{decimal(row['spearman'], 2)} ({decimal(row['spearman_low'], 2)} to "
        f"{decimal(row['spearman_high'], 2)}, {count(row['n'])} respondents)."
    )
    return [_said(text, "plain")]


def _of_outcome(run: Any) -> list[dict[str, str]]:
    if "csat_outcomes" not in run.tables:
        return []
    said = []
    for outcome, table in run.csat_outcomes.groupby("outcome", sort=False):
        score = table[table["predictor"] == "_score"].iloc[0]
        better = table[(table["q_value"] < _Q) & (table["difference"] > 0)]
        name = quoted(str(outcome).replace("_", " "))
        alone = f"AUC {decimal(score['auc'], 2)}"
        if better.empty:
            text = f"Nothing in the survey tells {name} better than the score alone ({alone})."
            said.append(_said(text, "none"))
        else:
            row = better.sort_values("auc", ascending=False, kind="stable").iloc[0]
            label = rating_label(run, row["predictor"])
            text = (
                f"{name} is told better by {label[0].lower()}{label[1:]} than by the score alone "
                f"(AUC {decimal(row['auc'], 2)} against {decimal(score['auc'], 2)})."
            )
            said.append(_said(text, "clear"))
    return said[:1]


def _quotes(
    run: Any, main: str, row: pd.Series | None, labels: Mapping[str, str], most: int
) -> list[dict[str, Any]]:
    if row is None or most < 1:
        return []
    scales = scales_of_run(run)
    if main not in scales:
        return []
    try:
        measures = measures_of(run.responses, {main: scales[main]}, smallest=1)
        quadrant = quadrant_of(measures, main)
    except (FeedbackError, KeyError):
        return []
    # Quotes are chosen by group; here the group is the quadrant.
    quadrants = SimpleNamespace(
        responses=run.responses.assign(group=quadrant),
        mentions=run.mentions,
        mention_themes=run.mention_themes,
        themes=run.themes,
        words_scores=getattr(run, "words_scores", None),
    )
    tone = "positive" if row["tone"] == "positive" else "negative"
    chosen = choose_quotes(
        quadrants,
        str(row["theme_id"]),
        group="satisfied_non_promoter",
        sentiment=tone,
        most=most,
    )
    theme = labels.get(row["theme_id"], str(row["theme_id"]))
    return [{**quote, "theme": theme} for quote in chosen]


def _figure(run: Any, main: str, labels: Mapping[str, str]) -> dict[str, str] | None:
    if "csat_theme_gap" not in run.tables:
        return None
    table = run.csat_theme_gap
    tone = _tone_of(table, main)
    own = table[(table["measure"] == main) & (table["tone"] == tone)]
    if own.empty:
        return None
    listed = "; ".join(
        f"{labels.get(row['theme_id'], row['theme_id'])} {_effect(row['effect_nps'])} and "
        f"{_effect(row['effect_csat'])}"
        for row in own.sort_values("p_value", kind="stable").head(8).to_dict("records")
    )
    does = "complaints about each theme do" if tone == "negative" else "each theme does"
    return {
        "measure": main,
        "tone": tone,
        "caption": f"What {does} to recommendation, and to satisfaction{_by(run, main)}",
        "alt": "Chart of the effect of themes on recommendation and on satisfaction in standard "
        f"deviations, with intervals: {listed}.",
    }


def _note(table: pd.DataFrame, rating: str, notes: Mapping[str, str]) -> str:
    row = table.iloc[0]
    text = (
        f"Satisfied: {decimal(row['satisfied_from'], 0)} or better on {quoted(rating)}"
        f"; recommending: a score of {decimal(row['promoter_from'], 0)} or 10; "
        f"{count(row['base'])} respondents gave both. What goes together is no proof of cause."
    )
    return f"{text} {notes['stand_in']}" if "stand_in" in notes else text
