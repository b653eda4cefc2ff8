"""solosync under measurement, from its virtual environment or as the one-file program."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

import solosync
from tests.bench.machine import SERVER_CORE
from tests.bench.servers import Server, ServerFailed
from tests.nodejs import ROOT

EXECUTABLE = ROOT / "dist" / "solosync"
EMAIL = "bench@example.org"
PASSWORD = "a long password for the benchmark"
TOKEN_SECONDS = 300.0
"""A third of an access token's life: no measurement begins with one that is about to end."""


class SolosyncServer(Server):
    """Durability full, rate limits off, everything else as it comes."""

    name = "solosync"
    survives = "power loss: sent on after its commit, synchronous=FULL"
    ready_path = "/health/ready"

    def __init__(self, program: Path | None = None) -> None:
        """`program`: the executable; by default this interpreter's own solosync."""
        super().__init__()
        self.program = [sys.executable, "-m", "solosync"] if program is None else [str(program)]
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)
        self._has_user = False
        self._token = ""
        self._token_at = float("-inf")

    def version(self) -> str:
        commit = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True
        )
        return f"{solosync.__version__} ({commit.stdout.strip() or 'no commit'})"

    def command(self) -> list[str]:
        data = ["--data-dir", str(self.folder / "data")]
        return [*self.program, "serve", "--no-open", "--port", str(self.port), *data]

    def environment(self) -> dict[str, str]:
        return {
            "SOLOSYNC_DURABILITY": "full",
            "SOLOSYNC_RATE_LIMITS": "false",
            "PYTHONPATH": str(ROOT),
        }

    def start(self, *, core: int | None = SERVER_CORE) -> float:
        seconds = super().start(core=core)
        if not self._has_user:
            self._add_user()
            self._has_user = True
        return seconds

    def _add_user(self) -> None:
        """Make the account that everything here is done with, beside the running server."""
        data = ["--data-dir", str(self.folder / "data")]
        command = [*self.program, "users", "add", EMAIL, "--password-stdin", *data]
        done = subprocess.run(
            command, input=PASSWORD, capture_output=True, text=True, cwd=ROOT, timeout=60
        )
        if done.returncode != 0:
            raise ServerFailed(f"`{' '.join(command)}` failed: {done.stderr.strip()}")

    def token(self) -> str:
        """An access token that is good for the next minutes."""
        if time.monotonic() - self._token_at > TOKEN_SECONDS:
            account = {"email": EMAIL, "password": PASSWORD}
            answer = self.request("POST", "/api/auth/jwt/token/", account, sign=False)
            self._token = answer["access"]
            self._token_at = time.monotonic()
        return self._token

    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/boards/{{board}}?token={self.token()}"

    def make_boards(self, count: int) -> list[str]:
        return [self.make_board({"name": f"Board {index}"}) for index in range(count)]

    def make_board(self, body: dict[str, Any]) -> str:
        identity: str = self.request("POST", "/api/v1/solo/sessions/", body)["id"]
        return identity

    def state(self, board: str) -> Any:
        return self.request("GET", f"/api/v1/solo/sessions/{board}/")["state"]

    def request(self, method: str, path: str, body: Any = None, *, sign: bool = True) -> Any:
        """The answer's JSON; raises ServerFailed when it isn't a success."""
        headers = {"Authorization": f"Bearer {self.token()}"} if sign else {}
        answer = self._http.request(method, path, json=body, headers=headers)
        if not answer.is_success:
            raise ServerFailed(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return json.loads(answer.content) if answer.content else None
