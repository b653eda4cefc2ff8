"""Who is asking: by a token or by cookies, and what guards a cookie from other people's pages.

Each route says by a guard whether it is `public`, wants somebody `signed_in`, or is for `staff`.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

from litestar import WebSocket
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler

from solosync.domain import access, tokens
from solosync.errors import Forbidden, Invalid, SomebodyElse, Unauthenticated
from solosync.records import scopes
from solosync.records.actors import Actor
from solosync.web import credentials, limits
from solosync.web.connections import Connection
from solosync.web.documented import SCOPE
from solosync.web.errors import KeyNotAdmitted, ScopeMissing
from solosync.web.services import Services, services

ACCESS_COOKIE = "access_token"
REFRESH_COOKIE = "refresh_token"
ID_COOKIE = "id_token"
# For whom a page was made: whoever signed in to the browser after that isn't meant by it.
MEANT_HEADER = "x-signed-in-as"
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
    """The guard of routes that anyone may ask. Raises RateLimited. (Not a plain function: that
    would take a thread.)"""
    limits.charge(connection, handler, None)


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """The guard of routes for people, and for API keys that have the route's scope: puts the actor
    into `request.user`. Raises Unauthenticated, SomebodyElse, RateLimited, and Forbidden for a key
    that isn't admitted and for another site's page that uses a person's cookie."""
    state = connection.scope["state"]
    state["is_late"] = not state.get("is_whole")
    try:
        actor = await _actor(connection, bool(handler.opt.get(UNSEEN_ANSWER)))
    except (Invalid, Unauthenticated, Forbidden):
        limits.charge_stranger(connection)
        raise
    limits.charge(connection, handler, actor)
    if connection.headers.get(MEANT_HEADER, actor.user_id) != actor.user_id:
        raise SomebodyElse()
    services(connection).sightings.note(actor.device_id, address(connection))
    admit(actor, handler.opt.get(SCOPE))
    connection.scope["user"] = actor


async def staff(connection: Connection, handler: BaseRouteHandler) -> None:
    """The guard of what only staff may do. Raises as `signed_in`, and Forbidden."""
    await signed_in(connection, handler)
    if not connection.user.is_staff:
        raise Forbidden("Only staff may do that.")


def is_late(connection: Connection) -> bool:
    """Whether something was waited for since the guard that says who may do what: a body takes as
    long as its sender likes."""
    found: bool = connection.scope["state"]["is_late"]
    return found


def check_still_signed_in(connection: Connection) -> None:
    """For whoever passed a guard a while ago, and may have been signed out since. Raises
    Unauthenticated."""
    actor = connection.scope.get("user")
    if actor is not None and is_late(connection):
        access.check_signed_in(services(connection).store, actor)


def admit(actor: Actor, scope: str | None) -> None:
    """Raises Forbidden for an API key that wasn't given this scope; without one, none is good
    enough. People may do whatever they may."""
    if actor.scopes is None:
        return
    if scope is None:
        raise KeyNotAdmitted()
    if actor.scopes.isdisjoint(scopes.admitting(scope)):
        raise ScopeMissing(scope)


async def find_actor(connection: Connection) -> Actor | None:
    """The person who is signed in, for pages that are there for everybody."""
    try:
        actor = await _actor(connection, False)
        admit(actor, None)
        return actor
    except (Invalid, Unauthenticated, Forbidden):
        return None


async def _actor(connection: Connection, is_answer_unseen: bool) -> Actor:
    with_services = services(connection)
    token = credentials.stated(connection)
    if token is not None:
        return tokens.verify(with_services.store, with_services.keys, token)
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
        actor = await asyncio.to_thread(tokens.check_refresh, store, keys, refresh)
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


async def socket_actor(socket: WebSocket[Any, Any, Any]) -> Actor:
    """Who opens a socket: by `?token=`, a subprotocol that is the token or `bearer.<token>`, a
    header as requests have it, or the cookies of one of our own pages.

    Raises Invalid, Unauthenticated, and Forbidden for another site's page. A refresh cookie is good
    here too, and stays as it is.
    """
    with_services = services(socket)
    store, keys = with_services.store, with_services.keys
    token = credentials.stated_for_socket(socket)
    if token:
        return tokens.verify(store, keys, token)
    check_origin(socket)
    actor = _access_cookie_actor(socket, with_services)
    if actor is not None:
        return actor
    refresh = socket.cookies.get(REFRESH_COOKIE)
    if not refresh:
        raise Unauthenticated()
    return await asyncio.to_thread(tokens.check_refresh, store, keys, refresh)


def address(connection: Connection) -> str:
    """The network address of the client (the server takes it from a trusted proxy's headers)."""
    return connection.client.host if connection.client else ""


def is_browser(connection: Connection) -> bool:
    """Whether what writes here is a page: browsers say where it is from."""
    return "origin" in connection.headers or "sec-fetch-site" in connection.headers


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
    with_services = services(connection)
    if pair is None:
        for name in (ACCESS_COOKIE, REFRESH_COOKIE, ID_COOKIE):
            put_cookie(connection, name, "", 0)
        return
    identity = tokens.new_identity(with_services.store, with_services.keys, pair.access)
    put_cookie(connection, ACCESS_COOKIE, pair.access, tokens.ACCESS_SECONDS)
    put_cookie(connection, REFRESH_COOKIE, pair.refresh, tokens.REFRESH_SECONDS)
    put_cookie(connection, ID_COOKIE, identity, tokens.ACCESS_SECONDS)


def put_cookie(connection: Connection, name: str, value: str, seconds: int) -> None:
    """Puts a cookie into the answer, whatever it will be, in the place of one of that name. Scripts
    can't read it, and other sites' pages bring it along only if `cors_origins` names one."""
    secure = is_secure(connection)
    is_for_others = secure and services(connection).config.crosses_sites
    cookie = Cookie(
        key=name,
        value=value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="none" if is_for_others else "lax",
        secure=secure,
    )
    header, text = cookie.to_encoded_header()
    if is_for_others:
        # Most browsers take cookies of another site only if its page has them for itself. (The
        # library knows no such attribute.)
        text += b"; Partitioned"
    state = connection.scope.setdefault("state", {})
    others = [cookie for cookie in state.get("cookies", ()) if not _is_for(cookie, name)]
    state["cookies"] = [*others, (header, text)]


def _is_for(header: tuple[bytes, bytes], name: str) -> bool:
    return header[1].startswith(f"{name}=".encode())


def device_name(connection: Connection) -> str:
    """What the sign-in is called in lists: "Firefox on Linux", or the program's own name."""
    agent = connection.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return re.split("[/ ]", agent, maxsplit=1)[0] or "unknown"
