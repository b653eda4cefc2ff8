"""Answers that a client has already: ETag and If-None-Match (RFC 9110, 13.1.2)."""

from __future__ import annotations

import asyncio
import hashlib

from litestar.types import Message, Scope, Send

_PREFIX = "/api/v1/"
_JSON = b"application/json"
_DIGITS = 32
_MUCH_BYTES = 1024 * 1024
# Headers about a body: a 304 has none.
_OF_THE_BODY = frozenset((b"content-type", b"content-length"))


def is_held(scope: Scope, etag: str) -> bool:
    """Whether If-None-Match names the ETag; weakly, as it is always compared there."""
    headers = [value for name, value in scope["headers"] if name == b"if-none-match"]
    given = b",".join(headers).decode("latin-1").split(",")
    known = {part.strip().removeprefix("W/") for part in given}
    return "*" in known or etag.removeprefix("W/") in known


def comparing(scope: Scope, send: Send) -> Send:
    """A `send` that gives the JSON of a GET below /api/v1 an ETag, and leaves out what the client
    has. A route that gives an ETag itself knows better."""
    if scope.get("method") != "GET" or not scope["path"].startswith(_PREFIX):
        return send
    held: list[Message] = []

    async def comparing_send(message: Message) -> None:
        if message["type"] == "http.response.start" and _is_plain_json(message):
            held.append(message)
        elif held and message["type"] == "http.response.body":
            start = held.pop()
            # What is sent in pieces is no page of a list; it goes through as it comes.
            if not message.get("more_body", False):
                start, message = _compared(scope, start, message, await _etag(message))
            await send(start)
            await send(message)
        else:
            await send(message)

    return comparing_send


def _is_plain_json(start: Message) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}  # type: ignore[typeddict-item]
    return (
        start["status"] == 200  # type: ignore[typeddict-item]
        and b"etag" not in headers
        and headers.get(b"content-type", b"").startswith(_JSON)
    )


async def _etag(body: Message) -> str:
    content: bytes = body["body"]  # type: ignore[typeddict-item]
    if len(content) > _MUCH_BYTES:  # an old version of a board: others get their turn meanwhile
        digest = await asyncio.to_thread(hashlib.sha256, content)
    else:
        digest = hashlib.sha256(content)
    return f'W/"{digest.hexdigest()[:_DIGITS]}"'


def _compared(scope: Scope, start: Message, body: Message, etag: str) -> tuple[Message, Message]:
    headers = [*start["headers"], (b"etag", etag.encode())]  # type: ignore[typeddict-item]
    if is_held(scope, etag):
        left = [(name, value) for name, value in headers if name.lower() not in _OF_THE_BODY]
        return (
            {**start, "status": 304, "headers": left},  # type: ignore[return-value]
            {**body, "body": b""},
        )
    return {**start, "headers": headers}, body  # type: ignore[return-value]
