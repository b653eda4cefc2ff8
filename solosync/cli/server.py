"""The commands that run the server and open its page."""

from __future__ import annotations

import argparse
import gc
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from solosync.cli import terminal
from solosync.cli.arguments import ALL_OPTIONS, Commands, add_command, load
from solosync.cli.stores import open_store
from solosync.errors import Unavailable

if TYPE_CHECKING:
    from solosync.config import Config

log = logging.getLogger(__name__)


def register(commands: Commands) -> None:
    sentence = "Run the server until Ctrl-C; a second one opens the first one's page."
    add_command(commands, "serve", serve, sentence, ALL_OPTIONS)
    sentence = "Open the page of the running server, signed in as this machine's owner."
    add_command(commands, "open", open_page, sentence, ("data_dir", "open"))


def serve(arguments: argparse.Namespace) -> int:
    config = load(arguments)
    # What a start makes is all still needed in the end: looking for garbage among it takes a
    # seventh of the time. The server switches it on when it is ready.
    gc.disable()
    from solosync import server
    from solosync.doctor import disk

    finding = disk.file_system(config.data_dir)
    if finding.status != "ok":
        terminal.write_error(f"warning: {finding.found}. {finding.advice}")
    for notice in notices(config):
        log.warning(notice)
    return server.serve(config)


def notices(config: Config) -> Iterator[str]:
    """What won't work, or is risky, as it is configured."""
    from solosync.net import mail_check

    if troubles := mail_check.troubles(config):
        found = "; ".join(trouble.found for trouble in troubles)
        yield f"Mail won't work as it is configured: {found}. `solosync doctor` says more."
    if config.crosses_sites and config.base_url.startswith("https:"):
        yield (
            "cors_origins names another site: its pages get cookies of their own (SameSite=None;"
            " Partitioned)."
        )
    elif config.crosses_sites:
        yield (
            "cors_origins names another site. Browsers give it our cookies over TLS alone, and"
            " neither tls is on nor public_url an https address: there, only bearer tokens work."
        )
    if config.tunnel_all:
        yield (
            "tunnel_all is on: a tunnel leads to every page, and whoever has its address can try to"
            " sign in."
        )
    if config.debug and config.magic_link_debug_echo_token:
        yield (
            "debug and magic_link_debug_echo_token are on: whoever reaches this server can sign in"
            " as anybody."
        )


def open_page(arguments: argparse.Namespace) -> int:
    """Prints the link as well, for a machine without a browser."""
    config = load(arguments)
    from solosync import browser, crypto
    from solosync.domain import links
    from solosync.store.lock import read_holder

    holder = read_holder(config.data_dir)
    if holder is None:
        raise Unavailable(f"No server runs on {config.data_dir}; start one with `solosync serve`.")
    if holder.url is None:
        raise Unavailable("The server is just starting; try again in a moment.")
    with open_store(config) as store:
        token = links.issue_owner_link(store, crypto.load_keys(config.data_dir))
    page = f"{holder.url}/link/{token}"
    terminal.write(page)
    if config.open:
        browser.open_page(page)
    return 0
