"""Where the data folder is, and what it is called inside."""

from __future__ import annotations

from pathlib import Path

CONFIG_NAME = "solosync.toml"
DATABASE_NAME = "solosync.db"
TEMPORARY_NAME = "tmp"


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
