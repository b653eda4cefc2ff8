"""Everything that can go wrong on purpose. No HTTP here: solosync.web.errors maps it.

SolosyncError
├── Invalid                 a value that can't be used; details may hold ``fields``
│   ├── InvalidOps          one operation of a list doesn't fit; nothing was changed
│   └── CodeRefused         a code or link of ours that isn't good, or no longer
├── Unauthenticated         no valid proof of who is asking
│   ├── SomebodyElse        somebody is signed in, but not who was meant
│   └── PasswordRequired    a share link's password is missing or wrong
├── Forbidden               known, but not allowed
│   └── FeatureOff          switched off here, or for the one who asks
├── NotFound                not there, or not visible to the one who asks
├── Gone                    was there, and is not coming back
├── Conflict                the state of things forbids it
│   ├── Stale               a precondition named another rev
│   ├── Taken               a value that must be unique is in use
│   └── Locked              another process holds the data folder
├── KeyReused               an idempotency key of something else that was asked for
├── TooLarge                over a limit
│   └── SessionTooLarge     a board that is more than exports take
├── UnsupportedMedia        an encoding or type that is not read here
├── RateLimited             too often; try again later
├── Unavailable             can't be done now; try again later
├── StorageFailed           the disk refused: full, read-only or broken; nothing was kept
├── Damaged                 what is stored can't be read; it is never written over
└── SchemaTooNew            the data was written by a newer program
"""

from typing import ClassVar


class SolosyncError(Exception):
    """``code`` is stable, ``message`` is safe to show to anyone; a private reason goes in
    ``__cause__``, which is logged and never sent."""

    code: str = "error"
    default_message: ClassVar[str] = "That did not work."

    def __init__(self, message: str = "", **details: object) -> None:
        self.message = message or self.default_message
        self.details: dict[str, object] = details
        super().__init__(self.message)


class Invalid(SolosyncError):
    code = "invalid"
    default_message = "That value can't be used."


class InvalidOps(Invalid):
    """``index`` is the position of the operation that doesn't fit, from 0."""

    code = "invalid_ops"

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message, index=index)
        self.index = index


class CodeRefused(Invalid):
    code = "invalid_or_expired"
    default_message = "That code or link is wrong, was used, or is too old. Ask for a new one."


class Unauthenticated(SolosyncError):
    code = "unauthenticated"
    default_message = "Sign in first."


class SomebodyElse(Unauthenticated):
    code = "somebody_else"
    default_message = "Somebody else is signed in here."


class PasswordRequired(Unauthenticated):
    code = "password_required"
    default_message = "This link asks for a password."


class Forbidden(SolosyncError):
    code = "forbidden"
    default_message = "You may not do that."


class FeatureOff(Forbidden):
    code = "feature_off"

    def __init__(self, feature: str) -> None:
        super().__init__(f"{feature} is switched off here.", feature=feature)
        self.feature = feature


class NotFound(SolosyncError):
    """``kind`` is the noun ("session"), which also makes the code: "session.not_found"."""

    code = "not_found"

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"There is no such {kind}.", kind=kind, id=id)
        self.kind = kind
        self.id = id
        self.code = f"{kind}.not_found"


class Gone(SolosyncError):
    code = "gone"
    default_message = "That is gone for good."


class Conflict(SolosyncError):
    code = "conflict"
    default_message = "That can't be done as things are."


class Stale(Conflict):
    code = "stale"

    def __init__(self, server_rev: int) -> None:
        super().__init__(
            f"The board has changed; it is at rev {server_rev}. Read it again, then save.",
            server_rev=server_rev,
        )
        self.server_rev = server_rev


class Taken(Conflict):
    code = "taken"

    def __init__(self, field: str) -> None:
        super().__init__(f"That {field} is in use already. Choose another.", field=field)
        self.field = field


class Locked(Conflict):
    code = "locked"
    default_message = "Another solosync is using this data folder. Stop it first."


class KeyReused(SolosyncError):
    code = "idempotency_key_reused"
    default_message = "That Idempotency-Key was used for something else. Take a new one."


class TooLarge(SolosyncError):
    """``limit`` is in bytes unless the message says otherwise."""

    code = "too_large"

    def __init__(self, limit: int, message: str = "", **details: object) -> None:
        super().__init__(message or f"Too large; the limit is {limit}.", limit=limit, **details)
        self.limit = limit


class SessionTooLarge(TooLarge):
    code = "session_too_large"

    def __init__(self, max_bytes: int, state_bytes: int) -> None:
        super().__init__(max_bytes, max_bytes=max_bytes, state_bytes=state_bytes)


class UnsupportedMedia(SolosyncError):
    code = "unsupported_media_type"
    default_message = "That encoding or type is not supported."


class RateLimited(SolosyncError):
    code = "rate_limited"

    def __init__(self, retry_after_seconds: int, message: str = "") -> None:
        super().__init__(
            message or f"Too many tries. Wait {retry_after_seconds} s.",
            retry_after_seconds=retry_after_seconds,
        )
        self.retry_after_seconds = retry_after_seconds


class Unavailable(SolosyncError):
    code = "unavailable"
    default_message = "That is not possible just now. Try again in a moment."


class StorageFailed(SolosyncError):
    code = "storage_failed"
    default_message = (
        "It could not be stored, and nothing of it was kept. "
        "Check the disk of the data folder: free space, and that it can be written to."
    )


class Damaged(SolosyncError):
    code = "session.damaged"
    default_message = (
        "What is stored is damaged and was left as it is. "
        "Run `solosync doctor`, and restore a backup if it says so."
    )


class SchemaTooNew(SolosyncError):
    code = "schema_too_new"
    default_message = (
        "This data was written by a newer solosync. Install that version or a later one."
    )
