"""The playbook: whom to contact after a survey, when and how, in a file that people edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedback_nlp.errors import FeedbackError
from feedback_nlp.near_names import did_you_mean
from feedback_nlp.nps import HIGHEST_SCORE

#: The playbook that comes with the package.
DEFAULT_PLAYBOOK = Path(__file__).with_name("playbook.yaml")
LEAST_URGENT = 5
_NUMBERS = {"days_between_contacts": 90, "forget_after_days": 120, "heavy_hitter_share": 0.2}
_RULE_TEXTS = ("name", "goal", "action", "avoid", "if_late")
_RULE_KEYS = (*_RULE_TEXTS, "scores", "priority", "contact_days", "themes", "value_at_least")


@dataclass(frozen=True)
class Rule:
    """What to do with the respondents that a rule of the playbook fits.

    Attributes
    ----------
    name, goal, action, avoid, if_late : str
        `avoid` and `if_late` (what to do once the window has passed) may be empty.
    scores : tuple of int
        Lowest and highest score.
    priority : int
        1, the most urgent, to 5.
    contact_days : tuple of int
        Not before and not after so many days from the answer.
    themes : tuple of str
        Themes of which one must be mentioned; empty for any answer.
    value_at_least : float or None
    """

    name: str
    scores: tuple[int, int]
    priority: int
    contact_days: tuple[int, int]
    goal: str
    action: str
    avoid: str = ""
    if_late: str = ""
    themes: tuple[str, ...] = ()
    value_at_least: float | None = None


@dataclass(frozen=True)
class Playbook:
    """A playbook as it was read.

    Attributes
    ----------
    rules : tuple of Rule
        The first that fits a respondent is used.
    thanks : str
        Begins every action.
    days_between_contacts, forget_after_days : int
    heavy_hitter_share : float
        The largest accounts, so large a part of all accounts with a value, are one step more
        urgent; 0 to 0.5.
    """

    rules: tuple[Rule, ...]
    thanks: str
    days_between_contacts: int = 90
    forget_after_days: int = 120
    heavy_hitter_share: float = 0.2


def read_playbook(path: str | Path | None = None) -> Playbook:
    """Read a playbook.

    Parameters
    ----------
    path : path, optional
        A YAML file; the playbook of the package by default, whose comments say what may stand in
        it.

    Returns
    -------
    Playbook

    Raises
    ------
    FeedbackError
        If the file is missing, is no YAML, or does not say what it must; with the line.

    Examples
    --------
    >>> [(rule.name, rule.contact_days) for rule in read_playbook().rules][:2]
    [('danger zone', (2, 7)), ('detractor', (2, 14))]
    """
    file = Path(path) if path is not None else DEFAULT_PLAYBOOK
    content = _Place(file, _loaded(file))
    content.only(("thanks", "rules", *_NUMBERS))
    rules = content.list_of("rules")
    if not rules:
        raise content.error("rules", "needs at least one rule")
    return Playbook(
        rules=tuple(_rule(rule) for rule in rules),
        thanks=content.text("thanks"),
        days_between_contacts=int(content.number("days_between_contacts", 0, 10_000, 90)),
        forget_after_days=int(content.number("forget_after_days", 1, 10_000, 120)),
        heavy_hitter_share=float(content.number("heavy_hitter_share", 0, 0.5, 0.2)),
    )


def _loaded(file: Path) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    # The round-trip loader is as safe as the safe one and remembers the lines.
    yaml = YAML(typ="rt", pure=True)
    try:
        content = yaml.load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "it is not UTF-8"
        raise FeedbackError(f"The playbook {file} cannot be read ({problem}).") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FeedbackError(
            f"The playbook {file.name} is no valid YAML at line {line}: {error.problem}."
        ) from error
    except YAMLError as error:
        raise FeedbackError(f"The playbook {file.name} is no valid YAML.") from error
    if not isinstance(content, Mapping):
        raise FeedbackError(f"The playbook {file.name}, line 1, must hold `thanks` and `rules`.")
    return content


def _rule(place: _Place) -> Rule:
    place.only(_RULE_KEYS)
    scores = place.pair("scores", 0, HIGHEST_SCORE)
    value = place.number("value_at_least", 0, float("inf"), -1)
    return Rule(
        name=place.text("name"),
        scores=scores,
        priority=int(place.number("priority", 1, LEAST_URGENT)),
        contact_days=place.pair("contact_days", 0, 365),
        goal=place.text("goal"),
        action=place.text("action"),
        avoid=place.text("avoid", ""),
        if_late=place.text("if_late", ""),
        themes=place.texts("themes"),
        value_at_least=float(value) if value >= 0 else None,
    )


class _Place:
    """A mapping of the file, which knows its lines."""

    def __init__(self, file: Path, content: Any, line: int = 1) -> None:
        self.file, self.content, self.line = file, content, line

    def error(self, key: str, problem: str) -> FeedbackError:
        line = self.line
        if key in self.content:
            line = self.content.lc.key(key)[0] + 1
        end = "" if problem.endswith("?") else "."
        return FeedbackError(f"The playbook {self.file.name}, line {line}: `{key}` {problem}{end}")

    def only(self, keys: tuple[str, ...]) -> None:
        for key in self.content:
            if key not in keys:
                meant = did_you_mean(str(key), keys, f"there are {', '.join(keys)}")
                raise self.error(key, f"is not known here; {meant}")

    def text(self, key: str, default: str | None = None) -> str:
        found = self.content.get(key, default)
        if not isinstance(found, str) or (default is None and not found.strip()):
            raise self.error(key, "is needed, as text")
        return " ".join(found.split())

    def texts(self, key: str) -> tuple[str, ...]:
        found = self.content.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise self.error(key, "must be a list of theme ids, such as [price, waiting_time]")
        return tuple(found)

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        found = self.content.get(key, default)
        if key not in self.content and default is not None:
            return default
        if (
            isinstance(found, bool)
            or not isinstance(found, int | float)
            or not low <= found <= high
        ):
            raise self.error(key, f"is needed, as a number from {low:g} to {high:g}")
        if isinstance(low, int) and high != 0.5 and key != "value_at_least" and found != int(found):
            raise self.error(key, "must be a whole number")
        return float(found)

    def pair(self, key: str, low: int, high: int) -> tuple[int, int]:
        found = self.content.get(key)
        fits = (
            isinstance(found, list)
            and len(found) == 2
            and all(isinstance(n, int) and not isinstance(n, bool) for n in found)
            and low <= found[0] <= found[1] <= high
        )
        if not fits:
            raise self.error(
                key, f"is needed, as two whole numbers [from, to] between {low} and {high}"
            )
        return int(found[0]), int(found[1])

    def list_of(self, key: str) -> list[_Place]:
        found: Any = self.content.get(key)
        lines = getattr(found, "lc", None)
        if not isinstance(found, list):
            raise self.error(key, "is needed, as a list")
        places = []
        for number, item in enumerate(found):
            line = lines.item(number)[0] + 1 if lines else self.line
            if not isinstance(item, Mapping):
                raise FeedbackError(
                    f"The playbook {self.file.name}, line {line}: a rule is a list of "
                    "`name: ...`, `scores: ...` and so on."
                )
            places.append(_Place(self.file, item, line))
        return places
