"""Codes by which a device is let in from another one, known by their keyed hash only."""

import msgspec


class Pairing(msgspec.Struct, frozen=True):
    """``device_id`` is where it was asked for; ``tries`` counts the wrong codes that were claimed
    while it was live."""

    code_hash: bytes
    user_id: str
    device_id: str
    tries: int
    created_at: int
    expires_at: int
    used_at: int | None
