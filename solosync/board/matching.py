"""Which element of one state is which of another: by id and occurrence, else by equal value.

Of several items with one id, equal ones are matched first, and the rest occurrence by occurrence.
An item without a usable id is matched only to one of equal value, in order.
"""

from bisect import bisect_left
from collections.abc import Sequence
from operator import lt
from typing import Protocol

from solosync.board.states import Item


class PageLike(Protocol):
    """A page of a state, or of a document."""

    fields: dict[str, str]
    value: str | None

    @property
    def id(self) -> str | None: ...


# So many items are compared at once, by whether they are the same objects, which most are.
_AT_ONCE = 64


def common_ends(old: list[Item], new: list[Item]) -> tuple[int, int]:
    """How many items at the front of both are equal, and then how many at the back."""
    shorter = min(len(old), len(new))
    front = back = 0
    while front < shorter and old[front : front + _AT_ONCE] == new[front : front + _AT_ONCE]:
        front += _AT_ONCE
    front = min(front, shorter)
    while front < shorter and _equal(old[front], new[front]):
        front += 1
    while back < shorter - front and _equal(old[-1 - back], new[-1 - back]):
        back += 1
    return front, back


def match_items(
    old: list[Item], new: list[Item], ends: tuple[int, int] | None = None
) -> list[int | None]:
    """For each item of ``new``, the index of the same item in ``old``, or None. ``ends`` are their
    common ends, if they are known."""
    start, end = common_ends(old, new) if ends is None else ends
    matches: list[int | None] = [*range(start), *[None] * (len(new) - start - end)]
    matches += range(len(old) - end, len(old))
    if start == len(new) - end or start == len(old) - end:
        return matches
    places: dict[tuple[str | None, str], list[int]] = {}
    for index in range(start, len(old) - end):
        places.setdefault(_name(old[index]), []).append(index)
    wanted: dict[tuple[str | None, str], list[int]] = {}
    for index in range(start, len(new) - end):
        wanted.setdefault(_name(new[index]), []).append(index)
    for name, indexes in wanted.items():
        known = places.get(name, [])
        if len(known) > 1 or len(indexes) > 1:
            indexes = _match_equal(old, known, new, indexes, matches)
        for index, place in zip(indexes, known, strict=False):
            matches[index] = place
    return matches


def _match_equal(
    old: Sequence[Item],
    known: list[int],
    new: Sequence[Item],
    indexes: list[int],
    matches: list[int | None],
) -> list[int]:
    """Of several items with one id, matches those that are equal; returns the other ``indexes``.

    Another device may have added its own item with the same id before this one: occurrences
    alone would take the one for the other. Matched places are taken out of ``known``.
    """
    equal: dict[str, list[int]] = {}
    for place in known:
        equal.setdefault(old[place].text, []).append(place)
    left = []
    for index in indexes:
        same = equal.get(new[index].text)
        if same:
            matches[index] = same.pop(0)
            known.remove(matches[index] or 0)
        else:
            left.append(index)
    return left


def match_pages(old: Sequence[PageLike], new: Sequence[PageLike]) -> list[int | None]:
    """For each page of ``new``, the index of the same page in ``old``, or None.

    Pages without an id are matched to ones with equal fields first, and the rest in order.
    """
    matches: list[int | None] = [None] * len(new)
    taken: set[int] = set()

    def pass_over(old_names: list[str | None], new_names: list[str | None]) -> None:
        places: dict[str, list[int]] = {}
        for index, name in enumerate(old_names):
            if name is not None and index not in taken:
                places.setdefault(name, []).append(index)
        for index, name in enumerate(new_names):
            if name is not None and matches[index] is None and places.get(name):
                matches[index] = places[name].pop(0)
                taken.add(matches[index] or 0)

    pass_over([page.id for page in old], [page.id for page in new])
    if None not in matches:
        return matches
    pass_over([_signature(page) for page in old], [_signature(page) for page in new])
    pass_over([_nameless(page) for page in old], [_nameless(page) for page in new])
    return matches


def outside_order(indexes: Sequence[int]) -> set[int]:
    """Positions in ``indexes`` that lie outside its longest ascending subsequence."""
    if all(map(lt, indexes, indexes[1:])):
        return set()
    tails: list[int] = []  # the smallest last value of an ascending run of each length
    ends: list[int] = []  # its position
    before: list[int] = []  # for each position, the one before it in its run
    for position, value in enumerate(indexes):
        length = bisect_left(tails, value)
        before.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(value)
            ends.append(position)
        else:
            tails[length], ends[length] = value, position
    inside = set()
    position = ends[-1] if ends else -1
    while position >= 0:
        inside.add(position)
        position = before[position]
    return set(range(len(indexes))) - inside


def _equal(a: Item, b: Item) -> bool:
    return a is b or a.text == b.text


def _name(item: Item) -> tuple[str | None, str]:
    return (item.id, "") if item.id is not None else (None, item.text)


def _signature(page: PageLike) -> str | None:
    if page.id is not None:
        return None
    return page.value if page.value is not None else repr(sorted(page.fields.items()))


def _nameless(page: PageLike) -> str | None:
    return "" if page.id is None and page.value is None else None
