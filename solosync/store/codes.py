"""Codes that prove an address. Live ones are neither used nor expired."""

from solosync.records.codes import CodeKind, SignInCode
from solosync.store.transactions import Tx

COLUMNS = """
    code_id, kind, email, user_id, asked_from, code_hash, link_hash, tries, created_at, expires_at,
    used_at
"""
_LIVE = "used_at IS NULL AND expires_at > ?"


def insert(tx: Tx, code: SignInCode) -> None:
    tx.execute(
        f"INSERT INTO sign_in_codes ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            code.code_id,
            code.kind,
            code.email,
            code.user_id,
            code.asked_from,
            code.code_hash,
            code.link_hash,
            code.tries,
            code.created_at,
            code.expires_at,
            code.used_at,
        ),
    )


def list_live(tx: Tx, kind: CodeKind, email: str, now: int) -> list[SignInCode]:
    """Those whose digits were tried too often too."""
    rows = tx.all(
        f"SELECT {COLUMNS} FROM sign_in_codes WHERE email = ? AND kind = ? AND {_LIVE}",
        (email, kind, now),
    )
    return [SignInCode(*row) for row in rows]


def find_live_by_code(tx: Tx, kind: CodeKind, code_hash: bytes, now: int) -> SignInCode | None:
    """Whosever it is."""
    row = tx.one(
        f"SELECT {COLUMNS} FROM sign_in_codes WHERE code_hash = ? AND kind = ? AND {_LIVE}",
        (code_hash, kind, now),
    )
    return SignInCode(*row) if row else None


def find_live_by_link(tx: Tx, link_hash: bytes, now: int) -> SignInCode | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM sign_in_codes WHERE link_hash = ? AND {_LIVE}", (link_hash, now)
    )
    return SignInCode(*row) if row else None


def nth_newest(
    tx: Tx, email: str, n: int, *, asked_from: str | None = None, is_notice: bool = False
) -> int | None:
    """When the n-th newest code of an address was made, of whatever kind but none (``is_notice``:
    of that kind alone, where somebody was told); with ``asked_from``, of those that were asked for
    there."""
    row = tx.one(
        """
        SELECT created_at FROM sign_in_codes
        WHERE email = ? AND (kind = 'none') = ? AND asked_from = coalesce(?, asked_from)
        AND (kind != 'none' OR user_id IS NOT NULL)
        ORDER BY created_at DESC LIMIT 1 OFFSET ?
        """,
        (email, is_notice, asked_from, n - 1),
    )
    return row[0] if row else None


def count_try(tx: Tx, kind: CodeKind, email: str, now: int) -> None:
    """One more wrong try of each live code of an address: it may have been meant for any."""
    tx.execute(
        f"UPDATE sign_in_codes SET tries = tries + 1 WHERE email = ? AND kind = ? AND {_LIVE}",
        (email, kind, now),
    )


def list_tries(tx: Tx, kind: CodeKind, email: str, since: int) -> list[tuple[int, int]]:
    """When each code of an address was made that was tried wrongly, and how often; oldest first."""
    rows = tx.all(
        """
        SELECT created_at, tries FROM sign_in_codes
        WHERE email = ? AND kind = ? AND tries > 0 AND created_at > ? ORDER BY created_at
        """,
        (email, kind, since),
    )
    return [(made_at, tries) for made_at, tries in rows]


def use_up(tx: Tx, kind: CodeKind, email: str, at: int) -> None:
    """All live ones of an address: whoever has got in needs none of the others."""
    tx.execute(
        f"UPDATE sign_in_codes SET used_at = ? WHERE email = ? AND kind = ? AND {_LIVE}",
        (at, email, kind, at),
    )


def purge(tx: Tx, now: int, made_before: int, *, tried_before: int) -> None:
    """Forgets those that have run out and were made before then; those tried wrongly, later."""
    tx.execute(
        """
        DELETE FROM sign_in_codes
        WHERE expires_at < ? AND created_at < CASE WHEN tries > 0 THEN ? ELSE ? END
        """,
        (now, tried_before, made_before),
    )
