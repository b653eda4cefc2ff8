"""The command that makes pictures of board files, without a server."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from solosync.cli import picture_options, terminal
from solosync.cli.arguments import Commands, add_command
from solosync.errors import Invalid, SolosyncError

if TYPE_CHECKING:
    from solosync.records.pictures import Format, PictureOptions
    from solosync.render.export import Made

# What an output may be called, and the format that is: a .zip holds PNG pictures.
SUFFIXES: dict[str, Format] = {".png": "png", ".pdf": "pdf", ".svg": "svg", ".zip": "png"}


def register(commands: Commands) -> None:
    sentence = "Draw board files (JSON, or .excalidraw) as PNG, PDF or SVG; needs no server."
    parser = add_command(commands, "render", render, sentence)
    sentence = "A board's JSON, or .excalidraw."
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help=sentence)
    parser.add_argument(
        "-o", "--output", metavar="OUT", required=True,
        help="The file to write, .png, .pdf, .svg or .zip; a folder for several files.",
    )  # fmt: skip
    parser.add_argument("--format", metavar="png|pdf|svg", help="For a folder. [png]")
    parser.add_argument("--title", metavar="TEXT", help="The title inside. [the file's name]")
    picture_options.add(parser)


def render(arguments: argparse.Namespace) -> int:
    """A file that can't be drawn doesn't stop the others."""
    from solosync.records import pictures

    targets, format = _targets(arguments)
    given = picture_options.given(arguments)
    if targets[0][1].suffix.lower() == ".png" and given["multiple"] is None:
        given["multiple"] = "stack"  # who names one picture wants one
    options = pictures.parse_options(given, format)
    failed = 0
    for file, target in targets:
        progress = terminal.PageProgress(file.name)
        try:
            made = _render_file(file, target, format, options, arguments.title, progress)
        except (SolosyncError, OSError) as error:
            failed += 1
            progress.clear()
            terminal.write_error(terminal.printable(f"{file}: {_reason(error, file)}"))
        else:
            progress.clear()
            for warning in made.warnings:
                terminal.write_error(terminal.printable(f"{file}: warning: {warning}"))
            terminal.write(terminal.printable(str(made.path)))
    return 1 if failed else 0


def _targets(arguments: argparse.Namespace) -> tuple[list[tuple[Path, Path]], Format]:
    """Each file with what it becomes, and the format. Raises Invalid."""
    from solosync.records import pictures

    files: list[Path] = arguments.files
    out = Path(arguments.output)
    is_folder = len(files) > 1 or out.is_dir() or arguments.output.endswith(("/", os.sep))
    if not is_folder:
        format = SUFFIXES.get(out.suffix.lower())
        if format is None:
            raise Invalid(f"The output has to end in .png, .pdf, .svg or .zip, not {out.name!r}.")
        if arguments.format not in (None, format):
            raise Invalid(f"{out.name!r} can't be {arguments.format}; leave --format out.")
        return [(files[0], out)], format
    if out.suffix.lower() in SUFFIXES and not out.is_dir():
        raise Invalid(f"Several files need a folder to go to, and {out.name!r} looks like a file.")
    format = pictures.parse_format(arguments.format or "png")
    if format not in SUFFIXES.values():
        raise Invalid("`format` must be one of png, pdf, svg.")
    targets = [(file, out / f"{file.stem}.{format}") for file in files]
    for target, count in Counter(target for _, target in targets).items():
        if count > 1:
            raise Invalid(f"{count} of the files would become {target}; draw them one by one.")
    out.mkdir(parents=True, exist_ok=True)
    return targets, format


def _render_file(
    file: Path,
    target: Path,
    format: Format,
    options: PictureOptions,
    title: str | None,
    progress: terminal.PageProgress,
) -> Made:
    """Written beside the target first: there is a whole file by its name, or the former one."""
    from solosync.render import export, scenes

    state = export.parse(file.read_bytes())
    if not scenes.is_board(state):
        raise Invalid("This is JSON, but no board: it has neither pages nor elements.")
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    made = export.make(
        state,
        format=format,
        options=options,
        out=part,
        # A file name may be any bytes; a title is text.
        title=os.fsencode(file.stem).decode(errors="replace") if title is None else title,
        on_progress=progress.show,
    )
    if target.suffix.lower() != made.suffix:
        target = target.with_suffix(made.suffix)
    return made._replace(path=part.replace(target))


def _reason(error: SolosyncError | OSError, file: Path) -> str:
    if isinstance(error, SolosyncError):
        return terminal.reason(error)
    is_another = error.filename and Path(error.filename) != file
    reason = terminal.reason(error)
    return f"{error.filename}: {reason}" if is_another else reason
