"""What the commands' arguments have in common: each takes the flags of the configuration."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from solosync import config, logs

if TYPE_CHECKING:
    from solosync.config import Config, Option

Run = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"
ALL_OPTIONS = tuple(config.OPTIONS)
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
    parser = commands.add_parser(name, help=sentence, description=sentence)
    group = parser.add_argument_group("configuration")
    group.add_argument("--config", metavar="FILE", help="Read this file, not the data folder's.")
    for option in (config.OPTIONS[name] for name in options):
        if option.is_switch:
            group.add_argument(option.flag, action=argparse.BooleanOptionalAction, help=option.help)
        else:
            group.add_argument(option.flag, metavar=option.kind.placeholder, help=option.help)
    parser.set_defaults(run=run)
    return parser


def _help(option: Option) -> str:
    default = "" if option.default is dataclasses.MISSING else option.show(option.default)
    return f"{option.help} [{default}]" if default else option.help


def add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="Answer in JSON, for a script.")


def flags(arguments: argparse.Namespace) -> dict[str, str | None]:
    """The configuration's flags among the arguments, as texts."""
    given: dict[str, str | None] = {}
    for name in ("config", *config.OPTIONS):
        value = getattr(arguments, name, None)
        given[name] = str(value).lower() if isinstance(value, bool) else value
    return given


def load(arguments: argparse.Namespace) -> Config:
    """The configuration for a command; what it logs goes where the configuration says."""
    loaded = config.load(flags(arguments))
    logs.configure(loaded.log_level, loaded.log_format)
    return loaded
