"""Excalidraw boards in the layout of the npm binding y-excalidraw."""

import pycrdt
import pytest

from tests.board.boards import Client, aside, drawing, edit, make, reloaded, save, shown

LONG = 2**60 + 1


class Binding(Client):
    """What y-excalidraw does to the document."""

    @property
    def array(self):
        return self.root("elements", pycrdt.Array)

    def find(self, id):
        return next(i for i, item in enumerate(self.array) if item["el"]["id"] == id)

    def append(self, element, pos):
        self.array.append(pycrdt.Map({"el": element, "pos": pos}))

    def put(self, element):
        self.array[self.find(element["id"])]["el"] = element

    def delete(self, id):
        del self.array[self.find(id)]


def test_a_drawing_is_laid_out_as_the_binding_does():
    """[LAY9]"""
    document = make(
        drawing({"id": "a", "x": 1, "points": [[0, 1]]}, "b", files={"f": {"id": "f"}}, appState={})
    )
    client = Binding(document.update())
    first, second = client.array.to_py()
    assert first.pop("pos") < second.pop("pos")
    assert (first, second) == (
        {"el": {"id": "a", "x": 1.0, "points": [[0.0, 1.0]]}},
        {"el": {"id": "b"}},
    )
    assert client.root("assets").to_py() == {"f": {"id": "f"}}
    assert client.root("state").to_py() == {"type": "excalidraw", "version": 2, "appState": b"{}"}
    assert client.root("board").to_py() == {
        "format": "y-excalidraw/2",
        "dialect": "excalidraw",
        "$has:elements": True,
        "$files": True,
    }


def test_what_the_binding_does_is_shown():
    """[LAY9]"""
    document = make(drawing("a", "b", files={}))
    client = Binding(document.update())
    last = client.array[1]["pos"]
    with client.doc.transaction():
        client.append({"id": "c", "x": 3.0}, last + "V")
        client.put({"id": "a", "x": 1.5, "groupIds": []})
        client.delete("b")
        client.root("assets")["f"] = {"id": "f", "created": 1.0}
    document.apply(*client.take())
    assert shown(document) == drawing(
        {"id": "a", "x": 1.5, "groupIds": []},
        {"id": "c", "x": 3},
        files={"f": {"id": "f", "created": 1}},
    )
    client.array[0]["pos"] = "zz"
    document.apply(*client.take())
    assert [e["id"] for e in shown(document)["elements"]] == ["c", "a"]


def test_a_save_and_the_binding_are_merged_by_element():
    """[SAVE18]"""
    base = drawing({"id": "a", "x": 1}, {"id": "b", "x": 1}, {"id": "c"})
    document = make(base)
    client = Binding(document.update())
    client.put({"id": "a", "x": 9.0})
    client.put({"id": "b", "x": 9.0})
    client.delete("c")
    for update in client.take():
        document.apply(update)
    change = save(document, base, drawing({"id": "a", "x": 1}, {"id": "b", "x": 2}, "c", "d"))
    assert shown(document) == drawing({"id": "a", "x": 9}, {"id": "b", "x": 2}, "d")
    assert aside(change) == [
        {"page": None, "list": "elements", "id": "b", "value": {"id": "b", "x": 9}}
    ]


@pytest.mark.parametrize("number", [LONG, 2**53 + 1, -LONG, 10**99])
def test_numbers_beyond_a_double_are_kept_beside_the_element(number):
    """[LAY1]"""
    document = make(drawing({"id": "a", "n": [number]}, files={"f": number}))
    client = Binding(document.update())
    assert client.array[0]["el"] == {"id": "a", "n": [float(number)]}
    assert shown(document)["elements"] == [{"id": "a", "n": [number]}]
    assert shown(document)["files"] == {"f": number}
    assert reloaded(document).reading() == document.reading()


def test_what_is_kept_beside_an_element_counts_until_the_binding_changes_it():
    """[LAY9]"""
    document = make(drawing({"id": "a", "n": LONG}))
    client = Binding(document.update())
    client.put({"id": "a", "n": float(LONG), "x": 1.0})
    document.apply(*client.take())
    assert shown(document)["elements"] == [{"id": "a", "n": float(LONG), "x": 1}]
    assert reloaded(document).reading() == document.reading()
    edit(document, drawing({"id": "a", "n": 5}))
    assert "$json" not in Binding(document.update()).array.to_py()[0]


def test_an_order_key_is_changed_and_nothing_else_when_an_element_moves():
    """[SAVE10]"""
    names = [f"e{i}" for i in range(200)]
    document = make(drawing(*names))
    change = edit(document, drawing(names[-1], *names[:-1]))
    assert change.outcome.moved == 1
    assert len(change.update) < 100
    assert [e["id"] for e in shown(document)["elements"]] == [names[-1], *names[:-1]]


def test_many_changes_at_once_by_a_client_are_shown_right():
    """[PROJ5]"""
    document = make(drawing(*[{"id": f"e{i}"} for i in range(30)]))
    client = Binding(document.update())
    document.reading()
    with client.doc.transaction():
        for i in range(0, 30, 3):
            client.put({"id": f"e{i}", "x": 1.0})
            client.delete(f"e{i + 1}")
            client.append({"id": f"new{i}"}, f"z{i:02}V")
        client.array.insert(0, pycrdt.Map({"el": {"id": "front"}, "pos": "A"}))
    document.apply(*client.take())
    expected: list[dict[str, object]] = [{"id": "front"}]
    for i in range(0, 30, 3):
        expected += [{"id": f"e{i}", "x": 1}, {"id": f"e{i + 2}"}]
    expected += [{"id": f"new{i}"} for i in range(0, 30, 3)]
    assert shown(document)["elements"] == expected
    assert reloaded(document).reading() == document.reading()
