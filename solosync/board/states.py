"""Board states as plain values: what a client saved, what it held before, what is shown.

A ``State`` is one JSON state taken apart as far as merging needs it: the elements of the lists
that the dialect knows, its pages, and everything else by key. All JSON in here is canonical text
(see canonical.py), so that two values are equal exactly if their texts are.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from solosync.board.canonical import (
    MAX_DEPTH,
    canonical,
    check_depth,
    dump,
    join_object,
    number,
    quote,
    split_object,
)
from solosync.errors import Invalid

LARGEST = int(sys.float_info.max)


class Shape(NamedTuple):
    """What a dialect takes apart: anything else in its states is one value under its key."""

    lists: tuple[str, ...]  # names of the lists whose items are elements
    keyed: str  # the one object of the state that merges by key
    has_pages: bool  # whether a `pages` list holds lists of elements
    by_field: bool  # whether elements merge field by field, or as one value


class _Head(msgspec.Struct):
    id: msgspec.Raw = msgspec.Raw(b"")


_HEAD = msgspec.json.Decoder(_Head)


class Item:
    """An element: its canonical text, and its fields, taken apart when first asked for."""

    __slots__ = ("_fields", "id", "text")

    def __init__(self, text: str, fields: dict[str, str] | None = None) -> None:
        self.text = text
        self._fields = fields
        self.id: str | None = None
        if text[0] == "{":
            raw = bytes(_HEAD.decode(text).id) if fields is None else fields.get("id", "").encode()
            if raw[:1] == b'"' and raw != b'""':
                self.id = msgspec.json.decode(raw, type=str)

    @classmethod
    def of_fields(cls, fields: dict[str, str]) -> "Item":
        return cls(join_object(fields), fields)

    @property
    def is_object(self) -> bool:
        return self.text[0] == "{"

    @property
    def fields(self) -> dict[str, str]:
        """Field name to canonical text; empty for an item that is no object."""
        if self._fields is None:
            self._fields = split_object(self.text) if self.is_object else {}
        return self._fields


def page_id(fields: Mapping[str, str]) -> str | None:
    """A page's id if it is a non-empty string."""
    text = fields.get("id", "")
    return msgspec.json.decode(text, type=str) if text[:1] == '"' and text != '""' else None


@dataclass(slots=True)
class Page:
    """A page: its own fields, or, when the page isn't an object, its value's text."""

    fields: dict[str, str]
    lists: dict[str, list[Item]]
    value: str | None = None

    @property
    def id(self) -> str | None:
        return page_id(self.fields)


@dataclass(slots=True)
class State:
    """One state: ``rest`` and ``keyed`` map keys to canonical text; None means absent."""

    rest: dict[str, str] = field(default_factory=dict)
    keyed: dict[str, str] | None = None
    lists: dict[str, list[Item]] = field(default_factory=dict)
    pages: list[Page] | None = None
    _texts: frozenset[str] | None = None

    def texts(self) -> frozenset[str]:
        """What the state holds, as a set of texts: for telling how far two states are apart."""
        if self._texts is None:
            texts = [item.text for items in self.lists.values() for item in items]
            for page in self.pages or ():
                texts += [item.text for items in page.lists.values() for item in items]
                texts.append(page.value if page.value is not None else join_object(page.fields))
            self._texts = frozenset(texts)
        return self._texts

    def difference(self, other: "State") -> int:
        """How many elements and pages are in one of two states only."""
        return len(self.texts() ^ other.texts())

    def same_as(self, other: "State") -> bool:
        """Whether both would be written as the same JSON."""
        if (self.rest, self.keyed) != (other.rest, other.keyed):
            return False
        if not _same_lists(self.lists, other.lists):
            return False
        if self.pages is None or other.pages is None:
            return self.pages is other.pages
        return len(self.pages) == len(other.pages) and all(
            a.value == b.value and a.fields == b.fields and _same_lists(a.lists, b.lists)
            for a, b in zip(self.pages, other.pages, strict=True)
        )

    def text(self, shape: Shape) -> str:
        """The state as canonical JSON text."""
        members = {**self.rest, **_list_texts(self.lists)}
        if self.keyed is not None:
            members[shape.keyed] = join_object(self.keyed)
        if self.pages is not None:
            pages = [
                page.value
                if page.value is not None
                else join_object({**page.fields, **_list_texts(page.lists)})
                for page in self.pages
            ]
            members["pages"] = "[" + ",".join(pages) + "]"
        return join_object(members)

    def elements(self) -> int:
        """How many elements the state holds, on its pages and at its root."""
        count = sum(map(len, self.lists.values()))
        return count + sum(sum(map(len, page.lists.values())) for page in self.pages or ())


def _same_lists(a: dict[str, list[Item]], b: dict[str, list[Item]]) -> bool:
    return a.keys() == b.keys() and all(
        [item.text for item in items] == [item.text for item in b[name]]
        for name, items in a.items()
    )


def _list_texts(lists: dict[str, list[Item]]) -> dict[str, str]:
    return {
        name: "[" + ",".join([item.text for item in items]) + "]" for name, items in lists.items()
    }


class Seen:
    """Elements by the very bytes they were last sent as, so that no save parses them twice.

    Holds what the last two saves contained and nothing older; ``bytes`` is about its size.
    """

    def __init__(self) -> None:
        self._now: dict[bytes, Item] = {}
        self._before: dict[bytes, Item] = {}
        self._bytes_now = 0
        self.bytes = 0

    def turn(self) -> None:
        """Starts a new save: what only the save before the last one held is forgotten."""
        self._before, self._now = self._now, {}
        self.bytes, self._bytes_now = 2 * self._bytes_now, 0

    def find(self, raw: bytes) -> Item | None:
        item = self._now.get(raw)
        if item is None and (item := self._before.get(raw)) is not None:
            self._now[raw] = item
            self._bytes_now += len(raw)
        return item

    def add(self, raw: bytes, item: Item) -> None:
        self._now[raw] = item
        self._bytes_now += len(raw)


_Scalar = str | int | float | bool | None
_PageScan = dict[str, list[msgspec.Raw] | dict[str, msgspec.Raw] | _Scalar]
_StateScan = dict[str, list[_PageScan] | dict[str, msgspec.Raw] | _Scalar]
_WHOLE: msgspec.json.Decoder[_StateScan] = msgspec.json.Decoder(_StateScan)
_OBJECT: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ARRAY: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])


def read_state(raw: bytes, shape: Shape, seen: Seen | None = None, depth: int = 1) -> State:
    """Takes a state's JSON apart. ``depth`` is the level the state object itself stands at.

    Raises Invalid when it isn't a JSON object, or holds what canonical.py refuses, or nests
    deeper than 100 levels. Elements whose bytes ``seen`` knows aren't parsed again.
    """
    reader = _Reader(shape, seen or Seen(), depth)
    if shape.has_pages:
        # One pass over the bytes finds every element; states of another shape than the usual
        # one don't fit the type, and are read level by level instead.
        try:
            return reader.whole(_WHOLE.decode(raw))
        except (msgspec.MsgspecError, UnicodeError, _Unusual):
            pass
    return reader.by_level(raw)


class _Unusual(Exception):
    """The one-pass scan took apart what should have stayed whole."""


class _Reader:
    def __init__(self, shape: Shape, seen: Seen, depth: int) -> None:
        self.shape = shape
        self.seen = seen
        self.depth = depth

    def whole(self, scan: Mapping[str, Any]) -> State:
        state = State()
        for key, value in scan.items():
            if key == "pages" and isinstance(value, list):
                state.pages = [self._scanned_page(page) for page in value]
            elif key in self.shape.lists and isinstance(value, list):
                if value:
                    raise _Unusual
                state.lists[key] = []
            elif key == self.shape.keyed and isinstance(value, dict):
                state.keyed = {name: self._value(item, 2) for name, item in value.items()}
            else:
                state.rest[key] = self._scanned(value, 1)
        return state

    def _scanned_page(self, scan: Mapping[str, Any]) -> Page:
        page = Page({}, {})
        for key, value in scan.items():
            if key in self.shape.lists and isinstance(value, list):
                page.lists[key] = [self._item(raw, 4) for raw in value]
            else:
                page.fields[key] = self._scanned(value, 3)
        return page

    def _scanned(self, value: Any, level: int) -> str:
        """Canonical text of what the one-pass scan left: Raw parts inside lists and objects."""
        if isinstance(value, list):
            return "[" + ",".join(self._scanned(item, level + 1) for item in value) + "]"
        if isinstance(value, dict):
            return join_object({k: self._scanned(v, level + 1) for k, v in value.items()})
        if isinstance(value, msgspec.Raw):
            return self._value(value, level)
        if isinstance(value, str):
            return quote(value)
        if isinstance(value, float):
            return number(value)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
            raise Invalid("a number is outside the range of a double")
        return dump(value)

    def by_level(self, raw: bytes) -> State:
        members = self._members(raw, 0)
        state = State()
        for key, value in members.items():
            first = bytes(memoryview(value)[:1])
            if self.shape.has_pages and key == "pages" and first == b"[":
                state.pages = [self._page(page) for page in _array(value)]
            elif key in self.shape.lists and first == b"[":
                state.lists[key] = [self._item(item, 2) for item in _array(value)]
            elif key == self.shape.keyed and first == b"{":
                state.keyed = {k: self._value(v, 2) for k, v in self._members(value, 1).items()}
            else:
                state.rest[key] = self._value(value, 1)
        return state

    def _page(self, raw: msgspec.Raw) -> Page:
        if bytes(memoryview(raw)[:1]) != b"{":
            return Page({}, {}, self._value(raw, 2))
        page = Page({}, {})
        for key, value in self._members(raw, 2).items():
            if key in self.shape.lists and bytes(memoryview(value)[:1]) == b"[":
                page.lists[key] = [self._item(item, 4) for item in _array(value)]
            else:
                page.fields[key] = self._value(value, 3)
        return page

    def _members(self, raw: bytes | msgspec.Raw, level: int) -> dict[str, msgspec.Raw]:
        try:
            return _OBJECT.decode(raw)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            # Wrong, or right with keys that msgspec can't hold (lone surrogates): the exact way
            # tells, and its canonical text can be taken apart.
            check_depth(bytes(raw), MAX_DEPTH - self.depth - level + 1)
            text = canonical(bytes(raw))
            if text[0] != "{":
                raise Invalid("the state must be a JSON object") from None
            return _OBJECT.decode(text.encode())

    def _item(self, raw: msgspec.Raw, level: int) -> Item:
        data = bytes(raw)
        item = self.seen.find(data)
        if item is None:
            item = Item(self._value(raw, level))
            self.seen.add(data, item)
        return item

    def _value(self, raw: msgspec.Raw, level: int) -> str:
        data = bytes(raw)
        check_depth(data, MAX_DEPTH - self.depth - level + 1)
        return canonical(data)


def _array(raw: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        return _ARRAY.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _ARRAY.decode(canonical(bytes(raw)).encode())
