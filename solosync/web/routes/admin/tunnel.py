"""The tunnel, which makes share links work from anywhere: looked at, opened, closed."""

from __future__ import annotations

import asyncio
from typing import Literal

import msgspec
from litestar import get, put

from solosync.domain import audit
from solosync.net.tunnel import Phase
from solosync.records import scopes
from solosync.web import limits
from solosync.web.auth import staff
from solosync.web.bodies import read_object
from solosync.web.documented import BODY, BODY_ERRORS, RATE, SCOPE, WRITE_ERRORS, problems
from solosync.web.services import Caller, services

BODY_BYTES = 16 * 1024
ClientName = Literal["auto", "ssh", "cloudflared", "tailscale", "ngrok"]


class TunnelItem(msgspec.Struct):
    """`url` is there while it is `open`, and what share links then begin with. It is `waiting`
    before it is tried again in `retry_in_seconds`, and has `failed` when somebody has to do
    something first: `problem` is what the client said last, `advice` what to do. `clients` are
    those that could open it; one that `leads_to_all` shows every page, not shared boards alone."""

    state: Phase
    client: str | None
    url: str | None
    problem: str | None
    advice: str | None
    retry_in_seconds: int
    clients: list[str]
    leads_to_all: bool


class TunnelFields(msgspec.Struct):
    """`auto` is the client that the server is configured to use."""

    is_open: bool
    client: ClientName = "auto"


@get(
    "/",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_READ, RATE: limits.ADMIN},
    responses=problems(*WRITE_ERRORS),
)
async def read_tunnel(request: Caller) -> TunnelItem:
    """How the tunnel is just now."""
    return _item(request)


@put(
    "/",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_WRITE, RATE: limits.ADMIN, BODY: TunnelFields},
    responses=problems(*BODY_ERRORS, *WRITE_ERRORS),
)
async def put_tunnel(request: Caller) -> TunnelItem:
    """Opens it, anew if it is open, or closes it. That is begun at once, and how it goes can be
    read a moment later."""
    fields = (await read_object(request, BODY_BYTES, "tunnel")).fields(TunnelFields)
    await switch(request, is_open=fields.is_open, client=fields.client)
    return _item(request)


async def switch(request: Caller, *, is_open: bool, client: str) -> None:
    with_services = services(request)
    tunnels = with_services.tunnels
    action = "tunnel.open" if is_open else "tunnel.close"
    event = audit.event(action, request.user, client=client, is_all=with_services.config.tunnel_all)
    await asyncio.to_thread(with_services.store.write, lambda tx: audit.record(tx, event))
    await (tunnels.open(client) if is_open else tunnels.close())


def _item(request: Caller) -> TunnelItem:
    with_services = services(request)
    state = with_services.tunnels.state
    return TunnelItem(
        state=state.phase,
        client=state.client or None,
        url=state.url or None,
        problem=state.problem or None,
        advice=state.advice or None,
        retry_in_seconds=state.retry_in_seconds,
        clients=with_services.tunnels.list_clients(),
        leads_to_all=with_services.config.tunnel_all,
    )
