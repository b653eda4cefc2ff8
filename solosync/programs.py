"""Running other programs, and this one again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1]
"""Where the package lies, so that `own` finds it however this program was started."""
# The one-file program's start has the libraries it brings along found first, and keeps what was
# there before under another name.
_LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH")


def own(*words: str) -> list[str]:
    """This program again: the one file where it is frozen, else the same Python."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *words]
    return [sys.executable, "-m", "solosync", *words]


def environment() -> dict[str, str]:
    """What programs of this machine are to find: their own libraries, and not those that the
    one-file program brought along."""
    found = dict(os.environ)
    if getattr(sys, "frozen", False):
        for name in _LIBRARY_PATHS:
            found.pop(name, None)
            if (before := found.pop(f"{name}_ORIG", None)) is not None:
                found[name] = before
    return found


def unseen_flags() -> int:
    """For a child that has nothing to do with the terminal: no window of its own on Windows, and
    not ended by its Ctrl-C."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0
