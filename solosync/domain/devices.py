"""A person's devices: every sign-in is one. API keys are devices too, but `api_keys` has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import msgspec

from solosync.clock import now_ms
from solosync.domain import accounts, audit, tokens
from solosync.errors import Invalid, NotFound
from solosync.records.actors import Actor
from solosync.records.devices import Device
from solosync.records.listing import Query, Slice
from solosync.records.users import User
from solosync.store import api_keys, devices
from solosync.store.engine import Store
from solosync.store.transactions import Tx


class Sighting(NamedTuple):
    """When and from which network address a device was seen."""

    at: int
    address: str


def list_devices(store: Store, actor: Actor, query: Query) -> Slice[Device]:
    """Where the actor is signed in."""
    seen_after = now_ms() - tokens.REFRESH_SECONDS * 1000
    return store.read(lambda tx: devices.list_for_actor(tx, actor, query, seen_after=seen_after))


def names(store: Store, device_ids: Collection[str]) -> dict[str, str]:
    """By id, for whoever sees a board that was changed there."""
    return store.read(lambda tx: devices.names(tx, device_ids))


def rename(store: Store, actor: Actor, device_id: str, name: str) -> Device:
    """Raises NotFound, Invalid."""
    clean = check_name(name)
    event = audit.event("device.rename", actor, target=device_id)

    def change(tx: Tx) -> Device:
        device = _get(tx, actor, device_id)
        devices.rename(tx, device_id, clean)
        audit.record(tx, event)
        return msgspec.structs.replace(device, name=clean)

    return store.write(change)


def revoke(store: Store, actor: Actor, device_id: str) -> None:
    """Signs the device out, also the actor's own. Raises NotFound."""
    event = audit.event("device.revoke", actor, target=device_id)

    def change(tx: Tx) -> None:
        _get(tx, actor, device_id)
        tokens.revoke_device(tx, device_id, event.created_at)
        audit.record(tx, event)

    store.write(change)


def check_name(name: str) -> str:
    """As it is stored. Raises Invalid."""
    clean = name.strip()
    if not clean or len(clean) > tokens.LONGEST_DEVICE_NAME:
        raise Invalid(
            f"A name has 1 to {tokens.LONGEST_DEVICE_NAME} characters.",
            fields={"name": "too short or too long"},
        )
    return clean


def mark_seen(store: Store, sightings: Mapping[str, Sighting]) -> None:
    """By device id; API keys as well."""

    def mark(tx: Tx) -> None:
        for device_id, seen in sightings.items():
            devices.mark_seen(tx, device_id, seen.at, seen.address)
            api_keys.mark_used(tx, device_id, seen.at, seen.address)

    store.write(mark)


# -- for the person at the machine -------------------------------------------------------------


def list_with_people(store: Store, email: str | None = None) -> list[tuple[User, Device]]:
    """Everybody's devices and API keys, or one person's. Raises NotFound."""
    people = accounts.list_users(store) if email is None else [accounts.get_owner(store, email)]
    return store.read(
        lambda tx: [
            (user, device) for user in people for device in devices.list_for_user(tx, user.user_id)
        ]
    )


def revoke_any(store: Store, device_id: str) -> Device:
    """Whoever's it is, and also an API key. Raises NotFound."""
    event = audit.event("device.revoke", target=device_id, via="terminal")

    def change(tx: Tx) -> Device:
        device = devices.find(tx, device_id)
        if device is None or device.revoked_at is not None:
            raise NotFound("device", device_id)
        tokens.revoke_device(tx, device_id, event.created_at)
        audit.record(tx, event)
        return device

    return store.write(change)


def _get(tx: Tx, actor: Actor, device_id: str) -> Device:
    device = devices.find_for_actor(tx, actor, device_id)
    if device is None:
        raise NotFound("device", device_id)
    return device
