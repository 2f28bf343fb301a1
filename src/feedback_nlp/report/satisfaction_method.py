"""The methods paragraph of the note on NPS and satisfaction, with this survey's own numbers."""

from __future__ import annotations

from typing import Any

from feedback_nlp.plots.number_format import count, decimal
from feedback_nlp.report.satisfaction import scales_of_run
from feedback_nlp.report.wording import rating_label


def methods_paragraph(run: Any) -> str:
    """Say how the figures were made, so that the text can be copied into a paper.

    Parameters
    ----------
    run
        A finished run.

    Returns
    -------
    str
        Only what was done for this survey is said.

    Examples
    --------
    >>> methods_paragraph(run)[:40]                                       # doctest: +SKIP
    'Of 1,200 respondents, 1,194 gave a score'
    """
    record, tables = run.record, run.tables
    options = record.get("options") or {}
    scored = int(run.responses["score"].notna().sum())
    parts = [f"Of {count(len(run.responses))} respondents, {count(scored)} gave a score."]
    notes = record.get("findings_notes") or {}
    parts += [str(notes[key]) for key in ("stand_in", "score_scale") if key in notes]
    weight = (record.get("columns") or {}).get("weight")
    if weight:
        parts.append(
            f"Respondents were weighted by {weight!r}; intervals rest on Kish's effective sample "
            "size (Kish 1965)."
        )
    if "csat_scores" in tables:
        parts.append(_ratings(run))
    if "csat_agreement" in tables:
        parts.append(
            "Agreement was measured by Spearman's correlation (interval: Bonett and Wright 2000), "
            "the polychoric correlation by maximum likelihood (Olsson 1979) and kappa with "
            "quadratic weights (Cohen 1968; interval: Fleiss, Cohen and Everitt 1969)."
        )
    if "csat_comparisons" in tables:
        parts.append(
            "Correlations of the score with two ratings were compared by Williams' test (Steiger "
            "1980), with Zou's (2007) interval."
        )
    if "csat_quadrants" in tables and len(run.csat_quadrants):
        parts.append(_quadrants(run))
    if "csat_theme_gap" in tables:
        parts.append(
            "The effect of a theme is the difference between those who name it and those who do "
            "not, in standard deviations, on the point a respondent adds to the NPS (1, 0 or -1) "
            "and on the rating; the interval of the difference of the two effects comes from "
            f"{count(options.get('resamples', 2000))} bootstrap samples of respondents, each "
            "giving both effects (Efron and Tibshirani 1993)."
        )
    if "csat_models" in tables:
        row = run.csat_models.iloc[0]
        parts.append(
            f"The score was modelled by proportional odds (McCullagh 1980) on {count(row['n'])} "
            "respondents with answer and ratings; models were compared by likelihood ratio and by "
            "5-fold cross-validated log loss."
        )
    if "csat_drivers" in tables:
        parts.append(
            "R² was shared among the ratings by Shapley values (Lindeman, Merenda and Gold 1980; "
            "Grömping 2006) and by relative weights (Johnson 2000)."
        )
    if "csat_outcomes" in tables:
        parts.append(
            "Outcomes were predicted by penalised logistic regression, every respondent by models "
            "fitted to the others (10 folds); areas under the curve were compared after DeLong et "
            "al. (1988)."
        )
    if "score_precision" in tables:
        parts.append(
            "The precision lost by cutting the score into groups is the squared correlation of "
            "each scoring with ridits (Whitehead 1993)."
        )
    parts.append(
        f"Intervals are at {decimal(95, 0)}%; p-values of many comparisons were adjusted by "
        "Benjamini and Hochberg (1995), and 'holds' means q < 0.05. Nothing is shown for fewer "
        f"than {options.get('smallest_group', 10)} respondents. Random numbers were seeded "
        f"({record.get('seed', 0)}); the analysis was made with feedback-nlp "
        f"{(record.get('versions') or {}).get('feedback-nlp', '')}."
    )
    return " ".join(parts)


def _ratings(run: Any) -> str:
    scales = scales_of_run(run)
    listed = []
    for row in run.csat_scores.to_dict("records"):
        scale = scales.get(row["measure"])
        turned = ", reversed" if row["reversed"] else ""
        worded = ", in words" if scale is not None and scale.labels else ""
        listed.append(
            f"{rating_label(run, row['measure'])} ({row['low']}-{row['high']}{turned}{worded}, "
            f"n = {count(row['n'])})"
        )
    return (
        f"Satisfaction was rated as {'; '.join(listed)}. Top boxes are the two best points (the "
        "best one on scales of two or three); shares have Wilson's interval, net satisfaction and "
        "NPS the adjusted Wald interval (Rocks 2016)."
    )


def _quadrants(run: Any) -> str:
    row = run.csat_quadrants.iloc[0]
    return (
        f"Respondents were called satisfied from {decimal(row['satisfied_from'], 0)} on "
        f"{rating_label(run, row['measure'])}, everyone else dissatisfied, and promoters from "
        f"{decimal(row['promoter_from'], 0)}; other thresholds were tried. Themes of discordant "
        "and concordant respondents were compared by odds ratios (Agresti 1999)."
    )
