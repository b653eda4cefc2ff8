"""The comparator has to find what it is for: it is tried on pictures whose difference is known."""

import random

import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.visual.compare import EXCALIDRAW, SOLO, compare, report

SEED = 20261121


def drawing(skip=None, shift=0, width=4, colour=None, strokes=30):
    """Wavy lines all over a page of 1200 x 400, one of them left out if asked."""
    dice = random.Random(SEED)
    picture = Image.new("RGB", (1200, 400), "white")
    pen = ImageDraw.Draw(picture)
    for number in range(strokes):
        x, y = dice.uniform(60, 1000), dice.uniform(60, 340)
        points = [(x + shift, y)]
        for _ in range(12):
            x, y = x + dice.uniform(4, 12), y + dice.uniform(-12, 12)
            points.append((x + shift, y))
        ink = tuple(dice.randrange(160) for _ in range(3))
        if number != skip:
            pen.line(points, fill=colour or ink, width=width, joint="curve")
    return picture


def test_picture_is_like_itself():
    likeness = compare(drawing(), drawing())
    assert likeness.similarity == pytest.approx(1, abs=1e-4)
    assert (likeness.bounds, likeness.recall, likeness.precision, likeness.gap) == (0, 1, 1, 0)
    assert report({"itself": likeness}, SOLO)[1]


def test_blank_page_fails():
    blank = Image.new("RGB", (1200, 400), "white")
    for limits in (SOLO, EXCALIDRAW):
        assert not report({"blank": compare(blank, drawing())}, limits)[1]
        assert not report({"blank": compare(drawing(), blank)}, limits)[1]


def test_two_blank_pages_are_alike():
    blank = Image.new("RGB", (1200, 400), "white")
    assert report({"blank": compare(blank, blank)}, SOLO)[1]


@pytest.mark.parametrize("missing", range(0, 100, 33))
def test_one_missing_stroke_of_a_hundred_fails(missing):
    whole = drawing(strokes=100)
    less = drawing(strokes=100, skip=missing)
    table, is_good = report({"one missing": compare(less, whole)}, SOLO)
    assert not is_good, table


def test_one_stroke_too_many_fails():
    table, is_good = report({"one more": compare(drawing(), drawing(skip=7))}, SOLO)
    assert not is_good, table


def test_content_moved_by_four_pixels_fails():
    assert not report({"moved": compare(drawing(shift=4), drawing())}, SOLO)[1]


def test_other_colours_fail():
    likeness = compare(drawing(colour=(220, 60, 120)), drawing(colour=(30, 60, 120)))
    assert not report({"coloured": likeness}, SOLO)[1]


def test_slightly_softer_edges_pass():
    softer = drawing().filter(ImageFilter.GaussianBlur(0.5))
    table, is_good = report({"soft": compare(softer, drawing())}, SOLO)
    assert is_good, table


def test_transparent_pictures_are_seen_on_white():
    clear = Image.new("RGBA", (1200, 400), (0, 0, 0, 0))
    clear.paste(drawing(), (0, 0), drawing().convert("L").point(lambda level: 255 - level))
    assert compare(clear, clear.copy()).similarity == pytest.approx(1, abs=1e-4)
    assert compare(clear, drawing()).recall > 0.97


def test_median_below_its_limit_fails_though_each_picture_passes():
    likeness = compare(drawing(width=5), drawing(width=4))
    limits = type(SOLO)(median_similarity=likeness.similarity + 0.001, worst_similarity=0.5)
    assert not limits.failures(likeness)
    assert not report({"wider": likeness}, limits)[1]


def test_nothing_compared_is_not_a_success():
    assert not report({}, SOLO)[1]
