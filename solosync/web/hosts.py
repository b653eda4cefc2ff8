"""The names that this server goes by, and whether browsers have to come by TLS."""

from __future__ import annotations

import functools
import ipaddress
import re
from urllib.parse import urlsplit

from litestar.types import Scope

from solosync.config import Config, is_loopback
from solosync.net import addresses

TUNNELLED = "is_tunnelled"
"""In a request's state: it came by the tunnel (tunnel_door.py)."""
# A name or an address, and a port: no more, because the whole of it stands in links that are
# mailed. An address's zone is left out too: it means something on one machine only.
_HOST = re.compile(r"([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)

_A_YEAR = b"max-age=31536000"
_NO_LONGER = b"max-age=0"


class Hosts:
    """The names this server goes by. A page of a name that an attacker points here (DNS rebinding)
    could otherwise use the browser's way in."""

    def __init__(self, config: Config) -> None:
        self._names = {"localhost"}
        self._public_url = config.public_url
        self._is_open = not config.is_loopback
        self._is_self_made = config.tls
        if not is_loopback(config.host):
            self._names.add(config.host.lower())
        if config.public_url:
            self._names.add(urlsplit(config.public_url).hostname or "")
        if self._is_open:
            self._names |= set(addresses.names())

    def are_ours(self, scope: Scope) -> bool:
        if _is_tunnelled(scope):
            return True  # the door has put the tunnel's own name there
        name = _host_name(_host(scope))
        if name in self._names or name.endswith(".localhost") or _is_loopback_address(name):
            return True
        # On a network, the address that this very connection came in on is ours too.
        return self._is_open and name == _server_address(scope)

    def tls_policy(self, scope: Scope) -> bytes | None:
        """For how long browsers are to come by TLS alone (HSTS, RFC 6797): where it is spoken here,
        or at a proxy that answers for `public_url`. A tunnel is gone tomorrow.

        With a certificate of our own they would let nobody past their warning any more, whatever
        we do then: names are told to forget it. Of addresses they never keep it.
        """
        if _is_tunnelled(scope):
            return None
        if self._is_self_made and not _is_address(_host_name(_host(scope))):
            return _NO_LONGER
        if scope["scheme"] in ("https", "wss"):
            return _A_YEAR
        return _A_YEAR if self._public_url == f"https://{_host(scope).lower()}" else None


def _is_tunnelled(scope: Scope) -> bool:
    return TUNNELLED in scope["state"]


def _host(scope: Scope) -> str:
    """The Host as it was asked for; "" if there is none, or more than one."""
    given = [value for name, value in scope["headers"] if name == b"host"]
    return given[0].decode("latin-1") if len(given) == 1 else ""


@functools.lru_cache(maxsize=256)
def _host_name(host: str) -> str:
    """The host in small letters without its port, brackets, and the dot of a full name; "" for
    nonsense."""
    match = _HOST.fullmatch(host)
    return match[1].lower().strip("[]").rstrip(".") if match else ""


@functools.lru_cache(maxsize=256)
def _is_loopback_address(name: str) -> bool:
    return _is_address(name) and ipaddress.ip_address(name).is_loopback


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _server_address(scope: Scope) -> str:
    server = scope.get("server")
    address = server[0] if server else ""
    return address.removeprefix("::ffff:").partition("%")[0].lower()
