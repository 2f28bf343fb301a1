"""How long do the contributions and the what-if take for 100,000 respondents and 25 themes?

Run: python benchmarks/impact_speed.py   (less than a minute; prints one line a part)
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from feedback_nlp.findings.groups import theme_groups
from feedback_nlp.findings.impact import nps_impact
from feedback_nlp.findings.what_if import what_if

RESPONDENTS = 100_000
THEMES = 25
SUB_THEMES = 3  # of each theme
SEED = 0


def survey() -> dict[str, pd.DataFrame]:
    """Random tables of a run: about two themes an answer, half of the mentions negative."""
    random = np.random.default_rng(SEED)
    ids = np.char.add("r", np.arange(RESPONDENTS).astype(str))
    parents = [f"theme_{number}" for number in range(THEMES)]
    children = [f"{parent}_{number}" for parent in parents for number in range(SUB_THEMES)]
    themes = pd.DataFrame(
        {
            "theme_id": parents + children,
            "parent_id": [None] * THEMES + [child.rsplit("_", 1)[0] for child in children],
        }
    )
    popularity = random.dirichlet(np.ones(len(children)) * 2)
    who, what = np.nonzero(random.random((RESPONDENTS, len(children))) < 2 * popularity)
    negative = random.random(len(who)) < 0.5
    mention_ids = np.char.add("m", np.arange(len(who)).astype(str))
    pull = np.zeros(RESPONDENTS)
    np.add.at(pull, who, np.where(negative, -1.0, 0.3))
    tilt = pull + random.logistic(size=RESPONDENTS)
    group = np.select([tilt > 0, tilt > -1], ["promoter", "passive"], "detractor")
    return {
        "responses": pd.DataFrame(
            {
                "response_id": ids,
                "group": group,
                "has_content": True,
                "region": random.choice(list("abcdefgh"), RESPONDENTS),
                "weight": random.gamma(4, size=RESPONDENTS),
            }
        ),
        "mentions": pd.DataFrame(
            {
                "mention_id": mention_ids,
                "response_id": ids[who],
                "sentiment_label": np.where(negative, "negative", "positive"),
            }
        ),
        "mention_themes": pd.DataFrame(
            {
                "mention_id": mention_ids,
                "response_id": ids[who],
                "theme_id": np.array(children)[what],
            }
        ),
        "themes": themes,
    }


def timed(what: str, work: Callable[[], object]) -> None:
    started, started_cpu = time.perf_counter(), time.process_time()
    work()
    seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{what:<50}{seconds:6.1f} s ({cpu:.1f} s of CPU)   peak so far {peak:.1f} GB")


def main() -> None:
    made = survey()
    responses, mentions = made["responses"], made["mentions"]
    links, themes = made["mention_themes"], made["themes"]
    print(f"{RESPONDENTS:,} respondents, {THEMES} themes with {SUB_THEMES} sub-themes each")
    timed("theme_groups", lambda: theme_groups(responses, links, themes))
    timed(
        "what_if, one segment of eight levels",
        lambda: what_if(responses, mentions, links, themes, segments=["region"]),
    )
    for resamples in (1000, 2000):
        timed(
            f"nps_impact without what_if, {resamples:,} resamples",
            lambda resamples=resamples: nps_impact(responses, links, themes, resamples=resamples),
        )
    timed(
        "nps_impact, everything, weights, 2,000 resamples",
        lambda: nps_impact(
            responses, links, themes, mentions=mentions, segments=["region"], weight="weight"
        ),
    )


if __name__ == "__main__":
    main()
