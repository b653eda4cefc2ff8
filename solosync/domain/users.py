"""The people of a server, as its staff see and change them."""

from __future__ import annotations

from solosync import clock
from solosync.domain import audit, tokens
from solosync.errors import Conflict, NotFound
from solosync.events import UserDeactivated
from solosync.records.actors import Actor
from solosync.records.listing import Query, Slice
from solosync.records.users import User
from solosync.store import users
from solosync.store.engine import Store
from solosync.store.transactions import Tx


def list_users(store: Store, query: Query) -> Slice[User]:
    """The filter ``email`` finds a part of the address, in any case."""
    return store.read(lambda tx: users.page(tx, query))


def change(
    store: Store,
    actor: Actor,
    user_id: str,
    *,
    is_active: bool | None = None,
    is_staff: bool | None = None,
) -> User:
    """What is None stays. Who isn't active any more is signed out everywhere, keys and sockets
    too, and let in no more. Raises NotFound, and Conflict for oneself and for the last of the
    staff."""
    turned = audit.event(f"account.{'' if is_active else 'de'}activate", actor, target=user_id)
    raised = audit.event("account.staff", actor, target=user_id, is_staff=is_staff)

    def write(tx: Tx) -> User:
        user = _get(tx, user_id)
        if is_active is False or is_staff is False:
            _check_may_go(tx, actor, user)
        if is_active is not None and is_active != user.is_active:
            _set_active(tx, user_id, is_active)
            audit.record(tx, turned)
        if is_staff is not None and is_staff != user.is_staff:
            users.set_staff(tx, user_id, is_staff)
            audit.record(tx, raised)
        return _get(tx, user_id)

    return store.write(write)


def _set_active(tx: Tx, user_id: str, is_active: bool) -> None:
    users.set_active(tx, user_id, is_active)
    if not is_active:
        tokens.revoke_all(tx, user_id, clock.now_ms())
        tx.emit(UserDeactivated(user_id))


def _check_may_go(tx: Tx, actor: Actor, user: User) -> None:
    """Somebody has to be left who can take it back."""
    if user.user_id == actor.user_id:
        raise Conflict("Nobody does that to themselves. Ask another one of the staff.")
    if user.is_staff and user.is_active and users.count_active_staff(tx) <= 1:
        raise Conflict("This is the last one of the staff. Make somebody else staff first.")


def _get(tx: Tx, user_id: str) -> User:
    user = users.find(tx, user_id)
    if user is None:
        raise NotFound("user", user_id)
    return user
