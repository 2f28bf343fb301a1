"""A sample of mentions for people to code: drawn, written to a sheet, read back.

Respondents are drawn, and all their mentions are coded: only so do the codes say which share of
respondents mentions a theme. The sheet does not show what the model thinks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.findings.mentioned import mentioned_themes, top_level_of
from feedback_nlp.spreadsheets import write_csv, write_excel

CODERS = ("coder_1", "coder_2")
NONE = "none"
_NO_THEME = "_no_theme"
_FEWEST_PER_STRATUM = 4
_SEPARATORS = re.compile(r"[;|\n]")


@dataclass(frozen=True)
class ValidationSample:
    """Respondents drawn for coding.

    Attributes
    ----------
    sheet : DataFrame, one row a mention
        ``mention_id``, ``answer`` (the whole of it, to read the mention in its context), ``text``
        and the empty columns ``coder_1`` and ``coder_2``. Any first part of it is a random sample
        too, so that a coder may stop early.
    key : DataFrame, one row a theme
        ``number``, ``theme_id``, ``label``, ``description``: what a coder may write.
    design : DataFrame, one row a respondent drawn
        ``response_id``, ``stratum`` (the rarest theme that the model sees in the answer) and
        ``stratum_size`` (respondents of the survey in it). Needed for the report; not for coders.
    """

    sheet: pd.DataFrame
    key: pd.DataFrame
    design: pd.DataFrame


def draw_validation_sample(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    n: int = 200,
    seed: int = 0,
) -> ValidationSample:
    """Draw respondents whose mentions a person shall code.

    Half of the sample is spread evenly over the strata, so that rare themes can be judged; half
    goes to the strata by their size, so that what the model has missed can be found.

    Parameters
    ----------
    responses, mentions, mention_themes, themes : DataFrame
        As in a run. Themes are judged at the top level.
    n : int
        Respondents to draw; 200 have about 350 mentions, two hours' work.
    seed : int

    Returns
    -------
    ValidationSample

    Raises
    ------
    FeedbackError
        If nobody has said anything, or `n` is below 20.

    Examples
    --------
    >>> sample = draw_validation_sample(
    ...     run.responses, run.mentions, run.mention_themes, run.themes)   # doctest: +SKIP
    >>> write_validation_sheet(sample, "validation.xlsx")                  # doctest: +SKIP
    """
    if n < 20:
        raise FeedbackError(f"{n} respondents are too few to validate with; draw 20 or more.")
    strata = _strata(responses, mentions, mention_themes, themes)
    if strata.empty:
        raise FeedbackError("No answer has content, so there is nothing to validate.")
    random = np.random.default_rng(seed)
    sizes = strata.value_counts().sort_index()
    drawn: list[str] = []
    for stratum, count in _allocated(sizes, n).items():
        members = strata.index[strata == stratum].to_numpy()
        drawn += list(random.choice(members, int(count), replace=False))
    order = [drawn[position] for position in random.permutation(len(drawn))]
    stratum_of = strata.loc[order]
    design = pd.DataFrame(
        {
            "response_id": order,
            "stratum": stratum_of.to_numpy(),
            "stratum_size": sizes.loc[stratum_of].to_numpy(),
        }
    ).astype({"response_id": "str", "stratum": "str", "stratum_size": "int64"})
    place = pd.Series(np.arange(len(order)), index=order)
    rows = mentions[mentions["response_id"].isin(place.index)]
    rows = rows.iloc[np.argsort(rows["response_id"].map(place), kind="stable")]
    answers = responses.set_index("response_id")["answer"]
    sheet = pd.DataFrame(
        {
            "mention_id": rows["mention_id"].to_numpy(),
            "answer": rows["response_id"].map(answers).to_numpy(),
            "text": rows["text"].to_numpy(),
            **dict.fromkeys(CODERS, ""),
        }
    ).astype("str")
    return ValidationSample(sheet, _key(themes), design)


def write_validation_sheet(sample: ValidationSample, path: str | Path) -> tuple[Path, Path]:
    """Write the sheet for the coders, and beside it the list of themes with their numbers.

    Parameters
    ----------
    sample : ValidationSample
    path : path
        Ends in ``.csv`` or ``.xlsx``. Texts that a spreadsheet would take for a formula get a
        leading apostrophe.

    Returns
    -------
    tuple of Path
        The sheet and the list of themes, ``<name>_themes.<ending>``. A coder writes the numbers,
        ids or labels of all themes of a mention, with semicolons between them, or "none".

    Raises
    ------
    FeedbackError
        Another ending, or a file that cannot be written.
    """
    path = Path(path)
    key = path.with_name(f"{path.stem}_themes{path.suffix}")
    if path.suffix.lower() == ".xlsx":
        return write_excel(sample.sheet, path, "Coding"), write_excel(sample.key, key, "Themes")
    if path.suffix.lower() == ".csv":
        return write_csv(sample.sheet, path), write_csv(sample.key, key)
    raise FeedbackError(f"{path.name} must end in .csv or .xlsx.")


def read_validation_sheet(path: str | Path, sample: ValidationSample) -> pd.DataFrame:
    """Read back what the coders wrote.

    Parameters
    ----------
    path : path
        The CSV or Excel sheet.
    sample : ValidationSample
        What was drawn.

    Returns
    -------
    DataFrame of object, one row a mention that at least one coder has coded
        Index ``mention_id``; columns ``coder_1``, ``coder_2``: a frozenset of theme ids, or None
        where that coder wrote nothing.

    Raises
    ------
    FeedbackError
        The sheet cannot be read, a row is not of this sample or stands there twice, or a code is
        not in the list of themes; with the number of its row.

    Examples
    --------
    >>> codes = read_validation_sheet("validation.xlsx", sample)    # doctest: +SKIP
    """
    path = Path(path)
    table = _read_sheet(path)
    names = {str(column).strip().lower().lstrip("'"): column for column in table.columns}
    if "mention_id" not in names or CODERS[0] not in names:
        raise FeedbackError(
            f"{path.name} must have the columns mention_id and coder_1, as the sheet was written."
        )
    written = _known_codes(sample.key)
    of_sample = set(sample.sheet["mention_id"])
    codes: dict[str, list[frozenset[str] | None]] = {}
    for number, row in enumerate(table.to_dict("records"), start=2):
        mention = str(row[names["mention_id"]])
        mention = mention if mention in of_sample else mention.removeprefix("'")
        cells = [str(row[names[c]]).strip() if c in names else "" for c in CODERS]
        if mention not in of_sample:
            if not mention.strip() and not any(cells):
                continue
            raise FeedbackError(
                f"{path.name}, row {number}: the mention {mention[:60]!r} is not in this run's "
                "sample; code the sheet that was drawn from this run."
            )
        if mention in codes:
            raise FeedbackError(f"{path.name}, row {number}: {mention!r} stands there twice.")
        codes[mention] = [_codes_in(cell, written, path.name, number) for cell in cells]
    coded = {mention: both for mention, both in codes.items() if any(c is not None for c in both)}
    if not coded:
        raise FeedbackError(
            f"{path.name} has no codes yet: write theme numbers or 'none' in coder_1."
        )
    index = pd.Index(list(coded), name="mention_id")
    columns = {coder: [both[i] for both in coded.values()] for i, coder in enumerate(CODERS)}
    return pd.DataFrame(columns, index=index, dtype=object)


def _strata(
    responses: pd.DataFrame,
    mentions: pd.DataFrame,
    mention_themes: pd.DataFrame,
    themes: pd.DataFrame,
) -> pd.Series:
    """The rarest theme that the model sees in each answer with a mention."""
    speaking = responses[responses["response_id"].isin(set(mentions["response_id"]))]
    mentioned = mentioned_themes(speaking, mention_themes, themes, "top")
    rarest_first = mentioned.sum(axis=0).sort_values(kind="stable").index
    table = mentioned[rarest_first].to_numpy()
    names = np.append(rarest_first.to_numpy(dtype=object), _NO_THEME)
    first = np.where(table.any(axis=1), table.argmax(axis=1) if table.shape[1] else 0, -1)
    return pd.Series(names[first], index=mentioned.index, dtype="str")


def _allocated(sizes: pd.Series, n: int) -> pd.Series:
    """How many to draw of each stratum."""
    n = min(n, int(sizes.sum()))
    room = sizes.to_numpy(int)
    wanted = np.rint(0.5 * n / len(room) + 0.5 * n * room / room.sum()).astype(int)
    counts = np.minimum(np.maximum(wanted, _FEWEST_PER_STRATUM), room)
    # What rounding and small strata leave over goes where most are left to draw.
    while (missing := n - int(counts.sum())) > 0:
        most = int(np.argmax(room - counts))
        counts[most] += min(missing, int(room[most] - counts[most]))
    while (over := int(counts.sum()) - n) > 0 and counts.max() > _FEWEST_PER_STRATUM:
        largest = int(np.argmax(counts))
        counts[largest] -= min(over, int(counts[largest]) - _FEWEST_PER_STRATUM)
    return pd.Series(counts, index=sizes.index)


def _key(themes: pd.DataFrame) -> pd.DataFrame:
    parents = top_level_of(themes)
    top = themes[themes["theme_id"].map(lambda theme: parents[theme] == theme)]
    description = top["description"] if "description" in top else pd.Series("", index=top.index)
    return pd.DataFrame(
        {
            "number": np.arange(1, len(top) + 1),
            "theme_id": top["theme_id"].to_numpy(),
            "label": top["label"].to_numpy(),
            "description": description.fillna("").to_numpy(),
        }
    )


def _read_sheet(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() == ".xlsx":
            return pd.read_excel(path, dtype=str, keep_default_na=False, engine="openpyxl")
        # Spreadsheets of some countries save CSV with semicolons.
        head = path.open(encoding="utf-8-sig").readline()
        separator = max(",;\t", key=head.count)
        return pd.read_csv(
            path, dtype=str, keep_default_na=False, sep=separator, encoding="utf-8-sig"
        )
    except Exception as error:
        raise FeedbackError(
            f"The sheet {path.name} cannot be read; save it as .xlsx, or as CSV in UTF-8."
        ) from error


def _known_codes(key: pd.DataFrame) -> dict[str, str]:
    known: dict[str, str] = {}
    for number, theme, label in zip(key["number"], key["theme_id"], key["label"], strict=True):
        for written in (str(label), str(theme), str(number), f"{number}.0"):
            known[written.strip().casefold()] = theme
    return known


def _codes_in(cell: str, known: dict[str, str], name: str, row: int) -> frozenset[str] | None:
    cell = cell.strip().removeprefix("'").strip()
    if not cell:
        return None
    whole = cell.casefold()
    parts = [whole] if whole in known else [part.strip() for part in _SEPARATORS.split(whole)]
    if len(parts) == 1 and re.fullmatch(r"\d+(\s*,\s*\d+)+", whole):
        parts = [part.strip() for part in whole.split(",")]
    found = set()
    for part in filter(None, parts):
        if part in (NONE, "0", "0.0", "-"):
            continue
        if part not in known:
            raise FeedbackError(
                f"{name}, row {row}: {part[:60]!r} is no theme; write numbers, ids or labels from "
                "the list of themes with ; between them, or none."
            )
        found.add(known[part])
    return frozenset(found)
