"""Where somebody is signed in."""

from __future__ import annotations

import asyncio

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from solosync.clock import iso
from solosync.domain import devices
from solosync.records.listing import EVERYTHING, Query, Sort
from solosync.web import limits
from solosync.web.auth import set_cookies, signed_in
from solosync.web.credentials import stated
from solosync.web.documented import RATE
from solosync.web.page_forms import read_fields
from solosync.web.routes.pages.looks import back, page
from solosync.web.services import Caller, services

NEWEST = Query((Sort("last_seen_at", is_descending=True),), {}, EVERYTHING)


@get("/devices", guards=[signed_in], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def show_devices(request: Caller) -> Template:
    with_services = services(request)
    await with_services.sightings.write()
    found = await asyncio.to_thread(devices.list_devices, with_services.store, request.user, NEWEST)
    context = {
        "devices": [
            (device, device.last_seen_at * 1000, iso(device.last_seen_at)) for device in found.items
        ],
        "done": request.query_params.get("done", ""),
    }
    return page("devices.html", request.user, context)


@post(
    "/devices/{device_id:str}/rename",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def rename_device(request: Caller, device_id: FromPath[str]) -> Redirect:
    (name,) = await read_fields(request, "name")
    await asyncio.to_thread(devices.rename, services(request).store, request.user, device_id, name)
    return back("/devices", done="device_renamed")


@post(
    "/devices/{device_id:str}/sign-out",
    guards=[signed_in],
    include_in_schema=False,
    status_code=303,
)
async def sign_out_device(request: Caller, device_id: FromPath[str]) -> Redirect:
    """At once; the one that asks goes to the page to sign in."""
    store = services(request).store
    await asyncio.to_thread(devices.revoke, store, request.user, device_id)
    if device_id != request.user.device_id:
        return back("/devices", done="device_signed_out")
    if stated(request) is None:
        set_cookies(request, None)
    return back("/")
