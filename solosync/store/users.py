"""People."""

import sqlite3

from solosync.errors import Taken
from solosync.records.listing import Query, Slice
from solosync.records.users import User
from solosync.store import listing
from solosync.store.listing import Listed
from solosync.store.transactions import Row, Tx

COLUMNS = """
    users.user_id, users.email, users.full_name, users.first_name, users.last_name,
    users.username, users.avatar_url, users.is_staff, users.is_active,
    users.joined_at, users.last_login_at, users.password_hash, users.email_verified_at
"""
_LISTED = Listed(
    columns=COLUMNS,
    source="FROM users WHERE TRUE",
    sorts={
        "email": "users.email",
        "date_joined": "users.joined_at",
        "last_login": "coalesce(users.last_login_at, 0)",
    },
    filters={
        "is_active": "users.is_active = ?",
        "is_staff": "users.is_staff = ?",
        "email": "instr(lower(users.email), lower(?)) > 0",
    },
    key="users.user_id",
)


def insert(tx: Tx, user: User) -> None:
    """Raises Taken("email") or Taken("username"); neither minds upper and lower case."""
    try:
        tx.execute(
            """
            INSERT INTO users (
                user_id, email, full_name, first_name, last_name, username, avatar_url,
                is_staff, is_active, joined_at, last_login_at, password_hash, email_verified_at
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                user.user_id,
                user.email,
                user.full_name,
                user.first_name,
                user.last_name,
                user.username,
                user.avatar_url,
                user.is_staff,
                user.is_active,
                user.joined_at,
                user.last_login_at,
                user.password_hash,
                user.email_verified_at,
            ),
        )
    except sqlite3.IntegrityError as error:
        raise _taken(error) from error


def find(tx: Tx, user_id: str) -> User | None:
    return _user(tx.one(f"SELECT {COLUMNS} FROM users WHERE user_id = ?", (user_id,)))


def find_by_device(tx: Tx, device_id: str) -> User | None:
    """The active person whose sign-in this is, if it wasn't ended."""
    row = tx.one(
        f"""
        SELECT {COLUMNS} FROM devices JOIN users USING (user_id)
        WHERE devices.device_id = ? AND devices.revoked_at IS NULL AND users.is_active
        """,
        (device_id,),
    )
    return _user(row)


def find_by_email(tx: Tx, email: str) -> User | None:
    return _user(tx.one(f"SELECT {COLUMNS} FROM users WHERE email = ?", (email,)))


def is_username_taken(tx: Tx, username: str) -> bool:
    """Upper and lower case are the same."""
    row = tx.one(
        "SELECT 1 FROM users WHERE username = ? COLLATE NOCASE AND username <> ''", (username,)
    )
    return row is not None


def list_all(tx: Tx) -> list[User]:
    """In the order of joining."""
    rows = tx.all(f"SELECT {COLUMNS} FROM users ORDER BY joined_at, rowid")
    return [to_user(row) for row in rows]


def page(tx: Tx, query: Query) -> Slice[User]:
    found = listing.page(tx, _LISTED, (), query)
    return Slice([to_user(row) for row in found.items], found.next, found.prev, found.total)


def count_active_staff(tx: Tx) -> int:
    row = tx.one("SELECT count(*) FROM users WHERE is_staff AND is_active")
    return int(row[0]) if row else 0


def change_profile(
    tx: Tx,
    user_id: str,
    *,
    full_name: str,
    first_name: str,
    last_name: str,
    username: str,
    avatar_url: str | None,
) -> None:
    """Raises Taken("username")."""
    try:
        tx.execute(
            """
            UPDATE users
            SET full_name = ?, first_name = ?, last_name = ?, username = ?, avatar_url = ?
            WHERE user_id = ?
            """,
            (full_name, first_name, last_name, username, avatar_url, user_id),
        )
    except sqlite3.IntegrityError as error:
        raise _taken(error) from error


def set_password_hash(tx: Tx, user_id: str, password_hash: str | None) -> None:
    tx.execute("UPDATE users SET password_hash = ? WHERE user_id = ?", (password_hash, user_id))


def put_registration(tx: Tx, user_id: str, *, address: str, username: str) -> None:
    """The network address that somebody unproved has registered at, and the username they want."""
    tx.execute(
        "UPDATE users SET registered_from = ?, registered_username = ? WHERE user_id = ?",
        (address, username, user_id),
    )


def find_registration(tx: Tx, user_id: str) -> tuple[str, str] | None:
    """What `put_registration` has put, until the address is proved."""
    row = tx.one(
        """
        SELECT registered_from, registered_username FROM users
        WHERE user_id = ? AND registered_from IS NOT NULL
        """,
        (user_id,),
    )
    return (row[0], row[1]) if row else None


def mark_verified(tx: Tx, user_id: str, at: int) -> None:
    """The address is theirs; the time it was first proved stays, and what they registered with
    is forgotten."""
    tx.execute(
        """
        UPDATE users SET email_verified_at = ?, registered_from = NULL, registered_username = NULL
        WHERE user_id = ? AND email_verified_at IS NULL
        """,
        (at, user_id),
    )


def set_active(tx: Tx, user_id: str, is_active: bool) -> None:
    tx.execute("UPDATE users SET is_active = ? WHERE user_id = ?", (is_active, user_id))


def set_staff(tx: Tx, user_id: str, is_staff: bool) -> None:
    tx.execute("UPDATE users SET is_staff = ? WHERE user_id = ?", (is_staff, user_id))


def set_last_login(tx: Tx, user_id: str, at: int) -> None:
    tx.execute("UPDATE users SET last_login_at = ? WHERE user_id = ?", (at, user_id))


def purge_unproved(tx: Tx, before: int) -> None:
    """Forgets those who registered before then and never proved their address, with their personal
    organizations: nobody could ever sign in to have anything in them."""
    unproved = "SELECT user_id FROM users WHERE email_verified_at IS NULL AND joined_at < ?"
    tx.execute(
        f"DELETE FROM organizations WHERE is_personal = 1 AND owner_id IN ({unproved})", (before,)
    )
    tx.execute(f"DELETE FROM users WHERE user_id IN ({unproved})", (before,))


def _user(row: Row | None) -> User | None:
    return to_user(row) if row else None


def to_user(row: Row) -> User:
    """From a row of COLUMNS."""
    fields = list(row)
    for flag in (7, 8):  # SQLite has no booleans
        fields[flag] = bool(fields[flag])
    return User(*fields)


def _taken(error: sqlite3.IntegrityError) -> Exception:
    for field in ("email", "username"):
        if f"users.{field}" in str(error):
            return Taken(field)
    return error
