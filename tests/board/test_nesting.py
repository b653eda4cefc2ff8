import random
from typing import Any

import pycrdt
import pytest

from solosync.board.nesting import MAX_NESTING, Unreadable, check_nesting
from tests.board.boards import Client, wire_integer, wire_update

NULL, LIST, OBJECT = b"\x7e", b"\x75\x01", b"\x76\x01\x01k"


def deep(levels, level=LIST):
    return wire_update("x", wire_integer(1) + level * levels + NULL)


@pytest.mark.parametrize("level", [LIST, OBJECT, LIST + OBJECT])
def test_values_may_nest_so_deep_and_no_deeper(level):
    """[WS6]"""
    count = level.count(0x75) + level.count(0x76)
    check_nesting(deep(MAX_NESTING // count, level))
    with pytest.raises(Unreadable):
        check_nesting(deep(MAX_NESTING // count + 1, level))
    with pytest.raises(Unreadable):
        check_nesting(deep(100_000, level))


def test_many_values_beside_each_other_are_not_deep():
    """[WS6]"""
    client = Client()
    client.root("state")["many"] = [[i, {"a": [i]}] for i in range(2000)]
    client.root("state")["text"] = "uuuuvvvv" * 1000
    for update in client.take():
        check_nesting(update)


@pytest.mark.parametrize(
    "hidden",
    [
        b"\x0b" + b"\x00" * 8,  # an unknown kind of struct
        b"\x27\x01\x05state\x01h\x05\x01x",  # a shared type of another reading
        b"\x28\x01\x05state\x01h\x01\x73",  # an unknown value
        b"\x24\x01\x05state\x01h" + wire_integer(2**33),  # a length beyond the message
    ],
)
def test_levels_can_not_be_hidden_behind_what_is_unusual(hidden):
    """[WS6]"""
    update = b"\x01\x02\x05\x00" + hidden + deep(100_000)[4:]
    with pytest.raises(Unreadable):
        check_nesting(update)


@pytest.mark.parametrize(("levels", "is_too_deep"), [(MAX_NESTING, False), (260, True)])
def test_depth_is_found_behind_every_kind_of_content(levels, is_too_deep):
    """[WS6]"""
    client = Client(client_id=9)
    text = client.root("text", pycrdt.Text)
    array = client.root("array", pycrdt.Array)
    state = client.root("state")
    value: Any = None
    for _ in range(levels):
        value = [value]
    with client.doc.transaction():
        text += "é😀x"
        text.insert(1, "in")
        text.format(0, 2, {"bold": True})
        text.insert_embed(0, {"a": [1]})
        array.extend([1.0, "s", None, True, b"bytes", [1, {"a": 2.5}], 2**60])
        array.append(pycrdt.Map({"m": pycrdt.Array([pycrdt.Text("t")])}))
        array.append(pycrdt.Doc())
        state["x"] = {"a": {"b": [None]}}
        state["xml"] = pycrdt.XmlFragment([pycrdt.XmlElement("p", {"k": "v"}), pycrdt.XmlText("t")])
        del array[2:4]
        del state["x"]
        state["looks deep"] = "u" * MAX_NESTING
        state["last"] = value
    (update,) = client.take()
    if is_too_deep:
        with pytest.raises(Unreadable):
            check_nesting(update)
    else:
        check_nesting(update)


def test_updates_of_several_clients_are_read_to_their_end():
    """[WS6]"""
    seed = 5
    rng = random.Random(seed)
    clients = [Client(client_id=i + 1) for i in range(4)]
    for _ in range(200):
        client = rng.choice(clients)
        root = client.root("state")
        key = rng.choice("abc")
        if rng.random() < 0.3 and key in root:
            del root[key]
        else:
            root[key] = rng.choice(["text", 1.5, b"bytes", [1, "u" * 300, {"v": None}]])
        (update,) = client.take()
        check_nesting(update)
        if rng.random() < 0.5:
            other = rng.choice(clients)
            other.receive(client.doc.get_update(other.doc.get_state()))
    clients[0].root("state")["looks deep"] = "u" * MAX_NESTING
    merged = pycrdt.merge_updates(*[client.doc.get_update() for client in clients])
    check_nesting(merged)
    with pytest.raises(Unreadable):
        check_nesting(merged[:-200])


def test_nothing_but_unreadable_comes_of_garbage():
    seed = 3
    rng = random.Random(seed)
    good = Client()
    good.root("state")["x"] = {"a": [1, "uv" * MAX_NESTING, None, {"b": 2.5}]}
    (update,) = good.take()
    for _ in range(3000):
        broken = bytearray(update)
        for _ in range(rng.randint(1, 4)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        try:
            check_nesting(bytes(broken[: rng.randint(0, len(broken))]))
        except Unreadable:
            continue
