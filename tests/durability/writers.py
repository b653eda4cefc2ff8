"""Those who write to some boards at once, each by another door, until the server is gone."""

import itertools
import json
import random
from contextlib import AsyncExitStack
from typing import Any

import httpx

from tests.durability.claims import GONE, Answers, Claims
from tests.durability.yjs import Lost, YjsClient
from tests.live import PREFIX, SignIn

PAGE = "p1"
MOST_STROKES = 12  # of each writer on each board
MOST_AT_ONCE = 4
STALE = (409, 412)
NOTE = [{"x": 1.5, "y": 2}, {"x": 3, "y": 4}]


class Board:
    """One board, and what everybody knows about it."""

    def __init__(self, id_: str) -> None:
        self.id = id_
        self.path = f"{PREFIX}{id_}/"
        self.answers = Answers()
        self.rev = 0  # the newest that an answer has told


class Writer:
    """Works on strokes of its own, from one sign-in."""

    def __init__(self, device: SignIn, boards: list[Board], rng: random.Random) -> None:
        self.device = device
        self.boards = boards
        self.rng = rng
        self.acknowledged = 0
        self.claims = {board.id: Claims() for board in boards}
        self._numbers = itertools.count(1)

    @property
    def name(self) -> str:
        return type(self).__name__

    async def work(self) -> None:
        """Until the server is gone."""
        raise NotImplementedError

    def plan(self, board: Board) -> tuple[str, int | None]:
        """A stroke and its next value."""
        claims = self.claims[board.id]
        living = claims.living()
        number = next(self._numbers)
        if not living or (len(living) < MOST_STROKES and self.rng.random() < 0.4):
            choice: tuple[str, int | None] = f"{self.name}{number}", number
        else:
            id_ = self.rng.choice(living)
            choice = id_, GONE if self.rng.random() < 0.3 else number
        claims.attempt(*choice)
        return choice

    def settle(self, board: Board, id_: str, value: int | None) -> None:
        self.claims[board.id].acknowledge(id_, value)
        self.acknowledged += 1


class RestWriter(Writer):
    """Over HTTP."""

    http: httpx.AsyncClient

    async def work(self) -> None:
        headers = dict(self.device.http.headers)
        async with httpx.AsyncClient(
            base_url=self.device.server.url, headers=headers, timeout=60
        ) as self.http:
            try:
                await self.begin()
                while True:
                    await self.step(self.rng.choice(self.boards))
            except httpx.TransportError:
                return

    async def begin(self) -> None:
        """What a device does when it comes back."""

    async def step(self, board: Board) -> None:
        raise NotImplementedError

    async def read(self, board: Board) -> dict[str, Any]:
        body = _done(await self.http.get(board.path))
        self.note(board, body["rev"], body["state_digest"])
        return body

    def note(self, board: Board, rev: int, digest: str) -> None:
        board.answers.note(rev, digest)
        board.rev = max(board.rev, rev)


class Autosaver(RestWriter):
    """Keeps its own copy, PATCHes it whole, without headers; looks at nothing of the answers."""

    async def begin(self) -> None:
        self.states = {board.id: (await self.read(board))["state"] for board in self.boards}

    async def step(self, board: Board) -> None:
        state = self.states[board.id]
        id_, value = self.plan(board)
        put(state, id_, value)
        body = _done(await self.http.patch(board.path, json={"state": state}))
        self.note(board, body["rev"], body["state_digest"])
        self.settle(board, id_, value)


class Differ(RestWriter):
    """Sends operations against the newest rev it has heard of."""

    async def step(self, board: Board) -> None:
        claims = self.claims[board.id]
        known = set(claims.living())
        id_, value = self.plan(board)
        place = {"kind": "stroke", "page_id": PAGE, "id": id_}
        if value is GONE:
            op: dict[str, Any] = {"op": "remove", **place}
        elif id_ in known:
            op = {"op": "update", "patch": {"n": value}, **place}
        else:
            op = {"op": "add", "value": {"id": id_, "n": value, "points": NOTE}, **place}
        while True:
            answer = await self.http.patch(
                f"{board.path}diff/", json={"ops": [op]}, headers={"X-Rev": str(board.rev)}
            )
            if answer.status_code not in STALE:
                break
            # It may be one that was never committed, and lower after a crash.
            board.rev = answer.json()["server_rev"]
        body = _done(answer)
        self.note(board, body["next_rev"], body["digest"])
        self.settle(board, id_, value)


class Streamer(RestWriter):
    """Saves whole states made from exactly the newest rev, each with an idempotency key."""

    async def step(self, board: Board) -> None:
        id_, value = self.plan(board)
        key = f"{self.name}-{next(self._numbers)}"
        while True:
            now = await self.read(board)
            put(now["state"], id_, value)
            answer = await self.http.post(
                f"{board.path}save-stream/",
                json={"state": now["state"], "idempotency_key": key},
                headers={"If-Match": f'W/"rev:{now["rev"]}"'},
            )
            if answer.status_code not in STALE:
                break
        body = _done(answer)
        self.note(board, body["rev"], body["digest"])
        board.answers.streamed = key, body["rev"], body["digest"]
        self.settle(board, id_, value)


class Painter(Writer):
    """Over the Yjs socket. An edit counts as acknowledged when another device has seen it."""

    def __init__(self, device: SignIn, boards: list[Board], rng: random.Random) -> None:
        super().__init__(device, boards, rng)
        self.own = {board.id: YjsClient() for board in boards}
        self.others = {board.id: YjsClient() for board in boards}

    async def work(self) -> None:
        async with AsyncExitStack() as sockets:
            try:
                for clients in (self.own, self.others):
                    for id_, client in clients.items():
                        address = self.device.socket_address(id_)
                        await sockets.enter_async_context(client.connected(address))
                while True:
                    await self.step(self.rng.choice(self.boards))
            except Lost:
                return

    async def step(self, board: Board) -> None:
        made = [self.plan(board) for _ in range(self.rng.randint(1, MOST_AT_ONCE))]
        last = dict(made)  # a stroke may be meant twice; nobody need see its first value
        own, other = self.own[board.id], self.others[board.id]
        for id_, value in made:
            if value is GONE:
                own.elements.pop(id_, None)
            elif id_ in own.elements:
                own.elements[id_]["n"] = value
            else:
                own.add(id_, page=PAGE, n=value, points=json.dumps(NOTE).encode())
        await own.push()
        await other.until(lambda: all(other.field(id_, "n") == last[id_] for id_ in last))
        for id_, value in last.items():
            self.settle(board, id_, value)


def put(state: dict[str, Any], id_: str, value: int | None) -> None:
    """Adds, changes or removes a stroke of a state."""
    page = next(page for page in state["pages"] if page["id"] == PAGE)
    found = next((item for item in page["strokes"] if item["id"] == id_), None)
    if value is GONE:
        page["strokes"] = [item for item in page["strokes"] if item["id"] != id_]
    elif found is not None:
        found["n"] = value
    else:
        page["strokes"].append({"id": id_, "n": value, "points": NOTE})


def _done(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.status_code} {answer.text[:500]}"
    return answer.json()
