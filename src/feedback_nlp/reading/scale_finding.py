"""Finding out the scale of a rating from its cells: its ends, its direction, what is odd in it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.names import visible
from feedback_nlp.reading.cells import as_text, is_empty_mark, read_ratings, read_scores
from feedback_nlp.reading.scale_words import goodness, order_of_words
from feedback_nlp.reading.scales import (
    FEWEST_POINTS,
    MOST_POINTS,
    Scale,
    changed,
    declared_scale,
    rescaled_scores,
    warned,
)

#: From this many respondents on, the cells are taken to say something about the scale.
_ENOUGH = 30
#: At most this share may lie beyond what is taken for the scale of the others.
_STRAY_SHARE = 0.10


def read_rating_column(
    cells: pd.Series,
    score: pd.Series | None = None,
    *,
    declared: str | None = None,
    reversed_: bool = False,
) -> tuple[pd.Series, Scale]:
    """Read a column of ratings, and find out its scale.

    Parameters
    ----------
    cells : Series of text, shape (n,)
        Numbers, labelled numbers ("5 - very satisfied") or words.
    score : Series, shape (n,), optional
        The likelihood to recommend, higher is better: it tells the direction where no words do.
    declared : str, optional
        See `declared_scale`.
    reversed_ : bool
        The user says that low numbers are the good ones.

    Returns
    -------
    ratings : Series of float, shape (n,)
        As the survey has them (not turned round); words as 1, 2, … from worst to best.
    scale : Scale

    Raises
    ------
    FeedbackError
        The declaration cannot be read, or the words are not known and none are declared.

    Notes
    -----
    Direction: as declared; else by the words; else by Spearman's correlation with the score,
    where its 99 % interval leaves out zero; else higher is taken to be better, with a warning.

    Two scales in one column are suspected where at most 10 % of 50 or more ratings lie beyond 3,
    5 or 7, and the first point beyond is used less than a fifth as often as the last one within.

    Examples
    --------
    >>> words = pd.Series(["sehr zufrieden", "unzufrieden", "weiß nicht", "zufrieden"])
    >>> ratings, scale = read_rating_column(words)
    >>> ratings.tolist(), scale.labels
    ([3.0, 1.0, nan, 2.0], ('unzufrieden', 'zufrieden', 'sehr zufrieden'))
    """
    text = as_text(cells).str.strip()
    name = str(cells.name)
    given = declared_scale(declared, name) if declared else None
    ratings = read_ratings(text)
    spoken = text[ratings.isna() & ~text.map(is_empty_mark).astype(bool)]
    labels: tuple[str, ...] = given.labels if given else ()
    if not labels and len(spoken) and ratings.isna().mean() > 0.5 and not given:
        labels = _found_words(spoken, ratings, name)
    if labels:
        position = {label.casefold(): float(i) for i, label in enumerate(labels, start=1)}
        read = text.str.casefold().map(position)
        ratings = read.where(read.notna(), ratings).astype(float)
    scale = given or _found_ends(ratings, labels)
    if reversed_:
        # "--csat ease:5-1" says so already; saying it twice does not turn it back.
        scale = changed(scale, reversed=True, direction="declared")
    elif given is None or (not labels and not scale.reversed):
        scale = _directed(scale, ratings, text, score, declared=given is not None)
    return ratings.rename(str(cells.name)), _checked(
        scale, ratings, score if given is None else None
    )


def _found_words(spoken: pd.Series, ratings: pd.Series, name: str) -> tuple[str, ...]:
    levels = spoken.value_counts()
    order = order_of_words(levels.index) if len(levels) <= 2 * MOST_POINTS else None
    if order is None or not FEWEST_POINTS <= len(order) <= MOST_POINTS:
        # A column with some numbers keeps them; one of words alone says nothing otherwise.
        if ratings.notna().any():
            return ()
        shown = ", ".join(visible(str(level)) for level in levels.index[:4])
        raise FeedbackError(
            f"The words of the rating {visible(name)!r} ({shown} …) are not known as a scale: "
            f'declare them from worst to best, such as --csat "{visible(name)}:bad|fair|good".'
        )
    return tuple(order)


def _found_ends(ratings: pd.Series, labels: tuple[str, ...]) -> Scale:
    if labels:
        return Scale(1, len(labels), labels=labels, ends="found: its words", direction="its words")
    numbers = ratings.dropna()
    if numbers.empty:
        return Scale(0, 1, refused="it holds no ratings")
    low, high = int(np.floor(numbers.min())), int(np.ceil(numbers.max()))
    if low == high:
        return Scale(low, high, refused=f"every rating is {low}, so nothing varies")
    seen = f"ratings within {low} to {high}"
    stray = _stray(numbers, low)
    if stray is not None:
        beyond = int((numbers > stray).sum())
        warning = (
            f"{beyond:,} of {len(numbers):,} ratings lie beyond {low} to {stray}, where all others "
            "are: two scales, or codes such as “don't know”, may be mixed in the column; the "
            "others are used and these are left out"
        )
        return Scale(low, stray, ends=f"found: {seen}, few beyond {stray}", warnings=(warning,))
    if low < 0:
        low, high = -max(-low, high), max(-low, high)
    elif high > 1:
        low = min(low, 1)
        high = 10 if high in (8, 9) else high
    if high - low + 1 > MOST_POINTS:
        return Scale(low, high, refused=f"{seen} are more than {MOST_POINTS} points")
    return Scale(low, high, ends=f"found: {seen}")


def _stray(numbers: pd.Series, low: int) -> int | None:
    """Where most ratings end, if a few lie well beyond: the mark of a second scale."""
    if len(numbers) < 50 or low < 0:
        return None
    counts = numbers.round().value_counts()
    for end in (3, 5, 7):
        beyond = float((numbers > end).mean())
        if 0 < beyond <= _STRAY_SHARE and counts.get(end + 1, 0) < 0.2 * counts.get(end, 0):
            return end
    return None


def mixed_scale_warning(score: pd.Series) -> str:
    """Say that a column of scores seems to mix two scales; empty where it does not.

    Examples
    --------
    >>> mixed_scale_warning(pd.Series([1, 2, 3, 4, 5] * 20 + [8, 9]))[:57]
    '2 of 102 scores lie beyond 1 to 5, where all others are: '
    >>> mixed_scale_warning(pd.Series([0, 3, 6, 8, 9, 10] * 20))
    ''
    """
    numbers = pd.to_numeric(score, errors="coerce").dropna().astype(float)
    low = int(numbers.min()) if len(numbers) else 0
    end = _stray(numbers, low)
    if end is None:
        return ""
    return (
        f"{int((numbers > end).sum()):,} of {len(numbers):,} scores lie beyond {low} to {end}, "
        "where all others are: two scales seem mixed in the column, and read as 0 to 10 nearly "
        f"everyone is a detractor; declare the scale of most with --score-scale {low}-{end}"
    )


def _no_zero(score: pd.Series) -> str:
    """Say that a score seems to have been asked from 1 to 10; empty where it does not."""
    numbers = score.dropna()
    ones = int((numbers == 1).sum())
    if len(numbers) < 100 or (numbers == 0).any() or ones < 0.05 * len(numbers):
        return ""
    return (
        f"nobody gave a 0 but {ones:,} of {len(numbers):,} a 1, so it seems to have been asked "
        "from 1 to 10; the groups are the same (9 and 10, 7 and 8, up to 6), means are not: to "
        "bring them to 0-10 declare --score-scale 1-10"
    )


def _directed(
    scale: Scale, ratings: pd.Series, text: pd.Series, score: pd.Series | None, *, declared: bool
) -> Scale:
    if scale.refused:
        return scale
    rho, low, high, n = _with_score(scale, ratings, score)
    by_words = _direction_of_labels(ratings, text) if not scale.labels else 1.0
    if by_words:
        turned = by_words < 0
        scale = changed(scale, reversed=turned, direction="its words")
        if n and (low > 0) == turned and low * high > 0 and abs(rho) > 0.2:
            scale = warned(
                scale,
                f"by its words {'low' if turned else 'high'} is good, yet it goes the other way "
                f"with the score (Spearman {rho:+.2f}, n = {n:,}): check the labels",
            )
        return scale
    if n and low * high > 0:
        sense = "falls" if rho < 0 else "rises"
        said = f"{sense} with the score (Spearman {rho:+.2f}, n = {n:,})"
        if declared and rho < 0:
            return warned(
                scale,
                f"declared with {scale.high} as best, yet it {said}: if low is good, declare "
                f"{scale.high}-{scale.low}",
            )
        return scale if declared else changed(scale, reversed=rho < 0, direction=f"it {said}")
    if declared:
        return scale
    return warned(
        changed(scale, direction="assumed"),
        "which end is good cannot be told from words or scores; high is taken to be good",
    )


def _with_score(
    scale: Scale, ratings: pd.Series, score: pd.Series | None
) -> tuple[float, float, float, int]:
    """Spearman's correlation with the score, its 99 % interval (Fisher), and n; n = 0: unknown."""
    if score is None:
        return 0.0, 0.0, 0.0, 0
    within = pd.to_numeric(ratings).where((ratings >= scale.low) & (ratings <= scale.high))
    both = pd.DataFrame({"rating": within, "score": pd.to_numeric(score)}).astype(float).dropna()
    if len(both) < _ENOUGH or both["rating"].nunique() < 2 or both["score"].nunique() < 2:
        return 0.0, 0.0, 0.0, 0
    rho = float(both.corr(method="spearman").to_numpy(float)[0, 1])  # scipy is slow to import
    z, half = np.arctanh(np.clip(rho, -0.9999, 0.9999)), 2.576 / np.sqrt(len(both) - 3)
    return rho, float(np.tanh(z - half)), float(np.tanh(z + half)), len(both)


def _direction_of_labels(ratings: pd.Series, text: pd.Series) -> float:
    """For labelled numbers ("1 - very good"): above zero where high numbers bear good words."""
    pairs = pd.DataFrame({"number": ratings, "text": text}).dropna().drop_duplicates()
    pairs = pairs[pairs["text"].str.contains(r"[^\W\d_]", regex=True)].head(3 * MOST_POINTS)
    good = [goodness(label) for label in pairs["text"]]
    known = [(n, g) for n, g in zip(pairs["number"], good, strict=True) if g is not None]
    if len({g for _, g in known}) < 2 or len({n for n, _ in known}) < 2:
        return 0.0
    numbers, goods = np.array(known).T
    return float(np.corrcoef(numbers, goods)[0, 1])


def _checked(scale: Scale, ratings: pd.Series, score: pd.Series | None) -> Scale:
    numbers = ratings.dropna()
    if scale.refused or numbers.empty:
        return changed(scale, refused=scale.refused or "it holds no ratings")
    within = numbers[(numbers >= scale.low) & (numbers <= scale.high)]
    if within.nunique() < 2:
        return changed(scale, refused="fewer than two different ratings lie within its scale")
    beyond = len(numbers) - len(within)
    if beyond and not any("lie beyond" in said for said in scale.warnings):
        scale = warned(scale, f"{beyond:,} of {len(numbers):,} ratings lie beyond it: left out")
    if scale.low == 0 and scale.high in (3, 4, 5, 7, 10) and score is not None:
        scale = _zero_may_be_no_rating(scale, ratings, pd.to_numeric(score).astype(float))
    return scale


def _zero_may_be_no_rating(scale: Scale, ratings: pd.Series, score: pd.Series) -> Scale:
    """A rare zero whose givers score no worse than those of 1 is most often a box left empty."""
    zeros, ones = score[ratings == 0].dropna(), score[ratings == 1].dropna()
    if scale.high == 10 or not len(zeros) or (ratings == 0).sum() > 0.1 * ratings.notna().sum():
        return scale
    if len(zeros) >= 10 and len(ones) >= 10:
        from scipy.stats import mannwhitneyu

        better = "less" if scale.reversed else "greater"
        if mannwhitneyu(zeros, ones, alternative=better).pvalue < 0.01:
            return warned(
                changed(scale, low=1, ends=f"{scale.ends}, 0 taken for no rating"),
                f"{len(zeros):,} respondents have a 0 but score higher than those with a 1: 0 is "
                f"taken for “not rated” and left out; declare 0-{scale.high} if it is a rating",
            )
    return warned(
        scale,
        f"0 is rare ({int((ratings == 0).sum()):,} times) and may stand for “not rated”; if so, "
        f"declare 1-{scale.high}",
    )


def scores_on_scale(
    cells: pd.Series, name: str, score_scale: str | None
) -> tuple[pd.DataFrame, dict[str, Scale]]:
    """The scores from 0 to 10, and their scale where it is declared or looks mixed.

    Parameters
    ----------
    cells : Series of text, shape (n,)
    name : str
        The column, for errors.
    score_scale : str, optional
        See `declared_scale`.

    Returns
    -------
    scores : DataFrame, shape (n, 2)
        As `read_scores` gives them.
    scales : dict
        Under "score" the scale; empty where the score was asked from 0 to 10.

    Examples
    --------
    >>> scores, _ = scores_on_scale(pd.Series(["1", "5", "6"]), "overall", "1-5")
    >>> scores["score"].tolist(), scores["reason"].tolist()
    ([0, 10, <NA>], ['given', 'given', 'out_of_range'])
    """
    scores = read_scores(cells)
    if score_scale is None:
        odd = mixed_scale_warning(scores["score"]) or _no_zero(scores["score"])
        assumed = Scale(0, 10, ends="assumed", direction="assumed", warnings=(odd,))
        return scores, {"score": assumed} if odd else {}
    scale = declared_scale(score_scale, name)
    numbers = read_ratings(cells).to_numpy(float)
    read = pd.Series(rescaled_scores(numbers, scale), index=cells.index)
    reason = scores["reason"].mask(read.notna(), "given")
    reason = reason.mask(read.isna() & (reason == "given"), "out_of_range")
    return pd.DataFrame({"score": read.astype("Int64"), "reason": reason}), {"score": scale}
