"""Virtual environments of the Python peers, each with its own pinned packages, in .cache/venv/."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tests.nodejs import CACHE

INSTALL_SECONDS = 600


def python_with(requirements: Path) -> Path:
    """The interpreter of an environment that holds `requirements`; made once per content of it."""
    mark = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    home = CACHE / "venv" / f"{requirements.stem}-{mark}"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = home / "ready"
    if ready.exists():
        return python
    shutil.rmtree(home, ignore_errors=True)  # half of an earlier try
    venv.create(home, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode != 0:
        raise RuntimeError(f"`{' '.join(command)}` failed:\n{done.stderr.strip()}")
    ready.touch()
    return python
