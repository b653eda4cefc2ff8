import time

import numpy as np
import pytest

from solosync.render import backdrops
from solosync.render.geometry import Box
from solosync.render.scene import Backdrop, Fill, Stroke, bounds

SHEET = Box(-37, -12, 400, 300)
PATTERNS = ["grid", "dots", "ruled", "graph"]


def points(op):
    return np.concatenate([part.points for part in op.path.subpaths])


@pytest.mark.parametrize("pattern", ["plain", *PATTERNS])
def test_ground_covers_all_that_is_seen(pattern):
    ground, *_ = backdrops.paint(Backdrop((10, 20, 30), pattern), SHEET)
    assert isinstance(ground, Fill)
    assert ground.color == (10, 20, 30)
    assert bounds([ground]) == SHEET


def test_plain_page_has_nothing_but_its_ground():
    assert len(backdrops.paint(Backdrop(), SHEET)) == 1


@pytest.mark.parametrize("spacing", [20.0, 33.3])
def test_lines_start_at_the_origin_of_the_page_wherever_the_sheet_begins(spacing):
    _, lines = backdrops.paint(Backdrop(pattern="grid", spacing=spacing), SHEET)
    upright = [
        part.points for part in lines.path.subpaths if part.points[0, 0] == part.points[1, 0]
    ]
    assert isinstance(lines, Stroke)
    places = [float(line[0, 0]) - lines.width / 2 for line in upright]
    assert 0.0 in places
    assert places[0] >= SHEET.left
    assert places[-1] <= SHEET.right
    assert np.allclose(np.diff(places), spacing)
    assert len(places) == SHEET.width // spacing + 1
    assert all(line[:, 1].tolist() == [SHEET.top, SHEET.bottom] for line in upright)


def test_ruled_paper_has_only_level_lines():
    _, lines = backdrops.paint(Backdrop(pattern="ruled"), SHEET)
    assert all(part.points[0, 1] == part.points[1, 1] for part in lines.path.subpaths)


def test_each_fifth_line_of_graph_paper_stands_out():
    _, fine, strong = backdrops.paint(Backdrop(pattern="graph", spacing=10), SHEET)
    assert isinstance(fine, Stroke)
    assert fine.alpha < strong.alpha
    every = {tuple(part.points.ravel()) for part in fine.path.subpaths}
    fifth = {tuple(part.points.ravel()) for part in strong.path.subpaths}
    assert fifth < every
    assert len(every) == pytest.approx(5 * len(fifth), abs=8)


def test_dots_stand_where_the_lines_of_a_grid_would_cross():
    _, dots = backdrops.paint(Backdrop(pattern="dots", spacing=50), Box(-10, -10, 110, 60))
    centres = {tuple(part.points.mean(axis=0).round(6)) for part in dots.path.subpaths}
    assert centres == {(x + 0.5, y + 0.5) for x in (0, 50, 100) for y in (0, 50)}


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("spacing", [0.0, -5.0, 1e-9, 1.0, float("nan"), float("inf"), 1e12])
def test_endless_page_with_any_spacing_is_painted_soon(pattern, spacing):
    start = time.process_time()
    ops = backdrops.paint(Backdrop(pattern=pattern, spacing=spacing), Box(-1e7, -1e7, 1e7, 1e7))
    assert sum([len(op.path.subpaths) for op in ops]) <= backdrops.MOST_DOTS + 1
    assert time.process_time() - start < 2


def test_coarser_pattern_is_part_of_the_finer_one():
    wide = Box(0, 0, 50_000, 100)
    _, lines = backdrops.paint(Backdrop(pattern="ruled", spacing=10), wide)
    places = {float(part.points[0, 1]) for part in lines.path.subpaths}
    assert places <= {10 * number + 0.5 for number in range(11)}
    assert 0.5 in places


def test_empty_box_paints_no_pattern():
    assert len(backdrops.paint(Backdrop(pattern="grid"), Box(0, 0, 0, 0))) == 1
