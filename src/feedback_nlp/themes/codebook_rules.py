"""What a codebook says, checked: themes after merging, dropping and putting under parents."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.themes.codebook_file import Entry

_LONGEST_ID = 100


@dataclass(frozen=True)
class Codebook:
    """The themes of a codebook as they shall be assigned and shown.

    Attributes
    ----------
    table : DataFrame, one row a theme
        ``theme_id``, ``label``, ``description``, ``parent_id`` (missing at the top level),
        ``examples`` and ``counter_examples`` (lists of str), ``dropped`` (bool) and ``line``
        (where the theme stands in the file). Merged themes have no row; what they hold stands
        in the theme they were merged into.
    merged : dict of str to str
        Theme each merged theme belongs to now.
    problems : list of str
        What is no mistake but worth knowing, each with its line: a theme without examples.
    """

    table: pd.DataFrame
    merged: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def themes(self) -> pd.DataFrame:
        """The rows of the themes that are shown: all but the dropped."""
        return self.table[~self.table["dropped"]].reset_index(drop=True)


def codebook_from(entries: list[Entry], name: str) -> Codebook:
    """Check entries against each other and make them a codebook.

    Parameters
    ----------
    entries : list of Entry
    name : str
        Of the file, for messages.

    Returns
    -------
    Codebook

    Raises
    ------
    FeedbackError
        Ids that are missing or double, labels that are missing, parents that are not there,
        loops; with the number of the line.
    """
    by_id = _by_id(entries, name)
    for entry in entries:
        if not entry.texts.get("label") and not entry.texts.get("merge_into"):
            raise FeedbackError(
                f"{name}, line {entry.line}: the theme {entry.texts['id']!r} has no label."
            )
        for word in ("parent", "merge_into"):
            other = entry.texts.get(word)
            if other and other not in by_id:
                near = difflib.get_close_matches(other, list(by_id), 1)
                hint = f"did you mean {near[0]!r}?" if near else "use the id, not the label."
                raise FeedbackError(
                    f"{name}, line {entry.lines[word]}: there is no theme {other[:60]!r}, which "
                    f"{entry.texts['id']!r} names in `{word}`; {hint}"
                )
    merged = {
        theme: _end_of_chain(theme, "merge_into", by_id, name)
        for theme, entry in by_id.items()
        if entry.texts.get("merge_into")
    }
    parents = _parents(by_id, merged, name)
    dropped = {theme: _truth(entry, name) for theme, entry in by_id.items()}
    for theme, target in merged.items():
        if dropped[target]:
            raise FeedbackError(
                f"{name}, line {by_id[theme].lines['merge_into']}: {theme!r} is merged into "
                f"{target!r}, which is dropped."
            )
    rows, problems = [], []
    for theme, entry in by_id.items():
        if theme in merged:
            continue
        members = [entry, *(by_id[other] for other, into in merged.items() if into == theme)]
        for member in members:
            listed = (set(member.lists.get(word, [])) for word in ("examples", "counter_examples"))
            if both := set.intersection(*listed):
                raise FeedbackError(
                    f"{name}, line {member.line}: in {member.texts['id']!r} the text "
                    f"{min(both)[:60]!r} is an example and a counter-example; keep one."
                )
        examples = _gathered(members, "examples")
        # What told two themes apart speaks for the one they have become.
        against = _gathered(members, "counter_examples")
        counter_examples = [text for text in against if text not in set(examples)]
        parent = parents.get(theme)
        if not examples and not dropped[theme] and theme not in parents.values():
            problems.append(
                f"{name}, line {entry.line}: the theme {theme!r} has no examples; it is known by "
                "its label and description alone."
            )
        rows.append(
            {
                "theme_id": theme,
                "label": entry.texts["label"],
                "description": entry.texts.get("description", ""),
                "parent_id": parent,
                "examples": examples,
                "counter_examples": counter_examples,
                "dropped": dropped[theme] or bool(parent and dropped[parent]),
                "line": entry.line,
            }
        )
    table = pd.DataFrame(rows)
    if table["dropped"].all():
        raise FeedbackError(f"{name}, line {entries[0].line}: every theme is dropped; keep some.")
    text = dict.fromkeys(["theme_id", "label", "description", "parent_id"], "str")
    return Codebook(table.astype(text), merged, problems)


def _by_id(entries: list[Entry], name: str) -> dict[str, Entry]:
    by_id: dict[str, Entry] = {}
    for entry in entries:
        theme = entry.texts.get("id", "")
        if not theme:
            raise FeedbackError(
                f"{name}, line {entry.line}: this theme has no id; write `- id: short_name`."
            )
        line = entry.lines["id"]
        plain = theme.replace("_", "").replace("-", "").isalnum() and len(theme) <= _LONGEST_ID
        if not plain or theme.startswith(("_", "-")):
            raise FeedbackError(
                f"{name}, line {line}: the id {theme[:60]!r} may have letters, digits, _ and - "
                "alone, and must not begin with _ or -."
            )
        if theme in by_id:
            raise FeedbackError(
                f"{name}, line {line}: the id {theme!r} was used in line "
                f"{by_id[theme].lines['id']} already; to merge two themes write `merge_into`."
            )
        by_id[theme] = entry
    return by_id


def _end_of_chain(theme: str, word: str, by_id: dict[str, Entry], name: str) -> str:
    passed = [theme]
    while following := by_id[passed[-1]].texts.get(word):
        if following in passed:
            loop = " -> ".join([*passed[passed.index(following) :], following])
            line = by_id[passed[-1]].lines[word]
            raise FeedbackError(
                f"{name}, line {line}: `{word}` goes round in a circle ({loop}); take one out."
            )
        passed.append(following)
    return passed[-1]


def _parents(by_id: dict[str, Entry], merged: dict[str, str], name: str) -> dict[str, str]:
    """Parent of each sub-theme, after merging; themes have two levels."""
    for theme in by_id:
        _end_of_chain(theme, "parent", by_id, name)
    parents = {}
    for theme, entry in by_id.items():
        parent = entry.texts.get("parent")
        if parent and theme not in merged:
            parent = merged.get(parent, parent)
            if parent != theme:
                parents[theme] = parent
    for theme, parent in parents.items():
        if parent in parents:
            raise FeedbackError(
                f"{name}, line {by_id[theme].lines['parent']}: {theme!r} would be a sub-theme of "
                f"a sub-theme ({parent!r} is under {parents[parent]!r}); themes have two levels."
            )
    return parents


def _truth(entry: Entry, name: str) -> bool:
    written = entry.texts.get("drop", "").lower()
    if written in ("", "false", "no"):
        return False
    if written in ("true", "yes"):
        return True
    raise FeedbackError(f"{name}, line {entry.lines['drop']}: `drop` is true or false.")


def _gathered(entries: list[Entry], word: str) -> list[str]:
    return list(dict.fromkeys(text for entry in entries for text in entry.lists.get(word, [])))
