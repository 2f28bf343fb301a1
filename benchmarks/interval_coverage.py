"""How often does the NPS interval contain the true score? Exact answers, no simulation.

For a survey of n respondents drawn from known shares of promoters, passives and detractors there
are (n + 1)(n + 2) / 2 possible samples. This adds up the multinomial probabilities of those whose
95 % interval contains the true score, for the adjusted Wald interval that `feedback_nlp.nps`
gives and, beside it, for the plain Wald interval that most tools give.

Run: python benchmarks/interval_coverage.py   (about five seconds)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import multinomial

from feedback_nlp.nps import NpsEstimate, nps_from_counts, nps_variance

Z = 1.959963984540054
TOLERANCE = 1e-9  # a limit that equals the true score contains it, whatever the rounding

SHAPES = {  # shares of promoters, passives, detractors
    "balanced": (1 / 3, 1 / 3, 1 / 3),
    "promoter-heavy": (0.60, 0.25, 0.15),
    "detractor-heavy": (0.15, 0.25, 0.60),
    "polarised": (0.48, 0.04, 0.48),
    "mostly passive": (0.15, 0.70, 0.15),
    "80 % promoters": (0.80, 0.15, 0.05),
    "90 % passives": (0.05, 0.90, 0.05),
    "95 % promoters": (0.95, 0.04, 0.01),
}
SIZES = (10, 30, 100, 500)


@dataclass(frozen=True)
class Samples:
    """All possible samples of n respondents, with what is estimated from each."""

    n: int
    counts: NDArray[np.int_]  # shape (samples, 3): promoters, passives, detractors
    estimates: list[NpsEstimate]

    def column(self, name: str) -> NDArray[np.float64]:
        return np.array([getattr(estimate, name) for estimate in self.estimates])

    def probability(self, shares: tuple[float, float, float]) -> NDArray[np.float64]:
        return np.asarray(multinomial.pmf(self.counts, self.n, shares))

    def plain_standard_error(self) -> NDArray[np.float64]:
        promoters, _, detractors = self.counts.T / self.n
        variance = np.array(
            [nps_variance(p, d) for p, d in zip(promoters, detractors, strict=True)]
        )
        return np.asarray(100 * np.sqrt(np.maximum(variance, 0) / self.n))


def all_samples(n: int) -> Samples:
    counts = np.array([(p, n - p - d, d) for p in range(n + 1) for d in range(n + 1 - p)])
    return Samples(n, counts, [nps_from_counts(*map(int, row)) for row in counts])


def contains(
    low: NDArray[np.float64], high: NDArray[np.float64], truth: float
) -> NDArray[np.bool_]:
    return np.asarray((low - TOLERANCE <= truth) & (truth <= high + TOLERANCE))


def true_score(shares: tuple[float, float, float]) -> float:
    return 100 * (shares[0] - shares[2])


def coverage_of_score(samples: Samples, shares: tuple[float, float, float]) -> tuple[float, float]:
    """Return the coverage of the adjusted and of the plain Wald interval."""
    truth, probability = true_score(shares), samples.probability(shares)
    score, error = samples.column("score"), samples.plain_standard_error()
    adjusted = contains(samples.column("low"), samples.column("high"), truth)
    plain = contains(score - Z * error, score + Z * error, truth)
    return float(probability[adjusted].sum()), float(probability[plain].sum())


def coverage_of_difference(
    a: Samples,
    b: Samples,
    shares: tuple[tuple[float, float, float], tuple[float, float, float]],
) -> tuple[float, float]:
    """Return the coverage centred on the adjusted scores (as nps_difference), and on the plain."""
    truth = true_score(shares[0]) - true_score(shares[1])
    plain = np.subtract.outer(a.column("score"), b.column("score"))
    adjusted = np.subtract.outer(a.column("adjusted_score"), b.column("adjusted_score"))
    margin = Z * np.hypot.outer(a.column("standard_error"), b.column("standard_error"))
    inside = contains(
        np.minimum(adjusted - margin, plain), np.maximum(adjusted + margin, plain), truth
    )
    centred_on_plain = contains(plain - margin, plain + margin, truth)
    left, right = a.probability(shares[0]), b.probability(shares[1])
    return float(left @ inside @ right), float(left @ centred_on_plain @ right)


def print_scores(tables: dict[int, Samples]) -> None:
    print("Coverage of the 95 % interval in %, adjusted Wald | plain Wald\n")
    print(f"{'shares (promoters, passives, detractors)':<42}", *(f"n = {n:<10}" for n in SIZES))
    for name, shares in SHAPES.items():
        label = f"{name} ({', '.join(f'{share:.2f}' for share in shares)})"
        cells = (coverage_of_score(tables[n], shares) for n in SIZES)
        print(f"{label:<42}", *(f"{100 * a:5.1f} | {100 * p:5.1f} " for a, p in cells))


def print_grid(tables: dict[int, Samples]) -> None:
    print("\nAdjusted Wald over all shares in steps of 5 % with at least 5 % in each group")
    grid = [(p / 20, (20 - p - d) / 20, d / 20) for p in range(1, 19) for d in range(1, 20 - p)]
    for n in SIZES[:3]:
        found = np.array([coverage_of_score(tables[n], shares)[0] for shares in grid])
        lowest, highest = grid[int(found.argmin())], grid[int(found.argmax())]
        print(
            f"n = {n:<4} lowest {100 * found.min():.1f} % at {lowest}, "
            f"highest {100 * found.max():.1f} % at {highest}, "
            f"{100 * np.mean((found >= 0.93) & (found <= 0.97)):.0f} % of {len(grid)} shapes "
            "between 93 % and 97 %"
        )


def print_differences(tables: dict[int, Samples]) -> None:
    print("\nDifference of two scores, coverage in %: centred on adjusted | on plain scores\n")
    pairs = (
        ("balanced", "balanced"),
        ("promoter-heavy", "promoter-heavy"),
        ("promoter-heavy", "detractor-heavy"),
        ("polarised", "mostly passive"),
        ("80 % promoters", "balanced"),
    )
    sizes = ((10, 10), (10, 100), (30, 30), (30, 100))
    print(f"{'a, b':<42}", *(f"n = {f'{a}, {b}':<10}" for a, b in sizes))
    for one, other in pairs:
        cells = (
            coverage_of_difference(tables[a], tables[b], (SHAPES[one], SHAPES[other]))
            for a, b in sizes
        )
        print(f"{one + ', ' + other:<42}", *(f"{100 * a:5.1f} | {100 * p:5.1f} " for a, p in cells))


def main() -> None:
    tables = {n: all_samples(n) for n in SIZES}
    print_scores(tables)
    print_grid(tables)
    print_differences(tables)


if __name__ == "__main__":
    main()
