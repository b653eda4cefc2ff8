"""The API's own description."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response, get
from litestar.openapi import ResponseSpec

from solosync.errors import NotFound
from solosync.web.auth import public
from solosync.web.documented import problems
from solosync.web.services import services

DOCUMENT = {200: ResponseSpec(dict[str, Any], generate_examples=False, description="OpenAPI 3.1.")}


@get("/api/schema", guards=[public], tags=["Description"], responses=DOCUMENT | problems(404))
async def read_schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    """This document (OpenAPI 3.1), unless `api_docs_enabled` is false."""
    with_services = services(request)
    if not with_services.config.api_docs_enabled:
        raise NotFound("page", request.scope["path"])
    content = await asyncio.to_thread(with_services.openapi)
    return Response(content, media_type="application/json")
