"""Whether those who were let in a while ago, to a socket or a slow request, still may."""

from collections.abc import Iterable

from solosync.clock import now_ms
from solosync.domain.policy import may_edit_boards
from solosync.errors import Forbidden, NotFound, SolosyncError, Unauthenticated
from solosync.records.actors import Actor
from solosync.store import access, shares
from solosync.store.engine import Store
from solosync.store.transactions import Tx


def find_lost(
    store: Store, holders: Iterable[tuple[Actor, int]]
) -> dict[tuple[Actor, int], SolosyncError]:
    """Of pairs of an actor and a board's key, those that lost their access, and why:
    Unauthenticated (signed out, deactivated, a key that is no longer good), Forbidden (no role any
    more), NotFound (deleted, or watched by a link that is good no more)."""
    pairs, now = set(holders), now_ms()
    if not pairs:
        return {}

    def read(tx: Tx) -> dict[tuple[Actor, int], SolosyncError]:
        lost = {}
        for actor, key in pairs:
            reason = _reason(tx, actor, key, now)
            if reason is not None:
                lost[actor, key] = reason
        return lost

    return store.read(read)


def check_signed_in(store: Store, actor: Actor) -> None:
    """Raises Unauthenticated for a sign-in that was good and isn't any more."""
    store.read(lambda tx: require_signed_in(tx, actor))


def require_signed_in(tx: Tx, actor: Actor) -> None:
    """The same in a transaction."""
    if not access.is_signed_in(tx, actor, now_ms()):
        raise Unauthenticated("You were signed out meanwhile. Sign in again.")


def _reason(tx: Tx, actor: Actor, key: int, now: int) -> SolosyncError | None:
    if actor.share_id is not None:
        return None if shares.is_standing(tx, actor.share_id, now) else NotFound("share", "")
    standing = access.find(tx, actor, key, now)
    if standing is None or standing.is_trashed:
        return NotFound("session", str(key))
    if not standing.is_signed_in:
        return Unauthenticated()
    return None if standing.role is not None and may_edit_boards(standing.role) else Forbidden()
