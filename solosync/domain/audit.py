"""Who did what, kept for good: each row's hash covers the row before it.

An event is made where the request is (`event`), and written in the very transaction that does what
it tells of (`record`), so that neither is there without the other and no commit is added. How the
chain is checked is in audit_chain.py.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from solosync import clock, origin
from solosync.errors import Forbidden, Invalid
from solosync.events import Audited
from solosync.records.actors import Actor
from solosync.records.audit import Entry, Event, Outcome
from solosync.records.listing import Query, Slice
from solosync.store import audit
from solosync.store.audit import Stored
from solosync.store.engine import Store
from solosync.store.transactions import Tx

T = TypeVar("T")

BEFORE_THE_FIRST = bytes(32)
# Much of what is told comes from whoever tried something.
LONGEST_TEXT = 500
# The log is never shortened, and anybody may ask for codes and mistype passwords: what those do who
# aren't known is written down this often in a minute, and beyond that only that it goes on.
MOST_BY_STRANGERS = 120
FLOOD = "audit.flood"
_ASKED = "code.request"
_ACTION = re.compile(r"[a-z_]+(\.[a-z_]*)?", re.ASCII)


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
    must hold no password, token, code or key. Long texts are cut.
    """
    asked = origin.current.get()
    return Event(
        created_at=clock.now_ms(),
        action=action,
        outcome=outcome,
        actor_id=actor.user_id if actor else user_id,
        device_id=actor.device_id if actor else device_id,
        target=_plain(target),
        organization_id=organization_id,
        parameters={
            name: _plain(value) if isinstance(value, str) else value
            for name, value in parameters.items()
        },
        address=_plain(asked.address),
        request_id=asked.request_id,
    )


def record(tx: Tx, event: Event) -> None:
    """Appends it to the log, in the caller's transaction. (In a flood of tries by strangers, one
    row stands for all that come within a minute; they are still counted as events.)"""
    tx.emit(Audited(event.action, event.outcome))
    if event.actor_id is None and event.request_id and _is_try(event):
        newest = audit.newest_tries_of_strangers(tx, MOST_BY_STRANGERS, but_done=(_ASKED, FLOOD))
        if len(newest) == MOST_BY_STRANGERS and newest[-1][1] > event.created_at - clock.MINUTE_MS:
            if newest[0][0] == FLOOD:
                return
            event = msgspec.structs.replace(event, action=FLOOD, target="", parameters={})
    seq, before = audit.last(tx) or (0, BEFORE_THE_FIRST)
    stored = audit.to_stored(seq + 1, event)
    audit.append(tx, stored, digest(stored, before))


def _is_try(event: Event) -> bool:
    """Whether it came to nothing, or to no more than a mail. A download by a link is none: who
    floods the log mustn't hide one."""
    return event.outcome == "refused" or event.action == _ASKED


def attempt(store: Store, event: Event, change: Callable[[Tx], T]) -> T:
    """Does what records the event itself, in its own transaction. A try that isn't allowed is
    recorded as refused."""
    try:
        return store.write(change)
    except Forbidden:
        refused = msgspec.structs.replace(event, outcome="refused")
        store.write(lambda tx: record(tx, refused))
        raise


def digest(stored: Stored, before: bytes) -> bytes:
    """The SHA-256 of a row: the hash of the one before, then its columns, just as they are stored,
    as a JSON array."""
    return hashlib.sha256(before + msgspec.json.encode(stored)).digest()


def list_entries(store: Store, query: Query) -> Slice[Entry]:
    """The filter ``action`` may be a whole action, or what it begins with: `sign_in.`, `sign`.
    Raises Invalid for what is neither."""
    wanted = query.filters.get("action")
    if wanted is not None:
        pattern = _pattern(str(wanted))
        query = msgspec.structs.replace(query, filters={**query.filters, "action": pattern})
    return store.read(lambda tx: audit.page(tx, query))


def _pattern(action: str) -> str:
    if not _ACTION.fullmatch(action):
        raise Invalid(
            "An action is such as `key.create`; `key` stands for all that begin so.",
            fields={"filter[action]": "unusable"},
        )
    return action if "." in action[:-1] else f"{action}*"


def _plain(text: str) -> str:
    """Cut, and as it comes back from the disk."""
    return text[:LONGEST_TEXT].encode(errors="replace").decode()
