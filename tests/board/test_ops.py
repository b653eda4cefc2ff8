"""Fine-grained saves on every kind of state."""

import json

import pytest

from solosync.board.dialects import solo
from solosync.board.ops import apply_ops
from solosync.board.reading import read_state
from solosync.errors import InvalidOps
from tests.board.boards import edit, make, page, reloaded, shown, text

TWO = {
    "pages": [
        page("p1", strokes=[{"id": "a", "color": "#000000"}, {"id": "same"}]),
        page("p2", strokes=[{"id": "b"}, {"id": "same"}], assets=[{"id": "same"}]),
    ]
}


def applied(state, *ops):
    """What the board shows afterwards, when the result is merged as a room does."""
    document = make(state)
    before = document.state()
    after = apply_ops(before, list(ops))
    document.merge(before, after, may_delete=True, stated=True)
    assert reloaded(document).reading() == document.reading()
    assert document.state().same_as(after)
    return shown(document)


def misfit(state, *ops):
    before = read_state(text(state), solo.SHAPE)
    unchanged = before.text(solo.SHAPE)
    with pytest.raises(InvalidOps) as refused:
        apply_ops(before, list(ops))
    assert before.text(solo.SHAPE) == unchanged
    return refused.value.details["index"]


def op(verb, kind="stroke", **members):
    return {"op": verb, "kind": kind, **members}


def with_page(state, index, **lists):
    pages = [dict(it) for it in state["pages"]]
    pages[index] = {**pages[index], **lists}
    return {**state, "pages": pages}


@pytest.mark.parametrize(
    ("kind", "list_"),
    [("stroke", "strokes"), ("asset", "assets"), ("shape", "shapes"), ("text", "texts")],
)
def test_every_kind_is_added_changed_and_removed(kind, list_):
    """[DIFF2] [DIFF3] [DIFF4] [DIFF9]"""
    state = {"pages": [page("p1")]}
    value = {"id": "n", "x": 1, "points": [[0, 1.5]], "$page": "kept", "deep": {"a": [None]}}
    added = applied(state, op("add", kind, value=value))
    assert added == {"pages": [page("p1", **{list_: [value]})]}
    changed = applied(added, op("update", kind, id="n", patch={"x": None, "new": [1]}))
    assert changed["pages"][0][list_] == [{**value, "x": None, "new": [1]}]
    assert applied(changed, op("remove", kind, id="n"))["pages"][0][list_] == []


@pytest.mark.parametrize(
    "value", [None, {}, {"id": ""}, {"id": 5}, {"id": None}, "x", [], {"id": "a"}]
)
def test_what_is_added_needs_an_id_that_is_free(value):
    """[DIFF2]"""
    assert misfit(TWO, op("add", value=value)) == 0


def test_an_id_is_taken_per_page_and_list():
    """[DIFF2]"""
    state = applied(TWO, op("add", value={"id": "b"}), op("add", "asset", value={"id": "a"}))
    assert [s["id"] for s in state["pages"][0]["strokes"]] == ["a", "same", "b"]
    assert state["pages"][0]["assets"] == [{"id": "a"}]


def test_an_update_never_sets_the_id():
    """[DIFF3]"""
    patched = applied(TWO, op("update", id="a", patch={"id": "z", "x": 1}))
    assert patched["pages"][0]["strokes"][0] == {"id": "a", "color": "#000000", "x": 1}
    valued = applied(TWO, op("update", value={"id": "a", "x": 2}))
    assert valued["pages"][0]["strokes"][0] == {"id": "a", "color": "#000000", "x": 2}


@pytest.mark.parametrize(
    "bad",
    [
        op("update", id="a"),
        op("update", id="a", patch=5),
        op("update", id="a", patch=[]),
        op("update", id="nobody", patch={}),
        op("update", patch={"x": 1}),
        op("remove", id="nobody"),
        op("remove"),
        op("remove", id=5),
        op("remove", "asset", id="a"),
        op("remove", id="a", page_id="p2"),
        op("add", value={"id": "n"}, page_id="p9"),
        op("add", value={"id": "n", "page_id": "p9"}),
        op("add", value={"id": "n"}, page_id=5),
        op("update", id="a", patch={"x": float("nan")}),
        op("replace", id="a"),
        op("add", "layer", value={"id": "n"}),
        {"op": "add", "value": {"id": "n"}},
        {"kind": "stroke"},
        {},
        None,
        "add",
        [],
        {"op": ["add"], "kind": {"stroke": 1}},
        op("update", "page", id="p1", patch={"strokes": []}),
        op("add", "page", value={"id": "p1"}),
        op("add", "page", value={"name": "x"}),
        op("remove", "page", id="p9"),
        op("update", "page", id="p9", patch={}),
        op("add", "meta"),
        op("add", "meta", value=5),
        op("remove", "meta"),
    ],
)
def test_one_operation_that_does_not_fit_refuses_all(bad):
    """[DIFF1]"""
    fine = op("add", value={"id": "fine"})
    assert misfit(TWO, bad) == 0
    assert misfit(TWO, fine, fine | {"value": {"id": "fine2"}}, bad, fine) == 2


def test_operations_build_on_each_other():
    """[DIFF1]"""
    state = applied(
        TWO,
        op("add", value={"id": "n", "x": 1}),
        op("update", id="n", patch={"x": 2}),
        op("remove", id="a"),
        op("add", value={"id": "a", "again": True}),
    )
    assert state["pages"][0]["strokes"] == [
        {"id": "same"},
        {"id": "n", "x": 2},
        {"id": "a", "again": True},
    ]


@pytest.mark.parametrize(
    ("more", "where", "index"),
    [
        ({}, {"page_id": "p2"}, 1),
        ({}, {}, 0),
        ({"activePageId": "p2"}, {}, 1),
        ({"activePageId": "p2"}, {"page_id": "p1"}, 0),
        ({"activePageId": "p9"}, {}, 0),
        ({"activePageId": 5}, {}, 0),
        ({"currentPageIndex": 1}, {}, 1),
        ({"currentPageIndex": 9}, {}, 0),
        ({"currentPageIndex": -1}, {}, 0),
        ({"currentPageIndex": "1"}, {}, 0),
        ({"currentPageIndex": 1.5}, {}, 0),
        ({"currentPageIndex": 10**100}, {}, 0),
    ],
)
def test_the_page_is_the_one_named_else_the_active_one_else_the_first(more, where, index):
    """[DIFF5]"""
    state = {**TWO, **more}
    after = applied(state, op("add", value={"id": "n"}, **where))
    expected = with_page(state, index, strokes=[*state["pages"][index]["strokes"], {"id": "n"}])
    assert after == expected


def test_the_page_may_be_named_in_the_value():
    """[DIFF5]"""
    value = {"id": "n", "page_id": "p2"}
    assert applied(TWO, op("add", value=value))["pages"][1]["strokes"][-1] == value


def test_an_index_counts_the_pages_that_are_no_objects_too():
    """[DIFF5]"""
    state = {"pages": [None, page("p1"), page("p2")], "currentPageIndex": 2}
    after = applied(state, op("add", value={"id": "n"}))
    assert after["pages"] == [None, page("p1"), page("p2", strokes=[{"id": "n"}])]


def test_without_a_page_an_element_is_found_on_any():
    """[DIFF6]"""
    assert applied(TWO, op("remove", id="b"))["pages"][1]["strokes"] == [{"id": "same"}]
    at_root = {**TWO, "strokes": [{"id": "root"}]}
    assert applied(at_root, op("update", id="root", patch={"x": 1}))["strokes"] == [
        {"id": "root", "x": 1}
    ]


def test_the_active_page_is_looked_at_first():
    """[DIFF6]"""
    after = applied({**TWO, "activePageId": "p2"}, op("remove", id="same"))
    assert after["pages"][0] == TWO["pages"][0]
    assert after["pages"][1]["strokes"] == [{"id": "b"}]


@pytest.mark.parametrize("pages", [{}, {"pages": []}])
def test_lists_at_the_root_are_edited_there(pages):
    """[DIFF7]"""
    state = {"strokes": [{"id": "a"}], **pages}
    after = applied(state, op("add", value={"id": "n"}), op("add", "asset", value={"id": "n"}))
    assert after == {**state, "strokes": [{"id": "a"}, {"id": "n"}], "assets": [{"id": "n"}]}


@pytest.mark.parametrize("state", [{}, {"pages": []}, {"zoom": 1}])
def test_a_state_without_lists_and_pages_gets_a_page(state):
    """[DIFF7]"""
    after = applied(state, op("add", value={"id": "n"}), op("add", value={"id": "m"}))
    (its_page,) = after.pop("pages")
    assert its_page["id"]
    assert its_page["strokes"] == [{"id": "n"}, {"id": "m"}]
    assert after == {key: value for key, value in state.items() if key != "pages"}


def test_meta_is_merged_by_key():
    """[DIFF8]"""
    state = {**TWO, "meta": {"a": 1, "b": {"c": 1}}}
    added = applied(state, op("add", "meta", value={"b": 2, "$d": [1]}))
    assert added["meta"] == {"a": 1, "b": 2, "$d": [1]}
    patched = applied(state, op("update", "meta", patch={"a": None}))
    assert patched["meta"] == {"a": None, "b": {"c": 1}}
    assert applied(state, op("remove", "meta", id="a"))["meta"] == {"b": {"c": 1}}
    assert applied(state, op("remove", "meta", id="nothing"))["meta"] == state["meta"]
    assert applied(TWO, op("add", "meta", value={"a": 1}))["meta"] == {"a": 1}


def test_pages_are_added_changed_and_removed():
    """[DIFF9]"""
    value = page("p3", strokes=[{"id": "x", "n": 10**30}, 5], name="Third", texts="odd")
    added = applied(TWO, op("add", "page", value=value))
    assert added["pages"] == [*TWO["pages"], value]
    changed = applied(added, op("update", "page", id="p3", patch={"name": "3", "id": "p4"}))
    assert changed["pages"][2] == {**value, "name": "3"}
    assert applied(changed, op("remove", "page", id="p1"))["pages"] == changed["pages"][1:]
    assert applied({}, op("add", "page", value=value)) == {"pages": [value]}


@pytest.mark.parametrize(
    ("state", "bad"),
    [
        ({"meta": 5}, op("add", "meta", value={"a": 1})),
        ({"meta": [1]}, op("remove", "meta", id="a")),
        ({"pages": 5}, op("add", "page", value={"id": "p"})),
        ({"pages": {"a": 1}}, op("add", value={"id": "n"})),
        ({"pages": [page("p1", strokes="none")]}, op("add", value={"id": "n"})),
        ({"pages": [page("p1", strokes={})]}, op("add", value={"id": "n"}, page_id="p1")),
        ({"strokes": 5, "assets": []}, op("add", value={"id": "n"})),
    ],
)
def test_what_is_no_list_is_left_alone(state, bad):
    """[DIFF10]"""
    assert misfit(state, bad) == 0


@pytest.mark.parametrize(
    ("state", "edit_", "after"),
    [
        ({"meta": None}, op("add", "meta", value={"a": 1}), {"meta": {"a": 1}}),
        ({"meta": None}, op("remove", "meta", id="a"), {"meta": None}),
        (
            {"pages": None, "strokes": []},
            op("add", value={"id": "n"}),
            {"pages": None, "strokes": [{"id": "n"}]},
        ),
        (
            {"pages": None},
            op("add", "page", value={"id": "p", "assets": []}),
            {"pages": [{"id": "p", "assets": []}]},
        ),
        (
            {"pages": [{"id": "p", "assets": None}]},
            op("add", "asset", value={"id": "n"}),
            {"pages": [{"id": "p", "assets": [{"id": "n"}]}]},
        ),
    ],
)
def test_null_is_as_good_as_absent(state, edit_, after):
    """[DIFF10]"""
    assert applied(state, edit_) == after


def test_a_page_id_that_stands_on_a_value_that_is_no_page_is_unknown():
    """[DIFF5]"""
    assert misfit({"pages": ["p1", 5]}, op("add", value={"id": "n"}, page_id="p1")) == 0
    after = applied({"pages": ["p1"]}, op("add", value={"id": "n"}))
    assert after["pages"][0] == "p1"
    assert after["pages"][1]["strokes"] == [{"id": "n"}]


def nest(levels):
    return json.loads("[" * levels + "]" * levels)


@pytest.mark.parametrize(
    ("kind", "levels", "place"),
    [
        ("stroke", 94, lambda state: state["pages"][0]["strokes"][0]),
        ("page", 96, lambda state: state["pages"][1]),
        ("meta", 97, lambda state: state["meta"]),
    ],
)
def test_values_may_be_as_deep_as_can_be_saved_back(kind, levels, place):
    """[JSON4] [PROJ6]"""
    state = {"pages": [page("p1")]}
    after = applied(state, op("add", kind, value={"id": "n", "deep": nest(levels)}))
    assert place(after) == {"id": "n", "deep": nest(levels)}
    document = make(after)
    assert shown(document) == after
    assert misfit(state, op("add", kind, value={"id": "n", "deep": nest(levels + 1)})) == 0


def test_lone_surrogates_in_operations_are_replaced():
    """[JSON5]"""
    after = applied(TWO, op("add", value={"id": "\ud800", "\udfff": ["\ud83d"]}))
    assert after["pages"][0]["strokes"][-1] == {"id": "\ufffd", "\ufffd": ["\ufffd"]}
    assert applied(TWO, op("add", "meta", value={"\ud800": 1}))["meta"] == {"\ufffd": 1}


def test_an_edit_of_one_field_leaves_what_others_do():
    document = make(TWO)
    before = document.state()
    after = apply_ops(before, [op("update", id="a", patch={"size": 3})])
    edit(
        document, {"pages": [page("p1", strokes=[{"id": "a", "color": "#ff0000"}, {"id": "same"}])]}
    )
    document.merge(before, after, may_delete=True, stated=True)
    assert shown(document)["pages"][0]["strokes"][0] == {"id": "a", "color": "#ff0000", "size": 3}
