"""That staff looked at something, for the audit log."""

from __future__ import annotations

import asyncio

from solosync.domain import audit
from solosync.records.listing import Query
from solosync.web.services import Caller, services


async def look(request: Caller, noun: str, query: Query | None = None, *, target: str = "") -> None:
    """Writes down `admin.<noun>`, with what was looked for. Before the answer, so that nobody sees
    what can't be written down."""
    filters = {} if query is None else query.filters
    wanted = ", ".join(f"{name}={value}" for name, value in filters.items())
    event = audit.event(f"admin.{noun}", request.user, target=target, wanted=wanted)
    store = services(request).store
    await asyncio.to_thread(store.write, lambda tx: audit.record(tx, event))
