"""Letting people in by a link: one view for each, and few tries of a password."""

from __future__ import annotations

import asyncio
import re

from litestar.datastructures import Cookie

from solosync.domain import shares
from solosync.domain.shares import Opened
from solosync.errors import PasswordRequired
from solosync.web.auth import address, is_secure
from solosync.web.connections import AnyRequest
from solosync.web.limits import address_key, start_try
from solosync.web.services import services

VIEW = "share_view"
WRONG = "That isn't this link's password."
# Programs that look at links to show a preview, or to remember what is there. (Cubot makes phones.)
_MACHINES = re.compile(
    r"(?<!cu)bot\b|crawler|spider|preview|facebookexternalhit|facebookcatalog|meta-external"
    r"|whatsapp/|slurp|embedly|iframely|vkshare|pinterest/|mastodon/|mattermost|snapchat|unfurl",
    re.IGNORECASE,
)


def open_link(request: AnyRequest, token: str) -> Opened:
    """Raises NotFound."""
    with_services = services(request)
    return shares.open_link(with_services.store, with_services.keys, token)


def is_view(request: AnyRequest, opened: Opened, proof: str) -> bool:
    return shares.is_view(services(request).keys, opened.share, proof)


async def count(request: AnyRequest, opened: Opened, password: str | None = None) -> str:
    """One more view, and its proof. Raises PasswordRequired, RateLimited, and NotFound if there is
    none left."""
    shares.check_views_left(opened)
    if opened.share.password_hash is not None:
        await _check_password(request, opened, password)
    with_services = services(request)
    agent = request.headers.get("user-agent", "")
    return await asyncio.to_thread(
        shares.count_view, with_services.store, with_services.keys, opened, agent
    )


def cookie(request: AnyRequest, token: str, proof: str) -> Cookie:
    """By which this browser's next look within the hour is the same view. Sent with this link's
    page and pictures only."""
    return Cookie(
        key=VIEW,
        value=proof,
        max_age=shares.VIEW_SECONDS,
        path=path(token),
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )


def path(token: str) -> str:
    """Of the page of a link."""
    return f"/solo/shared/{token}"


def is_machine(request: AnyRequest) -> bool:
    """Whether this is no person's look at a board: a preview, a browser that reads ahead, or a
    part of what was fetched before."""
    headers = request.headers
    purposes = f"{headers.get('sec-purpose', '')} {headers.get('purpose', '')}".lower()
    return (
        request.scope["state"]["is_head"]
        or "range" in headers
        or "prefetch" in purposes
        or "preview" in purposes
        or _MACHINES.search(headers.get("user-agent", "")) is not None
    )


async def _check_password(request: AnyRequest, opened: Opened, password: str | None) -> None:
    if not password:
        raise PasswordRequired()
    with_services = services(request)
    share = opened.share
    # Few from one address, where it is known, and not many from all of them together.
    here = address(request)
    near = (f"share {share.share_id} {address_key(here)}",) if here else ()
    everywhere = (f"share {share.share_id}",)
    started = start_try(request, near)
    started_everywhere = with_services.strays.start(everywhere)
    async with with_services.hashing:
        fits = await asyncio.to_thread(shares.fits, share, password)
    if not fits:
        raise PasswordRequired(WRONG)
    with_services.tries.succeeded(near, started)
    with_services.strays.succeeded(everywhere, started_everywhere)
