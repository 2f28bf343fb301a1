"""In which tone is a theme mentioned? Complaints about a theme, not mentions of it."""

from __future__ import annotations

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.mentioned import is_among
from feedback_nlp.findings.proportions import need_columns

TONES = ("negative", "neutral", "positive")


def themes_in_tone(mention_themes: pd.DataFrame, mentions: pd.DataFrame, tone: str) -> pd.DataFrame:
    """Give the rows of `mention_themes` whose mention has one tone.

    Parameters
    ----------
    mention_themes : DataFrame, one row a theme in a mention
        Needs ``mention_id``.
    mentions : DataFrame, one row a mention
        Needs ``mention_id`` and ``sentiment_label``.
    tone : {"negative", "neutral", "positive"}

    Returns
    -------
    DataFrame
        The columns of `mention_themes`.

    Raises
    ------
    FeedbackError
        If a column is missing or there is no such tone.

    Examples
    --------
    >>> mentions = pd.DataFrame({"mention_id": ["a#1", "a#2"],
    ...                          "sentiment_label": ["negative", "positive"]})
    >>> links = pd.DataFrame({"mention_id": ["a#1", "a#2"], "theme_id": ["price", "staff"]})
    >>> themes_in_tone(links, mentions, "negative")["theme_id"].tolist()
    ['price']
    """
    if tone not in TONES:
        raise FeedbackError(f"There is no tone {tone!r}: choose one of {', '.join(TONES)}.")
    need_columns(mentions, ["mention_id", "sentiment_label"], "mentions")
    need_columns(mention_themes, ["mention_id"], "themes of mentions")
    wanted = mentions["mention_id"][mentions["sentiment_label"] == tone]
    return mention_themes[is_among(mention_themes["mention_id"], wanted)]
