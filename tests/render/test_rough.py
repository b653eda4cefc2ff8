import json
import math
from pathlib import Path

import numpy as np
import pytest

from solosync.render import rough, wide_strokes
from solosync.render.polylines import Lines
from solosync.render.rough import Pen
from solosync.render.rough_hachure import MAX_CROSSINGS, lines
from solosync.render.rough_points import simplified
from tests.render.rough_cases import cases, digest, ours

# What rough.js 4.6.4 drew; tests/visual/test_rough_in_node.py writes it anew and compares more.
FROM_ROUGH_JS = json.loads(Path(__file__).with_name("rough_from_js.json").read_text())


@pytest.mark.parametrize("recorded", FROM_ROUGH_JS["cases"], ids=range(len(FROM_ROUGH_JS["cases"])))
def test_a_shape_has_the_same_wobbles_as_in_a_browser(recorded):
    case, expected = recorded

    drawn = digest(ours(case))

    assert [[*each[:2]] for each in drawn] == [[*each[:2]] for each in expected]
    for mine, theirs in zip(drawn, expected, strict=True):
        assert _numbers(mine) == pytest.approx(_numbers(theirs), abs=1e-6, rel=1e-9)


def test_the_recorded_cases_cover_each_shape_with_each_fill():
    recorded = {(c["shape"], c["options"].get("fillStyle")) for c, _ in FROM_ROUGH_JS["cases"]}

    assert recorded == {(c["shape"], c["options"].get("fillStyle")) for c in cases(1, 35)}


def test_another_seed_gives_another_line():
    pens = Pen(seed=1), Pen(seed=2)

    one, other = (rough.line((0, 0), (100, 40), pen)[0].strokes for pen in pens)

    assert one != other


def test_a_seed_of_zero_still_wobbles_and_always_the_same_way():
    one, again = (rough.line((0, 0), (100, 40), Pen(seed=0))[0].strokes for _ in range(2))

    assert one == again
    assert len({round(x % 1, 6) for x, _ in one[0]}) > 1


def test_without_roughness_a_rectangle_is_exact():
    sketch = rough.rectangle(80, 50, Pen(seed=7, roughness=0))[-1]

    assert {point for stroke in sketch.strokes for point in (stroke[0], stroke[-1])} == {
        (0, 0),
        (80, 0),
        (80, 50),
        (0, 50),
    }


def test_without_roughness_each_line_is_there_twice_the_same():
    """Where it is thinner than a pixel, browsers blend both."""
    for sketch in rough.rectangle(80, 50, Pen(seed=7, roughness=0, fill="hachure")):
        parts = sketch.path.subpaths
        for one, other in zip(parts[::2], parts[1::2], strict=True):
            assert one.points[[0, -1]].tolist() == other.points[[0, -1]].tolist()
        lines = Lines.of([part.points for part in parts])
        kept = wide_strokes.simplify(lines, np.array([1] * len(parts)))
        assert 2 * kept.sum() == len(parts)


def test_a_fill_comes_before_its_outline():
    kinds = [
        [s.kind for s in rough.ellipse(0, 0, 40, 30, Pen(seed=3, fill=fill))]
        for fill in ("solid", "hachure", "cross-hatch", "zigzag", None)
    ]

    assert kinds == [["fill", "outline"], *[["hatch", "outline"]] * 3, ["outline"]]


def test_hatching_a_board_sized_shape_ends():
    side = 1e7
    square = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]

    drawn = lines([square], 0.01, 49, is_fine=True)

    assert MAX_CROSSINGS / 4 < len(drawn) <= MAX_CROSSINGS


def test_hatching_nothing_gives_nothing():
    flat = [(0.0, 0.0), (0.0, 0.0)]

    assert lines([[], flat, [(1.0, 1.0)]], 4, 49, is_fine=True) == []


def test_a_simplified_line_keeps_its_ends_and_its_corners():
    wave = [(x / 10, 30 * math.sin(x / 100)) for x in range(3000)]

    few = simplified(wave, 0.5)

    assert few[0] == wave[0]
    assert few[-1] == wave[-1]
    assert 10 < len(few) < 100


def _numbers(of: list) -> list[float]:
    _, count, *rest = of
    return [] if not count else [*rest[0][1:], *rest[1][1:], rest[2]]
