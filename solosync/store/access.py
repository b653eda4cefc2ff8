"""What keeps a person's way to a board open, asked again for those who hold a socket."""

from typing import NamedTuple

from solosync.records.organizations import Role
from solosync.store.transactions import Tx


class Standing(NamedTuple):
    """How a sign-in stands to a board now; ``role`` is None for a stranger."""

    is_signed_in: bool
    role: Role | None
    is_trashed: bool


def find(tx: Tx, user_id: str, device_id: str, session_key: int) -> Standing | None:
    """None when the board was purged."""
    row = tx.one(
        """
        SELECT
            EXISTS (
                SELECT 1 FROM devices JOIN users USING (user_id)
                WHERE device_id = ? AND user_id = ? AND revoked_at IS NULL AND is_active
            ),
            (
                SELECT role FROM memberships
                WHERE memberships.organization_id = sessions.organization_id AND user_id = ?
            ),
            deleted_at IS NOT NULL
        FROM sessions WHERE key = ?
        """,
        (device_id, user_id, user_id, session_key),
    )
    return Standing(bool(row[0]), row[1], bool(row[2])) if row else None
