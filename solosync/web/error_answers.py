"""From errors to answers, of one shape.

Every answer that isn't a success is a problem document (RFC 9457): `type, title, status, detail,
instance, request_id`, our own `code`, and whatever the contract of a route adds (`error`,
`server_rev`, ...). Under the team's paths it is `{status: "error", message}`. A reason that isn't
for everyone's eyes stands in `__cause__` and is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Template

from solosync import errors
from solosync.errors import SolosyncError
from solosync.web.connections import AnyRequest
from solosync.web.errors import InProgress, contract_members, outcome

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


def answer(request: AnyRequest, error: Exception) -> Response[Any]:
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
    request: AnyRequest,
    status: int,
    code: str,
    detail: str,
    headers: dict[str, str],
    members: Mapping[str, object],
) -> Response[Any]:
    if wants_page(request):
        title = HTTPStatus(status).phrase
        asked = request.scope["path"] if request.method == "GET" else ""
        context = {"title": title, "detail": detail, "status": status, "asked": asked}
        return Template("problem.html", context=context, status_code=status, headers=headers)
    content = body(request.scope, status, code, detail, members)
    media = media_type(request.scope)
    return Response(content, status_code=status, media_type=media, headers=headers)


def wants_page(request: AnyRequest) -> bool:
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
