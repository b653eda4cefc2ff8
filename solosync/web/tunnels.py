"""The tunnel of this server, with the door that it leads to: opened and closed together."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence

from litestar.types import ASGIApp

from solosync.config import Config
from solosync.net import tunnel_clients
from solosync.net.tunnel import Follower, State, Tunnel
from solosync.web.tunnel_door import Door, Outside
from solosync.web.tunnel_listener import Listener


class Tunnels:
    """There is one at a time. Used on the event loop; followers are called in other threads too."""

    def __init__(self, config: Config, app: ASGIApp, followers: Sequence[Follower] = ()) -> None:
        self._config = config
        self._tunnel = Tunnel(config, followers)
        self._address_header = b""
        self._listener = Listener(Door(app, self._outside, is_all=config.tunnel_all), config)
        self._busy = asyncio.Lock()

    @property
    def state(self) -> State:
        return self._tunnel.state

    @property
    def url(self) -> str:
        """Where this server is reached from anywhere, as long as it is; else empty."""
        return self.state.url

    def list_clients(self) -> list[str]:
        """Those that could open it."""
        return [client.name for client in tunnel_clients.usable(self._config)]

    async def open(self, name: str = "auto") -> None:
        """By this client, or the one that is configured. Returns before it is open; how it goes,
        the state tells."""
        async with self._busy:
            await self._close()
            client = tunnel_clients.choose(self._config, name)
            if client is None:
                self._tunnel.fail(tunnel_clients.NONE_INSTALLED, tunnel_clients.GET_ONE)
            elif client.name == "ssh" and not self._config.tunnel_host:
                self._tunnel.fail(tunnel_clients.NO_HOST, tunnel_clients.SET_HOST, client.name)
            else:
                self._address_header = client.address_header or self._trusted_header()
                port = await self._listener.open()
                await asyncio.to_thread(self._tunnel.open, client, port)

    async def close(self) -> None:
        async with self._busy:
            await self._close()

    async def _close(self) -> None:
        await asyncio.to_thread(self._tunnel.close)
        await self._listener.close()

    def _trusted_header(self) -> bytes:
        """For ssh, which tells nothing: by what stands before it at its other end, if that is known
        to tell the truth."""
        here = ipaddress.ip_address("127.0.0.1")
        networks = map(ipaddress.ip_network, self._config.trusted_proxies)
        return b"x-forwarded-for" if any(here in network for network in networks) else b""

    def _outside(self) -> Outside:
        return Outside(self.url, self._address_header)
