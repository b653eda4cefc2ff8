"""How uvicorn serves the application, at the server's own port and behind a tunnel."""

from __future__ import annotations

from typing import Any

import uvicorn
from litestar.types import ASGIApp

from solosync.config import Config
from solosync.option_kinds import MIB
from solosync.web.sockets.link import Link
from solosync.web.wire import Wire


def uvicorn_config(app: ASGIApp, config: Config, **own: Any) -> uvicorn.Config:
    """`own` are the settings of one listener, as uvicorn calls them."""
    return uvicorn.Config(
        app,
        http=Wire,
        ws=Link,
        # A little more than we take, so that the peer gets our own close code.
        ws_max_size=config.max_state_bytes + MIB,
        # Strokes hardly shrink, and it costs time and memory for each connection.
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,  # it would hold the tokens of query strings
        server_header=False,
        **own,
    )
