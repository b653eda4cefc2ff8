"""Where the tunnel's client connects: a port of the loopback that the system chooses, served beside
the server's own by the same process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from litestar.types import ASGIApp

from solosync.config import Config
from solosync.web.listening import uvicorn_config

# However many come by the tunnel, the network's own still get in.
MOST_CONNECTIONS = 500
END_SECONDS = 1


class Listener:
    """There only as long as the tunnel is open."""

    def __init__(self, app: ASGIApp, config: Config) -> None:
        self._app = app
        self._config = config
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> int:
        """Its port, on 127.0.0.1."""
        listening = socket.create_server(("127.0.0.1", 0))
        self._server = _Server(self._settings())
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        port: int = listening.getsockname()[1]
        return port

    async def close(self) -> None:
        """Cuts whoever is still there."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        self._server = self._task = None

    def _settings(self) -> uvicorn.Config:
        return uvicorn_config(
            self._app,
            self._config,
            interface="asgi3",
            lifespan="off",
            proxy_headers=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=END_SECONDS,
        )


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """They are the server's."""
        yield
