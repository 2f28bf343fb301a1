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


def write_validation_sheet(
    sample: ValidationSample, path: str | Path, *, coders: int = 1
) -> tuple[Path, ...]:
    """Write a sheet for each coder, and beside it the list of themes with their numbers.

    Parameters
    ----------
    sample : ValidationSample
    path : path
        Ends in ``.csv`` or ``.xlsx``. Texts that a spreadsheet would take for a formula get a
        leading apostrophe.
    coders : int
        With 2 the second coder gets a sheet of the same mentions, ``<name>_coder_2.<ending>``:
        who sees the other's codes agrees with them too easily.

    Returns
    -------
    tuple of Path
        The sheets, and last the list of themes, ``<name>_themes.<ending>``. A coder writes the
        numbers, ids or labels of all themes of a mention, with semicolons between them, or
        "none".

    Raises
    ------
    FeedbackError
        Another ending, or a file that cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise FeedbackError(f"{path.name} must end in .csv or .xlsx.")
    tables = {
        sheet: (sample.sheet.drop(columns=[one for one in CODERS if one != coder]), "Coding")
        for sheet, coder in list(zip(sheets_of(path), CODERS, strict=True))[:coders]
    }
    tables[path.with_name(f"{path.stem}_themes{path.suffix}")] = (sample.key, "Themes")
    return tuple(
        write_excel(table, file, name) if path.suffix.lower() == ".xlsx" else write_csv(table, file)
        for file, (table, name) in tables.items()
    )


def sheets_of(path: str | Path) -> tuple[Path, Path]:
    """The sheets of the first and of the second coder, whether they are there or not.

    Examples
    --------
    >>> [sheet.name for sheet in sheets_of("validation.xlsx")]
    ['validation.xlsx', 'validation_coder_2.xlsx']
    """
    path = Path(path)
    stem = path.stem.removesuffix(f"_{CODERS[1]}")
    return path.with_name(f"{stem}{path.suffix}"), path.with_name(
        f"{stem}_{CODERS[1]}{path.suffix}"
    )


def read_validation_sheet(path: str | Path, sample: ValidationSample) -> pd.DataFrame:
    """Read back what the coders wrote.

    Parameters
    ----------
    path : path
        The CSV or Excel sheet. A sheet of the second coder beside it is read too.
    sample : ValidationSample
        What was drawn.

    Returns
    -------
    DataFrame of object, one row a mention that at least one coder has coded
        Index ``mention_id``, in the order of the sample; columns ``coder_1``, ``coder_2``: a
        frozenset of theme ids, or None where that coder wrote nothing.

    Raises
    ------
    FeedbackError
        A sheet cannot be read, a row is not of this sample or stands there twice, or a code is
        not in the list of themes: the first mistake with the number of its row, and the rows of
        the others.

    Examples
    --------
    >>> codes = read_validation_sheet("validation.xlsx", sample)    # doctest: +SKIP
    """
    path = Path(path)
    others = [sheet for sheet in sheets_of(path) if sheet != path and sheet.is_file()]
    codes: dict[str, dict[str, frozenset[str]]] = {}
    for sheet in [path, *others]:
        for mention, coded in _codes_of(sheet, sample).items():
            of_mention = codes.setdefault(mention, {})
            for coder, found in coded.items():
                if of_mention.get(coder, found) != found:
                    raise FeedbackError(
                        f"{sheet.name} has other codes of {coder} for {mention!r} than "
                        f"{path.name}; keep one of them."
                    )
                of_mention[coder] = found
    order = [mention for mention in sample.sheet["mention_id"] if codes.get(mention)]
    if not order:
        raise FeedbackError(
            f"{path.name} has no codes yet: write theme numbers or 'none' in coder_1."
        )
    columns = {coder: [codes[mention].get(coder) for mention in order] for coder in CODERS}
    return pd.DataFrame(columns, index=pd.Index(order, name="mention_id"), dtype=object)


def _codes_of(path: Path, sample: ValidationSample) -> dict[str, dict[str, frozenset[str]]]:
    """Codes in one sheet, by mention and coder."""
    table = _read_sheet(path)
    names = {str(column).strip().lower().lstrip("'"): column for column in table.columns}
    coders = [coder for coder in CODERS if coder in names]
    if "mention_id" not in names or not coders:
        raise FeedbackError(
            f"{path.name} must have the columns mention_id and coder_1 (or coder_2) in its first "
            "row, as the sheet was written."
        )
    written, of_sample = _known_codes(sample.key), set(sample.sheet["mention_id"])
    codes: dict[str, dict[str, frozenset[str]]] = {}
    mistakes: dict[int, str] = {}
    for number, row in enumerate(table.to_dict("records"), start=2):
        mention = str(row[names["mention_id"]]).strip()
        mention = mention if mention in of_sample else mention.removeprefix("'")
        cells = {coder: str(row[names[coder]]).strip() for coder in coders}
        if not mention and not any(cells.values()):
            continue
        if mention not in of_sample:
            mistakes[number] = (
                f"the mention {mention[:60]!r} is not in this run's sample; code the sheet that "
                "was drawn from this run."
            )
        elif mention in codes:
            mistakes[number] = f"the mention {mention!r} stands there twice."
        else:
            codes[mention] = {}
            for coder, cell in cells.items():
                found = _codes_in(cell, written)
                if isinstance(found, str):
                    mistakes.setdefault(number, found)
                elif found is not None:
                    codes[mention][coder] = found
    if mistakes:
        raise FeedbackError(f"{path.name}, {_first_of(mistakes)}")
    return codes


def _first_of(mistakes: dict[int, str]) -> str:
    first, *others = mistakes
    said = f"row {first}: {mistakes[first]}"
    if not others:
        return said
    rows = ", ".join(map(str, others[:10])) + (" …" if len(others) > 10 else "")
    return f"{said} More mistakes in row{'s' * (len(others) > 1)} {rows}."


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
        # An empty line counts as a row, as the coder's program counts it.
        return pd.read_csv(
            path,
            dtype=str,
            keep_default_na=False,
            sep=separator,
            encoding="utf-8-sig",
            skip_blank_lines=False,
        ).fillna("")
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


def _codes_in(cell: str, known: dict[str, str]) -> frozenset[str] | str | None:
    """Theme ids in a cell, None where it is empty, or what is wrong with it."""
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
            return (
                f"{part[:60]!r} is no theme; write numbers, ids or labels from the list of themes "
                "with ; between them, or none."
            )
        found.add(known[part])
    return frozenset(found)
