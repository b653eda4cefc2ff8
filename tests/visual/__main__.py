"""python -m tests.visual [solo|excalidraw]: how like the pictures of boards
are to those that browsers draw. Exits with 1 if they aren't like enough.

Side-by-side pictures to look at: .cache/visual/<dialect>/<name>.png
"""

import argparse
import importlib
import sys
from pathlib import Path

from tests.nodejs import CACHE
from tests.visual.compare import Likeness, compare, report, side_by_side

DIALECTS = ("solo", "excalidraw")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.visual")
    parser.add_argument("dialect", nargs="?", choices=DIALECTS, help="all of them by default")
    chosen = parser.parse_args(arguments).dialect
    is_good = True
    for dialect in [chosen] if chosen else DIALECTS:
        is_good &= check(dialect, CACHE / "visual" / dialect)
    return 0 if is_good else 1


def check(dialect: str, folder: Path) -> bool:
    cases = importlib.import_module(f"tests.visual.{dialect}")
    results: dict[str, Likeness] = {}
    for name, ours, reference in cases.pairs(folder / "work"):
        results[name] = compare(ours, reference)
        side_by_side(ours, reference).save(folder / f"{name}.png", compress_level=1)
    table, is_good = report(results, cases.LIMITS)
    print(f"\n{dialect}: pictures to look at are in {folder}\n{table}")
    return is_good


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
