"""Commands about the keys that tokens are signed with: keys rotate."""

from __future__ import annotations

import argparse

from solosync.cli import terminal
from solosync.cli.arguments import Commands, add_command, load
from solosync.cli.stores import open_store


def register(commands: Commands) -> None:
    sentence = "Change the keys that sign-ins are signed with."
    group = commands.add_parser("keys", help=sentence, description=sentence)
    actions = group.add_subparsers(metavar="ACTION", required=True, title="actions")
    sentence = "Sign with a new key from now on; nobody is signed out, and a server need not stop."
    add_command(actions, "rotate", rotate, sentence)


def rotate(arguments: argparse.Namespace) -> int:
    config = load(arguments)
    from solosync.domain import tokens

    with open_store(config) as store:
        tokens.rotate_keys(store, config.data_dir)
    terminal.write("a new key signs from now on; the old one is good for another hour")
    return 0
