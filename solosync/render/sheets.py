"""From the pages of a scene to sheets: which pages, how large, on what paper and ground."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from solosync.records.pictures import Format, PictureOptions, chosen_pages
from solosync.render import backdrops
from solosync.render.geometry import Box, Matrix, moved, scaled
from solosync.render.scene import Fill, Group, Op, Page, Scene, Sheet, bounds
from solosync.render.shapes import rectangle

EMPTY = Box(0, 0, 800, 600)  # what is seen of a page without content
PAPERS = {"a4": (210 / 25.4 * 96, 297 / 25.4 * 96), "letter": (8.5 * 96, 11 * 96)}
# The largest sides, in pixels: of a PNG by choice, of a PDF because readers take 14,400 points.
LARGEST: dict[Format, int] = {"png": 16384, "pdf": 19200}
MOST_PIXELS = 100_000_000  # of a PNG


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is seen of a page, in page pixels, and how many pixels of the sheet one of them is."""

    page: Page
    seen: Box
    scale: float

    @property
    def size(self) -> tuple[float, float]:
        return self.seen.width * self.scale, self.seen.height * self.scale


def lay_out(
    scene: Scene, options: PictureOptions, format: Format, warnings: list[str] | None = None
) -> list[Sheet]:
    """One sheet for each page asked for; those of a PNG have whole pixels.

    What had to be done otherwise than asked is added to ``warnings``, in sentences. Raises Invalid
    if the board has none of the pages.
    """
    told = [] if warnings is None else warnings
    pages = [scene.pages[index] for index in choose_pages(scene, options, told)]
    frames = [_frame(page, options, format) for page in pages]
    return [_sheet(_limited([frame], format, told)[0], options, format) for frame in frames]


def lay_out_stacked(
    scene: Scene, options: PictureOptions, warnings: list[str] | None = None
) -> list[Sheet]:
    """As ``lay_out`` for PNG, but as wide as each other, and all together no larger than one may
    be: to be put below each other in one picture."""
    told = [] if warnings is None else warnings
    pages = [scene.pages[index] for index in choose_pages(scene, options, told)]
    frames = [_frame(page, options, "png") for page in pages]
    if options.paper == "fit":
        widest = max(frame.seen.width for frame in frames)
        scale = options.width / widest if options.width else options.scale
        frames = [
            _Frame(frame.page, frame.seen._replace(right=frame.seen.left + widest), scale)
            for frame in frames
        ]
    return [_sheet(frame, options, "png") for frame in _limited(frames, "png", told)]


def choose_pages(scene: Scene, options: PictureOptions, warnings: list[str]) -> list[int]:
    """Their indexes, in the board's order, at least one. Raises Invalid."""
    count = len(scene.pages)
    missing = sorted({int(n) for n in re.findall("[0-9]+", options.pages) if int(n) > count})
    chosen = chosen_pages(options.pages, count, scene.active)
    if missing:
        has = "1 page" if count == 1 else f"{count} pages"
        warnings.append(f"There is no page {missing[0]}: the board has {has}.")
    return chosen


def _frame(page: Page, options: PictureOptions, format: Format) -> _Frame:
    content = bounds(page.ops)
    if options.paper != "fit":
        return _on_paper(page, EMPTY if content.is_empty else content, options, format)
    if content.is_empty:
        seen = EMPTY
    else:
        left, top, right, bottom = content.grown(options.margin)
        # Whole pixels of the page on whole pixels of the sheet: straight lines stay sharp.
        seen = Box(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
    return _Frame(page, seen, options.width / seen.width if options.width else options.scale)


def _on_paper(page: Page, content: Box, options: PictureOptions, format: Format) -> _Frame:
    """In the middle. In a PNG, a larger scale means more pixels for the same paper."""
    short, long = PAPERS[options.paper]
    is_wide = content.width > content.height
    if options.orientation != "auto":
        is_wide = options.orientation == "landscape"
    width, height = (long, short) if is_wide else (short, long)
    margin = min(options.margin, short / 4)
    largest = 1.0 if format == "png" else options.scale
    scale = min(
        largest,
        (width - 2 * margin) / content.width,
        (height - 2 * margin) / content.height,
    )
    x, y = (content.left + content.right) / 2, (content.top + content.bottom) / 2
    around_x, around_y = width / 2 / scale, height / 2 / scale
    seen = Box(x - around_x, y - around_y, x + around_x, y + around_y)
    if format == "png":
        scale *= options.width / width if options.width else options.scale
    return _Frame(page, seen, scale)


def _limited(frames: list[_Frame], format: Format, warnings: list[str]) -> list[_Frame]:
    """Made smaller, if they are too large below each other."""
    largest = LARGEST.get(format)
    if largest is None:
        return frames
    width = max(frame.size[0] for frame in frames)
    height = sum(frame.size[1] for frame in frames)
    factor = min(1.0, largest / width, largest / height)
    if format == "png":
        factor = min(factor, math.sqrt(MOST_PIXELS / (width * height)))
    if factor == 1:
        return frames
    smaller = [replace(frame, scale=frame.scale * factor) for frame in frames]
    name = f"{_names(frames)} would be {width:.0f} x {height:.0f} pixels"
    warnings.append(f"{name}, which is too large: drawn {100 * factor:.3g} % as large as asked.")
    return smaller


def _names(frames: Iterable[_Frame]) -> str:
    first, *others = frames
    return "The pages together" if others else f"The page {first.page.name!r}"


def _sheet(frame: _Frame, options: PictureOptions, format: Format) -> Sheet:
    width, height = frame.size
    if format == "png":
        width, height = _whole(width), _whole(height)
    matrix = moved(-frame.seen.left, -frame.seen.top).then(scaled(frame.scale))
    # With what rounding up added.
    seen = Box(
        frame.seen.left,
        frame.seen.top,
        frame.seen.left + width / frame.scale,
        frame.seen.top + height / frame.scale,
    )
    ground = _ground(frame.page, seen, options)
    return Sheet(
        frame.page.name, width, height, _moved(ground, matrix), _moved(frame.page.ops, matrix)
    )


def _whole(side: float) -> int:
    """Up, but for the error of floating point."""
    return max(1, math.ceil(side - 1e-6))


def _ground(page: Page, seen: Box, options: PictureOptions) -> tuple[Op, ...]:
    if options.background == "transparent":
        return ()
    if options.background == "white":
        return (Fill(rectangle(seen), (255, 255, 255)),)
    return backdrops.paint(page.backdrop, seen)


def _moved(ops: tuple[Op, ...], matrix: Matrix) -> tuple[Op, ...]:
    return (Group(ops, matrix=matrix),) if ops else ()
