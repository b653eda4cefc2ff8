"""The API's own description: for programs, and as a page for people."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Response, get
from litestar.openapi import ResponseSpec
from litestar.response import Template

from solosync.errors import NotFound
from solosync.web import limits
from solosync.web.auth import public
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE, problems
from solosync.web.services import services

DOCUMENT = {200: ResponseSpec(dict[str, Any], generate_examples=False, description="OpenAPI 3.1.")}
# As strict as ReDoc lets it be. Its styles are an empty element, which it fills by calls, and one
# of fixed content; both by their hashes. It searches in a worker that it makes from a text of its
# own. The sign in its corner lies on another server, and isn't fetched.
_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    " 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
)
DOCS_POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'self' {_STYLES}; img-src 'self' data:;"
    " connect-src 'self'; worker-src blob:; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'none'"
)


@get("/api/schema", guards=[public], tags=["Description"], responses=DOCUMENT | problems(404))
async def read_schema(request: AnyRequest) -> Response[bytes]:
    """This document (OpenAPI 3.1), unless `api_docs_enabled` is false."""
    _check_enabled(request)
    content = await asyncio.to_thread(services(request).openapi)
    return Response(content, media_type="application/json")


@get("/api/docs", guards=[public], opt={RATE: limits.AUTOSAVE}, include_in_schema=False)
async def show_docs(request: AnyRequest) -> Template:
    """The same as a page (ReDoc)."""
    _check_enabled(request)
    return Template("docs.html", headers={"Content-Security-Policy": DOCS_POLICY})


def _check_enabled(request: AnyRequest) -> None:
    """Raises NotFound."""
    if not services(request).config.api_docs_enabled:
        raise NotFound("page", request.scope["path"])
