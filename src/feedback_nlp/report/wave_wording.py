"""Sentences on what has moved since the last wave, built from the tables by rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feedback_nlp.plots.style import excludes_zero, percent, quoted, signed

#: Themes told of at most; the table has them all.
MOST_TOLD = 5


def since_last_time(run: Any) -> list[str]:
    """Say how the score and the themes have moved since the last wave.

    Parameters
    ----------
    run
        A run with ``record["previous"]`` and the table ``wave_changes``; ``new_themes`` too where
        the codebook does not explain all.

    Returns
    -------
    list of str
        The score first, then the top-level themes that have moved by more than chance would
        explain (the largest changes first), then what many speak of but the codebook does not
        know. Empty without an earlier wave.
    """
    if "wave_changes" not in run.tables:
        return []
    sentences = [score_sentence(run.record.get("previous") or {})]
    changes = run.wave_changes
    moved = changes[changes["parent_id"].isna() & (changes["change"] != "steady")]
    sentences += [theme_change(row) for row in moved.head(MOST_TOLD).to_dict("records")]
    if len(moved) > MOST_TOLD:
        sentences.append(f"{len(moved) - MOST_TOLD} more themes have moved.")
    if moved.empty:
        sentences.append("No theme has grown or shrunk by more than chance would explain.")
    return [sentence for sentence in [*sentences, unknown_themes(run)] if sentence]


def score_sentence(previous: Mapping[str, Any]) -> str:
    """Say whether the score has moved.

    Examples
    --------
    >>> moved = {"nps_before": -24.7, "nps_after": -33.1, "difference": -8.4, "low": -13.0,
    ...          "high": -3.8}
    >>> score_sentence(moved)
    'The NPS has fallen from −24.7 to −33.1: by 8.4 points (3.8 to 13.0).'
    >>> score_sentence(moved | {"high": 1.2})
    'The NPS is −33.1 after −24.7: no change beyond chance (−8.4 points, −13.0 to +1.2).'
    """
    if "difference" not in previous:
        return ""
    then, now = signed(previous["nps_before"]), signed(previous["nps_after"])
    low, high = previous["low"], previous["high"]
    if not excludes_zero(low, high):
        return (
            f"The NPS is {now} after {then}: no change beyond chance "
            f"({signed(previous['difference'])} points, {signed(low)} to {signed(high)})."
        )
    verb = "risen" if previous["difference"] > 0 else "fallen"
    near, far = sorted(abs(bound) for bound in (low, high))
    return (
        f"The NPS has {verb} from {then} to {now}: by {abs(previous['difference']):.1f} points "
        f"({near:.1f} to {far:.1f})."
    )


def theme_change(row: Mapping[str, Any]) -> str:
    r"""Say how a theme has moved.

    Parameters
    ----------
    row : mapping
        A row of ``wave_changes``.

    Examples
    --------
    >>> row = {"label": "Price rises", "change": "grown", "share_before": 0.12, "n_before": 120,
    ...        "share_after": 0.19, "difference": 0.07, "ci_low": 0.04, "ci_high": 0.1,
    ...        "n_after": 190}
    >>> theme_change(row).replace("\u200e", "")
    '“Price rises” has grown: 19% of answers name it, 12% did (+7 points, +4 to +10).'
    >>> theme_change(row | {"change": "gone", "n_after": 0}).replace("\u200e", "")
    '“Price rises” is gone: nobody names it, 12% of answers did.'
    """
    label, then, now = (
        quoted(row["label"]),
        percent(row["share_before"]),
        percent(row["share_after"]),
    )
    if row["change"] == "new":
        return f"{label} is new: {now} of answers name it, none did."
    if row["change"] == "gone":
        return f"{label} is gone: nobody names it, {then} of answers did."
    points, low, high = (_points(row[name]) for name in ("difference", "ci_low", "ci_high"))
    return (
        f"{label} has {row['change']}: {now} of answers name it, {then} did "
        f"({points} points, {low} to {high})."
    )


def unknown_themes(run: Any) -> str:
    """Name what many speak of and the codebook does not know."""
    if "new_themes" not in run.tables or run.new_themes.empty:
        return ""
    named = [
        f"{quoted(label)} ({n:,} respondents)"
        for label, n in run.new_themes[["label", "n_responses"]].head(3).itertuples(index=False)
    ]
    return f"Not in the codebook yet: {', '.join(named)}."


def _points(share: float) -> str:
    rounded = round(100 * float(share))
    return "0" if rounded == 0 else f"{'+' if rounded > 0 else '−'}{abs(rounded)}"
