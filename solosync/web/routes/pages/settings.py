"""What people change of themselves: their names, and the language of the pages."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from litestar import get, post
from litestar.response import Redirect, Template

from solosync.domain import accounts, sessions
from solosync.errors import Invalid
from solosync.origin import LANGUAGE_COOKIE, LANGUAGES
from solosync.web import limits, passwords
from solosync.web.auth import check_origin, public, put_cookie, signed_in
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE
from solosync.web.page_forms import read_fields
from solosync.web.routes.pages import tunnel
from solosync.web.routes.pages.looks import back, page
from solosync.web.services import Caller, services

LONGEST_NAME = 255
LANGUAGE_SECONDS = 365 * 24 * 3600


@get("/settings", guards=[signed_in], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def show_settings(request: Caller) -> Template:
    store = services(request).store
    person = await asyncio.to_thread(accounts.get_person, store, request.user.user_id)
    usage = await asyncio.to_thread(sessions.measure, store, request.user)
    done = request.query_params.get("done", "")
    context = {"user": person.user, "usage": usage, "done": done}
    context["tunnel"] = tunnel.shown(request)
    return page("settings.html", request.user, context)


@post("/settings", guards=[signed_in], include_in_schema=False, status_code=303)
async def change_settings(request: Caller) -> Redirect:
    full_name, username = await read_fields(request, "full_name", "username")
    changes: dict[str, str | None] = {"full_name": full_name.strip(), "username": username.strip()}
    if any(len(value or "") > LONGEST_NAME for value in changes.values()):
        raise Invalid("A name has at most 255 characters.")
    store = services(request).store
    await asyncio.to_thread(accounts.change_profile, store, request.user, changes)
    return back("/settings", done="saved")


@post("/settings/password", guards=[signed_in], include_in_schema=False, status_code=303)
async def change_password(request: Caller) -> Redirect:
    current, password, ends_others = await read_fields(
        request, "current", "password", "ends_others"
    )
    await passwords.change(
        request, current=current, password=password, ends_others=bool(ends_others)
    )
    return back("/settings", done="password")


@post(
    "/language",
    guards=[public],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
    status_code=303,
)
async def choose_language(request: AnyRequest) -> Redirect:
    """For this browser, also before somebody signs in; back to the page it was chosen on."""
    check_origin(request)
    (language,) = await read_fields(request, "language")
    if language not in LANGUAGES:
        raise Invalid("That language isn't spoken here.")
    put_cookie(request, LANGUAGE_COOKIE, language, LANGUAGE_SECONDS)
    before = urlsplit(request.headers.get("referer", ""))
    is_ours = before.netloc.lower() == request.headers.get("host", "").lower()
    return back(f"{before.path}?{before.query}" if is_ours else "/")
