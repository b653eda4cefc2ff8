"""Links that show a board to whoever has them."""

from typing import NamedTuple

import msgspec

_BY_LINK = "share:"


class Share(msgspec.Struct, frozen=True):
    """``sealed_token`` is what the link ends in, locked; ``prefix`` is how that begins. Without
    ``expires_at`` it never expires, without ``max_views`` any number may look. With ``may_edit``
    whoever looks may draw, too."""

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
    may_edit: bool
    created_by: str
    created_at: int
    last_accessed_at: int | None
    revoked_at: int | None

    @property
    def has_views_left(self) -> bool:
        return self.max_views is None or self.view_count < self.max_views


class SharedBoard(msgspec.Struct, frozen=True):
    """A link with the board that it leads to; ``creator`` is a name to show."""

    share: Share
    session_id: str
    organization_id: str
    name: str
    creator: str


class Access(msgspec.Struct, frozen=True):
    """Somebody has opened the board by a link."""

    ip_address: str
    user_agent: str
    accessed_at: int


class Accesses(NamedTuple):
    """A page of them, each with its key, and how many there are in all."""

    total: int
    listed: list[tuple[int, Access]]


def device_of(share_id: str) -> str:
    """What stands in a board's history in the place of a device."""
    return f"{_BY_LINK}{share_id}"


def is_link(device_id: str | None) -> bool:
    return device_id is not None and device_id.startswith(_BY_LINK)
