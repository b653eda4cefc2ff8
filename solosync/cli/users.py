"""Commands about people: users add, list, set-password, deactivate, recover."""

from __future__ import annotations

import argparse
import sys

from solosync.cli import terminal
from solosync.cli.arguments import Commands, Parser, add_command, add_json, load
from solosync.cli.stores import open_store
from solosync.errors import Invalid


def register(commands: Commands) -> None:
    sentence = "Add and list people, set passwords, deactivate."
    group = commands.add_parser("users", help=sentence, description=sentence)
    actions = group.add_subparsers(metavar="ACTION", required=True, title="actions")

    adding = add_command(actions, "add", add, "Add a person who can sign in.")
    _add_email(adding)
    _add_password(adding)
    adding.add_argument("--staff", action="store_true", help="May administer this server.")

    add_json(add_command(actions, "list", list_all, "List the people of this server."))

    setting = add_command(actions, "set-password", set_password, "Set a person's password.")
    _add_email(setting)
    _add_password(setting)

    sentence = "Sign a person out everywhere and let them in no more."
    _add_email(add_command(actions, "deactivate", deactivate, sentence))

    sentence = "Print a link that signs a person in once, when mail can't reach them."
    options = ("data_dir", "host", "port", "public_url")
    _add_email(add_command(actions, "recover", recover, sentence, options))


def _add_email(parser: Parser) -> None:
    parser.add_argument("email", metavar="EMAIL", help="The address they sign in with.")


def _add_password(parser: Parser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="Read the password from the first line of standard input instead of asking for it.",
    )


def add(arguments: argparse.Namespace) -> int:
    from solosync.domain import accounts

    password = _read_password(arguments)
    with open_store(load(arguments), make=True) as store:
        user = accounts.add_user(
            store, email=arguments.email, password=password, is_staff=arguments.staff
        )
    terminal.write(f"added {user.email}")
    return 0


def list_all(arguments: argparse.Namespace) -> int:
    from solosync import clock
    from solosync.domain import accounts

    with open_store(load(arguments)) as store:
        users = accounts.list_users(store)
    if arguments.json:
        terminal.write_json(
            [
                {
                    "id": user.user_id,
                    "email": user.email,
                    "is_staff": user.is_staff,
                    "is_active": user.is_active,
                    "joined_at": clock.iso(user.joined_at),
                    "last_login_at": user.last_login_at and clock.iso(user.last_login_at),
                }
                for user in users
            ]
        )
        return 0
    rows = []
    for user in users:
        marks = ("staff" if user.is_staff else "", "" if user.is_active else "deactivated")
        seen = clock.text(user.last_login_at) if user.last_login_at else "never"
        rows.append((user.email, seen, ", ".join(filter(None, marks))))
    terminal.write_table(("email", "last signed in (UTC)", ""), rows)
    return 0


def set_password(arguments: argparse.Namespace) -> int:
    from solosync.domain import accounts

    password = _read_password(arguments)
    with open_store(load(arguments)) as store:
        accounts.set_password(store, email=arguments.email, password=password)
    terminal.write(f"password set for {arguments.email}")
    return 0


def deactivate(arguments: argparse.Namespace) -> int:
    from solosync.domain import accounts

    with open_store(load(arguments)) as store:
        accounts.deactivate(store, email=arguments.email)
    terminal.write(f"deactivated {arguments.email}")
    return 0


def recover(arguments: argparse.Namespace) -> int:
    """The address is that of the running server, if one runs and public_url doesn't say better."""
    config = load(arguments)
    from solosync import crypto
    from solosync.domain import links
    from solosync.store.lock import read_holder

    with open_store(config) as store:
        keys = crypto.load_keys(config.data_dir)
        token = links.issue_recovery_link(store, keys, arguments.email)
    holder = read_holder(config.data_dir)
    running = holder.url if holder is not None else None
    base = config.public_url or running or config.base_url
    terminal.write(f"{base}/link/{token}")
    return 0


def _read_password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Invalid("There is no terminal to ask for a password; use --password-stdin.")
    import getpass

    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise Invalid("The two passwords differ; nothing was changed.")
    return password
