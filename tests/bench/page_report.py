"""The findings on a board's page as Markdown."""

import statistics
from collections.abc import Iterable

from tests.bench.drawing_page import HERTZ, OTHERS_HERTZ, STROKES, TOGETHER, Opening, Smooth
from tests.bench.report import number, table
from tests.bench.traces import Smoothness

MOST_WORK_MS = 10
MOST_DROPPED = 5
MOST_SCRIPT_KB = 350


def report(found: Smooth) -> str:
    head = [
        "",
        "p95 of a frame's work, ms",
        "longest task, ms",
        "dropped, %",
        "empty: p95",
        "dropped, %",
    ]
    rows = [
        [
            name,
            number(_middle(full, "p95")),
            number(_middle(full, "longest")),
            number(_middle(full, "dropped")),
            number(_middle(found.empty[name], "p95")),
            number(_middle(found.empty[name], "dropped")),
        ]
        for name, full in found.full.items()
    ]
    return "\n\n".join(
        (
            f"A page of {STROKES:,} strokes of 40 points, all of them in sight, in headless "
            f"Chromium without a graphics card; real pointer events at {HERTZ} a second. Work is "
            "processor time of the page's main thread from one frame to the next, out of "
            f"Chromium's trace; medians of the runs. {TOGETHER.capitalize()}: another device adds "
            f"up to {OTHERS_HERTZ} strokes a second. At most {MOST_WORK_MS} ms are wanted while "
            f"drawing, and at most {MOST_DROPPED} points more dropped frames than on an empty "
            "board.",
            table(head, rows),
            _opening(found.opening),
            f"All scripts of the page are {found.script_bytes / 1000:.0f} KB with gzip; "
            f"{MOST_SCRIPT_KB} KB is the limit.",
        )
    )


def _middle(runs: Iterable[Smoothness], name: str) -> float:
    return statistics.median(getattr(one, name) for one in runs)


def _opening(one: Opening) -> str:
    usable, again, parsing = (
        statistics.median(times) for times in (one.usable, one.again, one.parsing)
    )
    return (
        f"From the page's address to a stroke drawn on it: {usable:,.0f} ms, and {again:,.0f} ms "
        f"with what the browser has kept of the board. Its JSON is parsed in {parsing:,.0f} ms; "
        f"twice that and a second is {one.limit:,.0f} ms."
    )
