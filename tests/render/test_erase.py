import random

import numpy as np
import pytest
from PIL import Image

from solosync.render import cuts, erase, raster, regions
from solosync.render.geometry import IDENTITY, Box, Path, Subpath, moved, rotated, scaled
from solosync.render.images import Bitmap
from solosync.render.scene import Fill, Group, Picture, Sheet, Stroke, Text
from solosync.render.shapes import ellipse, rectangle
from solosync.render.text import shape, text_op

INK = (0, 0, 0)
RED = (255, 0, 0)


def box(left, top, right, bottom, color=INK, alpha=1.0):
    return Fill(rectangle(Box(left, top, right, bottom)), color, alpha)


def eraser(*parts, **options):
    return Group(parts, composite="destination-out", **options)


def resolved(*ops):
    """What is left of the ops, of which all can be shown exactly."""
    left, warnings = erase.resolve(ops)
    assert warnings == []
    return left


def area(op):
    return regions.area(cuts.region_of(op))


def line(text, x=0.0, y=50.0, size=40.0):
    return text_op(shape(text, "sans", size), x, y, size, INK, 1.0)


def texts(ops):
    """What can be read in the ops, groups included."""
    found = []
    for op in ops:
        if isinstance(op, Text):
            found.append(op.text)
        elif isinstance(op, Group):
            found += texts(op.parts)
    return found


def test_list_without_erasers_comes_back_itself():
    ops = (box(0, 0, 9, 9), Group((box(0, 0, 5, 5),), composite="multiply"))
    assert erase.resolve(ops) == (ops, [])


def test_eraser_takes_its_shape_out_of_what_was_painted_before():
    ops = (box(0, 0, 100, 100), eraser(box(50, 0, 200, 100)), box(60, 0, 100, 100, RED))
    left, later = resolved(*ops)
    assert left.path.bounds == (0, 0, 50, 100)
    assert later is ops[2]


def test_shape_that_is_erased_wholly_is_gone():
    ops = (box(10, 10, 20, 20), eraser(Fill(ellipse(15, 15, 30, 30), INK)))
    assert resolved(*ops) == ()


def test_shape_beside_the_eraser_stays_the_same_object():
    curve = Stroke(Path.cubics([(0, 0), (50, 90), (90, 50), (100, 0)]), INK, 4)
    ops = (curve, eraser(box(0, 60, 100, 100)), eraser(box(40, 0, 60, 20)))
    assert resolved(*ops) == (curve,)


def test_eraser_inside_of_a_shape_leaves_a_hole():
    ops = (box(0, 0, 100, 100), eraser(box(40, 40, 60, 60)))
    (left,) = resolved(*ops)
    assert area(left) == pytest.approx(100 * 100 - 20 * 20)
    assert np.asarray(raster.draw(Sheet("", 100, 100, (), (left,))))[50, 50, 3] == 0


def test_stroke_is_cut_across_its_width():
    ops = (
        Stroke(Path.polyline([(0, 50), (100, 50)]), INK, 10, cap="butt"),
        eraser(box(40, 0, 60, 100)),
    )
    (left,) = resolved(*ops)
    assert isinstance(left, Fill)
    assert area(left) == pytest.approx(10 * 80, rel=0.01)


def test_dashes_are_erased_as_dashes():
    dashed = Stroke(Path.polyline([(0, 50), (100, 50)]), INK, 10, cap="butt", dash=(10, 10))
    (left,) = resolved(dashed, eraser(box(0, 0, 40, 100)))
    assert area(left) == pytest.approx(3 * 10 * 10, rel=0.01)


def test_eraser_made_of_a_line_is_as_wide_as_the_line():
    ops = (box(0, 0, 100, 100), eraser(Stroke(Path.polyline([(-50, 50), (150, 50)]), INK, 20)))
    (left,) = resolved(*ops)
    assert area(left) == pytest.approx(100 * 80)


def test_erasers_of_a_group_only_erase_inside_of_it():
    below = box(0, 0, 100, 100)
    group = Group((box(0, 0, 100, 100, RED), eraser(box(0, 0, 100, 50))), matrix=moved(10, 0))
    kept, changed = resolved(below, group)
    assert kept is below
    assert area(changed) == pytest.approx(100 * 50)
    assert changed.matrix == moved(10, 0)


def test_group_is_erased_through_its_matrix_and_keeps_its_alpha():
    group = Group((box(0, 0, 10, 10), box(5, 0, 20, 10, RED)), alpha=0.5, matrix=scaled(10))
    (left,) = resolved(group, eraser(box(0, 0, 200, 50)))
    assert (left.alpha, left.matrix) == (0.5, scaled(10))
    assert [area(part) for part in left.parts] == pytest.approx([50, 75])


def test_eraser_only_erases_inside_its_clip():
    clip = rectangle(Box(0, 0, 50, 100))
    (left,) = resolved(box(0, 0, 100, 100), eraser(box(0, 0, 100, 100), clip=clip))
    assert left.path.bounds == (50, 0, 100, 100)


def test_translucent_eraser_leaves_two_alphas():
    plain, thin = resolved(box(0, 0, 100, 100, RED, 0.8), eraser(box(0, 0, 50, 100), alpha=0.75))
    assert plain.path.bounds == (50, 0, 100, 100)
    assert plain.alpha == 0.8
    assert thin.path.bounds == (0, 0, 50, 100)
    assert thin.alpha == pytest.approx(0.2)


def test_translucent_eraser_does_not_uncover_what_is_under_something():
    ops = (box(0, 0, 100, 100, RED), box(0, 0, 100, 100), eraser(box(0, 0, 100, 100, alpha=0.5)))
    picture = raster.draw(Sheet("", 100, 100, (), resolved(*ops)))
    assert picture.getpixel((50, 50)) == pytest.approx((0, 0, 0, 128), abs=1)


def test_many_translucent_erasers_over_each_other_stay_a_shallow_list():
    strokes = [box(x, 0, x + 50, 100) for x in (0, 20)]
    thin = [eraser(box(x, 0, 70, 100), alpha=0.1) for x in range(-30, 0)]
    ops = resolved(*strokes, *thin)
    assert max(map(erase._depth, ops)) <= erase.MAX_DEPTH + 1


def test_picture_loses_the_pixels_and_their_colours():
    image = Image.new("RGB", (100, 100), RED)
    picture = Picture(Bitmap.of(image), scaled(100))
    (left,) = resolved(picture, eraser(box(0, 0, 50, 100)))
    pixels = np.asarray(left.bitmap.image().resize((100, 100), Image.Resampling.NEAREST))
    assert (pixels[:, :49] == 0).all()
    assert (pixels[:, 51:] == (255, 0, 0, 255)).all()
    assert resolved(picture, eraser(box(-1, -1, 101, 101))) == ()


def test_flat_picture_and_far_line_harm_nobody():
    flat = Picture(Bitmap.of(Image.new("RGB", (9, 9), RED)), scaled(100, 0))
    far = Stroke(Path.polyline([(-1e7, -1e7), (1e7, 1e7)]), INK, 10)
    (left,) = resolved(flat, far, eraser(Stroke(far.path, INK, 4)), eraser())
    assert isinstance(left, Fill)


def test_small_picture_shown_large_is_erased_with_sharp_edges():
    picture = Picture(Bitmap.of(Image.new("RGB", (2, 2), RED)), scaled(100))
    (left,) = resolved(picture, eraser(box(0, 0, 37, 100)))
    alpha = np.asarray(left.bitmap.image())[:, :, 3]
    assert alpha.mean() / 255 == pytest.approx(0.63, abs=0.01)


def test_untouched_words_stay_text_and_erased_ones_are_gone():
    text = line("secret public")
    secret = shape("secret", "sans", 40).width
    ops = resolved(text, eraser(box(-5, 0, secret + 5, 100)))
    assert texts(ops) == ["public"]
    assert len(ops) == 1


def test_partly_erased_letters_are_shapes_and_not_text():
    text = line("HELLO")
    ops = resolved(text, eraser(box(0, 30, 40, 100)))
    assert texts(ops) == ["LLO"]
    rest = [op for op in ops if isinstance(op, Fill)]
    assert 0 < sum(map(area, rest)) < area(line("HE"))


def test_gap_in_a_line_parts_it_into_two_texts():
    before, gap = (shape(part, "sans", 40).width for part in ("left ", "left gone"))
    ops = resolved(line("left gone right"), eraser(box(before, 0, gap, 100)))
    assert texts(ops) == ["left", "right"]
    assert ops[1].runs[0].positions[0, 0] > gap


def test_letters_left_of_a_right_to_left_line_keep_their_order():
    text = line("שלום עולם")
    width = shape("שלום עולם", "sans", 40).width
    # What is read last stands on the left.
    ops = resolved(text, eraser(box(-5, 0, width / 2 - 10, 100)))
    assert texts(ops) == ["שלום"]


def test_mark_of_an_erased_letter_is_no_text_either():
    ops = resolved(line("x\u0302y"), eraser(box(0, 35, 12, 60)))
    assert texts(ops) == ["y"]


def test_eraser_of_many_points_erases_all_along_its_way():
    turns = np.linspace(0, 40, 4_000)
    spiral = np.stack([np.cos(turns), np.sin(turns)], axis=1) * turns[:, None] * 5 + 200
    ops = (box(0, 0, 400, 400), eraser(Stroke(Path.polyline(spiral), INK, 40)))
    (left,) = resolved(*ops)
    centre = Fill(ellipse(200, 200, 180, 180), INK)
    inside = regions.intersection(cuts.region_of(left), cuts.region_of(centre))
    assert regions.area(inside) == 0


def test_line_that_is_only_a_dot_is_erased():
    dot = Stroke(Path.polyline([(50, 50), (50, 50)]), INK, 10)
    assert resolved(dot, eraser(box(0, 0, 100, 100))) == ()


@pytest.mark.parametrize(
    ("composite", "below", "above"),
    [
        ("destination-over", 100, 100),
        ("destination-out", 50, 0),
        ("destination-in", 50, 0),
        ("destination-atop", 50, 50),
        ("source-atop", 100, 50),
        ("source-in", 0, 50),
        ("source-out", 0, 50),
        ("xor", 50, 50),
        ("copy", 0, 100),
    ],
)
def test_composite_operation_leaves_what_the_canvas_leaves(composite, below, above):
    ops = resolved(box(0, 0, 100, 1, RED), Group((box(50, 0, 150, 1),), composite=composite))
    colors = {RED: 0.0, INK: 0.0}
    for op in ops:
        (fill,) = op.parts if isinstance(op, Group) else (op,)
        assert isinstance(fill, Fill)
        colors[fill.color] += area(op)
    assert list(colors.values()) == pytest.approx([below, above])


@pytest.mark.parametrize("composite", ["destination-in", "source-in"])
def test_translucent_shapes_are_kept_as_far_as_the_other_covers_them(composite):
    ops = (
        box(0, 0, 100, 100, RED, 0.9),
        Group((box(50, 0, 99, 99, INK, 0.8),), 1.0, None, composite),
    )
    wanted, got = (
        np.asarray(raster.draw(Sheet("", 100, 100, (), each)), int)
        for each in (ops, resolved(*ops))
    )
    assert np.abs(wanted - got)[2:-2, 2:-2, 3].max() <= 2


def test_destination_over_goes_under_everything_but_is_erased_like_it():
    under = Group((box(0, 0, 100, 100, RED),), composite="destination-over")
    ops = resolved(box(0, 0, 50, 50), under, eraser(box(0, 0, 100, 20)))
    assert ops[0].parts[0].color == RED
    assert [area(op) for op in ops] == pytest.approx([8000, 1500])


def test_unknown_operation_is_painted_over_with_a_warning():
    (op,), warnings = erase.resolve((Group((box(0, 0, 9, 9),), composite="lighter"),))
    assert isinstance(op, Group)
    assert op.composite == "source-over"
    assert warnings == ["The drawing mode 'lighter' can't be shown exactly in this format."]


MODES = ["destination-out"] * 4 + ["source-over", "multiply", "destination-over"]


def anything(source, depth=0):
    def point():
        return source.uniform(0, 300), source.uniform(0, 200)

    color = tuple(source.randrange(256) for _ in range(3))
    alpha = source.choice([1, 1, 1, 0.5])
    x, y = point()
    match source.randrange(7 if depth < 2 else 5):
        case 0:
            return Fill(ellipse(x, y, source.uniform(5, 60), source.uniform(5, 60)), color, alpha)
        case 1:
            corners = [point() for _ in range(source.randrange(3, 9))]
            return Fill(Path.polygon(corners), color, alpha, source.random() < 0.5)
        case 2:
            points = [point() for _ in range(source.randrange(1, 6))]
            cap, dash = source.choice(["butt", "round"]), source.choice([(), (), (20, 10)])
            return Stroke(Path.polyline(points), color, 12, alpha, cap, "round", dash)
        case 3:
            curve = Subpath(np.array([point() for _ in range(4)]), source.random() < 0.5, True)
            return Stroke(Path((curve,)), color, source.uniform(1, 12), alpha)
        case 4:
            written = source.choice(["Hello text", "مرحبا café", "Ж😀x"])
            return text_op(shape(written, "sans", 30), x / 2, y, 30, color, alpha)
    parts = tuple(anything(source, depth + 1) for _ in range(source.randrange(1, 4)))
    turn = rotated(source.uniform(-0.5, 0.5), 150, 100).then(scaled(source.uniform(0.7, 1.3)))
    return Group(
        parts,
        source.choice([1, 1, 1, 0.6]),
        source.choice([None, None, None, ellipse(150, 100, 120, 80)]),
        source.choice(MODES),
        source.choice([IDENTITY, IDENTITY, turn]),
    )


@pytest.mark.parametrize("seed", [*range(40), 146, 213, 274])
def test_any_list_looks_the_same_afterwards(seed):
    source = random.Random(seed)
    ops = tuple(anything(source) for _ in range(12))
    paper = (box(0, 0, 300, 200, (255, 255, 255)),)
    wanted, got = (
        np.asarray(raster.draw(Sheet("", 300, 200, paper, each)).convert("RGB"), int)
        for each in (ops, erase.resolve(ops)[0])
    )
    differs = np.abs(wanted - got).max(axis=2) > 60
    assert differs.mean() < 0.01, f"{seed=}"
