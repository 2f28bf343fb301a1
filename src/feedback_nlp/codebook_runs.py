"""A codebook applied to a run, alone or beside an earlier wave."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.run_folder import Run


@dataclass(frozen=True)
class CodebookThemes:
    """What a codebook makes of a survey's mentions.

    Attributes
    ----------
    themes, mention_themes : DataFrame
        As in a run.
    new_themes : DataFrame
        What the codebook does not explain but many speak of.
    counts : dict of str to int
        See `Assignment`.
    note : str
        What is to be said; else empty.
    wave_changes : DataFrame or None
        See `compare_waves`; None without an earlier wave.
    """

    themes: pd.DataFrame
    mention_themes: pd.DataFrame
    new_themes: pd.DataFrame
    counts: dict[str, int]
    note: str
    wave_changes: pd.DataFrame | None = None


def assign_codebook(run: Run, codebook: str | Path) -> CodebookThemes:
    """Assign an edited codebook to a finished run, in memory: what would it look like?

    Parameters
    ----------
    run : Run
        A finished run; nothing in its folder changes.
    codebook : path
        The YAML file, as `feedback-nlp themes` writes it and people edit it.

    Returns
    -------
    CodebookThemes
        ``.themes`` and ``.mention_themes`` as the run would have them with this codebook.

    Raises
    ------
    FeedbackError
        A mistake in the codebook, with its line; or nobody has said anything.

    Examples
    --------
    >>> import feedback_nlp as fn                                          # doctest: +SKIP
    >>> run = fn.load_run("data/processed/sample_survey")                  # doctest: +SKIP
    >>> fn.assign_codebook(run, "codebook.yaml").themes                    # doctest: +SKIP
    """
    from feedback_nlp.encoding import DEFAULT_ENCODER

    options = run.record["options"]
    encoder = str(options.get("encoder", DEFAULT_ENCODER))
    return codebook_themes(
        run.responses,
        run.mentions,
        mention_vectors(run.mentions, encoder),
        codebook,
        language=str(options.get("language", "en")),
        encoder=encoder,
        seed=int(options.get("seed", 0)),
    )


def codebook_themes(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    vectors: Any,
    codebook: str | Path,
    *,
    language: str,
    encoder: str,
    seed: int,
    weight: str | None = None,
    previous: Run | None = None,
    smallest: int = 10,
) -> CodebookThemes:
    """Assign a codebook to a survey and, with an earlier wave, say what has changed.

    Parameters
    ----------
    responses, mentions : DataFrame
        As in a run.
    vectors : ndarray, shape (mentions, d)
    codebook : path
    language : str
        Answers in other languages get no themes.
    encoder : str
    seed : int
    weight : str, optional
        Column of survey weights.
    previous : Run, optional
        The earlier wave. Its mentions are assigned anew, by the same classifier: were they taken
        as they stand, a theme would grow or shrink by the way it was assigned.
    smallest : int
        A theme mentioned by fewer respondents is not compared.

    Returns
    -------
    CodebookThemes

    Raises
    ------
    FeedbackError
        A mistake in the codebook, or nobody has said anything.
    """
    from feedback_nlp.themes.assign import EarlierWave, assign_themes
    from feedback_nlp.themes.codebook import read_codebook, themes_table

    book = read_codebook(codebook)
    before = None
    if previous is not None:
        said = readable_mentions(previous.responses, previous.mentions, language)
        before = EarlierWave(said, mention_vectors(said, encoder))
    found = assign_themes(
        readable_mentions(responses, mentions, language),
        vectors,
        book,
        before=before,
        seed=seed,
        encoder=encoder,
    )
    themes = themes_table(book, found.mention_themes)
    changes = None
    if previous is not None and found.before is not None:
        from feedback_nlp.findings.waves import compare_waves

        changes = compare_waves(
            SimpleNamespace(
                responses=previous.responses,
                mention_themes=found.before,
                themes=themes_table(book, found.before),
            ),
            SimpleNamespace(
                responses=responses, mention_themes=found.mention_themes, themes=themes
            ),
            weights=(previous.record["columns"].get("weight"), weight),
            smallest=smallest,
        )
    return CodebookThemes(
        themes,
        found.mention_themes,
        found.new_themes,
        found.counts,
        " ".join([found.note, *map(str, book.problems)]).strip(),
        changes,
    )


def readable_mentions(
    responses: pd.DataFrame, mentions: pd.DataFrame, language: str
) -> pd.DataFrame:
    """Mentions with ``content_kind`` "other_language" where the answer cannot be read."""
    foreign = set(responses["response_id"][in_other_language(responses, language)])
    kinds = mentions["content_kind"].mask(mentions["response_id"].isin(foreign), "other_language")
    return mentions.assign(content_kind=kinds)


def in_other_language(responses: pd.DataFrame, expected: str) -> pd.Series:
    """Whose answer is in a language that the survey was not held in."""
    return responses["has_content"] & ~responses["language"].isin([expected, "und"])


def mention_vectors(mentions: pd.DataFrame, encoder: str, progress: bool = False) -> Any:
    """Vectors of mentions by what they are about; shape (mentions, d)."""
    from feedback_nlp.encoding import encode
    from feedback_nlp.themes.phrases import topic_texts

    return encode(topic_texts(mentions["text"].tolist()), encoder, progress=progress)


def earlier_wave(folder: str | Path, out: Path) -> Run:
    """The run to compare with.

    Parameters
    ----------
    folder : path
        Of the earlier run.
    out : Path
        Folder of the run that is being made.

    Raises
    ------
    FeedbackError
        There is no finished run, or it is the one that would be written over.
    """
    from feedback_nlp.run_folder import load_run

    if Path(folder).resolve() == out.resolve():
        raise FeedbackError(
            f"The earlier wave lies in {folder}, where this run would be written over it; "
            "choose another folder with --out."
        )
    return load_run(folder)


def score_change(previous: Run, responses: pd.DataFrame, weight: str | None) -> dict[str, Any]:
    """How the score has moved since the earlier wave; a missing one is left out."""
    from feedback_nlp.nps import nps, nps_difference

    named = {"name": str(previous.record["input"]["name"])}
    then, then_weight = previous.responses, previous.record["columns"].get("weight")
    if not (then["score"].notna().any() and responses["score"].notna().any()):
        return named
    before = nps(then["score"], None if then_weight is None else then[then_weight])
    after = nps(responses["score"], None if weight is None else responses[weight])
    moved = nps_difference(after, before)
    return named | {
        "nps_before": before.score,
        "nps_after": after.score,
        "difference": moved.difference,
        "low": moved.low,
        "high": moved.high,
        "n_before": before.n,
        "n_after": after.n,
    }
