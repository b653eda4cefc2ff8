"""Letting in another device by a short code that is read from one's own screen."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from solosync.clock import now_ms
from solosync.crypto import Keys
from solosync.domain import accounts, audit, credentials, notifications, terminals, tokens
from solosync.domain.devices import check_name
from solosync.domain.tokens import TokenPair
from solosync.errors import CodeRefused, Unavailable
from solosync.records.actors import Actor
from solosync.records.audit import Event
from solosync.records.pairings import Pairing
from solosync.records.users import User
from solosync.store import device_tokens, pairings, users
from solosync.store.engine import Store
from solosync.store.transactions import Tx

DIGITS = 6
LIFE_SECONDS = 5 * 60
PAIRING = "pairing code"
# Each live code is one more that a guess may hit.
MOST_LIVE = 3
_DRAWS = 20


class Code(NamedTuple):
    digits: str
    expires_at: int


class Paired(NamedTuple):
    """Who was let in on a device, and its first tokens."""

    user: User
    tokens: TokenPair


def start(store: Store, keys: Keys, actor: Actor) -> Code:
    """A code that lets one device in as the actor, until it runs out or the actor's own device is
    signed out. The older ones of several
    stop being good. Raises Unavailable if there is no free one."""
    return _start(store, keys, actor, audit.event("device.pair", actor))


def start_at_terminal(store: Store, keys: Keys, email: str | None) -> Code:
    """The same for the person with that address, else for this machine's owner, asked for by
    whoever is at the machine. Raises NotFound, and Forbidden for somebody deactivated."""
    actor = terminals.find_actor(store, email)
    event = audit.event("device.pair", target=actor.user_id, via=accounts.TERMINAL)
    return _start(store, keys, actor, event)


def _start(store: Store, keys: Keys, actor: Actor, event: Event) -> Code:
    expires_at = event.created_at + LIFE_SECONDS * 1000

    def insert(tx: Tx) -> str:
        pairings.purge(tx, event.created_at)
        for _ in range(_DRAWS):
            digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
            code_hash = keys.hash_token(PAIRING, digits)
            pairing = Pairing(
                code_hash, actor.user_id, actor.device_id, 0, event.created_at, expires_at, None
            )
            if pairings.insert(tx, pairing):
                pairings.keep_newest(tx, actor.user_id, MOST_LIVE)
                audit.record(tx, event)
                return digits
        raise Unavailable("Too many devices are being paired just now. Try again in a moment.")

    return Code(store.write(insert), expires_at)


def claim(
    store: Store, keys: Keys, digits: str, *, name: str, address: str, device_token: str | None
) -> Paired:
    """Lets the device in that sends the code; `device_token` is good for it until it's revoked, and
    without one it is a browser like others.

    Raises Invalid for a name that can't be used, and CodeRefused: each wrong code counts against
    all that are live, for it may have been meant for any of them.
    """
    clean = check_name(name)
    code_hash, now = keys.hash_token(PAIRING, digits.strip()), now_ms()
    user = store.read(lambda tx: _find_user(tx, code_hash, now))
    if user is None:
        _count_try(store, now)
        raise CodeRefused()
    kind = "browser" if device_token is None else "device"
    device = tokens.new_device(user, name=clean, kind=kind, address=address)
    event = audit.event(
        "sign_in.device", user_id=user.user_id, device_id=device.device_id, target=user.email
    )

    def take(tx: Tx) -> str:
        if not pairings.use(tx, code_hash, now):
            raise CodeRefused()
        refresh = tokens.insert_device(tx, keys, device)
        if device_token is not None:
            token_hash = keys.hash_token(credentials.DEVICE, device_token)
            device_tokens.insert(tx, token_hash, device.device_id, now)
        message = f"{clean} was paired: it is signed in as you."
        notifications.add(tx, user.user_id, "device.paired", message)
        audit.record(tx, event)
        return refresh

    sign_in = tokens.let_in(keys, user, device, store.write(take))
    return Paired(user, sign_in.tokens)


def _find_user(tx: Tx, code_hash: bytes, now: int) -> User | None:
    pairing = pairings.find_live(tx, code_hash, now)
    user = users.find(tx, pairing.user_id) if pairing else None
    return user if user is not None and user.is_active else None


def _count_try(store: Store, now: int) -> None:
    event = audit.event("sign_in.device", outcome="refused")

    def count(tx: Tx) -> None:
        pairings.count_try(tx, now)
        audit.record(tx, event)

    store.write(count)
