"""Commands that tell about the program: version, config, doctor, openapi."""

from __future__ import annotations

import argparse
import platform

from solosync import __version__, settings
from solosync.cli import terminal
from solosync.cli.arguments import ALL_OPTIONS, Commands, add_command, add_json, flags, load
from solosync.config import OPTIONS


def register(commands: Commands) -> None:
    sentence = "Show every option, what it is set to, and by what."
    add_json(add_command(commands, "config", show_config, sentence, ALL_OPTIONS))
    sentence = "Check this machine and the data folder, and say what to do."
    options = ("data_dir", "host", "port", "lan", "storage_url")
    add_json(add_command(commands, "doctor", doctor, sentence, options))
    add_command(commands, "openapi", openapi, "Print the API's OpenAPI description.")
    add_json(add_command(commands, "version", version, "Print the version."))


def version(arguments: argparse.Namespace) -> int:
    if arguments.json:
        terminal.write_json(
            {
                "version": __version__,
                "python": platform.python_version(),
                "platform": platform.platform(),
            }
        )
    else:
        terminal.write(f"solosync {__version__}")
    return 0


def show_config(arguments: argparse.Namespace) -> int:
    chosen = settings.collect(flags(arguments))
    if arguments.json:
        terminal.write_json(
            {
                name: {"value": OPTIONS[name].plain(setting.value), "source": setting.source}
                for name, setting in chosen.items()
            }
        )
    else:
        rows = [
            (name, OPTIONS[name].show(setting.value), setting.source)
            for name, setting in chosen.items()
        ]
        terminal.write_table(("option", "value", "set by"), rows)
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    from solosync.doctor.examination import examine

    findings = list(examine(load(arguments)))
    if arguments.json:
        terminal.write_json([finding._asdict() for finding in findings])
    else:
        width = max(len(finding.check) for finding in findings)
        for finding in findings:
            terminal.write(f"{finding.status:<8} {finding.check:<{width}}  {finding.found}")
            if finding.advice:
                terminal.write(f"{'':<8} {'':<{width}}  -> {finding.advice}")
    return 1 if any(finding.status == "failed" for finding in findings) else 0


def openapi(arguments: argparse.Namespace) -> int:
    from solosync import app

    terminal.write(app.openapi_json(load(arguments)).removesuffix("\n"))
    return 0
