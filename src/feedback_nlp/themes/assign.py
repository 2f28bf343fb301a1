"""Which themes of a codebook does each mention speak of?

A classifier learns from the few examples that people have left in the codebook, from labels and
descriptions, and, where there are any, from the mentions that discovery had put into the themes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.encoding import DEFAULT_ENCODER, Vectors
from feedback_nlp.errors import FeedbackError
from feedback_nlp.themes.bagging import dense_groups
from feedback_nlp.themes.clustering import NEAR_DUPLICATE, learn_space, principal_components, unit
from feedback_nlp.themes.codebook import Codebook
from feedback_nlp.themes.codebook_examples import EXAMPLES, can_be_examples, spread
from feedback_nlp.themes.discover import GENERAL_COMPLAINT, GENERAL_PRAISE, LEARNT_FROM_AT_MOST
from feedback_nlp.themes.theme_classifier import ThemeClassifier

FEWEST_NEW = 10  # mentions of a theme that is offered as new
_FEWEST_UNEXPLAINED = 50
_ANOTHER_SURVEY = 0.02  # share of mentions explained below which a codebook does not fit
_GENERAL = (GENERAL_PRAISE, GENERAL_COMPLAINT)
_MOST_NAMED = 5
_ANSWERS_AT_ONCE = 10_000
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
    before : DataFrame or None
        The themes of the earlier wave's mentions, where one was given: assigned by the same
        classifier, so that shares of the two waves differ by what customers say alone.
    """

    mention_themes: pd.DataFrame
    counts: dict[str, int]
    new_themes: pd.DataFrame
    note: str = ""
    before: pd.DataFrame | None = None


@dataclass(frozen=True)
class EarlierWave:
    """What an earlier wave lends to the assignment of a later one.

    Attributes
    ----------
    mentions : DataFrame
        As `assign_themes` takes them.
    vectors : ndarray, shape (mentions, d)
    """

    mentions: pd.DataFrame
    vectors: Vectors


def assign_themes(
    mentions: pd.DataFrame,
    vectors: Vectors,
    codebook: Codebook,
    *,
    weak: pd.DataFrame | None = None,
    before: EarlierWave | None = None,
    seed: int = 0,
    encoder: str = DEFAULT_ENCODER,
    offer_new: bool = True,
) -> Assignment:
    """Assign the themes of a codebook to mentions, several where a mention speaks of several.

    Parameters
    ----------
    mentions : DataFrame, one row a mention
        Needs ``mention_id``, ``response_id`` and ``text``. With ``content_kind``, only mentions
        that are a "reason" or "verdict_only" get themes; with ``sentiment`` too, verdicts are
        general praise or complaint by their tone, as in discovery: all of them where the codebook
        has these themes (``general_praise``, ``general_complaint``), else those that no theme
        of the codebook explains.
    vectors : ndarray, shape (mentions, d)
        Unit vectors of the texts by `encoder`, in the same order.
    codebook : Codebook
    weak : DataFrame, optional
        ``mention_id``, ``theme_id``: what discovery had found in these very mentions; it counts
        for little beside the examples.
    before : EarlierWave, optional
        The mentions of an earlier wave. Both waves teach the classifier their words, and both
        are assigned by it.
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
        If the vectors are not those of the mentions.

    Examples
    --------
    >>> from feedback_nlp.themes.codebook import read_codebook            # doctest: +SKIP
    >>> codebook = read_codebook("codebook.yaml")                         # doctest: +SKIP
    >>> assign_themes(run.mentions, vectors, codebook).mention_themes     # doctest: +SKIP
    """
    spoken, of_spoken = _speaking(mentions, vectors)
    if spoken.empty:
        return _nothing_said(before)
    read, of_read = spoken, of_spoken
    if before is not None:
        earlier, of_earlier = _speaking(before.mentions, before.vectors)
        # Respondents of two waves may bear the same numbers.
        ids = {name: "before " + earlier[name] for name in ("mention_id", "response_id")}
        read = pd.concat([spoken, earlier.assign(**ids)], ignore_index=True)
        of_read = np.vstack([of_spoken, of_earlier])
    classifier = ThemeClassifier(encoder=encoder, seed=seed)
    learnt = _learnt_from(read, seed)
    classifier.fit(codebook, read[learnt].reset_index(drop=True), of_read[learnt], weak)
    links = _verdicts_by_tone(_predicted(classifier, spoken, of_spoken), spoken, codebook)
    shown = {*codebook.themes["theme_id"], *(set(_GENERAL) - _known_to(codebook))}
    kept = links[links["theme_id"].isin(shown)].reset_index(drop=True)
    explained = spoken["mention_id"].isin(set(links["mention_id"])).to_numpy()
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
    known = _centres(kept, spoken, of_spoken)
    new = _new_themes(spoken[unexplained], of_spoken[unexplained], codebook, known, seed)
    then = None
    if before is not None:
        then = _verdicts_by_tone(_predicted(classifier, earlier, of_earlier), earlier, codebook)
        then = then[then["theme_id"].isin(shown)].reset_index(drop=True)
    note = _note(kept, counts, codebook)
    if not learnt.all():
        note += f" The words were learnt from {learnt.sum():,} of {len(read):,} mentions."
    return Assignment(kept, counts, new, note.strip(), then)


def _learnt_from(mentions: pd.DataFrame, seed: int) -> NDArray[np.bool_]:
    """Mentions that teach the classifier its words: all, or those of a sample of the answers."""
    chosen = np.ones(len(mentions), bool)
    if len(mentions) <= LEARNT_FROM_AT_MOST:
        return chosen
    answers = mentions["response_id"].unique()
    share = LEARNT_FROM_AT_MOST / len(mentions)
    drawn = np.random.default_rng([seed, 6]).random(len(answers)) < share
    return np.asarray(mentions["response_id"].isin(set(answers[drawn])), bool)


def _predicted(
    classifier: ThemeClassifier, mentions: pd.DataFrame, vectors: Vectors
) -> pd.DataFrame:
    """The themes of each mention, computed for a bounded number of answers at a time."""
    block = pd.factorize(mentions["response_id"])[0] // _ANSWERS_AT_ONCE
    if not block.max(initial=0):
        return classifier.predict(mentions, vectors)
    parts = []
    for number in range(block.max() + 1):
        rows = np.flatnonzero(block == number)
        parts.append(classifier.predict(mentions.iloc[rows], vectors[rows]))
    return pd.concat(parts, ignore_index=True)


def _nothing_said(before: EarlierWave | None) -> Assignment:
    columns = ["mention_id", "response_id", "theme_id", "confidence"]
    kinds = dict.fromkeys(columns, "str") | {"confidence": "float64"}
    none = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    new = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _NEW_COLUMNS.items()})
    counts = dict.fromkeys(["mentions", "explained", "dropped", "unexplained"], 0)
    note = "No mention has anything to say, so every theme of the codebook is empty."
    return Assignment(none, counts, new, note, None if before is None else none)


def _speaking(mentions: pd.DataFrame, vectors: Vectors) -> tuple[pd.DataFrame, Vectors]:
    """Mentions with something to say, and their vectors."""
    mentions = mentions.reset_index(drop=True)
    _check(mentions, vectors)
    speaks = np.ones(len(mentions), bool)
    if "content_kind" in mentions:
        speaks = mentions["content_kind"].isin(["reason", "verdict_only"]).to_numpy()
    return mentions[speaks].reset_index(drop=True), vectors[speaks]


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
    if not {"content_kind", "sentiment"} <= set(mentions):
        return links
    where = {general: codebook.merged.get(general, general) for general in _GENERAL}
    listed = bool(set(_GENERAL) & _known_to(codebook))
    is_verdict = (mentions["content_kind"] == "verdict_only").to_numpy()
    if listed:
        of_verdict = links["mention_id"].isin(set(mentions.loc[is_verdict, "mention_id"]))
        links = links[~of_verdict & ~links["theme_id"].isin(set(where))]
    tone = mentions["sentiment"].to_numpy(float)
    # A codebook that does not know the general themes may have its own for verdicts.
    is_free = ~mentions["mention_id"].isin(set(links["mention_id"])).to_numpy()
    chosen = is_verdict & is_free & ~np.isnan(tone) & (tone != 0)
    verdicts = pd.DataFrame(
        {
            "mention_id": mentions.loc[chosen, "mention_id"].to_numpy(),
            "response_id": mentions.loc[chosen, "response_id"].to_numpy(),
            "theme_id": np.where(tone[chosen] > 0, where[GENERAL_PRAISE], where[GENERAL_COMPLAINT]),
            "confidence": np.abs(tone[chosen]),
        }
    )
    both = pd.concat([links, verdicts.astype(links.dtypes.to_dict())])
    place = pd.Series(np.arange(len(mentions)), index=mentions["mention_id"])
    order = np.argsort(both["mention_id"].map(place).to_numpy(), kind="stable")
    return both.iloc[order].reset_index(drop=True)


def _known_to(codebook: Codebook) -> set[str]:
    return {*codebook.table["theme_id"], *codebook.merged}


def _centres(links: pd.DataFrame, mentions: pd.DataFrame, vectors: Vectors) -> Vectors:
    """Mean vector of each theme's mentions; shape (themes, d)."""
    place = pd.Series(np.arange(len(mentions)), index=mentions["mention_id"])
    rows = links["mention_id"].map(place).groupby(links["theme_id"]).unique()
    means = [vectors[np.sort(of)].mean(axis=0) for of in rows]
    return np.array(means, np.float32).reshape(len(means), vectors.shape[1])


def _new_themes(
    mentions: pd.DataFrame, vectors: Vectors, codebook: Codebook, known: Vectors, seed: int
) -> pd.DataFrame:
    """Dense groups among what no theme explains, named like discovered themes."""
    from feedback_nlp.themes.labels import Named, label_groups, slugs

    none = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _NEW_COLUMNS.items()})
    first = ~mentions["text"].str.casefold().duplicated().to_numpy()
    if first.sum() < _FEWEST_UNEXPLAINED:
        return none
    tone = (
        mentions["sentiment"].to_numpy(float) if "sentiment" in mentions else np.zeros(len(first))
    )
    space = learn_space(vectors[first], tone[first])
    placed = space.place(vectors[first])
    found = dense_groups(unit(placed @ principal_components(placed)), seed)
    texts = mentions["text"].map(lambda text: " ".join(text.split())).to_numpy(object)[first]
    usable = can_be_examples(texts)
    people = mentions["response_id"].to_numpy()[first]
    groups, closeness = np.full(len(found), -1), np.zeros(len(found))
    known = space.place(known)
    n_groups = 0
    for group in range(int(found.max()) + 1):
        members = np.flatnonzero(found == group)
        centre = unit(placed[members].mean(axis=0, keepdims=True))[0]
        cosine = placed[members] @ centre
        # What is said just like a known theme is an uncertain mention of it, and no new one.
        is_known = bool(len(known)) and float((known @ centre).max()) >= NEAR_DUPLICATE
        many = len(set(people[members])) >= FEWEST_NEW
        if many and cosine.mean() >= _COHERENT and not is_known:
            groups[members], closeness[members] = n_groups, cosine
            n_groups += 1
    if not n_groups:
        return none
    labels = [Named(label, [], []) for label in codebook.table["label"]]
    named = label_groups(list(texts), groups, closeness, n_groups, taken=labels)
    taken = sorted(_known_to(codebook))
    rows = [
        {
            "theme_id": theme_id,
            "label": name.label,
            "parent_id": None,
            "keywords": name.keywords,
            "examples": [
                texts[row]
                for row in spread(placed, np.flatnonzero(groups == group), usable, EXAMPLES)
            ],
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
    found = set(links["theme_id"]) - set(_GENERAL)
    parents = set(codebook.themes["parent_id"].dropna())
    empty = [
        label
        for theme, label in zip(codebook.themes["theme_id"], codebook.themes["label"], strict=True)
        if theme not in found | parents | set(_GENERAL)
    ]
    if not found:
        return (
            "Every theme of the codebook is empty: none of its examples is like anything said "
            "here. It seems to be the codebook of another survey."
        )
    by_theme = links.loc[links["theme_id"].isin(found), "mention_id"].nunique()
    if by_theme < _ANOTHER_SURVEY * counts["mentions"]:
        return (
            f"The codebook explains only {by_theme} of {counts['mentions']:,} mentions. "
            "It seems to be the codebook of another survey."
        )
    if len(empty) > _MOST_NAMED:
        shown = ", ".join(empty[:_MOST_NAMED])
        return (
            f"Nobody mentions {len(empty)} of the codebook's {len(codebook.themes)} themes: "
            f"{shown} and others."
        )
    if empty:
        return f"Nobody mentions these themes of the codebook: {', '.join(empty)}."
    return ""
