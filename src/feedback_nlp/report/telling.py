"""A sentence of the brief, and the rows of the run's tables that it rests on.

Every sentence that holds a number of the survey travels with its sources, so
that a reader can look it up (notebook 07) and a test can check it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from feedback_nlp.findings.small_groups import TOO_FEW
from feedback_nlp.nps import NpsEstimate, nps

_PAGE_ONE = {
    "score": "Page one: the score",
    "compared": "Page one: beside target and last period",
    "findings": "Page one: what stands out",
    "actions": "Page one: three things to do",
}
#: How far the tables carry a sentence, the surest first.
STRENGTHS = ("clear", "tendency", "none")

Told = dict[str, Any]


def source(table: str, **where: Any) -> dict[str, Any]:
    """Name the rows of a table that a sentence rests on; all of them without conditions.

    Examples
    --------
    >>> source("nps_impact", theme_id="speed")
    {'table': 'nps_impact', 'where': {'theme_id': 'speed'}}
    """
    return {"table": table, "where": where}


def told(text: str, *sources: Mapping[str, Any], strength: str = "clear", **more: Any) -> Told:
    """Make a sentence of the brief.

    Parameters
    ----------
    text : str
    *sources : mapping
        As :func:`source` makes them.
    strength : str
        ``"clear"``, ``"tendency"`` or ``"none"``: what is not distinguishable
        from zero may be told as that, and as nothing else.
    **more
        What a layout needs beside the sentence.
    """
    return {"text": text, "strength": strength, "sources": [dict(s) for s in sources], **more}


def rows_of(run: Any, table: str) -> pd.DataFrame | None:
    """Give a table of the run; nothing where the run has none or it has no rows."""
    rows: pd.DataFrame | None = getattr(run, table, None)
    return None if rows is None or rows.empty else rows


def named_levels(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the levels that a reader can do nothing with: not given, and those of too few."""
    return table[~table["level"].isin(["(missing)", TOO_FEW])]


def score_of(run: Any) -> NpsEstimate:
    """Give the survey's score, weighted as the run was."""
    scored = run.responses.dropna(subset=["score"])
    weight = (run.record.get("columns") or {}).get("weight")
    return nps(scored["score"], None if weight is None else scored[weight])


def rows_behind(run: Any, named: Mapping[str, Any]) -> pd.DataFrame:
    """Give the rows that a source names.

    Parameters
    ----------
    run
        The run that the brief was made of.
    named : mapping
        A source; ``responses`` stands for the score computed from them, and
        ``run.json`` for what the record holds under the key ``part``.

    Returns
    -------
    DataFrame
    """
    table, where = named["table"], dict(named["where"])
    if table == "responses":
        estimate = score_of(run)
        return pd.DataFrame(
            [
                {
                    "nps": estimate.score,
                    "ci_low": estimate.low,
                    "ci_high": estimate.high,
                    "n": estimate.n,
                    "promoters": estimate.promoters,
                    "passives": estimate.passives,
                    "detractors": estimate.detractors,
                }
            ]
        )
    if table == "run.json":
        return pd.json_normalize(dict(run.record.get(where["part"]) or {}))
    rows = getattr(run, table)
    for column, value in where.items():
        wanted = value if isinstance(value, list) else [value]
        if pd.api.types.is_datetime64_any_dtype(rows[column]):
            wanted = list(pd.to_datetime(wanted))
        rows = rows[rows[column].isin(wanted)]
    return rows


def sentences_of(data: Any, part: str = "") -> Iterator[tuple[str, Told]]:
    """Walk through all sentences of the brief's data, each with the part it stands in."""
    if isinstance(data, Mapping):
        if "text" in data and "sources" in data:
            yield part, dict(data)
            return
        here = str(data.get("heading") or part)
        for key, value in data.items():
            yield from sentences_of(value, here or str(key))
    elif isinstance(data, list | tuple):
        for value in data:
            yield from sentences_of(value, part)


def table_of_sentences(data: Mapping[str, Any]) -> pd.DataFrame:
    """List the sentences of a brief with the tables that they come from.

    Parameters
    ----------
    data : mapping
        As :func:`feedback_nlp.report.brief.brief_data` gives it.

    Returns
    -------
    DataFrame, one row a sentence
        ``part`` of the brief, ``sentence``, ``strength``, ``table`` and
        ``rows`` (the conditions that choose them).
    """
    rows = [
        {
            "part": _PAGE_ONE.get(part, part),
            "sentence": one["text"].replace("\u200e", "").replace("\u200b", ""),
            "strength": one["strength"],
            "table": ", ".join(dict.fromkeys(s["table"] for s in one["sources"])),
            "rows": "; ".join(
                f"{column} = {', '.join(map(str, value)) if isinstance(value, list) else value}"
                for s in one["sources"]
                for column, value in s["where"].items()
            ),
        }
        for part, one in sentences_of(data)
    ]
    return pd.DataFrame(rows, columns=["part", "sentence", "strength", "table", "rows"])
