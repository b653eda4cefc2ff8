"""Commands about the audit log: audit list, audit verify."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from solosync.cli import terminal
from solosync.cli.arguments import Commands, add_command, add_json, load
from solosync.cli.stores import open_store

if TYPE_CHECKING:
    from solosync.domain.audit_chain import Broken, Place
    from solosync.records.audit import Entry

DEFAULT_LIMIT = 50


def register(commands: Commands) -> None:
    sentence = "Show who did what, and check that nobody changed the log of it."
    group = commands.add_parser("audit", help=sentence, description=sentence)
    actions = group.add_subparsers(metavar="ACTION", required=True, title="actions")

    sentence = "List who did what, the newest first."
    listing = add_command(actions, "list", list_all, sentence)
    help = "Only this, such as key.create, or with a dot at its end all that begin so (key.)."
    listing.add_argument("--action", metavar="NAME", dest="wanted", help=help)
    help = f"So many at most. [{DEFAULT_LIMIT}]"
    listing.add_argument("--limit", metavar="N", type=_count, default=DEFAULT_LIMIT, help=help)
    add_json(listing)

    sentence = "Check that the audit log is as it was written; else name the first row that isn't."
    verifying = add_command(actions, "verify", verify, sentence)
    help = "A newest row as this command told it earlier: it has to be there still."
    verifying.add_argument("--noted", metavar="ROW:HASH", type=_place, help=help)
    add_json(verifying)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("has to be a number from 1 on")
    return int(text)


def _place(text: str) -> Place:
    from solosync.domain.audit_chain import Place

    if not re.fullmatch("[0-9]{1,18}:[0-9a-f]{64}", text, re.ASCII):
        raise argparse.ArgumentTypeError("has to be ROW:HASH, as `audit verify` tells it")
    seq, _, digest = text.partition(":")
    return Place(int(seq), bytes.fromhex(digest))


def list_all(arguments: argparse.Namespace) -> int:
    from solosync.domain import accounts, audit
    from solosync.records.listing import Query, Sort

    filters = {} if arguments.wanted is None else {"action": arguments.wanted}
    query = Query((Sort("seq", is_descending=True),), filters, arguments.limit)
    with open_store(load(arguments)) as store:
        entries = audit.list_entries(store, query).items
        emails = {user.user_id: user.email for user in accounts.list_users(store)}
    if arguments.json:
        terminal.write_json([_plain(entry) for entry in entries])
        return 0
    terminal.write_table(
        ("row", "when (UTC)", "who", "what", "", "to what", "from"),
        [
            (
                str(entry.seq),
                _when(entry.event.created_at).removesuffix(" UTC"),
                emails.get(entry.event.actor_id or "", entry.event.actor_id or ""),
                entry.event.action,
                "" if entry.event.outcome == "done" else entry.event.outcome,
                entry.event.target,
                entry.event.address,
            )
            for entry in entries
        ],
    )
    return 0


def verify(arguments: argparse.Namespace) -> int:
    from solosync import crypto
    from solosync.domain import audit_chain

    config = load(arguments)
    with open_store(config) as store:
        keys = crypto.load_keys(config.data_dir)
        try:
            verified = audit_chain.verify(store, keys, arguments.noted)
        except audit_chain.Broken as broken:
            _tell_broken(arguments, broken)
            return 1
    newest = f"{verified.newest.seq}:{verified.newest.hash.hex()}"
    up_to = verified.sealed_up_to
    if arguments.json:
        terminal.write_json({"whole": True, "newest": newest, "sealed_up_to": up_to})
        return 0
    sealed = "no row is sealed yet" if up_to is None else f"sealed up to row {up_to}"
    terminal.write(f"All {verified.newest.seq} rows are as they were written; {sealed}.")
    terminal.write(f"The newest, to be noted elsewhere for --noted: {newest}")
    return 0


def _tell_broken(arguments: argparse.Namespace, broken: Broken) -> None:
    when = _when(broken.created_at)
    if arguments.json:
        found = {"whole": False, "row": broken.seq, "when": when or None, "why": broken.why}
        terminal.write_json(found)
    else:
        terminal.write_error(f"{broken.message} ({when})" if when else broken.message)


def _plain(entry: Entry) -> dict[str, object]:
    from solosync import clock

    event = entry.event
    return {
        "row": entry.seq,
        "created_at": clock.iso(event.created_at),
        "action": event.action,
        "outcome": event.outcome,
        "actor_id": event.actor_id,
        "device_id": event.device_id,
        "target": event.target,
        "organization_id": event.organization_id,
        "parameters": event.parameters,
        "address": event.address,
        "request_id": event.request_id,
        "hash": entry.hash.hex(),
    }


def _when(ms: int | None) -> str:
    """Somebody may have written any number into the file."""
    from solosync import clock

    if ms is None:
        return ""
    try:
        return f"{clock.text(ms, 'seconds')} UTC"
    except (ValueError, OverflowError, OSError):
        return f"time {ms}"
