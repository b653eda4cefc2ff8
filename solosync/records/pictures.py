"""What may be asked of a picture of a board, and how it is read from JSON or from flags."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from solosync.errors import Invalid

Format = Literal["png", "pdf", "svg", "json"]
FORMATS: tuple[Format, ...] = ("png", "pdf", "svg", "json")
# The pages that a format shows unless told; an SVG file holds one page, unless told.
_PAGES: dict[Format, str] = {"png": "active", "pdf": "all", "svg": "active", "json": "all"}

_LONGEST_PAGES = 1000  # characters
_RANGES = re.compile(r"[0-9]{1,9}(-([0-9]{1,9})?)?(,[0-9]{1,9}(-([0-9]{1,9})?)?)*")


class PictureOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Lengths are in page pixels, 96 to the inch.

    ``pages`` is "all", "active" or ranges of page numbers such as "1-3,5" or "2-", from 1.
    ``width``, of the whole picture, wins over ``scale``. On paper other than "fit", the content is
    made smaller if it has to be, never larger than ``scale`` says. ``multiple`` says what several
    pages become in PNG; as SVG they are always zipped.
    """

    pages: str = "all"
    scale: float = 1.0
    width: int | None = None
    background: Literal["board", "white", "transparent"] = "board"
    margin: float = 20.0
    paper: Literal["fit", "a4", "letter"] = "fit"
    orientation: Literal["auto", "portrait", "landscape"] = "auto"
    page_numbers: bool = False
    multiple: Literal["zip", "stack"] = "zip"


class _Kind(NamedTuple):
    """``parse`` raises ValueError for what isn't ``allowed``, the end of "... must be"."""

    allowed: str
    parse: Callable[[Any], Any]


def parse_format(value: object) -> Format:
    """Raises Invalid."""
    for format in FORMATS:
        if value == format:
            return format
    raise _invalid("format", f"one of {', '.join(FORMATS)}")


def parse_options(given: Mapping[str, object], format: Format) -> PictureOptions:
    """Missing and null are the default; numbers and switches may come as text too. Names that
    aren't options are left out, because clients send more than we know.

    Raises Invalid, whose ``fields`` name the option and say what it takes.
    """
    values: dict[str, Any] = {"pages": _PAGES[format]}
    for name, kind in _KINDS.items():
        value = given.get(name)
        if value is not None:
            try:
                values[name] = kind.parse(value)
            except ValueError:
                raise _invalid(name, kind.allowed) from None
    return PictureOptions(**values)


def _invalid(name: str, allowed: str) -> Invalid:
    return Invalid(f"`{name}` must be {allowed}.", fields={name: f"must be {allowed}"})


def page_indexes(pages: str, count: int, active: int) -> list[int]:
    """Which of so many pages are meant, from 0, in the board's order; none that isn't there."""
    if pages == "all":
        return list(range(count))
    if pages == "active":
        return [active]
    chosen: set[int] = set()
    for part in pages.split(","):
        first, dash, last = part.partition("-")
        end = min(int(last), count) if last else count if dash else int(first)
        chosen.update(range(int(first) - 1, min(end, count)))
    return sorted(chosen)


def chosen_pages(pages: str, count: int, active: int) -> list[int]:
    """The same, at least one. Raises Invalid."""
    chosen = page_indexes(pages, count, active)
    if not chosen:
        has = "1 page" if count == 1 else f"{count} pages"
        reason = f"there is no page {pages}; the board has {has}"
        raise Invalid(f"`pages`: {reason}.", fields={"pages": reason})
    return chosen


def _pages(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > _LONGEST_PAGES:
        raise ValueError
    text = re.sub(r"\s", "", value).lower()
    if text in ("all", "active"):
        return text
    if not _RANGES.fullmatch(text):
        raise ValueError
    for part in text.split(","):
        first, _, last = part.partition("-")
        if int(first) < 1 or (last and int(last) < int(first)):
            raise ValueError
    return text


def _number(low: float, high: float, *, suffix: str = "") -> Callable[[object], float]:
    def parse(value: object) -> float:
        if isinstance(value, str):
            value = float(value.strip().removesuffix(suffix))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        if not low <= value <= high or math.isnan(value):
            raise ValueError
        return float(value)

    return parse


def _whole_number(low: int, high: int) -> Callable[[object], int]:
    number = _number(low, high)

    def parse(value: object) -> int:
        parsed = number(value)
        if not parsed.is_integer():
            raise ValueError
        return int(parsed)

    return parse


def _one_of(*names: str) -> _Kind:
    def parse(value: object) -> str:
        if isinstance(value, str) and value.lower() in names:
            return value.lower()
        raise ValueError

    return _Kind(f"one of {', '.join(names)}", parse)


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError


_KINDS: dict[str, _Kind] = {
    "pages": _Kind('"all", "active", or page numbers such as "1-3,5"', _pages),
    "scale": _Kind("a number from 0.1 to 8", _number(0.1, 8, suffix="x")),
    "width": _Kind("a whole number of pixels from 16 to 16384", _whole_number(16, 16384)),
    "background": _one_of("board", "white", "transparent"),
    "margin": _Kind("a number of pixels from 0 to 1000", _number(0, 1000)),
    "paper": _one_of("fit", "a4", "letter"),
    "orientation": _one_of("auto", "portrait", "landscape"),
    "page_numbers": _Kind("true or false", _switch),
    "multiple": _one_of("zip", "stack"),
}
