"""Share links, and who has looked by them.

A link stands until it is revoked or expires, as long as the board isn't in the trash and whoever
made it may still edit the board. Whoever was admitted stays so then; others come in while there are
views left.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from solosync.records.actors import Actor
from solosync.records.listing import Query, Slice
from solosync.records.shares import Access, Share, SharedBoard
from solosync.store import users
from solosync.store.listing import Listed, page
from solosync.store.transactions import Row, Tx

MOST_ACCESSES = 1000
COLUMNS = """
    shares.share_id, shares.session_key, shares.token_hash, shares.sealed_token, shares.prefix,
    shares.password_hash, shares.expires_at, shares.max_views, shares.view_count,
    shares.allow_download, shares.may_edit, shares.created_by, shares.created_at,
    shares.last_accessed_at, shares.revoked_at
"""
_STANDING = """
    FROM shares JOIN sessions ON sessions.key = shares.session_key
    WHERE shares.revoked_at IS NULL AND coalesce(shares.expires_at > :now, 1)
    AND sessions.deleted_at IS NULL
    AND EXISTS (
        SELECT 1 FROM memberships JOIN users USING (user_id)
        WHERE memberships.organization_id = sessions.organization_id
        AND memberships.user_id = shares.created_by
        AND memberships.role IN ('admin', 'member') AND users.is_active
    )
"""
# Whose they are is whoever made them, and who looks after the organization.
_LISTED = Listed(
    columns=f"{COLUMNS}, sessions.session_id, sessions.organization_id, sessions.name",
    source="""
        FROM memberships JOIN sessions USING (organization_id)
        JOIN shares ON shares.session_key = sessions.key AND shares.revoked_at IS NULL
        WHERE memberships.user_id = ?
        AND memberships.organization_id = coalesce(?, memberships.organization_id)
        AND (
            memberships.role = 'admin'
            OR (memberships.role = 'member' AND shares.created_by = memberships.user_id)
        )
        AND sessions.deleted_at IS NULL
    """,
    sorts={
        "created_at": "shares.created_at",
        "expires_at": f"coalesce(shares.expires_at, {2**62})",
        "last_accessed_at": "coalesce(shares.last_accessed_at, 0)",
        "view_count": "shares.view_count",
        "name": "sessions.name COLLATE NOCASE",
    },
    filters={
        "organization_id": "sessions.organization_id = ?",
        "session_id": "sessions.session_id = ?",
        "may_edit": "shares.may_edit = ?",
    },
    key="shares.share_id",
)


def insert(tx: Tx, share: Share) -> None:
    """Revoke the board's earlier link first."""
    values = msgspec.structs.astuple(share)
    names = COLUMNS.replace("shares.", "")
    tx.execute(f"INSERT INTO shares ({names}) VALUES ({', '.join('?' * len(values))})", values)


def find_in_use(tx: Tx, session_key: int) -> Share | None:
    """The board's link that isn't revoked, whether it still stands or not."""
    row = tx.one(
        f"SELECT {COLUMNS} FROM shares WHERE session_key = ? AND revoked_at IS NULL", (session_key,)
    )
    return _share(row)


def list_for_actor(tx: Tx, actor: Actor, query: Query) -> Slice[SharedBoard]:
    """Those that aren't revoked, of boards that aren't in the trash."""
    found = page(tx, _LISTED, (actor.user_id, actor.organization_id), query)
    names: dict[str, str] = {}
    items = []
    for *values, session_id, organization_id, name in found.items:
        share = _read(values)
        if share.created_by not in names:
            user = users.find(tx, share.created_by)
            names[share.created_by] = user.display_name if user else ""
        creator = names[share.created_by]
        items.append(SharedBoard(share, session_id, organization_id, name, creator))
    return Slice(items, found.next, found.prev, found.total)


def find_board(tx: Tx, share_id: str) -> str | None:
    """The id of the board whose link it is now."""
    row = tx.one(
        """
        SELECT sessions.session_id FROM shares JOIN sessions ON sessions.key = shares.session_key
        WHERE share_id = ? AND revoked_at IS NULL
        """,
        (share_id,),
    )
    return row[0] if row else None


def find_standing(tx: Tx, token_hash: bytes, now: int) -> Share | None:
    row = tx.one(
        f"SELECT {COLUMNS} {_STANDING} AND shares.token_hash = :hash",
        {"now": now, "hash": token_hash},
    )
    return _share(row)


def is_standing(tx: Tx, share_id: str, now: int) -> bool:
    row = tx.one(
        f"SELECT 1 {_STANDING} AND shares.share_id = :share", {"now": now, "share": share_id}
    )
    return row is not None


def find_open_boards(tx: Tx, session_keys: Iterable[int], now: int) -> set[int]:
    """Of these boards, those that somebody could open by a link."""
    rows = tx.all(
        f"""
        SELECT shares.session_key {_STANDING}
        AND coalesce(shares.view_count < shares.max_views, 1)
        AND shares.session_key IN (SELECT value FROM json_each(:keys))
        """,
        {"now": now, "keys": msgspec.json.encode(list(session_keys)).decode()},
    )
    return {key for (key,) in rows}


def is_open(tx: Tx, session_key: int, now: int) -> bool:
    """Whether somebody could open the board by a link."""
    row = tx.one(
        f"""
        SELECT 1 {_STANDING}
        AND coalesce(shares.view_count < shares.max_views, 1) AND shares.session_key = :key
        """,
        {"now": now, "key": session_key},
    )
    return row is not None


def count_view(tx: Tx, share_id: str, access: Access) -> bool:
    """One more has looked; False, and nothing is counted, if no view is left."""
    counted = tx.execute(
        """
        UPDATE shares SET view_count = view_count + 1, last_accessed_at = ?
        WHERE share_id = ? AND coalesce(view_count < max_views, 1)
        """,
        (access.accessed_at, share_id),
    )
    if counted.rowcount == 0:
        return False
    tx.execute(
        """
        INSERT INTO share_accesses (share_id, ip_address, user_agent, accessed_at)
        VALUES (?, ?, ?, ?)
        """,
        (share_id, access.ip_address, access.user_agent, access.accessed_at),
    )
    tx.execute(
        """
        DELETE FROM share_accesses WHERE share_id = ? AND access_id <= (
            SELECT access_id FROM share_accesses WHERE share_id = ?
            ORDER BY access_id DESC LIMIT 1 OFFSET ?
        )
        """,
        (share_id, share_id, MOST_ACCESSES),
    )
    return True


def list_accesses(
    tx: Tx, session_key: int, *, limit: int, before: int | None = None
) -> list[tuple[int, Access]]:
    """By all links of the board that are still known, newest first, each with its key. `before` is
    the key of the last one seen."""
    rows = tx.all(
        """
        SELECT access_id, ip_address, user_agent, accessed_at
        FROM share_accesses JOIN shares USING (share_id)
        WHERE session_key = ? AND access_id < coalesce(?, access_id + 1)
        ORDER BY access_id DESC LIMIT ?
        """,
        (session_key, before, limit),
    )
    return [(key, Access(*values)) for key, *values in rows]


def count_accesses(tx: Tx, session_key: int) -> int:
    row = tx.one(
        "SELECT count(*) FROM share_accesses JOIN shares USING (share_id) WHERE session_key = ?",
        (session_key,),
    )
    return int(row[0]) if row else 0


def revoke(tx: Tx, session_key: int, at: int) -> list[str]:
    """The board's link, if it has one; returns its id."""
    rows = tx.all(
        """
        UPDATE shares SET revoked_at = ? WHERE session_key = ? AND revoked_at IS NULL
        RETURNING share_id
        """,
        (at, session_key),
    )
    return [share_id for (share_id,) in rows]


def purge(tx: Tx, before: int) -> int:
    """Forgets links that were revoked or expired before then, with who looked; returns how many."""
    purged = tx.execute(
        "DELETE FROM shares WHERE expires_at < ? OR revoked_at < ?", (before, before)
    )
    return purged.rowcount


def _share(row: Row | None) -> Share | None:
    return _read(row) if row else None


def _read(values: Iterable[Any]) -> Share:
    share = Share(*values)
    return msgspec.structs.replace(
        share, allow_download=bool(share.allow_download), may_edit=bool(share.may_edit)
    )
