"""The leadership brief: a run's tables -> what is said, as plain data that every layout shares.

:func:`brief_data` says everything that the PDF, the deck and the web page show;
:mod:`feedback_nlp.report.layouts` only lays it out. What customers wrote travels as
strings and is never read as markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.nps import NpsEstimate
from feedback_nlp.plots.number_format import count, percent, signed, written_in
from feedback_nlp.plots.style import INK, MUTED, PALETTE
from feedback_nlp.report import actions, figures, method, wording
from feedback_nlp.report.branding import Branding
from feedback_nlp.report.changes import against_what, changes
from feedback_nlp.report.layouts import to_html, to_pdf, to_png, with_pictures
from feedback_nlp.report.passives import passives
from feedback_nlp.report.places import places
from feedback_nlp.report.quotes import nearly_same
from feedback_nlp.report.recommending import recommending
from feedback_nlp.report.stakes import stakes
from feedback_nlp.report.telling import score_of, source, told
from feedback_nlp.report.theme_rows import (
    GROUPS,
    not_shown,
    ranked,
    reasons_of_detractors,
    special_rows,
    theme_blocks,
    theme_findings,
    theme_rows,
)
from feedback_nlp.report.typesetting import write_whole

TITLE = "Why customers give us these scores"
SCORES_OF_GROUP = {"detractor": "0–6", "passive": "7–8", "promoter": "9–10"}
FILES = {"brief": "brief.pdf", "deck": "deck.pdf", "page": "brief.html"}
LAYOUTS = tuple(FILES)
#: What follows page one, in the order in which it is told; each gives a section or nothing.
SECTIONS = (passives, recommending, places, stakes, changes)


def brief_data(
    run: Any,
    *,
    smallest: int | None = None,
    title: str | None = None,
    branding: Branding | None = None,
) -> dict[str, Any]:
    """Say everything that the brief shows, as data that JSON can hold.

    Parameters
    ----------
    run
        A finished run: the tables ``responses``, ``mentions``,
        ``mention_themes``, ``themes``, ``theme_groups`` and ``nps_impact``,
        those of the other findings where the survey allows them, and
        ``record``, the content of ``run.json``.
    smallest : int, optional
        Nothing is shown for fewer respondents; as the run was told when left
        out, 10 if it was told nothing.
    title : str, optional
        The brief's title; the branding's, or a plain one, when left out.
    branding : Branding, optional
        How the company's reports look.

    Returns
    -------
    dict
        ``score``, ``compared`` (with a target, the last period, the last
        wave), ``groups``, ``scores`` (how many gave each of 0 to 10),
        ``findings``, ``actions`` (three things to do), ``themes`` (one dict a
        theme shown), ``blocks`` (the costliest themes and those that earn
        most, with quotes), ``sections``, ``method``, and captions and
        alternative texts of the figures. Each sentence with a number of the
        survey is a dict with ``text``, ``strength`` and ``sources`` (see
        :mod:`feedback_nlp.report.telling`). Each number stands there as the
        table has it, and its printed form in a key that ends in ``_text``.

    Raises
    ------
    FeedbackError
        If fewer than `smallest` respondents gave a score.

    Examples
    --------
    >>> data = brief_data(run)                                            # doctest: +SKIP
    >>> data["score"]["text"], data["findings"][0]["lead"]                # doctest: +SKIP
    ('−24.7', '“Slow speed” costs 6.2 points of NPS (4.4 to 8.0).')
    """
    branding = branding or Branding()
    with written_in(branding.language):
        data = _said(run, _smallest(run) if smallest is None else smallest)
    data["title"] = title or branding.title or TITLE
    data["company"] = branding.company or ""
    data["language"] = "en"
    data["colours"] = {**PALETTE, "ink": INK, "muted": MUTED, "accent": branding.accent}
    plain: dict[str, Any] = _plain(data)
    return plain


def write_brief(
    run: Any,
    out: Path,
    *,
    smallest: int | None = None,
    title: str | None = None,
    branding: Branding | None = None,
) -> Path:
    """Write the brief: ``brief.pdf`` and its pictures under ``figures/``.

    Parameters
    ----------
    run
        As :func:`brief_data` takes it.
    out : Path
        Folder to write to; made if it is missing.
    smallest, title, branding
        As :func:`brief_data` takes them.

    Returns
    -------
    Path
        The PDF (A4, tagged). It is written whole or not at all.

    Raises
    ------
    FeedbackError
        As :func:`brief_data`.
    """
    only = ("brief",)
    written = write_layouts(run, out, only=only, smallest=smallest, title=title, branding=branding)
    return written["brief"]


def write_layouts(
    run: Any,
    out: Path,
    *,
    only: Sequence[str] = LAYOUTS,
    smallest: int | None = None,
    title: str | None = None,
    branding: Branding | None = None,
) -> dict[str, Path]:
    """Write the same sentences as ``brief.pdf``, ``deck.pdf`` and ``brief.html``.

    Parameters
    ----------
    run, out, smallest, title, branding
        As :func:`write_brief` takes them.
    only : sequence of str
        Some of ``"brief"``, ``"deck"``, ``"page"``.

    Returns
    -------
    dict of str to Path

    Raises
    ------
    FeedbackError
        As :func:`brief_data`. Nothing is written then.
    """
    out = Path(out)
    branding = branding or Branding()
    smallest = _smallest(run) if smallest is None else smallest
    data = brief_data(run, smallest=smallest, title=title, branding=branding)
    with written_in(branding.language):
        on_paper = with_pictures(data, figures.draw(run, data, smallest))
        made: dict[str, bytes] = {}
        if "brief" in only:
            made["brief"] = to_pdf("brief", on_paper, branding)
        if "deck" in only:
            drawn = figures.draw(run, data, smallest, slides=True)
            made["deck"] = to_pdf("deck", with_pictures(data, drawn), branding)
        if "page" in only:
            made["page"] = to_html(on_paper, branding).encode()
    for name, figure in on_paper["figures"].items():
        write_whole(out / "figures" / f"{name}.svg", figure["svg"].encode())
    return {name: write_whole(out / FILES[name], content) for name, content in made.items()}


def page_one(run: Any, *, branding: Branding | None = None, dots: int = 80) -> bytes:
    """Draw page one as a picture (PNG), for a notebook or a README; `dots` an inch.

    Raises
    ------
    FeedbackError
        As :func:`brief_data`.
    """
    branding = branding or Branding()
    smallest = _smallest(run)
    data = brief_data(run, smallest=smallest, branding=branding)
    with written_in(branding.language):
        drawn = with_pictures(data, figures.draw(run, data, smallest))
        return to_png("brief", drawn, branding, dots)[0]


def _said(run: Any, smallest: int) -> dict[str, Any]:
    scored = run.responses.dropna(subset=["score"])
    if len(scored) < smallest:
        raise FeedbackError(
            f"The brief cannot be written because only {len(scored)} respondents gave a score and "
            f"nothing is shown for fewer than {smallest}; analyse a larger survey."
        )
    estimate = score_of(run)
    rows = theme_rows(run, smallest)
    shown = [row for row in rows if row["n"] >= smallest]
    rests = special_rows(run.nps_impact)
    special = [row for row in rests if row["n"] is None or row["n"] >= smallest]
    costs, earnings = ranked(shown)
    reasons = reasons_of_detractors(shown, costs)
    blocks = theme_blocks(run, costs, earnings, reasons)
    told_of = [section for tell in SECTIONS if (section := tell(run)) is not None]
    sections = _quoting_nothing_twice(told_of, blocks)
    data: dict[str, Any] = {
        "survey": method.survey_name(run),
        "period": method.period_of(run),
        "score": _score(estimate),
        "compared": against_what(run),
        "groups": _groups(estimate),
        "scores": scored["score"]
        .astype(int)
        .value_counts()
        .reindex(range(11), fill_value=0)
        .tolist(),
        "findings": theme_findings(run, costs, earnings, reasons),
        "no_finding": _why_no_finding(run, shown, costs, earnings),
        "unexplained": wording.unexplained_sentence(special) if shown else "",
        "actions": actions.three_things(run, shown, costs) if method.has_themes(run) else [],
        "actions_note": actions.NOTE,
        "themes": shown,
        "special": special,
        "not_shown": not_shown(run, shown, smallest) if shown else "",
        "blocks": blocks,
        "sections": sections,
        "method": method.how_it_was_made(run, estimate, len(shown), smallest),
        "honesty": method.honesty_line(run, estimate),
    }
    data["figures"] = figures.captions(estimate, shown, special, sections)
    return data


def _quoting_nothing_twice(
    sections: Sequence[dict[str, Any]], blocks: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Leave out of the sections what stands in a block, or in a section before, already."""
    shown = [quote["text"] for block in blocks for quote in block["quotes"]]
    kept = []
    for section in sections:
        new = [q for q in section["quotes"] if not any(nearly_same(q["text"], s) for s in shown)]
        shown += [quote["text"] for quote in new]
        kept.append({**section, "quotes": new})
    return kept


def _smallest(run: Any) -> int:
    return int((run.record.get("options") or {}).get("smallest_group", SMALLEST_GROUP))


def _score(estimate: NpsEstimate) -> dict[str, Any]:
    interval = f"{signed(estimate.low)} to {signed(estimate.high)}"
    return {
        "value": estimate.score,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "text": signed(estimate.score),
        "interval_text": interval,
        "confidence_text": percent(estimate.confidence),
        "n_text": count(estimate.n),
        "sentence": wording.score_sentence(estimate),
        "told": told(
            f"The Net Promoter Score is {signed(estimate.score)} ({interval}). "
            f"{wording.score_sentence(estimate)}",
            source("responses"),
        ),
    }


def _groups(estimate: NpsEstimate) -> list[dict[str, Any]]:
    counts = (estimate.detractors, estimate.passives, estimate.promoters)
    return [
        {
            "group": group,
            "label": f"{group.capitalize()}s",
            "scores": SCORES_OF_GROUP[group],
            "count": n,
            "share": n / estimate.n,
            "count_text": count(n),
            "share_text": percent(n / estimate.n),
        }
        for group, n in zip(GROUPS, counts, strict=True)
    ]


def _why_no_finding(
    run: Any,
    shown: Sequence[dict[str, Any]],
    costs: Sequence[dict[str, Any]],
    earnings: Sequence[dict[str, Any]],
) -> str:
    if not method.has_themes(run):
        return method.why_no_themes(run)
    if not shown:
        return "No theme is named by enough respondents to be shown."
    if not costs and not earnings:
        return "No theme’s cost or gain can be told apart from zero and is of practical size."
    if not costs:
        return "No theme can be called a cost: no interval below zero is of practical size."
    return ""


def _plain(value: Any) -> Any:
    """Replace what JSON cannot hold: infinite and missing numbers become null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
