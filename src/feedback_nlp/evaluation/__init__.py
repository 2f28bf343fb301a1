"""Figures of the rooms on hand-coded answers; each module prints its own with ``python -m``."""
