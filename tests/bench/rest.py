"""Whole-state saves over REST: the cost of one beside the floor, how many a second beside Kinto."""

import base64
import http.client
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench import http_load
from tests.bench.floor_server import FloorServer
from tests.bench.peer_servers import Kinto
from tests.bench.plan import Plan
from tests.bench.servers import Server, ServerFailed
from tests.bench.solosync_server import SolosyncServer
from tests.bench.states import Board

CONNECTIONS = 16
BODY_BYTES = 50_000
UNMEASURED = 2
"""First saves of a board: the room opens, the client's socket grows its window."""
SEED = 20_260_101

Say = Callable[[str], None]


@dataclass(frozen=True)
class Saving:
    """Times of one save in ms, by server: `floor` answers nothing, `echo` answers the state."""

    strokes: int
    body_bytes: int
    solosync: list[float]
    floor: list[float]
    echo: list[float]

    @property
    def ratio(self) -> float:
        return statistics.median(self.solosync) / statistics.median(self.floor)


def save_boards(plan: Plan, say: Say) -> list[Saving]:
    """One stroke is added before each save; every server gets the same body in turn."""
    found = []
    with SolosyncServer() as server, FloorServer() as floor:
        server.start()
        floor.start()
        for strokes, times in plan.saves.items():
            found.append(_save_board(server, floor, strokes, times))
            told = statistics.median(found[-1].solosync), statistics.median(found[-1].floor)
            say(f"  {strokes} strokes: {told[0]:.1f} ms, floor {told[1]:.1f} ms")
    return found


def _save_board(server: SolosyncServer, floor: FloorServer, strokes: int, times: int) -> Saving:
    board = Board(strokes, SEED + strokes)
    identity = server.make_board({"name": f"{strokes}", "state": json.loads(board.state())})
    path = f"/api/v1/solo/sessions/{identity}/"
    saving = Saving(strokes, len(board.body()), [], [], [])
    ours = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    theirs = http.client.HTTPConnection("127.0.0.1", floor.port, timeout=120)
    for turn in range(UNMEASURED + times):
        board.add()
        body = board.body()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {server.token()}"}
        taken = (
            (saving.solosync, _patch(ours, path, headers, body)),
            (saving.floor, _patch(theirs, "/save", headers, body)),
            (saving.echo, _patch(theirs, "/save-and-answer", headers, body)),
        )
        if turn >= UNMEASURED:
            for series, milliseconds in taken:
                series.append(milliseconds)
    ours.close()
    theirs.close()
    if server.state(identity) != json.loads(board.state()):
        raise ServerFailed(f"solosync: the board of {strokes} strokes is not what was saved")
    return saving


def _patch(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str], body: bytes
) -> float:
    """Milliseconds from the first byte sent to the last byte of the answer."""
    began = time.perf_counter()
    connection.request("PATCH", path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    taken = (time.perf_counter() - began) * 1000
    if answer.status not in (200, 204):
        raise ServerFailed(f"PATCH {path}: {answer.status} {content[:500]!r}")
    return taken


@dataclass
class Rates:
    """Loads of one server, one per run."""

    server: type[Server]
    work: str
    version: str = ""
    loads: list[http_load.Load] = field(default_factory=list)
    failure: str = ""

    @property
    def per_second(self) -> float:
        return statistics.median(load.per_second for load in self.loads) if self.loads else 0


def save_rates(plan: Plan, say: Say) -> list[Rates]:
    """16 connections, each saving a 50 KB board of its own again and again, one field changed."""
    runs = (
        (Rates(SolosyncServer, "PATCH of a board"), _solosync_requests),
        (Rates(Kinto, "PUT of a record"), _kinto_requests),
    )
    for repeat in range(plan.repeats):
        for rates, requests in runs:
            if rates.failure:
                continue
            try:
                rates.loads.append(_rate(rates, requests, plan.rest_seconds))
                said = f"{rates.loads[-1].per_second:.0f} saves/s"
            except (ServerFailed, RuntimeError, OSError) as error:
                rates.failure = said = str(error)
            say(f"  run {repeat + 1}: {rates.server.name}: {said}")
    return [rates for rates, _ in runs]


@dataclass(frozen=True)
class Job:
    """What one connection sends, and how to see what the server has of it."""

    make: http_load.Request
    size_kept: Callable[[], Any]
    """The field that changes with each request, as the server has it in the end."""


def _rate(rates: Rates, requests: Callable[[Any], list[Job]], seconds: float) -> http_load.Load:
    with rates.server() as server:
        rates.version = server.version()
        server.start()
        jobs = requests(server)
        load = http_load.run(server.port, [job.make for job in jobs], seconds)
        failed = {status: n for status, n in load.statuses.items() if status not in (200, 201)}
        if failed:
            raise ServerFailed(f"answers that are no success: {failed}")
        for job, answered in zip(jobs, load.sent, strict=True):
            if job.size_kept() != size_of(answered - 1):
                raise ServerFailed(f"the last of {answered} saves of a board is not there")
        return load


def size_of(turn: int) -> int:
    """The value of the field that changes: always four digits, so that all bodies are as long."""
    return 1000 + turn % 9000


def _varying(wrapper: bytes) -> Callable[[int], bytes]:
    """Bodies of about 50 KB that differ in the `size` of one stroke; `wrapper` holds the state."""
    strokes = 1
    while len(Board(strokes + 1, SEED).state()) <= BODY_BYTES:
        strokes += 1
    head, mark, tail = (wrapper % Board(strokes, SEED).state()).partition(b'"size":')
    rest = tail.partition(b",")[2]
    return lambda turn: b"%s%s%d,%s" % (head, mark, size_of(turn), rest)


def _solosync_requests(server: SolosyncServer) -> list[Job]:
    body = _varying(b'{"state":%s}')
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {server.token()}"}

    def job(board: str) -> Job:
        path = f"/api/v1/solo/sessions/{board}/"
        return Job(
            lambda turn: http_load.request_bytes("PATCH", path, headers, body(turn)),
            lambda: server.state(board)["pages"][0]["strokes"][0]["size"],
        )

    return [job(board) for board in server.make_boards(CONNECTIONS)]


def _kinto_requests(server: Kinto) -> list[Job]:
    body = _varying(b'{"data":%s}')
    account = base64.b64encode(b"bench:bench").decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {account}"}
    records = "/v1/buckets/bench/collections/boards/records"

    def ask(method: str, path: str, content: bytes) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status not in (200, 201):
            raise ServerFailed(f"{method} {path}: {answer.status} {said[:500]!r}")
        return json.loads(said)["data"]

    def job(index: int) -> Job:
        path = f"{records}/board-{index}"
        return Job(
            lambda turn: http_load.request_bytes("PUT", path, headers, body(turn)),
            lambda: ask("GET", path, b"")["pages"][0]["strokes"][0]["size"],
        )

    ask("PUT", "/v1/buckets/bench", b"{}")
    ask("PUT", "/v1/buckets/bench/collections/boards", b"{}")
    return [job(index) for index in range(CONNECTIONS)]
