"""Signing in by password for programs: a token pair, its renewal, and a check."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from litestar import post

from solosync.domain import tokens
from solosync.domain.accounts import LONGEST_EMAIL, LONGEST_PASSWORD
from solosync.domain.tokens import TokenPair
from solosync.errors import Unauthenticated
from solosync.web import limits
from solosync.web.auth import address, public
from solosync.web.bodies import read_object
from solosync.web.connections import AnyRequest
from solosync.web.documented import BODY, BODY_ERRORS, RATE, WRITE_ERRORS, problems
from solosync.web.passwords import sign_in
from solosync.web.services import services

BODY_BYTES = 16 * 1024
ERRORS = problems(401, *BODY_ERRORS, *WRITE_ERRORS)


class Credentials(msgspec.Struct):
    email: Annotated[str, msgspec.Meta(max_length=LONGEST_EMAIL)]
    password: Annotated[str, msgspec.Meta(max_length=LONGEST_PASSWORD)]


class RefreshFields(msgspec.Struct):
    refresh: str


class VerifyFields(msgspec.Struct):
    token: str


class Nothing(msgspec.Struct):
    """An empty object."""


@post(
    "/token",
    guards=[public],
    status_code=200,
    opt={BODY: Credentials, RATE: limits.TOKENS},
    responses=ERRORS | problems(429),
)
async def create_tokens(request: AnyRequest) -> TokenPair:
    """Sign in by address and password. The access token lives 15 minutes, the other 30 days."""
    body = await read_object(request, BODY_BYTES, "token")
    credentials = body.fields(Credentials)
    signed_in = await sign_in(request, credentials.email, credentials.password, kind="api")
    return signed_in.tokens


@post(
    "/refresh",
    guards=[public],
    status_code=200,
    opt={BODY: RefreshFields, RATE: limits.TOKENS},
    responses=ERRORS,
)
async def refresh_tokens(request: AnyRequest) -> TokenPair:
    """Exchange a refresh token for a new pair. One that was exchanged before ends its sign-in,
    except in the first 30 seconds."""
    with_services = services(request)
    body = await read_object(request, BODY_BYTES, "refresh")
    token = body.fields(RefreshFields).refresh
    exchanged = await asyncio.to_thread(
        tokens.refresh, with_services.store, with_services.keys, token, address=address(request)
    )
    return exchanged.tokens


@post(
    "/verify",
    guards=[public],
    status_code=200,
    opt={BODY: VerifyFields, RATE: limits.TOKENS},
    responses=ERRORS,
)
async def verify_token(request: AnyRequest) -> Nothing:
    """Whether a token, of either kind, is good."""
    with_services = services(request)
    body = await read_object(request, BODY_BYTES, "verify")
    token = body.fields(VerifyFields).token
    try:
        tokens.verify(with_services.store, with_services.keys, token)
    except Unauthenticated:
        await asyncio.to_thread(
            tokens.check_refresh, with_services.store, with_services.keys, token
        )
    return Nothing()
