"""Refresh tokens, known by their keyed hash only."""

import msgspec


class RefreshToken(msgspec.Struct, frozen=True):
    """``used_at`` is when it was first exchanged for a newer one."""

    token_hash: bytes
    device_id: str
    issued_at: int
    expires_at: int
    used_at: int | None
