"""Boards drawn on the page by a pointer: the server's PNG beside the page's own canvas."""

import base64
import io
import math
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageOps

from tests.browser import browsing
from tests.interop.drawer import Drawer
from tests.live import LiveServer
from tests.visual.compare import SOLO as LIMITS

__all__ = ["LIMITS", "pairs"]

SEED = 5
MARGIN = 10  # pixels of paper around what is drawn
SHIFT = 8
CANVAS = """(() => {
    const [paper, page] = document.querySelectorAll("#canvas canvas");
    paper.getContext("2d").drawImage(page, 0, 0);
    return paper.toDataURL();
})()"""
SHOWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
LINES = "Two lines,\nде є кирилиця"  # noqa: RUF001
Point = tuple[float, float]


class Artist:
    """Draws with the page's own tools, in any of their colours and sizes."""

    def __init__(self, drawer: Drawer, dice: random.Random) -> None:
        self.drawer, self.dice = drawer, dice
        self.page = drawer.page

    def take(self, key: str, *, is_filled: bool = False) -> None:
        """A tool, and by chance one of the styles that it has."""
        self.drawer.press(key)
        for group in ("color", "size"):
            offered = f"[...document.querySelectorAll('.options button.{group}')]"
            count = self.page.run(f"{offered}.length")
            if count:
                self.page.run(f"{offered}[{self.dice.randrange(count)}].click()")
        filled = "document.querySelector('.options [aria-label=Filled]')"
        self.page.run(
            f"{filled}?.ariaPressed === '{str(not is_filled).lower()}' && {filled}.click()"
        )

    def drag(self, points: Sequence[Point], **about: object) -> None:
        for kind, point in (
            ("mousePressed", points[0]),
            *(("mouseMoved", point) for point in points[1:]),
            ("mouseReleased", points[-1]),
        ):
            place = {"x": point[0], "y": point[1], "button": "left", "buttons": 1, "clickCount": 1}
            self.page.cast("Input.dispatchMouseEvent", type=kind, **place, **about)
        self.page.run(SHOWN)

    def place(self) -> Point:
        return self.dice.uniform(220, 1060), self.dice.uniform(190, 640)

    def scribble(self, count: int = 40) -> list[Point]:
        """A line as a hand draws it, within what is seen."""
        (x, y), angle, bend = self.place(), self.dice.uniform(-math.pi, math.pi), 0.0
        points = []
        for number in range(count):
            points.append((round(x, 2), round(y, 2)))
            bend = 0.8 * bend + self.dice.uniform(-0.2, 0.2)
            angle += bend
            pace = 4 + 3 * math.sin(number / 5)
            x = min(max(x + pace * math.cos(angle), 180), 1100)
            y = min(max(y + pace * math.sin(angle), 170), 660)
        return points

    def write(self, place: Point, text: str) -> None:
        self.drag([place])
        self.page.wait_for("document.activeElement?.matches('.writer')")
        self.page.call("Input.insertText", text=text)
        self.page.run("document.activeElement.blur()")


def pens(artist: Artist) -> None:
    for number in range(24):
        artist.take("p")
        force = artist.dice.uniform(0.2, 1)
        about = {"pointerType": "pen", "force": force} if number % 3 == 0 else {}
        artist.drag(artist.scribble(), **about)
    artist.drag([(640, 400)])  # a dot


def highlighters(artist: Artist) -> None:
    for key in "pmpmmpmm":
        artist.take(key)
        artist.drag(artist.scribble(60))


def shapes(artist: Artist) -> None:
    for number, key in enumerate("lalaroroor" * 2):
        artist.take(key, is_filled=number % 3 == 0)
        start, between, end = artist.place(), artist.place(), artist.place()
        if number % 4 == 1:  # made regular, and not so large that it isn't all seen
            start, end = (640 + 30 * number, 400), (700 + 30 * number, 520)
        artist.drag([start, between, end], modifiers=SHIFT if number % 4 == 1 else 0)


def words(artist: Artist) -> None:
    for number in range(4):
        artist.take("t")
        artist.write((200 + 220 * number, 200 + 40 * (number % 2)), LINES)
    for number in range(4):
        artist.take("n")
        artist.write((200 + 230 * number, 400), f"Note {number}: words that break where they do")


def erased(artist: Artist) -> None:
    pens(artist)
    artist.take("r", is_filled=True)
    artist.drag([(300, 250), (600, 450)])
    artist.take("t")
    artist.write((500, 300), LINES)
    for _ in range(4):
        artist.take("w")
        artist.drag(artist.scribble(60))
    artist.take("e")
    artist.drag([(200, 600), (900, 610)])


def arranged(artist: Artist) -> None:
    """Moved, copied, made larger and turned."""
    artist.take("r", is_filled=True)
    artist.drag([(300, 250), (400, 330)])
    artist.take("p")
    artist.drag(artist.scribble())
    artist.take("n")
    artist.write((600, 260), "A note that is moved")
    artist.take("a")
    artist.drag([(500, 500), (640, 560)])
    artist.drawer.press("v")
    artist.drag([(340, 290), (420, 400)])
    artist.drawer.press("d", control=True)
    artist.drawer.press("ArrowRight", shift=True)
    artist.drawer.press("a", control=True)
    for _ in range(3):
        artist.drawer.press("ArrowDown", shift=True)
    artist.drawer.press("Escape")


def crowded(artist: Artist) -> None:
    for draw in (shapes, pens, highlighters, words):
        draw(artist)


BOARDS: tuple[Callable[[Artist], None], ...] = (
    *(pens, highlighters, shapes, words, erased, arranged),
    crowded,
)


def pairs(folder: Path) -> Iterator[tuple[str, Image.Image, Image.Image]]:
    """Name, the server's picture, and the canvas of each board."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, LiveServer(Path(data) / "data") as server:
        device = server.sign_in()
        with browsing() as page:
            drawer = Drawer(page, server, device.make_board())
            for draw in BOARDS:
                drawer.board = device.make_board()
                drawer.open()
                draw(Artist(drawer, random.Random(SEED)))
                shown = canvas(drawer)
                yield draw.__name__, exported(server, drawer.board, folder), shown


def canvas(drawer: Drawer) -> Image.Image:
    drawer.press("p")  # nothing is selected any more; one looks where one did from the start
    drawer.wait_for_status("Saved")
    drawer.page.run(SHOWN)
    data = drawer.page.run(CANVAS).partition(",")[2]
    with Image.open(io.BytesIO(base64.b64decode(data))) as shown:
        return around_ink(shown.convert("RGB"))


def exported(server: LiveServer, board: str, folder: Path) -> Image.Image:
    file = folder / f"{board}.png"
    server.solosync("export", board, "--format", "png", "-o", str(file))
    with Image.open(file) as picture:
        return around_ink(picture.convert("RGB"))


def around_ink(picture: Image.Image) -> Image.Image:
    box = picture.convert("L").point(lambda level: 255 * (level < 250)).getbbox()
    assert box is not None
    return ImageOps.expand(picture.crop(box), MARGIN, "white")
