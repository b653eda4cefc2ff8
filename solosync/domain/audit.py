"""Who did what, kept for good: each row's hash covers the row before it.

An event is made where the request is (`event`), and written in the very transaction that does what
it tells of (`record`), so that neither is there without the other and no commit is added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

import msgspec

from solosync import clock, origin
from solosync.errors import Forbidden
from solosync.events import Audited
from solosync.records.actors import Actor
from solosync.records.audit import Entry, Event, Outcome
from solosync.store import audit
from solosync.store.engine import Store
from solosync.store.transactions import Tx

T = TypeVar("T")

_BEFORE_THE_FIRST = bytes(32)


def event(
    action: str,
    actor: Actor | None = None,
    *,
    target: str = "",
    outcome: Outcome = "done",
    user_id: str | None = None,
    device_id: str | None = None,
    organization_id: str | None = None,
    **parameters: str | int | float | bool | None,
) -> Event:
    """Something to be recorded. To be called where the request is: it carries its id and address.

    Who did it is ``actor``, or ``user_id`` and ``device_id`` where there is none (yet). Parameters
    must hold no password, token, code or key.
    """
    asked = origin.current.get()
    return Event(
        created_at=clock.now_ms(),
        action=action,
        outcome=outcome,
        actor_id=actor.user_id if actor else user_id,
        device_id=actor.device_id if actor else device_id,
        target=target,
        organization_id=organization_id,
        parameters=parameters,
        address=asked.address,
        request_id=asked.request_id,
    )


def record(tx: Tx, event: Event) -> None:
    """Appends it to the log, in the caller's transaction."""
    seq, before = audit.last(tx) or (0, _BEFORE_THE_FIRST)
    audit.append(tx, Entry(seq + 1, event, digest(seq + 1, event, before)))
    tx.emit(Audited(event.action, event.outcome))


def attempt(store: Store, event: Event, change: Callable[[Tx], T]) -> T:
    """Does what records the event itself, in its own transaction. A try that isn't allowed is
    recorded as refused."""
    try:
        return store.write(change)
    except Forbidden:
        refused = msgspec.structs.replace(event, outcome="refused")
        store.write(lambda tx: record(tx, refused))
        raise


def digest(seq: int, event: Event, before: bytes) -> bytes:
    """The SHA-256 of a row: the hash of the one before, then its place and fields as JSON."""
    content = msgspec.json.encode((seq, event), order="sorted")
    return hashlib.sha256(before + content).digest()
