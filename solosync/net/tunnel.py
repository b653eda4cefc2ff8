"""The tunnel: a client kept running, started again when it ends, and the address that it gives."""

from __future__ import annotations

import contextlib
import logging
import random
import re
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from solosync import programs
from solosync.config import Config
from solosync.net import tunnel_clients
from solosync.net.tunnel_clients import Client

log = logging.getLogger(__name__)

# Some clients wait for ever where they get no answer.
START_SECONDS = 60.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
# What ran for so long didn't fail at once: the pauses begin anew.
SETTLED_SECONDS = 30.0
# The keeper gives its client a second.
END_SECONDS = 5.0
_LINES, _SHOWN = 20, 4
_LONGEST_LINE, _LONGEST_SHOWN = 4096, 300
_UNPRINTABLE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[^\x20-\x7e\u00a0-\uffff]")
# Some repeat what they were configured with when they refuse it.
_SECRET = re.compile(r"((?:token|secret|password|api.?key)\w*\"?\s*[:=]\s*)\S+", re.IGNORECASE)

Phase = Literal["off", "starting", "open", "waiting", "failed"]


class State(NamedTuple):
    """What became of the tunnel. ``problem`` is what its client said when it failed last, and
    ``advice`` what to do about it; ``retry_at`` is a moment of the monotonic clock."""

    phase: Phase = "off"
    client: str = ""
    url: str = ""
    problem: str = ""
    advice: str = ""
    retry_at: float = 0.0

    @property
    def is_on(self) -> bool:
        return self.phase in ("starting", "open", "waiting")

    @property
    def retry_in_seconds(self) -> int:
        return max(0, round(self.retry_at - time.monotonic())) if self.phase == "waiting" else 0


Follower = Callable[[State], None]


class Tunnel:
    """One at a time. Its client is kept by a thread, in which followers are called."""

    def __init__(self, config: Config, followers: Sequence[Follower] = ()) -> None:
        self._config = config
        self._followers = followers
        self._guard = threading.Lock()
        self._is_over = threading.Event()
        self._keeper: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self.state = State()

    def open(self, client: Client, port: int) -> None:
        """Leads from the internet to this port of 127.0.0.1. What is open is closed before."""
        self.close()
        path = client.path
        if path is None:
            self.fail(f"{client.name} isn't installed.", client.how_to_get, client.name)
            return
        command = programs.own("tunnel-keeper", path, *client.command(self._config, port))
        is_over = self._is_over = threading.Event()
        self._tell(State("starting", client.name))
        self._thread = threading.Thread(
            target=self._keep, args=(client, command, is_over), name="tunnel", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Returns when its client has ended; blocks for a moment."""
        self._is_over.set()
        with self._guard:
            _let_go(self._keeper)
        if self._thread is not None:
            self._thread.join(END_SECONDS)
            self._thread = None
        if self.state.phase != "off":
            self._tell(State())

    def fail(self, problem: str, advice: str, client: str = "") -> None:
        log.warning("The tunnel can't be opened: %s", problem.replace("\n", " / "))
        self._tell(State("failed", client, "", problem, advice))

    def _keep(self, client: Client, command: Sequence[str], is_over: threading.Event) -> None:
        wait = pauses()
        while True:
            begun = time.monotonic()
            lines = self._run(client, command, is_over)
            if is_over.is_set():
                return
            problem = "\n".join(lines[-_SHOWN:]) or f"{client.name} ended without a word."
            trouble = tunnel_clients.judge(client, lines)
            if trouble is not None and trouble.is_final:
                self.fail(problem, trouble.advice, client.name)
                return
            advice = trouble.advice if trouble else tunnel_clients.LATER
            if time.monotonic() - begun > SETTLED_SECONDS:
                wait = pauses()
            seconds = next(wait)
            shown = problem.replace("\n", " / ")
            log.warning("The tunnel has ended, and is opened again in %.0f s: %s", seconds, shown)
            retry_at = time.monotonic() + seconds
            self._tell(State("waiting", client.name, "", problem, advice, retry_at))
            if is_over.wait(seconds):
                return
            self._tell(State("starting", client.name, "", problem, advice))

    def _run(self, client: Client, command: Sequence[str], is_over: threading.Event) -> list[str]:
        """Until the client ends; returns the last that it said."""
        with self._guard:
            if is_over.is_set():
                return []
            keeper = self._keeper = subprocess.Popen(
                command,
                cwd=programs.FOLDER,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # Ctrl-C at the terminal ends the server, which ends this.
                start_new_session=True,
                creationflags=programs.unseen_flags(),
            )
        last: deque[str] = deque(maxlen=_LINES)
        late = threading.Timer(START_SECONDS, self._give_up, (keeper, last))
        late.daemon = True
        late.start()
        try:
            for line in _lines(keeper):
                if not client.noise.search(line):
                    last.append(_SECRET.sub(r"\1…", line)[:_LONGEST_SHOWN])
                url = client.find(self._config, line)
                if url is not None and url != self.state.url and not is_over.is_set():
                    late.cancel()
                    self._tell(State("open", client.name, url))
        finally:
            late.cancel()
            with self._guard:
                _let_go(keeper)
                self._keeper = None
            keeper.wait()
        return list(last)

    def _give_up(self, keeper: subprocess.Popen[bytes], last: deque[str]) -> None:
        if self.state.phase == "starting":
            last.append(f"No address came within {START_SECONDS:.0f} s.")
            with self._guard:
                _let_go(keeper)

    def _tell(self, state: State) -> None:
        self.state = state
        for follower in self._followers:
            try:
                follower(state)
            except Exception:
                log.exception("What follows the tunnel failed.")


def pauses() -> Iterator[float]:
    """Longer and longer ones, and never just so long: else all servers of the world would be back
    at once when a service is."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        yield pause * random.uniform(0.8, 1.2)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _let_go(keeper: subprocess.Popen[bytes] | None) -> None:
    """It ends its client, and itself, once nobody can say anything to it any more."""
    if keeper is not None and keeper.stdin is not None:
        with contextlib.suppress(OSError):
            keeper.stdin.close()


def _lines(keeper: subprocess.Popen[bytes]) -> Iterator[str]:
    assert keeper.stdout is not None
    with keeper.stdout as output:
        while line := output.readline(_LONGEST_LINE):
            if text := _UNPRINTABLE.sub("", line.decode("utf-8", "replace")).strip():
                yield text
