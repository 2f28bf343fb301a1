"""Models by name: from a folder, from what the hub's client has kept, or from the hub itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_WAIT = 3.0  # seconds


def from_folder_or_hub(name: str, load: Callable[[bool], T]) -> T:
    """Load a model without the network where that can be, else ask the hub, if it answers.

    The hub's client tries six times before it gives up, which takes most of a minute, and offers
    no setting for that; so it is asked once before it is left to the client.

    Parameters
    ----------
    name : str
        A folder, or a name on the hub.
    load : callable
        Told whether to keep to what is on this machine.

    Raises
    ------
    Exception
        Whatever `load` or the network raises.

    Examples
    --------
    >>> from_folder_or_hub("kept", lambda here: "from here" if here else "fetched")
    'from here'
    """
    from huggingface_hub import constants, get_session

    try:
        return load(True)
    except (OSError, ValueError):
        if Path(name).exists():
            raise
    get_session().head(constants.ENDPOINT, timeout=_WAIT)
    return load(False)
