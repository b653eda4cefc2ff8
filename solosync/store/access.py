"""What keeps a person's way to a board open, asked again for those who hold a socket."""

from typing import NamedTuple

from solosync.records.actors import Actor
from solosync.records.organizations import Role
from solosync.store.transactions import Tx

_SIGNED_IN = """
    SELECT 1 FROM devices JOIN users USING (user_id) LEFT JOIN api_keys ON key_id = device_id
    WHERE device_id = :device AND user_id = :user AND revoked_at IS NULL AND is_active
    AND (kind <> 'key' OR (prefix = :prefix AND coalesce(expires_at > :now, 1)))
"""


class Standing(NamedTuple):
    """How a sign-in stands to a board now; ``role`` is None for a stranger."""

    is_signed_in: bool
    role: Role | None
    is_trashed: bool


def find(tx: Tx, actor: Actor, session_key: int, now: int) -> Standing | None:
    """None when the board was purged. A key that has run out, or that another took the place of, is
    signed out."""
    row = tx.one(
        f"""
        SELECT
            EXISTS (
                {_SIGNED_IN}
                AND coalesce(api_keys.organization_id, sessions.organization_id)
                    = sessions.organization_id
            ),
            (
                SELECT role FROM memberships
                WHERE memberships.organization_id = sessions.organization_id AND user_id = :user
            ),
            deleted_at IS NOT NULL
        FROM sessions WHERE key = :session
        """,
        _whose(actor, now) | {"session": session_key},
    )
    return Standing(bool(row[0]), row[1], bool(row[2])) if row else None


def is_signed_in(tx: Tx, actor: Actor, now: int) -> bool:
    """Whether the sign-in is still good, and whoever was staff by it is staff yet."""
    whose = _whose(actor, now) | {"staff": actor.is_staff}
    return tx.one(f"{_SIGNED_IN} AND is_staff >= :staff", whose) is not None


def _whose(actor: Actor, now: int) -> dict[str, object]:
    return {
        "device": actor.device_id,
        "user": actor.user_id,
        "prefix": actor.key_prefix,
        "now": now,
    }
