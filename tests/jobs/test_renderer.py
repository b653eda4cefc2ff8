import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from solosync.errors import SolosyncError
from solosync.jobs import renderer as renderers
from solosync.jobs.renderer import RenderCrashed, Renderer, RenderFailed
from solosync.jobs.requests import Request
from tests.children import ROOT, child, read_line
from tests.jobs.pictures import board, export, pack
from tests.servers import PATIENCE_SECONDS

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel about processes")
# So much that its child, which gives way to all others, is not done before it is ended.
LONG = {"pages": 150, "strokes": 20}


@pytest.fixture
def renderer():
    renderer = Renderer()
    yield renderer
    renderer.close()


def render(renderer, request, on_progress=lambda done, total: None, check=lambda: None):
    return renderer.render(request, on_progress=on_progress, check=check)


def has_ended(pid):
    """Waits for a process that needn't be a child of this one."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PATIENCE_SECONDS)[0])
    finally:
        os.close(handle)


def test_board_becomes_a_file_and_each_page_is_told(renderer, tmp_path):
    told = []
    made = render(renderer, export(tmp_path, pages=3), lambda *step: told.append(step))
    assert (made.content_type, made.suffix, made.page_count) == ("application/pdf", ".pdf", 3)
    assert (tmp_path / "picture").read_bytes().startswith(b"%PDF-")
    assert told[-1] == (3, 3)
    assert told == sorted(told)


def test_thumbnail_comes_in_both_forms(renderer, tmp_path):
    document = pack(tmp_path, board())
    render(renderer, Request("thumbnail", str(document), "Waves", str(tmp_path / "small")))
    webp, png = (tmp_path / f"small.{suffix}" for suffix in ("webp", "png"))
    assert webp.read_bytes()[8:12] == b"WEBP"
    assert png.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_child_is_kept_for_the_next_picture(renderer, tmp_path):
    assert renderer.pid is None
    pids: set[int | None] = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        render(renderer, export(tmp_path / name, "svg"))
        pids.add(renderer.pid)
    assert len(pids) == 1


@LINUX
def test_idle_child_is_ended(renderer, tmp_path, monkeypatch):
    render(renderer, export(tmp_path, "svg"))
    pid = renderer.pid
    renderer.end_if_idle()
    assert renderer.pid == pid
    monkeypatch.setattr(renderers, "IDLE_SECONDS", -1.0)
    renderer.end_if_idle()
    assert renderer.pid is None
    assert has_ended(pid)


@LINUX
def test_killed_child_is_a_crash_and_the_next_picture_gets_another(renderer, tmp_path):
    pids: list[int] = []

    def kill(done, total):
        if not pids:
            pids.append(renderer.pid)
            os.kill(renderer.pid, signal.SIGKILL)

    (tmp_path / "again").mkdir()
    with pytest.raises(RenderCrashed, match="SIGKILL"):
        render(renderer, export(tmp_path, "pdf", **LONG), kill)
    render(renderer, export(tmp_path / "again"))
    assert renderer.pid not in pids


@LINUX
def test_what_takes_too_long_is_killed(tmp_path):
    renderer = Renderer(limit_seconds=0)
    pids: list[int] = []
    with pytest.raises(RenderFailed, match="longer than 0 seconds"):
        render(renderer, export(tmp_path), check=lambda: pids.append(renderer.pid or 0))
    assert renderer.pid is None
    assert has_ended(pids[0])


@LINUX
def test_thumbnail_has_less_time_than_an_export(tmp_path):
    renderer = Renderer(thumbnail_seconds=0)
    request = Request("thumbnail", str(pack(tmp_path, board())), "Waves", str(tmp_path / "small"))
    with pytest.raises(RenderFailed, match="longer than 0 seconds"):
        render(renderer, request)
    assert render(renderer, export(tmp_path)).page_count == 1
    renderer.close()


@LINUX
def test_more_pages_may_take_longer_but_not_for_ever(tmp_path):
    renderer = Renderer(longest_seconds=0)
    told: list[tuple[int, int]] = []
    with pytest.raises(RenderFailed, match="longer than 0 seconds"):
        render(renderer, export(tmp_path, "pdf", **LONG), lambda *step: told.append(step))
    assert len(told) == 1  # until then the limit for one page holds
    assert renderer.pid is None


@LINUX
def test_cancelled_picture_is_not_drawn_to_its_end(renderer, tmp_path):
    class Cancelled(Exception):
        pass

    pids: list[int] = []

    def cancel(done, total):
        pids.append(renderer.pid)
        raise Cancelled

    with pytest.raises(Cancelled):
        render(renderer, export(tmp_path, "pdf", **LONG), cancel)
    assert has_ended(pids[0])
    assert renderer.pid is None


def test_board_that_can_not_be_read_is_refused_and_the_child_lives_on(renderer, tmp_path):
    request = export(tmp_path)
    document = Path(request.document)
    whole = document.read_bytes()
    document.write_bytes(msgspec.msgpack.encode(["solo", [b"\xff\xff\xff"], {}]))
    with pytest.raises(SolosyncError, match="can't be read"):
        render(renderer, request)
    pid = renderer.pid
    document.write_bytes(whole)
    render(renderer, request)
    assert renderer.pid == pid


def test_mistake_is_logged_with_its_traceback_and_told_without(renderer, tmp_path, caplog):
    request = export(tmp_path)
    Path(request.document).write_bytes(b"not what is expected")
    with pytest.raises(RenderFailed, match=r"^It could not be drawn\.$"):
        render(renderer, request)
    assert "Traceback" in caplog.text
    assert not (tmp_path / "picture").exists()


@LINUX
def test_child_is_at_the_lowest_priority_and_within_limits(renderer, tmp_path):
    render(renderer, export(tmp_path, "svg"))
    assert os.getpriority(os.PRIO_PROCESS, renderer.pid) == 19
    limits = Path(f"/proc/{renderer.pid}/limits").read_text()
    soft = {line[:26].strip(): line[26:47].strip() for line in limits.splitlines()}
    assert soft["Max address space"] == soft["Max file size"] == str(2 * 1024**3)


@LINUX
@pytest.mark.parametrize("is_drawing", [True, False], ids=["drawing", "idle"])
def test_child_ends_when_its_server_is_killed(tmp_path, is_drawing):
    script = """
import sys
from pathlib import Path
from solosync.jobs.renderer import Renderer
from tests.jobs.pictures import export
folder, pages = Path(sys.argv[1]), int(sys.argv[2])
renderer = Renderer()
def tell(done, total):
    print(renderer.pid)
renderer.render(export(folder, pages=pages), on_progress=tell, check=lambda: None)
print("idle")
sys.stdin.read()
"""
    with child(script, tmp_path, 60 if is_drawing else 1) as server:
        pid = int(read_line(server))
        if not is_drawing:
            assert read_line(server) == "idle"
        server.kill()
        assert has_ended(pid)


def test_network_is_out_of_reach(tmp_path):
    code = """
import socket, sys
from solosync.cli.render_worker import forbid_network
forbid_network()
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1]))),
    lambda: socket.getaddrinfo("example.org", 80),
):
    try:
        attempt()
    except PermissionError:
        print("refused")
"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        result = subprocess.run(
            [sys.executable, "-c", code, port], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert (result.stdout.split(), result.stderr) == (["refused", "refused"], "")
