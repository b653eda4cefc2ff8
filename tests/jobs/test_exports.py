"""Exports from the request to the file, with a real server and its real child."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.jobs.pictures import board
from tests.live import EMAIL, PASSWORD, LiveServer, SignIn
from tests.servers import FROM_SOURCE, PATIENCE_SECONDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

T = TypeVar("T")
# A second or more to draw, and a child gives way to all others: there is time to interfere.
LONG = {"pages": 300, "strokes": 20}
# Enough for what the server writes meanwhile, too little for this picture of 3 MB.
ROOM_BYTES = 1_500_000
LARGE = {"format": "png", "scale": 8}
# Those of the child's libraries that cost the most memory.
DRAWING = ("numpy", "PIL", "pypdfium2", "uharfbuzz", "_rl_accel", "resvg")


def eventually(ask: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        if found := ask():
            return found
        assert time.monotonic() < deadline, "it didn't come to that"
        # Another process can't be waited for but by asking; a short pause leaves it the core.
        time.sleep(0.02)


@pytest.fixture
def server(tmp_path):
    with LiveServer(tmp_path / "data") as server:
        yield server


class Export:
    """One that was asked for over HTTP."""

    def __init__(self, device: SignIn, board: str, **options: Any) -> None:
        self.device = device
        answer = device.http.post(f"/api/v1/solo/sessions/{board}/export/", json=options)
        assert answer.status_code == 201, answer.text
        self.path = f"/api/v1/exports/{answer.json()['id']}/"

    def look(self) -> dict[str, Any]:
        answer = self.device.http.get(self.path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def wait(self, status: str) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            found = self.look()
            return found if found["status"] in ("completed", "failed") else None

        found = eventually(ended)
        assert found["status"] == status, found
        return found

    def wait_for_progress(self) -> None:
        eventually(lambda: self.look()["progress"])

    def download(self) -> bytes:
        answer = self.device.http.get(self.look()["file_url"])
        assert answer.status_code == 200, answer.text
        return answer.content


def long_export(device: SignIn) -> Export:
    return Export(device, device.make_board(board(**LONG)), format="pdf")


def jobs_of(server: LiveServer) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(server.solosync("jobs", "--json"))
    return [job for job in listed if "export" in job["task"] and "cleanup" not in job["task"]]


def child_of(server: LiveServer) -> int | None:
    """The process that draws."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        for task in Path(f"/proc/{server.process.pid}/task").iterdir():
            for pid in (task / "children").read_text().split():
                if b"render-worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return int(pid)
    return None


def memory_kb(server):
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def kept_files(folder: Path) -> list[Path]:
    """Contents, and whatever lies about of unfinished work."""
    places = (folder / "files", folder / "tmp")
    return [file for place in places for file in place.rglob("*") if file.is_file()]


def test_pictures_are_drawn_outside_of_the_server(server):
    device = server.sign_in()
    device.make_board(board())
    before_kb = memory_kb(server)
    for format, start in (("pdf", b"%PDF-"), ("png", b"\x89PNG"), ("svg", b"<")):
        export = Export(device, device.make_board(board()), format=format)
        made = export.wait("completed")
        assert (made["error"], made["progress"], made["page_count"]) == (None, 100, 1)
        content = export.download()
        assert content.startswith(start)
        assert len(content) == made["file_size"]
    loaded = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert [library for library in DRAWING if library in loaded] == []
    assert memory_kb(server) - before_kb < 8 * 1024  # the child takes some 60 MB for the same
    server.stop()


def test_export_outlives_kill_9_of_the_server_and_is_there_once(server):
    export = long_export(server.sign_in())
    export.wait_for_progress()
    server.kill()
    server.start()
    export.device = server.sign_in()
    made = export.wait("completed")
    assert made["page_count"] == LONG["pages"]
    assert export.download().startswith(b"%PDF-")
    assert [(job["status"], job["attempts"]) for job in jobs_of(server)] == [("done", 2)]
    assert len(kept_files(server.folder)) == 1


def test_server_that_is_told_to_end_does_so_and_draws_on_after_its_start(server):
    export = long_export(server.sign_in())
    export.wait_for_progress()
    server.stop()
    server.start()
    export.device = server.sign_in()
    export.wait("completed")
    # Being told to end is no failure of the job's.
    assert [(job["status"], job["attempts"]) for job in jobs_of(server)] == [("done", 1)]


def test_child_that_is_killed_is_tried_again_and_then_given_up_until_told_otherwise(server):
    export = long_export(server.sign_in())
    killed: list[int] = []

    def another() -> int | None:
        pid = child_of(server)
        return pid if pid not in killed else None

    for _ in range(3):
        pid = eventually(another)
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)
    failed = export.wait("failed")
    assert failed["error"] == "The program that draws crashed (SIGKILL). It was tried 3 times."
    assert failed["file_url"] is None
    assert kept_files(server.folder) == []
    [job] = jobs_of(server)
    assert (job["status"], job["error"]) == ("failed", failed["error"])
    server.solosync("jobs", "retry", job["id"])
    eventually(lambda: export.look()["status"] == "completed")
    assert export.look()["error"] is None


def test_deleted_export_is_drawn_no_further(server):
    device = server.sign_in()
    export = long_export(device)
    export.wait_for_progress()
    assert device.http.delete(export.path).status_code == 204
    eventually(lambda: child_of(server) is None)
    Export(device, device.make_board(board()), format="svg").wait("completed")
    assert [job["status"] for job in jobs_of(server)] == ["done", "cancelled"]
    assert len(kept_files(server.folder)) == 1


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount a small disk")
def test_full_disk_fails_an_export_with_a_reason_and_leaves_no_half_file(tmp_path):
    # The small disk, and the person on it, are there for the server's eyes only.
    script = f"""
        mount -t tmpfs -o size=64m tmpfs "$0" &&
        printf %s '{PASSWORD}' |
        {sys.executable} -m solosync users add {EMAIL} --password-stdin --data-dir "$0" &&
        exec "$@"
    """
    folder = tmp_path / "data"
    folder.mkdir()
    program = ["unshare", "-rm", "sh", "-c", script, folder, *FROM_SOURCE]
    with LiveServer(folder, program=program) as server:
        disk = Path(f"/proc/{server.process.pid}/root{folder}")
        device = server.sign_in()
        big, small = (device.make_board(board(strokes=count)) for count in (200, 5))
        Export(device, small, format="svg").wait("completed")
        before = kept_files(disk)
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(shutil.disk_usage(disk).free - ROOM_BYTES))
        failed = Export(device, big, **LARGE).wait("failed")
        assert "disk is full" in failed["error"]
        assert kept_files(disk) == before
        ballast.unlink()
        Export(device, small, format="svg").wait("completed")
