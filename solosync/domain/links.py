"""One-time links that sign somebody in: this machine's owner at each start, and whoever else can't
get in by themselves."""

from __future__ import annotations

import msgspec

from solosync.clock import now_ms
from solosync.crypto import Keys, new_token
from solosync.domain import accounts, audit, registration
from solosync.errors import Forbidden, Gone
from solosync.records.links import SignInLink
from solosync.records.users import User
from solosync.store import links, users
from solosync.store.engine import Store
from solosync.store.transactions import Tx

LIFE_SECONDS = 60 * 60
LINK = "sign-in link"
TOO_LATE = (
    "This link was used before, or is too old. `solosync open` makes a fresh one for this machine's"
    " owner, and `solosync users recover` for anybody."
)


def issue_owner_link(store: Store, keys: Keys) -> str:
    """The token of a fresh link for this machine's owner. Raises Forbidden if they were
    deactivated."""
    return _issue(store, keys, accounts.ensure_owner(store))


def issue_recovery_link(store: Store, keys: Keys, email: str) -> str:
    """The same for anybody, for a person at the machine to hand on. Raises NotFound, and Forbidden
    for somebody deactivated."""
    user = accounts.get_owner(store, email)
    token = _issue(store, keys, user)
    event = audit.event("account.recover", target=user.user_id, via=accounts.TERMINAL)
    store.write(lambda tx: audit.record(tx, event))
    return token


def _issue(store: Store, keys: Keys, user: User) -> str:
    """Good for LIFE_SECONDS and one use; the page is `/link/<token>`. Only its hash is stored. It's
    a row like any other: a process beside the server can make one."""
    if not user.is_active:
        raise Forbidden(f"{user.email} was deactivated; sign in as somebody else.")
    token, now = new_token(), now_ms()
    link = SignInLink(
        token_hash=keys.hash_token(LINK, token),
        user_id=user.user_id,
        created_at=now,
        expires_at=now + LIFE_SECONDS * 1000,
        used_at=None,
    )
    store.write(lambda tx: links.insert(tx, link))
    return token


def find_address(store: Store, keys: Keys, token: str) -> str | None:
    """Whom a link would sign in; None if it is no longer good."""

    def find(tx: Tx) -> str | None:
        link = links.find(tx, keys.hash_token(LINK, token))
        if link is None or link.used_at is not None or link.expires_at <= now_ms():
            return None
        user = users.find(tx, link.user_id)
        return user.email if user is not None else None

    return store.read(find)


def redeem(store: Store, keys: Keys, token: str) -> User:
    """Uses the link up. Raises Gone if it was used, has run out, or never was.

    Whoever hands out links at the machine says by it whose account it is.
    """
    token_hash = keys.hash_token(LINK, token)
    # Anybody may ask for any address: a row for each would be theirs to fill the disk with.
    if store.read(lambda tx: links.find(tx, token_hash)) is None:
        raise Gone(TOO_LATE)
    refused = audit.event("sign_in.link", outcome="refused")

    def use(tx: Tx) -> User | None:
        link = links.redeem(tx, token_hash, now_ms())
        user = users.find(tx, link.user_id) if link is not None else None
        if user is None or not user.is_active:
            target = user.user_id if user else ""
            audit.record(tx, msgspec.structs.replace(refused, target=target))
            return None
        return registration.prove(tx, user)

    user = store.write(use)
    if user is None:
        raise Gone(TOO_LATE)
    return user
