"""Signing in by password, and choosing one, for the APIs and the pages: few tries, and few hashes
at a time."""

from __future__ import annotations

import asyncio

from solosync.domain import accounts, registration
from solosync.domain.tokens import SignIn
from solosync.web import addresses
from solosync.web.auth import address
from solosync.web.connections import AnyRequest, Connection
from solosync.web.limits import account_key, address_key, charge_account, start_try
from solosync.web.services import services
from solosync.web.signing_in import finish


async def register(
    request: AnyRequest, *, email: str, username: str, password: str, full_name: str
) -> str:
    """A new account, or what looks like one; raises as `registration.register`, whose seal it
    returns, and RateLimited."""
    with_services = services(request)
    charge_account(request, email)
    async with with_services.hashing:
        return await asyncio.to_thread(
            registration.register,
            with_services.store,
            with_services.keys,
            with_services.config,
            email=email,
            username=username.strip(),
            password=password,
            full_name=full_name.strip(),
            sign_in_url=f"{addresses.mailed_base(request)}/",
        )


async def change(request: AnyRequest, *, current: str, password: str, ends_others: bool) -> None:
    """One's own. Raises as `accounts.change_password`, and RateLimited as `sign_in`: who finds
    somebody's browser open guesses no better there."""
    with_services = services(request)
    store, actor = with_services.store, request.user
    accounts.check_password(password)
    keys = _tried(request, accounts.get_person(store, actor.user_id).user.email)
    started = start_try(request, keys)
    async with with_services.hashing:
        await asyncio.to_thread(
            accounts.change_password,
            store,
            actor,
            current=current,
            password=password,
            ends_others=ends_others,
        )
    with_services.tries.succeeded(keys, started)


async def sign_in(connection: Connection, email: str, password: str, *, kind: str) -> SignIn:
    """A new sign-in. Raises Unauthenticated, and RateLimited after too many failures from one
    address or for one account."""
    with_services = services(connection)
    store, tries = with_services.store, with_services.tries
    keys = _tried(connection, email)
    started = start_try(connection, keys)
    async with with_services.hashing:
        user = await asyncio.to_thread(accounts.authenticate, store, email, password)
    tries.succeeded(keys, started)
    return await finish(connection, user, kind=kind, way="password")


def _tried(connection: Connection, email: str) -> tuple[str, ...]:
    whose = address_key(address(connection)), account_key(email)
    return tuple(f"password {who}" for who in whose)
