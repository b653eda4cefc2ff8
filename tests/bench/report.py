"""The findings as Markdown: for the terminal, and for docs/benchmarks.md."""

import datetime
import re
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.bench import load
from tests.bench.drawing import PAGES, RATE, WhileDrawing
from tests.bench.idle import Idle, SolosyncExecutable
from tests.bench.pictures import Export, Pdf, Pictures
from tests.bench.rest import CONNECTIONS, Rates, Saving
from tests.bench.solosync_server import SolosyncServer
from tests.bench.yjs import CHECK_RATE, Endurance, Findings, YjsResults

Cells = Sequence[str]


def table(head: Cells, rows: Iterable[Cells]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _failed(text: str) -> str:
    """What happened and, of a traceback or a log, the line that says why."""
    first, *more = text.strip().replace("|", "/").splitlines()
    return f"failed: {first[:160]}" + (f" ({more[-1].strip()[:160]})" if more else "")


HELD = {
    "bytes": "as bytes of JSON text, solosync's own layout (about 1.2 KB)",
    "plain": "as a plain list of objects, as Yjs whiteboards usually hold them (about 0.9 KB)",
}


def yjs(results: YjsResults) -> str:
    rate = results.common_rate
    head = [
        "server",
        "highest rate, edits/s",
        f"p50 / p99 at {rate}/s, ms",
        "CPU, s per 1,000 edits",
        "memory, MB",
        "lost, of all read back",
        "lost to `kill -9`",
    ]
    rows = [_yjs_row(findings, len(head)) for findings in results.findings]
    survives = "\n".join(
        f"- {one.server.name} {one.version}: a delivered edit survives {one.server.survives}."
        for one in results.findings
    )
    return "\n\n".join(
        (
            f"{load.BOARDS} boards with {load.DEVICES} devices each; an edit is a new stroke of "
            f"{load.POINTS} points, held {HELD[results.values]}. "
            f"Latency is from the local edit until the last other device has it; "
            f"the highest rate is the highest that keeps its p99 within "
            f"{load.LATENCY_LIMIT:.0f} ms (median of the runs, and their range; ≥: the generator "
            f"reached its own limit). Then all servers at the highest rate that all of them keep. "
            f"Read back: by a fresh device per board, and at {CHECK_RATE}/s in every device's own "
            f"document too. `kill -9` comes when the last edit has just been delivered.",
            table(head, rows),
            survives,
            *_yjs_comparison(results),
        )
    )


def _yjs_row(one: Findings, width: int) -> Cells:
    name = f"{one.server.name} {one.version}"
    if one.failure:
        return [name, _failed(one.failure), *[""] * (width - 2)]
    bound = "" if one.is_bounded else "≥ "
    least, most = (f(ramp.highest for ramp in one.ramps) for f in (min, max))
    p50, p99, cpu, rss = (
        one.middle(value)
        for value in (
            lambda s: s.p50,
            lambda s: s.p99,
            lambda s: s.cpu_per_1000,
            lambda s: s.rss,
        )
    )
    problems = sorted({problem for sample in one.common for problem in sample.problems})
    trouble = f" ({', '.join(problems)})" if problems else ""
    lost = sum(check.lost for check in one.checks)
    unequal = sum(check.unequal for check in one.checks)
    crash = "-" if one.crash is None else f"{one.crash.lost:,} of {one.crash.expected:,}"
    return [
        name,
        f"{bound}{one.highest:,.0f} [{least:,}-{most:,}]",
        f"{number(p50)} / {number(p99)}{trouble}",
        number(cpu, 2),
        number(rss, 0),
        f"{lost:,} of {sum(check.expected for check in one.checks):,}"
        + (f", {unequal} devices unequal" if unequal else ""),
        crash,
    ]


def _yjs_comparison(results: YjsResults) -> Iterable[str]:
    ours, *others = results.findings
    rivals = [one for one in others if not one.failure and one.highest]
    if ours.failure or not rivals:
        return
    best = max(rivals, key=lambda one: one.highest)
    yield (
        f"solosync's highest rate is {ours.highest / best.highest:.1f} times that of the best "
        f"peer ({best.server.name})."
    )


def endurance(one: Endurance) -> str:
    head = ["window", "edits/s", "p50, ms", "p99, ms", "CPU, s per 1,000 edits", "memory, MB"]
    rows = [
        [
            str(index + 1),
            number(sample.achieved, 0),
            number(sample.p50),
            number(sample.p99) + (f" ({', '.join(sample.problems)})" if sample.problems else ""),
            number(sample.cpu_per_1000, 2),
            number(sample.rss, 0),
        ]
        for index, sample in enumerate(one.samples)
    ]
    return "\n\n".join(
        (
            f"solosync at {one.rate} edits/s, in windows of {one.window_seconds:.0f} s; devices "
            f"draw on the strokes that they have (an edit rewrites one stroke's points), so that "
            f"the boards stay as big as they are. Lost: {one.back.lost} of {one.back.expected}.",
            table(head, rows),
        )
    )


def saves(found: list[Saving]) -> str:
    head = [
        "strokes on the board",
        "body, MB",
        "solosync, ms (worst)",
        "floor, ms (worst)",
        "times the floor",
        "floor answering the state, ms",
    ]
    rows = [
        [
            f"{one.strokes:,}",
            number(one.body_bytes / 1e6, 2),
            f"{number(statistics.median(one.solosync))} ({number(max(one.solosync))})",
            f"{number(statistics.median(one.floor))} ({number(max(one.floor))})",
            f"{one.ratio:.1f}",
            number(statistics.median(one.echo)),
        ]
        for one in found
    ]
    return "\n\n".join(
        (
            "PATCH of a whole board with one stroke more than the last time, without headers, as "
            "the existing client saves; medians, from the first byte sent to the last answered "
            "(a save of solosync answers the whole state). The floor is a Litestar application "
            "under uvicorn that finds the strokes' bytes with `msgspec.Raw`, takes the SHA-256 of "
            "the body and commits one small row with synchronous=FULL.",
            table(head, rows),
        )
    )


def rates(found: list[Rates]) -> str:
    head = ["server", "saves/s", "p50, ms", "p99, ms"]
    rows = []
    for one in found:
        name = f"{one.server.name} {one.version}, {one.work}"
        if one.failure:
            rows.append([name, _failed(one.failure), "", ""])
            continue
        least, most = (f(run.per_second for run in one.loads) for f in (min, max))
        rows.append(
            [
                name,
                f"{one.per_second:,.0f} [{least:,.0f}-{most:,.0f}]",
                number(statistics.median(run.p50 for run in one.loads)),
                number(statistics.median(run.p99 for run in one.loads)),
            ]
        )
    return "\n\n".join(
        (
            f"{CONNECTIONS} connections, each saving a board of 50 KB of its own as fast as it is "
            f"answered, one field changed each time; the last of each is read back.",
            table(head, rows),
            *_rates_comparison(found),
        )
    )


def _rates_comparison(found: list[Rates]) -> Iterable[str]:
    ours, kinto = (one.per_second for one in found)
    if ours and kinto:
        yield f"solosync does {ours / kinto:.1f} times the saves of Kinto."


def idle(found: list[Idle]) -> str:
    head = ["server", "memory, MB", "start to first answer, ms", "program, MB"]
    rows = [
        [f"{one.server.name} {one.version}", _failed(one.failure), "", ""]
        if one.failure
        else [
            f"{one.server.name} {one.version}",
            number(one.rss, 0),
            number(one.start_milliseconds, 0),
            number(one.megabytes),
        ]
        for one in found
    ]
    return "\n\n".join(
        (
            "With no room open, some seconds after the start on an empty data folder; start is the "
            "median from spawning to the first answer (`/health/ready` 200 of solosync), on all "
            "cores, with warm disk caches.",
            table(head, rows),
            *_start_comparison(found),
        )
    )


def _start_comparison(found: list[Idle]) -> Iterable[str]:
    starts = {one.server: one.start_milliseconds for one in found}
    venv, program = starts[SolosyncServer], starts[SolosyncExecutable]
    if venv and program:
        yield f"The one-file program takes {program / venv:.1f} times as long to its first answer."


def pictures(found: Pictures) -> str:
    head = ["PNG", "pixels", "MB", "s", "with a child started for it, s"]
    rows = [
        [
            one.name,
            "{} x {}".format(*one.size),
            number(one.bytes / 1e6, 2),
            number(one.median, 2),
            number(statistics.median(one.first), 2),
        ]
        for one in found.drawn
    ]
    return "\n\n".join(
        (
            "From the stored board to the file, by the child process that draws for a server (at "
            "the lowest priority, on all cores); medians.",
            table(head, rows),
            _pdf(found.pdf),
            *(_exports(found.exports) if found.exports else [f"No browser: {found.failure}"]),
        )
    )


def _pdf(one: Pdf) -> str:
    drawn = f"{one.pictures} bitmaps on its pages" if one.pictures else "all of it vector"
    told = f"not exact: {', '.join(one.missing)}" if one.missing else "exact on every page"
    erased = "is still there" if one.has_erased else "is gone"
    return (
        f"A PDF of {one.pages} pages with {one.strokes:,} strokes each takes "
        f"{one.seconds:.1f} s with a child started for it and {one.bytes / 1e6:.1f} MB, {drawn}. "
        f"Its Cyrillic, Greek, Chinese, Arabic and emoji text as {one.reader} copies it: {told}; "
        f"an erased text {erased}."
    )


def _exports(found: list[Export]) -> Iterable[str]:
    head = ["Excalidraw file", "elements", "browser, ms", "solosync, ms", "times"]
    rows = [
        [
            one.name.replace("|", "/"),
            f"{one.elements:,}",
            f"{one.browser[0]:,.0f}, then {statistics.median(one.browser[1:]):,.0f}",
            f"{one.ours[0]:,.0f}, then {statistics.median(one.ours[1:]):,.0f}",
            f"{one.first_ratio:.1f}, then {one.ratio:.1f}",
        ]
        for one in found
    ]
    yield (
        "Beside Excalidraw's own `exportToBlob` in headless Chromium, with the page open, and our "
        "child started; both from the board to a PNG file at scale 1, the first time and again."
    )
    yield table(head, rows)
    first, again = (
        statistics.median(ratios)
        for ratios in ([one.first_ratio for one in found], [one.ratio for one in found])
    )
    yield f"At the median solosync is {first:.1f} times as fast the first time, then {again:.1f}."


def drawing(found: WhileDrawing) -> str:
    quiet, busy = found.p99(found.quiet), found.p99(found.drawing)
    head = ["", "p50, ms", "p99, ms"]
    rows = [
        [name, number(found.p50(samples)), number(found.p99(samples))]
        for name, samples in (("quiet", found.quiet), ("while drawing", found.drawing))
    ]
    times = f" ({busy / quiet:.1f} times)" if quiet and busy else ""
    return "\n\n".join(
        (
            f"{RATE} edits a second on {load.BOARDS} boards of {load.DEVICES} devices, until the "
            f"last device has each, while the server's child draws PDFs of {PAGES} pages one "
            "after the other on the server's own core; medians of alternating runs.",
            table(head, rows),
            f"The slowest 1 % take {number(busy)} ms while the child draws{times}; it drew "
            f"{found.pages:,} pages meanwhile.",
        )
    )


def write(document: Path, name: str, text: str, machine: str) -> None:
    """Put a section between its marks in the document, with the day and the machine."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    marks = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
    section = f"\nMeasured {today}: {machine}. Durability full.\n\n{text}\n\n"
    old = document.read_text(encoding="utf-8")
    new, found = re.subn(marks, lambda m: f"{m[1]}{section}{m[2]}", old, count=1, flags=re.DOTALL)
    if not found:
        raise ValueError(f"{document} has no marks for {name}")
    document.write_text(new, encoding="utf-8")
