"""The document: updates in and out, and whatever a Yjs client may have put into it."""

import hashlib
import json
import random
from collections.abc import Callable
from typing import Any

import pycrdt
import pytest

from solosync.board.document import (
    Document,
    MalformedUpdate,
    MissingUpdates,
    SpoiltDocument,
    combine,
)
from solosync.errors import Damaged
from tests.board.boards import (
    Client,
    canon,
    drawing,
    edit,
    ids,
    make,
    page,
    reloaded,
    shown,
    stroke,
    strokes,
    wire_integer,
    wire_text,
    wire_update,
)

BOARD = {**strokes({"id": "a", "x": 1}, "b"), "zoom": 1, "meta": {"k": 1}}


def deep_value(levels):
    return json.loads("[" * levels + "]" * levels)


# -- updates -------------------------------------------------------------------------------------


def test_what_an_update_brings_is_emitted_once():
    """[WS3]"""
    document = make(BOARD)
    client = Client(document.update())
    client["a"]["color"] = "#ff0000"
    (update,) = client.take()
    before = document.update()
    emitted = document.apply(update)
    assert Client(before, emitted)["a"]["color"] == "#ff0000"
    assert document.apply(update) is None
    assert document.apply(document.update()) is None
    assert document.apply(b"\x00\x00") is None


def test_an_update_with_bytes_after_its_end_is_emitted_without_them():
    """[WS3]"""
    document = make(BOARD)
    client = Client(document.update())
    client["a"]["color"] = "#ff0000"
    (update,) = client.take()
    emitted = document.apply(update + b"\x00" * 50)
    assert emitted == update


def test_a_change_of_the_servers_own_is_one_update():
    """[WS3]"""
    document = make(BOARD)
    before = document.update()
    change = edit(document, {**strokes("b", {"id": "a", "x": 2}, "c"), "zoom": 5})
    assert reloaded(document, before, change.update).reading() == document.reading()


def test_a_peer_gets_what_it_lacks():
    document = make(BOARD)
    client = Client(document.update())
    edit(document, strokes("a", "b", "c"))
    missing = document.update(client.doc.get_state())
    client.receive(missing)
    assert sorted(client.root("elements").keys()) == ["a", "b", "c"]
    assert len(missing) < len(document.update())


@pytest.mark.parametrize("vector", [b"", b"\x05", b"\xff" * 12, b"\x01\x05"])
def test_a_state_vector_that_is_none_is_malformed(vector):
    """[WS5]"""
    document = make(BOARD)
    with pytest.raises(MalformedUpdate):
        document.update(vector)
    assert document.update(document.state_vector())


@pytest.fixture
def three_changes():
    """A document, and three updates of one client of which each needs the one before."""
    document = make(BOARD)
    client = Client(document.update())
    for key in ("first", "second", "third"):
        client.root("state")[key] = 1.0
    return document, client.take()


def test_an_update_after_a_gap_is_told(three_changes):
    """[WS4]"""
    document, updates = three_changes
    with pytest.raises(MissingUpdates):
        document.apply(updates[2])


def test_an_update_of_which_a_part_comes_after_a_gap_is_told(three_changes):
    """[WS4]"""
    document, updates = three_changes
    other = Client(document.update())
    other.root("state")["other"] = 1.0
    with pytest.raises(MissingUpdates):
        document.apply(combine([*other.take(), updates[2]]))


def test_a_gap_inside_an_update_is_told(three_changes):
    """[WS4]"""
    document, updates = three_changes
    with pytest.raises(MissingUpdates):
        document.apply(combine([updates[0], updates[2]]))


def test_a_struct_that_hangs_on_a_missing_one_of_another_client_is_told():
    """[WS4]"""
    document = make(BOARD)
    maker = Client(document.update())
    maker.root("elements")["new"] = pycrdt.Map({"$page": "p1", "$list": "strokes"})
    changer = Client(document.update(), *maker.take())
    with changer.doc.transaction():
        changer.root("state")["here"] = 1.0
        changer["new"]["color"] = "#ff0000"
    with pytest.raises(MissingUpdates):
        document.apply(*changer.take())


def test_what_hangs_on_an_element_that_has_not_come_is_told_and_not_put_by():
    """[WS4]"""
    document = make(BOARD)
    client = Client(document.update())
    for key in ("a1", "a2"):
        client.root("elements")[key] = pycrdt.Map({"$page": "p1", "$list": "strokes"})
    client["a1"]["color"] = "#ff0000"
    with pytest.raises(MissingUpdates):
        document.apply(client.take()[2])


@pytest.mark.parametrize("seed", range(50))
def test_a_log_of_what_was_let_through_never_has_a_gap(seed):
    """[WS4] However updates come: out of order, twice, or late."""
    print(f"seed {seed}")
    rng = random.Random(seed)
    client = Client(client_id=5)
    elements = client.root("elements")
    for step in range(10):
        keys = sorted(elements.keys())
        kind = rng.choice(("add", "change", "change", "delete")) if keys else "add"
        if kind == "add":
            elements[f"k{step}"] = pycrdt.Map({"$page": "p", "$list": "strokes"})
        elif kind == "change":
            elements[rng.choice(keys)]["color"] = f"#{step}"
        else:
            del elements[rng.choice(keys)]
    sent = client.take()
    document = Document("solo")
    log: list[bytes] = []
    for update in [*rng.sample(sent, len(sent)), *rng.choices(sent, k=20), client.doc.get_update()]:
        try:
            emitted = document.apply(update)
        except MissingUpdates:
            document = Document("solo", log)
        else:
            log += [] if emitted is None else [emitted]
    again = Document("solo")
    assert [again.apply(update) for update in log] == log
    assert again.state_vector() == Document("solo", [client.doc.get_update()]).state_vector()


def test_after_what_was_missing_came_the_document_is_whole(three_changes):
    """[WS4]"""
    document, updates = three_changes
    stored = document.update()
    with pytest.raises(MissingUpdates):
        document.apply(updates[1])
    again = reloaded(document, stored)
    assert again.apply(combine(updates)) is not None
    assert shown(again) == {**BOARD, "first": 1, "second": 1, "third": 1}


def test_a_deletion_of_what_has_not_come_yet_changes_nothing_and_is_not_forgotten():
    """[WS3]"""
    document = make(BOARD)
    client = Client(document.update())
    client.root("state")["x"] = 1.0
    del client.root("state")["x"]
    made, deleted = client.take()
    assert document.apply(deleted) is None
    document.apply(made)
    assert shown(document) == BOARD


@pytest.mark.parametrize("seed", range(8))
def test_updates_that_come_in_order_are_never_taken_for_gaps(seed):
    """[WS4]"""
    rng = random.Random(seed)
    document = make(BOARD)
    clients = [Client(document.update()) for _ in range(3)]
    for _ in range(40):
        client = rng.choice(clients)
        with client.doc.transaction():
            for _ in range(rng.randint(1, 3)):
                _scribble(client, rng)
        update = combine(client.take())
        emitted = document.apply(update)
        if rng.random() < 0.7 and emitted is not None:
            for other in clients:
                if other is not client:
                    other.receive(emitted)
        else:
            for other in clients:
                other.receive(document.update(other.doc.get_state()))
    assert reloaded(document).reading() == document.reading(), seed


def _scribble(client, rng):
    state, elements = client.root("state"), client.root("elements")
    what = rng.randrange(6)
    key = rng.choice("abcdef")
    if what == 0:
        state[key] = rng.choice(["é😀" * rng.randint(1, 9), 10.0, b"[10]", [1, {"u": "v\n"}]])
    elif what == 1:
        elements[key] = pycrdt.Map({"$page": "p1", "$list": "strokes", "t": pycrdt.Text("é😀\n")})
    elif what == 2 and key in elements:
        del elements[key]
    elif what == 3 and key in elements:
        elements[key]["list"] = pycrdt.Array([1.0, "é😀", None])
    elif what == 4 and key in elements and "t" in elements[key]:
        text = elements[key]["t"]
        text.insert(0, rng.choice("é😀\n"))
        text.format(0, 1, {"b": True})
    elif what == 5 and key in elements and "list" in elements[key]:
        elements[key]["list"].extend([2.0, "x", 3.0])
        del elements[key]["list"][0]


# -- malformed bytes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x01",
        b"\xff" * 20,
        b"hello",
        b"\x01\x01\x05\x00\x0f\x01\x05state",
        wire_update("x", wire_integer(2**31)),
        wire_update("x", wire_integer(1) + b"\x75" + wire_integer(2**40)),
        wire_update("x", wire_integer(2**31), kind=2),
        wire_update("x", wire_integer(2**62), kind=4),
        wire_update("x", wire_text("["), kind=5),
        wire_integer(2**32 - 1),
        b"\x00" + wire_integer(2**32 - 1),
        wire_update("x", b"", structs=2**31),
        wire_update("x", wire_integer(1) + b"\x75\x01" * 300 + b"\x7e"),
        wire_update("x", wire_integer(1) + b"\x75\x01" * 100_000 + b"\x7e"),
        wire_update("x", wire_integer(1) + b"\x76\x01\x01k" * 100_000 + b"\x7e"),
        wire_update("x", wire_text("id") + b"\x75\x01" * 100_000 + b"\x7e", kind=9),
    ],
)
def test_what_is_no_update_changes_nothing(data):
    """[WS5] [WS6]"""
    document = make(BOARD)
    before, reading = document.update(), document.reading()
    with pytest.raises(MalformedUpdate):
        document.apply(data)
    assert (document.update(), document.reading()) == (before, reading)
    edit(document, strokes("a", "c"))
    assert ids(shown(document)) == ["a", "c"]


@pytest.mark.parametrize("seed", range(6))
def test_damaged_updates_are_refused_or_are_updates(seed):
    """[WS5]"""
    rng = random.Random(seed)
    stored = make(BOARD).update()
    client = Client(stored)
    with client.doc.transaction():
        for _ in range(6):
            _scribble(client, rng)
        client.root("state")["k"] = {"a": [1, None, True, "s", 2.5], "b": b"bytes"}
    update = combine(client.take())
    for turn in range(80):
        document = Document("solo", [stored])
        reading = document.reading()
        try:
            emitted = document.apply(_damaged(update, rng))
        except SpoiltDocument:
            continue
        except MalformedUpdate:
            assert (document.update(), document.reading()) == (stored, reading), (seed, turn)
        except MissingUpdates:
            continue
        else:
            log = [stored, emitted] if emitted else [stored]
            assert reloaded(document, *log).reading() == document.reading(), (seed, turn)


def _damaged(update, rng):
    broken = bytearray(update)
    for _ in range(rng.randint(1, 3)):
        broken[rng.randrange(len(broken))] = rng.randrange(256)
    if rng.random() < 0.3:
        del broken[rng.randrange(len(broken)) :]
    return bytes(broken)


def test_an_update_that_can_be_read_and_not_applied_spoils_the_document():
    """[WS4] [WS5]"""
    document = make(BOARD)
    # Its parent is a string that is there already.
    client = Client(document.update(), client_id=5)
    client.root("state")["s"] = "text"
    document.apply(*client.take())
    child = b"\x01\x01\x06\x00\x28\x00\x05\x00" + wire_text("k") + b"\x01\x7e\x00"
    with pytest.raises(SpoiltDocument) as spoilt:
        document.apply(child)
    assert isinstance(spoilt.value, MissingUpdates)
    assert isinstance(spoilt.value, MalformedUpdate)


@pytest.mark.parametrize("updates", [[b"garbage"], [b"\x01"]])
def test_stored_updates_that_can_not_be_read_are_damage(updates):
    """[HIST5]"""
    with pytest.raises(Damaged):
        Document("solo", [make(BOARD).update(), *updates])


def test_stored_updates_with_one_missing_are_damage(three_changes):
    """[HIST5]"""
    document, updates = three_changes
    with pytest.raises(Damaged):
        Document("solo", [document.update(), updates[0], updates[2]])


# -- read-only peers -----------------------------------------------------------------------------


def test_whether_an_update_would_change_anything_is_told_without_applying_it():
    """[WS9]"""
    document = make(BOARD)
    client = Client(document.update())
    client["a"]["x"] = 2.0
    (update,) = client.take()
    assert document.would_change(update)
    assert not document.would_change(b"\x00\x00")
    assert not document.would_change(document.update())
    assert shown(document) == BOARD
    document.apply(update)
    assert not document.would_change(update)


def test_an_update_that_depends_on_missing_ones_would_change_something(three_changes):
    """[WS9]"""
    document, updates = three_changes
    assert document.would_change(updates[2])
    with pytest.raises(MalformedUpdate):
        document.would_change(b"\x01garbage")
    assert shown(document) == BOARD


# -- hostile content -----------------------------------------------------------------------------

VALUES: dict[str, tuple[Callable[[], Any], Any]] = {
    "NaN": (lambda: float("nan"), None),
    "infinity": (lambda: float("-inf"), None),
    "null": (lambda: None, None),
    "bigint": (lambda: 2**60, 2**60),
    "no UTF-8": (lambda: b"\xff\xfe", None),
    "no JSON": (lambda: b"{a", None),
    "no bytes": (lambda: b"", None),
    "NaN in bytes": (lambda: b"NaN", None),
    "1e999 in bytes": (lambda: b"[1e999]", None),
    "deep bytes": (lambda: b"[" * 200 + b"]" * 200, None),
    "very deep bytes": (lambda: b"[" * 100_000 + b"]" * 100_000, None),
    "a surrogate": (lambda: b'"\\ud800"', "\ufffd"),
    "JSON in bytes": (lambda: b' {"b": 1.0, "a": [-0]} ', {"a": [0], "b": 1}),
    "a list": (lambda: [float("nan"), {"a": None}, b"[1]", b"?"], [None, {"a": None}, [1], None]),
    "an object": (lambda: {"$id": "q", "n": float("inf")}, {"$id": "q", "n": None}),
    "a map": (lambda: pycrdt.Map({"a": pycrdt.Map({"b": 1.0})}), {"a": {"b": 1}}),
    "an array": (lambda: pycrdt.Array([1.0, pycrdt.Array(["x"])]), [1, ["x"]]),
    "a text": (lambda: pycrdt.Text("hello"), "hello"),
}  # fmt: skip
UNREADABLE: dict[str, Callable[[], Any]] = {
    "a fragment": lambda: pycrdt.XmlFragment([pycrdt.XmlText("x")]),
    "a document": pycrdt.Doc,
    "a fragment in a map": lambda: pycrdt.Map({"x": pycrdt.XmlFragment(), "y": pycrdt.Doc()}),
    "a deep value": lambda: deep_value(150),
    "a deeper value": lambda: {"a": deep_value(250)},
}
ALL_VALUES: dict[str, Callable[[], Any]] = {
    **{name: make_ for name, (make_, _) in VALUES.items()},
    **UNREADABLE,
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("root", ["state", "meta", "field", "page"])
def test_every_value_shows_as_json(root, name):
    """[PROJ2] [PROJ3]"""
    value, expected = VALUES[name]
    document = make(BOARD)
    client = Client(document.update())
    if root == "field":
        client["a"]["odd"] = value()
    elif root == "page":
        client.root("pages")["p1"]["odd"] = value()
    else:
        client.root(root)["odd"] = value()
    document.apply(combine(client.take()))
    state = shown(document)
    place = {"state": state, "meta": state["meta"], "page": state["pages"][0]}
    holder = place.get(root) or state["pages"][0]["strokes"][0]
    assert holder.pop("odd") == expected
    assert state == BOARD


def test_undefined_shows_as_null():
    """[PROJ2]"""
    document = make(BOARD)
    document.apply(wire_update("x", b"\x01\x7f", client=5))
    document.apply(wire_update("y", b"\x01\x75\x02\x7f\x76\x01\x01k\x7f", client=6))
    assert shown(document) == {**BOARD, "x": None, "y": [None, {"k": None}]}


@pytest.mark.parametrize("name", ALL_VALUES)
@pytest.mark.parametrize(
    "place", ["elements", "pages", "state", "meta", "board", "field", "element", "$page", "page"]
)
def test_nothing_that_a_client_stores_on_a_solo_board_breaks_it(place, name):
    """[PROJ1] [PROJ4] [PROJ5] [PROJ6]"""
    value = ALL_VALUES[name]

    def store(client):
        if place == "field":
            client["a"]["f"] = value()
        elif place == "element":
            client.root("elements")["a"] = value()
        elif place == "$page":
            client["a"]["$page"] = value()
        elif place == "page":
            client.root("pages")["p1"]["$order"] = value()
        else:
            client.root(place)["$pages" if place == "board" else "new"] = value()

    _check_hostile(BOARD, store)


@pytest.mark.parametrize("name", ALL_VALUES)
@pytest.mark.parametrize("place", ["elements", "el", "pos", "$json", "state", "assets", "board"])
def test_nothing_that_a_client_stores_on_an_excalidraw_board_breaks_it(place, name):
    """[PROJ1] [PROJ4] [PROJ5] [PROJ6]"""
    value = ALL_VALUES[name]

    def store(client):
        elements = client.root("elements", pycrdt.Array)
        if place == "elements":
            elements.insert(0, value())
        elif place in ("el", "pos", "$json"):
            elements[1][place] = value()
        else:
            client.root(place)["$files" if place == "board" else "new"] = value()

    _check_hostile(drawing({"id": "a", "x": 1}, "b", files={"f": {"id": "f"}}), store)


def _check_hostile(board, store):
    document = make(board)
    document.reading()
    log = [document.update()]
    client = Client(document.update())
    store(client)
    log.append(document.apply(combine(client.take())))
    reading = document.reading()
    assert reloaded(document, *log).reading() == reading
    state = json.loads(reading.state)
    assert canon(state) == reading.state.decode()
    # The existing client gets it, changes something else, and sends it back.
    assert edit(document, state).update is None
    state["another"] = "change"
    change = document.merge(
        document.state(),
        document.read(json.dumps(state).encode(), depth=2),
        may_delete=True,
        stated=True,
    )
    assert shown(document) == state
    assert reloaded(document, *log, change.update).reading() == document.reading()


ROOT_TYPES = {
    "array": lambda client, root: client.root(root, pycrdt.Array).extend([1.0, "x", None]),
    "text": lambda client, root: client.root(root, pycrdt.Text).insert(0, "hello"),
    "fragment": lambda client, root: client.root(root, pycrdt.XmlFragment).children.append("x"),
    "map": lambda client, root: client.root(root).update({"x": 1.0, "y": pycrdt.Map({"z": 2.0})}),
}


@pytest.mark.parametrize("root", ["elements", "pages", "state", "meta", "board", "assets", "else"])
@pytest.mark.parametrize("kind", ROOT_TYPES)
@pytest.mark.parametrize("board", [BOARD, drawing("a", "b")], ids=["solo", "excalidraw"])
def test_a_root_of_another_type_breaks_nothing(board, kind, root):
    """[PROJ1] [PROJ4] [PROJ5]"""
    document = make(board)
    log = [document.update()]
    client = Client(client_id=5)
    ROOT_TYPES[kind](client, root)
    for update in client.take():
        log.append(document.apply(update))
    state = shown(document)
    for key in ("pages", "elements"):
        if key in board:
            assert [item for item in state[key] if item in board[key]] == board[key]
    assert reloaded(document, *log).reading() == document.reading()


def test_what_changes_inside_a_foreign_shared_type_is_seen():
    """[PROJ2] [PROJ5]"""
    for root in ("state", "meta"):
        document = make(BOARD)
        client = Client(document.update())
        client.root(root)["shared"] = pycrdt.Map({"inner": pycrdt.Array()})
        document.apply(*client.take())
        document.reading()
        client.root(root)["shared"]["inner"].append(1.0)
        document.apply(*client.take())
        state = shown(document)
        assert (state if root == "state" else state["meta"])["shared"] == {"inner": [1]}


def test_shared_types_inside_each_other_without_end_break_nothing():
    """[PROJ1]"""
    document = make(BOARD)
    structs = [b"\x27\x01" + wire_text("state") + wire_text("deep") + b"\x01"]
    for clock in range(5000):
        parent = b"\x00\x05" + wire_integer(clock)
        structs.append(b"\x27" + parent + wire_text("k") + b"\x01")
    document.apply(b"\x01" + wire_integer(len(structs)) + b"\x05\x00" + b"".join(structs) + b"\x00")
    state = shown(document)
    state.pop("deep")
    assert state == BOARD


def test_hostile_elements_leave_their_neighbours_right():
    """[PROJ4]"""
    document = make(BOARD)
    client = Client(document.update())
    elements = client.root("elements")
    elements["text"] = "hello"
    elements["list"] = [1.0]
    elements["array"] = pycrdt.Array([1.0])
    elements["nowhere"] = pycrdt.Map({"$page": "p9", "$list": "strokes", "id": "nowhere"})
    elements["no list"] = pycrdt.Map({"$page": "p1", "$list": "doodles", "id": "x"})
    elements["odd list"] = pycrdt.Map({"$page": "p1", "$list": [1.0]})
    elements["good"] = pycrdt.Map({"$page": "p1", "$list": "strokes", "$order": "zz", "id": "g"})
    client.root("pages")["p2"] = "no page"
    client.root("pages")[""] = pycrdt.Map({"id": ""})
    for update in client.take():
        document.apply(update)
    assert shown(document) == {**BOARD, **strokes({"id": "a", "x": 1}, "b", "g")}
    assert sorted(Client(document.update()).root("elements").keys()) == sorted(elements.keys())


def test_a_client_may_use_any_order_key_or_none():
    """[ORD2] [ORD3]"""
    document = make(BOARD)
    client = Client(document.update())
    for key, order in {
        "none": None,
        "number": 5.0,
        "emoji": "😀",
        "wide": "\uff21",
        "": "",
    }.items():
        values: dict[str, Any] = {"$page": "p1", "$list": "strokes", "id": key or "empty"}
        if order is not None:
            values["$order"] = order
        client.root("elements")[key] = pycrdt.Map(values)
    for update in client.take():
        document.apply(update)
    assert ids(shown(document)) == ["empty", "none", "number", "a", "b", "emoji", "wide"]
    # Insertions go where they belong, whatever stands there.
    for at in range(8):
        state = shown(document)
        state["pages"][0]["strokes"].insert(2 * at, {"id": f"new{at}"})
        edit(document, state)
        assert shown(document) == state
    assert reloaded(document).reading() == document.reading()


def test_equal_order_keys_are_told_apart_by_the_elements_key():
    """[ORD2]"""
    document = make(strokes())
    client = Client(document.update())
    for key in ("c", "a", "b"):
        client.root("elements")[key] = pycrdt.Map(
            {"$page": "p1", "$list": "strokes", "$order": "a1", "id": key}
        )
    for update in client.take():
        document.apply(update)
    assert ids(shown(document)) == ["a", "b", "c"]
    edit(document, strokes("a", "new", "b", "c"))
    assert ids(shown(document)) == ["a", "new", "b", "c"]


# -- the view ------------------------------------------------------------------------------------


def test_the_digest_is_that_of_the_state_as_python_writes_it():
    """[JSON6]"""
    reading = make({**BOARD, "é": [1e22, 0.1, -0.0, 10**50]}).reading()
    text = json.dumps(json.loads(reading.state), sort_keys=True, separators=(",", ":"))
    assert reading.digest == hashlib.sha256(text.encode()).hexdigest()


def test_a_forgotten_view_is_read_again():
    """[PROJ5]"""
    document = make(BOARD)
    reading = document.reading()
    client = Client(document.update())
    document.forget_view()
    assert document.reading() == reading
    client["a"]["x"] = 2.0
    document.apply(*client.take())
    document.forget_view()
    assert shown(document)["pages"][0]["strokes"][0] == {"id": "a", "x": 2}
    edit(document, strokes("b"))
    assert ids(shown(document)) == ["b"]


@pytest.mark.parametrize(
    ("state", "count"),
    [
        ({}, 1),
        ({"pages": []}, 1),
        ({"pages": [page("a"), page("b")]}, 2),
        ({"pages": [page("a"), 5, None]}, 3),
        ({"pages": "none"}, 1),
        ({"strokes": [stroke("a")]}, 1),
        (drawing("a"), 1),
    ],
)
def test_pages_are_counted_as_a_person_sees_them(state, count):
    assert make(state).reading().page_count == count


def test_a_page_whose_value_is_an_object_is_shown_by_its_fields_and_can_be_saved_back():
    """[PROJ4] [PROJ6]"""
    document = make(BOARD)
    client = Client(document.update())
    key = next(iter(client.root("pages").keys()))
    client.root("pages")[key]["$value"] = {"a": None}
    for update in client.take():
        document.apply(update)
    assert shown(document) == shown(reloaded(document)) == BOARD
    assert edit(document, document.reading().state).update is None
