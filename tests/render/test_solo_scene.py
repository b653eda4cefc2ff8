import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solosync.render.images import Pictures
from solosync.render.scene import Fill, Group, Picture, Stroke, Text, bounds
from solosync.render.scenes import build, solo
from tests.visual.solo_states import pages, photo

LINE = [{"x": 10, "y": 20}, {"x": 60, "y": 20}, {"x": 110, "y": 20}]


def page(**lists):
    return solo.scene({"pages": [lists]}, Pictures()).pages[0]


def drawn(kind, lists="strokes", **element):
    """The ops of one element."""
    return page(**{lists: [{"tool" if lists == "strokes" else "type": kind, **element}]}).ops


def box(ops):
    return tuple(round(side, 1) for side in bounds(ops))


def test_pen_stroke_is_a_filled_outline_of_its_colour():
    points = [{"x": 10 + 5 * number, "y": 20} for number in range(21)]
    (op,) = drawn("pen", points=points, color="#ff8000", size=6, opacity=0.5)
    assert isinstance(op, Fill)
    assert (op.color, op.alpha) == ((255, 128, 0), 0.5)
    left, top, right, bottom = bounds([op])
    assert 4 < left < 12
    assert 100 < right < 114
    assert 3 < bottom - top < 10


def test_pressure_of_the_points_is_the_width_of_the_line():
    heights = []
    for pressure in (0.1, 0.9):
        points = [{**point, "p": pressure} for point in LINE]
        _, top, _, bottom = bounds(drawn("pen", points=points, size=10))
        heights.append(bottom - top)
    assert heights[0] < 7
    assert heights[1] > 13


@pytest.mark.parametrize(
    "points",
    [
        LINE,
        [[10, 20], [60, 20], [110, 20]],
        [10, 20, 60, 20, 110, 20],
        [10, 20, 60, 20, 110, 20, 7],
    ],
)
def test_points_come_in_three_forms(points):
    assert box(drawn("highlighter", points=points, size=4)) == (8, 18, 112, 22)
    assert box(drawn("pen", points=points, size=4)) == box(drawn("pen", points=LINE, size=4))


def test_points_that_are_none_are_passed_over():
    points = [*LINE[:2], None, {"x": "5"}, [1], {"x": 5}, {"x": None, "y": 2}, LINE[2]]
    assert box(drawn("pen", points=points, size=4)) == box(drawn("pen", points=LINE, size=4))


def test_highlighter_is_one_translucent_line():
    (op,) = drawn("highlighter", points=LINE, color="#ffee00", size=20, opacity=0.3)
    assert isinstance(op, Stroke)
    assert (op.width, op.alpha, op.cap) == (20, 0.3, "round")
    (op,) = drawn("highlighter", points=LINE, color="#ffee00", size=20)
    assert op.alpha == 0.4


def test_eraser_takes_away_even_without_being_told_how():
    (op,) = drawn("eraser", points=LINE, size=20, opacity=0.5)
    assert isinstance(op, Group)
    assert op.composite == "destination-out"
    assert op.parts[0].alpha == 0.5
    assert bounds([op]).is_empty


def test_single_point_of_an_eraser_is_a_dot():
    (op,) = drawn("eraser", points=LINE[:1], size=20)
    assert box(op.parts) == (0, 10, 20, 30)


def test_composite_operations_are_kept_and_unknown_ones_are_none():
    (op,) = drawn("pen", points=LINE, composite="multiply")
    assert isinstance(op, Group)
    assert op.composite == "multiply"
    assert isinstance(drawn("pen", points=LINE, composite="sparkle")[0], Fill)
    assert drawn("eraser", points=LINE, composite="sparkle")[0].composite == "destination-out"


@pytest.mark.parametrize(
    "place",
    [
        {"startX": 110, "startY": 20, "endX": 10, "endY": 80},
        {"x": 10, "y": 20, "width": 100, "height": 60},
        {"x": 110, "y": 80, "width": -100, "height": -60},
        {"points": [{"x": 10, "y": 80}, {"x": 110, "y": 20}]},
        {"points": [10, 20, 110, 80]},
    ],
)
@pytest.mark.parametrize("kind", ["rectangle", "circle"])
def test_shapes_are_given_in_many_ways(kind, place):
    (op,) = drawn(kind, "shapes", color="#0000ff", size=4, **place)
    assert isinstance(op, Stroke)
    assert box([op]) == (8, 18, 112, 82)


def test_circle_is_given_by_its_centre_too():
    (op,) = drawn("circle", "shapes", x=100, y=50, radius=30, size=2)
    assert box([op]) == (69, 19, 131, 81)


def test_of_the_way_of_a_pointer_a_shape_takes_the_ends():
    way = [[10, 20], [300, 300], [110, 80]]
    assert box(drawn("rectangle", points=way, size=4)) == (8, 18, 112, 82)
    assert box(drawn("line", points=way, size=4)) == (8, 18, 112, 82)
    assert box(drawn("line", "shapes", points=way, size=4)) == (8, 18, 302, 302)


def test_shape_with_a_fill_is_filled():
    ops = drawn("rectangle", "shapes", x=0, y=0, width=10, height=10, fill="#00ff00", size=2)
    assert [type(op) for op in ops] == [Fill, Stroke]
    (op,) = drawn("rectangle", "shapes", x=0, y=0, width=10, height=10, fill="red", opacity=0.5)
    assert isinstance(op, Group)
    assert op.alpha == 0.5


@pytest.mark.parametrize(
    ("ends", "heads"),
    [
        ({}, [(100, 0)]),
        ({"arrowStart": True}, [(100, 0), (0, 0)]),
        ({"arrowStart": True, "arrowEnd": False}, [(0, 0)]),
        ({"arrowEnd": False}, []),
    ],
)
def test_arrow_has_heads_where_it_says(ends, heads):
    ops = drawn(
        "arrow", "shapes", startX=0, startY=0, endX=100, endY=0, size=2, arrowSize=20, **ends
    )
    filled = [op for op in ops if isinstance(op, Fill)]
    assert [tuple(op.path.subpaths[0].points[0]) for op in filled] == heads
    for op in filled:
        assert (op.path.bounds.width, op.path.bounds.height) == pytest.approx((20, 20))


def test_translucent_arrow_is_translucent_as_a_whole():
    (op,) = drawn("arrow", points=[0, 0, 50, 50], opacity=0.5)
    assert isinstance(op, Group)
    assert op.alpha == 0.5
    assert all(part.alpha == 1 for part in op.parts)


def test_text_begins_at_its_top_left_corner():
    (op,) = drawn("text", "texts", text="Ёлка", x=30, y=40, fontSize=20, color="#123456")
    assert isinstance(op, Text)
    assert (op.text, op.x, op.size, op.color) == ("Ёлка", 30, 20, (0x12, 0x34, 0x56))
    assert 52 < op.y < 60
    left, top, _, bottom = bounds([op])
    assert left == pytest.approx(30, abs=3)
    assert 38 < top < bottom < 62


def test_text_is_broken_to_its_width():
    ops = drawn("text", "texts", text="one two three four", x=0, y=0, width=60, fontSize=16)
    assert len(ops) > 2
    assert bounds(ops).right <= 60
    assert [b.y - a.y for a, b in pairwise(ops)] == pytest.approx([16] * (len(ops) - 1))


def test_note_grows_with_its_text():
    place = {"x": 10, "y": 20, "width": 100, "height": 50, "color": "#fef08a"}
    paper, *lines = drawn("note", "texts", text="Short", **place)
    assert isinstance(paper, Fill)
    assert box([paper]) == (10, 20, 110, 70)
    assert lines[0].color != (0xFE, 0xF0, 0x8A)
    paper, *lines = drawn("note", "texts", text="many words " * 30, **place)
    assert bounds([paper]).bottom > bounds(lines).bottom > 100
    assert bounds(lines).right <= 100


def test_note_on_dark_paper_has_light_text():
    _, line = drawn("note", "texts", text="Night", x=0, y=0, color="#0f172a")
    assert line.color == (255, 255, 255)


def test_text_of_a_stroke_is_at_its_first_point():
    (op,) = drawn("text", text="Here", points=LINE, color="#000000", size=2)
    assert (op.x, op.size) == (10, 16)
    paper, _ = drawn("note", text="Here", points=LINE)
    assert box([paper]) == (10, 20, 210, 220)


def test_unknown_tool_with_points_is_a_pen_and_one_without_a_warning():
    assert isinstance(drawn("laser", points=LINE)[0], Fill)
    strokes = [{"tool": "hologram", "depth": 3}] * 5 + [{"tool": "pen", "points": []}]
    scene = solo.scene({"pages": [{"strokes": strokes}]}, Pictures())
    assert scene.pages[0].ops == ()
    assert len(scene.warnings) == 1
    assert "hologram" in scene.warnings[0]


def test_image_is_turned_around_its_corner():
    (op,) = drawn(
        "image", "assets", src=photo("red"), x=100, y=50, width=40, height=20, rotation=90
    )
    assert isinstance(op, Picture)
    assert box([op]) == (80, 50, 100, 90)


def test_missing_side_of_an_image_follows_from_the_other():
    (op,) = drawn("image", "assets", src=photo("red"), x=0, y=0, width=60)
    assert box([op]) == (0, 0, 60, 50)
    (op,) = drawn("image", "assets", src=photo("red"), x=0, y=0)
    assert box([op]) == (0, 0, 120, 100)


def test_image_that_cannot_be_had_is_a_placeholder_with_a_warning():
    pictures = Pictures()
    asset = {"type": "image", "src": "https://example.org/a.png", "x": 5, "y": 5, "width": 50,
             "height": 40}  # fmt: skip
    scene = solo.scene({"pages": [{"assets": [asset]}]}, pictures)
    left, top, right, bottom = bounds(scene.pages[0].ops)
    assert (left, top, right, bottom) == pytest.approx((5, 5, 55, 45), abs=2)
    assert pictures.warnings


def test_order_is_assets_shapes_strokes_texts():
    looks = {"x": 0, "y": 0, "width": 10, "height": 10, "src": photo("blue")}
    ops = page(
        texts=[{"text": "T", "x": 0, "y": 0}],
        strokes=[{"tool": "pen", "points": LINE}],
        shapes=[{"type": "rectangle", **looks}],
        assets=[{**looks, "zIndex": 2, "x": 1}, {**looks, "zIndex": -1, "x": 2}, {**looks, "x": 3}],
    ).ops
    assert [type(op) for op in ops] == [Picture, Picture, Picture, Stroke, Fill, Text]
    assert [op.matrix.e for op in ops[:3]] == [2, 3, 1]


@pytest.mark.parametrize(
    ("background", "pattern", "color"),
    [
        ({"type": "white", "color": "#ff0000"}, "plain", (255, 255, 255)),
        ({"type": "grid"}, "grid", (255, 255, 255)),
        ({"type": "dots"}, "dots", (255, 255, 255)),
        ({"type": "ruled", "color": "#fffff0"}, "ruled", (255, 255, 240)),
        ({"type": "graph"}, "graph", (255, 255, 255)),
        ({"type": "color", "color": "#112233"}, "plain", (0x11, 0x22, 0x33)),
        ({"type": "lava"}, "plain", (255, 255, 255)),
        (7, "plain", (255, 255, 255)),
    ],
)
def test_backgrounds(background, pattern, color):
    backdrop = page(background=background).backdrop
    assert (backdrop.pattern, backdrop.color) == (pattern, color)


def test_background_says_how_wide_and_of_what_colour_its_lines_are():
    backdrop = page(background={"type": "grid", "gridSize": 33, "lineColor": "#abcdef"}).backdrop
    assert (backdrop.spacing, backdrop.line_color) == (33, (0xAB, 0xCD, 0xEF))
    assert page(background={"type": "grid", "gridSize": -3}).backdrop.spacing == 20


def test_pages_have_their_names_and_one_is_active():
    state = {"name": "Board", "pages": [{"id": "a", "name": "First"}, {"id": "b"}, None]}
    scene = build({**state, "activePageId": "b"}, Pictures())
    assert [one.name for one in scene.pages] == ["First", "Page 2", "Page 3"]
    assert (scene.title, scene.active) == ("Board", 1)
    assert build({**state, "currentPageIndex": 2}, Pictures()).active == 2
    for index in (3, -1, "1", None, math.inf):
        assert build({**state, "currentPageIndex": index}, Pictures()).active == 0
    assert build({**state, "activePageId": "x", "currentPageIndex": 1}, Pictures()).active == 1


def test_board_without_pages_is_one_page():
    (one,) = build({"strokes": [{"tool": "pen", "points": LINE}], "name": "Old"}, Pictures()).pages
    assert one.name == "Page 1"
    assert len(one.ops) == 1
    empty: list[dict[str, Any]] = [{}, {"pages": []}, {"pages": {}}, {"pages": None}]
    for state in empty:
        assert [one.ops for one in build(state, Pictures()).pages] == [()]


def test_pages_that_are_not_asked_for_are_there_but_empty():
    state = {"pages": [{"strokes": [{"tool": "pen", "points": LINE}]}] * 3}
    scene = solo.scene(state, Pictures(), pages=(1,))
    assert [len(one.ops) for one in scene.pages] == [0, 1, 0]


def test_characters_without_a_font_are_named_once():
    texts = [{"text": "\ue123\ue123", "x": 0, "y": 20 * n} for n in range(3)]
    (warning,) = solo.scene({"pages": [{"texts": texts}]}, Pictures()).warnings
    assert warning.count("\ue123") == 1


KEYS = (
    *("pages", "strokes", "shapes", "texts", "assets", "background", "activePageId", "name", "id"),
    *("tool", "type", "points", "color", "size", "opacity", "x", "y", "p", "width", "height"),
    *("startX", "startY", "endX", "endY", "radius", "rotation", "zIndex", "src", "text"),
    *("fontSize", "composite", "arrowSize", "gridSize", "fill", "currentPageIndex"),
)
WORDS = (*solo.KINDS, "image", "grid", "dots", "xor", "destination-out", "#ff0000", "rgb(1,2,x)")
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-100, 1000)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.sampled_from((10**100, -(10**400), 1e308, 5e-324, "", "NaN", "\ud800", *WORDS))
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8)
    ),
    max_leaves=40,
)
elements = st.dictionaries(st.sampled_from(KEYS), values, max_size=12)
lists = st.lists(elements, max_size=4)
boards = st.fixed_dictionaries(
    {},
    optional={
        "pages": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "strokes": lists,
                    "shapes": lists,
                    "texts": lists,
                    "assets": lists,
                    "background": values,
                },
            )
            | scalars,
            max_size=3,
        ),
        "strokes": lists,
        "assets": values,
        "activePageId": values,
        "currentPageIndex": values,
    },
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(boards | elements)
def test_any_json_is_a_scene_with_finite_bounds(state):
    scene = build(state, Pictures())
    assert scene.pages
    assert 0 <= scene.active < len(scene.pages)
    for one in scene.pages:
        seen = bounds(one.ops)
        assert seen.is_empty or all(math.isfinite(side) for side in seen)


def test_pages_of_the_visual_comparison_are_drawn_without_warnings():
    for name, content in pages().items():
        scene = solo.scene({"pages": [content]}, Pictures())
        assert not scene.warnings, name
        assert scene.pages[0].ops, name
