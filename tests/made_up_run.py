"""A made-up run of a broadband company: tables as a pipeline would leave them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.content import content_by_group
from feedback_nlp.findings.danger import danger_themes, danger_zone
from feedback_nlp.findings.groups import theme_groups
from feedback_nlp.findings.impact import nps_impact
from feedback_nlp.findings.nps_change import nps_change
from feedback_nlp.findings.passives import passive_themes
from feedback_nlp.findings.segment_themes import theme_segments
from feedback_nlp.findings.segments import segment_nps
from feedback_nlp.findings.trends import nps_trend, periods_of
from feedback_nlp.findings.value import value_at_risk, value_zones

THEMES = (
    ("missed_appointments", "Missed engineer appointments", (0.30, 0.12, 0.04)),
    ("slow_speed", "Slow speed in the evening", (0.27, 0.14, 0.05)),
    ("price_rises", "Price rises in mid-contract", (0.22, 0.17, 0.07)),
    ("long_hold", "Long waits on the phone", (0.16, 0.09, 0.03)),
    ("helpful_staff", "Helpful and friendly staff", (0.04, 0.14, 0.30)),
    ("reliable", "Reliable connection", (0.03, 0.18, 0.28)),
    ("easy_setup", "Easy to set up", (0.03, 0.08, 0.15)),
    ("billing", "Wrong bills", (0.12, 0.06, 0.04)),
    ("router", "Router and cables", (0.07, 0.07, 0.06)),
    ("app", "The app", (0.02, 0.02, 0.02)),
)
# What detractors and promoters of the made-up company say, theme by theme.
QUOTES: dict[str, tuple[str, ...]] = {
    "missed_appointments": (
        "I took the day off work and the engineer simply never came",
        "Three appointments in a row were cancelled on the morning itself",
        "Waited in from eight till six, then got a text that said nobody was home. I was home!",
        "Engineer rang my old number, shrugged and drove off again",
    ),
    "slow_speed": (
        "Every evening after eight the films stop and buffer for minutes",
        "My daughter cannot do her homework because the upload collapses at night",
        "We pay for 200 and get 11 as soon as the neighbours come home from work",
        "Slow.",
    ),
    "price_rises": (
        "You put the price up by six pounds while I was still in contract",
        "New customers pay half of what you charge me after nine years of loyalty",
        "Awful service, terrible company, would not recommend to anyone at all",
        "the letter about the increase came two weeks after the money had left my account",
    ),
    "long_hold": ("Waited fifty minutes on hold and then the line was cut off",),
    "billing": ("The bill was wrong for the fourth month and nobody will correct it",),
    "helpful_staff": (
        "The lady on the phone stayed with me until the router worked again",
        "Your man in the Leeds shop explained every tariff and sold me the cheaper one",
    ),
    "reliable": (
        "Two years without a single outage, even during the winter storms",
        "It has run in the background since spring and I forget that it exists",
    ),
    "easy_setup": ("Plugged it in, followed the leaflet and was online within ten minutes",),
}
MENTION_COLUMNS = [
    "mention_id",
    "response_id",
    "text",
    "start",
    "end",
    "sentiment",
    "sentiment_label",
]
ANY_QUOTE = ("The parcel with the new router went to the wrong street twice",)


def make_run(
    n: int = 320,
    seed: int = 0,
    themes: tuple = THEMES,
    groups: tuple[float, float, float] = (0.44, 0.22, 0.34),
    quotes: tuple[str, ...] = (),
    dates: bool = True,
    segments: bool = True,
    levels: tuple[str, ...] = ("first month", "in use", "support", "renewal"),
) -> SimpleNamespace:
    """Tables as a pipeline would leave them, every number computed from the respondents."""
    rng = np.random.default_rng(seed)
    scores = np.concatenate(
        [
            rng.choice(7, round(n * groups[0]), p=[0.25, 0.07, 0.1, 0.13, 0.1, 0.2, 0.15]),
            rng.choice([7, 8], round(n * groups[1])),
        ]
    )
    scores = np.concatenate([scores, rng.choice([9, 10], n - len(scores), p=[0.4, 0.6])])
    rng.shuffle(scores)
    group = np.select([scores >= 9, scores >= 7], ["promoter", "passive"], "detractor")
    content = rng.random(n) < 0.75
    responses = pd.DataFrame(
        {
            "response_id": [f"R{i:04d}" for i in range(n)],
            "score": pd.array(scores, dtype="Int64"),
            "group": group,
            "answer": ["an answer" if c else "" for c in content],
            "has_content": content,
        }
    )
    if dates:
        days = pd.to_timedelta(rng.integers(0, 365, n), unit="D")
        responses["answered_on"] = pd.Timestamp("2024-01-03") + days
    if segments:
        responses["journey_stage"] = rng.choice(levels, n)
        responses["annual_value"] = rng.lognormal(6, 1, n).round()
    column = {"detractor": 0, "passive": 1, "promoter": 2}
    names = np.array(
        [
            [c and rng.random() < shares[column[g]] for _, _, shares in themes]
            for g, c in zip(group, content, strict=True)
        ]
    ).reshape(n, len(themes))
    mentions, assigned = [], []
    for respondent, theme in zip(*np.nonzero(names), strict=True):
        pool = quotes or QUOTES.get(themes[theme][0], ANY_QUOTE)
        mention_id = f"M{len(mentions):05d}"
        response_id = f"R{respondent:04d}"
        text = pool[len(mentions) % len(pool)]
        label = {"detractor": "negative", "promoter": "positive"}.get(group[respondent], "neutral")
        mentions.append((mention_id, response_id, text, 0, len(text), 0.0, label))
        assigned.append((mention_id, response_id, themes[theme][0], rng.random()))
    links = pd.DataFrame(
        assigned, columns=["mention_id", "response_id", "theme_id", "confidence"], dtype=object
    ).astype({"confidence": float})
    table = pd.DataFrame(
        {
            "theme_id": pd.Series([t[0] for t in themes], dtype="str"),
            "label": pd.Series([t[1] for t in themes], dtype="str"),
            "parent_id": None,
            "n_responses": names.sum(axis=0),
            "source": "discovered",
        }
    )
    mentioned = pd.DataFrame(mentions, columns=MENTION_COLUMNS)
    tables: dict[str, Any] = {
        "responses": responses,
        "mentions": mentioned,
        "mention_themes": links,
        "themes": table,
        "theme_groups": theme_groups(responses, links, table),
        "content_groups": content_by_group(
            responses.assign(content_kind=np.where(content, "reason", "empty"))
        ),
    }
    if themes:
        tables["nps_impact"] = nps_impact(
            responses,
            links,
            table,
            mentions=mentioned,
            segments=["journey_stage"] if segments else [],
            resamples=400,
        ).top
    else:
        tables["nps_impact"] = _impact_without_themes(responses)
    tables |= _other_findings(responses, mentioned, links, table, dates, segments)
    return SimpleNamespace(
        **tables,
        tables=list(tables),
        record={
            "input": {"name": "fictional_broadband_nps.csv", "sha256": "9f2c" * 16},
            "columns": {
                "score": "nps",
                "date": "answered_on" if dates else None,
                "segments": ["journey_stage"] if segments else [],
                "value": "annual_value" if segments else None,
            },
            "options": {},
            "seed": 0,
            "counts": {"rows_read": n + 2, "rows_blank": 2, "responses": n},
            "versions": {"python": "3.11.9", "bertopic": "0.17.4", "scikit-learn": "1.9.1"},
            "models": {"all-MiniLM-L6-v2": "53aa51172d142c89d9012cce15ae4d6c"},
            "seconds": {"themes": 3.2},
        },
    )


def _other_findings(responses, mentions, links, themes, dates, segments) -> dict[str, Any]:
    """The tables that the columns allow, as the pipeline leaves them out where they cannot be."""
    made = {
        "passive_themes": lambda: passive_themes(responses, links, themes, mentions=mentions),
        "danger_zone": lambda: danger_zone(responses, ["journey_stage"] if segments else []),
        "danger_themes": lambda: danger_themes(responses, links, themes),
    }
    if segments:
        made["segment_nps"] = lambda: segment_nps(responses, ["journey_stage"])
        made["theme_segments"] = lambda: theme_segments(responses, links, themes, ["journey_stage"])
        made["value_at_risk"] = lambda: value_at_risk(responses, "annual_value", resamples=200)
        made["value_zones"] = lambda: value_zones(responses, "annual_value", resamples=200)
    if dates:
        made["nps_trend"] = lambda: nps_trend(responses, "answered_on", unit="quarter")
        made["nps_change"] = lambda: _last_change(responses, links, themes)
    tables = {}
    for name, find in made.items():
        try:
            tables[name] = find()
        except FeedbackError:
            continue
    return tables


def _last_change(responses, links, themes) -> pd.DataFrame:
    period = periods_of(responses, "answered_on", unit="quarter")
    before, after = sorted(period.dropna().unique())[-2:]
    change = nps_change(
        responses[period == before], responses[period == after], links, themes, resamples=200
    )
    return change.parts.assign(before=before, after=after)


def _impact_without_themes(responses: pd.DataFrame) -> pd.DataFrame:
    worth = 100.0 * ((responses["group"] == "promoter") - 1.0 * (responses["group"] == "detractor"))
    content = responses["has_content"]
    values = [worth[content].sum() / len(worth), worth[~content].sum() / len(worth)]
    return pd.DataFrame(
        {
            "theme_id": ["_no_theme", "_no_answer"],
            "n": [content.sum(), (~content).sum()],
            "contribution": values,
            "ci_low": np.subtract(values, 9.0),
            "ci_high": np.add(values, 9.0),
        }
    )
