"""What every request and socket passes first and last, whether a route knows it or not: a request
id, the check of the Host, and the headers that keep browsers from doing what they shouldn't."""

from __future__ import annotations

import asyncio
import functools
import logging
import re
import time
from collections.abc import Iterable
from typing import Any

from litestar import Litestar, Response
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect
from litestar.routes import HTTPRoute
from litestar.types import Message, Receive, Scope, Send

from solosync import origin
from solosync.config import Config
from solosync.domain import Store
from solosync.errors import RateLimited, SolosyncError, Unavailable
from solosync.ids import new_request_id
from solosync.origin import LANGUAGE_COOKIE, LANGUAGES, Language, Origin
from solosync.web import conditional, error_answers, errors, limits, repeats
from solosync.web.connections import AnyRequest, Connection
from solosync.web.hosts import Hosts
from solosync.web.measures import Measures
from solosync.web.wire import HEAD_BYTES

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:@/+=-]{1,128}")
_PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    b"font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'"
)
_DATA_POLICY = b"default-src 'none'; frame-ancestors 'none'"
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    # Not `no-referrer`: that would also take the Origin from forms, by which we know our own.
    b"referrer-policy": b"same-origin",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cache-control": b"no-store",
}
_CHOSEN = re.compile(rf"(?:^|;) ?{LANGUAGE_COOKIE}=({'|'.join(LANGUAGES)})(?:;|$)".encode())
# Probes of containers and proxies ask by whatever name; there is nothing to learn here.
_ANY_HOST = ("/health/live", "/health/ready")
_SOCKETS = "/ws/"
_MAPPED = "::ffff:"
_SLASHES = re.compile("//+")
# What is read there counts as held by the device that asked, so an answer without it won't do.
_WITHOUT_HEAD = "/api/v1/"


class Application(Litestar):
    """Litestar with this edge around it. (Litestar's middleware sees only what has a route.)"""

    config: Config
    store: Store | None
    measures: Measures

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        _complete_options(self)
        _spare_copies(self)

    def prepare(self, config: Config, store: Store | None) -> None:
        """Says what the next start is to serve. Routes are the same for all; they are what takes
        long to make."""
        self.config = config
        self.store = store
        self.measures = Measures()
        self._hosts = Hosts(config)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
            return
        begun = time.perf_counter()
        scope["client"] = _plain_client(scope)
        request_id = _request_id(scope["headers"])
        # The path as it was asked for: routing takes the slash from its end.
        scope.setdefault("state", {}).update(
            request_id=request_id,
            path=scope["path"],
            is_answered=False,
            status=0,
            is_head=scope.get("method") == "HEAD",
        )
        scope["path"] = _SLASHES.sub("/", scope["path"])  # as routing will, and what we look at
        token = origin.current.set(_origin(scope, request_id))
        finishing_send = self._finishing(scope, send)
        try:
            await self._serve(scope, receive, finishing_send)
        except asyncio.CancelledError:
            # The server stops, and has waited for this request as long as it does.
            if scope["type"] != ScopeType.HTTP or scope["state"]["is_answered"]:
                raise
            await _refuse(scope, finishing_send, Unavailable("The server is stopping."))
        finally:
            self._measure(scope, time.perf_counter() - begun)
            origin.current.reset(token)

    def _measure(self, scope: Scope, seconds: float) -> None:
        state = scope["state"]
        if scope["type"] == ScopeType.HTTP and state["status"]:  # else nobody waited for the answer
            method, route, status = scope["method"], state.get("route"), state["status"]
            self.measures.answered(method, route, status, seconds)
            # The route and not the path, which may hold a link's token.
            log.info("%s %s: %s, %.1f ms", method, route or "no route", status, seconds * 1000)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not (self._hosts.are_ours(scope) or scope["path"].rstrip("/") in _ANY_HOST):
            error = errors.WrongHost(
                "This server doesn't go by the name that was asked for. "
                "If it should, set public_url."
            )
            await _refuse(scope, send, error)
        elif _head_bytes(scope) > HEAD_BYTES:
            await _refuse(scope, send, errors.HeadTooLarge())
        elif scope["type"] == ScopeType.HTTP and scope["path"].startswith(_SOCKETS):
            # Litestar's routing fails on such a request when the path has a parameter.
            await _refuse(scope, send, errors.UpgradeRequired())
        else:
            routed = _head_as_get(scope)
            answering = conditional.comparing(routed, repeats.remembering(routed, send))
            try:
                await super().__call__(routed, receive, answering)
            finally:
                repeats.give_up(scope)
                scope["state"]["route"] = routed.get("path_template")

    def _finishing(self, scope: Scope, send: Send) -> Send:
        """A `send` that puts our headers and cookies on the answer."""
        state = scope["state"]

        async def finishing_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                state["is_answered"] = True
                state["status"] = message["status"]
                headers = _completed(message["headers"], state)
                if policy := self._hosts.tls_policy(scope):
                    headers.append((b"strict-transport-security", policy))
                message["headers"] = headers
            await send(message)

        return finishing_send


def answer_unrouted(request: AnyRequest, error: Exception) -> Response[Any]:
    """The answer where there is no such path, or not by that method, which no guard has counted."""
    try:
        limits.charge_stranger(request)
    except RateLimited as limited:
        return error_answers.answer(request, limited)
    detail = "There is nothing at this address."
    if isinstance(error, MethodNotAllowedException):
        if request.method == "GET" and error_answers.wants_page(request):
            return Redirect("/", status_code=303)  # a form's address, typed in or opened anew
        allowed = (error.headers or {}).get("allow", "")
        detail = f"Only {allowed} can be asked for here."
    return error_answers.answer(request, _unrouted(error, detail))


def _unrouted(error: Exception, detail: str) -> Exception:
    assert isinstance(error, HTTPException)
    return type(error)(detail=detail, headers=error.headers)


def _head_as_get(scope: Scope) -> Any:
    """A HEAD is routed as GET; the server, which keeps the scope it made, leaves the body out.
    A Range means something with GET alone (RFC 9110, 14.2)."""
    if scope.get("method") == "HEAD" and not scope["path"].startswith(_WITHOUT_HEAD):
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        return {**scope, "method": "GET", "headers": headers}
    return scope


def _complete_options(app: Litestar) -> None:
    """Where a path's methods were registered one by one, Litestar's answer to OPTIONS knows of the
    first alone. (All others have their answer: making it anew for each takes a start some time.)"""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and len(route.methods - {"OPTIONS"}) > 1:
            handler = route.create_options_handler(route.path)
            handler.owner = app
            handler.on_registration(app)
            model = handler.create_kwargs_model(path_parameters=route.path_parameters)
            route.route_handler_map["OPTIONS"] = (handler, model)


def _spare_copies(app: Litestar) -> None:
    """Litestar hands each guard a copy of the handler, in case it would change it; ours don't, and
    making it takes as long as all our headers."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if hasattr(handler, "__dict__"):  # those for OPTIONS haven't, and have no guards
                handler.authorize_connection = functools.partial(_ask_guards, handler)


async def _ask_guards(handler: BaseRouteHandler, connection: Connection) -> None:
    for guard in handler.resolve_guards():
        await guard(connection, handler)  # type: ignore[misc]


async def _refuse(scope: Scope, send: Send, error: SolosyncError) -> None:
    """Answers without the framework."""
    outcome = errors.outcome(error)
    if scope["type"] == ScopeType.WEBSOCKET:
        await send({"type": "websocket.close", "code": outcome.close_code, "reason": ""})
        return
    content = error_answers.body(scope, outcome.status, error.code, error.message)
    fields = {
        "content-type": error_answers.media_type(scope),
        "content-length": str(len(content)),
        **error_answers.headers_for(outcome.status, error),
    }
    headers = [(name.encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": outcome.status, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})


def _request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return value.decode()
    return new_request_id()


def _head_bytes(scope: Scope) -> int:
    """How long the address and the headers are."""
    headers = sum(len(name) + len(value) for name, value in scope["headers"])
    return len(scope["raw_path"] or b"") + len(scope["query_string"]) + headers


def _plain_client(scope: Scope) -> Any:
    """The client's address as people write it: a socket for both kinds of addresses sees IPv4 in
    the clothes of IPv6."""
    client = scope.get("client")
    if client and client[0].startswith(_MAPPED) and "." in client[0]:
        return (client[0].removeprefix(_MAPPED), client[1])
    return client


def _origin(scope: Scope, request_id: str) -> Origin:
    client = scope.get("client")
    headers = dict(scope["headers"])
    chosen = _CHOSEN.search(headers.get(b"cookie", b""))
    accepted = chosen[1] if chosen else headers.get(b"accept-language", b"")
    return Origin(request_id, client[0] if client else "", _language(accepted.decode("latin-1")))


@functools.lru_cache(maxsize=256)
def _language(accepted: str) -> Language:
    """The best of LANGUAGES for an Accept-Language header (RFC 9110, 12.5.4)."""
    best, best_weight = LANGUAGES[0], 0.0
    for part in accepted.split(","):
        name, _, parameter = part.partition(";")
        main = name.strip().lower().partition("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        for language in LANGUAGES:
            if main == language and weight > best_weight:
                best, best_weight = language, weight
    return best


def _completed(
    headers: Iterable[tuple[bytes, bytes]], state: dict[str, Any]
) -> list[tuple[bytes, bytes]]:
    completed = list(headers)
    given = {name.lower(): value for name, value in completed}
    completed.append((b"x-request-id", state["request_id"].encode()))
    completed += [(name, value) for name, value in _HEADERS.items() if name not in given]
    if b"content-security-policy" not in given:
        is_page = given.get(b"content-type", b"").startswith(b"text/html")
        policy = _PAGE_POLICY if is_page else _DATA_POLICY
        completed.append((b"content-security-policy", policy))
    if (charged := state.get("rate")) is not None:
        completed += limits.headers(charged)
    completed += state.get("cookies", ())
    return completed
