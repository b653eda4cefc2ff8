"""A server in a process of its own, with a data folder that outlives it, and people who use it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.node_client import NodeClient
from tests.servers import FROM_SOURCE, ROOT, free_port, running, stop

EMAIL = "ann@example.org"
PASSWORD = "a long password for tests"
PREFIX = "/api/v1/solo/sessions/"


class LiveServer:
    """`kill` and `start` as often as you like: port and data stay."""

    def __init__(self, folder: Path, *options: str, program: Sequence[str | Path] = FROM_SOURCE):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.options = ("--data-dir", str(folder), "--no-rate-limits", *options)
        self.program = program
        self._running = ExitStack()
        self._process: subprocess.Popen[str] | None = None
        self._devices = ExitStack()

    def __enter__(self) -> Self:
        self.start()
        self.solosync("users", "add", EMAIL, "--password-stdin", stdin=PASSWORD)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._devices.close()
        self._running.close()

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process is not None
        return self._process

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/boards"

    def start(self) -> None:
        """Returns when it is ready."""
        self._process = self._running.enter_context(
            running(self.port, *self.options, program=self.program)
        )

    def kill(self) -> None:
        """As a power cut would end the program."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self._running.close()

    def stop(self) -> None:
        code, _, errors = stop(self.process)
        assert (code, errors) == (0, "")
        self._running.close()

    def solosync(self, *words: str, stdin: str = "") -> str:
        """Runs a command beside the server; its standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "solosync", *words, "--data-dir", str(self.folder)],
            cwd=ROOT,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def closes(self, http: httpx.Client) -> None:
        """At the end."""
        self._devices.callback(http.close)

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> "SignIn":
        """A device of its own."""
        device = SignIn(self, email, password)
        self.closes(device.http)
        return device


class SignIn:
    """One device, over REST and over the socket."""

    def __init__(self, server: LiveServer, email: str, password: str) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, timeout=60)
        body = {"email": email, "password": password}
        answer = self.http.post("/api/auth/jwt/token/", json=body)
        assert answer.status_code == 200, answer.text
        self.token: str = answer.json()["access"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def make_board(self, state: Any = None) -> str:
        body = {} if state is None else {"state": state}
        board: str = self._done(self.http.post(PREFIX, json=body))["id"]
        return board

    def get(self, board: str) -> dict[str, Any]:
        return self._done(self.http.get(f"{PREFIX}{board}/"))

    def patch(self, board: str, state: Any, **headers: str) -> dict[str, Any]:
        return self._done(self.try_patch(board, state, **headers))

    def try_patch(self, board: str, state: Any, **headers: str) -> httpx.Response:
        return self.http.patch(f"{PREFIX}{board}/", json={"state": state}, headers=headers)

    def share(self, board: str, **fields: Any) -> dict[str, Any]:
        """A new link to the board; see its `url` and `token`."""
        return self._done(self.http.post(f"{PREFIX}{board}/share/", json=fields))

    def connect(self, client: NodeClient, board: str) -> None:
        """Lets a JavaScript client sync the board from this device."""
        client.call("connect", url=self.server.socket_url, room=board, token=self.token)
        client.call("wait_synced")

    def socket_address(self, board: str) -> str:
        return f"{self.server.socket_url}/{board}?token={self.token}"

    def _done(self, answer: httpx.Response) -> dict[str, Any]:
        assert answer.is_success, f"{answer.status_code} {answer.text[:500]}"
        body: dict[str, Any] = json.loads(answer.content)
        return body


def strokes(state: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for page in state["pages"] for item in page["strokes"]]
