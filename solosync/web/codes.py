"""Codes by mail, for the APIs and the pages: how often they may be asked for and tried."""

from __future__ import annotations

import asyncio

from solosync.domain import codes
from solosync.errors import CodeRefused, RateLimited
from solosync.records.codes import CodeKind
from solosync.records.users import User
from solosync.web import addresses
from solosync.web.auth import address, is_browser, put_cookie
from solosync.web.connections import AnyRequest
from solosync.web.limits import address_key, charge_account, start_try
from solosync.web.services import services

VERIFY_PATH = "/magic-verify"
REGISTRATION_COOKIE = "registration"
REGISTRATION_SECONDS = 24 * 3600
EVERYBODY = ("everybody",)
ADDRESS_NEEDED = (
    "Too many wrong codes were tried here. Send your address with the code, or use the link in the"
    " mail."
)


async def ask(request: AnyRequest, kind: CodeKind, email: str) -> str:
    """Mails a code, and returns it for a developer's eyes. Raises Invalid and RateLimited."""
    with_services = services(request)
    charge_account(request, email)
    return await asyncio.to_thread(
        codes.request,
        with_services.store,
        with_services.keys,
        with_services.config,
        kind=kind,
        email=email,
        page=verify_page(request),
    )


async def redeem(request: AnyRequest, kind: CodeKind, token: str, email: str | None = None) -> User:
    """Whom a code or a mailed link proves. Raises CodeRefused, and RateLimited after too many wrong
    ones from one network address; nobody is locked out by the tries of others, nor out of the link
    by mistyping the code beside it."""
    with_services = services(request)
    seal = request.cookies.get(REGISTRATION_COOKIE, "")
    way = kind if codes.is_code(kind, "".join(token.split())) else f"{kind} link"
    who = (f"{way} {address_key(address(request))}",)
    started = start_try(request, who)
    stray = _count_stray(request, kind, token) if email is None else None
    user = await asyncio.to_thread(
        codes.redeem,
        with_services.store,
        with_services.keys,
        with_services.config,
        kind=kind,
        token=token,
        email=email,
        registration_seal=seal,
        program_address="" if seal or is_browser(request) else address(request),
    )
    if seal:
        put_cookie(request, REGISTRATION_COOKIE, "", 0)
    with_services.tries.succeeded(who, started)
    if stray is not None:
        with_services.strays.succeeded(EVERYBODY, stray)
    return user


def verify_page(request: AnyRequest) -> str:
    """Where a mailed link leads to."""
    page = services(request).config.magic_link_verify_url or addresses.mailed_base(request)
    return page if page.endswith(VERIFY_PATH) else page + VERIFY_PATH


def _count_stray(request: AnyRequest, kind: CodeKind, token: str) -> float | None:
    """A code without an address may be a guess at everybody's."""
    if not codes.is_code(kind, "".join(token.split())):
        return None
    try:
        return services(request).strays.start(EVERYBODY)
    except RateLimited as error:
        raise CodeRefused(ADDRESS_NEEDED) from error
