"""The leadership brief: a run's tables -> what is said -> a PDF of a few pages.

:func:`brief_data` says everything that the PDF shows, as plain data;
``brief.typ`` only lays it out. What customers wrote travels as JSON strings
and is never read as markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from feedback_nlp import plots
from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.groups import SMALLEST_GROUP
from feedback_nlp.nps import NpsEstimate, nps
from feedback_nlp.plots.style import INK, MUTED, PALETTE, percent, signed
from feedback_nlp.report import figures, method, wording
from feedback_nlp.report.quotes import choose_quotes, direction
from feedback_nlp.report.typesetting import typeset, write_whole

TEMPLATE = Path(__file__).parent / "brief.typ"

GROUPS = ("detractor", "passive", "promoter")
SCORES_OF_GROUP = {"detractor": "0–6", "passive": "7–8", "promoter": "9–10"}
_LONGEST_WORD = 20


def brief_data(
    run: Any, *, smallest: int | None = None, title: str | None = None
) -> dict[str, Any]:
    """Say everything that the brief shows, as data that JSON can hold.

    Parameters
    ----------
    run
        A finished run: the tables ``responses``, ``mentions``,
        ``mention_themes``, ``themes``, ``theme_groups`` and ``nps_impact``,
        and ``record``, the content of ``run.json``.
    smallest : int, optional
        Nothing is shown for fewer respondents; as the run was told when left
        out, 10 if it was told nothing.
    title : str, optional
        The brief's title; a plain one when left out.

    Returns
    -------
    dict
        ``score``, ``groups``, ``scores`` (how many gave each of 0 to 10),
        ``findings`` (sentences), ``themes`` (one dict a theme shown), ``blocks``
        (the costliest themes with quotes; where fewer than three cost
        anything, those that earn most fill up), ``method``, and captions and
        alternative texts of the figures. Each number stands there as the
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
    smallest = _smallest(run) if smallest is None else smallest
    scored = run.responses.dropna(subset=["score"])
    if len(scored) < smallest:
        raise FeedbackError(
            f"The brief cannot be written because only {len(scored)} respondents gave a score and "
            f"nothing is shown for fewer than {smallest}; analyse a larger survey."
        )
    weight = (run.record.get("columns") or {}).get("weight")
    estimate = nps(scored["score"], None if weight is None else scored[weight])
    rows = _themes(run, scored, smallest)
    shown = [row for row in rows if row["n"] >= smallest]
    rests = _special_rows(run.nps_impact)
    special = [row for row in rests if row["n"] is None or row["n"] >= smallest]
    costs, earnings = _ranked(shown)
    survey = method.survey_name(run)
    data: dict[str, Any] = {
        "title": title or "Why customers give us these scores",
        "survey": survey,
        "period": method.period_of(run),
        "language": "en",
        "colours": {**PALETTE, "ink": INK, "muted": MUTED},
        "score": {
            "value": estimate.score,
            "low": estimate.low,
            "high": estimate.high,
            "n": estimate.n,
            "text": signed(estimate.score),
            "interval_text": f"{signed(estimate.low)} to {signed(estimate.high)}",
            "confidence_text": percent(estimate.confidence),
            "n_text": f"{estimate.n:,}",
            "sentence": wording.score_sentence(estimate),
        },
        "groups": _groups(estimate),
        "scores": scored["score"]
        .astype(int)
        .value_counts()
        .reindex(range(11), fill_value=0)
        .tolist(),
        "findings": _findings(costs, earnings),
        "no_finding": _why_no_finding(run, shown, costs, earnings),
        "unexplained": wording.unexplained_sentence(special) if shown else "",
        "themes": shown,
        "special": special,
        "not_shown": _not_shown([*rows, *rests], smallest) if shown else "",
        "blocks": _blocks(run, costs, earnings),
        "method": method.how_it_was_made(run, estimate, len(shown), smallest),
        "honesty": method.honesty_line(run, estimate),
    }
    data["figures"] = figures.captions(
        estimate, shown, special, figures.most_by_group(shown, data["blocks"])
    )
    plain: dict[str, Any] = _plain(data)
    return plain


def write_brief(
    run: Any, out: Path, *, smallest: int | None = None, title: str | None = None
) -> Path:
    """Write the brief: ``brief.pdf`` and its pictures under ``figures/``.

    Parameters
    ----------
    run
        As :func:`brief_data` takes it.
    out : Path
        Folder to write to; made if it is missing.
    smallest, title
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
    out = Path(out)
    smallest = _smallest(run) if smallest is None else smallest
    data = brief_data(run, smallest=smallest, title=title)
    for name, svg in figures.draw(run, data, smallest).items():
        write_whole(out / "figures" / f"{name}.svg", svg.encode())
        data["figures"][name]["svg"] = svg
    pdf = typeset(TEMPLATE, inputs={"data": json.dumps(data)}, root=TEMPLATE.parent)
    return write_whole(out / "brief.pdf", pdf)


def _smallest(run: Any) -> int:
    return int((run.record.get("options") or {}).get("smallest_group", SMALLEST_GROUP))


def _themes(run: Any, scored: pd.DataFrame, smallest: int) -> list[dict[str, Any]]:
    """One dict a top-level theme, costliest first: what the tables say of it."""
    themes = run.themes.set_index("theme_id")
    group_size = scored["group"].value_counts()
    rows = []
    impact = plots.contributions(run.nps_impact)
    named = set(plots.top_level(run.themes)) - set(plots.SPECIAL_LABELS)
    impact = impact[impact["theme_id"].isin(named)]
    for row in impact.sort_values("contribution", kind="stable").to_dict("records"):
        theme_id = str(row["theme_id"])
        by_group = run.theme_groups[run.theme_groups["theme_id"] == theme_id].set_index("group")
        visible = [g for g in GROUPS if g in by_group.index and group_size.get(g, 0) >= smallest]
        tested = by_group.loc["detractor"] if "detractor" in by_group.index else {}
        label = _breakable(str(themes.loc[theme_id, "label"]))
        rows.append(
            {
                "theme_id": theme_id,
                "label": label,
                "direction": direction(label),
                "n": int(row["n"] if "n" in row else by_group.loc[list(GROUPS), "n"].sum()),
                "contribution": float(row["contribution"]),
                "ci_low": float(row["ci_low"]),
                "ci_high": float(row["ci_high"]),
                "contribution_text": signed(row["contribution"]),
                "interval_text": f"{signed(row['ci_low'])} to {signed(row['ci_high'])}",
                "odds_ratio": _number(tested.get("odds_ratio")),
                "q_value": _number(tested.get("q_value")),
                "shares": {g: float(by_group.loc[g, "share"]) for g in visible},
                "share_texts": {g: percent(by_group.loc[g, "share"]) for g in visible},
                "share_intervals": {
                    g: [float(by_group.loc[g, "ci_low"]), float(by_group.loc[g, "ci_high"])]
                    for g in visible
                },
            }
        )
        rows[-1]["strength"] = wording.strength(rows[-1])
        rows[-1]["n_text"] = f"{rows[-1]['n']:,}"
    return rows


def _special_rows(nps_impact: pd.DataFrame) -> list[dict[str, Any]]:
    """One dict a row that names no reason, in the order in which they are shown."""
    table = plots.contributions(nps_impact)
    order = list(plots.SPECIAL_LABELS)
    rows = [row for row in table.to_dict("records") if row["theme_id"] in plots.SPECIAL_LABELS]
    return [
        {
            "theme_id": row["theme_id"],
            "label": plots.SPECIAL_LABELS[row["theme_id"]],
            "n": int(row["n"]) if "n" in row else None,
            "contribution": float(row["contribution"]),
            "ci_low": float(row["ci_low"]),
            "ci_high": float(row["ci_high"]),
            "contribution_text": signed(row["contribution"]),
            "interval_text": f"{signed(row['ci_low'])} to {signed(row['ci_high'])}",
        }
        for row in sorted(rows, key=lambda row: order.index(row["theme_id"]))
    ]


def _ranked(shown: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Themes that may be called costs and earnings, the largest first."""
    told = [row for row in shown if row["strength"] in ("clear", "tendency")]
    costs = [row for row in told if row["contribution"] < 0]
    earnings = [row for row in reversed(told) if row["contribution"] > 0]
    return costs, earnings


def _groups(estimate: NpsEstimate) -> list[dict[str, Any]]:
    counts = (estimate.detractors, estimate.passives, estimate.promoters)
    return [
        {
            "group": group,
            "label": f"{group.capitalize()}s",
            "scores": SCORES_OF_GROUP[group],
            "count": count,
            "share": count / estimate.n,
            "count_text": f"{count:,}",
            "share_text": percent(count / estimate.n),
        }
        for group, count in zip(GROUPS, counts, strict=True)
    ]


def _findings(
    costs: Sequence[dict[str, Any]], earnings: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    findings = []
    for kind, ranked, most in (("cost", costs, 3), ("earning", earnings, 2)):
        for place, theme in enumerate(ranked[:most]):
            first = place == 0 and len(ranked) > 1 and wording.stands_alone(theme, ranked[1:])
            lead, detail = wording.theme_sentence(theme, most=first)
            findings.append(
                {
                    "theme_id": theme["theme_id"],
                    "kind": kind,
                    "strength": theme["strength"],
                    "lead": lead,
                    "detail": detail,
                }
            )
    return findings


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


def _not_shown(rows: Sequence[dict[str, Any]], smallest: int) -> str:
    small = [row for row in rows if row["n"] is not None and row["n"] < smallest]
    if not small:
        return ""
    points = signed(sum(row["contribution"] for row in small))
    if len(small) == 1:
        return f"1 row of fewer than {smallest} respondents is not shown ({points} points)."
    return (
        f"{len(small)} rows of fewer than {smallest} respondents each are not shown "
        f"(together {points} points)."
    )


def _blocks(
    run: Any, costs: Sequence[dict[str, Any]], earnings: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    chosen = [(theme, "cost") for theme in costs[: figures.BLOCKS]]
    chosen += [(theme, "earning") for theme in earnings[: figures.BLOCKS - len(chosen)]]
    blocks: list[dict[str, Any]] = []
    quoted: list[dict[str, Any]] = []
    for theme, kind in chosen:
        group, sentiment = ("detractor", "negative") if kind == "cost" else ("promoter", "positive")
        quotes = choose_quotes(
            run, theme["theme_id"], group=group, sentiment=sentiment, but_not=quoted
        )
        quoted += quotes
        highest = max((high for _, high in theme["share_intervals"].values()), default=1.0)
        blocks.append(
            {
                "theme_id": theme["theme_id"],
                "label": theme["label"],
                "direction": theme["direction"],
                "kind": kind,
                "group": group,
                "points_text": f"{theme['contribution_text']} points",
                "interval_text": theme["interval_text"],
                "n_text": theme["n_text"],
                "shares": [
                    {
                        "group": g,
                        "label": f"{g.capitalize()}s",
                        "text": theme["share_texts"][g],
                        "share": theme["shares"][g],
                        "low": theme["share_intervals"][g][0],
                        "high": theme["share_intervals"][g][1],
                        "scale": highest,
                    }
                    for g in ("detractor", "promoter")
                    if g in theme["shares"]
                ],
                "quotes": quotes,
                "above_all": _strongest_sub_themes(run, theme["theme_id"], kind),
            }
        )
    return blocks


def _strongest_sub_themes(run: Any, theme_id: str, kind: str, most: int = 1) -> list[str]:
    """Labels of the sub-themes that carry most of a theme's points."""
    sub = getattr(run, "nps_impact_sub", None)
    if sub is None or "parent_id" not in sub:
        return []
    labels = plots.theme_labels(run.themes)
    sign = -1 if kind == "cost" else 1
    own = sub[(sub["parent_id"] == theme_id) & sub["theme_id"].isin(list(labels))]
    own = own[(own["theme_id"] != theme_id) & own["distinguishable"]]
    points = (sign * own["contribution"]).sort_values(ascending=False, kind="stable")
    return [labels[own.loc[i, "theme_id"]] for i in points[points > 0].index[:most]]


def _breakable(label: str) -> str:
    """Let a word that is wider than a column break (U+200B), without a hyphen that is not there."""
    return " ".join(
        "\u200b".join(word[i : i + _LONGEST_WORD] for i in range(0, len(word), _LONGEST_WORD))
        for word in label.split()
    )


def _number(value: Any) -> float:
    return float("nan") if value is None or pd.isna(value) else float(value)


def _plain(value: Any) -> Any:
    """Replace what JSON cannot hold: infinite and missing numbers become null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value
