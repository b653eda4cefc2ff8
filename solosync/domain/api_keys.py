"""API keys: programs act by them as the person who made them, inside one organization."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import msgspec

from solosync.clock import now_ms
from solosync.crypto import Keys
from solosync.domain import access, audit, credentials, devices, notifications, tokens
from solosync.errors import Conflict, Forbidden, Invalid, NotFound
from solosync.events import DeviceRevoked
from solosync.ids import new_id
from solosync.records.actors import Actor
from solosync.records.api_keys import ApiKey
from solosync.records.audit import Event
from solosync.records.devices import Device
from solosync.records.listing import Query, Slice
from solosync.records.scopes import FOR_STAFF, SCOPES
from solosync.store import api_keys, organizations
from solosync.store import devices as device_rows
from solosync.store.engine import Store
from solosync.store.transactions import Tx


class Made(NamedTuple):
    """A key and its secret, which nobody can be told again."""

    key: ApiKey
    secret: str


def create(
    store: Store,
    keys: Keys,
    actor: Actor,
    *,
    name: str,
    scopes: Collection[str],
    organization_id: str | None = None,
    expires_at: int | None = None,
) -> Made:
    """For the actor's own organization unless another is named. Raises Invalid, NotFound for an
    organization they don't belong to, Forbidden for scopes that are for staff alone, and
    Unauthenticated for an actor who was signed out meanwhile."""
    clean, wanted = devices.check_name(name), _check_scopes(scopes)
    event = audit.event("key.create", actor, scopes=" ".join(wanted))
    if expires_at is not None and expires_at <= event.created_at:
        raise Invalid("A key can't have run out already.", fields={"expires_at": "in the past"})
    device, secret = _new_device(actor, clean, event.created_at), credentials.new_key()

    def insert(tx: Tx) -> ApiKey:
        access.require_signed_in(tx, actor)  # a key made by who was just thrown out would stay
        organization = _organization(tx, actor, organization_id)
        if not actor.is_staff and not FOR_STAFF.isdisjoint(wanted):
            raise Forbidden("Only staff may make keys with the scopes of the administration.")
        key = _new_key(device, organization, credentials.prefix(secret), wanted, expires_at)
        device_rows.insert(tx, device)
        api_keys.insert(tx, key, keys.hash_token(credentials.KEY, secret))
        message = f"The API key {clean} was made."
        notifications.add(tx, actor.user_id, "key.created", message, organization_id=organization)
        made = msgspec.structs.replace(event, target=key.key_id, organization_id=organization)
        audit.record(tx, made)
        return key

    return Made(audit.attempt(store, event, insert), secret)


def get_key(store: Store, actor: Actor, key_id: str) -> ApiKey:
    """Raises NotFound, also for another's, except to admins of its organization."""
    return store.read(lambda tx: _get(tx, actor, key_id))


def list_keys(store: Store, actor: Actor, query: Query) -> Slice[ApiKey]:
    """Those that the actor made, and all of organizations that they are an admin of."""
    return store.read(lambda tx: api_keys.list_for_actor(tx, actor, query))


def rename(store: Store, actor: Actor, key_id: str, name: str) -> ApiKey:
    """Raises NotFound, Invalid."""
    clean = devices.check_name(name)
    event = audit.event("key.rename", actor, target=key_id)

    def change(tx: Tx) -> ApiKey:
        key = _get(tx, actor, key_id)
        device_rows.rename(tx, key_id, clean)
        _record(tx, event, key)
        return _get(tx, actor, key_id)

    return store.write(change)


def rotate(store: Store, keys: Keys, actor: Actor, key_id: str) -> Made:
    """Another secret for the same key; the one before ends at once, and so do its sockets.

    Raises NotFound, Conflict for a key that has run out, and Forbidden to all but its maker: it
    would let them act as that person.
    """
    event, secret = audit.event("key.rotate", actor, target=key_id), credentials.new_key()

    def change(tx: Tx) -> ApiKey:
        key = _get(tx, actor, key_id)
        if key.created_by != actor.user_id:
            raise Forbidden("Only whoever made this key can rotate it. You can revoke it.")
        if key.expires_at is not None and key.expires_at <= event.created_at:
            raise Conflict("This key has run out. Make another one.")
        token_hash = keys.hash_token(credentials.KEY, secret)
        api_keys.replace_secret(tx, key_id, credentials.prefix(secret), token_hash)
        tx.emit(DeviceRevoked(key_id))
        _record(tx, event, key)
        return _get(tx, actor, key_id)

    return Made(audit.attempt(store, event, change), secret)


def revoke(store: Store, actor: Actor, key_id: str) -> None:
    """Ends it for good. Raises NotFound."""
    event = audit.event("key.revoke", actor, target=key_id)

    def change(tx: Tx) -> None:
        key = _get(tx, actor, key_id)
        tokens.revoke_device(tx, key_id, event.created_at)
        _record(tx, event, key)

    store.write(change)


def end_for_member(tx: Tx, organization_id: str, user_id: str) -> None:
    """Ends the keys of somebody who doesn't belong to an organization any more, or they would be
    good again if that person came back."""
    for key_id in api_keys.list_of_member(tx, organization_id, user_id):
        tokens.revoke_device(tx, key_id, now_ms())


def _get(tx: Tx, actor: Actor, key_id: str) -> ApiKey:
    key = api_keys.find_for_actor(tx, actor, key_id)
    if key is None:
        raise NotFound("key", key_id)
    return key


def _record(tx: Tx, event: Event, key: ApiKey) -> None:
    audit.record(tx, msgspec.structs.replace(event, organization_id=key.organization_id))


def _organization(tx: Tx, actor: Actor, organization_id: str | None) -> str:
    if organization_id is None:
        personal = organizations.find_personal(tx, actor.user_id)
        if personal is None:
            raise NotFound("organization", "personal")
        return personal.organization_id
    if organizations.find_role(tx, organization_id, actor.user_id) is None:
        raise NotFound("organization", organization_id)
    return organization_id


def _check_scopes(scopes: Collection[str]) -> tuple[str, ...]:
    """Each once, in their usual order. Raises Invalid, which names what there is."""
    if not scopes or not set(scopes).issubset(SCOPES):
        raise Invalid(
            f"A key needs at least one of these scopes, and no other: {', '.join(SCOPES)}.",
            fields={"scopes": "unknown or none"},
        )
    return tuple(scope for scope in SCOPES if scope in scopes)


def _new_key(
    device: Device,
    organization_id: str,
    prefix: str,
    scopes: tuple[str, ...],
    expires_at: int | None,
) -> ApiKey:
    return ApiKey(
        key_id=device.device_id,
        organization_id=organization_id,
        created_by=device.user_id,
        name=device.name,
        prefix=prefix,
        scopes=scopes,
        created_at=device.created_at,
        expires_at=expires_at,
        last_used_at=None,
        last_used_address=None,
        revoked_at=None,
    )


def _new_device(actor: Actor, name: str, now: int) -> Device:
    return Device(
        device_id=new_id(),
        user_id=actor.user_id,
        name=name,
        kind="key",
        created_at=now,
        last_seen_at=now,
        address="",
        revoked_at=None,
    )
