"""When and from where each device was last seen: noted for each request, written now and then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from solosync.clock import now_ms
from solosync.domain import Store, devices
from solosync.domain.devices import Sighting
from solosync.errors import SolosyncError

log = logging.getLogger(__name__)

# Of one device; a request costs no commit.
APART_MS = 60_000
# Of all devices together.
WRITE_SECONDS = 5.0


class Sightings:
    """Lives on one event loop. A crash loses what `write` hasn't written: some seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, Sighting] = {}
        self._noted: dict[str, int] = {}
        self._turn = asyncio.Lock()

    def note(self, device_id: str, address: str) -> None:
        now = now_ms()
        if now - self._noted.get(device_id, 0) >= APART_MS:
            self._noted[device_id] = now
            self._waiting[device_id] = Sighting(now, address)

    async def write(self) -> None:
        """Returns when all that was noted before can be read."""
        async with self._turn:
            waiting, self._waiting = self._waiting, {}
            if not waiting:
                return
            before = now_ms() - APART_MS
            self._noted = {device_id: at for device_id, at in self._noted.items() if at > before}
            try:
                await asyncio.to_thread(devices.mark_seen, self._store, waiting)
            except SolosyncError as error:
                log.warning("When devices were last seen was not written: %s", error)

    @asynccontextmanager
    async def written_regularly(self) -> AsyncIterator[None]:
        """And once more at the end."""
        writer = asyncio.create_task(self._write_regularly())
        try:
            yield
        finally:
            writer.cancel()
            await self.write()

    async def _write_regularly(self) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self.write()
