"""Whether intervals hold the truth and nothing is found where nothing is: simulated surveys."""

from __future__ import annotations

import importlib.util
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np

from feedback_nlp.errors import FeedbackError
from feedback_nlp.evaluation.figures import OURS, Figure, Section, wilson
from feedback_nlp.evaluation.gold import GOLD

BENCHMARKS = GOLD.parents[1] / "benchmarks"
_USE = "simulated"
_SURVEYS, _FEW_SURVEYS = 300, 20


def _benchmark(name: str) -> ModuleType:
    """A module of ``benchmarks/``, which is no part of the installed package."""
    path = BENCHMARKS / f"{name}.py"
    if not path.is_file():
        raise FeedbackError(f"{path} is not there: run this from a checkout of the project.")
    known = sys.modules.get(f"benchmarks_{name}")
    if known is not None:
        return known
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def score_intervals(data: Path, seed: int, draws: int) -> Section:
    """How often the interval of the NPS holds the true score: computed, not simulated."""
    del data, seed
    exact = _benchmark("interval_coverage")
    sizes = exact.SIZES if draws >= 1_000 else exact.SIZES[:3]
    figures = []
    for n in sizes:
        samples = exact.all_samples(n)
        for name, shares in exact.SHAPES.items():
            ours, plain = exact.coverage_of_score(samples, shares)
            for tool, value in ((OURS, ours), ("plain Wald interval", plain)):
                figures.append(
                    Figure(
                        f"{name}, n = {n}", "coverage", tool, "exact", n, value, unit="respondents"
                    )
                )
    return Section(
        "Coverage of the 95 % interval of the NPS",
        "The probability that the interval holds the true score, added up over all possible "
        "samples (`benchmarks/interval_coverage.py`): it should be 0.95. Beside the adjusted "
        "Wald interval that the project gives, the plain Wald interval that most tools give.",
        tuple(figures),
        ("These are exact probabilities, so they have no interval.",),
        "coverage",
    )


def finding_intervals(data: Path, seed: int, draws: int) -> Section:
    """How often the intervals of the findings hold the planted truth."""
    del data, seed  # the simulation fixes its own seeds
    truth = _benchmark("findings_truth")
    surveys = _SURVEYS if draws >= 1_000 else _FEW_SURVEYS
    worlds = {
        "costs planted": truth.PLANTED_WORLD,
        "unequal weights": replace(truth.PLANTED_WORLD, weighted=True),
        "model of the what-if wrong": replace(truth.PLANTED_WORLD, more_variable=0.5),
    }
    figures = []
    for name, world in worlds.items():
        found = truth.coverage(world, surveys)
        held: dict[str, list[bool]] = defaultdict(list)
        for key, inside in found.inside.items():
            held[key[0]] += inside
        for figure, inside in held.items():
            # Rows of one survey belong together: the surveys are what was drawn.
            low, high = wilson(round(float(np.mean(inside)) * surveys), surveys)
            figures.append(
                Figure(
                    name, f"coverage {figure}", OURS, _USE, surveys, float(np.mean(inside)), low,
                    high, "surveys",
                )
            )  # fmt: skip
        for figure, share in found.ranked.items():
            low, high = wilson(round(share * surveys), surveys)
            figures.append(
                Figure(
                    name, f"five costs ranked right by {figure}", OURS, _USE, surveys, share, low,
                    high, "surveys",
                )
            )  # fmt: skip
    return Section(
        "Coverage of the intervals of the findings",
        f"{surveys} simulated surveys of 2,000 respondents with known truth "
        "(`benchmarks/findings_truth.py`): five themes cost points, five cost nothing, segments "
        "differ in scores and complaints. How often the 95 % intervals hold the truth (mean over a "
        "figure's rows), and how often the five costs come out in the right order.",
        tuple(figures),
        ("Intervals are Wilson's over surveys, wide where rows of one survey vary independently.",),
        "coverage contribution",
    )


def false_discoveries(data: Path, seed: int, draws: int) -> Section:
    """How often anything is called a finding where nothing is planted."""
    del data, seed
    truth = _benchmark("findings_truth")
    surveys = _SURVEYS if draws >= 1_000 else _FEW_SURVEYS
    figures = []
    for table, share in truth.false_discoveries(surveys).items():
        low, high = wilson(round(share * surveys), surveys)
        figures.append(
            Figure(
                table, "surveys with a false finding", OURS, _USE, surveys, share, low, high,
                "surveys",
            )
        )  # fmt: skip
    plain = []
    for number in range(surveys):
        # The very surveys of `false_discoveries`.
        random = np.random.default_rng(10_000 + number)
        made = truth.tables(truth.NULL_WORLD, truth.draw(truth.NULL_WORLD, truth.SIZE, random))
        parts = (made["responses"], made["mention_themes"], made["themes"])
        plain.append(bool((truth.theme_groups(*parts)["p_value"] < 0.05).any()))
    low, high = wilson(sum(plain), surveys)
    figures.append(
        Figure(
            "theme_groups", "surveys with a false finding", "p < 0.05, uncorrected", _USE, surveys,
            float(np.mean(plain)), low, high, "surveys",
        )
    )  # fmt: skip
    return Section(
        "False discoveries",
        f"{surveys} simulated surveys of 2,000 respondents in which no theme and no segment "
        "matters: the share of surveys in which a table shows anything at q < 0.05. Beside it the "
        "same table read by p-values without correction, as most notebooks do.",
        tuple(figures),
        ("Intervals are Wilson's over surveys. The report also asks for a size of one point.",),
        "surveys with a false finding",
    )
