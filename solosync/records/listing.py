"""A page of a list: what is asked for, and what comes back."""

from typing import Generic, TypeVar

import msgspec

EVERYTHING = 2**53
"""As a query's limit."""
T = TypeVar("T")
Value = str | int | float | None


class Position(msgspec.Struct, frozen=True):
    """Between two rows: after the one with these values (in the order of sorting, its key last), or
    with ``is_before`` before it, seen in the direction of the page that begins there. ``question``
    is that of the query whose answer it comes from."""

    question: str
    values: tuple[Value, ...]
    is_before: bool = False


class Sort(msgspec.Struct, frozen=True):
    field: str
    is_descending: bool = False


class Query(msgspec.Struct, frozen=True):
    """``filters`` are wanted values by their filter's name. From ``position``, if any, a page goes
    on, or with ``is_backward`` goes back. ``question`` tells the list and its order from others."""

    sort: tuple[Sort, ...]
    filters: dict[str, Value]
    limit: int
    position: Position | None = None
    is_backward: bool = False
    question: str = ""


class Slice(msgspec.Struct, Generic[T], frozen=True):
    """``next`` and ``prev`` are where the neighbouring pages begin; None where there are none."""

    items: list[T]
    next: Position | None
    prev: Position | None
    total: int
