"""A session is a board."""

import msgspec


class Session(msgspec.Struct, frozen=True):
    """``key`` is the number by which the store's tables know it; ``session_id`` is the UUID that
    everyone else uses. ``created_at`` and ``updated_at`` are in microseconds, ``deleted_at`` and
    ``last_seen_at`` in milliseconds. ``thumbnail_url`` is one that a client gave; ours is there if
    there is a ``thumbnail_version``."""

    key: int
    session_id: str
    organization_id: str
    owner_id: str
    name: str
    dialect: str
    rev: int
    page_count: int
    thumbnail_url: str | None
    state_bytes: int
    created_at: int
    updated_at: int
    deleted_at: int | None
    last_device_id: str | None
    last_seen_at: int
    thumbnail_version: int | None
