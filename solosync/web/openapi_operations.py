"""One operation of the OpenAPI document: what its route says of itself, and what that brings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import NamedTuple

import msgspec
from litestar.handlers import HTTPRouteHandler

from solosync.records import scopes
from solosync.web import limits, openapi_parts
from solosync.web.auth import signed_in, staff
from solosync.web.documented import (
    BODY,
    BODY_ERRORS,
    BODY_RULE,
    EXPLANATIONS,
    FORM,
    HEADERS,
    OWN_IDEMPOTENCY,
    RATE,
    SCOPE,
)
from solosync.web.error_answers import MEDIA_TYPE, Problem, is_enveloped
from solosync.web.examples import EXAMPLES
from solosync.web.listing import LISTING, MOST, Listing
from solosync.web.openapi_parts import PATH_PARAMETERS, QUERY_PARAMETERS, Json, reference

_DONE = {
    200: "Done.",
    201: "Made.",
    202: "Accepted.",
    204: "Done; there is nothing to tell.",
    302: "Elsewhere.",
    303: "Elsewhere.",
    304: "What the client has is still so.",
}
_SHORT = re.compile(r"\b(?:api|otp)\b")
_API = "/api/v1/"
_JSON = "application/json"


class Operation(NamedTuple):
    """One entry of the document, and the route it is about."""

    method: str
    path: str
    content: Json
    handler: HTTPRouteHandler

    @property
    def is_for_people(self) -> bool:
        guards = self.handler.resolve_guards()
        return signed_in in guards or staff in guards


def complete(operation: Operation) -> None:
    """Puts what Litestar can't see into the operation's content."""
    content, handler = operation.content, operation.handler
    scope = handler.opt.get(SCOPE) if operation.is_for_people else None
    description = content["description"]
    if scope is not None:
        needed = " or ".join(f"`{name}`" for name in sorted(scopes.admitting(scope)))
        description += f"\n\nAPI keys need the scope {needed}."
    completed: Json = {
        "tags": content["tags"],
        "summary": _SHORT.sub(
            lambda match: match[0].upper(), handler.handler_name.replace("_", " ").capitalize()
        ),
        "description": description,
        "operationId": content["operationId"],
        "security": list(_security(operation, scope)),
        "parameters": list(_parameters(operation)),
    }
    if (body := handler.opt.get(BODY)) is not None:
        completed["requestBody"] = _request_body(handler, body)
    completed["responses"] = _responses(operation)
    content.clear()
    content.update(completed)


def _security(operation: Operation, scope: str | None) -> Iterator[Json]:
    """Each alone is enough; for an API key, the scope that it needs stands as its role."""
    if operation.is_for_people:
        yield {"bearer": []}
        yield {"cookie": []}
    if scope is not None:
        yield {"apiKey": [scope]}


def _parameters(operation: Operation) -> Iterator[Json]:
    opt = operation.handler.opt
    for parameter in operation.content.get("parameters", ()):
        yield _tidied(parameter)
    if (listing := opt.get(LISTING)) is not None:
        yield from _listing_parameters(listing)
    for name, description in opt.get(HEADERS, {}).items():
        yield {
            "name": name,
            "in": "header",
            "description": description,
            "schema": {"type": "string"},
        }
    if _takes_key(operation):
        yield reference("parameters", "IdempotencyKey")
    if _has_etag(operation):
        yield reference("parameters", "IfNoneMatch")


def _tidied(parameter: Json) -> Json:
    """Without what says nothing: flags that are off, and that what may be left out may be null."""
    tidied = {name: value for name, value in parameter.items() if value is not False}
    schema = dict(parameter["schema"])
    if "oneOf" in schema:
        (kind,) = (kind for kind in schema.pop("oneOf") if kind != {"type": "null"})
        schema = kind | schema
    tidied["schema"] = schema
    name = parameter["name"]
    if parameter["in"] == "path" and name in PATH_PARAMETERS:
        tidied["description"], tidied["example"] = PATH_PARAMETERS[name]
    elif name in QUERY_PARAMETERS:
        tidied.setdefault("description", QUERY_PARAMETERS[name])
    return tidied


def _listing_parameters(listing: Listing) -> Iterator[Json]:
    yield reference("parameters", "Limit") if listing.most == MOST else _limit_parameter(listing)
    yield reference("parameters", "Cursor")
    field = f"-?({'|'.join(listing.sorts)})"
    yield {
        "name": "sort",
        "in": "query",
        "description": f"By {', '.join(listing.sorts)}; a minus in front turns the order, commas"
        " add what decides between equal ones.",
        "schema": {
            "type": "string",
            "pattern": f"^{field}(,{field})*$",
            "default": listing.default,
        },
    }
    for name, kind in listing.filters.items():
        yield {
            "name": f"filter[{name}]",
            "in": "query",
            "description": f"Only those that fit: {kind.allowed}.",
            "schema": dict(kind.schema),
        }


def _limit_parameter(listing: Listing) -> Json:
    schema = {"type": "integer", "minimum": 1, "maximum": listing.most}
    return {
        "name": "limit",
        "in": "query",
        "description": "How many at most; without, all of them.",
        "schema": schema,
    }


def _request_body(handler: HTTPRouteHandler, body: type[msgspec.Struct]) -> Json:
    rule = handler.opt.get(BODY_RULE)
    content: Json = _exemplified(reference("schemas", body.__name__) | (rule or {}))
    found: Json = {
        "required": rule is not None or _has_required_fields(body),
        "content": {_JSON: content},
    }
    if (form := handler.opt.get(FORM)) is not None:
        found["content"]["multipart/form-data"] = {"schema": form}
    return found


def _has_required_fields(body: type[msgspec.Struct]) -> bool:
    return any(field.required for field in msgspec.structs.fields(body))


def _exemplified(schema: Json) -> Json:
    """What a body of that schema is, with its example."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name not in EXAMPLES:
        return {"schema": schema}
    return {"schema": schema, "examples": {"example": reference("examples", name)}}


def _responses(operation: Operation) -> Json:
    stated = operation.content["responses"]
    if 400 not in (operation.handler.responses or {}):
        stated.pop("400", None)  # Litestar's guess at its own validation
    found = {int(status): response for status, response in stated.items()}
    for status in _implied_errors(operation):
        found.setdefault(status, {})
    return {
        str(status): _error(operation, status, response)
        if status >= 400
        else _success(operation, status, response)
        for status, response in sorted(found.items())
    }


def _implied_errors(operation: Operation) -> Iterator[int]:
    """What comes with being asked for by people, taking a body, being a list, ..."""
    opt = operation.handler.opt
    if operation.is_for_people:
        yield from (400, 401, 403)  # 400 for two credentials at once
    if opt.get(RATE) != limits.NONE:
        yield 429
        yield 503  # the server is stopping, or something that it needs is away
    if BODY in opt:
        yield from BODY_ERRORS
    if LISTING in opt:
        yield 400
    if _takes_key(operation):
        yield from (400, 409, 422)
    if _has_etag(operation):
        yield 304


def _error(operation: Operation, status: int, response: Json) -> Json:
    """A reference to the one that all share, unless the route says something of its own."""
    shared = {
        "description": EXPLANATIONS.get(status),
        "content": {MEDIA_TYPE: {"schema": reference("schemas", Problem.__name__)}},
    }
    if response and response != shared:
        return response | {"headers": {"X-Request-ID": reference("headers", "X-Request-ID")}}
    prefix = "Team" if is_enveloped(operation.path) else ""
    return reference("responses", f"{prefix}{openapi_parts.ERRORS[status].name}")


def _success(operation: Operation, status: int, response: Json) -> Json:
    headers = ["X-Request-ID"]
    if operation.handler.opt.get(RATE) != limits.NONE:
        headers += openapi_parts.RATE_HEADERS
    if "ETag" in response.get("headers", {}) or _has_etag(operation):
        headers.append("ETag")
    if _takes_key(operation):
        headers.append("Idempotent-Replayed")
    found: Json = {
        "description": response.get("description", ""),
        "headers": {name: reference("headers", name) for name in headers},
    }
    if found["description"] in ("", HTTPStatus(status).description):
        found["description"] = _DONE[status]
    if "content" in response:
        found["content"] = {
            media_type: _exemplified(body["schema"])
            for media_type, body in response["content"].items()
        }
    return found


def _takes_key(operation: Operation) -> bool:
    """Whether an Idempotency-Key keeps it from being done twice."""
    return (
        operation.method in ("POST", "PUT", "PATCH")
        and operation.path.startswith(_API)
        and operation.is_for_people
        and OWN_IDEMPOTENCY not in operation.handler.opt
    )


def _has_etag(operation: Operation) -> bool:
    return operation.method == "GET" and operation.path.startswith(_API)
