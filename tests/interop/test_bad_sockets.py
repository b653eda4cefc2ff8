"""Sockets that send what they must not, while somebody works."""

import asyncio
import statistics
import time

import pytest
from pycrdt import Doc, Map
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from solosync.board import protocol
from tests.live import strokes
from tests.node_client import NodeClient

pytestmark = pytest.mark.interop

SOCKETS = 64
LIMIT = 2 * 1024 * 1024


def _update(name):
    doc: Doc = Doc()
    doc.get("elements", type=Map)[name] = Map({"id": name, "$page": "p", "$list": "strokes"})
    return protocol.encode_sync(protocol.UPDATE, doc.get_update())


BAD = {
    "an unknown type": (lambda: b"\x63\x01\x02", {4400}),
    "a truncated message": (lambda: b"\x00\x02\xff\x01", {4400}),
    "no update": (lambda: protocol.encode_sync(protocol.UPDATE, b"\xff" * 20), {4400}),
    "text": (lambda: "hello", {4400}),
    "an oversized frame": (lambda: b"\x00" * (LIMIT + 1), {4413, 1009}),
}


async def _closed_with(address, message):
    """The code that the server closes with after the message."""
    async with connect(address, max_size=None, ping_interval=None) as socket:
        try:
            await socket.send(message)
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


async def _attack(addresses):
    async def one(index):
        name = list(BAD)[index % len(BAD)]
        make, codes = BAD[name]
        for _ in range(3):
            code = await _closed_with(addresses["own"], make())
            assert code in codes, f"{name}: {code}"
        assert await _closed_with(addresses["foreign"], _update(f"foreign{index}")) == 4404
        assert await _closed_with(addresses["no token"], _update(f"foreign{index}")) == 4401

    await asyncio.gather(*(one(index) for index in range(SOCKETS)))


@pytest.fixture
def server(tmp_path):
    from tests.live import LiveServer

    with LiveServer(tmp_path / "data", "--max-state-bytes", str(LIMIT)) as server:
        yield server


def test_bad_sockets_are_closed_with_the_right_codes_while_others_work(server):
    """[WS2]"""
    device = server.sign_in()
    board = device.make_board()
    page = device.get(board)["state"]["pages"][0]["id"]
    other = "00000000-0000-4000-8000-000000000000"
    addresses = {
        "own": device.socket_address(board),
        "foreign": device.socket_address(other),
        "no token": f"{server.socket_url}/{board}?token=nonsense",
    }
    with NodeClient("client.mjs") as one, NodeClient("client.mjs") as two:
        device.connect(one, board)
        device.connect(two, board)
        latencies: list[float] = []

        async def work(attack):
            while not attack.done() or len(latencies) < 50:
                start = time.perf_counter()
                number = len(latencies)
                element = {"id": f"good{number}"}
                key = (await _call(one, "add", page=page, list="strokes", element=element))["key"]
                await _call(two, "wait", key=key, field="id", value=f"good{number}")
                latencies.append((time.perf_counter() - start) * 1000)
            await attack

        async def run():
            await work(asyncio.ensure_future(_attack(addresses)))

        asyncio.run(run())
        one.call("flush")
        state = device.get(board)["state"]
    assert sorted(item["id"] for item in strokes(state)) == sorted(
        f"good{n}" for n in range(len(latencies))
    )
    p99 = statistics.quantiles(latencies, n=100)[98]
    print(
        f"{len(latencies)} edits under attack: p50 {statistics.median(latencies):.1f} ms, "
        f"p99 {p99:.1f} ms (both clients and the attackers on this machine)"
    )


async def _call(client, command, **arguments):
    return await asyncio.to_thread(client.call, command, **arguments)


def test_an_update_for_somebody_elses_board_changes_nothing(server):
    """[STORE4]"""
    server.solosync("users", "add", "ben@example.org", "--password-stdin", stdin="x" * 20)
    ann = server.sign_in()
    board = ann.make_board()
    answer = ann.http.post(
        "/api/auth/jwt/token/", json={"email": "ben@example.org", "password": "x" * 20}
    )
    token = answer.json()["access"]
    address = f"{server.socket_url}/{board}?token={token}"
    assert asyncio.run(_closed_with(address, _update("theirs"))) == 4404
    assert strokes(ann.get(board)["state"]) == []
    assert ann.get(board)["rev"] == 0
