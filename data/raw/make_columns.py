"""Draw the columns of the sample survey that no text settles, and who was invited.

Reads ``sample_written.csv`` (what was written by hand, each text with its score, satisfaction and
whatever else it settles) and the gold mentions, fills every empty cell by drawing, and writes
``sample_survey.csv`` and ``sample_invitations.csv``. The respondents up to LB-0387 keep what an
earlier edition of the file had drawn for them; their columns count as written.

    python data/raw/make_columns.py

Only `random.random` of the standard library is used, the one sequence Python promises to keep, so
the same files come out on every machine.
"""

from __future__ import annotations

import csv
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import NormalDist

HERE = Path(__file__).resolve().parent
SEED = 2026
COLUMNS = [
    "response_id",
    "score",
    "reason",
    "satisfaction",
    "rating_reliability",
    "rating_support",
    "rating_value",
    "rating_engineer_visit",
    "effort",
    "date",
    "plan",
    "region",
    "channel",
    "journey_stage",
    "tenure_months",
    "annual_value",
    "churned_within_6_months",
    "contact_consent",
    "survey_type",
]
STAGES = {
    "in use": 0.52,
    "billing": 0.14,
    "support contact": 0.17,
    "first month": 0.09,
    "renewal": 0.08,
}
PLANS = {"Essential": 0.26, "Fast": 0.4, "Ultra": 0.28, "Business": 0.06}
REGIONS = {
    "North": 0.19,
    "Midlands": 0.17,
    "South East": 0.2,
    "South West": 0.15,
    "East Coast": 0.16,
    "Borders": 0.13,
}
CHANNELS = {
    "support contact": {"phone": 0.62, "chat": 0.28, "web": 0.07, "shop": 0.03},
    "billing": {"phone": 0.4, "web": 0.38, "chat": 0.16, "shop": 0.06},
    "first month": {"phone": 0.36, "web": 0.38, "chat": 0.12, "shop": 0.14},
    "renewal": {"phone": 0.5, "web": 0.4, "chat": 0.1},
    "in use": {"web": 0.62, "phone": 0.22, "chat": 0.1, "shop": 0.06},
}
TRANSACTIONAL = {
    "first month": 0.9,
    "support contact": 0.93,
    "billing": 0.45,
    "in use": 0.06,
    "renewal": 0.12,
}
# Pounds a month: lowest and highest.
PRICES = {"Essential": (24, 29), "Fast": (30, 39), "Ultra": (43, 58), "Business": (60, 115)}
# Which topics speak of what a rating asks about.
TOPICS = {
    "rating_reliability": {"reliability", "speed", "wifi_router"},
    "rating_support": {"support_staff", "waiting_time", "communication"},
    "rating_value": {"value_for_money", "price_rise"},
    "rating_engineer_visit": {"engineer_visit"},
    "effort": {"joining", "leaving", "account_app", "moving_house", "waiting_time", "billing"},
}
# How far the answer to each question follows the respondent's general view, the rest being
# its own: what sets the correlations between the ratings.
FOLLOWS = {
    "rating_reliability": 0.64,
    "rating_support": 0.5,
    "rating_value": 0.64,
    "rating_engineer_visit": 0.52,
    "effort": 0.58,
}
SHARE_ANSWERING = {
    "first month": 0.2,
    "in use": 0.3,
    "billing": 0.32,
    "support contact": 0.42,
    "renewal": 0.31,
}
KEENNESS = {"Essential": 1.22, "Fast": 1.02, "Ultra": 0.82, "Business": 0.9}

Row = dict[str, str]


class Lots:
    """Draws, all from one seeded sequence."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed).random  # noqa: S311

    def yes(self, probability: float) -> bool:
        return self._draw() < probability

    def normal(self) -> float:
        return NormalDist().inv_cdf(min(max(self._draw(), 1e-9), 1 - 1e-9))

    def whole(self, lowest: int, highest: int) -> int:
        return lowest + int(self._draw() * (highest - lowest + 1))

    def one_of(self, shares: Mapping[str, float]) -> str:
        left = self._draw() * sum(shares.values())
        for level, share in shares.items():
            left -= share
            if left < 0:
                return level
        return list(shares)[-1]

    def shuffled(self, rows: Sequence[Row]) -> list[Row]:
        return [row for _, _, row in sorted((self._draw(), i, row) for i, row in enumerate(rows))]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def clipped(value: float, lowest: int, highest: int) -> int:
    return min(max(math.floor(value + 0.5), lowest), highest)


def quarter(row: Row) -> int:
    return (int(row["date"][5:7]) + 2) // 3


def content_segment(row: Row) -> bool:
    """Whether a respondent is in the segment that is satisfied and does not recommend."""
    return row["plan"] == "Essential" and row["region"] == "Midlands"


def may_be_content(row: Row) -> bool:
    return row["score"] in {"6", "7", "8"} and row["satisfaction"] in {"4", "5"}


def draw_circumstances(row: Row, lots: Lots) -> None:
    """Stage, plan, region, channel and kind of survey, where the text does not settle them."""
    written = bool(row["reason"])
    row["journey_stage"] = row["journey_stage"] or lots.one_of(STAGES)
    if not row["plan"]:
        # A text about a household does not fit a business account.
        row["plan"] = lots.one_of(
            {k: v for k, v in PLANS.items() if k != "Business" or not written}
        )
    if not row["region"]:
        regions = dict(REGIONS)
        if written and row["plan"] == "Essential" and not may_be_content(row):
            del regions["Midlands"]
        row["region"] = lots.one_of(regions)
    row["channel"] = row["channel"] or lots.one_of(CHANNELS[row["journey_stage"]])
    transactional = lots.yes(TRANSACTIONAL[row["journey_stage"]])
    row["survey_type"] = "transactional" if transactional else "relationship"


def draw_satisfaction(row: Row, lots: Lots) -> None:
    """Move the written satisfaction of a newer text by a point, in half of the rows.

    Written beside its score it would be nearly a copy of it. Bare verdicts, the segment that does
    not recommend and the extremes that a text leaves no doubt about stay as written.
    """
    moved, up, at_once = lots.yes(0.62), lots.yes(0.55), lots.yes(0.25)
    if not row["reason"] or not row["satisfaction"] or int(row["response_id"][3:]) <= 387:
        return
    if len(row["reason"].split()) <= 3 or content_segment(row) or not row["score"] or not moved:
        return
    score, satisfaction = int(row["score"]), int(row["satisfaction"])
    lowest, highest = (
        1 + (score >= 5) + (score >= 9) + (score == 10),
        2 + (score >= 1) + (score >= 3) + (score >= 8),
    )
    step = (1 if up else -1) * (1 + at_once)
    row["satisfaction"] = str(min(max(satisfaction + step, lowest), highest))


def draw_view(row: Row, lots: Lots, visit_missed: bool) -> float:
    """The respondent's general view, standard normal or so; draws score and satisfaction from it.

    Where both are written, the view is read from them.
    """
    if row["reason"] or int(row["response_id"][3:]) <= 387:
        satisfaction = (float(row["satisfaction"] or 3.6) - 3.4) / 1.3
        score = (float(row["score"] or 7) - 6.2) / 3.2
        if row["satisfaction"] == "5" and row["score"] == "0":  # took the scale the wrong way round
            score = 1.0
        return 0.6 * satisfaction + 0.4 * score
    view = 0.65 + 0.8 * lots.normal()
    view -= 0.55 * (quarter(row) == 3)
    view -= 1.5 * visit_missed
    own_satisfaction = view + 0.5 * lots.normal()
    own_score = view + 0.55 * lots.normal()
    satisfaction = clipped(3.5 + 1.0 * own_satisfaction, 1, 5)
    score = clipped(7.9 + 2.2 * own_score, 0, 10)
    if content_segment(row) and not lots.yes(0.12):
        satisfaction, score = 4 + lots.yes(0.4), 6 + lots.yes(0.8) + lots.yes(0.4)
        view = max(view, 0.3)
    row["satisfaction"] = "" if lots.yes(0.03) else str(satisfaction)
    row["score"] = "" if lots.yes(0.012) else str(score)
    return view


def tone_on(topics: set[str], mentions: Sequence[Row]) -> float | None:
    """The mean tone, -1 to 1, of the mentions of some topics; None where there is none."""
    tones = [
        {"negative": -1, "neutral": 0, "positive": 1}[mention["sentiment"]]
        for mention in mentions
        if topics & set(mention["codes"].split("|"))
    ]
    return sum(tones) / len(tones) if tones else None


def is_asked(question: str, row: Row, lots: Lots) -> bool:
    """Whether a respondent was asked, and answered, a question."""
    stage, contacted = row["journey_stage"], row["channel"] != "web"
    if question == "rating_support":
        return lots.yes({"support contact": 0.96}.get(stage, 0.45 if contacted else 0.1))
    if question == "rating_engineer_visit":
        return lots.yes({"first month": 0.88, "support contact": 0.22}.get(stage, 0.03))
    if question == "effort":
        return lots.yes(0.93 if row["survey_type"] == "transactional" else 0.42)
    return lots.yes(0.86 if stage == "first month" else 0.95)


def draw_ratings(
    row: Row, view: float, mentions: Sequence[Row], lots: Lots, visit_missed: bool
) -> None:
    """Touchpoint ratings and effort: they follow what the text says, else the general view."""
    for question, follows in FOLLOWS.items():
        asked, own = is_asked(question, row, lots), lots.normal()
        tone = tone_on(TOPICS[question], mentions)
        if not asked and tone is None:
            row[question] = ""
            continue
        opinion = follows * view + math.sqrt(1 - follows**2) * own
        if question == "rating_engineer_visit" and visit_missed:
            opinion -= 1.8
        if question == "rating_value" and quarter(row) == 3:
            opinion -= 0.35
        if question == "effort":
            row[question] = str(clipped(4.7 + 1.5 * opinion + 0.9 * (tone or 0), 1, 7))
            continue
        rating = clipped(3.5 + 1.05 * opinion + 0.7 * (tone or 0), 1, 5)
        if tone is not None and tone > 0.5:
            rating = max(rating, 4)
        elif tone is not None and tone < -0.5:
            rating = min(rating, 2 if int(row["score"] or 5) <= 6 else 3)
        row[question] = str(rating)


def draw_account(row: Row, view: float, lots: Lots) -> None:
    """Tenure, value, whether the customer left, and consent."""
    stage = row["journey_stage"]
    terms, early, years = lots.whole(1, 4), lots.whole(0, 2), math.exp(3.3 + 0.9 * lots.normal())
    if not row["tenure_months"]:
        if stage == "first month":
            tenure = lots.whole(0, 1)
        elif stage == "renewal":
            tenure = 18 * terms - early
        else:
            tenure = clipped(years, 2, 168)
        row["tenure_months"] = str(tenure)
    lowest, highest = PRICES[row["plan"]]
    price, large, size = lots.whole(lowest, highest), lots.yes(0.3), lots.normal()
    if not row["annual_value"]:
        value = 12 * price
        if row["plan"] == "Business" and large and not row["reason"]:
            value = 10 * round(math.exp(8.0 + 0.4 * size) / 10)
        row["annual_value"] = str(value)
    satisfaction = float(row["satisfaction"] or 3.5 + view)
    # What somebody would say to friends does not enter: only satisfaction and time served do.
    leaning = -2.6 - 1.15 * (satisfaction - 3)
    leaning -= 0.9 * math.log((int(row["tenure_months"]) + 3) / 28)
    left = lots.yes(1 / (1 + math.exp(-leaning)))
    row["churned_within_6_months"] = row["churned_within_6_months"] or ("yes" if left else "no")
    row["contact_consent"] = row["contact_consent"] or ("yes" if lots.yes(0.55) else "no")


def draw_invitations(survey: Sequence[Row], lots: Lots) -> list[Row]:
    """Everybody invited: the respondents, and around them those who never answered."""
    strata = Counter((row["plan"], row["journey_stage"]) for row in survey)
    keys = ("response_id", "plan", "region", "journey_stage", "survey_type")
    invited = [{key: row[key] for key in keys} for row in survey]
    for (plan, stage), answered in sorted(strata.items()):
        share = SHARE_ANSWERING[stage] * KEENNESS[plan]
        for _ in range(round(answered / share) - answered):
            kind = "transactional" if lots.yes(TRANSACTIONAL[stage]) else "relationship"
            person = ("", plan, lots.one_of(REGIONS), stage, kind)
            invited.append(dict(zip(keys, person, strict=True)))
    shuffled = lots.shuffled(invited)
    return [{"invitation_id": f"INV-{i:05d}", **row} for i, row in enumerate(shuffled, 1)]


def main() -> None:
    survey = read(HERE / "sample_written.csv")
    mentions: dict[str, list[Row]] = {}
    for mention in read(HERE.parent / "gold" / "sample_mentions.csv"):
        mentions.setdefault(mention["response_id"], []).append(mention)
    lots = Lots(SEED)
    for row in survey:
        said = mentions.get(row["response_id"], [])
        draw_circumstances(row, lots)
        draw_satisfaction(row, lots)
        unlucky = lots.yes(0.4) and row["journey_stage"] == "first month"
        visit_missed = unlucky and not row["reason"] and int(row["response_id"][3:]) > 387
        view = draw_view(row, lots, visit_missed)
        draw_ratings(row, view, said, lots, visit_missed)
        draw_account(row, view, lots)
    write(HERE / "sample_survey.csv", COLUMNS, survey)
    invitations = draw_invitations(survey, lots)
    write(HERE / "sample_invitations.csv", list(invitations[0]), invitations)


if __name__ == "__main__":
    main()
