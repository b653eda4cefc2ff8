"""The display list as a PDF's content: operators, and the resources that they name."""

import math
from collections.abc import Iterable
from typing import Any

from solosync.render.geometry import IDENTITY, Box, Matrix, Path
from solosync.render.pdf_document import Document, array, dictionary, number
from solosync.render.pdf_fonts import Fonts
from solosync.render.pdf_paths import Paths, inner_unit
from solosync.render.pdf_pictures import Pictures
from solosync.render.pdf_text import show
from solosync.render.scene import (
    MITER_LIMIT,
    Color,
    Fill,
    Glyphs,
    Group,
    Op,
    Picture,
    Stroke,
    Text,
    bounds,
)

CAPS = {"butt": 0, "round": 1, "square": 2}
JOINS = {"miter": 0, "round": 1, "bevel": 2}
BLEND_MODES = {
    "source-over": "Normal",
    "multiply": "Multiply",
    "screen": "Screen",
    "overlay": "Overlay",
    "darken": "Darken",
    "lighten": "Lighten",
    "color-dodge": "ColorDodge",
    "color-burn": "ColorBurn",
    "hard-light": "HardLight",
    "soft-light": "SoftLight",
    "difference": "Difference",
    "exclusion": "Exclusion",
    "hue": "Hue",
    "saturation": "Saturation",
    "color": "Color",
    "luminosity": "Luminosity",
}
NORMAL = "Normal"
# A layer starts transparent; colours are mixed as on screens.
TRANSPARENCY = dictionary({"S": "/Transparency", "CS": "/DeviceRGB", "I": "true"})


class Shared:
    """What the pages of a document have in common."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.fonts = Fonts(document)
        self.pictures = Pictures(document)
        self.layers = 0
        self._states: dict[tuple[str, object], tuple[str, Any]] = {}

    def alpha(self, alpha: float) -> tuple[str, Any]:
        return self._state("A", alpha, {"ca": alpha, "CA": alpha})

    def blend(self, mode: str) -> tuple[str, Any]:
        return self._state("B", mode, {"BM": f"/{mode}"})

    def _state(self, kind: str, value: object, entries: dict[str, object]) -> tuple[str, Any]:
        """A graphics state's name and reference."""
        known = self._states.get((kind, value))
        if known is None:
            known = (f"{kind}{len(self._states) + 1}", self.document.add(dictionary(entries)))
            self._states[kind, value] = known
        return known


class Content:
    """One content stream: a page's, or that of a layer painted as one."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._lines: list[str] = []
        self._used: dict[str, dict[str, Any]] = {}
        # What the operators so far have set; a q keeps it, a Q brings it back.
        self._set: dict[str, object] = {"alpha": 1.0, "blend": NORMAL}
        self._kept: list[dict[str, object]] = []

    @property
    def data(self) -> bytes:
        return "\n".join(self._lines).encode("ascii")

    @property
    def resources(self) -> Any:
        return dictionary({kind: dictionary(used) for kind, used in self._used.items()})

    @property
    def is_translucent(self) -> bool:
        """Whether what is below shows through something here."""
        return "ExtGState" in self._used

    def paint(self, ops: Iterable[Op], unit: float) -> None:
        """``unit``: how many px one step of the current coordinates is; y goes downwards."""
        ops = tuple(ops)
        self._paint(ops, unit, Paths(ops, unit))

    def begin(self, matrix: Matrix) -> None:
        """Until ``end``, coordinates go through the matrix."""
        self._write("q")
        self._kept.append(dict(self._set))
        self._transform(matrix)

    def end(self) -> None:
        self._write("Q")
        self._set = self._kept.pop()

    def _transform(self, matrix: Matrix) -> None:
        if matrix != IDENTITY:
            linear = " ".join(number(value, 7) for value in matrix[:4])
            self._write(f"{linear} {number(matrix.e)} {number(matrix.f)} cm")

    def _paint(self, ops: Iterable[Op], unit: float, paths: Paths, alpha: float = 1.0) -> None:
        for op in ops:
            if op.alpha <= 0:
                continue
            match op:
                case Fill():
                    self._fill(op, unit, paths, op.alpha * alpha)
                case Stroke():
                    self._stroke(op, unit, paths, op.alpha * alpha)
                case Picture():
                    self._picture(op, unit, op.alpha * alpha)
                case Text():
                    self._text(op, unit, op.alpha * alpha)
                case Group():
                    self._group(op, unit, paths)

    def _fill(self, op: Fill, unit: float, paths: Paths, alpha: float) -> None:
        if op.path.subpaths:
            self._alpha(alpha)
            self._color("rg", op.color)
            self._path(op.path, unit, paths, "f*" if op.is_even_odd else "f")

    def _stroke(self, op: Stroke, unit: float, paths: Paths, alpha: float) -> None:
        # For PDF, no width is the thinnest line there is.
        if not op.path.subpaths or op.width <= 0:
            return
        self._alpha(alpha)
        self._color("RG", op.color)
        self._change("width", op.width, f"{number(op.width / unit)} w")
        self._change("cap", op.cap, f"{CAPS[op.cap]} J")
        self._change("join", op.join, f"{JOINS[op.join]} j")
        if op.join == "miter":
            self._change("miter", MITER_LIMIT, f"{number(MITER_LIMIT)} M")
        dash = op.dash if sum(op.dash) > 0 and min(op.dash) >= 0 else ()
        if dash or self._set.get("dash"):
            steps = " ".join(number(length / unit) for length in dash)
            self._change("dash", dash, f"[{steps}] 0 d")
        self._path(op.path, unit, paths, "S")

    def _path(self, path: Path, unit: float, paths: Paths, paint: str) -> None:
        origin = paths.origin(path, unit)
        lines = paths.operators(path, unit, origin)
        if not lines:
            return
        if any(origin):
            self._write(f"q 1 0 0 1 {origin[0]} {origin[1]} cm")
        self._write(lines)
        self._write(f"{paint}\nQ" if any(origin) else paint)

    def _picture(self, op: Picture, unit: float, alpha: float) -> None:
        name, reference = self._shared.pictures.of(op.bitmap)
        self._use("XObject", name, reference)
        self._alpha(alpha)
        # PDF's unit square has its origin at the bottom left.
        upright = Matrix(1, 0, 0, -1, 0, 1)
        self.begin(upright.then(op.matrix).then(_steps(unit)))
        self._write(f"/{name} Do")
        self.end()

    def _text(self, op: Text, unit: float, alpha: float) -> None:
        if op.size <= 0:
            return
        self._alpha(alpha)
        self._color("rg", op.color)
        shown = show(op, unit, self._shared.fonts)
        for font in shown.fonts:
            self._use("Font", font.name, font.reference)
        self._write(shown.operators)
        if shown.shapes:
            self._write(Paths((), unit).operators(_outlines(op, shown.shapes), unit))
            self._write("f")

    def _group(self, op: Group, unit: float, paths: Paths) -> None:
        scale = op.matrix.scale
        if not (math.isfinite(scale) and scale):
            return
        inner = inner_unit(unit, op.matrix)
        self.begin(IDENTITY)
        if op.clip is not None:
            outline = paths.operators(op.clip, unit)
            # A clip without any area leaves nothing.
            self._write(f"{outline or '0 0 m h'} W n")
        self._transform(_steps(inner, 1).then(op.matrix).then(_steps(unit)))
        blend = BLEND_MODES.get(op.composite, NORMAL)
        is_simple = len(op.parts) == 1 and not isinstance(op.parts[0], Group)
        if needs_layer(op):
            self._layer(op, inner, paths, blend)
        else:
            self._blend(blend)
            self._paint(op.parts, inner, paths, op.alpha if is_simple else 1.0)
        self.end()

    def _layer(self, op: Group, unit: float, paths: Paths, blend: str) -> None:
        """The group's parts as a content of their own, shown as one."""
        box = bounds(op.parts)
        if not box.left <= box.right:
            return
        content = Content(self._shared)
        content._paint(op.parts, unit, paths)
        self._shared.layers += 1
        name = f"L{self._shared.layers}"
        entries = {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": array([round(side / unit, 1) for side in Box(*box).grown(1)]),
            "Group": TRANSPARENCY,
            "Resources": content.resources,
        }
        self._use("XObject", name, self._shared.document.add_stream(entries, content.data))
        self._blend(blend)
        self._alpha(op.alpha)
        self._write(f"/{name} Do")

    def _write(self, line: str) -> None:
        self._lines.append(line)

    def _change(self, key: str, value: object, line: str) -> None:
        if self._set.get(key) != value:
            self._set[key] = value
            self._write(line)

    def _use(self, kind: str, name: str, reference: Any) -> None:
        self._used.setdefault(kind, {})[name] = reference

    def _alpha(self, alpha: float) -> None:
        alpha = round(min(1.0, alpha), 3)
        if self._set["alpha"] != alpha:
            name, reference = self._shared.alpha(alpha)
            self._use("ExtGState", name, reference)
            self._change("alpha", alpha, f"/{name} gs")

    def _blend(self, mode: str) -> None:
        if self._set["blend"] != mode:
            name, reference = self._shared.blend(mode)
            self._use("ExtGState", name, reference)
            self._change("blend", mode, f"/{name} gs")

    def _color(self, operator: str, color: Color) -> None:
        values = " ".join(number(part / 255, 3) for part in color)
        self._change(operator, color, f"{values} {operator}")


def needs_layer(op: Group) -> bool:
    """Whether painting the parts one by one would look otherwise."""
    if any(isinstance(part, Group) and part.composite != "source-over" for part in op.parts):
        return True
    is_simple = len(op.parts) == 1 and not isinstance(op.parts[0], Group)
    return not is_simple and (op.alpha < 1 or op.composite != "source-over")


def _steps(unit: float, direction: int = -1) -> Matrix:
    """From px to steps, or with 1 from steps to px."""
    factor = unit**direction
    return Matrix(factor, 0, 0, factor, 0, 0)


def _outlines(op: Text, glyphs: Iterable[tuple[Glyphs, int]]) -> Path:
    paths = []
    for run, i in glyphs:
        scale = op.size / run.face.units_per_em
        x, y = run.positions[i]
        place = Matrix(scale, 0, 0, scale, op.x + float(x), op.y + float(y))
        paths.append(run.face.glyph_path(run.ids[i]).transformed(place))
    return Path.joined(paths)
