"""Litestar's requests and connections, whoever asks. `services.Caller` is one who is signed in."""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection

AnyRequest = Request[Any, Any, Any]
Connection = ASGIConnection[Any, Any, Any, Any]
