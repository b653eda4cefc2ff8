"""The people of this server, let in or not, staff or not."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import get, patch
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from solosync.clock import iso
from solosync.domain import users
from solosync.records import scopes
from solosync.records.users import User
from solosync.web import limits, listing
from solosync.web.auth import staff
from solosync.web.bodies import read_object
from solosync.web.documented import BODY, BODY_ERRORS, RATE, SCOPE, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, SWITCH, TEXT, Listing
from solosync.web.routes.admin.looks import look
from solosync.web.services import Caller, services

BODY_BYTES = 16 * 1024
USERS = Listing(
    sorts=("email", "date_joined", "last_login"),
    filters={"is_active": SWITCH, "is_staff": SWITCH, "email": TEXT},
    default="email",
)


class UserItem(msgspec.Struct):
    """`is_verified` says whether the address was proved to be theirs."""

    id: str
    email: str
    username: str
    full_name: str
    is_active: bool
    is_staff: bool
    is_verified: bool
    date_joined: str
    last_login: str | None


class UserPage(msgspec.Struct):
    data: list[UserItem]
    meta: listing.Meta


class UserChanges(msgspec.Struct):
    """What isn't given stays."""

    is_active: bool | UnsetType = UNSET
    is_staff: bool | UnsetType = UNSET


@get(
    "/",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_READ, RATE: limits.ADMIN, LISTING: USERS},
    responses=problems(*WRITE_ERRORS),
)
async def list_users(request: Caller) -> UserPage:
    """Everybody; the filter `email` finds a part of an address."""
    query = listing.read(request, USERS)
    await look(request, "users", query)
    found = await asyncio.to_thread(users.list_users, services(request).store, query)
    return UserPage([_item(user) for user in found.items], listing.meta(found))


@patch(
    "/{user_id:str}",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_WRITE, RATE: limits.ADMIN, BODY: UserChanges},
    responses=problems(404, 409, *BODY_ERRORS, *WRITE_ERRORS),
)
async def change_user(request: Caller, user_id: FromPath[str]) -> UserItem:
    """Who isn't active is signed out everywhere at once, and let in no more; what is theirs stays.
    Nobody does that to themselves or to the last of the staff, or takes them out of it (409)."""
    changes = (await read_object(request, BODY_BYTES, "user")).fields(UserChanges)
    user = await asyncio.to_thread(
        users.change,
        services(request).store,
        request.user,
        user_id,
        is_active=None if changes.is_active is UNSET else changes.is_active,
        is_staff=None if changes.is_staff is UNSET else changes.is_staff,
    )
    return _item(user)


def _item(user: User) -> UserItem:
    return UserItem(
        id=user.user_id,
        email=user.email,
        username=user.username,
        full_name=user.full_name,
        is_active=user.is_active,
        is_staff=user.is_staff,
        is_verified=user.email_verified_at is not None,
        date_joined=iso(user.joined_at),
        last_login=None if user.last_login_at is None else iso(user.last_login_at),
    )
