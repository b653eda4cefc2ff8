"""What a device is known to hold of a board."""

import msgspec


class Base(msgspec.Struct, frozen=True):
    """Either the state of ``rev``, or ``state``: JSON text as the device sent it."""

    base_id: int
    device_id: str
    rev: int | None
    state: bytes | None
    created_at: int
