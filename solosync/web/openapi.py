"""The OpenAPI document: what Litestar makes of the routes' signatures, and what it can't see there
(bodies that are read raw, headers, who may ask) added from what the routes say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from solosync import __version__
from solosync.web.auth import ACCESS_COOKIE, signed_in
from solosync.web.documented import BODY, BODY_RULE, FORM, HEADERS

DESCRIPTION = (
    "Boards in sync. Paths are taken with and without the slash at their end, and JSON bodies may"
    " come gzipped. Every answer that isn't a success is a problem document (RFC 9457)."
)
_REFERENCE = "#/components/schemas/{name}"
# Where the contracts write paths with a slash at their end.
_WITH_SLASH = ("/api/auth/", "/api/v1/solo/", "/api/v1/exports/", "/api/schema")


def document(routes: list[ControllerRouterHandler]) -> dict[str, Any]:
    """The description of these routes; made with an application of its own, so that serving
    doesn't pay for it."""
    described = Litestar(routes, openapi_config=_configuration(), logging_config=None)
    schema = described.openapi_schema.to_schema()
    structs: set[type[msgspec.Struct]] = set()
    for route in described.routes:
        if not isinstance(route, HTTPRoute):
            continue
        operations = schema["paths"].get(route.path_format, {})
        for method, (handler, _) in route.route_handler_map.items():
            if method.lower() in operations:
                _complete(operations[method.lower()], handler)
                structs |= set(_structs(handler))
    # msgspec knows its own better: descriptions, limits, and what a Raw stands for.
    _, definitions = msgspec.json.schema_components(structs, ref_template=_REFERENCE)
    schema["components"]["schemas"] |= definitions
    schema["components"]["schemas"] = dict(sorted(schema["components"]["schemas"].items()))
    schema["paths"] = {_as_in_contract(path): item for path, item in schema["paths"].items()}
    return schema


def _structs(handler: HTTPRouteHandler) -> Iterator[type[msgspec.Struct]]:
    """What goes in and comes out."""
    answered = handler.parsed_fn_signature.return_type
    for annotation in (
        handler.opt.get(BODY),
        answered.annotation,
        *(inner.annotation for inner in answered.inner_types),
    ):
        if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
            yield annotation


def _configuration() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="solosync",
        version=__version__,
        description=DESCRIPTION,
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, method, components: handler.handler_name,
        # Nobody asks this application for pages; without a plugin of ours Litestar would load all
        # of its own.
        render_plugins=[JsonRenderPlugin()],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
                "cookie": SecurityScheme(
                    type="apiKey", name=ACCESS_COOKIE, security_scheme_in="cookie"
                ),
            }
        ),
    )


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    if 400 not in (handler.responses or {}):
        operation["responses"].pop("400", None)  # Litestar's guess at its own validation
    operation["summary"] = handler.handler_name.replace("_", " ").capitalize()
    is_for_people = signed_in in handler.resolve_guards()
    operation["security"] = [{"bearer": []}, {"cookie": []}] if is_for_people else []
    for name, description in handler.opt.get(HEADERS, {}).items():
        header = {"name": name, "in": "header", "description": description, "required": False}
        operation.setdefault("parameters", []).append(header | {"schema": {"type": "string"}})
    if (body := handler.opt.get(BODY)) is not None:
        schema: dict[str, Any] = {"$ref": _REFERENCE.format(name=body.__name__)}
        rule = handler.opt.get(BODY_RULE)
        operation["requestBody"] = {
            "required": rule is not None or _has_required_fields(body),
            "content": {"application/json": {"schema": schema | (rule or {})}},
        }
        if (form := handler.opt.get(FORM)) is not None:
            operation["requestBody"]["content"]["multipart/form-data"] = {"schema": form}


def _has_required_fields(body: type[msgspec.Struct]) -> bool:
    return any(field.required for field in msgspec.structs.fields(body))


def _as_in_contract(path: str) -> str:
    return f"{path}/" if path.startswith(_WITH_SLASH) else path
