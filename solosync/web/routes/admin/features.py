"""Switches for parts of the program."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from litestar import delete, get, patch, put
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from solosync.clock import iso
from solosync.domain import features
from solosync.domain.features import DECLARED
from solosync.records import scopes
from solosync.records.features import Feature
from solosync.web import limits, listing
from solosync.web.auth import staff
from solosync.web.bodies import read_object
from solosync.web.documented import BODY, BODY_ERRORS, RATE, SCOPE, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, SWITCH, Listing
from solosync.web.routes.admin.looks import look
from solosync.web.services import Caller, services

BODY_BYTES = 256 * 1024
FEATURES = Listing(sorts=("name", "updated_at"), filters={"is_on": SWITCH}, default="name")
Percentage = Annotated[int, msgspec.Meta(ge=0, le=100)]


class FeatureItem(msgspec.Struct):
    """While it `is_on`, it is so for `percentage` of all organizations (or of all people, where it
    isn't about one), always the same ones. `organizations`, by their ids, have it their own way.
    `description` is there for those that the program itself asks about; `updated_at` is null for
    one that was never changed."""

    name: str
    description: str | None
    is_on: bool
    percentage: int
    organizations: dict[str, bool]
    updated_at: str | None


class FeaturePage(msgspec.Struct):
    data: list[FeatureItem]
    meta: listing.Meta


class FeatureFields(msgspec.Struct):
    """What isn't given is 100 %, and no organization that has it its own way."""

    is_on: bool
    percentage: Percentage = 100
    organizations: dict[str, bool] = {}


class FeatureChanges(msgspec.Struct):
    """What isn't given stays, other organizations too; null takes an organization's own way."""

    is_on: bool | UnsetType = UNSET
    percentage: Percentage | UnsetType = UNSET
    organizations: dict[str, bool | None] | UnsetType = UNSET


@get(
    "/",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_READ, RATE: limits.ADMIN, LISTING: FEATURES},
    responses=problems(*WRITE_ERRORS),
)
async def list_features(request: Caller) -> FeaturePage:
    """Those that the program asks about, and those that staff made."""
    query = listing.read(request, FEATURES)
    await look(request, "features", query)
    found = await asyncio.to_thread(features.list_features, services(request).store, query)
    return FeaturePage([_item(feature) for feature in found.items], listing.meta(found))


@get(
    "/{name:str}",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_READ, RATE: limits.ADMIN},
    responses=problems(404, *WRITE_ERRORS),
)
async def read_feature(request: Caller, name: FromPath[str]) -> FeatureItem:
    """One of them."""
    await look(request, "features", target=name)
    return _item(features.get_feature(services(request).store, name))


@put(
    "/{name:str}",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_WRITE, RATE: limits.ADMIN, BODY: FeatureFields},
    responses=problems(*BODY_ERRORS, *WRITE_ERRORS),
)
async def put_feature(request: Caller, name: FromPath[str]) -> FeatureItem:
    """Makes it, or sets all of it anew. It holds at once, without a restart."""
    fields = (await read_object(request, BODY_BYTES, "feature")).fields(FeatureFields)
    feature = await asyncio.to_thread(
        features.put,
        services(request).store,
        request.user,
        name,
        is_on=fields.is_on,
        percentage=fields.percentage,
        organizations=fields.organizations,
    )
    return _item(feature)


@patch(
    "/{name:str}",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_WRITE, RATE: limits.ADMIN, BODY: FeatureChanges},
    responses=problems(404, *BODY_ERRORS, *WRITE_ERRORS),
)
async def change_feature(request: Caller, name: FromPath[str]) -> FeatureItem:
    """Changes what is given of it."""
    fields = (await read_object(request, BODY_BYTES, "feature")).fields(FeatureChanges)
    feature = await asyncio.to_thread(
        features.change,
        services(request).store,
        request.user,
        name,
        is_on=None if fields.is_on is UNSET else fields.is_on,
        percentage=None if fields.percentage is UNSET else fields.percentage,
        organizations={} if fields.organizations is UNSET else fields.organizations,
    )
    return _item(feature)


@delete(
    "/{name:str}",
    guards=[staff],
    opt={SCOPE: scopes.ADMIN_WRITE, RATE: limits.ADMIN},
    responses=problems(404, *WRITE_ERRORS),
)
async def delete_feature(request: Caller, name: FromPath[str]) -> None:
    """One that the program asks about is on for all again; another one is off."""
    await asyncio.to_thread(features.delete, services(request).store, request.user, name)


def _item(feature: Feature) -> FeatureItem:
    return FeatureItem(
        name=feature.name,
        description=DECLARED.get(feature.name),
        is_on=feature.is_on,
        percentage=feature.percentage,
        organizations=feature.organizations,
        updated_at=iso(feature.updated_at) if feature.updated_at else None,
    )
