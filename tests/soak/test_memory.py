"""Memory that must not grow, whatever clients send or don't read."""

import asyncio
import gzip
import random
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.live import PREFIX, LiveServer

MEGABYTE = 1024 * 1024


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is read from Linux's /proc"
)
SMALL_DOORS = {"diff/": "PATCH", "save-stream/": "POST", "beacon/": "POST"}  # at most 2 MiB each


@needs_proc
def test_a_gzip_bomb_is_refused_while_memory_stays_flat(tmp_path):
    """At the doors for large boards up to the limit is inflated, and given back at once."""
    bomb = gzip.compress(b'{"state": {"a": "' + b"a" * (300 * MEGABYTE) + b'"}}', 6)
    limit = 64 * MEGABYTE
    with LiveServer(tmp_path / "data", "--max-state-bytes", str(limit)) as server:
        device = server.sign_in()
        board = device.make_board({"pages": []})
        path = f"{PREFIX}{board}/"
        memory = Memory(server.process.pid)
        for target, method in SMALL_DOORS.items():
            refuse(device, method, path + target, bomb)
        at_small_doors = memory.peak_growth()
        for _ in range(5):
            refuse(device, "PATCH", path, bomb)
            refuse(device, "POST", PREFIX, bomb)
        peak, kept = memory.peak_growth(), memory.growth()
        assert device.get(board)["rev"] == 0
    print(
        f"a bomb of {len(bomb) / 1e6:.2f} MB, 300 MB inflated: memory grew by "
        f"{at_small_doors / 1e6:.1f} MB at the small doors, by {peak / 1e6:.1f} MB at the large "
        f"ones (limit {limit / 1e6:.0f} MB), and by {kept / 1e6:.1f} MB afterwards"
    )
    assert at_small_doors < 16 * MEGABYTE
    assert peak < 1.5 * limit
    assert kept < 24 * MEGABYTE


def refuse(device, method, path, bomb):
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = device.http.request(method, path, content=bomb, headers=headers)
    assert answer.status_code == 413, (path, answer.text)
    assert answer.json()["error"] == "payload_too_large"


@pytest.mark.interop
@needs_proc
def test_a_slow_reader_is_closed_and_grows_no_memory(tmp_path):
    """[WS10] It connects, asks for everything, and reads nothing of what comes then."""
    noise = random.Random(1)

    async def run(server):
        device = server.sign_in()
        board = device.make_board()
        page = device.get(board)["state"]["pages"][0]

        async def save():
            for number in range(30):
                page["strokes"] = [{"id": f"s{number}", "note": noise.randbytes(500_000).hex()}]
                await asyncio.to_thread(device.patch, board, {"pages": [page]})

        await save()  # what such boards and their history take anyhow
        memory = Memory(server.process.pid)
        async with connect(device.socket_address(board), ping_interval=None, max_queue=1) as slow:
            await save()
            grown = memory.peak_growth()
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await slow.recv()
        return grown, closed.value.rcvd

    with LiveServer(tmp_path / "data") as server:
        grown, close = asyncio.run(run(server))
    print(f"30 MB to a client that doesn't read: memory grew by {grown / 1e6:.1f} MB")
    # The close frame waits behind what it doesn't read, and isn't waited for.
    assert close is None or close.code == 1013
    assert grown < 16 * MEGABYTE


class Memory:
    """What a process takes more than it did at first, in bytes. Signing in took far more than
    anything here, for a moment: the highest mark is set back before."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")
        (self._folder / "clear_refs").write_text("5")
        self._first = self._read("VmRSS")

    def growth(self) -> int:
        return self._read("VmRSS") - self._first

    def peak_growth(self) -> int:
        return self._read("VmHWM") - self._first

    def _read(self, name: str) -> int:
        for line in (self._folder / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"no {name}")
