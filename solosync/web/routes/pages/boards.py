"""What the buttons of a board do: make one, rename it, copy it, throw it away, bring it back."""

from __future__ import annotations

import asyncio

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from solosync.domain import sessions
from solosync.errors import Invalid
from solosync.web.auth import signed_in
from solosync.web.page_forms import read_fields
from solosync.web.routes.pages.looks import back, draw_url
from solosync.web.routes.sessions import copy_of, find
from solosync.web.services import Caller, services


@post("/boards", guards=[signed_in], include_in_schema=False, status_code=303)
async def make_board(request: Caller) -> Redirect:
    """A new, empty one, and the page to draw on it."""
    (name,) = await read_fields(request, "name")
    created = await asyncio.to_thread(
        sessions.create_session,
        services(request).store,
        request.user,
        name=name.strip() or sessions.DEFAULT_NAME,
    )
    return Redirect(draw_url(created.session.session_id), status_code=303)


@post(
    "/boards/{session_id:str}/rename",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def rename_board(request: Caller, session_id: FromPath[str]) -> Redirect:
    find(request, session_id)
    name, path = await read_fields(request, "name", "back")
    clean = name.strip()
    if not 0 < len(clean) <= sessions.LONGEST_NAME:
        raise Invalid("A board's name has 1 to 255 characters.")
    await asyncio.to_thread(
        sessions.change_session, services(request).store, request.user, session_id, {"name": clean}
    )
    return back(path, done="renamed")


@post(
    "/boards/{session_id:str}/duplicate",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def duplicate_board(request: Caller, session_id: FromPath[str]) -> Redirect:
    (path,) = await read_fields(request, "back")
    await copy_of(request, session_id)
    return back(path, done="duplicated")


@post(
    "/boards/{session_id:str}/trash",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def trash_board(request: Caller, session_id: FromPath[str]) -> Redirect:
    """Back on the page, it can be undone."""
    (path,) = await read_fields(request, "back")
    await asyncio.to_thread(
        sessions.trash_session, services(request).store, request.user, session_id
    )
    return back(path, done="trashed", board=session_id)


@post(
    "/boards/{session_id:str}/restore",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def restore_board(request: Caller, session_id: FromPath[str]) -> Redirect:
    (path,) = await read_fields(request, "back")
    await asyncio.to_thread(
        sessions.restore_session, services(request).store, request.user, session_id
    )
    return back(path, done="restored")
