"""What the routes work with: made once by the composition root, found through the connection."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection

from solosync.blobs import Blobs
from solosync.config import Config
from solosync.crypto import Keys
from solosync.domain import Store
from solosync.realtime.rooms import Rooms
from solosync.records.actors import Actor
from solosync.web.limits import Tries

Caller = Request[Actor, None, Any]
"""A request whose route has the guard `signed_in`: `caller.user` is the actor."""

HASHES_AT_ONCE = 2
"""Each takes 46 MiB and a core for 70 ms; those that wait hold nothing but their place."""


@dataclasses.dataclass(frozen=True, slots=True)
class Services:
    config: Config
    store: Store
    blobs: Blobs
    keys: Keys
    rooms: Rooms
    openapi: Callable[[], bytes]
    tries: Tries = dataclasses.field(default_factory=Tries)
    hashing: asyncio.Semaphore = dataclasses.field(
        default_factory=lambda: asyncio.Semaphore(HASHES_AT_ONCE)
    )


def services(connection: ASGIConnection[Any, Any, Any, Any]) -> Services:
    found: Services = connection.app.state["services"]
    return found
