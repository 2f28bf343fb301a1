"""Discovered themes, themes from a few coded answers, and whether themes come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedback_nlp.evaluation import themes as room
from feedback_nlp.evaluation.figures import (
    LOOKED_AT,
    NEVER_SEEN,
    OURS,
    TUNED,
    Figure,
    Section,
    bootstrap,
    mean_of,
)
from feedback_nlp.evaluation.themes import Bools, CodedAnswers, discovered_f1, multi_label_f1

Rows = npt.NDArray[np.intp]

BERTOPIC = "BERTopic defaults"
_MOST_DRAWS = 200  # a draw scores the whole survey anew


def themes_of_answers(
    answers: list[str], seed: int, *, rows: Rows | None = None
) -> dict[str, Bools]:
    """The project's themes of each answer.

    Parameters
    ----------
    answers : list of str, length n
    seed : int
    rows : ndarray of int, optional
        Learn and place these answers alone.

    Returns
    -------
    dict of str to ndarray of bool
        ``sub-themes`` (the finest) and ``top-level themes``, each of shape (n, themes).
    """
    from feedback_nlp.cleaning import content_kinds
    from feedback_nlp.encoding import encode
    from feedback_nlp.mentions import cut_mentions
    from feedback_nlp.sentiment import score_sentiment
    from feedback_nlp.themes.discover import discover_themes
    from feedback_nlp.themes.phrases import topic_texts

    wanted = np.arange(len(answers)) if rows is None else rows
    responses = pd.DataFrame(
        {"response_id": [str(row) for row in wanted], "answer": [answers[row] for row in wanted]}
    )
    mentions = cut_mentions(responses.assign(has_content=True))
    texts = mentions["text"].tolist()
    mentions = mentions.assign(sentiment=score_sentiment(texts), content_kind=content_kinds(texts))
    found = discover_themes(mentions, encode(topic_texts(texts)), seed=seed, stability_resamples=0)
    answer = found.mention_themes["response_id"].to_numpy(dtype=np.intp)
    parents = found.themes.set_index("theme_id")["parent_id"]
    finest = found.mention_themes["theme_id"]
    above = finest.map(parents)
    levels = {"sub-themes": finest, "top-level themes": above.where(above.notna(), finest)}
    return {name: _crossed(len(answers), answer, ids) for name, ids in levels.items()}


def _crossed(n: int, answer: Rows, ids: pd.Series) -> Bools:
    theme, known = pd.factorize(ids)
    table = np.zeros((n, len(known)), bool)
    table[answer, theme] = True
    return table


def bertopic_topics(answers: list[str], seed: int, *, rows: Rows | None = None) -> Bools:
    """The topics that BERTopic gives with its defaults, on the same vectors; shape (n, topics).

    UMAP gets a seed, so that the run can be repeated; outliers have no topic.
    """
    from bertopic import BERTopic
    from umap import UMAP

    from feedback_nlp.encoding import encode

    wanted = np.arange(len(answers)) if rows is None else rows
    umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    texts = [answers[row] for row in wanted]
    labels, _ = BERTopic(umap_model=umap).fit_transform(texts, encode(texts))
    topic = np.asarray(labels)
    table = np.zeros((len(answers), int(topic.max()) + 1), bool)
    table[wanted[topic >= 0], topic[topic >= 0]] = True
    return table


def discovered(data: Path, seed: int, draws: int) -> Section:
    """Themes found without codes against what people coded."""
    coded = room.read_nhs(data)
    codes = coded.codes.to_numpy()
    ours = themes_of_answers(coded.answers, seed)
    tools = {f"{OURS}, {level}": (table, TUNED) for level, table in ours.items()}
    apart = np.column_stack([ours["sub-themes"], _non_answers(coded.answers)])
    tools[f"{OURS}, sub-themes and non-answers"] = (apart, TUNED)
    tools[BERTOPIC] = (bertopic_topics(coded.answers, seed), NEVER_SEEN)
    figures, notes = [], []
    for tool, (table, use) in tools.items():
        figures += _agreement("NHS", coded, table, codes, tool, use, draws, seed)
        scores = discovered_f1(table, codes, coded.respondents, seed)
        notes.append(
            f"{tool}: {scores['themes']:.0f} themes, {scores['themes_mapped']:.0f} of them mapped "
            f"to a code; {100 * scores['without_theme']:.0f} % of the answers have no theme."
        )
    return Section(
        "Discovered themes against human codes",
        "Themes are found in the 3,895 NHS answers without looking at the codes. On one half of "
        "the respondents each theme is mapped to the human code that most of its answers bear "
        "(if at least 30 % do); on the other half the union of an answer's mapped codes is "
        "scored. The intervals draw respondents anew and map anew.",
        tuple(figures),
        (
            *notes,
            'A run sets answers such as "Nothing" apart as non-answers before themes are looked '
            "for, where BERTopic makes topics of them; the people who coded gave most of them the "
            'code for a positive experience. "Sub-themes and non-answers" takes what was set '
            "apart for one more theme, as the other tools do.",
            "A respondent drawn twice teaches the mapping nothing new, so the intervals lean "
            "a little below the figures.",
            "The number and size of themes were settled while looking at this figure, so it is "
            "marked as tuned on; no code was used to learn the themes.",
        ),
        "micro F1",
    )


def _non_answers(answers: list[str]) -> Bools:
    from feedback_nlp.cleaning import content_kinds

    return np.asarray(content_kinds(answers) == "non_answer", bool)


def _agreement(
    data: str,
    coded: CodedAnswers,
    table: Bools,
    codes: Bools,
    tool: str,
    use: str,
    draws: int,
    seed: int,
) -> list[Figure]:
    figures = []
    for measure in ("micro", "macro"):
        value = bootstrap(
            _agreement_of(table, codes, coded.respondents, measure, seed),
            coded.respondents,
            draws=min(draws, _MOST_DRAWS),
            seed=seed,
        )
        figures.append(Figure(data, f"{measure} F1", tool, use, len(codes), *value))
    return figures


def _agreement_of(
    table: Bools, codes: Bools, respondents: npt.NDArray[np.str_], measure: str, seed: int
) -> Callable[[Rows], float]:
    def figure(rows: Rows) -> float:
        return discovered_f1(table[rows], codes[rows], respondents[rows], seed)[measure]

    return figure


def codebook(data: Path, seed: int, draws: int) -> Section:
    """Themes from eight coded answers each."""
    return _codebook_section(room.read_nhs(data), "NHS", seed, 5, draws)


def few_shot_figures(
    coded: CodedAnswers, data: str, use: str, seed: int, repeats: int, draws: int
) -> list[Figure]:
    """Assignment from eight coded answers a theme, scored on the others, beside a regression.

    Parameters
    ----------
    coded : CodedAnswers
    data, use : str
        As in `Figure`.
    seed : int
        Of the first draw of examples.
    repeats : int
        Draws of examples; the figure is their mean.
    draws : int
        Bootstrap draws of respondents, the examples held fixed.
    """
    from feedback_nlp.encoding import encode

    named = [str(code) for code in coded.codes if code not in room._NO_THEMES]
    names = [code for code in named if coded.codes[code].sum() >= room.FEWEST_ANSWERS]
    codes = coded.codes[names].to_numpy()
    mentions, vectors = room._mentions_of(coded)
    answer_vectors = encode(coded.answers)
    found: dict[str, list[Bools]] = {OURS: [], "logistic regression": []}
    scored = []
    for number in range(seed, seed + repeats):
        drawn = room._drawn(codes, room.EXAMPLES, number)
        scored.append(~drawn)
        found[OURS].append(room._assigned(coded, names, codes, drawn, mentions, vectors, number))
        found["logistic regression"].append(room._baseline(answer_vectors, codes, drawn))
    figures = []
    for tool, tables in found.items():
        for place, measure in enumerate(("micro F1", "macro F1")):
            value = bootstrap(
                _few_shot_of(tables, scored, codes, place),
                coded.respondents,
                draws=min(draws, 500),
                seed=seed,
            )
            figures.append(
                Figure(data, measure, tool, use if tool == OURS else NEVER_SEEN, len(codes), *value)
            )
    return figures


def _few_shot_of(
    tables: list[Bools], scored: list[Bools], codes: Bools, place: int
) -> Callable[[Rows], float]:
    """Mean over the draws of examples; of each, what is not among its examples is scored."""

    def figure(rows: Rows) -> float:
        return float(
            np.mean(
                [
                    multi_label_f1(codes[rows[of[rows]]], table[rows[of[rows]]])[place]
                    for table, of in zip(tables, scored, strict=True)
                ]
            )
        )

    return figure


def _codebook_section(
    coded: CodedAnswers, data: str, seed: int, repeats: int, draws: int
) -> Section:
    return Section(
        "Themes from a codebook of eight coded answers each",
        "Eight NHS answers a theme are drawn from the coded ones and written into a codebook; the "
        "rest is assigned and scored. Mean of five draws; the interval draws respondents anew and "
        "keeps the examples. Beside it a logistic regression on the vectors of the same answers "
        "(classes balanced, threshold 0.5).",
        tuple(few_shot_figures(coded, data, TUNED, seed, repeats, draws)),
        (
            "The classifier's settings were chosen on other draws of the same answers (seeds 100 "
            "to 109), so its figures are marked as tuned on.",
        ),
        "macro F1",
    )


def stability(data: Path, seed: int, draws: int) -> Section:
    """How much of a theme comes back when other customers are asked."""
    from feedback_nlp.cleaning import clean_answers, content_kinds

    raw = pd.read_csv(data / "telecom_nps.csv", keep_default_na=False, dtype=str)["text"]
    answers = clean_answers(raw)["answer"].astype(str)
    kept = answers[np.isin(content_kinds(answers), ["reason", "verdict_only"])].tolist()
    refits = 5 if draws >= 1_000 else 2
    random = np.random.default_rng(seed)
    samples = [
        np.sort(random.permutation(len(kept))[: (4 * len(kept)) // 5]) for _ in range(refits)
    ]
    whole: dict[str, Bools] = {
        **{f"{OURS}, {level}": found for level, found in themes_of_answers(kept, seed).items()},
        BERTOPIC: bertopic_topics(kept, seed),
    }
    back: dict[str, list[npt.NDArray[np.float64]]] = {tool: [] for tool in whole}
    for rows in samples:
        again: dict[str, Bools] = {
            **{
                f"{OURS}, {level}": found
                for level, found in themes_of_answers(kept, seed, rows=rows).items()
            },
            BERTOPIC: bertopic_topics(kept, seed, rows=rows),
        }
        for tool, table in again.items():
            back[tool].append(best_jaccard(whole[tool][rows], table[rows]))
    figures = []
    for tool, rounds in back.items():
        by_theme = np.mean(rounds, axis=0)
        use = NEVER_SEEN if tool == BERTOPIC else LOOKED_AT
        value = bootstrap(
            mean_of(by_theme),
            range(len(by_theme)),
            draws=draws,
            seed=seed,
        )
        figures.append(
            Figure("telecom", "mean Jaccard", tool, use, len(by_theme), *value, "themes")
        )
        share = float(np.mean(by_theme >= 0.5))
        figures.append(
            Figure(
                "telecom", "share of themes at 0.5 or more", tool, use, len(by_theme), share,
                unit="themes",
            )
        )  # fmt: skip
    return Section(
        "Stability of themes",
        f"Themes are found in all telecom answers with content and again in {refits} random "
        f"samples "
        "of four fifths of the respondents. For each theme: the Jaccard index of its answers with "
        "the most alike theme of the sample, among the respondents drawn, averaged over samples "
        "(Hennig 2007). Every tool is treated alike.",
        tuple(figures),
        (
            "The interval is over themes. Few large themes come back more easily than many small "
            "ones: compare tools with an eye on the number of themes.",
        ),
        "mean Jaccard",
    )


def best_jaccard(themes: Bools, others: Bools) -> npt.NDArray[np.float64]:
    """The Jaccard index of each theme with the most alike of the others.

    Parameters
    ----------
    themes : ndarray of bool, shape (n, themes)
    others : ndarray of bool, shape (n, others)

    Returns
    -------
    ndarray of float, shape (themes,)

    Examples
    --------
    >>> best_jaccard(np.array([[1], [1], [0]], bool), np.array([[1, 1], [1, 0], [1, 1]], bool))
    array([0.66666667])
    """
    both = themes.T.astype(float) @ others.astype(float)
    either = themes.sum(axis=0)[:, None] + others.sum(axis=0)[None, :] - both
    shares = both / np.maximum(either, 1)
    return np.asarray(shares.max(axis=1)) if others.shape[1] else np.zeros(themes.shape[1])
