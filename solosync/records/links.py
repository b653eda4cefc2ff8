"""One-time sign-in links, known by the keyed hash of their token only."""

import msgspec


class SignInLink(msgspec.Struct, frozen=True):
    token_hash: bytes
    user_id: str
    created_at: int
    expires_at: int
    used_at: int | None
