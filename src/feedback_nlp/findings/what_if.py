"""What would the Net Promoter Score be, had nobody had reason to complain about a theme?

An association, not proof of cause: whoever complains about a theme may differ from the others in
ways that no column of the survey tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.findings.bootstrap import distinct_rows
from feedback_nlp.findings.mentioned import is_among, mentioned_themes
from feedback_nlp.findings.proportional_odds import ProportionalOdds, fit_proportional_odds
from feedback_nlp.findings.proportions import need_columns, q_values, respondent_weights
from feedback_nlp.findings.small_groups import SMALLEST_GROUP
from feedback_nlp.findings.tone import themes_in_tone

Matrix = NDArray[np.float64]

#: Levels of a segment that get a covariate of their own; the others are the reference.
MOST_LEVELS = 20
#: Respondents (Harrell's limiting sample size) the model needs for each parameter.
RESPONDENTS_A_PARAMETER = 10

#: Fewer who complain than this carry a gain so loosely that it is told as a hint: a rule of thumb,
#: since the interval leans on the normal approximation, which is crude for so few.
FEW_COMPLAINTS = 30

_WORTH = {"detractor": -1.0, "passive": 0.0, "promoter": 1.0}
_FIGURES = ["what_if", "what_if_low", "what_if_high", "what_if_p", "what_if_q"]


def what_if(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    segments: Sequence[str] = (),
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> pd.DataFrame:
    """How much higher would the NPS be expected without the complaints about each theme?

    A proportional-odds model explains the group (detractor, passive, promoter) by which themes
    the respondent complains about, whether there is an answer at all, and the segments. The NPS
    it expects with the complaints about one theme taken away, all else as it is, minus the NPS it
    expects as things are, is the what-if (standardisation, or g-computation).

    Parameters
    ----------
    responses : DataFrame, one row a respondent
        Needs ``response_id``, ``group``, ``has_content`` and the columns named below.
    mentions, mention_themes, themes : DataFrame
        As in a run. A complaint is a mention with ``sentiment_label`` negative.
    segments : sequence of str
        Columns that divide the respondents. Levels with at least `smallest` respondents are
        covariates, the 20 largest of each column.
    weight : str, optional
        Column of survey weights.
    confidence : float
        Level of the intervals.
    smallest : int
        A theme needs as many respondents who complain about it, and as many who do not.

    Returns
    -------
    DataFrame, one row a top-level theme
        ``theme_id, n, n_negative, what_if, what_if_low, what_if_high`` in points of NPS (above
        zero: the complaints cost that much), ``what_if_p`` of the test against zero, its
        ``what_if_q`` (Benjamini-Hochberg over all themes), and ``what_if_note``: empty, or why a
        figure is missing or needs care. ``n`` counts respondents with a score; ``n_negative`` is
        missing where fewer than `smallest` complain.

    Raises
    ------
    FeedbackError
        If a column is missing or the weights cannot be used.

    Notes
    -----
    Three categories are used rather than eleven: the NPS knows no more, and the odds then need to
    be proportional at two thresholds only (6|7 and 8|9).

    The interval is estimate and standard error by the delta method on the stacked estimating
    equations of the model and of the average over respondents, so that it covers both what is
    not known of the slopes and who happened to be in the sample; with weights it is the usual
    linearised variance. It needs no resampling: 100,000 respondents take seconds.

    Where all who complain are in one group, the slope has no finite estimate; it is then
    penalised and the note says so. If there are fewer than ten respondents a parameter
    (Harrell's limiting sample size n - sum(n_k^3) / n^2), segments are left out first and the
    note says so; if that is not enough, no figure is given.

    References
    ----------
    McCullagh (1980), JRSS B 42(2), 109-142. Hernán and Robins (2020), Causal Inference: What If,
    chapter 13 (standardisation). Stefanski and Boos (2002), The Calculus of M-Estimation, The
    American Statistician 56(1). Harrell (2015), Regression Modeling Strategies, section 4.4.

    Examples
    --------
    Of 60 who complain about price 10 are promoters, of the 60 others 50:

    >>> group = ["promoter"] * 10 + ["detractor"] * 50 + ["promoter"] * 50 + ["detractor"] * 10
    >>> ids = [f"r{i}" for i in range(120)]
    >>> responses = pd.DataFrame({"response_id": ids, "group": group, "has_content": True})
    >>> mentions = pd.DataFrame({"mention_id": ids[:60], "response_id": ids[:60],
    ...                          "sentiment_label": "negative"})
    >>> links = pd.DataFrame({"mention_id": ids[:60], "response_id": ids[:60],
    ...                       "theme_id": "price"})
    >>> themes = pd.DataFrame({"theme_id": ["price"], "parent_id": [None]})
    >>> table = what_if(responses, mentions, links, themes)
    >>> table[["n_negative", "what_if"]].round(1).values.tolist()  # from 0 to 66.7
    [[60, 66.7]]
    """
    need_columns(responses, ["response_id", "group", "has_content", *segments])
    scored = responses[responses["group"].isin(list(_WORTH))]
    weights = respondent_weights(scored, weight)
    negative = themes_in_tone(mention_themes, mentions, "negative")
    complaints = mentioned_themes(scored, negative, themes, "top")
    table = _table_of(complaints, smallest)
    scored, weights, complaints = _with_weight(scored, weights, complaints)
    told = (table["what_if_note"] == "").to_numpy()
    if not told.any():
        return table
    reason = _refused(scored, int(told.sum()))
    if reason:
        table.loc[told, "what_if_note"] = reason
        return table
    covariates, left_out = _covariates(
        scored,
        complaints.to_numpy(float),
        told,
        _anything_negative(scored, mentions),
        segments,
        smallest,
    )
    outcome = scored["group"].map(_WORTH).to_numpy(np.float64)
    figures = _standardise(outcome, covariates, weights, int(told.sum()), confidence)
    figures.index = table.index[told]
    table.loc[told, figures.columns] = figures
    table["what_if_q"] = q_values(table["what_if_p"])
    given = told & table["what_if"].notna().to_numpy()
    few = given & table["n_negative"].lt(FEW_COMPLAINTS).fillna(False).to_numpy(bool)
    table = _noted(table, few, f"a hint only: fewer than {FEW_COMPLAINTS} respondents complain")
    if left_out:
        table = _noted(table, given, "segments left out of the model: too few respondents")
    return table


def _noted(table: pd.DataFrame, rows: NDArray[np.bool_], said: str) -> pd.DataFrame:
    """Add to the notes of some rows."""
    notes = table["what_if_note"]
    more = notes.where(notes == "", notes + "; ") + said
    return table.assign(what_if_note=more.where(rows, notes))


def no_what_if(theme_ids: Iterable[str], n: int, note: str) -> pd.DataFrame:
    """Give the table of `what_if` without figures, and the reason.

    Examples
    --------
    >>> no_what_if(["price"], 40, "no sentiment was given")["what_if_note"].tolist()
    ['no sentiment was given']
    """
    table = pd.DataFrame({"theme_id": pd.Series(list(theme_ids), dtype="str")})
    table["n"] = n
    table["n_negative"] = pd.array([pd.NA] * len(table), dtype="Int64")
    table[_FIGURES] = np.nan
    return table.assign(what_if_note=pd.Series(note, index=table.index, dtype="str"))


def is_fragile(row: Mapping[Any, Any], least: float = 0.0) -> bool:
    """Whether a gain rests on so few, or may be so small, that it is a hint and no more.

    Parameters
    ----------
    row : mapping
        A row of `what_if` (or of ``nps_impact``) with a figure.
    least : float
        Points of NPS that are of practical size.

    Returns
    -------
    bool
        True where fewer than `FEW_COMPLAINTS` complain, or the interval reaches below `least`.

    Examples
    --------
    >>> is_fragile({"n_negative": 12, "what_if_low": 1.2}), is_fragile(
    ...     {"n_negative": 93, "what_if_low": 5.1})
    (True, False)
    """
    return bool(row["n_negative"] < FEW_COMPLAINTS or row["what_if_low"] < least)


def _table_of(complaints: pd.DataFrame, smallest: int) -> pd.DataFrame:
    n_negative = complaints.sum(axis=0).to_numpy()
    table = no_what_if(complaints.columns.astype(str), len(complaints), "")
    enough = n_negative >= max(1, smallest)
    table["n_negative"] = pd.array(np.where(enough, n_negative, 0), dtype="Int64")
    table.loc[~enough, "n_negative"] = pd.NA
    table.loc[~enough, "what_if_note"] = f"fewer than {smallest} respondents complain about it"
    all_do = enough & (len(complaints) - n_negative < max(1, smallest))
    table.loc[all_do, "what_if_note"] = f"fewer than {smallest} respondents do not complain of it"
    return table


def _with_weight(
    scored: pd.DataFrame, weights: Matrix, complaints: pd.DataFrame
) -> tuple[pd.DataFrame, Matrix, pd.DataFrame]:
    kept = weights > 0
    # The penalty on a slope that has no estimate must not depend on the unit of the weights.
    unit = weights[kept].mean() if kept.any() else 1.0
    return scored[kept], weights[kept] / unit, complaints[kept]


def _refused(scored: pd.DataFrame, n_themes: int) -> str:
    sizes = scored["group"].value_counts().to_numpy()
    if len(sizes) < 2:
        return "all respondents are in the same group"
    if _limiting_size(sizes) < RESPONDENTS_A_PARAMETER * n_themes:
        return f"too few respondents ({int(sizes.sum())}) for a model of {n_themes} themes"
    return ""


def _limiting_size(sizes: NDArray[Any]) -> float:
    """Harrell (2015), table 4.1: how many respondents an ordinal outcome is worth."""
    n = float(sizes.sum())
    return n - float((sizes.astype(float) ** 3).sum()) / n**2


def _anything_negative(scored: pd.DataFrame, mentions: pd.DataFrame) -> NDArray[np.bool_]:
    need_columns(mentions, ["response_id"], "mentions")
    complaining = mentions["response_id"][mentions["sentiment_label"] == "negative"]
    return is_among(scored["response_id"], complaining)


def _covariates(
    scored: pd.DataFrame,
    complaints: Matrix,
    told: NDArray[np.bool_],
    anything: NDArray[np.bool_],
    segments: Sequence[str],
    smallest: int,
) -> tuple[Matrix, bool]:
    """The themes in question come first; whether segments had to be left out comes with them."""
    own = complaints[:, told]
    # Complaints about small themes, or about nothing that has a theme, confound the others too.
    other = (anything | (complaints.sum(axis=1) > 0)) & (own.sum(axis=1) == 0)
    other |= complaints[:, ~told].sum(axis=1) > 0
    content = scored["has_content"].to_numpy(float)
    columns = [own, other[:, None].astype(float), content[:, None]]
    levels = [_levels(scored[name], smallest) for name in segments]
    sizes = scored["group"].value_counts().to_numpy()
    n_parameters = sum(part.shape[1] for part in [*columns, *levels])
    left_out = _limiting_size(sizes) < RESPONDENTS_A_PARAMETER * n_parameters and bool(levels)
    return np.hstack(columns if left_out else columns + levels), left_out


def _levels(column: pd.Series, smallest: int) -> Matrix:
    labels = column.astype("str").where(column.notna(), "")
    sizes = labels.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    kept = sizes.index[sizes >= max(1, smallest)][:MOST_LEVELS]
    return np.column_stack([np.zeros((len(column), 0)), *(labels == level for level in kept)])


def _standardise(
    outcome: NDArray[Any], covariates: Matrix, weights: Matrix, n_themes: int, confidence: float
) -> pd.DataFrame:
    rows = np.column_stack([outcome, weights, covariates])
    distinct, _, counts = distinct_rows(rows)
    outcome, weights, covariates = distinct[:, 0], distinct[:, 1], distinct[:, 2:]
    worths, category = np.unique(outcome, return_inverse=True)
    model = fit_proportional_odds(category.reshape(-1), covariates, weights * counts)
    figures = [
        _one_theme(number, model, np.diff(worths), covariates, weights, counts, confidence)
        for number in range(n_themes)
    ]
    return pd.DataFrame(figures, columns=[*_FIGURES[:4], "what_if_note"])


def _one_theme(
    number: int,
    model: ProportionalOdds,
    steps: Matrix,
    covariates: Matrix,
    weights: Matrix,
    counts: NDArray[np.int64],
    confidence: float,
) -> tuple[float, float, float, float, str]:
    from scipy.stats import norm

    missing = (np.nan,) * 4
    if not model.converged:
        return (*missing, "the model did not converge")
    if not model.estimable[number]:
        return (*missing, "cannot be told apart from complaints about other themes")
    without = covariates.copy()
    without[:, number] = 0.0
    expected, gradient = _expected(model, steps, covariates)
    expected_without, gradient_without = _expected(model, steps, without)
    total = weights @ counts
    gain = expected_without - expected
    change = float((weights * counts) @ gain / total)
    slope = (weights * counts) @ (gradient_without - gradient) / total
    influence = weights * ((gain - change) / total + model.scores @ (model.covariance @ slope))
    error = float(np.sqrt(counts @ influence**2))
    half = norm.ppf((1 + confidence) / 2) * error
    p_value = float(2 * norm.sf(abs(change) / error)) if error > 0 else 1.0
    note = "all who complain about it are in one group: penalised" * bool(model.penalised[number])
    return 100 * change, 100 * (change - half), 100 * (change + half), p_value, note


def _expected(model: ProportionalOdds, steps: Matrix, covariates: Matrix) -> tuple[Matrix, Matrix]:
    """A row's expected worth less that of the highest group, and its derivative."""
    from scipy.special import expit

    below = expit(model.thresholds[None, :] - (covariates @ model.slopes)[:, None])
    density = steps * below * (1 - below)
    return -(below @ steps), np.hstack([-density, density.sum(axis=1)[:, None] * covariates])
