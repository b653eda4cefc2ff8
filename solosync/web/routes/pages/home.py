"""The start page: one's boards as cards, and the trash."""

from __future__ import annotations

import asyncio

from litestar import get
from litestar.response import Template

from solosync.domain import Store, sessions
from solosync.errors import NotFound
from solosync.records.actors import Actor
from solosync.web import limits, listing
from solosync.web.auth import find_actor, public, signed_in
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE
from solosync.web.listing import TEXT, Listing
from solosync.web.routes.pages.looks import cards, here, more_of, page
from solosync.web.routes.sign_in import sign_in_page
from solosync.web.services import Caller, services

HOME = Listing(
    sorts=("updated_at", "name", "created_at"),
    filters={"name": TEXT},
    default="-updated_at",
    limit=24,
)
SORTS = {"-updated_at": "Last changed", "name": "Name", "-created_at": "Newest"}


@get("/", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def home(request: AnyRequest) -> Template:
    """One's boards, or the way to sign in."""
    actor = await find_actor(request)
    if actor is None:
        return sign_in_page(request, next_path=request.query_params.get("next", ""))
    return await asyncio.to_thread(_show, request, actor, False)


@get("/trash", guards=[signed_in], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def show_trash(request: Caller) -> Template:
    """What was thrown away, and can be brought back."""
    return await asyncio.to_thread(_show, request, request.user, True)


def _show(request: AnyRequest, actor: Actor, trashed: bool) -> Template:
    store = services(request).store
    query = listing.read(request, HOME)
    found = sessions.list_sessions(store, actor, query, trashed=trashed)
    usage = sessions.measure(store, actor)
    asked = request.query_params
    context = {
        "frontend_url": services(request).config.frontend_url,
        "address": str(request.base_url).rstrip("/"),
        "boards": cards(request, found.items),
        "total": found.total,
        "usage": usage,
        "more": more_of(asked, ("name", "sort"), listing.next_cursor(found)),
        "is_continued": query.position is not None,
        "searched": asked.get("name", ""),
        "sort": asked.get("sort", HOME.default),
        "sorts": SORTS,
        "back": here(request),
        "done": asked.get("done", ""),
        "undo": _undoable(store, actor, asked.get("board", "")),
    }
    return page("trash.html" if trashed else "home.html", actor, context)


def _undoable(store: Store, actor: Actor, session_id: str) -> str:
    """The id of the board that was just thrown away, if it can be brought back."""
    try:
        return sessions.get_session(store, actor, session_id, trashed=True).session_id
    except NotFound:
        return ""
