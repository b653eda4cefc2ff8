import json
import math
import os
import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solosync.render import scenes
from solosync.render import text as typesetting
from solosync.render.geometry import IDENTITY
from solosync.render.images import Pictures
from solosync.render.scene import Fill, Group, Picture, Stroke, Text, bounds
from solosync.render.scenes import excalidraw

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures" / "excalidraw").glob("*.excalidraw"))
EXACT = {"roughness": 0, "strokeColor": "#000000", "seed": 5}
PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg=="
)


def element(type_, x=0, y=0, width=100, height=60, **more):
    made = {"id": f"{type_}-{x}-{y}", "type": type_, "x": x, "y": y, "width": width}
    return {**made, "height": height, **EXACT, **more}


def line(*points, type_="line", **more):
    xs, ys = zip(*points, strict=True)
    size = (max(xs) - min(xs), max(ys) - min(ys))
    return element(type_, 0, 0, *size, points=[list(point) for point in points], **more)


def text(string, **more):
    return element("text", **{"text": string, "fontSize": 20, "fontFamily": 5, **more})


def draw(*elements, files=None, **app_state):
    state = {"type": "excalidraw", "elements": list(elements), "appState": app_state}
    return excalidraw.scene({**state, "files": files or {}}, Pictures())


def leaves(ops, matrix=IDENTITY):
    """Each op that paints, and where its coordinates are on the page."""
    for op in ops:
        if isinstance(op, Group):
            yield from leaves(op.parts, op.matrix.then(matrix))
        else:
            yield op, matrix


def painted(*elements, **more):
    return [op for op, _ in leaves(draw(*elements, **more).pages[0].ops)]


def box(*elements, **more):
    return bounds(draw(*elements, **more).pages[0].ops)


def test_what_is_deleted_empty_or_unknown_is_not_drawn():
    assert not painted(
        element("rectangle", isDeleted=True),
        element("ellipse", width=0, height=0),
        element("hologram"),
        text(""),
        {},
        element("freedraw", points=[[0, 0]]),
    )


def test_the_backdrop_has_the_boards_colour():
    assert draw(viewBackgroundColor="#fffce8").pages[0].backdrop.color == (255, 252, 232)
    assert draw(viewBackgroundColor="transparent").pages[0].backdrop.color == (255, 255, 255)
    assert draw(viewBackgroundColor=7).pages[0].backdrop.color == (255, 255, 255)


@pytest.mark.parametrize("named", [{"type": "excalidraw/clipboard"}, {}])
def test_what_was_copied_and_the_first_files_are_boards_too(named):
    state = {**named, "elements": [element("rectangle")]}

    assert scenes.is_board(state)
    assert len(scenes.build(state, Pictures()).pages[0].ops) == 1


@pytest.mark.parametrize(
    ("background", "expected"),
    [
        ("transparent", (255, 255, 255)),
        ("#ff000080", (255, 127, 127)),
        ("hsla(240, 100%, 50%, 0.2)", (204, 204, 255)),
        (None, (255, 255, 255)),
    ],
)
def test_what_shows_through_the_board_is_white(background, expected):
    assert draw(viewBackgroundColor=background).pages[0].backdrop.color == expected


def test_a_line_of_a_colour_that_is_none_is_black():
    [outline] = painted(element("rectangle", strokeColor="inherit"))

    assert (outline.color, outline.alpha) == ((0, 0, 0), 1)
    assert painted(element("rectangle", strokeColor="#ff000000")) == []


def test_a_page_that_is_not_asked_for_is_there_without_its_content():
    state = {"elements": [element("rectangle")], "appState": {"viewBackgroundColor": "#000"}}

    scene = excalidraw.scene(state, Pictures(), title="Plan", pages=())

    assert [page.ops for page in scene.pages] == [()]
    assert scene.pages[0].backdrop.color == (0, 0, 0)
    assert scene.title == "Plan"


def test_each_unknown_type_is_told_once():
    unknown = [element("hologram"), element("hologram", x=5), element("smell", isDeleted=True)]

    warnings = draw(element("rectangle"), *unknown).warnings

    assert len(warnings) == 1
    assert "'hologram'" in warnings[0]


def test_characters_that_no_font_has_are_told():
    [warning] = draw(text("a\U0010fffdb")).warnings

    assert warning.endswith("\U0010fffd")


def test_elements_lie_over_each_other_in_the_lists_order():
    colors = [
        op.color
        for op in painted(
            element("rectangle", backgroundColor="#ff0000", strokeColor="transparent"),
            element("ellipse", backgroundColor="#00ff00", strokeColor="transparent"),
            element("diamond", backgroundColor="#0000ff", strokeColor="transparent"),
        )
    ]

    assert colors == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


@pytest.mark.parametrize(
    ("style", "expected"),
    [("solid", (Fill, None)), ("hachure", (Stroke, 1)), ("cross-hatch", (Stroke, 1))],
)
def test_a_fill_is_solid_or_thin_lines_in_its_colour(style, expected):
    fill, outline = painted(
        element("rectangle", backgroundColor="#a5d8ff", fillStyle=style, strokeWidth=2)
    )

    assert (type(fill), getattr(fill, "width", None)) == expected
    assert fill.color == (0xA5, 0xD8, 0xFF)
    assert (type(outline), outline.width, outline.dash) == (Stroke, 2, ())


def test_hatching_twice_is_twice_the_lines():
    one, two = (
        painted(element("rectangle", backgroundColor="#a5d8ff", fillStyle=style))[0]
        for style in ("hachure", "cross-hatch")
    )

    assert len(two.path.subpaths) > 1.5 * len(one.path.subpaths)


@pytest.mark.parametrize(("style", "dash"), [("dashed", (8, 10)), ("dotted", (1.5, 8))])
def test_dashes_are_single_lines_a_bit_wider(style, dash):
    [outline] = painted(element("rectangle", strokeStyle=style, strokeWidth=2, roughness=1))
    [solid] = painted(element("rectangle", strokeWidth=2, roughness=1))

    assert (outline.width, outline.dash) == (2.5, dash)
    assert len(outline.path.subpaths) * 2 == len(solid.path.subpaths)


@pytest.mark.parametrize(
    ("roundness", "radius"),
    [
        ({"type": 1}, 25),
        ({"type": 2}, 25),
        ({"type": 3}, 25),
        ({"type": 3, "value": 8}, 8),
        ({"type": 9}, 0),
        ({}, 0),
        (None, 0),
    ],
)
def test_corners_are_as_round_as_asked(roundness, radius):
    [outline] = painted(element("rectangle", width=200, height=100, roundness=roundness))

    on_top = [
        x
        for part in outline.path.subpaths
        for x, y in part.points[[0, -1]].tolist()
        if abs(y) < 1e-9
    ]
    assert (min(on_top), max(on_top)) == pytest.approx((radius, 200 - radius))


def test_a_large_box_has_corners_of_a_fixed_radius():
    [outline] = painted(element("rectangle", width=900, height=900, roundness={"type": 3}))

    assert outline.path.subpaths[0].points[0].tolist() == [32, 0]


def test_a_size_below_zero_runs_to_the_left_and_up():
    backwards = element("rectangle", 110, 80, -100, -60, roundness={"type": 3})

    assert box(backwards) == pytest.approx(
        box(element("rectangle", 10, 20, 100, 60, roundness={"type": 3}))
    )


def test_an_element_turns_around_its_middle():
    straight = box(element("rectangle", 10, 20, 100, 40, strokeWidth=1))
    turned = box(element("rectangle", 10, 20, 100, 40, strokeWidth=1, angle=math.pi / 2))

    assert straight == pytest.approx((9.5, 19.5, 110.5, 60.5), abs=0.01)
    assert turned == pytest.approx((39.5, -10.5, 80.5, 90.5), abs=0.01)


def test_opacity_is_that_of_the_colour_the_element_and_its_frame():
    frame = element("frame", width=300, height=300, id="frame", opacity=50, name="")
    inside = element("rectangle", 20, 20, strokeColor="#00000080", opacity=40, frameId="frame")

    first = painted(inside, frame)[0]

    assert first.alpha == pytest.approx(0.5 * 0.4 * 128 / 255)


def test_what_sticks_out_of_its_frame_is_cut_off():
    frame = element("frame", width=100, height=100, id="frame", name="")
    inside = element("rectangle", 20, 20, 30, 30, frameId="frame")
    across = element("rectangle", 80, 20, 60, 30, frameId="frame")
    outside = element("rectangle", 200, 20, 30, 30, frameId="frame")

    ops = draw(inside, across, outside).pages[0].ops
    assert not any(isinstance(op, Group) and op.clip for op in ops)

    ops = draw(inside, across, outside, frame).pages[0].ops
    clips = [op.clip for op in ops]
    assert [clip is not None for clip in clips] == [False, True, False, False]
    assert clips[1].bounds == pytest.approx((0, 0, 100, 100))


def test_a_frame_does_not_turn():
    assert box(element("frame", angle=1)) == box(element("frame"))


def test_a_frames_name_stands_above_it_and_is_cut_to_its_width():
    name = "A name that is far too long"

    [label, outline] = painted(element("frame", width=80, height=50, name=name))

    assert isinstance(label, Text)
    assert label.text.endswith("...")
    assert name.startswith(label.text[:-3])
    assert typesetting.shape(label.text, "sans", 14).width <= 80
    assert -20 < label.y < -3
    assert (outline.color, outline.width) == ((0xBB, 0xBB, 0xBB), 2)


def test_frames_without_a_name_say_what_they_are():
    names = [painted(element(kind, name=None))[0].text for kind in ("frame", "magicframe")]

    assert names == ["Frame", "AI Frame"]


def test_text_stands_on_the_baseline_that_excalidraw_computes():
    [line_, second] = painted(text("one\ntwo", x=0, y=0, lineHeight=1.25))

    # 25 px for a line; the font's 0.886 + 0.374 em lie in its middle.
    baseline = (25 - 20 * (0.886 + 0.374)) / 2 + 20 * 0.886
    assert (line_.y, second.y) == pytest.approx((baseline, baseline + 25))
    assert (line_.text, line_.size, line_.x) == ("one", 20, 0)


@pytest.mark.parametrize(("align", "share"), [("left", 0), ("center", 0.5), ("right", 1)])
def test_lines_are_aligned_in_the_texts_box(align, share):
    [line_] = painted(text("word", width=300, textAlign=align))

    free = 300 - typesetting.shape("word", "hand", 20).width
    assert line_.x == pytest.approx(free * share)


def test_text_of_the_first_files_has_its_font_in_one_string():
    old = {"id": "t", "type": "text", "x": 0, "y": 0, "width": 90, "height": 52, "text": "a\nb"}

    lines = painted({**old, "font": "20px Cascadia"})

    assert [each.size for each in lines] == [20, 20]
    assert lines[1].y - lines[0].y == 26  # from the height of the box
    assert lines[0].runs[0].face is typesetting.shape("a", "mono", 20).runs[0].face


def test_text_in_a_box_lies_right_above_it():
    container = element("rectangle", id="box", boundElements=[{"type": "text", "id": "inner"}])
    label = text("inside", id="inner", containerId="box")
    later = element("ellipse", backgroundColor="#ff0000")

    kinds = [type(op) for op in painted(container, later, label)]

    assert kinds == [Stroke, Text, Fill, Stroke]


def test_text_whose_box_does_not_know_it_is_drawn_nevertheless():
    assert any(
        isinstance(op, Text)
        for op in painted(element("rectangle", id="b"), text("x", containerId="b"))
    )


def test_an_arrow_has_its_heads():
    plain = painted(line((0, 0), (200, 0), type_="arrow", endArrowhead=None))
    barbed = painted(line((0, 0), (200, 0), type_="arrow"))
    both = painted(line((0, 0), (200, 0), type_="arrow", startArrowhead="bar"))

    assert [len(plain), len(barbed), len(both)] == [1, 3, 5]
    tips = {part.points[-1].tolist() == [200, 0] for op in barbed[1:] for part in op.path.subpaths}
    assert tips == {True}


def test_an_arrow_that_goes_nowhere_leaves_no_dot():
    assert box(line((0, 0), (0, 0), type_="arrow", roughness=1)).is_empty


def test_a_head_is_no_longer_than_half_its_line():
    long, short = (
        bounds(painted(line((0, 0), (x, 0), type_="arrow", strokeWidth=1))) for x in (400, 20)
    )

    assert long.height > 2 * short.height


@pytest.mark.parametrize("head", ["circle_outline", "triangle_outline", "diamond_outline"])
def test_a_hollow_head_shows_the_backdrop(head):
    arrow = line((0, 0), (200, 0), type_="arrow", endArrowhead=head, strokeColor="#ff0000")

    _, fill, edge = painted(arrow, viewBackgroundColor="#fffce8")

    assert (type(fill), fill.color) == (Fill, (255, 252, 232))
    assert (type(edge), edge.color) == (Stroke, (255, 0, 0))


def test_a_hollow_head_on_a_transparent_board_is_not_filled():
    arrow = line((0, 0), (200, 0), type_="arrow", endArrowhead="triangle_outline")

    ops = painted(arrow, viewBackgroundColor="transparent")

    assert not any(isinstance(op, Fill) for op in ops)


def test_the_bar_of_a_crows_foot_is_dashed_as_its_line_is():
    style = {"type_": "arrow", "strokeStyle": "dashed"}

    shaft, bar = painted(line((0, 0), (200, 0), endArrowhead="crowfoot_one", **style))
    assert bar.dash == shaft.dash != ()
    head = painted(line((0, 0), (200, 0), endArrowhead="arrow", **style))[1]
    assert head.dash == ()


def test_an_elbow_arrow_need_not_lie_on_its_axes_exactly():
    exact, loose = (
        painted(line((0, 0), (100, 0), (100, y), (200, 80), type_="arrow", elbowed=True, seed=1))[
            0
        ].path
        for y in (80, 80.001)
    )

    for one, other in zip(exact.subpaths, loose.subpaths, strict=True):
        assert one.points == pytest.approx(other.points, abs=0.01)


def test_an_elbow_arrow_turns_in_small_arcs_along_its_corners():
    points = (0, 0), (100, 0), (100, 20), (200, 20)
    path = painted(line(*points, type_="arrow", elbowed=True, endArrowhead=None))[0].path

    ends = [tuple(part.points[-1].tolist()) for part in path.subpaths[::2]]
    assert ends == [(90, 0), (100, 10), (110, 20), (200, 20)]


def test_the_text_on_an_arrow_stands_in_a_gap_in_its_middle():
    arrow = line(
        (0, 0), (300, 60), type_="arrow", id="a", boundElements=[{"type": "text", "id": "t"}]
    )
    label = text("here", id="t", containerId="a", x=-999, y=-999, width=50, height=25)

    cut, placed = draw(arrow, label).pages[0].ops

    hole = cut.clip.subpaths[1].points
    assert (hole.min(axis=0).tolist(), hole.max(axis=0).tolist()) == ([125, 17.5], [175, 42.5])
    assert (placed.matrix.e, placed.matrix.f) == (125, 17.5)


def test_the_text_on_a_curved_arrow_stands_on_the_curve():
    points = (0, 0), (100, -60), (200, -60), (300, 0)
    bound = {"id": "a", "boundElements": [{"type": "text", "id": "t"}], "roundness": {"type": 2}}
    arrow = line(*points, type_="arrow", **bound)

    *_, placed = draw(arrow, text("x", id="t", containerId="a", width=0, height=0)).pages[0].ops

    assert (placed.matrix.e, placed.matrix.f) == pytest.approx((150, -67), abs=2)


def test_a_line_that_ends_where_it_began_is_filled():
    open_, closed = (
        painted(line((0, 0), (100, 0), (50, 80), end, backgroundColor="#ff0000"))
        for end in ((30, 30), (3, 2))
    )

    assert [type(op) for op in open_] == [Stroke]
    assert [type(op) for op in closed] == [Fill, Stroke]


def test_a_line_of_one_point_is_none_and_one_without_points_crosses_its_box():
    assert painted(element("line", points=[[0, 0]]), element("arrow", points=[])) == []
    assert box(element("line", 10, 20, strokeWidth=1)) == pytest.approx(
        (9.5, 19.5, 110.5, 80.5), abs=0.2
    )


def test_the_draw_type_of_old_files_is_a_line():
    old = line((0, 0), (50, 50), (100, 0), type_="draw", strokeSharpness="round")

    [outline] = painted(old)

    # Smooth: one chain through all points.
    assert {len(part.points) for part in outline.path.subpaths} == {7}


def test_a_freehand_stroke_is_wider_where_the_pen_pressed():
    points = [[i * 5, 0] for i in range(40)]
    pressures = [0.1] * 20 + [0.9] * 20
    free = {"points": points, "simulatePressure": False, "pressures": pressures, "strokeWidth": 4}

    [fill] = painted(element("freedraw", width=195, height=0, **free))

    flat = np.concatenate([part.flat() for part in fill.path.subpaths])
    left, right = (np.ptp(flat[abs(flat[:, 0] - x) < 20, 1]) for x in (40, 150))
    assert right > 1.5 * left


def test_a_freehand_ring_is_filled_under_its_line():
    ring = [[50 * math.cos(i / 5), 50 * math.sin(i / 5)] for i in range(32)]

    kinds = [
        type(op) for op in painted(element("freedraw", points=ring, backgroundColor="#ff0000"))
    ]

    assert kinds == [Fill, Fill]


def files(**more):
    return {"pixel": {"mimeType": "image/png", "dataURL": PIXEL, **more}}


def placed(**more):
    image = element("image", 10, 20, 80, 40, fileId="pixel", **more)
    [(op, matrix)] = leaves(draw(image, files=files()).pages[0].ops)
    assert isinstance(op, Picture)
    return op.matrix.then(matrix).apply(np.array([[0.0, 0.0], [1.0, 1.0]])).ravel().tolist()


def test_a_picture_fills_its_box():
    assert placed() == pytest.approx([10, 20, 90, 60])


def test_a_picture_is_flipped_in_its_box():
    assert placed(scale=[-1, 1]) == pytest.approx([90, 20, 10, 60])
    assert placed(scale=[1, -1]) == pytest.approx([10, 60, 90, 20])


def test_a_cropped_picture_is_enlarged_and_cut():
    crop = {"x": 1, "y": 0, "width": 1, "height": 2, "naturalWidth": 2, "naturalHeight": 2}

    assert placed(crop=crop) == pytest.approx([-70, 20, 90, 60])
    image = element("image", 10, 20, 80, 40, fileId="pixel", crop=crop)
    assert box(image, files=files()) == pytest.approx((10, 20, 90, 60))


def test_a_picture_without_a_file_is_a_placeholder_of_its_size():
    missing = element("image", 10, 20, 80, 40, fileId="gone")

    assert box(missing) == pytest.approx((10, 20, 90, 60), abs=2)
    ground, *icon = painted(missing)
    assert (type(ground), ground.color) == (Fill, (0xE7, 0xE7, 0xE7))
    assert {type(op) for op in icon} == {Fill}


def test_an_embedded_page_is_a_box_with_its_address_above_all_else():
    embedded = element("embeddable", link="https://example.org/a", strokeColor="transparent")
    other = element("rectangle")

    kinds = [type(op) for op in painted(embedded, other)]
    words = "".join(op.text for op in painted(embedded) if isinstance(op, Text))

    assert kinds[:2] == [Stroke, Fill]
    assert set(kinds[2:]) == {Text}
    assert words == "https://example.org/a"


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_board_looks_the_same_each_time(path):
    state = json.loads(path.read_text(encoding="utf-8"))

    one, again = (excalidraw.scene(state, Pictures()) for _ in range(2))

    for (op, matrix), (other, other_matrix) in zip(
        leaves(one.pages[0].ops), leaves(again.pages[0].ops), strict=True
    ):
        assert (type(op), matrix) == (type(other), other_matrix)
        if isinstance(op, Fill | Stroke):
            assert np.array_equal(_numbers(op), _numbers(other))


EXAMPLES = os.environ.get("SOLOSYNC_EXAMPLE_BOARDS")


@pytest.mark.shared
@pytest.mark.skipif(
    not EXAMPLES, reason="SOLOSYNC_EXAMPLE_BOARDS names no folder of .excalidraw files"
)
def test_of_each_example_board_nothing_is_left_out():
    paths = sorted(Path(EXAMPLES or "").glob("*.excalidraw"))
    scenes = [excalidraw.scene(json.loads(path.read_bytes()), Pictures()) for path in paths]

    assert scenes
    assert not [told for scene in scenes for told in scene.warnings if "left out" in told]
    assert not any(bounds(scene.pages[0].ops).is_empty for scene in scenes)


JUNK: tuple[Any, ...] = (
    None,
    True,
    "x",
    "",
    -1,
    0,
    1e308,
    -5e-324,
    10**100,
    [],
    {},
    [[]],
    [None, {}],
    "#zz",
    "1px",
)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_no_json_makes_it_fail(path):
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(12):
        state = json.loads(path.read_text(encoding="utf-8"))
        for each in state["elements"]:
            for key in chance.sample(sorted(each), 3):
                each[key] = deepcopy(chance.choice(JUNK))
            if isinstance(each.get("points"), list) and each["points"]:
                each["points"][chance.randrange(len(each["points"]))] = chance.choice(JUNK)

        page = excalidraw.scene(state, Pictures()).pages[0]

        assert all(np.isfinite(_numbers(op)).all() for op, _ in leaves(page.ops))


@pytest.mark.parametrize("state", [{}, {"elements": 3}, {"elements": [1, []], "appState": 1}])
def test_a_board_without_elements_is_empty(state):
    assert excalidraw.scene(state, Pictures()).pages[0].ops == ()


def _numbers(op):
    if isinstance(op, Fill | Stroke):
        return np.concatenate([np.empty(0), *(part.points.ravel() for part in op.path.subpaths)])
    return np.array([op.x, op.y]) if isinstance(op, Text) else np.array(op.matrix)
