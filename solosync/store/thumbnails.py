"""Thumbnails: which rev each board's shows, and where its two forms are."""

from collections.abc import Iterator
from typing import NamedTuple

from solosync.store.transactions import Tx

_NO_REV = -1  # whatever rev the board has, its own thumbnail is still due


class Thumbnail(NamedTuple):
    """Contents by their SHA-256; ``version`` is when it was made, in ms."""

    version: int
    webp: str
    png: str


def find(tx: Tx, session_id: str) -> Thumbnail | None:
    """Whoever asks, but none of a board in the trash."""
    row = tx.one(
        """
        SELECT sessions.thumbnail_version, thumbnails.webp, thumbnails.png
        FROM sessions JOIN thumbnails ON thumbnails.session_key = sessions.key
        WHERE session_id = ? AND deleted_at IS NULL AND webp IS NOT NULL
        """,
        (session_id,),
    )
    return Thumbnail(*row) if row else None


def each_due(tx: Tx, task: str, rested_since_us: int) -> Iterator[tuple[str, str]]:
    """Ids of boards, and of their organizations, that changed since their thumbnail was last tried,
    and not since then; the last changed first. Left out are those whose client gave a picture of
    its own, and those for which a job of the task is on its way."""
    return tx.execute(
        """
        SELECT sessions.session_id, sessions.organization_id
        FROM sessions LEFT JOIN thumbnails ON thumbnails.session_key = sessions.key
        WHERE deleted_at IS NULL AND thumbnail_url IS NULL AND updated_at <= ?
        AND tried_rev IS NOT rev AND NOT EXISTS (
            SELECT 1 FROM jobs
            WHERE subject = sessions.session_id AND task = ? AND status IN ('queued', 'running')
        )
        ORDER BY updated_at DESC
        """,
        (rested_since_us, task),
    )


def put(tx: Tx, session_key: int, rev: int, *, version: int, webp: str, png: str) -> list[str]:
    """Returns the contents that it had before. A picture that is the same keeps its version."""
    before = tx.one("SELECT webp, png FROM thumbnails WHERE session_key = ?", (session_key,))
    tx.execute(
        """
        INSERT INTO thumbnails (session_key, tried_rev, webp, png) VALUES (?, ?, ?, ?)
        ON CONFLICT (session_key) DO UPDATE
        SET tried_rev = excluded.tried_rev, webp = excluded.webp, png = excluded.png
        """,
        (session_key, rev, webp, png),
    )
    if before != (webp, png):
        tx.execute(
            "UPDATE sessions SET thumbnail_version = max(coalesce(thumbnail_version + 1, 0), ?)"
            " WHERE key = ?",
            (version, session_key),
        )
    return [sha256 for sha256 in before or () if sha256 is not None]


def copy(tx: Tx, from_key: int, to_key: int) -> None:
    """Gives a board that has none what another one has, if it has one, until its own is made."""
    tx.execute(
        """
        INSERT INTO thumbnails (session_key, tried_rev, webp, png)
        SELECT ?, ?, webp, png FROM thumbnails WHERE session_key = ? AND webp IS NOT NULL
        """,
        (to_key, _NO_REV, from_key),
    )
    tx.execute(
        """
        UPDATE sessions
        SET thumbnail_version = (SELECT thumbnail_version FROM sessions WHERE key = ?)
        WHERE key = ?
        """,
        (from_key, to_key),
    )


def put_failure(tx: Tx, session_key: int, rev: int) -> None:
    """This rev isn't tried again by itself; an older picture stays."""
    tx.execute(
        """
        INSERT INTO thumbnails (session_key, tried_rev) VALUES (?, ?)
        ON CONFLICT (session_key) DO UPDATE SET tried_rev = excluded.tried_rev
        """,
        (session_key, rev),
    )
