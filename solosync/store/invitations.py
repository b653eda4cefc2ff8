"""Invitations into organizations.

Live ones are neither accepted, revoked nor expired, and whoever made them is still an admin: what
somebody keeps of a link is of no use to them once they were removed.
"""

from solosync.records.invitations import Invitation
from solosync.records.listing import Query, Slice
from solosync.store.listing import Listed, page
from solosync.store.transactions import Tx

COLUMNS = """
    invitations.invitation_id, invitations.organization_id, invitations.email, invitations.role,
    invitations.token_hash, invitations.invited_by, invitations.created_at,
    invitations.expires_at, invitations.accepted_at, invitations.revoked_at
"""
_LIVE = """
    invitations.accepted_at IS NULL AND invitations.revoked_at IS NULL
    AND invitations.expires_at > ?
    AND EXISTS (
        SELECT 1 FROM memberships JOIN users USING (user_id)
        WHERE memberships.organization_id = invitations.organization_id
        AND users.user_id = invitations.invited_by
        AND memberships.role = 'admin' AND users.is_active
    )
"""
_LISTED = Listed(
    columns=COLUMNS,
    source=f"FROM invitations WHERE invitations.organization_id = ? AND {_LIVE}",
    sorts={
        "created_at": "invitations.created_at",
        "expires_at": "invitations.expires_at",
        "email": "invitations.email",
    },
    filters={"email": "invitations.email = ?", "role": "invitations.role = ?"},
    key="invitations.invitation_id",
)


def insert(tx: Tx, invitation: Invitation) -> None:
    tx.execute(
        """
        INSERT INTO invitations (
            invitation_id, organization_id, email, role, token_hash, invited_by, created_at,
            expires_at, accepted_at, revoked_at
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            invitation.invitation_id,
            invitation.organization_id,
            invitation.email,
            invitation.role,
            invitation.token_hash,
            invitation.invited_by,
            invitation.created_at,
            invitation.expires_at,
            invitation.accepted_at,
            invitation.revoked_at,
        ),
    )


def has_live(tx: Tx, email: str, now: int) -> bool:
    """Whether that address is invited anywhere."""
    row = tx.one(f"SELECT 1 FROM invitations WHERE email = ? AND {_LIVE} LIMIT 1", (email, now))
    return row is not None


def find_live(tx: Tx, token_hash: bytes, now: int) -> Invitation | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM invitations WHERE token_hash = ? AND {_LIVE}", (token_hash, now)
    )
    return Invitation(*row) if row else None


def list_page(tx: Tx, organization_id: str, query: Query, now: int) -> Slice[Invitation]:
    """The live ones."""
    found = page(tx, _LISTED, (organization_id, now), query)
    return Slice([Invitation(*row) for row in found.items], found.next, found.prev, found.total)


def revoke(tx: Tx, organization_id: str, invitation_id: str, at: int) -> bool:
    """False if there is no such live one."""
    revoked = tx.execute(
        f"""
        UPDATE invitations SET revoked_at = ?
        WHERE invitation_id = ? AND organization_id = ? AND {_LIVE}
        """,
        (at, invitation_id, organization_id, at),
    )
    return revoked.rowcount > 0


def revoke_for_email(tx: Tx, organization_id: str, email: str, at: int) -> None:
    tx.execute(
        """
        UPDATE invitations SET revoked_at = ?
        WHERE organization_id = ? AND email = ? AND accepted_at IS NULL AND revoked_at IS NULL
        """,
        (at, organization_id, email),
    )


def count_by(tx: Tx, user_id: str, since: int) -> int:
    """How many somebody made, live or not."""
    row = tx.one(
        "SELECT count(*) FROM invitations WHERE invited_by = ? AND created_at > ?", (user_id, since)
    )
    assert row is not None
    return int(row[0])


def mark_accepted(tx: Tx, invitation_id: str, at: int) -> None:
    tx.execute(
        "UPDATE invitations SET accepted_at = ? WHERE invitation_id = ?", (at, invitation_id)
    )


def purge(tx: Tx, before: int) -> None:
    """Forgets those that ended before then, however they did."""
    tx.execute("DELETE FROM invitations WHERE expires_at < ?", (before,))
