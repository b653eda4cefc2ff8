"""Keys by which programs act for the person who made them."""

import msgspec


class ApiKey(msgspec.Struct, frozen=True):
    """``prefix`` is the beginning of the secret, by which people know it again. ``last_used_at``
    is None for one that was never used, ``expires_at`` for one that doesn't run out."""

    key_id: str
    organization_id: str
    created_by: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    last_used_address: str | None
    revoked_at: int | None
