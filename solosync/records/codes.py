"""Codes that prove an address, known by keyed hashes only."""

from typing import Literal

import msgspec

CodeKind = Literal["otp", "magic"]
MailKind = CodeKind | Literal["none"]


class SignInCode(msgspec.Struct, frozen=True):
    """``user_id`` is None for an address that nobody has. ``link_hash`` is of the longer secret in
    the same mail's link, if it has one. ``asked_from`` is a network address (`Origin.network`).
    ``tries`` counts wrong digits. One of the kind none opens nothing: it stands for a mail without
    a code, about a registration."""

    code_id: str
    kind: MailKind
    email: str
    user_id: str | None
    asked_from: str
    code_hash: bytes
    link_hash: bytes | None
    tries: int
    created_at: int
    expires_at: int
    used_at: int | None
