"""Mail that is sent by and by."""

from typing import Literal

import msgspec

from solosync.origin import Language

Template = Literal["otp", "magic", "invitation", "taken", "test"]
MailStatus = Literal["queued", "sent", "failed", "dropped"]


class Mail(msgspec.Struct, frozen=True):
    """``fields`` are what its template is filled in with: sealed, and None once it is settled; then
    ``recipient`` only hints at the address. After ``expires_at`` it isn't sent any more. A decoy
    never is: nobody has that address here, and whoever asked for it must not notice."""

    mail_id: str
    recipient: str
    template: Template
    language: Language
    fields: bytes | None
    is_decoy: bool
    status: MailStatus
    error: str | None
    created_at: int
    expires_at: int
    settled_at: int | None


class Letter(msgspec.Struct, frozen=True):
    """What is to be written to whom."""

    mail_id: str
    recipient: str
    template: Template
    language: Language
    fields: dict[str, str]


def mask(address: str) -> str:
    """Enough of an address for its owner to recognise it: `a…@example.org`."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}…{at}{domain}"
