"""Commands about devices: devices, devices pair, devices revoke."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from solosync.cli import terminal
from solosync.cli.arguments import Commands, add_command, add_json, load
from solosync.cli.stores import open_store
from solosync.errors import Invalid

if TYPE_CHECKING:
    from solosync.config import Config
    from solosync.store.lock import Holder

USAGE = "solosync devices [EMAIL | pair [EMAIL] | revoke ID] [options]"


def register(commands: Commands) -> None:
    sentence = (
        "List where people are signed in, with their API keys; let a device in, or sign one out."
    )
    parser = add_command(commands, "devices", run, sentence)
    parser.usage = USAGE
    add_json(parser)
    parser.add_argument(
        "words",
        nargs="*",
        metavar="EMAIL",
        help="Only this person's; or `pair`, with or without a person, for a code that lets another"
        " device in as them or as this machine's owner; or `revoke ID`, with an id from the list.",
    )


def run(arguments: argparse.Namespace) -> int:
    match arguments.words:
        case []:
            return list_all(arguments, None)
        case ["revoke", device_id]:
            return revoke(arguments, device_id)
        case ["pair"]:
            return pair(arguments, None)
        case ["pair", email] if "@" in email:
            return pair(arguments, email)
        case [email] if "@" in email:
            return list_all(arguments, email)
    raise Invalid(f"That can't be understood; it is `{USAGE}`.")


def list_all(arguments: argparse.Namespace, email: str | None) -> int:
    from solosync import clock
    from solosync.domain import devices

    with open_store(load(arguments)) as store:
        listed = devices.list_with_people(store, email)
    if arguments.json:
        terminal.write_json(
            [
                {
                    "id": device.device_id,
                    "email": user.email,
                    "name": device.name,
                    "kind": device.kind,
                    "created_at": clock.iso(device.created_at),
                    "last_seen_at": clock.iso(device.last_seen_at),
                    "address": device.address,
                }
                for user, device in listed
            ]
        )
        return 0
    rows: Sequence[Sequence[str]] = [
        (
            device.device_id,
            user.email,
            device.kind,
            clock.text(device.last_seen_at),
            device.address,
            device.name,
        )
        for user, device in listed
    ]
    terminal.write_table(("id", "person", "kind", "last seen (UTC)", "address", "name"), rows)
    return 0


def revoke(arguments: argparse.Namespace, device_id: str) -> int:
    from solosync.domain import devices

    with open_store(load(arguments)) as store:
        device = devices.revoke_any(store, device_id)
    terminal.write(f"signed out {device.name}")
    return 0


def pair(arguments: argparse.Namespace, email: str | None) -> int:
    """Where the other device goes, and the same as a QR code on a terminal that can show one."""
    from solosync import clock, crypto, greeting
    from solosync.domain import pairings
    from solosync.net import addresses
    from solosync.store.lock import read_holder

    config = load(arguments)
    with open_store(config) as store:
        code = pairings.start_at_terminal(store, crypto.load_keys(config.data_dir), email)
    holder = read_holder(config.data_dir)
    is_running = holder is not None and holder.url is not None
    if holder is not None and is_running:
        config = _as_it_runs(config, holder)
    found = addresses.urls(config)
    pages = [f"{base}/pair" for base in found or (config.local_url,)]
    if arguments.json:
        until = clock.iso(code.expires_at)
        terminal.write_json({"code": code.digits, "urls": pages, "expires_at": until})
        return 0
    terminal.write(f"Code {code.digits}, good once, for {pairings.LIFE_SECONDS // 60} minutes.")
    terminal.write("On the other device, open one of these and enter it, or scan the first:")
    for page in pages:
        terminal.write(f"  {page}")
    greeting.say_code(f"{pages[0]}?code={code.digits}")
    if not is_running:
        terminal.write_error("no server runs on this data folder yet: `solosync serve --lan`")
    elif not found:
        terminal.write_error("only this machine reaches the server; `--lan` lets others in")
    return 0


def _as_it_runs(config: Config, holder: Holder) -> Config:
    """Where the server is told may be said by its own flags alone."""
    url = urlsplit(holder.url or "")
    return dataclasses.replace(
        config,
        host=holder.host or config.host,
        port=url.port or config.port,
        tls=url.scheme == "https",
        public_url=holder.public_url,
    )
