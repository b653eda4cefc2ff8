import itertools

import numpy as np
import pytest

from solosync.render.simplify import simplified


def distance(point, start, end):
    chord = end - start
    length2 = chord @ chord
    along = np.clip((point - start) @ chord / length2, 0, 1) if length2 else 0
    return np.hypot(*(point - start - along * chord))


def stray(line, left):
    chords = list(itertools.pairwise(left))
    return max(min(distance(point, *chord) for chord in chords) for point in line)


@pytest.mark.parametrize("seed", range(5))
def test_no_point_is_farther_away_than_said(seed):
    source = np.random.default_rng(seed)
    lines = [source.normal(0, 3, (40, 2)).cumsum(axis=0).cumsum(axis=0) for _ in range(5)]
    for tolerance in (0.1, 1, 10):
        for line, left in zip(lines, simplified(lines, tolerance), strict=True):
            assert stray(line, left) <= tolerance, f"{seed=}"
            assert (left[0] == line[0]).all()
            assert (left[-1] == line[-1]).all()


def test_straight_line_keeps_its_ends_alone():
    line = np.array([(0, 0), (1, 1), (2, 2.01), (3, 3)])
    assert simplified([line], 0.1)[0].tolist() == [[0, 0], [3, 3]]


def test_spike_that_turns_back_beyond_the_end_stays():
    line = np.array([(0, 0), (9.0, 0), (5, 0)])
    assert simplified([line], 0.1)[0].tolist() == line.tolist()


def test_ring_keeps_the_point_farthest_from_its_first():
    turns = np.linspace(0, 2 * np.pi, 101)
    ring = np.stack([np.cos(turns), np.sin(turns)], axis=1) * 100
    ring[-1] = ring[0]
    (left,) = simplified([ring], 1)
    assert (left[0] == left[-1]).all()
    assert 12 < len(left) < 34
    assert stray(ring, left) <= 1


def test_lines_of_few_points_come_back_as_they_are():
    lines = [np.empty((0, 2)), np.ones((1, 2)), np.array([(0.0, 0), (0, 0)])]
    assert [left.tolist() for left in simplified(lines, 1)] == [line.tolist() for line in lines]
    assert simplified([], 1) == []
