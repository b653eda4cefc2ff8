"""Who belongs to an organization."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import delete, get, patch
from litestar.params import FromPath

from solosync.domain import members
from solosync.records import scopes
from solosync.records.organizations import Member, Role
from solosync.web import listing
from solosync.web.auth import signed_in
from solosync.web.bodies import read_object
from solosync.web.documented import BODY, BODY_ERRORS, SCOPE, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, TEXT, Listing
from solosync.web.routes.organizations import BODY_BYTES, ROLE
from solosync.web.services import Caller, services

MEMBERS = Listing(sorts=("email", "role"), filters={"email": TEXT, "role": ROLE}, default="email")


class MemberItem(msgspec.Struct):
    """Admins also change the organization and who belongs to it; billing sees no boards."""

    user_id: str
    display_name: str
    email: str
    role: Role


class MemberPage(msgspec.Struct):
    data: list[MemberItem]
    meta: listing.Meta


class RoleFields(msgspec.Struct):
    role: Role


@get(
    "/{organization_id:str}/members",
    guards=[signed_in],
    opt={SCOPE: scopes.ORGANIZATIONS_READ, LISTING: MEMBERS},
    responses=problems(400, 401, 404),
)
async def list_members(request: Caller, organization_id: FromPath[str]) -> MemberPage:
    """Whoever belongs to it sees the others."""
    query = listing.read(request, MEMBERS)
    found = await asyncio.to_thread(
        members.list_members, services(request).store, request.user, organization_id, query
    )
    return MemberPage([_item(member) for member in found.items], listing.meta(found))


@patch(
    "/{organization_id:str}/members/{user_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.ORGANIZATIONS_WRITE, BODY: RoleFields},
    responses=problems(401, 403, 404, 409, *BODY_ERRORS, *WRITE_ERRORS),
)
async def change_member(
    request: Caller, organization_id: FromPath[str], user_id: FromPath[str]
) -> MemberItem:
    """For admins. The owner and the last admin stay admins (409)."""
    fields = (await read_object(request, BODY_BYTES, "member")).fields(RoleFields)
    changed = await asyncio.to_thread(
        members.change_role,
        services(request).store,
        request.user,
        organization_id,
        user_id,
        fields.role,
    )
    return _item(changed)


@delete(
    "/{organization_id:str}/members/{user_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.ORGANIZATIONS_WRITE},
    responses=problems(401, 403, 404, 409, *WRITE_ERRORS),
)
async def remove_member(
    request: Caller, organization_id: FromPath[str], user_id: FromPath[str]
) -> None:
    """Admins remove others, and everybody may leave. The owner and the last admin stay (409)."""
    store = services(request).store
    await asyncio.to_thread(members.remove, store, request.user, organization_id, user_id)


def _item(member: Member) -> MemberItem:
    user = member.user
    return MemberItem(user.user_id, user.display_name, user.email, member.role)
