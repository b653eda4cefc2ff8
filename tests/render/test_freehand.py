import json
import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from solosync.render import freehand, freehand_many
from solosync.render.freehand_widths import End, Pen

SEED = 20261121
# Outlines that version 1.2.2 of the npm package made; tests/visual/test_freehand.py compares more.
MADE_BY_PEER = json.loads((Path(__file__).parent / "freehand.json").read_text("utf-8"))


def scribble(dice, count=40):
    """A line with bends, sharp corners, pauses and jumps."""
    place, angle, points = complex(dice.uniform(0, 500), dice.uniform(0, 500)), 0.0, []
    for _ in range(count):
        points.append(place)
        angle += dice.choice((0, dice.uniform(-0.5, 0.5), dice.uniform(-3, 3)))
        pace = dice.choice((0, 0.5, 3, 6, 6, 12, 40)) * dice.random()
        place += complex(pace * math.cos(angle), pace * math.sin(angle))
    return points


def pen_of(options):
    """From the package's names to ours."""
    ends = [
        End(end.get("cap", True), end.get("taper", 0))
        for end in (options.get("start", {}), options.get("end", {}))
    ]
    return Pen(
        options["size"],
        options.get("thinning", 0.5),
        options.get("smoothing", 0.5),
        options.get("streamline", 0.5),
        options.get("simulatePressure", True),
        start=ends[0],
        end=ends[1],
        is_complete=options.get("last", False),
    )


def area(corners):
    x, y = np.array([c.real for c in corners]), np.array([c.imag for c in corners])
    return abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2


@pytest.mark.parametrize("case", MADE_BY_PEER, ids=lambda case: case["name"])
def test_outlines_are_those_of_the_package(case):
    points = [complex(point[0], point[1]) for point in case["points"]]
    pressures = [point[2] if len(point) > 2 else None for point in case["points"]]
    corners = freehand.outline(points, pressures, pen_of(case["options"]))
    theirs = [complex(x, y) for x, y in case["outline"]]
    assert len(corners) == len(theirs)
    assert max(abs(a - b) for a, b in zip(corners, theirs, strict=True)) < 0.01


def test_no_points_and_no_size_are_no_outline():
    assert freehand.outline([], None, Pen()) == []
    assert freehand.outline([0j, 5 + 5j], None, Pen(size=0)) == []


def test_single_point_is_a_spot_of_about_the_pens_size():
    corners = freehand.outline([100 + 50j], None, Pen(size=10))
    assert all(abs(corner - (100 + 50j)) < 8 for corner in corners)
    assert area(corners) > 20


def test_harder_pressure_is_a_wider_line():
    points = [complex(5 * n, 0) for n in range(40)]
    areas = [
        area(freehand.outline(points, [pressure] * 40, Pen(size=10, simulate_pressure=False)))
        for pressure in (0.1, 0.5, 0.9)
    ]
    assert areas[0] < areas[1] < areas[2]
    assert areas[1] == pytest.approx(190 * 10, rel=0.1)


def test_taper_ends_in_a_point():
    points = [complex(5 * n, 0) for n in range(40)]
    pen = Pen(size=10, end=End(taper=60), is_complete=True)
    corners = freehand.outline(points, None, pen)
    at_the_end = [abs(corner.imag) for corner in corners if corner.real > 190]
    assert at_the_end
    assert max(at_the_end) < 2


def test_any_line_has_a_finite_outline():
    print("seed", SEED)
    dice = random.Random(SEED)
    for _ in range(200):
        points = scribble(dice, dice.randrange(1, 30))
        points = [dice.choice((point, points[0], point.conjugate() * 1e6)) for point in points]
        pen = Pen(dice.choice((0.01, 1, 8, 1e6)), dice.uniform(-1, 1), streamline=dice.random())
        corners = freehand.outline(points, None, pen)
        polygon = freehand.path(corners).subpaths[0].points if corners else np.zeros((0, 2))
        assert np.isfinite(polygon).all()


def test_path_passes_half_way_between_the_corners():
    square = [0j, 10 + 0j, 10 + 10j, 10j]
    polygon = freehand.path(square, tolerance=0.01).subpaths[0].points
    assert polygon.min() >= 0
    assert polygon.max() <= 10
    for middle in ((5, 0), (10, 5), (5, 10), (0, 5)):
        assert min(np.hypot(*(polygon - middle).T)) < 1e-9
    # The corners are cut, as those of a curve are.
    assert min(np.hypot(*(polygon - (10, 10)).T)) == pytest.approx(math.hypot(1.25, 1.25), abs=0.1)


def test_polygon_strays_from_its_curve_by_no_more_than_the_tolerance():
    corners = freehand.outline(scribble(random.Random(SEED)), None, Pen(size=20))
    fine = freehand.path(corners, tolerance=0.0005).subpaths[0].points
    coarse = freehand.path(corners, tolerance=0.05).subpaths[0].points
    assert len(coarse) < len(fine)
    starts, ways = coarse, np.roll(coarse, -1, axis=0) - coarse
    lengths = np.maximum((ways**2).sum(axis=1), 1e-12)
    for point in fine:
        share = np.clip(((point - starts) * ways).sum(axis=1) / lengths, 0, 1)
        assert np.hypot(*(starts + share[:, None] * ways - point).T).min() < 0.06


def test_lines_outlined_together_are_as_they_are_one_by_one():
    dice = random.Random(SEED)
    lines = [scribble(dice, dice.randrange(1, 60)) for _ in range(300)]
    # Most of these have no sharp corners: every second point of a spiral, on a grid.
    lines += [
        [
            complex(round(at * math.cos(at / 9), 1), round(at * math.sin(at / 9), 1))
            for at in range(start, start + 2 * dice.randrange(3, 60), 2)
        ]
        for start in range(300)
    ]
    dice.shuffle(lines)
    sizes = [dice.choice((1e-310, 0.5, 2, 4, 6, 20, 60)) for _ in lines]
    for thinning, easing, same_of_arrays in (
        (0.5, lambda part: part, lambda parts: parts),
        (0.6, math.sin, np.sin),
    ):
        pen = Pen(thinning=thinning, easing=easing)
        made = freehand_many.paths(lines, sizes, pen, same_of_arrays)
        together = [(at, path) for at, path in enumerate(made) if path is not None]
        assert len(together) > 250
        for at, path in together:
            corners = freehand.outline(lines[at], None, replace(pen, size=sizes[at]))
            (one,), (many,) = freehand.path(corners).subpaths, path.subpaths
            assert many.points == pytest.approx(one.points, abs=1e-9)


def test_few_lines_are_left_to_be_outlined_one_by_one():
    lines = [[0j, 9 + 0j, 20 + 9j]] * 31
    assert freehand_many.paths(lines, [4] * 31, Pen(), lambda parts: parts) == [None] * 31
    lines = [[], [0j], *lines, lines[0]]
    made = freehand_many.paths(lines, [4] * 34, Pen(), lambda parts: parts)
    assert [path is None for path in made] == [True] * 2 + [False] * 32
