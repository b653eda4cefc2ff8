"""Stored CRDT deltas: the log that a board is made of."""

import msgspec


class NewUpdate(msgspec.Struct, frozen=True):
    """``set_aside`` is JSON text: what a merge chose against. ``size`` is what the version list
    shows for it, in bytes. ``actor_id`` and ``device_id`` may name someone who no longer exists."""

    rev: int
    data: bytes
    kind: str
    actor_id: str | None
    device_id: str | None
    summary: str
    set_aside: bytes | None
    size: int
    created_at: int


class Update(NewUpdate, frozen=True):
    """``seq`` is its place in the log of all boards, and grows with time."""

    seq: int


class Outline(msgspec.Struct, frozen=True):
    """An update without its data, for deciding what to keep. ``data_bytes`` is its stored size."""

    seq: int
    rev: int
    created_at: int
    data_bytes: int
