"""What a route says of itself for the OpenAPI document, beyond what its signature tells."""

from __future__ import annotations

from http import HTTPStatus

from litestar.datastructures import ResponseHeader
from litestar.openapi import ResponseSpec

from solosync.web.error_answers import MEDIA_TYPE, Problem

BODY = "body"
"""In a route's `opt`: the struct that its JSON body is documented and checked by."""
BODY_RULE = "body_rule"
"""In a route's `opt`: JSON Schema that the body meets beside its struct's, and has to meet."""
FORM = "form"
"""In a route's `opt`: JSON Schema of a multipart form that it takes as well."""
HEADERS = "headers"
"""In a route's `opt`: request headers that it reads, with what they do."""
SCOPE = "scope"
"""In a route's `opt`: the scope (records/scopes.py) that admits an API key; without it, none is."""
RATE = "rate"
"""In a route's `opt`: the budget (limits.py) that its requests are counted against."""
OWN_IDEMPOTENCY = "own_idempotency"
"""In a route's `opt`: it reads the Idempotency-Key itself, or has a rule of its own."""
REV_HEADERS = {
    "If-Match": 'The rev that the client holds: `W/"rev:N"`.',
    "X-Rev": "The same as a number, where If-Match can't be sent.",
}
ETAG = ResponseHeader(
    name="ETag", description='The rev: `W/"rev:N"`.', documentation_only=True, required=True
)

EXPLANATIONS = {
    400: "The body or a parameter can't be used.",
    401: "Nobody is signed in, or no longer.",
    403: "Not allowed, or asked for by another site's page.",
    404: "Not there, or not the caller's.",
    409: "As things are, that can't be done: `{error, server_rev}` for a stated rev.",
    410: "Gone.",
    412: "The stated rev isn't the current one: `{error, server_rev}`.",
    413: "Too large: `{error, limit, encoding, endpoint}`.",
    415: "An encoding that isn't read here: `{error}`.",
    422: "The content doesn't fit (`{detail, message, index}`), or the `Idempotency-Key` was used"
    " for another request.",
    429: "Too many requests, or tries; see `Retry-After`.",
    503: "Not now; see `Retry-After`.",
    507: "It couldn't be stored; nothing was kept.",
}
# Reading the body comes with these, and writing with the last two.
BODY_ERRORS = (400, 413, 415)
WRITE_ERRORS = (503, 507)


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors that a route answers with."""
    return {
        status: ResponseSpec(
            Problem,
            description=EXPLANATIONS.get(status, HTTPStatus(status).phrase),
            media_type=MEDIA_TYPE,
            generate_examples=False,
        )
        for status in sorted(statuses)
    }
