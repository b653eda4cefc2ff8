"""What the commands' arguments have in common: each takes the flags of the configuration."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from solosync import logs, paths, settings
from solosync.config import OPTIONS

if TYPE_CHECKING:
    from solosync.config import Config, Option

Run = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"
ALL_OPTIONS = tuple(OPTIONS)
FEW_OPTIONS = ("data_dir",)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line, and that doesn't guess at shortened flags."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings, allow_abbrev=False)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"solosync: {message} (see {self.prog} --help)\n")


def add_command(
    commands: Commands,
    name: str,
    run: Run,
    sentence: str,
    options: Iterable[str] = FEW_OPTIONS,
) -> Parser:
    """A command that `run` carries out; `options` of the configuration become its flags."""
    # Of all options, argparse would make a screen of usage before it says anything.
    usage = "%(prog)s [options]" if options is ALL_OPTIONS else None
    parser = commands.add_parser(name, help=sentence, description=sentence, usage=usage)
    group = parser.add_argument_group("configuration")
    group.add_argument("--config", metavar="FILE", help="Read this file, not the data folder's.")
    for option in (OPTIONS[name] for name in options):
        _add_option(group, option)
    parser.set_defaults(run=run)
    return parser


def _add_option(group: argparse._ArgumentGroup, option: Option) -> None:
    """`--port N`; a switch may be told alone (`--lan`), by a word (`--lan=true`) or undone
    (`--no-lan`)."""
    default = "" if option.default is dataclasses.MISSING else option.show(option.default)
    sentence = f"{option.help} [{default}]" if default else option.help
    placeholder = option.kind.placeholder
    if not option.is_switch:
        group.add_argument(option.flag, metavar=placeholder, help=sentence)
        return
    group.add_argument(option.flag, nargs="?", const="true", metavar=placeholder, help=sentence)
    undo = option.flag.replace("--", "--no-", 1)
    group.add_argument(undo, dest=option.name, action="store_const", const="false")


def add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="Answer in JSON, for a script.")


def flags(arguments: argparse.Namespace) -> dict[str, str | None]:
    """The configuration's flags among the arguments, as texts."""
    return {name: getattr(arguments, name, None) for name in ("config", *OPTIONS)}


def load(arguments: argparse.Namespace) -> Config:
    """The configuration for a command; what it logs goes where the configuration says. A restore
    that was broken off is finished first, because it brings a configuration too."""
    config = settings.load(flags(arguments))
    if (config.data_dir / paths.RESTORING_NAME).exists():
        from solosync.store import replacing

        replacing.finish_begun(config.data_dir)
        config = settings.load(flags(arguments))
    logs.configure(config.log_level, config.log_format)
    return config
