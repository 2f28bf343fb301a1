"""What one cell of a survey file says: a score, a rating, an amount, a date, yes or no.

Files are read as text, so that an id such as 007 survives; the text becomes a value only here,
once the role of its column is known. Every function works on the distinct texts of a column,
which keeps a million rows cheap.
"""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

SCORE_REASONS = ("given", "empty", "out_of_range", "not_whole", "not_a_number")

# What spreadsheets, databases and pandas write where there is nothing.
_EMPTY_MARKS = frozenset({"", "-", "--", "na", "n/a", "#n/a", "nan", "null", "none", "<na>"})

_NUMBER = r"[+-]?\d+(?:[.,]\d*)?"
_LABELLED_NUMBER = re.compile(
    rf"(?P<number>{_NUMBER})"
    r"(?:\s*/\s*10(?!\d)|\s+out\s+of\s+10(?!\d))?"
    # A label after white space alone must hold no digit: "7 or 8" is not a 7.
    r"(?:\s*[-–—=:.,|()]+\s*[^\W\d].*|\s+[^\W\d]\D*)?",
    re.DOTALL | re.IGNORECASE,
)
_NUMBER_AFTER_LABEL = re.compile(
    r"(?P<label>(?![=+@])[^\d(=:]{1,80}?)\s*(?:\(\s*(\d+)\s*\)|\s[-–—]\s+(\d+)|[=:]\s*(\d+))"
)
# Free text is longer than any label of a scale; not to look at it keeps wide files quick.
_LONGEST_RATING = 160
_CURRENCY = re.compile(r"[£$€¥₹]|\b(?:usd|eur|gbp|chf)\b", re.IGNORECASE)
_DIGIT_GAPS = re.compile(r"(?<=\d)[\s'’](?=\d{3})")

_YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "on", "ok", "agree", "agreed"})
_NO = frozenset({"no", "n", "false", "f", "0", "0.0", "off", "disagree", "declined"})

_YEAR_FIRST = re.compile(r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{8})(?:\D.*)?")
_YEAR_LAST = (
    r"^(?P<first>\d{1,2})[/.\-](?P<second>\d{1,2})[/.\-](?P<year>\d{4}|\d{2})"
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<seconds>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp])?\.?(?:[Mm]\.?)?)?$"
)
# Days since 1900, as spreadsheets count them: the years 2000 to 2050, and ten of them at most.
_SERIAL = r"\d{5}(?:\.\d+)?"
_FIRST_SERIAL, _LAST_SERIAL, _MOST_SERIALS = 36_526, 54_789, 3_653
_MONTH_NAME = re.compile(
    r"(?i:(?=.*\d)(?=.{6,40}$).*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec).*)"
)


def _cell_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else str(number)
    if isinstance(value, (datetime, date)):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)


def as_text(column: pd.Series) -> pd.Series:
    """The cells of a column as text, with "" where there is nothing.

    Parameters
    ----------
    column : Series, shape (n,)
        Of any type: text stays as it is, 9.0 becomes "9", a date its ISO form.

    Returns
    -------
    Series of str, shape (n,), under the same index and name.

    Examples
    --------
    >>> as_text(pd.Series([9.0, None, 7.5])).tolist()
    ['9', '', '7.5']
    """
    if isinstance(column.dtype, pd.StringDtype):
        whole = column.fillna("") if column.hasnans else column
        return whole if whole.dtype == "str" else whole.astype(str)
    texts = [_cell_text(value) for value in column.tolist()]
    return pd.Series(texts, index=column.index, name=column.name, dtype=str)


def _tidy(text: str) -> str:
    return text.replace("\u2212", "-").replace("\xa0", " ").strip()


def _plain_number(text: str) -> float:
    """A number as written by people: 9, 9.0, 9,0, 1,200.50, 1.200,50; NaN when it is none."""
    if "," in text and "." in text:
        decimal = max(",.", key=text.rfind)
        text = text.replace("," if decimal == "." else ".", "")
    elif re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+", text):
        text = text.replace(",", "")
    elif text.count(".") > 1 and re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})+", text):
        text = text.replace(".", "")
    text = text.replace(",", ".")
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", text):
        return np.nan
    return float(text)


def _rating(text: str) -> float:
    """The number of a rating that may carry its label, such as "10 - Extremely likely"."""
    text = _tidy(text)
    if len(text) > _LONGEST_RATING:
        return np.nan
    labelled = _LABELLED_NUMBER.fullmatch(text)
    if labelled:
        return _plain_number(labelled["number"])
    after_label = _NUMBER_AFTER_LABEL.fullmatch(text)
    if after_label and any(character.isalpha() for character in after_label["label"]):
        return float(next(number for number in after_label.groups()[1:] if number))
    return _plain_number(text)


def _score(text: str) -> tuple[float, str]:
    if is_empty_mark(text):
        return np.nan, "empty"
    number = _rating(text)
    if np.isnan(number):
        return np.nan, "not_a_number"
    if not 0 <= number <= 10:
        return np.nan, "out_of_range"
    if number != int(number):
        return np.nan, "not_whole"
    return number, "given"


def is_empty_mark(text: str) -> bool:
    """Whether a cell that should hold a value says only that there is none ("", "n/a", "NULL").

    Examples
    --------
    >>> is_empty_mark(" N/A "), is_empty_mark("ten")
    (True, False)
    """
    return _tidy(text).casefold() in _EMPTY_MARKS


def read_scores(column: pd.Series) -> pd.DataFrame:
    """Read the 0-10 scores of a column, and say of every other cell why it is not one.

    Parameters
    ----------
    column : Series, shape (n,)
        Text or numbers. "10 - Extremely likely", "9.0", " 7 ", "0 = not at all likely",
        "Extremely likely (10)" and "9/10" are scores.

    Returns
    -------
    DataFrame, shape (n, 2), under the same index: `score` (Int64, missing where it is none) and
    `reason` ("given", "empty", "out_of_range", "not_whole" or "not_a_number").

    Examples
    --------
    >>> read_scores(pd.Series(["10 - Extremely likely", "11", "7.5", "ten", ""]))
       score        reason
    0     10         given
    1   <NA>  out_of_range
    2   <NA>     not_whole
    3   <NA>  not_a_number
    4   <NA>         empty
    """
    codes, distinct = pd.factorize(as_text(column).to_numpy(dtype=object))
    read = [_score(text) for text in distinct]
    values = np.array([number for number, _ in read], dtype=float)
    reasons = np.array([reason for _, reason in read], dtype=object)
    return pd.DataFrame(
        {
            "score": pd.Series(values[codes], index=column.index).astype("Int64"),
            "reason": pd.Series(reasons[codes], index=column.index, dtype=str),
        }
    )


def read_ratings(column: pd.Series) -> pd.Series:
    """Read satisfaction ratings, labelled or not, as floats; NaN where a cell holds none.

    Examples
    --------
    >>> read_ratings(pd.Series(["5 - Very satisfied", "3", "", "don't know"])).tolist()
    [5.0, 3.0, nan, nan]
    """
    codes, distinct = pd.factorize(as_text(column).to_numpy(dtype=object))
    values = np.array([_rating(text) for text in distinct], dtype=float)
    return pd.Series(values[codes], index=column.index, name=column.name, dtype=float)


def _amount(text: str) -> float:
    return _plain_number(_DIGIT_GAPS.sub("", _tidy(_CURRENCY.sub("", text))))


def read_amounts(column: pd.Series) -> pd.Series:
    """Read weights or amounts of money as floats; NaN where a cell holds none.

    Examples
    --------
    >>> read_amounts(pd.Series(["£1,200.50", "1.200,50 EUR", "0.8", "unknown"])).tolist()
    [1200.5, 1200.5, 0.8, nan]
    """
    codes, distinct = pd.factorize(as_text(column).to_numpy(dtype=object))
    values = np.array([_amount(text) for text in distinct], dtype=float)
    return pd.Series(values[codes], index=column.index, name=column.name, dtype=float)


def read_yes_no(column: pd.Series) -> pd.Series:
    """Read yes/no, true/false, 1/0 as booleans; missing where a cell says neither.

    Examples
    --------
    >>> read_yes_no(pd.Series(["Yes", "0", "maybe"])).tolist()
    [True, False, <NA>]
    """
    texts = as_text(column).str.strip().str.casefold()
    answers = {text: text in _YES for text in texts.unique() if text in _YES | _NO}
    return texts.map(answers).astype("boolean")


def read_outcomes(column: pd.Series) -> pd.Series:
    """Read what became of the respondents: yes/no as booleans, anything else as amounts.

    Parameters
    ----------
    column : Series, shape (n,)

    Returns
    -------
    Series, shape (n,), of boolean where every cell that is not empty says yes or no, else of float.

    Examples
    --------
    >>> read_outcomes(pd.Series(["yes", "", "no"])).tolist()
    [True, <NA>, False]
    >>> read_outcomes(pd.Series(["£120", "0", "80.5"])).tolist()
    [120.0, 0.0, 80.5]
    """
    said = read_yes_no(column)
    empty = as_text(column).map(is_empty_mark).astype(bool)
    return said if (said.notna() | empty).all() and said.notna().any() else read_amounts(column)


def _day_comes_first(first: pd.Series, second: pd.Series) -> tuple[bool, str]:
    """Whether 03/04/2018 is the third of April, and how that is known."""
    day_first, month_first = int(first.between(13, 31).sum()), int(second.between(13, 31).sum())
    if day_first and month_first:
        order = "day" if day_first >= month_first else "month"
        return order == "day", f"both orders occur, read as {order} first where possible"
    if day_first:
        return True, "day first, as values such as 13/01 show"
    if month_first:
        return False, "month first, as values such as 01/13 show"
    return True, "day first assumed, as no value tells"


def _parse_year_first(texts: pd.Series) -> pd.Series:
    iso = texts.str.replace(r"^(\d{4})[/.](\d{1,2})[/.]", r"\1-\2-", regex=True)
    iso = iso.str.replace(r"-(\d)(?=\D|$)", r"-0\1", regex=True)
    return pd.to_datetime(iso, format="ISO8601", errors="coerce", utc=True)


def _parse_year_last(parts: pd.DataFrame, day_first: bool) -> pd.Series:
    day, month = ("first", "second") if day_first else ("second", "first")
    year = parts["year"].where(parts["year"].str.len() == 4, "20" + parts["year"])
    midday = parts["half"].fillna("").str.lower()
    hour = pd.to_numeric(parts["hour"].fillna("0"))
    hour = hour.where(midday == "", hour % 12 + 12 * (midday == "p"))
    texts = (
        year
        + "-"
        + parts[month].str.zfill(2)
        + "-"
        + parts[day].str.zfill(2)
        + " "
        + hour.astype(int).astype(str).str.zfill(2)
        + ":"
        + parts["minute"].fillna("00")
        + ":"
        + parts["seconds"].fillna("00")
    )
    return pd.to_datetime(texts, format="%Y-%m-%d %H:%M:%S", errors="coerce", utc=True)


def _parse_month_names(texts: pd.Series) -> pd.Series:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pd.to_datetime(texts, format="mixed", dayfirst=True, errors="coerce", utc=True)


def _parse_serials(texts: pd.Series) -> pd.Series:
    """Dates that lost their format in a spreadsheet; missing throughout where numbers are not."""
    numbers = pd.to_numeric(texts.where(texts.str.fullmatch(_SERIAL)), errors="coerce")
    filled = ~texts.map(is_empty_mark).astype(bool)
    told = numbers[filled]
    within = told.between(_FIRST_SERIAL, _LAST_SERIAL).all()
    if not within or (len(told) and told.max() - told.min() > _MOST_SERIALS):
        numbers[:] = np.nan
    seconds = (numbers * 86_400).round()
    return pd.to_datetime(seconds, unit="s", origin="1899-12-30", utc=True)


def read_dates(column: pd.Series) -> tuple[pd.Series, str]:
    """Read dates and times, deciding once for the whole column whether the day comes first.

    Years first (ISO 8601) are read as such. In dates such as 03/04/2018 the day comes first
    when any first number is above 12, the month when any second number is; where no value tells,
    the day is taken to come first, and the note says so. Cells that contradict the decision are
    missing rather than read the other way round. Times with an offset are turned into UTC.
    Numbers such as 45415 are days since 1900 where the whole column is of that kind.

    Parameters
    ----------
    column : Series, shape (n,)

    Returns
    -------
    dates : Series of datetime64[us], shape (n,), without a time zone; missing where none is read.
    note : str
        How the order was decided, for example "day first, as values such as 13/01 show".

    Examples
    --------
    >>> dates, note = read_dates(pd.Series(["03/04/2018 20:09", "28/04/2018 07:15"]))
    >>> str(dates[0]), note
    ('2018-04-03 20:09:00', 'day first, as values such as 13/01 show')
    """
    codes, distinct = pd.factorize(as_text(column).str.strip().to_numpy(dtype=object))
    texts = pd.Series(distinct, dtype=str).str.replace(r" (?:UTC|GMT)$", "", regex=True)
    parsed = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us, UTC]")
    parts = texts.str.extract(_YEAR_LAST)
    year_last = parts["year"].notna()
    year_first = texts.str.fullmatch(_YEAR_FIRST.pattern).astype(bool)
    named = texts.str.fullmatch(_MONTH_NAME.pattern).astype(bool) & ~year_first & ~year_last
    note = "year first"
    if year_last.any():
        parts = parts[year_last]
        day_first, note = _day_comes_first(parts["first"].astype(int), parts["second"].astype(int))
        parsed[year_last] = _parse_year_last(parts, day_first)
    elif named.any() and not year_first.any():
        note = "months by name"
    if year_first.any():
        parsed[year_first] = _parse_year_first(texts[year_first])
    if named.any():
        parsed[named] = _parse_month_names(texts[named])
    if not (year_last | year_first | named).any():
        serials = _parse_serials(texts)
        if serials.notna().any():
            parsed, note = serials, "days since 1900, as spreadsheets count them"
    parsed = parsed.where(parsed.dt.year.between(1900, 2100)).dt.tz_localize(None)
    dates = parsed.to_numpy()[codes] if len(parsed) else np.array([], dtype="datetime64[us]")
    read = pd.Series(dates, index=column.index, name=column.name)
    return read.astype("datetime64[us]"), note
