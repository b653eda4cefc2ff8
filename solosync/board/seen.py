"""What a board's last save was made of, so that the next one is read only where it differs.

A client sends its whole board each time, and nearly all of it is what it was. Elements that come
in the very bytes they came in last time, one after the other, are cut out of the text, and a mark
takes their place: a string that nobody outside knows. What is left is small, and read like any
other JSON.

That is exact, however the elements were found: where a mark is read as an item of a list, any
values with commas between them may stand. A mark that turns up elsewhere, or not at all, tells that
the text has to be read whole.
"""

import secrets
from collections.abc import Iterator
from typing import NamedTuple

from solosync.board.states import Item

# Shorter ones cost more than they spare, and stand in too many other places.
SHORTEST_BYTES = 64
# So far ahead the next known element is looked for; when so many in a row aren't there, most of the
# list is new.
REACH_BYTES = 64 * 1024
MOST_MISSED = 16
# Of one list: where there is space behind the commas, each element would be a run of its own.
MOST_RUNS = 64
_MARK = f'"{secrets.token_hex(16)} %d"'


class Run(NamedTuple):
    """Elements one after the other: the bytes that each was sent as, and what they mean."""

    raws: list[bytes]
    items: list[Item]


class Text(NamedTuple):
    """A JSON text, or what is left of one that had ``size`` bytes: ``runs`` is what each mark in it
    stands for."""

    left: bytes
    runs: dict[bytes, Run]
    size: int

    def whole(self) -> bytes:
        text = self.left
        for mark, run in self.runs.items():
            text = text.replace(mark, b",".join(run.raws))
        return text


class Seen:
    """The elements of one board, by the very bytes they were sent as. ``bytes`` is about its size:
    at most twice that of the last save."""

    def __init__(self) -> None:
        self._lists: list[Run] = []
        self._items: dict[bytes, Item] = {}
        self.bytes = 0

    def find(self, raw: bytes) -> Item | None:
        return self._items.get(raw)

    def note(self, lists: list[Run], new: dict[bytes, Item], size: int) -> None:
        """The lists of a save in their order, the elements that weren't known, and how many bytes
        it had."""
        self._lists = lists
        if self._items:
            self._items.update(new)
            self.bytes += sum(map(len, new))
        if not self._items or self.bytes > 2 * size:
            self._items = {raw: it for run in lists for raw, it in zip(*run, strict=True)}
            self.bytes = sum(map(len, self._items))

    def cut(self, text: bytes) -> Text:
        """The text without what is known of it."""
        pieces: list[bytes] = []
        runs: dict[bytes, Run] = {}
        at = 0
        for known in self._lists:
            for run, start, end in _runs(known, text, at):
                mark = (_MARK % len(runs)).encode()
                runs[mark] = run
                pieces += (text[at:start], mark)
                at = end
        return Text(b"".join((*pieces, text[at:])), runs, len(text))


def _runs(known: Run, text: bytes, at: int) -> Iterator[tuple[Run, int, int]]:
    """What stands in the text of one list's elements, and from where to where."""
    raws, items = known
    index = found = missed = 0
    while index < len(raws) and found < MOST_RUNS and missed < MOST_MISSED:
        start = text.find(raws[index], at, at + len(raws[index]) + REACH_BYTES)
        if start < 0:
            index += 1
            missed += 1
            continue
        first, end = index, start - 1
        while index < len(raws) and text.startswith(raws[index], end + 1):
            end += 1 + len(raws[index])
            index += 1
            if text[end : end + 1] != b",":
                break
        if end - start < SHORTEST_BYTES:
            missed += 1
            continue
        yield Run(raws[first:index], items[first:index]), start, end
        at = end
        found += 1
        missed = 0
