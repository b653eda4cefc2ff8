"""Who people are at an OpenID provider."""

from __future__ import annotations

import msgspec


class Identity(msgspec.Struct, frozen=True):
    """Somebody at a provider, and who they are here. A provider never gives a subject to another
    person, while an address may pass on."""

    issuer: str
    subject: str
    user_id: str
    created_at: int


class Assertion(msgspec.Struct, frozen=True):
    """What a provider says of whoever signed in there, after all checks. ``email`` is empty when it
    says none; it proves nothing unless ``is_email_verified``."""

    issuer: str
    subject: str
    email: str = ""
    is_email_verified: bool = False
    full_name: str = ""
