"""Two machines on one cable: network namespaces with a pair of virtual Ethernet cards between them.

What a test starts on one of them has that one's addresses and hears that one's network, and nothing
of the network of the real machine.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tests.children import ROOT

OUR_ADDRESS, THEIR_ADDRESS = "10.77.0.1", "10.77.0.2"
HOLD = "echo ready; exec sleep infinity"


class Host:
    """Lives as long as the process that holds its namespace."""

    def __init__(self, *way_in: str) -> None:
        self._way_in = way_in

    def start(self, *words: str, **settings: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self._way_in, *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **settings,
        )

    def run(self, *words: str) -> str:
        """What a program that ends by itself wrote."""
        done = subprocess.run(
            [*self._way_in, *words], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(self, script: str, *arguments: str) -> str:
        return self.run(sys.executable, "-c", script, *arguments)


def why_not() -> str:
    """Why there can be no such machines here; "" if there can."""
    for program in ("unshare", "nsenter", "ip"):
        if shutil.which(program) is None:
            return f"{program} is missing"
    script = "ip link set lo up && ip link add eth0 type veth peer name eth1"
    tried = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", script],
        capture_output=True,
        text=True,
    )
    return f"no network namespaces: {tried.stderr.strip()}" if tried.returncode else ""


@contextlib.contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Ours and theirs."""
    with contextlib.ExitStack() as stack:
        ours = _hold(stack, Host(), "unshare", "--user", "--map-root-user", "--net")
        us = Host(*_enter(ours))
        theirs = _hold(stack, us, "unshare", "--net")
        them = Host(*_enter(theirs))
        us.run("ip", "link", "add", "eth0", "type", "veth", "peer", "eth0", "netns", str(theirs))
        for host, address in ((us, OUR_ADDRESS), (them, THEIR_ADDRESS)):
            host.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
            host.run("ip", "link", "set", "lo", "up")
            host.run("ip", "link", "set", "eth0", "up")
        yield us, them


def _enter(pid: int) -> list[str]:
    return ["nsenter", f"--target={pid}", "--user", "--net", "--preserve-credentials"]


def _hold(stack: contextlib.ExitStack, host: Host, *words: str) -> int:
    """The id of the process that holds a new namespace; each of these programs becomes the next."""
    process = host.start(*words, "sh", "-c", HOLD)
    stack.callback(process.communicate)
    stack.callback(process.kill)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process.pid
