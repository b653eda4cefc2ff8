"""Signing in by a mailed code or link, for programs."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post

from solosync.domain import accounts
from solosync.domain.accounts import LONGEST_EMAIL
from solosync.web import codes, limits
from solosync.web.auth import public
from solosync.web.bodies import read_object
from solosync.web.connections import AnyRequest
from solosync.web.documented import BODY, BODY_ERRORS, RATE, WRITE_ERRORS, problems
from solosync.web.routes.me import Me, me_of
from solosync.web.services import services
from solosync.web.signing_in import finish

BODY_BYTES = 16 * 1024
SENT = "If this address may sign in here, a code is on its way to it."
ERRORS = problems(429, *BODY_ERRORS, *WRITE_ERRORS)


class CodeRequest(msgspec.Struct):
    email: Annotated[str, msgspec.Meta(max_length=LONGEST_EMAIL)]


class Sent(msgspec.Struct, omit_defaults=True):
    """`debug_token` is there for developers, if the server is told to show it."""

    detail: str
    debug_token: str | None = None


class MagicCode(msgspec.Struct):
    """`token` is the code, or what the mailed link has behind `?token=`."""

    token: str
    email: Annotated[str, msgspec.Meta(max_length=LONGEST_EMAIL)] | None = None


class MagicSignIn(msgspec.Struct):
    access: str
    refresh: str
    user: Me


@post(
    "/request",
    guards=[public],
    status_code=202,
    opt={BODY: CodeRequest, RATE: limits.SIGN_IN},
    responses=ERRORS,
)
async def request_magic(request: AnyRequest) -> Sent:
    """Ask for a code by mail, of eight digits and with a link. The answer is the same whether or
    not anybody has the address; a code works once, for 15 minutes unless configured otherwise."""
    body = await read_object(request, BODY_BYTES, "magic-request")
    code = await codes.ask(request, "magic", body.fields(CodeRequest).email)
    config = services(request).config
    is_shown = config.debug and config.magic_link_debug_echo_token
    return Sent(SENT, code if is_shown else None)


@post(
    "/verify",
    guards=[public],
    status_code=200,
    opt={BODY: MagicCode, RATE: limits.TOKENS},
    responses=ERRORS,
)
async def verify_magic(request: AnyRequest) -> MagicSignIn:
    """Sign in by a mailed code, or by the token of the link in the same mail. With `email`, five
    wrong codes end the code, though not its link. While many wrong codes are tried here, a code
    needs `email` beside it. What isn't good is a 400 with `error: "invalid_or_expired"`."""
    body = await read_object(request, BODY_BYTES, "magic-verify")
    given = body.fields(MagicCode)
    user = await codes.redeem(request, "magic", given.token, given.email)
    signed_in = await finish(request, user, kind="api", way="magic")
    person = accounts.get_person(services(request).store, user.user_id)
    return MagicSignIn(signed_in.tokens.access, signed_in.tokens.refresh, me_of(person))
