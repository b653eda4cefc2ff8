"""What the tunnel leads to: a listener of its own on the loopback, behind which there are shared
boards and nothing else. Not the name that is asked for decides, nor who asks, but the door.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from solosync.origin import LANGUAGE_COOKIE
from solosync.web import share_views, static
from solosync.web.hosts import TUNNELLED
from solosync.web.sockets import viewers

_READING = frozenset(("GET", "HEAD"))
_POSTING = frozenset(("POST",))
_PATHS = (
    (re.compile(r"/solo/shared/[^/]+/?"), _READING | _POSTING),
    (re.compile(r"/solo/shared/[^/]+/(?:picture|preview\.png|download)/?"), _READING),
    # Pictures on a board; nobody comes upon these names who wasn't shown the board.
    (re.compile(r"/files/[^/]+/?"), _READING),
    (re.compile(r"/api/v1/solo/public/[^/]+/?"), _READING),
    (re.compile(r"/api/v1/solo/public/[^/]+/view/?"), _POSTING),
)
_SOCKET = re.compile(r"/ws/boards/[^/]+/?")
_STATIC = re.compile(r"/static/([^/]+)")
_NEEDED = frozenset(("base.css", "colors.css", "icon.svg", "shared.css", "shared.js"))
_WRONG_LINK = "-"
# Nobody is signed in who comes this way.
_CREDENTIALS = frozenset((b"authorization", b"x-api-key", b"cookie"))
_COOKIES = (share_views.VIEW, LANGUAGE_COOKIE)


class Outside(NamedTuple):
    """How the door is reached: the tunnel's address, and the header by which its client tells
    whose request it is; empty if it doesn't."""

    url: str
    address_header: bytes


class Door:
    """The application as it is seen through the tunnel; all of it, if the owner says so."""

    def __init__(self, app: ASGIApp, outside: Callable[[], Outside], *, is_all: bool) -> None:
        self._app = app
        self._outside = outside
        self._is_all = is_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        seen: Any = _from_outside(scope, self._outside())
        if not self._is_all:
            seen = _shown_alone(seen)
        await self._app(seen, receive, send)


def _from_outside(scope: Scope, outside: Outside) -> dict[str, Any]:
    """By the tunnel's address and the visitor's own: the client's connection is neither by TLS nor
    from far away, whatever Host it hands on."""
    url = urlsplit(outside.url)
    scheme = url.scheme or "http"
    if scope["type"] == ScopeType.WEBSOCKET:
        scheme = scheme.replace("http", "ws")
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    headers.append((b"host", (url.netloc or "localhost").encode()))
    client = _visitor(scope["headers"], outside.address_header)
    state = {**scope.get("state", {}), TUNNELLED: True}
    return {**scope, "scheme": scheme, "headers": headers, "client": client, "state": state}


def _visitor(headers: Any, name: bytes) -> tuple[str, int] | None:
    """None where nobody can tell. Of several the last is meant: what stands before it, the visitor
    may have written."""
    told = [value for header, value in headers if header == name and name]
    address = told[-1].rpartition(b",")[2].strip().decode("latin-1") if told else ""
    try:
        return str(ipaddress.ip_address(address)), 0
    except ValueError:
        return None


def _shown_alone(scope: dict[str, Any]) -> dict[str, Any]:
    """The same where it leads to a shared board. Everything else leads where a wrong link does, so
    that nobody learns what else is here."""
    headers = [(name, value) for name, value in scope["headers"] if name not in _CREDENTIALS]
    if cookies := _cookies(scope["headers"]):
        headers.append((b"cookie", cookies))
    scope = {**scope, "headers": headers}
    path = scope["path"]
    if scope["type"] == ScopeType.WEBSOCKET:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        query.pop("token", None)
        query.setdefault(viewers.LINK, _WRONG_LINK)
        path = path if _SOCKET.fullmatch(path) else f"/ws/boards/{_WRONG_LINK}"
        return _at(scope, path, urlencode(query))
    if _is_shown(scope["method"], path):
        return scope
    return {**_at(scope, f"/solo/shared/{_WRONG_LINK}", ""), "method": "GET"}


def _cookies(headers: Any) -> bytes:
    given = b";".join(value for name, value in headers if name == b"cookie").split(b";")
    known = [f"{name}=".encode() for name in _COOKIES]
    return b"; ".join(it for part in given if (it := part.strip()).startswith(tuple(known)))


def _at(scope: dict[str, Any], path: str, query: str) -> dict[str, Any]:
    return {**scope, "path": path, "raw_path": path.encode(), "query_string": query.encode()}


def _is_shown(method: str, path: str) -> bool:
    if file := _STATIC.fullmatch(path):
        asset = static.assets().get(file[1])
        is_needed = file[1] in _NEEDED or (asset is not None and asset.is_built)
        return is_needed and method in _READING
    return any(pattern.fullmatch(path) and method in methods for pattern, methods in _PATHS)
