"""Data URLs (RFC 2397), read as leniently as browsers do."""

import base64
import binascii
import re
import urllib.parse

from solosync.render.errors import Unreadable

_HEAD = re.compile(r"\s*data:([^,]{0,1000}),", re.IGNORECASE)
_BASE64 = re.compile(r";\s*base64\s*$", re.IGNORECASE)
_SPACE = re.compile(r"[\t\n\f\r ]+")


def is_one(src: str) -> bool:
    return src[:100].lstrip()[:5].lower() == "data:"


def decode(src: str, max_bytes: int) -> bytes:
    """Raises Unreadable for what isn't one, and for more than ``max_bytes``, before decoding."""
    head = _HEAD.match(src)
    if head is None:
        raise Unreadable("its data URL is incomplete")
    is_base64 = _BASE64.search(head[1]) is not None
    # The shortest text of max_bytes; percent signs and spaces may triple it.
    longest = max_bytes * (2 if is_base64 else 3) + 1000
    if len(src) - head.end() > longest:
        raise Unreadable(f"it is larger than {max_bytes >> 20} MiB")
    body = src[head.end() :]
    data = _from_base64(body) if is_base64 else _from_percent(body)
    if len(data) > max_bytes:
        raise Unreadable(f"it is larger than {max_bytes >> 20} MiB")
    if not data:
        raise Unreadable("it is empty")
    return data


def _from_percent(body: str) -> bytes:
    return urllib.parse.unquote_to_bytes(body.encode("utf-8", "replace"))


def _from_base64(body: str) -> bytes:
    if "%" in body:
        body = urllib.parse.unquote(body)
    body = _SPACE.sub("", body).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("its data URL is damaged") from error
