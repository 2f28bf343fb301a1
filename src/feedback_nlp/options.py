"""What a user can choose about a run, beside the survey's columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback_nlp.encoding import DEFAULT_ENCODER
from feedback_nlp.errors import FeedbackError
from feedback_nlp.near_names import did_you_mean

#: What shapes the rows; a change of any other option leaves them as they are.
ROW_OPTIONS = ("language", "encoder", "sentiment_model", "keep_names", "number_names")
#: What shapes the themes beside the rows.
THEME_OPTIONS = ("seed", "n_themes", "codebook", "previous", "smallest_group")


@dataclass(frozen=True)
class Options:
    """What a user can choose about a run beside its columns.

    Attributes
    ----------
    seed : int
        Fixes everything random.
    n_themes : int or None
        Number of top-level themes; chosen from the data by default.
    language : str
        ISO 639-1 code of the language the survey was held in.
    encoder : str
        Text encoder, by name or folder.
    sentiment_model : str or None
        Sentiment model, by name or folder; the shipped one by default.
    keep_names : tuple of str
        Company and product names that redaction leaves alone.
    number_names : bool
        Keep persons apart as ``[NAME 1]``, ``[NAME 2]``.
    resamples : int
        Bootstrap resamples behind the intervals.
    smallest_group : int
        Nothing is shown for fewer respondents.
    codebook : str or None
        A codebook (YAML) from which themes are assigned; discovered by default.
    previous : str or None
        Folder of an earlier wave's run; with the same codebook the waves are compared.
    playbook : str or None
        A YAML file with the rules of the follow-up; the bundled one by default.
    today : str or None
        Day (ISO) from which the follow-up is planned; the survey's last date by default.
    target : float or None
        A score to test the survey's against.
    event : str or None
        Day (ISO) of a release or price change; the score is compared before and after.
    invitations : str or None
        A table of those invited: who answers, and how skewed the sample is.
    margins : str or None
        A table of known margins; respondents are weighted to match them.
    """

    seed: int = 0
    n_themes: int | None = None
    language: str = "en"
    encoder: str = DEFAULT_ENCODER
    sentiment_model: str | None = None
    keep_names: tuple[str, ...] = ()
    number_names: bool = False
    resamples: int = 2000
    smallest_group: int = 10
    codebook: str | None = None
    previous: str | None = None
    playbook: str | None = None
    today: str | None = None
    target: float | None = None
    event: str | None = None
    invitations: str | None = None
    margins: str | None = None


def checked_options(given: Mapping[str, Any]) -> Options:
    """Take options by name.

    Raises
    ------
    FeedbackError
        There is no option of that name, or its value cannot be.

    Examples
    --------
    >>> checked_options({"n_themes": 12}).n_themes
    12
    """
    known = Options.__dataclass_fields__
    for name in given:
        if name not in known:
            instead = did_you_mean(name, known, f"there are {', '.join(known)}.")
            raise FeedbackError(f"There is no option {name!r}; {instead}")
    chosen = Options(**{**given, "keep_names": tuple(given.get("keep_names", ()))})
    if chosen.n_themes is not None and chosen.n_themes < 2:
        raise FeedbackError(f"The number of themes is {chosen.n_themes}; choose 2 or more.")
    if chosen.resamples < 100:
        raise FeedbackError(f"{chosen.resamples} resamples are too few; choose 100 or more.")
    if chosen.smallest_group < 1:
        raise FeedbackError(f"The smallest group is {chosen.smallest_group}; choose 1 or more.")
    if chosen.previous and not chosen.codebook:
        raise FeedbackError(
            "Two waves compare by one codebook: write the earlier one's with "
            f"`feedback-nlp themes {chosen.previous}` and give it with --codebook."
        )
    _check_before_work(chosen)
    return chosen


def _check_before_work(chosen: Options) -> None:
    """A mistake in what an option names is told now, not when answers have been read for hours."""
    import pandas as pd

    from feedback_nlp.encoding import load_encoder
    from feedback_nlp.findings.playbook import read_playbook
    from feedback_nlp.population import read_invitations, read_margins
    from feedback_nlp.sentiment import model_fingerprint
    from feedback_nlp.themes.codebook import read_codebook

    for name, day in (("today", chosen.today), ("event", chosen.event)):
        try:
            known = day is None or not pd.isna(pd.Timestamp(day))
        except (ValueError, TypeError, OverflowError):
            known = False
        if not known:
            raise FeedbackError(
                f"The day of --{name}, {day!r}, is no date; write it as 2025-07-01."
            )
    if len(chosen.language) != 2 or not chosen.language.isalpha():
        raise FeedbackError(
            f"The language {chosen.language!r} is none; give its code of two letters, such as en."
        )
    if chosen.encoder != DEFAULT_ENCODER:
        load_encoder(chosen.encoder)
    if chosen.sentiment_model:
        model_fingerprint(chosen.sentiment_model)
    if chosen.codebook:
        read_codebook(chosen.codebook)
    if chosen.playbook:
        read_playbook(chosen.playbook)
    if chosen.invitations:
        read_invitations(chosen.invitations)
    if chosen.margins:
        read_margins(chosen.margins)
