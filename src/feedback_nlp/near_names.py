"""What somebody who mistyped a name may have meant; one rule for columns, files and commands."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from feedback_nlp.names import visible

#: Names told at most: more would be a list to read, not a hint.
MOST = 3
#: How alike two names must be, from 0 to 1 (`difflib.SequenceMatcher.ratio`).
ALIKE = 0.6
#: How much less alike than the first a further name may be.
_BEHIND = 0.12
#: Entries of a folder that are looked at.
_MOST_ENTRIES = 10_000


def near_names(wanted: str, known: Iterable[str], *, most: int = MOST) -> list[str]:
    """The names that are most like the one wanted, the most alike first.

    Parameters
    ----------
    wanted : str
        As it was typed; case and white space do not count.
    known : iterable of str
        The names there are.
    most : int
        Names at most.

    Returns
    -------
    list of str

    Examples
    --------
    >>> near_names("reprot", ["run", "report", "themes"])
    ['report']
    """
    folded: dict[str, list[str]] = {}
    for name in known:
        folded.setdefault(_folded(name), []).append(name)
    near = difflib.get_close_matches(_folded(wanted), folded, n=most, cutoff=ALIKE)
    alike = [difflib.SequenceMatcher(None, match, _folded(wanted)).ratio() for match in near]
    # Beside a slip of one letter, what shares half of the letters was not meant.
    close = [match for match, ratio in zip(near, alike, strict=True) if ratio > alike[0] - _BEHIND]
    return [name for match in close for name in folded[match]][:most]


def did_you_mean(wanted: str, known: Iterable[str], otherwise: str = "") -> str:
    """Ask whether a name that is nearly the one typed was meant.

    Parameters
    ----------
    wanted, known
        As `near_names` takes them.
    otherwise : str
        What is said where nothing is near.

    Returns
    -------
    str
        A question that ends an error's sentence.

    Examples
    --------
    >>> did_you_mean("Scor", ["Score", "Reason"])
    'did you mean "Score"?'
    >>> did_you_mean("zzz", ["Score"], otherwise="there is Score.")
    'there is Score.'
    """
    near = near_names(wanted, known)
    if not near:
        return otherwise
    *first, last = [f'"{visible(name)}"' for name in near]
    return f"did you mean {', '.join(first)}{' or ' if first else ''}{last}?"


def near_paths(path: Path, holding: str = "", *, also_in: Iterable[Path] = ()) -> list[str]:
    """The files beside a path that is not there whose names are most like its own.

    Parameters
    ----------
    path : Path
        What was typed.
    holding : str
        Only folders that hold a file of this name; only files when left out.
    also_in : iterable of Path
        Folders to look in as well.

    Returns
    -------
    list of str
        As they may be typed.
    """
    found: dict[str, str] = {}
    for folder in (path.parent, *also_in):
        try:
            entries = sorted(folder.iterdir())[:_MOST_ENTRIES]
        except OSError:
            continue
        for entry in entries:
            fits = (entry / holding).is_file() if holding else entry.is_file()
            if fits and not entry.name.startswith("."):
                found.setdefault(entry.name, str(entry))
    return [found[name] for name in near_names(path.name, found)]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
