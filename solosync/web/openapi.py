"""The OpenAPI document: what Litestar makes of the routes' signatures, and what it can't see there
(bodies that are read raw, headers, who may ask, lists) added from what the routes say of
themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import License
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from solosync import __version__
from solosync.web import openapi_parts
from solosync.web.documented import BODY
from solosync.web.error_answers import EnvelopedError, Problem
from solosync.web.examples import EXAMPLES
from solosync.web.openapi_operations import Operation, complete
from solosync.web.openapi_parts import Json

# Where the contracts write paths without a slash at their end.
_WITHOUT_SLASH = re.compile(r"/api/v1/me|/api/v1/admin/metrics/.*|/health/.*|/metrics")


def document(routes: list[ControllerRouterHandler]) -> Json:
    """The description of these routes; made with an application of its own, so that serving
    doesn't pay for it."""
    described = Litestar(routes, openapi_config=_configuration(), logging_config=None)
    schema: Json = described.openapi_schema.to_schema()
    operations = list(_operations(described, schema))
    structs = {struct for operation in operations for struct in _structs(operation.handler)}
    # msgspec knows its own better: descriptions, limits, and what a Raw stands for.
    _, definitions = msgspec.json.schema_components(
        structs | {Problem, EnvelopedError}, ref_template="#/components/schemas/{name}"
    )
    for definition in definitions.values():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])
    for operation in operations:
        complete(operation)
    used = {tag for operation in operations for tag in operation.content["tags"]}
    return {
        "openapi": schema["openapi"],
        "info": schema["info"],
        "tags": [
            {"name": name, "description": text}
            for name, text in openapi_parts.TAGS.items()
            if name in used
        ],
        "paths": {_as_in_contract(path): item for path, item in schema["paths"].items()},
        "components": {
            "schemas": dict(sorted((schema["components"]["schemas"] | definitions).items())),
            "responses": _error_responses(operations),
            "parameters": openapi_parts.PARAMETERS,
            "headers": openapi_parts.HEADERS,
            "examples": {name: {"value": value} for name, value in EXAMPLES.items()},
            "securitySchemes": openapi_parts.SECURITY_SCHEMES,
        },
    }


def _error_responses(operations: list[Operation]) -> Json:
    """Those that are referred to."""
    used = {
        response["$ref"].rpartition("/")[2]
        for operation in operations
        for response in operation.content["responses"].values()
        if "$ref" in response
    }
    shared = openapi_parts.problem_responses() | openapi_parts.enveloped_responses()
    return {name: response for name, response in shared.items() if name in used}


def _configuration() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="solosync",
        version=__version__,
        description=openapi_parts.DESCRIPTION,
        license=License(name="MIT", identifier="MIT"),
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, method, components: handler.handler_name,
        # Nobody asks this application for pages; without a plugin of ours Litestar would load all
        # of its own.
        render_plugins=[JsonRenderPlugin()],
    )


def _operations(described: Litestar, schema: Json) -> Iterator[Operation]:
    for route in described.routes:
        if not isinstance(route, HTTPRoute):
            continue
        contents = schema["paths"].get(route.path_format, {})
        for method, (handler, _) in route.route_handler_map.items():
            if method.lower() in contents:
                content = contents[method.lower()]
                yield Operation(method, route.path_format, content, handler)


def _structs(handler: HTTPRouteHandler) -> Iterator[type[msgspec.Struct]]:
    """What goes in and comes out."""
    answered = handler.parsed_fn_signature.return_type
    for annotation in (
        handler.opt.get(BODY),
        answered.annotation,
        *(inner.annotation for inner in answered.inner_types),
        *(response.data_container for response in (handler.responses or {}).values()),
    ):
        if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
            yield annotation


def _as_in_contract(path: str) -> str:
    return path if _WITHOUT_SLASH.fullmatch(path) else f"{path}/"
