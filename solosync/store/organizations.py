"""Organizations, and who belongs to them."""

from solosync.records.organizations import Membership, Organization, Role
from solosync.store.transactions import Row, Tx

COLUMNS = """
    organizations.organization_id, organizations.name, organizations.owner_id,
    organizations.is_personal, organizations.created_at
"""


def insert(tx: Tx, organization: Organization) -> None:
    """Without members: put them in with `put_member`."""
    tx.execute(
        """
        INSERT INTO organizations (organization_id, name, owner_id, is_personal, created_at)
        VALUES (?, ?, ?, ?, ?)
        """,
        (
            organization.organization_id,
            organization.name,
            organization.owner_id,
            organization.is_personal,
            organization.created_at,
        ),
    )


def find(tx: Tx, organization_id: str) -> Organization | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM organizations WHERE organization_id = ?", (organization_id,)
    )
    return _to_organization(row) if row else None


def find_personal(tx: Tx, user_id: str) -> Organization | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM organizations WHERE owner_id = ? AND is_personal = 1", (user_id,)
    )
    return _to_organization(row) if row else None


def list_for_user(tx: Tx, user_id: str) -> list[tuple[Organization, Role]]:
    """The personal one first, then by name."""
    rows = tx.all(
        f"""
        SELECT {COLUMNS}, memberships.role
        FROM memberships JOIN organizations USING (organization_id)
        WHERE memberships.user_id = ?
        ORDER BY organizations.is_personal DESC, organizations.name, organization_id
        """,
        (user_id,),
    )
    return [(_to_organization(row[:-1]), row[-1]) for row in rows]


def put_member(tx: Tx, membership: Membership) -> None:
    """Adds the person, or gives them another role."""
    tx.execute(
        """
        INSERT INTO memberships (organization_id, user_id, role) VALUES (?, ?, ?)
        ON CONFLICT (user_id, organization_id) DO UPDATE SET role = excluded.role
        """,
        (membership.organization_id, membership.user_id, membership.role),
    )


def remove_member(tx: Tx, organization_id: str, user_id: str) -> bool:
    """False if that person was no member."""
    removed = tx.execute(
        "DELETE FROM memberships WHERE organization_id = ? AND user_id = ?",
        (organization_id, user_id),
    )
    return removed.rowcount > 0


def find_role(tx: Tx, organization_id: str, user_id: str) -> Role | None:
    row = tx.one(
        "SELECT role FROM memberships WHERE organization_id = ? AND user_id = ?",
        (organization_id, user_id),
    )
    return row[0] if row else None


def list_members(tx: Tx, organization_id: str) -> list[Membership]:
    rows = tx.all(
        """
        SELECT organization_id, user_id, role FROM memberships
        WHERE organization_id = ? ORDER BY user_id
        """,
        (organization_id,),
    )
    return [Membership(*row) for row in rows]


def _to_organization(row: Row) -> Organization:
    organization_id, name, owner_id, is_personal, created_at = row
    return Organization(organization_id, name, owner_id, bool(is_personal), created_at)
