"""The pages: one's boards, signing in and out. They work without JavaScript."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from solosync import clock
from solosync.domain import accounts, links, sessions
from solosync.errors import RateLimited, Unauthenticated
from solosync.records.actors import Actor
from solosync.records.sessions import Session
from solosync.web import errors, limits, passwords
from solosync.web.auth import (
    check_origin,
    find_actor,
    public,
    set_cookies,
)
from solosync.web.bodies import read_bytes
from solosync.web.documented import RATE
from solosync.web.services import services
from solosync.web.signing_in import finish
from solosync.web.signing_in import sign_out as end_sign_in

FORM_BYTES = 16 * 1024
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
        return Template("sign_in.html", context={"email": "", "error": ""})
    return await asyncio.to_thread(_home, request, actor)


@post("/sign-in", guards=[public], include_in_schema=False, status_code=200)
async def sign_in(request: Request[Any, Any, Any]) -> Template | Redirect:
    check_origin(request)
    form = parse_qs((await read_bytes(request, FORM_BYTES, "sign-in")).decode("utf-8", "replace"))
    email, password = form.get("email", [""])[0], form.get("password", [""])[0]
    try:
        signed_in = await passwords.sign_in(request, email, password, kind="browser")
    except (Unauthenticated, RateLimited) as error:
        status = errors.outcome(error).status
        context = {"email": email, "error": error.message}
        headers = errors.headers_for(status, error)
        headers.pop("WWW-Authenticate", None)  # browsers may answer that with a box of their own
        return Template("sign_in.html", context=context, status_code=status, headers=headers)
    set_cookies(request, signed_in.tokens)
    return Redirect("/", status_code=303)


@post(
    "/sign-out",
    guards=[public],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
    status_code=303,
)
async def sign_out(request: Request[Any, Any, Any]) -> Redirect:
    check_origin(request)
    await end_sign_in(request)
    return Redirect("/", status_code=303)


@get("/link/{token:str}", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def open_link(request: Request[Any, Any, Any], token: FromPath[str]) -> Template | Redirect:
    """A one-time link: used up at once when a person opens it in a browser's tab; else a page with
    a button, because previews and prefetches only look."""
    if _is_opened_by_hand(request):
        return await _use_link(request, token)
    return Template("link.html", context={"path": request.scope["path"]})


@post("/link/{token:str}", guards=[public], include_in_schema=False, status_code=303)
async def use_link(request: Request[Any, Any, Any], token: FromPath[str]) -> Redirect:
    check_origin(request)
    return await _use_link(request, token)


async def _use_link(request: Request[Any, Any, Any], token: str) -> Redirect:
    with_services = services(request)
    store, keys = with_services.store, with_services.keys
    user = await asyncio.to_thread(links.redeem, store, keys, token)
    actor = await find_actor(request)
    # Whoever is signed in already stays the device that they are, and what it holds stays known.
    if actor is None or actor.user_id != user.user_id:
        signed_in = await finish(request, user, kind="browser", way="link")
        set_cookies(request, signed_in.tokens)
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
    boards = sessions.list_sessions(store, actor, limit=SHOWN_BOARDS)
    count = sessions.count_sessions(store, actor)
    person = accounts.get_person(store, actor.user_id)
    context = {
        "user": person.user,
        "boards": [_shown(board) for board in boards],
        "hidden": count - len(boards),
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
