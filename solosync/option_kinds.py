"""The kinds of values that options have: how one is read from text, and written back."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
Name = TypeVar("Name", bound=str)

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
MOST_A_MINUTE = 1_000_000


class Kind(NamedTuple, Generic[T]):
    """How a value is read from text and written back. `parse` raises ValueError."""

    allowed: str  # completes the sentence "... must be"
    parse: Callable[[str], T]
    show: Callable[[T], str] = str
    placeholder: str = "VALUE"


def one_of(*names: Name) -> Kind[Name]:
    def parse(text: str) -> Name:
        for name in names:
            if name == text:
                return name
        raise ValueError(text)

    return Kind(f"one of {', '.join(names)}", parse, placeholder="|".join(names))


def whole_number(low: int, high: int) -> Kind[int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,15}", text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Kind(f"a whole number from {low} to {high}", parse, placeholder="N")


def rate(*, may_be_off: bool = False) -> Kind[int]:
    """How often a minute; 0 is without limit."""
    low = 0 if may_be_off else 1
    number = whole_number(low, MOST_A_MINUTE)

    def parse(text: str) -> int:
        if may_be_off and text == "off":
            return 0
        return number.parse(text.removesuffix("/min"))

    off = ', or "off"' if may_be_off else ""
    return Kind(f"{number.allowed}, such as 100 or 100/min{off}", parse, placeholder="N")


_SIZE = re.compile(r"([0-9]{1,15}) ?(B|KB|MB|GB|KiB|MiB|GiB)?")
_SIZE_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": KIB, "MiB": MIB, "GiB": GIB}


def show_size(size: int) -> str:
    """A number of bytes as a person writes it: 64MiB, 1500B."""
    for unit in ("GiB", "MiB", "KiB"):
        if size and size % _SIZE_UNITS[unit] == 0:
            return f"{size // _SIZE_UNITS[unit]}{unit}"
    return f"{size}B"


def size(low: int, high: int) -> Kind[int]:
    def parse(text: str) -> int:
        match = _SIZE.fullmatch(text)
        if match is None:
            raise ValueError(text)
        size = int(match[1]) * _SIZE_UNITS[match[2] or "B"]
        if not low <= size <= high:
            raise ValueError(text)
        return size

    allowed = f"a size from {show_size(low)} to {show_size(high)}, such as 64MiB or 67108864"
    return Kind(allowed, parse, show_size, "SIZE")


def _parse_switch(text: str) -> bool:
    lowered = text.lower()
    if lowered in ("true", "yes", "on", "1"):
        return True
    if lowered in ("false", "no", "off", "0"):
        return False
    raise ValueError(text)


def _parse_host(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z._:-]{1,255}", text):
        raise ValueError(text)
    return text


def parse_path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError(text)
    return Path(text).expanduser().absolute()


def _parse_origin(text: str) -> str:
    """An origin as browsers write it: scheme, host and a port that isn't the scheme's own."""
    url = urlsplit(text.strip().rstrip("/"))
    extra = url.path or url.query or url.fragment or url.username or url.password
    if url.scheme not in ("http", "https") or not url.hostname or extra:
        raise ValueError(text)
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    standard = {"http": 80, "https": 443}[url.scheme]
    port = f":{url.port}" if url.port not in (None, standard) else ""
    return f"{url.scheme}://{host}{port}"


def _parse_web_address(text: str) -> str:
    """With a path, if any; without a slash at the end."""
    url = urlsplit(text.strip().rstrip("/"))
    if url.query or url.fragment:
        raise ValueError(text)
    return _parse_origin(f"{url.scheme}://{url.netloc}") + url.path


def _parse_issuer(text: str) -> str:
    """As it is written: providers are compared by it, and some end in a slash."""
    _parse_web_address(text)
    return text.strip()


def _parse_verify_page(text: str) -> str:
    address = _parse_web_address(text)
    if urlsplit(address).path and not address.endswith("/magic-verify"):
        raise ValueError(text)
    return address


def _parse_storage(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in ("s3", "gs") or not url.netloc or url.fragment or "@" in url.netloc:
        raise ValueError(text)
    return text


def _parse_text(text: str) -> str:
    """One line, without what a terminal or a header would take for more."""
    if len(text) > 1000 or not text.isprintable():
        raise ValueError(text)
    return text.strip()


def _parse_sender(text: str) -> str:
    """`name@host`, or `Some Name <name@host>`."""
    name, address = parseaddr(_parse_text(text))
    if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address):
        raise ValueError(text)
    return formataddr((name, address)) if name else address


_MACHINE = re.compile(
    r"(?:[\w.+][\w.+-]*@)?(?:\w[\w.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII
)


def _parse_ssh_host(text: str) -> str:
    """`[name@]host[:port]`, which no program takes for a flag."""
    if not _MACHINE.fullmatch(text):
        raise ValueError(text)
    return text


def _parse_network(text: str) -> str:
    return str(ipaddress.ip_network(text.strip(), strict=False))


def several(parse: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    return lambda text: tuple(parse(part) for part in text.split(",") if part.strip())


RATE = rate()
TEXT = Kind("a line of text", _parse_text, placeholder="TEXT")
SENDER = Kind("an address such as solosync <boards@example.org>", _parse_sender, placeholder="TEXT")
SWITCH = Kind("true or false", _parse_switch, lambda value: str(value).lower(), "true|false")
FOLDER = Kind("a folder", parse_path, placeholder="DIR")
HOST = Kind("an address or a host name, such as 127.0.0.1", _parse_host, placeholder="ADDRESS")
SSH_HOST = Kind(
    "empty or a machine such as ann@example.org or ann@example.org:2222",
    lambda text: _parse_ssh_host(text) if text else "",
    placeholder="HOST",
)
ORIGIN = Kind(
    "empty or a base address without a path, such as https://boards.example.org",
    lambda text: _parse_origin(text) if text else "",
    placeholder="URL",
)
WEB_ADDRESS = Kind(
    "empty or an address such as https://cdn.example.org/boards",
    lambda text: _parse_web_address(text) if text else "",
    placeholder="URL",
)
ISSUER = Kind(
    "empty or an address such as https://accounts.example.org",
    lambda text: _parse_issuer(text) if text else "",
    placeholder="URL",
)
VERIFY_PAGE = Kind(
    "empty, a base address such as https://boards.example.org, or a page ending in /magic-verify",
    lambda text: _parse_verify_page(text) if text else "",
    placeholder="URL",
)
STORAGE = Kind(
    "empty or an object store such as s3://bucket/folder?endpoint=https://...&region=...",
    lambda text: _parse_storage(text) if text else "",
    placeholder="URL",
)
ORIGINS = Kind(
    "origins separated by commas, such as https://boards.example.org",
    several(_parse_origin),
    ", ".join,
    "URL,...",
)
NETWORKS = Kind(
    "addresses or networks separated by commas, such as 127.0.0.1, 10.0.0.0/8",
    several(_parse_network),
    ", ".join,
    "ADDRESS,...",
)
