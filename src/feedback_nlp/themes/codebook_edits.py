"""Edit a codebook from Python as one would in a text editor: comments and order survive.

Each function changes one thing in the file, checks the whole by the rules of `read_codebook`, and
only then writes it, whole or not at all.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from feedback_nlp.errors import FeedbackError
from feedback_nlp.themes.codebook import entry_of, text_of_tree, tree_of, write_whole
from feedback_nlp.themes.codebook_file import Entry, entries_of, text_of
from feedback_nlp.themes.codebook_rules import Codebook, codebook_from
from feedback_nlp.themes.labels import slugs


def rename_theme(path: str | Path, theme: str, label: str) -> Codebook:
    """Give a theme another label; its id stays, so that tables and waves know it again.

    Parameters
    ----------
    path : path
        The codebook; it is written anew.
    theme : str
        Id of the theme.
    label : str
        What people shall read.

    Returns
    -------
    Codebook
        As it stands after the edit.

    Raises
    ------
    FeedbackError
        There is no such theme, or the codebook would break a rule; the file is left alone.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "codebook.yaml")
    ...     _ = file.write_text("themes:\\n- id: price # Ann's\\n  label: Price\\n")
    ...     codebook = rename_theme(file, "price", "Price rises")
    ...     print(file.read_text())
    themes:
      - id: price # Ann's
        label: Price rises
    <BLANKLINE>
    """

    def edit(tree: Any, entries: list[Entry], name: str) -> None:
        tree[_position(entries, theme, name)]["label"] = " ".join(label.split())

    return _edited(path, edit)


def merge_themes(path: str | Path, themes: Sequence[str], into: str) -> Codebook:
    """Merge themes into another one: their examples and sub-themes then count for it.

    Parameters
    ----------
    path : path
        The codebook; it is written anew.
    themes : sequence of str
        Ids of the themes that shall disappear.
    into : str
        Id of the theme that stays.

    Returns
    -------
    Codebook

    Raises
    ------
    FeedbackError
        There is no such theme, it would go round in a circle, or another rule is broken.

    Examples
    --------
    >>> merge_themes("codebook.yaml", ["fees", "invoices"], into="price")    # doctest: +SKIP
    """

    def edit(tree: Any, entries: list[Entry], name: str) -> None:
        _position(entries, into, name)
        for theme in [themes] if isinstance(themes, str) else themes:
            _set_after_label(tree[_position(entries, theme, name)], "merge_into", into)

    return _edited(path, edit)


def split_theme(
    path: str | Path, theme: str, parts: Mapping[str, Sequence[str]], description: str = ""
) -> Codebook:
    """Split parts off a theme.

    Parameters
    ----------
    path : path
        The codebook; it is written anew.
    theme : str
        Id of the theme.
    parts : mapping of str to sequence of str
        Label of each part -> what customers wrote about it, three examples or more.
    description : str
        One line for every part; better lines are written in the file.

    Returns
    -------
    Codebook
        The parts of a top-level theme are its sub-themes. The parts of a sub-theme stand beside
        it, under the same parent; examples of theirs that stood under the old one are moved.

    Raises
    ------
    FeedbackError
        There is no such theme, a part has no examples, a sub-theme would be left with none, or
        another rule is broken.

    Examples
    --------
    >>> split_theme("codebook.yaml", "engineer", {                           # doctest: +SKIP
    ...     "Missed appointments": ["nobody came", "he did not show up", "waited in all day"],
    ...     "Friendly engineers": ["such a nice man", "explained everything", "very polite"]})
    """

    def edit(tree: Any, entries: list[Entry], name: str) -> None:
        old = entries[_position(entries, theme, name)]
        node = tree[_position(entries, theme, name)]
        above = old.texts.get("parent")
        for label, examples in parts.items():
            if not examples:
                raise FeedbackError(
                    f"{name}: the part {label[:60]!r} of {theme!r} needs examples; give three."
                )
        if above:
            _take_out(node, old, {text for texts in parts.values() for text in texts}, name)
        known = [entry.texts["id"] for entry in entries if "id" in entry.texts]
        for part, label in zip(slugs(list(parts), taken=known), parts, strict=True):
            _append(tree, part, label, description, above or theme, parts[label])

    return _edited(path, edit)


def drop_theme(path: str | Path, theme: str) -> Codebook:
    """Drop a theme: it is not shown any more, and not offered as new again.

    Parameters
    ----------
    path : path
        The codebook; it is written anew.
    theme : str
        Id of the theme.

    Returns
    -------
    Codebook

    Raises
    ------
    FeedbackError
        There is no such theme, another is merged into it, or none would be left.

    Examples
    --------
    >>> drop_theme("codebook.yaml", "other_remarks")                         # doctest: +SKIP
    """

    def edit(tree: Any, entries: list[Entry], name: str) -> None:
        _set_after_label(tree[_position(entries, theme, name)], "drop", True)

    return _edited(path, edit)


def add_theme(
    path: str | Path,
    label: str,
    *,
    examples: Sequence[str],
    description: str = "",
    parent: str | None = None,
    counter_examples: Sequence[str] = (),
) -> Codebook:
    """Add a theme at the end of the codebook.

    Parameters
    ----------
    path : path
        The codebook; it is written anew.
    label : str
        What people shall read; the id is made of it.
    examples, counter_examples : sequence of str
        What customers wrote about it, at least three; what looks like it but is not.
    description : str
        One line: what belongs here.
    parent : str, optional
        Id of the theme that it is a sub-theme of.

    Returns
    -------
    Codebook

    Raises
    ------
    FeedbackError
        The codebook would break a rule; the file is left alone.

    Examples
    --------
    >>> add_theme("codebook.yaml", "Contract cancellation",                  # doctest: +SKIP
    ...           description="leaving, and how hard it is made",
    ...           examples=["could not cancel online", "still billed after I left", "let me go"])
    """

    def edit(tree: Any, entries: list[Entry], name: str) -> None:
        known = [entry.texts["id"] for entry in entries if "id" in entry.texts]
        (theme,) = slugs([label], taken=known)
        _append(tree, theme, label, description, parent, examples, counter_examples)

    return _edited(path, edit)


def _edited(path: str | Path, edit: Callable[[Any, list[Entry], str], None]) -> Codebook:
    path = Path(path)
    text = text_of(path)
    entries = entries_of(text, path.name)
    codebook_from(entries, path.name)  # a codebook with a mistake in it is not edited
    root = tree_of(text)
    edit(root["themes"], entries, path.name)
    changed = text_of_tree(root)
    codebook = codebook_from(entries_of(changed, path.name), path.name)
    write_whole(path, changed)
    return codebook


def _position(entries: list[Entry], theme: str, name: str) -> int:
    ids = [entry.texts.get("id", "") for entry in entries]
    if theme in ids:
        return ids.index(theme)
    near = difflib.get_close_matches(theme, ids, 1)
    hint = f"did you mean {near[0]!r}?" if near else "use the id, not the label."
    raise FeedbackError(f"{name}: there is no theme {theme[:60]!r}; {hint}")


def _set_after_label(entry: Any, key: str, value: Any) -> None:
    """Behind the examples it would be taken for a part of the next theme's comment."""
    if key in entry:
        entry[key] = value
    else:
        entry.insert(list(entry).index("label") + 1 if "label" in entry else 1, key, value)


def _append(
    tree: Any,
    theme: str,
    label: str,
    description: str,
    parent: str | None,
    examples: Sequence[str],
    counter_examples: Sequence[str] = (),
) -> None:
    row = {
        "theme_id": theme,
        "label": label,
        "description": description,
        "parent_id": parent,
        "examples": list(examples),
        "counter_examples": list(counter_examples),
    }
    tree.append(entry_of(row, {}, None))
    tree.yaml_set_comment_before_after_key(len(tree) - 1, before="\n")


def _take_out(node: Any, old: Entry, moved: set[str], name: str) -> None:
    """Take examples out of a theme, but leave the comments that stand around them."""
    folded = {" ".join(text.split()) for text in moved}
    listed = node.get("examples")
    if not listed:
        return
    texts = [" ".join(str(text).split()) for text in listed]
    leaving = [number for number, text in enumerate(texts) if text in folded]
    if len(leaving) == len(texts):
        raise FeedbackError(
            f"{name}, line {old.lines['examples']}: the parts would take every example of "
            f"{old.texts['id']!r}; leave it one, or rename it to be one of the parts."
        )
    for number in reversed(leaving):
        comment = listed.ca.items.get(number)
        del listed[number]
        # What stands behind the last example is the comment before the next theme.
        if comment is not None and len(listed) - 1 not in listed.ca.items:
            listed.ca.items[len(listed) - 1] = comment
