"""The pages to sign in by password or by a mailed code, to register, and to sign out."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.response import Redirect, Template

from solosync.domain import codes as mailed
from solosync.domain import registration
from solosync.errors import (
    CodeRefused,
    Forbidden,
    Invalid,
    RateLimited,
    SolosyncError,
    Unauthenticated,
)
from solosync.web import addresses, codes, limits, passwords
from solosync.web.auth import check_origin, public, put_cookie, set_cookies
from solosync.web.codes import VERIFY_PATH
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE
from solosync.web.page_forms import read_fields, show_again
from solosync.web.services import services
from solosync.web.signing_in import enter, sign_out

LONGEST_NAME = 255


def sign_in_page(
    request: AnyRequest, email: str = "", error: SolosyncError | None = None, next_path: str = ""
) -> Template:
    """With the ways in that this server has; they lead on to `next_path`."""
    with_services = services(request)
    context = {
        "email": email,
        "error": "",
        "next": _own(next_path),
        "openid": with_services.config.oidc_name if with_services.openid else "",
        "may_register": with_services.config.registration != "closed",
    }
    if error is not None:
        return show_again("sign_in.html", error, context)
    return Template("sign_in.html", context=context)


@post(
    "/sign-in",
    guards=[public],
    opt={RATE: limits.TOKENS},
    include_in_schema=False,
    status_code=200,
)
async def sign_in(request: AnyRequest) -> Template | Redirect:
    check_origin(request)
    email, password, next_path = await read_fields(request, "email", "password", "next")
    try:
        signed_in = await passwords.sign_in(request, email, password, kind="browser")
    except (Unauthenticated, RateLimited) as error:
        return sign_in_page(request, email, error, next_path)
    set_cookies(request, signed_in.tokens)
    return Redirect(_own(next_path), status_code=303)


@post(
    "/sign-in/code",
    guards=[public],
    opt={RATE: limits.SIGN_IN},
    include_in_schema=False,
    status_code=200,
)
async def ask_code(request: AnyRequest) -> Template:
    """Mails a code and asks for it, whoever has the address."""
    check_origin(request)
    email, next_path = await read_fields(request, "email", "next")
    try:
        await codes.ask(request, "magic", email)
    except (Invalid, RateLimited) as error:
        return sign_in_page(request, email, error, next_path)
    return Template("code.html", context=_code_context(request, email, next_path))


@post(
    "/sign-in/verify",
    guards=[public],
    opt={RATE: limits.TOKENS},
    include_in_schema=False,
    status_code=200,
)
async def use_code(request: AnyRequest) -> Template | Redirect:
    check_origin(request)
    email, code, next_path = await read_fields(request, "email", "code", "next")
    try:
        user = await codes.redeem(request, "magic", code, email)
    except (CodeRefused, RateLimited) as error:
        return show_again("code.html", error, _code_context(request, email, next_path))
    await enter(request, user, way="magic")
    return Redirect(_own(next_path), status_code=303)


@get(VERIFY_PATH, guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def open_magic(request: AnyRequest) -> Template:
    """Where a mailed link leads. Only looks: mail programs and scanners open links too, some of
    them in a whole browser, so it takes a person's click to use it up."""
    with_services = services(request)
    token = request.query_params.get("token", "")
    email = mailed.find_address(with_services.store, with_services.keys, token)
    if email is None:
        return sign_in_page(request, error=CodeRefused())
    context = {"path": VERIFY_PATH, "email": email, "token": token}
    return Template("link.html", context=context)


@post(
    VERIFY_PATH,
    guards=[public],
    opt={RATE: limits.TOKENS},
    include_in_schema=False,
    status_code=200,
)
async def use_magic(request: AnyRequest) -> Template | Redirect:
    check_origin(request)
    (token,) = await read_fields(request, "token")
    try:
        user = await codes.redeem(request, "magic", token)
    except (CodeRefused, RateLimited) as error:
        return sign_in_page(request, error=error)
    await enter(request, user, way="magic")
    return Redirect("/", status_code=303)


@get("/register", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def open_registration(request: AnyRequest) -> Template:
    if services(request).config.registration == "closed":
        raise Forbidden(registration.CLOSED)
    return Template("register.html", context=_registration_context(request))


@post(
    "/register",
    guards=[public],
    opt={RATE: limits.SIGN_IN},
    include_in_schema=False,
    status_code=200,
)
async def use_registration(request: AnyRequest) -> Template:
    """Makes the account, and goes on to the code that proves the address."""
    check_origin(request)
    email, full_name, password = await read_fields(request, "email", "full_name", "password")
    try:
        seal = await passwords.register(
            request, email=email, username="", password=password, full_name=full_name[:LONGEST_NAME]
        )
        await codes.ask(request, "magic", email)
    except (Invalid, RateLimited) as error:
        context = _registration_context(request, email, full_name)
        return show_again("register.html", error, context)
    put_cookie(request, codes.REGISTRATION_COOKIE, seal, codes.REGISTRATION_SECONDS)
    return Template("code.html", context=_code_context(request, email) | {"is_new": True})


@post(
    "/sign-out",
    guards=[public],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
    status_code=303,
)
async def sign_out_here(request: AnyRequest) -> Redirect:
    check_origin(request)
    await sign_out(request)
    return Redirect("/", status_code=303)


def _own(next_path: str) -> str:
    """Never to another server, whoever wrote the link that led to the form."""
    return next_path if addresses.is_own_path(next_path) else "/"


def _code_context(request: AnyRequest, email: str, next_path: str = "") -> dict[str, Any]:
    config = services(request).config
    return {
        "email": email,
        "next": _own(next_path),
        "minutes": config.magic_link_expiry_minutes,
        "error": "",
        "is_new": False,
        "is_logged": config.email_provider == "console",
    }


def _registration_context(
    request: AnyRequest, email: str = "", full_name: str = ""
) -> dict[str, Any]:
    is_open = services(request).config.registration == "open"
    return {"email": email, "full_name": full_name, "error": "", "is_open": is_open}
