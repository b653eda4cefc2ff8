"""Who did what."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import get

from solosync.clock import iso
from solosync.domain import audit
from solosync.records import scopes
from solosync.records.audit import Entry, Outcome
from solosync.web import limits, listing
from solosync.web.auth import staff
from solosync.web.documented import RATE, SCOPE, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, TEXT, TIME, Listing, one_of
from solosync.web.routes.admin.looks import look
from solosync.web.services import Caller, services

AUDIT = Listing(
    sorts=("seq", "created_at"),
    filters={
        "actor": TEXT,
        "action": TEXT,
        "outcome": one_of("done", "refused"),
        "target": TEXT,
        "since": TIME,
        "until": TIME,
    },
    default="-seq",
)


class AuditItem(msgspec.Struct):
    """`hash` is the SHA-256 of the row and of the hash before it, in hex. Whoever acted may have no
    account: then `actor_id` is null, and `target` what was tried."""

    seq: int
    created_at: str
    action: str
    outcome: Outcome
    actor_id: str | None
    device_id: str | None
    target: str
    organization_id: str | None
    parameters: dict[str, str | int | float | bool | None]
    address: str
    request_id: str
    hash: str


class AuditPage(msgspec.Struct):
    data: list[AuditItem]
    meta: listing.Meta


@get(
    "/",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_READ, RATE: limits.ADMIN, LISTING: AUDIT},
    responses=problems(*WRITE_ERRORS),
)
async def list_audit(request: Caller) -> AuditPage:
    """Newest first. The filter `actor` takes a person's id or email address; `action` takes a whole
    action (`key.create`) or all of a noun (`sign_in`); `since` is included, `until` isn't."""
    query = listing.read(request, AUDIT)
    found = await asyncio.to_thread(audit.list_entries, services(request).store, query)
    # Afterwards, so that the list doesn't begin with this very look.
    await look(request, "audit", query)
    return AuditPage([_item(entry) for entry in found.items], listing.meta(found))


def _item(entry: Entry) -> AuditItem:
    event = entry.event
    return AuditItem(
        seq=entry.seq,
        created_at=iso(event.created_at),
        action=event.action,
        outcome=event.outcome,
        actor_id=event.actor_id,
        device_id=event.device_id,
        target=event.target,
        organization_id=event.organization_id,
        parameters=event.parameters,
        address=event.address,
        request_id=event.request_id,
        hash=entry.hash.hex(),
    )
