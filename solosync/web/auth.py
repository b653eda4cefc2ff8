"""Who is asking: bearer tokens and cookies, and what guards a cookie from other people's pages.

Each route says by a guard whether it is `public` or wants somebody `signed_in`.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

from litestar import WebSocket
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler

from solosync.domain import tokens
from solosync.errors import Forbidden, Unauthenticated
from solosync.records.actors import Actor
from solosync.web.services import Services, services

Connection = ASGIConnection[Any, Any, Any, Any]

ACCESS_COOKIE = "access_token"
REFRESH_COOKIE = "refresh_token"
SUBPROTOCOL = "solosync"
# A token among the subprotocols: after `bearer.`, or by itself, which is a JWT by its looks.
_TOKEN_SUBPROTOCOL = re.compile(r"bearer\.(.+)|(eyJ[\w-]+\.[\w-]+\.[\w-]+)", re.ASCII)
_SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
# In this order: most browsers also call themselves Safari, and Android Linux.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
# A request whose answer its page may not live to see: a token exchanged there could be lost, and
# the next use of the old one would then look like theft.
UNSEEN_ANSWER = "unseen_answer"


async def public(connection: Connection, handler: BaseRouteHandler) -> None:
    """The guard of routes that anyone may ask. (Not a plain function: that would take a thread.)"""


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """The guard of routes for people: puts the actor into `request.user`. Raises Unauthenticated,
    and Forbidden for another site's page that uses a person's cookie."""
    connection.scope["user"] = await _actor(connection, bool(handler.opt.get(UNSEEN_ANSWER)))


async def find_actor(connection: Connection) -> Actor | None:
    """Whoever is signed in, for pages that are there for everybody."""
    try:
        return await _actor(connection, False)
    except (Unauthenticated, Forbidden):
        return None


async def _actor(connection: Connection, is_answer_unseen: bool) -> Actor:
    with_services = services(connection)
    bearer = bearer_token(connection)
    if bearer is not None:
        return tokens.verify(with_services.store, with_services.keys, bearer)
    if connection.scope.get("method") not in _SAFE_METHODS:
        check_origin(connection)
    return await _cookie_actor(connection, with_services, is_answer_unseen)


async def _cookie_actor(
    connection: Connection, with_services: Services, is_answer_unseen: bool
) -> Actor:
    store, keys = with_services.store, with_services.keys
    actor = _access_cookie_actor(connection, with_services)
    if actor is not None:
        return actor
    refresh = connection.cookies.get(REFRESH_COOKIE)
    if not refresh:
        raise Unauthenticated()
    if is_answer_unseen:
        actor = tokens.check_refresh(store, keys, refresh)
        set_cookies(connection, tokens.TokenPair(tokens.new_access(keys, actor), refresh))
        return actor
    sign_in = await asyncio.to_thread(
        tokens.refresh, store, keys, refresh, address=address(connection)
    )
    set_cookies(connection, sign_in.tokens)
    return sign_in.actor


def _access_cookie_actor(connection: Connection, with_services: Services) -> Actor | None:
    access = connection.cookies.get(ACCESS_COOKIE)
    if not access:
        return None
    try:
        return tokens.verify(with_services.store, with_services.keys, access)
    except Unauthenticated:
        return None


def socket_actor(socket: WebSocket[Any, Any, Any]) -> Actor:
    """Who opens a socket: by `?token=`, a subprotocol that is the token or `bearer.<token>`, the
    Authorization header, or the cookies of one of our own pages.

    Raises Unauthenticated, and Forbidden for another site's page. A refresh cookie is good here
    too, and stays as it is.
    """
    with_services = services(socket)
    store, keys = with_services.store, with_services.keys
    token = socket.query_params.get("token") or _subprotocol_token(socket) or bearer_token(socket)
    if token:
        return tokens.verify(store, keys, token)
    check_origin(socket)
    actor = _access_cookie_actor(socket, with_services)
    if actor is not None:
        return actor
    refresh = socket.cookies.get(REFRESH_COOKIE)
    if not refresh:
        raise Unauthenticated()
    return tokens.check_refresh(store, keys, refresh)


def socket_subprotocol(socket: WebSocket[Any, Any, Any]) -> str | None:
    """The subprotocol to accept: browsers want one of those they offered, which is the token only
    if they offered nothing else."""
    offered = _offered_subprotocols(socket)
    if SUBPROTOCOL in offered:
        return SUBPROTOCOL
    offered.sort(key=lambda name: _TOKEN_SUBPROTOCOL.fullmatch(name) is not None)
    return offered[0] if offered else None


def bearer_token(connection: Connection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def address(connection: Connection) -> str:
    """The network address of the client (the server takes it from a trusted proxy's headers)."""
    return connection.client.host if connection.client else ""


def check_origin(connection: Connection) -> None:
    """Raises Forbidden when a page of another site made the browser send this.

    Browsers say so by Sec-Fetch-Site, or at least by Origin; without either it is no browser, and
    so nobody's cookie was abused.
    """
    origin = connection.headers.get("origin")
    if origin is not None and origin in services(connection).config.cors_origins:
        return
    site = connection.headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    if site is None and (origin is None or _is_own(connection, origin)):
        return
    raise Forbidden("A page of another site may not do this with your sign-in.")


def _is_own(connection: Connection, origin: str) -> bool:
    public_url = services(connection).config.public_url
    if public_url and origin == public_url:
        return True
    # The host was checked at the door; behind a proxy that ends TLS the scheme may differ.
    return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()


def is_secure(connection: Connection) -> bool:
    """Whether the browser reaches us by TLS: here, or at a proxy that answers for `public_url`."""
    if connection.scope["scheme"] in ("https", "wss"):
        return True
    host = connection.headers.get("host", "").lower()
    return services(connection).config.public_url == f"https://{host}"


def set_cookies(connection: Connection, pair: tokens.TokenPair | None) -> None:
    """Puts the tokens' cookies into the answer, whatever it will be; None clears them."""
    secure = is_secure(connection)
    connection.scope.setdefault("state", {})["cookies"] = [
        Cookie(
            key=name,
            value=value,
            max_age=seconds if pair else 0,
            path="/",
            httponly=True,
            samesite="lax",
            secure=secure,
        ).to_encoded_header()
        for name, value, seconds in (
            (ACCESS_COOKIE, pair.access if pair else "", tokens.ACCESS_SECONDS),
            (REFRESH_COOKIE, pair.refresh if pair else "", tokens.REFRESH_SECONDS),
        )
    ]


def device_name(connection: Connection) -> str:
    """What the sign-in is called in lists: "Firefox on Linux", or the program's own name."""
    agent = connection.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return re.split("[/ ]", agent, maxsplit=1)[0] or "unknown"


def _offered_subprotocols(socket: WebSocket[Any, Any, Any]) -> list[str]:
    header = ",".join(socket.headers.getall("sec-websocket-protocol", []))
    return [name.strip() for name in header.split(",") if name.strip()]


def _subprotocol_token(socket: WebSocket[Any, Any, Any]) -> str | None:
    for name in _offered_subprotocols(socket):
        if match := _TOKEN_SUBPROTOCOL.fullmatch(name):
            return match[1] or match[2]
    return None
