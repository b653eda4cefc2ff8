"""Mails, queued and settled."""

from solosync.records.mails import Mail, MailStatus
from solosync.store.transactions import Tx

COLUMNS = (
    "mail_id, recipient, template, language, fields, is_decoy, status, error, created_at,"
    " expires_at, settled_at"
)
_IS_DECOY_AT = 5


def insert(tx: Tx, mail: Mail) -> None:
    tx.execute(
        f"INSERT INTO mails ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            mail.mail_id,
            mail.recipient,
            mail.template,
            mail.language,
            mail.fields,
            mail.is_decoy,
            mail.status,
            mail.error,
            mail.created_at,
            mail.expires_at,
            mail.settled_at,
        ),
    )


def find(tx: Tx, mail_id: str) -> Mail | None:
    row = tx.one(f"SELECT {COLUMNS} FROM mails WHERE mail_id = ?", (mail_id,))
    if row is None:
        return None
    values = [*row]
    values[_IS_DECOY_AT] = bool(values[_IS_DECOY_AT])
    return Mail(*values)


def settle(
    tx: Tx, mail_id: str, status: MailStatus, *, recipient: str, error: str | None, at: int
) -> None:
    """Ends a queued mail and forgets what was in it; does nothing if that has happened already."""
    tx.execute(
        """
        UPDATE mails SET status = ?, recipient = ?, error = ?, settled_at = ?, fields = NULL
        WHERE mail_id = ? AND status = 'queued'
        """,
        (status, recipient, error, at, mail_id),
    )


def purge(tx: Tx, before: int) -> int:
    """Forgets those from before then; how many."""
    return tx.execute("DELETE FROM mails WHERE created_at < ?", (before,)).rowcount
