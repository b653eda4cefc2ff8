"""A version is what one rev brought: one or more updates."""

import msgspec

BY_LINK = "share link"


class Version(msgspec.Struct, frozen=True):
    """``actor`` and ``device`` are names for people; several are joined by a comma. What came by a
    link that may edit has no actor, and BY_LINK as its device. ``size`` is the sum over its
    updates."""

    rev: int
    created_at: int
    actor: str
    device: str
    summary: str
    size: int
