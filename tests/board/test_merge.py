"""Two devices that worked apart: what comes of their saves, and what is set aside."""

import json
from typing import Any

import pytest

from tests.board.boards import (
    aside,
    drawing,
    edit,
    ids,
    make,
    page,
    read,
    reloaded,
    save,
    shown,
    stroke,
    strokes,
)

RED, GREEN = "#ff0000", "#00ff00"


def both(base, first, second, **how):
    """Both saves were made from `base`; returns what is shown, and what the second set aside."""
    document = make(base)
    log = [document.update(), save(document, base, first).update]
    change = save(document, base, second, **how)
    log = [update for update in [*log, change.update] if update is not None]
    assert reloaded(document, *log).reading() == document.reading()
    return shown(document), aside(change)


def el(id, **fields):
    return {"id": id, **fields}


def pages(*items):
    return {"pages": list(items)}


def in_order(entries):
    return sorted(entries, key=lambda entry: json.dumps(entry, sort_keys=True))


def lost(value, field=None, id="a", list="strokes", page="p1"):
    entry = {"page": page, "list": list, "id": id, "value": value}
    return entry if field is None else {**entry, "field": field}


# name: (base, one device's save, the other's save, what is shown then, what was set aside)
CASES: dict[str, tuple[Any, Any, Any, Any, Any]] = {
    "both add": (strokes("a"), strokes("a", "b"), strokes("a", "c"), strokes("a", "c", "b"), []),
    "both add at the front": (
        strokes("a"),
        strokes("b", "a"),
        strokes("c", "a"),
        strokes("c", "b", "a"),
        [],
    ),
    "both add the same": (
        strokes("a"),
        strokes("a", "b"),
        strokes("a", "b", "c"),
        strokes("a", "b", "c"),
        [],
    ),
    "both add one id with different values": (
        strokes("a"),
        strokes("a", el("b", x=1)),
        strokes("a", el("b", x=2)),
        strokes("a", el("b", x=2), el("b", x=1)),
        [],
    ),
    "both add equal items without an id": (
        strokes(),
        strokes({"x": 1}),
        strokes({"x": 1}),
        strokes({"x": 1}),
        [],
    ),
    "one adds, the other deletes": (
        strokes("a", "b"),
        strokes("a", "b", "c"),
        strokes("b"),
        strokes("b", "c"),
        [],
    ),
    "different elements": (
        strokes("a", "b"),
        strokes(el("a", x=1), "b"),
        strokes("a", el("b", x=2)),
        strokes(el("a", x=1), el("b", x=2)),
        [],
    ),
    "different fields": (
        strokes(el("a", x=1)),
        strokes(el("a", x=1, color=RED)),
        strokes(el("a", x=2)),
        strokes(el("a", x=2, color=RED)),
        [],
    ),
    "one field, two values": (
        strokes(el("a", color="#000000")),
        strokes(el("a", color=RED)),
        strokes(el("a", color=GREEN)),
        strokes(el("a", color=GREEN)),
        [lost(RED, "color")],
    ),
    "one field, one value": (
        strokes(el("a", x=1)),
        strokes(el("a", x=2)),
        strokes(el("a", x=2)),
        strokes(el("a", x=2)),
        [],
    ),
    "a list is one value": (
        strokes(el("a", points=[1])),
        strokes(el("a", points=[1, 2])),
        strokes(el("a", points=[0, 1])),
        strokes(el("a", points=[0, 1])),
        [lost([1, 2], "points")],
    ),
    "one adds a field, the other deletes another": (
        strokes(el("a", x=1)),
        strokes(el("a", x=1, y=2)),
        strokes(el("a")),
        strokes(el("a", y=2)),
        [],
    ),
    "one changes a field, the other deletes it": (
        strokes(el("a", x=1)),
        strokes(el("a", x=2)),
        strokes(el("a")),
        strokes(el("a")),
        [lost(2, "x")],
    ),
    "one deletes a field, the other changes it": (
        strokes(el("a", x=1)),
        strokes(el("a")),
        strokes(el("a", x=2)),
        strokes(el("a", x=2)),
        [],
    ),
    "null is a value": (
        strokes(el("a", x=1)),
        strokes(el("a", x=None)),
        strokes(el("a", x=2)),
        strokes(el("a", x=2)),
        [lost(None, "x")],
    ),
    "one deletes, the other leaves it": (
        strokes("a", "b"),
        strokes("b"),
        strokes("a", "b", "c"),
        strokes("b", "c"),
        [],
    ),
    "one deletes, the other changes it": (
        strokes("a", "b"),
        strokes("b"),
        strokes(el("a", x=1), "b"),
        strokes("b"),
        [lost(el("a", x=1))],
    ),
    "one changes it, the other deletes": (
        strokes("a", "b"),
        strokes(el("a", x=1), "b"),
        strokes("b"),
        strokes("b"),
        [lost(el("a", x=1))],
    ),
    "both delete": (strokes("a", "b"), strokes("b"), strokes("b"), strokes("b"), []),
    "one reorders, the other changes": (
        strokes("a", "b", "c"),
        strokes("c", "a", "b"),
        strokes("a", el("b", x=1), "c"),
        strokes("c", "a", el("b", x=1)),
        [],
    ),
    "one reorders, the other adds": (
        strokes("a", "b", "c"),
        strokes("c", "a", "b"),
        strokes("a", "new", "b", "c"),
        strokes("c", "a", "new", "b"),
        [],
    ),
    "both reorder": (
        strokes("a", "b", "c", "d"),
        strokes("d", "a", "b", "c"),
        strokes("b", "a", "c", "d"),
        strokes("b", "d", "a", "c"),
        [],
    ),
    "one reorders, the other deletes": (
        strokes("a", "b", "c"),
        strokes("c", "a", "b"),
        strokes("b", "c"),
        strokes("c", "b"),
        [],
    ),
    "one moves to another page, the other changes": (
        pages(page("p1", strokes=[el("a")]), page("p2", strokes=[])),
        pages(page("p1", strokes=[]), page("p2", strokes=[el("a")])),
        pages(page("p1", strokes=[el("a", x=1)]), page("p2", strokes=[])),
        pages(page("p1", strokes=[]), page("p2", strokes=[el("a", x=1)])),
        [],
    ),
    "one changes, the other moves to another page": (
        pages(page("p1", strokes=[el("a")]), page("p2", strokes=[])),
        pages(page("p1", strokes=[el("a", x=1)]), page("p2", strokes=[])),
        pages(page("p1", strokes=[]), page("p2", strokes=[el("a", y=2)])),
        pages(page("p1", strokes=[]), page("p2", strokes=[el("a", x=1, y=2)])),
        [],
    ),
    "one deletes, the other moves to another page": (
        pages(page("p1", strokes=[el("a")]), page("p2", strokes=[])),
        pages(page("p1", strokes=[]), page("p2", strokes=[])),
        pages(page("p1", strokes=[]), page("p2", strokes=[el("a")])),
        pages(page("p1", strokes=[]), page("p2", strokes=[])),
        [],
    ),
    "one moves to another page, the other deletes": (
        pages(page("p1", strokes=[el("a")]), page("p2", strokes=[])),
        pages(page("p1", strokes=[]), page("p2", strokes=[el("a")])),
        pages(page("p1", strokes=[]), page("p2", strokes=[])),
        pages(page("p1", strokes=[]), page("p2", strokes=[])),
        [],
    ),
    "both move to different pages": (
        pages(page("p1", strokes=[el("a")]), page("p2", strokes=[]), page("p3", strokes=[])),
        pages(page("p1", strokes=[]), page("p2", strokes=[el("a")]), page("p3", strokes=[])),
        pages(page("p1", strokes=[]), page("p2", strokes=[]), page("p3", strokes=[el("a")])),
        pages(page("p1", strokes=[]), page("p2", strokes=[]), page("p3", strokes=[el("a")])),
        [],
    ),
    "items without an id": (
        strokes({"x": 1}, {"x": 2}),
        strokes({"x": 1}, {"x": 2}, {"x": 3}),
        strokes({"x": 2}, {"x": 4}),
        strokes({"x": 2}, {"x": 4}, {"x": 3}),
        [],
    ),
    "items that are no objects": (
        strokes("a", 1, "b"),
        strokes("a", 1, 5, "b"),
        strokes("a", "b", 7),
        strokes("a", 5, "b", 7),
        [],
    ),
    "equal ids in one list": (
        strokes(el("a", n=1), el("a", n=2)),
        strokes(el("a", n=1, x=1), el("a", n=2)),
        strokes(el("a", n=1), el("a", n=2, y=2)),
        strokes(el("a", n=1, x=1), el("a", n=2, y=2)),
        [],
    ),
    "one page's name, two values": (
        pages(page("p1", name="A")),
        pages(page("p1", name="B")),
        pages(page("p1", name="C")),
        pages(page("p1", name="C")),
        [{"page": "p1", "list": None, "id": None, "field": "name", "value": "B"}],
    ),
    "different fields of a page": (
        pages(page("p1", name="A")),
        pages(page("p1", name="B")),
        pages(page("p1", name="A", background={})),
        pages(page("p1", name="B", background={})),
        [],
    ),
    "both add a page": (
        pages(page("p1")),
        pages(page("p1"), page("p2")),
        pages(page("p1"), page("p3")),
        pages(page("p1"), page("p3"), page("p2")),
        [],
    ),
    "both add the same page": (
        pages(page("p1")),
        pages(page("p1"), page("p2", strokes=[el("a")])),
        pages(page("p1"), page("p2", strokes=[el("b")])),
        pages(page("p1"), page("p2", strokes=[el("b"), el("a")])),
        [],
    ),
    "both add a page of one id with different names": (
        pages(),
        pages(page("p", name="A", strokes=[el("a")])),
        pages(page("p", name="B", strokes=[el("b")])),
        pages(page("p", name="B", strokes=[el("b")]), page("p", name="A", strokes=[el("a")])),
        [],
    ),
    "both reorder pages": (
        pages(page("p1"), page("p2"), page("p3")),
        pages(page("p3"), page("p1"), page("p2")),
        pages(page("p2"), page("p1"), page("p3")),
        pages(page("p2"), page("p3"), page("p1")),
        [],
    ),
    "one deletes a page, the other leaves it": (
        pages(page("p1"), page("p2", strokes=[el("a")])),
        pages(page("p1")),
        pages(page("p1", name="x"), page("p2", strokes=[el("a")])),
        pages(page("p1", name="x")),
        [],
    ),
    "one deletes a page, the other changes what is on it": (
        pages(page("p1"), page("p2", strokes=[el("a")])),
        pages(page("p1")),
        pages(page("p1"), page("p2", strokes=[el("a", x=1)])),
        pages(page("p1")),
        [lost(el("a", x=1), page="p2")],
    ),
    "one changes what is on a page, the other deletes it": (
        pages(page("p1"), page("p2", strokes=[el("a")])),
        pages(page("p1"), page("p2", strokes=[el("a", x=1)])),
        pages(page("p1")),
        pages(page("p1")),
        [lost(el("a", x=1), page="p2")],
    ),
    "one deletes a page, the other renames it": (
        pages(page("p1"), page("p2")),
        pages(page("p1")),
        pages(page("p1"), page("p2", name="N")),
        pages(page("p1")),
        [{"page": "p2", "list": None, "id": None, "value": page("p2", name="N")}],
    ),
    "one adds on a page that the other deletes": (
        pages(page("p1"), page("p2", strokes=[])),
        pages(page("p1"), page("p2", strokes=[el("a")])),
        pages(page("p1")),
        pages(page("p1")),
        [],
    ),
    "one adds a list, the other another": (
        pages(page("p1")),
        pages(page("p1", strokes=[])),
        pages(page("p1", texts=[])),
        pages(page("p1", strokes=[], texts=[])),
        [],
    ),
    "one adds to a list that the other removes": (
        pages(page("p1", texts=[])),
        pages(page("p1", texts=[el("a")])),
        pages(page("p1")),
        pages(page("p1", texts=[el("a")])),
        [],
    ),
    "meta merges by key": (
        {"meta": {"a": 1, "b": 1}},
        {"meta": {"a": 2, "b": 1, "c": 3}},
        {"meta": {"a": 1, "d": 4}},
        {"meta": {"a": 2, "c": 3, "d": 4}},
        [],
    ),
    "one key of meta, two values": (
        {"meta": {"a": 1}},
        {"meta": {"a": 2}},
        {"meta": {"a": 3}},
        {"meta": {"a": 3}},
        [{"page": None, "list": "meta", "id": None, "field": "a", "value": 2}],
    ),
    "one removes meta, the other adds to it": (
        {"meta": {"a": 1}},
        {"meta": {"a": 1, "b": 2}},
        {},
        {"meta": {"b": 2}},
        [],
    ),
    "both add meta": ({}, {"meta": {"a": 1}}, {"meta": {"b": 2}}, {"meta": {"a": 1, "b": 2}}, []),
    "other keys are one value": (
        {"other": {"a": 1}},
        {"other": {"a": 2}},
        {"other": {"b": 1}},
        {"other": {"b": 1}},
        [{"page": None, "list": None, "id": None, "field": "other", "value": {"a": 2}}],
    ),
    "a view": (
        {"zoom": 1, "pan": {"x": 0}, "activePageId": "p1", "updatedAt": 1},
        {"zoom": 2, "pan": {"x": 2}, "activePageId": "p2", "updatedAt": 2},
        {"zoom": 3, "pan": {"x": 3}, "currentPageIndex": 1, "updatedAt": 3, "fullscreen": True},
        {"zoom": 3, "pan": {"x": 3}, "currentPageIndex": 1, "updatedAt": 3, "fullscreen": True},
        [],
    ),
    "lists at the root": (
        {"strokes": [el("a")]},
        {"strokes": [el("a"), el("b")]},
        {"strokes": [el("a", x=1)], "assets": []},
        {"strokes": [el("a", x=1), el("b")], "assets": []},
        [],
    ),
    "a drawing's elements": (
        drawing("a", "b"),
        drawing("a", "b", "c"),
        drawing("b", "d"),
        drawing("b", "d", "c"),
        [],
    ),
    "a drawing's element, two values": (
        drawing(el("a", x=1, y=1)),
        drawing(el("a", x=2, y=1)),
        drawing(el("a", x=1, y=2)),
        drawing(el("a", x=1, y=2)),
        [lost(el("a", x=2, y=1), page=None, list="elements")],
    ),
    "a drawing's element of one id added twice": (
        drawing(),
        drawing(el("a", x=1)),
        drawing(el("a", x=2)),
        drawing(el("a", x=2)),
        [lost(el("a", x=1), page=None, list="elements")],
    ),
    "a drawing's files": (
        drawing("a", files={"f": 1}),
        drawing("a", files={"f": 1, "g": 2}),
        drawing("a", files={"h": 3}),
        drawing("a", files={"g": 2, "h": 3}),
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_two_devices_did_is_merged(name):
    """[SAVE1] [SAVE3] [SAVE4] [SAVE5] [SAVE7] [SAVE8] [SAVE9] [SAVE10] [SAVE12] [SAVE13]

    [SAVE18]
    """
    base, first, second, expected, set_aside = CASES[name]
    state, lost_values = both(base, first, second)
    assert state == expected
    assert lost_values == set_aside


@pytest.mark.parametrize("name", CASES)
def test_saving_the_same_again_changes_nothing(name):
    """[SAVE17]"""
    base, first, second, expected, _ = CASES[name]
    document = make(base)
    assert save(document, base, base).update is None
    save(document, base, first)
    assert save(document, first, first).update is None
    save(document, base, second)
    assert save(document, expected, expected).update is None


@pytest.mark.parametrize("name", CASES)
def test_one_device_alone_gets_what_it_saved(name):
    """[SAVE2]"""
    base, first, second, _, _ = CASES[name]
    document = make(base)
    for state in (first, second, base, second, first):
        change = edit(document, state)
        assert shown(document) == state
        assert aside(change) == []


# -- additions and deletions ---------------------------------------------------------------------


def test_an_undo_brings_a_deleted_element_back_to_its_place():
    """[SAVE6]"""
    document = make(strokes("a", "b", "c"))
    save(document, strokes("a", "b", "c"), strokes("a", "c"))
    save(document, strokes("a", "c"), strokes("a", "b", "c"))
    assert ids(shown(document)) == ["a", "b", "c"]


def test_an_undo_brings_back_what_another_device_deleted_as_well():
    """[SAVE6]"""
    document = make(strokes("a", "b"))
    save(document, strokes("a", "b"), strokes("b"))  # this device deletes it,
    save(document, strokes("b"), strokes("a", "b"))  # undoes that,
    save(document, strokes("a", "b"), strokes("b"))  # and another one deletes it
    save(document, strokes("b"), strokes("a", "b"))
    assert ids(shown(document)) == ["a", "b"]


def test_what_another_device_added_to_a_deleted_page_comes_back_with_it():
    """[SAVE11]"""
    base = pages(page("p1"), page("p2", name="N", strokes=[el("seen")]))
    document = make(base)
    save(document, base, pages(page("p1"), page("p2", name="N", strokes=[el("seen"), el("new")])))
    save(document, base, pages(page("p1")))
    assert shown(document) == pages(page("p1"))
    save(document, pages(page("p1")), base)
    state = shown(document)
    assert sorted(item["id"] for item in state["pages"][1]["strokes"]) == ["new", "seen"]
    assert reloaded(document).reading() == document.reading()


def test_what_is_added_to_a_page_that_another_device_deleted_is_kept_for_it():
    """[SAVE11]"""
    base = pages(page("p1"), page("p2", strokes=[]))
    document = make(base)
    save(document, base, pages(page("p1")))
    save(document, base, pages(page("p1"), page("p2", strokes=[el("new")])))
    assert shown(document) == pages(page("p1"))
    edit(document, base)
    assert shown(document) == pages(page("p1"), page("p2", strokes=[el("new")]))


def test_a_deletion_after_a_collision_of_ids_takes_the_devices_own():
    """[SAVE7] [SAVE9]"""
    document = make(strokes())
    save(document, strokes(), strokes(el("clock", mine=1), "x"))
    save(document, strokes(), strokes(el("clock", yours=1), "y"))
    mine, yours = [el("clock", mine=1), "x"], [el("clock", yours=1), "y"]
    assert len(ids(shown(document))) == 4
    save(document, strokes(*mine), strokes("x"))
    assert el("clock", yours=1) in shown(document)["pages"][0]["strokes"]
    assert len(ids(shown(document))) == 3
    save(document, strokes(*yours), strokes(el("clock", yours=2), "y"))
    assert el("clock", yours=2) in shown(document)["pages"][0]["strokes"]


# -- no base, an old base, an unstated base ------------------------------------------------------


def union(document, state):
    return save(document, None, state, may_delete=False, stated=False)


def test_a_save_without_a_base_adds_and_changes_and_deletes_nothing():
    """[SAVE14]"""
    now = {
        **pages(page("p1", name="N", strokes=[el("a", x=1, y=1), el("b")]), page("p2")),
        "meta": {"a": 1, "b": 1},
        "other": 1,
        "gone": 1,
    }
    document = make(now)
    change = union(
        document,
        {
            **pages(
                page("p1", texts=[], strokes=[el("a", x=2), el("c")]), page("p3", assets=[el("d")])
            ),
            "meta": {"a": 2},
            "other": 2,
            "zoom": 1,
        },
    )
    assert shown(document) == {
        **pages(
            page("p1", name="N", texts=[], strokes=[el("a", x=2, y=1), el("c"), el("b")]),
            page("p3", assets=[el("d")]),
            page("p2"),
        ),
        "meta": {"a": 2, "b": 1},
        "other": 2,
        "gone": 1,
        "zoom": 1,
    }
    assert in_order(aside(change)) == in_order(
        [
            {"page": None, "list": None, "id": None, "field": "other", "value": 1},
            {"page": None, "list": "meta", "id": None, "field": "a", "value": 1},
            lost(1, "x"),
        ]
    )


@pytest.mark.parametrize(
    "state", [strokes("a"), {}, pages(), strokes(), pages(page("p1")), {"meta": {}, "strokes": []}]
)
def test_an_empty_save_without_a_base_loses_nothing(state):
    """[SAVE14]"""
    now: dict[str, Any] = {**strokes("a", "b"), "meta": {"a": 1}, "other": 1, "strokes": [el("r")]}
    document = make(now)
    union(document, state)
    assert shown(document) == {**now, **{k: v for k, v in state.items() if k not in now}}


def test_a_union_with_itself_changes_nothing():
    """[SAVE14] [SAVE17]"""
    states: list[dict[str, Any]] = [
        strokes("a", {"x": 1}, 5),
        drawing("a", files={"f": 1}),
        {"meta": {}, "strokes": []},
    ]
    for state in states:
        document = make(state)
        assert union(document, state).update is None


def test_a_drawing_saved_without_a_base_keeps_both():
    """[SAVE14] [SAVE18]"""
    document = make(drawing(el("a", x=1, y=1), "b", files={"f": 1}))
    change = union(document, drawing(el("a", x=2), "c", files={"g": 2}))
    assert shown(document) == drawing(el("a", x=2), "c", "b", files={"f": 1, "g": 2})
    assert aside(change) == [lost(el("a", x=1, y=1), page=None, list="elements")]


def test_a_save_from_an_older_base_deletes_nothing():
    """[SAVE15]"""
    older = strokes("a", "b")
    document = make(older)
    save(document, older, strokes("a", "b", "c"))  # what the device really held; thinned out
    change = save(document, older, strokes("b", el("c", x=1), "d"), may_delete=False)
    assert ids(shown(document)) == ["a", "b", "c", "d"]
    assert shown(document)["pages"][0]["strokes"][2] == el("c", x=1)
    assert change.outcome.removed == 0


def test_a_save_from_an_older_base_keeps_pages_fields_and_meta():
    """[SAVE15]"""
    older = {**pages(page("p1", name="N", texts=[]), page("p2")), "meta": {"a": 1}, "other": 1}
    document = make(older)
    save(document, older, pages(page("p1")), may_delete=False)
    assert shown(document) == older


def test_what_was_deleted_without_a_stated_base_is_marked():
    """[SAVE16]"""
    base = {
        **pages(page("p1", name="N", strokes=[el("a", x=1), el("b")]), page("p2", texts=[el("t")])),
        "meta": {"a": 1, "b": 1},
        "other": 5,
        "zoom": 1,
    }
    left = {**pages(page("p1", name="N", strokes=[el("b")])), "meta": {"b": 1}}
    document = make(base)
    change = save(document, base, left, stated=False)
    assert shown(document) == left
    expected = [
        {"page": None, "list": None, "id": None, "field": "other", "value": 5},
        {"page": None, "list": "meta", "id": None, "field": "a", "value": 1},
        {"page": "p2", "list": None, "id": None, "value": {"id": "p2"}},
        lost(el("a", x=1)),
        lost(el("t"), id="t", list="texts", page="p2"),
    ]
    assert in_order(aside(change)) == in_order(expected)
    stated = make(base)
    assert aside(save(stated, base, left)) == []


def test_a_deleted_item_without_an_id_is_marked_with_its_value():
    """[SAVE16]"""
    document = make(strokes({"x": 1}, 5, "a"))
    change = save(document, strokes({"x": 1}, 5, "a"), strokes("a"), stated=False)
    assert aside(change) == [lost({"x": 1}, id=None), lost(5, id=None)]


def test_a_summary_counts_what_was_done():
    document = make(strokes("a", "b", "c", "d"))
    change = edit(document, strokes("d", el("b", x=1), "c", "new"))
    assert change.outcome.summary() == "1 added, 1 changed, 1 removed, 1 moved"
    assert edit(document, shown(document)).outcome.summary() == ""


def test_a_long_list_is_reordered_by_moving_the_fewest():
    """[SAVE10]"""
    names = [f"s{i}" for i in range(300)]
    document = make(strokes(*names))
    change = edit(document, strokes(names[-1], *names[:-1]))
    assert change.outcome.moved == 1
    assert ids(shown(document)) == [names[-1], *names[:-1]]
    assert len(change.update) < 200


def test_a_change_of_one_field_writes_only_that_field():
    """[SAVE1]"""
    document = make(strokes(el("a", points=[[i, i] for i in range(1000)], color=RED)))
    state = shown(document)
    state["pages"][0]["strokes"][0]["color"] = GREEN
    assert len(edit(document, state).update) < 100


def test_strokes_of_one_id_on_two_pages_are_kept_apart():
    """[SAVE7]"""
    base = pages(page("p1", strokes=[el("a", n=1)]), page("p2", strokes=[el("a", n=2)]))
    document = make(base)
    save(
        document,
        base,
        pages(page("p1", strokes=[el("a", n=1, x=1)]), page("p2", strokes=[el("a", n=2)])),
    )
    save(document, base, pages(page("p1", strokes=[el("a", n=1)]), page("p2", strokes=[])))
    assert shown(document) == pages(page("p1", strokes=[el("a", n=1, x=1)]), page("p2", strokes=[]))


def test_what_two_devices_delete_from_one_page_stays_on_its_copy():
    """[SAVE7]"""
    base = pages(page("p1", strokes=[el("a"), el("b")]), page("copy", strokes=[el("a"), el("b")]))
    left = pages(page("p1", strokes=[el("b")]), page("copy", strokes=[el("a"), el("b")]))
    document = make(base)
    save(document, base, left)
    save(document, base, {**left, "zoom": 2})
    assert shown(document) == {**left, "zoom": 2}
    changed = pages(page("p1", strokes=[el("a", x=1), el("b")]), base["pages"][1])
    assert aside(save(document, base, changed)) == [lost(el("a", x=1))]
    assert shown(document) == {**left, "zoom": 2}


def test_an_id_that_changes_is_another_element():
    """[SAVE7]"""
    document = make(strokes(stroke("a")))
    change = edit(document, strokes("b"))
    assert (change.outcome.added, change.outcome.removed) == (1, 1)


def test_pages_that_are_new_and_moved_stand_where_the_save_has_them():
    document = make(pages(*(page(name) for name in "abcdefg")))
    wanted = [page(name) for name in ("x", "g", "y", "f", "a", "z", "c", "b", "e", "w")]
    edit(document, pages(*wanted))
    assert shown(document) == pages(*wanted)
    assert shown(reloaded(document, document.update())) == pages(*wanted)


def test_thousands_of_pages_are_placed_in_one_go():
    """One at a time they would take half a minute, and ten times as many an hour."""
    wanted = pages(*(page(f"p{i}") for i in range(6_000)))
    assert shown(make(wanted)) == wanted
    document = make(wanted)
    wanted["pages"].reverse()
    edit(document, wanted)
    assert shown(document) == wanted


def test_what_a_save_left_alone_is_one_object_in_the_save_and_on_the_board():
    document = make(strokes(stroke("a"), stroke("b")))
    base = read(document, strokes(stroke("a"), stroke("b")))
    after = read(document, strokes(stroke("a"), stroke("b"), stroke("c")))
    document.merge(base, after, may_delete=True, stated=True)
    ((before,), (now,)) = (base.pages, document.state().pages)
    assert now.lists["strokes"][0] is before.lists["strokes"][0]
