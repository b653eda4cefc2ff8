"""What was done, by whom, and how it ended."""

from typing import Literal

import msgspec

Outcome = Literal["done", "refused"]


class Event(msgspec.Struct, frozen=True):
    """Something to be written down. ``action`` is `noun.verb`; ``target`` is the id (or address) of
    what it was done to; ``parameters`` hold no secrets."""

    created_at: int
    action: str
    outcome: Outcome
    actor_id: str | None
    device_id: str | None
    target: str
    organization_id: str | None
    parameters: dict[str, str | int | float | bool | None]
    address: str
    request_id: str


class Entry(msgspec.Struct, frozen=True):
    """A row of the log. ``hash`` is over the event and the hash of the row before it."""

    seq: int
    event: Event
    hash: bytes
