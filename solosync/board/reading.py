"""Takes states apart as they are sent, in whichever legal shape."""

import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from solosync.board.canonical import (
    MAX_DEPTH,
    canonical,
    check_depth,
    dump,
    join_object,
    number,
    quote,
)
from solosync.board.seen import Run, Seen, Text
from solosync.board.states import Item, Page, Shape, State
from solosync.errors import Invalid

LARGEST = int(sys.float_info.max)

_Scalar = str | int | float | bool | None
_PageScan = dict[str, list[msgspec.Raw] | dict[str, msgspec.Raw] | _Scalar]
_StateScan = dict[str, list[_PageScan] | dict[str, msgspec.Raw] | _Scalar]
_WHOLE: msgspec.json.Decoder[_StateScan] = msgspec.json.Decoder(_StateScan)
_OBJECT: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ARRAY: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])


def read_state(sent: bytes | Text, shape: Shape, seen: Seen | None = None, depth: int = 1) -> State:
    """Takes a state's JSON apart. ``depth`` is the level the state object itself stands at.

    Raises Invalid when it isn't a JSON object, or holds what canonical.py refuses, or nests
    deeper than 100 levels. Elements whose bytes ``seen`` knows aren't parsed again.
    """
    seen = Seen() if seen is None else seen
    text = seen.cut(sent) if isinstance(sent, bytes) else sent
    if text.runs:
        try:
            return _read(text, shape, seen, depth)
        except (_Unusual, Invalid):  # what is wrong is told of all that was sent
            text = Text(text.whole(), {}, text.size)
    return _read(text, shape, seen, depth)


def _read(text: Text, shape: Shape, seen: Seen, depth: int) -> State:
    if shape.has_pages:
        # One pass over the bytes finds every element; states of another shape than the usual
        # one don't fit the type, and are read level by level instead.
        reader = _Reader(shape, seen, depth, text)
        try:
            return reader.whole(_WHOLE.decode(text.left))
        except (msgspec.MsgspecError, UnicodeError, _Unusual):
            pass
    return _Reader(shape, seen, depth, text).by_level(text.left)


class _Unusual(Exception):
    """The one-pass scan took apart what should have stayed whole, or a mark isn't an element."""


class _Reader:
    def __init__(self, shape: Shape, seen: Seen, depth: int, text: Text) -> None:
        self.shape = shape
        self.seen = seen
        self.depth = depth
        self.runs = dict(text.runs)  # those whose mark wasn't found yet
        self.lists: list[Run] = []
        self.new: dict[bytes, Item] = {}
        self.size = text.size

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
        return self._finished(state)

    def _scanned_page(self, scan: Mapping[str, Any]) -> Page:
        page = Page({}, {})
        for key, value in scan.items():
            if key in self.shape.lists and isinstance(value, list):
                page.lists[key] = self._items(value, 4)
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
                state.lists[key] = self._items(_array(value), 2)
            elif key == self.shape.keyed and first == b"{":
                state.keyed = {k: self._value(v, 2) for k, v in self._members(value, 1).items()}
            else:
                state.rest[key] = self._value(value, 1)
        return self._finished(state)

    def _page(self, raw: msgspec.Raw) -> Page:
        if bytes(memoryview(raw)[:1]) != b"{":
            return Page({}, {}, self._value(raw, 2))
        page = Page({}, {})
        for key, value in self._members(raw, 2).items():
            if key in self.shape.lists and bytes(memoryview(value)[:1]) == b"[":
                page.lists[key] = self._items(_array(value), 4)
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

    def _items(self, found: list[msgspec.Raw], level: int) -> list[Item]:
        raws: list[bytes] = []
        items: list[Item] = []
        for raw in map(bytes, found):
            run = self.runs.pop(raw, None)
            if run is None:
                raws.append(raw)
                items.append(self._item(raw, level))
            else:
                raws += run.raws
                items += run.items
        self.lists.append(Run(raws, items))
        return items

    def _item(self, raw: bytes, level: int) -> Item:
        item = self.seen.find(raw)
        if item is None:
            item = self.new[raw] = Item(self._value(raw, level))
        return item

    def _finished(self, state: State) -> State:
        if self.runs:
            raise _Unusual
        self.seen.note(self.lists, self.new, self.size)
        return state

    def _value(self, raw: bytes | msgspec.Raw, level: int) -> str:
        data = bytes(raw)
        check_depth(data, MAX_DEPTH - self.depth - level + 1)
        return canonical(data)


def _array(raw: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        return _ARRAY.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _ARRAY.decode(canonical(bytes(raw)).encode())
