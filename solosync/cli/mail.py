"""Commands about mail: mail test."""

from __future__ import annotations

import argparse

from solosync.cli import terminal
from solosync.cli.arguments import Commands, add_command, load
from solosync.config import OPTIONS
from solosync.origin import LANGUAGES

SETTINGS = tuple(name for name in OPTIONS if name.startswith(("email_", "smtp_")))


def register(commands: Commands) -> None:
    sentence = "Try whether mail can be sent."
    group = commands.add_parser("mail", help=sentence, description=sentence)
    actions = group.add_subparsers(metavar="ACTION", required=True, title="actions")
    sentence = "Send a test mail, at once and as it is configured, and tell how that went."
    options = ("data_dir", "public_url", *SETTINGS)
    testing = add_command(actions, "test", test, sentence, options)
    testing.add_argument("address", metavar="ADDRESS", help="Whom to send it to.")
    testing.add_argument(
        "--language", choices=LANGUAGES, default="en", help="What it is written in. [en]"
    )


def test(arguments: argparse.Namespace) -> int:
    """It needs no server and no data folder."""
    config = load(arguments)
    from solosync.ids import new_id
    from solosync.net import mail
    from solosync.records.mails import Letter

    mail.send(config, Letter(new_id(), arguments.address, "test", arguments.language, {}))
    if config.email_provider == "console":
        terminal.write("written into the log; set email_provider to send it")
    else:
        terminal.write(f"{config.email_provider} took a mail to {arguments.address}")
    return 0
