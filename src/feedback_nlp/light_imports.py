"""Libraries imported without optional ones that they would load and we do not use of them.

spaCy's backend loads torch where it is installed, BERTopic loads transformers, UMAP, plotly and
the hub's client: together 10 s of work at every start, for nothing here. They do without, as does
pandera without hypothesis.
"""

from __future__ import annotations

import importlib
import sys
import threading
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_LOADING = threading.RLock()


class _Veil:
    """One of Python's finders of modules, less some names for the thread that made it."""

    def __init__(self, finder: Any, names: tuple[str, ...]) -> None:
        self.finder, self.names, self.thread = finder, names, threading.get_ident()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name in self.names and threading.get_ident() == self.thread:
            return None
        found: ModuleSpec | None = self.finder.find_spec(name, path, target)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)


def import_without(module: str, *optional: str) -> ModuleType:
    """Import a module as it is where the optional ones are not installed.

    Parameters
    ----------
    module : str
        What to import; where it was imported before, nothing happens.
    *optional : str
        Modules it must not find. Those loaded already are left alone; other threads find them
        all the while, and everybody afterwards.

    Returns
    -------
    module

    Examples
    --------
    >>> import_without("json.tool", "torch").__name__
    'json.tool'
    """
    with _LOADING:  # no thread is given a module that another has loaded by half
        veils = [_Veil(finder, optional) for finder in sys.meta_path]
        sys.meta_path[:] = veils
        try:
            return importlib.import_module(module)
        finally:  # some packages add finders while they are imported: theirs stay
            sys.meta_path[:] = [
                finder.finder if finder in veils else finder for finder in sys.meta_path
            ]


def import_apart(module: str, *optional: str) -> ModuleType:
    """Import a module without optional ones, and keep it to ourselves.

    Some libraries remember what they did not find, and do less for whoever imports them next.
    So the package is forgotten again: others import it whole.

    Parameters
    ----------
    module : str
    *optional : str
        As in `import_without`.

    Returns
    -------
    module

    Examples
    --------
    >>> sys.modules.pop("json.tool", None) and None
    >>> apart = import_apart("json.tool", "torch")
    >>> apart.__name__, "json.tool" in sys.modules
    ('json.tool', False)
    """
    package = module.partition(".")[0]

    def loaded() -> set[str]:
        # A list first: other threads import meanwhile.
        return {
            name for name in list(sys.modules) if name == package or name.startswith(f"{package}.")
        }

    with _LOADING:
        before = loaded()
        found = import_without(module, *optional)
        for name in loaded() - before:
            del sys.modules[name]
    return found
