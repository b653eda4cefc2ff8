"""Accounts for the team's client: registration, codes of six digits, and cookies.

Answers, and errors too, come in its envelope. All of these set or clear cookies, so none of them is
for other sites' pages, which could otherwise sign a person in as somebody else.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import post

from solosync.domain import tokens
from solosync.domain.accounts import LONGEST_EMAIL, LONGEST_PASSWORD
from solosync.errors import Unauthenticated
from solosync.web import codes, limits, passwords
from solosync.web.auth import (
    REFRESH_COOKIE,
    address,
    check_origin,
    public,
    put_cookie,
    set_cookies,
)
from solosync.web.bodies import read_object
from solosync.web.connections import AnyRequest
from solosync.web.documented import BODY, BODY_ERRORS, RATE, WRITE_ERRORS, problems
from solosync.web.routes.me import ShortText
from solosync.web.services import services
from solosync.web.signing_in import finish, sign_out

BODY_BYTES = 16 * 1024
ERRORS = problems(403, *WRITE_ERRORS)
Email = Annotated[str, msgspec.Meta(max_length=LONGEST_EMAIL)]


class Success(msgspec.Struct):
    message: str
    status: Literal["success"] = "success"


class Registration(msgspec.Struct):
    password: Annotated[str, msgspec.Meta(max_length=LONGEST_PASSWORD)]
    email: Email
    username: ShortText = ""
    full_name: ShortText = ""


class OtpRequest(msgspec.Struct):
    email: Email


class OtpCode(msgspec.Struct):
    email: Email
    otp: Annotated[str, msgspec.Meta(max_length=32)]


@post(
    "/register",
    guards=[public],
    status_code=201,
    opt={BODY: Registration, RATE: limits.SIGN_IN},
    responses=ERRORS | problems(429, *BODY_ERRORS),
)
async def register(request: AnyRequest) -> Success:
    """Make an account, where registration is open or the address is invited. It can sign in by
    password once its address was proved by a code, in the same browser. An address that has an
    account gets the same answer, and its owner a mail. A username that is in use isn't given; one
    can be chosen later (`PATCH /api/v1/me`)."""
    check_origin(request)
    body = await read_object(request, BODY_BYTES, "register")
    given = body.fields(Registration)
    seal = await passwords.register(
        request,
        email=given.email,
        username=given.username,
        password=given.password,
        full_name=given.full_name,
    )
    put_cookie(request, codes.REGISTRATION_COOKIE, seal, codes.REGISTRATION_SECONDS)
    return Success("User registered successfully!")


@post(
    "/request-otp",
    guards=[public],
    status_code=200,
    opt={BODY: OtpRequest, RATE: limits.SIGN_IN},
    responses=ERRORS | problems(429, *BODY_ERRORS),
)
async def request_otp(request: AnyRequest) -> Success:
    """Ask for a code of six digits by mail, good once and for five minutes. The answer is the same
    whether or not anybody has the address."""
    check_origin(request)
    body = await read_object(request, BODY_BYTES, "request-otp")
    email = body.fields(OtpRequest).email
    await codes.ask(request, "otp", email)
    return Success(f"OTP sent to {email}")


@post(
    "/verify-otp",
    guards=[public],
    status_code=200,
    opt={BODY: OtpCode, RATE: limits.TOKENS},
    responses=ERRORS | problems(429, *BODY_ERRORS),
)
async def verify_otp(request: AnyRequest) -> Success:
    """Sign in by a code: sets the cookies `access_token`, `refresh_token` and `id_token`. Five
    wrong tries end a code; a fresh one works."""
    check_origin(request)
    body = await read_object(request, BODY_BYTES, "verify-otp")
    given = body.fields(OtpCode)
    user = await codes.redeem(request, "otp", given.otp, given.email)
    signed_in = await finish(request, user, kind="browser", way="code")
    set_cookies(request, signed_in.tokens)
    return Success("Login successful!")


@post(
    "/refresh",
    guards=[public],
    status_code=204,
    opt={RATE: limits.TOKENS},
    responses=ERRORS | problems(401),
)
async def refresh_cookies(request: AnyRequest) -> None:
    """Exchange the cookies for new ones, while the refresh token is good."""
    check_origin(request)
    with_services = services(request)
    token = request.cookies.get(REFRESH_COOKIE)
    if not token:
        raise Unauthenticated()
    exchanged = await asyncio.to_thread(
        tokens.refresh, with_services.store, with_services.keys, token, address=address(request)
    )
    set_cookies(request, exchanged.tokens)


@post("/logout", guards=[public], status_code=200, opt={RATE: limits.TOKENS}, responses=ERRORS)
async def log_out(request: AnyRequest) -> Success:
    """Sign out here: clears the cookies and revokes the refresh token. Nobody signed in is the same
    answer."""
    check_origin(request)
    await sign_out(request)
    return Success("Logged out")
