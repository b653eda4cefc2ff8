"""Commands about devices: devices, devices revoke."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from solosync.cli import terminal
from solosync.cli.arguments import Commands, add_command, add_json, load
from solosync.cli.stores import open_store
from solosync.errors import Invalid

USAGE = "solosync devices [EMAIL | revoke ID] [options]"


def register(commands: Commands) -> None:
    sentence = "List where people are signed in, with their API keys, or sign one device out."
    parser = add_command(commands, "devices", run, sentence)
    parser.usage = USAGE
    add_json(parser)
    parser.add_argument(
        "words",
        nargs="*",
        metavar="EMAIL",
        help="Only this person's; or `revoke ID`, with an id from the list.",
    )


def run(arguments: argparse.Namespace) -> int:
    match arguments.words:
        case []:
            return list_all(arguments, None)
        case ["revoke", device_id]:
            return revoke(arguments, device_id)
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
            clock.iso(device.last_seen_at)[:16].replace("T", " "),
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
