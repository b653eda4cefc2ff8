import math
import random
import re

import numpy as np
import pytest

from solosync.render.geometry import IDENTITY, Box, Path, Subpath, moved, rotated, scaled
from solosync.render.shapes import ellipse, rectangle
from solosync.render.svg_paths import number, path_data, transform

NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


def read(data: str) -> list[tuple[np.ndarray, bool, bool]]:
    """The subpaths of a path, as (points, is closed, is curved), by the rules of SVG."""
    found = []
    for part in re.findall("M[^M]*", data):
        point = np.zeros(2)
        points, is_curved = [], False
        for command, numbers in re.findall(r"([Mlch])([^A-Za-z]*)", part):
            values = [float(text) for text in NUMBER.findall(numbers)]
            assert "".join(NUMBER.findall(numbers)) == numbers.replace(" ", "")
            if command == "h":
                assert values == [0]
                continue
            steps = np.array(values).reshape(-1, 2)
            if command == "M":
                point = steps[0]
                points.append(point)
            elif command == "l":
                for step in steps:
                    point = point + step
                    points.append(point)
            else:
                is_curved = True
                for curve in steps.reshape(-1, 3, 2):
                    points += list(point + curve)
                    point = points[-1]
        found.append((np.array(points), part.endswith("z"), is_curved))
    return found


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0, 2, "0"),
        (-0.001, 2, "0"),
        (1, 2, "1"),
        (-1.5, 2, "-1.5"),
        (0.25, 2, ".25"),
        (-0.05, 2, "-.05"),
        (100, 2, "100"),
        (12.345, 0, "12"),
        (1e7, 2, "10000000"),
        (-12345678.123456, 6, "-12345678.123456"),
    ],
)
def test_numbers_are_short(value, decimals, text):
    assert number(value, decimals) == text


def test_numbers_are_right_to_the_last_decimal():
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(2000):
        value, decimals = rng.uniform(-1, 1) * 10 ** rng.randint(-3, 7), rng.randint(0, 6)
        assert float(number(value, decimals)) == pytest.approx(value, abs=0.51 / 10**decimals)


def test_rectangle_is_a_closed_line():
    assert path_data(rectangle(Box(1, 2, 5, 8.5))) == "M1 2l4 0 0 6.5-4 0z"


def test_open_lines_stay_open():
    assert path_data(Path.polyline([(-1, -2), (0, 0)])) == "M-1-2l1 2"


def test_dot_is_seen_only_where_it_is_stroked():
    dot = Path.polyline([(3, 4)])
    assert path_data(dot) == ""
    assert path_data(dot, is_stroked=True) == "M3 4h0"


def test_empty_path_is_nothing():
    assert path_data(Path(())) == ""
    assert path_data(Path((Subpath(np.empty((0, 2))),)), is_stroked=True) == ""


@pytest.mark.parametrize("decimals", [0, 2, 5])
@pytest.mark.parametrize("size", [0.5, 30, 3e4, 1e7])
@pytest.mark.parametrize("is_curved", [False, True])
def test_points_stay_in_place_along_the_longest_path(decimals, size, is_curved):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    points = np.random.default_rng(seed).uniform(-size, size, (3001, 2))
    path = Path((Subpath(points, is_closed=True, is_curved=is_curved),))
    ((found, is_closed, was_curved),) = read(path_data(path, decimals))
    assert (is_closed, was_curved) == (True, is_curved)
    assert np.abs(found - points).max() <= 0.5 / 10**decimals + 1e-6


def test_subpaths_follow_each_other():
    path = Path.joined([ellipse(50, 50, 20, 10), Path.polyline([(0, 0), (9, 9)])])
    (round_, closed, curved), (line, open_, straight) = read(path_data(path))
    assert (closed, curved, open_, straight) == (True, True, False, False)
    assert round_.shape == (13, 2)
    assert line.tolist() == [[0, 0], [9, 9]]


def test_transform_of_nothing_is_left_out():
    assert transform(IDENTITY) == ""
    assert transform(moved(3, -4.5)) == "translate(3 -4.5)"
    assert transform(scaled(2, -0.5)) == "matrix(2 0 0 -0.5 0 0)"


def test_transform_keeps_far_corners_in_place():
    matrix = rotated(math.pi / 7, 1234.5, -77).then(scaled(0.37))
    values = [float(text) for text in NUMBER.findall(transform(matrix))]
    far = np.array([[1e5, -1e5]])
    again = far @ np.array([values[0:2], values[2:4]]) + values[4:]
    assert np.allclose(again, matrix.apply(far), atol=0.01)
