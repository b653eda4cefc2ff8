"""Our hand-drawn lines beside those of rough.js itself, with the same seeds.

`python -m tests.visual.test_rough_in_node` writes the numbers that the default tests compare with.
"""

import json
import subprocess
from pathlib import Path

import pytest

from tests.nodejs import node_path, npm_install
from tests.render.rough_cases import KINDS, Case, Op, cases, digest, ours

FOLDER = Path(__file__).parent / "excalidraw_node"
RECORD = Path(__file__).parent.parent / "render" / "rough_from_js.json"
SEED = 1


def from_rough_js(given: list[Case]) -> list[list[tuple[str, list[Op]]]]:
    npm_install(FOLDER)
    done = subprocess.run(
        [node_path(), FOLDER / "rough.mjs"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [[(KINDS[kind], ops) for kind, ops in sets] for sets in json.loads(done.stdout)]


@pytest.mark.visual
def test_210_seeded_shapes_are_drawn_alike():
    given = cases(SEED, 210)

    for case, theirs in zip(given, from_rough_js(given), strict=True):
        for (kind, mine), (their_kind, expected) in zip(ours(case), theirs, strict=True):
            assert (kind, len(mine)) == (their_kind, len(expected)), case
            for op, other in zip(mine, expected, strict=True):
                assert op[0] == other[0], case
                assert op[1:] == pytest.approx(other[1:], abs=1e-6), case


def record() -> None:
    given = cases(SEED, 70)
    drawn = [[case, digest(sets)] for case, sets in zip(given, from_rough_js(given), strict=True)]
    RECORD.write_text(
        '{"from": "rough.js 4.6.4", "cases": [\n'
        + ",\n".join(json.dumps(each, separators=(",", ":")) for each in drawn)
        + "\n]}\n"
    )


if __name__ == "__main__":
    record()
