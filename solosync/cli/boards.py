"""Commands about boards: boards list, import."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solosync.cli import terminal
from solosync.cli.arguments import Commands, add_command, add_json, load
from solosync.cli.stores import open_store
from solosync.errors import SolosyncError, TooLarge

if TYPE_CHECKING:
    from solosync.config import Config
    from solosync.records.sessions import Session
    from solosync.records.users import User
    from solosync.store.engine import Store


def register(commands: Commands) -> None:
    sentence = "List the boards of this server."
    group = commands.add_parser("boards", help=sentence, description=sentence)
    actions = group.add_subparsers(metavar="ACTION", required=True, title="actions")
    add_json(add_command(actions, "list", list_all, "List all boards, the last changed first."))

    sentence = "Make a new board from each file: a board's JSON, or .excalidraw."
    importing = add_command(commands, "import", import_files, sentence)
    help = "Each becomes a board, called as the file is."
    importing.add_argument("files", metavar="FILE", nargs="+", type=Path, help=help)
    importing.add_argument(
        "--user", metavar="EMAIL", help="Whose boards they become (else this machine's owner's)."
    )
    add_json(importing)


def list_all(arguments: argparse.Namespace) -> int:
    from solosync import clock
    from solosync.domain import accounts, sessions

    with open_store(load(arguments)) as store:
        boards = sessions.list_all_sessions(store)
        emails = {user.user_id: user.email for user in accounts.list_users(store)}
    if arguments.json:
        terminal.write_json(
            [
                {
                    "id": board.session_id,
                    "name": board.name,
                    "owner": emails[board.owner_id],
                    "kind": board.dialect,
                    "pages": board.page_count,
                    "rev": board.rev,
                    "bytes": board.state_bytes,
                    "created_at": clock.iso_us(board.created_at),
                    "updated_at": clock.iso_us(board.updated_at),
                }
                for board in boards
            ]
        )
        return 0
    terminal.write_table(
        ("id", "owner", "changed (UTC)", "size", "name"),
        [
            (
                board.session_id,
                emails[board.owner_id],
                clock.text(board.updated_at // 1000),
                _size(board.state_bytes),
                board.name,
            )
            for board in boards
        ],
    )
    return 0


def import_files(arguments: argparse.Namespace) -> int:
    """Each file is one board or none; one that can't be read doesn't stop the others."""
    from solosync.domain import accounts

    config = load(arguments)
    made: list[dict[str, Any]] = []
    failed = 0
    with open_store(config, make=True) as store:
        owner = accounts.get_owner(store, email=arguments.user)
        progress = terminal.Progress(len(arguments.files))
        for file in arguments.files:
            progress.step(file.name)
            try:
                board = _import_file(config, store, owner, file)
            except (SolosyncError, OSError) as error:
                failed += 1
                progress.clear()
                terminal.write_error(terminal.printable(f"{file}: {terminal.reason(error)}"))
            else:
                made.append({"file": str(file), "id": board.session_id, "name": board.name})
        progress.clear()
    if arguments.json:
        terminal.write_json(made)
    else:
        for row in made:
            terminal.write(f"{row['id']}  {terminal.printable(row['name'])}")
    return 1 if failed else 0


def _import_file(config: Config, store: Store, owner: User, file: Path) -> Session:
    from solosync.domain import sessions

    if file.stat().st_size > config.max_state_bytes:
        raise TooLarge(config.max_state_bytes)
    # A file name may be any bytes; a board's name is text.
    name = os.fsencode(file.stem).decode(errors="replace")
    return sessions.import_session(store, owner, name, file.read_bytes())


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
