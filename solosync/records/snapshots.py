"""A board's whole document at one rev."""

import msgspec


class Snapshot(msgspec.Struct, frozen=True):
    """``data`` holds every update up to and including ``seq``."""

    rev: int
    seq: int
    data: bytes
