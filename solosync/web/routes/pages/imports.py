"""Boards from files: a form with as many as one likes, or files dropped onto the page."""

from __future__ import annotations

import asyncio
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from litestar import post
from litestar.response import Redirect, Template

from solosync.domain import sessions
from solosync.errors import Invalid, SolosyncError, TooLarge
from solosync.records.sessions import Session
from solosync.web.auth import signed_in
from solosync.web.bodies import received_file
from solosync.web.forms import Received, read_files
from solosync.web.routes.pages.looks import back, board_url, page
from solosync.web.services import Caller, services

LARGE_FILES = 4
"""So many of the largest that are taken may come in one form."""


class Refused(NamedTuple):
    name: str
    reason: str


@post("/boards/import", guards=[signed_in], include_in_schema=False, status_code=200)
async def import_boards(request: Caller) -> Template | Redirect:
    """Each file a board, called as the file is. What can't be one is named with its reason, and
    keeps none of the others out."""
    config = services(request).config
    with received_file(config.data_dir) as folder:
        folder.mkdir()
        limit = LARGE_FILES * config.max_state_bytes
        files = await read_files(request, folder, limit=limit, endpoint="import")
        if not files:
            raise Invalid("Choose at least one file.")
        outcomes = [await asyncio.to_thread(_import, request, file) for file in files]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    if not refused:
        return back("/", done="imported")
    made = [
        (outcome.name, board_url(outcome)) for outcome in outcomes if isinstance(outcome, Session)
    ]
    return page("imported.html", request.user, {"made": made, "refused": refused})


def _import(request: Caller, file: Received) -> Session | Refused:
    """The new board, or what is wrong with the file."""
    name = PurePosixPath(file.name.replace("\\", "/")).name or file.name
    with_services = services(request)
    try:
        return sessions.import_session(
            with_services.store,
            request.user,
            Path(name).stem,
            _content(file, with_services.config.max_state_bytes),
            device_id=request.user.device_id,
        )
    except (Invalid, TooLarge) as error:
        return Refused(name, _reason(error))


def _content(file: Received, limit: int) -> bytes:
    """Raises TooLarge."""
    if file.size > limit:
        raise TooLarge(limit)
    return file.path.read_bytes()


def _reason(error: SolosyncError) -> str:
    return "The file is too large." if isinstance(error, TooLarge) else error.message
