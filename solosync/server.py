"""The server as a process: one for each data folder, with its port, signals and greeting."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import gc
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from solosync import browser, crypto, greeting, paths
from solosync.app import build_app, open_store
from solosync.config import Config
from solosync.domain import links
from solosync.errors import Locked, Unavailable
from solosync.net import addresses, certificates
from solosync.net.addresses import Reach
from solosync.net.discovery import Advertiser
from solosync.net.network import Network
from solosync.store.lock import FolderLock, read_holder
from solosync.web.edge import Application
from solosync.web.listening import uvicorn_config

log = logging.getLogger(__name__)

# Requests under way may end, then sockets are cut; clients of both come back.
SHUTDOWN_SECONDS = 3
# A thread can't be ended from outside, and one may be waiting for an object store. All that was
# answered is on disk, so the program may go while it waits.
GIVE_UP_SECONDS = 6
KEEP_ALIVE_SECONDS = 60
BACKLOG = 2048
# For the first of two servers to say where it is.
ANNOUNCE_SECONDS = 10.0


def serve(config: Config) -> int:
    """Runs the server until it is told to stop; returns the exit code.

    If a server has the data folder already, this opens that one's page instead. Raises Unavailable
    when the port is taken, and what opening the store raises.
    """
    # The writer's thread needs the interpreter some ten times for each commit; with the default of
    # 5 ms a busy event loop would keep it waiting each time.
    sys.setswitchinterval(0.0005)
    paths.make_data_dir(config.data_dir)
    lock = FolderLock(config.data_dir)
    if not lock.acquire():
        return _show_running(config)
    try:
        with _listen(config) as listener, open_store(config) as store:
            lock.announce(config.local_url, config.host, config.public_url)
            token = links.issue_owner_link(store, crypto.load_keys(config.data_dir))
            if config.tls:
                certificates.prepare(config.data_dir, addresses.find(config))
            _greet(config, token)
            app = build_app(config, store)
            return _run(config, app, listener)
    finally:
        lock.release()


def _run(config: Config, app: Application, listener: socket.socket) -> int:
    with contextlib.ExitStack() as stack:
        server = _Server(_settings(config, app), app)
        followers = []
        if config.tls:
            followers.append(lambda reach: _renew_certificate(config, server, reach))
        if config.lan:
            advertiser = Advertiser(config)
            stack.callback(advertiser.close)
            followers += [greeting.Watcher(config).follow, advertiser.advertise]
        if followers:
            server.network = stack.enter_context(Network(config, followers))
        server.run(sockets=[listener])
        return 0 if server.started else 1


def _renew_certificate(config: Config, server: _Server, reach: Reach) -> None:
    """Connections that come from now on are given the one that fits the network as it is."""
    file = certificates.prepare(config.data_dir, reach)
    if server.config.ssl is not None:
        server.call(functools.partial(server.config.ssl.load_cert_chain, file))


def _show_running(config: Config) -> int:
    """The page of the server that holds the folder, which may be just starting."""
    give_up_at = time.monotonic() + ANNOUNCE_SECONDS
    while (holder := read_holder(config.data_dir)) is not None and holder.url is None:
        if time.monotonic() > give_up_at:
            break
        time.sleep(0.05)
    if holder is None or holder.url is None:
        raise Locked("Another solosync is just starting or ending here. Try again in a moment.")
    greeting.say(f"solosync is running already: {holder.url}")
    if config.open:
        with open_store(config) as store:
            token = links.issue_owner_link(store, crypto.load_keys(config.data_dir))
        browser.open_page(f"{holder.url}/link/{token}")
    return 0


def _greet(config: Config, token: str) -> None:
    """Tells whoever is at the terminal where to go, and opens the page."""
    greeting.greet(config, token)
    if config.open:
        browser.open_page(f"{config.local_url}/link/{token}", patience_seconds=0)


def _listen(config: Config) -> socket.socket:
    """Bound before anything else is done, so that a taken port is one clear sentence."""
    try:
        found = socket.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family = found[0][0]
        is_dual = family == socket.AF_INET6 and config.host == "::"
        return socket.create_server(
            (config.host, config.port),
            family=family,
            backlog=BACKLOG,
            dualstack_ipv6=is_dual and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        where = f"{config.host}:{config.port}"
        if error.errno == errno.EADDRINUSE:
            raise Unavailable(
                f"Another program listens on {where}; choose another port with --port."
            ) from error
        raise Unavailable(f"Can't listen on {where}: {error.strerror or error}.") from error


def _settings(config: Config, app: Application) -> uvicorn.Config:
    return uvicorn_config(
        app,
        config,
        lifespan="on",
        proxy_headers=bool(config.trusted_proxies),
        forwarded_allow_ips=_proxies(config),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ssl_certfile=certificates.server_file(config.data_dir) if config.tls else None,
    )


def _proxies(config: Config) -> list[str]:
    """Those that are trusted, and how a socket for both kinds of addresses sees them."""
    networks = [ipaddress.ip_network(proxy, strict=False) for proxy in config.trusted_proxies]
    mapped = [
        f"::ffff:{network.network_address}/{96 + network.prefixlen}"
        for network in networks
        if network.version == 4
    ]
    return [*map(str, networks), *mapped]


class _Server(uvicorn.Server):
    """Ends with exit code 0 when a signal ends it, and in time."""

    def __init__(self, config: uvicorn.Config, app: Application) -> None:
        super().__init__(config)
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None
        self.network: Network | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """What isn't needed for an answer is begun after the first can be given."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        gc.freeze()  # modules and routes stay: no need to go through them ever after
        gc.enable()
        if self.network is not None and self.started:
            self.network.start()

    def call(self, what: Callable[[], object]) -> None:
        """From another thread: what only the event loop's may touch."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            last = threading.Timer(GIVE_UP_SECONDS, _end_at_once)
            last.daemon = True
            last.start()
            if (services := self._app.state.get("services")) is not None:
                services.readiness.is_stopping = True
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal once more afterwards: the exit code would be 143, and what is
        # still to be logged lost.
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _end_at_once() -> None:
    log.warning("Something was still at work at the end. Nothing that was answered is lost.")
    logging.shutdown()
    os._exit(0)
