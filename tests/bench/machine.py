"""The machine under the benchmark: who runs on which core, what a process uses, what to tell."""

import os
import platform
import shutil
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.nodejs import CACHE, node_path

SERVER_CORE = 0
GENERATOR_CORE = 1
PROC = Path("/proc")
SYNC_TRIES = 200


def pinned(core: int | None) -> list[str]:
    """The words to put before a command so that it stays on one core (None: may use all of them).

    There are none where there is no choice, or no taskset.
    """
    taskset, cores = shutil.which("taskset"), os.cpu_count() or 1
    if taskset is None or cores < 2:
        return []
    return [taskset, "-c", f"0-{cores - 1}" if core is None else str(core)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def scratch_folder() -> Path:
    """Where servers keep their data: beside the project, since /tmp may be memory, not a disk."""
    folder = CACHE / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def load_average() -> float:
    """How many processes wanted a core in the last minute, before anything is measured."""
    return os.getloadavg()[0]


def sync_milliseconds() -> float:
    """The median time that the disk takes to sync 4 KiB appended to a file."""
    times = []
    with tempfile.TemporaryFile(dir=scratch_folder()) as file:
        for _ in range(SYNC_TRIES):
            file.write(bytes(4096))
            began = time.perf_counter()
            file.flush()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


@dataclass(frozen=True)
class Usage:
    """What a process and its living children have used: CPU in seconds, memory now in MB (10^6)."""

    cpu_seconds: float
    rss_mb: float


def usage(pid: int) -> Usage | None:
    """None where there is no /proc to read it from."""
    if not PROC.joinpath("self/stat").exists():
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    page = os.sysconf("SC_PAGE_SIZE")
    cpu = pages = 0
    for stat in _tree(pid):
        # user, system, and those of children that have ended and were waited for
        cpu += sum(int(field) for field in stat[11:15])
        pages += int(stat[21])
    return Usage(cpu / ticks, pages * page / 1e6)


def _tree(pid: int) -> list[list[str]]:
    """The fields of /proc/PID/stat from the state on, of a process and all it has started."""
    stats: dict[int, list[str]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                text = entry.joinpath("stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
            stats[int(entry.name)] = text.rpartition(") ")[2].split()
    found, wanted = [], [pid]
    while wanted:
        parent = wanted.pop()
        if parent in stats:
            found.append(stats[parent])
        wanted += [child for child, stat in stats.items() if int(stat[1]) == parent]
    return found


def describe() -> str:
    """One line: cores, memory, system, disk, load, versions of what all servers stand on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    node = subprocess.run([node_path(), "--version"], capture_output=True, text=True, timeout=30)
    pins = (
        f"servers on core {SERVER_CORE}, generator on core {GENERATOR_CORE}"
        if pinned(SERVER_CORE)
        else "nothing pinned to a core"
    )
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, "
        f"{platform.system()} {_kernel()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"Node.js {node.stdout.strip().removeprefix('v')}; {pins}; "
        f"the disk says it synced 4 KiB in {sync_milliseconds():.2f} ms; "
        f"load average {load_average():.1f} before"
    )


def _processor() -> str:
    try:
        lines = PROC.joinpath("cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor() or "unknown processor"
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def _kernel() -> str:
    """Its version without what a distributor adds: that says nothing about speed."""
    return ".".join(platform.release().split("-")[0].split(".")[:2])
