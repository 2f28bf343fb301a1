"""From groups of mentions to named themes; what cannot be named is no theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.themes.clustering import Labels
from feedback_nlp.themes.labels import STOPGAPS, Named, label_groups, slugs
from feedback_nlp.themes.theme_model import ThemeModel

_ROUNDS = 3

Assigned = tuple[Labels, NDArray[np.float64]]


@dataclass(frozen=True)
class NamedTheme:
    """A theme as a run's table ``themes`` has it, before its mentions are counted."""

    theme_id: str
    label: str
    parent_id: str | None
    keywords: list[str]
    examples: list[str]
    stability: float


def named_themes(
    mentions: pd.DataFrame,
    sub: Labels,
    cosine: NDArray[np.float64],
    model: ThemeModel,
    stability: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> tuple[list[NamedTheme], list[NamedTheme]]:
    """Themes that have sub-themes, and the finest theme of each small group."""
    texts = mentions["text"].tolist()
    top = np.where(sub >= 0, model.parents[sub], -1)
    closeness = _rank_within(sub, cosine)
    top_named = label_groups(texts, top, closeness, len(model.top_centres))
    parents = model.parents
    alone = np.bincount(parents)[parents] == 1
    sub_named = label_groups(
        texts,
        sub,
        cosine,
        len(parents),
        within=parents,
        taken=top_named,
    )
    top_ids = slugs([named.label for named in top_named])
    themes = [
        NamedTheme(theme_id, n.label, None, n.keywords, n.examples, float(stable))
        for theme_id, n, stable in zip(top_ids, top_named, stability[0], strict=True)
    ]
    sub_named = _nameless_together(sub_named, top_named, parents)
    sub_ids = slugs([named.label for named in sub_named], taken=top_ids)
    finest: list[NamedTheme] = []
    found: dict[tuple[int, str], NamedTheme] = {}
    for number, (theme_id, named) in enumerate(zip(sub_ids, sub_named, strict=True)):
        parent = int(parents[number])
        siblings = np.flatnonzero(parents == parent)
        alike = [i for i in siblings if sub_named[i].label == named.label]
        if alone[number] or len(alike) == len(siblings):
            # The only sub-theme of a theme is that theme.
            finest.append(themes[parent])
            continue
        if (parent, named.label) not in found:
            found[parent, named.label] = NamedTheme(
                theme_id,
                named.label,
                top_ids[parent],
                named.keywords,
                named.examples,
                float(np.mean(stability[1][alike])),
            )
        finest.append(found[parent, named.label])
    only = {theme.theme_id for theme in finest}
    return [theme for theme in themes if theme.theme_id not in only], finest


def _nameless_together(
    sub_named: list[Named], top_named: list[Named], parents: Labels
) -> list[Named]:
    """Sub-themes in which nothing is named often are one sub-theme: the rest of its theme."""
    taken = {named.label for named in top_named}
    taken |= {named.label for named in sub_named if not named.nameless}
    rest: dict[int, str] = {}
    for parent in dict.fromkeys(int(p) for p in parents):
        rest[parent] = next(
            label for label in _names_of_the_rest(top_named[parent]) if label not in taken
        )
        taken.add(rest[parent])
    return [
        replace(named, label=rest[int(parent)]) if named.nameless else named
        for named, parent in zip(sub_named, parents, strict=True)
    ]


def _names_of_the_rest(theme: Named) -> Iterator[str]:
    label = theme.label[0].lower() + theme.label[1:]
    one_thing = label.split(" and ")[0].removesuffix(" in general")
    clause = label.startswith(("being ", "contact ", "signing "))
    if not theme.nameless and not clause:
        for name in (label.removesuffix(" in general"), one_thing):
            written = f"Other {name}" if name.endswith("s") else f"Other {name} remarks"
            if len(written.split()) <= 5:
                yield written
    yield from STOPGAPS
    # More such themes than anyone can hold in mind: the theme's own words tell them apart.
    for word in theme.keywords:
        yield f"Remarks on {word}"


def nameable(
    texts: list[str], model: ThemeModel, assigned: Callable[[ThemeModel], Assigned]
) -> tuple[ThemeModel, Assigned]:
    """Themes in which nothing is named often are none: nobody could act on "other remarks".

    A small group in one that can be named becomes a theme; the other mentions join the theme that
    is next nearest, where one is near enough.
    """
    found = assigned(model)
    for _ in range(_ROUNDS):
        sub, cosine = found
        top = np.where(sub >= 0, model.parents[sub], -1)
        tops = label_groups(texts, top, _rank_within(sub, cosine), len(model.top_centres))
        nameless = np.isin(model.parents, [i for i, named in enumerate(tops) if named.nameless])
        if not nameless.any() or nameless.all():
            break
        subs = label_groups(texts, sub, cosine, len(model.parents), taken=tops)
        alone = nameless & ~np.array([named.nameless for named in subs])
        model = model.restricted(~nameless | alone, alone)
        found = assigned(model)
    return model, found


def _rank_within(sub: Labels, cosine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Closeness by rank in the sub-theme: a theme is named from all of its sub-themes."""
    ranks = pd.Series(cosine).groupby(sub).rank(method="first", pct=True)
    return np.asarray(ranks, dtype=np.float64)
