"""One-time links that sign in."""

from __future__ import annotations

import asyncio

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from solosync.domain import links
from solosync.errors import Gone
from solosync.web import limits
from solosync.web.auth import check_origin, public
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE
from solosync.web.services import services
from solosync.web.signing_in import enter


@get("/link/{token:str}", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def open_link(request: AnyRequest, token: FromPath[str]) -> Template | Redirect:
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
async def use_link(request: AnyRequest, token: FromPath[str]) -> Redirect:
    check_origin(request)
    return await _use_link(request, token)


async def _use_link(request: AnyRequest, token: str) -> Redirect:
    with_services = services(request)
    user = await asyncio.to_thread(links.redeem, with_services.store, with_services.keys, token)
    await enter(request, user, way="link")
    return Redirect("/", status_code=303)


def _is_opened_by_hand(request: AnyRequest) -> bool:
    """Whether the browser says that this is a tab's own page, asked for by no other site."""
    headers = request.headers
    purposes = headers.get("sec-purpose", "") + headers.get("purpose", "")
    return (
        headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
        and headers.get("sec-fetch-site") in ("none", "same-origin")
        and "prefetch" not in purposes
    )
