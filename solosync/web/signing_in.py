"""The last step of every way in, where somebody who has proved who they are gets their tokens; and
the way out."""

from __future__ import annotations

import asyncio

from solosync.domain import tokens
from solosync.domain.tokens import SignIn
from solosync.records.users import User
from solosync.web.auth import address, device_name, find_actor, set_cookies
from solosync.web.connections import Connection
from solosync.web.services import services


async def finish(connection: Connection, user: User, *, kind: str, way: str) -> SignIn:
    """A new device of theirs, audited as `sign_in.<way>`. A browser gets the tokens by
    `set_cookies`, which is left to the caller."""
    with_services = services(connection)
    return await asyncio.to_thread(
        tokens.issue,
        with_services.store,
        with_services.keys,
        user,
        name=device_name(connection),
        kind=kind,
        address=address(connection),
        way=way,
    )


async def enter(connection: Connection, user: User, *, way: str) -> None:
    """Signs a browser in by cookies. Where they are signed in already it stays the device that it
    is, and what it holds stays known."""
    actor = await find_actor(connection)
    if actor is None or actor.user_id != user.user_id:
        signed_in = await finish(connection, user, kind="browser", way=way)
        set_cookies(connection, signed_in.tokens)


async def sign_out(connection: Connection) -> None:
    """Ends the sign-in that a request comes with, if any, and clears the cookies."""
    actor = await find_actor(connection)
    if actor is not None:
        await asyncio.to_thread(tokens.sign_out, services(connection).store, actor)
    set_cookies(connection, None)
