"""What the operations of the OpenAPI document share, and refer to: error answers, headers,
parameters, ways to prove who is asking, and what the tags stand for."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from solosync.records.scopes import SCOPES
from solosync.web.auth import ACCESS_COOKIE
from solosync.web.documented import EXPLANATIONS
from solosync.web.error_answers import MEDIA_TYPE
from solosync.web.listing import DEFAULT_LIMIT, MOST

Json = dict[str, Any]

DESCRIPTION = f"""\
Boards in sync. Paths are taken with and without the slash at their end, and JSON bodies may come
gzipped.

**Errors.** Every answer that isn't a success is a problem document (RFC 9457), with a `code` that
stays the same, and the `request_id` under which the server's log tells more. Under the paths of
*Team* it is `{{"status": "error", "message": ...}}` instead.

**Lists** come as `{{data, meta}}`, {DEFAULT_LIMIT} at a time unless `limit` says otherwise.
`meta.next` and `meta.prev` are cursors, which stay where they are while things are added.

**Who is asking** is proved by a token in `Authorization: Bearer`, by the cookies of a sign-in in a
browser, or by an API key. A key does only what its scopes name, as the person who made it, in its
organization alone; where no scope is named, it does nothing.

**Again without harm.** A POST, PUT or PATCH with an `Idempotency-Key` is done once, however often
it is sent.

**How often** one may ask is told by the headers `RateLimit` and `RateLimit-Policy`.
"""

# In the order in which they are shown.
TAGS = {
    "Signing in": "Tokens for programs and apps: by password, by a mailed code, by renewal.",
    "People": "Whoever is signed in.",
    "Devices": "Every sign-in is a device: where one is signed in, pairing, signing out from afar.",
    "API keys": "For scripts: what they may do is named by scopes.",
    "Organizations": "Who works together: members, their roles, invitations.",
    "Notifications": "What a person should know of.",
    "Boards": "Boards, their saves and their history.",
    "Uploads": "Pictures that boards show.",
    "Exports": "Files of boards: PNG, SVG, PDF, JSON.",
    "Shares": "Boards as those see them who have a link.",
    "Team": "What the team workspace client asks: cookies, and answers in an envelope.",
    "Admin": "For staff: figures, jobs, features, people, and who did what.",
    "Health": "For whatever watches over the server.",
    "Description": "This document.",
}

SECURITY_SCHEMES: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token, or a device's own (`dev_...`).",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": ACCESS_COOKIE,
        "description": "Set by signing in with a browser. What changes something has to come from"
        " this server's own pages, or from an origin that `cors_origins` names.",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "`sk_live_...`, which `Authorization: Bearer` takes as well. Scopes: "
        + ", ".join(f"`{scope}`" for scope in SCOPES)
        + ".",
    },
}

PATH_PARAMETERS = {
    "session_id": ("A board.", "0b9f6c52-1d1f-4c0a-9a54-6a2f4a3f5b11"),
    "token": ("What a share link ends in.", "kW3xQ9aT..."),
    "share_id": ("A share link.", "7d2e9c4a-1b3f-4d5e-8a6c-0f1e2d3c4bbb"),
    "rev": ("A rev of the board, as the list of versions has it.", "7"),
    "export_id": ("An export.", "5d0c1f38-3f6e-4a57-8d5a-0f1f6f9b7c22"),
    "device_id": ("A device.", "a3c1a7de-52b8-4b8e-8f3f-2f3d1c5e9a33"),
    "key_id": ("An API key.", "c8a4e6f0-7b1d-4f2a-b1c9-9d8e7f6a5b44"),
    "organization_id": ("An organization.", "e5f60718-293a-4b4c-8d5e-6f708192a355"),
    "user_id": ("A person.", "f1e2d3c4-b5a6-4978-8a6b-5c4d3e2f1066"),
    "invitation_id": ("An invitation.", "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c77"),
    "notification_id": ("A notification.", "2b3c4d5e-6f7a-4b8c-9d0e-1f2a3b4c5d88"),
    "job_id": ("A job.", "3c4d5e6f-7a8b-4c9d-8e0f-2a3b4c5d6e99"),
    "name": ("A feature.", "exports"),
}
"""What they stand for, and one of them."""

QUERY_PARAMETERS = {
    "trash": "Those that were thrown away, instead.",
    "limit": "How many at most; all without it.",
    "cursor": "`next` of an earlier answer to the same question.",
}


class _Error(NamedTuple):
    name: str
    code: str
    detail: str


ERRORS: Mapping[int, _Error] = {
    400: _Error("BadRequest", "invalid", "limit has to be 1 to 200."),
    401: _Error("Unauthorized", "unauthenticated", "Sign in first."),
    403: _Error("Forbidden", "forbidden", "You may not do that."),
    404: _Error("NotFound", "session.not_found", "There is no such session."),
    409: _Error("Conflict", "taken", "That username is in use already. Choose another."),
    410: _Error("Gone", "gone", "That is gone for good."),
    412: _Error(
        "PreconditionFailed",
        "precondition_failed",
        "The board has changed; it is at rev 8. Read it again, then save.",
    ),
    413: _Error("ContentTooLarge", "too_large", "Too large; the limit is 524288."),
    415: _Error(
        "UnsupportedMediaType",
        "unsupported_media_type",
        "Content-Encoding 'br' is not read here; send it as it is, or gzipped.",
    ),
    422: _Error("UnprocessableContent", "invalid_ops", "There is no stroke 's9'."),
    429: _Error("TooManyRequests", "rate_limited", "Too many requests. Wait 12 s."),
    503: _Error("ServiceUnavailable", "unavailable", "The server is stopping."),
    507: _Error(
        "InsufficientStorage", "storage_failed", "It could not be stored, and nothing of it was."
    ),
}

_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
HEADERS: Json = {
    "X-Request-ID": {
        "description": "The client's own, if it sent one that can be used.",
        "required": True,
        "schema": _TEXT,
        "example": "7d1b7a9e-5f0c-4f7e-9d57-0c2b6f0f7a10",
    },
    "RateLimit-Policy": {
        "description": "The budget: its name, how many requests (`q`) in how many seconds (`w`).",
        "schema": _TEXT,
        "example": '"user";q=100;w=60',
    },
    "RateLimit": {
        "description": "What is left of it (`r`), and in how many seconds it is whole again (`t`).",
        "schema": _TEXT,
        "example": '"user";r=99;t=1',
    },
    "X-RateLimit-Limit": {
        "description": "Requests a minute.",
        "schema": _COUNT,
        "example": 100,
    },
    "X-RateLimit-Remaining": {
        "description": "How many of them are left.",
        "schema": _COUNT,
        "example": 99,
    },
    "X-RateLimit-Reset": {
        "description": "When all of them are there again: seconds since 1970.",
        "schema": _COUNT,
        "example": 1767323046,
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": _COUNT,
        "example": 12,
    },
    "WWW-Authenticate": {"description": "`Bearer`.", "required": True, "schema": _TEXT},
    "ETag": {
        "description": 'For `If-None-Match`. A board\'s is its rev: `W/"rev:N"`.',
        "required": True,
        "schema": _TEXT,
        "example": 'W/"rev:8"',
    },
    "Idempotent-Replayed": {
        "description": "`true` where the answer is that of an earlier request with the same key.",
        "schema": {"const": "true"},
    },
}
RATE_HEADERS = (
    "RateLimit-Policy",
    "RateLimit",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)

PARAMETERS: Json = {
    "Limit": {
        "name": "limit",
        "in": "query",
        "description": "How many at most.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
    },
    "Cursor": {
        "name": "cursor",
        "in": "query",
        "description": "`next` or `prev` of an earlier answer to the same question.",
        "schema": _TEXT,
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Any text of the client's own. Sent again with the same key within a day,"
        " the request gets the first answer again; another request with it is refused (422).",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` of what the client has: 304 if it is still so.",
        "schema": _TEXT,
        "example": 'W/"rev:8"',
    },
}


def reference(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def problem_responses() -> Json:
    """For each status one that is a problem document."""
    found: Json = {}
    for status, error in ERRORS.items():
        example = {
            "type": f"urn:solosync:{error.code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": error.detail,
            "instance": "/api/v1/solo/sessions/",
            "request_id": HEADERS["X-Request-ID"]["example"],
            "code": error.code,
        }
        body = {"schema": reference("schemas", "Problem"), "example": example}
        found[error.name] = _response(status, EXPLANATIONS[status], {MEDIA_TYPE: body})
    return found


def enveloped_responses() -> Json:
    """The same in the envelope of the team's paths, which holds nothing but the message."""
    found: Json = {}
    for status, error in ERRORS.items():
        explanation = EXPLANATIONS[status].partition(":")[0].removesuffix(".")
        example = {"status": "error", "message": error.detail}
        body = {"schema": reference("schemas", "EnvelopedError"), "example": example}
        found[f"Team{error.name}"] = _response(
            status, f"{explanation}.", {"application/json": body}
        )
    return found


def _response(status: int, explanation: str, content: Json) -> Json:
    headers = ["X-Request-ID"]
    if status == 401:
        headers.append("WWW-Authenticate")
    if status in (429, 503):
        headers.append("Retry-After")
    if status == 429:
        headers += RATE_HEADERS
    return {
        "description": explanation,
        "headers": {name: reference("headers", name) for name in headers},
        "content": content,
    }
