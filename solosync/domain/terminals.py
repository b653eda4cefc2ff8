"""The person at this machine's terminal: what commands ask for hangs on a device of theirs."""

from __future__ import annotations

from solosync.clock import now_ms
from solosync.domain import accounts, tokens
from solosync.errors import Forbidden
from solosync.records.actors import Actor
from solosync.records.users import User
from solosync.store import devices
from solosync.store.engine import Store
from solosync.store.transactions import Tx

KIND = "terminal"


def find_actor(store: Store, email: str | None = None) -> Actor:
    """The person with that address, else this machine's owner. To sign their device "Terminal" out
    ends what was asked for. Raises NotFound, and Forbidden for somebody deactivated."""
    user = accounts.get_owner(store, email)
    if not user.is_active:
        raise Forbidden(f"{user.email} was deactivated; do it as somebody else.")
    device_id = store.write(lambda tx: _device(tx, user))
    return Actor(user.user_id, device_id, user.is_staff, user.display_name)


def _device(tx: Tx, user: User) -> str:
    known = devices.list_for_user(tx, user.user_id)
    found = next((device for device in known if device.kind == KIND), None)
    if found is not None:
        devices.mark_seen(tx, found.device_id, now_ms(), "")
        return found.device_id
    device = tokens.new_device(user, name="Terminal", kind=KIND, address="")
    devices.insert(tx, device)
    return device.device_id
