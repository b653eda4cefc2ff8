"""The composition root: everything that answers requests is made and wired here."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager

from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

from solosync import clock, crypto, greeting
from solosync.blobs import open_blobs
from solosync.config import Config
from solosync.domain import Store, thumbnails
from solosync.domain.features import THUMBNAILS, Features
from solosync.domain.readiness import Readiness
from solosync.jobs.context import Context
from solosync.jobs.runner import Runner
from solosync.jobs.schedule import SCHEDULE
from solosync.jobs.tasks import TASKS
from solosync.net.openid import Provider
from solosync.realtime.rooms import Rooms
from solosync.web import cors, error_answers, repeats, static, texts
from solosync.web.edge import Application, answer_unrouted
from solosync.web.repeats import Replayed
from solosync.web.routes import routes
from solosync.web.services import Services
from solosync.web.shared_pictures import SharedPictures
from solosync.web.sightings import Sightings
from solosync.web.tunnels import Tunnels

# Fewer than the store has readers, so that a quick read on the event loop never waits for one.
WORKERS = 6


def build_app(config: Config, store: Store | None = None) -> Application:
    """The ASGI application. Without a store, it opens the data folder's when it starts, and closes
    it when it ends."""
    app = Application(
        route_handlers=routes(),
        lifespan=[_running],
        exception_handlers={
            Exception: error_answers.answer,
            NotFoundException: answer_unrouted,
            MethodNotAllowedException: answer_unrouted,
            Replayed: repeats.answer,
        },
        before_request=repeats.prepare,
        template_config=TemplateConfig(
            directory=static.PAGES, engine=JinjaTemplateEngine, engine_callback=_add_to_templates
        ),
        cors_config=cors.rules(config) if config.cors_origins else None,
        # Each route caps its own body, and says so in its own words.
        request_max_body_size=None,
        openapi_config=None,
        logging_config=None,
    )
    app.prepare(config, store)
    return app


def openapi_json(config: Config) -> str:
    """The API's description, as `solosync openapi` prints it."""
    from solosync.web import openapi  # with its examples, for the few who ask

    described = openapi.document(routes()) | {"servers": [{"url": config.base_url}]}
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def open_store(config: Config) -> Store:
    return Store.open(config.database, durability=config.durability)


@asynccontextmanager
async def _running(app: Application) -> AsyncIterator[None]:
    """Everything that lives as long as the server does."""
    config, measures = app.config, app.measures
    async with AsyncExitStack() as stack:
        store = app.store or stack.enter_context(open_store(config))
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(WORKERS, "worker"))
        blobs = open_blobs(config.storage_url, config.data_dir)
        rooms = Rooms(store, memory_bytes=config.room_memory_bytes)
        rooms.start()
        stack.push_async_callback(rooms.close)
        features = Features(store)
        measures.subscribe(store.bus)
        runner = _runner(Context(store, config, blobs), features)
        sightings = Sightings(store)
        await stack.enter_async_context(sightings.written_regularly())
        shared_pictures = SharedPictures(store, blobs, config)
        stack.push_async_callback(asyncio.to_thread, shared_pictures.close)
        tunnels = Tunnels(config, app, [greeting.say_tunnel])
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
            tunnels=tunnels,
            openid=_openid(config),
        )
        runner.start()
        stack.push_async_callback(asyncio.to_thread, runner.close)
        stack.push_async_callback(tunnels.close)
        if config.tunnel:
            await tunnels.open()
        yield


def _runner(context: Context, features: Features) -> Runner:
    def queue_thumbnails() -> int:
        is_on = functools.partial(features.is_on, THUMBNAILS)
        return thumbnails.queue_due(context.store, clock.now_ms(), is_on)

    return Runner(context, TASKS, SCHEDULE, find=queue_thumbnails)


def _openid(config: Config) -> Provider | None:
    if not config.oidc_issuer:
        return None
    return Provider(config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret)


def _add_to_templates(engine: JinjaTemplateEngine) -> None:
    engine.engine.globals.update(
        texts.FOR_TEMPLATES | {"static": static.url, "beside": static.beside}
    )
