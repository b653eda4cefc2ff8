"""For staff, on the page of people: inviting into one's organizations, and taking that back."""

from __future__ import annotations

import asyncio

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from solosync.domain import invitations
from solosync.web import limits
from solosync.web.auth import staff
from solosync.web.documented import RATE
from solosync.web.fields import convert
from solosync.web.page_forms import read_fields
from solosync.web.routes.invitations import InvitationFields, invite
from solosync.web.routes.pages.looks import back
from solosync.web.routes.pages.people import people_page
from solosync.web.services import Caller, services


@post(
    "/admin/invitations",
    guards=[staff],
    opt={RATE: limits.ADMIN},
    include_in_schema=False,
    status_code=200,
)
async def invite_person(request: Caller) -> Template:
    """The page with the link, which is shown now and never again."""
    email, role, organization_id = await read_fields(request, "email", "role", "organization")
    fields = convert({"email": email, "role": role}, InvitationFields)
    _, link = await invite(request, organization_id, fields)
    return await people_page(request, invited=(email.strip(), link))


@post(
    "/admin/invitations/{invitation_id:str}/revoke",
    guards=[staff],
    opt={RATE: limits.ADMIN},
    include_in_schema=False,
    status_code=303,
)
async def revoke_invitation_here(request: Caller, invitation_id: FromPath[str]) -> Redirect:
    organization_id, path = await read_fields(request, "organization", "back")
    store = services(request).store
    await asyncio.to_thread(invitations.revoke, store, request.user, organization_id, invitation_id)
    return back(path, done="revoked")
