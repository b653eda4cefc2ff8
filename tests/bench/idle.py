"""What a server takes before anybody uses it: memory, the time to its first answer, disk."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.peer_servers import YJS_PEERS, Kinto
from tests.bench.plan import Plan
from tests.bench.servers import Server, ServerFailed
from tests.bench.solosync_server import EXECUTABLE, SolosyncServer

SETTLE_SECONDS = 3.0

Say = Callable[[str], None]


class SolosyncExecutable(SolosyncServer):
    """The one-file program that `make binary` makes."""

    name = "solosync, one-file program"

    def __init__(self) -> None:
        super().__init__(EXECUTABLE)

    def start(self, *, core: int | None = None) -> float:
        if not EXECUTABLE.exists():
            raise ServerFailed(f"{EXECUTABLE} is not there: make binary")
        return super().start(core=core)


@dataclass
class Idle:
    server: type[Server]
    version: str = ""
    rss: float | None = None
    start_seconds: list[float] = field(default_factory=list)
    megabytes: float | None = None
    """Size of the program, where it is one file."""
    failure: str = ""

    @property
    def start_milliseconds(self) -> float | None:
        return statistics.median(self.start_seconds) * 1000 if self.start_seconds else None


def run(plan: Plan, say: Say) -> list[Idle]:
    """Starts may use all cores, each is on an empty data folder, and the first isn't told."""
    everyone: tuple[type[Server], ...] = (SolosyncServer, SolosyncExecutable, *YJS_PEERS, Kinto)
    found = [Idle(server) for server in everyone]
    for turn in range(1 + plan.starts):
        for idle in found:
            if not idle.failure:
                _start_once(idle, is_first=turn == 0)
    for idle in found:
        say(f"  {idle.server.name}: {idle.failure or idle.start_milliseconds}")
    return found


def _start_once(idle: Idle, *, is_first: bool) -> None:
    try:
        with idle.server() as server:
            if is_first:
                idle.version = server.version()
                server.command()  # installs what it needs, which is no part of a start
            seconds = server.start(core=None)
            if not is_first:
                idle.start_seconds.append(seconds)
                return
            time.sleep(SETTLE_SECONDS)
            usage = server.usage()
            idle.rss = None if usage is None else usage.rss_mb
            if isinstance(server, SolosyncExecutable):
                idle.megabytes = _size(EXECUTABLE)
    except (ServerFailed, RuntimeError, OSError) as error:
        idle.failure = str(error)


def _size(path: Path) -> float:
    return path.stat().st_size / 1e6
