# mypy: ignore-errors
# (Its libraries are in its own environment, not in the one that checks types.)
"""The peer pycrdt-websocket with its SQLiteYStore, served by uvicorn as solosync is.

Run by the interpreter of its own environment: python pycrdt_websocket_app.py PORT DATABASE
"""

import asyncio
import contextlib
import sys

import uvicorn
from pycrdt.store import SQLiteYStore, YDocNotFound
from pycrdt.websocket import ASGIServer, WebsocketServer, YRoom, exception_logger


class StoringServer(WebsocketServer):
    """Gives each room a store, and the document that the store has."""

    def __init__(self, store_class: type[SQLiteYStore]) -> None:
        # Without the exception logger one "database is locked" of the store stops all rooms.
        super().__init__(exception_handler=exception_logger)
        self.store_class = store_class
        self.opening = asyncio.Lock()

    async def get_room(self, name: str) -> YRoom:
        # One at a time: each store looks whether its tables are there, and makes them.
        async with self.opening:
            if name not in self.rooms:
                self.rooms[name] = await self._open(name)
        return self.rooms[name]

    async def _open(self, name: str) -> YRoom:
        store = self.store_class(path=name)
        room = YRoom(ready=False, ystore=store, exception_handler=exception_logger, log=self.log)
        await self.start_room(room)
        await store.started.wait()
        with contextlib.suppress(YDocNotFound):  # a new board
            await store.apply_updates(room.ydoc)
        room.ready = True
        await room.ydoc_observed.wait()
        return room


def main(port: int, database: str) -> None:
    class Store(SQLiteYStore):
        db_path = database

    async def serve() -> None:
        async with rooms:
            await uvicorn.Server(config).serve()

    rooms = StoringServer(Store)
    config = uvicorn.Config(
        ASGIServer(rooms),
        port=port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="warning",
    )
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve())


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
