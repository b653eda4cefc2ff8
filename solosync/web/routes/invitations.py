"""Invitations into organizations, and the page that their link leads to."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from solosync.clock import iso
from solosync.domain import accounts, invitations
from solosync.domain.organizations import Standing
from solosync.records import scopes
from solosync.records.actors import Actor
from solosync.records.invitations import Invitation
from solosync.records.organizations import Role
from solosync.web import addresses, listing, signing_in
from solosync.web.auth import check_origin, find_actor, public, set_cookies, signed_in
from solosync.web.bodies import read_object
from solosync.web.connections import AnyRequest
from solosync.web.documented import BODY, BODY_ERRORS, SCOPE, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, TEXT, Listing
from solosync.web.routes.organizations import BODY_BYTES, ROLE, OrganizationItem, item
from solosync.web.services import Caller, services

INVITATIONS = Listing(
    sorts=("created_at", "expires_at", "email"),
    filters={"email": TEXT, "role": ROLE},
    default="-created_at",
)


class InvitationItem(msgspec.Struct):
    """One that can still be accepted. `invited_by` is the id of a person."""

    id: str
    organization_id: str
    email: str
    role: Role
    invited_by: str | None
    created_at: str
    expires_at: str


class NewInvitationItem(InvitationItem):
    """`link` is shown now and never again. It lets one person join, with the account they are
    signed in to; the one in the mail also makes an account for the address."""

    link: str


class InvitationPage(msgspec.Struct):
    data: list[InvitationItem]
    meta: listing.Meta


class InvitationFields(msgspec.Struct):
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=accounts.LONGEST_EMAIL)]
    role: Role = "member"


class InvitationTokenFields(msgspec.Struct):
    """What stands at the end of the invitation's link."""

    token: str


@get(
    "/{organization_id:str}/invitations",
    guards=[signed_in],
    opt={SCOPE: scopes.ORGANIZATIONS_READ, LISTING: INVITATIONS},
    responses=problems(400, 401, 403, 404),
)
async def list_invitations(request: Caller, organization_id: FromPath[str]) -> InvitationPage:
    """For admins: those that can still be accepted."""
    query = listing.read(request, INVITATIONS)
    found = await asyncio.to_thread(
        invitations.list_invitations, services(request).store, request.user, organization_id, query
    )
    data = [InvitationItem(**_fields(invitation)) for invitation in found.items]
    return InvitationPage(data, listing.meta(found))


@post(
    "/{organization_id:str}/invitations",
    guards=[signed_in],
    opt={SCOPE: scopes.ORGANIZATIONS_WRITE, BODY: InvitationFields},
    responses=problems(401, 403, 404, 409, 429, *BODY_ERRORS, *WRITE_ERRORS),
)
async def create_invitation(request: Caller, organization_id: FromPath[str]) -> NewInvitationItem:
    """For admins: mails a link that is good for 7 days, and once. It takes the place of an earlier
    one for that address, and ends with the role of whoever made it. 409 for a member."""
    body = await read_object(request, BODY_BYTES, "invitations")
    invitation, link = await invite(request, organization_id, body.fields(InvitationFields))
    return NewInvitationItem(**_fields(invitation), link=link)


@delete(
    "/{organization_id:str}/invitations/{invitation_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.ORGANIZATIONS_WRITE},
    responses=problems(401, 403, 404, *WRITE_ERRORS),
)
async def revoke_invitation(
    request: Caller, organization_id: FromPath[str], invitation_id: FromPath[str]
) -> None:
    """For admins: its link is good no more."""
    store = services(request).store
    await asyncio.to_thread(invitations.revoke, store, request.user, organization_id, invitation_id)


@post(
    "/accept",
    guards=[signed_in],
    opt={BODY: InvitationTokenFields},
    status_code=200,
    responses=problems(401, 403, 409, 410, *BODY_ERRORS, *WRITE_ERRORS),
)
async def accept_invitation(request: Caller) -> OrganizationItem:
    """Joins with the account that is signed in, whichever address was invited; the organization's
    admins are told who came. 409 for a member, 410 for a link that is good no more."""
    body = await read_object(request, BODY_BYTES, "invitation")
    token = body.fields(InvitationTokenFields).token
    joined = await _accept(request, request.user, token)
    return item(Standing(joined.organization, joined.role))


@get("/invitation/{token:str}", guards=[public], include_in_schema=False)
async def open_invitation(request: AnyRequest, token: FromPath[str]) -> Template:
    """Only looks: previews of mails and chats do so too."""
    return await _page(request, await find_actor(request), token)


@post("/invitation/{token:str}", guards=[public], include_in_schema=False, status_code=303)
async def use_invitation(request: AnyRequest, token: FromPath[str]) -> Template | Redirect:
    check_origin(request)
    actor = await find_actor(request)
    if actor is not None:
        await _accept(request, actor, token)
        return Redirect("/", status_code=303)
    page = await _page(request, None, token)
    if not page.context["offer"].is_new:
        return page
    with_services = services(request)
    joined = await asyncio.to_thread(
        invitations.accept_as_new,
        with_services.store,
        with_services.keys,
        with_services.config,
        token,
    )
    signed_in = await signing_in.finish(request, joined.user, kind="browser", way="link")
    set_cookies(request, signed_in.tokens)
    return Redirect("/", status_code=303)


async def invite(
    request: Caller, organization_id: str, fields: InvitationFields
) -> tuple[Invitation, str]:
    """The invitation and its link, which is told now and never again. Raises as
    `invitations.invite`."""
    with_services = services(request)
    page = addresses.invitations(request)
    invited = await asyncio.to_thread(
        invitations.invite,
        with_services.store,
        with_services.keys,
        request.user,
        organization_id,
        email=fields.email,
        role=fields.role,
        link=lambda token: f"{page}/{token}",
    )
    return invited.invitation, f"{page}/{invited.token}"


async def _accept(request: AnyRequest, actor: Actor, token: str) -> invitations.Joined:
    with_services = services(request)
    return await asyncio.to_thread(
        invitations.accept, with_services.store, with_services.keys, actor, token
    )


async def _page(request: AnyRequest, actor: Actor | None, token: str) -> Template:
    with_services = services(request)
    offer = await asyncio.to_thread(
        invitations.look, with_services.store, with_services.keys, token
    )
    context = {"offer": offer, "actor": actor, "path": request.scope["path"]}
    return Template("invitation.html", context=context, status_code=200)


def _fields(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": invitation.invitation_id,
        "organization_id": invitation.organization_id,
        "email": invitation.email,
        "role": invitation.role,
        "invited_by": invitation.invited_by,
        "created_at": iso(invitation.created_at),
        "expires_at": iso(invitation.expires_at),
    }
