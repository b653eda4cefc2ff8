"""Signing in as a device, and the tokens that prove it afterwards.

An access token is signed and short-lived. A refresh token is a random secret that is exchanged for
a newer one each time; one that comes back after it was exchanged has been copied, so it ends its
whole family, which is the device. Tabs that race get GRACE_SECONDS.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from solosync import crypto
from solosync.clock import now_ms
from solosync.crypto import Keys, new_token
from solosync.domain import audit, credentials
from solosync.errors import Unauthenticated
from solosync.events import DeviceRevoked
from solosync.ids import new_id
from solosync.records.actors import Actor
from solosync.records.audit import Event
from solosync.records.devices import Device
from solosync.records.tokens import RefreshToken
from solosync.records.users import User
from solosync.store import devices, users
from solosync.store import tokens as refresh_tokens
from solosync.store.engine import Store
from solosync.store.transactions import Tx

ACCESS_SECONDS = 15 * 60
REFRESH_SECONDS = 30 * 24 * 60 * 60
GRACE_SECONDS = 30
LONGEST_DEVICE_NAME = 100
NO_REFRESH = "The refresh token is not valid, or no longer. Sign in again."

ACCESS = "access"
REFRESH = "refresh"
IDENTITY = "identity"


class TokenPair(msgspec.Struct, frozen=True):
    """What a sign-in gives: the answer of the token routes as it is."""

    access: str
    refresh: str


class SignIn(NamedTuple):
    """Somebody let in, and the tokens to give them."""

    actor: Actor
    tokens: TokenPair


def issue(
    store: Store, keys: Keys, user: User, *, name: str, kind: str, address: str, way: str
) -> SignIn:
    """A new device of the user, and its first tokens. `kind` is browser, api or device; the audit
    log shows it as `sign_in.<way>`. Raises Unauthenticated if the user was deactivated, or given
    another password, since they proved who they are: a password takes its time to be checked, and
    others may be thrown out meanwhile."""
    device = new_device(user, name=name, kind=kind, address=address)
    event = audit.event(f"sign_in.{way}", _actor(user, device.device_id), target=user.email)

    def sign_in(tx: Tx) -> str:
        known = users.find(tx, user.user_id)
        if known is None or not known.is_active or known.password_hash != user.password_hash:
            raise Unauthenticated("Your account was changed just now. Sign in again.")
        audit.record(tx, event)
        return insert_device(tx, keys, device)

    return let_in(keys, user, device, store.write(sign_in))


def new_device(user: User, *, name: str, kind: str, address: str) -> Device:
    """Not stored yet."""
    now = now_ms()
    return Device(
        device_id=new_id(),
        user_id=user.user_id,
        name=name[:LONGEST_DEVICE_NAME],
        kind=kind,
        created_at=now,
        last_seen_at=now,
        address=address,
        revoked_at=None,
    )


def insert_device(tx: Tx, keys: Keys, device: Device) -> str:
    """Somebody signs in on it; returns its first refresh token."""
    devices.insert(tx, device)
    users.set_last_login(tx, device.user_id, device.created_at)
    return _insert_refresh(tx, keys, device.device_id, device.created_at)


def let_in(keys: Keys, user: User, device: Device, refresh: str) -> SignIn:
    """The tokens of a device that was just inserted."""
    return _sign_in(keys, user, device.device_id, refresh, device.created_at)


def refresh(store: Store, keys: Keys, token: str, *, address: str) -> SignIn:
    """Exchanges a refresh token for new tokens of the same device.

    Raises Unauthenticated; if the token was exchanged more than GRACE_SECONDS ago, its device is
    signed out as well.
    """
    now = now_ms()
    token_hash = keys.hash_token(REFRESH, token)
    reused = audit.event("sign_in.refresh_reused", outcome="refused")

    def exchange(tx: Tx) -> tuple[User, str, str] | None:
        found = refresh_tokens.find(tx, token_hash)
        if found is None or found.expires_at <= now:
            return None
        user = users.find_by_device(tx, found.device_id)
        if user is None:
            return None
        if _is_reused(found, now):
            _end_family(tx, found, user, reused)
            return None
        refresh_tokens.mark_used(tx, token_hash, now)
        devices.mark_seen(tx, found.device_id, now, address)
        return user, found.device_id, _insert_refresh(tx, keys, found.device_id, now)

    exchanged = store.write(exchange)
    if exchanged is None:
        raise Unauthenticated(NO_REFRESH)
    return _sign_in(keys, *exchanged, now)


def check_refresh(store: Store, keys: Keys, token: str) -> Actor:
    """Who holds this refresh token, which stays as it is: for an answer that can't carry a new
    one. Raises Unauthenticated, and ends what `refresh` would: a thief may come this way too."""
    now = now_ms()
    token_hash = keys.hash_token(REFRESH, token)
    reused = audit.event("sign_in.refresh_reused", outcome="refused")

    def find(tx: Tx) -> tuple[RefreshToken, User] | None:
        found = refresh_tokens.find(tx, token_hash)
        if found is None or found.expires_at <= now:
            return None
        user = users.find_by_device(tx, found.device_id)
        return (found, user) if user else None

    known = store.read(find)
    if known is None:
        raise Unauthenticated(NO_REFRESH)
    found, user = known
    if _is_reused(found, now):
        store.write(lambda tx: _end_family(tx, found, user, reused))
        raise Unauthenticated(NO_REFRESH)
    return _actor(user, found.device_id)


def new_identity(store: Store, keys: Keys, access: str) -> str:
    """A token that tells its holder who they are and opens nothing: for an access token just
    made."""
    claims = keys.read_signed(ACCESS, access)
    user = store.read(lambda tx: users.find(tx, str(claims["sub"])))
    email, name = (user.email, user.display_name) if user else ("", "")
    told = {"sub": claims["sub"], "email": email, "name": name}
    return keys.sign(IDENTITY, told | {"iat": claims["iat"], "exp": claims["exp"]})


def new_access(keys: Keys, actor: Actor) -> str:
    return _sign_access(keys, actor.user_id, actor.device_id, now_ms())


def verify(store: Store, keys: Keys, access: str) -> Actor:
    """Who holds this access token, a paired device's token, or an API key. Raises Unauthenticated,
    also for what was signed out or revoked, and a person who was deactivated."""
    if access.startswith(credentials.DEVICE_PREFIX):
        return credentials.verify_device(store, keys, access)
    if access.startswith(credentials.KEY_PREFIX):
        return credentials.verify_key(store, keys, access)
    claims = keys.read_signed(ACCESS, access)
    user_id, device_id = str(claims["sub"]), str(claims.get("device"))
    user = store.read(lambda tx: users.find_by_device(tx, device_id))
    if user is None or user.user_id != user_id:
        raise Unauthenticated("You were signed out. Sign in again.")
    return _actor(user, device_id)


def sign_out(store: Store, actor: Actor) -> None:
    """Ends the sign-in that the actor acts from."""
    event = audit.event("sign_out", actor)

    def end(tx: Tx) -> None:
        revoke_device(tx, actor.device_id, now_ms())
        audit.record(tx, event)

    store.write(end)


def rotate_keys(store: Store, data_dir: Path) -> None:
    """A new key to sign with, for this server and those beside it; nobody is signed out."""
    keys = crypto.rotate_keys(data_dir)
    event = audit.event("signing_key.rotate", target=keys.signing[-1].kid, via="terminal")
    store.write(lambda tx: audit.record(tx, event))


def revoke_device(tx: Tx, device_id: str, at: int) -> None:
    if devices.revoke(tx, device_id, at):
        refresh_tokens.delete_for_device(tx, device_id)
        tx.emit(DeviceRevoked(device_id))


def revoke_all(tx: Tx, user_id: str, at: int, *, but: str | None = None) -> None:
    """Signs a person out everywhere, API keys too; `but` is a device that stays."""
    for device_id in devices.revoke_all(tx, user_id, at, but=but):
        refresh_tokens.delete_for_device(tx, device_id)
        tx.emit(DeviceRevoked(device_id))


def _is_reused(token: RefreshToken, now: int) -> bool:
    """Whether it comes back too late after it was exchanged."""
    return token.used_at is not None and now - token.used_at > GRACE_SECONDS * 1000


def _end_family(tx: Tx, token: RefreshToken, user: User, reused: Event) -> None:
    revoke_device(tx, token.device_id, reused.created_at)
    whose = {"actor_id": user.user_id, "device_id": token.device_id, "target": user.email}
    audit.record(tx, msgspec.structs.replace(reused, **whose))


def _insert_refresh(tx: Tx, keys: Keys, device_id: str, now: int) -> str:
    secret = new_token()
    expires_at = now + REFRESH_SECONDS * 1000
    token_hash = keys.hash_token(REFRESH, secret)
    refresh_tokens.insert(tx, RefreshToken(token_hash, device_id, now, expires_at, None))
    return secret


def _sign_in(keys: Keys, user: User, device_id: str, secret: str, now: int) -> SignIn:
    access = _sign_access(keys, user.user_id, device_id, now)
    return SignIn(_actor(user, device_id), TokenPair(access, secret))


def _sign_access(keys: Keys, user_id: str, device_id: str, now: int) -> str:
    issued_at = now // 1000
    claims = {
        "sub": user_id,
        "device": device_id,
        "iat": issued_at,
        "exp": issued_at + ACCESS_SECONDS,
    }
    return keys.sign(ACCESS, claims)


def _actor(user: User, device_id: str) -> Actor:
    return Actor(user.user_id, device_id, user.is_staff, user.display_name)
