"""The elements and pages of a document: where each stands, and what it holds."""

import uuid
from bisect import bisect_left
from operator import attrgetter
from typing import Protocol

from solosync.board.states import Item, page_id

by_rank = attrgetter("rank")  # how entries of one list, and pages, are sorted


class Entry:
    """One element of the document: where it stands, and its value."""

    __slots__ = ("item", "key", "list_name", "order", "page", "rank")

    def __init__(self, key: str, page: str, list_: str, order: str, item: Item) -> None:
        self.key = key
        self.page = page
        self.list_name = list_
        self.item = item
        self.place(order)

    def place(self, order: str) -> None:
        self.order = order
        self.rank = (code_units(order), code_units(self.key))


class PageEntry:
    """One page of the document: its own fields, and which lists it has."""

    __slots__ = ("fields", "has", "key", "order", "rank", "value")

    def __init__(
        self, key: str, order: str, fields: dict[str, str], has: set[str], value: str | None
    ) -> None:
        self.key = key
        self.fields = fields
        self.has = has
        self.value = value
        self.place(order)

    def place(self, order: str) -> None:
        self.order = order
        self.rank = (code_units(order), code_units(self.key))

    @property
    def id(self) -> str | None:
        return page_id(self.fields)


class Container(Protocol):
    """Anything that knows which keys are in use."""

    def __contains__(self, key: str, /) -> bool: ...


def free_key(wanted: str | None, taken: Container) -> str:
    """An element's or page's key: its id where that is free, else one of its own."""
    if wanted and wanted not in taken:
        return wanted
    return f"~{uuid.uuid4()}"


def code_units(text: str) -> str:
    """A string that sorts by code point as ``text`` sorts by UTF-16 code unit, as in JavaScript."""
    if text.isascii():
        return text
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(units[i] << 8 | units[i + 1]) for i in range(0, len(units), 2))


def position_in(group: list[Entry], entry: Entry) -> int:
    """Where the entry stands in its sorted group, or would."""
    return bisect_left(group, entry.rank, key=by_rank)
