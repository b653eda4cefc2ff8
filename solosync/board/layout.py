"""What every dialect's layout offers: a view of the document, and the writes that merging needs.

A layout reads its part of a Yjs document into entries once, keeps them up to date from the
document's events, and changes both together. It lives and dies on the thread of its document.
"""

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pycrdt import Doc, Map, Subscription

from solosync.board.canonical import join_object, object_pieces
from solosync.board.entries import Entry, PageEntry, by_rank, position_in
from solosync.board.order import NoRoom, keys_between
from solosync.board.states import Item, Page, Shape, State

ROOT = ""  # the page key of a list that stands at the state's root


class Layout(ABC):
    """One dialect's part of a document.

    The write methods must be called inside ``Document.change()``. ``None`` for a text removes.
    """

    shape: Shape
    description: Mapping[str, str]

    def __init__(self, doc: Doc[Any], rng: random.Random) -> None:
        self.doc = doc
        self._board: Map[Any] = doc.get("board", type=Map)
        # While true, changes are the layout's own, and its methods keep the view themselves.
        self.writing = False
        self.rng = rng
        self.entries: dict[str, Entry] = {}
        self.pages: dict[str, PageEntry] = {}
        self.has_pages = False
        self.root_lists: set[str] = set()
        self.rest: dict[str, str] = {}
        self.keyed: dict[str, str] | None = None
        self._groups: dict[tuple[str, str], list[Entry]] | None = None
        self._texts: dict[tuple[str, str], str] = {}
        self._listening: list[tuple[Any, Subscription]] = []

    def close(self) -> None:
        """Stops listening to the document."""
        for shared, subscription in self._listening:
            shared.unobserve(subscription)

    @property
    def is_described(self) -> bool:
        """Whether the document says what it is, for whoever reads it without this program."""
        return all(self._board.get(name) == value for name, value in self.description.items())

    def describe(self) -> None:
        for name, value in self.description.items():
            self._board[name] = value

    # -- reading -----------------------------------------------------------------------------

    @abstractmethod
    def refresh(self) -> None:
        """Brings the view up to what the document holds now."""

    def group(self, page: str, list_: str) -> list[Entry]:
        """The entries of one list, in drawing order. Not to be changed by the caller."""
        return self._grouped().get((page, list_), [])

    def position(self, entry: Entry) -> int:
        """Where an entry stands in its group."""
        return position_in(self.group(entry.page, entry.list_name), entry)

    def ordered_pages(self) -> list[PageEntry]:
        return sorted(self.pages.values(), key=by_rank)

    def page_count(self) -> int:
        """How many pages a person sees: a board without any is drawn as one."""
        return max(1, len(self.pages)) if self.has_pages else 1

    def size(self) -> int:
        """How many elements the view holds; 0 before it's first read."""
        return len(self.entries)

    def take_page_count(self) -> int | None:
        """The page count, if pages may have changed since this was last asked; else None. Spares
        reading the elements."""
        return None

    def lists_of(self, page: str) -> set[str]:
        """Names of the lists a page has: declared, or holding something."""
        declared = self.root_lists if page == ROOT else self.pages[page].has
        return set(declared) | {
            name for name in self.shape.lists if self._grouped().get((page, name))
        }

    def state(self) -> State:
        """The board as it is shown, sharing its items with the view."""
        state = State(dict(self.rest), None if self.keyed is None else dict(self.keyed))
        state.lists = self._items(ROOT)
        if self.has_pages:
            state.pages = [
                Page(dict(page.fields), self._items(page.key), page.value)
                for page in self.ordered_pages()
            ]
        return state

    def text(self) -> str:
        """The whole state as canonical JSON text."""
        members = self._pieces(ROOT, self.rest)
        if self.keyed is not None:
            members[self.shape.keyed] = [join_object(self.keyed)]
        if self.has_pages:
            pages: list[str] = []
            for page in self.ordered_pages():
                pages += (",", *self._page_pieces(page))
            members["pages"] = ["[", *pages[1:], "]"]
        return "".join(object_pieces(members))

    def _page_pieces(self, page: PageEntry) -> list[str]:
        if page.value is not None:
            return [page.value]
        return object_pieces(self._pieces(page.key, page.fields))

    def _pieces(self, page: str, fields: Mapping[str, str]) -> dict[str, list[str]]:
        """The fields and lists of a page, or of the state itself."""
        members = {name: [text] for name, text in fields.items()}
        for name in self.lists_of(page):
            members[name] = ["[", self._items_text(page, name), "]"]
        return members

    def _items_text(self, page: str, name: str) -> str:
        text = self._texts.get((page, name))
        if text is None:
            text = ",".join([entry.item.text for entry in self.group(page, name)])
            self._texts[page, name] = text
        return text

    def _items(self, page: str) -> dict[str, list[Item]]:
        return {
            name: [entry.item for entry in self.group(page, name)] for name in self.lists_of(page)
        }

    def _grouped(self) -> dict[tuple[str, str], list[Entry]]:
        if self._groups is None:
            groups: dict[tuple[str, str], list[Entry]] = {}
            for entry in self.entries.values():
                groups.setdefault((entry.page, entry.list_name), []).append(entry)
            for group in groups.values():
                group.sort(key=by_rank)
            self._groups = groups
        return self._groups

    # -- keeping the view --------------------------------------------------------------------

    def _put(self, entry: Entry) -> None:
        """Enters an element that wasn't there, or stands elsewhere now."""
        old = self.entries.get(entry.key)
        self.entries[entry.key] = entry
        self._texts.pop((entry.page, entry.list_name), None)
        if old is not None:
            self._texts.pop((old.page, old.list_name), None)
            if old.rank == entry.rank and (old.page, old.list_name) == (
                entry.page,
                entry.list_name,
            ):
                if self._groups is not None:
                    group = self._groups[entry.page, entry.list_name]
                    group[position_in(group, entry)] = entry
                return
            self._take_out(old)
        if self._groups is not None:
            group = self._groups.setdefault((entry.page, entry.list_name), [])
            group.insert(position_in(group, entry), entry)

    def _drop(self, key: str) -> None:
        entry = self.entries.pop(key, None)
        if entry is not None:
            self._texts.pop((entry.page, entry.list_name), None)
            self._take_out(entry)

    def _take_out(self, entry: Entry) -> None:
        if self._groups is None:
            return
        group = self._groups[entry.page, entry.list_name]
        position = position_in(group, entry)
        if position < len(group) and group[position].key == entry.key:
            del group[position]

    def _forget(self) -> None:
        """Everything was read anew."""
        self._groups = None
        self._texts.clear()

    # -- writing -----------------------------------------------------------------------------

    @abstractmethod
    def add(self, page: str, list_: str, order: str, item: Item) -> Entry:
        """A new element, under a key of its own."""

    @abstractmethod
    def add_many(self, page: str, list_: str, items: Iterable[tuple[str, Item]]) -> list[Entry]:
        """Several new elements of one list, as (order, item)."""

    @abstractmethod
    def change(self, entry: Entry, fields: dict[str, str | None], wanted: Item) -> None:
        """Sets some fields of an element that is an object; ``wanted`` is what comes of it where
        nobody else has changed it."""

    @abstractmethod
    def replace(self, entry: Entry, item: Item) -> None:
        """Gives an element another value."""

    @abstractmethod
    def place(self, entry: Entry, page: str, list_: str, order: str) -> None:
        """Moves an element."""

    @abstractmethod
    def remove(self, keys: Iterable[str]) -> None: ...

    @abstractmethod
    def set_rest(self, key: str, text: str | None) -> None:
        """One of the state's other top-level keys."""

    @abstractmethod
    def set_keyed(self, members: dict[str, str | None]) -> None:
        """Members of the one object that merges by key (creating it when it's absent)."""

    @abstractmethod
    def drop_keyed(self) -> None:
        """The state hasn't got that object any more."""

    @abstractmethod
    def declare_list(self, page: str, list_: str, present: bool) -> None: ...

    @abstractmethod
    def declare_pages(self, present: bool) -> None: ...

    @abstractmethod
    def add_page(self, order: str, page: Page) -> PageEntry:
        """A new page, without its elements."""

    @abstractmethod
    def change_page(self, page: PageEntry, fields: dict[str, str | None]) -> None: ...

    @abstractmethod
    def replace_page(self, page: PageEntry, value: Page) -> None:
        """Gives a page other fields, or another value when it's no object."""

    @abstractmethod
    def place_page(self, page: PageEntry, order: str) -> None: ...

    @abstractmethod
    def remove_page(self, key: str) -> None: ...

    def orders_after(
        self, group: Sequence[Entry | PageEntry], position: int, count: int
    ) -> list[str]:
        """``count`` order keys that sort right after ``group[position]`` (-1: at the front).

        Where nothing fits, the entries that follow are given new keys first.
        """
        low = group[position].order if position >= 0 else None
        for end in range(position + 1, len(group) + 1):
            high = group[end].order if end < len(group) else None
            following = group[position + 1 : end]
            try:
                orders = keys_between(low, high, count + len(following), self.rng)
            except NoRoom:
                continue
            for entry, order in zip(list(following), orders[count:], strict=True):
                self._put_at(entry, order)
            return orders[:count]
        return self._anew(group, position, count)

    def _put_at(self, entry: Entry | PageEntry, order: str) -> None:
        if isinstance(entry, Entry):
            self.place(entry, entry.page, entry.list_name, order)
        else:
            self.place_page(entry, order)

    def _anew(self, group: Sequence[Entry | PageEntry], position: int, count: int) -> list[str]:
        """Nothing fits even at the end: the key before is foreign. Re-keys the whole list."""
        orders = keys_between(None, None, len(group) + count, self.rng)
        kept = orders[: position + 1] + orders[position + 1 + count :]
        for entry, order in zip(list(group), kept, strict=True):
            self._put_at(entry, order)
        return orders[position + 1 : position + 1 + count]
