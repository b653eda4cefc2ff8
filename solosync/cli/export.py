"""The command that makes files of boards, beside a running server or without one."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from solosync.cli import picture_options, terminal
from solosync.cli.arguments import Commands, add_command, load
from solosync.cli.stores import open_store
from solosync.errors import Invalid, SolosyncError

if TYPE_CHECKING:
    from solosync.blobs import Blobs
    from solosync.records.pictures import Format, PictureOptions
    from solosync.records.sessions import Session
    from solosync.store.engine import Store

STANDARD_OUTPUT = "-"
LONGEST_NAME = 200  # bytes; most systems take 255, with the suffix and a number
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|]')
# Windows keeps these for itself, whatever the suffix.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.I)


def register(commands: Commands) -> None:
    sentence = "Make a file of a board, or of all boards: PNG, PDF, SVG or JSON."
    options = ("data_dir", "storage_url")
    parser = add_command(commands, "export", export, sentence, options)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("session", metavar="SESSION", nargs="?", help="The board's id, or its name.")
    which.add_argument("--all", action="store_true", help="All boards, a file each.")
    parser.add_argument(
        "--format", metavar="png|pdf|svg|json", help="The kind of file. [by OUT's suffix, else png]"
    )
    parser.add_argument(
        "-o", "--output", metavar="OUT",
        help="A file, a folder, or - for standard output. [here, called as the board is]",
    )  # fmt: skip
    picture_options.add(parser)


def export(arguments: argparse.Namespace) -> int:
    """A board that can't be drawn doesn't stop the others."""
    from solosync.blobs import open_blobs
    from solosync.records import pictures

    config = load(arguments)
    format = _format(arguments)
    options = pictures.parse_options(picture_options.given(arguments), format)
    failed = 0
    with open_store(config) as store:
        blobs = open_blobs(config.storage_url, config.data_dir)
        boards = _boards(store, arguments)
        output = _Output(arguments, len(boards))
        for board in boards:
            progress = terminal.PageProgress(board.name)
            try:
                target, warnings = _export(store, blobs, board, format, options, output, progress)
            except (SolosyncError, OSError) as error:
                failed += 1
                progress.clear()
                told = f"{board.name}: {terminal.reason(error)}"
                terminal.write_error(terminal.printable(told))
            else:
                progress.clear()
                for warning in warnings:
                    terminal.write_error(terminal.printable(f"{board.name}: warning: {warning}"))
                if target is not None:
                    terminal.write(terminal.printable(str(target)))
    return 1 if failed else 0


def _format(arguments: argparse.Namespace) -> Format:
    from solosync.records import pictures

    if arguments.format:
        return pictures.parse_format(arguments.format)
    suffix = Path(arguments.output or "").suffix.lower().removeprefix(".")
    return pictures.parse_format({"zip": "png", "": "png"}.get(suffix, suffix))


def _boards(store: Store, arguments: argparse.Namespace) -> list[Session]:
    """Raises Invalid when there is none, or more than one of the name."""
    from solosync.domain import sessions

    boards = sessions.list_all_sessions(store)
    if arguments.all:
        return boards
    wanted = arguments.session
    found = [board for board in boards if board.session_id == wanted.lower()]
    found = found or [board for board in boards if board.name == wanted]
    if len(found) != 1:
        problem = "There is no board" if not found else f"{len(found)} boards are called"
        raise Invalid(f"{problem} {wanted!r}; `solosync boards list` shows them with their ids.")
    return found


def _export(
    store: Store,
    blobs: Blobs,
    board: Session,
    format: Format,
    options: PictureOptions,
    output: _Output,
    progress: terminal.PageProgress,
) -> tuple[Path | None, tuple[str, ...]]:
    """Where it went, and what couldn't be drawn. A file is there whole or not at all."""
    from solosync.domain import drawings

    with TemporaryDirectory() as name:
        folder = Path(name)
        drawn = drawings.current(store, blobs, board, folder)
        made = folder / "made"
        suffix, warnings = f".{format}", tuple[str, ...]()
        if format == "json":
            made.write_bytes(drawn.state)
        else:
            from solosync.render import export as rendering

            result = rendering.make(
                drawn.state,
                format=format,
                options=options,
                out=made,
                title=board.name,
                files=drawn.files,
                on_progress=progress.show,
            )
            suffix, warnings = result.suffix, result.warnings
        return output.take(made, board.name, suffix), warnings


class _Output:
    """Where files go: one named by the person, or each by its board, never over another one."""

    def __init__(self, arguments: argparse.Namespace, count: int) -> None:
        """Raises Invalid."""
        given: str | None = arguments.output
        self._is_standard = given == STANDARD_OUTPUT
        path = Path(given or ".")
        ends_open = (given or "").endswith(("/", os.sep))
        is_folder = given is None or arguments.all or ends_open or path.is_dir()
        if self._is_standard and (arguments.all or count > 1):
            raise Invalid("Several files can't go to standard output; name a folder.")
        if arguments.all and path.exists() and not path.is_dir():
            raise Invalid(f"Several files need a folder to go to, and {given!r} is a file.")
        self._file = None if is_folder else path
        self._folder = path if is_folder else path.parent
        if is_folder:
            path.mkdir(parents=True, exist_ok=True)
        elif not path.parent.is_dir():
            raise Invalid(f"There is no folder {str(path.parent)!r}; make it first.")

    def take(self, made: Path, name: str, suffix: str) -> Path | None:
        """Puts a finished file in its place; None for standard output."""
        if self._is_standard:
            with made.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            return None
        target = self._file or next(self._free_names(name, suffix))
        if suffix == ".zip" and target.suffix.lower() == ".png":
            target = target.with_suffix(suffix)  # it became several pictures
        part = target.with_name(f"{target.name}.{os.getpid()}.part")
        try:
            shutil.copyfile(made, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target

    def _free_names(self, name: str, suffix: str) -> Iterator[Path]:
        clean = _NOT_IN_NAMES.sub("_", name).encode()[:LONGEST_NAME].decode(errors="ignore")
        clean = clean.strip(" .") or "board"
        if _DEVICES.fullmatch(clean):
            clean = f"_{clean}"
        number = 1
        while True:
            counted = clean if number == 1 else f"{clean} ({number})"
            target = self._folder / f"{counted}{suffix}"
            if not target.exists():
                yield target
            number += 1
