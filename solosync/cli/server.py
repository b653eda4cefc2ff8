"""The commands that run the server and open its page."""

from __future__ import annotations

import argparse

from solosync.cli import terminal
from solosync.cli.arguments import ALL_OPTIONS, Commands, add_command, load


def register(commands: Commands) -> None:
    sentence = "Run the server until Ctrl-C; a second one opens the first one's page."
    add_command(commands, "serve", serve, sentence, ALL_OPTIONS)
    sentence = "Open the page of the running server, signed in as this machine's owner."
    add_command(commands, "open", open_page, sentence, ("data_dir", "host", "port", "public_url"))


def serve(arguments: argparse.Namespace) -> int:
    from solosync import app, doctor

    config = load(arguments)
    finding = doctor.file_system(config.data_dir)
    if finding.status != "ok":
        terminal.write_error(f"warning: {finding.found}. {finding.advice}")
    return app.serve(config)


def open_page(arguments: argparse.Namespace) -> int:
    from solosync import app

    return app.open_page(load(arguments))
