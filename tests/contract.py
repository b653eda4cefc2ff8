"""Whether an answer is one that the API's description knows: its status, type, headers and body."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import httpx
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from solosync.web import openapi
from solosync.web.routes import routes

DESCRIBED = ("/api/", "/health/")
# Whatever is asked for: another server's name, endless headers, a surprise, a disk that is full.
ANYWHERE = {421, 431, 500, 507}
# Where a path or its method isn't described at all.
NOWHERE = {404, 405, 426, 429}
_NOT_COMPARED = {"HEAD", "OPTIONS"}
_LARGEST = 1_000_000  # bytes; what is larger is a board whose state is free anyway


class Departure(AssertionError):
    """An answer that the description doesn't know."""


class _Operation(NamedTuple):
    where: str
    path: re.Pattern[str]
    content: Mapping[str, Any]


def check(response: httpx.Response) -> None:
    """Raises Departure. For httpx's event hooks."""
    request = response.request
    path = request.url.raw_path.decode().partition("?")[0]
    if request.method in _NOT_COMPARED or not path.startswith(DESCRIBED):
        return
    operation = _find(request.method, path)
    if operation is None:
        if _is_described(path) and response.status_code not in NOWHERE | ANYWHERE:
            raise Departure(f"{request.method} {path} is answered, and described nowhere")
        return
    where = f"{operation.where} → {response.status_code}"
    answers = operation.content["responses"]
    if str(response.status_code) not in answers:
        if response.status_code in ANYWHERE:
            return
        raise Departure(f"{where}: the description knows {', '.join(answers)}\n{response.read()!r}")
    answer = _resolved(answers[str(response.status_code)])
    _check_headers(where, answer, response)
    _check_body(where, answer, response)


def _check_headers(where: str, answer: Mapping[str, Any], response: httpx.Response) -> None:
    for name, header in answer.get("headers", {}).items():
        if name not in response.headers:
            if _resolved(header).get("required"):
                raise Departure(f"{where} lacks the header {name}")
            continue
        value: Any = response.headers[name]
        if _resolved(header)["schema"].get("type") == "integer":
            value = int(value)
        _check_value(f"{where}, header {name}", value, _resolved(header)["schema"])


def _check_body(where: str, answer: Mapping[str, Any], response: httpx.Response) -> None:
    content = response.read()
    if "content" not in answer:
        if content:
            raise Departure(f"{where} has a body: {content[:200]!r}")
        return
    kind = response.headers.get("content-type", "").partition(";")[0]
    if kind not in answer["content"]:
        raise Departure(f"{where} is {kind}, and not {', '.join(answer['content'])}")
    if kind.endswith("json") and len(content) <= _LARGEST:
        _check_value(where, json.loads(content), answer["content"][kind]["schema"])


def _check_value(where: str, value: Any, schema: Mapping[str, Any]) -> None:
    for error in _validator(json.dumps(schema)).iter_errors(value):
        raise Departure(f"{where}: {error.json_path}: {error.message}")


@functools.cache
def _description() -> dict[str, Any]:
    return openapi.document(routes())


@functools.cache
def _validator(schema: str) -> Draft202012Validator:
    """Of a schema of the document, as it stands there."""
    resource = DRAFT202012.create_resource(_description())
    registry: Registry[Any] = Registry().with_resource("urn:described", resource)
    absolute = schema.replace('"#/', '"urn:described#/')
    return Draft202012Validator(json.loads(absolute), registry=registry)


@functools.cache
def _operations() -> tuple[_Operation, ...]:
    return tuple(_read_operations())


def _read_operations() -> Iterator[_Operation]:
    # Paths without parameters first, as routing has it.
    for path in sorted(_description()["paths"], key=lambda path: (path.count("{"), path)):
        parts = re.split(r"\{[^}]*\}", path.rstrip("/"))
        pattern = re.compile("[^/]+".join(map(re.escape, parts)) + "/?")
        for method, content in _description()["paths"][path].items():
            yield _Operation(f"{method.upper()} {path}", pattern, content)


def _find(method: str, path: str) -> _Operation | None:
    for operation in _operations():
        if operation.where.startswith(f"{method} ") and operation.path.fullmatch(path):
            return operation
    return None


def _is_described(path: str) -> bool:
    """Whether what is there belongs into the description; pages for people don't."""
    return not path.startswith(("/api/docs", "/api/auth/openid/"))


def _resolved(value: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in value:
        kind, _, name = value["$ref"].removeprefix("#/components/").partition("/")
        value = _description()["components"][kind][name]
    return value
