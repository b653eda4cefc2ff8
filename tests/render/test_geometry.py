import random

import numpy as np
import pytest

from solosync.render.geometry import IDENTITY, NOWHERE, Box, Path, Subpath, moved, rotated, scaled
from solosync.render.shapes import ellipse, rectangle, rounded_rectangle


def curve(points, *, is_closed=False):
    return Path((Subpath(np.array(points, float), is_closed, is_curved=True),))


def sampled(chain):
    """Many points of each curve, by the definition."""
    t = np.linspace(0, 1, 2001)[:, None]
    u = 1 - t
    return np.concatenate(
        [
            u**3 * p + 3 * u * u * t * q + 3 * u * t * t * r + t**3 * s
            for p, q, r, s in zip(chain[:-1:3], chain[1::3], chain[2::3], chain[3::3], strict=True)
        ]
    )


def test_bounds_of_nothing_are_nowhere():
    assert Path(()).bounds == NOWHERE
    assert Path((Subpath(np.empty((0, 2))),)).bounds == NOWHERE


def test_bounds_of_a_dot_and_of_a_level_line_have_no_area():
    assert Path.polyline([(3, 4)]).bounds == Box(3, 4, 3, 4)
    assert curve([(3, 4)]).bounds == Box(3, 4, 3, 4)
    assert Path.polyline([(5, 2), (1, 2)]).bounds == Box(1, 2, 5, 2)


def test_bounds_of_an_ellipse_are_its_radii():
    assert ellipse(10, 20, 30, 5).bounds == pytest.approx(Box(-20, 15, 40, 25))
    box = Box(1, 2, 50, 60)
    assert rounded_rectangle(box, 12).bounds == pytest.approx(box)


def test_curve_reaches_as_far_as_it_does_and_not_as_its_control_points():
    assert curve([(0, 0), (0, 4), (4, 4), (4, 0)]).bounds == pytest.approx(Box(0, 0, 4, 3))
    assert curve([(0, 0), (9, 0), (-9, 0), (0, 0)]).bounds.right == pytest.approx(2.598, abs=0.001)


@pytest.mark.parametrize("scale", [1e-6, 1, 1e7])
def test_bounds_of_any_curves_are_those_of_their_points(scale):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    for _ in range(100):
        chain = rng.normal(0, 1, (3 * rng.integers(1, 6) + 1, 2))
        if rng.random() < 0.3:
            chain[:, rng.integers(2)] = np.round(chain[:, 0])  # degenerate ones
        found = np.array(curve(chain * scale).bounds) / scale
        points = sampled(chain)
        expected = np.concatenate([points.min(axis=0), points.max(axis=0)])
        assert np.abs(found - expected).max() < 1e-5


def test_bounds_by_a_matrix_are_those_of_the_path_moved():
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    for _ in range(100):
        path = Path(
            tuple(
                Subpath(rng.uniform(-9, 9, (3 * rng.integers(0, 4) + 1, 2)), True, is_curved)
                for is_curved in (True, False, True)
            )
        )
        matrix = rotated(rng.uniform(0, 7)).then(scaled(rng.uniform(0.1, 4))).then(moved(5, -3))
        assert path.bounds_by(matrix) == pytest.approx(path.transformed(matrix).bounds)


def test_bounds_take_in_every_subpath():
    path = Path.joined([rectangle(Box(0, 0, 1, 1)), ellipse(50, 50, 2, 2), curve([(-7, 3)])])
    assert path.bounds == pytest.approx(Box(-7, 0, 52, 52))


def test_a_path_within_a_known_box_adds_nothing_and_another_its_exact_bounds():
    path = curve([(0, 0), (10, 40), (20, 40), (30, 0)])
    assert path.bounds_by(IDENTITY, Box(0, 0, 30, 40)) == NOWHERE
    for known in (Box(0, 0, 30, 29), Box(50, 50, 60, 60), NOWHERE):
        assert path.bounds_by(IDENTITY, known) == pytest.approx((0, 0, 30, 30))
