"""Pictures without pixels of their own, SVG and PDF, as bitmaps. Nothing that they refer to outside
of themselves is ever looked at."""

import contextlib
import io
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

import pypdfium2
import resvg_py
from PIL import Image

from solosync.render import data_urls, fonts
from solosync.render.errors import Unreadable

SHARPNESS = 3  # pixels for one of those that the picture takes on the page, for large scales
MAX_PIXELS = 16 << 20  # drawn
_MAX_SIDE = 16384
_HEAD_BYTES = 1 << 16  # in which the first element of an SVG is looked for
_MAX_ELEMENTS = 200_000
_MAX_DEPTH = 200  # resvg calls itself for each level
# A definition that refers to another one. No drawing program writes such; the parser stops them
# from growing without end, but late.
_NESTED_ENTITY = re.compile(rb"<!ENTITY[^>]*&(?!#)")
_MAX_WITH_ENTITIES = 1 << 20  # bytes; the parser lets entities grow a text a hundredfold
_MAX_INNER_BYTES = 32 << 20  # of a bitmap in an SVG
_MAX_INNER_PIXELS = 32 << 20  # of all bitmaps in an SVG
_MAX_COPIES = 200_000  # elements that `use` may add
# What a layer of the picture's size is painted for, and the steps of filters that take many times
# as long as the others.
_LAYERED = {"filter", "mask", "clip-path", "opacity", "mix-blend-mode", "isolation"}
_SLOW_EFFECTS = {"feTurbulence", "feMorphology", "feConvolveMatrix", "feDisplacementMap"}
_SLOW_EFFECT = 50
# More makes no difference that can be seen, or takes the square of it to paint.
_MOST_OF_EFFECT = {"feTurbulence": ("numOctaves", 8), "feMorphology": ("radius", 8)}
_MAX_LAYERS = 20_000
_MAX_LAYERED_PIXELS = 64 << 20  # of all layers together: some seconds
_COST_OF_CHARACTER = 4  # elements; setting a text takes resvg the square of its length

_XLINK = "{http://www.w3.org/1999/xlink}href"
_DROPPED = {"script", "foreignObject", "iframe", "handler"}
_UNITS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}
_LENGTH = re.compile(r"\s*([+]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*([a-z]*)\s*")


def step(length: float) -> int:
    """The size to draw at for one to be shown, so that copies of a picture share it."""
    return max(1, math.ceil(min(length, _MAX_SIDE))) if length > 0 else 1


def is_pdf(data: bytes) -> bool:
    return data[:1024].lstrip(b"\xef\xbb\xbf\0\t\n\f\r ").startswith(b"%PDF-")


def is_svg(data: bytes) -> bool:
    if data[:100].lstrip()[:1] not in (b"<", b"\xef", b"\xff", b"\xfe"):  # or a byte order mark
        return False
    parser = expat.ParserCreate(namespace_separator="}")
    roots: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        roots.append(name)
        raise _Enough

    parser.StartElementHandler = start
    with contextlib.suppress(_Enough, expat.ExpatError, ValueError, LookupError):
        parser.Parse(data[:_HEAD_BYTES], False)
    return bool(roots) and roots[0].rpartition("}")[2] == "svg"


class _Enough(Exception):
    """The parser needn't go on: what follows may be made to grow without end."""


class _Size(NamedTuple):
    width: float
    height: float

    def drawn(self, width: float, height: float, layers: int = 0) -> tuple[float, int, int]:
        """By how much it grows to be as large as it is shown, and its pixels then: the fewer, the
        more ``layers`` of that size are needed."""
        scale = SHARPNESS * max(width / self.width, height / self.height)
        most = min(MAX_PIXELS, _MAX_LAYERED_PIXELS / max(1, layers))
        scale = min(scale, math.sqrt(most / (self.width * self.height)))
        scale = min(scale, _MAX_SIDE / max(self.width, self.height))
        return scale, max(1, round(self.width * scale)), max(1, round(self.height * scale))


def pdf(data: bytes, width: float, height: float) -> Image.Image:
    """The first page, on white. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("it is a damaged or locked PDF") from error
    try:
        page = document[0]
        size = _Size(*page.get_size())
        if not (size.width > 0 and size.height > 0):
            raise Unreadable("its first page has no size")
        scale, *_ = size.drawn(width, height)
        image: Image.Image = page.render(scale=scale).to_pil()
        return image.convert("RGB")
    except (pypdfium2.PdfiumError, IndexError, MemoryError, ValueError) as error:
        raise Unreadable("its first page can't be drawn") from error
    finally:
        document.close()


def svg(data: bytes, width: float, height: float) -> Image.Image:
    """RGBA, or RGB if it covers all of its ground. Raises Unreadable."""
    root = _parsed(data)
    has_text, layers = _clean(root)
    size = _size(root)
    _, across, down = size.drawn(width, height, layers)
    root.set("viewBox", root.get("viewBox") or f"0 0 {size.width} {size.height}")
    root.set("width", str(across))
    root.set("height", str(down))
    try:
        drawn = resvg_py.svg_to_bytes(
            svg_string=ET.tostring(root, encoding="unicode"),
            skip_system_fonts=True,
            font_files=[str(each) for each in fonts.files()] if has_text else None,
            font_family="Arimo",
            sans_serif_family="Arimo",
            serif_family="Arimo",
        )
        image = Image.open(io.BytesIO(bytes(drawn)), formats=("PNG",)).convert("RGBA")
        is_opaque = image.getchannel("A").getextrema() == (255, 255)
        return image.convert("RGB") if is_opaque else image  # sooner made smaller
    except (ValueError, OSError, MemoryError) as error:
        raise Unreadable("it is an SVG that can't be drawn") from error


def _parsed(data: bytes) -> ET.Element:
    if b"<!ENTITY" in data and (len(data) > _MAX_WITH_ENTITIES or _NESTED_ENTITY.search(data)):
        raise Unreadable("it is an SVG with too many definitions of its own")
    depth = 0
    count = 0
    root: ET.Element | None = None
    try:
        for event, element in ET.iterparse(io.BytesIO(data), events=("start", "end")):
            if event == "end":
                depth -= 1
                continue
            root = element if root is None else root
            depth += 1
            count += 1
            if depth > _MAX_DEPTH or count > _MAX_ELEMENTS:
                raise Unreadable("it is an SVG of too many parts")
    except (ET.ParseError, ValueError, LookupError, MemoryError) as error:
        raise Unreadable("it is a damaged SVG") from error
    if root is None:
        raise Unreadable("it is a damaged SVG")
    return root


def _clean(root: ET.Element) -> tuple[bool, int]:
    """Without what could run or reach outside; whether there is text left, and how many layers it
    takes to draw it."""
    budget = _Budget()
    has_text = False
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or _name(child) in _DROPPED:
                parent.remove(child)
    for element in root.iter():
        for key in ("href", _XLINK):
            href = element.get(key)
            if href is not None and not budget.allows(element, href):
                del element.attrib[key]
        has_text = has_text or _name(element) == "text"
    copies, layers = _costs(root)
    if copies > _MAX_COPIES or layers > _MAX_LAYERS:
        raise Unreadable("it is an SVG of too many parts")
    return has_text, layers


class _Budget:
    """Which references may stay: to parts of the SVG itself and to bitmaps within it."""

    def __init__(self) -> None:
        self._pixels = _MAX_INNER_PIXELS

    def allows(self, element: ET.Element, href: str) -> bool:
        if _name(element) not in ("image", "feImage"):
            return href.lstrip().startswith("#") or _name(element) == "a"
        if _name(element) == "feImage" and href.lstrip().startswith("#"):
            return True
        if not data_urls.is_one(href):
            return False
        try:
            data = data_urls.decode(href, _MAX_INNER_BYTES)
            image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP"))
        except (Unreadable, OSError, Image.DecompressionBombError, SyntaxError, ValueError):
            return False
        self._pixels -= image.width * image.height
        return self._pixels >= 0


def _costs(root: ET.Element) -> tuple[int, int]:
    """How many elements `use` makes of it, and how many layers of the picture's size are painted
    for them; of elements in a circle, more than there may be."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    filters = (element for element in root.iter() if _name(element) == "filter")
    layers_of_filter = max((sum(map(_layers_of_effect, each)) for each in filters), default=0)
    known: dict[ET.Element, tuple[int, int]] = {}

    def count(element: ET.Element, depth: int) -> tuple[int, int]:
        if depth > _MAX_DEPTH:
            return _MAX_COPIES + 1, 0
        if element in known:
            return known[element]
        known[element] = _MAX_COPIES + 1, 0  # should it come back to itself
        inner = list(element)
        if _name(element) == "use":
            href = (element.get("href") or element.get(_XLINK) or "").strip()
            if (target := by_id.get(href[1:])) is not None:
                inner.append(target)
        parts = [count(each, depth + 1) for each in inner]
        copies = 1 + sum(part for part, _ in parts)
        layers = sum(part for _, part in parts)
        if _name(element) == "text":
            copies += _COST_OF_CHARACTER * sum(map(len, element.itertext()))
        looks = {*element.keys(), *re.findall(r"[a-z-]+", element.get("style", ""))}
        if looks & _LAYERED:
            layers += 1 + (layers_of_filter if "filter" in looks else 0)
        known[element] = copies, layers
        return known[element]

    return count(root, 0)


def _layers_of_effect(element: ET.Element) -> int:
    """A step of a filter, in layers that take as long."""
    most = _MOST_OF_EFFECT.get(_name(element))
    for key, value in element.items():
        if most and key == most[0] and max(map(abs, _numbers(value)), default=0) > most[1]:
            element.set(key, str(most[1]))
    return _SLOW_EFFECT if _name(element) in _SLOW_EFFECTS else 1


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _size(root: ET.Element) -> _Size:
    """As browsers take it: of the two attributes, else of the view box, else 300 x 150."""
    box = list(_numbers(root.get("viewBox") or ""))
    seen = _Size(*box[2:]) if len(box) == 4 and box[2] > 0 and box[3] > 0 else None
    if seen is None:
        root.attrib.pop("viewBox", None)
    width, height = _length(root.get("width")), _length(root.get("height"))
    if width and height:
        return _Size(width, height)
    if seen is None:
        return _Size(width or 300, height or 150)
    if width or height:
        share = seen.height / seen.width
        return _Size(width, width * share) if width else _Size((height or 1) / share, height or 1)
    return seen


def _numbers(text: str) -> Iterator[float]:
    for each in re.split(r"[\s,]+", text.strip()):
        try:
            number = float(each)
        except ValueError:
            return
        if math.isfinite(number) and abs(number) < 1e9:
            yield number


def _length(text: str | None) -> float | None:
    """In pixels; None for percentages and what isn't known."""
    match = _LENGTH.fullmatch(text or "")
    if match is None or match[2] not in _UNITS:
        return None
    length = float(match[1]) * _UNITS[match[2]]
    return length if 0 < length < 1e9 else None
