import numpy as np
import pytest

from solosync.render import wide_strokes
from solosync.render.polylines import Lines


def simplified(*chains, strokes=None):
    """The chains that are left, of one stroke."""
    lines = Lines.of([np.array(chain, float) for chain in chains])
    kept = wide_strokes.simplify(lines, np.array(strokes or [1] * len(chains)))
    return [line for line, is_kept in zip(lines.split(), kept.tolist(), strict=True) if is_kept]


def arc(handle):
    return [(0, 0), (100, 0), (200, handle), (300, 0)]


def test_what_hardly_bends_is_a_line():
    flat, bent = simplified(arc(0.9), arc(1))

    assert np.abs(flat[:, 1]).max() == 0
    assert bent == pytest.approx(np.array(arc(1)))


def test_a_chain_is_straight_where_it_is_flat_only():
    chain = [*arc(50), (400, 0.1), (500, 0.1), (600, 0)]

    made, _ = simplified(chain, arc(1))

    assert made[:4] == pytest.approx(np.array(chain[:4]))
    assert made[4:] == pytest.approx(np.array([(400, 0), (500, 0), (600, 0)]))


def test_of_equal_lines_there_is_one():
    made = simplified(arc(9), arc(9), arc(8), arc(9), [*arc(9), (400, 9), (500, 9), (600, 9)])

    assert [line[2, 1] for line in made] == [9, 8, 9, 9]


def test_single_lines_and_those_of_other_strokes_stay_as_they_are():
    straight = arc(0.1)
    made = simplified(straight, straight, straight, straight, strokes=[1, 2, 0, 0])

    assert np.array(made) == pytest.approx(np.array([straight] * 4))
