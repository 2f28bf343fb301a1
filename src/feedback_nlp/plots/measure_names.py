"""How ratings are called in pictures and tables: what a reader would say, not the column's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

#: What the tables call things that are no rating of the survey.
MEASURE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "_score": "Likelihood to recommend (0–10)",
        "_group": "Promoter, passive or detractor",
        "_ratings": "All ratings together",
        "_sentiment": "Sentiment of the text",
        "_themes": "Themes of the text",
        "_words": "Sentiment and themes",
        "_without_score": "Ratings, sentiment and themes",
        "_everything": "Everything together",
    }
)
# Behind the question comes the item: "How satisfied are you with …? - Waiting time", "… [Staff]".
_IN_BRACKETS = re.compile(r"(?P<question>.+?)\s*\[(?P<item>[^\[\]]+)\]")
_BEHIND_A_MARK = re.compile(r"(?P<question>.+(?:\s[-–—|]|[?:]))\s+(?P<item>[^?]+)")
_FEWEST_WORDS_OF_A_QUESTION = 3


def measure_label(name: str, among: Iterable[str] = ()) -> str:
    """The name of a rating, or of what stands beside the ratings, as a reader would say it.

    Survey tools head the columns of one question with the question and, behind a dash, a colon or
    in brackets, the item; then the item is the name.

    Parameters
    ----------
    name : str
        A column, or one of `MEASURE_LABELS`.
    among : iterable of str
        The other names that stand beside it: an item that two questions ask for keeps its
        question.

    Examples
    --------
    >>> measure_label("rating_value"), measure_label("_sentiment")
    ('Rating value', 'Sentiment of the text')
    >>> measure_label("How satisfied are you with the following? - Waiting time")
    'Waiting time'
    """
    if name in MEASURE_LABELS:
        return MEASURE_LABELS[name]
    item = _item_of(str(name))
    twice = any(_item_of(str(other)) == item for other in among if other != name)
    plain = (str(name) if twice else item).replace("_", " ").strip()
    return plain[:1].upper() + plain[1:]


def _item_of(name: str) -> str:
    """The item of a question with several, as its column's name has it; else the whole name."""
    whole = " ".join(name.split())
    for form in (_IN_BRACKETS, _BEHIND_A_MARK):
        found = form.fullmatch(whole)
        # "Satisfaction - 2024" is no question, and a number names nothing.
        if (
            found is not None
            and len(found["question"].split()) >= _FEWEST_WORDS_OF_A_QUESTION
            and any(character.isalpha() for character in found["item"])
        ):
            return found["item"].strip()
    return whole
