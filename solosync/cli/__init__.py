"""The command line: parse, call, print. No rules are made here.

Heavy modules are imported inside the functions that need them, so that `solosync version` and
`--help` answer at once.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from solosync import __version__
from solosync.cli import (
    about,
    audit,
    backup,
    boards,
    devices,
    export,
    jobs,
    keys,
    mail,
    render,
    server,
    terminal,
    tunnel,
    users,
)
from solosync.cli.arguments import Parser
from solosync.errors import SolosyncError
from solosync.settings import ConfigError

DESCRIPTION = """Keeps whiteboards in sync across devices.

Without a command, solosync serves: `solosync --port 9000` is `solosync serve --port 9000`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 not understood."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A board's name may hold what an old console can't show; that is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "serve")
    if words == ["render-worker"]:  # for the server, not for people
        from solosync.cli import render_worker

        return render_worker.main()
    if words[0] == "tunnel-keeper":  # likewise
        from solosync.net import keeper

        return keeper.main(words[1:])
    arguments = build_parser().parse_args(words)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except (ConfigError, SolosyncError) as error:
        terminal.write_error(str(error))
        return 1
    except BrokenPipeError:
        # The reader has seen enough (`solosync boards list | head`). What is still buffered must
        # go somewhere, or Python complains when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        terminal.write_error(_os_error(error))
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def build_parser() -> Parser:
    layout = argparse.RawDescriptionHelpFormatter  # keeps the description's lines
    parser = Parser(prog="solosync", description=DESCRIPTION, formatter_class=layout)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True, title="commands")
    for module in (
        server,
        tunnel,
        users,
        devices,
        boards,
        export,
        render,
        jobs,
        mail,
        keys,
        audit,
        backup,
        about,
    ):
        module.register(commands)
    return parser


def _os_error(error: OSError) -> str:
    reason = terminal.reason(error)
    return f"{error.filename}: {reason}" if error.filename else reason
