"""Measures solosync beside its peers, on this machine, and prints the tables.

    python -m tests.bench                   everything; about an hour
    python -m tests.bench --quick           everything, short: a first look, no basis for claims
    python -m tests.bench --only autosave   one part; again for another. Parts: yjs, plain,
                                            endurance, autosave, kinto, idle, pictures,
                                            drawing, drawing-page
    python -m tests.bench --write           put the tables into docs/benchmarks.md as well

Peers are installed into .cache/ on first use. One that can't be installed or started is told in the
table. With two cores or more, servers run on the first and the load on the second.
"""

import argparse
import os
import sys
from collections.abc import Callable

from tests.bench import (
    drawing,
    drawing_page,
    idle,
    machine,
    page_report,
    pictures,
    report,
    rest,
    yjs,
)
from tests.bench.plan import FULL, QUICK, Plan
from tests.bench.servers import ServerFailed
from tests.node_client import NodeError
from tests.nodejs import ROOT

DOCUMENT = ROOT / "docs" / "benchmarks.md"
PARTS = (
    *("yjs", "plain", "endurance", "autosave", "kinto", "idle", "pictures", "drawing"),
    "drawing-page",
)
ENDURANCE_RATE = 1500
"""Edits per second where no ramp was measured in the same run; else half of its highest rate."""

BUSY = 0.5
"""Load average above which the figures would tell of something else."""


def say(text: str) -> None:
    """Progress goes to stderr, the tables to stdout."""
    print(text, file=sys.stderr, flush=True)


def measure(part: str, plan: Plan, rate: int) -> tuple[str, int]:
    """Measure one part; returns its text, and the rate for an endurance run after it."""
    match part:
        case "yjs":
            results = yjs.run(plan, say)
            return report.yjs(results), round(results.findings[0].highest / 2) or rate
        case "plain":
            results = yjs.run(plan, say, values="plain")
            return report.yjs(results), round(results.findings[0].highest / 2) or rate
        case "endurance":
            return report.endurance(yjs.endure(plan, rate, say)), rate
        case "autosave":
            return report.saves(rest.save_boards(plan, say)), rate
        case "kinto":
            return report.rates(rest.save_rates(plan, say)), rate
        case "pictures":
            return report.pictures(pictures.run(plan, say)), rate
        case "drawing":
            return report.drawing(drawing.run(plan, say)), rate
        case "drawing-page":
            return page_report.report(drawing_page.run(plan, say)), rate
        case _:
            return report.idle(idle.run(plan, say)), rate


def measure_all(parts: list[str], plan: Plan, keep: Callable[[str, str], None]) -> int:
    """Hand over each part's text as soon as it is there; returns how many parts failed."""
    rate, failed = ENDURANCE_RATE, 0
    for part in PARTS:
        if part in parts:
            say(part)
            try:
                text, rate = measure(part, plan, rate)
            except (ServerFailed, NodeError, RuntimeError, OSError) as error:
                failed += 1
                say(f"{part} failed: {error}")
            else:
                keep(part, text)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="short runs, once each")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    arguments = parser.parse_args()
    if arguments.quick and arguments.write:
        parser.error("--quick is too short to be written down")
    if machine.pinned(machine.GENERATOR_CORE):
        # The HTTP clients run in this process; servers and generator choose their cores themselves.
        os.sched_setaffinity(0, {machine.GENERATOR_CORE})
    about = machine.describe()
    print(about, flush=True)
    if machine.load_average() > BUSY:
        say("This machine is busy with something else: take no figure of this run for a finding.")

    def keep(name: str, text: str) -> None:
        print(f"\n## {name}\n\n{text}", flush=True)
        if arguments.write:
            report.write(DOCUMENT, name, text, about)

    failed = measure_all(arguments.only or list(PARTS), QUICK if arguments.quick else FULL, keep)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
