"""The layout "board/1", as docs/board-format.md tells it to those who write a client."""

import pycrdt
import pytest

from tests.board.boards import Client, edit, ids, make, page, reloaded, save, shown, strokes

LONG = 2**60 + 1


def roots(document):
    doc = Client(document.update()).doc
    names = ("elements", "pages", "state", "meta", "board")
    return {name: doc.get(name, type=pycrdt.Map).to_py() for name in names}


def test_a_board_is_laid_out_in_five_root_maps():
    """[LAY2] [LAY8]"""
    stroke = {
        "id": "s1", "tool": "pen", "size": 2.5, "on": True, "none": None,
        "points": [[0, 1.5]], "style": {"b": 1, "a": 2}, "big": LONG, "$own": "x",
    }  # fmt: skip
    document = make(
        {
            "pages": [{"id": "p1", "name": "One", "strokes": [stroke], "texts": []}],
            "zoom": 2,
            "$view": {"x": 1},
            "meta": {"title": "T", "$k": [1]},
        }
    )
    found = roots(document)
    element, its_page = found["elements"]["s1"], found["pages"]["p1"]
    assert isinstance(element.pop("$order"), str)
    assert isinstance(its_page.pop("$order"), str)
    assert element == {
        "$page": "p1", "$list": "strokes", "id": "s1", "tool": "pen", "size": 2.5, "on": True,
        "none": None, "points": b"[[0,1.5]]", "style": b'{"a":2,"b":1}', "big": b"%d" % LONG,
        "$$own": "x",
    }  # fmt: skip
    assert its_page == {"id": "p1", "name": "One", "$has:strokes": True, "$has:texts": True}
    assert found["state"] == {"zoom": 2, "$$view": b'{"x":1}'}
    assert found["meta"] == {"title": "T", "$$k": b"[1]"}
    assert found["board"] == {
        "format": "board/1",
        "dialect": "solo",
        "$pages": True,
        "$meta": True,
    }


def test_lists_at_the_root_are_declared_on_the_board():
    """[LAY3]"""
    found = roots(make({"strokes": [{"id": "a"}], "assets": []}))
    assert found["elements"]["a"]["$page"] == ""
    assert {name for name in found["board"] if name.startswith("$")} == {
        "$has:strokes",
        "$has:assets",
    }


def test_an_element_whose_id_is_taken_or_none_gets_a_key_of_its_own():
    """[LAY8]"""
    document = make(
        {"pages": [page(strokes=[{"id": "a"}, {"id": "a"}, {"id": ""}, {"x": 1}, 5]), page(), 7]}
    )
    found = roots(document)
    own = [key for key in found["elements"] if key != "a"]
    assert len(own) == 4
    assert all(key.startswith("~") and len(key) == 37 for key in own)
    assert sorted(e["$value"] for e in found["elements"].values() if "$value" in e) == [5]
    assert [p["$value"] for p in found["pages"].values() if "$value" in p] == [7]


def test_a_client_adds_an_element_as_the_format_says():
    document = make(strokes("a", "b"))
    client = Client(document.update())
    low, high = client["a"]["$order"], client["b"]["$order"]
    client.root("elements")["uuid"] = pycrdt.Map(
        {"$page": "p1", "$list": "strokes", "$order": low + "V", "id": "x", "points": b"[[1, 2]]"}
    )
    assert low < low + "V" < high
    document.apply(*client.take())
    assert ids(shown(document)) == ["a", "x", "b"]
    assert shown(document)["pages"][0]["strokes"][1]["points"] == [[1, 2]]


def test_a_client_adds_a_page_and_a_list():
    """[LAY3]"""
    document = make(strokes("a"))
    client = Client(document.update())
    order = client.root("pages")["p1"]["$order"]
    client.root("pages")["p0"] = pycrdt.Map({"id": "p0", "$order": "Zz", "$has:texts": True})
    assert order > "Zz"
    for update in client.take():
        document.apply(update)
    assert shown(document)["pages"] == [page("p0", texts=[]), *strokes("a")["pages"]]
    assert document.reading().page_count == 2


def test_a_list_that_holds_something_is_there_undeclared():
    """[LAY3]"""
    document = make({"pages": [page()]})
    client = Client(document.update())
    client.root("elements")["t"] = pycrdt.Map({"$page": "p1", "$list": "texts", "id": "t"})
    document.apply(*client.take())
    assert shown(document) == {"pages": [page(texts=[{"id": "t"}])]}


def test_fields_of_one_element_from_a_client_and_a_save_both_arrive():
    """[SAVE1]"""
    base = strokes({"id": "a", "x": 1, "y": 1})
    document = make(base)
    client = Client(document.update())
    client["a"]["color"] = "#ff0000"
    client["a"]["y"] = 2.0
    for update in client.take():
        document.apply(update)
    save(document, base, strokes({"id": "a", "x": 5, "y": 1}))
    assert shown(document) == strokes({"id": "a", "x": 5, "y": 2, "color": "#ff0000"})


@pytest.mark.parametrize("value", [b'{"id":"v","x":1}', b'{"x":1}', b"[1]", 5.0, "text"])
def test_an_object_that_a_client_stored_as_a_value_can_be_changed_and_deleted(value):
    """[PROJ5] [PROJ6]"""
    document = make(strokes("a"))
    client = Client(document.update())
    client.root("elements")["odd"] = pycrdt.Map(
        {"$page": "p1", "$list": "strokes", "$order": "z", "$value": value, "hidden": 1.0}
    )
    document.apply(*client.take())
    state = shown(document)
    odd = state["pages"][0]["strokes"][1]
    for changed in ({**odd, "x": 2} if isinstance(odd, dict) else {"x": 2}, 7, {"y": 1}):
        state["pages"][0]["strokes"][1] = changed
        edit(document, state)
        assert shown(document) == state
        assert reloaded(document).reading() == document.reading()
    edit(document, strokes("a"))
    assert shown(document) == strokes("a")


def test_a_save_over_many_pages_touches_only_what_changed():
    """[SAVE17]"""
    state = {"pages": [page(f"p{i}", strokes=[{"id": f"s{i}"}]) for i in range(50)]}
    document = make(state)
    state["pages"][20]["strokes"].append({"id": "new"})
    assert len(edit(document, state).update) < 140
