"""Whether the server lives, and whether it can work."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import msgspec
from litestar import Request, get

from solosync.domain import readiness
from solosync.errors import SolosyncError, Unavailable
from solosync.web.auth import public
from solosync.web.documented import problems
from solosync.web.services import services

PATIENCE_SECONDS = 2.0


class Health(msgspec.Struct):
    status: Literal["ok", "ready"]


@get("/live", guards=[public])
async def live() -> Health:
    """The process answers."""
    return Health("ok")


@get("/ready", guards=[public], responses=problems(503))
async def ready(request: Request[Any, Any, Any]) -> Health:
    """The server can do its work; else 503, and `waiting_for` lists what it waits for."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.to_thread(readiness.check, services(request).store)
    except (SolosyncError, TimeoutError) as error:
        message = "The store doesn't take anything in."
        raise Unavailable(message, waiting_for=["store"]) from error
    return Health("ready")
