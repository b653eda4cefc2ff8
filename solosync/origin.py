"""Where what is being done comes from: known to logs and the audit log without being passed on.

The web's edge sets it for each request; a thread that works on one copies it. Transactions run on
the store's own thread, so whatever belongs into a row is read before.
"""

import functools
import ipaddress
from contextvars import ContextVar
from typing import Literal, NamedTuple

Language = Literal["en", "uk"]
LANGUAGE_COOKIE = "language"
"""What a browser was told to speak, whatever else it would rather."""
LANGUAGES: tuple[Language, ...] = ("en", "uk")


class Origin(NamedTuple):
    """``request_id`` and ``address`` are empty for what no request has asked for: a command, or
    work in the background. ``language`` is the one that whoever asks reads best."""

    request_id: str = ""
    address: str = ""
    language: Language = "en"

    @property
    def network(self) -> str:
        return network_of(self.address)


current: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 - it is immutable


@functools.lru_cache(maxsize=1024)
def network_of(address: str) -> str:
    """What counts as one network address: an IPv6 customer has a whole /64 to try from."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
