"""Mail: queued with what it belongs to, sent by a job.

A mail may go out twice if the program dies between sending it and noting that; never is one lost
that was committed, except by its age: a code that has run out is of no use to anybody.
"""

from __future__ import annotations

import msgspec

from solosync.clock import MINUTE_MS, now_ms
from solosync.crypto import Keys
from solosync.domain import jobs
from solosync.errors import Gone, NotFound
from solosync.ids import new_id
from solosync.origin import Language
from solosync.records.mails import Letter, Mail, MailStatus, Template, mask
from solosync.store import mails
from solosync.store.engine import Store
from solosync.store.transactions import Tx

SEND = "mail.send"
FIELDS: dict[Template, frozenset[str]] = {
    "otp": frozenset(("code", "minutes")),
    "magic": frozenset(("code", "link", "minutes")),
    "invitation": frozenset(("organization", "inviter", "role", "link", "days")),
    "taken": frozenset(("link",)),
    "test": frozenset(),
}
# A provider that is down overnight has been noticed by then.
LONGEST_TRY_MS = 24 * 60 * MINUTE_MS
SOONEST_AGAIN_SECONDS = 10
LATEST_AGAIN_SECONDS = 30 * 60
KEPT_MS = 30 * 24 * 60 * MINUTE_MS
TOO_OLD = "It could not be sent before what is in it ran out."
_LOCK = "mail"
_DECODER = msgspec.json.Decoder(dict[str, str])


def queue(
    tx: Tx,
    keys: Keys,
    recipient: str,
    template: Template,
    fields: dict[str, str],
    *,
    language: Language,
    is_decoy: bool = False,
) -> str:
    """The id of a mail that is sent soon after the commit. Raises ValueError if ``fields`` aren't
    the template's (FIELDS).

    A decoy costs as much and sends nothing. ``language`` is the reader's, as far as it is known:
    `origin.current` holds it, where the request is.
    """
    if fields.keys() != FIELDS[template]:
        raise ValueError(f"a mail of the kind {template} takes {sorted(FIELDS[template])}")
    now = now_ms()
    mail = Mail(
        mail_id=new_id(),
        recipient=recipient,
        template=template,
        language=language,
        fields=keys.lock(_LOCK, msgspec.json.encode(fields)),
        is_decoy=is_decoy,
        status="queued",
        error=None,
        created_at=now,
        expires_at=now + _life_ms(fields),
        settled_at=None,
    )
    mails.insert(tx, mail)
    jobs.add(tx, SEND, mail.mail_id)
    return mail.mail_id


def purge(tx: Tx, now_ms: int) -> int:
    """Forgets mails from long ago; how many."""
    return mails.purge(tx, now_ms - KEPT_MS)


# -- for the job -------------------------------------------------------------------------------


def get_mail(store: Store, mail_id: str) -> Mail:
    """Raises NotFound."""
    mail = store.read(lambda tx: mails.find(tx, mail_id))
    if mail is None:
        raise NotFound("mail", mail_id)
    return mail


def open_letter(keys: Keys, mail: Mail) -> Letter:
    """What is in a queued mail. Raises Gone if it was settled or is too old to be sent."""
    if mail.fields is None:
        raise Gone("What was in this mail isn't kept. Ask for a new one.")
    if now_ms() >= mail.expires_at:
        raise Gone(TOO_OLD)
    fields = _DECODER.decode(keys.unlock(_LOCK, mail.fields))
    return Letter(mail.mail_id, mail.recipient, mail.template, mail.language, fields)


def seconds_until_next_try(mail: Mail, *, at_least: int = 0) -> int | None:
    """As long again as it has been waiting already, within bounds; None if it is too old then."""
    age = (now_ms() - mail.created_at) // 1000
    seconds = max(min(max(age, SOONEST_AGAIN_SECONDS), LATEST_AGAIN_SECONDS), at_least)
    return seconds if now_ms() + seconds * 1000 < mail.expires_at else None


def settle(store: Store, mail: Mail, status: MailStatus, error: str | None = None) -> None:
    """Notes how it ended, and forgets what was in it. ``error`` is for those who administer the
    server."""
    hint = mask(mail.recipient)
    store.write(
        lambda tx: mails.settle(tx, mail.mail_id, status, recipient=hint, error=error, at=now_ms())
    )


def _life_ms(fields: dict[str, str]) -> int:
    minutes = fields.get("minutes")
    return min(int(minutes) * MINUTE_MS, LONGEST_TRY_MS) if minutes else LONGEST_TRY_MS
