"""Asking the server that runs on this machine, for commands beside it."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from solosync.net import certificates


def connection(url: str, data_dir: Path, timeout_seconds: float) -> http.client.HTTPConnection:
    """By TLS, it is trusted by the authority of its data folder."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    authority = certificates.authority(data_dir)
    if parts.scheme == "https" and authority is not None:
        trusting = ssl.create_default_context(cadata=authority.der)
        return http.client.HTTPSConnection(host, port, timeout=timeout_seconds, context=trusting)
    return http.client.HTTPConnection(host, port, timeout=timeout_seconds)
