"""Excalidraw boards, in the layout of the npm binding y-excalidraw 2.0.12.

Root array `elements` of maps `{el, pos}` and root map `assets` are the binding's own, so that it
syncs with these boards as it is; an element is one value there. What else an Excalidraw file
holds stands in the root maps `state` and `board`, which the binding leaves alone.
"""

import random
from collections.abc import Iterable
from typing import Any

from pycrdt import Array, Doc, Map

from solosync.board.entries import Entry, PageEntry
from solosync.board.layout import ROOT, Layout
from solosync.board.states import Item, Page, Shape
from solosync.board.values import (
    STATE_DEPTH,
    escaped,
    members,
    own_fields,
    plain,
    remove_key,
    shown,
    stored,
)

SHAPE = Shape(lists=("elements",), keyed="files", has_pages=False, by_field=False)
DESCRIPTION = {"format": "y-excalidraw/2", "dialect": "excalidraw"}
_LIST = "elements"
# Beside an element whose numbers a double doesn't give back: its exact JSON text, as bytes. It
# counts only as long as `el` is what that text would make of it.
_EXACT = "$json"
_ELEMENT_DEPTH = _FILE_DEPTH = STATE_DEPTH - 1


class ExcalidrawLayout(Layout):
    """The Excalidraw dialect's part of a document.

    An entry's key is its place in the array as a sortable handle; it means nothing outside.
    """

    shape = SHAPE
    description = DESCRIPTION

    def __init__(self, doc: Doc[Any], rng: random.Random) -> None:
        super().__init__(doc, rng)
        self._array: Array[Any] = doc.get("elements", type=Array)
        self._assets: Map[Any] = doc.get("assets", type=Map)
        self._state: Map[Any] = doc.get("state", type=Map)
        self._handles: list[str] = []
        self._indexes: dict[str, int] = {}
        self._next = 0
        self._stale_all = True
        self._stale: set[str] = set()
        self._stale_rest = True
        self._listening = [
            (self._array, self._array.observe_deep(self._elements_changed)),
            (self._assets, self._assets.observe_deep(self._rest_changed)),
            (self._state, self._state.observe_deep(self._rest_changed)),
            (self._board, self._board.observe_deep(self._rest_changed)),
        ]

    # -- reading -----------------------------------------------------------------------------

    def _elements_changed(self, events: list[Any]) -> None:
        if self.writing or self._stale_all:
            return
        for event in events:  # ArrayEvent or MapEvent, whose attributes pycrdt's types leave out
            path = event.path
            if not path:
                # Elements came or went, and every later one's index moved with them. Values are
                # read again in refresh(); a board of this kind is small.
                self._stale_all = True
                return
            self._stale.add(self._handles[int(path[0])])

    def _rest_changed(self, _: object) -> None:
        if not self.writing:
            self._stale_rest = True

    def refresh(self) -> None:
        if not (self._stale_all or self._stale or self._stale_rest):
            return
        with self.doc.transaction():
            if self._stale_all:
                self._read_all()
            for handle in sorted(self._stale):
                entry = self._read(handle, self._index(handle))
                if entry is None:
                    self._drop(handle)
                else:
                    self._put(entry)
            self._stale.clear()
            if self._stale_rest:
                self._refresh_rest()

    def _read_all(self) -> None:
        self._handles, self._indexes, self._next = [], {}, 0
        self.entries = {}
        self._forget()
        for index in range(len(self._array)):
            handle = self._new_handle()
            entry = self._read(handle, index)
            if entry is not None:
                self.entries[handle] = entry
        self._stale_all = False
        self._stale.clear()

    def _read(self, handle: str, index: int) -> Entry | None:
        values = members(self._array[index])
        if values is None or "el" not in values:
            return None
        pos = values.get("pos")
        text = shown(values["el"], _ELEMENT_DEPTH)
        exact = values.get(_EXACT)
        if isinstance(exact, (bytes, bytearray)):
            exact_text = shown(exact, _ELEMENT_DEPTH)
            if shown(plain(exact_text), _ELEMENT_DEPTH) == text:
                text = exact_text
        return Entry(handle, ROOT, _LIST, pos if isinstance(pos, str) else "", Item(text))

    def _refresh_rest(self) -> None:
        self.rest = own_fields(members(self._state) or {}, STATE_DEPTH)
        board = members(self._board) or {}
        self.root_lists = {_LIST} if board.get(f"$has:{_LIST}") is True else set()
        assets = members(self._assets) or {}
        files = {name: shown(value, _FILE_DEPTH) for name, value in assets.items()}
        self.keyed = files if files or board.get("$files") is True else None
        self._stale_rest = False

    def _new_handle(self) -> str:
        handle = f"{self._next:012d}"
        self._next += 1
        self._indexes[handle] = len(self._handles)
        self._handles.append(handle)
        return handle

    def _index(self, handle: str) -> int:
        index = self._indexes.get(handle, -1)
        if not (0 <= index < len(self._handles) and self._handles[index] == handle):
            self._indexes = {handle: i for i, handle in enumerate(self._handles)}
            index = self._indexes[handle]
        return index

    # -- writing -----------------------------------------------------------------------------

    def add(self, page: str, list_: str, order: str, item: Item) -> Entry:
        return self.add_many(page, list_, [(order, item)])[0]

    def add_many(self, page: str, list_: str, items: Iterable[tuple[str, Item]]) -> list[Entry]:
        added = []
        for order, item in items:
            self._array.append(Map({"pos": order, **_element(item)}))
            entry = Entry(self._new_handle(), ROOT, _LIST, order, item)
            self._put(entry)
            added.append(entry)
        return added

    def change(self, entry: Entry, fields: dict[str, str | None], wanted: Item) -> None:
        now = {k: v for k, v in {**entry.item.fields, **fields}.items() if v is not None}
        self.replace(entry, Item.of_fields(now))

    def replace(self, entry: Entry, item: Item) -> None:
        target = self._array[self._index(entry.key)]
        remove_key(target, _EXACT)
        for name, value in _element(item).items():
            target[name] = value
        self._put(Entry(entry.key, ROOT, _LIST, entry.order, item))

    def place(self, entry: Entry, page: str, list_: str, order: str) -> None:
        self._array[self._index(entry.key)]["pos"] = order
        self._put(Entry(entry.key, ROOT, _LIST, order, entry.item))

    def remove(self, keys: Iterable[str]) -> None:
        for index in sorted((self._index(key) for key in keys), reverse=True):
            del self._array[index]
            self._drop(self._handles.pop(index))

    def set_rest(self, key: str, text: str | None) -> None:
        if text is None:
            remove_key(self._state, escaped(key))
            self.rest.pop(key, None)
        else:
            self._state[escaped(key)] = stored(text)
            self.rest[key] = text

    def set_keyed(self, members: dict[str, str | None]) -> None:
        if self.keyed is None:
            self.keyed = {}
        if self._board.get("$files") is not True:
            self._board["$files"] = True
        for name, text in members.items():
            if text is None:
                remove_key(self._assets, name)
                self.keyed.pop(name, None)
            else:
                value = plain(text)
                is_exact = shown(value, _FILE_DEPTH) == text
                self._assets[name] = value if is_exact else stored(text)
                self.keyed[name] = text

    def drop_keyed(self) -> None:
        for name in list(self.keyed or ()):
            remove_key(self._assets, name)
        remove_key(self._board, "$files")
        self.keyed = None

    def declare_list(self, page: str, list_: str, present: bool) -> None:
        if present and _LIST not in self.root_lists:
            self._board[f"$has:{_LIST}"] = True
            self.root_lists.add(_LIST)
        elif not present:
            remove_key(self._board, f"$has:{_LIST}")
            self.root_lists.discard(_LIST)

    # An Excalidraw board has no pages: merging never gets as far as these.

    def declare_pages(self, present: bool) -> None:
        if present:
            raise AssertionError("an Excalidraw board has no pages")

    def add_page(self, order: str, page: Page) -> PageEntry:
        raise AssertionError("an Excalidraw board has no pages")

    def change_page(self, page: PageEntry, fields: dict[str, str | None]) -> None:
        raise AssertionError("an Excalidraw board has no pages")

    def replace_page(self, page: PageEntry, value: Page) -> None:
        raise AssertionError("an Excalidraw board has no pages")

    def place_page(self, page: PageEntry, order: str) -> None:
        raise AssertionError("an Excalidraw board has no pages")

    def remove_page(self, key: str) -> None:
        raise AssertionError("an Excalidraw board has no pages")


def _element(item: Item) -> dict[str, Any]:
    value = plain(item.text)
    if shown(value, _ELEMENT_DEPTH) == item.text:
        return {"el": value}
    return {"el": value, _EXACT: item.text.encode()}
