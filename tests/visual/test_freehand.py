"""Our outlines of strokes beside those of the npm package, of many strokes and all its options.

`python -m tests.visual.test_freehand` writes some of them to tests/render/freehand.json, for the
tests that go without Node.js.
"""

import json
import random
import subprocess
from pathlib import Path

import pytest

from solosync.render import freehand
from tests import nodejs
from tests.render.test_freehand import SEED, pen_of, scribble

NODE = Path(__file__).resolve().parent / "node"
FIXTURES = Path(__file__).resolve().parent.parent / "render" / "freehand.json"
STROKES = 300
KEPT = 12


def strokes():
    dice = random.Random(SEED)
    for number in range(STROKES):
        points = [
            [round(point.real, 2), round(point.imag, 2)]
            for point in scribble(dice, dice.choice((1, 2, 3, 5, 10, 40, 40, 120)))
        ]
        has_pressure = number % 3 == 0
        if has_pressure:
            points = [[*point, round(dice.random(), 3)] for point in points]
        yield {"points": points, "options": options(dice, has_pressure, number)}


def options(dice, has_pressure, number):
    chosen = {"size": dice.choice((1, 2, 4, 8, 16, 40)), "simulatePressure": not has_pressure}
    if number % 2:
        chosen |= {
            "thinning": dice.choice((-0.7, 0, 0.3, 0.6, 1)),
            "smoothing": dice.choice((0, 0.3, 0.62, 1)),
            "streamline": dice.choice((0, 0.3, 0.62, 1)),
            "last": dice.random() < 0.5,
        }
    if number % 5 == 1:
        chosen |= {
            "start": {"cap": dice.random() < 0.5, "taper": dice.choice((0, 20, True))},
            "end": {"cap": dice.random() < 0.5, "taper": dice.choice((0, 30, True))},
        }
    return chosen


def made_by_package(requests):
    nodejs.npm_install(NODE)
    done = subprocess.run(
        [nodejs.node_path(), NODE / "outlines.mjs"],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def distance(request, theirs):
    points = [complex(point[0], point[1]) for point in request["points"]]
    pressures = [point[2] if len(point) > 2 else None for point in request["points"]]
    ours = freehand.outline(points, pressures, pen_of(request["options"]))
    if len(theirs) < 3 and not ours:
        return 0  # a tapered dot has no area
    assert len(ours) == len(theirs), request
    return max((abs(a - complex(x, y)) for a, (x, y) in zip(ours, theirs, strict=True)), default=0)


@pytest.mark.visual
def test_outlines_are_those_of_the_package():
    print("seed", SEED)
    requests = list(strokes())
    furthest = max(
        distance(request, theirs)
        for request, theirs in zip(requests, made_by_package(requests), strict=True)
    )
    assert furthest < 0.01


def write_fixtures():
    requests = list(strokes())[: KEPT * 4 : 4]
    cases = [
        {
            "name": f"stroke {number}",
            **request,
            "outline": [[round(x, 4), round(y, 4)] for x, y in outline],
        }
        for number, (request, outline) in enumerate(
            zip(requests, made_by_package(requests), strict=True)
        )
    ]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    FIXTURES.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    write_fixtures()
