"""The program itself, run as a process of its own, and how long tests wait for it."""

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
FROM_SOURCE = (sys.executable, "-m", "solosync")
# For whatever is to come soon. It costs nothing where all is well, and the machine may have much
# else to do.
PATIENCE_SECONDS = 60
MOST_TAKEN = 100
_taken: deque[socket.socket] = deque()


def free_port() -> int:
    """A port for a server that is yet to be started, again and again if need be. On Linux nobody
    else is given it meanwhile: it stays bound here, which a server that names it may share."""
    probe = socket.socket()
    if sys.platform == "linux":
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port: int = probe.getsockname()[1]
    _taken.append(probe)
    if sys.platform != "linux" or len(_taken) > MOST_TAKEN:  # no test has so many
        _taken.popleft().close()
    return port


def is_ready(port: int, *, by_tls: bool = False) -> bool:
    """Whether a server says so; whose certificate it has is of no interest here."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    if by_tls:
        believing = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=believing)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def running(
    port: int,
    *options: str,
    program: Sequence[str | Path] = FROM_SOURCE,
    env: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """A server that is ready on the port. Killed at the end, with its children, if it still runs;
    its standard output and error are pipes."""
    process = subprocess.Popen(
        [*program, "serve", "--no-open", "--port", str(port), *options],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_ready(port, by_tls="--tls" in options):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "the server doesn't get ready"
            # Another process can't be waited for but by asking; a short pause leaves it the core.
            time.sleep(0.02)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Tells the server to end; its exit code and what it said on standard output and error."""
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, out, err
