"""Codes that prove an address, known by keyed hashes only."""

from typing import Literal

import msgspec

CodeKind = Literal["otp", "magic"]


class SignInCode(msgspec.Struct, frozen=True):
    """``user_id`` is None for an address that nobody has. ``link_hash`` is of the longer secret in
    the same mail's link, if it has one. ``tries`` counts wrong digits."""

    code_id: str
    kind: CodeKind
    email: str
    user_id: str | None
    code_hash: bytes
    link_hash: bytes | None
    tries: int
    created_at: int
    expires_at: int
    used_at: int | None
