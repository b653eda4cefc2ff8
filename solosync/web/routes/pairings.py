"""Letting in another device by a code from a screen where one is signed in already."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import msgspec
from litestar import get, post
from litestar.response import Redirect, Template

from solosync.clock import iso
from solosync.domain import accounts, credentials, pairings
from solosync.domain.pairings import Paired
from solosync.errors import Invalid, RateLimited
from solosync.web import addresses, error_answers, errors, limits
from solosync.web.auth import (
    address,
    check_origin,
    device_name,
    public,
    set_cookies,
    signed_in,
)
from solosync.web.bodies import read_bytes, read_object
from solosync.web.connections import AnyRequest
from solosync.web.documented import BODY, BODY_ERRORS, RATE, WRITE_ERRORS, problems
from solosync.web.routes.devices import DeviceName
from solosync.web.routes.me import Me, me_of
from solosync.web.services import Caller, services

BODY_BYTES = 16 * 1024
LONGEST_CODE = 20


class PairingCode(msgspec.Struct):
    """`url` is a page for the other device's browser; a program there sends the code itself."""

    code: str
    url: str
    expires_at: str


class ClaimFields(msgspec.Struct):
    """`name` is what the device will be called in the list of devices."""

    code: str
    name: DeviceName


class ClaimedDevice(msgspec.Struct):
    """`device_token` is shown once, and good until the device is revoked."""

    device_token: str
    access: str
    refresh: str
    user: Me


@post("/pair", guards=[signed_in], responses=problems(401, 403, *WRITE_ERRORS))
async def pair_device(request: Caller) -> PairingCode:
    """A code that lets another device in as oneself: six digits, good once, for five minutes and
    ten tries."""
    with_services = services(request)
    code = await asyncio.to_thread(
        pairings.start, with_services.store, with_services.keys, request.user
    )
    url = f"{addresses.reachable_base(request)}/pair?code={code.digits}"
    return PairingCode(code.digits, url, iso(code.expires_at))


@post(
    "/claim",
    guards=[public],
    status_code=200,
    opt={BODY: ClaimFields, RATE: limits.SIGN_IN},
    responses=problems(429, *BODY_ERRORS, *WRITE_ERRORS),
)
async def claim_device(request: AnyRequest) -> ClaimedDevice:
    """Sign this device in by a code. A code that isn't good is a 400 with
    `error: "invalid_or_expired"`."""
    fields = (await read_object(request, BODY_BYTES, "claim")).fields(ClaimFields)
    device_token = credentials.new_device_token()
    paired = await _claim(request, fields.code, fields.name, device_token)
    person = accounts.get_person(services(request).store, paired.user.user_id)
    tokens = paired.tokens
    return ClaimedDevice(device_token, tokens.access, tokens.refresh, me_of(person))


@get("/pair", guards=[public], include_in_schema=False)
async def open_pairing(request: AnyRequest) -> Template:
    """Only looks: the code is used up by the button."""
    code = request.query_params.get("code", "")[:LONGEST_CODE]
    context = {"code": code, "name": device_name(request), "error": ""}
    return Template("pair.html", context=context)


@post(
    "/pair", guards=[public], include_in_schema=False, status_code=200, opt={RATE: limits.SIGN_IN}
)
async def use_pairing(request: AnyRequest) -> Template | Redirect:
    """Signs this browser in."""
    check_origin(request)
    form = parse_qs((await read_bytes(request, BODY_BYTES, "pair")).decode("utf-8", "replace"))
    code, name = form.get("code", [""])[0][:LONGEST_CODE], form.get("name", [""])[0]
    try:
        paired = await _claim(request, code, name or device_name(request), None)
    except (Invalid, RateLimited) as error:
        status = errors.outcome(error).status
        context = {"code": code, "name": name, "error": error.message}
        headers = error_answers.headers_for(status, error)
        return Template("pair.html", context=context, status_code=status, headers=headers)
    set_cookies(request, paired.tokens)
    return Redirect("/", status_code=303)


async def _claim(request: AnyRequest, code: str, name: str, device_token: str | None) -> Paired:
    """Raises RateLimited after too many wrong codes from one address, and what `pairings.claim`
    does."""
    with_services = services(request)
    tried = (limits.address_key(address(request)),)
    started = limits.start_try(request, tried)
    paired = await asyncio.to_thread(
        pairings.claim,
        with_services.store,
        with_services.keys,
        code,
        name=name,
        address=address(request),
        device_token=device_token,
    )
    with_services.tries.succeeded(tried, started)
    return paired
