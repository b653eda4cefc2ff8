"""A real sshd on the loopback, and programs that print what tunnels' clients document."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import PATIENCE_SECONDS, free_port

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
# As their documentation and their own logs show it.
CLOUDFLARED = """\
2026-01-31T08:32:54Z INF Requesting new quick Tunnel on trycloudflare.com...
2026-01-31T08:32:58Z INF +--------------------------------------------------------------------+
2026-01-31T08:32:58Z INF |  Your quick Tunnel has been created! Visit it at (it may take some |
2026-01-31T08:32:58Z INF |  https://oklahoma-solo-younger-truck-{run}.trycloudflare.com            |
2026-01-31T08:32:58Z INF +--------------------------------------------------------------------+
2026-01-31T08:32:59Z INF Registered tunnel connection connIndex=0 location=WAW protocol=quic
"""
TAILSCALE = """\
Available on the internet:

https://amelie-workstation.pango-lin.ts.net/
|-- proxy http://127.0.0.1:3000

Press Ctrl+C to exit.
"""
NGROK = """\
t=2026-01-31T07:20:40+0000 lvl=info msg="starting web service" obj=web addr=127.0.0.1:4040
t=2026-01-31T07:20:40+0000 lvl=info msg="client session established" obj=tunnels.session
t=2026-01-31T07:20:40+0000 lvl=info msg="started tunnel" obj=tunnels name=command_line \
addr=http://127.0.0.1:3000 url=https://zookeeper-pronto-ship.ngrok-free.app
"""


class Programs:
    """A folder that comes first on the PATH."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder

    def add(self, name: str, output: str, *, then: str = "signal.pause()") -> None:
        """One that says this, with {run} for the how manieth time it runs, and goes on."""
        self._write(
            name,
            f"#!{sys.executable} -u\n"
            "import os, signal, sys\n"
            f"with open({str(self.folder / name)!r} + '.runs', 'a') as runs:\n"
            "    runs.write(f\"{os.getpid()} {' '.join(sys.argv[1:])}\\n\")\n"
            f"run = len(open({str(self.folder / name)!r} + '.runs').readlines())\n"
            f"sys.stderr.write({output!r}.replace('{{run}}', str(run)))\n"
            f"sys.stderr.flush()\n{then}\n",
        )

    def add_ssh(self, *options: str) -> None:
        """The real one, with options that a person has in their own configuration."""
        words = " ".join(f"'{option}'" for option in options)
        runs = self.folder / "ssh.runs"
        script = f'#!/bin/sh\necho "$$ $*" >> \'{runs}\'\nexec {shutil.which("ssh")} {words} "$@"\n'
        self._write("ssh", script)

    def runs(self, name: str) -> list[tuple[int, str]]:
        """The process and the arguments of each time that it was started."""
        file = self.folder / f"{name}.runs"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(int(pid), words) for pid, _, words in (line.partition(" ") for line in lines)]

    def _write(self, name: str, script: str) -> None:
        file = self.folder / name
        file.write_text(script)
        file.chmod(0o755)


@contextlib.contextmanager
def sshd(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Where it is (`user@host:port`), and the options that `ssh` needs for it. Skips the test where
    there is none."""
    if SSHD is None or shutil.which("ssh") is None:
        pytest.skip("there is no sshd on this machine")
    folder.mkdir()
    for name in ("host", "person"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True
        )
    port = free_port()
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nStrictModes no\n"
        f"AuthorizedKeysFile {folder / 'person.pub'}\nPidFile none\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
    )
    kind, key = (folder / "host.pub").read_text().split()[:2]
    (folder / "known").write_text(f"[127.0.0.1]:{port} {kind} {key}\n")
    if os.getuid() == 0:  # where it lets go of root's rights, and systems make at their start
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    process = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", str(folder / "config")],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        assert "listening" in process.stderr.readline()
        options = ["-F", "none", "-i", str(folder / "person"), "-o", "IdentitiesOnly=yes"]
        options += ["-o", f"UserKnownHostsFile={folder / 'known'}"]
        yield f"{getpass.getuser()}@127.0.0.1:{port}", options
    finally:
        process.kill()
        process.communicate()


def has_ended(pid: int) -> bool:
    """Whether there is no such process any more, within a few seconds."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")  # one that nobody has asked about yet is still listed
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False
