"""Where other devices on the network reach this machine: its addresses, and the names it goes by.

Looked up whenever it is asked, because they change: a laptop joins another network, a router deals
out other addresses.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterator
from typing import NamedTuple

from solosync.config import Config, is_loopback

# Bridges of containers and virtual machines on this machine: nobody else reaches them.
_INSIDE = re.compile(r"(docker\d+|br-[0-9a-f]{12}|veth[0-9a-f]+|virbr\d+|cni\d+|vboxnet\d+)")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DOCUMENTATION = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
_ANY = ("0.0.0.0", "::")


class Reach(NamedTuple):
    """``addresses`` are those that the server listens on, the likeliest first; ``names`` are found
    by mDNS, or by a router that knows its guests."""

    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def find(config: Config) -> Reach:
    """Nothing where only this machine reaches the server."""
    if config.is_loopback:
        return Reach()
    if config.host not in _ANY:
        is_name = not set(config.host) <= set("0123456789abcdef.:")
        return Reach((), (config.host,)) if is_name else Reach((config.host,), names())
    return Reach(tuple(_ours(with_ipv6=config.host == "::")), names())


def urls(config: Config) -> tuple[str, ...]:
    """The addresses to type or scan, without a slash at the end: `public_url`, which somebody has
    chosen, then numbers, which always work, then names."""
    found = find(config)
    named = filter(may_be_vouched_for, found.names) if config.tls else found.names
    hosts = (*found.addresses, *named)
    ours = [f"{config.scheme}://{_in_url(host)}:{config.port}" for host in hosts]
    return tuple(dict.fromkeys([config.public_url, *ours] if config.public_url else ours))


def names() -> tuple[str, ...]:
    """This machine's own, in small letters: the one that mDNS finds, then the bare one. None if it
    was given none that can stand in an address."""
    name = socket.gethostname().lower().partition(".")[0]
    if not _LABEL.fullmatch(name) or is_loopback(name):
        return ()
    return (f"{name}.local", name)


def may_be_vouched_for(name: str) -> bool:
    """Whether a certificate can be made for a machine's name. To vouch for `dev` is to vouch for
    all that ends in it, so a name that could be a top-level domain (letters alone) is left out."""
    is_no_domain = not name.isalpha() and "." not in name and not name.startswith("xn--")
    return is_no_domain or name.endswith(".local")


def _ours(*, with_ipv6: bool) -> Iterator[str]:
    """Without those of IPv6 that hold on one cable alone: they need the name of the network card
    of whoever asks, and browsers take no such address."""
    import ifaddr  # here, because most servers are asked by their own machine alone

    found = [
        ipaddress.ip_address(ip.ip if isinstance(ip.ip, str) else ip.ip[0])
        for adapter in ifaddr.get_adapters()
        if not _INSIDE.fullmatch(adapter.nice_name)
        for ip in adapter.ips
        if ip.is_IPv4 or with_ipv6
    ]
    usual = [_usual(family) for family in _DOCUMENTATION]
    reachable = [
        ip
        for ip in found
        if not ip.is_loopback
        and not ip.is_unspecified
        and not (ip.version == 6 and ip.is_link_local)
    ]
    # IPv4 addresses of one cable come last: they stand for a network that deals out none.
    reachable.sort(key=lambda ip: (ip.version, str(ip) not in usual, ip.is_link_local))
    yield from dict.fromkeys(map(str, reachable))


def _usual(family: socket.AddressFamily) -> str:
    """The address that this machine's own connections come from; "" if it is on no network."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            # An address for documentation only (RFC 5737, RFC 3849); this sends nothing.
            probe.connect((_DOCUMENTATION[family], 9))
            return str(probe.getsockname()[0])
    except OSError:
        return ""


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
