import numpy as np
import pytest

from solosync.render import wide_strokes
from solosync.render.geometry import Path, Subpath


def doubled(*chains):
    return Path(tuple(Subpath(np.array(chain, float), False, True) for chain in chains))


def arc(handle):
    return [(0, 0), (100, 0), (200, handle), (300, 0)]


def test_what_hardly_bends_is_a_line():
    flat, bent = wide_strokes.simplified(doubled(arc(0.9), arc(1))).subpaths

    assert np.abs(flat.points[:, 1]).max() == 0
    assert bent.points == pytest.approx(np.array(arc(1)))


def test_a_chain_is_straight_where_it_is_flat_only():
    chain = [*arc(50), (400, 0.1), (500, 0.1), (600, 0)]

    made = wide_strokes.simplified(doubled(chain, arc(1))).subpaths[0].points

    assert made[:4] == pytest.approx(np.array(chain[:4]))
    assert made[4:] == pytest.approx(np.array([(400, 0), (500, 0), (600, 0)]))


def test_of_equal_lines_there_is_one():
    made = wide_strokes.simplified(doubled(arc(9), arc(9), arc(8), arc(9)))

    assert [part.points[2, 1] for part in made.subpaths] == [9, 8, 9]


def test_single_lines_and_polylines_stay_as_they_are():
    for path in (doubled(arc(0)), Path.polyline([(0, 0), (9, 9)]), Path(())):
        assert wide_strokes.simplified(path) is path
