"""Links on pages: a board's own, made, shown and ended, and the list of all."""

from __future__ import annotations

import asyncio
import math
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from solosync import qr
from solosync.clock import DAY_MS, iso, now_ms
from solosync.domain import shares
from solosync.records.sessions import Session
from solosync.web import addresses, limits, listing
from solosync.web.auth import signed_in
from solosync.web.documented import RATE
from solosync.web.fields import convert
from solosync.web.page_forms import read_fields
from solosync.web.routes.pages.looks import back, more_of, page
from solosync.web.routes.sessions import find
from solosync.web.routes.shares import SHARES, ShareFields, end_board_link, end_link, make_link
from solosync.web.services import Caller, services

SHOWN_ACCESSES = 20
USUAL_DAYS = "7"


@post(
    "/boards/{session_id:str}/share",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def share_board(request: Caller, session_id: FromPath[str]) -> Redirect:
    """Another link takes the place of an earlier one."""
    find(request, session_id)
    days, views, password, allow, edit = await read_fields(
        request, "days", "max_views", "password", "allow_download", "may_edit"
    )
    given = {
        "expires_in_days": _number(days or USUAL_DAYS),
        "max_views": _number(views),
        "password": password,
        "allow_download": bool(allow),
        "may_edit": bool(edit),
    }
    await make_link(request, session_id, convert(given, ShareFields))
    return Redirect(f"/boards/{session_id}#share", status_code=303)


@post(
    "/boards/{session_id:str}/unshare",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def unshare_board(request: Caller, session_id: FromPath[str]) -> Redirect:
    await end_board_link(request, session_id)
    return Redirect(f"/boards/{session_id}#share", status_code=303)


@get("/links", guards=[signed_in], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def show_links(request: Caller) -> Template:
    """All links of the person, and of the boards that they look after."""
    return await asyncio.to_thread(_show_links, request)


@post(
    "/links/{share_id:str}/end",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def end_listed_link(request: Caller, share_id: FromPath[str]) -> Redirect:
    await end_link(request, share_id)
    return back("/links", done="link_ended")


def _show_links(request: Caller) -> Template:
    with_services = services(request)
    query = listing.read(request, SHARES)
    found = shares.list_links(with_services.store, with_services.keys, request.user, query)
    context = {
        "links": [(board, _shown(request, link)) for board, link in found.items],
        "more": more_of(request.query_params, (), listing.next_cursor(found)),
        "is_continued": query.position is not None,
        "done": request.query_params.get("done", ""),
    }
    return page("links.html", request.user, context)


def shown_link(request: Caller, session: Session) -> dict[str, Any] | None:
    """What the board's page shows of its link. Blocks."""
    with_services = services(request)
    store, actor, session_id = with_services.store, request.user, session.session_id
    link = shares.get(store, with_services.keys, actor, session_id)
    if link is None:
        return None
    accesses = shares.list_accesses(store, actor, session_id, limit=SHOWN_ACCESSES)
    shown = _shown(request, link)
    return shown | {
        "qr": qr.svg(shown["url"]) if shown["url"] else "",
        "accesses": [(it, it.accessed_at * 1000, iso(it.accessed_at)) for _, it in accesses.listed],
    }


def _shown(request: Caller, link: shares.Link) -> dict[str, Any]:
    share, token = link
    seen_at = share.last_accessed_at
    left = share.expires_at - now_ms() if share.expires_at is not None else None
    return {
        "url": addresses.share(request, token) if token else "",
        "views": share.view_count,
        "max_views": share.max_views,
        "days_left": math.ceil(left / DAY_MS) if left is not None else None,
        "is_protected": share.password_hash is not None,
        "allow_download": share.allow_download,
        "may_edit": share.may_edit,
        "made": (share.created_at * 1000, iso(share.created_at)),
        "seen": (seen_at * 1000, iso(seen_at)) if seen_at is not None else None,
    }


def _number(text: str) -> int | str | None:
    """What isn't one is told of by whoever checks it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else text or None
