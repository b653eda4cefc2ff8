"""The long-lived secrets that paired devices and programs carry, known by their keyed hash only."""

from __future__ import annotations

from solosync.clock import now_ms
from solosync.crypto import Keys, new_token
from solosync.errors import Unauthenticated
from solosync.records.actors import Actor
from solosync.records.users import User
from solosync.store import api_keys, device_tokens, devices, organizations, users
from solosync.store.engine import Store
from solosync.store.transactions import Tx

DEVICE_PREFIX = "dev_"
KEY_PREFIX = "sk_live_"
DEVICE = "device token"
KEY = "API key"
# What a key is known by afterwards: enough to tell it from all others, and no help in guessing the
# rest.
_SHOWN = len(KEY_PREFIX) + 8


def new_device_token() -> str:
    return DEVICE_PREFIX + new_token()


def new_key() -> str:
    return KEY_PREFIX + new_token()


def prefix(key: str) -> str:
    return key[:_SHOWN]


def verify_device(store: Store, keys: Keys, token: str) -> Actor:
    """Raises Unauthenticated, also for a device that was revoked."""
    token_hash = keys.hash_token(DEVICE, token)

    def find(tx: Tx) -> Actor | None:
        device_id = device_tokens.find_device_id(tx, token_hash)
        device = devices.find(tx, device_id) if device_id else None
        if device is None or device.revoked_at is not None:
            return None
        user = _find_active(tx, device.user_id)
        if user is None:
            return None
        return Actor(user.user_id, device.device_id, user.is_staff, user.display_name)

    actor = store.read(find)
    if actor is None:
        raise Unauthenticated("The device's token is not valid, or no longer. Pair it again.")
    return actor


def verify_key(store: Store, keys: Keys, key: str) -> Actor:
    """Raises Unauthenticated, also for a key that has run out or was revoked, and one whose maker
    has left its organization."""
    token_hash, now = keys.hash_token(KEY, key), now_ms()

    def find(tx: Tx) -> Actor | None:
        found = api_keys.find_by_hash(tx, token_hash)
        if found is None or found.revoked_at is not None:
            return None
        if found.expires_at is not None and found.expires_at <= now:
            return None
        user = _find_active(tx, found.created_by)
        if user is None:
            return None
        if organizations.find_role(tx, found.organization_id, user.user_id) is None:
            return None
        return Actor(
            user_id=user.user_id,
            device_id=found.key_id,
            is_staff=user.is_staff,
            display_name=user.display_name,
            organization_id=found.organization_id,
            scopes=frozenset(found.scopes),
            key_prefix=found.prefix,
        )

    actor = store.read(find)
    if actor is None:
        raise Unauthenticated("The API key is not valid, or no longer.")
    return actor


def _find_active(tx: Tx, user_id: str) -> User | None:
    user = users.find(tx, user_id)
    return user if user is not None and user.is_active else None
