"""Files that nobody else may read, and what makes them survive a power cut."""

import os
from pathlib import Path


def open_private(path: str, flags: int) -> int:
    """As `opener` of `open`."""
    return os.open(path, flags, 0o600)


def sync(path: Path) -> None:
    """The content of a file, or which names are in a folder."""
    if path.is_dir():
        sync_folder(path)
    else:
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """So that a new name in it survives a power cut (Windows has no such call, nor need of it)."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
