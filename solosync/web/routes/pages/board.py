"""The page of one board: its picture, its exports and its versions."""

from __future__ import annotations

import asyncio

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from solosync.clock import iso
from solosync.domain import exports, history
from solosync.domain.features import EXPORTS
from solosync.records.versions import BY_LINK
from solosync.web import limits
from solosync.web.auth import signed_in
from solosync.web.documented import RATE
from solosync.web.page_forms import read_fields
from solosync.web.routes.exports import asked_for, item, request_new
from solosync.web.routes.pages.looks import back, cards, here, page
from solosync.web.routes.pages.sharing import shown_link
from solosync.web.routes.sessions import find
from solosync.web.routes.thumbnails import renewed
from solosync.web.routes.versions import restored
from solosync.web.services import Caller, services

SHOWN_EXPORTS = 20
SHOWN_VERSIONS = 50
FORMATS = {"pdf": "PDF", "png": "PNG", "svg": "SVG", "json": "JSON"}


@get(
    "/boards/{session_id:str}",
    guards=[signed_in],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
)
async def show_board(request: Caller, session_id: FromPath[str]) -> Template:
    return await asyncio.to_thread(_show, request, session_id)


@post(
    "/boards/{session_id:str}/export",
    guards=[signed_in],
    opt={RATE: limits.EXPORT},
    include_in_schema=False,
    status_code=303,
)
async def export_board(request: Caller, session_id: FromPath[str]) -> Redirect:
    """The file as it is now; the board's page shows how far it is."""
    session = find(request, session_id)
    (format,) = await read_fields(request, "format")
    services(request).features.check(EXPORTS, session.organization_id, request.user.user_id)
    await request_new(request, session, asked_for(request, {"format": format}, None))
    return Redirect(f"/boards/{session_id}#exports", status_code=303)


@post(
    "/boards/{session_id:str}/picture",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def renew_picture(request: Caller, session_id: FromPath[str]) -> Redirect:
    """Waits until it is drawn."""
    (path,) = await read_fields(request, "back")
    await renewed(request, session_id)
    return back(path, done="picture")


@post(
    "/boards/{session_id:str}/versions/{rev:str}/restore",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def restore_board_version(
    request: Caller, session_id: FromPath[str], rev: FromPath[str]
) -> Redirect:
    """As a new version, so that this can be undone too."""
    (path,) = await read_fields(request, "back")
    await restored(request, session_id, rev)
    return back(path, done="brought_back")


def _show(request: Caller, session_id: str) -> Template:
    store, actor = services(request).store, request.user
    session = find(request, session_id)
    asked = exports.list_exports(store, actor, session, limit=SHOWN_EXPORTS)
    made = [item(request, listed.export) for listed in asked.listed]
    versions = history.list_versions(store, session.key)
    (card,) = cards(request, [session])
    context = {
        "board": card,
        "is_drawn_here": session.dialect == "solo",
        "rev": session.rev,
        "share": shown_link(request, session),
        "formats": FORMATS,
        "exports": [it for it in made if not it.is_expired],
        "is_working": any(it.status in ("pending", "processing") for it in made),
        "by_link": BY_LINK,
        "versions": [(it, it.created_at * 1000, iso(it.created_at)) for it in versions][
            :SHOWN_VERSIONS
        ],
        "back": here(request),
        "done": request.query_params.get("done", ""),
    }
    return page("board.html", actor, context)
