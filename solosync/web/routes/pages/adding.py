"""Adding a device: the page that shows others where this server is, with a code to come in by."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post
from litestar.response import Template

from solosync import qr
from solosync.domain import pairings
from solosync.errors import NotFound
from solosync.net import addresses, certificates
from solosync.web import limits
from solosync.web.auth import public, signed_in
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE
from solosync.web.routes.pages.looks import page
from solosync.web.services import Caller, services

_ADD = "/devices/add"
# What phones open the installation of a certificate for.
_CERTIFICATE_TYPE = "application/x-x509-ca-cert"


@get(_ADD, guards=[signed_in], include_in_schema=False)
async def offer_adding(request: Caller) -> Template:
    """Only looks: a code is made by the button."""
    return await asyncio.to_thread(_page, request, None)


@post(_ADD, guards=[signed_in], include_in_schema=False, status_code=200)
async def start_adding(request: Caller) -> Template:
    """With a code that lets one device in as oneself."""
    with_services = services(request)
    code = await asyncio.to_thread(
        pairings.start, with_services.store, with_services.keys, request.user
    )
    return await asyncio.to_thread(_page, request, code)


@get(
    "/certificate.crt",
    guards=[public],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
)
async def show_certificate(request: AnyRequest) -> Response[bytes]:
    """What a device is to trust, for whoever can reach the server: nothing in it is secret."""
    authority = _authority(request)
    if authority is None:
        raise NotFound("certificate", "certificate.crt")
    headers = {"Content-Disposition": 'attachment; filename="solosync.crt"'}
    return Response(authority.der, headers=headers, media_type=_CERTIFICATE_TYPE)


def _page(request: Caller, code: pairings.Code | None) -> Template:
    with_services = services(request)
    config = with_services.config
    query = f"?code={code.digits}" if code else ""
    urls = [f"{base}/pair" for base in addresses.urls(config)]
    authority = _authority(request)
    context = {
        "code": code.digits if code else "",
        "minutes": pairings.LIFE_SECONDS // 60,
        "places": [{"url": url, "qr": qr.svg(url + query)} for url in urls],
        "is_on_network": not config.is_loopback,
        "is_plain": bool(urls) and not urls[0].startswith("https:"),
        "fingerprint": authority.fingerprint if authority else "",
    }
    return page("add_device.html", request.user, context)


def _authority(request: AnyRequest) -> certificates.Authority | None:
    config = services(request).config
    return certificates.authority(config.data_dir) if config.tls else None
