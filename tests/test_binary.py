"""The one-file program, in an environment that has nothing (`make binary` builds it first)."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from pycrdt import (
    Doc,
    Map,
    YMessageType,
    YSyncMessageType,
    create_sync_message,
    create_update_message,
    handle_sync_message,
)
from websockets.sync.client import ClientConnection, connect

from tests.pictures import pdf, png
from tests.servers import ROOT, free_port, running, stop
from tests.tunnels import NGROK, Programs, has_ended

pytestmark = [pytest.mark.binary, pytest.mark.timeout(180)]

PROGRAM = ROOT / "dist" / ("solosync.exe" if sys.platform == "win32" else "solosync")
LARGEST_BYTES = 52_000_000
EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
STROKE = {"id": "s1", "tool": "pen", "points": [{"x": 1, "y": 2.5}], "unknown": {"deep": [None]}}
PAGE = {"id": "p1", "name": "One", "strokes": []}
STATE = {"pages": [PAGE], "zoom": 1.5}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert PROGRAM.exists(), "build it first: make binary"
    return tmp_path


def run(home: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """One command with nothing but a home folder around it."""
    return subprocess.run(
        [PROGRAM, *words],
        env={"HOME": str(home), "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"},
        cwd=home,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


@contextlib.contextmanager
def server(home: Path) -> Iterator[str]:
    """A running server's address; at the end it stops without a word."""
    port = free_port()
    env = {"HOME": str(home), "TMPDIR": str(home)}
    with running(port, program=[PROGRAM], env=env) as process:
        yield f"http://127.0.0.1:{port}"
        assert stop(process) == (0, "", "")
    assert unpacked(home) == set()


def unpacked(home: Path) -> set[str]:
    """What of the program a running server has unpacked, of its own files and of libraries."""
    return {entry.name for folder in home.glob("_MEI*") for entry in folder.iterdir()}


def signed_in(url: str) -> httpx.Client:
    answer = httpx.post(f"{url}/api/auth/jwt/token/", json={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    access = answer.json()["access"]
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {access}"})


def draw_by_socket(client: httpx.Client, board: str) -> None:
    """Sync as a Yjs client does, find the stroke that was saved over REST, and add another."""
    token = client.headers["Authorization"].removeprefix("Bearer ")
    address = f"ws://{client.base_url.netloc.decode()}/ws/boards/{board}?token={token}"
    document: Doc = Doc()
    elements = document.get("elements", type=Map)
    with connect(address) as peer:
        receive(peer, document)
        drawn = {**STROKE, "id": "s2", "points": b'[{"x":3,"y":4}]', "unknown": 7.0}
        placed = {"$page": "p1", "$list": "strokes", "$order": elements["s1"]["$order"] + "V"}
        before = document.get_state()
        elements["s2"] = Map({**drawn, **placed})
        peer.send(create_update_message(document.get_update(before)))
        # The answer to this comes after what was sent before it has been committed.
        receive(peer, document)


def receive(peer: ClientConnection, document: Doc) -> None:
    """Ask for what the document lacks, and take messages until it came."""
    peer.send(create_sync_message(document))
    while True:
        message = peer.recv(timeout=10, decode=False)
        if message[0] != YMessageType.SYNC:
            continue
        reply = handle_sync_message(message[1:], document)
        if reply is not None:
            peer.send(reply)
        if message[1] == YSyncMessageType.SYNC_STEP2:
            return


def state_of(client: httpx.Client, board: str) -> dict:
    answer = client.get(f"/api/v1/solo/sessions/{board}/")
    assert answer.status_code == 200, answer.text
    return answer.json()["state"]


def test_board_saved_through_two_doors_is_there_after_a_restart(home):
    added = run(home, "users", "add", EMAIL, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (added.returncode, added.stderr) == (0, "")
    with server(home) as url, signed_in(url) as client:
        made = client.post("/api/v1/solo/sessions/", json={"name": "Plan", "state": STATE})
        assert made.status_code == 201, made.text
        board = made.json()["id"]
        drawn = {**STATE, "pages": [{**PAGE, "strokes": [STROKE]}]}
        saved = client.patch(f"/api/v1/solo/sessions/{board}/", json={"state": drawn})
        assert saved.status_code == 200, saved.text
        draw_by_socket(client, board)
        before = state_of(client, board)
    assert before["pages"][0]["strokes"] == [
        STROKE,
        {**STROKE, "id": "s2", "points": [{"x": 3, "y": 4}], "unknown": 7},
    ]
    with server(home) as url, signed_in(url) as client:
        assert state_of(client, board) == before
        boards = json.loads(run(home, "boards", "list", "--json").stdout)
        assert [(row["id"], row["name"]) for row in boards] == [(board, "Plan")]
        backup = run(home, "backup", "-o", "backup.zip")
        assert (backup.returncode, backup.stderr) == (0, "")
    back = run(home, "restore", "backup.zip", "--yes")
    assert (back.returncode, back.stderr) == (0, "")
    with server(home) as url, signed_in(url) as client:
        assert state_of(client, board) == before


def test_pages_and_their_files_are_inside(home):
    with server(home) as url:
        page = httpx.get(url).text + httpx.get(f"{url}/api/docs/").text
        files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        assert files
        for file in files:
            assert httpx.get(f"{url}{file}").status_code == 200
        link = run(home, "open", "--no-open").stdout.strip()
        assert link.startswith(f"{url}/link/")


def test_commands_need_nothing_from_the_machine(home):
    assert run(home, "version").stdout.startswith("solosync ")
    assert json.loads(run(home, "openapi").stdout)["openapi"].startswith("3.1")
    findings = json.loads(run(home, "doctor", "--json").stdout)
    assert [finding for finding in findings if finding["status"] == "failed"] == []


def asset(place: int, kind: str, media: str, content: bytes) -> dict:
    source = f"data:{media};base64,{b64encode(content).decode()}"
    x = 350 + 100 * place
    return {"id": kind, "type": kind, "src": source, "x": x, "y": 0, "width": 80, "height": 80}


# Between them these need each library that draws: text in four scripts, a colour under an eraser,
# a bitmap, an SVG and a PDF file.
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="9"/></svg>'
TEXT = "Plan \u041f\u043b\u0430\u043d \u4f60\u597d \u0645\u0631\u062d\u0628\u0627 \U0001f600"
LINE = {**STROKE, "color": "#ff0000", "size": 8, "points": [[0, 0], [300, 200]]}
ERASED = {**LINE, "id": "e", "tool": "eraser", "composite": "destination-out", "size": 20}
DRAWING = {
    "pages": [
        {
            "id": "p1",
            "name": "One",
            "strokes": [LINE, {**ERASED, "points": [[150, 0], [150, 200]]}],
            "texts": [{"id": "t", "type": "text", "text": TEXT, "x": 10, "y": 220, "fontSize": 24}],
            "assets": [
                asset(0, "image", "image/png", png(40, 40)),
                asset(1, "svg", "image/svg+xml", SVG),
                asset(2, "pdf", "application/pdf", pdf()),
            ],
        },
        {**PAGE, "id": "p2"},
    ],
}


def test_each_library_that_draws_is_inside(home):
    run(home, "users", "add", EMAIL, "--password-stdin", stdin=f"{PASSWORD}\n")
    with server(home) as url, signed_in(url) as client:
        made = client.post("/api/v1/solo/sessions/", json={"name": "Plan", "state": DRAWING})
        path = f"/api/v1/solo/sessions/{made.json()['id']}"
        for format, start in (("png", b"\x89PNG"), ("pdf", b"%PDF-"), ("svg", b"<")):
            export = exported(client, client.post(f"{path}/export/", json={"format": format}))
            assert (export["status"], export["error"]) == ("completed", None)
            assert "warnings" not in export
            assert httpx.get(export["file_url"]).content.startswith(start)
        thumbnail = client.post(f"{path}/thumbnail/", timeout=60)
        assert thumbnail.status_code == 200, thumbnail.text
        shown = httpx.get(thumbnail.json()["thumbnail_url"])
        assert shown.content[8:12] == b"WEBP"
    # And the library of object stores, though nothing is there.
    away = ("--storage-url", "s3://bucket?endpoint=http://127.0.0.1:9&region=x")
    findings = json.loads(run(home, "doctor", "--json", *away).stdout)
    (files,) = [finding for finding in findings if finding["check"] == "files"]
    assert "s3://bucket can't be looked at" in files["found"]


def exported(client: httpx.Client, answer: httpx.Response) -> dict:
    """An export once it is done, one way or the other."""
    assert answer.status_code == 201, answer.text
    deadline = time.monotonic() + 60
    while (export := answer.json())["status"] in ("pending", "processing"):
        assert time.monotonic() < deadline, export
        time.sleep(0.1)  # another process can't be waited for but by asking
        answer = client.get(f"/api/v1/exports/{export['id']}/")
    return export


def test_files_are_drawn_without_a_server(home):
    """By several at once, as a machine may be asked to: each has unpacked what it needs."""
    file = home / "plan.json"
    file.write_text(json.dumps(DRAWING))
    starts = {"png": b"\x89PNG", "pdf": b"%PDF-", "svg": b"<"}
    with ThreadPoolExecutor() as several:
        words = [("render", str(file), "-o", str(home / f"plan.{kind}")) for kind in starts]
        done = list(several.map(lambda given: run(home, *given), words))
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * len(starts)
    for kind, start in starts.items():
        assert (home / f"plan.{kind}").read_bytes().startswith(start)


LARGE = {"PIL", "cryptography", "fontTools", "numpy", "obstore", "uharfbuzz", "zeroconf"}


def test_what_only_some_need_is_unpacked_when_they_need_it(home):
    run(home, "users", "add", EMAIL, "--password-stdin", stdin=f"{PASSWORD}\n")
    with server(home) as url:
        assert not unpacked(home) & LARGE
        with signed_in(url) as client:
            made = client.post("/api/v1/solo/sessions/", json={"name": "Plan", "state": DRAWING})
            path = f"/api/v1/solo/sessions/{made.json()['id']}/thumbnail/"
            assert client.post(path, timeout=60).status_code == 200
        assert unpacked(home) & LARGE == LARGE - {"obstore", "zeroconf"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody asks for it")
def test_what_was_unpacked_is_not_cleared_away_while_it_runs(home):
    import fcntl

    with server(home):
        (folder,) = home.glob("_MEI*")
        opened = os.open(folder, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(opened)


def test_program_is_small(home):
    assert PROGRAM.stat().st_size <= LARGEST_BYTES


@pytest.mark.skipif(sys.platform != "linux", reason="the client is a script")
def test_tunnel_is_opened_by_a_program_that_finds_its_own_libraries(home: Path) -> None:
    programs = Programs(home / "bin")
    told = home / "told"
    found = f"open({str(told)!r}, 'w').write(os.environ['LD_LIBRARY_PATH']); signal.pause()"
    programs.add("ngrok", NGROK, then=found)
    theirs = {"HOME": str(home), "PATH": str(programs.folder), "LD_LIBRARY_PATH": "/opt/theirs"}
    with running(free_port(), "--tunnel", program=[PROGRAM], env=theirs) as process:
        while not told.exists() or not told.read_text():
            assert process.poll() is None
            time.sleep(0.05)
        state = json.loads(run(home, "tunnel", "status", "--json").stdout)
        assert (state["state"], state["client"]) == ("open", "ngrok")
        assert told.read_text() == "/opt/theirs"
        assert stop(process) == (0, "", "")
        assert has_ended(programs.runs("ngrok")[0][0])
