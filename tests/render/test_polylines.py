import random

import numpy as np
import pytest

from solosync.render.geometry import IDENTITY, Path, Subpath, rotated, scaled
from solosync.render.polylines import FLATNESS, Lines, flattened, placed

TURN = scaled(3).then(rotated(0.4))


def path_of(*, curved: int, straight: int, seed: int) -> Path:
    generator = random.Random(seed)

    def points(count: int) -> np.ndarray:
        return np.array(
            [(generator.uniform(0, 90), generator.uniform(0, 90)) for _ in range(count)]
        )

    parts = [Subpath(points(3 * generator.randrange(5) + 1), is_curved=True) for _ in range(curved)]
    parts += [Subpath(points(generator.randrange(1, 6))) for _ in range(straight)]
    generator.shuffle(parts)
    return Path(tuple(parts))


def distance(point: np.ndarray, line: np.ndarray) -> float:
    if len(line) == 1:
        return float(np.hypot(*(line[0] - point)))
    starts, steps = line[:-1], np.diff(line, axis=0)
    lengths = np.maximum((steps**2).sum(axis=1), 1e-12)
    along = np.clip(((point - starts) * steps).sum(axis=1) / lengths, 0, 1)
    return float(np.hypot(*(starts + steps * along[:, None] - point).T).min())


@pytest.mark.parametrize(("curved", "straight"), [(0, 9), (9, 0), (1, 0), (3, 0), (5, 4), (0, 1)])
def test_subpaths_together_are_as_they_are_alone(curved, straight):
    for seed in range(5):
        path = path_of(curved=curved, straight=straight, seed=seed)
        together = placed(path, TURN).split()
        assert len(together) == len(path.subpaths)
        for line, part in zip(together, path.subpaths, strict=True):
            points = TURN.apply(part.points)
            alone = points
            if part.is_curved:
                alone = flattened(Lines(points, [len(points)])).points
            assert np.abs(line[[0, -1]] - alone[[0, -1]]).max() < 1e-9
            if part.is_curved:
                assert max(distance(point, line) for point in alone) <= 2 * FLATNESS
                assert max(distance(point, alone) for point in line) <= 2 * FLATNESS
            else:
                assert np.abs(line - alone).max() < 1e-9


def test_a_path_of_nothing_has_no_lines_and_empty_subpaths_stay_empty():
    assert placed(Path(()), IDENTITY).split() == []
    empty = Path((Subpath(np.empty((0, 2)), is_curved=True),) * 6)
    assert placed(empty, TURN).lengths == [0] * 6


def test_a_curve_has_the_pieces_that_it_needs_and_a_straight_one_is_a_single_line():
    chain = [(0, 0), (1, 0), (2, 0), (3, 0), (3, 90), (60, 90), (60, 0), (61, 0), (62, 0), (63, 0)]
    line = placed(Path.cubics(chain), IDENTITY).points
    assert (line[[0, 1, -2, -1]] == [(0, 0), (3, 0), (60, 0), (63, 0)]).all()
    assert 10 < len(line) < 64
