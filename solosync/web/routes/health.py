"""Whether the server lives, and whether it can work."""

from __future__ import annotations

import asyncio
from typing import Literal

import msgspec
from litestar import get

from solosync.domain.readiness import NEEDED, OK
from solosync.errors import Unavailable
from solosync.web import limits
from solosync.web.auth import public
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE, problems
from solosync.web.services import services

PATIENCE_SECONDS = 2.0
NO_ANSWER = "no answer"


class Health(msgspec.Struct):
    status: Literal["ok"]


class Ready(msgspec.Struct):
    """How it stands with each part: "ok", or for `jobs` perhaps "starting"."""

    status: Literal["ready"]
    checks: dict[str, str]


@get("/live", guards=[public], opt={RATE: limits.NONE})
async def live() -> Health:
    """The process answers."""
    return Health("ok")


@get("/ready", guards=[public], opt={RATE: limits.NONE}, responses=problems(503))
async def ready(request: AnyRequest) -> Ready:
    """The server can do its work; else 503: `waiting_for` lists what it waits for, and `checks`
    says how it stands with each part."""
    readiness = services(request).readiness
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            store = await asyncio.to_thread(readiness.check_store)
    except TimeoutError:
        store = NO_ANSWER
    checks = readiness.check() | {"store": store}
    waiting_for = [part for part in NEEDED if checks[part] != OK]
    if waiting_for:
        message = " ".join(f"{part}: {checks[part]}" for part in waiting_for)
        raise Unavailable(message, waiting_for=waiting_for, checks=checks)
    return Ready("ready", checks)
