"""feedback-nlp: why did customers give that score?

>>> import feedback_nlp as fn
>>> fn.nps([10, 9, 8, 3]).score
25.0
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feedback_nlp.codebook_runs import assign_codebook
    from feedback_nlp.datasets import fetch_nhs_fft, fetch_skytrax, fetch_telecom_nps
    from feedback_nlp.errors import FeedbackError
    from feedback_nlp.findings.waves import compare_waves
    from feedback_nlp.nps import NpsEstimate, nps_by, nps_difference, nps_from_counts
    from feedback_nlp.pipeline import analyse, refresh_codebook, validate
    from feedback_nlp.privacy import redact
    from feedback_nlp.readers import read_survey
    from feedback_nlp.run_folder import Run, load_run
    from feedback_nlp.sentiment import label_sentiment, score_sentiment
    from feedback_nlp.survey import Columns, Survey, make_survey
    from feedback_nlp.themes.codebook import read_codebook, write_codebook
    from feedback_nlp.themes.codebook_edits import (
        add_theme,
        drop_theme,
        merge_themes,
        rename_theme,
        split_theme,
    )

_ROOM_OF = {
    "FeedbackError": "errors",
    "add_theme": "themes.codebook_edits",
    "assign_codebook": "codebook_runs",
    "compare_waves": "findings.waves",
    "drop_theme": "themes.codebook_edits",
    "fetch_nhs_fft": "datasets",
    "fetch_skytrax": "datasets",
    "fetch_telecom_nps": "datasets",
    "merge_themes": "themes.codebook_edits",
    "read_codebook": "themes.codebook",
    "refresh_codebook": "pipeline",
    "rename_theme": "themes.codebook_edits",
    "split_theme": "themes.codebook_edits",
    "validate": "pipeline",
    "write_codebook": "themes.codebook",
    "nps_by": "nps",
    "nps_difference": "nps",
    "nps_from_counts": "nps",
    "analyse": "pipeline",
    "redact": "privacy",
    "read_survey": "readers",
    "Run": "run_folder",
    "load_run": "run_folder",
    "label_sentiment": "sentiment",
    "score_sentiment": "sentiment",
    "Columns": "survey",
    "Survey": "survey",
    "make_survey": "survey",
}
__all__ = [
    "Columns",
    "FeedbackError",
    "Run",
    "Survey",
    "add_theme",
    "analyse",
    "assign_codebook",
    "compare_waves",
    "drop_theme",
    "fetch_nhs_fft",
    "fetch_skytrax",
    "fetch_telecom_nps",
    "label_sentiment",
    "load_run",
    "make_survey",
    "merge_themes",
    "nps",
    "nps_by",
    "nps_difference",
    "nps_from_counts",
    "read_codebook",
    "read_survey",
    "redact",
    "refresh_codebook",
    "rename_theme",
    "score_sentiment",
    "split_theme",
    "validate",
    "write_codebook",
]


def __getattr__(name: str) -> Any:
    # Rooms are loaded when first used: the command line answers at once.
    if name in _ROOM_OF:
        found = getattr(importlib.import_module(f"feedback_nlp.{_ROOM_OF[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module 'feedback_nlp' has no attribute {name!r}")


class _Package(types.ModuleType):
    """Gives `nps` as the function; the room of the same name stays importable from."""

    @property
    def nps(self) -> Callable[..., NpsEstimate]:
        return importlib.import_module("feedback_nlp.nps").nps

    @nps.setter
    def nps(self, room: types.ModuleType) -> None:
        # The import system binds a loaded room to its package; the name is taken.
        pass


sys.modules[__name__].__class__ = _Package
