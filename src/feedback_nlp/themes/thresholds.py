"""From which log-odds on is a theme assigned?"""

from __future__ import annotations

import numpy as np

from feedback_nlp.themes.evidence import Bools, Floats

_STEPS = np.linspace(-1.5, 1.5, 61)
_NO_DIFFERENCE = 0.005


def best_threshold(held_out: Floats, marks: Bools, seen: Floats) -> float:
    """Log-odds of the best F1 to be expected on the survey.

    Parameters
    ----------
    held_out : ndarray, shape (examples,)
        Log-odds of examples that were left out of learning.
    marks : ndarray of bool, shape (examples,)
        Which of them bear the theme; at least one.
    seen : ndarray, shape (answers,)
        Log-odds of the survey's answers.

    Returns
    -------
    float
        Between -1.5 and 1.5.

    Notes
    -----
    Recall comes from the held-out examples, the share assigned from the survey itself, and the
    true share by the adjusted count, since themes are more frequent among examples than in life.

    References
    ----------
    Forman (2008), Quantifying counts and costs via classification, Data Mining and Knowledge
    Discovery 17, section 2.2.

    Examples
    --------
    >>> held_out = np.array([2.0, 1.0, -1.0, -2.0])
    >>> marks = np.array([True, True, False, False])
    >>> abs(best_threshold(held_out, marks, np.repeat([1.5, -1.5], [10, 90]))) < 1.0
    True
    """
    found = held_out[None, :] > _STEPS[:, None]
    recall = _smooth(found[:, marks].mean(axis=1))
    false = _smooth(found[:, ~marks].mean(axis=1)) if (~marks).any() else np.zeros(len(_STEPS))
    assigned = _smooth((seen[None, :] > _STEPS[:, None]).mean(axis=1))
    even = int(np.argmin(np.abs(_STEPS)))
    share = (assigned[even] - false[even]) / max(recall[even] - false[even], 0.2)
    share = float(np.clip(share, 0.3 * assigned[even], 1.2 * assigned[even]))
    f1 = 2 * share * recall / np.maximum(share + assigned, 1e-9)
    # Where F1 hardly changes, the middle is the safest choice.
    return float(_STEPS[f1 >= f1.max() - _NO_DIFFERENCE].mean())


def _smooth(curve: Floats, width: int = 15) -> Floats:
    padded = np.pad(curve, width // 2, mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")
