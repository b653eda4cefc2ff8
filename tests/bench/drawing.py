"""How late edits come while the server's child draws a board of 300 pages."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.load import Sample, generator, measure, open_boards
from tests.bench.plan import Plan
from tests.bench.servers import ServerFailed
from tests.bench.solosync_server import SolosyncServer

RATE = 300
PAGES = 300
STROKES = 20
EXPORTS = 10
"""One after the other, so that drawing goes on for as long as is measured."""

Say = Callable[[str], None]


@dataclass
class WhileDrawing:
    """The same edits on the same boards, alternately with nothing else and with a drawing."""

    quiet: list[Sample] = field(default_factory=list)
    drawing: list[Sample] = field(default_factory=list)
    pages: int = 0
    """That the child drew while it was measured."""

    @staticmethod
    def p50(samples: list[Sample]) -> float | None:
        return _median([sample.p50 for sample in samples])

    @staticmethod
    def p99(samples: list[Sample]) -> float | None:
        return _median([sample.p99 for sample in samples])


def run(plan: Plan, say: Say) -> WhileDrawing:
    found = WhileDrawing()
    with SolosyncServer() as server, generator() as client:
        server.start()
        open_boards(client, server, work="drag")
        measure(client, server, rate=RATE, seconds=plan.step_seconds, prepared=False)
        board = server.make_board({"name": "Long", "state": _long()})
        for repeat in range(plan.repeats):
            seconds = plan.common_seconds
            quiet = measure(client, server, rate=RATE, seconds=seconds, prepared=False)
            exports = _ask(server, board)
            before = _pages_drawn(server, exports)
            drawing = measure(client, server, rate=RATE, seconds=seconds, prepared=False)
            found.pages += _pages_drawn(server, exports) - before
            _cancel(server, exports)
            found.quiet.append(quiet)
            found.drawing.append(drawing)
            say(f"  run {repeat + 1}: p99 {quiet.p99} ms, while drawing {drawing.p99} ms")
    return found


def _median(values: list[float | None]) -> float | None:
    """None if one of them is missing."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if len(known) == len(values) else None


def _long() -> dict[str, object]:
    return {
        "pages": [
            {
                "id": f"p{page}",
                "name": f"Page {page + 1}",
                "strokes": [
                    {
                        "id": f"p{page}s{row}",
                        "tool": "pen",
                        "color": "#1e3a8a",
                        "width": 3,
                        "points": [
                            {"x": 10 + 7 * step, "y": 20 + 12 * row + (step * (page + 3)) % 11}
                            for step in range(40)
                        ],
                    }
                    for row in range(STROKES)
                ],
            }
            for page in range(PAGES)
        ]
    }


def _ask(server: SolosyncServer, board: str) -> list[str]:
    """Waits until the first is being drawn."""
    path = f"/api/v1/solo/sessions/{board}/export/"
    exports = [server.request("POST", path, {"format": "pdf"})["id"] for _ in range(EXPORTS)]
    while not _pages_drawn(server, exports):
        pass
    return exports


def _pages_drawn(server: SolosyncServer, exports: list[str]) -> int:
    percent = 0
    for identity in exports:
        export = server.request("GET", f"/api/v1/exports/{identity}/")
        if export["status"] == "failed":
            raise ServerFailed(f"an export failed: {export['error']}")
        percent += export["progress"]
    return percent * PAGES // 100


def _cancel(server: SolosyncServer, exports: list[str]) -> None:
    for identity in exports:
        server.request("DELETE", f"/api/v1/exports/{identity}/")
