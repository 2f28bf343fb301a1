"""The reason for a score, in the customer's own redacted words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from feedback_nlp.findings.mentioned import top_level_of
from feedback_nlp.nps import PROMOTER_FROM

NO_COMMENT = "No comment was left."
_LONGEST_REASON = 300


class Reasons:
    """Why each respondent scored so: the customer's own words."""

    def __init__(
        self,
        responses: pd.DataFrame,
        mentions: pd.DataFrame,
        mention_themes: pd.DataFrame,
        themes: pd.DataFrame,
    ) -> None:
        answers = responses["answer"] if "answer" in responses else pd.Series("", responses.index)
        ids = responses["response_id"].astype("str")
        self.answers = dict(zip(ids, answers.fillna("").astype("str"), strict=True))
        labels = dict(zip(themes["theme_id"], themes["label"], strict=True))
        parents = top_level_of(themes)
        by_mention = mention_themes.drop_duplicates("mention_id").set_index("mention_id")
        theme = mentions["mention_id"].map(by_mention["theme_id"]).map(lambda t: parents.get(t, t))
        table = pd.DataFrame(
            {
                "response_id": mentions["response_id"].astype("str"),
                "text": mentions["text"].astype("str"),
                "sentiment": mentions["sentiment"].fillna(0.0),
                "theme": theme.map(labels),
                "untold": theme.isna(),
            }
        )
        # The sharpest words in the direction of the score; among equals, those with a theme.
        self.sharpest = {
            praise: _first_mentions(
                table.sort_values(
                    ["sentiment", "untold"], ascending=[not praise, True], kind="stable"
                )
            )
            for praise in (False, True)
        }

    def of(self, response_id: str, score: int) -> tuple[str, str]:
        """The reason and the label of its theme."""
        found = self.sharpest[score >= PROMOTER_FROM].get(response_id)
        if found is None:
            return NO_COMMENT, ""
        mention, theme = found
        text = " ".join(self.answers.get(response_id, "").split())
        if not text or len(text) > _LONGEST_REASON:
            text = " ".join(mention.split())
        if len(text) > _LONGEST_REASON:
            text = text[: _LONGEST_REASON - 1].rstrip() + "…"
        return text, "" if pd.isna(theme) else str(theme)


def _first_mentions(mentions: pd.DataFrame) -> dict[str, tuple[str, Any]]:
    first = mentions.drop_duplicates("response_id")
    words = zip(first["text"], first["theme"], strict=True)
    return dict(zip(first["response_id"], words, strict=True))
