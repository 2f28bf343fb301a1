"""The codebook as a file: its YAML, read node by node, every mistake with the number of its line.

Nothing is constructed from the YAML: a value is the text that stands there ("no" stays "no", "007"
stays "007"), and anchors, aliases and tags, by which a small file can grow or run code, are
refused before any tree is built.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from feedback_nlp.errors import FeedbackError

KEYS = (
    "id",
    "label",
    "description",
    "parent",
    "examples",
    "counter_examples",
    "merge_into",
    "drop",
)
LARGEST_FILE = 5_000_000  # bytes
MOST_THEMES = 500
_DEEPEST = 6


@dataclass(frozen=True)
class Entry:
    """A theme as it stands in the file.

    Attributes
    ----------
    line : int
    texts, lists : dict
        What stands under its keys: one text, or a list of texts.
    lines : dict of str to int
        Line of each key.
    """

    line: int
    texts: dict[str, str]
    lists: dict[str, list[str]]
    lines: dict[str, int]


def text_of(path: Path) -> str:
    """The file as text.

    Raises
    ------
    FeedbackError
        It cannot be read, is too large, or is not UTF-8.
    """
    name = path.name
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise FeedbackError(
                f"The codebook {name} has {size / 1e6:.0f} MB; one holds at most "
                f"{LARGEST_FILE // 1_000_000} MB: is it the right file?"
            )
        raw = path.read_bytes()
    except OSError as error:
        raise FeedbackError(
            f"The codebook {path} cannot be read ({error.strerror or error}); "
            "`feedback-nlp themes RUN_DIR` writes one."
        ) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FeedbackError(
            f"{name}, line {line}: a character that is not UTF-8; save the file as UTF-8."
        ) from error


def entries_of(text: str, name: str) -> list[Entry]:
    """The themes as they stand in a codebook's text.

    Parameters
    ----------
    text : str
    name : str
        Of the file, for messages.

    Returns
    -------
    list of Entry

    Raises
    ------
    FeedbackError
        No YAML, or no list of themes, with the number of the line.
    """
    return _entries(_root(text, name), name)


def _root(text: str, name: str) -> Any:
    """The file's tree of nodes, after a look at its events alone: these cannot grow."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        _refuse_what_can_grow(YAML(typ="rt", pure=True).parse(StringIO(text)), name)
        return YAML(typ="rt", pure=True).compose(StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise FeedbackError(f"{name}, line {line}: {_plain_problem(text, line, error)}") from error
    except YAMLError as error:
        position = getattr(error, "position", 0) or 0
        line = text.count("\n", 0, position) + 1
        raise FeedbackError(
            f"{name}, line {line}: a character that YAML does not allow; delete it."
        ) from error


def _refuse_what_can_grow(events: Iterator[Any], name: str) -> None:
    from ruamel.yaml.events import (
        AliasEvent,
        CollectionEndEvent,
        CollectionStartEvent,
        DocumentStartEvent,
    )

    depth = documents = 0
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise FeedbackError(
                f"{name}, line {line}: an anchor or alias (& or *), which a codebook does not "
                "use; write the text out, in quotes if it begins with & or *."
            )
        if getattr(event, "tag", None) is not None:
            raise FeedbackError(
                f"{name}, line {line}: a tag (!), which a codebook does not use; put the text in "
                "quotes if it begins with an exclamation mark."
            )
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise FeedbackError(
                    f"{name}, line {line}: a second document (---); a codebook is one."
                )
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            raise FeedbackError(
                f"{name}, line {line}: lists inside lists; put texts with [ or {{ in quotes."
            )


def _plain_problem(text: str, line: int, error: Any) -> str:
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "a tab at the start of the line; YAML wants spaces."
    problem = str(error.problem or "broken YAML").split("\n")[0]
    hint = "mind the indentation, and put texts with : # [ { ' or \" in quotes"
    return f"this is no YAML ({problem}); {hint}."


def _entries(root: Any, name: str) -> list[Entry]:
    if root is None:
        raise FeedbackError(f"The codebook {name} is empty; it needs a list `themes:`.")
    if root.id != "mapping":
        raise FeedbackError(
            f"{name}, line {_line(root)}: a codebook begins with `themes:` and a list of themes."
        )
    themes = None
    for key, value in _pairs(root, name):
        if key.value == "themes":
            themes = value
        elif key.value != "version":
            raise FeedbackError(
                f"{name}, line {_line(key)}: unknown key {key.value[:60]!r}; at the top there is "
                "only `themes:`."
            )
    if themes is None or themes.id != "sequence":
        where = _line(root if themes is None else themes)
        raise FeedbackError(
            f"{name}, line {where}: `themes:` must hold a list, each theme beginning with `- id:`."
        )
    if not themes.value:
        raise FeedbackError(f"{name}, line {_line(themes)}: the list of themes is empty.")
    if len(themes.value) > MOST_THEMES:
        raise FeedbackError(
            f"{name}, line {_line(themes.value[MOST_THEMES])}: more than {MOST_THEMES} themes; "
            "nobody can hold as many, so merge some."
        )
    return [_entry(node, name) for node in themes.value]


def _entry(node: Any, name: str) -> Entry:
    if node.id != "mapping":
        raise FeedbackError(
            f"{name}, line {_line(node)}: a theme must be written as `- id: …` with `label: …` "
            "below it."
        )
    entry = Entry(_line(node), {}, {}, {})
    for key, value in _pairs(node, name):
        word = key.value.replace("-", "_")
        if word not in KEYS:
            near = difflib.get_close_matches(word, KEYS, 1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(KEYS)}."
            raise FeedbackError(
                f"{name}, line {_line(key)}: unknown key {key.value[:60]!r}; {hint}"
            )
        if word in entry.lines:
            raise FeedbackError(f"{name}, line {_line(key)}: `{word}` stands there twice.")
        entry.lines[word] = _line(key)
        if word in ("examples", "counter_examples"):
            entry.lists[word] = _list_of_texts(word, value, key, name)
        elif value.id != "scalar":
            raise FeedbackError(
                f"{name}, line {_line(value)}: `{word}` must be one text, not a list; put it in "
                "quotes if it has brackets or a colon."
            )
        else:
            entry.texts[word] = "" if _is_empty(value) else " ".join(value.value.split())
    return entry


def _pairs(node: Any, name: str) -> list[tuple[Any, Any]]:
    for key, _ in node.value:
        if key.id != "scalar":
            raise FeedbackError(
                f"{name}, line {_line(key)}: a list where a key was expected; put texts with "
                "[ or { in quotes."
            )
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise FeedbackError(
                f"{name}, line {_line(key)}: {key.value[:60]!r} stands there twice; keep one."
            )
        seen.add(key.value)
    return list(node.value)


def _list_of_texts(word: str, value: Any, key: Any, name: str) -> list[str]:
    if value.id == "scalar" and _is_empty(value):
        return []
    if value.id != "sequence":
        raise FeedbackError(
            f"{name}, line {_line(key)}: `{word}` must be a list, each text on a line of its own "
            "that begins with `- `."
        )
    texts = []
    for item in value.value:
        if item.id != "scalar":
            raise FeedbackError(
                f"{name}, line {_line(item)}: one of the `{word}` is no plain text; put it in "
                "quotes, since it has a colon or a bracket."
            )
        text = " ".join(item.value.split())
        if text and not _is_empty(item):
            texts.append(text)
    return list(dict.fromkeys(texts))


def _is_empty(node: Any) -> bool:
    return node.style is None and node.value in ("", "~", "null", "Null", "NULL")


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
