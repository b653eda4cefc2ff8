"""python -m tests.visual [solo|page|excalidraw|writers]: how like the pictures of boards
are to those that browsers draw. Exits with 1 if they aren't like enough.

Side-by-side pictures to look at: .cache/visual/<cases>/<name>.png
"""

import argparse
import importlib
import sys
from pathlib import Path

from tests.nodejs import CACHE
from tests.visual.compare import Likeness, compare, report, side_by_side

CASES = ("solo", "page", "excalidraw", "writers")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.visual")
    parser.add_argument("cases", nargs="?", choices=CASES, help="all of them by default")
    chosen = parser.parse_args(arguments).cases
    is_good = True
    for cases in [chosen] if chosen else CASES:
        is_good &= check(cases, CACHE / "visual" / cases)
    return 0 if is_good else 1


def check(name: str, folder: Path) -> bool:
    cases = importlib.import_module(f"tests.visual.{name}")
    results: dict[str, Likeness] = {}
    for case, ours, reference in cases.pairs(folder / "work"):
        results[case] = compare(ours, reference)
        side_by_side(ours, reference).save(folder / f"{case}.png", compress_level=1)
    table, is_good = report(results, cases.LIMITS)
    print(f"\n{name}: pictures to look at are in {folder}\n{table}")
    return is_good


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
