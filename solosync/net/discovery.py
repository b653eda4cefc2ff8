"""Telling the network by mDNS that a solosync is here, so that nobody has to type an address.

Many networks keep their guests from hearing each other: whoever reads this finds the server, all
others type its address, or scan it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from solosync import __version__
from solosync.config import Config
from solosync.net.addresses import Reach

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

log = logging.getLogger(__name__)

SERVICE = "_solosync._tcp.local."
# So that lists of what is on the network show it too; `_http` would promise what isn't spoken.
PAGES = {"http": "_http._tcp.local.", "https": "_https._tcp.local."}
# In an instance's name a dot would begin the next label.
_LONGEST_NAME = 63


class Advertiser:
    """Not for an event loop: each call takes up to a second or two."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._zeroconf: Zeroconf | None = None
        self._is_over = False

    def advertise(self, reach: Reach) -> None:
        """In the place of what was told before. A network where that fails is told of in the log:
        the server works without."""
        self._take_back()
        if not reach.addresses:
            return
        try:
            self._advertise(reach)
        except Exception as error:  # zeroconf and the system's sockets have many kinds
            if not self._is_over:
                log.warning("This server can't be found by mDNS, only by its addresses: %r", error)
            self._take_back()

    def close(self) -> None:
        """Nobody is shown a server that has gone. May be called while another thread advertises,
        which ends early."""
        self._is_over = True
        self._take_back()

    def _take_back(self) -> None:
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            zeroconf.close()

    def _advertise(self, reach: Reach) -> None:
        import zeroconf

        versions = {":" in address for address in reach.addresses}
        ip_version = (
            zeroconf.IPVersion.All
            if len(versions) == 2
            else zeroconf.IPVersion.V6Only
            if True in versions
            else zeroconf.IPVersion.V4Only
        )
        network = self._zeroconf = zeroconf.Zeroconf(list(reach.addresses), ip_version=ip_version)
        for service in (SERVICE, PAGES[self._config.scheme]):
            if not self._is_over:
                network.register_service(self._info(service, reach), allow_name_change=True)

    def _info(self, service: str, reach: Reach) -> ServiceInfo:
        import zeroconf

        host = reach.names[0] if reach.names else "solosync.local"
        name = f"solosync on {host.partition('.')[0]}"[:_LONGEST_NAME]
        return zeroconf.ServiceInfo(
            service,
            f"{name}.{service}",
            port=self._config.port,
            properties={
                "path": "/",
                "version": __version__,
                "tls": "1" if self._config.tls else "0",
            },
            server=f"{host}.",
            parsed_addresses=list(reach.addresses),
        )
