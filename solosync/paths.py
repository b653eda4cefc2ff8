"""Where the data folder is, and what it is called inside."""

from __future__ import annotations

from pathlib import Path

CONFIG_NAME = "solosync.toml"
DATABASE_NAME = "solosync.db"
JOBS_NAME = "jobs.db"
TEMPORARY_NAME = "tmp"
KEYS_NAME = "keys.json"
FILES_NAME = "files"
TLS_NAME = "tls"
RESTORING_NAME = "restore.json"
"""There only while a backup takes the place of what is in the folder."""


def default_data_dir() -> Path:
    """The folder that the operating system sets aside for this person's application data.

    On Linux `~/.local/share/solosync`, or below `$XDG_DATA_HOME`.
    """
    import platformdirs  # here, because most starts name their folder and need not load it

    return Path(platformdirs.user_data_dir("solosync", appauthor=False))


def make_data_dir(data_dir: Path) -> None:
    """Make the folder if it isn't there, readable by its owner alone. Raises OSError.

    An existing folder keeps its permissions: they may be somebody's choice (`solosync doctor`
    warns of loose ones).
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_temporary_dir(data_dir: Path) -> Path:
    """The folder for what is being made or received, on the disk where it will stay."""
    folder = data_dir.absolute() / TEMPORARY_NAME
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def is_data(name: str) -> bool:
    """Whether an entry of a data folder is what the folder is for; not its lock, what is temporary,
    or what somebody else has put there. SQLite puts files beside each of its databases."""
    return name in (KEYS_NAME, CONFIG_NAME, FILES_NAME, TLS_NAME) or name.startswith(
        (DATABASE_NAME, JOBS_NAME)
    )
