"""The composition root: everything is made and wired here, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import ipaddress
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from types import FrameType

import uvicorn
from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig
from uvicorn.server import HANDLED_SIGNALS

from solosync import clock, crypto, greeting, paths
from solosync.blobs import open_blobs
from solosync.config import Config
from solosync.domain import Store, links, thumbnails
from solosync.domain.features import THUMBNAILS, Features
from solosync.domain.readiness import Readiness
from solosync.errors import Locked, Unavailable
from solosync.jobs.context import Context
from solosync.jobs.runner import Runner
from solosync.jobs.schedule import SCHEDULE
from solosync.jobs.tasks import TASKS
from solosync.net import addresses, certificates
from solosync.net.addresses import Reach
from solosync.net.discovery import Advertiser
from solosync.net.network import Network
from solosync.net.openid import Provider
from solosync.option_kinds import MIB
from solosync.realtime.rooms import Rooms
from solosync.store.lock import FolderLock, read_holder
from solosync.web import errors, openapi, repeats, static, texts
from solosync.web.edge import Application, answer_unrouted
from solosync.web.measures import Measures
from solosync.web.repeats import Replayed
from solosync.web.routes import routes
from solosync.web.services import Services
from solosync.web.shared_pictures import SharedPictures
from solosync.web.sightings import Sightings
from solosync.web.sockets.link import Link
from solosync.web.wire import Wire

log = logging.getLogger(__name__)

CORS_MAX_AGE_SECONDS = 600
# Fewer than the store has readers, so that a quick read on the event loop never waits for one.
WORKERS = 6
# Requests under way may end, then sockets are cut; clients of both come back.
SHUTDOWN_SECONDS = 3
# A thread can't be ended from outside, and one may be waiting for an object store. All that was
# answered is on disk, so the program may go while it waits.
GIVE_UP_SECONDS = 6
KEEP_ALIVE_SECONDS = 60
BACKLOG = 2048
# For the first of two servers to say where it is.
ANNOUNCE_SECONDS = 10.0
TEXT_BROWSERS = frozenset(("elinks", "links", "lynx", "w3m", "www-browser"))
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
REQUEST_HEADERS = [
    "authorization",
    "content-encoding",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "if-range",
    "prefer",
    "range",
    "x-api-key",
    "x-request-id",
    "x-rev",
    "x-revision",
    "x-share-view",
]
RESPONSE_HEADERS = [
    "accept-ranges",
    "content-disposition",
    "content-range",
    "etag",
    "idempotent-replayed",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-request-id",
]


def build_app(config: Config, store: Store | None = None) -> Application:
    """The ASGI application. Without a store, it opens the data folder's when it starts, and closes
    it when it ends."""
    measures = Measures()
    return Application(
        config=config,
        measures=measures,
        route_handlers=routes(),
        lifespan=[lambda app: _running(app, config, store, measures)],
        exception_handlers={
            Exception: errors.answer,
            NotFoundException: answer_unrouted,
            MethodNotAllowedException: answer_unrouted,
            Replayed: repeats.answer,
        },
        before_request=repeats.prepare,
        template_config=TemplateConfig(
            directory=static.PAGES, engine=JinjaTemplateEngine, engine_callback=_add_to_templates
        ),
        cors_config=_cors(config) if config.cors_origins else None,
        # Each route caps its own body, and says so in its own words.
        request_max_body_size=None,
        openapi_config=None,
        logging_config=None,
    )


def openapi_json(config: Config) -> str:
    """The API's description, as `solosync openapi` prints it."""
    described = openapi.document(routes()) | {"servers": [{"url": config.base_url}]}
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


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
        with _listen(config) as listener, _open_store(config) as store:
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
        server = _Server(_uvicorn_config(config, app), app)
        followers = []
        if config.tls:
            followers.append(lambda reach: _renew_certificate(config, server, reach))
        if config.lan:
            advertiser = Advertiser(config)
            followers += [greeting.Watcher(config).follow, advertiser.advertise]
        if followers:
            server.network = stack.enter_context(Network(config, followers))
        if config.lan:
            stack.callback(advertiser.close)
        server.run(sockets=[listener])
        return 0 if server.started else 1


def _renew_certificate(config: Config, server: _Server, reach: Reach) -> None:
    """Connections that come from now on are given the one that fits the network as it is."""
    file = certificates.prepare(config.data_dir, reach)
    if server.config.ssl is not None:
        server.call(functools.partial(server.config.ssl.load_cert_chain, file))


def open_in_browser(url: str, patience_seconds: float = 3.0) -> bool:
    """Opens a page for the person at this machine; a caller that is about to end waits a moment
    for the browser to start. False where there is none with a window: one inside the terminal
    would take it over."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    if getattr(browser, "basename", "") in TEXT_BROWSERS:
        return False
    # Some browsers only return when they are closed.
    opening = threading.Thread(target=browser.open, args=(url,), daemon=True)
    opening.start()
    opening.join(patience_seconds)
    return True


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
        with _open_store(config) as store:
            token = links.issue_owner_link(store, crypto.load_keys(config.data_dir))
        open_in_browser(f"{holder.url}/link/{token}")
    return 0


def _greet(config: Config, token: str) -> None:
    """Tells whoever is at the terminal where to go, and opens the page."""
    greeting.greet(config, token)
    if config.open:
        open_in_browser(f"{config.local_url}/link/{token}", patience_seconds=0)


def _open_store(config: Config) -> Store:
    return Store.open(config.database, durability=config.durability)


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


def _uvicorn_config(config: Config, app: Application) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Wire,
        ws=Link,
        # A little more than we take, so that the peer gets our own close code.
        ws_max_size=config.max_state_bytes + MIB,
        # Strokes hardly shrink, and it costs time and memory for each connection.
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,  # it would hold the tokens of query strings
        server_header=False,
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


@asynccontextmanager
async def _running(
    app: Litestar, config: Config, store: Store | None, measures: Measures
) -> AsyncIterator[None]:
    """Everything that lives as long as the server does."""
    async with AsyncExitStack() as stack:
        if store is None:
            store = stack.enter_context(_open_store(config))
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(WORKERS, "worker"))
        blobs = open_blobs(config.storage_url, config.data_dir)
        rooms = Rooms(store, memory_bytes=config.room_memory_bytes)
        rooms.start()
        stack.push_async_callback(rooms.close)
        features = Features(store)
        measures.subscribe(store.bus)
        runner = Runner(
            Context(store, config, blobs),
            TASKS,
            SCHEDULE,
            find=lambda: thumbnails.queue_due(
                store, clock.now_ms(), functools.partial(features.is_on, THUMBNAILS)
            ),
        )
        sightings = Sightings(store)
        await stack.enter_async_context(sightings.written_regularly())
        shared_pictures = SharedPictures(store, blobs, config)
        stack.push_async_callback(asyncio.to_thread, shared_pictures.close)
        app.state["services"] = Services(
            config=config,
            store=store,
            blobs=blobs,
            key_file=crypto.KeyFile(config.data_dir),
            rooms=rooms,
            openapi=functools.cache(lambda: openapi_json(config).encode()),
            features=features,
            measures=measures,
            readiness=Readiness(store, lambda: runner.is_working),
            sightings=sightings,
            shared_pictures=shared_pictures,
            openid=_openid(config),
        )
        runner.start()
        stack.push_async_callback(asyncio.to_thread, runner.close)
        yield


def _openid(config: Config) -> Provider | None:
    if not config.oidc_issuer:
        return None
    return Provider(config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret)


def _cors(config: Config) -> CORSConfig:
    return CORSConfig(
        allow_origins=list(config.cors_origins),
        allow_credentials=True,
        allow_methods=METHODS,  # type: ignore[arg-type]
        allow_headers=REQUEST_HEADERS,
        expose_headers=RESPONSE_HEADERS,
        max_age=CORS_MAX_AGE_SECONDS,
    )


def _add_to_templates(engine: JinjaTemplateEngine) -> None:
    engine.engine.globals.update(texts.FOR_TEMPLATES | {"static": static.url})
