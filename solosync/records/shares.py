"""Links that show a board to whoever has them."""

import msgspec


class Share(msgspec.Struct, frozen=True):
    """``sealed_token`` is what the link ends in, locked; ``prefix`` is how that begins. Without
    ``expires_at`` it never expires, without ``max_views`` any number may look."""

    share_id: str
    session_key: int
    token_hash: bytes
    sealed_token: bytes
    prefix: str
    password_hash: str | None
    expires_at: int | None
    max_views: int | None
    view_count: int
    allow_download: bool
    created_by: str
    created_at: int
    last_accessed_at: int | None
    revoked_at: int | None

    @property
    def has_views_left(self) -> bool:
        return self.max_views is None or self.view_count < self.max_views


class Access(msgspec.Struct, frozen=True):
    """Somebody has opened the board by a link."""

    ip_address: str
    user_agent: str
    accessed_at: int
