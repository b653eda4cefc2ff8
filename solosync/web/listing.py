"""Lists of the API: `?limit=`, `?cursor=`, `?sort=field,-other` and `?filter[field]=`, answered as
`{data, meta: {next, prev, total}}`. Cursors mean nothing to clients."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from litestar import Request

from solosync.errors import Invalid
from solosync.records.listing import Position, Query, Slice, Sort, Value

LISTING = "listing"
"""In a route's `opt`: its Listing, which documents and checks the query."""
DEFAULT_LIMIT = 50
MOST = 200
LONGEST_VALUE = 1000
_FILTER = re.compile(r"filter\[([^\]]*)\]")
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


class Meta(msgspec.Struct):
    """`next` and `prev` are cursors: there is no such page where they are null."""

    next: str | None
    prev: str | None
    total: int


class Kind(NamedTuple):
    """How a filter's value is read; `read` raises ValueError. `schema` is for the description."""

    allowed: str
    read: Callable[[str], Value]
    schema: Mapping[str, Any]


class Listing(NamedTuple):
    """What a list can be sorted and filtered by, and how it is sorted if nothing is said."""

    sorts: tuple[str, ...]
    filters: Mapping[str, Kind]
    default: str


def one_of(*names: str) -> Kind:
    def read(text: str) -> str:
        if text not in names:
            raise ValueError(text)
        return text

    return Kind(f"one of {', '.join(names)}", read, {"type": "string", "enum": list(names)})


def _read_text(text: str) -> str:
    if len(text) > LONGEST_VALUE or "\0" in text:
        raise ValueError(text)
    return text


def _read_switch(text: str) -> int:
    return {"true": 1, "false": 0}[text]


def _read_time(text: str) -> int:
    """Milliseconds; a time without a zone is UTC's."""
    if not text.isascii():
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = datetime.fromisoformat(f"{moment.isoformat()}+00:00")
    return int(moment.timestamp() * 1000)


TEXT = Kind("a text", _read_text, {"type": "string", "maxLength": LONGEST_VALUE})
SWITCH = Kind("true or false", _read_switch, {"type": "boolean"})
TIME = Kind(
    "a time such as 2026-01-31T12:00:00Z", _read_time, {"type": "string", "format": "date-time"}
)


def read(request: Request[Any, Any, Any], listing: Listing) -> Query:
    """What the request asks for. Raises Invalid, which names what may be asked for."""
    filters: dict[str, Value] = {}
    query: dict[str, str] = {}
    given = request.scope.get("query_string", b"").decode("latin-1")
    for name, text in parse_qsl(given, keep_blank_values=True):
        if match := _FILTER.fullmatch(name):
            filters[match[1]] = _filter(listing, match[1], text)
        else:
            query[name] = text
    sort = _sort(listing, query.get("sort") or listing.default)
    backward, position = _read_cursor(query.get("cursor"), len(sort) + 1)
    return Query(sort, filters, _limit(query.get("limit")), position, backward)


def meta(slice: Slice[Any]) -> Meta:
    return Meta(_cursor(slice.next, "n"), _cursor(slice.prev, "p"), slice.total)


def _filter(listing: Listing, name: str, text: str) -> Value:
    kind = listing.filters.get(name)
    where = f"filter[{name}]"
    if kind is None:
        allowed = ", ".join(listing.filters) or "nothing"
        raise Invalid(
            f"This list can be filtered by {allowed}; not by {name[:100]!r}.",
            fields={where[:100]: "unknown"},
        )
    try:
        return kind.read(text)
    except (ValueError, KeyError, OverflowError):
        raise Invalid(f"{where} has to be {kind.allowed}.", fields={where: "unusable"}) from None


def _sort(listing: Listing, text: str) -> tuple[Sort, ...]:
    found: list[Sort] = []
    for part in text.split(","):
        name = part.strip()
        field = name.removeprefix("-")
        if field not in listing.sorts or field in (sort.field for sort in found):
            raise Invalid(
                f"This list can be sorted by {', '.join(listing.sorts)}, each once; a minus in"
                f" front turns the order. {name[:100]!r} is none of these.",
                fields={"sort": "unknown"},
            )
        found.append(Sort(field, name.startswith("-")))
    return tuple(found)


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not _WHOLE_NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST:
        raise Invalid(f"limit has to be 1 to {MOST}.", fields={"limit": "unusable"})
    return int(text)


def _cursor(position: Position | None, direction: str) -> str | None:
    if position is None:
        return None
    text = json.dumps([direction, *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str | None, width: int) -> tuple[bool, Position | None]:
    """Whether it goes backward, and from where. Raises Invalid for what `_cursor` didn't make for
    a list of this order."""
    if not text:
        return False, None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        direction, *position = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        direction, position = "", []
    is_whole = len(position) == width and all(_is_value(value) for value in position)
    if direction not in ("n", "p") or not is_whole:
        raise Invalid(
            "That cursor can't be read; take `next` or `prev` of an earlier answer to the same"
            " question.",
            fields={"cursor": "unreadable"},
        )
    return direction == "p", tuple(position)


def _is_value(value: object) -> bool:
    if isinstance(value, str):
        return ("\0" not in value and value.isprintable()) or value.isascii()
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
