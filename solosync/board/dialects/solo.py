"""The Solo whiteboard's boards: layout "board/1", elements as maps that merge field by field.

Root maps only, since a nested shared type that two replicas create under one key loses one side:
`elements`, `pages`, `state`, `meta`, `board` (docs/board-format.md).
"""

import random
from collections.abc import Iterable
from typing import Any

from pycrdt import Doc, Map

from solosync.board.entries import Entry, PageEntry, free_key
from solosync.board.layout import ROOT, Layout
from solosync.board.states import Item, Page, Shape
from solosync.board.values import (
    STATE_DEPTH,
    escaped,
    members,
    own_fields,
    remove_key,
    shown,
    stored,
)

SHAPE = Shape(
    lists=("strokes", "shapes", "texts", "assets"), keyed="meta", has_pages=True, by_field=True
)
DESCRIPTION = {"format": "board/1", "dialect": "solo"}


class SoloLayout(Layout):
    """The Solo dialect's part of a document."""

    shape = SHAPE
    description = DESCRIPTION

    def __init__(self, doc: Doc[Any], rng: random.Random) -> None:
        super().__init__(doc, rng)
        self._elements: Map[Any] = doc.get("elements", type=Map)
        self._pages: Map[Any] = doc.get("pages", type=Map)
        self._state: Map[Any] = doc.get("state", type=Map)
        self._meta: Map[Any] = doc.get("meta", type=Map)
        self._stale_elements: set[str] | None = None  # None: all of them
        self._stale_rest = True
        self._stale_pages = False
        self._listening = [
            (self._pages, self._pages.observe_deep(self._rest_changed)),
            (self._state, self._state.observe_deep(self._rest_changed)),
            (self._meta, self._meta.observe_deep(self._rest_changed)),
            (self._board, self._board.observe_deep(self._rest_changed)),
        ]

    # -- reading -----------------------------------------------------------------------------

    def _elements_changed(self, events: list[Any]) -> None:
        if self.writing or self._stale_elements is None:
            return
        for event in events:  # MapEvent, whose attributes pycrdt's types leave out
            path = event.path
            if path:
                self._stale_elements.add(str(path[0]))
            else:
                self._stale_elements.update(event.keys)

    def _rest_changed(self, _: object) -> None:
        if not self.writing:
            self._stale_rest = self._stale_pages = True

    def refresh(self) -> None:
        if self._stale_elements is not None and not self._stale_elements and not self._stale_rest:
            return
        if self._stale_elements is None:
            # Only now: it costs a third of what applying an update does, and a board that is
            # drawn on but not read doesn't need it.
            subscription = self._elements.observe_deep(self._elements_changed)
            self._listening.append((self._elements, subscription))
        with self.doc.transaction():
            self._refresh_elements()
            if self._stale_rest:
                self._refresh_rest()

    def take_page_count(self) -> int | None:
        if not self._stale_pages:
            return None
        self._stale_pages = False
        with self.doc.transaction():
            self._refresh_rest()
        return self.page_count()

    def _refresh_elements(self) -> None:
        stale = self._stale_elements
        if stale is None:
            self.entries = {}
            self._forget()
            keys: Iterable[str] = list(self._elements.keys())
        else:
            keys = sorted(stale)
        for key in keys:
            entry = self._read(key)
            if entry is not None:
                self._put(entry) if stale is not None else self.entries.update({key: entry})
            else:
                self._drop(key)
        self._stale_elements = set()

    def _read(self, key: str) -> Entry | None:
        """The element under a key, or None where there is nothing that can be shown."""
        values = members(self._elements.get(key))
        if values is None:
            return None
        list_ = values.get("$list")
        if list_ not in SHAPE.lists:
            return None
        page, order = values.get("$page"), values.get("$order")
        page = page if isinstance(page, str) else ROOT
        depth = STATE_DEPTH - (1 if page == ROOT else 3)
        return Entry(
            key, page, list_, order if isinstance(order, str) else "", _item(values, depth)
        )

    def _refresh_rest(self) -> None:
        pages = {}
        for key in self._pages.keys():  # noqa: SIM118 - a Yjs map, not a dict
            values = members(self._pages.get(key))
            if values is None or key == ROOT:
                continue
            order = values.get("$order")
            has = {name for name in SHAPE.lists if values.get(f"$has:{name}") is True}
            value = shown(values["$value"], STATE_DEPTH - 1) if "$value" in values else None
            if value is not None and value[0] == "{":
                value = None  # an object has fields: saved back, this would be another page
            fields = own_fields(values, STATE_DEPTH - 2)
            pages[key] = PageEntry(key, order if isinstance(order, str) else "", fields, has, value)
        self.pages = pages
        self.rest = own_fields(members(self._state) or {}, STATE_DEPTH)
        board = members(self._board) or {}
        self.has_pages = board.get("$pages") is True
        self.root_lists = {name for name in SHAPE.lists if board.get(f"$has:{name}") is True}
        meta = own_fields(members(self._meta) or {}, STATE_DEPTH - 1)
        self.keyed = meta if meta or board.get("$meta") is True else None
        self._stale_rest = False

    # -- writing -----------------------------------------------------------------------------

    def add(self, page: str, list_: str, order: str, item: Item) -> Entry:
        key = free_key(item.id, self._elements)
        values: dict[str, Any] = {"$page": page, "$list": list_, "$order": order}
        if item.is_object:
            for name, text in item.fields.items():
                values[escaped(name)] = stored(text)
        else:
            values["$value"] = stored(item.text)
        self._elements[key] = Map(values)
        entry = Entry(key, page, list_, order, item)
        self._put(entry)
        return entry

    def add_many(self, page: str, list_: str, items: Iterable[tuple[str, Item]]) -> list[Entry]:
        return [self.add(page, list_, order, item) for order, item in items]

    def change(self, entry: Entry, fields: dict[str, str | None], wanted: Item) -> None:
        element = self._elements[entry.key]
        now = dict(entry.item.fields)
        if "$value" in element:
            # A client stored an object as if it were none: it must become fields to be changed.
            whole = {k: v for k, v in {**now, **fields}.items() if v is not None}
            self.replace(entry, Item.of_fields(whole))
            return
        _set_all(element, now, fields)
        item = wanted if wanted.fields == now else Item.of_fields(now)
        self._put(Entry(entry.key, entry.page, entry.list_name, entry.order, item))

    def replace(self, entry: Entry, item: Item) -> None:
        element = self._elements[entry.key]
        if item.is_object:
            remove_key(element, "$value")
            before = own_fields(members(element) or {}, STATE_DEPTH)
            gone = before.keys() - item.fields.keys()
            changed = {k: v for k, v in item.fields.items() if before.get(k) != v}
            _set_all(element, {}, {**dict.fromkeys(gone), **changed})
        else:
            for name in entry.item.fields:
                remove_key(element, escaped(name))
            element["$value"] = stored(item.text)
        self._put(Entry(entry.key, entry.page, entry.list_name, entry.order, item))

    def place(self, entry: Entry, page: str, list_: str, order: str) -> None:
        element = self._elements[entry.key]
        for name, before, now in (
            ("$page", entry.page, page),
            ("$list", entry.list_name, list_),
            ("$order", entry.order, order),
        ):
            if before != now:
                element[name] = now
        self._put(Entry(entry.key, page, list_, order, entry.item))

    def remove(self, keys: Iterable[str]) -> None:
        for key in keys:
            remove_key(self._elements, key)
            self._drop(key)

    def set_rest(self, key: str, text: str | None) -> None:
        _set_all(self._state, self.rest, {key: text})

    def set_keyed(self, members: dict[str, str | None]) -> None:
        if self.keyed is None:
            self.keyed = {}
        if self._board.get("$meta") is not True:
            self._board["$meta"] = True
        _set_all(self._meta, self.keyed, members)

    def drop_keyed(self) -> None:
        for name in list(self.keyed or ()):
            remove_key(self._meta, escaped(name))
        remove_key(self._board, "$meta")
        self.keyed = None

    def declare_list(self, page: str, list_: str, present: bool) -> None:
        target = self._board if page == ROOT else self._pages[page]
        declared = self.root_lists if page == ROOT else self.pages[page].has
        if present and list_ not in declared:
            target[f"$has:{list_}"] = True
            declared.add(list_)
        elif not present:
            remove_key(target, f"$has:{list_}")
            declared.discard(list_)

    def declare_pages(self, present: bool) -> None:
        if present and not self.has_pages:
            self._board["$pages"] = True
        elif not present:
            remove_key(self._board, "$pages")
        self.has_pages = present

    def add_page(self, order: str, page: Page) -> PageEntry:
        key = free_key(page.id, self._pages)
        values: dict[str, Any] = {"$order": order}
        if page.value is None:
            values |= {escaped(name): stored(text) for name, text in page.fields.items()}
            values |= {f"$has:{name}": True for name in page.lists}
        else:
            values["$value"] = stored(page.value)
        self._pages[key] = Map(values)
        entry = PageEntry(key, order, dict(page.fields), set(page.lists), page.value)
        self.pages[key] = entry
        return entry

    def change_page(self, page: PageEntry, fields: dict[str, str | None]) -> None:
        _set_all(self._pages[page.key], page.fields, fields)

    def replace_page(self, page: PageEntry, value: Page) -> None:
        target = self._pages[page.key]
        gone: dict[str, str | None] = dict.fromkeys(page.fields.keys() - value.fields.keys())
        changed = {k: v for k, v in value.fields.items() if page.fields.get(k) != v}
        _set_all(target, page.fields, {**gone, **changed})
        if value.value is None:
            remove_key(target, "$value")
        else:
            target["$value"] = stored(value.value)
        page.value = value.value

    def place_page(self, page: PageEntry, order: str) -> None:
        self._pages[page.key]["$order"] = order
        page.place(order)

    def remove_page(self, key: str) -> None:
        remove_key(self._pages, key)
        self.pages.pop(key, None)


def _item(values: dict[str, Any], depth: int) -> Item:
    """``depth`` is how many levels the element may nest."""
    if "$value" in values:
        return Item(shown(values["$value"], depth))
    return Item.of_fields(own_fields(values, depth - 1))


def _set_all(target: Map[Any], now: dict[str, str], fields: dict[str, str | None]) -> None:
    """Writes fields to a Yjs map and to the view of it."""
    for name, text in fields.items():
        if text is None:
            remove_key(target, escaped(name))
            now.pop(name, None)
        else:
            target[escaped(name)] = stored(text)
            now[name] = text
