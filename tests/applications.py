"""Applications to be asked by tests, without a server."""

import contextlib
from collections.abc import Iterator

from solosync.app import build_app
from solosync.config import Config
from solosync.store.engine import Store
from solosync.web.edge import Application

_idle: list[Application] = []


@contextlib.contextmanager
def application(config: Config, store: Store) -> Iterator[Application]:
    """One that is not started. Making its routes takes longer than most tests: they are used again
    by the next test. All else is made when it starts."""
    if config.cors_origins:  # goes into what is made with the routes
        yield build_app(config, store)
        return
    app = _idle.pop() if _idle else build_app(config, store)
    app.prepare(config, store)
    yield app
    _idle.append(app)
