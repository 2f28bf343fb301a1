"""What the tables say of each theme: rows for the tables, blocks with quotes for the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from feedback_nlp import plots
from feedback_nlp.plots.number_format import count, percent, signed
from feedback_nlp.report import wording
from feedback_nlp.report.quotes import choose_quotes, direction
from feedback_nlp.report.telling import Told, named_levels, rows_of, source, told
from feedback_nlp.themes.labels import is_rest

GROUPS = ("detractor", "passive", "promoter")
#: Themes with a block of their own: sentence, shares and quotes.
MOST_COSTS = 3
MOST_EARNINGS = 2
#: Themes of too few respondents that are named, so many of them.
MOST_NAMED = 8
_LONGEST_WORD = 20


def theme_rows(run: Any, smallest: int) -> list[dict[str, Any]]:
    """One dict a top-level theme, costliest first: what the tables say of it."""
    themes = run.themes.set_index("theme_id")
    scored = run.responses.dropna(subset=["score"])
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
        label = breakable(str(themes.loc[theme_id, "label"]))
        rows.append(
            {
                "theme_id": theme_id,
                "label": label,
                "direction": direction(label),
                "n": int(row["n"] if "n" in row else by_group.loc[list(GROUPS), "n"].sum()),
                **_contribution(row),
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
        rows[-1]["n_text"] = count(rows[-1]["n"])
    return rows


def special_rows(nps_impact: pd.DataFrame) -> list[dict[str, Any]]:
    """One dict a row that names no reason, in the order in which they are shown."""
    table = plots.contributions(nps_impact)
    order = list(plots.SPECIAL_LABELS)
    rows = [row for row in table.to_dict("records") if row["theme_id"] in plots.SPECIAL_LABELS]
    return [
        {
            "theme_id": row["theme_id"],
            "label": plots.SPECIAL_LABELS[row["theme_id"]],
            "n": int(row["n"]) if "n" in row else None,
            **_contribution(row),
        }
        for row in sorted(rows, key=lambda row: order.index(row["theme_id"]))
    ]


def ranked(shown: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Themes that may be called costs and earnings, the largest first."""
    said = [row for row in shown if row["strength"] in ("clear", "tendency")]
    costs = [row for row in said if row["contribution"] < 0]
    earnings = [row for row in reversed(said) if row["contribution"] > 0]
    return costs, earnings


def reasons_of_detractors(
    shown: Sequence[dict[str, Any]], costs: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Themes that detractors name more than promoters do, beyond those that are told as costs.

    Where most are promoters, a theme of detractors may add points all the same.
    """
    told_already = {theme["theme_id"] for theme in costs}
    apart = [
        row
        for row in shown
        if row["theme_id"] not in told_already
        and row["q_value"] < wording.LARGEST_Q
        and row["odds_ratio"] > 1
        and {"detractor", "promoter"} <= set(row["shares"])
    ]
    gap = {row["theme_id"]: row["shares"]["detractor"] - row["shares"]["promoter"] for row in apart}
    return sorted(apart, key=lambda row: -gap[row["theme_id"]])


def theme_findings(
    run: Any,
    costs: Sequence[dict[str, Any]],
    earnings: Sequence[dict[str, Any]],
    reasons: Sequence[dict[str, Any]],
) -> list[Told]:
    """One finding a theme for page one: three costs or reasons and two earnings at most."""
    few = max(MOST_COSTS - len(costs), 0)
    findings = []
    for kind, themes, most in (
        ("cost", costs, MOST_COSTS),
        ("reason", reasons, few),
        ("earning", earnings, MOST_EARNINGS),
    ):
        for place, theme in enumerate(themes[:most]):
            first = place == 0 and len(themes) > 1 and wording.stands_alone(theme, themes[1:])
            theme_id = theme["theme_id"]
            sources = [source("theme_groups", theme_id=theme_id)]
            if kind == "reason":
                lead, detail = wording.reason_sentence(theme)
            else:
                lead, detail = wording.theme_sentence(theme, most=first)
                sources.insert(0, source("nps_impact", theme_id=theme_id))
            where = mostly_where(run, theme_id) if kind != "earning" else None
            if where:
                detail = f"{detail} {where[0]}".strip()
                sources.append(where[1])
            findings.append(
                told(
                    f"{lead} {detail}".strip(),
                    *sources,
                    strength="clear" if kind == "reason" else theme["strength"],
                    theme_id=theme_id,
                    kind="earning" if kind == "earning" else "cost",
                    lead=lead,
                    detail=detail,
                )
            )
    return findings


def mostly_where(run: Any, theme_id: str) -> tuple[str, dict[str, Any]] | None:
    """Say in which level of a segment a theme comes up more than elsewhere: the surest one."""
    cells = rows_of(run, "theme_segments")
    if cells is None:
        return None
    cells = named_levels(cells)
    cells = cells[(cells["theme_id"] == theme_id) & (cells["q_value"] < wording.LARGEST_Q)]
    cells = cells[cells["difference"] > 0].sort_values("p_value", kind="stable")
    if cells.empty:
        return None
    row = cells.iloc[0]
    level = wording.shortened(str(row["level"]))
    text = f"It comes up more in {wording.quoted(level)} than elsewhere "
    text += f"({percent(row['share'])} of the answers there)."
    return text, source(
        "theme_segments", theme_id=theme_id, segment=row["segment"], level=row["level"]
    )


def not_shown(run: Any, shown: Sequence[Mapping[str, Any]], smallest: int) -> str:
    r"""Name the themes of too few respondents to be shown.

    A theme next in size may be among them, lest their number could be worked out.

    Parameters
    ----------
    run
        A run.
    shown : sequence of mapping
        The rows that are shown, each with ``theme_id``.
    smallest : int
        The fewest respondents that are shown.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> themes = pd.DataFrame({"theme_id": ["speed", "app"], "parent_id": [None, None],
    ...                        "label": ["Slow speed", "The app"]})
    >>> not_shown(SimpleNamespace(themes=themes), [{"theme_id": "speed"}], 10).replace("\u200e", "")
    'Too few respondents to be shown alone (fewer than 10): “The app”.'
    """
    hidden = set(plots.top_level(run.themes)) - set(plots.SPECIAL_LABELS)
    hidden -= {str(row["theme_id"]) for row in shown}
    table = run.themes[run.themes["theme_id"].isin(hidden)]
    if table.empty:
        return ""
    named = [wording.quoted(breakable(str(label))) for label in table["label"][:MOST_NAMED]]
    if len(table) > len(named):
        named.append(f"{len(table) - len(named)} more")
    names = wording.listed(named)
    return f"Too few respondents to be shown alone (fewer than {smallest}): {names}."


def theme_blocks(
    run: Any,
    costs: Sequence[dict[str, Any]],
    earnings: Sequence[dict[str, Any]],
    reasons: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """The costliest themes and those that earn most, each with shares and quotes."""
    few = max(MOST_COSTS - len(costs), 0)
    chosen = [(theme, "cost") for theme in costs[:MOST_COSTS]]
    chosen += [(theme, "reason") for theme in reasons[:few]]
    few = max(MOST_COSTS - len(chosen), 0)
    chosen += [(theme, "earning") for theme in earnings[: min(MOST_EARNINGS + few, 3)]]
    blocks: list[dict[str, Any]] = []
    quoted: list[dict[str, Any]] = []
    for theme, kind in chosen:
        earns = kind == "earning"
        group, sentiment = ("promoter", "positive") if earns else ("detractor", "negative")
        quotes = choose_quotes(
            run,
            theme["theme_id"],
            group=group,
            sentiment=sentiment,
            but_not=quoted,
            most=2 if earns else 3,
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
                **_size(theme, kind),
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
                "above_all": strongest_sub_themes(run, theme["theme_id"], kind),
            }
        )
    return blocks


def _size(theme: Mapping[str, Any], kind: str) -> dict[str, str]:
    if kind == "reason":
        low, high = theme["share_intervals"]["detractor"]
        return {
            "points_text": f"{theme['share_texts']['detractor']} of detractors",
            "interval_text": f"{percent(low)} to {percent(high)}",
        }
    return {
        "points_text": f"{theme['contribution_text']} points",
        "interval_text": theme["interval_text"],
    }


def strongest_sub_themes(run: Any, theme_id: str, kind: str, most: int = 1) -> list[str]:
    """Labels of the sub-themes that carry most of a theme's points."""
    sub = getattr(run, "nps_impact_sub", None)
    if sub is None or "parent_id" not in sub:
        return []
    labels = plots.theme_labels(run.themes)
    sign = 1 if kind == "earning" else -1
    own = sub[(sub["parent_id"] == theme_id) & sub["theme_id"].isin(list(labels))]
    own = own[(own["theme_id"] != theme_id) & own["distinguishable"]]
    # "Begin with the rest" helps nobody.
    own = own[~own["theme_id"].map(lambda sub_id: is_rest(labels[sub_id])).astype(bool)]
    points = (sign * own["contribution"]).sort_values(ascending=False, kind="stable")
    return [breakable(labels[own.loc[i, "theme_id"]]) for i in points[points > 0].index[:most]]


def breakable(label: str) -> str:
    """Let a word that is wider than a column break (U+200B), without a hyphen that is not there."""
    return " ".join(
        "\u200b".join(word[i : i + _LONGEST_WORD] for i in range(0, len(word), _LONGEST_WORD))
        for word in label.split()
    )


def _contribution(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "contribution": float(row["contribution"]),
        "ci_low": float(row["ci_low"]),
        "ci_high": float(row["ci_high"]),
        "contribution_text": signed(row["contribution"]),
        "interval_text": f"{signed(row['ci_low'])} to {signed(row['ci_high'])}",
    }


def _number(value: Any) -> float:
    return float("nan") if value is None or pd.isna(value) else float(value)
