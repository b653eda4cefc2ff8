"""The page on which a board is drawn. What it does is in web/ui; it talks to the board's socket."""

from __future__ import annotations

import asyncio

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from solosync.domain import accounts, sessions
from solosync.web import limits, static
from solosync.web.auth import signed_in
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE
from solosync.web.services import services


@get(
    "/boards/{session_id:str}/draw",
    guards=[signed_in],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
)
async def draw_board(request: AnyRequest, session_id: FromPath[str]) -> Template:
    return await asyncio.to_thread(_board, request, session_id)


def _board(request: AnyRequest, session_id: str) -> Template:
    store, actor = services(request).store, request.user
    board = sessions.get_session(store, actor, session_id)
    context = {
        "scripts": static.scripts(static.DRAWING),
        "session_id": board.session_id,
        "name": board.name or sessions.DEFAULT_NAME,
        "user_id": actor.user_id,
        "person": accounts.get_person(store, actor.user_id).user.display_name,
    }
    return Template("draw.html", context=context)
