"""The real npm clients, the REST client as it is, and a server that is killed meanwhile."""

import json
import random

import httpx
import pytest

from tests.live import strokes
from tests.node_client import NodeClient

pytestmark = pytest.mark.interop

ODD = {"unknown tool": {"nested": [1, {"x": None}]}, "$page": "mine", "p": 0.1, "huge": 10**100}


def stroke(id_, **fields):
    return {"id": id_, "tool": "pen", "points": [{"x": 1, "y": 2, "p": 0.5}], **fields}


class Autosaver:
    """GETs once, then PATCHes its own state without headers; looks at no answer."""

    def __init__(self, device, board):
        self.device, self.board = device, board
        self.state = device.get(board)["state"]

    @property
    def mine(self):
        return self.state["pages"][0]["strokes"]

    def save(self):
        """Whether it was answered; the client tries again with its next save if not."""
        try:
            return self.device.try_patch(self.board, self.state).is_success
        except httpx.TransportError:
            return False


@pytest.mark.parametrize(
    ("total", "offline", "kills"),
    [
        pytest.param(200, 60, 0, id="200"),
        pytest.param(200, 60, 2, id="200-killed"),
        pytest.param(1000, 300, 0, id="1000", marks=pytest.mark.soak),
        pytest.param(1000, 300, 3, id="1000-killed", marks=pytest.mark.soak),
    ],
)
def test_two_clients_and_an_autosaver_draw_on_one_board(server, total, offline, kills):
    """[STORE1] [WS1] One of them offline for a while."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    devices = [server.sign_in() for _ in range(3)]
    board = devices[0].make_board()
    page = devices[0].get(board)["state"]["pages"][0]["id"]
    saver = Autosaver(devices[2], board)
    kill_at = {total // (kills + 1) * (n + 1) for n in range(kills)}
    with NodeClient("client.mjs") as one, NodeClient("client.mjs") as other:
        for device, client in zip(devices, (one, other), strict=False):
            device.connect(client, board)
        acknowledged = 0
        other.call("disconnect")
        for index in range(total):
            if index == offline * 3:
                other.call("connect")
            who = rng.choice(("one", "other", "saver"))
            if who == "saver":
                saver.mine.append(stroke(f"saver{index}", **ODD))
                acknowledged = len(saver.mine) if saver.save() else acknowledged
            else:
                client = one if who == "one" else other
                element = stroke(f"{who}{index}", note="hello")
                client.call("add", page=page, list="strokes", element=element)
            if index in kill_at:
                server.kill()
                server.start()
                state = devices[2].get(board)["state"]
                there = {item["id"] for item in strokes(state)}
                assert {item["id"] for item in saver.mine[:acknowledged]} <= there
        assert saver.save()
        other.call("connect")
        for client in (one, other):
            client.call("wait_synced")
            client.call("flush")
        for client in (one, other):
            client.call("wait", count=total)
        state = devices[0].get(board)["state"]
        assert one.call("state") == other.call("state")
    ids = [item["id"] for item in strokes(state)]
    assert len(ids) == len(set(ids)) == total
    for item in strokes(state):
        if item["id"].startswith("saver"):
            assert item == stroke(item["id"], **ODD)
        else:
            assert item == stroke(item["id"], note="hello")


@pytest.mark.parametrize(
    ("edits", "deletes"),
    [(60, 8), pytest.param(500, 50, id="500", marks=pytest.mark.soak)],
)
def test_the_existing_clients_loop_loses_and_reverts_nothing(server, edits, deletes):
    """[BASE2] Two devices that look at no answer, beside a Yjs client."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    devices = [server.sign_in() for _ in range(3)]
    first = {"pages": [{"id": "p1", "strokes": [stroke(f"start{n}") for n in range(30)]}]}
    board = devices[0].make_board(first)
    savers = [Autosaver(device, board) for device in devices[:2]]
    with NodeClient("client.mjs") as client:
        devices[2].connect(client, board)
        keys = {e["id"]: key for key, e in client.call("state")["elements"].items()}
        values, gone = {}, set()
        turns = ["edit"] * edits + ["delete"] * deletes
        rng.shuffle(turns)
        for index, turn in enumerate(turns):
            who = rng.randrange(3)
            if turn == "edit":
                # Each its own strokes and fields, so that there is one right end.
                id_ = f"start{rng.randrange(30)}"
                name, value = f"by{who}", index
                if who == 2:
                    if id_ in gone:
                        continue
                    client.call("set", key=keys[id_], field=name, value=value)
                else:
                    item = next((i for i in savers[who].mine if i["id"] == id_), None)
                    if item is None:
                        continue
                    item[name] = value
                    assert savers[who].save()
                values[id_, name] = value
                continue
            if who == 2:
                key = client.call("add", page="p1", list="strokes", element=stroke(f"new{index}"))
                keys[f"new{index}"] = key["key"]
                continue
            mine = savers[who].mine
            mine.append(stroke(f"new{index}"))
            if index % 2:
                item = mine.pop(rng.randrange(len(mine)))
                gone.add(item["id"])
            assert savers[who].save()
            client.call("flush")
        client.call("flush")
        state = devices[2].get(board)["state"]
        shown = {item["id"]: item for item in strokes(state)}
        everything = (
            {f"start{n}" for n in range(30)}
            | set(keys)
            | {item["id"] for saver in savers for item in saver.mine}
        )
        assert shown.keys() == everything - gone
        assert len(strokes(state)) == len(shown)
        for (id_, name), value in values.items():
            if id_ not in gone:
                assert shown[id_][name] == value, (id_, name)
        client.call("wait", count=len(shown))


def test_an_excalidraw_client_sees_an_imported_board_and_its_edits_are_shown(server, tmp_path):
    """[LAY9]"""
    drawing = {
        "type": "excalidraw",
        "version": 2,
        "source": "https://example.org",
        "elements": [
            {"id": name, "type": "rectangle", "x": n, "y": 0, "version": 1, "isDeleted": False}
            for n, name in enumerate(("a", "b", "c"))
        ],
        "appState": {"gridSize": None},
        "files": {},
    }
    file = tmp_path / "drawing.excalidraw"
    file.write_text(json.dumps(drawing))
    made = json.loads(server.solosync("import", "--json", "--user", "ann@example.org", str(file)))
    board = made[0]["id"] if isinstance(made, list) else made["boards"][0]["id"]
    device = server.sign_in()
    assert device.get(board)["state"] == drawing
    with NodeClient("excalidraw.mjs") as client, NodeClient("excalidraw.mjs") as other:
        device.connect(client, board)
        device.connect(other, board)
        client.call("wait", count=3)
        assert client.call("scene")["elements"] == drawing["elements"]
        client.call("patch", id="b", fields={"x": 77})
        client.call("remove", id="c")
        other.call("wait", id="b", field="x", value=77)
        client.call("flush")
        state = device.get(board)["state"]
        shown = {item["id"]: item for item in state["elements"] if not item.get("isDeleted")}
        assert shown.keys() == {"a", "b"} and shown["b"]["x"] == 77
        state["elements"][0]["x"] = 99
        device.patch(board, state)
        other.call("wait", id="a", field="x", value=99)


def test_hostile_values_break_neither_the_state_nor_other_clients(server):
    """[PROJ1] [PROJ2]"""
    device = server.sign_in()
    board = device.make_board()
    page = device.get(board)["state"]["pages"][0]["id"]
    hostile = [
        {"nan": True},
        {"infinity": -1},
        {"undefined": True},
        {"bigint": "9007199254740993"},
        {"bigint": "-9223372036854775808"},
        {"bytes": [255, 1, 2]},
        {"bytes": []},
        {"json": "a \x00 string"},
        {"json": [[[[1]]]]},
        {"array": [1, {"text": "hi"}]},
        {"map": {"$page": {"json": page}, "$list": {"json": "strokes"}}},
        {"text": "text"},
        {"xml": "p"},
        {"object": {"a": {"undefined": True}, "b": {"nan": True}}},
        {"list": [{"undefined": True}, {"bigint": "1"}]},
    ]
    with NodeClient("client.mjs") as bad, NodeClient("client.mjs") as good:
        device.connect(bad, board)
        device.connect(good, board)
        key = bad.call("add", page=page, list="strokes", element=stroke("target"))["key"]
        for number, value in enumerate(hostile):
            for root in ("elements", "pages", "state", "meta", "board"):
                bad.call("raw", root=root, key=f"{root}{number}", value=value)
            bad.call("raw", root="elements", key=key, field=f"f{number}", value=value)
            bad.call("raw", root="elements", key=key, field="$order", value=value)
        bad.call("flush")
        mine = good.call("add", page=page, list="strokes", element=stroke("good"))["key"]
        good.call("flush")
        bad.call("wait", key=mine, field="tool", value="pen")
        shown = device.get(board)
        first = next(
            p for p in shown["state"]["pages"] if isinstance(p, dict) and p.get("id") == page
        )
        found = {item["id"]: item for item in first["strokes"] if "id" in item}
        assert {"target", "good"} <= found.keys()
        assert found["target"]["f0"] is None
        assert found["target"]["f3"] == 9007199254740993
        first["strokes"].append(stroke("saved"))
        device.patch(board, shown["state"], **{"X-Rev": str(shown["rev"])})
        assert bad.call("status")["connected"] and good.call("status")["connected"]
        for client in (bad, good):
            client.call("flush")
        assert _numbers(bad.call("state")) == _numbers(good.call("state"))


def _numbers(value):
    """A BigInt that a double holds exactly goes over the wire as a number, and is as good."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"$bigint"}:
            number = int(value["$bigint"])
            return float(number) if float(number) == number else number
        return {key: _numbers(item) for key, item in value.items()}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
