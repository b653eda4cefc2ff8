"""What the routes work with: made once by the composition root, found through the connection."""

from __future__ import annotations

import asyncio
import contextvars
import dataclasses
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from litestar import Request

from solosync.blobs import Blobs
from solosync.config import Config
from solosync.crypto import KeyFile, Keys
from solosync.domain import Store
from solosync.domain.features import Features
from solosync.domain.readiness import Readiness
from solosync.net.openid import Provider
from solosync.realtime.rooms import Rooms
from solosync.records.actors import Actor
from solosync.web.buckets import Buckets
from solosync.web.connections import Connection
from solosync.web.crowd import Crowd
from solosync.web.measures import Measures
from solosync.web.shared_pictures import SharedPictures
from solosync.web.sightings import Sightings
from solosync.web.tries import Tries

if TYPE_CHECKING:
    from solosync.web.repeats import Attempt
    from solosync.web.tunnels import Tunnels

Caller = Request[Actor, None, Any]
"""A request whose route has the guard `signed_in`: `caller.user` is the actor."""

P = ParamSpec("P")
T = TypeVar("T")

FILE_THREADS = 4
STRAYS, STRAY_SECONDS = 100, 15 * 60.0
"""Wrong codes that came without an address: each is a guess at everybody's codes at once."""
HASHES_AT_ONCE = 2
"""Each takes 46 MiB and a core for 70 ms; those that wait hold nothing but their place."""


@dataclasses.dataclass(frozen=True, slots=True)
class Services:
    config: Config
    store: Store
    blobs: Blobs
    key_file: KeyFile
    rooms: Rooms
    openapi: Callable[[], bytes]
    features: Features
    measures: Measures
    readiness: Readiness
    sightings: Sightings
    shared_pictures: SharedPictures
    tunnels: Tunnels
    tries: Tries = dataclasses.field(default_factory=Tries)
    strays: Tries = dataclasses.field(
        default_factory=lambda: Tries(tries=STRAYS, window_seconds=STRAY_SECONDS)
    )
    buckets: Buckets = dataclasses.field(default_factory=Buckets)
    # Those under way, by person and key. All on one event loop: there are no two of one key.
    attempts: dict[tuple[str, str], Attempt] = dataclasses.field(default_factory=dict)
    crowd: Crowd = dataclasses.field(default_factory=Crowd)
    hashing: asyncio.Semaphore = dataclasses.field(
        default_factory=lambda: asyncio.Semaphore(HASHES_AT_ONCE)
    )
    openid: Provider | None = None
    file_threads: ThreadPoolExecutor = dataclasses.field(
        default_factory=lambda: ThreadPoolExecutor(FILE_THREADS, "files")
    )

    @property
    def keys(self) -> Keys:
        """As they are now: `solosync keys rotate` changes them beside a running server."""
        return self.key_file.current()


def services(connection: Connection) -> Services:
    found: Services = connection.app.state["services"]
    return found


async def in_file_thread(
    connection: Connection,
    fn: Callable[P, T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """As `asyncio.to_thread`, in threads that only do this: an object store that doesn't answer
    holds up files, and no boards."""
    call = functools.partial(contextvars.copy_context().run, fn, *args, **kwargs)
    threads = services(connection).file_threads
    return await asyncio.get_running_loop().run_in_executor(threads, call)
