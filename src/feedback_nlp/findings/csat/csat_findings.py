"""Every finding on satisfaction that a survey's columns allow, and why the others are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.csat.agreement import (
    csat_agreement,
    csat_comparisons,
    csat_cross_table,
)
from feedback_nlp.findings.csat.drivers import csat_drivers, csat_models
from feedback_nlp.findings.csat.measures import Measures, measures_of, need_groups
from feedback_nlp.findings.csat.outcomes import csat_outcomes, outcome_of
from feedback_nlp.findings.csat.predictors import Predictors, predictors_of
from feedback_nlp.findings.csat.quadrants import csat_quadrants, csat_segments, csat_sensitivity
from feedback_nlp.findings.csat.score_precision import score_precision
from feedback_nlp.findings.csat.scores import csat_scores, scale_use, straight_lining
from feedback_nlp.findings.csat.theme_gap import (
    GAP_TONES,
    csat_quadrant_themes,
    csat_theme_gap,
)
from feedback_nlp.findings.segments import refused_segments
from feedback_nlp.findings.survey_findings import FindingRoles, SurveyFindings
from feedback_nlp.reading.column_profile import hint, words_of
from feedback_nlp.reading.scales import Scale

#: The tables, in the order in which the notebook tells them.
TABLES = (
    "csat_scores",
    "scale_use",
    "csat_agreement",
    "csat_comparisons",
    "csat_cross_table",
    "csat_quadrants",
    "csat_sensitivity",
    "csat_segments",
    "csat_quadrant_themes",
    "csat_theme_gap",
    "csat_models",
    "csat_drivers",
    "csat_outcomes",
    "score_precision",
)
#: What can be told even where the score's groups mean nothing.
_WITHOUT_GROUPS = ("scale_use", "csat_scores", "csat_outcomes")
_RECOMMENDING = ("nps*", "ltr", "recommend*", "promoter*", "likel*", "score*")

Answers = dict[str, Callable[[], pd.DataFrame]]


def csat_findings(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    scales: Mapping[str, Scale],
    roles: FindingRoles,
    *,
    outcomes: Sequence[str] = (),
    score_column: str | None = None,
    smallest: int = 10,
    resamples: int = 2000,
    seed: int = 0,
) -> SurveyFindings:
    """Set satisfaction beside recommendation, as far as this survey's columns allow.

    Parameters
    ----------
    responses, mentions, mention_themes, themes : DataFrame
        As in a run.
    scales : mapping of column to Scale
        Of the satisfaction ratings; under "score" that of the score where it is not 0 to 10.
    roles : FindingRoles
        Which columns play which part.
    outcomes : sequence of str
        Columns of `responses`: what became of the respondents.
    score_column : str, optional
        The score's own name in the file: says whether it asked for a recommendation at all.
    smallest : int
        Nothing is shown for fewer respondents.
    resamples : int
        Bootstrap resamples.
    seed : int

    Returns
    -------
    SurveyFindings
        The tables of `TABLES` that can be made; ``notes`` says why one is not there, and what a
        reader must know ("stand_in", "main_measure", "score_scale", "straight_lining" and the
        ratings that are not used).
    """
    rated = {name: scale for name, scale in scales.items() if name != "score"}
    measures = measures_of(responses, rated, weight=roles.weight, smallest=smallest)
    tables: dict[str, pd.DataFrame] = {}
    notes = {f"rating {name}": why for name, why in measures.refused.items()}
    notes |= _what_to_know(measures, scales, score_column, smallest)
    optional: Answers = {
        "scale_use": lambda: scale_use(measures, smallest=smallest),
        "score_precision": lambda: score_precision(
            measures, resamples=resamples, smallest=smallest, seed=seed
        ),
    }
    predictors = predictors_of(
        responses, mentions, mention_themes, themes, measures, smallest=smallest
    )
    optional["csat_models"] = lambda: csat_models(
        measures, predictors, smallest=smallest, seed=seed
    )
    optional["csat_agreement"] = lambda: csat_agreement(
        measures,
        pd.to_numeric(responses["sentiment"], errors="coerce").to_numpy(float),
        smallest=smallest,
    )
    if measures.main is None:
        notes.setdefault(
            "csat", "The survey has no satisfaction rating that can be used; name one with --csat."
        )
    else:
        optional |= _of_ratings(
            responses, mentions, mention_themes, themes, measures, roles, smallest, resamples, seed
        )
    if outcomes:
        optional["csat_outcomes"] = lambda: _all_outcomes(
            responses,
            mentions,
            mention_themes,
            themes,
            measures,
            outcomes,
            notes,
            smallest,
            seed,
        )
    else:
        notes["csat_outcomes"] = (
            "The survey does not say what became of the respondents; name a column with --outcome."
        )
    mixed = _mixed(measures, scales)
    for name in TABLES:
        if name not in optional:
            continue
        try:
            if mixed and name not in _WITHOUT_GROUPS:
                raise FeedbackError(mixed)
            tables[name] = optional[name]()
        except FeedbackError as error:
            notes[name] = str(error)
    return SurveyFindings(_without_groups(tables) if mixed else tables, notes)


def _mixed(measures: Measures, scales: Mapping[str, Scale]) -> str:
    """Why the groups of the score mean nothing; empty where they do."""
    try:
        need_groups(measures, scales)
    except FeedbackError as error:
        return str(error)
    return ""


def _without_groups(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables without what rests on promoters and detractors."""
    found = dict(tables)
    if "csat_scores" in found:
        found["csat_scores"] = found["csat_scores"].assign(
            **dict.fromkeys(("nps", "nps_low", "nps_high"), float("nan"))
        )
    if "csat_outcomes" in found:
        table = found["csat_outcomes"]
        found["csat_outcomes"] = table[table["predictor"] != "_group"].reset_index(drop=True)
    return found


def _of_ratings(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    measures: Measures,
    roles: FindingRoles,
    smallest: int,
    resamples: int,
    seed: int,
) -> Answers:
    """What needs at least one rating; the text explains the main one, the others in brief."""
    main = str(measures.main)
    refused = refused_segments(responses, roles.segments)
    segments = [name for name in roles.segments if name not in refused]
    value = responses[roles.value] if roles.value else None
    drawn: dict[str, Any] = {"resamples": resamples, "seed": seed, "smallest": smallest}
    texts = (responses, mentions, mention_themes, themes, measures)
    answers: Answers = {
        "csat_scores": lambda: csat_scores(measures, smallest=smallest),
        "csat_cross_table": lambda: csat_cross_table(measures, main, smallest=smallest),
        "csat_quadrants": lambda: pd.concat(
            [csat_quadrants(measures, name, value=value, **drawn) for name in measures.names],
            ignore_index=True,
        ),
        "csat_sensitivity": lambda: csat_sensitivity(measures, main, smallest=smallest),
        "csat_quadrant_themes": lambda: csat_quadrant_themes(*texts, main, smallest=smallest),
        "csat_theme_gap": lambda: _theme_gaps(
            lambda name, tones: csat_theme_gap(*texts, name, tones=tones, **drawn), measures
        ),
    }
    if len(measures.names) > 1:
        answers["csat_comparisons"] = lambda: csat_comparisons(measures)
        answers["csat_drivers"] = lambda: csat_drivers(measures, resamples=resamples, seed=seed)
    if segments:
        answers["csat_segments"] = lambda: csat_segments(
            responses, measures, main, segments, smallest=smallest
        )
    return answers


def _theme_gaps(
    gap: Callable[[str, Sequence[str]], pd.DataFrame], measures: Measures
) -> pd.DataFrame:
    """All tones of mentions for the main rating, any mention for the others."""
    parts = [gap(str(measures.main), GAP_TONES)]
    parts += [gap(name, ("any",)) for name in measures.names if name != measures.main]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    if table.empty:
        raise FeedbackError(
            "No theme is named by enough respondents with a score and a rating to compare."
        )
    return table


def _all_outcomes(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    measures: Measures,
    outcomes: Sequence[str],
    notes: dict[str, str],
    smallest: int,
    seed: int,
) -> pd.DataFrame:
    parts = []
    for name in outcomes:
        known = pd.Series(outcome_of(responses[name])[0]).notna().to_numpy(bool)
        predictors: Predictors = predictors_of(
            responses, mentions, mention_themes, themes, measures, among=known, smallest=smallest
        )
        try:
            parts.append(
                csat_outcomes(responses[name], measures, predictors, smallest=smallest, seed=seed)
            )
        except FeedbackError as error:
            notes[f"outcome {name}"] = str(error)
    if not parts:
        raise FeedbackError(
            " ".join(why for key, why in notes.items() if key.startswith("outcome "))
        )
    return pd.concat(parts, ignore_index=True)


def _what_to_know(
    measures: Measures, scales: Mapping[str, Scale], score_column: str | None, smallest: int
) -> dict[str, str]:
    notes = {}
    if score_column and not hint(words_of(score_column), _RECOMMENDING):
        notes["stand_in"] = (
            f"{score_column!r} does not say that it asked for a recommendation: here it stands in "
            "for the likelihood to recommend."
        )
    scale = scales.get("score")
    if scale is not None:
        brought = (
            ""
            if (scale.low, scale.high, scale.reversed) == (0, 10, False)
            else f"The score was asked from {scale.high if scale.reversed else scale.low} (worst) "
            f"to {scale.low if scale.reversed else scale.high} and brought to 0-10 in proportion."
        )
        warned = [f"{warning[0].upper()}{warning[1:]}." for warning in scale.warnings]
        notes["score_scale"] = " ".join([brought, *warned]).strip()
    if measures.main is not None:
        notes["main_measure"] = f"{measures.main!r} is the main rating: {measures.main_why}."
        for name in measures.names:
            if warnings := measures.scales[name].warnings:
                notes[f"scale {name}"] = f"{name!r}: {'; '.join(warnings)}."
    same = straight_lining(measures, smallest)
    if same:
        notes["straight_lining"] = same
    return notes
