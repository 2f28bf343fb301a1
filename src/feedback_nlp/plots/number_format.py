"""How numbers and dates are written: one place, in the language that a report asks for.

Prose stays English; :func:`written_in` changes the decimal sign, the grouping of
thousands, the per cent sign and dates for everything that is written inside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

#: Languages in which numbers and dates can be written (ISO 639-1).
LANGUAGES = ("en", "de", "fr", "es", "nl", "it", "pt", "da", "sv", "nb", "fi", "pl", "cs")
_language: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def written_in(language: str) -> Iterator[None]:
    """Write numbers and dates as readers of a language do.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.

    Examples
    --------
    >>> with written_in("de"):
    ...     print(signed(-6.24), count(12345), decimal(0.5))
    −6,2 12.345 0,5
    """
    if language not in LANGUAGES:
        raise ValueError(f"numbers cannot be written in {language!r}, only {', '.join(LANGUAGES)}")
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def signed(value: float) -> str:
    """Write a number of points with its sign and one decimal.

    Examples
    --------
    >>> signed(-6.24), signed(0.04), signed(12)
    ('−6.2', '0.0', '+12.0')
    """
    rounded = round(float(value), 1)
    if rounded == 0:
        return decimal(0)
    return f"{'+' if rounded > 0 else '−'}{decimal(abs(rounded))}"


def decimal(value: float, places: int = 1) -> str:
    """Write a number with decimals.

    Examples
    --------
    >>> decimal(6.24), decimal(1234.5), decimal(0.6385, 2)
    ('6.2', '1,234.5', '0.64')
    """
    return _marks(f"{float(value):,.{places}f}")


def count(value: float) -> str:
    """Write a whole number, thousands grouped.

    Examples
    --------
    >>> count(2385), count(61292.0)
    ('2,385', '61,292')
    """
    return _marks(f"{float(value):,.0f}")


def percent(share: float) -> str:
    """Write a share as a whole percentage.

    Examples
    --------
    >>> percent(0.314)
    '31%'
    """
    figure = f"{100 * float(share):.0f}"
    if _language.get() == "en":
        return f"{figure}%"
    from babel.numbers import format_percent

    return format_percent(round(float(figure)) / 100, locale=_language.get())


def long_date(day: date) -> str:
    """Write a day with its month's name.

    Examples
    --------
    >>> long_date(date(2024, 1, 2))
    '2 January 2024'
    """
    if _language.get() == "en":
        return f"{day.day} {day:%B %Y}"
    from babel.dates import format_date

    return format_date(day, "long", locale=_language.get())


def period(first: date | None, last: date | None) -> str:
    """Write a period of dates as a reader says it.

    Examples
    --------
    >>> period(date(2024, 1, 2), date(2024, 12, 30))
    '2 January to 30 December 2024'
    >>> period(date(2023, 11, 5), date(2024, 2, 1))
    '5 November 2023 to 1 February 2024'
    >>> period(None, None)
    ''
    """
    if first is None or last is None:
        return ""
    end = long_date(last)
    if first == last:
        return end
    if _language.get() != "en":
        # An interval in the middle of an English sentence: the dash needs no word.
        return f"{long_date(first)} – {end}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {end}"


def _marks(english: str) -> str:
    if _language.get() == "en":
        return english
    from babel.numbers import get_decimal_symbol, get_group_symbol

    group, mark = (
        get_group_symbol(locale=_language.get()),
        get_decimal_symbol(locale=_language.get()),
    )
    return english.translate({ord(","): group, ord("."): mark})
