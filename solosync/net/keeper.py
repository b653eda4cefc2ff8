"""`solosync tunnel-keeper PROGRAM ...`: the child process that keeps a tunnel's client. Not for
people.

Clients go on when whoever started them is killed. This one ends the client as soon as its standard
input is closed, which is when the server is gone, however it went. What the client says goes where
this one's own output goes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

from solosync import programs

GOODBYE_SECONDS = 1.0
NOT_STARTED = 127


def main(command: Sequence[str]) -> int:
    try:
        client = subprocess.Popen(
            command,
            # Some end when they hear that nobody will say any more, so it stays open.
            stdin=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=programs.environment(),
            # Nothing else runs in this process yet, so what follows the fork can't be held up.
            preexec_fn=_end_with_keeper if sys.platform == "linux" else None,
            creationflags=programs.unseen_flags(),
        )
    except OSError as error:
        sys.stderr.write(f"{command[0]} can't be started: {error.strerror or error}\n")
        return NOT_STARTED
    threading.Thread(target=_end_with_server, args=(client,), daemon=True).start()
    return client.wait()


def _end_with_server(client: subprocess.Popen[bytes]) -> NoReturn:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    client.terminate()
    try:
        client.wait(GOODBYE_SECONDS)
    except subprocess.TimeoutExpired:
        client.kill()
    os._exit(0)


def _end_with_keeper() -> None:
    """Between fork and exec: the kernel ends the client when the keeper is killed."""
    import ctypes
    import signal

    set_parent_death_signal = 1  # PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
