"""Libraries imported without optional ones that they would load and we do not use of them.

spaCy's backend loads torch where it is installed, BERTopic loads transformers and
sentence-transformers: together 8 s of work at every start, for nothing here. Both do without.
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
    hidden = [name for name in optional if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        return importlib.import_module(module)
    finally:
        for name in hidden:
            del sys.modules[name]
