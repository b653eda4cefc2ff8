"""The errors that only requests know, and the one table of statuses and close codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from solosync import errors
from solosync.errors import SolosyncError


class Outcome(NamedTuple):
    """How an error ends a request, and how it ends a WebSocket."""

    status: int
    close_code: int


class PreconditionFailed(errors.Stale):
    """Stale, where the client stated its rev by If-Match (or asked for strict handling)."""

    code = "precondition_failed"


class InvalidFormat(errors.Invalid):
    """An export that nobody knows to make; the message names those that are made."""

    code = "invalid_format"


class StateRequired(errors.Invalid):
    """A save without anything to save."""

    code = "state_required"
    default_message = "state_required"


class WrongHost(errors.Forbidden):
    """The request names a host that isn't this server (DNS rebinding looks like that)."""

    code = "wrong_host"


class KeyNotAdmitted(errors.Forbidden):
    """An API key was used where only people may act."""

    code = "key_not_admitted"
    default_message = "No API key may do that; sign in yourself."


class ScopeMissing(errors.Forbidden):
    """An API key was used for what it wasn't made for."""

    code = "scope_missing"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This API key doesn't have the scope {scope}.", scope=scope)


class InProgress(errors.Conflict):
    """What was asked for before under the same Idempotency-Key isn't done yet."""

    code = "idempotency_in_progress"
    default_message = "That is still being worked on. Ask again in a moment, with the same key."


class AnswerLost(errors.Conflict):
    """What was asked for under this Idempotency-Key was done, and nobody knows the answer."""

    code = "idempotency_answer_lost"
    default_message = (
        "That was done before under this Idempotency-Key, but its answer is lost. "
        "Look at what is there; to do it again, take a new key."
    )


class HeadTooLarge(errors.Invalid):
    """An address and headers longer than anybody needs."""

    code = "head_too_large"
    default_message = "The address and headers of a request may have 64 KiB together."


class UpgradeRequired(errors.Invalid):
    """A plain request where only WebSockets are."""

    code = "upgrade_required"
    default_message = "This address is for WebSockets."


class Disconnected(SolosyncError):
    """The client went away while it was sending; nobody reads the answer."""

    code = "disconnected"
    default_message = "The request ended before its body did."


# Looked up along the class's ancestors, so that a new error has its base's outcome at once.
OUTCOMES: Mapping[type[SolosyncError], Outcome] = {
    errors.Invalid: Outcome(400, 4400),
    errors.InvalidOps: Outcome(422, 4400),
    UpgradeRequired: Outcome(426, 4400),
    HeadTooLarge: Outcome(431, 4400),
    errors.Unauthenticated: Outcome(401, 4401),
    errors.Forbidden: Outcome(403, 4403),
    WrongHost: Outcome(421, 4403),
    errors.NotFound: Outcome(404, 4404),
    errors.Gone: Outcome(410, 4404),
    errors.Conflict: Outcome(409, 4409),
    PreconditionFailed: Outcome(412, 4409),
    errors.Locked: Outcome(503, 1013),
    errors.KeyReused: Outcome(422, 4400),
    errors.TooLarge: Outcome(413, 4413),
    errors.UnsupportedMedia: Outcome(415, 4400),
    errors.RateLimited: Outcome(429, 4429),
    errors.Unavailable: Outcome(503, 1013),
    errors.StorageFailed: Outcome(507, 1011),
    errors.Damaged: Outcome(503, 1011),
    errors.SchemaTooNew: Outcome(503, 1011),
    Disconnected: Outcome(400, 1001),
    SolosyncError: Outcome(500, 1011),
}


# What contracts say beside that; looked up the same way.
MEMBERS: Mapping[type[SolosyncError], Mapping[str, str]] = {
    PreconditionFailed: {"error": "precondition_failed"},
    errors.Stale: {"error": "rev_mismatch"},
    errors.SessionTooLarge: {"detail": "session_too_large"},
    errors.PasswordRequired: {"error": "password_required"},
    errors.CodeRefused: {"error": "invalid_or_expired"},
    InvalidFormat: {"error": "Invalid format"},
    errors.TooLarge: {"error": "payload_too_large"},
    errors.UnsupportedMedia: {"error": "unsupported_media_type"},
}
NOT_THERE: Mapping[str, Mapping[str, str]] = {
    "export": {"detail": "Export not found"},
    "share": {"error": "Invalid or expired share link"},
}


def outcome(error: BaseException) -> Outcome:
    for ancestor in type(error).__mro__:
        if ancestor in OUTCOMES:
            return OUTCOMES[ancestor]
    return OUTCOMES[SolosyncError]


def contract_members(error: SolosyncError) -> dict[str, object]:
    """What contracts add for this error, beside its details."""
    if isinstance(error, errors.InvalidOps):
        return {"detail": "invalid_ops", "message": error.message}
    if isinstance(error, errors.NotFound):
        return dict(NOT_THERE.get(error.kind, {}))
    for ancestor in type(error).__mro__:
        if ancestor in MEMBERS:
            return dict(MEMBERS[ancestor])
    return {}
