"""The whole way from a board's state to a file.

A writer is imported when it is needed: each loads libraries that the others don't.
"""

import errno
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from solosync.errors import Invalid
from solosync.records.pictures import Format, PictureOptions
from solosync.render import scenes, sheets
from solosync.render.images import Pictures
from solosync.render.scene import Scene, Sheet

OnProgress = Callable[[int, int], None]  # pages done, pages in all

_TYPES: dict[str, str] = {
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".zip": "application/zip",
}
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')
_MOST_WARNINGS = 20
_LONGEST_NAME = 60  # characters of a page's name in a file's name


class Made(NamedTuple):
    """``suffix`` tells what the file is: several pictures come as one ".zip"."""

    path: Path
    content_type: str
    suffix: str
    page_count: int
    warnings: tuple[str, ...]


def make(
    state: bytes | dict[str, Any],
    *,
    format: Format,
    options: PictureOptions,
    out: Path,
    title: str = "",
    files: Mapping[str, Path] | None = None,
    on_progress: OnProgress | None = None,
) -> Made:
    """Write ``out``, whatever its name; a file that is there is written over, and if anything goes
    wrong there is none.

    ``files`` are the pictures that the state names by addresses: nothing else is ever read, and
    nothing is asked of the network. Raises Invalid for a state that isn't a JSON object and for
    pages that it doesn't have, ValueError for a format that isn't drawn, OSError.
    """
    if format == "json":
        raise ValueError("JSON isn't drawn: the state is the file")
    if out.exists() and not out.is_file():
        # A device or a folder must not be taken away when something goes wrong.
        raise FileExistsError(errno.EEXIST, "There is something that isn't a file", str(out))
    drawing = _Drawing(parse(state), Pictures(files or {}), title, options, format)
    try:
        suffix = _WRITERS[format](drawing, out, on_progress or _ignore)
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    return Made(out, _TYPES[suffix], suffix, len(drawing.indexes), drawing.warnings)


def parse(state: bytes | dict[str, Any]) -> dict[str, Any]:
    """Raises Invalid."""
    if isinstance(state, dict):
        return state
    try:
        value = msgspec.json.decode(state)
    except (msgspec.MsgspecError, RecursionError):
        # Integers of hundreds of digits and lone surrogates are JSON to the slower parser.
        try:
            value = json.loads(state)
        except (ValueError, RecursionError):
            raise Invalid("This is no board: it is not valid JSON.") from None
    if not isinstance(value, dict):
        raise Invalid("This is no board: it is not a JSON object.")
    return value


class _Drawing:
    """The pages that are asked for, each built only when its turn comes: a board of hundreds of
    pages is never held as a whole."""

    def __init__(
        self,
        state: dict[str, Any],
        pictures: Pictures,
        title: str,
        options: PictureOptions,
        format: Format,
    ) -> None:
        self.options = options
        self.format = format
        self._state = state
        self._pictures = pictures
        self._warnings: dict[str, None] = {}  # in order, each once
        outline = scenes.build(state, pictures, title=title, pages=())
        told: list[str] = []
        self.indexes = sheets.choose_pages(outline, options, told)
        self.warn(told)
        self.title = title or outline.title

    @property
    def warnings(self) -> tuple[str, ...]:
        told = list(dict.fromkeys((*self._warnings, *self._pictures.warnings)))
        if len(told) > _MOST_WARNINGS:
            told[_MOST_WARNINGS - 1 :] = [f"And {len(told) - _MOST_WARNINGS + 1} more like these."]
        return tuple(told)

    def warn(self, sentences: Sequence[str]) -> None:
        self._warnings.update(dict.fromkeys(sentences))

    def scene(self, indexes: Sequence[int]) -> Scene:
        scene = scenes.build(self._state, self._pictures, title=self.title, pages=indexes)
        self.warn(scene.warnings)
        return scene

    def sheets(self) -> Iterator[Sheet]:
        for index in self.indexes:
            told: list[str] = []
            page = msgspec.structs.replace(self.options, pages=str(index + 1))
            yield from sheets.lay_out(self.scene([index]), page, self.format, told)
            self.warn(told)


def _write_pdf(drawing: _Drawing, out: Path, on_progress: OnProgress) -> str:
    from solosync.render import pdf

    count = len(drawing.indexes)
    with out.open("wb") as file:
        told = pdf.write(
            file,
            drawing.sheets(),
            title=drawing.title,
            page_numbers=drawing.options.page_numbers,
            on_page=lambda done: on_progress(done, count),
        )
    drawing.warn(told)
    return ".pdf"


def _write_svg(drawing: _Drawing, out: Path, on_progress: OnProgress) -> str:
    from solosync.render import svg

    def encode(sheet: Sheet) -> bytes:
        told: list[str] = []
        title = sheet.name if len(drawing.indexes) > 1 else drawing.title or sheet.name
        picture = svg.write(sheet, title=title, warnings=told)
        drawing.warn(told)
        return picture

    return _write_each(drawing, out, on_progress, ".svg", encode)


def _write_png(drawing: _Drawing, out: Path, on_progress: OnProgress) -> str:
    if len(drawing.indexes) > 1 and drawing.options.multiple == "stack":
        return _write_stack(drawing, out, on_progress)
    from solosync.render import raster

    return _write_each(
        drawing, out, on_progress, ".png", lambda sheet: raster.encode_png(raster.paint(sheet))
    )


def _write_each(
    drawing: _Drawing,
    out: Path,
    on_progress: OnProgress,
    suffix: str,
    encode: Callable[[Sheet], bytes],
) -> str:
    """A file of its own for each page, in an archive if there are several."""
    count = len(drawing.indexes)
    if count == 1:
        (sheet,) = drawing.sheets()
        out.write_bytes(encode(sheet))
        on_progress(1, 1)
        return suffix
    # Pictures don't get smaller by packing; the text of SVG does.
    packing = zipfile.ZIP_DEFLATED if suffix == ".svg" else zipfile.ZIP_STORED
    digits = max(2, len(str(drawing.indexes[-1] + 1)))
    with zipfile.ZipFile(out, "w", packing) as archive:
        for done, (index, sheet) in enumerate(zip(drawing.indexes, drawing.sheets(), strict=True)):
            name = f"{index + 1:0{digits}d} {safe_name(sheet.name)}".strip()
            archive.writestr(f"{name}{suffix}", encode(sheet))
            on_progress(done + 1, count)
    return ".zip"


def _write_stack(drawing: _Drawing, out: Path, on_progress: OnProgress) -> str:
    """The pages below each other, in one picture."""
    import numpy as np

    from solosync.render import raster

    told: list[str] = []
    stack = sheets.lay_out_stacked(drawing.scene(drawing.indexes), drawing.options, told)
    drawing.warn(told)
    width = max(int(sheet.width) for sheet in stack)
    picture = np.zeros((sum(int(sheet.height) for sheet in stack), width, 4), np.uint8)
    y = 0
    for done, sheet in enumerate(stack):
        picture[y : y + int(sheet.height), : int(sheet.width)] = raster.paint(sheet)
        y += int(sheet.height)
        on_progress(done + 1, len(stack))
    out.write_bytes(raster.encode_png(picture))
    return ".png"


def safe_name(name: str) -> str:
    """A name as part of a file's name, on any system: no separators, nothing that can't be seen,
    not too long; "" if nothing is left."""
    visible = "".join(
        " " if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") else character
        for character in unicodedata.normalize("NFC", name)
    )
    return " ".join(_NOT_IN_NAMES.sub("_", visible).split())[:_LONGEST_NAME].strip(" .")


def _ignore(done: int, total: int) -> None:
    """Nobody wants to know."""


_WRITERS: dict[str, Callable[[_Drawing, Path, OnProgress], str]] = {
    "pdf": _write_pdf,
    "svg": _write_svg,
    "png": _write_png,
}
