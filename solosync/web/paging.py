"""Lists a page at a time: `?limit=` and `?cursor=`. Cursors mean nothing to clients, and stay where
they are while things are added."""

from __future__ import annotations

import base64
import binascii

from solosync.errors import Invalid

Position = tuple[int, int]
"""Where a page begins: after the entry with this time and key."""


def cursor(position: Position) -> str:
    text = f"{position[0]}.{position[1]}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position(text: str | None) -> Position | None:
    """What `cursor` was given. Raises Invalid for a text that it didn't make."""
    if not text:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        time, key = base64.urlsafe_b64decode(padded).decode("ascii").split(".")
        found = int(time), int(key)
    except (ValueError, binascii.Error) as error:
        raise _invalid() from error
    if not all(0 <= number < 2**63 for number in found):
        raise _invalid()
    return found


def _invalid() -> Invalid:
    return Invalid(
        "That cursor can't be read; take `next` of an earlier answer.",
        fields={"cursor": "unreadable"},
    )
