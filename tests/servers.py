"""The program itself, run as a process of its own."""

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
FROM_SOURCE = (sys.executable, "-m", "solosync")
START_SECONDS = 30
STOP_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
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
        deadline = time.monotonic() + START_SECONDS
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
    out, err = process.communicate(timeout=STOP_SECONDS)
    return process.returncode, out, err
