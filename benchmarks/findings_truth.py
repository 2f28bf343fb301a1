"""Are the findings right? Surveys simulated with known truth.

Respondents belong to a segment, mention themes, complain about some of them or praise them, and
score by an ordinal model on what they complain about. Five themes cost points, each about half as
much again as the next; five cost nothing. Segments differ in scores and in complaints, so that a
comparison that ignores them would be wrong. The truth is worked out on three million respondents.

Printed are how often the 95 % intervals hold the truth, how often anything is found (q < 0.05)
where nothing is planted, how often the planted costs are ranked right, and the same where the
model behind the what-if is wrong (complaints make scores more variable, not just lower).

Run: python benchmarks/findings_truth.py [surveys]   (300 by default: ten minutes of processor time)
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.findings.benchmarks import power_to_tell
from feedback_nlp.findings.danger import danger_themes, danger_zone
from feedback_nlp.findings.groups import theme_groups, theme_tone_groups
from feedback_nlp.findings.impact import nps_impact
from feedback_nlp.findings.passive_words import passive_words
from feedback_nlp.findings.passives import passive_resemblance, passive_themes
from feedback_nlp.findings.value import value_at_risk, value_zones
from feedback_nlp.nps import groups, nps, nps_test

THEMES = [f"cost_{number}" for number in range(1, 6)] + [f"free_{n}" for n in range(1, 6)]
PLANTED = THEMES[:5]
MENTIONED = np.array([0.22, 0.15, 0.10, 0.065, 0.042, 0.12, 0.10, 0.08, 0.06, 0.05])
NEGATIVE = np.array([0.85] * 5 + [0.4] * 5)
PULL = np.array([-2.0] * 5 + [0.0] * 5)
SEGMENTS = np.array(["north", "east", "south", "west"])
SEGMENT_PULL = np.array([0.0, 0.3, -0.3, -0.8])
SEGMENT_COMPLAINTS = np.array([1.0, 0.8, 1.0, 1.5])  # times as many mentions of cost_1
# Cuts between the eleven scores; about 45 % promoters among those who do not complain.
CUTS = np.array([-3.6, -3.2, -2.9, -2.6, -2.3, -1.7, -1.2, -0.6, 0.2, 1.2])
VOCABULARY = np.array([f"{a}{b}" for a in "bdfgklmnprstvz" for b in ("ana", "eno", "iri", "olu")])
SIZE = 2000


@dataclass(frozen=True)
class World:
    """What is planted."""

    pull: NDArray[np.float64]
    segment_pull: NDArray[np.float64]
    more_variable: float = 0.0  # noise of those who complain is this much larger
    weighted: bool = False  # half of the segments were invited too rarely, with weights for it


PLANTED_WORLD = World(PULL, SEGMENT_PULL)
NULL_WORLD = World(PULL * 0, SEGMENT_PULL * 0)


@dataclass(frozen=True)
class People:
    segment: NDArray[np.int_]
    mentions: NDArray[np.bool_]
    negative: NDArray[np.bool_]
    score: NDArray[np.int_]
    value: NDArray[np.float64]

    def worth(self) -> NDArray[np.float64]:
        return (self.score >= 9).astype(float) - (self.score <= 6)


def draw(world: World, n: int, random: np.random.Generator) -> People:
    odds = np.array([0.4, 0.3, 0.2, 0.1])
    if world.weighted:  # those invited too rarely answer at a quarter of the rate
        odds = odds * np.array([1, 0.25, 1, 0.25])
    segment = random.choice(4, size=n, p=odds / odds.sum())
    rates = np.tile(MENTIONED, (n, 1))
    rates[:, 0] *= SEGMENT_COMPLAINTS[segment]
    mentions = random.random((n, len(THEMES))) < rates
    negative = mentions & (random.random((n, len(THEMES))) < NEGATIVE)
    noise = random.logistic(size=n) * (1 + world.more_variable * negative.any(axis=1))
    score = np.searchsorted(CUTS, negative @ world.pull + world.segment_pull[segment] + noise)
    value = np.exp(random.normal(6, 1, n) + 0.3 * (segment == 3))
    return People(segment, mentions, negative, score, value)


def tables(world: World, people: People) -> dict[str, pd.DataFrame]:
    n = len(people.score)
    ids = np.char.add("r", np.arange(n).astype(str))
    who, what = np.nonzero(people.mentions)
    mention_ids = np.char.add("m", np.arange(len(who)).astype(str))
    responses = pd.DataFrame(
        {
            "response_id": ids,
            "score": pd.array(people.score, dtype="Int64"),
            "group": groups(people.score),
            "has_content": True,
            "region": SEGMENTS[people.segment],
            "value": people.value,
            "weight": np.where(world.weighted & (people.segment % 2 == 1), 4.0, 1.0),
        }
    )
    label = np.where(people.negative[who, what], "negative", "positive")
    return {
        "responses": responses,
        "mentions": pd.DataFrame(
            {"mention_id": mention_ids, "response_id": ids[who], "sentiment_label": label}
        ),
        "mention_themes": pd.DataFrame(
            {
                "mention_id": mention_ids,
                "response_id": ids[who],
                "theme_id": np.array(THEMES)[what],
            }
        ),
        "themes": pd.DataFrame({"theme_id": THEMES, "parent_id": None}),
    }


class Truth:
    """Every figure on three million respondents, without the package's own code."""

    def __init__(self, world: World) -> None:
        random = np.random.default_rng(999)
        parts = [
            self._figures(draw(replace(world, weighted=False), 250_000, random), world, random)
            for _ in range(12)
        ]
        self.figures = {key: float(np.mean([part[key] for part in parts])) for key in parts[0]}

    def _figures(
        self, people: People, world: World, random: np.random.Generator
    ) -> dict[tuple[str, ...], float]:
        worth, group = people.worth(), groups(people.score)
        found: dict[tuple[str, ...], float] = {}
        n_themes = people.mentions.sum(axis=1)
        danger = people.score <= 3
        for number, theme in enumerate(THEMES):
            named, against = people.mentions[:, number], people.negative[:, number]
            found["contribution", theme] = 100 * float(
                np.mean(worth * named / np.maximum(n_themes, 1))
            )
            found["leave_out", theme] = 100 * float(worth.mean() - worth[~named].mean())
            found["what_if", theme] = 100 * self._gain(people, world, number)
            share = {name: named[group == name].mean() for name in set(group)}
            for name, part in share.items():
                found["share", theme, name] = float(part)
                found["complaints", theme, name] = float(against[group == name].mean())
            d, p = share["detractor"], share["promoter"]
            found["odds_ratio", theme] = float(d / (1 - d) / (p / (1 - p)))
            found["passive_difference", theme] = float(share["passive"] - p)
        found["contribution", "_no_theme"] = 100 * float(np.mean(worth * (n_themes == 0)))
        for place, name in enumerate(SEGMENTS):
            found["danger", name] = float(danger[people.segment == place].mean())
        found["value_at_risk",] = float(np.mean(people.value * danger))
        found["value_share",] = float(people.value[danger].sum() / people.value.sum())
        by_value = float(np.average(worth, weights=people.value))
        found["by_value_difference",] = 100 * (by_value - float(worth.mean()))
        return found

    def _gain(self, people: People, world: World, number: int) -> float:
        """Scores are expected twice over the noise, with and without the complaint."""
        without = people.negative.copy()
        without[:, number] = False
        return float(
            np.mean(_expected(people, without, world) - _expected(people, people.negative, world))
        )


def _expected(people: People, negative: NDArray[np.bool_], world: World) -> NDArray[np.float64]:
    scale = 1 + world.more_variable * negative.any(axis=1)
    centre = negative @ world.pull + world.segment_pull[people.segment]
    above_8 = 1 / (1 + np.exp((CUTS[8] - centre) / scale))
    below_7 = 1 / (1 + np.exp(-(CUTS[6] - centre) / scale))
    return np.asarray(above_8 - below_7)


def intervals(
    made: dict[str, pd.DataFrame], weight: str | None, seed: int
) -> Iterator[tuple[tuple[str, ...], float, float, float]]:
    """Every interval of every table: what it is of, the estimate, and its ends."""
    responses, mentions = made["responses"], made["mentions"]
    links, themes = made["mention_themes"], made["themes"]
    impact = nps_impact(
        responses, links, themes, mentions=mentions, segments=["region"], weight=weight, seed=seed
    ).top
    for row in impact.to_dict("records"):
        name = row["theme_id"]
        if row["n"]:
            yield ("contribution", name), row["contribution"], row["ci_low"], row["ci_high"]
        for figure in ("leave_out", "what_if"):
            if name in THEMES:
                yield (figure, name), row[figure], row[f"{figure}_low"], row[f"{figure}_high"]
    for row in theme_groups(responses, links, themes, weight=weight).to_dict("records"):
        name = row["theme_id"]
        yield ("share", name, row["group"]), row["share"], row["ci_low"], row["ci_high"]
        if row["group"] == "detractor":
            yield ("odds_ratio", name), row["odds_ratio"], row["odds_low"], row["odds_high"]
    tones = theme_tone_groups(responses, mentions, links, themes, weight=weight)
    for row in tones[tones["tone"] == "negative"].to_dict("records"):
        key = ("complaints", row["theme_id"], row["group"])
        yield key, row["share"], row["ci_low"], row["ci_high"]
    for row in passive_themes(responses, links, themes, weight=weight).to_dict("records"):
        key = ("passive_difference", row["theme_id"])
        yield key, row["difference"], row["ci_low"], row["ci_high"]
    for row in danger_zone(responses, ["region"], weight=weight).to_dict("records"):
        if row["segment"] == "region":
            yield (
                ("danger", row["level"]),
                row["danger_share"],
                row["danger_low"],
                row["danger_high"],
            )
    if weight is None:
        at_risk = value_at_risk(responses, "value", seed=seed).set_index("zone").loc["danger zone"]
        yield (
            ("value_at_risk",),
            *(at_risk[["value", "value_low", "value_high"]] / len(responses)),
        )
        yield ("value_share",), *at_risk[["value_share", "share_low", "share_high"]]
        by_value = value_zones(responses, "value", seed=seed).iloc[-1]
        ends = ["nps_difference", "nps_difference_low", "nps_difference_high"]
        yield ("by_value_difference",), *by_value[ends]


@dataclass(frozen=True)
class Coverage:
    """What came out of many surveys of one world."""

    truth: dict[tuple[str, ...], float]
    inside: dict[tuple[str, ...], list[bool]]
    errors: dict[tuple[str, ...], list[float]]
    ranked: dict[str, float]  # share of surveys with the five costs in order, above all others

    def coverage_of(self, figure: str) -> float:
        """Share of intervals that hold the truth, over all rows of a figure."""
        return float(np.mean([np.mean(held) for key, held in self.inside.items()
                              if key[0] == figure]))  # fmt: skip


def coverage(world: World, surveys: int) -> Coverage:
    truth = Truth(world).figures
    inside, errors = defaultdict(list), defaultdict(list)
    ranked: dict[str, list[bool]] = {"contribution": [], "what_if": []}
    weight = "weight" if world.weighted else None
    for seed in range(surveys):
        made = tables(world, draw(world, SIZE, np.random.default_rng(seed)))
        estimates = {}
        for key, estimate, low, high in intervals(made, weight, seed):
            inside[key].append(bool(low <= truth[key] <= high))
            errors[key].append(estimate - truth[key])
            estimates[key] = estimate
        for figure, right in ranked.items():
            sign = 1 if figure == "contribution" else -1
            found = sorted(THEMES, key=lambda t, f=figure, s=sign: s * estimates[f, t])
            true = sorted(PLANTED, key=lambda t, f=figure, s=sign: s * truth[f, t])
            right.append(found[:5] == true)
    return Coverage(truth, inside, errors, {f: float(np.mean(r)) for f, r in ranked.items()})


def print_coverage(world: World, surveys: int, name: str) -> None:
    found = coverage(world, surveys)
    print(f"\n{name}: {surveys} surveys of {SIZE:,}; 95 % intervals that hold the truth")
    for figure in dict.fromkeys(key[0] for key in found.inside):
        rates = {k: 100 * np.mean(held) for k, held in found.inside.items() if k[0] == figure}
        lowest, highest = min(rates, key=lambda k: rates[k]), max(rates, key=lambda k: rates[k])
        print(
            f"  {figure:<22}{100 * found.coverage_of(figure):5.1f} %   single rows "
            f"{rates[lowest]:.1f} ({' '.join(lowest[1:])}) to "
            f"{rates[highest]:.1f} ({' '.join(highest[1:])})"
        )
    truth = found.truth
    print("  true contribution and what-if:", end="")
    for theme in PLANTED:
        print(f"  {truth['contribution', theme]:.1f}, {truth['what_if', theme]:.1f}", end="")
    print("\n  mean error of what-if, all ten themes:", end="")
    print("".join(f" {np.mean(found.errors['what_if', theme]):+.2f}" for theme in THEMES))
    for figure, right in found.ranked.items():
        print(f"  five costs in the true order, above all others, by {figure}: {100 * right:.1f} %")


def answers(n: int, random: np.random.Generator) -> list[str]:
    popularity = 1 / np.arange(1, len(VOCABULARY) + 1)
    words = random.choice(VOCABULARY, (n, 8), p=popularity / popularity.sum())
    return [" ".join(row) for row in words]


def false_discoveries(surveys: int) -> dict[str, float]:
    """Share of surveys in which a table shows anything at q < 0.05 though nothing is planted."""
    runs: dict[str, list[bool]] = defaultdict(list)
    for seed in range(surveys):
        random = np.random.default_rng(10_000 + seed)
        made = tables(NULL_WORLD, draw(NULL_WORLD, SIZE, random))
        responses = made["responses"].assign(answer=answers(SIZE, random))
        mentions, links, themes = made["mentions"], made["mention_themes"], made["themes"]
        impact = nps_impact(
            responses, links, themes, mentions=mentions, segments=["region"], resamples=100
        ).top
        resemblance = passive_resemblance(responses, links, themes)
        q = {
            "theme_groups": theme_groups(responses, links, themes)["q_value"],
            "theme_tone_groups": theme_tone_groups(responses, mentions, links, themes)["q_value"],
            "what_if": impact["what_if_q"],
            "passive_themes": passive_themes(responses, links, themes, mentions=mentions)[
                "q_value"
            ],
            "passive_resemblance": resemblance[["from_promoters_q", "from_detractors_q"]].min(
                axis=1
            ),
            "passive_words": passive_words(responses)["q_value"],
            "danger_zone": danger_zone(responses, ["region"])["q_value"],
            "danger_themes": danger_themes(responses, links, themes)["q_value"],
        }
        for table, values in q.items():
            runs[table].append(bool((values < 0.05).any()))
    return {table: float(np.mean(found)) for table, found in runs.items()}


def print_false_discoveries(surveys: int) -> None:
    print(f"\nNothing planted: {surveys} surveys of {SIZE:,}; runs with anything at q < 0.05")
    for table, share in false_discoveries(surveys).items():
        print(f"  {table:<22}{100 * share:5.1f} %")


def power(draws: int = 20_000) -> None:
    print(f"\nPower against a target, as computed and in {draws:,} simulated surveys")
    random = np.random.default_rng(0)
    for n, shares, difference in (
        (100, (0.5, 0.25, 0.25), 15),
        (400, (0.5, 0.25, 0.25), 10),
        (400, (0.2, 0.3, 0.5), -8),
        (50, (0.7, 0.2, 0.1), 20),
        (2000, (0.4, 0.3, 0.3), 3),
    ):
        target = 100 * (shares[0] - shares[2]) - difference
        counts, times = np.unique(random.multinomial(n, shares, draws), axis=0, return_counts=True)
        told = [nps_test(nps(np.repeat([9, 7, 0], row)), target).p_value < 0.05 for row in counts]
        seen = float(times @ np.array(told)) / draws
        expected = power_to_tell(difference, n, shares[0], shares[2])
        print(f"  n = {n:<5} difference {difference:+d}: {expected:.3f} computed, {seen:.3f} seen")


def main() -> None:
    surveys = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print_coverage(PLANTED_WORLD, surveys, "Costs planted")
    print_false_discoveries(surveys)
    power()
    print_coverage(replace(PLANTED_WORLD, weighted=True), surveys, "The same, unequal weights")
    print_coverage(
        replace(PLANTED_WORLD, more_variable=0.5),
        surveys,
        "Odds not proportional (the what-if's model is wrong)",
    )


if __name__ == "__main__":
    main()
