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
    from feedback_nlp.errors import FeedbackError
    from feedback_nlp.nps import NpsEstimate, nps_by, nps_difference, nps_from_counts
    from feedback_nlp.pipeline import analyse
    from feedback_nlp.privacy import redact
    from feedback_nlp.readers import read_survey
    from feedback_nlp.run_folder import Run, load_run
    from feedback_nlp.sentiment import label_sentiment, score_sentiment
    from feedback_nlp.survey import Columns, Survey, make_survey

_ROOM_OF = {
    "FeedbackError": "errors",
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
    "analyse",
    "label_sentiment",
    "load_run",
    "make_survey",
    "nps",
    "nps_by",
    "nps_difference",
    "nps_from_counts",
    "read_survey",
    "redact",
    "score_sentiment",
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
