"""For staff: who has an account here, and what they may do."""

from __future__ import annotations

import asyncio

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from solosync.domain import users
from solosync.errors import Invalid
from solosync.web import limits, listing
from solosync.web.auth import staff
from solosync.web.documented import RATE
from solosync.web.listing import TEXT, Listing
from solosync.web.page_forms import read_fields
from solosync.web.routes.admin.looks import look
from solosync.web.routes.pages.looks import back, here, more_of, page
from solosync.web.services import Caller, services

PEOPLE = Listing(sorts=("email",), filters={"email": TEXT}, default="email")
# What each button changes: `is_active` and `is_staff`; None stays as it is.
CHANGES: dict[str, tuple[bool | None, bool | None]] = {
    "deactivate": (False, None),
    "activate": (True, None),
    "make_staff": (None, True),
    "end_staff": (None, False),
}


@get("/admin/people", guards=[staff], opt={RATE: limits.ADMIN}, include_in_schema=False)
async def show_people(request: Caller) -> Template:
    query = listing.read(request, PEOPLE)
    await look(request, "users", query)
    found = await asyncio.to_thread(users.list_users, services(request).store, query)
    asked = request.query_params
    context = {
        "people": found.items,
        "more": more_of(asked, ("email",), listing.next_cursor(found)),
        "is_continued": query.position is not None,
        "searched": asked.get("email", ""),
        "back": here(request),
        "done": asked.get("done", ""),
    }
    return page("people.html", request.user, context)


@post(
    "/admin/people/{user_id:str}",
    guards=[staff],
    opt={RATE: limits.ADMIN},
    include_in_schema=False,
    status_code=303,
)
async def change_person(request: Caller, user_id: FromPath[str]) -> Redirect:
    """Who is deactivated is signed out everywhere at once."""
    change, path = await read_fields(request, "change", "back")
    if change not in CHANGES:
        raise Invalid("That can't be done to somebody.")
    is_active, is_staff = CHANGES[change]
    await asyncio.to_thread(
        users.change,
        services(request).store,
        request.user,
        user_id,
        is_active=is_active,
        is_staff=is_staff,
    )
    return back(path, done=change)
