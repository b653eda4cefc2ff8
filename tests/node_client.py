"""Drives a Node program that answers JSON lines: the JavaScript clients and the load generator.

    with NodeClient("client.mjs") as tablet:
        tablet.call("connect", url="ws://127.0.0.1:8765/ws/boards", room=session_id, token=access)
        tablet.call("wait_synced")
        key = tablet.call("add", page=page, list="strokes", element={"tool": "pen"})["key"]

The commands stand at the head of each program in tests/node/. Several programs work at once when
each is `post`ed a command before the first `result` is asked for.
"""

import contextlib
import json
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from tests.nodejs import ROOT, node_path, npm_install

SCRIPTS = ROOT / "tests" / "node"
ANSWER_SECONDS = 60.0
END_SECONDS = 20.0
STDERR_LINES = 200


class NodeError(Exception):
    """A command failed in the program, or the program ended or kept silent; with its last words."""


class NodeClient:
    """One running program. Its npm packages are installed when they are not there yet."""

    def __init__(
        self,
        script: str | Path,
        *,
        prefix: Sequence[str] = (),
        node_options: Sequence[str] = (),
    ) -> None:
        """`script` is a file in tests/node/ or a path; `prefix` a command to run Node under."""
        path = SCRIPTS / script
        npm_install(path.parent)
        self.script = path.name
        self._posted = 0
        self._answered: dict[int, dict[str, Any]] = {}
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._complaints: deque[str] = deque(maxlen=STDERR_LINES)
        self._process = subprocess.Popen(
            [*prefix, str(node_path()), *node_options, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        # stderr is read all the time, or a talkative program would stop when the pipe is full.
        self._threads = [
            threading.Thread(target=self._read_answers, daemon=True),
            threading.Thread(target=self._read_complaints, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def call(self, cmd: str, *, seconds: float = ANSWER_SECONDS, **arguments: Any) -> Any:
        """Run one command and return its result; raises NodeError when it fails."""
        return self.result(self.post(cmd, **arguments), seconds=seconds)

    def post(self, cmd: str, **arguments: Any) -> int:
        """Send a command without waiting; returns its number for `result`."""
        self._posted += 1
        line = json.dumps({"seq": self._posted, "cmd": cmd, **arguments})
        try:
            self._stdin.write(line + "\n")
            self._stdin.flush()
        except (OSError, ValueError) as error:  # it ended, or was closed here
            raise NodeError(self._obituary(f"`{cmd}` could not be sent")) from error
        return self._posted

    def result(self, seq: int, *, seconds: float = ANSWER_SECONDS) -> Any:
        """The result of the command with this number; raises NodeError when it failed."""
        while seq not in self._answered:
            try:
                line = self._lines.get(timeout=seconds)
            except queue.Empty:
                raise NodeError(self._obituary(f"no answer within {seconds} s")) from None
            if not line:
                self._lines.put("")
                raise NodeError(self._obituary("it ended without an answer"))
            answer = json.loads(line)
            self._answered[answer["seq"]] = answer
        answer = self._answered.pop(seq)
        if not answer["ok"]:
            raise NodeError(f"{self.script}: {answer['error']}")
        return answer["result"]

    def kill(self) -> None:
        """End the program at once, as a lost device would."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        """End the program; harmless when it has ended already."""
        with contextlib.suppress(OSError):  # it ended with a command unread
            self._stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join()
        self._stdout.close()
        self._stderr.close()

    @property
    def _stdin(self) -> IO[str]:
        return _pipe(self._process.stdin)

    @property
    def _stdout(self) -> IO[str]:
        return _pipe(self._process.stdout)

    @property
    def _stderr(self) -> IO[str]:
        return _pipe(self._process.stderr)

    def _read_answers(self) -> None:
        for line in self._stdout:
            self._lines.put(line)
        self._lines.put("")

    def _read_complaints(self) -> None:
        for line in self._stderr:
            self._complaints.append(line)

    def _obituary(self, what: str) -> str:
        code = self._process.poll()
        state = "still running" if code is None else f"exit code {code}"
        return f"{self.script}: {what} ({state})\n{''.join(self._complaints)}"


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
