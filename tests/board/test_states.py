"""States taken apart and put together, of any legal shape."""

import json
from typing import Any

import pytest

from solosync.board.canonical import canonical
from solosync.board.dialects import excalidraw, solo
from solosync.board.document import Document
from solosync.board.reading import read_state
from solosync.board.states import Item
from solosync.errors import Invalid
from tests.board.boards import canon, drawing, edit, make, page, reloaded, shown, strokes, text

LONG = 10**99 + 7
ODD_IDS: tuple[Any, ...] = ("", 5, None, [], {}, "$page", "~x", "a/b", "é")
SHAPES: dict[str, Any] = {
    "nothing": {},
    "pages missing": {"zoom": 1},
    "pages null": {"pages": None},
    "pages a number": {"pages": 5},
    "pages an object": {"pages": {"p1": {"strokes": [{"id": "a"}]}}},
    "pages a string": {"pages": "p1"},
    "no pages": {"pages": []},
    "odd pages": {"pages": [1, None, "x", [], [page()], True, 1.5, {}]},
    "pages without ids": {"pages": [{"name": "a"}, {"name": "b"}, {"strokes": []}, {"name": "a"}]},
    "pages of one id": {
        "pages": [page("p", strokes=[{"id": 1}]), page("p", strokes=[]), page("p")]
    },
    "odd page ids": {"pages": [{"id": id} for id in ODD_IDS]},
    "lists at the root": {
        "strokes": [{"id": "a"}],
        "assets": [],
        "pages": [page(strokes=[{"id": "a"}])],
    },
    "the older shape": {"strokes": [{"id": "a", "points": [[1, 2]]}], "assets": [{"id": "b"}]},
    "empty lists": {"strokes": [], "pages": [page(strokes=[], shapes=[], texts=[], assets=[])]},
    "lists that are none": {
        "strokes": {},
        "shapes": None,
        "texts": "x",
        "pages": [page(strokes=None, shapes={}, texts=1, assets="[]")],
    },
    "other lists": {"layers": [{"id": "a"}], "pages": [page(layers=[[], {}], strokes=[])]},
    "elements without ids": strokes(
        {}, {"x": 1}, {}, {"x": 1}, {"id": ""}, {"id": None}, {"id": 5}
    ),
    "elements of one id": strokes({"id": "a"}, {"id": "a", "x": 1}, {"id": "a"}, {"id": "b"}),
    "one id in several lists": {
        "pages": [
            page("p", strokes=[{"id": "a"}], shapes=[{"id": "a"}]),
            page("q", texts=[{"id": "a"}]),
        ],
        "strokes": [{"id": "a"}],
    },
    "elements that are no objects": {
        "pages": [page(strokes=[1, None, "x", [], [[1]], True, 1.5, LONG, "", -0.0, {}])],
        "texts": [None, [], ""],
    },
    "the layout's own names": {
        "$pages": 1,
        "$": 2,
        "$$": 3,
        "format": "x",
        "dialect": "y",
        "elements": [1],
        "meta": {"$meta": 1, "$": {"$": 1}},
        "pages": [
            {
                "id": "p",
                "$order": "a0",
                "$has:strokes": False,
                "$value": 1,
                "order": 1,
                "strokes": [
                    {
                        "id": "$page",
                        "$page": "q",
                        "$list": "none",
                        "$order": 1,
                        "$value": None,
                        "$$x": 2,
                    }
                ],
            }
        ],
    },
    "odd names": {
        "": {"": [{"": ""}]},
        "__proto__": {"a": 1},
        "constructor": [],
        "\x00": 1,
        "é😀": 2,
        '"\\': 3,
        "pages": [
            {"": 1, "__proto__": None, "strokes": [{"": 1, "__proto__": {"x": [1]}, "order": 2}]}
        ],
        "meta": {"": 1, "__proto__": {"b": 2}, "toString": "x"},
    },
    "meta empty": {"meta": {}},
    "meta null": {"meta": None},
    "meta a list": {"meta": [{"a": 1}]},
    "numbers": strokes(
        *(
            {"id": f"n{i}", "v": v, "l": [v, {"v": v}]}
            for i, v in enumerate(
                (
                    LONG,
                    -LONG,
                    2**53,
                    2**53 + 1,
                    2**64,
                    -(2**63),
                    0.1,
                    1e22,
                    5e-324,
                    1e308,
                    -1e308,
                    -0.0,
                    1e-7,
                    3.0,
                )
            )
        )
    ),
    "text": strokes(
        {"id": "é", "t": "\x00\x7f\u2028😀\\\"'</script>", "l": ["😀"], "long": "x" * 70_000}
    ),
    "much at the root": {
        "a": [],
        "b": {},
        "c": None,
        "d": False,
        "e": "",
        "f": 0,
        "g": [[[]]],
        "h": {"i": {}},
    },
}
EXCALIDRAW_SHAPES: dict[str, Any] = {
    "a drawing": drawing(
        "a", {"id": "b", "x": 1.5, "points": [[0, 0], [1, 1]]}, appState={"a": None}, files={}
    ),
    "files": drawing(
        "a", files={"f": {"id": "f", "dataURL": "data:,x"}, "": 1, "$x": [LONG], "__proto__": {}}
    ),
    "files null": drawing("a", files=None),
    "no elements": drawing(),
    "odd names": drawing(
        {"id": "a", "$json": 1, "el": {"pos": 1}, "": 0, "__proto__": {}}, **{"$files": 1, "": 2}
    ),
    "numbers": drawing({"id": "a", "v": [LONG, 2**53 + 1, 1e22, 5e-324, -0.0, 3.0], "w": -LONG}),
    "solo's lists": drawing(
        "a", strokes=[{"id": "x"}], pages=[page(strokes=[{"id": "y"}])], meta={"a": 1}
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_state_of_any_shape_comes_back(name):
    """[LAY1] [LAY2] [LAY3] [LAY4] [LAY5]"""
    state = SHAPES[name]
    document = make(state)
    assert document.dialect == "solo"
    assert document.reading().state.decode() == canon(state)
    assert reloaded(document).reading() == document.reading()
    assert document.state().same_as(document.read(text(state)))
    assert document.state().text(solo.SHAPE) == canon(state)


@pytest.mark.parametrize("name", EXCALIDRAW_SHAPES)
def test_a_drawing_of_any_shape_comes_back(name):
    """[LAY1] [LAY9]"""
    state = EXCALIDRAW_SHAPES[name]
    document = make(state)
    assert document.dialect == "excalidraw"
    assert document.reading().state.decode() == canon(state)
    assert reloaded(document).reading() == document.reading()
    assert document.state().text(excalidraw.SHAPE) == canon(state)


@pytest.mark.parametrize("after", SHAPES)
@pytest.mark.parametrize("before", SHAPES)
def test_a_save_makes_any_state_of_any_other(before, after):
    """[SAVE2] [SAVE17] [LAY1] [PROJ5]"""
    document = make(SHAPES[before])
    stored = document.update()
    change = edit(document, SHAPES[after])
    assert document.reading().state.decode() == canon(SHAPES[after])
    assert change.outcome.set_aside == []
    updates = [stored, change.update] if change.update else [stored]
    assert reloaded(document, *updates).reading() == document.reading()
    assert edit(document, SHAPES[after]).update is None
    assert (change.update is None) == (before == after)


@pytest.mark.parametrize(
    "after", [*EXCALIDRAW_SHAPES, "odd elements", "elements gone", "none left"]
)
@pytest.mark.parametrize("before", EXCALIDRAW_SHAPES)
def test_a_save_makes_any_drawing_of_any_other(before, after):
    """[SAVE2] [SAVE17] [LAY1] [LAY6]"""
    odd = {
        "odd elements": drawing(1, None, {"id": "a"}, {"id": "a", "x": LONG}, [], {"no": "id"}),
        "elements gone": {"type": "excalidraw", "elements": None},
        "none left": {},
    }
    wanted = {**EXCALIDRAW_SHAPES, **odd}[after]
    document = make(EXCALIDRAW_SHAPES[before])
    stored = document.update()
    change = edit(document, wanted)
    assert document.reading().state.decode() == canon(wanted)
    updates = [stored, change.update] if change.update else [stored]
    assert reloaded(document, *updates).reading() == document.reading()
    assert edit(document, wanted).update is None


@pytest.mark.parametrize(
    "state",
    [
        {"type": "excalidraw"},
        {"type": "excalidraw", "elements": {}},
        drawing("a", "a"),
        drawing({"id": ""}),
        drawing({"id": 5}),
        drawing({}),
        drawing(1),
        {**drawing("a"), "type": "Excalidraw"},
        {**drawing("a"), "type": None},
    ],
)
def test_what_is_not_quite_a_drawing_is_a_solo_board(state):
    """[LAY6]"""
    document = make(state)
    assert document.dialect == "solo"
    assert shown(document) == state


def test_a_board_made_of_nothing_has_one_page():
    """[LAY7]"""
    one, other = Document.from_state(None), Document.from_state(None)
    (its_page,) = shown(one)["pages"]
    assert its_page.pop("id") != shown(other)["pages"][0]["id"]
    assert its_page == {"strokes": [], "shapes": [], "texts": [], "assets": []}
    assert shown(one).keys() == {"pages"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"5",
        b"null",
        b'"x"',
        b"{",
        b'{"a":}',
        b'{"a":NaN}',
        b'{"pages":[{"x":1e999}]}',
        b'{"pages":[{"strokes":[{"x":Infinity}]}]}',
        b'{"a":1}x',
        b'{"a":"\xff"}',
        b'{"meta":{"\xff":1}}',
        b'{"pages":[{"strokes":[{"x":[-1e999]}]}]}',
        b'{"a":[1,]}',
        b'{"meta":{"a":tru}}',
        b'{"a":1,}',
        b'{"zoom":1e999}',
        b'{"pages":[{"name":NaN}]}',
        b'{"a":"\x01"}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_state_is_refused(raw):
    """[JSON3]"""
    for shape in (solo.SHAPE, excalidraw.SHAPE):
        with pytest.raises(Invalid):
            read_state(raw, shape)


def nest(levels):
    return json.loads("[" * levels + "]" * levels)


# How many levels stand around a value at each place of a state that stands at level 1.
PLACES = {
    "rest": (1, lambda v: {"other": v}),
    "meta": (2, lambda v: {"meta": {"k": v}}),
    "page": (2, lambda v: {"pages": [v]}),
    "page field": (3, lambda v: {"pages": [{"f": v}]}),
    "page element": (4, lambda v: {"pages": [{"strokes": [v]}]}),
    "page element field": (5, lambda v: {"pages": [{"id": "p", "strokes": [{"id": "a", "f": v}]}]}),
    "root element": (2, lambda v: {"strokes": [v]}),
    "root element field": (3, lambda v: {"strokes": [{"id": "a", "f": v}]}),
    "drawing": (3, lambda v: drawing({"id": "a", "f": v})),
    "drawing, odd": (3, lambda v: drawing({"id": "a", "f": v, "n": LONG})),
    "file": (2, lambda v: drawing("a", files={"f": v})),
    "app state": (1, lambda v: drawing("a", appState=v)),
}


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("place", PLACES)
def test_a_hundred_levels_come_back_and_one_more_is_refused(place, depth):
    """[JSON4] [LAY1]"""
    around, build = PLACES[place]
    levels = 100 - around - (depth - 1)
    state = build(nest(levels))
    document = Document.from_state(text(state), depth=depth)
    assert shown(document) == state
    assert reloaded(document).reading() == document.reading()
    with pytest.raises(Invalid, match="deeper"):
        Document.from_state(text(build(nest(levels + 1))), depth=depth)


def test_surrogates_are_replaced_wherever_they_stand():
    """[JSON5]"""
    raw = (
        b'{"\\ud800":"\\udc00","zoom":"\\ud800","meta":{"\\ud801":["\\ud802"]},'
        b'"pages":[{"id":"\\ud800","\\udfff":1,"strokes":[{"id":"\\ud800","\\ud800x":"\\ud800"},"\\ud83d"]}]}'
    )
    document = Document.from_state(raw)
    assert document.reading().state.decode() == canonical(raw)
    assert "\\ud8" not in canonical(raw)
    assert reloaded(document).reading() == document.reading()


def test_of_equal_keys_the_last_counts():
    """[JSON7]"""
    raw = (
        b'{"zoom":1,"pages":5,"pages":[{"id":"p","id":"q","strokes":[1],"strokes":[{"id":"a","id":"b"}]}],'
        b'"zoom":[1],"meta":1,"meta":{"k":1,"k":{}}}'
    )
    document = Document.from_state(raw)
    assert document.reading().state.decode() == canonical(raw)
    assert reloaded(document).reading() == document.reading()


@pytest.mark.parametrize(
    ("raw", "id"),
    [('{"id":"a"}', "a"), ('{"id":""}', None), ('{"id":5}', None), ("{}", None), ('"a"', None)],
)
def test_an_id_is_a_string_that_is_not_empty(raw, id):
    assert Item(raw).id == id


def test_states_are_as_far_apart_as_they_have_elements_of_their_own():
    one = read_state(text(strokes("a", "b", "c")), solo.SHAPE)
    assert one.difference(read_state(text(strokes("b", "c", "a")), solo.SHAPE)) == 0
    assert one.difference(read_state(text(strokes("a", "b", "x")), solo.SHAPE)) == 2
    assert one.difference(read_state(b"{}", solo.SHAPE)) == 4
