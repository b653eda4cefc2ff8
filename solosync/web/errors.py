"""From errors to answers: the one table of statuses and close codes, and the one body shape.

Every answer that isn't a success is a problem document (RFC 9457): `type, title, status, detail,
instance, request_id`, our own `code`, and whatever the contract of a route adds (`error`,
`server_rev`, ...). Under the team's paths it is `{status: "error", message}`. A reason that isn't
for everyone's eyes stands in `__cause__` and is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Template

from solosync import errors
from solosync.errors import SolosyncError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
# Programs have no use for these; people come through them in their browsers.
PAGES_IN_API = "/api/auth/openid/"
# The team's client reads these in an envelope of its own.
ENVELOPED = (
    "/api/register",
    "/api/request-otp",
    "/api/verify-otp",
    "/api/refresh",
    "/api/logout",
)
UNEXPECTED = "Something went wrong in the server. Its log says what, under this request id."


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


class Problem(msgspec.Struct):
    """What every answer that isn't a success holds; routes add members of their own."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    code: str


class EnvelopedError(msgspec.Struct):
    """What it is under the team's paths."""

    status: Literal["error"]
    message: str


def is_enveloped(path: str) -> bool:
    return f"{path}/".startswith(tuple(f"{prefix}/" for prefix in ENVELOPED))


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


def body(
    scope: Mapping[str, Any],
    status: int,
    code: str,
    detail: str,
    members: Mapping[str, object] | None = None,
) -> bytes:
    """A problem document as JSON, of the type `media_type`; `members` may replace the standard
    ones."""
    if is_enveloped(scope["state"]["path"]):
        return msgspec.json.encode(EnvelopedError("error", detail))
    problem = {
        "type": f"urn:solosync:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": scope["state"]["path"],
        "request_id": scope["state"]["request_id"],
        "code": code,
    }
    return msgspec.json.encode(problem | dict(members or {}))


def media_type(scope: Mapping[str, Any]) -> str:
    return "application/json" if is_enveloped(scope["state"]["path"]) else MEDIA_TYPE


def headers_for(status: int, error: SolosyncError | None = None) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if status == 426:
        return {"Upgrade": "websocket"}
    if isinstance(error, errors.RateLimited):
        return {"Retry-After": str(error.retry_after_seconds)}
    if status == 503 or isinstance(error, InProgress):
        return {"Retry-After": str(RETRY_SECONDS)}
    return {}


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to a request that ended in an error; what isn't the client's doing is logged."""
    if isinstance(error, SolosyncError):
        status = outcome(error).status
        _log(error, status)
        members = error.details | contract_members(error)
        return _respond(
            request, status, error.code, error.message, headers_for(status, error), members
        )
    if isinstance(error, HTTPException) and error.status_code < 500:
        code = HTTPStatus(error.status_code).name.lower()
        found = _parameters(error)
        told = "; ".join(f"{name}: {reason}" for name, reason in found.items()) or error.detail
        headers = headers_for(error.status_code) | dict(error.headers or {})
        extra = {"fields": found} if found else {}
        return _respond(request, error.status_code, code, told, headers, extra)
    # The route and not the path, which may hold a link's token.
    route = request.scope.get("path_template", "an unknown route")
    log.error("%s %s failed", request.method, route, exc_info=error)
    return _respond(request, 500, "internal", UNEXPECTED, {}, {})


def _parameters(error: HTTPException) -> dict[str, str]:
    """What the framework found wrong with parameters, by their names."""
    found = error.extra if isinstance(error.extra, list) else []
    return {entry["key"]: entry["message"] for entry in found if "key" in entry}


def _respond(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    detail: str,
    headers: dict[str, str],
    members: Mapping[str, object],
) -> Response[Any]:
    if _wants_page(request):
        title = HTTPStatus(status).phrase
        asked = request.scope["path"] if request.method == "GET" else ""
        context = {"title": title, "detail": detail, "status": status, "asked": asked}
        return Template("problem.html", context=context, status_code=status, headers=headers)
    content = body(request.scope, status, code, detail, members)
    media = media_type(request.scope)
    return Response(content, status_code=status, media_type=media, headers=headers)


def _wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a person looks at this in a browser's tab."""
    path = request.scope["path"]
    is_api = path.startswith(("/api", "/health", "/ws")) and not path.startswith(PAGES_IN_API)
    return not is_api and "text/html" in request.headers.get("accept", "")


def _log(error: SolosyncError, status: int) -> None:
    if isinstance(error, errors.Unavailable):
        log.warning("%s: %s (%r)", error.code, error.message, error.__cause__)
    elif status >= 500:
        log.error("%s: %s", error.code, error.message, exc_info=error)
    elif error.__cause__ is not None:
        log.info("%s, because of: %r", error.code, error.__cause__)
