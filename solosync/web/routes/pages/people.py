"""For staff: who has an account here, and what they may do."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from solosync.clock import iso
from solosync.domain import accounts, invitations, policy, users
from solosync.errors import Invalid
from solosync.records.invitations import Invitation
from solosync.records.listing import EVERYTHING, Query, Sort
from solosync.records.organizations import Organization
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
NEWEST = Query((Sort("created_at", is_descending=True),), {}, EVERYTHING)


class Pending(NamedTuple):
    """An invitation that can still be accepted."""

    invitation: Invitation
    organization: Organization
    ends_at: str


class Inviting(NamedTuple):
    """What the page shows of invitations: into which organizations one may invite, and who is."""

    organizations: list[Organization]
    pending: list[Pending]
    is_mailed: bool
    is_closed: bool


@get("/admin/people", guards=[staff], opt={RATE: limits.ADMIN}, include_in_schema=False)
async def show_people(request: Caller) -> Template:
    return await people_page(request)


async def people_page(request: Caller, invited: tuple[str, str] | None = None) -> Template:
    """``invited`` is an address and the link for it, if somebody was just invited."""
    query = listing.read(request, PEOPLE)
    await look(request, "users", query)
    store = services(request).store
    found = await asyncio.to_thread(users.list_users, store, query)
    asked = request.query_params
    context = {
        "people": found.items,
        "more": more_of(asked, ("email",), listing.next_cursor(found)),
        "is_continued": query.position is not None,
        "searched": asked.get("email", ""),
        "back": "/admin/people" if invited else here(request),
        "done": asked.get("done", ""),
        "invited": invited,
        "inviting": await asyncio.to_thread(_inviting, request),
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


def _inviting(request: Caller) -> Inviting:
    """Blocks."""
    with_services = services(request)
    store, config = with_services.store, with_services.config
    memberships = accounts.get_person(store, request.user.user_id).memberships
    mine = [it for it, role in memberships if policy.may_administer(role)]
    pending = [
        Pending(invitation, organization, iso(invitation.expires_at))
        for organization in mine
        for invitation in invitations.list_invitations(
            store, request.user, organization.organization_id, NEWEST
        ).items
    ]
    is_mailed = config.email_provider != "console"
    return Inviting(mine, pending, is_mailed, config.registration == "closed")
