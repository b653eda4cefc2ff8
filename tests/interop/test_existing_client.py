"""The REST client as it is: it GETs once, then PATCHes its own state, and reads no answer."""

import json
import random

import pytest

from solosync import clock, paths
from solosync.domain import upkeep
from solosync.settings import load
from solosync.store.engine import Store
from tests.interop.boards import HUGE, ODD, Autosaver, by_id, stroke
from tests.live import PREFIX, strokes
from tests.node_client import NodeClient

pytestmark = pytest.mark.interop


def page_of(*items):
    return {"pages": [{"id": "p1", "strokes": [*items]}]}


def ids(items):
    return [item["id"] for item in items]


def versions(device, board):
    """Newest first."""
    return device.http.get(f"{PREFIX}{board}/versions/").json()["results"]


class Work:
    """Two such devices and a Yjs client on one board, and the strokes that have to be there.

    Each author has a field of its own, so that there is one right end, whoever comes first.
    """

    def __init__(self, rng, savers, client, first):
        self.rng, self.savers, self.client = rng, savers, client
        self.expected = {item["id"]: item for item in json.loads(json.dumps(first))}
        self.gone = set()
        self.keys = {item["id"]: item["id"] for item in first}
        self.revived = 0

    def edit(self, name):
        author = self.rng.randrange(3)
        if self.rng.random() < 0.3:
            self._add(author, stroke(f"{name}by{author}", **ODD))
        elif author == 2:
            id_ = self.rng.choice(sorted(self.expected.keys() - self.gone))
            self._reach(id_)
            self.client.call("set", key=self.keys[id_], field="by2", value=name)
            self.expected[id_]["by2"] = name
        else:
            # It may be one that somebody else deleted, which this device doesn't know.
            item = self.rng.choice(self.savers[author].mine)
            item[f"by{author}"] = name
            self.revived += item["id"] in self.gone
            self.expected[item["id"]][f"by{author}"] = name
            assert self.savers[author].save()

    def delete(self):
        author = self.rng.randrange(3)
        if author == 2:
            id_ = self.rng.choice(sorted(self.expected.keys() - self.gone))
            self._reach(id_)
            self.client.call("delete", key=self.keys[id_])
        else:
            mine = self.savers[author].mine
            id_ = self.rng.choice([i for i in ids(mine) if i not in self.gone])
            mine[:] = [item for item in mine if item["id"] != id_]
            assert self.savers[author].save()
        self.gone.add(id_)

    def _add(self, author, item):
        self.expected[item["id"]] = dict(item)
        if author == 2:
            added = self.client.call("add", page="p1", list="strokes", element=item)
            self.keys[item["id"]] = added["key"]
        else:
            mine = self.savers[author].mine
            item["huge"] = self.expected[item["id"]]["huge"] = HUGE
            mine.insert(self.rng.randrange(len(mine) + 1), item)
            self.keys[item["id"]] = item["id"]
            assert self.savers[author].save()

    def _reach(self, id_):
        """The Yjs client changes what it sees."""
        self.client.call("wait", key=self.keys[id_], field="id", value=id_)

    def check(self, state):
        kept = {id_: item for id_, item in self.expected.items() if id_ not in self.gone}
        assert by_id(state) == kept
        self.client.call("wait", count=len(kept))


@pytest.mark.parametrize(
    ("edits", "deletes"),
    [
        pytest.param(100, 10, id="100"),
        pytest.param(500, 50, id="500", marks=pytest.mark.soak),
    ],
)
def test_nothing_of_others_is_lost_or_reverted_and_deletes_stay_deleted(server, edits, deletes):
    """[BASE2] [SAVE4] [SAVE5] Two such devices beside a Yjs client."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    devices = [server.sign_in() for _ in range(3)]
    first = [stroke(f"first{n}") for n in range(40)]
    board = devices[2].make_board(page_of(*first))
    with NodeClient("client.mjs") as client:
        devices[2].connect(client, board)
        savers = [Autosaver(device, board) for device in devices[:2]]
        work = Work(rng, savers, client, first)
        turns = ["edit"] * edits + ["delete"] * deletes
        rng.shuffle(turns)
        for number, turn in enumerate(turns):
            if turn == "edit":
                work.edit(f"edit{number}")
            else:
                work.delete()
        for saver in savers:
            assert saver.save()
        client.call("flush")
        work.check(devices[2].get(board)["state"])
    assert len(work.gone) == deletes
    print(
        f"{edits} edits ({work.revived} of strokes that were deleted elsewhere), {deletes} deletes"
    )


def a_week_later(server):
    """Stops the server, does what it does from time to time as if eight days had passed, and starts
    it again."""
    server.stop()
    settings = load({"data_dir": str(server.folder)}, {})
    with Store.open(server.folder / paths.DATABASE_NAME) as store:
        upkeep.run(store, settings, clock.now_ms() + 8 * clock.DAY_MS)
    server.start()


@pytest.mark.parametrize("header", [None, "X-Rev", "If-Match"])
def test_a_new_sign_in_with_a_week_old_copy_removes_nothing(server, header):
    """[SAVE14] [BASE1] [BASE6] Its history was thinned meanwhile; the copy's rev, if it's told, is
    kept."""
    laptop, tablet = server.sign_in(), server.sign_in()
    board = laptop.make_board(page_of(stroke("same"), stroke("changed"), stroke("deleted")))
    copy = laptop.get(board)
    with NodeClient("client.mjs") as client:
        tablet.connect(client, board)
        saver = Autosaver(tablet, board)
        for number in range(6):
            saver.mine.append(stroke(f"new{number}", **ODD))
            assert saver.save()
            client.call("add", page="p1", list="strokes", element=stroke(f"yjs{number}"))
        client.call("set", key="changed", field="color", value="#00ff00")
        client.call("delete", key="deleted")
        client.call("flush")
    before = by_id(laptop.get(board)["state"])
    assert len(before) == 14 and "deleted" not in before

    kept = len(versions(laptop, board))
    a_week_later(server)
    fresh = server.sign_in()
    assert len(versions(fresh, board)) < kept
    copy["state"]["pages"][0]["strokes"].append(stroke("offline"))
    headers = {header: str(copy["rev"])} if header else {}
    saved = fresh.patch(board, copy["state"], **headers)

    after = by_id(saved["state"])
    assert after.pop("offline") == stroke("offline")
    if header:
        assert after == before
        return
    # Nobody knows what this copy was made from: what it holds is taken as meant.
    assert after.pop("deleted") == stroke("deleted")
    assert after == before
    newest = versions(fresh, board)[0]
    assert newest["rev"] == saved["rev"]
    assert "saved without a base" in newest["summary"]


def test_what_a_week_old_copy_overwrites_can_be_brought_back(server):
    """[SAVE14]"""
    laptop = server.sign_in()
    board = laptop.make_board(page_of(stroke("a", color="#000000", size=1)))
    copy = laptop.get(board)["state"]
    newer = page_of(stroke("a", color="#00ff00", size=1))
    rev = laptop.patch(board, newer)["rev"]
    a_week_later(server)
    fresh = server.sign_in()
    saved = fresh.patch(board, copy)
    assert by_id(saved["state"])["a"]["color"] == "#000000"
    version = fresh.http.get(f"{PREFIX}{board}/versions/{saved['rev']}/").json()
    lost = {"page": "p1", "list": "strokes", "id": "a", "field": "color", "value": "#00ff00"}
    assert version["set_aside"] == [lost]
    restored = fresh.http.post(f"{PREFIX}{board}/versions/{rev}/restore/")
    assert restored.json()["state"] == newer


def test_two_tabs_of_one_sign_in_lose_nothing_of_each_other(server):
    """[BASE3] Also when the server is killed and started between their saves."""
    device = server.sign_in()
    board = device.make_board(page_of(*(stroke(f"first{n}") for n in range(5))))
    tabs = [Autosaver(device, board) for _ in range(2)]
    gone = set()
    for number in range(24):  # three times as many saves as bases are kept
        tab = tabs[number // 3 % 2]
        tab.mine.append(stroke(f"new{number}"))
        if number % 8 == 7:
            at = next(at for at, item in enumerate(tab.mine) if item["id"] not in gone)
            gone.add(tab.mine.pop(at)["id"])
        assert tab.save()
        if number % 10 == 9:
            server.kill()
            server.start()
    shown = by_id(device.get(board)["state"])
    everything = {id_ for tab in tabs for id_ in ids(tab.mine)}
    assert shown.keys() == everything - gone
    assert len(gone) == 3


def test_what_a_tab_removed_unknowingly_is_marked_and_can_be_brought_back(server):
    """[SAVE16] A tab that opens the browser's own copy never asks for the board, so its first save
    looks like one of the other tab's."""
    device = server.sign_in()
    board = device.make_board(page_of(stroke("first")))
    tab = Autosaver(device, board)
    tab.mine.append(stroke("both"))
    assert tab.save()
    copied = Autosaver(device, board, json.loads(json.dumps(tab.state)))
    tab.mine.append(stroke("unknown to the copy", **ODD))
    assert tab.save()
    before = device.get(board)
    copied.mine.append(stroke("of the copy"))
    assert copied.save()

    after = device.get(board)
    marked = [
        item
        for rev in range(before["rev"] + 1, after["rev"] + 1)
        for item in device.http.get(f"{PREFIX}{board}/versions/{rev}/").json()["set_aside"]
    ]
    removed = by_id(before["state"]).keys() - by_id(after["state"]).keys()
    assert removed == {"unknown to the copy"}
    assert [(item["id"], item["value"]) for item in marked] == [
        ("unknown to the copy", stroke("unknown to the copy", **ODD))
    ]
    path = f"{PREFIX}{board}/versions/{before['rev']}/restore/"
    restored = device.http.post(path).json()
    assert restored["state"] == before["state"]
    # Restoring is no end either: nothing of the copy is lost in the history.
    version = device.http.get(f"{PREFIX}{board}/versions/{after['rev']}/").json()
    assert "of the copy" in ids(strokes(version["state"]))
