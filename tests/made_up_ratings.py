"""Made-up ratings beside scores: a survey whose truth is known, and small tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from feedback_nlp.findings.csat.csat_findings import csat_findings
from feedback_nlp.findings.csat.measures import measures_of
from feedback_nlp.findings.survey_findings import FindingRoles
from feedback_nlp.nps import groups
from feedback_nlp.reading.scales import Scale

FIVE = {"csat": Scale(1, 5)}
THEMES = pd.DataFrame(
    {
        "theme_id": ["price", "waiting", "staff", "nothing"],
        "label": ["Price rise", "Waiting times", "Friendly staff", "Other"],
        "parent_id": None,
    }
)


class Planted:
    """A survey in which price costs the score alone, waiting the rating alone, staff lifts both."""

    def __init__(self, n: int = 1500, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        named = random.random((n, 4)) < [0.25, 0.25, 0.2, 0.2]
        price, waiting, staff, _ = named.T
        common = random.normal(size=n)
        latent = 7.5 + 1.6 * common - 2.5 * price + 1.5 * staff + random.normal(size=n)
        score = np.clip(np.round(latent), 0, 10)
        rating = 3.6 + 0.8 * common - 1.2 * waiting + 0.8 * staff + 0.5 * random.normal(size=n)
        self.named = named
        self.responses = pd.DataFrame(
            {
                "response_id": [f"r{i}" for i in range(n)],
                "score": pd.array(score.astype(int), dtype="Int64"),
                "group": groups(score),
                "has_content": True,
                "answer": "",
                "sentiment": np.tanh(0.6 * common + 0.4 * random.normal(size=n)),
                "csat": np.clip(np.round(rating), 1, 5),
                "plan": np.where(random.random(n) < 0.5, "Basic", "Plus"),
                "spend": random.lognormal(5, 1, n),
                "churned": pd.array(
                    random.random(n) < 1 / (1 + np.exp(0.9 * (score - 5))), dtype="boolean"
                ),
            }
        )
        rows, columns = np.nonzero(named)
        tones = np.array(["negative", "negative", "positive", "neutral"])
        self.mentions = pd.DataFrame(
            {
                "mention_id": [f"r{i}#{j}" for i, j in zip(rows, columns, strict=True)],
                "response_id": [f"r{i}" for i in rows],
                "text": "The price went up twice in the same year without a word of warning",
                "sentiment": np.array([-0.6, -0.6, 0.6, 0.0])[columns],
                "sentiment_label": tones[columns],
                "content_kind": "reason",
            }
        )
        self.links = self.mentions[["mention_id", "response_id"]].assign(
            theme_id=THEMES["theme_id"].to_numpy()[columns], confidence=0.9
        )
        self.measures = measures_of(self.responses, FIVE)

    @property
    def texts(self):
        return self.responses, self.mentions, self.links, THEMES

    def findings(self, scales=FIVE, **options):
        roles = FindingRoles(("plan",), value="spend")
        chosen = {"outcomes": ["churned"], "resamples": 300, **options}
        return csat_findings(*self.texts, scales, roles, **chosen)


def survey(score, **ratings) -> pd.DataFrame:
    return pd.DataFrame({"score": pd.array(score, dtype="Int64"), **ratings})


def measured(score, weight=None, **ratings):
    responses = survey(score, **{n: np.asarray(r, float) for n, r in ratings.items()})
    if weight is not None:
        responses["w"] = weight
    scales = {name: Scale(1, 5) for name in ratings}
    return measures_of(responses, scales, weight=None if weight is None else "w", smallest=1)
