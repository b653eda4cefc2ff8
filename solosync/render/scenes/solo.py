"""A Solo board as a scene: its pages with their backgrounds, and on each, in this order, assets by
their ``zIndex``, shapes, strokes and texts. A new kind of element is one function in a table.

An eraser takes away what was drawn before it on its page, never the background.
"""

from collections.abc import Container
from typing import TYPE_CHECKING, Any

from solosync.render.scene import Backdrop, Color, Op, Page, Pattern, Scene
from solosync.render.scenes.solo_assets import asset
from solosync.render.scenes.solo_elements import Drawing, Element
from solosync.render.scenes.solo_lines import KINDS as LINES
from solosync.render.scenes.solo_lines import Kind, outline_together, pen
from solosync.render.scenes.solo_texts import note, text
from solosync.render.scenes.values import color, entries, number, positive, string

if TYPE_CHECKING:
    from solosync.render.images import Pictures

KINDS: dict[str, Kind] = {
    **LINES,
    "rect": LINES["rectangle"],
    "ellipse": LINES["circle"],
    "text": text,
    "note": note,
}

PATTERNS: dict[str, Pattern] = {"grid": "grid", "dots": "dots", "ruled": "ruled", "graph": "graph"}
WHITE: Color = (255, 255, 255)
PLAIN = Backdrop()
CLOSEST = 2.0  # lines of a background nearer to each other than that would be a grey page


def scene(
    state: dict[str, Any],
    pictures: "Pictures",
    *,
    title: str = "",
    pages: Container[int] | None = None,
) -> Scene:
    """All pages, or those whose numbers (from 0) are in ``pages``; the others are there, empty.

    Takes any JSON; what can't be drawn is left out, with a warning for each kind of element.
    """
    drawing = Drawing(pictures)
    drawn = [
        Page(
            string(page.get("name")) or f"Page {place + 1}",
            _ops(page, drawing) if pages is None or place in pages else (),
            _backdrop(page.get("background")),
        )
        for place, page in enumerate(_pages(state))
    ]
    return Scene(
        title or string(state.get("name")), tuple(drawn), _active(state), drawing.warnings()
    )


def _pages(state: dict[str, Any]) -> list[dict[str, Any]]:
    """A board without pages is one page itself."""
    pages = state.get("pages")
    if not isinstance(pages, list) or not pages:
        return [{**state, "name": ""}]
    return [page if isinstance(page, dict) else {} for page in pages]


def _active(state: dict[str, Any]) -> int:
    pages = _pages(state)
    wanted = state.get("activePageId")
    if isinstance(wanted, str):
        for place, page in enumerate(pages):
            if page.get("id") == wanted:
                return place
    index = number(state.get("currentPageIndex"), 0.0)
    return int(index) if 0 <= index < len(pages) else 0


def _backdrop(background: Any) -> Backdrop:
    if isinstance(background, str):
        background = {"type": background}
    if not isinstance(background, dict):
        return PLAIN
    kind = string(background.get("type"))
    return Backdrop(
        WHITE if kind == "white" else color(background.get("color"), WHITE),
        PATTERNS.get(kind, "plain"),
        max(CLOSEST, positive(background.get("gridSize"), PLAIN.spacing)),
        color(background.get("lineColor"), PLAIN.line_color),
    )


def _ops(page: dict[str, Any], drawing: Drawing) -> tuple[Op, ...]:
    ops: list[Op] = []
    assets = entries(page.get("assets"))
    assets.sort(key=lambda value: number(value.get("zIndex"), 0.0))
    for value in assets:
        ops += asset(Element(value, _kind(value, "image"), drawing))
    for value in entries(page.get("shapes")):
        ops += _drawn(Element(value, _kind(value, "shape"), drawing))
    strokes = [
        Element(value, _kind(value, "pen"), drawing, is_gesture=True)
        for value in entries(page.get("strokes"))
    ]
    outline_together([each for each in strokes if KINDS.get(each.kind, pen) is pen], drawing)
    for element in strokes:
        ops += _drawn(element)
    for value in entries(page.get("texts")):
        ops += _drawn(Element(value, _kind(value, "text"), drawing))
    return tuple(ops)


def _kind(value: dict[str, Any], default: str) -> str:
    return string(value.get("tool")) or string(value.get("type")) or default


def _drawn(element: Element) -> tuple[Op, ...]:
    """An unknown kind of element that has points is drawn with the pen."""
    ops = KINDS.get(element.kind, pen)(element)
    return ops if ops or _is_empty(element) else element.drawing.leave_out(element.kind)


def _is_empty(element: Element) -> bool:
    """There is nothing that could have been drawn: a text without words, a line without points."""
    if element.kind == "text":
        return not string(element.value.get("text")).strip()
    return isinstance(element.value.get("points"), list) and not element.value["points"]
