"""A server under measurement: started on its core in a folder of its own, stopped, or killed."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import HTTPError, URLError

from tests.bench.machine import SERVER_CORE, Usage, free_port, pinned, scratch_folder, usage

READY_SECONDS = 60.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.002


class ServerFailed(Exception):
    """It could not be installed or started, or it ended by itself; with what it said."""


class Server(ABC):
    """One server and its data. Starting it again finds the data of the last time."""

    name: str
    survives: str
    """What an update that another device has seen survives, by the server's own design."""
    envelope = "y"
    """The protocol on the socket: y (y-websocket) or hocuspocus."""
    ready_path = "/"

    def __init__(self) -> None:
        self.port = free_port()
        self._scratch = tempfile.TemporaryDirectory(dir=scratch_folder())
        self.folder = Path(self._scratch.name)
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def version(self) -> str: ...

    @abstractmethod
    def command(self) -> list[str]:
        """The command that serves `port` from `folder`; installs what it needs."""

    def environment(self) -> dict[str, str]:
        return {}

    def socket_url(self) -> str:
        """The address of a board's socket, with {board} in it."""
        return f"ws://127.0.0.1:{self.port}/{{board}}"

    def make_boards(self, count: int) -> list[str]:
        """Ids of new boards; by default names that the server hasn't heard yet."""
        return [f"board-{time.monotonic_ns()}-{index}" for index in range(count)]

    def start(self, *, core: int | None = SERVER_CORE) -> float:
        """Start it, wait until it answers, and return the seconds from the one to the other."""
        command = [*pinned(core), *self.command()]
        with self.log.open("ab") as log:
            began = time.perf_counter()
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **self.environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Its own group, so that a kill takes its children too.
                start_new_session=True,
            )
        while not self._is_ready():
            if self._process.poll() is not None:
                raise ServerFailed(self._last_words(f"ended with {self._process.returncode}"))
            if time.perf_counter() - began > READY_SECONDS:
                self.kill()
                raise ServerFailed(self._last_words(f"no answer in {READY_SECONDS:.0f} s"))
            time.sleep(POLL_SECONDS)
        return time.perf_counter() - began

    def stop(self) -> None:
        """End it as a person would, or by force if it doesn't listen."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it at once, with all it started."""
        if self._process is None:
            return
        if os.name == "nt":
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def usage(self) -> Usage | None:
        if self._process is None or self._process.poll() is not None:
            raise ServerFailed(self._last_words("is not running"))
        return usage(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._scratch.cleanup()

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def _is_ready(self) -> bool:
        address = f"http://127.0.0.1:{self.port}{self.ready_path}"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except HTTPError as refusal:
            refusal.close()
            # A server that speaks only WebSocket refuses a plain request, and is ready.
            return self.ready_path == "/"
        except (URLError, ConnectionError, TimeoutError):
            return False

    def _last_words(self, what: str) -> str:
        said = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
        return f"{self.name} {what}\n{said}".strip()
