"""Libraries imported without optional ones that they would load and we do not use of them.

spaCy's backend loads torch where it is installed, BERTopic loads transformers, UMAP, plotly and
the hub's client: together 10 s of work at every start, for nothing here. They do without, as does
pandera without hypothesis.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType


def import_without(module: str, *optional: str) -> ModuleType:
    """Import a module as it is where the optional ones are not installed.

    Parameters
    ----------
    module : str
        What to import; where it was imported before, nothing happens.
    *optional : str
        Modules it must not find. Those loaded already are left alone, and all can be imported
        by others afterwards.

    Returns
    -------
    module

    Examples
    --------
    >>> import_without("json.tool", "torch").__name__
    'json.tool'
    """
    if module in sys.modules:  # so that nothing is hidden from other threads, however briefly
        return sys.modules[module]
    hidden = [name for name in optional if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        return importlib.import_module(module)
    finally:
        for name in hidden:
            del sys.modules[name]


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
        return {name for name in sys.modules if name == package or name.startswith(f"{package}.")}

    before = loaded()
    found = import_without(module, *optional)
    for name in loaded() - before:
        del sys.modules[name]
    return found
