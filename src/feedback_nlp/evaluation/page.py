"""``docs/evaluation.md`` and its pictures, from what ``evaluation.json`` holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from feedback_nlp.evaluation.figures import MARKED, OURS

_MARK = "†"
_PICTURES = "evaluation"


def write_page(record: dict[str, Any], target: Path) -> None:
    """Write the page, and its pictures into the folder ``evaluation`` beside it.

    Parameters
    ----------
    record : dict
        As ``evaluation.json`` holds it.
    target : Path
        The Markdown file.
    """
    sections = record["sections"]
    pictures = target.parent / _PICTURES
    pictures.mkdir(exist_ok=True)
    compared = {
        name: rows for name, section in sections.items() if (rows := _pictured(section, name))
    }
    drawn = []
    if compared:
        draw_comparison(
            {sections[name]["title"]: rows for name, rows in compared.items()},
            pictures / "comparison.png",
        )
        drawn.append(
            f"![feedback-nlp beside the usual tools]({_PICTURES}/comparison.png)\n\n"
            "One row a data set, with its 95 % interval; a hollow mark stands for data that the "
            "tool was trained or tuned on. All figures run from 0 to 1, more is better but for "
            "false discoveries."
        )
    if "score_intervals" in sections:
        draw_coverage(sections["score_intervals"]["figures"], pictures / "coverage.png")
    target.write_text("\n\n".join([_head(sections), *drawn, *_bodies(sections)]) + "\n", "utf-8")


def _head(sections: dict[str, Any]) -> str:
    days = sorted({section["measured"] for section in sections.values()})
    commits = sorted({section["commit"] for section in sections.values()})
    minutes = sum(section["seconds"] for section in sections.values()) / 60
    versions: dict[str, set[str]] = {}
    for section in sections.values():
        for package, version in section["versions"].items():
            versions.setdefault(package, set()).add(version)
    listed = ", ".join(f"{name} {'/'.join(sorted(found))}" for name, found in versions.items())
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    quick = [section["title"] for section in sections.values() if section["quick"]]
    lines = [
        "# How good it is",
        "<!-- Written by `feedback-nlp evaluate`; do not edit by hand. -->",
        f"Made by `feedback-nlp evaluate` on {when}, at commit {', '.join(commits)}, in "
        f"{minutes:.0f} minutes. The same figures, for machines: "
        "[evaluation.json](evaluation.json).",
        f"**{_MARK} marks data that the tool was trained or tuned on**: where they were trained "
        "on, the figure is by models that had not seen the respondent; where they were tuned on, "
        "it flatters. Brackets are 95 % intervals, by bootstrap over respondents unless a section "
        "says otherwise. Figures that fall short of what we aimed at stand here like the others.",
    ]
    if quick:
        lines.append("Measured with fewer draws (`--quick`): " + "; ".join(quick) + ".")
    if len(commits) > 1:
        lines.append("Sections were measured at several commits; each says at which.")
    return "\n\n".join([*lines, f"Versions: {listed}."])


def _bodies(sections: dict[str, Any]) -> Iterable[str]:
    for name, section in sections.items():
        yield f"## {section['title']}"
        yield section["about"]
        yield _table(section["figures"])
        if name == "score_intervals":
            yield f"![Coverage of the interval]({_PICTURES}/coverage.png)"
        yield "\n".join(f"- {note}" for note in section["notes"])
        yield (
            f"`feedback-nlp evaluate --only {name}`: {section['seconds']:.0f} s, "
            f"{section['measured']}, commit {section['commit']}, seed {section['seed']}."
        )


def _table(figures: list[dict[str, Any]]) -> str:
    lines = [
        "| data | measure | tool | data were | n | figure | 95 % interval |",
        "|---|---|---|---|---:|---:|---|",
    ]
    for row in figures:
        use = f"{_MARK} {row['use']}" if row["use"] in MARKED else row["use"]
        interval = "" if row["low"] is None else f"{row['low']:.3f} to {row['high']:.3f}"
        tool = f"**{row['tool']}**" if row["tool"].startswith(OURS) else row["tool"]
        lines.append(
            f"| {row['data']} | {row['measure']} | {tool} | {use} | {row['n']:,} {row['unit']} | "
            f"{row['value']:.3f} | {interval} |"
        )
    return "\n".join(lines)


def _pictured(section: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of a section's main measure, on the data to report; others stay in the table."""
    if name in ("score_intervals", "finding_intervals", "sample"):
        return []
    rows = [row for row in section["figures"] if row["measure"] == section["pictured"]]
    tools = {row["data"]: 0 for row in rows}
    for row in rows:
        tools[row["data"]] += 1
    # A row of a picture compares: where only one tool was measured, there is nothing beside it.
    return [row for row in rows if not row["data"].startswith("dev") and tools[row["data"]] > 1]


def draw_comparison(sections: dict[str, list[dict[str, Any]]], target: Path) -> None:
    """Draw each section's main measure, tool beside tool.

    Parameters
    ----------
    sections : dict of str to list of dict
        Title to figures, as `Figure.record` gives them.
    target : Path
        The picture, a PNG.
    """
    import matplotlib.pyplot as plt

    from feedback_nlp.plots.style import HAIRLINE, INK, MUTED, PALETTE, print_style

    heights = [len(rows) + 1.2 for rows in sections.values()]
    with print_style():
        figure, all_axes = plt.subplots(
            len(sections),
            1,
            figsize=(7.2, 0.2 * sum(heights) + 0.3),
            height_ratios=heights,
            sharex=True,
            squeeze=False,
            layout="constrained",
        )
        for axes, (title, rows) in zip(all_axes[:, 0], sections.items(), strict=True):
            for place, row in enumerate(rows):
                ours = row["tool"].startswith(OURS)
                colour = PALETTE["promoter"] if ours else MUTED
                if row["low"] is not None:
                    axes.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=1)
                axes.plot(
                    row["value"],
                    place,
                    marker="o" if ours else "s",
                    markersize=4,
                    color=colour,
                    markerfacecolor="white" if row["use"] in MARKED else colour,
                )
            names = [f"{row['tool']} · {row['data']}" for row in rows]
            axes.set_yticks(range(len(rows)), names, fontsize=6.5)
            axes.set(xlim=(0, 1), ylim=(len(rows) - 0.4, -0.6))
            axes.set_title(f"{title}: {rows[0]['measure']}", fontsize=8, loc="left", color=INK)
            axes.grid(axis="x", color=HAIRLINE, linewidth=0.5)
            axes.tick_params(axis="both", labelsize=6.5, length=0)
        figure.savefig(target, dpi=130, metadata={"Software": None})
        plt.close(figure)


def draw_coverage(figures: list[dict[str, Any]], target: Path) -> None:
    """Draw how often the interval of the NPS holds the truth, by size of survey.

    Parameters
    ----------
    figures : list of dict
        Of the section ``score_intervals``; ``data`` ends in ``n = SIZE``.
    target : Path
        The picture, a PNG.
    """
    import matplotlib.pyplot as plt

    from feedback_nlp.plots.style import INK, MUTED, PALETTE, print_style

    with print_style():
        figure, axes = plt.subplots(figsize=(6.4, 3.0), layout="constrained")
        sizes = sorted({row["n"] for row in figures})
        for number, tool in enumerate(dict.fromkeys(row["tool"] for row in figures)):
            mine = [row for row in figures if row["tool"] == tool]
            axes.plot(
                [sizes.index(row["n"]) + 0.16 * (number - 0.5) for row in mine],
                [100 * row["value"] for row in mine],
                linestyle="",
                marker="os"[number % 2],
                markersize=4,
                alpha=0.8,
                color=PALETTE["promoter"] if tool == OURS else MUTED,
                label=tool,
            )
        axes.axhline(95, color=INK, linewidth=0.6, linestyle=":")
        axes.set_xticks(range(len(sizes)), [f"n = {size}" for size in sizes])
        axes.set_ylabel("holds the true score, %")
        axes.legend(loc="lower right", frameon=False, fontsize=7.5)
        figure.savefig(target, dpi=130, metadata={"Software": None})
        plt.close(figure)
