"""What the check by hand says, as the lines that `feedback-nlp validate` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from feedback_nlp.validation.report import ValidationReport

_WIDEST_LABEL = 32
_GROUPS = ("all", "detractor", "passive", "promoter")


def described(report: ValidationReport) -> str:
    """Lay out precision, recall, kappa and corrected shares of each theme.

    Parameters
    ----------
    report : ValidationReport

    Returns
    -------
    str
        Several lines, no wider than 110 characters.

    Examples
    --------
    >>> from feedback_nlp.validation.described import interval
    >>> interval({"recall": 0.8, "recall_low": 0.71, "recall_high": 0.87}, "recall")
    '0.80 (0.71-0.87)'
    """
    two = report.accuracy["agreement"].notna().any()
    measures = ["precision", "recall", "kappa", *(["agreement"] if two else [])]
    lines = [
        f"Coded in full: {report.n_mentions:,} mentions of {report.n_respondents:,} respondents.",
        "",
        f"{'theme':<{_WIDEST_LABEL}} {'coded':>6} {'model':>6}  "
        + "".join(f"{name:<18}" for name in measures).rstrip(),
    ]
    for row in report.accuracy.to_dict("records"):
        lines.append(
            f"{_short(row['label'])} {row['n_coded']:>6,} {row['n_assigned']:>6,}  "
            + "".join(f"{interval(row, name):<18}" for name in measures).rstrip()
        )
    lines += [
        "",
        "Share of respondents with an answer who mention the theme: as the run counts it -> "
        "corrected (interval)",
        f"{'theme':<{_WIDEST_LABEL}} "
        + "".join(f"{_title(name):<19}" for name in _GROUPS).rstrip(),
    ]
    labels = report.accuracy.set_index("theme_id")["label"]
    for theme, rows in report.shares.groupby("theme_id", sort=False):
        by_group = {row["group"]: row for row in rows.to_dict("records")}
        cells = [_share(by_group[name]) if name in by_group else "-" for name in _GROUPS]
        lines.append(
            f"{_short(str(labels[theme]))} " + "".join(f"{cell:<19}" for cell in cells).rstrip()
        )
    if two:
        lines += ["", "agreement: Cohen's kappa of the two coders, where both have coded."]
    return "\n".join(lines)


def interval(row: Mapping[Any, Any], name: str) -> str:
    """A measure with its interval; a dash where nothing was coded or assigned."""
    if pd.isna(row[name]):
        return "-"
    return f"{row[name]:.2f} ({row[f'{name}_low']:.2f}-{row[f'{name}_high']:.2f})"


def _share(row: Mapping[Any, Any]) -> str:
    corrected = f"{100 * row['share']:.0f} ({100 * row['ci_low']:.0f}-{100 * row['ci_high']:.0f})"
    return f"{100 * row['share_assigned']:.0f} -> {corrected} %"


def _short(label: str) -> str:
    from feedback_nlp.names import visible

    return f"{visible(label, longest=_WIDEST_LABEL):<{_WIDEST_LABEL}}"


def _title(group: str) -> str:
    return "all" if group == "all" else f"{group}s"
