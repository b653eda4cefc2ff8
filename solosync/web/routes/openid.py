"""Signing in by an OpenID provider: the way there, and the way back. Only for browsers."""

from __future__ import annotations

import asyncio
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from litestar import get
from litestar.datastructures import Cookie
from litestar.response import Redirect

from solosync.clock import now_ms
from solosync.domain import identities
from solosync.errors import Damaged, Forbidden, Gone, Invalid, NotFound
from solosync.net import openid
from solosync.net.openid import Attempt, Provider
from solosync.web import addresses, limits
from solosync.web.auth import is_secure, public, set_cookies
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE
from solosync.web.services import services
from solosync.web.signing_in import finish

PATH = "/api/auth/openid"
COOKIE = "openid_sign_in"
PURPOSE = "openid sign-in"
MINUTES = 10
STALE = (
    "This sign-in was finished before, took too long, or began in another browser or under another"
    " name of this server. Begin again."
)


class Kept(msgspec.Struct, frozen=True):
    """What the browser carries, sealed, from here to the provider and back."""

    attempt: Attempt
    next: str
    begun_at: int


@get(
    "/start", guards=[public], include_in_schema=False, status_code=302, opt={RATE: limits.SIGN_IN}
)
async def start_openid(request: AnyRequest) -> Redirect:
    """To the provider. `next` is the path to come back to."""
    with_services = services(request)
    provider = _provider(request)
    next_path = request.query_params.get("next", "/")
    if not addresses.is_own_path(next_path):
        raise Invalid("`next` has to be a path of this server.", fields={"next": "no own path"})
    # The cookie is the asked host's alone, so the way back leads to the same one, unless the server
    # was told how others see it.
    base = with_services.config.public_url or addresses.base(request)
    attempt = openid.new_attempt(f"{base}{PATH}/callback")
    address = await provider.address(attempt)
    content = msgspec.json.encode(Kept(attempt, next_path, now_ms()))
    sealed = urlsafe_b64encode(with_services.keys.lock(PURPOSE, content)).decode()
    return Redirect(
        address, status_code=302, cookies=[_cookie(request, sealed, seconds=MINUTES * 60)]
    )


@get("/callback", guards=[public], include_in_schema=False, status_code=303)
async def finish_openid(request: AnyRequest) -> Redirect:
    """Back from the provider: signed in, with cookies, and on to where they wanted."""
    with_services = services(request)
    store = with_services.store
    provider = _provider(request)
    kept = _kept(request)
    try:
        code = _code(request, provider)
        assertion = await provider.redeem(kept.attempt, code)
    except Forbidden as error:
        await asyncio.to_thread(identities.refuse, store, provider.issuer, error.message)
        raise
    user = await asyncio.to_thread(identities.admit, store, with_services.config, assertion)
    signed_in = await finish(request, user, kind="browser", way="openid")
    set_cookies(request, signed_in.tokens)
    return Redirect(kept.next, status_code=303, cookies=[_cookie(request, "", seconds=0)])


def _provider(request: AnyRequest) -> Provider:
    provider = services(request).openid
    if provider is None:
        raise NotFound("sign-in provider", "")
    return provider


def _kept(request: AnyRequest) -> Kept:
    """What this browser was sent away with, if it comes back from there. Raises Gone."""
    sealed = request.cookies.get(COOKIE, "")
    try:
        content = services(request).keys.unlock(PURPOSE, urlsafe_b64decode(sealed))
        kept = msgspec.json.decode(content, type=Kept)
    except (Damaged, ValueError) as error:
        raise Gone(STALE) from error
    state = request.query_params.get("state", "")
    is_ours = hmac.compare_digest(kept.attempt.state.encode(), state.encode())
    if not is_ours or kept.begun_at + MINUTES * 60_000 <= now_ms():
        raise Gone(STALE)
    return kept


def _code(request: AnyRequest, provider: Provider) -> str:
    """What the provider gave the browser to bring here. Raises Forbidden."""
    query = request.query_params
    # A provider that names itself here (RFC 9207) mustn't be another one.
    if query.get("iss", provider.issuer) != provider.issuer:
        raise Forbidden(openid.UNPROVED)
    if "error" in query or not query.get("code"):
        cause = Invalid(f"the provider says {query.get('error', '')[:50]!r}")
        raise Forbidden("The sign-in provider let nobody in: you or it declined.") from cause
    return str(query["code"])


def _cookie(request: AnyRequest, value: str, *, seconds: int) -> Cookie:
    # Lax: the way back comes from another site.
    return Cookie(
        key=COOKIE,
        value=value,
        max_age=seconds,
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )
