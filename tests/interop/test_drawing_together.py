"""Two y-websocket clients and a REST client draw on one board; one is offline for a while."""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from queue import SimpleQueue

import pytest

from tests.interop.boards import HUGE, ODD, Autosaver, by_id, on_disk, stroke
from tests.live import strokes
from tests.node_client import NodeClient

pytestmark = pytest.mark.interop

BURST = 16  # strokes that are on their way when the server is killed
FIRST = {
    "pages": [{"id": "p1", "strokes": [], "texts": [], "unknown": [1, {"a": HUGE}]}],
    "meta": {"title": "✎", "$has": 1},
    "odd": ODD,
}


def plan(rng, total, offline):
    """Who draws each stroke, in three parts: one client draws `offline` of them in the middle part,
    while it's offline and the others draw as many."""
    middle = ["other"] * offline + rng.choices(["one", "saver"], k=offline)
    rng.shuffle(middle)
    alone = total - len(middle)
    everyone = ["one", "other", "saver"]
    return [
        rng.choices(everyone, k=alone // 2),
        middle,
        rng.choices(everyone, k=alone - alone // 2),
    ]


class Drawing:
    """The board, the three who draw, and what they drew."""

    def __init__(self, server, rng, clients):
        self.server, self.rng, self.clients = server, rng, clients
        devices = [server.sign_in() for _ in range(3)]
        self.board = devices[0].make_board(FIRST)
        self.reader = devices[0]
        self.saver = Autosaver(devices[2], self.board)
        for device, client in zip(devices, clients.values(), strict=False):
            device.connect(client, self.board)
        self.drawn = {}
        self._numbers = count()

    def _next(self, who):
        element = stroke(f"{who}{next(self._numbers)}", by=who, **ODD)
        if who == "saver":
            element["huge"] = HUGE
        self.drawn[element["id"]] = element
        return element

    def draw(self, who):
        element = self._next(who)
        if who == "saver":
            self.saver.mine.append(element)
            assert self.saver.save()
        else:
            self.clients[who].call("add", page="p1", list="strokes", element=element)

    def draw_and_kill(self, authors):
        """All draw at once, and the server is killed when some of it was answered."""
        asked = []
        answers: SimpleQueue[bool] = SimpleQueue()
        mine = [self._next(who) for who in authors if who == "saver"]

        def autosave():
            for element in mine:
                self.saver.mine.append(element)
                answers.put(self.saver.save())

        with ThreadPoolExecutor(1) as pool:
            saving = pool.submit(autosave)
            for who in authors:
                if who != "saver":
                    element = self._next(who)
                    number = self.clients[who].post(
                        "add", page="p1", list="strokes", element=element
                    )
                    asked.append((self.clients[who], number))
            for _ in range(self.rng.randrange(len(mine) + 1)):
                answers.get(timeout=30)
            self.server.kill()
            saving.result()
        for client, number in asked:
            client.result(number)
        self._check_disk()
        self.server.start()

    def _check_disk(self):
        """Every answered save is there, and every stroke that another client has seen."""
        kept = by_id(on_disk(self.server, self.board))
        for id_, element in self.saver.acknowledged.items():
            assert kept[id_] == element
        for name, client in self.clients.items():
            seen = client.call("state")["elements"].values()
            for id_ in (element["id"] for element in seen if element["by"] != name):
                assert kept[id_] == self.drawn[id_], f"{name} has seen it"

    def settle(self):
        """Everybody has everything."""
        assert self.saver.save()
        for client in self.clients.values():
            client.call("flush")
        for client in self.clients.values():
            client.call("wait", count=len(self.drawn))


@pytest.mark.parametrize(
    ("total", "offline", "kills"),
    [
        pytest.param(200, 60, 0, id="200"),
        pytest.param(200, 60, 3, id="200-killed"),
        pytest.param(1000, 300, 0, id="1000", marks=pytest.mark.soak),
        pytest.param(1000, 300, 3, id="1000-killed", marks=pytest.mark.soak),
    ],
)
def test_nothing_is_lost_or_doubled(server, total, offline, kills):
    """[STORE1] [WS1] [WS7] [BASE2] With kills: by kill -9, once in each part of the work."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with NodeClient("client.mjs") as one, NodeClient("client.mjs") as other:
        drawing = Drawing(server, rng, {"one": one, "other": other})
        for part, authors in enumerate(plan(rng, total, offline)):
            if part == 1:
                other.call("flush")
                other.call("disconnect")
            kill_at = rng.randrange(len(authors) - BURST) if part < kills else None
            burst = slice(kill_at, kill_at + BURST) if kill_at is not None else slice(0, 0)
            for author in authors[: burst.start]:
                drawing.draw(author)
            if kill_at is not None:
                drawing.draw_and_kill(authors[burst])
            for author in authors[burst.stop :]:
                drawing.draw(author)
            if part == 1:
                assert not other.call("status")["connected"]
                other.call("connect")
        drawing.settle()
        assert one.call("state") == other.call("state")
        answer = drawing.reader.get(drawing.board)
    assert len(drawing.drawn) == total
    assert by_id(answer["state"]) == drawing.drawn
    for name in ("one", "other", "saver"):
        order = [item["id"] for item in strokes(answer["state"]) if item["by"] == name]
        assert order == [id_ for id_ in drawing.drawn if id_.startswith(name)]
        assert len(order) >= total // 10
    answer["state"]["pages"][0]["strokes"] = []
    assert answer["state"] == FIRST
    print(f"{total} strokes, {offline} of them drawn offline, {kills} kills: rev {answer['rev']}")
