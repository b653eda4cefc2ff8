"""The commands that keep a server's data safe: backup, restore."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from solosync import settings
from solosync.cli import terminal
from solosync.cli.arguments import Commands, add_command, add_json, flags, load
from solosync.cli.stores import open_store
from solosync.errors import Invalid

if TYPE_CHECKING:
    from solosync.blobs import Blobs
    from solosync.domain.backups import Made
    from solosync.domain.restoring import Restored
    from solosync.records.backups import Manifest

SECRET = "It holds this server's keys and secrets: keep it where nobody else can read it."


def register(commands: Commands) -> None:
    options = ("data_dir", "storage_url")
    sentence = "Make one file of all that the server keeps, while it runs or not."
    making = add_command(commands, "backup", backup, sentence, options)
    making.epilog = SECRET
    making.add_argument(
        "-o", "--output", metavar="OUT", default=".",
        help="A new file, or a folder. [here, called by the time]",
    )  # fmt: skip
    add_json(making)

    sentence = (
        "Put a backup in the place of what is there, which is set aside; everybody signs in again."
    )
    restoring = add_command(commands, "restore", restore, sentence, options)
    restoring.add_argument("file", metavar="FILE", type=Path, help="As `backup` made it.")
    restoring.add_argument("--yes", action="store_true", help="Don't ask before it is done.")


def backup(arguments: argparse.Namespace) -> int:
    from solosync.blobs import open_blobs
    from solosync.domain import backups

    output = Path(arguments.output)
    if arguments.output.endswith(("/", os.sep)) and not output.is_dir():
        # It isn't made: a disk that isn't mounted would be, on the one that is to be safe.
        raise Invalid(f"There is no folder {arguments.output!r}.")
    config = load(arguments)
    with open_store(config) as store:
        blobs = open_blobs(config.storage_url, config.data_dir)
        progress = terminal.PercentProgress("backup")
        try:
            made = backups.make(store, blobs, config.data_dir, output, progress.show)
        finally:
            progress.clear()
    if arguments.json:
        terminal.write_json(_plain(made))
    else:
        size = f"{made.size / 2**20:,.1f} MiB"
        terminal.write(f"{terminal.printable(str(made.file))}: {_content(made.manifest)}; {size}")
        terminal.write(SECRET)
    if missing := len(made.manifest.missing):
        terminal.write_error(
            f"{_count(missing, 'file')} missing or broken here, and so in the backup; an older one"
            " may have more."
        )
    return 1 if made.manifest.missing else 0


def restore(arguments: argparse.Namespace) -> int:
    from solosync import clock
    from solosync.domain import restoring
    from solosync.domain.archives import Archive

    config = load(arguments)
    with Archive(arguments.file) as archive:
        when = clock.text(archive.manifest.made_at_ms)
        what = f"the backup of {when} UTC ({_content(archive.manifest)})"
        if config.database.exists() and not arguments.yes:
            _ask(f"Put {what} in the place of what is in {config.data_dir}? That is set aside.")
        progress = terminal.PercentProgress("restore")
        try:
            done = restoring.restore(
                archive, config.data_dir, lambda folder: _blobs(arguments, folder), progress.show
            )
        finally:
            progress.clear()
        missing = len(archive.manifest.missing)
    terminal.write(f"restored {what} to {config.data_dir}")
    for line in _notes(done):
        terminal.write(line)
    if missing:
        terminal.write_error(f"{_count(missing, 'file')} had been missing when it was made.")
    return 0


def _ask(question: str) -> None:
    """Raises Invalid for any answer but yes."""
    if not sys.stdin.isatty():
        raise Invalid("There is no terminal to ask whether that is meant; say --yes if it is.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Invalid("Nothing was changed.")


def _blobs(arguments: argparse.Namespace, folder: Path) -> Blobs:
    """Where the restored configuration keeps files, unless another is named now."""
    from solosync.blobs import open_blobs

    given = flags(arguments) | {"data_dir": str(folder)}
    return open_blobs(settings.load(given).storage_url, folder)


def _content(manifest: Manifest) -> str:
    counts = manifest.counts
    boards, files = _count(counts.boards, "board"), _count(counts.files, "file")
    return f"{boards}, {_count(counts.people, 'person', 'people')}, {files}"


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"


def _plain(made: Made) -> dict[str, object]:
    from solosync import clock

    counts = made.manifest.counts
    return {
        "file": str(made.file),
        "bytes": made.size,
        "made_at": clock.iso(made.manifest.made_at_ms),
        "boards": counts.boards,
        "people": counts.people,
        "files": counts.files,
        "missing": made.manifest.missing,
    }


def _notes(done: Restored) -> Iterator[str]:
    """What somebody has to know now."""
    ended = done.ended
    if done.aside is not None:
        yield f"What was there is in {done.aside}; delete it when you are sure."
    if done.boards_since:
        yield (
            f"{_count(done.boards_since, 'board')} made since the backup can be had from there, by"
            " `solosync export` with that as its --data-dir."
        )
    yield "Everybody has to sign in again; on this machine `solosync open` does it."
    if ended.keys:
        yield f"{_count(ended.keys, 'API key')} ended: nothing here says that it is still good."
    if ended.links:
        yield f"{_count(ended.links, 'share link')} stayed ended, as since the backup was made."
    if ended.links_left and not ended.is_known:
        yield (
            f"{_count(ended.links_left, 'share link')} as good as then: nothing here tells what was"
            " ended since. See to it on the page of your links."
        )
    if ended.people:
        yield f"{_count(ended.people, 'person', 'people')} stayed deactivated."
    if ended.passwords:
        people = terminal.printable(", ".join(ended.passwords))
        yield (
            f"Passwords changed since the backup count no more, nor do the old ones: {people}."
            " `solosync users set-password` gives a new one."
        )
