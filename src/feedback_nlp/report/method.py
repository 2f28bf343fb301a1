"""How a brief was made: what was read, how it was counted, what it cannot say."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from feedback_nlp.nps import NpsEstimate
from feedback_nlp.plots import SPECIAL_LABELS
from feedback_nlp.plots.number_format import count, percent
from feedback_nlp.report import wording

_ACRONYMS = frozenset({"csat", "eu", "nhs", "nps", "uk", "us"})
#: A fingerprint is recognised by a dozen of its digits.
_FINGERPRINT = re.compile(r"^[0-9a-f]{24,}$")

CAUTION = (
    "Contributions describe which themes go with which scores. They do not prove that mending "
    "a theme would move the score by as much."
)

_CONTRIBUTIONS = (
    "A promoter is worth +100/N points, a detractor −100/N, a passive none. Each respondent’s "
    "points are shared equally among the themes of the answer, so all contributions add up to "
    "the NPS, and a theme’s praise makes up for its complaints. Intervals: bootstrap over "
    "respondents."
)
_FINDING = (
    "“Costs” and “earns” are said only where the interval excludes zero, the size is "
    f"{wording.PRACTICAL_POINTS:.0f} point or more, and detractors and promoters differ at a false "
    f"discovery rate below {percent(wording.LARGEST_Q)} (Benjamini-Hochberg)."
)


#: Named in print; a page of versions helps nobody who reads the brief.
_TOLD_VERSIONS = ("python", "feedback-nlp")
_ALL_VERSIONS = "Every version, option and fingerprint stands in run.json."
_ALONE = "This brief gives the score alone."


def honesty_line(run: Any, estimate: NpsEstimate) -> str:
    """Say in one sentence what the brief rests on and who is not in it."""
    responses = run.responses
    with_content = int(responses["has_content"].sum())
    without = len(responses) - with_content
    dates = period_of(run)
    return (
        f"Rests on {count(estimate.n)} scores and {count(with_content)} answers in the "
        f"customers’ own words{f', {dates}' if dates else ''}. {count(without)} of "
        f"{count(len(responses))} respondents gave no answer; {_silent(run)} "
        f"{_validated(run)} {caution(run)}"
    ).strip()


def caution(run: Any) -> str:
    """What the contributions cannot say, where there are any."""
    return CAUTION if has_themes(run) else ""


def how_it_was_made(
    run: Any, estimate: NpsEstimate, n_shown: int, smallest: int
) -> list[dict[str, str]]:
    """List what a reader needs to repeat or to doubt the brief, as terms and texts."""
    record = run.record
    entries = [
        ("What was read", _what_was_read(run, estimate)),
        ("Period", period_of(run) or "The survey holds no dates, so no period can be given."),
        ("Score", _score_method(run, estimate)),
        ("Themes", _theme_method(run, n_shown)),
        ("Contributions", _CONTRIBUTIONS if has_themes(run) else ""),
        ("What counts as a finding", _FINDING if has_themes(run) else ""),
        (
            "Privacy",
            f"Nothing is shown for fewer than {smallest} respondents. Quotes were redacted by a "
            "program, which can miss a name: read them before passing them on.",
        ),
        ("Made with", _versions(record)),
    ]
    return [{"term": term, "text": text} for term, text in entries if text]


def survey_name(run: Any) -> str:
    """Name the survey as a reader would, from its file.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> survey_name(SimpleNamespace(record={"input": {"name": "telecom_nps.csv"}}))
    'Telecom NPS'
    """
    stem = re.sub(r"\.\w{2,7}$", "", str((run.record.get("input") or {}).get("name") or "survey"))
    words = [
        word.upper() if word.lower() in _ACRONYMS else word
        for word in stem.replace("_", " ").replace("-", " ").split()
    ]
    name = " ".join(words) or "Survey"
    return name[0].upper() + name[1:]


def has_themes(run: Any) -> bool:
    """Whether anything but verdicts without a reason was found."""
    return bool(set(run.themes["theme_id"]) - set(SPECIAL_LABELS))


def why_no_themes(run: Any) -> str:
    """Say why the brief gives the score alone."""
    with_content = int(run.responses["has_content"].sum())
    note = str(run.record.get("themes_note") or "").strip()
    reason = note or "No theme was found in the answers."
    return f"{count(with_content)} respondents gave an answer. {reason} {_ALONE}"


def period_of(run: Any) -> str:
    """Give the period of the answers, empty where the survey holds no dates."""
    column = (run.record.get("columns") or {}).get("date")
    if not column or column not in run.responses:
        return ""
    dates = pd.to_datetime(run.responses[column], errors="coerce").dropna()
    if dates.empty:
        return ""
    return wording.period(dates.min().date(), dates.max().date())


def _what_was_read(run: Any, estimate: NpsEstimate) -> str:
    source, counts = run.record.get("input") or {}, run.record.get("counts") or {}
    responses = len(run.responses)
    rows = int(counts.get("rows_read", responses))
    with_content = int(run.responses["has_content"].sum())
    dropped = rows - responses
    text = f"{source.get('path') or source.get('name') or 'The survey'}: {count(rows)} rows read"
    text += f", {count(dropped)} empty ones dropped; " if dropped else "; "
    text += (
        f"{count(responses)} respondents, {count(estimate.n)} with a score, "
        f"{count(with_content)} with an answer (“n/a” and the like are none)."
    )
    if source.get("sha256"):
        text += f" SHA-256 of the file: {str(source['sha256'])[:12]}…"
    return text


def _score_method(run: Any, estimate: NpsEstimate) -> str:
    text = (
        "Share of promoters (9 or 10) minus share of detractors (0 to 6). "
        f"{percent(estimate.confidence)} interval: adjusted Wald for trinomial proportions "
        "(Rocks 2016)."
    )
    weight = (run.record.get("columns") or {}).get("weight")
    if weight:
        text += f" Weighted by “{weight}” (Kish’s effective n: {count(estimate.effective_n)})."
    return text


def _silent(run: Any) -> str:
    """Say what is known of those who did not answer."""
    skew = str((run.record.get("findings_notes") or {}).get("skew") or "")
    if "response_rates" not in run.tables:
        return "those who did not answer the survey at all are not in it."
    rates = run.response_rates
    first = rates[rates["segment"] == rates["segment"].iloc[0]]
    asked, answered = int(first["invited"].sum()), int(first["n"].sum())
    said = f"{percent(answered / asked)} of {count(asked)} invited answered at all."
    return f"{said} {skew}" if skew else f"{said} No segment answered much less than the others."


def _theme_method(run: Any, n_shown: int) -> str:
    if not has_themes(run):
        return ""
    text = "Answers are cut into sentences and clauses; one mention may bear several themes. "
    if _from_codebook(run):
        text += "The themes come from a codebook that people edited. "
    else:
        text += "The themes were found in the answers by clustering many subsamples of them. "
    return text + f"{n_shown} are shown. {_validated(run)}"


def _validated(run: Any) -> str:
    """Say whether people have checked the themes, and how right they were."""
    if not has_themes(run):
        return ""
    if "validation" not in run.tables:
        return "Themes have not been checked by hand."
    overall = run.validation.set_index("theme_id").loc["_all"]
    measures = " and ".join(
        f"{name} {percent(overall[name])} "
        f"({percent(overall[f'{name}_low'])} to {percent(overall[f'{name}_high'])})"
        for name in ("precision", "recall")
        if not pd.isna(overall[name])
    )
    n = int(overall["n_mentions"])
    return f"Themes were checked by hand on {n:,} mentions: {measures}."


def _from_codebook(run: Any) -> bool:
    return "source" in run.themes and bool((run.themes["source"] == "codebook").all())


def _versions(record: Any) -> str:
    versions = record.get("versions") or {}
    told = [name for name in _TOLD_VERSIONS if name in versions]
    parts = [", ".join(f"{name} {versions[name]}" for name in told)]
    models = record.get("models") or {}
    # Fingerprints are for machines to compare: run.json has them.
    named = [
        f"{name.replace('_', ' ')} {_short(value)}"
        for name, value in models.items()
        if "fingerprint" not in name
    ]
    if named:
        parts.append("models: " + ", ".join(named))
    if record.get("seed") is not None:
        parts.append(f"seed {record['seed']}")
    return "; ".join(part for part in parts if part) + f". {_ALL_VERSIONS}"


def _short(value: Any) -> str:
    text = str(value)
    return f"{text[:12]}…" if _FINGERPRINT.match(text) else text
