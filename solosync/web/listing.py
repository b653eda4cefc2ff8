"""Lists of the API: `?limit=`, `?cursor=`, `?sort=field,-other` and `?filter[field]=`, answered as
`{data, meta: {next, prev, total}}`. Cursors mean nothing to clients.

A filter may also be written plainly (`?unread=true`): who does so doesn't expect the whole list.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from solosync.errors import Invalid
from solosync.records.listing import Position, Query, Slice, Sort, Value
from solosync.web.connections import AnyRequest

LISTING = "listing"
"""In a route's `opt`: its Listing, which documents and checks the query."""
DEFAULT_LIMIT = 50
MOST = 200
LONGEST_VALUE = 1000
_FILTER = re.compile(r"filter\[(.*)\]", re.DOTALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


class Meta(msgspec.Struct):
    """`next` and `prev` are cursors: there is no such page where they are null."""

    next: str | None
    prev: str | None
    total: int


# A cursor: the direction it leads to ("n" or "p"; large when the row that it names belongs to that
# page), the question it answers, and the row's values.
_Cursor = tuple[Literal["n", "p", "N", "P"], str, list[str | int | float]]


class Kind(NamedTuple):
    """How a filter's value is read; `read` raises ValueError. `schema` is for the description."""

    allowed: str
    read: Callable[[str], Value]
    schema: Mapping[str, Any]


class Listing(NamedTuple):
    """What a list can be sorted and filtered by, and how it is sorted if nothing is said. A page
    has ``most`` at most, and ``limit`` unless the client names another."""

    sorts: tuple[str, ...]
    filters: Mapping[str, Kind]
    default: str
    most: int = MOST
    limit: int = DEFAULT_LIMIT


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
    return {"true": 1, "1": 1, "false": 0, "0": 0}[text.lower()]


def _read_time(text: str) -> int:
    """Milliseconds; a time without a zone is UTC's."""
    if not text.isascii():
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


TEXT = Kind("a text", _read_text, {"type": "string", "maxLength": LONGEST_VALUE})
SWITCH = Kind("true or false", _read_switch, {"type": "boolean"})
TIME = Kind(
    "a time such as 2026-01-31T12:00:00Z", _read_time, {"type": "string", "format": "date-time"}
)


def read(request: AnyRequest, listing: Listing) -> Query:
    """What the request asks for. Raises Invalid, which names what may be asked for."""
    filters: dict[str, Value] = {}
    query: dict[str, str] = {}
    given = request.scope.get("query_string", b"").decode("utf-8", "replace")
    for name, text in parse_qsl(given, keep_blank_values=True):
        if name.startswith("filter"):
            match = _FILTER.fullmatch(name)
            _add_filter(filters, listing, match[1] if match else name, text)
        elif name in listing.filters:
            _add_filter(filters, listing, name, text)
        else:
            query[name] = text
    sort = _sort(listing, query.get("sort", listing.default))
    question = _question(request, sort, filters)
    backward, position = _read_cursor(query.get("cursor"), question, len(sort) + 1)
    limit = _limit(listing, query.get("limit"))
    return Query(sort, filters, limit, position, backward, question)


def refuse_questions(request: AnyRequest, order: str) -> None:
    """For a list with one order and no filters. Raises Invalid if it is asked for others."""
    for name in request.query_params:
        if name == "sort" or name.startswith("filter"):
            raise Invalid(
                f"This list can be filtered and sorted by nothing; it is {order}.",
                fields={name[:100]: "unknown"},
            )


def meta(slice: Slice[Any]) -> Meta:
    return Meta(next_cursor(slice), _cursor(slice.prev, "p"), slice.total)


def next_cursor(slice: Slice[Any]) -> str | None:
    return _cursor(slice.next, "n")


def _add_filter(filters: dict[str, Value], listing: Listing, name: str, text: str) -> None:
    kind = listing.filters.get(name)
    where = f"filter[{name[:100]}]"
    if kind is None:
        allowed = ", ".join(listing.filters) or "nothing"
        raise Invalid(
            f"This list can be filtered by {allowed}; not by {name[:100]!r}.",
            fields={where: "unknown"},
        )
    if name in filters:
        raise Invalid(f"{where} is there twice.", fields={where: "repeated"})
    try:
        filters[name] = kind.read(text)
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


def _limit(listing: Listing, text: str | None) -> int:
    if text is None:
        return listing.limit
    if not _WHOLE_NUMBER.fullmatch(text) or not 1 <= int(text) <= listing.most:
        raise Invalid(f"limit has to be 1 to {listing.most}.", fields={"limit": "unusable"})
    return int(text)


def _question(request: AnyRequest, sort: tuple[Sort, ...], filters: dict[str, Value]) -> str:
    """What all pages of an answer have in common; short, for it stands in their cursors."""
    path = request.scope["path"].rstrip("/")
    asked = msgspec.json.encode((path, sort, sorted(filters.items())))
    return hashlib.sha256(asked).hexdigest()[:8]


def _cursor(position: Position | None, direction: str) -> str | None:
    if position is None:
        return None
    letter = direction.upper() if position.is_before else direction
    text = msgspec.json.encode((letter, position.question, position.values))
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _read_cursor(text: str | None, question: str, width: int) -> tuple[bool, Position | None]:
    """Whether it goes backward, and from where. Raises Invalid for what `_cursor` didn't make for
    this question."""
    if not text:
        return False, None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        letter, asked, values = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=_Cursor)
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError, RecursionError):
        letter, asked, values = "n", "", []
    if asked != question or len(values) != width or not all(map(_is_value, values)):
        raise Invalid(
            "That cursor can't be read here; take `next` or `prev` of an earlier answer to the same"
            " question.",
            fields={"cursor": "unreadable"},
        )
    position = Position(question, tuple(values), letter.isupper())
    return letter.lower() == "p", position


def _is_value(value: str | int | float) -> bool:
    """Whether the store takes it."""
    if isinstance(value, int):
        return abs(value) < 2**63
    return isinstance(value, str) or math.isfinite(value)
