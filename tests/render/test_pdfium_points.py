import numpy as np

from solosync.render.pdfium_points import GRID, LENGTH, ORIGIN, written
from solosync.render.polylines import Lines


def test_points_are_whole_numbers_of_the_grid_from_an_origin_far_out():
    points = np.array([(0, 0), (1.5, -2), (-20_000, 20_000), (19_999.99, 0.004)])
    lines = written(Lines(points, [2, 0, 2])).decode().splitlines()

    read = [line.split() for line in lines]
    assert [what for *_, what in read] == ["m", "l", "m", "l"]
    numbers = np.array([(int(x), int(y)) for x, y, _ in read])
    assert (numbers == np.rint((points + ORIGIN) * GRID)).all()
    assert {len(line) + 1 for line in lines} == {LENGTH}


def test_what_is_no_number_or_too_far_is_written_as_something_that_can_be_read():
    points = np.array([(1e9, -1e9), (30_000, -30_000)])
    text = written(Lines(points, [2])).decode()
    assert [int(number) for line in text.splitlines() for number in line.split()[:2]] == [
        2 * ORIGIN * GRID - 1,
        0,
    ] * 2
    assert written(Lines.of([])) == b""
