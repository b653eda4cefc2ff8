"""API keys: for programs that act as the person who made them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath

from solosync.clock import iso
from solosync.domain import api_keys
from solosync.records.api_keys import ApiKey
from solosync.records.scopes import SCOPES
from solosync.web import listing
from solosync.web.auth import signed_in
from solosync.web.bodies import read_object
from solosync.web.documented import BODY, BODY_ERRORS, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, TEXT, Listing
from solosync.web.routes.devices import DeviceName
from solosync.web.services import Caller, services

BODY_BYTES = 16 * 1024
API_KEYS = Listing(
    sorts=("created_at", "name", "last_used_at", "expires_at"),
    filters={"organization_id": TEXT, "created_by": TEXT},
    default="-created_at",
)


class NewApiKeyFields(msgspec.Struct):
    """The key acts in `organization_id`, which is the person's own one unless another is named.
    Without `expires_at` it is good until it's revoked."""

    name: DeviceName
    scopes: Annotated[
        list[str],
        msgspec.Meta(min_length=1, extra_json_schema={"items": {"enum": list(SCOPES)}}),
    ]
    organization_id: str | None = None
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class ApiKeyFields(msgspec.Struct):
    name: DeviceName


class ApiKeyItem(msgspec.Struct):
    """`key_prefix` is how the key begins. `created_by` is the id of the person that it acts as."""

    id: str
    key_prefix: str
    organization_id: str
    created_at: str
    name: str
    scopes: list[str]
    expires_at: str | None
    last_used_at: str | None
    last_used_ip: str | None
    created_by: str


class MadeApiKey(ApiKeyItem):
    """`key` is shown this once."""

    key: str


class ApiKeyPage(msgspec.Struct):
    data: list[ApiKeyItem]
    meta: listing.Meta


@get("/", guards=[signed_in], opt={LISTING: API_KEYS}, responses=problems(400, 401))
async def list_api_keys(request: Caller) -> ApiKeyPage:
    """One's own keys, and all keys of organizations of which one is an admin."""
    query = listing.read(request, API_KEYS)
    with_services = services(request)
    await with_services.sightings.write()
    found = await asyncio.to_thread(api_keys.list_keys, with_services.store, request.user, query)
    return ApiKeyPage([_item(key) for key in found.items], listing.meta(found))


@post(
    "/",
    guards=[signed_in],
    opt={BODY: NewApiKeyFields},
    responses=problems(401, 403, 404, *BODY_ERRORS, *WRITE_ERRORS),
)
async def create_api_key(request: Caller) -> MadeApiKey:
    """A new key. Only a person who is signed in can make one, and it may do nothing that its
    scopes don't name."""
    fields = (await read_object(request, BODY_BYTES, "api-keys")).fields(NewApiKeyFields)
    with_services = services(request)
    made = await asyncio.to_thread(
        api_keys.create,
        with_services.store,
        with_services.keys,
        request.user,
        name=fields.name,
        scopes=fields.scopes,
        organization_id=fields.organization_id,
        expires_at=int(fields.expires_at.timestamp() * 1000) if fields.expires_at else None,
    )
    return _made(made)


@get("/{key_id:str}", guards=[signed_in], responses=problems(401, 404))
async def read_api_key(request: Caller, key_id: FromPath[str]) -> ApiKeyItem:
    """Everything about a key but the key."""
    with_services = services(request)
    await with_services.sightings.write()
    return _item(api_keys.get_key(with_services.store, request.user, key_id))


@patch(
    "/{key_id:str}",
    guards=[signed_in],
    opt={BODY: ApiKeyFields},
    responses=problems(401, 403, 404, *BODY_ERRORS, *WRITE_ERRORS),
)
async def change_api_key(request: Caller, key_id: FromPath[str]) -> ApiKeyItem:
    """Give a key another name."""
    fields = (await read_object(request, BODY_BYTES, "api-key")).fields(ApiKeyFields)
    return _item(
        await asyncio.to_thread(
            api_keys.rename, services(request).store, request.user, key_id, fields.name
        )
    )


@post(
    "/{key_id:str}/rotate",
    guards=[signed_in],
    status_code=200,
    responses=problems(401, 403, 404, 409, *WRITE_ERRORS),
)
async def rotate_api_key(request: Caller, key_id: FromPath[str]) -> MadeApiKey:
    """A new secret for the key; the old one is refused from now on. Only for its maker."""
    with_services = services(request)
    made = await asyncio.to_thread(
        api_keys.rotate, with_services.store, with_services.keys, request.user, key_id
    )
    return _made(made)


@delete("/{key_id:str}", guards=[signed_in], responses=problems(401, 403, 404, *WRITE_ERRORS))
async def revoke_api_key(request: Caller, key_id: FromPath[str]) -> None:
    """End a key: its next request is refused, and its sockets close at once."""
    await asyncio.to_thread(api_keys.revoke, services(request).store, request.user, key_id)


def _item(key: ApiKey) -> ApiKeyItem:
    return ApiKeyItem(
        id=key.key_id,
        key_prefix=key.prefix,
        organization_id=key.organization_id,
        created_at=iso(key.created_at),
        name=key.name,
        scopes=list(key.scopes),
        expires_at=None if key.expires_at is None else iso(key.expires_at),
        last_used_at=None if key.last_used_at is None else iso(key.last_used_at),
        last_used_ip=key.last_used_address,
        created_by=key.created_by,
    )


def _made(made: api_keys.Made) -> MadeApiKey:
    return MadeApiKey(**msgspec.structs.asdict(_item(made.key)), key=made.secret)
