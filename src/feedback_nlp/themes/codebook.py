"""The codebook: a YAML file in which people name, merge, split, drop and add themes.

It is written by a round trip, so that comments and the order of entries survive.
"""

from __future__ import annotations

import os
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from feedback_nlp.errors import FeedbackError
from feedback_nlp.themes.codebook_file import entries_of, text_of
from feedback_nlp.themes.codebook_rules import Codebook, codebook_from
from feedback_nlp.themes.discover import GENERAL_COMPLAINT, GENERAL_PRAISE

HEADER = """\
The codebook of this survey: its themes, yours to edit. Save it as UTF-8 text.

id                what tables and the next wave know the theme by. Leave it as it is.
label             what people read. Rename a theme here.
description       one line: what belongs here, and what does not. It is used in assigning.
parent            id of the theme that this one is a sub-theme of; empty at the top level.
examples          what customers wrote about it, word for word. The more, the better: 8 do well.
                  What speaks of two themes stands under both.
counter_examples  what looks like it but is not.

To merge   write `merge_into: other_id` in the theme that shall disappear. Its examples and its
           sub-themes then count for the other.
To split   add a theme for each part, with `parent: id of the old one`, and move the examples.
To drop    write `drop: true`. The theme stays known, so that it is not offered as new again.
To add     write a new entry with an id of your own (small letters, digits, _), a label, one line
           of description and at least three examples.
"""
EXAMPLES_WRITTEN = 8
GENERAL_LABELS = {GENERAL_PRAISE: "General praise", GENERAL_COMPLAINT: "General complaint"}


def read_codebook(path: str | Path) -> Codebook:
    """Read a codebook that people may have edited.

    Parameters
    ----------
    path : path
        A YAML file as `write_codebook` writes it; its first lines say how to edit it.

    Returns
    -------
    Codebook

    Raises
    ------
    FeedbackError
        For every mistake, with the number of its line: no YAML, an unknown key, a missing or
        double id, no label, a parent that is not there, a loop, something that should be a list.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "codebook.yaml")
    ...     _ = file.write_text("themes:\\n- {id: price, label: Price, examples: [too dear]}\\n")
    ...     codebook = read_codebook(file)
    >>> codebook.table[["theme_id", "label", "examples"]].to_dict("records")
    [{'theme_id': 'price', 'label': 'Price', 'examples': ['too dear']}]
    """
    path = Path(path)
    return codebook_from(entries_of(text_of(path), path.name), path.name)


def write_codebook(
    themes: pd.DataFrame,
    path: str | Path,
    *,
    examples: int | None = EXAMPLES_WRITTEN,
    like: str | Path | None = None,
) -> Path:
    """Write a run's themes as a codebook, or bring an existing one up to date.

    An existing codebook keeps every entry, comment and order; only themes whose id it does not
    know, not even as merged or dropped, are added at its end.

    Parameters
    ----------
    themes : DataFrame, one row a theme
        Needs ``theme_id``, ``label`` and ``parent_id``; ``examples`` (lists of str),
        ``description`` and ``counter_examples`` are written where they are there.
    path : path
        The YAML file, made or refreshed; whole or not at all.
    examples : int or None
        Examples of a theme to write at most; None writes all.
    like : path, optional
        A codebook to start from where `path` is not there yet.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    FeedbackError
        The existing file has a mistake (it is left alone), or the file cannot be written.

    Examples
    --------
    >>> write_codebook(run.themes, "data/processed/telecom/codebook.yaml")    # doctest: +SKIP
    """
    path = Path(path)
    existing = path if path.exists() else Path(like) if like is not None else None
    if existing is not None:
        known = read_codebook(existing)
        ids = {*known.table["theme_id"], *known.merged}
        text = _refreshed(
            text_of(existing), themes[~themes["theme_id"].isin(ids)], known.merged, examples
        )
    else:
        text = _fresh(themes, examples)
    write_whole(path, text)
    return path


def themes_table(codebook: Codebook, mention_themes: pd.DataFrame) -> pd.DataFrame:
    """The run's table ``themes``, for themes that come from a codebook.

    Parameters
    ----------
    codebook : Codebook
    mention_themes : DataFrame, one row a theme in a mention
        ``mention_id``, ``response_id``, ``theme_id``.

    Returns
    -------
    DataFrame, one row a theme that is not dropped
        ``theme_id, label, description, parent_id, keywords, examples, stability, source,
        n_mentions, n_responses``. ``source`` is "codebook"; stability is not measured (missing),
        since nothing was discovered.
    """
    shown = pd.concat([codebook.themes, _general_themes(codebook, mention_themes)])
    shown = shown.reset_index(drop=True)
    parents = shown.set_index("theme_id")["parent_id"]
    links = mention_themes[["mention_id", "response_id", "theme_id"]]
    above = links.assign(theme_id=links["theme_id"].map(parents)).dropna(subset="theme_id")
    counts = (
        pd.concat([links, above])
        .groupby("theme_id")
        .agg(n_mentions=("mention_id", "nunique"), n_responses=("response_id", "nunique"))
        .reindex(shown["theme_id"])
        .fillna(0)
        .astype("int64")
        .reset_index(drop=True)
    )
    table = shown[["theme_id", "label", "description", "parent_id"]].assign(
        keywords=pd.Series([[]] * len(shown), dtype="object"),
        examples=shown["examples"].map(lambda examples: list(examples)[:3]),
        stability=float("nan"),
        source=pd.Series("codebook", index=shown.index, dtype="str"),
    )
    return pd.concat([table, counts], axis=1)


def _general_themes(codebook: Codebook, mention_themes: pd.DataFrame) -> pd.DataFrame:
    """Where verdicts without a reason have gone in a survey whose codebook does not know them."""
    known = {*codebook.table["theme_id"], *codebook.merged}
    assigned = set(mention_themes["theme_id"])
    return pd.DataFrame(
        [
            {
                "theme_id": theme,
                "label": label,
                "description": "",
                "parent_id": None,
                "examples": [],
            }
            for theme, label in GENERAL_LABELS.items()
            if theme in assigned - known
        ],
        columns=["theme_id", "label", "description", "parent_id", "examples"],
    )


def _fresh(themes: pd.DataFrame, examples: int | None) -> str:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    root = CommentedMap()
    root["themes"] = CommentedSeq(entry_of(row, {}, examples) for row in themes.to_dict("records"))
    for number in range(1, len(root["themes"])):
        root["themes"].yaml_set_comment_before_after_key(number, before="\n")
    root.yaml_set_start_comment(HEADER)
    return text_of_tree(root)


def _refreshed(text: str, new: pd.DataFrame, merged: dict[str, str], examples: int | None) -> str:
    if new.empty:
        return text
    root = tree_of(text)
    entries = root["themes"]
    first = len(entries)
    entries.extend(entry_of(row, merged, examples) for row in new.to_dict("records"))
    entries.yaml_set_comment_before_after_key(first, before="\nNew since this codebook was written")
    for number in range(first + 1, len(entries)):
        entries.yaml_set_comment_before_after_key(number, before="\n")
    return text_of_tree(root)


def entry_of(row: dict[Any, Any], merged: dict[str, str], examples: int | None) -> Any:
    """A theme as an entry of the file; `merged` says where parents have gone since."""
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

    parent = row.get("parent_id")
    parent = "" if parent is None or pd.isna(parent) else str(parent)
    entry = CommentedMap(
        id=str(row["theme_id"]),
        label=str(row["label"]),
        description=Quoted(_text(row.get("description"))),
        parent=merged.get(parent, parent) or None,
    )
    for word in ("examples", "counter_examples"):
        texts = row.get(word)
        listed = [] if texts is None or isinstance(texts, float) else list(texts)
        entry[word] = [Quoted(str(text)) for text in listed[:examples]]
    return entry


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def tree_of(text: str) -> Any:
    """The YAML of a codebook as a tree that keeps comments, and every value as it is written."""
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import RoundTripConstructor

    class Texts(RoundTripConstructor):
        """What looks like a number is a customer's text: +5 must not become 5."""

    for kind in ("int", "float", "timestamp"):
        Texts.add_constructor(f"tag:yaml.org,2002:{kind}", RoundTripConstructor.construct_scalar)
    yaml = YAML(typ="rt", pure=True)
    yaml.Constructor = Texts
    yaml.preserve_quotes = True
    return yaml.load(StringIO(text))


def text_of_tree(root: Any) -> str:
    """The YAML of a codebook's tree, laid out as `write_codebook` does."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 1_000_000  # a customer's sentence stays on its line
    yaml.allow_unicode = True
    out = StringIO()
    yaml.dump(root, out)
    return out.getvalue()


def write_whole(path: Path, text: str) -> None:
    """Write a codebook: whole or not at all.

    Raises
    ------
    FeedbackError
        It cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        scratch = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.replace(scratch, path)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise FeedbackError(
            f"The codebook {path} cannot be written ({error.strerror or error}); "
            "choose another place."
        ) from error


__all__ = ["Codebook", "read_codebook", "themes_table", "write_codebook"]
