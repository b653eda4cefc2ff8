"""Memory that must not grow, whatever clients send or don't read."""

import asyncio
import gzip
import random
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.live import LiveServer

MEGABYTE = 1024 * 1024


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
