"""How long pictures of boards take, drawn by the child process as a server has them drawn, and the
same boards exported by Excalidraw itself in a browser."""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pypdfium2
import pypdfium2.raw
from PIL import Image

from solosync.board.document import Document, dialect_of
from solosync.domain.drawings import Packed
from solosync.jobs.renderer import Renderer
from solosync.jobs.requests import Request
from solosync.records.pictures import Format, PictureOptions
from tests import nodejs
from tests.bench import picture_boards
from tests.bench.machine import scratch_folder
from tests.bench.plan import Plan
from tests.bench.states import POINTS
from tests.visual import excalidraw as oracle
from tests.visual.solo import BrowserMissing, browser_path

STROKES = (1_000, 10_000)
PADDING = 10
"""Around a board, as Excalidraw exports it."""
DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
"""Marks that pdftotext puts around what runs from right to left."""

Say = Callable[[str], None]


@dataclass
class Drawn:
    """One picture of a board, drawn again and again; ``first`` with a child that is started for it,
    ``seconds`` with one that is there."""

    name: str
    first: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    size: tuple[int, int] = (0, 0)
    """In pixels."""
    bytes: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Pdf:
    pages: int
    strokes: int
    seconds: float
    bytes: int
    pictures: int
    """Bitmaps on its pages: a page that is one isn't vector."""
    reader: str
    missing: list[str]
    """Scripts whose text isn't on every page, character for character."""
    has_erased: bool


@dataclass(frozen=True)
class Export:
    """One Excalidraw file, in ms each time, the first time first: then the browser loads fonts that
    no board before has used, and neither side has its caches warm."""

    name: str
    elements: int
    ours: list[float]
    browser: list[float]

    @property
    def first_ratio(self) -> float:
        return self.browser[0] / self.ours[0]

    @property
    def ratio(self) -> float:
        return statistics.median(self.browser[1:]) / statistics.median(self.ours[1:])


@dataclass(frozen=True)
class Pictures:
    drawn: list[Drawn]
    pdf: Pdf
    exports: list[Export]
    failure: str
    """Why there are no exports."""


def run(plan: Plan, say: Say) -> Pictures:
    with tempfile.TemporaryDirectory(dir=scratch_folder()) as scratch, on_all_cores():
        folder = Path(scratch)
        drawn = [_draw_strokes(strokes, plan.repeats, folder) for strokes in STROKES]
        for one in drawn:
            say(f"  {one.name}: {one.median:.2f} s")
        pdf = _draw_pdf(plan.pdf_pages, STROKES[0], folder)
        say(f"  PDF of {pdf.pages} pages: {pdf.seconds:.1f} s, {pdf.bytes / 1e6:.1f} MB")
        exports: list[Export] = []
        failure = ""
        try:
            exports = _beside_the_browser(plan.repeats, folder, say)
        except (BrowserMissing, nodejs.NodeMissing) as error:
            failure = str(error)
            say(f"  no browser: {failure}")
    return Pictures(drawn, pdf, exports, failure)


@contextmanager
def on_all_cores() -> Iterator[None]:
    """For the child and the browser alike: a picture is made when the machine has room for it."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def draw(renderer: Renderer, state: bytes, out: Path, format: Format, **options: object) -> float:
    """Seconds from the stored board to the file."""
    document = out.with_name("document")
    stored = Packed(dialect_of(state), [Document.from_state(state).update()], {})
    document.write_bytes(msgspec.msgpack.encode(stored))
    request = Request(
        "export",
        str(document),
        "Bench",
        str(out),
        format,
        PictureOptions(**options),  # type: ignore[arg-type]
    )
    out.unlink(missing_ok=True)
    began = time.perf_counter()
    renderer.render(request, on_progress=lambda done, total: None, check=lambda: None)
    return time.perf_counter() - began


def _draw_strokes(strokes: int, repeats: int, folder: Path) -> Drawn:
    found = Drawn(f"{strokes:,} strokes of {POINTS} points")
    state, out = picture_boards.solo(strokes), folder / "picture.png"
    for _ in range(repeats):
        renderer = Renderer()
        for times in (found.first, found.seconds):
            taken = draw(renderer, state, out, "png", width=picture_boards.WIDTH, margin=0)
            times.append(taken)
        renderer.close()
    with Image.open(out) as picture:
        found.size = picture.size
    found.bytes = out.stat().st_size
    return found


def _draw_pdf(pages: int, strokes: int, folder: Path) -> Pdf:
    out = folder / "picture.pdf"
    renderer = Renderer()
    seconds = draw(renderer, picture_boards.solo_document(pages, strokes), out, "pdf", pages="all")
    renderer.close()
    reader, text = read_text(out)
    lines = [line.strip() for line in text.translate(DIRECTIONS).splitlines()]
    missing = [
        script for script, line in picture_boards.TEXTS.items() if lines.count(line) != pages
    ]
    has_erased = picture_boards.ERASED in text
    size, pictures = out.stat().st_size, count_pictures(out)
    return Pdf(pages, strokes, seconds, size, pictures, reader, missing, has_erased)


def read_text(file: Path) -> tuple[str, str]:
    """Who read it, and the text of all pages."""
    program = shutil.which("pdftotext")
    if program is not None:
        command = [program, "-enc", "UTF-8", str(file), "-"]
        return "pdftotext", subprocess.run(command, check=True, capture_output=True).stdout.decode()
    with pypdfium2.PdfDocument(file) as document:
        return "PDFium", "\n".join(page.get_textpage().get_text_bounded() for page in document)


def count_pictures(file: Path) -> int:
    kind = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
    with pypdfium2.PdfDocument(file) as document:
        return sum(1 for page in document for _ in page.get_objects(filter=[kind]))


def _beside_the_browser(repeats: int, folder: Path, say: Say) -> list[Export]:
    """Real boards, and the strokes of above as an Excalidraw file."""
    boards = {path.stem: path.read_bytes() for path in oracle.boards()}
    for strokes in STROKES:
        boards[f"{strokes:,} strokes"] = picture_boards.excalidraw(strokes)
    browser = _browser_exports(list(boards.values()), repeats, folder / "browser")
    renderer, out = Renderer(), folder / "export.png"
    draw(renderer, picture_boards.excalidraw(1), out, "png")  # starts the child
    exports = []
    for (name, board), theirs in zip(boards.items(), browser, strict=True):
        taken = [draw(renderer, board, out, "png", margin=PADDING) for _ in range(1 + repeats)]
        elements = sum(not one.get("isDeleted") for one in json.loads(board)["elements"])
        ours = [seconds * 1000 for seconds in taken]
        exports.append(Export(name, elements, ours, theirs))
        say(f"  {name}: {exports[-1].first_ratio:.1f}, then {exports[-1].ratio:.1f} times")
    renderer.close()
    return exports


def _browser_exports(boards: list[bytes], repeats: int, folder: Path) -> list[list[float]]:
    """Times in ms of each board. Raises BrowserMissing, NodeMissing."""
    nodejs.npm_install(oracle.NODE)
    nodejs.npm_install(oracle.BROWSER)
    node, site, out = nodejs.node_path(), folder / "site", folder / "out"
    out.mkdir(parents=True)
    subprocess.run(
        [str(node), oracle.NODE / "bundle.mjs", oracle.NODE / "export.mjs", site], check=True
    )
    requests = []
    for number, board in enumerate(boards):
        (site / f"{number}.json").write_bytes(board)
        for turn in range(1 + repeats):
            request = {"name": f"{number}-{turn}", "file": f"{number}.json", "padding": PADDING}
            requests.append(request)
    asked = folder / "requests.json"
    asked.write_text(json.dumps(requests), encoding="utf-8")
    script = oracle.BROWSER / "browser.mjs"
    subprocess.run([str(node), script, browser_path(), site, asked, out], check=True)
    times = json.loads((out / "times.json").read_bytes())
    return [
        [times[f"{number}-{turn}"] for turn in range(1 + repeats)] for number in range(len(boards))
    ]
