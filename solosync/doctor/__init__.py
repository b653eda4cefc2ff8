"""Checks of this machine and its data folder, each with what to do about it."""

from typing import NamedTuple


class Finding(NamedTuple):
    """What a check found. `status` is ok, warning or failed; `advice` is empty only with ok."""

    check: str
    status: str
    found: str
    advice: str = ""
