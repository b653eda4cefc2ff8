"""A board's link on its page: made, shown, ended."""

from __future__ import annotations

import asyncio
import math
from typing import Any

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from solosync.clock import iso, now_ms
from solosync.domain import shares
from solosync.records.sessions import Session
from solosync.web import addresses
from solosync.web.auth import signed_in
from solosync.web.fields import convert
from solosync.web.page_forms import read_fields
from solosync.web.routes.sessions import find
from solosync.web.routes.shares import ShareFields, make_link
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
    days, views, password, allow = await read_fields(
        request, "days", "max_views", "password", "allow_download"
    )
    given = {
        "expires_in_days": _number(days or USUAL_DAYS),
        "max_views": _number(views),
        "password": password,
        "allow_download": bool(allow),
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
    await asyncio.to_thread(shares.revoke, services(request).store, request.user, session_id)
    return Redirect(f"/boards/{session_id}#share", status_code=303)


def shown_link(request: Caller, session: Session) -> dict[str, Any] | None:
    """What the board's page shows of its link. Blocks."""
    with_services = services(request)
    store, actor, session_id = with_services.store, request.user, session.session_id
    link = shares.get(store, with_services.keys, actor, session_id)
    if link is None:
        return None
    share, token = link
    accesses = shares.list_accesses(store, actor, session_id)[:SHOWN_ACCESSES]
    left = share.expires_at - now_ms() if share.expires_at is not None else None
    return {
        "url": addresses.share(request, token) if token else "",
        "views": share.view_count,
        "max_views": share.max_views,
        "days_left": math.ceil(left / shares.DAY_MS) if left is not None else None,
        "is_protected": share.password_hash is not None,
        "allow_download": share.allow_download,
        "accesses": [(it, it.accessed_at * 1000, iso(it.accessed_at)) for it in accesses],
    }


def _number(text: str) -> int | str | None:
    """What isn't one is told of by whoever checks it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else text or None
