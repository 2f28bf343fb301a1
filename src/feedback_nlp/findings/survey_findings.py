"""Every finding that a survey's columns allow, and a reason for each that they do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.actions import follow_up
from feedback_nlp.findings.benchmarks import against_benchmarks
from feedback_nlp.findings.change_points import change_points
from feedback_nlp.findings.consistency import words_against_scores
from feedback_nlp.findings.content import content_by_group
from feedback_nlp.findings.danger import danger_themes, danger_zone, unanswered
from feedback_nlp.findings.events import before_and_after
from feedback_nlp.findings.groups import theme_groups, theme_tone_groups
from feedback_nlp.findings.impact import nps_impact
from feedback_nlp.findings.nps_change import nps_change
from feedback_nlp.findings.participation import comment_rates, response_rates, skew_sentences
from feedback_nlp.findings.passive_words import passive_words
from feedback_nlp.findings.passives import passive_resemblance, passive_themes
from feedback_nlp.findings.playbook import Playbook
from feedback_nlp.findings.segment_themes import theme_segments
from feedback_nlp.findings.segments import refused_segments, segment_nps
from feedback_nlp.findings.trends import nps_trend, periods_of, suitable_unit, theme_trend
from feedback_nlp.findings.value import value_at_risk, value_zones
from feedback_nlp.nps import NpsEstimate, nps

_MOST_LEVELS = 50
#: Above it, the model of scores by words (hundreds of numbers an answer) learns from a sample.
MOST_COMPARED = 50_000


@dataclass(frozen=True)
class SurveyFindings:
    """Tables by name, and notes: what could not be answered, and why."""

    tables: dict[str, pd.DataFrame]
    notes: dict[str, str]


@dataclass(frozen=True)
class FindingRoles:
    """The columns that findings use, by role; None or () where the survey has none."""

    segments: Sequence[str] = ()
    date: str | None = None
    weight: str | None = None
    value: str | None = None
    consent: str | None = None

    def filled(self) -> list[str]:
        """The roles that have a column."""
        return [role for role, named in vars(self).items() if named]


def survey_findings(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    vectors: Any,
    roles: FindingRoles,
    playbook: Playbook,
    *,
    target: float | None = None,
    event: str | None = None,
    today: str | None = None,
    invitations: pd.DataFrame | None = None,
    invited: str | None = None,
    smallest: int = 10,
    resamples: int = 2000,
    seed: int = 0,
) -> SurveyFindings:
    """Answer every question of the findings room that this survey's columns allow.

    Parameters
    ----------
    responses, mentions, mention_themes, themes : DataFrame
        As in a run.
    vectors : ndarray, shape (mentions, d)
        Vectors of the mentions, in their order.
    roles : FindingRoles
        Which columns play which part.
    playbook : Playbook
        Rules of the follow-up list.
    target : float, optional
        A score (-100 to 100) to test the survey's against.
    event : str, optional
        Day of a release or a price change; the score is compared before and after it.
    today : str, optional
        Day from which the follow-up is planned; the last date in the survey by
        default, so that the same survey gives the same list on any day.
    invitations : DataFrame, optional
        Who was invited, with the survey's segments; see `response_rates`.
    invited : str, optional
        The column of `invitations` that holds numbers of persons.
    smallest : int
        Nothing is shown for fewer respondents.
    resamples : int
        Bootstrap resamples.
    seed : int

    Returns
    -------
    SurveyFindings
        Always ``theme_groups, theme_tone_groups, nps_impact, nps_impact_sub,
        content_groups, unanswered``; the others where they can be answered. ``notes`` says
        why one is not there.
    """
    given: dict[str, Any] = {"weight": roles.weight, "smallest": smallest}
    refused = refused_segments(responses, roles.segments, _MOST_LEVELS)
    segments = [name for name in roles.segments if name not in refused]
    impact = nps_impact(
        responses,
        mention_themes,
        themes,
        mentions=mentions,
        segments=segments,
        resamples=resamples,
        seed=seed,
        **given,
    )
    tables = {
        "theme_groups": theme_groups(responses, mention_themes, themes, **given),
        "theme_tone_groups": theme_tone_groups(
            responses, mentions, mention_themes, themes, **given
        ),
        "nps_impact": impact.top,
        "nps_impact_sub": impact.sub,
        "content_groups": content_by_group(responses, smallest=smallest),
        "unanswered": unanswered(roles.filled()),
    }
    notes = {f"segment {name}": why for name, why in refused.items()}
    optional: dict[str, Callable[[], pd.DataFrame]] = {
        "passive_themes": lambda: passive_themes(
            responses, mention_themes, themes, mentions=mentions, **given
        ),
        "passive_resemblance": lambda: passive_resemblance(
            responses, mention_themes, themes, **given
        ),
        "passive_words": lambda: passive_words(responses, **given),
        "danger_zone": lambda: danger_zone(responses, segments, **given),
        "danger_themes": lambda: danger_themes(responses, mention_themes, themes, **given),
    }
    if target is not None:
        optional["against_target"] = lambda: against_benchmarks(
            _estimate(responses, roles.weight), {"target": target}, smallest=smallest
        )
    if segments:
        optional |= {
            "segment_nps": lambda: segment_nps(responses, segments, **given),
            "theme_segments": lambda: theme_segments(
                responses, mention_themes, themes, segments, **given
            ),
            "comment_rates": lambda: comment_rates(responses, segments, smallest=smallest),
        }
        if invitations is not None:
            optional["response_rates"] = lambda: _response_rates(
                responses, invitations, invited, segments, smallest, notes
            )
    else:
        notes["segments"] = "The survey has no segment column; name one with --segment."
    if roles.date:
        date = roles.date
        optional |= {
            "nps_trend": lambda: nps_trend(
                responses, date, unit=suitable_unit(responses, date), **given
            ),
            "theme_trend": lambda: theme_trend(
                responses,
                mention_themes,
                themes,
                date,
                unit=suitable_unit(responses, date),
                **given,
            ),
            "change_points": lambda: change_points(responses, date, weight=roles.weight, seed=seed),
            "nps_change": lambda: _last_change(
                responses, mention_themes, themes, date, resamples, seed, given
            ),
        }
        if event is not None:
            optional["before_and_after"] = lambda: _around(
                responses, date, event, segments, notes, given
            )
    else:
        notes["trends"] = "The survey has no date column; name one with --date."
    if roles.value:
        value = roles.value
        chosen: dict[str, Any] = {"smallest": smallest, "resamples": resamples, "seed": seed}
        optional |= {
            "value_at_risk": lambda: value_at_risk(responses, value, **chosen),
            "value_zones": lambda: value_zones(responses, value, **chosen),
        }
    else:
        notes["value"] = "The survey has no account value; name its column with --value."
    for name, answer in optional.items():
        try:
            tables[name] = answer()
        except FeedbackError as error:
            notes[name] = str(error)
    disagreeing = _words_against_scores(
        responses, mentions, vectors, roles.weight, seed, tables, notes
    )
    listed = _follow_up(
        responses, mentions, mention_themes, themes, playbook, roles, today, disagreeing, notes
    )
    if listed is not None:
        tables["follow_up"] = listed
    return SurveyFindings(tables, notes)


def _response_rates(
    responses: pd.DataFrame,
    invitations: pd.DataFrame,
    invited: str | None,
    segments: Sequence[str],
    smallest: int,
    notes: dict[str, str],
) -> pd.DataFrame:
    """Response rates by the segments that both tables have; a skewed sample becomes a note."""
    shared = [name for name in segments if name in invitations]
    if not shared:
        raise FeedbackError(
            f"The invitations have none of the survey's segments ({', '.join(segments)}), so "
            "response rates cannot be given: name their columns alike."
        )
    table = response_rates(responses, invitations, shared, invited=invited, smallest=smallest)
    notes["skew"] = " ".join(skew_sentences(table, most=2))
    return table


def _estimate(responses: pd.DataFrame, weight: str | None) -> NpsEstimate:
    return nps(responses["score"], None if weight is None else responses[weight])


def _around(
    responses: pd.DataFrame,
    date: str,
    event: str,
    segments: Sequence[str],
    notes: dict[str, str],
    given: Mapping[str, Any],
) -> pd.DataFrame:
    """The score before and after a dated event; its cautions become notes."""
    found = before_and_after(responses, date, event, segments=segments, **given)
    notes["event"] = " ".join(found.cautions)
    rows = [
        ("before", found.before.n, found.before.score, found.before.low, found.before.high),
        ("after", found.after.n, found.after.score, found.after.low, found.after.high),
    ]
    table = pd.DataFrame(rows, columns=["side", "n", "nps", "ci_low", "ci_high"])
    change = found.difference
    return table.assign(
        event=str(found.event.date()),
        difference=change.difference,
        difference_low=change.low,
        difference_high=change.high,
        p_value=change.p_value,
        step=found.step,
        step_low=found.step_low,
        step_high=found.step_high,
    )


def _last_change(
    responses: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    date: str,
    resamples: int,
    seed: int,
    given: Mapping[str, Any],
) -> pd.DataFrame:
    """What moved between the last two periods that are large enough to show."""
    unit = suitable_unit(responses, date)
    trend = nps_trend(responses, date, unit=unit, **given)
    shown = trend.loc[trend["nps"].notna(), "period"].tolist()
    if len(shown) < 2:
        raise FeedbackError("There are not two periods with enough respondents to compare.")
    before, after = shown[-2:]
    period = periods_of(responses, date, unit=unit)
    change = nps_change(
        responses[period == before],
        responses[period == after],
        mention_themes,
        themes,
        resamples=resamples,
        seed=seed,
        **given,
    )
    parts = change.parts.copy()
    parts.insert(0, "after", str(after))
    parts.insert(0, "before", str(before))
    return parts


def _words_against_scores(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    vectors: Any,
    weight: str | None,
    seed: int,
    tables: dict[str, pd.DataFrame],
    notes: dict[str, str],
) -> list[str]:
    """Add the tables on words and scores; give the ids whose words contradict their score."""
    if mentions.empty:
        notes["words_scores"] = "No answer says anything, so words cannot be set against scores."
        return []
    drawn = respondents_drawn(responses, MOST_COMPARED, seed)
    if drawn is not None:
        notes["words_scores"] = (
            f"Words were set against scores for {MOST_COMPARED:,} respondents drawn at random."
        )
        responses = responses[responses["response_id"].isin(drawn)]
        inside = mentions["response_id"].isin(drawn).to_numpy()
        mentions, vectors = mentions[inside], vectors[inside]
    try:
        found = words_against_scores(responses, mentions, vectors, weight=weight, seed=seed)
    except FeedbackError as error:
        notes["words_scores"] = str(error)
        return []
    tables["words_scores"] = found.answers
    tables["words_accuracy"] = found.accuracy
    tables["nps_versions"] = found.scores
    wrong = found.answers["disagrees"] | found.answers["likely_inverted"]
    return [str(one) for one in found.answers.loc[wrong, "response_id"]]


def respondents_drawn(responses: pd.DataFrame, most: int, seed: int) -> frozenset[str] | None:
    """Respondents drawn at random, alike from each group; None where there are no more than `most`.

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id`` and ``group``.
    most : int
    seed : int

    Returns
    -------
    frozenset of str or None

    Examples
    --------
    >>> table = pd.DataFrame({"response_id": list("abcd"), "group": ["promoter", "passive"] * 2})
    >>> len(respondents_drawn(table, 2, seed=0)), respondents_drawn(table, 4, seed=0)
    (2, None)
    """
    if len(responses) <= most:
        return None
    part = responses.groupby("group").sample(frac=most / len(responses), random_state=seed)
    return frozenset(part["response_id"].astype("str"))


def _follow_up(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    playbook: Playbook,
    roles: FindingRoles,
    today: str | None,
    disagreeing: Sequence[str],
    notes: dict[str, str],
) -> pd.DataFrame | None:
    if today is None:
        last = responses[roles.date].max() if roles.date else pd.NaT
        if pd.isna(last):
            notes["follow_up"] = (
                "Without a date column the follow-up needs to know the day; give --today."
            )
            return None
        today = str(pd.Timestamp(last).date())
    try:
        table = follow_up(
            responses,
            mentions,
            mention_themes,
            themes,
            playbook,
            today=today,
            consent=roles.consent,
            date=roles.date,
            value=roles.value,
            disagreeing=disagreeing,
        )
    except FeedbackError as error:
        notes["follow_up"] = str(error)
        return None
    if said := table.attrs.get("note"):
        notes["follow_up"] = str(said)
    table = table.copy()
    table.attrs = {}
    return table
