"""Organizations: list, make, name, hand over, give up."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from solosync.clock import iso
from solosync.domain import organizations
from solosync.records import scopes
from solosync.records.organizations import Role
from solosync.web import listing
from solosync.web.auth import signed_in
from solosync.web.bodies import read_object
from solosync.web.documented import BODY, BODY_ERRORS, SCOPE, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, SWITCH, Listing, one_of
from solosync.web.services import Caller, services

BODY_BYTES = 16 * 1024
ROLE = one_of("admin", "member", "billing")
ORGANIZATIONS = Listing(
    sorts=("name", "created_at"), filters={"role": ROLE, "personal": SWITCH}, default="name"
)
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=organizations.LONGEST_NAME)]


class OrganizationItem(msgspec.Struct):
    """`owner` is the id of a person, who is one of its admins; `role` is what the caller is in it.
    Everybody has a personal one."""

    id: str
    name: str
    owner: str
    is_personal: bool
    role: Role
    created_at: str


class OrganizationPage(msgspec.Struct):
    data: list[OrganizationItem]
    meta: listing.Meta


class NewOrganizationFields(msgspec.Struct):
    name: Name


class OrganizationFields(msgspec.Struct):
    """`owner` hands it over to another of its admins."""

    name: Name | UnsetType = UNSET
    owner: str | UnsetType = UNSET


@get(
    "/",
    guards=[signed_in],
    opt={SCOPE: scopes.ORGANIZATIONS_READ, LISTING: ORGANIZATIONS},
    responses=problems(400, 401),
)
async def list_organizations(request: Caller) -> OrganizationPage:
    """Those that one belongs to."""
    query = listing.read(request, ORGANIZATIONS)
    found = await asyncio.to_thread(
        organizations.list_organizations, services(request).store, request.user, query
    )
    return OrganizationPage([item(standing) for standing in found.items], listing.meta(found))


@post(
    "/",
    guards=[signed_in],
    opt={BODY: NewOrganizationFields},
    responses=problems(401, 403, *BODY_ERRORS, *WRITE_ERRORS),
)
async def create_organization(request: Caller) -> OrganizationItem:
    """Whoever makes it is its owner and its first admin."""
    body = await read_object(request, BODY_BYTES, "organizations")
    name = body.fields(NewOrganizationFields).name
    return item(
        await asyncio.to_thread(
            organizations.create_organization, services(request).store, request.user, name
        )
    )


@get(
    "/{organization_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.ORGANIZATIONS_READ},
    responses=problems(401, 404),
)
async def read_organization(request: Caller, organization_id: FromPath[str]) -> OrganizationItem:
    """One that one belongs to."""
    store = services(request).store
    return item(organizations.get_organization(store, request.user, organization_id))


@patch(
    "/{organization_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.ORGANIZATIONS_WRITE, BODY: OrganizationFields},
    responses=problems(401, 403, 404, 409, *BODY_ERRORS, *WRITE_ERRORS),
)
async def change_organization(request: Caller, organization_id: FromPath[str]) -> OrganizationItem:
    """Admins give it another name. Its owner hands it over to another admin; if the owner's account
    was deactivated, any admin does. A personal one stays its person's (409)."""
    fields = (await read_object(request, BODY_BYTES, "organization")).fields(OrganizationFields)
    changed = await asyncio.to_thread(
        organizations.change_organization,
        services(request).store,
        request.user,
        organization_id,
        name=None if fields.name is UNSET else fields.name,
        owner_id=None if fields.owner is UNSET else fields.owner,
    )
    return item(changed)


@delete(
    "/{organization_id:str}",
    guards=[signed_in],
    responses=problems(401, 403, 404, 409, *WRITE_ERRORS),
)
async def delete_organization(request: Caller, organization_id: FromPath[str]) -> None:
    """For its owner alone, with its members, invitations and keys. 409 while it has boards, also in
    the trash, and for a personal one."""
    await asyncio.to_thread(
        organizations.delete_organization, services(request).store, request.user, organization_id
    )


def item(standing: organizations.Standing) -> OrganizationItem:
    organization = standing.organization
    return OrganizationItem(
        id=organization.organization_id,
        name=organization.name,
        owner=organization.owner_id,
        is_personal=organization.is_personal,
        role=standing.role,
        created_at=iso(organization.created_at),
    )
