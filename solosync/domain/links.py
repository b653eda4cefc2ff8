"""One-time links that sign in this machine's owner."""

from __future__ import annotations

from solosync.clock import now_ms
from solosync.crypto import Keys, new_token
from solosync.domain import accounts
from solosync.errors import Forbidden, Gone
from solosync.records.links import SignInLink
from solosync.records.users import User
from solosync.store import links, users
from solosync.store.engine import Store
from solosync.store.transactions import Tx

LIFE_SECONDS = 60 * 60
LINK = "sign-in link"
TOO_LATE = "This link was used before, or is too old. `solosync open` makes a fresh one."


def issue_owner_link(store: Store, keys: Keys) -> str:
    """The token of a fresh link, good for LIFE_SECONDS and one use; the page is `/link/<token>`.

    Only its hash is stored. It's a row like any other: a process beside the server can make one.
    Raises Forbidden if the owner was deactivated.
    """
    owner = accounts.ensure_owner(store)
    if not owner.is_active:
        raise Forbidden(f"{owner.email} was deactivated; sign in as somebody else.")
    token, now = new_token(), now_ms()
    link = SignInLink(
        token_hash=keys.hash_token(LINK, token),
        user_id=owner.user_id,
        created_at=now,
        expires_at=now + LIFE_SECONDS * 1000,
        used_at=None,
    )
    store.write(lambda tx: links.insert(tx, link))
    return token


def redeem(store: Store, keys: Keys, token: str) -> User:
    """Uses the link up. Raises Gone if it was used, has run out, or never was."""

    def use(tx: Tx) -> User | None:
        link = links.redeem(tx, keys.hash_token(LINK, token), now_ms())
        return users.find(tx, link.user_id) if link is not None else None

    user = store.write(use)
    if user is None or not user.is_active:
        raise Gone(TOO_LATE)
    return user
