"""A client that writes what Yjs allows and no board should hold."""

from typing import Any

import pytest

from tests.interop.boards import HUGE, by_id, stroke
from tests.node_client import NodeClient

pytestmark = pytest.mark.interop

ROOTS = ("elements", "pages", "state", "meta", "board")
FIRST: dict[str, Any] = {
    "pages": [{"id": "p1", "strokes": [stroke("first", huge=HUGE)], "odd": {"x": None}}],
    "meta": {"title": "x"},
}


def deep(levels):
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


# What the JavaScript client writes (tests/node/values.mjs), and what a field that holds it shows.
VALUES = [
    ({"nan": True}, None),
    ({"infinity": 1}, None),
    ({"infinity": -1}, None),
    ({"undefined": True}, None),
    (None, None),
    ({"bigint": "9007199254740993"}, 9007199254740993),
    ({"bigint": "-9223372036854775807"}, -9223372036854775807),
    ({"bytes": [255, 1, 2]}, None),
    ({"bytes": []}, None),
    ({"bytes": list(b"[" * 5000)}, None),
    ({"bytes": list(b'{"a":[1e999]}')}, None),
    ({"bytes": list(b'{"a":1.0}')}, {"a": 1}),
    ({"json": "a \x00 string"}, "a \x00 string"),
    ({"json": deep(5)}, deep(5)),
    ({"json": deep(120)}, ...),
    ({"json": deep(250)}, ...),
    ({"array": [1, {"text": "hi"}]}, [1, "hi"]),
    ({"map": {"$page": {"json": "p1"}, "$list": {"json": "strokes"}}}, ...),
    (
        {
            "map": {
                "$page": {"nan": True},
                "$list": {"bigint": "9007199254740993"},
                "$order": {"bytes": [0]},
            }
        },
        ...,
    ),
    ({"map": {"$value": {"map": {"a": {"undefined": True}}}}}, ...),
    ({"text": "text"}, "text"),
    ({"xml": "p"}, ...),
    ({"object": {"a": {"undefined": True}, "b": {"nan": True}}}, {"a": None, "b": None}),
    ({"list": [{"undefined": True}, {"bigint": "9007199254740993"}]}, [None, 9007199254740993]),
]
# Other clients get these as numbers (docs/board-format.md).
AS_NUMBERS = [{"bigint": "12"}, {"bigint": "9007199254740992"}, {"bigint": "-9223372036854775808"}]


def write_all(client, key):
    """Everywhere: as an element, page or member, as a field of each, and in place of the layout's
    own members."""
    values = [value for value, _ in VALUES]
    for number, value in enumerate(values):
        for root in ROOTS:
            client.call("raw", root=root, key=f"{root}{number}", value=value)
        client.call("raw", root="elements", key=key, field=f"f{number}", value=value)
        client.call("raw", root="pages", key="p1", field=f"f{number}", value=value)
        for member in ("$order", "$page", "$list", "id", "$nonsense", "__proto__"):
            name = f"{member}{number}"
            made = client.call("add", page="p1", list="strokes", element=stroke(name))["key"]
            client.call("raw", root="elements", key=made, field=member, value=value)


def test_neither_the_state_nor_other_clients_break(server):
    """[PROJ1] [PROJ2] [PROJ3] [PROJ4] [PROJ5] [PROJ6]"""
    device = server.sign_in()
    board = device.make_board(FIRST)
    with NodeClient("client.mjs") as bad, NodeClient("client.mjs") as good:
        device.connect(bad, board)
        device.connect(good, board)
        key = bad.call("add", page="p1", list="strokes", element=stroke("target"))["key"]
        write_all(bad, key)
        bad.call("flush")
        mine = good.call("add", page="p1", list="strokes", element=stroke("good"))["key"]
        good.call("flush")
        bad.call("wait", key=mine, field="tool", value="pen")
        answer = device.get(board)
        page = next(p for p in answer["state"]["pages"] if p.get("id") == "p1")
        found = by_id({"pages": [{"strokes": [i for i in page["strokes"] if _has_name(i)]}]})
        assert found["good"] == stroke("good")
        assert found["first"] == FIRST["pages"][0]["strokes"][0]
        for number, (value, expected) in enumerate(VALUES):
            if expected is not ...:
                assert found["target"][f"f{number}"] == expected, value
                assert page[f"f{number}"] == expected, value
        assert answer["state"]["meta"]["title"] == "x"

        # What is shown can be saved back, with a stroke more.
        again = device.patch(board, answer["state"], **{"X-Rev": str(answer["rev"])})
        assert (again["rev"], again["state_digest"]) == (answer["rev"], answer["state_digest"])
        page["strokes"].append(stroke("saved"))
        device.patch(board, answer["state"], **{"X-Rev": str(answer["rev"])})
        good.call("wait", key="saved", field="tool", value="pen")
        for client in (bad, good):
            client.call("flush")
            assert client.call("status")["closes"] == []
        assert bad.call("state") == good.call("state")

        for number, value in enumerate(AS_NUMBERS):
            bad.call("raw", root="elements", key=key, field=f"n{number}", value=value)
        bad.call("flush")
    before = device.get(board)
    server.kill()
    server.start()
    assert device.get(board) == before


def _has_name(item):
    return isinstance(item, dict) and isinstance(item.get("id"), str)


def test_plain_values_that_nest_too_deep_close_the_socket_and_are_not_kept(server):
    """[WS6]"""
    device = server.sign_in()
    board = device.make_board(FIRST)
    before = device.get(board)
    with NodeClient("client.mjs") as bad:
        device.connect(bad, board)
        bad.call("raw", root="state", key="deep", value={"json": deep(300)})
        bad.call("wait_closed", code=4400)
        bad.call("disconnect")
    assert device.get(board) == before
