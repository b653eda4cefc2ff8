"""Board states as plain values: what a client saved, what it held before, what is shown.

A ``State`` is one JSON state taken apart as far as merging needs it: the elements of the lists
that the dialect knows, its pages, and everything else by key. All JSON in here is canonical text
(see canonical.py), so that two values are equal exactly if their texts are. ``reading.py`` makes
them of what clients send.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from solosync.board.canonical import join_object, split_object


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
        items == b[name] or [item.text for item in items] == [item.text for item in b[name]]
        for name, items in a.items()
    )


def _list_texts(lists: dict[str, list[Item]]) -> dict[str, str]:
    return {
        name: "[" + ",".join([item.text for item in items]) + "]" for name, items in lists.items()
    }
