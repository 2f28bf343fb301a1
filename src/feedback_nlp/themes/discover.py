"""What do customers talk about? Themes and sub-themes found in the mentions.

A mention is placed by what it is about, with the tone taken out. The large themes are the mean of
many fits to subsamples; the small groups that come back in nearly all fits are their sub-themes; a
mention that lists several things is in the themes of all of them. BERTopic's class-based TF-IDF
weighs the keywords, and themes are named by what customers name. Verdicts without a reason ("great
service") make no theme of their own beside general praise and general complaint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.encoding import Vectors
from feedback_nlp.stored_vectors import StoredVectors
from feedback_nlp.themes.clustering import Labels
from feedback_nlp.themes.labels import most_typical
from feedback_nlp.themes.named_themes import Assigned, NamedTheme, nameable, named_themes
from feedback_nlp.themes.parts import (
    FEWEST_TO_LEARN_FROM,
    PART_NEAR_ENOUGH,
    WORDS_LEARNT_FROM_AT_MOST,
    WordVectors,
    parts_of,
)
from feedback_nlp.themes.phrases import read_ahead, topic_texts
from feedback_nlp.themes.stability import stability_of
from feedback_nlp.themes.theme_model import ThemeModel, fit_themes

P = ParamSpec("P")
R = TypeVar("R")

GENERAL_PRAISE = "general_praise"
GENERAL_COMPLAINT = "general_complaint"
FEWEST_MENTIONS = 50
LEARNT_FROM_AT_MOST = 12_000
_AT_ONCE = 20_000


@dataclass(frozen=True)
class Discovery:
    """What was found.

    Attributes
    ----------
    themes : DataFrame
        A row a theme, top level and sub-themes; columns as in a run's table ``themes``.
    mention_themes : DataFrame
        A row a theme in a mention.
    note : str
        Why there are no themes, or that they were learnt on a sample; else empty.
    """

    themes: pd.DataFrame
    mention_themes: pd.DataFrame
    note: str = ""


def _one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Sums, and so themes, do not depend on the number of cores; small products run faster."""

    @wraps(function)
    def run(*arguments: P.args, **options: P.kwargs) -> R:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1):
            return function(*arguments, **options)

    return run


@_one_thread
def discover_themes(
    mentions: pd.DataFrame,
    vectors: Vectors | StoredVectors,
    *,
    seed: int = 0,
    n_themes: int | None = None,
    stability_resamples: int = 10,
) -> Discovery:
    """Find the themes of a survey.

    Parameters
    ----------
    mentions : DataFrame, one row a mention
        Needs ``mention_id``, ``response_id``, ``text``, ``sentiment`` and
        ``content_kind`` of the mention.
    vectors : ndarray, shape (mentions, d)
        Unit vectors of the mentions' texts, in the same order.
    seed : int
        Fixes everything: the same mentions, vectors and seed give the same themes.
    n_themes : int, optional
        How many top-level themes; chosen from the data (8 to 25) by default.
    stability_resamples : int
        Refits on resampled respondents from which `stability` is computed.

    Returns
    -------
    Discovery

    Notes
    -----
    Equal mentions weigh once in learning and fully in counting. With fewer
    than 50 distinct mentions that give a reason nothing is discovered. Of more than
    12,000 a sample is learnt from and the rest assigned; `note` says so.
    Sub-themes in which no thing is named often are together the rest of their theme
    ("Other waiting times"); large themes of that kind are none, and their mentions join the next
    nearest.
    """
    mentions = mentions.reset_index(drop=True)
    kinds = mentions["content_kind"].to_numpy()
    reasons = np.flatnonzero(kinds == "reason")
    distinct = reasons[~mentions["text"].iloc[reasons].str.casefold().duplicated().to_numpy()]
    verdicts = _general(mentions, kinds == "verdict_only")
    if len(distinct) < FEWEST_MENTIONS:
        note = (
            f"Distinct mentions that give a reason: {len(distinct)}; themes are discovered from "
            f"{FEWEST_MENTIONS} on. A codebook (--codebook) assigns themes to few answers too."
        )
        return Discovery(_themes_table([], verdicts, mentions), verdicts, note)
    random = np.random.default_rng(seed)
    note = ""
    learnt = distinct
    tone = np.nan_to_num(mentions["sentiment"].to_numpy(float))
    if len(distinct) > LEARNT_FROM_AT_MOST:
        learnt = distinct[_stratified(tone[distinct], LEARNT_FROM_AT_MOST, random)]
        note = (
            f"Learnt from {LEARNT_FROM_AT_MOST} of {len(distinct)} distinct mentions, drawn in "
            "proportion to praise, blame and neither; the rest was assigned to the themes found."
        )
    texts = mentions["text"].iloc[reasons].tolist()
    to_learn = mentions["text"].iloc[learnt].tolist()

    def hear_groups(groups: Labels, cosine: NDArray[np.float32]) -> None:
        rows = most_typical(to_learn, groups, cosine, int(groups.max()) + 1)
        read_ahead([to_learn[row] for of_group in rows for row in of_group])

    model = fit_themes(vectors[learnt], tone[learnt], seed, n_themes, hear_groups=hear_groups)

    def assigned(model: ThemeModel) -> Assigned:
        return _in_blocks(
            len(reasons), lambda rows: model.assign(model.space.place(vectors[reasons[rows]]))
        )

    model, (sub, cosine) = nameable(texts, model, assigned)
    stability = stability_of(
        model,
        vectors[learnt],
        tone[learnt],
        mentions["response_id"].iloc[learnt].to_numpy(),
        resamples=stability_resamples,
        seed=seed,
    )
    above, finest = named_themes(mentions.iloc[reasons], sub, cosine, model, stability)
    theme_ids = np.array([theme.theme_id for theme in finest], dtype=object)
    links = _links(mentions.iloc[reasons], vectors, reasons, sub, cosine, model)
    links["theme_id"] = theme_ids[links["theme_id"].to_numpy()]
    links = links.drop_duplicates(["mention_id", "theme_id"])
    if len(verdicts):
        links = pd.concat([links, verdicts])
    order = pd.Series(np.arange(len(mentions)), index=mentions["mention_id"])
    links = links.iloc[np.argsort(links["mention_id"].map(order), kind="stable")]
    links = links.astype({"theme_id": "str"}).reset_index(drop=True)
    named = [*above, *{theme.theme_id: theme for theme in finest}.values()]
    return Discovery(_themes_table(named, links, mentions), links, note)


def _stratified(
    tone: NDArray[np.float64], size: int, random: np.random.Generator
) -> NDArray[np.intp]:
    """Positions drawn in proportion to praise, blame and neither."""
    drawn = []
    for sign in (-1, 0, 1):
        members = np.flatnonzero(np.sign(tone) == sign)
        share = round(size * len(members) / len(tone))
        drawn.append(random.choice(members, min(share, len(members)), replace=False))
    return np.sort(np.concatenate(drawn))


def _in_blocks(n: int, assign: Callable[[slice], Assigned]) -> Assigned:
    """Assign some thousands at a time: the vectors of a million do not fit in memory."""
    found = [assign(slice(first, first + _AT_ONCE)) for first in range(0, n, _AT_ONCE)]
    return np.concatenate([best for best, _ in found]), np.concatenate([near for _, near in found])


def _links(
    mentions: pd.DataFrame,
    vectors: Vectors | StoredVectors,
    places: NDArray[np.intp],
    sub: Labels,
    cosine: NDArray[np.float64],
    model: ThemeModel,
) -> pd.DataFrame:
    """The themes of each mention as a whole and of the parts it lists."""
    rows, themes, confidence = [np.flatnonzero(sub >= 0)], [sub[sub >= 0]], [cosine[sub >= 0]]
    if len(mentions) >= FEWEST_TO_LEARN_FROM:
        texts = topic_texts(mentions["text"].tolist())
        parts, of = parts_of(texts)
        if parts:
            step = max(1, len(texts) // WORDS_LEARNT_FROM_AT_MOST)
            known = model.space.place(vectors[places[::step]])
            words = WordVectors().fit(texts[::step], known)
            of_part, near = _in_blocks(
                len(parts),
                lambda rows: model.assign(
                    words.transform(parts[rows.start : rows.stop]), PART_NEAR_ENOUGH
                ),
            )
            rows.append(of[of_part >= 0])
            themes.append(of_part[of_part >= 0])
            confidence.append(near[of_part >= 0])
    row = np.concatenate(rows)
    return pd.DataFrame(
        {
            "mention_id": mentions["mention_id"].to_numpy()[row],
            "response_id": mentions["response_id"].to_numpy()[row],
            "theme_id": np.concatenate(themes),
            "confidence": np.concatenate(confidence),
        }
    )


def _general(mentions: pd.DataFrame, is_verdict: NDArray[np.bool_]) -> pd.DataFrame:
    """Verdicts without a reason, by their tone; the neutral ones bear no theme."""
    tone = mentions["sentiment"].to_numpy(float)
    chosen = is_verdict & ~np.isnan(tone) & (tone != 0)
    rows = mentions[chosen]
    return pd.DataFrame(
        {
            "mention_id": rows["mention_id"].astype("str").to_numpy(),
            "response_id": rows["response_id"].astype("str").to_numpy(),
            "theme_id": np.where(tone[chosen] > 0, GENERAL_PRAISE, GENERAL_COMPLAINT),
            "confidence": np.abs(tone[chosen]),
        }
    ).astype({"theme_id": "str"})


def _themes_table(
    named: list[NamedTheme], links: pd.DataFrame, mentions: pd.DataFrame
) -> pd.DataFrame:
    general = {GENERAL_PRAISE: "General praise", GENERAL_COMPLAINT: "General complaint"}
    present = set(links["theme_id"])
    texts = mentions.set_index("mention_id")["text"]
    themes = list(named)
    for theme_id, label in general.items():
        if theme_id in present:
            ids = links.loc[links["theme_id"] == theme_id, "mention_id"]
            examples = texts.loc[ids].value_counts().index[:3].tolist()
            themes.append(NamedTheme(theme_id, label, None, [], examples, 1.0))
    table = pd.DataFrame(
        {
            "theme_id": [theme.theme_id for theme in themes],
            "label": [theme.label for theme in themes],
            "parent_id": pd.Series([theme.parent_id for theme in themes], dtype="str"),
            "keywords": [theme.keywords for theme in themes],
            "examples": [theme.examples for theme in themes],
            "stability": np.array([theme.stability for theme in themes], float),
            "source": "discovered",
        }
    ).astype({"theme_id": "str", "label": "str", "source": "str"})
    parents = table.set_index("theme_id")["parent_id"]
    with_parents = pd.concat(
        [links, links.assign(theme_id=links["theme_id"].map(parents)).dropna(subset="theme_id")]
    )
    counts = with_parents.groupby("theme_id").agg(
        n_mentions=("mention_id", "nunique"), n_responses=("response_id", "nunique")
    )
    counted = table.join(counts, on="theme_id")
    for name in ("n_mentions", "n_responses"):
        counted[name] = counted[name].fillna(0).astype("int64")
    top = counted["parent_id"].fillna(counted["theme_id"])
    size = top.map(counted.set_index("theme_id")["n_responses"]).astype("int64")
    order = pd.DataFrame(
        {
            "size": -size,
            "top": top,
            "level": counted["parent_id"].notna(),
            "own": -counted["n_responses"],
            "id": counted["theme_id"],
        }
    ).sort_values(["size", "top", "level", "own", "id"])
    return counted.loc[order.index].reset_index(drop=True)
