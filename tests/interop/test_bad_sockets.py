"""Sockets that send what they must not, or read nothing, while somebody works."""

import json
import random
import socket
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from pycrdt import Doc, Map
from websockets.sync.client import connect

from solosync.board import protocol
from tests.interop.attack import CODES
from tests.interop.boards import by_id, stroke
from tests.live import LiveServer
from tests.node_client import NodeClient
from tests.servers import PATIENCE_SECONDS, ROOT

pytestmark = pytest.mark.interop

SOCKETS = 64
MEGABYTE = 1024 * 1024
LIMIT = 2 * MEGABYTE
VALUE_BYTES = MEGABYTE // 8
FIRST = {"pages": [{"id": "p1", "strokes": []}]}


@pytest.fixture
def server(tmp_path):
    with LiveServer(tmp_path / "data", "--max-state-bytes", str(LIMIT)) as server:
        yield server


class Work:
    """A client that draws, and how long it takes until another has each stroke."""

    def __init__(self, one, other):
        self.one, self.other = one, other
        self.drawn = {}

    def draw(self):
        """In milliseconds, with the way through both programs' pipes."""
        element = stroke(f"good{len(self.drawn)}")
        self.drawn[element["id"]] = element
        start = time.perf_counter()
        key = self.one.call("add", page="p1", list="strokes", element=element)["key"]
        self.other.call("wait", key=key, field="id", value=element["id"])
        return (time.perf_counter() - start) * 1000


def told(latencies):
    p99 = statistics.quantiles(latencies, n=100)[98]
    return f"p50 {statistics.median(latencies):.1f} ms, p99 {p99:.1f} ms of {len(latencies)}"


@pytest.mark.parametrize(
    ("rounds", "pause"),
    [
        pytest.param(6, 0.1, id="6"),
        pytest.param(40, 0.5, id="40", marks=pytest.mark.soak),
        pytest.param(100, 0, id="100-at-full-force", marks=pytest.mark.soak),
    ],
)
def test_bad_sockets_are_closed_with_the_right_codes_while_others_work(server, rounds, pause):
    """[WS2] [WS5] [WS6] [STORE4]"""
    server.solosync("users", "add", "ben@example.org", "--password-stdin", stdin="x" * 20)
    ann = server.sign_in()
    ben = server.sign_in("ben@example.org", "x" * 20)
    board, theirs = ann.make_board(FIRST), ben.make_board(FIRST)
    seed = random.randrange(2**32)
    settings = {
        "sockets": SOCKETS,
        "rounds": rounds,
        "pause": pause,
        "limit": LIMIT,
        "seed": seed,
        "own": ann.socket_address(board),
        "foreign": ann.socket_address(theirs),
        "unknown": ann.socket_address("00000000-0000-4000-8000-000000000000"),
        "no token": f"{server.socket_url}/{board}?token=nonsense",
        "bare": f"{server.socket_url}/{board}",
        "token": ann.token,
    }
    print(f"seed {seed}")
    with NodeClient("client.mjs") as one, NodeClient("client.mjs") as other:
        ann.connect(one, board)
        ann.connect(other, board)
        work = Work(one, other)
        calm = [work.draw() for _ in range(100)]
        attacking = subprocess.Popen(
            [sys.executable, "-m", "tests.interop.attack", json.dumps(settings)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            attacked = []
            while attacking.poll() is None:
                attacked.append(work.draw())
        finally:
            attacking.kill()
            seen = json.loads(attacking.communicate()[0] or "{}")
        assert attacking.returncode == 0
        for client in (one, other):
            client.call("flush")
            assert client.call("status")["closes"] == []
    assert sum(sum(codes.values()) for codes in seen.values()) == SOCKETS * rounds
    expected = {name: {str(code) for code in codes} for name, codes in CODES.items()}
    assert {name: set(codes) | expected[name] for name, codes in seen.items()} == expected
    assert by_id(ann.get(board)["state"]) == work.drawn
    assert (ben.get(theirs)["rev"], ben.get(theirs)["state"]) == (0, FIRST)
    print(f"calm: {told(calm)}; beside {SOCKETS} bad sockets: {told(attacked)}")
    print({name: codes for name, codes in seen.items() if codes})


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads /proc")


class Writer:
    """A client that overwrites one large value again and again."""

    def __init__(self, connection):
        self.socket = connection
        self.count = 0
        self._doc: Doc = Doc()
        self._sent: list[bytes] = []
        self._subscription = self._doc.observe(lambda event: self._sent.append(event.update))

    @property
    def value(self):
        return f"{self.count}:" + "x" * VALUE_BYTES

    def write(self, megabytes):
        """Waits after each update until it's on disk, so that no two are sent on as one."""
        for _ in range(megabytes * MEGABYTE // VALUE_BYTES):
            self.count += 1
            self._doc.get("state", type=Map)["large"] = self.value
            self.socket.send(protocol.encode_sync(protocol.UPDATE, self._sent.pop()))
            self.socket.send(protocol.encode_sync(protocol.STEP1, self._doc.get_state()))
            while not self._is_answered():
                pass

    def _is_answered(self):
        kind, step, _ = protocol.decode(self.socket.recv(timeout=PATIENCE_SECONDS))
        return (kind, step) == (protocol.SYNC, protocol.STEP2)


class Lazy:
    """A client that reads nothing but the beginning of the answer to its handshake."""

    def __init__(self, server, board, token):
        self._socket = socket.create_connection(
            ("127.0.0.1", server.port), timeout=PATIENCE_SECONDS
        )
        self._socket.sendall(
            f"GET /ws/boards/{board}?token={token} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n".encode()
        )
        assert self._socket.recv(12) == b"HTTP/1.1 101"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def wake(self):
        """Reads until the server ends the connection; how many bytes had been sent."""
        count = 0
        with suppress(ConnectionResetError):
            while data := self._socket.recv(MEGABYTE):
                count += len(data)
        return count


@needs_proc
@pytest.mark.parametrize(
    "megabytes",
    [pytest.param(48, id="48"), pytest.param(400, id="400", marks=pytest.mark.soak)],
)
def test_a_client_that_reads_too_slowly_is_closed_and_grows_no_memory(server, megabytes):
    """[WS10]"""
    device = server.sign_in()
    board = device.make_board(FIRST)
    address = device.socket_address(board)
    with connect(address, max_size=None, compression=None) as busy:
        writer = Writer(busy)
        writer.write(16)  # whatever the server needs for such a writer, it has then
        before = _memory(server.process.pid)
        with Lazy(server, board, device.token) as lazy:
            writer.write(megabytes)
            grown = _memory(server.process.pid) - before
            waited = lazy.wake()
    assert device.get(board)["state"]["large"] == writer.value
    print(
        f"{megabytes} MB sent past a client that reads nothing: the server has"
        f" {grown / MEGABYTE:.1f} MB more, and {waited / MEGABYTE:.1f} MB had been sent"
    )
    assert grown < 32 * MEGABYTE
    assert waited < 32 * MEGABYTE


@needs_proc
def test_a_client_that_never_reads_is_cut_off(server):
    """[WS10] Even though it can't be told so, and what waits for it can't be sent."""
    device = server.sign_in()
    board = device.make_board(FIRST)
    with connect(device.socket_address(board), max_size=None, compression=None) as busy:
        writer = Writer(busy)
        writer.write(1)
        others = _sockets(server.process.pid)
        with Lazy(server, board, device.token):
            assert _sockets(server.process.pid) == others + 1
            writer.write(32)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while _sockets(server.process.pid) > others:
                assert time.monotonic() < deadline, "it is still connected"
                writer.write(1)


def _memory(pid):
    """Resident, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def _sockets(pid):
    """How many sockets the process has open."""
    count = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            count += str(link.readlink()).startswith("socket:")
    return count
