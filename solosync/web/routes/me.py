"""The person who is signed in."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from litestar import get, patch
from msgspec import UNSET, UnsetType

from solosync.clock import iso
from solosync.domain import accounts
from solosync.records import scopes
from solosync.web.auth import signed_in
from solosync.web.bodies import read_object
from solosync.web.documented import BODY, BODY_ERRORS, SCOPE, WRITE_ERRORS, problems
from solosync.web.services import Caller, services

BODY_BYTES = 64 * 1024
ShortText = Annotated[str, msgspec.Meta(max_length=255)]
Url = Annotated[str, msgspec.Meta(max_length=2048, pattern="^https?://")]


class MyOrganization(msgspec.Struct):
    id: str
    name: str
    role: str


class Me(msgspec.Struct):
    id: str
    email: str
    username: str
    full_name: str
    first_name: str
    last_name: str
    is_staff: bool
    date_joined: str
    last_login: str | None
    organizations: list[MyOrganization]
    avatar_url: str | None


class ProfileFields(msgspec.Struct):
    """What people may change of themselves; the rest of `me` is taken and left as it is."""

    username: ShortText | UnsetType = UNSET
    full_name: ShortText | UnsetType = UNSET
    first_name: ShortText | UnsetType = UNSET
    last_name: ShortText | UnsetType = UNSET
    avatar_url: Url | UnsetType | None = UNSET


@get("/", guards=[signed_in], opt={SCOPE: scopes.ME_READ}, responses=problems(401))
async def read_me(request: Caller) -> Me:
    """Who is signed in, and the organizations they belong to; for an API key, its own."""
    actor = request.user
    store = services(request).store
    return me_of(accounts.get_person(store, actor.user_id, within=actor.organization_id))


@patch(
    "/",
    guards=[signed_in],
    opt={BODY: ProfileFields},
    responses=problems(401, 403, 409, *BODY_ERRORS, *WRITE_ERRORS),
)
async def change_me(request: Caller) -> Me:
    """Change one's own names and picture."""
    store = services(request).store
    body = await read_object(request, BODY_BYTES, "me")
    fields = body.fields(ProfileFields)
    changes = {
        name: value for name, value in msgspec.structs.asdict(fields).items() if value is not UNSET
    }
    await asyncio.to_thread(accounts.change_profile, store, request.user, changes)
    return me_of(accounts.get_person(store, request.user.user_id))


def me_of(person: accounts.Person) -> Me:
    user = person.user
    return Me(
        id=user.user_id,
        email=user.email,
        username=user.username,
        full_name=user.full_name,
        first_name=user.first_name,
        last_name=user.last_name,
        is_staff=user.is_staff,
        date_joined=iso(user.joined_at),
        last_login=None if user.last_login_at is None else iso(user.last_login_at),
        organizations=[
            MyOrganization(organization.organization_id, organization.name, role)
            for organization, role in person.memberships
        ],
        avatar_url=user.avatar_url,
    )
