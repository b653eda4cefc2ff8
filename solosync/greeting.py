"""What `solosync serve` says to a person at the terminal. A script's output stays empty, and no
link ends up in a log."""

from __future__ import annotations

import sys

from solosync import qr
from solosync.config import Config
from solosync.net import addresses, certificates
from solosync.net.addresses import Reach
from solosync.net.tunnel import State

PLAIN_HTTP = (
    "Over plain http, browsers on other devices switch off: working without the server,",
    "the clipboard, the camera. `--tls` brings them back.",
)


def greet(config: Config, token: str) -> None:
    """Where to go, from this machine and from others."""
    say(f"solosync is running at {config.base_url}")
    say(f"To sign in, once:  {config.base_url}/link/{token}")
    if config.lan:
        say()
        _say_addresses(config)
    if config.tls:
        say()
        _say_certificate(config)
    say("Ctrl-C ends it.")


class Watcher:
    """Tells of addresses that have changed since the greeting."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._known = addresses.urls(config)

    def follow(self, reach: Reach) -> None:
        """``reach`` is looked up anew, as it is shown."""
        found = addresses.urls(self._config)
        if found != self._known:
            self._known = found
            say("The network has changed.")
            _say_addresses(self._config)


def say_tunnel(state: State) -> None:
    """How the tunnel goes; why it doesn't is in the log."""
    if state.phase == "open":
        say(f"The tunnel is open: links to boards that are made now begin with {state.url}")
        say_code(state.url)


def say(line: str = "") -> None:
    if sys.stdout.isatty():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def say_code(url: str) -> None:
    """As a QR code, where the terminal has the characters for it."""
    if (sys.stdout.encoding or "").lower().replace("-", "") == "utf8":
        for line in qr.lines(url):
            say(f"  {line}")


def _say_addresses(config: Config) -> None:
    urls = addresses.urls(config)
    if not urls:
        say("This machine is on no network just now; its addresses are shown when it is.")
        return
    say("Other devices on this network type one of these, or scan the first:")
    for url in urls:
        say(f"  {url}")
    say_code(urls[0])
    if not urls[0].startswith("https:"):
        for line in PLAIN_HTTP:
            say(line)


def _say_certificate(config: Config) -> None:
    authority = certificates.authority(config.data_dir)
    if authority is None:
        return
    urls = addresses.urls(config) or (config.local_url,)
    say("The certificate is this machine's own, so browsers warn of it until a device trusts it:")
    say(f"  {urls[0]}/certificate.crt")
    say(f"  SHA-256 {authority.fingerprint}")
