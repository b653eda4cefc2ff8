"""The last step of every way in: tokens for a person who has proved who they are."""

from __future__ import annotations

import asyncio

from solosync.domain import tokens
from solosync.domain.tokens import SignIn
from solosync.records.users import User
from solosync.web.auth import Connection, address, device_name
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
