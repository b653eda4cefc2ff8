"""The data that a backup replaces, looked at beside the restored data under the name `former`."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from solosync.store.engine import Store
from solosync.store.transactions import Tx


class Former(NamedTuple):
    """`uploads` are the ids and contents of pictures that came since the backup, for organizations
    that are in it; `boards` how many boards have been made since."""

    highest_rev: int
    boards: int
    uploads: list[tuple[str, str]]


_UPLOADS = """
    SELECT now.file_id, now.sha256 FROM former.files AS now
    WHERE now.sha256 IS NOT NULL
    AND now.file_id NOT IN (SELECT file_id FROM main.files WHERE sha256 IS NOT NULL)
    AND now.organization_id IN (SELECT organization_id FROM main.organizations)
"""
_BOARDS = """
    SELECT count(*) FROM former.sessions
    WHERE deleted_at IS NULL AND session_id NOT IN (SELECT session_id FROM main.sessions)
"""


def attach(store: Store, path: Path) -> Former | None:
    """Lets the following transactions of `store` see the former database. None, and it can't be
    seen, if it isn't there, can't be read, or is another server's."""

    def attach(tx: Tx) -> Former | None:
        if not path.exists():
            return None
        try:
            tx.execute("ATTACH ? AS former", (str(path),))
        except sqlite3.Error:
            return None
        with suppress(sqlite3.Error):
            if _is_usable(tx):
                (highest,) = tx.all("SELECT coalesce(max(rev), 0) FROM former.sessions")[0]
                (boards,) = tx.all(_BOARDS)[0]
                return Former(highest, boards, tx.all(_UPLOADS))
        with suppress(sqlite3.Error):
            tx.execute("DETACH former")
        return None

    return store.write_alone(attach)


def _is_usable(tx: Tx) -> bool:
    versions = [tx.one(f"PRAGMA {name}.user_version") for name in ("main", "former")]
    is_same = "SELECT 1 FROM main.users JOIN former.users AS now USING (user_id) LIMIT 1"
    return (
        versions[0] == versions[1]
        and tx.all("PRAGMA former.quick_check(1)") == [("ok",)]
        and tx.one(is_same) is not None
    )


def detach(store: Store) -> None:
    store.write_alone(lambda tx: tx.execute("DETACH former"))


def bring_upload(tx: Tx, file_id: str, now: int) -> None:
    """Its age begins anew, so that devices which show it have time to come back."""
    tx.execute(
        """
        INSERT OR REPLACE INTO main.files (
            file_id, organization_id, user_id, content_type, max_bytes, announced_sha256, sha256,
            size, created_at
        ) SELECT
            file_id, organization_id,
            (SELECT user_id FROM main.users WHERE users.user_id = now.user_id), content_type,
            max_bytes, announced_sha256, sha256, size, ?
        FROM former.files AS now WHERE file_id = ?
        """,
        (now, file_id),
    )
