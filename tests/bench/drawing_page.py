"""How smooth the page of a board is in a browser, with much on it and with nothing: traced while a
hand draws, erases, selects and looks around, and while others draw."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.bench import picture_boards, traces
from tests.bench.pictures import on_all_cores
from tests.bench.plan import Plan
from tests.bench.solosync_server import EMAIL, PASSWORD, SolosyncServer
from tests.bench.traces import Smoothness
from tests.browser import Page, browsing
from tests.node_client import NodeClient

STROKES = 5_000
WIDTH, HEIGHT = 3840, 2160  # of what is drawn on: all of it is seen at once
HERTZ = 120
OTHERS_HERTZ = 10
LABEL = "document.querySelector('#canvas')?.ariaLabel"
SCRIPTS = """performance.getEntriesByType("resource").map(it => it.name)
    .filter(it => new URL(it).pathname.endsWith(".js"))"""
STATUS = "document.querySelector('#status')?.dataset.state"

Say = Callable[[str], None]
Point = tuple[float, float]
Doing = Iterator[tuple[str, dict[str, Any]]]


@dataclass
class Opening:
    """In milliseconds; ``usable`` until a stroke that is drawn as soon as one can is there."""

    parsing: list[float] = field(default_factory=list)
    usable: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)

    @property
    def limit(self) -> float:
        return 2 * statistics.median(self.parsing) + 1000


@dataclass
class Smooth:
    """By what is done: on an empty board, and on one with thousands of strokes."""

    empty: dict[str, list[Smoothness]] = field(default_factory=dict)
    full: dict[str, list[Smoothness]] = field(default_factory=dict)
    opening: Opening = field(default_factory=Opening)
    script_bytes: int = 0


class Hand:
    """Real input: each event goes to the browser when it is due, whatever the page does."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def do(self, doing: Doing) -> None:
        began = time.perf_counter()
        for number, (method, about) in enumerate(doing):
            time.sleep(max(0.0, began + number / HERTZ - time.perf_counter()))
            self.page.cast(method, **about)
        frame = "requestAnimationFrame"
        self.page.run(f"new Promise(done => {frame}(() => {frame}(done)))")

    def press(self, key: str) -> None:
        *control, letter = key.split("+")
        about = {"key": letter, "modifiers": 2 if control else 0}
        self.page.call("Input.dispatchKeyEvent", type="rawKeyDown", **about)
        self.page.call("Input.dispatchKeyEvent", type="keyUp", **about)


def mouse(kind: str, point: Point, **more: Any) -> tuple[str, dict[str, Any]]:
    about = {"button": "left", "buttons": 1, "clickCount": 1, "x": point[0], "y": point[1]}
    return "Input.dispatchMouseEvent", about | {"type": kind} | more


def drag(points: list[Point]) -> Doing:
    yield mouse("mousePressed", points[0])
    for point in points:
        yield mouse("mouseMoved", point)
    yield mouse("mouseReleased", points[-1])


def lines(plan: Plan) -> Doing:
    """Stroke after stroke, as one writes."""
    dice = random.Random(7)
    for _ in range(max(2, round(plan.page_seconds * HERTZ / 52))):
        x, y = dice.uniform(120, 1000), dice.uniform(120, 600)
        yield from drag([(x + 3 * at, y + 20 * ((at // 6) % 2)) for at in range(50)])


def long_line(plan: Plan) -> Doing:
    count = round(plan.page_seconds * HERTZ)
    yield from drag([(120 + (at * 7) % 1000, 120 + (at * 3) % 500) for at in range(count)])


def across(plan: Plan) -> Doing:
    count = round(plan.page_seconds * HERTZ)
    yield from drag([(120 + 1000 * at / count, 400) for at in range(count)])


def frame(plan: Plan) -> Doing:
    """From outside of all that is drawn to its middle, and back again."""
    count = round(plan.page_seconds * HERTZ / 2)
    there = [(1240 - 600 * at / count, 90 + 310 * at / count) for at in range(count)]
    yield from drag(there + there[::-1])


def panning(plan: Plan) -> Doing:
    for at in range(round(plan.page_seconds * HERTZ)):
        by = 12 if (at // HERTZ) % 2 else -12
        yield mouse("mouseWheel", (640, 400), deltaX=by, deltaY=by)


def zooming(plan: Plan) -> Doing:
    for at in range(round(plan.page_seconds * HERTZ)):
        by = 6 if (at // HERTZ) % 2 else -6
        yield mouse("mouseWheel", (640, 400), deltaX=0, deltaY=by, modifiers=2)


TOGETHER = "drawing while others draw"
# What is told, the keys that are pressed before, and the doing.
SCENES: dict[str, tuple[str, Callable[[Plan], Doing]]] = {
    "drawing": ("p", lines),
    TOGETHER: ("p", lines),
    "one stroke all the time": ("p", long_line),
    "selecting by a frame": ("v -", frame),
    "carrying everything": ("v Control+a", across),
    "moving the page": ("h", panning),
    "zooming": ("h", zooming),
    "erasing": ("e", across),
}


def run(plan: Plan, say: Say) -> Smooth:
    found = Smooth()
    drawn = picture_boards.solo_page(STROKES, WIDTH, HEIGHT, random.Random(1))
    with on_all_cores(), SolosyncServer() as server:
        server.start()
        for repeat in range(plan.repeats):
            for results, strokes in ((found.empty, []), (found.full, drawn["strokes"])):
                state = {"pages": [drawn | {"strokes": strokes}]}
                board = server.make_board({"name": "Board", "state": state})
                with browsing() as page:
                    sign_in(page, server)
                    if strokes:
                        measure_opening(page, server, board, found.opening)
                    else:
                        open_board(page, server, board, 0)
                    trace_scenes(page, server, board, plan, results)
                    found.script_bytes = script_bytes(page)
            say(f"  run {repeat + 1} of {plan.repeats}")
    return found


def sign_in(page: Page, server: SolosyncServer) -> None:
    page.open(f"http://127.0.0.1:{server.port}/")
    page.follow(
        f"document.querySelector('[name=email]').value = {EMAIL!r};"
        f"document.querySelector('[name=password]').value = {PASSWORD!r};"
        "document.querySelector('form').submit()"
    )


def open_board(page: Page, server: SolosyncServer, board: str, count: int) -> None:
    page.open(f"http://127.0.0.1:{server.port}/boards/{board}/draw")
    page.wait_for(f"{LABEL}?.includes(': {count}.') && {STATUS} === 'saved'")


def measure_opening(page: Page, server: SolosyncServer, board: str, opening: Opening) -> None:
    """From the server, and then with what the browser has kept of it."""
    parse = f"""fetch('/api/v1/solo/sessions/{board}/').then(it => it.text()).then(text => {{
        const began = performance.now(); JSON.parse(text); return performance.now() - began }})"""
    opening.parsing.append(statistics.median(page.run(parse) for _ in range(5)))
    for times, count in ((opening.usable, STROKES), (opening.again, STROKES + 1)):
        begun = len(page.events)
        page.cast("Page.navigate", url=f"http://127.0.0.1:{server.port}/boards/{board}/draw")
        page.wait_for_event("Page.frameNavigated", begun)
        page.wait_for(f"{LABEL}?.includes(': {count}.')")
        Hand(page).do(drag([(400, 300), (440, 330)]))
        page.wait_for(f"{LABEL}.includes(': {count + 1}.')")
        times.append(page.run("performance.now()"))
        page.wait_for(f"{STATUS} === 'saved'")


def trace_scenes(
    page: Page,
    server: SolosyncServer,
    board: str,
    plan: Plan,
    results: dict[str, list[Smoothness]],
) -> None:
    hand = Hand(page)
    page.run("document.querySelector('#canvas').focus()")
    for name, (keys, doing) in SCENES.items():
        hand.press("0")
        for key in keys.split():
            hand.press(key)
        page.run("new Promise(done => setTimeout(done, 1500))")  # until all is drawn and saved
        with others_drawing(server, board) if name == TOGETHER else nullcontext():
            traces.start(page)
            hand.do(doing(plan))
            results.setdefault(name, []).append(traces.stop(page))


@contextmanager
def others_drawing(server: SolosyncServer, board: str) -> Iterator[None]:
    """Another device, which adds stroke after stroke."""
    dice, is_over = random.Random(2), threading.Event()
    with NodeClient("client.mjs") as other:
        url = f"ws://127.0.0.1:{server.port}/ws/boards"
        other.call("connect", url=url, room=board, token=server.token())
        other.call("wait_synced")
        [page] = other.call("state")["pages"]

        def draw() -> None:
            while not is_over.wait(1 / OTHERS_HERTZ):
                [stroke] = picture_boards.solo_page(1, WIDTH, HEIGHT, dice)["strokes"]
                other.call("add", page=page, list="strokes", element=stroke)

        thread = threading.Thread(target=draw)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()


def script_bytes(page: Page) -> int:
    """Of all scripts of the page, as they come over the network with gzip."""
    total = 0
    for address in page.run(SCRIPTS):
        with httpx.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as answer:
            total += sum(len(part) for part in answer.iter_raw())
    return total
