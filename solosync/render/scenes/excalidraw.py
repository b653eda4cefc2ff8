"""The Excalidraw dialect: a board of one page, drawn as Excalidraw 0.18 exports it."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from solosync.render.geometry import Box, Matrix, Path, Subpath, box_of, moved, rotated
from solosync.render.images import Pictures
from solosync.render.scene import Backdrop, Color, Group, Op, Page, Scene, Stroke, Text, bounds
from solosync.render.scenes import excalidraw_arrows as arrows
from solosync.render.scenes import excalidraw_shapes as shapes
from solosync.render.scenes import excalidraw_text as texts
from solosync.render.scenes.excalidraw_elements import (
    EMBEDDED,
    FRAMES,
    LINES,
    TYPES,
    Element,
    Paint,
    parse,
)
from solosync.render.scenes.excalidraw_freedraw import freedraw, outlines
from solosync.render.scenes.excalidraw_images import image
from solosync.render.scenes.values import entries, is_color, paint, string
from solosync.render.shapes import rounded_rectangle

WHITE = (255, 255, 255)
FRAME_COLOR = (0xBB, 0xBB, 0xBB)
MAGIC_FRAME_COLOR = (0x7A, 0xFF, 0xD7)
FRAME_WIDTH = 2.0
FRAME_RADIUS = 8.0


def scene(
    state: Mapping[str, Any],
    pictures: Pictures,
    *,
    title: str = "",
    pages: Container[int] | None = None,
) -> Scene:
    """Of any JSON object. Without ops if the page isn't among ``pages``."""
    backdrop = Backdrop(color=_on_white(_background(state)))
    name = title or "Page 1"
    if pages is not None and 0 not in pages:
        return Scene(title, (Page(name, (), backdrop),))
    ops = tuple(_Board(state, pictures).ops())
    warnings = (*_left_out(state.get("elements")), *_missing(ops))
    return Scene(title, (Page(name, ops, backdrop),), warnings=warnings)


def _background(state: Mapping[str, Any]) -> Paint | None:
    """Of the board, white by default; None if it is transparent."""
    app_state = state.get("appState")
    background = app_state.get("viewBackgroundColor") if isinstance(app_state, dict) else None
    return paint(background) if is_color(background) else (WHITE, 1.0)


def _on_white(background: Paint | None) -> Color:
    if background is None:
        return WHITE
    (red, green, blue), alpha = background
    return (
        round(255 + (red - 255) * alpha),
        round(255 + (green - 255) * alpha),
        round(255 + (blue - 255) * alpha),
    )


def _left_out(elements: Any) -> Iterator[str]:
    """A sentence for each type of element that isn't known here."""
    types = {
        string(each.get("type"), "?")[:40]
        for each in entries(elements)
        if each.get("isDeleted") is not True
    }
    for type_ in sorted(types - TYPES - {"draw", "selection"}):
        yield f"Elements of type {type_!r} aren't known here and are left out."


def _missing(ops: tuple[Op, ...]) -> Iterator[str]:
    """A sentence for all characters that no font has."""
    missing = dict.fromkeys(_characters_without_glyph(ops))
    if missing:
        some = " ".join(list(missing)[:20])
        yield f"No font here has these characters, they are shown as boxes: {some}"


def _characters_without_glyph(ops: Iterable[Op]) -> Iterator[str]:
    for op in ops:
        if isinstance(op, Group):
            yield from _characters_without_glyph(op.parts)
        elif isinstance(op, Text):
            for run in op.runs:
                for glyph, cluster in zip(run.ids, run.clusters, strict=True):
                    if glyph == 0:
                        yield run.text[cluster]


class _Board:
    """The elements, and what each needs to know of the others."""

    def __init__(self, state: Mapping[str, Any], pictures: Pictures) -> None:
        self.pictures = pictures
        files = state.get("files")
        self.files: Mapping[str, Any] = files if isinstance(files, dict) else {}
        self.backdrop = _background(state)
        self.elements = list(self._parsed(state.get("elements")))
        self.outlines = outlines(self.elements)
        self.by_id = {element.id: element for element in self.elements}
        self.labels = dict(self._labels())
        self._boxes: dict[str, Box] = {}

    def _parsed(self, raw: Any) -> Iterator[Element]:
        for each in entries(raw):
            element = parse(each)
            if element is not None:
                yield element

    def _labels(self) -> Iterator[tuple[str, Element]]:
        """The text in or on an element, by the element's id: where both know of each other."""
        for element in self.elements:
            for bound in entries(element.raw.get("boundElements")):
                label = self.by_id.get(string(bound.get("id")))
                if label is not None and label.raw.get("containerId") == element.id:
                    yield element.id, label
                    break

    def ops(self) -> Iterator[Op]:
        """Embedded pages lie above all else, as they do in a browser."""
        inside = {label.id for label in self.labels.values()}
        flat = [each for each in self.elements if each.type not in EMBEDDED]
        for element in flat + [each for each in self.elements if each.type in EMBEDDED]:
            if element.id in inside and element.type == "text":
                continue
            own = self._with_label(element)
            clip = self._frame_clip(element, own)
            if clip is not None:
                yield Group(tuple(own), clip=clip)
            else:
                yield from own

    def _with_label(self, element: Element) -> list[Op]:
        label = self.labels.get(element.id)
        if element.type in LINES:
            return self._line(element, label)
        ops = self._placed(element, self._inner(element, self._alpha(element)))
        if label is not None:
            ops += self._placed(label, self._inner(label, self._alpha(label)))
        return ops

    def _inner(self, element: Element, alpha: float) -> list[Op]:
        """In its own coordinates."""
        match element.type:
            case "text":
                if element.stroke is None:
                    return []
                return texts.block(element).ops(element.stroke, alpha)
            case "image":
                return [image(element, self.files, self.pictures, alpha)]
            case "frame" | "magicframe":
                return _frame(element, alpha)
            case "freedraw":
                return freedraw(element, alpha, self.outlines.get(id(element)))
            case "iframe" | "embeddable":
                shown = shapes.embedded(element)
                own = shapes.look(shown).paint(shapes.shape(shown), alpha)
                return own + texts.placeholder_name(element, alpha)
            case _:
                return shapes.look(element).paint(shapes.shape(element), alpha)

    def _line(self, element: Element, label: Element | None) -> list[Op]:
        """The label of an arrow stands on it, wherever its own place says, and in a gap."""
        alpha = self._alpha(element)
        sketches = shapes.line(element)
        ops = shapes.look(element).paint(sketches, alpha)
        if element.type == "arrow":
            ops += arrows.heads(element, sketches, self.backdrop, alpha)
        matrix = _place(element, lambda: shapes.outline_box(sketches))
        parts = _grouped(ops, matrix)
        if label is None:
            return parts
        if element.type == "arrow":
            middle = matrix.apply(np.array([arrows.label_point(element, sketches)]))
            box = _box_around(middle[0].tolist(), label.width, label.height)
            parts = [Group(tuple(parts), clip=_all_but(box, bounds(parts)))]
            turn = rotated(label.angle, (box.left + box.right) / 2, (box.top + box.bottom) / 2)
            label_matrix = moved(box.left, box.top).then(turn)
        else:
            label_matrix = _place(label, lambda: Box(0, 0, label.width, label.height))
        return parts + _grouped(self._inner(label, self._alpha(label)), label_matrix)

    def _placed(self, element: Element, ops: list[Op]) -> list[Op]:
        def box() -> Box:
            if element.type == "freedraw":
                return box_of(np.array(element.points))
            return Box(0, 0, element.width, element.height)

        return _grouped(ops, _place(element, box))

    def _alpha(self, element: Element) -> float:
        frame = self._frame(element)
        return element.opacity * (frame.opacity if frame is not None else 1.0)

    def _frame(self, element: Element) -> Element | None:
        frame = self.by_id.get(element.frame_id) if element.frame_id is not None else None
        return frame if frame is not None and frame.type in FRAMES else None

    def _frame_clip(self, element: Element, own: list[Op]) -> Path | None:
        """What sticks out of its frame is cut off; what lies outside altogether isn't, unless it
        is grouped with something that doesn't."""
        frame = self._frame(element)
        if frame is None:
            return None
        inside = Box(frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
        box = bounds(own)
        if box.intersection(inside) == box:
            return None
        if box.intersection(inside).is_empty and not self._is_partly_inside(element, inside):
            return None
        return rounded_rectangle(inside, FRAME_RADIUS)

    def _is_partly_inside(self, element: Element, frame: Box) -> bool:
        groups = set(element.group_ids)
        return any(
            not _rough_box(other).intersection(frame).is_empty
            for other in self.elements
            if groups.intersection(other.group_ids)
        )


def _box_around(middle: list[float], width: float, height: float) -> Box:
    left, top = middle[0] - width / 2, middle[1] - height / 2
    return Box(left, top, left + width, top + height)


def _rough_box(element: Element) -> Box:
    """Without its angle; of a line, that of its points."""
    if element.points:
        box = box_of(np.array(element.points))
        return Box(
            box.left + element.x, box.top + element.y, box.right + element.x, box.bottom + element.y
        )
    return Box(element.x, element.y, element.x + element.width, element.y + element.height)


def _frame(element: Element, alpha: float) -> list[Op]:
    box = Box(0, 0, element.width, element.height)
    line = MAGIC_FRAME_COLOR if element.type == "magicframe" else FRAME_COLOR
    outline = Stroke(rounded_rectangle(box, FRAME_RADIUS), line, FRAME_WIDTH, alpha)
    return [*texts.frame_name(element), outline]


def _place(element: Element, find_box: Callable[[], Box]) -> Matrix:
    """From the element's coordinates to the page's; it turns around the middle of its box."""
    place = moved(element.x, element.y)
    if not element.angle:
        return place
    box = find_box()
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return rotated(element.angle, x, y).then(place)


def _grouped(ops: list[Op], matrix: Matrix) -> list[Op]:
    return [Group(tuple(ops), matrix=matrix)] if ops else []


def _all_but(hole: Box, around: Box) -> Path:
    """Of the surroundings of both; the hole runs the other way round."""
    outside = around.union(hole).grown(1)
    return Path((Subpath(outside.corners()), Subpath(hole.corners()[::-1])))
