"""The start page, and one-time links. Like all pages, they work without JavaScript."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from solosync import clock
from solosync.domain import accounts, links, sessions
from solosync.errors import Gone
from solosync.records.actors import Actor
from solosync.records.listing import Query, Sort
from solosync.records.sessions import Session
from solosync.web import limits
from solosync.web.auth import check_origin, find_actor, public
from solosync.web.documented import RATE
from solosync.web.routes.sign_in import sign_in_page
from solosync.web.services import services
from solosync.web.signing_in import enter

SHOWN_BOARDS = 200
SECONDS_IN = (
    ("year", 31_536_000),
    ("month", 2_592_000),
    ("day", 86_400),
    ("hour", 3600),
    ("minute", 60),
)


@get("/", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def home(request: Request[Any, Any, Any]) -> Template:
    """One's boards, or the way to sign in."""
    actor = await find_actor(request)
    if actor is None:
        return sign_in_page(request)
    return await asyncio.to_thread(_home, request, actor)


@get("/link/{token:str}", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def open_link(request: Request[Any, Any, Any], token: FromPath[str]) -> Template | Redirect:
    """A one-time link: used up at once when a person opens it in a browser's tab; else a page with
    a button, because previews and prefetches only look."""
    if _is_opened_by_hand(request):
        return await _use_link(request, token)
    with_services = services(request)
    email = links.find_address(with_services.store, with_services.keys, token)
    if email is None:
        raise Gone(links.TOO_LATE)
    context = {"path": request.scope["path"], "email": email, "token": ""}
    return Template("link.html", context=context)


@post("/link/{token:str}", guards=[public], include_in_schema=False, status_code=303)
async def use_link(request: Request[Any, Any, Any], token: FromPath[str]) -> Redirect:
    check_origin(request)
    return await _use_link(request, token)


async def _use_link(request: Request[Any, Any, Any], token: str) -> Redirect:
    with_services = services(request)
    user = await asyncio.to_thread(links.redeem, with_services.store, with_services.keys, token)
    await enter(request, user, way="link")
    return Redirect("/", status_code=303)


def _is_opened_by_hand(request: Request[Any, Any, Any]) -> bool:
    """Whether the browser says that this is a tab's own page, asked for by no other site."""
    headers = request.headers
    purposes = headers.get("sec-purpose", "") + headers.get("purpose", "")
    return (
        headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
        and headers.get("sec-fetch-site") in ("none", "same-origin")
        and "prefetch" not in purposes
    )


def _home(request: Request[Any, Any, Any], actor: Actor) -> Template:
    store = services(request).store
    newest = Query((Sort("updated_at", is_descending=True),), {}, SHOWN_BOARDS)
    boards = sessions.list_sessions(store, actor, newest)
    person = accounts.get_person(store, actor.user_id)
    context = {
        "frontend_url": services(request).config.frontend_url,
        "user": person.user,
        "boards": [_shown(board) for board in boards.items],
        "hidden": boards.total - len(boards.items),
        "address": str(request.base_url).rstrip("/"),
    }
    return Template("home.html", context=context)


def _shown(board: Session) -> dict[str, str | int]:
    return {
        "id": board.session_id,
        "name": board.name or sessions.DEFAULT_NAME,
        "pages": board.page_count,
        "updated_at": clock.iso_us(board.updated_at),
        "changed": _ago(clock.now_us() - board.updated_at),
    }


def _ago(microseconds: int) -> str:
    seconds = microseconds // 1_000_000
    for unit, length in SECONDS_IN:
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
