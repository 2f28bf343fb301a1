"""The one error a user's input can cause."""

from __future__ import annotations


class FeedbackError(ValueError):
    """Something in the user's file or options is wrong.

    The message is one sentence that says what was wrong, where, and what to
    do. The command line prints it and exits with code 2.
    """
