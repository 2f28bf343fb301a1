"""Which themes of a codebook does each mention speak of?

A classifier learns from the few examples that people have left in the codebook, from labels and
descriptions, and, where there are any, from the mentions that discovery had put into the themes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from feedback_nlp.encoding import DEFAULT_ENCODER, Vectors
from feedback_nlp.errors import FeedbackError
from feedback_nlp.themes.clustering import dense_groups, learn_space, unit
from feedback_nlp.themes.codebook import Codebook
from feedback_nlp.themes.discover import GENERAL_COMPLAINT, GENERAL_PRAISE
from feedback_nlp.themes.theme_classifier import ThemeClassifier

FEWEST_NEW = 10  # mentions of a theme that is offered as new
_FEWEST_UNEXPLAINED = 50
_ANOTHER_SURVEY = 0.02  # share of mentions explained below which a codebook does not fit
_COHERENT = 0.45  # mean cosine of a new theme's mentions to their centre
_NEW_COLUMNS = {
    "theme_id": "str",
    "label": "str",
    "parent_id": "str",
    "keywords": "object",
    "examples": "object",
    "n_mentions": "int64",
    "n_responses": "int64",
}


@dataclass(frozen=True)
class Assignment:
    """What the codebook explains, and what it does not.

    Attributes
    ----------
    mention_themes : DataFrame
        A row a theme in a mention, as in a run. Dropped themes are left out.
    counts : dict of str to int
        ``mentions`` (with something to say), ``explained``, ``dropped`` (by dropped themes alone)
        and ``unexplained``; the last three add up to the first.
    new_themes : DataFrame
        Themes that the unexplained mentions make, offered as new since the last wave:
        ``theme_id, label, parent_id, keywords, examples, n_mentions, n_responses``.
        `write_codebook` adds them to a codebook.
    note : str
        What is to be said: the codebook does not fit, themes are empty; else empty.
    """

    mention_themes: pd.DataFrame
    counts: dict[str, int]
    new_themes: pd.DataFrame
    note: str = ""


def assign_themes(
    mentions: pd.DataFrame,
    vectors: Vectors,
    codebook: Codebook,
    *,
    weak: pd.DataFrame | None = None,
    seed: int = 0,
    encoder: str = DEFAULT_ENCODER,
    offer_new: bool = True,
) -> Assignment:
    """Assign the themes of a codebook to mentions, several where a mention speaks of several.

    Parameters
    ----------
    mentions : DataFrame, one row a mention
        Needs ``mention_id``, ``response_id`` and ``text``. With ``content_kind``, only mentions
        that are a "reason" or "verdict_only" get themes; with ``sentiment`` too, verdicts go to
        general praise and complaint where the codebook has these (``general_praise``,
        ``general_complaint``), as in discovery.
    vectors : ndarray, shape (mentions, d)
        Unit vectors of the texts by `encoder`, in the same order.
    codebook : Codebook
    weak : DataFrame, optional
        ``mention_id``, ``theme_id``: what discovery had found in these very mentions; it counts
        for little beside the examples.
    seed : int
    encoder : str
        Encodes the codebook's examples, labels and descriptions.
    offer_new : bool
        Look for new themes in what the codebook does not explain.

    Returns
    -------
    Assignment

    Raises
    ------
    FeedbackError
        If there are no mentions, or the vectors are not theirs.

    Examples
    --------
    >>> from feedback_nlp.themes.codebook import read_codebook            # doctest: +SKIP
    >>> codebook = read_codebook("codebook.yaml")                         # doctest: +SKIP
    >>> assign_themes(run.mentions, vectors, codebook).mention_themes     # doctest: +SKIP
    """
    mentions = mentions.reset_index(drop=True)
    _check(mentions, vectors)
    speaks = np.ones(len(mentions), bool)
    if "content_kind" in mentions:
        speaks = mentions["content_kind"].isin(["reason", "verdict_only"]).to_numpy()
    spoken = mentions[speaks].reset_index(drop=True)
    if spoken.empty:
        raise FeedbackError("No mention has anything to say, so no theme can be assigned.")
    classifier = ThemeClassifier(encoder=encoder, seed=seed)
    classifier.fit(codebook, spoken, vectors[speaks], weak)
    links = classifier.predict(spoken, vectors[speaks])
    links = _verdicts_by_tone(links, spoken, codebook)
    explained = spoken["mention_id"].isin(set(links["mention_id"])).to_numpy()
    shown = set(codebook.themes["theme_id"])
    kept = links[links["theme_id"].isin(shown)].reset_index(drop=True)
    n_shown = kept["mention_id"].nunique()
    counts = {
        "mentions": len(spoken),
        "explained": n_shown,
        "dropped": int(explained.sum()) - n_shown,
        "unexplained": int((~explained).sum()),
    }
    unexplained = ~explained
    if "content_kind" in spoken:
        unexplained &= (spoken["content_kind"] == "reason").to_numpy()
    unexplained &= offer_new
    new = _new_themes(spoken[unexplained], vectors[speaks][unexplained], codebook, seed)
    return Assignment(kept, counts, new, _note(kept, counts, codebook))


def _check(mentions: pd.DataFrame, vectors: Vectors) -> None:
    for name in ("mention_id", "response_id", "text"):
        if name not in mentions:
            raise FeedbackError(f"The table of mentions has no column {name!r}.")
    if len(vectors) != len(mentions):
        raise FeedbackError(
            f"There are {len(vectors)} vectors for {len(mentions)} mentions; encode their texts."
        )


def _verdicts_by_tone(
    links: pd.DataFrame, mentions: pd.DataFrame, codebook: Codebook
) -> pd.DataFrame:
    """Bare verdicts are general praise or complaint by their tone, and nothing else is."""
    where = {
        general: codebook.merged.get(general, general)
        for general in (GENERAL_PRAISE, GENERAL_COMPLAINT)
    }
    known = set(codebook.table["theme_id"])
    if not {"content_kind", "sentiment"} <= set(mentions) or not known & set(where):
        return links
    is_verdict = (mentions["content_kind"] == "verdict_only").to_numpy()
    kept = links[
        ~links["mention_id"].isin(set(mentions.loc[is_verdict, "mention_id"]))
        & ~links["theme_id"].isin(set(where))
    ]
    tone = mentions["sentiment"].to_numpy(float)
    chosen = is_verdict & ~np.isnan(tone) & (tone != 0)
    verdicts = pd.DataFrame(
        {
            "mention_id": mentions.loc[chosen, "mention_id"].to_numpy(),
            "response_id": mentions.loc[chosen, "response_id"].to_numpy(),
            "theme_id": np.where(tone[chosen] > 0, where[GENERAL_PRAISE], where[GENERAL_COMPLAINT]),
            "confidence": np.abs(tone[chosen]),
        }
    )
    verdicts = verdicts[verdicts["theme_id"].isin(known)]
    both = pd.concat([kept, verdicts.astype(links.dtypes.to_dict())])
    place = pd.Series(np.arange(len(mentions)), index=mentions["mention_id"])
    order = np.argsort(both["mention_id"].map(place).to_numpy(), kind="stable")
    return both.iloc[order].reset_index(drop=True)


def _new_themes(
    mentions: pd.DataFrame, vectors: Vectors, codebook: Codebook, seed: int
) -> pd.DataFrame:
    """Dense groups among what no theme explains, named like discovered themes."""
    from feedback_nlp.themes.labels import label_groups, slugs

    none = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _NEW_COLUMNS.items()})
    first = ~mentions["text"].str.casefold().duplicated().to_numpy()
    if first.sum() < _FEWEST_UNEXPLAINED:
        return none
    tone = (
        mentions["sentiment"].to_numpy(float) if "sentiment" in mentions else np.zeros(len(first))
    )
    space = learn_space(vectors[first], tone[first])
    placed = space.place(vectors[first])
    found = dense_groups(placed, seed)
    texts = mentions["text"].to_numpy()[first]
    people = mentions["response_id"].to_numpy()[first]
    groups, closeness = np.full(len(found), -1), np.zeros(len(found))
    n_groups = 0
    for group in range(int(found.max()) + 1):
        members = np.flatnonzero(found == group)
        centre = unit(placed[members].mean(axis=0, keepdims=True))[0]
        cosine = placed[members] @ centre
        if len(set(people[members])) >= FEWEST_NEW and cosine.mean() >= _COHERENT:
            groups[members], closeness[members] = n_groups, cosine
            n_groups += 1
    if not n_groups:
        return none
    named = label_groups(list(texts), groups, closeness, n_groups)
    taken = [*codebook.table["theme_id"], *codebook.merged]
    rows = [
        {
            "theme_id": theme_id,
            "label": name.label,
            "parent_id": None,
            "keywords": name.keywords,
            "examples": name.examples,
            "n_mentions": int((groups == group).sum()),
            "n_responses": len(set(people[groups == group])),
        }
        for group, (theme_id, name) in enumerate(
            zip(slugs([name.label for name in named], taken=taken), named, strict=True)
        )
    ]
    table = pd.DataFrame(rows).astype(_NEW_COLUMNS)
    order = np.lexsort((table["theme_id"].to_numpy(str), -table["n_responses"].to_numpy()))
    return table.iloc[order].reset_index(drop=True)


def _note(links: pd.DataFrame, counts: dict[str, int], codebook: Codebook) -> str:
    found = set(links["theme_id"])
    parents = set(codebook.themes["parent_id"].dropna())
    empty = [
        label
        for theme, label in zip(codebook.themes["theme_id"], codebook.themes["label"], strict=True)
        if theme not in found | parents
    ]
    if not found:
        return (
            "Every theme of the codebook is empty: none of its examples is like anything said "
            "here. It seems to be the codebook of another survey."
        )
    if counts["explained"] < _ANOTHER_SURVEY * counts["mentions"]:
        return (
            f"The codebook explains only {counts['explained']} of {counts['mentions']} mentions. "
            "It seems to be the codebook of another survey."
        )
    if empty:
        return f"Nobody mentions these themes of the codebook: {', '.join(empty)}."
    return ""
