"""Pictures are judged by their pixels: colours at points, boxes of ink, areas."""

import math
import random
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from solosync.render import raster, text
from solosync.render.geometry import Box, Matrix, Path, Subpath, moved, rotated, scaled
from solosync.render.images import Bitmap
from solosync.render.scene import Fill, Group, Op, Picture, Sheet, Stroke
from solosync.render.shapes import ellipse, rectangle

RED = (255, 0, 0)
BLUE = (0, 0, 255)
WHITE = Fill(rectangle(Box(-1e6, -1e6, 1e6, 1e6)), (255, 255, 255))


def drawn(
    *ops: Op, size: tuple[int, int] = (40, 40), scale: float = 1.0, ground: tuple[Op, ...] = ()
):
    sheet = Sheet("a page", size[0], size[1], ground, ops)
    return np.asarray(raster.draw(sheet, scale)).astype(int)


def box(
    left: float, top: float, right: float, bottom: float, color=RED, alpha: float = 1.0
) -> Fill:
    return Fill(rectangle(Box(left, top, right, bottom)), color, alpha)


def line(*points: tuple[float, float], width: float = 4.0, **more) -> Stroke:
    return Stroke(Path.polyline(points), RED, width, **more)


def erased(*parts: Op, **more) -> Group:
    return Group(parts, composite="destination-out", **more)


def ink(pixels: np.ndarray) -> float:
    """How many pixels' worth of paint there is."""
    return float(pixels[..., 3].sum() / 255)


def ink_box(pixels: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(pixels[..., 3])
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_an_empty_sheet_is_transparent_and_has_its_size():
    pixels = drawn(size=(30, 20))
    assert pixels.shape == (20, 30, 4)
    assert not pixels.any()


def test_size_and_scale_give_whole_pixels():
    assert drawn(size=(30, 20), scale=2.5).shape == (50, 75, 4)
    assert drawn(size=(30, 20), scale=0.33).shape == (7, 10, 4)


def test_fills_cover_exactly_their_area_to_a_fraction_of_a_pixel():
    pixels = drawn(box(2, 3, 10.5, 8.25))
    assert pixels[5, 5].tolist() == [255, 0, 0, 255]
    assert pixels[5, 10, 3] == pytest.approx(128, abs=2)
    assert pixels[8, 5, 3] == pytest.approx(64, abs=3)
    assert ink_box(pixels) == (2, 3, 11, 9)
    assert ink(pixels) == pytest.approx(8.5 * 5.25, rel=0.01)


@pytest.mark.parametrize("points_on_a_side", [1, 2, 7])
@pytest.mark.parametrize("is_clip", [False, True])
def test_rectangles_arent_moved_to_whole_pixels(points_on_a_side, is_clip):
    corners = rectangle(Box(2, 3, 10.5, 8.25)).subpaths[0].points
    shares = np.arange(points_on_a_side)[:, None] / points_on_a_side
    sides = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    outline = np.concatenate([start + (end - start) * shares for start, end in sides])
    path = Path.polygon(np.concatenate([outline, outline[:1]]))
    op = Group((box(0, 0, 40, 40),), clip=path) if is_clip else Fill(path, RED)
    assert ink(drawn(op)) == pytest.approx(8.5 * 5.25, rel=0.01)


def test_areas_of_random_triangles_are_right():
    seed = random.randrange(1 << 32)
    print("seed", seed)
    generator = random.Random(seed)
    for _ in range(50):
        a, b, c = [(generator.uniform(0, 40), generator.uniform(0, 40)) for _ in range(3)]
        area = abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2
        pixels = drawn(Fill(Path.polygon([a, b, c]), RED))
        around = sum(math.dist(*ends) for ends in ((a, b), (b, c), (c, a)))
        assert ink(pixels) == pytest.approx(area, abs=0.01 * around + 0.1), (a, b, c)


def test_an_outline_over_itself_is_filled_once_and_even_odd_leaves_a_hole():
    square = rectangle(Box(5, 5, 35, 35)).subpaths[0].points
    inner = rectangle(Box(15, 15, 25, 25)).subpaths[0].points
    both = Path((Subpath(square), Subpath(inner)))
    assert drawn(Fill(both, RED, 0.5))[20, 20, 3] == 128
    assert drawn(Fill(both, RED, 0.5, is_even_odd=True))[20, 20, 3] == 0
    turned = Path((Subpath(square), Subpath(inner[::-1])))
    assert drawn(Fill(turned, RED))[20, 20, 3] == 0


def test_a_translucent_line_doesnt_darken_where_it_crosses_itself():
    pixels = drawn(line((5, 5), (35, 35), (35, 5), (5, 35), width=6, alpha=0.4))
    assert pixels[20, 20, 3] == pixels[8, 8, 3] == 102


@pytest.mark.parametrize(
    ("cap", "left", "corner"), [("butt", 10, 0), ("round", 6, 0), ("square", 6, 255)]
)
def test_caps(cap, left, corner):
    pixels = drawn(line((10, 20), (30, 20), width=8, cap=cap))
    assert ink_box(pixels) == (left, 16, 40 - left, 24)
    if cap != "butt":
        assert pixels[16, 6, 3] == pytest.approx(corner, abs=30)


def test_joins_and_the_limit_of_miters():
    corner = [(5, 35), (30, 10), (5, 12)]
    round_ = drawn(line(*corner, width=8, join="round"), size=(60, 60))
    bevel = drawn(line(*corner, width=8, join="bevel"), size=(60, 60))
    miter = drawn(line(*corner, width=8, join="miter"), size=(60, 60))
    assert ink(bevel) < ink(round_) < ink(miter)
    sharp = [(5, 30), (30, 30), (5, 32)]
    beyond = drawn(line(*sharp, width=8, join="miter"), size=(90, 60))
    assert ink_box(beyond)[2] <= 32  # a bevel, not a spike of 45 pixels


def test_a_line_without_length_is_a_dot_and_a_point_is_nothing():
    assert ink(drawn(line((20, 20), (20, 20), width=10))) == pytest.approx(math.pi * 25, rel=0.01)
    assert ink(drawn(line((20, 20), (20, 20), width=10, cap="square"))) == 100
    assert not drawn(line((20, 20), (20, 20), width=10, cap="butt")).any()
    assert not drawn(line((20, 20), width=10)).any()


def test_lines_thinner_than_a_pixel_get_fainter():
    inks = [
        ink(drawn(line((5, 20.5), (35, 20.5), width=w, cap="butt"))) for w in (0.1, 0.25, 0.5, 1)
    ]
    assert inks == pytest.approx([3, 7.5, 15, 30], abs=0.5)


def test_dashes_have_their_lengths():
    pixels = drawn(line((0, 20), (40, 20), width=2, cap="butt", dash=(6, 4)))
    assert [int(alpha) for alpha in pixels[20, [1, 4, 7, 9, 12, 15, 17, 19], 3]] == [
        255, 255, 0, 0, 255, 255, 0, 0,
    ]  # fmt: skip
    assert ink(drawn(line((0, 20), (40, 20), width=2, cap="butt", dash=(0, 0)))) == 80


def test_pens_are_stretched_with_what_they_draw():
    stretched = Group((line((5, 5), (15, 5), (15, 15), width=4, cap="butt"),), matrix=scaled(2, 1))
    pixels = drawn(stretched)
    assert ink_box(pixels)[2] == 34  # the vertical part is twice as wide
    assert pixels[3:7, 20, 3].tolist() == [255] * 4


@pytest.mark.parametrize("far", [3e4, 1e5, 1e6, 1e7])
def test_what_reaches_far_outside_is_right_inside(far):
    half = Fill(Path.polygon([(-far, -far), (far, -far), (far, 10.5), (-far, 10.5)]), RED)
    pixels = drawn(half)
    assert (pixels[:10, :, 3] == 255).all()
    assert np.abs(pixels[10, :, 3] - 128).max() <= 2
    assert not pixels[11:].any()
    slope = drawn(line((-far, -far), (far, far), width=2, cap="butt"))
    assert all(slope[i, i, 3] > 200 for i in range(40))
    assert ink(slope) == pytest.approx(2 * 40 * math.sqrt(2), rel=0.05)
    closed = Stroke(Path.polygon([(-far, 20), (far, 20), (far, far), (-far, far)]), RED, 4)
    assert ink(drawn(closed)) == pytest.approx(160, rel=0.01)
    assert ink(drawn(line((-far, 20), (far, 20), width=2, cap="butt", dash=(5, 5)))) == (
        pytest.approx(40, abs=11)
    )


def test_what_has_no_points_or_no_width_is_left_out():
    empty = Path((Subpath(np.empty((0, 2))), Subpath(np.empty((0, 2)), is_curved=True)))
    ops = (
        Fill(empty, RED),
        Fill(Path(()), RED),
        Stroke(empty, RED, 3),
        line((1, 1), (9, 9), width=0),
    )
    assert not drawn(*ops, box(5, 5, 5, 5)).any()
    assert ink(drawn(Fill(Path((*empty.subpaths, *box(5, 5, 9, 9).path.subpaths)), RED))) == 16


def test_the_eraser_takes_away_what_was_there_before_but_not_the_ground():
    ops = (box(0, 0, 40, 40), erased(line((0, 20), (40, 20), width=10)), box(18, 18, 22, 22, BLUE))
    pixels = drawn(*ops, ground=(WHITE,))
    assert pixels[20, 5].tolist() == [255, 255, 255, 255]
    assert pixels[5, 5].tolist() == [255, 0, 0, 255]
    assert pixels[20, 20].tolist() == [0, 0, 255, 255]
    bare = drawn(*ops)
    assert bare[20, 5, 3] == 0


def test_a_translucent_eraser_leaves_a_part_and_two_leave_less():
    half = erased(line((0, 20), (40, 20), width=10, alpha=0.5))
    once, twice = drawn(box(0, 0, 40, 40), half), drawn(box(0, 0, 40, 40), half, half)
    assert once[20, 20, 3] == pytest.approx(127, abs=1)
    assert twice[20, 20, 3] == pytest.approx(64, abs=1)
    assert once[20, 20, :3].tolist() == [255, 0, 0]
    as_group = erased(line((0, 20), (40, 20), width=10), alpha=0.5)
    assert np.abs(drawn(box(0, 0, 40, 40), as_group) - once).max() <= 1


def test_every_way_to_erase_gives_the_same():
    shape = ellipse(20, 20, 12, 7)
    one = erased(Fill(shape, BLUE))
    wrapped = erased(Group((Fill(shape, BLUE),)))
    two = erased(Fill(shape, BLUE), Fill(shape, BLUE, 0.0))
    first, second, third = (drawn(box(0, 0, 40, 40), each) for each in (one, wrapped, two))
    assert ink(first) == pytest.approx(1600 - math.pi * 12 * 7, rel=0.005)
    assert np.abs(first - second).max() <= 1
    assert np.abs(first - third).max() <= 1
    assert not first[first[..., 3] == 0].any()  # nor can it be read from a transparent file


def test_an_eraser_inside_a_group_erases_only_there():
    group = Group((box(10, 10, 30, 30, BLUE), erased(box(15, 15, 25, 25))))
    pixels = drawn(box(0, 0, 40, 40), group)
    assert pixels[20, 20].tolist() == [255, 0, 0, 255]
    assert pixels[12, 12].tolist() == [0, 0, 255, 255]


def test_the_parts_of_a_translucent_group_dont_show_through_each_other():
    group = Group((box(5, 5, 25, 25), box(15, 15, 35, 35, BLUE)), alpha=0.5)
    pixels = drawn(group)
    assert pixels[20, 20].tolist() == [0, 0, 255, 128]
    assert pixels[10, 10].tolist() == [255, 0, 0, 128]


def test_clips_cut_smoothly_in_every_kind_of_group():
    clip = rectangle(Box(10, 10, 20.5, 30))
    picture = Bitmap.of(Image.new("RGB", (4, 4), RED))
    groups = [
        Group((box(0, 0, 40, 40),), clip=clip),
        Group((box(0, 0, 40, 40), box(3, 3, 5, 5, BLUE)), clip=clip),
        Group((Picture(picture, scaled(40)),), clip=clip),
        Group((Group((box(0, 0, 40, 40),), clip=rectangle(Box(-9, -9, 99, 99))),), clip=clip),
        Group((box(0, 0, 40, 40),), clip=clip, composite="xor"),
    ]
    for group in groups:
        pixels = drawn(group)
        assert ink_box(pixels) == (10, 10, 21, 30), group
        assert pixels[20, 20, 3] == pytest.approx(128, abs=2)
        assert ink(pixels) == pytest.approx(210, rel=0.01)
    assert not drawn(Group((box(0, 0, 40, 40),), clip=rectangle(Box(50, 50, 60, 60)))).any()
    assert not drawn(Group((box(0, 0, 40, 40),), clip=Path(()))).any()


def test_paint_after_a_clip_is_whole_again():
    clipped = Group((box(0, 0, 40, 40),), clip=rectangle(Box(0, 0, 5, 5)))
    pixels = drawn(clipped, box(30, 30, 35, 35, BLUE))
    assert pixels[32, 32].tolist() == [0, 0, 255, 255]


def test_a_clip_stays_where_it_is_while_the_parts_move():
    group = Group((box(0, 0, 10, 10),), clip=rectangle(Box(5, 5, 40, 40)), matrix=moved(4, 0))
    assert ink_box(drawn(group)) == (5, 5, 14, 10)


def test_groups_within_groups_add_up():
    inner = Group((box(0, 0, 10, 5),), matrix=moved(5, 0), alpha=0.5)
    outer = Group((inner,), matrix=rotated(math.pi / 2), alpha=0.5)
    pixels = drawn(Group((outer,), matrix=moved(20, 0)))
    assert ink_box(pixels) == (15, 5, 20, 15)
    assert pixels[10, 17, 3] == pytest.approx(64, abs=1)


def chessboard() -> Image.Image:
    image = Image.new("RGBA", (64, 64))
    for y in range(64):
        for x in range(64):
            image.putpixel((x, y), (255, 0, 0, 255) if (x + y) % 2 else (0, 0, 0, 0))
    return image


def test_pictures_shrink_to_the_mean_of_their_pixels():
    pixels = drawn(Picture(Bitmap.of(chessboard()), scaled(10).then(moved(5, 5))))
    inner = pixels[6:14, 6:14]
    assert (inner[..., 0] == 255).all()  # no darkening from what is transparent
    assert np.abs(inner[..., 3] - 128).max() <= 3


def test_pictures_keep_their_corners_and_turn_clockwise():
    image = Image.new("RGB", (2, 2))
    for place, color in zip(
        [(0, 0), (1, 0), (0, 1), (1, 1)], [RED, BLUE, (0, 255, 0), (9, 9, 9)], strict=True
    ):
        image.putpixel(place, color)
    straight = drawn(Picture(Bitmap.of(image), scaled(20).then(moved(10, 10))))
    assert ink_box(straight) == (10, 10, 30, 30)
    assert straight[11, 11, :3].tolist() == [255, 0, 0]
    assert straight[11, 28, :3].tolist() == [0, 0, 255]
    assert straight[28, 11, :3].tolist() == [0, 255, 0]
    turned = drawn(
        Picture(Bitmap.of(image), scaled(20).then(rotated(math.pi / 2, 10, 10)).then(moved(10, 10)))
    )
    assert turned[11, 28, :3].tolist() == [255, 0, 0]
    assert turned[28, 28, :3].tolist() == [0, 0, 255]
    mirrored = drawn(Picture(Bitmap.of(image), Matrix(-20, 0, 0, 20, 30, 10)))
    assert mirrored[11, 28, :3].tolist() == [255, 0, 0]


def test_pictures_have_smooth_edges_and_their_alpha():
    bitmap = Bitmap.of(Image.new("RGB", (8, 8), BLUE))
    pixels = drawn(Picture(bitmap, scaled(10.5, 10).then(moved(5, 5)), alpha=0.5))
    assert pixels[10, 10].tolist() == [0, 0, 255, 128]
    assert pixels[10, 15, 3] == pytest.approx(64, abs=2)
    assert ink(pixels) == pytest.approx(52.5, rel=0.02)
    tilted = drawn(Picture(bitmap, scaled(20).then(rotated(0.3, 10, 10)).then(moved(10, 10))))
    assert ink(tilted) == pytest.approx(400, rel=0.01)


def test_pictures_without_area_or_out_of_sight_are_left_out():
    bitmap = Bitmap.of(Image.new("RGB", (8, 8), BLUE))
    for matrix in (scaled(0, 5), scaled(5).then(moved(100, 0)), Matrix(1, 1, 1, 1, 5, 5)):
        assert not drawn(Picture(bitmap, matrix)).any()
    huge = drawn(Picture(bitmap, scaled(1e6).then(moved(-5e5, -5e5))))
    assert (huge[..., 3] == 255).all()


def test_text_stands_on_its_baseline_with_the_ink_of_its_outlines():
    shaped = text.shape("Hxg", "sans", 20)
    op = text.text_op(shaped, 5, 30, 20, RED, 1.0)
    pixels = drawn(op, size=(60, 40))
    left, top, right, bottom = ink_box(pixels)
    assert top == pytest.approx(30 - 0.716 * 20, abs=1)  # the height of Arial's capitals
    assert bottom == pytest.approx(30 + 0.21 * 20, abs=1)
    assert 5 <= left <= 8
    assert right <= 5 + shaped.width + 1
    doubled = drawn(op, size=(60, 40), scale=2)
    assert ink(doubled) == pytest.approx(4 * ink(pixels), rel=0.03)


def test_a_tall_sheet_drawn_in_bands_has_no_seams(monkeypatch):
    ops = (
        Fill(ellipse(20, 60, 15, 50), RED, 0.5),
        erased(line((0, 20), (40, 100), width=7)),
        Picture(Bitmap.of(chessboard()), scaled(30).then(rotated(0.5)).then(moved(15, 40))),
        Group((box(3, 3, 30, 90, BLUE),), composite="multiply", alpha=0.7),
        text.text_op(text.shape("Seam", "hand", 18), 2, 64, 18, BLUE, 1.0),
    )
    whole = drawn(*ops, size=(40, 120), ground=(WHITE,))
    monkeypatch.setattr(raster, "_BAND_PIXELS", 40 * 16)
    assert np.abs(drawn(*ops, size=(40, 120), ground=(WHITE,)) - whole).max() <= 2


def test_png_files_are_opaque_if_the_picture_is():
    opaque = raster.encode_png(raster.paint(Sheet("a", 20, 10, (WHITE,), (box(2, 2, 8, 8),))))
    clear = raster.encode_png(raster.paint(Sheet("a", 20, 10, (), (box(2, 2, 8, 8),))))
    assert opaque[:8] == clear[:8] == b"\x89PNG\r\n\x1a\n"
    assert opaque[25] == 2
    assert clear[25] == 6
    assert zlib.crc32(opaque[-8:-4]) == int.from_bytes(opaque[-4:])


def test_a_thousand_strokes_are_drawn_in_well_under_a_second():
    """A guard against a slow path, not a benchmark: ten times what is usual."""
    generator = np.random.default_rng(5)
    ops = []
    for _ in range(1000):
        track = generator.uniform((0, 0), (1920, 1080)) + generator.normal(0, 8, (40, 2)).cumsum(0)
        ops.append(Fill(Path.polygon(np.concatenate([track, track[::-1] + 4])), RED))
    start = time.process_time()
    raster.draw(Sheet("a", 1920, 1080, (WHITE,), tuple(ops)))
    assert time.process_time() - start < 1.5


def test_lines_upon_each_other_are_no_bolder_than_they_must():
    track = [(5, 5.3), (35, 12.7)]
    once = Path.polyline(track)
    twice = Path.joined([once, Path.polyline([(x, y + 0.1) for x, y in track])])
    one, two = (ink(drawn(Stroke(path, RED, 2, cap="butt"))) for path in (once, twice))
    assert two < one * 1.2
    pale = drawn(Stroke(twice, RED, 6, 0.5))
    assert pale[9, 20, 3] == 128


# -- as browsers do ----------------------------------------------------------------------------


def words(y: float, size: float = 20.0) -> Op:
    return text.text_op(text.shape("Hxlm", "sans", size), 2, y, size, RED, 1.0)


def test_upright_text_stands_on_whole_pixels():
    at_20 = drawn(words(20.0), size=(80, 40))
    assert (drawn(words(20.3), size=(80, 40)) == at_20).all()
    assert (drawn(words(19.6), size=(80, 40)) == at_20).all()
    assert (
        drawn(words(10.2), size=(80, 40), scale=2) == drawn(words(10), scale=2, size=(80, 40))
    ).all()


@pytest.mark.parametrize("turn", [rotated(0.1), Matrix(1, 0.1, 0, 1, 0, 0)])
def test_text_that_is_turned_or_slanted_stands_where_it_is_put(turn):
    one, other = (drawn(Group((words(y),), matrix=turn), size=(80, 40)) for y in (20.0, 20.4))
    assert (one != other).any()


def test_lines_thinner_than_a_pixel_add_up_and_others_are_painted_once():
    for width, adds_up in ((0.4, True), (3.0, False)):
        path = Path.polyline([(5, 20.5), (35, 20.5)])
        once = drawn(Stroke(path, RED, width, alpha=0.5))
        twice = drawn(Stroke(Path.joined([path, path]), RED, width, alpha=0.5))
        assert (ink(twice) > 1.2 * ink(once)) == adds_up
