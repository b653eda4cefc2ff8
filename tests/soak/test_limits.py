"""What grows, and what must not."""

import asyncio
import gzip
import json
import os
import random
import time
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from solosync import clock
from solosync.config import Config
from solosync.domain import upkeep
from solosync.realtime.rooms import Rooms
from solosync.store import maintenance, sessions
from solosync.store.engine import Store
from tests.live import LiveServer
from tests.make import make_actor
from tests.realtime.boards import LISTS, open_board

EXAMPLES = os.environ.get("SOLOSYNC_EXAMPLE_BOARDS", "")
MEGABYTE = 1024 * 1024
TWO_DAYS_MS = 2 * 24 * 3_600_000


def _stroke(number):
    points = [{"x": number + 1.5 * n, "y": 3.25 * n, "p": 0.5} for n in range(40)]
    return {"id": f"s{number}", "tool": "pen", "color": "#000000", "size": 3, "points": points}


async def _edit(store, count):
    """One-field edits to a board of 1,000 strokes: one in ten over REST, the rest by Yjs."""
    page = {"id": "p1", **{name: [] for name in LISTS}}
    page["strokes"] = [_stroke(number) for number in range(1000)]
    async with open_board(store, {"pages": [page]}) as board:
        socket = await board.connect_synced()
        editor = make_actor(store, board.owner)
        for number in range(count):
            id_ = f"s{number * 7 % 1000}"
            if number % 10 == 0:
                op = {"op": "update", "kind": "stroke", "id": id_, "patch": {"size": number}}
                await board.room.edit(editor, [op], expected_rev=board.room.current_rev)
            else:
                socket.pull()
                socket.replica.change(id_, color=f"#{number:06x}")
                await socket.push()
                await board.room.flushed()
        return board.session, (await board.room.read()).state


@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.soak, id="10000")])
@pytest.mark.timeout(900)
def test_a_busy_boards_folder_shrinks_to_its_content_and_opens_fast(data_dir, count):
    """[HIST2]"""
    with Store.open(data_dir / "solosync.db", durability="normal") as store:
        session, state = asyncio.run(_edit(store, count))
        before = _size(data_dir)
        upkeep.run(store, Config(data_dir=data_dir), clock.now_ms() + TWO_DAYS_MS)
        maintenance.truncate_log(store)
        after = _size(data_dir)
        session = next(s for s in store.read(sessions.list_all) if s.key == session.key)
        # By turns, and the best of each: others use this machine too.
        times = [
            (_timed(lambda: asyncio.run(_open(store, session))), _timed(lambda: json.loads(state)))
            for _ in range(15)
        ]
        opening, parsing = map(min, zip(*times, strict=True))
        assert asyncio.run(_open(store, session)) == state
    print(
        f"{count} edits: JSON {len(state) / 1e6:.2f} MB, folder {before / 1e6:.2f} MB, "
        f"after upkeep {after / 1e6:.2f} MB ({after / len(state):.2f} times); "
        f"opening {opening * 1e3:.1f} ms, json.loads {parsing * 1e3:.1f} ms "
        f"({opening / parsing:.2f} times)"
    )
    assert after < 3 * len(state)
    assert opening < 5 * parsing


async def _open(store, session):
    async with Rooms(store, memory_bytes=64 * MEGABYTE).enter(session) as room:
        return (await room.read()).state


def _timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _size(folder):
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_gzip_bomb_is_refused_while_memory_stays_flat(tmp_path):
    bomb = gzip.compress(b'{"state": {"a": "' + b"a" * (300 * MEGABYTE) + b'"}}', 6)
    with LiveServer(tmp_path / "data", "--max-state-bytes", "8MiB") as server:
        device = server.sign_in()
        board = device.make_board({"pages": []})
        path = f"/api/v1/solo/sessions/{board}/"
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        before = _peak_memory(server.process.pid)
        for target in ("", "save-stream/", "diff/", "beacon/"):
            method = "PATCH" if target in ("", "diff/") else "POST"
            answer = device.http.request(method, path + target, content=bomb, headers=headers)
            assert answer.status_code == 413, (target, answer.text)
            assert answer.json()["error"] == "payload_too_large"
        grown = _peak_memory(server.process.pid) - before
        assert device.get(board)["rev"] == 0
    print(
        f"a bomb of {len(bomb) / 1e6:.2f} MB, 300 MB inflated: memory grew by {grown / 1e6:.1f} MB"
    )
    assert grown < 48 * MEGABYTE


@pytest.mark.interop
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_slow_reader_is_closed_and_grows_no_memory(tmp_path):
    """[WS10] It connects, asks for everything, and reads nothing of what comes then."""
    noise = random.Random(1)

    async def run(server):
        device = server.sign_in()
        board = device.make_board()
        page = device.get(board)["state"]["pages"][0]
        async with connect(device.socket_address(board), ping_interval=None, max_queue=1) as slow:
            before = _peak_memory(server.process.pid)
            for number in range(30):
                page["strokes"] = [{"id": f"s{number}", "note": noise.randbytes(500_000).hex()}]
                await asyncio.to_thread(device.patch, board, {"pages": [page]})
            grown = _peak_memory(server.process.pid) - before
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await slow.recv()
        return grown, closed.value.rcvd

    with LiveServer(tmp_path / "data") as server:
        grown, close = asyncio.run(run(server))
    print(f"30 MB to a client that doesn't read: memory grew by {grown / 1e6:.1f} MB")
    # The close frame waits behind what it doesn't read, and isn't waited for.
    assert close is None or close.code == 1013
    assert grown < 24 * MEGABYTE


def _peak_memory(pid):
    """In bytes, since the process began."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


@pytest.mark.shared
@pytest.mark.skipif(
    not EXAMPLES, reason="SOLOSYNC_EXAMPLE_BOARDS names no folder of .excalidraw files"
)
def test_real_excalidraw_files_come_back_equal(tmp_path):
    """[LAY1] [LAY9]"""
    files = sorted(Path(EXAMPLES).rglob("*.excalidraw"))
    assert files
    with LiveServer(tmp_path / "data") as server:
        words = ("import", "--json", "--user", "ann@example.org", *map(str, files))
        made = json.loads(server.solosync(*words))
        device = server.sign_in()
        boards = {item["file"]: item["id"] for item in made}
        for file in files:
            assert device.get(boards[str(file)])["state"] == json.loads(file.read_bytes()), file
    print(f"{len(files)} files")
