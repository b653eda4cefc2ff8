"""Where a request or a socket states who is asking, other than by cookie."""

from __future__ import annotations

import re
from typing import Any

from litestar import WebSocket

from solosync.errors import Invalid
from solosync.web.connections import Connection

API_KEY_HEADER = "x-api-key"
SUBPROTOCOL = "solosync"
# A token among the subprotocols: after `bearer.`, or by itself, which is a JWT by its looks.
_TOKEN_SUBPROTOCOL = re.compile(r"bearer\.(.+)|(eyJ[\w-]+\.[\w-]+\.[\w-]+)", re.ASCII)


def stated(connection: Connection) -> str | None:
    """The token of the Authorization header, or of X-API-Key. Raises Invalid if both are there and
    differ, because nobody could say who is meant."""
    scheme, _, text = connection.headers.get("authorization", "").partition(" ")
    bearer = text.strip() if scheme.lower() == "bearer" else None
    api_key = connection.headers.get(API_KEY_HEADER)
    if bearer is None or api_key is None:
        return api_key if bearer is None else bearer
    if bearer != api_key:
        raise Invalid("Authorization and X-API-Key name two different credentials. Send one.")
    return bearer


def stated_for_socket(socket: WebSocket[Any, Any, Any]) -> str | None:
    """The token of `?token=`, of a subprotocol, or of the headers. Raises Invalid as `stated`."""
    return socket.query_params.get("token") or _subprotocol_token(socket) or stated(socket)


def socket_subprotocol(socket: WebSocket[Any, Any, Any]) -> str | None:
    """The subprotocol to accept: browsers want one of those they offered, which is the token only
    if they offered nothing else."""
    offered = _offered_subprotocols(socket)
    if SUBPROTOCOL in offered:
        return SUBPROTOCOL
    offered.sort(key=lambda name: _TOKEN_SUBPROTOCOL.fullmatch(name) is not None)
    return offered[0] if offered else None


def _offered_subprotocols(socket: WebSocket[Any, Any, Any]) -> list[str]:
    header = ",".join(socket.headers.getall("sec-websocket-protocol", []))
    return [name.strip() for name in header.split(",") if name.strip()]


def _subprotocol_token(socket: WebSocket[Any, Any, Any]) -> str | None:
    for name in _offered_subprotocols(socket):
        if match := _TOKEN_SUBPROTOCOL.fullmatch(name):
            return match[1] or match[2]
    return None
