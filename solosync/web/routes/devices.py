"""A person's devices: every sign-in is one."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from litestar import delete, get, patch
from litestar.params import FromPath

from solosync.clock import iso
from solosync.domain import devices
from solosync.domain.tokens import LONGEST_DEVICE_NAME
from solosync.records.devices import Device
from solosync.web import listing
from solosync.web.auth import set_cookies, signed_in
from solosync.web.bodies import read_object
from solosync.web.credentials import stated
from solosync.web.documented import BODY, BODY_ERRORS, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, Listing, one_of
from solosync.web.services import Caller, services

BODY_BYTES = 16 * 1024
KINDS = ("browser", "api", "device")
DEVICES = Listing(
    sorts=("last_seen_at", "created_at", "name", "kind"),
    filters={"kind": one_of(*KINDS)},
    default="-last_seen_at",
)
DeviceName = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_DEVICE_NAME)]


class DeviceItem(msgspec.Struct):
    """`kind` is `browser`, `api` (a program), or `device` (one that was paired). `address` is the
    network address it was last seen at; `is_current` tells the one that asks."""

    id: str
    name: str
    kind: str
    created_at: str
    last_seen_at: str
    address: str
    is_current: bool


class DevicePage(msgspec.Struct):
    data: list[DeviceItem]
    meta: listing.Meta


class DeviceFields(msgspec.Struct):
    name: DeviceName


@get("/", guards=[signed_in], opt={LISTING: DEVICES}, responses=problems(400, 401))
async def list_devices(request: Caller) -> DevicePage:
    """Where one is signed in. API keys have a list of their own."""
    query = listing.read(request, DEVICES)
    with_services = services(request)
    await with_services.sightings.write()
    found = await asyncio.to_thread(devices.list_devices, with_services.store, request.user, query)
    data = [_item(request, device) for device in found.items]
    return DevicePage(data, listing.meta(found))


@patch(
    "/{device_id:str}",
    guards=[signed_in],
    opt={BODY: DeviceFields},
    responses=problems(401, 403, 404, *BODY_ERRORS, *WRITE_ERRORS),
)
async def change_device(request: Caller, device_id: FromPath[str]) -> DeviceItem:
    """Give a device another name."""
    fields = (await read_object(request, BODY_BYTES, "device")).fields(DeviceFields)
    device = await asyncio.to_thread(
        devices.rename, services(request).store, request.user, device_id, fields.name
    )
    return _item(request, device)


@delete("/{device_id:str}", guards=[signed_in], responses=problems(401, 403, 404, *WRITE_ERRORS))
async def revoke_device(request: Caller, device_id: FromPath[str]) -> None:
    """Sign a device out: its next request is refused, and its sockets close at once. Also the one
    that asks."""
    store = services(request).store
    await asyncio.to_thread(devices.revoke, store, request.user, device_id)
    if device_id == request.user.device_id and stated(request) is None:
        set_cookies(request, None)


def _item(request: Caller, device: Device) -> DeviceItem:
    return DeviceItem(
        id=device.device_id,
        name=device.name,
        kind=device.kind,
        created_at=iso(device.created_at),
        last_seen_at=iso(device.last_seen_at),
        address=device.address,
        is_current=device.device_id == request.user.device_id,
    )
