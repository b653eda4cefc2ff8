"""Organizations, and who belongs to them.

Whatever serves a person takes the `actor`, and sees only organizations that they belong to; an API
key only its own. The rest is for those who have found the organization that way before.
"""

from solosync.records.actors import Actor
from solosync.records.listing import Query, Slice
from solosync.records.organizations import Member, Membership, Organization, Role
from solosync.store import users
from solosync.store.listing import Listed, page
from solosync.store.transactions import Row, Tx

COLUMNS = """
    organizations.organization_id, organizations.name, organizations.owner_id,
    organizations.is_personal, organizations.created_at
"""
_OF_USER = """
    FROM memberships JOIN organizations USING (organization_id)
    WHERE memberships.user_id = ?
    AND memberships.organization_id = coalesce(?, memberships.organization_id)
"""
_LISTED = Listed(
    columns=f"{COLUMNS}, memberships.role",
    source=_OF_USER,
    sorts={"name": "organizations.name COLLATE NOCASE", "created_at": "organizations.created_at"},
    filters={"role": "memberships.role = ?", "personal": "organizations.is_personal = ?"},
    key="organizations.organization_id",
)
_MEMBERS = Listed(
    columns=f"{users.COLUMNS}, memberships.role",
    source="""
        FROM memberships JOIN users USING (user_id) WHERE memberships.organization_id = ?
    """,
    sorts={"email": "users.email", "role": "memberships.role"},
    filters={"email": "users.email = ?", "role": "memberships.role = ?"},
    key="users.user_id",
)


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


def find_for_actor(tx: Tx, actor: Actor, organization_id: str) -> tuple[Organization, Role] | None:
    row = tx.one(
        f"SELECT {COLUMNS}, memberships.role {_OF_USER} AND organization_id = ?",
        (actor.user_id, actor.organization_id, organization_id),
    )
    return (_to_organization(row[:-1]), row[-1]) if row else None


def list_for_user(
    tx: Tx, user_id: str, *, within: str | None = None
) -> list[tuple[Organization, Role]]:
    """The personal one first, then by name; with `within`, that one alone."""
    rows = tx.all(
        f"""
        SELECT {COLUMNS}, memberships.role {_OF_USER}
        ORDER BY organizations.is_personal DESC, organizations.name, organization_id
        """,
        (user_id, within),
    )
    return [(_to_organization(row[:-1]), row[-1]) for row in rows]


def list_page(tx: Tx, actor: Actor, query: Query) -> Slice[tuple[Organization, Role]]:
    found = page(tx, _LISTED, (actor.user_id, actor.organization_id), query)
    items = [(_to_organization(row[:-1]), row[-1]) for row in found.items]
    return Slice(items, found.next, found.prev, found.total)


def rename(tx: Tx, organization_id: str, name: str) -> None:
    tx.execute(
        "UPDATE organizations SET name = ? WHERE organization_id = ?", (name, organization_id)
    )


def set_owner(tx: Tx, organization_id: str, user_id: str) -> None:
    tx.execute(
        "UPDATE organizations SET owner_id = ? WHERE organization_id = ?",
        (user_id, organization_id),
    )


def delete(tx: Tx, organization_id: str) -> None:
    """With its members, invitations and keys. It must have no boards, not even in the trash."""
    tx.execute("DELETE FROM organizations WHERE organization_id = ?", (organization_id,))


def count_boards(tx: Tx, organization_id: str) -> tuple[int, int]:
    """Those in use, and those in the trash."""
    row = tx.one(
        """
        SELECT count(*) FILTER (WHERE deleted_at IS NULL), count(deleted_at)
        FROM sessions WHERE organization_id = ?
        """,
        (organization_id,),
    )
    assert row is not None
    return row[0], row[1]


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


def has_other_admin(tx: Tx, organization_id: str, user_id: str) -> bool:
    """Whether somebody else who can sign in is an admin."""
    row = tx.one(
        """
        SELECT 1 FROM memberships JOIN users USING (user_id)
        WHERE organization_id = ? AND role = 'admin' AND is_active AND user_id <> ? LIMIT 1
        """,
        (organization_id, user_id),
    )
    return row is not None


def list_members_page(tx: Tx, organization_id: str, query: Query) -> Slice[Member]:
    found = page(tx, _MEMBERS, (organization_id,), query)
    items = [Member(users.to_user(row[:-1]), row[-1]) for row in found.items]
    return Slice(items, found.next, found.prev, found.total)


def find_member(tx: Tx, organization_id: str, user_id: str) -> Member | None:
    row = tx.one(
        f"""
        SELECT {users.COLUMNS}, memberships.role
        FROM memberships JOIN users USING (user_id)
        WHERE memberships.organization_id = ? AND user_id = ?
        """,
        (organization_id, user_id),
    )
    return Member(users.to_user(row[:-1]), row[-1]) if row else None


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
