"""HTML forms: read, and shown again when something was wrong with them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from litestar.response import Template

from solosync.errors import SolosyncError
from solosync.web import error_answers, errors
from solosync.web.bodies import read_bytes
from solosync.web.connections import AnyRequest

FORM_BYTES = 16 * 1024


async def read_fields(request: AnyRequest, *names: str) -> list[str]:
    """These fields of a form, in this order; what isn't there is empty. Raises TooLarge."""
    body = await read_bytes(request, FORM_BYTES, "form")
    form = parse_qs(body.decode("utf-8", "replace"))
    return [form.get(name, [""])[0] for name in names]


def show_again(name: str, error: SolosyncError, context: dict[str, Any]) -> Template:
    """The page of a form with what was wrong."""
    status = errors.outcome(error).status
    headers = error_answers.headers_for(status, error)
    headers.pop("WWW-Authenticate", None)  # browsers may answer that with a box of their own
    return Template(
        name, context=context | {"error": error.message}, status_code=status, headers=headers
    )
