"""Who may have an account, and what it takes to prove an address.

Anybody can type an address into a form, and a password beside it. So an account made that way lets
nobody in until whoever reads the mail of that address has proved it. What was typed before then
counts only if it was they who typed it: see `prove`.
"""

from __future__ import annotations

import msgspec

from solosync.clock import now_ms
from solosync.config import Config
from solosync.domain import accounts, audit
from solosync.errors import Forbidden
from solosync.records.audit import Event
from solosync.records.users import User
from solosync.store import invitations, users
from solosync.store.transactions import Tx

CLOSED = "There is no account for this address, and none can be made here."


def may_register(tx: Tx, config: Config, email: str) -> bool:
    """Whether somebody without an account gets one by proving this address. (The same work
    whatever the answer.)"""
    is_invited = invitations.has_live(tx, email, now_ms())
    return config.registration == "open" or (config.registration == "invite" and is_invited)


def event(email: str, via: str) -> Event:
    """What `admit` records of an account that it makes; to be made in the caller's thread."""
    return audit.event("account.register", target=email, via=via)


def admit(
    tx: Tx,
    config: Config,
    email: str,
    *,
    event: Event,
    full_name: str = "",
    keeps_password: bool = False,
) -> User:
    """The active person whose address was just proved: the one who has it, else a new one if
    registration allows it. Raises Forbidden if not, or if they were deactivated, and Invalid for
    what is no address."""
    address = accounts.check_email(email)
    user = users.find_by_email(tx, address)
    if user is None:
        if not may_register(tx, config, address):
            raise Forbidden(CLOSED)
        user = accounts.insert(tx, accounts.new_user(address, full_name=full_name))
        audit.record(tx, msgspec.structs.replace(event, actor_id=user.user_id))
    if not user.is_active:
        raise Forbidden("This account was deactivated.")
    return prove(tx, user, keeps_password=keeps_password)


def prove(tx: Tx, user: User, *, keeps_password: bool = False) -> User:
    """The address is theirs. A password that was set before that is forgotten, unless it is known
    to be from the one who proved it: somebody else may have registered with this address, only to
    get in later."""
    if user.email_verified_at is not None:
        return user
    users.mark_verified(tx, user.user_id, now_ms())
    if not keeps_password:
        users.set_password_hash(tx, user.user_id, None)
    proved = users.find(tx, user.user_id)
    return proved or user
