"""Uploaded files, and which content is referred to by anything."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from solosync.records.files import File
from solosync.store.packing import unpack
from solosync.store.transactions import Tx

_COLUMNS = """
    file_id, organization_id, user_id, content_type, max_bytes, announced_sha256, sha256, size,
    created_at
"""
_ROWS_AT_ONCE = 200
_BYTES_AT_ONCE = 4 * 1024 * 1024


def insert(tx: Tx, file: File) -> None:
    tx.execute(
        f"INSERT INTO files ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file.file_id,
            file.organization_id,
            file.user_id,
            file.content_type,
            file.max_bytes,
            file.announced_sha256,
            file.sha256,
            file.size,
            file.created_at,
        ),
    )


def find(tx: Tx, file_id: str) -> File | None:
    row = tx.one(f"SELECT {_COLUMNS} FROM files WHERE file_id = ?", (file_id,))
    return File(*row) if row else None


def find_same(tx: Tx, organization_id: str, sha256: str, content_type: str) -> File | None:
    """One of the organization that holds this content."""
    row = tx.one(
        f"""
        SELECT {_COLUMNS} FROM files
        WHERE organization_id = ? AND sha256 = ? AND content_type = ?
        ORDER BY created_at LIMIT 1
        """,
        (organization_id, sha256, content_type),
    )
    return File(*row) if row else None


def find_several(tx: Tx, organization_id: str, file_ids: Iterable[str]) -> list[File]:
    """Those of the organization; the others are left out."""
    found = (find(tx, file_id) for file_id in file_ids)
    return [file for file in found if file and file.organization_id == organization_id]


def arrive(tx: Tx, file_id: str, sha256: str, size: int) -> bool:
    """The content has come; False if the file is gone, or has another content already."""
    changed = tx.execute(
        """
        UPDATE files SET sha256 = ?, size = ?
        WHERE file_id = ? AND (sha256 IS NULL OR sha256 = ?)
        """,
        (sha256, size, file_id, sha256),
    )
    return changed.rowcount > 0


def touch(tx: Tx, file_id: str, now: int) -> None:
    """It is wanted again: its age begins anew."""
    tx.execute("UPDATE files SET created_at = ? WHERE file_id = ?", (now, file_id))


def delete(tx: Tx, file_id: str, *, made_before: int | None = None) -> bool:
    """False if it isn't there, or was wanted again since."""
    deleted = tx.execute(
        "DELETE FROM files WHERE file_id = ? AND created_at < ?",
        (file_id, 2**62 if made_before is None else made_before),
    )
    return deleted.rowcount > 0


def list_older(tx: Tx, before: int) -> list[File]:
    rows = tx.all(f"SELECT {_COLUMNS} FROM files WHERE created_at < ?", (before,))
    return [File(*row) for row in rows]


def is_referred_to(tx: Tx, sha256: str) -> bool:
    """Whether an upload, an export or a thumbnail has this content."""
    row = tx.one(
        """
        SELECT EXISTS (SELECT 1 FROM files WHERE sha256 = :sha256)
            OR EXISTS (SELECT 1 FROM exports WHERE sha256 = :sha256)
            OR EXISTS (SELECT 1 FROM thumbnails WHERE webp = :sha256 OR png = :sha256)
        """,
        {"sha256": sha256},
    )
    assert row is not None
    return bool(row[0])


def list_referred_to(tx: Tx) -> set[str]:
    rows = tx.all(
        """
        SELECT sha256 FROM files WHERE sha256 IS NOT NULL
        UNION SELECT sha256 FROM exports WHERE sha256 IS NOT NULL
        UNION SELECT webp FROM thumbnails WHERE webp IS NOT NULL
        UNION SELECT png FROM thumbnails WHERE png IS NOT NULL
        """
    )
    return {sha256 for (sha256,) in rows}


class Some(NamedTuple):
    """A few contents; ``place`` is where the last of them stands, None if there were no more."""

    place: int | None
    contents: list[bytes]


# All content in which an address of a file may stand: (place, is_packed, bytes), in the order of
# the place. Rows of the first four never change, except that thinning moves what is in them on.
TEXTS = (
    "SELECT seq, is_packed, data FROM updates WHERE seq > ? ORDER BY seq",
    "SELECT seq, 0, set_aside FROM updates WHERE seq > ? AND set_aside IS NOT NULL ORDER BY seq",
    "SELECT rowid, 1, data FROM snapshots WHERE rowid > ? ORDER BY rowid",
    "SELECT base_id, 1, state FROM bases WHERE base_id > ? AND state IS NOT NULL ORDER BY base_id",
)
CHANGING_TEXTS = (
    "SELECT key, 0, CAST(thumbnail_url AS BLOB) FROM sessions"
    " WHERE key > ? AND thumbnail_url LIKE '%files%' ORDER BY key",
    "SELECT rowid, 0, CAST(avatar_url AS BLOB) FROM users"
    " WHERE rowid > ? AND avatar_url LIKE '%files%' ORDER BY rowid",
)


def some_texts(tx: Tx, source: str, after: int) -> Some:
    """The next few of one of TEXTS or CHANGING_TEXTS: not many and, but for the last, not large,
    so that no read lasts long. Raises Damaged."""
    place, contents, size = None, list[bytes](), 0
    for at, is_packed, data in tx.execute(f"{source} LIMIT {_ROWS_AT_ONCE}", (after,)):
        place = at
        contents.append(unpack(data) if is_packed else data)
        size += len(contents[-1])
        if size >= _BYTES_AT_ONCE:
            break
    return Some(place, contents)


def sizes(tx: Tx) -> Iterator[tuple[str, int, int]]:
    """For uploads and exports: what they are, how many, and the bytes of their contents."""
    for name, table, column in (("uploads", "files", "size"), ("exports", "exports", "file_size")):
        row = tx.one(
            f"SELECT count(*), coalesce(sum({column}), 0) FROM {table} WHERE sha256 IS NOT NULL"
        )
        assert row is not None
        yield name, row[0], row[1]
