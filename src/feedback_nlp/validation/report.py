"""How often is the assignment right, and what are the shares when its mistakes are allowed for?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.groups import SMALLEST_GROUP
from feedback_nlp.findings.mentioned import mentioned_themes, top_level_of
from feedback_nlp.findings.proportions import respondent_weights
from feedback_nlp.validation.corrected_shares import corrected_share
from feedback_nlp.validation.sheet import (
    CODERS,
    ValidationSample,
    draw_validation_sample,
    read_validation_sheet,
    write_validation_sheet,
)


@dataclass(frozen=True)
class ValidationReport:
    """What the hand-coded sample says of the assignment.

    Attributes
    ----------
    accuracy : DataFrame, one row a theme, and the row ``_all``
        ``theme_id, label, n_coded`` (mentions that bear it by the coder), ``n_assigned`` (by the
        model), and ``precision, recall, kappa`` with ``_low`` and ``_high`` each; ``agreement``
        with its interval: kappa of the two coders, missing with one coder.
    shares : DataFrame, one row a theme and group (and the group ``all``)
        ``theme_id, group, n_respondents, n_coded, share_assigned`` (what the run says), ``share``
        with ``ci_low, ci_high`` (corrected for the model's mistakes).
    n_mentions, n_respondents : int
        How much was coded in full.
    """

    accuracy: pd.DataFrame
    shares: pd.DataFrame
    n_mentions: int
    n_respondents: int


def validation_report(
    codes: pd.DataFrame,
    sample: ValidationSample,
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    weight: str | None = None,
    confidence: float = 0.95,
    smallest: int = SMALLEST_GROUP,
) -> ValidationReport:
    """Judge the assignment by what people coded, and correct each theme's share by it.

    Parameters
    ----------
    codes : DataFrame
        From `read_validation_sheet`.
    sample : ValidationSample
        What was drawn; its design weighs the respondents.
    responses, mentions, mention_themes, themes : DataFrame
        Of the run the sample was drawn from. The assignment may have changed since; the mentions
        may not.
    weight : str, optional
        Column of survey weights, for the shares.
    confidence : float
        Level of the intervals.
    smallest : int
        No shares are given for a group of fewer respondents.

    Returns
    -------
    ValidationReport
        The first coder is the reference; the second speaks for mentions that the first left out.

    Raises
    ------
    FeedbackError
        If no respondent's mentions are all coded.

    Notes
    -----
    Every figure is weighted to the survey: a respondent stands for ``stratum size / coded in the
    stratum`` respondents. Precision and recall have Wilson's interval at Kish's effective number.
    Shares are corrected by `corrected_share` (prediction-powered inference).

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement 20. Fleiss, Cohen and Everitt (1969),
    Psychological Bulletin 72 (the standard error of kappa). Angelopoulos et al. (2023), Science
    382, "Prediction-powered inference".
    """
    parents = top_level_of(themes)
    ids = [theme for theme, parent in parents.items() if theme == parent]
    labels = themes.set_index("theme_id")["label"]
    reference = [
        second if first is None else first
        for first, second in zip(codes[CODERS[0]], codes[CODERS[1]], strict=True)
    ]
    coded = pd.DataFrame(
        [[theme in found for theme in ids] for found in reference], index=codes.index, columns=ids
    )
    weights = _weights(coded.index, sample, mentions)
    if weights.empty:
        raise FeedbackError("No answer is coded in full yet; code all mentions of an answer.")
    of_mention = mentions.set_index("mention_id")["response_id"].loc[coded.index]
    whole = of_mention.isin(weights.index).to_numpy()
    coded, of_mention = coded[whole], of_mention[whole]
    assigned = _assigned(coded.index, mention_themes, parents, ids)
    counts = weights.loc[of_mention].to_numpy()
    agreement = _two_coders(codes, ids)
    rows = [
        {"theme_id": theme, "label": labels[theme]}
        | _accuracy(coded[theme].to_numpy(), assigned[theme].to_numpy(), counts, confidence)
        | _agreement(agreement, [theme], confidence)
        for theme in ids
    ]
    every = np.tile(counts, len(ids))
    rows.append(
        {"theme_id": "_all", "label": "All themes"}
        | _accuracy(coded.to_numpy().T.ravel(), assigned.to_numpy().T.ravel(), every, confidence)
        | _agreement(agreement, ids, confidence)
    )
    shares = _shares(
        coded.groupby(of_mention.to_numpy()).any(),
        weights,
        responses,
        mentions,
        mention_themes,
        themes,
        weight,
        confidence,
        smallest,
    )
    return ValidationReport(pd.DataFrame(rows), shares, len(coded), len(weights))


def _weights(coded: pd.Index, sample: ValidationSample, mentions: pd.DataFrame) -> pd.Series:
    """How many respondents each fully coded respondent stands for."""
    drawn = mentions[mentions["response_id"].isin(set(sample.design["response_id"]))]
    done = drawn["mention_id"].isin(coded).groupby(drawn["response_id"].to_numpy()).all()
    design = sample.design[sample.design["response_id"].map(done).fillna(False).astype(bool)]
    in_stratum = design["stratum"].map(design["stratum"].value_counts())
    return pd.Series(
        design["stratum_size"].to_numpy(float) / in_stratum.to_numpy(float),
        index=pd.Index(design["response_id"], name="response_id"),
    )


def _assigned(
    coded: pd.Index, mention_themes: pd.DataFrame, parents: dict[str, str], ids: list[str]
) -> pd.DataFrame:
    links = mention_themes[mention_themes["mention_id"].isin(coded)]
    table = pd.DataFrame(False, index=coded, columns=ids)
    for mention, theme in zip(links["mention_id"], links["theme_id"].map(parents), strict=True):
        if theme in table.columns:
            table.loc[mention, theme] = True
    return table


def _accuracy(
    coded: NDArray[np.bool_],
    assigned: NDArray[np.bool_],
    weight: NDArray[np.float64],
    confidence: float,
) -> dict[str, float]:
    row: dict[str, float] = {"n_coded": int(coded.sum()), "n_assigned": int(assigned.sum())}
    for name, base, right in (("precision", assigned, coded), ("recall", coded, assigned)):
        share, low, high = _weighted_share(right[base], weight[base], confidence)
        row |= {name: share, f"{name}_low": low, f"{name}_high": high}
    kappa, low, high = _kappa(coded, assigned, weight, confidence)
    return row | {"kappa": kappa, "kappa_low": low, "kappa_high": high}


def _weighted_share(
    values: NDArray[np.bool_], weight: NDArray[np.float64], confidence: float
) -> tuple[float, float, float]:
    from statsmodels.stats.proportion import proportion_confint

    if not len(values):
        return float("nan"), float("nan"), float("nan")
    share = float(np.average(values, weights=weight))
    effective = float(weight.sum() ** 2 / np.sum(weight**2))
    low, high = proportion_confint(share * effective, effective, 1 - confidence, method="wilson")
    return share, float(low), float(high)


def _kappa(
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    weight: NDArray[np.float64],
    confidence: float,
) -> tuple[float, float, float]:
    """Cohen's kappa of two yes/no codings, weighted, with its large-sample interval."""
    from scipy.stats import norm
    from statsmodels.stats.inter_rater import cohens_kappa

    none = (float("nan"),) * 3
    if not len(first):
        return none
    cells = np.zeros((2, 2))
    np.add.at(cells, (first.astype(int), second.astype(int)), weight)
    if not cells[1].sum() and not cells[:, 1].sum():
        return none
    effective = float(weight.sum() ** 2 / np.sum(weight**2))
    cells *= effective / cells.sum()
    # An empty cell would make the standard error too small, at worst zero.
    with np.errstate(invalid="ignore", divide="ignore"):
        judged = cohens_kappa(cells + 0.5 * bool((cells == 0).any()))
        kappa = float(cohens_kappa(cells).kappa)
    reach = float(norm.ppf(0.5 + confidence / 2) * judged.std_kappa)
    centre = float(judged.kappa)
    return kappa, max(-1.0, min(kappa, centre - reach)), min(1.0, max(kappa, centre + reach))


def _two_coders(codes: pd.DataFrame, ids: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    both = codes[codes[CODERS[0]].notna() & codes[CODERS[1]].notna()]
    first, second = (
        pd.DataFrame(
            [[theme in found for theme in ids] for found in both[coder]],
            index=both.index,
            columns=list(ids),
            dtype=bool,
        )
        for coder in CODERS
    )
    return first, second


def _agreement(
    coders: tuple[pd.DataFrame, pd.DataFrame], ids: Sequence[str], confidence: float
) -> dict[str, float]:
    first, second = (table[list(ids)].to_numpy(bool).T.ravel() for table in coders)
    kappa, low, high = _kappa(first, second, np.ones(len(first)), confidence)
    return {"agreement": kappa, "agreement_low": low, "agreement_high": high}


def _shares(
    coded: pd.DataFrame,
    weights: pd.Series,
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    survey_weight: str | None,
    confidence: float,
    smallest: int,
) -> pd.DataFrame:
    speaking = responses[responses["response_id"].isin(set(mentions["response_id"]))]
    assigned = mentioned_themes(speaking, mention_themes, themes, "top")
    group = speaking["group"].fillna("missing").to_numpy(dtype=str)
    position = pd.Series(np.arange(len(speaking)), index=assigned.index).loc[coded.index].to_numpy()
    everybody = respondent_weights(speaking, survey_weight)
    weight = weights.loc[coded.index].to_numpy() * everybody[position]
    rows = []
    for theme in coded.columns:
        truth, seen = coded[theme].to_numpy(), assigned[theme].to_numpy()
        fallback = corrected_share(
            truth, seen[position], seen, weight, confidence, weights_all=everybody
        )
        for name in ("all", *sorted(set(group))):
            members = np.ones(len(group), bool) if name == "all" else group == name
            if members.sum() < smallest or not everybody[members].sum():
                continue
            inside = members[position]
            share = corrected_share(
                truth[inside],
                seen[position][inside],
                seen[members],
                weight[inside],
                confidence,
                weights_all=everybody[members],
                fallback=(fallback.rate_unassigned, fallback.rate_assigned),
            )
            rows.append(
                {
                    "theme_id": theme,
                    "group": name,
                    "n_respondents": int(members.sum()),
                    "n_coded": int(inside.sum()),
                    "share_assigned": float(np.average(seen[members], weights=everybody[members])),
                    "share": share.share,
                    "ci_low": share.low,
                    "ci_high": share.high,
                }
            )
    return pd.DataFrame(rows)


__all__ = [
    "ValidationReport",
    "ValidationSample",
    "draw_validation_sample",
    "read_validation_sheet",
    "validation_report",
    "write_validation_sheet",
]
