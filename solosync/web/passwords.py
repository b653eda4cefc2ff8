"""Signing in by password, for the API and for the page: few tries, and few hashes at a time."""

from __future__ import annotations

import asyncio

from solosync.domain import accounts
from solosync.domain.tokens import SignIn
from solosync.web.auth import Connection, address
from solosync.web.limits import account_key, address_key
from solosync.web.services import services
from solosync.web.signing_in import finish


async def sign_in(connection: Connection, email: str, password: str, *, kind: str) -> SignIn:
    """A new sign-in. Raises Unauthenticated, and RateLimited after too many failures from one
    address or for one account."""
    with_services = services(connection)
    store, tries = with_services.store, with_services.tries
    keys = (address_key(address(connection)), account_key(email))
    started = tries.start(keys)
    async with with_services.hashing:
        user = await asyncio.to_thread(accounts.authenticate, store, email, password)
    tries.succeeded(keys, started)
    return await finish(connection, user, kind=kind, way="password")
