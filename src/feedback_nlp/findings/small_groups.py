"""How nothing is told of a few respondents, while totals still add up.

Leaving out a small row is not enough where the rows make up a published total: what is left out
can be worked out by subtraction. So small rows are shown as one, and where even that one is small,
together with the next smallest row (complementary suppression).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Nothing is shown for fewer respondents.
SMALLEST_GROUP = 10
#: The row that stands for all rows with too few respondents.
TOO_FEW = "_too_few"


def rows_to_pool(
    sizes: NDArray[Any],
    smallest: int = SMALLEST_GROUP,
    together: Callable[[NDArray[np.bool_]], int] | None = None,
) -> NDArray[np.bool_]:
    """Say which rows of a table must be shown as one.

    Parameters
    ----------
    sizes : ndarray of int, shape (rows,)
        Respondents behind each row. Rows of nobody tell nothing of anybody and are left alone.
    smallest : int
        The fewest respondents that may be shown.
    together : callable, optional
        How many respondents some rows (a mask) have together; the sum of their sizes by default,
        which is right where nobody is in two rows.

    Returns
    -------
    ndarray of bool, shape (rows,)
        All false where every row may be shown. If even all rows together are too few, all rows
        with anybody in them are marked: nothing may be shown.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, Wiley, section 4.2 (secondary
    suppression).

    Examples
    --------
    >>> rows_to_pool(np.array([40, 12, 3, 0]), smallest=10).tolist()
    [False, True, True, False]
    """
    sizes = np.asarray(sizes)
    pooled = (sizes > 0) & (sizes < smallest)
    count = together or (lambda mask: int(sizes[mask].sum()))
    while pooled.any() and count(pooled) < smallest:
        left = np.flatnonzero(~pooled & (sizes > 0))
        if not left.size:
            break
        pooled[left[np.argmin(sizes[left])]] = True
    return pooled
